#include "src/core/side_table.hpp"

#include "gc_integration/zeal.hpp"
#include "src/core/block_pool.hpp"
#include "src/core/published_entries.hpp"

#include <atomic>
#include <new>
#include <utility>

namespace mayfly::core {

namespace {
/// A tag of the object's address above, the slot's word below. Written under the lock, read by peek_slot() without.
/// The word says whose it is, so an entry needs neither address nor generation: a word is released only after its entry was erased.   .table.word
/// A word's later tenant may hide the same address without being in the table (the slot of a ref object): slot_in() tells.
using Entry = std::atomic<std::uint64_t>;
using Table = Entries<Entry>;
constexpr std::uint64_t kEmpty = 0, kErased = 1;
constexpr unsigned kTagShift = 48;
constexpr std::size_t kFirstCapacity = 256;
constexpr unsigned kShards = 64;

std::uint64_t entry_of(const void* base, std::uint64_t word) noexcept { return (reinterpret_cast<std::uint64_t>(base) >> 4 << kTagShift) | word; }
std::uint64_t word_of(std::uint64_t entry) noexcept { return entry & ((std::uint64_t{1} << kTagShift) - 1); }
bool has_tag_of(std::uint64_t entry, const void* base) noexcept { return ((entry ^ entry_of(base, 0)) >> kTagShift) == 0; }
/// Where an object's entry may be, one place after the other. Neighbours in memory are neighbours in the table. Where two pages overlap there, each goes on
/// elsewhere, so that who looks for an absent object is done after a few places and need not pass the rest of a page.
class Places {
 public:
  explicit Places(const void* address) noexcept : page_(reinterpret_cast<std::uint64_t>(address) >> 12) {
    at_ = (reinterpret_cast<std::uint64_t>(address) >> 4) + page_ * 0x9E3779B1u;
  }
  operator std::uint64_t() const noexcept { return at_; }
  void operator++() noexcept { at_ += ((page_ * 0x9E3779B97F4A7C15u) >> 32 << 8) | 1; }   // odd: all places are met

