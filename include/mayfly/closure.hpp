// Closures in collected memory: what finalizers and weak callbacks of C++ programs are made of. Not for users.
#pragma once
#include <mayfly/make.hpp>
#include <mayfly/node.hpp>

#include <concepts>
#include <cstring>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace mayfly::internal {

void run_closure(Event& event) noexcept;              // what it throws is reported; see on_unraisable()

/// Traced, so what the closure captures directly stays alive. Called at most once; destroyed by finish() alone, since collected memory has no
/// destructors.
struct CollectedClosure : Closure {
  using Act = Event::Act;
  using Function = void (*)(CollectedClosure& self, Act act, RefNode* ref);

  explicit CollectedClosure(Function function) noexcept : Closure{run_closure}, act(function) {}
  /// Calls it, then destroys it; or only destroys it. Nothing when that was done before. Throws what the closure throws.
  void finish(Act how, RefNode* ref = nullptr) {
    if (const Function function = std::exchange(act, nullptr)) function(*this, how, ref);
  }

  Function act;                                       // null: done
};

/// Function pointers, std::function and their kind: which may be empty.
template <class F>
concept nullable = (std::is_pointer_v<F> || std::is_constructible_v<bool, F&>) && requires(F& f) { { f == nullptr } -> std::convertible_to<bool>; };

template <class F>
struct ClosureOf : CollectedClosure {
  explicit ClosureOf(F&& function) : CollectedClosure(act_on), f(std::move(function)) {}
  ~ClosureOf() = delete;

  static void act_on(CollectedClosure& self, Act act, RefNode* ref) {
    struct Destroy {
      F& f;
      ~Destroy() {
        f.~F();
        std::memset(static_cast<void*>(std::addressof(f)), 0, sizeof f);   // what it captured is held no longer
      }
    } destroy{static_cast<ClosureOf&>(self).f};
    if (act == Act::drop) return;
    if constexpr (std::is_invocable_v<F&>) {
      destroy.f();
    } else {
      destroy.f(*ref);
    }
  }

  union {                                             // no destructor of its own
    F f;
  };
};

/// May collect.
template <class F>
Result<CollectedClosure*> new_closure(F f) noexcept {
  static_assert(alignof(F) <= 16, "bdwgc aligns objects to 16 bytes");
  const Result<void*> memory = allocate_object(sizeof(ClosureOf<F>));
  if (!memory) return {nullptr, memory.status};
  return {::new (memory.value) ClosureOf<F>(std::move(f)), Status::ok};
}

}  // namespace mayfly::internal
