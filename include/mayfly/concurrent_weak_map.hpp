// ConcurrentWeakMap: keys to values that live as long as anybody uses them, shared by threads.
#pragma once
#include <mayfly/concurrent_weak_set.hpp>
#include <mayfly/make.hpp>
#include <mayfly/policy.hpp>

#include <cstddef>
#include <memory>
#include <utility>

namespace mayfly {

/// The map on top of ConcurrentWeakSet, for values that do not know their keys: key and value are made as one collected object, of which callers get the
/// value; whoever holds the value keeps its key, and when nobody does the entry is gone. P: see StdPolicy; pure, as for the set. M; any registered thread;
/// no callbacks. Keys and values with destructors are destroyed where the queue (null: the default one) is drained. Place: M; it must outlive the threads
/// that use it.
/// Python has no such thing; nearest: a WeakValueDictionary under a lock.
template <class K, class V, class P = StdPolicy<K>>
class ConcurrentWeakMap {
 public:
  constexpr ConcurrentWeakMap() noexcept = default;
  constexpr explicit ConcurrentWeakMap(P policy, unsigned shards = 64, CallbackQueue* queue = nullptr) noexcept
      : set_(ByKey{std::move(policy)}, shards), queue_(queue) {}

  /// The value of an equal key, strong from now on, or null. Never collects; lock-free but beside the growth of its shard.
  template <class Q>
  V* find(const Q& key) const noexcept {
    return value_of(set_.find(key));
  }
  /// The value that is there, else what `make()` answers, a V; the key is made from `key`. Of those who race exactly one wins, and all get the winner's. Called
  /// with no lock held, so it may allocate, collect, throw and use this map; perhaps in vain. May collect. `not_weakrefable`: V opted out; `no_memory`,
  /// `shut_down`, `unknown_thread`, `unsupported`.
  template <class Q, class F>
  Result<V*> set_default(const Q& key, F make) {
    if constexpr (internal::opted_out<V>) return {nullptr, Status::not_weakrefable};
    Status status = Status::ok;            // of what make() was called for
    const Result<Cell*> there = set_.intern(key, [&] {
      const Result<Cell*> made = try_make_in<Cell>(queue_ != nullptr ? *queue_ : default_queue(), key, make);
      status = made.status;
      return made.value;
    });
    if (there) return {value_of(there.value), Status::ok};
    return {nullptr, status != Status::ok ? status : there.status};
  }
  /// Takes the entry out; answers whether it was there.
  template <class Q>
  bool erase(const Q& key) noexcept {
    return set_.erase(key);
  }
  /// Living values; those that other threads enter meanwhile may be missed. O(capacity).
  std::size_t size() const noexcept { return set_.size(); }

 private:
  struct Cell {
    template <class Q, class F>
    Cell(const Q& its_key, F& make) : value(make()), key(its_key) {}
    V value;              // first: a pointer to it is a pointer to the object
    K key;
  };
  struct ByKey {
    template <class Q>
    Status hash(const Q& wanted, std::uint64_t* out) const {
      return policy.hash(wanted, out);
    }
    template <class Q>
    Answer equal(const Cell* cell, const Q& wanted) const {
      return policy.equal(cell->key, wanted);
    }
    [[no_unique_address]] P policy{};
  };
  static V* value_of(Cell* cell) noexcept { return cell == nullptr ? nullptr : std::addressof(cell->value); }

  ConcurrentWeakSet<Cell, ByKey> set_;
  CallbackQueue* queue_ = nullptr;      // the default one
};

}  // namespace mayfly
