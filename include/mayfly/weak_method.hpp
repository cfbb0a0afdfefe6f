// WeakMethod<T, M>: an object, weakly, with one of its member functions. Hosts whose functions are collected objects embed a MethodNode instead.
#pragma once
#include <mayfly/weak.hpp>

#include <functional>
#include <type_traits>
#include <utility>

namespace mayfly {

/// A strong bound method: S, or G. Made by WeakMethod::get(); empty when the object was dead.
template <class T, class M>
class StrongMethod {
 public:
  constexpr StrongMethod() noexcept = default;
  StrongMethod(T* object, M method) noexcept : object_(object), method_(method) {}
  explicit operator bool() const noexcept { return object_ != nullptr; }
  T* object() const noexcept { return object_; }

  /// REQUIRES: not empty. The object is held during the call.
  template <class... A>
    requires std::is_invocable_v<M, T*, A...>
  decltype(auto) operator()(A&&... arguments) const {
    struct Hold {
      T* object;
      ~Hold() { reachable_here(object); }
    } hold{object_};
    return std::invoke(method_, hold.object, std::forward<A>(arguments)...);
  }

 private:
  T* object_ = nullptr;
  M method_ = nullptr;
};

/// A plain value, copied like a pointer; S, G, M; all-zero is empty. Equality is that of object and method, by identity, and survives death; so does the
/// hash, which is the object's. Python: weakref.WeakMethod(o.m)
template <class T, class M>
  requires std::is_member_function_pointer_v<M>
class WeakMethod {
 public:
  constexpr WeakMethod() noexcept = default;
  /// May collect. Fails as Weak<T>::of() does.
  static Result<WeakMethod> of(T* object, M method) noexcept {
    const auto weak = Weak<T>::of(object);
    WeakMethod made;
    made.object_ = weak.value;
    made.method_ = method;
    return {weak ? made : WeakMethod(), weak.status};
  }

  /// A fresh bound method, or an empty one. Any registered thread; never collects; O(1), lock-free. Python: WeakMethod()
  StrongMethod<T, M> get() const noexcept {
    T* object = object_.get();
    return object != nullptr ? StrongMethod<T, M>(object, method_) : StrongMethod<T, M>();
  }
  bool expired() const noexcept { return object_.expired(); }

  friend bool operator==(const WeakMethod&, const WeakMethod&) noexcept = default;

 private:
  friend struct std::hash<WeakMethod>;
  Weak<T> object_;
  M method_ = nullptr;
};

namespace internal {
template <class M>
struct ClassOf;
template <class F, class C>
struct ClassOf<F C::*> {
  using Type = C;
};
}  // namespace internal

/// WeakMethod<T, M>::of() with the types deduced: a method of T, or of a base.
template <class T, class M>
  requires std::is_member_function_pointer_v<M> && std::is_base_of_v<typename internal::ClassOf<M>::Type, std::remove_cv_t<T>>
Result<WeakMethod<T, M>> weak_method(T* object, M method) noexcept {
  return WeakMethod<T, M>::of(object, method);
}

}  // namespace mayfly

template <class T, class M>
struct std::hash<mayfly::WeakMethod<T, M>> {
  std::size_t operator()(const mayfly::WeakMethod<T, M>& method) const noexcept { return std::hash<mayfly::Weak<T>>{}(method.object_); }
};
