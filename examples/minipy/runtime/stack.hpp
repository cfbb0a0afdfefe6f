// How much of the C++ stack is left. What recurses over the program's data asks before it goes deeper.
#pragma once

namespace minipy {

/// Below it there is room for functions that do not recurse, and for no more. Null in a thread that has not called note_stack().
extern constinit thread_local const char* stack_floor;
/// Finds where the calling thread's stack ends.
void note_stack();
inline bool stack_is_low() noexcept { return static_cast<const char*>(__builtin_frame_address(0)) < stack_floor; }

bool raise_recursion(const char* where);
/// False: RecursionError. `where` goes on after "maximum recursion depth exceeded", with a space in front.
inline bool may_recurse(const char* where) { return !stack_is_low() || raise_recursion(where); }

}  // namespace minipy
