// How frames end: by a value, by a yield, by an exception.
#include <algorithm>

#include "runtime/error.hpp"
#include "runtime/ops.hpp"
#include "vm/frames.hpp"
#include "vm/host_mayfly.hpp"
#include "vm/interpreter.hpp"

namespace minipy {

namespace {

void push(Frame* f, Value v) { *f->sp++ = v; }

After stop_iteration(Value result) {
  result == none() ? raise_exception(exception_new(exc::StopIteration, "")) : raise_with(exc::StopIteration, result);
  return After::error;
}

/// What a generator's frame that ended means to whom it worked for.
After generator_ended(Frame* back, OnReturn how, Value extra, Value result) {
  switch (how) {
    case OnReturn::for_iter:  // behind the loop, without the iterator
      --back->sp;
      back->pc = back->code->words.data() + (back->pc[-1] >> 8);
      return After::resume;
    case OnReturn::next:
      if (extra == nullptr) return stop_iteration(result);
      push(back, extra);
      return After::resume;
    default:  // yield_from: the value of the expression takes the iterator's place
      back->sp[-1] = result;
      ++back->pc;
      return After::resume;
  }
}

/// A generator may not end by StopIteration: it would end the loop that runs it.
void convert_stop_iteration(Thread& t) {
  if (!is_instance(t.error, &exc::StopIteration)) return;
  Value stop = take_error();
  raise(exc::RuntimeError, "generator raised StopIteration");
  auto* e = as<Exception>(t.error);
  e->cause = stop, e->context = stop, e->suppress_context = true;
}

void add_traceback(Thread& t, Frame* f) {
  auto* entry = static_cast<Traceback*>(allocate(sizeof(Traceback)));
  if (entry == nullptr) return;  // the pending exception is MemoryError now: without this line
  auto* e = as<Exception>(t.error);
  entry->type = &traceback_type, entry->code = f->code, entry->line = frame_line(f), entry->next = e->traceback;
  e->traceback = entry;
}

}  // namespace

After finish_frame(Thread& t, Value& result) {
  Frame* f = t.frame;
  const OnReturn how = f->on_return;
  Value extra = f->extra;
  pop_frame(t);
  Frame* back = t.frame;
  switch (how) {
    case OnReturn::push:
      push(back, result);
      return After::resume;
    case OnReturn::leave:
      return After::leave;
    case OnReturn::construct:
      if (result != none()) return raise(exc::TypeError, "__init__() should return None, not '{}'", type_name(result)), After::error;
      push(back, extra);
      return After::resume;
    case OnReturn::drop:
      return After::resume;
    case OnReturn::callback:
      (void)delivered(t);
      return After::resume;
    default:
      return generator_ended(back, how, extra, result);
  }
}

void suspend_frame(Thread& t) {
  Frame* f = t.frame;
  Generator* g = f->generator;
  g->handled = t.handled == f->entry_handled ? nullptr : t.handled;
  t.handled = f->entry_handled;
  f->entry_handled = nullptr, f->extra = nullptr;
  g->running = false;
  t.frame = f->back;
  f->back = nullptr;
  --t.depth;
  std::fill(f->sp, f->locals + f->code->frame_size(), nullptr);
}

After yield_value(Thread& t, Value& result) {
  for (;;) {
    const OnReturn how = t.frame->on_return;
    suspend_frame(t);
    if (how == OnReturn::leave) return After::leave;
    if (how != OnReturn::yield_from) {
      push(t.frame, result);
      return After::resume;
    }  // else whoever delegates to it yields the same, and does so again when it is resumed
  }
}

After unwind(Thread& t) {
  for (;;) {
    Frame* f = t.frame;
    if (!t.reraised) add_traceback(t, f);
    t.reraised = false;
    const auto at = static_cast<std::uint32_t>(f->pc - f->code->words.data());
    for (const Guard& guard : f->code->guards) {
      if (at <= guard.start || at > guard.end) continue;
      f->sp = stack_base(f) + guard.depth;
      push(f, take_error());
      f->pc = f->code->words.data() + guard.handler;
      collect_if_memory_ran_out(t);
      return After::resume;
    }
    const OnReturn how = f->on_return;
    if (f->generator != nullptr) convert_stop_iteration(t);
    pop_frame(t);
    if (how == OnReturn::leave) return After::leave;
    if (how == OnReturn::yield_from) ++t.frame->pc;
    if (how != OnReturn::callback) continue;
    (void)delivered(t);
    return After::resume;
  }
}

After serve_breaks(Thread& t) {
  const unsigned why = eval_break.load(std::memory_order_relaxed);
  if ((why & kYieldLock) != 0) drop_lock(), take_lock();
  if ((why & kInterrupt) != 0 && take_interrupt()) {
    ++t.frame->pc;  // it comes in the next instruction
    return raise_exception(exception_new(exc::KeyboardInterrupt, "")), After::error;
  }
  if ((why & (kEvents | kCollect)) != 0) (void)serve(t, why);
  return After::resume;
}

}  // namespace minipy
