// make<T>: an object that the collector owns.
#pragma once
#include <mayfly/queue.hpp>

#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

namespace mayfly {

namespace internal {
void* allocate_object(std::size_t bytes);                                               // throws std::bad_alloc
void destroy_later(void* object, CallbackQueue& queue, void (*destroy)(Event& event));  // throws std::bad_alloc, std::runtime_error
template <class T>
void destroy(Event& event) noexcept {
  static_cast<T*>(event.object)->~T();
}
}  // namespace internal

/// A collected T. Its memory is scanned for pointers. A non-trivial destructor runs as an event of the queue once the object has died: where that queue
/// is drained, after the weak callbacks, never inside an allocation, never at exit. What the object points to is whole then.
/// May collect. Throws std::bad_alloc, std::runtime_error with message() after shutdown or on an unregistered thread, and what T's constructor throws.
template <class T, class... Arguments>
T* make_in(CallbackQueue& queue, Arguments&&... arguments) {
  static_assert(alignof(T) <= 16, "bdwgc aligns objects to 16 bytes");
  void* memory = internal::allocate_object(sizeof(T));
  T* object = ::new (memory) T(std::forward<Arguments>(arguments)...);
  if constexpr (!std::is_trivially_destructible_v<T>) internal::destroy_later(object, queue, internal::destroy<T>);
  return object;
}

/// make_in() the default queue.
template <class T, class... Arguments>
T* make(Arguments&&... arguments) {
  return make_in<T>(default_queue(), std::forward<Arguments>(arguments)...);
}

}  // namespace mayfly
