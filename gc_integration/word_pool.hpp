// The words of slots: slabs of mapped memory, and who keeps the free ones ready.
//
// Overview
//   A slab is a run of words and beside it a run of owner words; it is never unmapped. Free words are chained through their owner words. Each thread
//   keeps some in a cache of its own, which is filled from and emptied into one pool in batches. A cache outlives its thread: a later one claims it.
//   Slabs are large and mostly untouched: bdwgc hashes a link by the address of its word, so words that are dense have buckets of their own.
//
// Concurrency
//   The pool has a lock. A cache is touched by the thread that claimed it alone, but for its count. Scans run beside everything.
//
// Invariants
//   .words.birth   a word below `used` was never zero by birth: scans take zero for a death
//   .words.free    a free word has its next generation above and ones below; its owner word the same generation and the next free word
#pragma once
#include <mayfly/slot.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace mayfly::gc::words {

using Word = std::atomic<std::uint64_t>;

using internal::kAddressBits;
using internal::kAddressMask;
inline constexpr std::size_t kSlabBytes = std::size_t{1} << 24;
inline constexpr std::size_t kHeaderBytes = 8192;
inline constexpr std::size_t kWordsPerSlab = (kSlabBytes - kHeaderBytes) / 16;

struct Slab {
  Slab* next;                          // the list of all slabs; written once
  std::atomic<std::size_t> used;       // words below this index were issued at least once
  alignas(kHeaderBytes) Word words[kWordsPerSlab];
  Word owners[kWordsPerSlab];
};
static_assert(sizeof(Slab) == kSlabBytes);

/// Slabs are in the list before any of their words is issued.
Slab* all_slabs() noexcept;

inline Slab& slab_of(const Word* word) noexcept { return *reinterpret_cast<Slab*>(reinterpret_cast<std::uintptr_t>(word) & ~(kSlabBytes - 1)); }
inline Word& owner_word(const Word* word) noexcept {
  Slab& slab = slab_of(word);
  return slab.owners[word - slab.words];
}

/// A free word, or null when there is no memory. The caller makes it live; the generation to use stands above in its owner word.
Word* take() noexcept;
/// Makes the word free, with the generation that its next tenant will have.
void give(Word* word, std::uint64_t generation) noexcept;
/// Makes the word free and forgets it: its generations are used up.
void retire(Word* word) noexcept;

/// There are twice as many words as were in use at the last call of looked_for_room(), and 64 Ki at least: it is worth while to look for cleared ones.
extern constinit std::atomic<bool> crowded;
void looked_for_room() noexcept;

/// Words that are neither free nor retired.
std::size_t in_use() noexcept;

void lock() noexcept;                  // around fork
void unlock() noexcept;

}  // namespace mayfly::gc::words
