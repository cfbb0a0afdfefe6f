// WeakValueMap: strong keys, weak values. The cache: an entry is there while somebody else uses its value. Python: weakref.WeakValueDictionary
#pragma once
#include <mayfly/cursor.hpp>
#include <mayfly/make.hpp>
#include <mayfly/policy.hpp>
#include <mayfly/weak.hpp>

#include <vector>

namespace mayfly {

/// Lies in collected memory: make<> one, or embed it in a collected object. All-zero is empty; no destructor. Insertion order.
/// Threads: one at a time, or your own lock; draining its queue counts as use. A forked child may use it unless another thread was inside
/// one of its calls. Dead entries are absent everywhere at once.
/// Keys are copied into collected memory, and what such a copy throws ends the process; a K with a destructor costs a finalizer each (K of up to 15 bytes
/// without one cost 16 bytes), and a map of such keys is empty once a collection found it dead (see StrongSide). `Q` is whatever the policy takes. Statuses: `absent`;
/// `host_error` or what P answered; `changed` when P kept changing the map; registering calls add those of make.
template <class K, class V, class P = StdPolicy<K>>
class WeakValueMap {
 public:
  using Cursor = MapCursor<const K, V>;

  constexpr WeakValueMap() noexcept = default;
  explicit WeakValueMap(P policy, CallbackQueue& queue = default_queue()) noexcept
      : table_(WeakSide::value, &queue, internal::strong_side<K>), policy_(std::move(policy)) {}

  /// Python: d[key]. Never collects; O(1). MAY CALL HOST (P).
  template <class Q>
  Result<V*> find(const Q& key) const noexcept {
    const auto probe = Ask::probe(policy_, key);
    if (!probe) return {nullptr, probe.status};
    return value_of(table_.find(probe.value));
  }
  template <class Q>
  bool contains(const Q& key) const noexcept {
    return find(key).status == Status::ok;
  }
  /// Python: d[key] = value. An equal key stays the first one. May collect. MAY CALL HOST (P).
  Status set(K key, V* value) noexcept {
    if constexpr (!weakly_referenceable<std::remove_cv_t<V>>) return Status::not_weakrefable;
    const auto probe = Ask::probe(policy_, key);
    if (!probe) return probe.status;
    const auto box = try_make_in<K>(table_.queue(), key);
    if (!box) return box.status;
    return table().set(probe.value, internal::address(box.value), {.obj = internal::address(value)});
  }
  /// The value that is there, else `value` once entered. Python: d.setdefault
  Result<V*> set_default(K key, V* value) noexcept {
    if constexpr (!weakly_referenceable<std::remove_cv_t<V>>) return {nullptr, Status::not_weakrefable};
    const auto probe = Ask::probe(policy_, key);
    if (!probe) return {nullptr, probe.status};
    if (const Status may = internal::may_look(); may != Status::ok) return {nullptr, may};
    if (const auto there = table_.find(probe.value); there.status != Status::absent) return value_of(there);
    const auto box = try_make_in<K>(table_.queue(), key);
    if (!box) return {nullptr, box.status};
    return value_of(table().set_default(probe.value, internal::address(box.value), {.obj = internal::address(value)}));
  }
  template <class Q>
  Status erase(const Q& key) noexcept {
    return pop(key).status;
  }
  /// Python: d.pop(key)
  template <class Q>
  Result<V*> pop(const Q& key) noexcept {
    const auto probe = Ask::probe(policy_, key);
    if (!probe) return {nullptr, probe.status};
    return value_of(table_.pop(probe.value));
  }
  struct Pair {
    const K* key;
    V* value;
  };
  /// `empty` when nothing is there. Python: d.popitem()
  Result<Pair> pop_newest() noexcept {
    const auto item = table_.pop_newest();
    return {{static_cast<const K*>(item.value.key), static_cast<V*>(item.value.value)}, item.status};
  }
  void clear() noexcept { table_.clear(); }
  /// May count what died since the last drain. Python: len(d)
  std::size_t size() const noexcept { return table_.size(); }
  bool empty() const noexcept { return size() == 0; }
  /// `absent` at the end; `changed` after the program entered or removed entries meanwhile (S33).
  Status next(Cursor& cursor) const noexcept { return cursor.step(table_); }
  /// Enters all of the other map; its values win. Failed: some may have been entered. Python: d.update, d |= other
  Status update(const WeakValueMap& other) noexcept { return table().update(other.table_, &policy_, Ask::equal_keys, Ask::hash_key); }
  /// A new one in the same queue, with the same policy and entries. Python: d.copy()
  Result<WeakValueMap*> copy() const noexcept {
    const auto made = try_make_in<WeakValueMap>(table_.queue(), policy_, table_.queue());
    const Status status = made ? made.value->update(*this) : made.status;
    return {status == Status::ok ? made.value : nullptr, status};
  }
  /// Weak references to the values, some perhaps dead. Python: d.valuerefs()
  std::vector<Weak<V>> value_refs() const {
    std::vector<Weak<V>> refs;
    for (WeakTable::Cursor at; table_.next(at, WeakTable::Dead::show) == Status::ok;) refs.push_back(Weak<V>::from(at.weak, at.offset));
    return refs;
  }
#if defined(__cpp_exceptions)
  auto begin() const { return internal::Iterator<Cursor>(table_); }
  auto end() const { return internal::Iterator<Cursor>(); }
#endif

 private:
  using Ask = internal::Ask<P, internal::Boxed<K>>;
  /// To enter something: an all-zero one does not know yet what it is.
  WeakTable& table() noexcept {
    table_.become(WeakSide::value, internal::strong_side<K>);
    return table_;
  }
  static Result<V*> value_of(const Result<Item>& item) noexcept { return {static_cast<V*>(item.value.value), item.status}; }

  WeakTable table_{WeakSide::value, nullptr, internal::strong_side<K>};
  [[no_unique_address]] P policy_{};
};

}  // namespace mayfly
