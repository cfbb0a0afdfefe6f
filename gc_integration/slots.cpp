#include "gc_integration/slots.hpp"

#include "gc_integration/check.hpp"
#include "gc_integration/word_pool.hpp"
#include "gc_integration/zeal.hpp"

#include <algorithm>
#include <atomic>

constinit mayfly::internal::Numbers mayfly::internal::numbers;

namespace mayfly::gc {
namespace {

using internal::generation_of;
using internal::kAddressBits;
using internal::kAddressMask;
using internal::reveal;
using words::owner_word;
using words::Slab;
using words::Word;

constexpr std::uint64_t kImmortal = 0x8000;                // .slot.immortal: beside a generation
constexpr std::uint64_t kLastGeneration = kImmortal - 1;

constinit bool g_by_marks = false;                         // written before the first slot

Word* word_of(Handle slot) noexcept { return reinterpret_cast<Word*>(slot.bits & kAddressMask); }
std::uint64_t hide(const void* address, std::uint64_t generation) noexcept {
  return (generation << kAddressBits) | (~reinterpret_cast<std::uint64_t>(address) & kAddressMask);
}

enum class Lacks { nothing, protection, generation };      // the tests' controls: loads lack one guard, and the tests must notice
#if defined(MAYFLY_CONTROL_UNPROTECTED_LOAD)
constexpr Lacks kLacks = Lacks::protection;
#elif defined(MAYFLY_CONTROL_NO_GENERATION)
constexpr Lacks kLacks = Lacks::generation;
#else
constexpr Lacks kLacks = Lacks::nothing;
#endif

/// While contracts are checked nothing is ever verified, so every load passes the checks, and the fast path has none; likewise in controls.
void note_verified(std::uint64_t number) noexcept {
  if (kLacks != Lacks::nothing || zeal::checking.load(std::memory_order_relaxed)) return;
  internal::numbers.verified.store(number, std::memory_order_release);       // pairs with load(), verified_number()
}

struct LockedRead {
  Handle slot;
  void* referent;
};

/// NO ALLOC. Collector lock held.
std::uint64_t verify() noexcept {
  if (g_by_marks && !every_collection_was_swept()) {
    contract_broken(__FILE__, __LINE__, "a collection came that could not look at the weak words (Options::Clearing::marks): was GC_enable_incremental() "
                    "called, or GC_finalize_all() right before?");
  }
  const std::uint64_t number = collection_number();
  note_verified(number);
  return number;
}

/// NO ALLOC. Collector lock held.
void read_locked(void* argument) noexcept {
  auto& read = *static_cast<LockedRead*>(argument);
  const std::uint64_t bits = word_of(read.slot)->load(std::memory_order_relaxed);
  read.referent = generation_of(bits) == generation_of(read.slot.bits) ? reveal(bits) : nullptr;
  (void)verify();
}

/// NO ALLOC. Collector lock held.
void verify_locked(void* number) noexcept { *static_cast<std::uint64_t*>(number) = verify(); }

/// .slot.by-marks: what a link would do, for all words. NO ALLOC. Collector lock held, inside a collection, the world running.
void clear_unmarked(Marked marked) noexcept {
  for (Slab* slab = words::all_slabs(); slab != nullptr; slab = slab->next) {
    const std::size_t used = slab->used.load(std::memory_order_acquire);
    for (Word* word = slab->words; word != slab->words + used; ++word) {
      std::uint64_t bits = word->load(std::memory_order_acquire);
      if (bits == 0 || (bits & kAddressMask) == kAddressMask || (generation_of(bits) & kImmortal) != 0) continue;
      if (!marked(reveal(bits))) word->compare_exchange_strong(bits, 0, std::memory_order_release, std::memory_order_relaxed);
    }
  }
}

/// A slot for the address, with `flags` in its generation.
Result<Handle> issue(void* address, std::uint64_t flags) noexcept {
  if ((reinterpret_cast<std::uint64_t>(address) & ~kAddressMask) != 0) return {{}, Status::not_collectable};
  Word* word = words::take();
  if (word == nullptr) return {{}, Status::no_memory};
  const std::uint64_t generation = generation_of(owner_word(word).load(std::memory_order_relaxed)) | flags;
  owner_word(word).store(generation << kAddressBits, std::memory_order_relaxed);
  word->store(hide(address, generation), std::memory_order_release);
  return {{(generation << kAddressBits) | reinterpret_cast<std::uint64_t>(word)}, Status::ok};
}

/// Forced trouble meets both ways of clearing alike.
Status as_if_linked() noexcept { return zeal::before_allocation() ? Status::no_memory : Status::ok; }

}  // namespace

Status prepare_clearing(Clearing clearing) noexcept { return clearing == Clearing::marks ? start_mark_sweep(clear_unmarked) : Status::ok; }
void clear_by(Clearing clearing) noexcept { g_by_marks = clearing == Clearing::marks; }

Result<Handle> acquire_immortal_slot(void* address) noexcept { return issue(address, kImmortal); }

bool is_immortal(Handle slot) noexcept { return (generation_of(slot.bits) & kImmortal) != 0; }

Result<Handle> acquire_slot(void* base) noexcept {
  if (sweep_runs_low()) [[unlikely]] keep_sweeping();
  const Result<Handle> slot = issue(base, 0);
  if (!slot) return slot;
  const Status linked = g_by_marks ? as_if_linked() : link(reinterpret_cast<std::uint64_t*>(word_of(slot.value)), base);
  if (linked != Status::ok) {
    release_slot(slot.value);
    return {{}, linked};
  }
  return slot;
}

void release_slot(Handle slot) noexcept {
  const std::uint64_t generation = generation_of(slot.bits) & ~kImmortal;
  if (generation == kLastGeneration) return words::retire(word_of(slot));
  words::give(word_of(slot), generation + 1);
}

void unlink_slot(Handle slot) noexcept {
  if (!g_by_marks) unlink(reinterpret_cast<std::uint64_t*>(word_of(slot)));
  release_slot(slot);
}

namespace {
/// Between a collection and its first verification, and while contracts are checked.
void* load_locked(Handle slot) noexcept {
  const bool checking = zeal::checking.load(std::memory_order_relaxed);
  if (checking) check_thread(__FILE__, __LINE__);
  LockedRead read{slot, nullptr};
  with_allocation_lock(read_locked, &read);
  if (checking && read.referent != nullptr) check_referent(read.referent, __FILE__, __LINE__);
  return read.referent;
}

/// What is left when the number moved, or is not shown: once more without the lock, then with it.
void* load_leftover(std::uint64_t handle) noexcept {
  const Handle slot{handle};
#ifndef NDEBUG
  check_thread(__FILE__, __LINE__);
#endif
  if (kLacks != Lacks::nothing) {
    const std::uint64_t word = word_of(slot)->load(std::memory_order_acquire);
    const bool mine = kLacks == Lacks::generation ? word != 0 : generation_of(word) == generation_of(handle);
    return mine ? reveal(word) : nullptr;
  }
  void* referent;
  if (internal::load_fast(handle, referent, collection_number)) return referent;
  return load_locked(slot);
}
}  // namespace

void* load(Handle slot) noexcept { return internal::load<load_leftover>(slot.bits); }

bool hides(Handle slot, const void* address) noexcept {
  return !slot.empty() && word_of(slot)->load(std::memory_order_acquire) == hide(address, generation_of(slot.bits));
}

Handle slot_of_word(std::uint64_t word, const void* address) noexcept {
  const std::uint64_t bits = word_of({word})->load(std::memory_order_acquire);
  return ((bits ^ ~reinterpret_cast<std::uint64_t>(address)) & kAddressMask) == 0 ? Handle{(bits & ~kAddressMask) | word} : Handle{};
}
const void* hidden_in_word(std::uint64_t word) noexcept {
  const std::uint64_t bits = word_of({word})->load(std::memory_order_relaxed);
  return bits != 0 ? reveal(bits) : nullptr;   // of a free one: null too
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
  if (internal::numbers.verified.load(std::memory_order_acquire) == number) return number;
  with_allocation_lock(verify_locked, &number);
  return number;
}

namespace {
/// What is used of it later cannot have died in the collection that the scan is for.
Scan scan_of(const Slab* slab) noexcept {
  return {slab, 0, slab != nullptr ? slab->used.load(std::memory_order_acquire) : 0, zeal::reorder()};
}

/// How many words from `first` on, of at most `n`, are not zero.
std::size_t nonzero_words(const Word* first, std::size_t n) noexcept {
  const auto at = [first](std::size_t i) { return first[i].load(std::memory_order_relaxed); };
  std::size_t i = 0;
  while (i + 4 <= n && at(i) != 0 && at(i + 1) != 0 && at(i + 2) != 0 && at(i + 3) != 0) i += 4;
  while (i < n && at(i) != 0) ++i;
  return i;
}
}  // namespace

bool each_cleared(Scan& scan, void (*f)(Handle slot, Owner owner), bool (*go_on)(void*), void* argument) noexcept {
  constexpr std::size_t kPatience = 1024, kWork = 32;       // in words looked at; a cleared one counts as so many
  std::size_t patience = kPatience;
  if (scan.at_start()) scan = scan_of(words::all_slabs());
  for (; scan.slab != nullptr; scan = scan_of(static_cast<const Slab*>(scan.slab)->next)) {
    const auto& slab = *static_cast<const Slab*>(scan.slab);
    while (scan.index < scan.end) {
      const std::size_t i = scan.backwards ? scan.end - 1 - scan.index : scan.index;
      std::size_t cost = kWork;
      if (slab.words[i].load(std::memory_order_relaxed) == 0) {
        const std::uint64_t owner = slab.owners[i].load(std::memory_order_acquire);
        ++scan.index;
        f(Handle{(owner & ~kAddressMask) | reinterpret_cast<std::uint64_t>(&slab.words[i])}, owner & kAddressMask);
      } else {
        cost = scan.backwards ? 1 : nonzero_words(&slab.words[i], std::min(scan.end - i, patience));
        scan.index += cost;
      }
      if (cost < patience) {
        patience -= cost;
        continue;
      }
      if (!go_on(argument)) return false;
      patience = kPatience;
    }
  }
  return true;
}

Owner cleared_ahead(Handle slot, std::size_t places) noexcept {
  const Word* word = word_of(slot);
  const Slab& slab = words::slab_of(word);
  const std::size_t i = static_cast<std::size_t>(word - slab.words) + places;
  if (i >= words::kWordsPerSlab || slab.words[i].load(std::memory_order_relaxed) != 0) return 0;
  return slab.owners[i].load(std::memory_order_acquire) & kAddressMask;
}

std::size_t each_live(void (*f)(Handle slot, Owner owner)) noexcept {
  std::size_t live = 0;
  for (Slab* slab = words::all_slabs(); slab != nullptr; slab = slab->next) {
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

std::size_t slots_in_use() noexcept { return words::in_use(); }
bool slots_are_crowded() noexcept { return words::crowded.load(std::memory_order_relaxed); }
void slots_were_settled() noexcept { words::looked_for_room(); }

void lock_slots() noexcept { words::lock(); }
void unlock_slots() noexcept { words::unlock(); }

}  // namespace mayfly::gc

void* mayfly::internal::load_slowly(std::uint64_t handle) noexcept { return gc::zeal::after_load(gc::load_leftover(handle)); }
