// Overview
//   An entry keeps the weak handle of its weak side, its hash, and the strong side. A cleared slot *is* the tombstone: lookups, iteration and popping
//   skip it at once, and no message about it can come late and hit a newer entry.                                     .table.tombstone
//   Dead entries are dropped (so that their strong side can die) by sweep(): when the queue is taken from, or when size() is asked, after something died
//   that any container looked at; and when the entries are rebuilt.                                                   .table.sweep
//   The queue knows its tables by anchors: weak handles of the objects that hold them. A table whose anchor reads null was found dead: it is looked at by
//   a finalizer, or was resurrected. Strong sides that are destroyed are gone then. The queue knows it again once something is entered.  .table.destroyed
//   A table is used by one thread at a time, but its queue may be taken from by another: a drainer, for instance. So each use takes its turn, and a
//   sweep on a queue's behalf skips a table that is in use, and comes again when the queue is taken from next.         .table.turn
//
// Re-entrancy
//   Host code runs only inside Probe::equal, and other people's finalizers inside allocations. After either, `edits_` tells whether the table is still
//   the one that was looked at; if not, the look-up starts again.                                                       .table.edits
//   Entries move only in clear(), and in rebuild() right before one is appended: cursors, which are positions, then end by `changes_`.  .table.moves
//
// What the collector sees: entries are traced. A handle has its generation and a hash its top bit above any address.     .table.no-false-pointer
#include <mayfly/weak_table.hpp>

#include "gc_integration/check.hpp"
#include "src/core/event_queue.hpp"
#include "src/core/settle.hpp"
#include "src/node/guard.hpp"

#include <atomic>
#include <bit>
#include <cstring>
#include <new>
#include <thread>

namespace mayfly {

struct WeakTable::Entry {
  gc::Handle weak;                   // empty: removed, or dead and swept
  std::uint64_t hash = 0;            // top bit set
  void* strong = nullptr;
  std::uint64_t offset = 0;          // of the weak side from the base of its object
};

namespace {

constexpr std::uint64_t kHashTop = std::uint64_t{1} << 63;
constexpr std::uint32_t kFirstCapacity = 8, kMaxCapacity = 1u << 30;
constexpr int kMaxRestarts = 1000;   // of a look-up whose equality keeps changing the table

using Entry = WeakTable::Entry;

/// The weak side, strong from now on, or null.
void* object_of(const Entry& entry) noexcept {
  auto* base = entry.weak.empty() ? nullptr : static_cast<char*>(gc::load(entry.weak));
  return base != nullptr ? base + entry.offset : nullptr;
}

enum class Existing { replace, keep };
enum Turn : std::uint8_t { kFree, kUsed, kSwept };

}  // namespace

/// A use of the table by the program. Nests: inside an allocation of this very thread, or of what it calls.
struct WeakTable::Access {
  explicit Access(const WeakTable& table) noexcept : t(const_cast<WeakTable&>(table)), use(&table) { begin(); }
  ~Access() { end(); }
  Access(const Access&) = delete;
  Access& operator=(const Access&) = delete;

  WeakTable& t;
  gc::OneThread use;
  mutable bool my_turn = false;

  void begin() const noexcept {
    const std::atomic_ref turn(t.turn_);
    for (std::uint8_t found = kFree; !turn.compare_exchange_weak(found, kUsed, std::memory_order_acquire); found = kFree) {
      if (found == kUsed) return;                                                            // further out, by this thread
      if (found == kSwept) std::this_thread::yield();
    }
    my_turn = true;
    if (t.strong_ == StrongSide::destroyed && t.used_ != 0 && gc::load(gc::Handle{t.anchor_}) == nullptr) clear();   // .table.destroyed
  }
  /// Host code and allocations, which may never return (longjmp), find the table free, and may change it.
  template <class F>
  auto outside(F f) const noexcept {
    const bool mine = my_turn;
    end();
    use.pause();
    const auto result = f();
    use.go_on();
    if (mine) begin();
    return result;
  }
  void end() const noexcept {
    if (my_turn) std::atomic_ref(t.turn_).store(kFree, std::memory_order_release);           // pairs with those who take it
    my_turn = false;
  }

