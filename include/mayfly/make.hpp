// make<T>: an object that the collector owns.
#pragma once
#include <mayfly/errors.hpp>
#include <mayfly/node.hpp>
#include <mayfly/queue.hpp>

#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

namespace mayfly {

namespace internal {
Result<void*> allocate_object(std::size_t bytes) noexcept;
Status destroy_later(void* object, CallbackQueue& queue, void (*destroy)(Event& event)) noexcept;   // failed: forgotten and destroyed now
struct Unmade {                                     // until its constructor has returned: else weak references that it made read null
  void* object;
  ~Unmade() {
    if (object != nullptr) clear_now({.obj = object});
  }
};
/// T(arguments...), also where the compiler cannot initialise aggregates that way (clang 14).
template <class T, class... Arguments>
T* construct(void* memory, Arguments&&... arguments) {
  if constexpr (std::is_constructible_v<T, Arguments...>) {
    return ::new (memory) T(std::forward<Arguments>(arguments)...);
  } else {
    return ::new (memory) T{std::forward<Arguments>(arguments)...};
  }
}
template <class T>
void destroy(Event& event) noexcept {
  static_cast<T*>(event.object)->~T();
}
}  // namespace internal

/// A collected T. Its memory is scanned for pointers. A non-trivial destructor runs as an event of the queue once the object has died: where that queue is
/// drained, after the weak callbacks, never inside an allocation; objects that live at exit are not destroyed. The memory of what the object points to is still
/// there, but if that died with it its destructor may have run. May collect. `no_memory`, `shut_down`, `unknown_thread`, `unsupported`. Throws only what T's
/// constructor throws. Failed: what weak references a constructor made of `this` read null.
template <class T, class... Arguments>
Result<T*> try_make_in(CallbackQueue& queue, Arguments&&... arguments) noexcept(std::is_nothrow_constructible_v<T, Arguments...>) {
  static_assert(alignof(T) <= 16, "bdwgc aligns objects to 16 bytes");
  const Result<void*> memory = internal::allocate_object(sizeof(T));
  if (!memory) return {nullptr, memory.status};
  internal::Unmade unmade{memory.value};
  T* object = internal::construct<T>(memory.value, std::forward<Arguments>(arguments)...);
  unmade.object = nullptr;
  if constexpr (!std::is_trivially_destructible_v<T>) {
    const Status status = internal::destroy_later(const_cast<std::remove_cv_t<T>*>(object), queue, internal::destroy<T>);
    if (status != Status::ok) return {nullptr, status};
  }
  return {object, Status::ok};
}

#if defined(__cpp_exceptions)
/// try_make_in(), unwrapped: throws std::bad_alloc or Error.
template <class T, class... Arguments>
T* make_in(CallbackQueue& queue, Arguments&&... arguments) {
  return unwrap(try_make_in<T>(queue, std::forward<Arguments>(arguments)...));
}

/// make_in() the default queue.
template <class T, class... Arguments>
T* make(Arguments&&... arguments) {
  return make_in<T>(default_queue(), std::forward<Arguments>(arguments)...);
}
#endif

}  // namespace mayfly
