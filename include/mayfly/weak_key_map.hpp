// WeakKeyMap: weak keys, strong values. Attaches data to objects of others for as long as they live. Python: weakref.WeakKeyDictionary
#pragma once
#include <mayfly/cursor.hpp>
#include <mayfly/make.hpp>
#include <mayfly/policy.hpp>
#include <mayfly/weak.hpp>

#include <vector>

namespace mayfly {

/// Lies in collected memory: make<> one, or embed it in a collected object. Insertion order. Threads, statuses and policies as with WeakValueMap.
/// Values are kept in collected memory of their own: what find() answered stays whole while you hold it. But once a collection found the map dead, and a
/// destructor looks at it or its object is resurrected, it is empty if V has a destructor (see StrongSide). A value that reaches its key keeps it alive (S38).
/// A dead key's value is let go where the queue is drained; in a map that was resurrected, once something was entered, or when its size is asked. Collected
/// pointers inside malloc memory that a V owns are not traced: Root them. Moving a V must not throw.
template <class K, class V, class P = StdPolicy<K*>>
class WeakKeyMap {
 public:
  using Cursor = MapCursor<K, V>;

  constexpr WeakKeyMap() noexcept = default;
  explicit WeakKeyMap(P policy, CallbackQueue& queue = default_queue()) noexcept
      : table_(WeakSide::key, &queue, internal::strong_side<V>), policy_(std::move(policy)) {}

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
  /// Python: d[key] = value. An equal key stays the first one, and its lifetime counts (S37). May collect. MAY CALL HOST (P).
  Status set(K* key, V value) noexcept {
    if constexpr (!weakly_referenceable<std::remove_cv_t<K>>) return Status::not_weakrefable;
    const auto probe = Ask::probe(policy_, key);
    if (!probe) return probe.status;
    const auto box = try_make_in<V>(table_.queue(), std::move(value));
    if (!box) return box.status;
    return table().set(probe.value, internal::address(box.value), {.obj = internal::address(key)});
  }
  /// The value that is there, else `value` once entered. Python: d.setdefault
  Result<V*> set_default(K* key, V value) noexcept {
    if constexpr (!weakly_referenceable<std::remove_cv_t<K>>) return {nullptr, Status::not_weakrefable};
    const auto probe = Ask::probe(policy_, key);
    if (!probe) return {nullptr, probe.status};
    if (const Status may = internal::may_look(); may != Status::ok) return {nullptr, may};
    if (const auto there = table_.find(probe.value); there.status != Status::absent) return value_of(there);
    const auto box = try_make_in<V>(table_.queue(), std::move(value));
    if (!box) return {nullptr, box.status};
    return value_of(table().set_default(probe.value, internal::address(box.value), {.obj = internal::address(key)}));
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
    K* key;
    V* value;
  };
  /// `empty` when nothing is there. Python: d.popitem()
  Result<Pair> pop_newest() noexcept {
    const auto item = table_.pop_newest();
    return {{static_cast<K*>(item.value.key), static_cast<V*>(item.value.value)}, item.status};
  }
  void clear() noexcept { table_.clear(); }
  /// May count what died since the last drain. Python: len(d)
  std::size_t size() const noexcept { return table_.size(); }
  bool empty() const noexcept { return size() == 0; }
  /// `absent` at the end; `changed` after the program entered or removed entries meanwhile (S33).
  Status next(Cursor& cursor) const noexcept { return cursor.step(table_); }
  /// Enters all of the other map, which then shares its values; they win. Failed: some may have been entered. Python: d.update, d |= other
  Status update(const WeakKeyMap& other) noexcept { return table().update(other.table_, &policy_, Ask::equal_keys, Ask::hash_key); }
  /// A new one in the same queue, with the same policy and entries. Python: d.copy(); values are shared
  Result<WeakKeyMap*> copy() const noexcept {
    const auto made = try_make_in<WeakKeyMap>(table_.queue(), policy_, table_.queue());
    const Status status = made ? made.value->update(*this) : made.status;
    return {status == Status::ok ? made.value : nullptr, status};
  }
  /// Weak references to the keys, some perhaps dead. Python: d.keyrefs()
  std::vector<Weak<K>> key_refs() const {
    std::vector<Weak<K>> refs;
    for (WeakTable::Cursor at; table_.next(at, WeakTable::Dead::show) == Status::ok;) refs.push_back(Weak<K>::from(at.weak, at.offset));
    return refs;
  }
#if defined(__cpp_exceptions)
  auto begin() const { return internal::Iterator<Cursor>(table_); }
  auto end() const { return internal::Iterator<Cursor>(); }
#endif

 private:
  using Ask = internal::Ask<P, internal::Plain<K>>;
  /// To enter something: an all-zero one does not know yet what it is.
  WeakTable& table() noexcept {
    table_.become(WeakSide::key, internal::strong_side<V>);
    return table_;
  }
  static Result<V*> value_of(const Result<Item>& item) noexcept { return {static_cast<V*>(item.value.value), item.status}; }

  WeakTable table_{WeakSide::key, nullptr, internal::strong_side<V>};
  [[no_unique_address]] P policy_{};
};

}  // namespace mayfly
