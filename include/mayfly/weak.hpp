// Weak<T>: a weak reference as a plain value.
#pragma once
#include <mayfly/node.hpp>

#include <cstddef>
#include <functional>
#include <type_traits>

namespace mayfly {

/// A slot with its generation; zero is empty. S, G, M. A stale one reads null, never another object.
struct WeakHandle {
  std::uint64_t bits = 0;
  friend bool operator==(const WeakHandle&, const WeakHandle&) noexcept = default;
};
/// A handle to the referent's base. May collect.
Result<WeakHandle> weak_handle(const Referent& referent) noexcept;
/// The base, strong from now on, or null. Any registered thread; never collects; O(1), lock-free.
inline void* load(WeakHandle handle) noexcept { return internal::load(handle.bits); }
namespace internal {
struct WeakParts {
  WeakHandle handle;
  std::ptrdiff_t offset = 0;   // of the pointer from the base
};
Result<WeakParts> weak_parts(void* object) noexcept;
/// Asked before a registering call looks at what is there: started, perhaps shut down since, and bdwgc knows this thread.
Status may_look() noexcept;
}  // namespace internal
/// How far the pointer is from the start of its collected object; zero for what is not collected.
std::ptrdiff_t offset_from_base(const void* object) noexcept;

/// Whether objects of T may be weakly referenced: classes and unions. Specialise it to opt out.
template <class T>
inline constexpr bool weakly_referenceable = std::is_class_v<T> || std::is_union_v<T>;
namespace internal {
template <class T>
inline constexpr bool opted_out = (std::is_class_v<T> || std::is_union_v<T>) && !weakly_referenceable<std::remove_cv_t<T>>;
/// For a Referent, which looks at nothing but the address.
template <class T>
void* address(T* object) noexcept {
  return const_cast<std::remove_cv_t<T>*>(object);
}
/// U is T but for const, or derives from it and not virtually: where the T lies is known without an object.
template <class U, class T>
concept placed_in = std::is_convertible_v<U*, T*> && requires(std::remove_cv_t<T>* base) { static_cast<std::remove_cv_t<U>*>(base); };
/// How far the T is from the start of the U.
template <class U, class T>
std::ptrdiff_t place_in() noexcept {
  if constexpr (std::is_same_v<std::remove_cv_t<U>, std::remove_cv_t<T>>) {
    return 0;
  } else {
    constexpr std::uintptr_t kAnywhere = 1 << 20;
    return static_cast<std::ptrdiff_t>(reinterpret_cast<std::uintptr_t>(static_cast<T*>(reinterpret_cast<U*>(kAnywhere))) - kAnywhere);
  }
}
}  // namespace internal

/// A weak reference without identity and callback: trivially copyable, uncounted, copied like a pointer. S, G, M; all-zero is empty.
/// Equality and hash are those of the referent's identity and survive its death. Python has no such thing; nearest: weakref.ref(o)
template <class T>
class Weak {
 public:
  constexpr Weak() noexcept = default;
  /// Of a const object, or of a base class; dead ones too. For a virtual base make another: of(other.get()).
  template <class U>
    requires(!std::is_same_v<U, T> && internal::placed_in<U, T>)
  Weak(const Weak<U>& other) noexcept : handle_(other.handle_), offset_(other.handle_.bits != 0 ? other.offset_ + internal::place_in<U, T>() : 0) {}

  /// May collect. `not_weakrefable`: the type opted out; `not_collectable`: null, or not bdwgc's.
  static Result<Weak> of(T* object) noexcept {
    if constexpr (!weakly_referenceable<std::remove_cv_t<T>>) return {{}, Status::not_weakrefable};
    const auto parts = internal::weak_parts(internal::address(object));
    return {from(parts.value.handle, parts.value.offset), parts.status};
  }

  /// Of a handle that was made elsewhere; `offset` is that of the T from the start of its collected object.
  static constexpr Weak from(WeakHandle handle, std::ptrdiff_t offset = 0) noexcept {
    Weak weak;
    weak.handle_ = handle;
    weak.offset_ = offset;
    return weak;
  }

  /// The referent, strong from now on, or null. Any registered thread; never collects; O(1), lock-free.
  T* get() const noexcept {
    void* base = load(handle_);
    return base != nullptr ? reinterpret_cast<T*>(static_cast<char*>(base) + offset_) : nullptr;
  }
  bool expired() const noexcept { return get() == nullptr; }

  friend bool operator==(const Weak&, const Weak&) noexcept = default;

 private:
  friend struct std::hash<Weak>;
  template <class>
  friend class Weak;
  WeakHandle handle_;
  std::ptrdiff_t offset_ = 0;   // of a base class that does not lie at the start
};

}  // namespace mayfly

template <class T>
struct std::hash<mayfly::Weak<T>> {
  std::size_t operator()(const mayfly::Weak<T>& weak) const noexcept {
    return static_cast<std::size_t>((weak.handle_.bits ^ static_cast<std::uint64_t>(weak.offset_)) * 0x9E3779B97F4A7C15u);
  }
};
