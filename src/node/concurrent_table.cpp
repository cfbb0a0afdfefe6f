// ConcurrentTable: shards of open addressing over weak handles.
//
// Overview
//   An entry is a mark and a handle; its object is what load() answers, so an entry whose object died is simply an entry that answers nothing. The mark is
//   kUsed, how far the entered pointer is from the start of its object, and the low bits of the hash. Writers lock a shard; readers look without a lock.
// Invariants
//   .shared.mark    a mark is written while its entry has no handle, so a reader believes a handle if the mark is the same before and after it
//   .shared.miss    a look that finds nothing counts only if the shard was not rebuilt meanwhile: its version, odd during a rebuild, is the same
//   .shared.place   an entry never moves but in a rebuild; outgrown entries stay mapped and read as empty
//   .shared.lock    nothing is allocated on the collector, linked or called back under a shard's lock, but for P
#include <mayfly/concurrent_weak_set.hpp>

#include "gc_integration/pages.hpp"
#include "src/core/published_entries.hpp"
#include "src/node/guard.hpp"

#include <atomic>
#include <bit>
#include <mutex>
#include <new>
#include <utility>

namespace mayfly {
namespace {

constexpr unsigned kMaxShards = 4096;
constexpr std::size_t kFirstCapacity = 256, kSwept = 4;        // places that each entering looks at for dead entries
constexpr unsigned kHashBits = 39;                              // enough to say where in a shard
constexpr std::uint64_t kHash = (std::uint64_t{1} << kHashBits) - 1;
constexpr std::uint64_t kUsed = std::uint64_t{1} << 63;
constexpr std::uint64_t kMaxOffset = (std::uint64_t{1} << (63 - kHashBits)) - 1;

struct Entry {
  std::atomic<std::uint64_t> mark;      // zero: never used
  std::atomic<std::uint64_t> handle;    // zero: erased
};
std::uint64_t mark_of(std::uint64_t hash, std::uint64_t offset) noexcept { return kUsed | (offset << kHashBits) | (hash & kHash); }
std::uint64_t offset_in(std::uint64_t mark) noexcept { return (mark & ~kUsed) >> kHashBits; }

using Table = core::Entries<Entry>;

struct alignas(64) Shard {
  core::PublishedEntries<Entry> table;
  std::atomic<std::uint64_t> version{0};
  std::mutex mutex;                     // of the rest
  std::size_t filled = 0;               // places that were used, dead and erased ones included
  std::size_t sweeper = 0;
};

void* object_of(const Entry& entry) noexcept { return gc::load(gc::Handle{entry.handle.load(std::memory_order_acquire)}); }

struct Look {
  void* object = nullptr;               // equal, and strong
  Entry* place = nullptr;               // its, or one that may be used for it; null: there is none
};

/// What was entered there with that mark, strong from now on, or null.
void* pointer_in(const Entry& entry, std::uint64_t mark) noexcept {
  auto* base = static_cast<char*>(object_of(entry));
  return base != nullptr && entry.mark.load(std::memory_order_acquire) == mark ? base + offset_in(mark) : nullptr;   // .shared.mark
}

/// The equal object, and where it is or would go.
Look look(const Table& table, const PureProbe& probe) noexcept {
  Look found;
  for (std::uint64_t i = probe.hash; table.capacity != 0; ++i) {
    Entry& entry = table.at(i);
    const std::uint64_t mark = entry.mark.load(std::memory_order_acquire);
    if (mark == 0) {
      if (found.place == nullptr) found.place = &entry;
      break;
    }
    const bool erased = entry.handle.load(std::memory_order_acquire) == 0;
    const bool same_hash = ((mark ^ probe.hash) & kHash) == 0;
    void* object = same_hash && !erased ? pointer_in(entry, mark) : nullptr;
    if (object != nullptr && probe.equal(probe.self, probe.what, object)) return {object, &entry};
    if (found.place == nullptr && (erased || (same_hash && object == nullptr))) found.place = &entry;
  }
  return found;
}

void write(Entry& entry, std::uint64_t mark, std::uint64_t handle) noexcept {
  entry.handle.store(0, std::memory_order_relaxed);
  entry.mark.store(mark, std::memory_order_release);
  entry.handle.store(handle, std::memory_order_release);
}

/// A table of the capacity with all living entries of the old one. Shard lock held. False: no memory.
bool rebuild(Shard& shard, const Table& old, std::size_t capacity) noexcept {
  const Table table = shard.table.prepare(capacity);
  if (table.capacity == 0) return false;
  shard.version.fetch_add(1, std::memory_order_acq_rel);        // odd
  shard.filled = 0;
  for (std::size_t i = 0; i < old.capacity; ++i) {
    const Entry& entry = old.first[i];
    if (object_of(entry) == nullptr) continue;
    const std::uint64_t mark = entry.mark.load(std::memory_order_relaxed);
    std::uint64_t at = mark & kHash;
    while (table.at(at).mark.load(std::memory_order_relaxed) != 0) ++at;
    write(table.at(at), mark, entry.handle.load(std::memory_order_relaxed));
    ++shard.filled;
  }
  shard.table.replace(table);
  shard.version.fetch_add(1, std::memory_order_acq_rel);
  return true;
}

/// Shard lock held. False: no memory.
bool make_room(Shard& shard) noexcept {
  const Table table = shard.table.load();
  if (shard.filled * 3 < table.capacity * 2) return true;
  if (table.capacity == 0) return rebuild(shard, table, kFirstCapacity);
  std::size_t living = 0;
  for (std::size_t i = 0; i < table.capacity; ++i) living += object_of(table.first[i]) != nullptr;
  return rebuild(shard, table, living * 3 < table.capacity ? table.capacity : table.capacity * 2);
}

/// Erases what is dead among the next few places. Shard lock held.
void sweep_on(Shard& shard) noexcept {
  const Table table = shard.table.load();
  for (std::size_t i = 0; i < kSwept && table.capacity != 0; ++i) {
    Entry& entry = table.at(shard.sweeper++);
    if (entry.handle.load(std::memory_order_relaxed) != 0 && object_of(entry) == nullptr) entry.handle.store(0, std::memory_order_release);
  }
}

/// The high bits say which shard, the low ones where in it. Hosts' hashes may be poor.
std::uint64_t mix(std::uint64_t hash) noexcept {
  hash = (hash ^ (hash >> 32)) * 0x9E3779B97F4A7C15u;
  return hash ^ (hash >> 29);
}

constinit std::mutex g_tables_mutex;
constinit ConcurrentTable::Impl* g_tables = nullptr;

}  // namespace

struct ConcurrentTable::Impl {          // mapped
  Impl* next;                           // all tables, for fork
  Impl** link;
  unsigned count;                       // a power of two
  Shard shards[1];

