// The virtual machine: what runs bytecode. It is not recursive for calls from program to program; natives that call the program nest it.
#pragma once
#include "runtime/object.hpp"
#include "runtime/thread.hpp"

namespace minipy {

/// Calls a function of the program from C++: a run() of its own. MAY CALL the program.
Value run_function(Function* f, Args args);
/// Runs a module's, class body's or exec's code. `names`: its namespace when that is not the globals.
Value run_code(Code* code, Dict* globals, Dict* names, Tuple* closure = nullptr);

enum class Resume : std::uint8_t { send, throw_ };
/// next(), send() and throw() from C++. Null without an exception: the generator ended and `result`, if given, is what it returned.
Value resume_generator(Generator* g, Resume how, Value value, Value* result = nullptr);
/// Throws GeneratorExit into it. False: an exception.
bool close_generator(Generator* g);

/// For natives flagged kMayPush: a frame was pushed that yields their result. Callers of such natives from C++ get the result itself.
Value pushed();
/// May a native push a frame instead of calling? Only when the virtual machine itself called it.
bool may_push();
Value push_generator(Generator* g, Value send, OnReturn on_return, Value extra);
Value push_throw(Generator* g, Value exception);

/// For deliveries: calls f(*args, **keywords), `keywords` a dict or null. A function of the program gets a frame with OnReturn::callback, which
/// runs when the native returns to the loop; everything else is called at once.
enum class Pushed : std::uint8_t { failed, frame, done };
Pushed push_callback(Value f, const Value* args, std::int64_t count, Value keywords);

/// Stale values above the frames' stack pointers, of this thread.
void wipe_stack(Thread& t);
/// The frame `depth` calls up; null: none.
const Frame* frame_at(int depth);
std::int64_t frame_line(const Frame* f);

}  // namespace minipy