  struct Found {
    Entry* entry = nullptr;
    void* object = nullptr;
  };

  Item item(const Entry& entry, void* object) const noexcept {
    return t.side_ == WeakSide::key ? Item{object, entry.strong} : Item{entry.strong, object};
  }

  static std::uint64_t spread(std::uint64_t hash) noexcept { return ((hash | kHashTop) * 0x9E3779B97F4A7C15u) >> 20; }
  std::uint32_t mask() const noexcept { return t.capacity_ * 2 - 1; }

  /// MAY CALL HOST (equal).
  Result<Found> find(const Probe& probe) const noexcept {
    for (int attempt = 0; attempt < kMaxRestarts; ++attempt) {
      const Result<Found> result = find_once(probe);
      if (result.status != Status::changed) return result;
    }
    return {{}, Status::changed};
  }

  /// `changed`: equal() edited the table. MAY CALL HOST (equal).
  Result<Found> find_once(const Probe& probe) const noexcept {
    if (t.capacity_ == 0) return {{}, Status::absent};
    const std::uint64_t edits = t.edits_;
    for (std::uint64_t i = spread(probe.hash);; ++i) {
      const std::uint32_t position = t.index_[i & mask()];
      if (position == 0) return {{}, Status::absent};
      Entry& entry = t.entries_[position - 1];
      if (entry.hash != (probe.hash | kHashTop)) continue;
      void* object = object_of(entry);
      if (object == nullptr) continue;                                                       // .table.tombstone
      const Item held = item(entry, object);
      Answer answer = held.key == probe.what ? Answer::yes : Answer::no;
      if (probe.equal != nullptr) {
        answer = outside([&] { return probe.equal(probe.self, probe.what, held.key); });
        reachable_here(object), reachable_here(held.key);   // held during the call
        if (answer == Answer::error) return {{}, Status::host_error};
        if (t.edits_ != edits || entry.weak.empty()) return {{}, Status::changed};           // .table.edits
      }
      if (answer == Answer::yes) return {{&entry, object}, Status::ok};
    }
  }

  /// The entry that the cursor stands on, as it was. A sweep may have emptied it since: then its weak side is the cursor's.
  Entry copy_of(const Cursor& cursor) const noexcept {
    Entry copy = t.entries_[cursor.at_ - 1];
    copy.weak = gc::Handle{cursor.weak.bits};
    copy.strong = t.side_ == WeakSide::key ? cursor.item.value : cursor.item.key;
    return copy;
  }

  bool has_room() const noexcept { return t.used_ < t.capacity_ && t.indexed_ < t.capacity_; }

  /// Room for one more entry. `changed`: a finalizer edited the table meanwhile. May collect. Holds no lock.
  Status make_room() noexcept {
    sweep();
    const std::uint64_t edits = t.edits_;
    std::uint32_t capacity = std::bit_ceil(t.live_ + t.live_ / 2 + 1);
    if (capacity < kFirstCapacity) capacity = kFirstCapacity;
    if (capacity > kMaxCapacity) return Status::no_memory;
    auto* entries = static_cast<Entry*>(outside([capacity] { return gc::allocate(capacity * sizeof(Entry)); }));
    auto* index = static_cast<std::uint32_t*>(outside([capacity] { return gc::allocate_untraced(capacity * 2 * sizeof(std::uint32_t)); }));
    if (entries == nullptr || index == nullptr) return Status::no_memory;
    if (t.edits_ != edits) return Status::changed;
    rebuild(entries, index, capacity);
    return Status::ok;
  }

