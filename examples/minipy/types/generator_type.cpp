// Generators as objects; resuming them is the virtual machine's.
#include "compile/code.hpp"
#include "runtime/error.hpp"
#include "runtime/names.hpp"
#include "runtime/ops.hpp"
#include "runtime/str.hpp"
#include "types/types.hpp"
#include "vm/vm.hpp"

namespace minipy {

namespace {
Value generator_repr(Value v) {
  return str_new(format_text("<generator object {} at {:#x}>", as<Generator>(v)->qualname, reinterpret_cast<std::uintptr_t>(v)));
}
Value generator_iter(Value v) { return v; }

/// The end of a generator as an exception with its value.
Value ended(Value result) {
  return result == none() ? raise_exception(exception_new(exc::StopIteration, "")) : raise_with(exc::StopIteration, result);
}
Value generator_next(Value v) {
  Value result = none();
  Value yielded = resume_generator(as<Generator>(v), Resume::send, none(), &result);
  return yielded == nullptr && !error_pending() && result != none() ? ended(result) : yielded;
}

Value generator_send(Args args) {
  auto* g = as<Generator>(args[0]);
  const bool may = may_push();
  if (g->frame == nullptr) return ended(none());
  if (may) return push_generator(g, args[1], OnReturn::next, nullptr);
  if (!g->started && args[1] != none()) return raise(exc::TypeError, "can't send non-None value to a just-started generator");
  Value result = none();
  Value yielded = resume_generator(g, Resume::send, args[1], &result);
  return yielded != nullptr || error_pending() ? yielded : ended(result);
}

/// throw(exception), or the old throw(type, value, traceback)
Value generator_throw(Args args) {
  const bool may = may_push();
  Value exception = args[1];
  if (is_type(exception)) {
    const bool made = args.count > 2 && is_instance(args[2], as_type(exception));
    exception = made ? args[2] : args.count > 2 && args[2] != none() ? call(exception, {args[2]}) : call(exception, {});
    if (exception == nullptr) return nullptr;
  }
  if (!is_instance(exception, &exc::BaseException))
    return raise(exc::TypeError, "exceptions must be classes or instances deriving from BaseException, not {}", type_name(exception));
  auto* g = as<Generator>(args[0]);
  if (may) return push_throw(g, exception);
  Value result = none();
  Value yielded = resume_generator(g, Resume::throw_, exception, &result);
  return yielded != nullptr || error_pending() ? yielded : ended(result);
}
Value generator_close(Args args) { return done(close_generator(as<Generator>(args[0]))); }

Value get_name(Value v) { return as<Generator>(v)->name; }
Value get_qualname(Value v) { return as<Generator>(v)->qualname; }
Value get_running(Value v) { return boolean(as<Generator>(v)->running); }
/// There are no frame objects: whether there is a frame is what programs ask.
Value get_frame(Value v) { return as<Generator>(v)->frame != nullptr ? boolean(true) : none(); }

constexpr Slots kGeneratorSlots = {.repr = generator_repr, .hash = address_hash, .iter = generator_iter, .next = generator_next};
}  // namespace

Type generator_type =
    builtin_type("generator", &kGeneratorSlots,
                 {.flags = kNoSubclass | kNotConstructible | kWeakRefable, .size = sizeof(Generator), .cell_offset = offsetof(Generator, cell)});

void init_generator_type() {
  ready_type(generator_type);
  define_natives(generator_type, {{"send", generator_send, 2, 2, kMethod | kMayPush},
                                  {"throw", generator_throw, 2, 4, kMethod | kMayPush},
                                  {"close", generator_close, 1, 1, kMethod}});
  define_getsets(generator_type, {{"__name__", get_name}, {"__qualname__", get_qualname}, {"gi_running", get_running}, {"gi_frame", get_frame}});
}

}  // namespace minipy
