#include "src/core/side_table.hpp"

#include "gc_integration/pages.hpp"

#include <atomic>
#include <new>

namespace mayfly::core {

namespace {
struct Entry {
  std::uint64_t hidden = 0;   // ~address; 0 empty, 1 erased
  gc::Handle slot;
};
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
  Entry* entries = nullptr;
  std::size_t capacity = 0;
  std::size_t filled = 0;        // entries that are not empty, erased ones included
  std::size_t live = 0;
  FreeBlock* free = nullptr;
};

namespace {
constinit Shard g_shards[kShards];

/// The entry of the address, or the place where it would go; null if the table has no memory yet. Shard lock held.
Entry* locate(Shard& shard, const void* base) noexcept {
  if (shard.capacity == 0) return nullptr;
  const std::uint64_t wanted = hide(base);
  Entry* place = nullptr;
  for (std::size_t i = spread(base);; ++i) {
    Entry& entry = shard.entries[i & (shard.capacity - 1)];
    if (entry.hidden == wanted) return &entry;
    if (entry.hidden == kErased && place == nullptr) place = &entry;
    if (entry.hidden == kEmpty) return place != nullptr ? place : &entry;
  }
}

/// Room for one more entry. NO ALLOC of collected memory. Shard lock held.
bool make_room(Shard& shard) noexcept {
  if (shard.filled * 3 < shard.capacity * 2) return true;
  std::size_t capacity = shard.live * 3 < shard.capacity ? shard.capacity : shard.capacity * 2;   // mostly erased: the same size again
  if (capacity == 0) capacity = kFirstCapacity;
  auto* entries = static_cast<Entry*>(gc::map_pages(capacity * sizeof(Entry)));
  if (entries == nullptr) return false;
  Entry* old = shard.entries;
  const std::size_t old_capacity = shard.capacity;
  shard.entries = entries;
  shard.capacity = capacity;
  shard.filled = shard.live;
  for (std::size_t i = 0; i < old_capacity; ++i) {
    if (old[i].hidden > kErased) *locate(shard, reinterpret_cast<void*>(~old[i].hidden)) = old[i];
  }
  if (old != nullptr) gc::unmap_pages(old, old_capacity * sizeof(Entry));
  return true;
}

/// Publishes a new slot for the target. Shard lock held. False: no memory.
bool publish(Shard& shard, const Target& target, gc::Handle slot) noexcept {
  if (target.cell != nullptr) {
    target.cell->word = slot.bits;
    return true;
  }
  if (!make_room(shard)) return false;
  Entry& entry = *locate(shard, target.base);
  if (entry.hidden != hide(target.base)) {
    if (entry.hidden == kEmpty) ++shard.filled;
    ++shard.live;
  }
  entry = {hide(target.base), slot};   // an equal address: the stale entry of a dead object
  return true;
}
}  // namespace

Shard& shard_of(const void* address) noexcept {
  const auto a = reinterpret_cast<std::uint64_t>(address);
  return g_shards[((a >> 12) * 0x9E3779B97F4A7C15u) >> 58];
}
std::mutex& mutex_of(Shard& shard) noexcept { return shard.mutex; }

gc::Handle find_slot(Shard& shard, const Target& target) noexcept {
  gc::Handle slot;
  if (target.cell != nullptr) {
    slot.bits = target.cell->word;
  } else if (const Entry* entry = locate(shard, target.base); entry != nullptr && entry->hidden == hide(target.base)) {
    slot = entry->slot;
  }
  return gc::hides(slot, target.base) ? slot : gc::Handle{};
}

Result<gc::Handle> slot_for(const Target& target) noexcept {
  Shard& shard = shard_of(target.base);
  {
    const std::lock_guard lock(shard.mutex);
    if (const gc::Handle slot = find_slot(shard, target); !slot.empty()) return {slot, Status::ok};
  }
  const bool immortal = target.life == Referent::Life::immortal;
  const Result<gc::Handle> made = immortal ? gc::acquire_immortal_slot(target.base) : gc::acquire_slot(target.base);   // no lock held: may collect
  if (!made) return made;
  gc::set_owner(made.value, owner(OwnerKind::bare, immortal ? nullptr : target.base));
  gc::Handle winner;
  {
    const std::lock_guard lock(shard.mutex);
    winner = find_slot(shard, target);
    if (winner.empty() && publish(shard, target, made.value)) return made;
  }
  gc::unlink_slot(made.value);
  return {winner, winner.empty() ? Status::no_memory : Status::ok};
}

void erase_slot(Shard& shard, const void* base, gc::Handle slot) noexcept {
  Entry* entry = locate(shard, base);
  if (entry == nullptr || entry->hidden != hide(base) || entry->slot != slot) return;
  *entry = {kErased, {}};
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