  /// NO ALLOC. REQUIRES: the capacity holds all living entries.
  void rebuild(Entry* entries, std::uint32_t* index, std::uint32_t capacity) noexcept {
    std::memset(index, 0, capacity * 2 * sizeof(std::uint32_t));
    Entry* old = t.entries_;
    const std::uint32_t used = t.used_;
    gc::store_traced(reinterpret_cast<void**>(&t.entries_), entries);
    gc::store_traced(reinterpret_cast<void**>(&t.index_), index);
    t.capacity_ = capacity;
    t.used_ = t.indexed_ = t.live_ = 0;
    ++t.edits_;
    for (std::uint32_t i = 0; i < used; ++i) {
      if (object_of(old[i]) != nullptr) append(old[i]);
    }
    forget(old, used);
  }

  /// A stale pointer to these entries keeps nothing else alive.
  static void forget(Entry* entries, std::uint32_t used) noexcept {
    if (used != 0) std::memset(static_cast<void*>(entries), 0, used * sizeof(Entry));
  }

  /// NO ALLOC. REQUIRES: has_room().
  void append(const Entry& entry) noexcept {
    std::uint64_t i = spread(entry.hash);
    while (t.index_[i & mask()] != 0) ++i;
    Entry& place = t.entries_[t.used_];
    place.weak = entry.weak;
    place.hash = entry.hash;
    place.offset = entry.offset;
    gc::store_traced(&place.strong, entry.strong);
    t.index_[i & mask()] = ++t.used_;
    ++t.indexed_;
    ++t.live_;
  }

  void clear() const noexcept {
    forget(t.entries_, t.used_);
    t.entries_ = nullptr;
    t.index_ = nullptr;
    t.capacity_ = t.used_ = t.indexed_ = t.live_ = 0;
    ++t.edits_;
    ++t.changes_;
  }

  static void drop(WeakTable& table, Entry& entry) noexcept {
    entry.weak = {};
    entry.strong = nullptr;
    --table.live_;
  }
  void remove(Entry& entry) noexcept {
    drop(t, entry);
    ++t.edits_;
  }

  /// Drops what is dead: no edit, as look-ups skip it before and after. NO ALLOC; calls nothing.
  static void sweep(WeakTable& table) noexcept {
    table.deaths_seen_ = core::contained_deaths();
    for (std::uint32_t i = 0; i < table.used_; ++i) {
      Entry& entry = table.entries_[i];
      if (!entry.weak.empty() && object_of(entry) == nullptr) drop(table, entry);
    }
  }
  void sweep() noexcept { sweep(t); }

  /// Lets the queue know of this table. May collect. Holds no lock.
  Status anchor() noexcept {
    if (gc::load(gc::Handle{t.anchor_}) != nullptr) return Status::ok;   // else there is none, or it is of the life before a resurrection
    const auto target = node::target_of({.obj = &t});
    if (!target) return target.status;
    core::EventQueue* queue = core::EventQueue::of(t.queue());
    if (queue == nullptr) return Status::no_memory;
    const auto slot = core::slot_for(target.value);
    if (!slot) return slot.status;
    core::mark_contained(target.value, slot.value);        // so that a sweep comes when the table died, and forgets the anchor
    core::Shard& shard = core::shard_of(target.value.base);
    void* block;
    {
      const std::lock_guard lock(mutex_of(shard));
      block = new_block(shard);
    }
    if (block == nullptr) return Status::no_memory;
    gc::note_displacement(target.value.offset);
    const std::lock_guard lock(queue->mutex);
    queue->anchors = ::new (block) core::Anchor{queue->anchors, slot.value, target.value.offset};
    t.anchor_ = slot.value.bits;
    return Status::ok;
  }

  /// The weak side of a new entry: a handle, and its object knows that some container holds it. May collect.
  Result<Entry> weak_side(const Referent& weak) noexcept {
    if (const Status ready = node::ready(); ready != Status::ok) return {{}, ready};
    const auto target = node::target_of(weak);
    if (!target) return {{}, target.status};
    if (const Status known = anchor(); known != Status::ok) return {{}, known};
    const auto slot = core::slot_for(target.value);
    if (!slot) return {{}, slot.status};
    core::mark_contained(target.value, slot.value);
    return {{.weak = slot.value, .offset = target.value.offset}, Status::ok};
  }

