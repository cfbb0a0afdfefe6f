// WeakRef<T>: a weak reference with identity, and perhaps a closure that is called once its referent has died.
#pragma once
#include <mayfly/closure.hpp>
#include <mayfly/errors.hpp>
#include <mayfly/root.hpp>
#include <mayfly/weak.hpp>

#include <concepts>
#include <cstdint>
#include <functional>
#include <type_traits>
#include <utility>

namespace mayfly {

namespace internal {
/// The canonical node of the referent, or a new one. May collect.
Result<Root<RefNode>> shared_ref(const Referent& referent, CallbackQueue& queue) noexcept;
/// A new ref with a callback. `has_destructor`: the closure is destroyed also when the ref dies without being called. May collect.
Result<Root<RefNode>> ref_with(CollectedClosure& callback, bool has_destructor, const Referent& referent, CallbackQueue& queue) noexcept;

template <class T>
concept hashable = requires(const T& t) { { std::hash<std::remove_cv_t<T>>{}(t) } -> std::convertible_to<std::uint64_t>; };
/// Equal ones have equal hashes. Python: a class with __eq__ and without __hash__ is unhashable
template <class T>
concept hashable_like_equal = hashable<T> || !std::equality_comparable<T>;

/// The referents' own == and std::hash, where they have them.
template <class T>
constexpr Host host_of() noexcept {
  Host host;
  if constexpr (std::equality_comparable<T>) {
    host.equal = [](void*, void* a, void* b) { return *static_cast<const T*>(a) == *static_cast<const T*>(b) ? Answer::yes : Answer::no; };
  }
  if constexpr (hashable<T>) {
    host.hash = [](void*, void* object, std::uint64_t* out) {
      *out = std::hash<std::remove_cv_t<T>>{}(*static_cast<const T*>(object));
      return Status::ok;
    };
  }
  return host;
}
}  // namespace internal

/// A rooted handle to a ref object in collected memory. S, M; inside collected objects store a Weak<T>, or embed a RefNode. Copies share the ref object,
/// which lives while a handle does; its callback comes only if it is alive when its referent's death is found. Empty is constexpr and reads as dead.
/// A copy may collect and throws what a Root's does; a move does neither. Python: weakref.ref
template <class T>
class WeakRef {
 public:
  constexpr WeakRef() noexcept = default;
  /// The same ref object, by which the referent is const.
  template <class U>
    requires(!std::is_same_v<U, T> && std::is_same_v<const U, T>)
  WeakRef(WeakRef<U> other) noexcept : node_(std::move(other.node_)) {}

  /// The referent's one ref without callback. May collect. Fails as Weak<T>::of(), bind() and allocations do. Python: weakref.ref(o)
  static Result<WeakRef> of(T* object, CallbackQueue& queue = default_queue()) noexcept {
    if constexpr (!weakly_referenceable<std::remove_cv_t<T>>) return {WeakRef(), Status::not_weakrefable};
    return wrap(internal::shared_ref({.obj = internal::address(object)}, queue));
  }
  /// A ref of its own; `f()` or `f(RefNode& ref)` is called once, where `queue` is drained after the referent has died. What is true of captures in
  /// finalize() is true here: a capture that reaches the referent keeps it alive as long as this ref. Moving `f` must not throw; what it throws when it
  /// is called is reported, see on_unraisable(). A null function is none. May collect. Python: weakref.ref(o, f)
  template <class F>
    requires(std::is_invocable_v<F&> || std::is_invocable_v<F&, RefNode&>)
  static Result<WeakRef> of(T* object, F f, CallbackQueue& queue = default_queue()) noexcept {
    if constexpr (!weakly_referenceable<std::remove_cv_t<T>>) return {WeakRef(), Status::not_weakrefable};
    if constexpr (internal::nullable<F>) {
      if (f == nullptr) return of(object, queue);
    }
    const auto closure = internal::new_closure(std::move(f));
    if (!closure) return {WeakRef(), closure.status};
    return wrap(internal::ref_with(*closure.value, !std::is_trivially_destructible_v<F>, {.obj = internal::address(object)}, queue));
  }

  /// The referent, strong from now on, or null. Any registered thread; never collects; O(1), lock-free. Python: ref()
  T* get() const noexcept { return node_ ? static_cast<T*>(mayfly::get(*node_)) : nullptr; }
  bool expired() const noexcept { return get() == nullptr; }
  bool has_callback() const noexcept { return node_ && callback(*node_) != nullptr; }   ///< Python: ref.__callback__ is not None
  RefNode* node() const noexcept { return node_.get(); }                                ///< The ref object's identity; null when empty.

  /// Both alive: the referents' ==, which must not throw, or their identity where T has none. Either dead: identity of the ref objects. Python: ref == ref
  friend bool operator==(const WeakRef& a, const WeakRef& b) {
    if (!a.node_ || !b.node_) return a.node() == b.node();
    return equal(*a.node_, *b.node_, internal::host_of<T>()) == Answer::yes;
  }
  /// std::hash<T> of the referent, or of its identity where T has neither == nor a hash; asked once for each ref object, so it survives death; refs to one
  /// object by several types share that object's, so these types must hash it alike. std::hash<T> must not throw. `dead`: first asked too late. Python: hash(ref)
  Result<std::uint64_t> hash() const
    requires internal::hashable_like_equal<T>
  {
    Result<std::uint64_t> result{0, Status::dead};
    if (node_) result.status = mayfly::hash(*node_, internal::host_of<T>(), &result.value);
    return result;
  }

 private:
  template <class>
  friend class WeakRef;
  static Result<WeakRef> wrap(Result<Root<RefNode>> made) noexcept {
    WeakRef ref;
    ref.node_ = std::move(made.value);
    return {std::move(ref), made.status};
  }

  Root<RefNode> node_;
};

}  // namespace mayfly

#if defined(__cpp_exceptions)
/// Throws ReferenceError when first asked after the referent's death.
template <class T>
  requires mayfly::internal::hashable_like_equal<T>
struct std::hash<mayfly::WeakRef<T>> {
  std::size_t operator()(const mayfly::WeakRef<T>& ref) const { return static_cast<std::size_t>(mayfly::unwrap(ref.hash())); }
};
#endif
