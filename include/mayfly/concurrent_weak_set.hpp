// ConcurrentWeakSet: one object for each key, shared by threads. Intern tables, and caches whose values know their keys.
#pragma once
#include <mayfly/status.hpp>
#include <mayfly/weak.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>

namespace mayfly {

/// What is looked for in a ConcurrentTable. `equal` is pure: it neither allocates, collects, calls host code, nor touches the table.
struct PureProbe {
  std::uint64_t hash = 0;
  const void* what = nullptr;
  const void* self = nullptr;
  bool (*equal)(const void* self, const void* what, const void* object) = nullptr;
};

/// The untyped set below. S, M; any registered thread; no queue, no callbacks: who enters something sweeps dead entries as he passes. Reads take no
/// lock and write nothing. Growing uses the stored hashes alone. All-zero memory is a valid empty table of one shard.
class ConcurrentTable {
 public:
  /// `shards` is rounded up to a power of two, 4096 at most.
  constexpr explicit ConcurrentTable(unsigned shards = 64) noexcept : wanted_shards_(shards) {}
  ConcurrentTable(const ConcurrentTable&) = delete;
  ConcurrentTable& operator=(const ConcurrentTable&) = delete;
  /// REQUIRES: no other thread uses it.
  ~ConcurrentTable();

  /// The equal object, strong from now on, or null. Never collects; lock-free but beside the growth of its shard.
  void* find(const PureProbe& probe) const noexcept;
  /// The equal object that is there, else `object`, which is entered. Of those who enter equal ones at once exactly one wins. May collect.
  /// `not_collectable`: not bdwgc's, or a pointer more than 16 MB into its object; `no_memory`, `unknown_thread`, `shut_down`.
  Result<void*> enter(const PureProbe& probe, void* object) noexcept;
  /// Takes it out and answers it, or null. Never collects.
  void* erase(const PureProbe& probe) noexcept;
  /// Living objects; those that other threads enter meanwhile may be missed. O(capacity).
  std::size_t size() const noexcept;

  struct Impl;

 private:
  Impl* impl() noexcept;
  Impl* impl_ = nullptr;        // atomically set by the first enter()
  unsigned wanted_shards_;
};

/// Objects that are equal exist once, as long as anybody uses them. P says what equal means:
///   Status hash(const Q& wanted, std::uint64_t* out) const;      for whatever it is asked with (a std::string_view for symbols)
///   Answer equal(const T* object, const Q& wanted) const;
/// P is pure: it runs under a lock, so it must not allocate collected memory, call host code or fail. Place: M; it must outlive the threads that use it.
/// Python has no such thing; nearest: a WeakSet under a lock.
template <class T, class P>
class ConcurrentWeakSet {
 public:
  constexpr ConcurrentWeakSet() noexcept = default;
  constexpr explicit ConcurrentWeakSet(P policy, unsigned shards = 64) noexcept : policy_(std::move(policy)), table_(shards) {}

  /// The equal object, strong from now on, or null.
  template <class Q>
  T* find(const Q& wanted) const noexcept {
    PureProbe probe;
    return probe_for(wanted, probe) == Status::ok ? static_cast<T*>(table_.find(probe)) : nullptr;
  }
  /// The equal object that is there, else the one that `make()` answers: called with no lock held, so it may allocate, collect, throw and use this set;
  /// perhaps in vain, when another thread's object wins. Null from make(): `no_memory`; `not_weakrefable`: T opted out. REQUIRES: make()'s
  /// object equals `wanted`. May collect.
  template <class Q, class F>
  Result<T*> intern(const Q& wanted, F make) {
    if constexpr (internal::opted_out<T>) return {nullptr, Status::not_weakrefable};
    PureProbe probe;
    if (const Status status = probe_for(wanted, probe); status != Status::ok) return {nullptr, status};
    if (const Status may = internal::may_look(); may != Status::ok) return {nullptr, may};
    if (void* there = table_.find(probe)) return {static_cast<T*>(there), Status::ok};
    T* made = make();
    if (made == nullptr) return {nullptr, Status::no_memory};
    const auto winner = table_.enter(probe, internal::address(made));
    reachable_here(made);
    return {static_cast<T*>(winner.value), winner.status};
  }
  /// Takes the equal object out; answers whether it was there.
  template <class Q>
  bool erase(const Q& wanted) noexcept {
    PureProbe probe;
    return probe_for(wanted, probe) == Status::ok && table_.erase(probe) != nullptr;
  }
  std::size_t size() const noexcept { return table_.size(); }

 private:
  template <class Q>
  static bool equal(const void* policy, const void* wanted, const void* object) {
    return static_cast<const P*>(policy)->equal(static_cast<const T*>(object), *static_cast<const Q*>(wanted)) == Answer::yes;
  }
  template <class Q>
  Status probe_for(const Q& wanted, PureProbe& probe) const noexcept {
    probe = {.hash = 0, .what = std::addressof(wanted), .self = &policy_, .equal = equal<Q>};
    return policy_.hash(wanted, &probe.hash);
  }

  [[no_unique_address]] P policy_{};
  ConcurrentTable table_;
};

}  // namespace mayfly
