// finalize(): a C++ closure that is called once an object has died, or at exit. Python: weakref.finalize
#pragma once
#include <mayfly/make.hpp>
#include <mayfly/node.hpp>

#include <exception>
#include <new>
#include <utility>

namespace mayfly {

namespace internal {
/// A closure in collected memory; `act` calls it, then destroys it, or only destroys it.
struct Closure {
  enum class Act { call, drop };
  void (*act)(Closure* self, Act act);
};
template <class F>
struct ClosureOf : Closure {
  explicit ClosureOf(F&& function) : Closure{&ClosureOf::act_on}, f(std::move(function)) {}
  static void act_on(Closure* self, Act act) {
    struct Destroy {
      ClosureOf& closure;
      ~Destroy() { closure.f.~F(); }
    } destroy{*static_cast<ClosureOf*>(self)};
    if (act == Act::call) destroy.closure.f();
  }
  ~ClosureOf() = delete;
  union {                       // destroyed by act_on() alone: collected memory has no destructor
    F f;
  };
};
void run_closure(Event& event) noexcept;              // what it throws is reported
}  // namespace internal

/// What happens to an exception that leaves a closure which mayfly called. Default: a line on stderr. Python: sys.unraisablehook
using UnraisableHandler = void (*)(std::exception_ptr error) noexcept;
/// Sets the handler of the process and answers the one before; null is the default. Any thread.
UnraisableHandler on_unraisable(UnraisableHandler handler) noexcept;

/// A handle to a finalizer. S, G, M; all-zero is dead. Forgetting it cancels nothing.
class Finalizer {
 public:
  constexpr Finalizer() noexcept = default;
  explicit constexpr Finalizer(Registered registered) noexcept : id_(registered) {}

  /// Calls the closure now, here, unless it was called or detached before; what it throws propagates. Answers whether it was called. Python: f()
  bool run();
  /// Forgets the closure. Answers whether it was alive.
  bool detach();
  bool alive() const noexcept { return mayfly::alive(id_); }
  AtExit at_exit() const noexcept { return mayfly::at_exit(id_); }
  void at_exit(AtExit value) noexcept { mayfly::set_at_exit(id_, value); }
  Registered id() const noexcept { return id_; }

 private:
  Registered id_;
};

/// Calls `f()` once: where `queue` is drained after the object has died, or at exit. `f` lives in traced memory, so what it captures directly stays alive,
/// and a capture that reaches the object keeps that alive to exit; collected pointers inside malloc memory that `f` owns are not traced: Root them.
/// May collect. Moving `f` must not throw.
template <class T, class F>
Result<Finalizer> finalize(T* object, F f, CallbackQueue& queue = default_queue(), AtExit at_exit = AtExit::yes) noexcept {
  static_assert(alignof(F) <= 16, "bdwgc aligns objects to 16 bytes");
  const Result<void*> memory = internal::allocate_object(sizeof(internal::ClosureOf<F>));
  if (!memory) return {{}, memory.status};
  auto* closure = ::new (memory.value) internal::ClosureOf<F>(std::move(f));
  const auto registered = finalize_raw({.obj = object}, queue, closure, at_exit, internal::run_closure);
  if (!registered) closure->act(closure, internal::Closure::Act::drop);
  return {Finalizer(registered.value), registered.status};
}

}  // namespace mayfly
