#include "vm/watch.hpp"

#include <algorithm>

#include "compile/code.hpp"
#include "vm/frames.hpp"
#include "vm/host_mayfly.hpp"
#include "vm/interpreter.hpp"

namespace minipy {

namespace {

bool reads_weakly(Value v) { return v != nullptr && (type_of(v)->flags & kWeakReader) != 0; }
bool any_reads(const Value* from, const Value* to) { return std::any_of(from, to, reads_weakly); }

/// Calls of instances and natives that read weak references, and of natives that are given such an instance.
bool call_reads(const Value* base, const Value* end) {
  Value f = base[0];
  if (reads_weakly(f)) return true;
  if (is_exact(f, &function_type)) return false;
  if (is_exact(f, &method_type)) f = as<BoundMethod>(f)->function;
  if (!is_exact(f, &native_type) && !is_exact(f, &native_method_type)) return any_reads(base + 1, end);
  const auto* native = as<Native>(f);
  if ((native->flags & kWeakRead) != 0) return true;
  const bool of_reader = native->owner != nullptr && (native->owner->flags & kWeakReader) != 0 && native->slot < 0;
  return any_reads(base + (of_reader ? 2 : 1), end);  // such a method without the flag only writes
}

/// How many values on top of the stack the instruction works on.
std::ptrdiff_t operands(Op op) {
  switch (op) {
    case Op::load_attr:
    case Op::load_method:
    case Op::delete_attr:
    case Op::unary:
    case Op::not_:
    case Op::get_iter:
    case Op::for_iter:
    case Op::unpack:
    case Op::unpack_ex:
    case Op::list_extend:
    case Op::jump_if_false:
    case Op::jump_if_true:
    case Op::jump_if_false_or_pop:
    case Op::jump_if_true_or_pop:
      return 1;
    case Op::binary:
    case Op::inplace:
    case Op::compare:
    case Op::in:
    case Op::not_in:
    case Op::subscr:
    case Op::delete_subscr:
    case Op::store_attr:
      return 2;
    default:
      return 0;
  }
}

bool reads_weak(const Frame* f) {
  const std::uint32_t word = *f->pc;
  const auto op = static_cast<Op>(word & 0xff);
  if (op == Op::call) return call_reads(f->sp - (word >> 8) - 2, f->sp);
  if (op == Op::call_kw) return call_reads(f->sp - (word >> 8) - 3, f->sp - 1);
  if (op == Op::store_subscr) return (type_of(f->sp[-2])->flags & kProxy) != 0;  // the maps are only written
  const std::ptrdiff_t n = operands(op);
  return n != 0 && any_reads(f->sp - n, f->sp);
}

/// The library's own files begin with '<': their lines are not the program's.
bool begins_line(const Frame* f) {
  const Code* code = f->code;
  if (code->filename->bytes != 0 && code->filename->data[0] == '<') return false;
  const auto pc = static_cast<std::uint32_t>(f->pc - code->words.data());
  return std::binary_search(code->lines.begin(), code->lines.end(), LineMark{pc, 0},
                            [](const LineMark& a, const LineMark& b) { return a.pc < b.pc; });
}

}  // namespace

bool watching() { return settings.gc != GcPolicy::explicit_ && !settings.collect_never; }

bool watch(Thread& t) {
  Frame* f = t.frame;
  if (f->observed) return f->observed = false;
  const bool wanted = settings.gc == GcPolicy::stress ? begins_line(f) : reads_weak(f) && running_threads() == 0;
  if (!wanted) return false;
  collect_now(t);
  f->observed = true;
  if (serve(t, kEvents)) return true;
  return f->observed = false;
}

}  // namespace minipy
