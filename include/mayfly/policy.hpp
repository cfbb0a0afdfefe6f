// How containers hash and compare.
#pragma once
#include <mayfly/status.hpp>
#include <mayfly/weak_table.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <type_traits>

namespace mayfly {

/// The default policy: std::hash and ==. Write your own with the same two names; overload them for whatever a look-up may be given (a string_view where
/// keys are strings). They may be host code: fail (any status but ok, Answer::error), allocate, collect, take events, change the very container. They
/// must return normally: an exception that leaves one ends the process.
template <class K>
struct StdPolicy {
  Status hash(const K& key, std::uint64_t* out) const {
    *out = std::hash<K>{}(key);
    return Status::ok;
  }
  Answer equal(const K& key, const K& wanted) const { return key == wanted ? Answer::yes : Answer::no; }
};
/// Of objects: their identity. A pointer to const finds them too.
template <class K>
struct StdPolicy<K*> {
  Status hash(const K* key, std::uint64_t* out) const {
    *out = std::hash<const K*>{}(key);
    return Status::ok;
  }
  Answer equal(const K* key, const K* wanted) const { return key == wanted ? Answer::yes : Answer::no; }
};

namespace internal {

/// Strong sides are boxed: a collected object holds the value, so that what a look-up answered stays whole while somebody holds it.
template <class K>
struct Boxed {
  static const K& of(const void* key) noexcept { return *static_cast<const K*>(key); }
};
template <class K>
inline constexpr StrongSide strong_side = std::is_trivially_destructible_v<K> ? StrongSide::kept : StrongSide::destroyed;
/// Weak keys are the objects themselves.
template <class K>
struct Plain {
  static K* of(const void* key) noexcept { return static_cast<K*>(const_cast<void*>(key)); }
};

/// From a policy's typed questions to a table's untyped ones. Key: Boxed or Plain.
template <class P, class Key>
struct Ask {
  template <class Q>
  static Answer equal(void* policy, const void* wanted, void* key) noexcept {
    return static_cast<const P*>(policy)->equal(Key::of(key), *static_cast<const Q*>(wanted));
  }
  static Answer equal_keys(void* policy, const void* wanted, void* key) noexcept {
    return static_cast<const P*>(policy)->equal(Key::of(key), Key::of(wanted));
  }
  static Status hash_key(void* policy, const void* key, std::uint64_t* out) noexcept { return static_cast<const P*>(policy)->hash(Key::of(key), out); }
  template <class Q>
  static Result<Probe> probe(const P& policy, const Q& wanted) noexcept {
    Probe probe{.hash = 0, .what = std::addressof(wanted), .self = const_cast<P*>(&policy), .equal = equal<Q>};
    const Status hashed = policy.hash(wanted, &probe.hash);
    return {probe, hashed};
  }
};

}  // namespace internal
}  // namespace mayfly