  /// May collect. MAY CALL HOST (equal).
  Result<Item> insert(const Probe& probe, void* strong, const Referent& weak, Existing existing) noexcept {
    Result<Entry> entry = outside([&] { return weak_side(weak); });
    if (!entry) return {{}, entry.status};
    gc::note_kept(strong);
    entry.value.hash = probe.hash | kHashTop;
    entry.value.strong = strong;
    return enter(probe, entry.value, weak.obj, existing);
  }

  /// REQUIRES: the entry's slot is marked, `object` is its weak side, this table is anchored. May collect. MAY CALL HOST (equal).
  Result<Item> enter(const Probe& probe, const Entry& entry, void* object, Existing existing) noexcept {
    for (int attempt = 0; attempt < kMaxRestarts; ++attempt) {
      const auto found = find(probe);
      if (found.status == Status::ok) {
        if (existing == Existing::replace) replace(*found.value.entry, entry);
        return {item(*found.value.entry, existing == Existing::keep || t.side_ == WeakSide::key ? found.value.object : object), Status::ok};
      }
      if (found.status != Status::absent) return {{}, found.status};
      const Status room = has_room() ? Status::ok : make_room();                             // .table.moves
      if (room == Status::changed) continue;
      if (room != Status::ok) return {{}, room};
      append(entry);
      ++t.edits_;
      ++t.changes_;
      return {item(entry, object), Status::ok};
    }
    return {{}, Status::changed};
  }

  /// The other side of an entry; its key stays (S37).
  void replace(Entry& entry, const Entry& with) noexcept {
    ++t.edits_;
    if (t.side_ == WeakSide::key) return gc::store_traced(&entry.strong, with.strong);
    entry.weak = with.weak;
    entry.offset = with.offset;
  }

  /// On behalf of the queue: only if nobody is at it, else false.
  static bool sweep_free(WeakTable& table) noexcept {
    const std::atomic_ref turn(table.turn_);
    std::uint8_t found = kFree;
    if (!turn.compare_exchange_strong(found, kSwept, std::memory_order_acquire)) return false;
    if (table.deaths_seen_ != core::contained_deaths()) sweep(table);   // else it was swept when others were in use
    turn.store(kFree, std::memory_order_release);
    return true;
  }

