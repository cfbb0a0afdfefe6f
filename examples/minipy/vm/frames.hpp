// The inside of the virtual machine: frames, and what its loop is made of. vm.hpp is what others see.
#pragma once
#include "compile/code.hpp"
#include "runtime/thread.hpp"
#include "vm/vm.hpp"

namespace minipy {

inline Value* stack_base(const Frame* f) { return f->locals + f->code->locals.size(); }

/// A frame for code whose parameters stand at `locals`; the other locals are emptied. Null: RecursionError.
Frame* push_frame(Thread& t, Code* code, Dict* globals, Value* locals, OnReturn on_return);
/// Arguments that lie elsewhere (in a generator's frame, in an array) are copied to the top of the thread's stack. False: RecursionError.
bool lift_arguments(Thread& t, Args& args);
/// Calls f with arguments that lie at the top of the thread's stack: a frame, or for generator functions a value at once.
/// False: an exception. `made`: the generator, or null.
bool push_call(Thread& t, Function* f, Args args, OnReturn on_return, Value extra, Value* made);
/// Sorts arguments into parameters; answers where the locals begin. Null: TypeError.
Value* bind_arguments(Thread& t, const Function* f, Args args);
/// Takes the innermost frame away.
void pop_frame(Thread& t);
/// The innermost generator's frame leaves the stack and keeps its place.
void suspend_frame(Thread& t);

enum class After : std::uint8_t { resume, leave, error };
/// The innermost frame ends with a value. leave: `result` is what run() answers.
After finish_frame(Thread& t, Value& result);
/// The innermost frame yields.
After yield_value(Thread& t, Value& result);
/// A pending exception looks for its handler. leave: no frame of this run() has one.
After unwind(Thread& t);
/// Bits of eval_break were seen. The frame's pc and sp are saved. error: an exception.
After serve_breaks(Thread& t);

/// Runs the innermost frame until the frame that was pushed with OnReturn::leave ends.
Value run(Thread& t);
/// As run(), with an exception pending in the innermost frame.
Value run_with_error(Thread& t);

// ---- instructions that are not short (instructions.cpp); false: an exception ----
Value load_global_slow(Frame* f, std::uint32_t i);
Value load_name(Frame* f, std::uint32_t i);
bool unpack_sequence(Value v, std::int64_t n, Value* to);
bool unpack_starred(Value v, std::int64_t before, std::int64_t behind, Value* to);
Value build_string(Value* parts, std::int64_t n);
Value format_part(Value v, std::uint32_t how, Value spec);
Value build_map(Value* items, std::int64_t n);
Value build_list(const Value* items, std::int64_t n);
Value build_set(Value* items, std::int64_t n);
/// *from of a display, or of a call of `function`.
bool spread_into(List* into, Value from, Value function);
bool merge_mapping(Dict* into, Value from);
bool merge_keywords(Dict* into, Value from, Value function);
Value make_function(Frame* f, Value* top, std::uint32_t flags);
bool enter_with(Value* top);
void leave_with(Value* top);
int matches(Value exception, Value type);
bool raise_values(Thread& t, Value exception, Value cause, bool has_cause);
bool import_star(Frame* f, Value module);
bool print_expression(Value v);
bool setup_annotations(Frame* f);
Value load_method(Value v, Str* name, Value* self);
bool unbound_local(const Frame* f, std::uint32_t slot);
bool unbound_name(Str* name);
Value* spread_arguments(Thread& t, Value* top, bool keywords, Args& args);

}  // namespace minipy
