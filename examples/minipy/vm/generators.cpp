// Generators: resuming, throwing into, and closing them.
#include "runtime/error.hpp"
#include "runtime/ops.hpp"
#include "runtime/stack.hpp"
#include "runtime/str.hpp"
#include "vm/frames.hpp"

namespace minipy {

namespace {
Object pushed_object{};

/// Links a suspended generator's frame in front of the others. False: an exception.
bool enter_generator(Thread& t, Generator* g, OnReturn on_return, Value extra) {
  if (g->running) return raise(exc::ValueError, "generator already executing"), false;
  if (t.depth >= recursion_limit) return raise(exc::RecursionError, "maximum recursion depth exceeded"), false;
  Frame* f = g->frame;
  ++t.depth;
  f->back = t.frame, f->on_return = on_return, f->extra = extra, f->entry_handled = t.handled;
  if (g->handled != nullptr) t.handled = g->handled;
  g->handled = nullptr;
  g->running = g->started = true;
  t.frame = f;
  return true;
}

Generator* delegate(const Generator* g) {
  const Frame* f = g->frame;
  if (!g->started || static_cast<Op>(*f->pc & 0xff) != Op::yield_from) return nullptr;
  return is_exact(f->sp[-1], &generator_type) ? as<Generator>(f->sp[-1]) : nullptr;
}

/// What happens to the iterator that a suspended `yield from` delegates to. True with `yielded` set: it yielded, and so does the generator.
/// True without: it ended. False: an exception.
bool throw_into_delegate(Generator* g, Value exception, Value* yielded) {
  Frame* f = g->frame;
  Value inner = f->sp[-1], result = none();
  *yielded = nullptr;
  g->running = true;
  if (Generator* other = delegate(g); other != nullptr) {
    if (is_instance(exception, &exc::GeneratorExit))
      result = close_generator(other) ? nullptr : result;
    else
      *yielded = resume_generator(other, Resume::throw_, exception, &result);
  } else {
    Value method = find_attr(inner, intern(is_instance(exception, &exc::GeneratorExit) ? "close" : "throw"));
    if (method == nullptr || is_instance(exception, &exc::GeneratorExit)) {
      if (method != nullptr) (void)call(method, {});
      result = nullptr;
    } else {
      *yielded = call(method, {exception});
      if (*yielded == nullptr && error_is(exc::StopIteration)) {
        auto* stop = as<Exception>(take_error());
        result = stop->args->size != 0 ? stop->args->items[0] : none();
      }
    }
  }
  g->running = false;
  if (error_pending() || *yielded != nullptr) return *yielded != nullptr;
  if (result == nullptr) return raise_exception(exception), false;  // it was closed, or knows no throw(): the exception goes on
  f->sp[-1] = result;
  ++f->pc;
  return true;
}

/// Prepares what throw() does. no: the exception is pending, to be raised within the frame; yes: go on without; yielded: answered already.
enum class Thrown : std::uint8_t { raise, go_on, yielded };
Thrown prepare_throw(Generator* g, Value exception, Value* yielded) {
  if (g->started && static_cast<Op>(*g->frame->pc & 0xff) == Op::yield_from && !g->running) {
    if (throw_into_delegate(g, exception, yielded)) return *yielded != nullptr ? Thrown::yielded : Thrown::go_on;
    if (g->frame != nullptr) ++g->frame->pc;
    return Thrown::raise;
  }
  raise_exception(exception);
  return Thrown::raise;
}
}  // namespace

Value pushed() { return &pushed_object; }
bool may_push() {
  Thread& t = this_thread();
  const bool may = t.may_push;
  t.may_push = false;
  return may;
}

Value push_generator(Generator* g, Value send, OnReturn on_return, Value extra) {
  Thread& t = this_thread();
  const bool fresh = !g->started;
  if (fresh && send != nullptr && send != none()) return raise(exc::TypeError, "can't send non-None value to a just-started generator");
  if (!enter_generator(t, g, on_return, extra)) return nullptr;
  if (!fresh) *t.frame->sp++ = send != nullptr ? send : none();
  return pushed();
}

Value push_throw(Generator* g, Value exception) {
  if (g->frame == nullptr || !g->started) return g->frame = nullptr, raise_exception(exception);
  Thread& t = this_thread();
  if (g->running) return raise(exc::ValueError, "generator already executing");
  Value yielded = nullptr;
  const Thrown how = prepare_throw(g, exception, &yielded);
  if (how == Thrown::yielded) return yielded;
  Value error = take_error();
  if (!enter_generator(t, g, OnReturn::next, nullptr)) return nullptr;
  restore_error(error);
  return pushed();
}

Value resume_generator(Generator* g, Resume how, Value value, Value* result) {
  Thread& t = this_thread();
  if (result != nullptr) *result = none();
  if (g->frame == nullptr) return how == Resume::throw_ ? raise_exception(value) : nullptr;
  if (t.runs >= kMostRuns || stack_is_low()) return raise(exc::RecursionError, "maximum recursion depth exceeded");
  Value answer = nullptr;
  if (how == Resume::send) {
    if (push_generator(g, value, OnReturn::leave, nullptr) == nullptr) return nullptr;
    answer = run(t);
  } else {
    Value p = push_throw(g, value);
    if (p != pushed()) return p;
    g->frame->on_return = OnReturn::leave;
    answer = error_pending() ? run_with_error(t) : run(t);
  }
  if (answer == nullptr || g->frame != nullptr) return answer;
  if (result != nullptr) *result = answer;  // it ended
  return nullptr;
}

bool close_generator(Generator* g) {
  if (g->frame == nullptr) return true;
  if (!g->started && !g->running) return g->frame = nullptr, true;
  Value exit = exception_new(exc::GeneratorExit, "");
  if (exit == nullptr) return false;
  Value yielded = resume_generator(g, Resume::throw_, exit);
  if (yielded != nullptr) return raise(exc::RuntimeError, "generator ignored GeneratorExit"), false;
  if (!error_pending()) return true;
  return clear_error_if(exc::GeneratorExit) || clear_error_if(exc::StopIteration);
}

}  // namespace minipy