  /// False: some are in use. Sweeping lock held.
  static bool sweep_all(core::EventQueue& queue) noexcept {
    bool all = true;
    core::Anchor** link = &queue.anchors;
    for (;;) {
      core::Anchor* anchor;
      {
        const std::lock_guard lock(queue.mutex);
        anchor = *link;
      }
      if (anchor == nullptr) return all;
      if (auto* base = static_cast<char*>(gc::load(anchor->object))) {
        all = sweep_free(*reinterpret_cast<WeakTable*>(base + anchor->offset)) && all;
        link = &anchor->next;
        continue;
      }
      {                                                                                      // a table that died
        const std::lock_guard lock(queue.mutex);
        if (*link != anchor) continue;                                                       // a newer one came to the front
        *link = anchor->next;
      }
      core::Shard& shard = core::shard_of(anchor);
      const std::lock_guard lock(mutex_of(shard));
      free_block(shard, anchor);
    }
  }
};

Result<Item> WeakTable::find(const Probe& probe) const noexcept {
  const Access access{*this};
  const auto found = access.find(probe);
  return {found ? access.item(*found.value.entry, found.value.object) : Item{}, found.status};
}

Status WeakTable::set(const Probe& probe, void* strong, const Referent& weak) noexcept {
  return Access{*this}.insert(probe, strong, weak, Existing::replace).status;
}

Result<Item> WeakTable::set_default(const Probe& probe, void* strong, const Referent& weak) noexcept {
  const auto entered = Access{*this}.insert(probe, strong, weak, Existing::keep);
  if (entered.status != Status::shut_down) return entered;
  const auto found = find(probe);            // what is there may be had to the end
  return found ? found : entered;
}

Result<Item> WeakTable::pop(const Probe& probe) noexcept {
  Access access{*this};
  const auto found = access.find(probe);
  if (!found) return {{}, found.status};
  const Item item = access.item(*found.value.entry, found.value.object);
  access.remove(*found.value.entry);
  ++changes_;
  return {item, Status::ok};
}

Result<Item> WeakTable::pop_newest() noexcept {
  Access access{*this};
  while (used_ > 0) {
    Entry& entry = entries_[--used_];          // its index place may later name a newer entry: look-ups compare hashes anyway
    void* object = object_of(entry);
    const Item item = access.item(entry, object);
    if (!entry.weak.empty()) access.remove(entry);
    if (object == nullptr) continue;
    ++changes_;
    return {item, Status::ok};
  }
  return {{}, Status::empty};
}

void WeakTable::clear() noexcept { Access{*this}.clear(); }

std::size_t WeakTable::size() const noexcept {
  Access access{*this};
  if (deaths_seen_ != core::contained_deaths()) access.sweep();
  return live_;
}

Status WeakTable::next(Cursor& cursor, Dead dead) const noexcept {
  const Access access{*this};
  if (cursor.changes_ == 0) cursor.changes_ = changes_ + 1;
  if (cursor.changes_ != changes_ + 1) return Status::changed;
  while (cursor.at_ < used_) {
    const Entry& entry = entries_[cursor.at_++];
    void* object = object_of(entry);
    if (object == nullptr && (dead == Dead::skip || entry.weak.empty())) continue;
    cursor.item = access.item(entry, object);
    cursor.weak = {entry.weak.bits};
    cursor.offset = static_cast<std::ptrdiff_t>(entry.offset);
    cursor.hash = entry.hash & ~kHashTop;
    return Status::ok;
  }
  cursor.item = {};
  return Status::absent;
}

Status WeakTable::remove(Cursor& cursor) noexcept {
  Access access{*this};
  if (cursor.changes_ != changes_ + 1) return Status::changed;
  if (cursor.at_ == 0 || cursor.at_ > used_ || entries_[cursor.at_ - 1].weak.empty()) return Status::absent;
  access.remove(entries_[cursor.at_ - 1]);
  cursor.changes_ = ++changes_ + 1;
  return Status::ok;
}

Status WeakTable::update(const WeakTable& other, void* self, Answer (*equal)(void* self, const void* what, void* key),
                         Status (*hash)(void* self, const void* key, std::uint64_t* out)) noexcept {
  if (&other == this) return Status::ok;
  if (const Status ready = node::ready(); ready != Status::ok) return ready;
  Access access{*this};
  if (const Status known = access.outside([&] { return access.anchor(); }); known != Status::ok) return known;
  Cursor from;
  for (;;) {
    const Status stepped = other.next(from);
    if (stepped != Status::ok) return stepped == Status::absent ? Status::ok : stepped;
    if (other.side_ != side_) return Status::unsupported;
    Entry copy = Access{other}.copy_of(from);
    if (hash != nullptr) {
      const Status hashed = access.outside([&] { return hash(self, from.item.key, &from.hash); });
      if (hashed != Status::ok) return hashed;
      copy.hash = from.hash | kHashTop;
    }
    void* object = other.side_ == WeakSide::key ? from.item.key : from.item.value;
    const auto entered = access.enter({from.hash, from.item.key, self, equal}, copy, object, Existing::replace);
    reachable_here(object);
    if (!entered) return entered.status;
  }
}

namespace node {

void sweep_tables_now(core::EventQueue& queue) noexcept {
  const std::uint64_t deaths = core::contained_deaths();
  const std::unique_lock lock(queue.sweeping, std::try_to_lock);
  if (lock && WeakTable::Access::sweep_all(queue)) queue.swept.store(deaths, std::memory_order_relaxed);
}

}  // namespace node
}  // namespace mayfly
