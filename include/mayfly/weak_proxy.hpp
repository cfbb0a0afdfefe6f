// WeakProxy<T>: stands for its referent while that lives, and throws ReferenceError afterwards.
#pragma once
#include <mayfly/errors.hpp>
#include <mayfly/weak.hpp>

#include <compare>
#include <concepts>
#include <functional>
#include <iterator>
#include <type_traits>
#include <utility>

#if defined(__cpp_exceptions)
namespace mayfly {

namespace internal {
/// A strong pointer that the optimiser cannot end early: the object is held until this is destroyed. S only.
template <class T>
class Held {
 public:
  explicit Held(T* object) noexcept : object_(object) {}
  Held(const Held&) = default;
  Held& operator=(const Held&) = default;
  ~Held() { reachable_here(object_); }
  T* operator->() const noexcept { return object_; }
  T& operator*() const noexcept { return *object_; }

 private:
  T* object_;
};

/// The referent's own iterator, together with the referent.
template <class T, class I>
class HeldIterator {
 public:
  HeldIterator(T* object, I at) : held_(object), at_(std::move(at)) {}
  decltype(auto) operator*() const { return *at_; }
  HeldIterator& operator++() {
    ++at_;
    return *this;
  }
  template <class J>
  bool operator==(const HeldIterator<T, J>& other) const {
    return at_ == other.at_;
  }

 private:
  template <class, class>
  friend class HeldIterator;
  Held<T> held_;
  I at_;
};
}  // namespace internal

/// A plain value, copied like a pointer; S, G, M; all-zero is empty and reads as dead. Every operation forwards to the referent, which is held for its
/// duration, and throws ReferenceError when it is dead; both sides of a comparison are unwrapped. It has no hash, since what it stands for is mutable
/// and mortal. For a callback make a WeakRef beside it. Any registered thread. Python: weakref.proxy(o)
template <class T>
class WeakProxy {
 public:
  constexpr WeakProxy() noexcept = default;
  explicit constexpr WeakProxy(Weak<T> weak) noexcept : weak_(weak) {}
  /// As Weak converts.
  template <class U>
    requires(!std::is_same_v<U, T> && std::is_convertible_v<Weak<U>, Weak<T>>)
  WeakProxy(const WeakProxy<U>& other) noexcept : weak_(other.weak_) {}
  /// May collect. Throws NotWeakReferenceable, std::bad_alloc or Error.
  explicit WeakProxy(T* object) : weak_(unwrap(Weak<T>::of(object))) {}

  /// Without a throw: the referent, strong from now on, or null.
  T* get() const noexcept { return weak_.get(); }
  bool expired() const noexcept { return weak_.expired(); }

  /// Held to the end of the full expression.
  internal::Held<T> operator->() const { return internal::Held<T>(alive()); }
  /// As strong as any reference: hold get() while you use it for longer than one expression.
  T& operator*() const { return *alive(); }
  explicit operator bool() const
    requires requires(T& t) { static_cast<bool>(t); }
  {
    return static_cast<bool>(*internal::Held<T>(alive()));
  }

  template <class... A>
    requires std::is_invocable_v<T&, A...>
  decltype(auto) operator()(A&&... arguments) const {
    const internal::Held<T> held(alive());
    return std::invoke(*held, std::forward<A>(arguments)...);
  }
  template <class I>
    requires requires(T& t, I&& i) { t[std::forward<I>(i)]; }
  decltype(auto) operator[](I&& index) const {
    const internal::Held<T> held(alive());
    return (*held)[std::forward<I>(index)];
  }
  auto begin() const
    requires requires(T& t) { std::begin(t); }
  {
    T* object = alive();
    return internal::HeldIterator(object, std::begin(*object));
  }
  auto end() const
    requires requires(T& t) { std::end(t); }
  {
    T* object = alive();
    return internal::HeldIterator(object, std::end(*object));
  }

  friend bool operator==(const WeakProxy& a, const WeakProxy& b)
    requires std::equality_comparable<T>
  {
    const internal::Held<T> left(a.alive()), right(b.alive());
    return *left == *right;
  }
  friend bool operator==(const WeakProxy& a, const T& b)
    requires std::equality_comparable<T>
  {
    return *internal::Held<T>(a.alive()) == b;
  }
  friend auto operator<=>(const WeakProxy& a, const WeakProxy& b)   // others: below
    requires std::three_way_comparable<T>
  {
    const internal::Held<T> left(a.alive()), right(b.alive());
    return *left <=> *right;
  }
  friend auto operator<=>(const WeakProxy& a, const T& b)
    requires std::three_way_comparable<T>
  {
    return *internal::Held<T>(a.alive()) <=> b;
  }

 private:
  template <class>
  friend class WeakProxy;
  T* alive() const {
    T* object = weak_.get();
    if (object == nullptr) throw ReferenceError();
    return object;
  }

  Weak<T> weak_;
};

namespace internal {
/// A side of a comparison, held meanwhile if a proxy stands for it.
template <class T>
struct Side {
  using Referent = std::remove_cv_t<T>;
  static constexpr bool kIsProxy = false;
  explicit Side(const T& value) noexcept : object(value) {}
  const T& operator*() const noexcept { return object; }
  const T& object;
};
template <class T>
struct Side<WeakProxy<T>> {
  using Referent = std::remove_cv_t<T>;
  static constexpr bool kIsProxy = true;
  explicit Side(const WeakProxy<T>& proxy) : held(proxy.operator->()) {}
  const T& operator*() const noexcept { return *held; }
  Held<T> held;
};
template <class A, class B>
concept compared_by_own_operators = (Side<A>::kIsProxy || Side<B>::kIsProxy) && std::same_as<typename Side<A>::Referent, typename Side<B>::Referent> &&
                                    !std::three_way_comparable<typename Side<A>::Referent>;
}  // namespace internal

/// For referents without <=>: those operators that they have, between two proxies of one referent type, const or not, or a proxy and an object.
template <class A, class B>
  requires internal::compared_by_own_operators<A, B> &&
           requires(const internal::Side<A>& a, const internal::Side<B>& b) { { *a < *b } -> std::convertible_to<bool>; }
bool operator<(const A& a, const B& b) {
  const internal::Side<A> left(a);
  const internal::Side<B> right(b);
  return *left < *right;
}
template <class A, class B>
  requires internal::compared_by_own_operators<A, B> &&
           requires(const internal::Side<A>& a, const internal::Side<B>& b) { { *a > *b } -> std::convertible_to<bool>; }
bool operator>(const A& a, const B& b) {
  const internal::Side<A> left(a);
  const internal::Side<B> right(b);
  return *left > *right;
}
template <class A, class B>
  requires internal::compared_by_own_operators<A, B> &&
           requires(const internal::Side<A>& a, const internal::Side<B>& b) { { *a <= *b } -> std::convertible_to<bool>; }
bool operator<=(const A& a, const B& b) {
  const internal::Side<A> left(a);
  const internal::Side<B> right(b);
  return *left <= *right;
}
template <class A, class B>
  requires internal::compared_by_own_operators<A, B> &&
           requires(const internal::Side<A>& a, const internal::Side<B>& b) { { *a >= *b } -> std::convertible_to<bool>; }
bool operator>=(const A& a, const B& b) {
  const internal::Side<A> left(a);
  const internal::Side<B> right(b);
  return *left >= *right;
}

}  // namespace mayfly

template <class T>
struct std::hash<mayfly::WeakProxy<T>> {
  hash() = delete;   // Python: a proxy is unhashable
};
#endif
