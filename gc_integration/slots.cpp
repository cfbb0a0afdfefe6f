#include "gc_integration/slots.hpp"

#include "gc_integration/check.hpp"
#include "gc_integration/pages.hpp"
#include "gc_integration/zeal.hpp"

#include <atomic>
#include <mutex>

namespace mayfly::gc {
namespace {

constexpr unsigned kAddressBits = 48;
constexpr std::uint64_t kAddressMask = (std::uint64_t{1} << kAddressBits) - 1;
constexpr std::size_t kSlabBytes = std::size_t{1} << 20;
constexpr std::size_t kHeaderBytes = 8192;
constexpr std::size_t kSlotsPerSlab = (kSlabBytes - kHeaderBytes) / 16;
constexpr unsigned kArenas = 16;
constexpr std::uint64_t kLastGeneration = 0xFFFF;

using Word = std::atomic<std::uint64_t>;

struct Arena;

struct Slab {
  Arena* arena;
  Slab* next;                          // the list of all slabs; written once
  std::atomic<std::size_t> used;       // words below this index were issued at least once
  alignas(kHeaderBytes) Word words[kSlotsPerSlab];
  Word owners[kSlotsPerSlab];          // generation above, owner (live) or address of the next free word (free) below
};
static_assert(sizeof(Slab) == kSlabBytes);

struct Arena {                         // threads spread over arenas, so that one thread's words are dense
  std::mutex mutex;
  Word* free = nullptr;
  Slab* filling = nullptr;
};

constinit Arena g_arenas[kArenas];
constinit std::atomic<Slab*> g_slabs{nullptr};
constinit std::atomic<std::uint64_t> g_verified{~std::uint64_t{0}};
constinit std::atomic<std::size_t> g_in_use{0};
constinit std::atomic<unsigned> g_next_arena{0};
thread_local unsigned t_arena = kArenas;   // trivially destructible

Word* word_of(Handle slot) noexcept { return reinterpret_cast<Word*>(slot.bits & kAddressMask); }
std::uint64_t generation_of(std::uint64_t bits) noexcept { return bits >> kAddressBits; }
Slab* slab_of(const Word* word) noexcept { return reinterpret_cast<Slab*>(reinterpret_cast<std::uintptr_t>(word) & ~(kSlabBytes - 1)); }
Word& owner_word(const Word* word) noexcept {
  Slab* slab = slab_of(word);
  return slab->owners[word - slab->words];
}
std::uint64_t hide(const void* address, std::uint64_t generation) noexcept {
  return (generation << kAddressBits) | (~reinterpret_cast<std::uint64_t>(address) & kAddressMask);
}
void* reveal(std::uint64_t bits) noexcept { return reinterpret_cast<void*>(~bits & kAddressMask); }

Arena& my_arena() noexcept {
  if (t_arena == kArenas) t_arena = g_next_arena.fetch_add(1, std::memory_order_relaxed) % kArenas;
  return g_arenas[t_arena];
}

/// NO ALLOC of collected memory. Arena lock held.
bool add_slab(Arena& arena) noexcept {
  auto* slab = static_cast<Slab*>(map_pages(sizeof(Slab), kSlabBytes));
  if (slab == nullptr) return false;
  slab->arena = &arena;
  arena.filling = slab;
  slab->next = g_slabs.load(std::memory_order_relaxed);
  while (!g_slabs.compare_exchange_weak(slab->next, slab, std::memory_order_release, std::memory_order_relaxed)) {}   // pairs with each_cleared()
  return true;
}

/// Takes a free word and makes it live for `address`; the empty handle when there is no memory.
Handle take_word(void* address) noexcept {
  Arena& arena = my_arena();
  const std::lock_guard lock(arena.mutex);
  Word* word = arena.free;
  std::uint64_t generation = 1;
  if (word != nullptr) {
    Word& owner = owner_word(word);
    generation = generation_of(owner.load(std::memory_order_relaxed));
    arena.free = reinterpret_cast<Word*>(owner.load(std::memory_order_relaxed) & kAddressMask);
    owner.store(generation << kAddressBits, std::memory_order_relaxed);
    word->store(hide(address, generation), std::memory_order_release);
  } else {
    if ((arena.filling == nullptr || arena.filling->used.load(std::memory_order_relaxed) == kSlotsPerSlab) && !add_slab(arena)) return {};
    Slab* slab = arena.filling;
    const std::size_t index = slab->used.load(std::memory_order_relaxed);
    word = &slab->words[index];
    slab->owners[index].store(generation << kAddressBits, std::memory_order_relaxed);
    word->store(hide(address, generation), std::memory_order_relaxed);
    slab->used.store(index + 1, std::memory_order_release);   // pairs with each_cleared(): a word below `used` is never zero by birth
  }
  g_in_use.fetch_add(1, std::memory_order_relaxed);
  return {(generation << kAddressBits) | reinterpret_cast<std::uint64_t>(word)};
}

/// While contracts are checked nothing is ever verified, so every load passes the checks; and the fast path has none.
void note_verified(std::uint64_t number) noexcept {
  if (!zeal::checking.load(std::memory_order_relaxed)) g_verified.store(number, std::memory_order_release);   // pairs with load(), verified_number()
}

struct LockedRead {
  Handle slot;
  void* referent;
};

/// NO ALLOC. Collector lock held.
void read_locked(void* argument) noexcept {
  auto& read = *static_cast<LockedRead*>(argument);
  const std::uint64_t bits = word_of(read.slot)->load(std::memory_order_relaxed);
  read.referent = generation_of(bits) == generation_of(read.slot.bits) ? reveal(bits) : nullptr;
  note_verified(collection_number());
}

/// NO ALLOC. Collector lock held.
void verify_locked(void* argument) noexcept {
  const std::uint64_t number = collection_number();
  *static_cast<std::uint64_t*>(argument) = number;
  note_verified(number);
}

}  // namespace

Result<Handle> acquire_immortal_slot(void* address) noexcept {
  if ((reinterpret_cast<std::uint64_t>(address) & ~kAddressMask) != 0) return {{}, Status::not_collectable};
  const Handle slot = take_word(address);
  return {slot, slot.empty() ? Status::no_memory : Status::ok};
}

Result<Handle> acquire_slot(void* base) noexcept {
  const Result<Handle> slot = acquire_immortal_slot(base);
  if (!slot) return slot;
  if (const Status linked = link(reinterpret_cast<std::uint64_t*>(word_of(slot.value)), base); linked != Status::ok) {
    release_slot(slot.value);
    return {{}, linked};
  }
  return slot;
}

void release_slot(Handle slot) noexcept {
  Word* word = word_of(slot);
  Arena& arena = *slab_of(word)->arena;
  const std::uint64_t generation = generation_of(slot.bits);
  const std::lock_guard lock(arena.mutex);
  g_in_use.fetch_sub(1, std::memory_order_relaxed);
  if (generation == kLastGeneration) {
    word->store(kAddressMask, std::memory_order_release);
    return;
  }
  word->store(((generation + 1) << kAddressBits) | kAddressMask, std::memory_order_release);
  owner_word(word).store(((generation + 1) << kAddressBits) | reinterpret_cast<std::uint64_t>(arena.free), std::memory_order_relaxed);
  arena.free = word;
}

void unlink_slot(Handle slot) noexcept {
  unlink(reinterpret_cast<std::uint64_t*>(word_of(slot)));
  release_slot(slot);
}

void* load(Handle slot) noexcept {
  if (slot.bits == 0) return nullptr;
  const Word* word = word_of(slot);
#if defined(MAYFLY_CONTROL_UNPROTECTED_LOAD)   // the tests' controls: each lacks one guard, and the tests must notice
  const std::uint64_t control = word->load(std::memory_order_acquire);
  return generation_of(control) == generation_of(slot.bits) ? reveal(control) : nullptr;
#elif defined(MAYFLY_CONTROL_NO_GENERATION)
  const std::uint64_t control = word->load(std::memory_order_acquire);
  return control != 0 ? reveal(control) : nullptr;
#endif
#ifndef NDEBUG
  check_thread(__FILE__, __LINE__);
#endif
  for (;;) {
    const std::uint64_t verified = g_verified.load(std::memory_order_acquire);
    if (verified != collection_number()) {
      if (zeal::checking.load(std::memory_order_relaxed)) check_thread(__FILE__, __LINE__);
      LockedRead read{slot, nullptr};
      with_allocation_lock(read_locked, &read);
      return read.referent;
    }
    const std::uint64_t bits = word->load(std::memory_order_acquire);
    if (generation_of(bits) != generation_of(slot.bits)) return nullptr;   // zero and every later tenant differ
    void* referent = reveal(bits);
    asm volatile("" : "+r"(referent) : : "memory");                        // in a register or on the stack from here: a root
    const bool still = collection_number() == verified;
    asm volatile("" : : "r"(referent) : "memory");                         // and kept there across the check
    if (still) return referent;
  }
}

bool hides(Handle slot, const void* address) noexcept {
  return !slot.empty() && word_of(slot)->load(std::memory_order_acquire) == hide(address, generation_of(slot.bits));
}

bool cleared(Handle slot) noexcept {
  return word_of(slot)->load(std::memory_order_acquire) == 0 && generation_of(owner_word(word_of(slot)).load(std::memory_order_relaxed)) == generation_of(slot.bits);
}

Owner owner_of(Handle slot) noexcept { return owner_word(word_of(slot)).load(std::memory_order_acquire) & kAddressMask; }

void set_owner(Handle slot, Owner owner) noexcept {
  owner_word(word_of(slot)).store((slot.bits & ~kAddressMask) | owner, std::memory_order_release);
}

std::uint64_t verified_number() noexcept {
  std::uint64_t number = collection_number();
  if (g_verified.load(std::memory_order_acquire) == number) return number;
  with_allocation_lock(verify_locked, &number);
  return number;
}

void each_cleared(void (*f)(Handle slot, Owner owner)) noexcept {
  for (Slab* slab = g_slabs.load(std::memory_order_acquire); slab != nullptr; slab = slab->next) {
    const std::size_t used = slab->used.load(std::memory_order_acquire);
    for (std::size_t i = 0; i < used; ++i) {
      if (slab->words[i].load(std::memory_order_relaxed) != 0) continue;
      const std::uint64_t owner = slab->owners[i].load(std::memory_order_acquire);
      f(Handle{(owner & ~kAddressMask) | reinterpret_cast<std::uint64_t>(&slab->words[i])}, owner & kAddressMask);
    }
  }
}

std::size_t each_live(void (*f)(Handle slot, Owner owner)) noexcept {
  std::size_t live = 0;
  for (Slab* slab = g_slabs.load(std::memory_order_acquire); slab != nullptr; slab = slab->next) {
    const std::size_t used = slab->used.load(std::memory_order_acquire);
    for (std::size_t i = 0; i < used; ++i) {
      if ((slab->words[i].load(std::memory_order_acquire) & kAddressMask) == kAddressMask) continue;   // free or retired
      const std::uint64_t owner = slab->owners[i].load(std::memory_order_acquire);
      f(Handle{(owner & ~kAddressMask) | reinterpret_cast<std::uint64_t>(&slab->words[i])}, owner & kAddressMask);
      ++live;
    }
  }
  return live;
}

std::size_t slots_in_use() noexcept { return g_in_use.load(std::memory_order_relaxed); }

void lock_slots() noexcept {
  for (Arena& arena : g_arenas) arena.mutex.lock();
}
void unlock_slots() noexcept {
  for (Arena& arena : g_arenas) arena.mutex.unlock();
}

}  // namespace mayfly::gc
