// WeakSet: objects that are members for as long as they live. Python: weakref.WeakSet
#pragma once
#include <mayfly/cursor.hpp>
#include <mayfly/make.hpp>
#include <mayfly/policy.hpp>
#include <mayfly/weak.hpp>

#include <vector>

namespace mayfly {

/// Lies in collected memory: make<> one, or embed it in a collected object. Insertion order. Threads, statuses and policies as with WeakValueMap.
/// The operations of algebra change this set in place, member by member; for a new one, copy() it first. One that fails has done a part
/// of it: update, intersect and subtract may then be repeated, symmetric_subtract not.
template <class T, class P = StdPolicy<T*>>
class WeakSet {
 public:
  struct Cursor {
    T* item = nullptr;
    WeakTable::Cursor at_;

    Status step(const WeakTable& table) noexcept {
      const Status status = table.next(at_);
      item = status == Status::ok ? static_cast<T*>(at_.item.key) : nullptr;
      return status;
    }
  };

  constexpr WeakSet() noexcept = default;
  explicit WeakSet(P policy, CallbackQueue& queue = default_queue()) noexcept : table_(WeakSide::key, &queue), policy_(std::move(policy)) {}

  /// `ok` also if an equal member is there, which stays. May collect. MAY CALL HOST (P).
  Status add(T* member) noexcept { return intern(member).status; }
  /// The equal member that is there, else `member` once entered.
  Result<T*> intern(T* member) noexcept {
    if constexpr (!weakly_referenceable<std::remove_cv_t<T>>) return {nullptr, Status::not_weakrefable};
    const auto probe = Ask::probe(policy_, member);
    if (!probe) return {nullptr, probe.status};
    return member_of(table_.set_default(probe.value, nullptr, {.obj = internal::address(member)}));
  }
  /// Never collects; O(1). MAY CALL HOST (P).
  template <class Q>
  Result<T*> find(const Q& wanted) const noexcept {
    const auto probe = Ask::probe(policy_, wanted);
    if (!probe) return {nullptr, probe.status};
    return member_of(table_.find(probe.value));
  }
  template <class Q>
  bool contains(const Q& wanted) const noexcept {
    return find(wanted).status == Status::ok;
  }
  /// `absent` if it is no member. Python: remove; discard is to ignore the status
  template <class Q>
  Status erase(const Q& wanted) noexcept {
    const auto probe = Ask::probe(policy_, wanted);
    return probe ? table_.pop(probe.value).status : probe.status;
  }
  /// The newest member; `empty`. Python: pop
  Result<T*> pop() noexcept { return member_of(table_.pop_newest()); }
  void clear() noexcept { table_.clear(); }
  /// May count what died since the last drain. Python: len(s)
  std::size_t size() const noexcept { return table_.size(); }
  bool empty() const noexcept { return size() == 0; }
  /// `absent` at the end; `changed` after the program entered or removed members meanwhile (S33).
  Status next(Cursor& cursor) const noexcept { return cursor.step(table_); }

  /// Python: update, |=
  Status update(const WeakSet& other) noexcept {
    return each_of(other, [&](T* member) { return add(member); });
  }
  /// Python: intersection_update, &=
  Status intersect(const WeakSet& other) noexcept {
    return &other == this ? Status::ok : keep_if(other, Status::ok);
  }
  /// Python: difference_update, -=
  Status subtract(const WeakSet& other) noexcept {
    if (&other != this) return keep_if(other, Status::absent);
    clear();
    return Status::ok;
  }
  /// Python: symmetric_difference_update, ^=
  Status symmetric_subtract(const WeakSet& other) noexcept {
    if (&other == this) return subtract(other);
    return each_of(other, [&](T* member) {
      const Status erased = erase(member);
      return erased == Status::absent ? add(member) : erased;
    });
  }
  /// A new one in the same queue, with the same policy and entries. Python: s.copy(); then update() and its kin make s | other, s & other, s - other
  Result<WeakSet*> copy() const noexcept {
    const auto made = try_make_in<WeakSet>(table_.queue(), policy_, table_.queue());
    const Status status = made ? made.value->update(*this) : made.status;
    return {status == Status::ok ? made.value : nullptr, status};
  }
  /// These three: `error` also when a policy kept changing a set; then no error of the host's is pending.
  Answer is_subset_of(const WeakSet& other) const noexcept { return all_of(other, Answer::yes); }
  Answer is_disjoint_from(const WeakSet& other) const noexcept { return all_of(other, Answer::no); }
  Answer equals(const WeakSet& other) const noexcept {
    const Answer below = is_subset_of(other);
    return below == Answer::yes ? other.is_subset_of(*this) : below;
  }
  /// Weak references to the members, some perhaps dead.
  std::vector<Weak<T>> refs() const {
    std::vector<Weak<T>> refs;
    for (WeakTable::Cursor at; table_.next(at, WeakTable::Dead::show) == Status::ok;) refs.push_back(Weak<T>::from(at.weak, at.offset));
    return refs;
  }
#if defined(__cpp_exceptions)
  auto begin() const { return internal::Iterator<Cursor>(table_); }
  auto end() const { return internal::Iterator<Cursor>(); }
#endif

 private:
  using Ask = internal::Ask<P, internal::Plain<T>>;
  static Result<T*> member_of(const Result<Item>& item) noexcept { return {static_cast<T*>(item.value.key), item.status}; }

  /// Of a registering call.
  template <class F>
  static Status each_of(const WeakSet& set, F f) noexcept {
    if (const Status may = internal::may_look(); may != Status::ok) return may;
    for (Cursor at;;) {
      const Status stepped = set.next(at);
      if (stepped != Status::ok) return stepped == Status::absent ? Status::ok : stepped;
      if (const Status done = f(at.item); done != Status::ok) return done;
    }
  }
  /// Removes the members for which find() in the other set does not answer `wanted`.
  Status keep_if(const WeakSet& other, Status wanted) noexcept {
    for (Cursor at;;) {
      const Status stepped = next(at);
      if (stepped != Status::ok) return stepped == Status::absent ? Status::ok : stepped;
      const Status found = other.find(at.item).status;
      if (found != Status::ok && found != Status::absent) return found;
      if (found == wanted) continue;
      if (const Status removed = table_.remove(at.at_); removed != Status::ok) return removed;
    }
  }
  /// Whether for all members "the other set has it" is `wanted`.
  Answer all_of(const WeakSet& other, Answer wanted) const noexcept {
    for (Cursor at;;) {
      const Status stepped = next(at);
      if (stepped != Status::ok) return stepped == Status::absent ? Answer::yes : Answer::error;
      const Status found = other.find(at.item).status;
      if (found != Status::ok && found != Status::absent) return Answer::error;
      if ((found == Status::ok) != (wanted == Answer::yes)) return Answer::no;
    }
  }

  WeakTable table_{WeakSide::key};
  [[no_unique_address]] P policy_{};
};

}  // namespace mayfly
