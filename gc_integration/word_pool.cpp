#include "gc_integration/word_pool.hpp"

#include "gc_integration/pages.hpp"

#include <pthread.h>

#include <algorithm>
#include <mutex>
#include <new>

namespace mayfly::gc::words {
namespace {

constexpr std::size_t kBatch = 64;
constexpr std::size_t kTouched = 8192;     // words whose memory is asked for at once, from the second such run of a slab on
constexpr std::size_t kChunk = 4096;       // of caches

struct alignas(64) Cache {
  Word* free = nullptr;
  std::atomic<std::size_t> count{0};
  std::atomic<bool> claimed{true};
  Cache* next = nullptr;                   // all caches; written once
};

constinit std::mutex g_mutex;              // of what follows
constinit Word* g_free = nullptr;
constinit std::size_t g_free_count = 0;
constinit std::size_t g_retired = 0;
constexpr std::size_t kFew = 65536;
constinit std::size_t g_issued = 0;       // words that were issued at least once
constinit std::size_t g_enough = kFew;    // of them
constinit Cache* g_spare_caches = nullptr; // mapped, never claimed
constinit std::size_t g_spare_count = 0;
constinit pthread_key_t g_key{};
constinit bool g_has_key = false;

constinit std::atomic<Slab*> g_slabs{nullptr};
constinit std::atomic<Cache*> g_caches{nullptr};
thread_local Cache* t_cache = nullptr;     // trivially destructible: usable to the very end of a thread

Word* next_of(const Word* word) noexcept { return reinterpret_cast<Word*>(owner_word(word).load(std::memory_order_relaxed) & kAddressMask); }

/// `generation`: in its place, above.
void push(Word*& list, Word* word, std::uint64_t generation) noexcept {
  owner_word(word).store(generation | reinterpret_cast<std::uint64_t>(list), std::memory_order_relaxed);
  list = word;
}
Word* pop(Word*& list) noexcept {
  Word* word = list;
  list = next_of(word);
  return word;
}
/// From one list to another.
void move_one(Word*& to, Word*& from) noexcept {
  Word* word = pop(from);
  push(to, word, owner_word(word).load(std::memory_order_relaxed) & ~kAddressMask);
}

void at_thread_exit(void* cache) {
  t_cache = nullptr;
  static_cast<Cache*>(cache)->claimed.store(false, std::memory_order_release);   // pairs with claim()
}

/// Pool locked. Null: no memory.
Cache* new_cache() noexcept {
  if (g_spare_count == 0) {
    g_spare_caches = static_cast<Cache*>(map_pages(kChunk));
    if (g_spare_caches == nullptr) return nullptr;
    g_spare_count = kChunk / sizeof(Cache);
  }
  auto* cache = ::new (&g_spare_caches[--g_spare_count]) Cache;
  cache->next = g_caches.load(std::memory_order_relaxed);
  g_caches.store(cache, std::memory_order_release);   // pairs with claim(), in_use()
  return cache;
}

/// A cache for this thread. Null: no memory.
Cache* claim() noexcept {
  Cache* cache = g_caches.load(std::memory_order_acquire);
  while (cache != nullptr && cache->claimed.exchange(true, std::memory_order_acquire)) cache = cache->next;
  const std::lock_guard lock(g_mutex);
  if (cache == nullptr) cache = new_cache();
  if (cache == nullptr) return nullptr;
  if (!g_has_key) g_has_key = ::pthread_key_create(&g_key, at_thread_exit) == 0;
  if (g_has_key) (void)::pthread_setspecific(g_key, cache);   // failed: the cache stays behind with its words
  t_cache = cache;
  return cache;
}

/// Pool locked.
bool add_slab() noexcept {
  auto* slab = static_cast<Slab*>(map_pages(sizeof(Slab), kSlabBytes));
  if (slab == nullptr) return false;
  slab->next = g_slabs.load(std::memory_order_relaxed);
  g_slabs.store(slab, std::memory_order_release);   // pairs with all_slabs()
  return true;
}

/// Fresh words, lowest address first. Pool locked.
bool take_fresh(Cache& cache) noexcept {
  Slab* slab = g_slabs.load(std::memory_order_relaxed);
  if ((slab == nullptr || slab->used.load(std::memory_order_relaxed) == kWordsPerSlab) && !add_slab()) return false;
  slab = g_slabs.load(std::memory_order_relaxed);
  const std::size_t begin = slab->used.load(std::memory_order_relaxed);
  const std::size_t end = begin + kBatch < kWordsPerSlab ? begin + kBatch : kWordsPerSlab;
  if (begin % kTouched == 0 && begin != 0) {
    const std::size_t bytes = std::min(kTouched, kWordsPerSlab - begin) * sizeof(Word);
    touch_pages(&slab->words[begin], bytes);
    touch_pages(&slab->owners[begin], bytes);
  }
  constexpr std::uint64_t kFirstGeneration = std::uint64_t{1} << kAddressBits;
  for (std::size_t i = end; i-- > begin;) {
    slab->words[i].store(kFirstGeneration | kAddressMask, std::memory_order_relaxed);
    push(cache.free, &slab->words[i], kFirstGeneration);
  }
  cache.count.store(end - begin, std::memory_order_relaxed);
  slab->used.store(end, std::memory_order_release);   // .words.birth: pairs with scans
  g_issued += end - begin;
  if (g_issued >= g_enough) crowded.store(true, std::memory_order_relaxed);
  return true;
}

/// The cache is empty.
bool fill(Cache& cache) noexcept {
  const std::lock_guard lock(g_mutex);
  if (g_free == nullptr) return take_fresh(cache);
  std::size_t taken = 0;
  for (; taken < kBatch && g_free != nullptr; ++taken) move_one(cache.free, g_free);
  g_free_count -= taken;
  cache.count.store(taken, std::memory_order_relaxed);
  return true;
}

/// Gives half of a full cache to the pool. Apart, as give_first(), so that giving is cheap where neither is needed.
[[gnu::noinline]] void spill(Cache& cache) noexcept {
  const std::lock_guard lock(g_mutex);
  for (std::size_t i = 0; i < kBatch; ++i) move_one(g_free, cache.free);
  g_free_count += kBatch;
  cache.count.store(cache.count.load(std::memory_order_relaxed) - kBatch, std::memory_order_relaxed);
}

void give_to(Cache& cache, Word* word, std::uint64_t generation) noexcept {
  push(cache.free, word, generation);
  const std::size_t count = cache.count.load(std::memory_order_relaxed) + 1;
  cache.count.store(count, std::memory_order_relaxed);
  if (count == 2 * kBatch) spill(cache);
}

/// By a thread that has no cache yet, or gets none as there is no memory.
[[gnu::noinline]] void give_first(Word* word, std::uint64_t generation) noexcept {
  if (Cache* cache = claim()) return give_to(*cache, word, generation);
  const std::lock_guard lock(g_mutex);
  push(g_free, word, generation);
  ++g_free_count;
}

}  // namespace

constinit std::atomic<bool> crowded{false};

void looked_for_room() noexcept {
  const std::size_t used = in_use();
  const std::lock_guard lock(g_mutex);
  g_enough = std::max(kFew, 2 * used);
  crowded.store(false, std::memory_order_relaxed);
}

Slab* all_slabs() noexcept { return g_slabs.load(std::memory_order_acquire); }

Word* take() noexcept {
  Cache* cache = t_cache != nullptr ? t_cache : claim();
  if (cache == nullptr || (cache->free == nullptr && !fill(*cache))) return nullptr;
  cache->count.store(cache->count.load(std::memory_order_relaxed) - 1, std::memory_order_relaxed);
  return pop(cache->free);
}

void give(Word* word, std::uint64_t generation) noexcept {
  word->store((generation << kAddressBits) | kAddressMask, std::memory_order_release);
  if (Cache* cache = t_cache) return give_to(*cache, word, generation << kAddressBits);
  give_first(word, generation << kAddressBits);
}

void retire(Word* word) noexcept {
  word->store(kAddressMask, std::memory_order_release);
  const std::lock_guard lock(g_mutex);
  ++g_retired;
}

std::size_t in_use() noexcept {
  const std::lock_guard lock(g_mutex);
  std::size_t free = g_free_count + g_retired;
  for (const Cache* cache = g_caches.load(std::memory_order_acquire); cache != nullptr; cache = cache->next) {
    free += cache->count.load(std::memory_order_relaxed);
  }
  return g_issued - free;
}

void lock() noexcept { g_mutex.lock(); }
void unlock() noexcept { g_mutex.unlock(); }

}  // namespace mayfly::gc::words