 private:
  std::uint64_t page_, at_;
};
}  // namespace

struct alignas(64) Shard {
  std::mutex mutex;
  PublishedEntries<Entry> table;
  std::size_t filled = 0;        // entries that are not empty, erased ones included
  std::size_t live = 0;
  BlockPool<kBlockBytes> blocks;
};

namespace {
constinit Shard g_shards[kShards];

/// The slot of the entry that was read there if it is the object's, or the empty handle. The word has the same generation before and after the entry is
/// seen in its place, so it had one tenant meanwhile: that of the entry.
gc::Handle slot_in(const Entry& place, std::uint64_t entry, const void* base) noexcept {
  const gc::Handle slot = gc::slot_of_word(word_of(entry), base);
  return !slot.empty() && place.load(std::memory_order_acquire) == entry && gc::hides(slot, base) ? slot : gc::Handle{};
}

struct Found {
  gc::Handle slot;                // of the object, or empty: then
  Entry* place;                   // where its entry would go
};
/// REQUIRES: a table. There is an empty entry in every one, also in one that is being given back.
Found find(const Table& table, const void* base) noexcept {
  Entry* place = nullptr;
  for (Places i(base);; ++i) {
    const std::uint64_t entry = table.at(i).load(std::memory_order_acquire);   // pairs with write(): the word is live
    if (entry <= kErased && place == nullptr) place = &table.at(i);
    if (entry == kEmpty) return {{}, place};
    if (!has_tag_of(entry, base) || entry == kErased) continue;
    if (const gc::Handle slot = slot_in(table.at(i), entry, base); !slot.empty()) return {slot, &table.at(i)};
  }
}

void write(Entry& place, const void* base, std::uint64_t word) noexcept { place.store(entry_of(base, word), std::memory_order_release); }

/// Room for one more entry. Those of the dead stay behind. NO ALLOC of collected memory. Shard lock held.
bool make_room(Shard& shard) noexcept {
  const Table old = shard.table.load();
  if (shard.filled * 3 < old.capacity * 2) return true;
  const bool mostly_erased = shard.live * 3 < old.capacity;   // then the same size again
  const Table table = shard.table.prepare(old.capacity == 0 ? kFirstCapacity : mostly_erased ? old.capacity : old.capacity * 2);
  if (table.capacity == 0) return false;
  gc::touch_pages(table.first, table.bytes());
  shard.live = 0;
  for (std::size_t i = 0; i < old.capacity; ++i) {
    const std::uint64_t entry = old.first[i].load(std::memory_order_relaxed);
    const void* base = entry > kErased ? gc::hidden_in_word(word_of(entry)) : nullptr;
    if (base == nullptr) continue;
    Places at(base);
    while (table.at(at).load(std::memory_order_relaxed) != kEmpty) ++at;
    write(table.at(at), base, word_of(entry));
    ++shard.live;
  }
  shard.filled = shard.live;
  shard.table.replace(table);
  return true;
}

/// Enters a new slot into the table; answers whose slot is there now, or the empty handle: no memory. Shard lock held.
gc::Handle enter(Shard& shard, const void* base, gc::Handle slot) noexcept {
  if (!make_room(shard)) return {};
  const auto [there, place] = find(shard.table.load(), base);
  if (!there.empty()) return there;
  if (place->load(std::memory_order_relaxed) == kEmpty) ++shard.filled;
  write(*place, base, word_of(slot.bits));
  ++shard.live;
  return slot;
}

/// Writes a new slot into the object's own word; answers whose slot is there now. Shard lock held.
gc::Handle enter(CellWord& word, const void* base, gc::Handle slot) noexcept {
  const gc::Handle there{std::atomic_ref(word.word).load(std::memory_order_relaxed)};
  if (gc::hides(there, base)) return there;
  std::atomic_ref(word.word).store(slot.bits, std::memory_order_release);   // pairs with peek_slot()
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
    return find(table, target.base).slot;
  }
  return gc::hides(slot, target.base) ? slot : gc::Handle{};
}

namespace {
/// May collect. Holds no lock.
Result<Claim> make_slot(const Target& target) noexcept {
  const bool immortal = target.life == Referent::Life::immortal;
  const Result<gc::Handle> made = immortal ? gc::acquire_immortal_slot(target.base) : gc::acquire_slot(target.base);
  if (made) gc::set_owner(made.value, owner(OwnerKind::bare, immortal ? nullptr : target.base));
  return {{made.value}, made.status};
}
}  // namespace

Result<Claim> claim_slot(const Target& target) noexcept {
  return peek_slot(shard_of(target.base), target).empty() ? make_slot(target) : Result<Claim>{{}, Status::ok};
}

Result<gc::Handle> publish(Shard& shard, const Target& target, Claim claim) noexcept {
  if (claim.made.empty()) {
    const gc::Handle there = peek_slot(shard, target);
    return {there, there.empty() ? Status::dead : Status::ok};
  }
  const gc::Handle winner = target.cell != nullptr ? enter(*target.cell, target.base, claim.made) : enter(shard, target.base, claim.made);
  if (winner != claim.made) drop(claim);                 // another thread's came first
  return {winner, winner.empty() ? Status::no_memory : Status::ok};
}

void drop(Claim claim) noexcept {
  if (!claim.made.empty()) gc::unlink_slot(claim.made);
}

Result<gc::Handle> slot_for(const Target& target) noexcept {
  Shard& shard = shard_of(target.base);
  if (const gc::Handle slot = peek_slot(shard, target); !slot.empty()) return {slot, Status::ok};
  const Result<Claim> claim = make_slot(target);
  if (!claim) return {{}, claim.status};
  const std::lock_guard lock(mutex_of(shard));
  return publish(shard, target, claim.value);
}

void erase_slot(Shard& shard, const void* base, gc::Handle slot) noexcept {
  const Table table = shard.table.load();
  if (table.capacity == 0) return;
  for (Places i(base);; ++i) {
    const std::uint64_t entry = table.at(i).load(std::memory_order_relaxed);
    if (entry == kEmpty) return;                 // of an object with its own word, or left behind
    if (entry != entry_of(base, word_of(slot.bits))) continue;
    table.at(i).store(kErased, std::memory_order_relaxed);
    --shard.live;
    return;
  }
}

void* new_block(Shard& shard) noexcept { return shard.blocks.take(); }
void free_block(Shard& shard, void* block) noexcept { shard.blocks.give(block); }

void lock_shards() noexcept {
  for (Shard& shard : g_shards) shard.mutex.lock();
}
void unlock_shards() noexcept {
  for (Shard& shard : g_shards) shard.mutex.unlock();
}

}  // namespace mayfly::core
