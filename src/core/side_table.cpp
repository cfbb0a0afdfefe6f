#include "src/core/side_table.hpp"

#include "gc_integration/zeal.hpp"
#include "src/core/published_entries.hpp"

#include <atomic>
#include <new>

namespace mayfly::core {

namespace {
struct Entry {                // written under the lock, read by peek() without
  std::atomic<std::uint64_t> hidden;   // ~address; 0 empty, 1 erased
  std::atomic<std::uint64_t> slot;     // the bits of a handle
};
using Table = Entries<Entry>;
constexpr std::uint64_t kEmpty = 0, kErased = 1;
constexpr std::size_t kFirstCapacity = 256, kBlocksPerChunk = 1024;
constexpr unsigned kShards = 64;

struct FreeBlock {
  FreeBlock* next;
};
std::uint64_t hide(const void* address) noexcept { return ~reinterpret_cast<std::uint64_t>(address); }
/// Neighbours in memory are neighbours in the table; pages are spread.
std::size_t spread(const void* address) noexcept {
  const auto a = reinterpret_cast<std::uint64_t>(address);
  return (a >> 4) + (a >> 12) * 0x9E3779B1u;
}
}  // namespace

struct alignas(64) Shard {
  std::mutex mutex;
  PublishedEntries<Entry> table;
  std::size_t filled = 0;        // entries that are not empty, erased ones included
  std::size_t live = 0;
  FreeBlock* free = nullptr;
};

namespace {
constinit Shard g_shards[kShards];

/// The entry of the address, or the place where it would go. REQUIRES: a table. There is an empty entry in every table, also in one that is being given back.
Entry* locate(const Table& table, const void* base) noexcept {
  const std::uint64_t wanted = hide(base);
  Entry* place = nullptr;
  for (std::size_t i = spread(base);; ++i) {
    Entry& entry = table.at(i);
    const std::uint64_t hidden = entry.hidden.load(std::memory_order_acquire);   // pairs with write()
    if (hidden == wanted) return &entry;
    if (hidden == kErased && place == nullptr) place = &entry;
    if (hidden == kEmpty) return place != nullptr ? place : &entry;
  }
}

void write(Entry& entry, std::uint64_t hidden, std::uint64_t slot) noexcept {
  entry.slot.store(slot, std::memory_order_relaxed);
  entry.hidden.store(hidden, std::memory_order_release);
}

/// Room for one more entry. NO ALLOC of collected memory. Shard lock held.
bool make_room(Shard& shard) noexcept {
  const Table old = shard.table.load();
  if (shard.filled * 3 < old.capacity * 2) return true;
  const bool mostly_erased = shard.live * 3 < old.capacity;   // then the same size again
  const Table table = shard.table.prepare(old.capacity == 0 ? kFirstCapacity : mostly_erased ? old.capacity : old.capacity * 2);
  if (table.capacity == 0) return false;
  gc::touch_pages(table.first, table.bytes());
  for (std::size_t i = 0; i < old.capacity; ++i) {
    const std::uint64_t hidden = old.first[i].hidden.load(std::memory_order_relaxed);
    if (hidden > kErased) write(*locate(table, reinterpret_cast<void*>(~hidden)), hidden, old.first[i].slot.load(std::memory_order_relaxed));
  }
  shard.filled = shard.live;
  shard.table.replace(table);
  return true;
}

/// Publishes a new slot in the object's own word; answers whose slot is there now.
gc::Handle publish_in_word(const Target& target, gc::Handle slot) noexcept {
  std::uint64_t there = std::atomic_ref(target.cell->word).load(std::memory_order_relaxed);
  for (;;) {
    if (gc::hides({there}, target.base)) return {there};
    if (std::atomic_ref(target.cell->word).compare_exchange_weak(there, slot.bits, std::memory_order_acq_rel)) return slot;
  }
}

/// Publishes a new slot in the table; answers whose slot is there now, or the empty handle: no memory.
gc::Handle publish_in_table(const Target& target, gc::Handle slot) noexcept {
  Shard& shard = shard_of(target.base);
  const std::lock_guard lock(mutex_of(shard));
  if (const gc::Handle there = peek_slot(shard, target); !there.empty()) return there;
  if (!make_room(shard)) return {};
  Entry& entry = *locate(shard.table.load(), target.base);
  const std::uint64_t there = entry.hidden.load(std::memory_order_relaxed);
  if (there != hide(target.base)) {
    if (there == kEmpty) ++shard.filled;
    ++shard.live;
  }
  write(entry, hide(target.base), slot.bits);   // an equal address: the stale entry of a dead object
  return slot;
}
}  // namespace

Shard& shard_of(const void* address) noexcept {
  const auto a = reinterpret_cast<std::uint64_t>(address);
  return g_shards[((a >> 12) * 0x9E3779B97F4A7C15u) >> 58];
}
std::mutex& mutex_of(Shard& shard) noexcept {
  gc::zeal::at_lock();
  return shard.mutex;
}

gc::Handle peek_slot(Shard& shard, const Target& target) noexcept {
  gc::Handle slot;
  if (target.cell != nullptr) {
    slot.bits = std::atomic_ref(target.cell->word).load(std::memory_order_acquire);
  } else if (const Table table = shard.table.load(); table.capacity != 0) {
    const Entry* entry = locate(table, target.base);
    if (entry->hidden.load(std::memory_order_acquire) == hide(target.base)) slot.bits = entry->slot.load(std::memory_order_relaxed);
  }
  return gc::hides(slot, target.base) ? slot : gc::Handle{};
}

Result<gc::Handle> slot_for(const Target& target) noexcept {
  Shard& shard = shard_of(target.base);
  if (const gc::Handle slot = peek_slot(shard, target); !slot.empty()) return {slot, Status::ok};
  const bool immortal = target.life == Referent::Life::immortal;
  const Result<gc::Handle> made = immortal ? gc::acquire_immortal_slot(target.base) : gc::acquire_slot(target.base);   // no lock held: may collect
  if (!made) return made;
  gc::set_owner(made.value, owner(OwnerKind::bare, immortal ? nullptr : target.base));
  const gc::Handle winner = target.cell != nullptr ? publish_in_word(target, made.value) : publish_in_table(target, made.value);
  if (winner != made.value) gc::unlink_slot(made.value);   // another thread's came first
  return {winner, winner.empty() ? Status::no_memory : Status::ok};
}

void erase_slot(Shard& shard, const void* base, gc::Handle slot) noexcept {
  const Table table = shard.table.load();
  if (table.capacity == 0) return;
  Entry& entry = *locate(table, base);
  if (entry.hidden.load(std::memory_order_relaxed) != hide(base) || entry.slot.load(std::memory_order_relaxed) != slot.bits) return;
  write(entry, kErased, 0);
  --shard.live;
}

void* new_block(Shard& shard) noexcept {
  if (shard.free == nullptr) {
    auto* chunk = static_cast<std::byte*>(gc::map_pages(kBlocksPerChunk * kBlockBytes));
    if (chunk == nullptr) return nullptr;
    for (std::size_t i = kBlocksPerChunk; i-- > 0;) free_block(shard, chunk + i * kBlockBytes);
  }
  FreeBlock* block = shard.free;
  shard.free = block->next;
  return block;
}

void free_block(Shard& shard, void* block) noexcept { shard.free = ::new (block) FreeBlock{shard.free}; }

void lock_shards() noexcept {
  for (Shard& shard : g_shards) shard.mutex.lock();
}
void unlock_shards() noexcept {
  for (Shard& shard : g_shards) shard.mutex.unlock();
}

}  // namespace mayfly::core