  static std::size_t bytes(unsigned count) noexcept { return sizeof(Impl) + (count - 1) * sizeof(Shard); }
  Shard& of(std::uint64_t mixed) noexcept { return shards[(mixed >> 48) & (count - 1)]; }
};

ConcurrentTable::Impl* ConcurrentTable::impl() noexcept {
  const std::atomic_ref<Impl*> published(impl_);
  if (Impl* impl = published.load(std::memory_order_acquire)) return impl;
  const unsigned count = std::bit_ceil(wanted_shards_ < 1 ? 1u : wanted_shards_ < kMaxShards ? wanted_shards_ : kMaxShards);
  void* pages = gc::map_pages(Impl::bytes(count));
  if (pages == nullptr) return nullptr;
  auto* impl = static_cast<Impl*>(pages);
  impl->count = count;
  for (unsigned i = 0; i < count; ++i) ::new (&impl->shards[i]) Shard;
  const std::lock_guard lock(g_tables_mutex);
  if (Impl* other = published.load(std::memory_order_relaxed)) {
    gc::unmap_pages(pages, Impl::bytes(count));
    return other;
  }
  impl->next = g_tables;
  impl->link = &g_tables;
  if (g_tables != nullptr) g_tables->link = &impl->next;
  g_tables = impl;
  published.store(impl, std::memory_order_release);             // pairs with the loads of other threads
  return impl;
}

ConcurrentTable::~ConcurrentTable() {
  if (impl_ == nullptr) return;
  {
    const std::lock_guard lock(g_tables_mutex);
    *impl_->link = impl_->next;
    if (impl_->next != nullptr) impl_->next->link = impl_->link;
  }
  for (unsigned i = 0; i < impl_->count; ++i) impl_->shards[i].table.unmap();
  gc::unmap_pages(impl_, Impl::bytes(impl_->count));
}

void* ConcurrentTable::find(const PureProbe& probe) const noexcept {
  Impl* impl = std::atomic_ref(const_cast<Impl*&>(impl_)).load(std::memory_order_acquire);
  if (impl == nullptr) return nullptr;
  PureProbe mixed = probe;
  mixed.hash = mix(probe.hash);
  Shard& shard = impl->of(mixed.hash);
  for (;;) {
    const std::uint64_t version = shard.version.load(std::memory_order_acquire);
    if (version % 2 != 0) {                                     // being rebuilt: wait
      const std::lock_guard lock(shard.mutex);
      return look(shard.table.load(), mixed).object;
    }
    if (void* object = look(shard.table.load(), mixed).object) return object;
    if (shard.version.load(std::memory_order_relaxed) == version) return nullptr;   // .shared.miss; behind look()'s loads, which all acquire
  }
}

Result<void*> ConcurrentTable::enter(const PureProbe& probe, void* object) noexcept {
  const auto parts = internal::weak_parts(object);              // no lock held: it may collect
  if (!parts) return {nullptr, parts.status};
  if (static_cast<std::uint64_t>(parts.value.offset) > kMaxOffset) return {nullptr, Status::not_collectable};
  Impl* shared = impl();
  if (shared == nullptr) return {nullptr, Status::no_memory};
  PureProbe mixed = probe;
  mixed.hash = mix(probe.hash);
  Shard& shard = shared->of(mixed.hash);
  const std::lock_guard lock(shard.mutex);
  sweep_on(shard);
  Look found = look(shard.table.load(), mixed);
  if (found.object != nullptr) return {found.object, Status::ok};
  const bool fresh = found.place == nullptr || found.place->mark.load(std::memory_order_relaxed) == 0;
  if (fresh) {
    if (!make_room(shard)) return {nullptr, Status::no_memory};
    found = look(shard.table.load(), mixed);
    if (found.place->mark.load(std::memory_order_relaxed) == 0) ++shard.filled;
  }
  write(*found.place, mark_of(mixed.hash, static_cast<std::uint64_t>(parts.value.offset)), parts.value.handle.bits);
  return {object, Status::ok};
}

void* ConcurrentTable::erase(const PureProbe& probe) noexcept {
  Impl* impl = std::atomic_ref(impl_).load(std::memory_order_acquire);
  if (impl == nullptr) return nullptr;
  PureProbe mixed = probe;
  mixed.hash = mix(probe.hash);
  Shard& shard = impl->of(mixed.hash);
  const std::lock_guard lock(shard.mutex);
  const Look found = look(shard.table.load(), mixed);
  if (found.object != nullptr) found.place->handle.store(0, std::memory_order_release);
  return found.object;
}

std::size_t ConcurrentTable::size() const noexcept {
  Impl* impl = std::atomic_ref(const_cast<Impl*&>(impl_)).load(std::memory_order_acquire);
  std::size_t living = 0;
  for (unsigned i = 0; impl != nullptr && i < impl->count; ++i) {
    const std::lock_guard lock(impl->shards[i].mutex);
    const Table table = impl->shards[i].table.load();
    for (std::size_t at = 0; at < table.capacity; ++at) living += object_of(table.first[at]) != nullptr;
  }
  return living;
}

void node::lock_shared_tables() noexcept {
  g_tables_mutex.lock();
  for (ConcurrentTable::Impl* table = g_tables; table != nullptr; table = table->next) {
    for (unsigned i = 0; i < table->count; ++i) table->shards[i].mutex.lock();
  }
}

void node::unlock_shared_tables() noexcept {
  for (ConcurrentTable::Impl* table = g_tables; table != nullptr; table = table->next) {
    for (unsigned i = 0; i < table->count; ++i) table->shards[i].mutex.unlock();
  }
  g_tables_mutex.unlock();
}

}  // namespace mayfly
