// finalize(): a C++ closure that is called once an object has died, or at exit. Python: weakref.finalize
#pragma once
#include <mayfly/closure.hpp>
#include <mayfly/node.hpp>
#include <mayfly/weak.hpp>

#include <exception>
#include <type_traits>
#include <utility>

namespace mayfly {

/// What happens to an exception that leaves a closure which mayfly called. Default: a line on stderr. Python: sys.unraisablehook
using UnraisableHandler = void (*)(std::exception_ptr error) noexcept;
/// Sets the handler of the process and answers the one before; null is the default. Any thread.
UnraisableHandler on_unraisable(UnraisableHandler handler) noexcept;

/// A handle to a finalizer. S, G, M; all-zero is dead. Forgetting it cancels nothing.
class Finalizer {
 public:
  constexpr Finalizer() noexcept = default;
  /// REQUIRES: one that finalize() made.
  explicit constexpr Finalizer(Registered registered) noexcept : id_(registered) {}

  /// Calls the closure now, here, unless it was called or detached before; what it throws propagates. Answers whether it was called. Python: f()
  bool run();
  /// Forgets the closure. Answers whether it was alive.
  bool detach();
  bool alive() const noexcept { return mayfly::alive(id_); }
  AtExit at_exit() const noexcept { return mayfly::at_exit(id_); }
  void at_exit(AtExit value) noexcept { mayfly::set_at_exit(id_, value); }
  void exit_priority(std::int32_t priority) noexcept { mayfly::set_exit_priority(id_, priority); }   ///< See set_exit_priority().
  Registered id() const noexcept { return id_; }

 private:
  Registered id_;
};

/// Calls `f()` once: where `queue` is drained after the object has died, or at exit. `f` lives in traced memory, so what it captures directly stays alive,
/// and a capture that reaches the object keeps that alive to exit; collected pointers inside malloc memory that `f` owns are not traced: Root them.
/// May collect. REQUIRES: `f` is no null function; moving it must not throw. `not_weakrefable`: the type opted out; else as finalize_raw().
template <class T, class F>
  requires std::is_invocable_v<F&>
Result<Finalizer> finalize(T* object, F f, CallbackQueue& queue = default_queue(), AtExit at_exit = AtExit::yes) noexcept {
  if constexpr (internal::opted_out<T>) return {Finalizer(), Status::not_weakrefable};
  const auto closure = internal::new_closure(std::move(f));
  if (!closure) return {{}, closure.status};
  const auto registered = finalize_raw({.obj = internal::address(object)}, queue, closure.value, at_exit, internal::run_closure);
  if (!registered) closure.value->finish(internal::CollectedClosure::Act::drop);
  return {Finalizer(registered.value), registered.status};
}

}  // namespace mayfly
