// Slots: the weak words, and the one door from weak to strong.
//
// Overview
//   A slot is one 8-byte word of mapped memory that no collector scans (word_pool.hpp). The word hides the address of one collected object; the collection
//   that finds the object unreachable stores zero. Beside each word lies its owner word: what the layers above want to find when the word has been
//   cleared. A holder keeps a Handle: the word's address and its generation.
//   Who stores the zero: by default the collector, as the word is the object's disappearing link. After clear_by(marks) no link is made; in each
//   collection, at the time when links are cleared, clear_unmarked() looks at the marks of all words' objects.           .slot.by-marks
//
// States of a word
//   free        generation above, low 48 bits all ones. The free list runs through the owner words, never through the words.
//   live        generation above, ~address in the low 48 bits.
//   cleared     zero: the referent is dead and its death is not settled yet. Only a collection writes zero.         .slot.zero
//   retired     generation 0, low bits ones: all 32767 generations were used. Never issued again.
//   The top bit of a generation says that no collection clears the word: its referent never dies.                       .slot.immortal
//
// Concurrency
//   load() may run beside everything. acquire() and release() touch the calling thread's free words. Slabs are never unmapped, so a stale handle
//   may always be read; a generation that differs answers null.                                                      .slot.generation
//   A slot is released only after its clear was settled or its link unregistered: links are never retargeted.        .slot.release
//   The number rule, which load() and settle share: the collection number moves only while the world is stopped, and the allocation lock is then held
//   until every word is cleared; so `verified == number` proves that somebody held that lock after the clearing.      .slot.verified
//   load() reads `verified`, the word and the number, in this order: it compares once. It is compiled into its callers (<mayfly/slot.hpp>).   .slot.load
//   Slots are acquired and released while clear_unmarked() runs: it stores zero only over the very bits whose object it found unmarked. An object that
//   somebody can make a slot for is marked then: a root holds it, or it comes from a thread's list of free objects, which are marked too.
#pragma once
#include "gc_integration/primitives.hpp"

#include <cstddef>
#include <cstdint>

namespace mayfly::gc {

enum class Clearing { links, marks };
/// So that words can be cleared like that. May collect, run collector finalizers, leave by the host's out-of-memory handler. `unsupported`: see start_problem().
Status prepare_clearing(Clearing clearing) noexcept;
/// How collections clear words from now on. REQUIRES: it was prepared; there is no slot yet.
void clear_by(Clearing clearing) noexcept;

/// (generation << 48) | address of the word; zero is empty. Not a pointer to any collector: the generation is never zero.
struct Handle {
  std::uint64_t bits = 0;
  bool empty() const noexcept { return bits == 0; }
  friend bool operator==(const Handle&, const Handle&) noexcept = default;
};

/// What a slot belongs to: an address below 2^48, aligned to 8, with a kind in the low three bits. Zero: nobody yet (acquire is under way, or was
/// left by a longjmp; a cleared word without owner is simply released).
using Owner = std::uint64_t;

/// A live slot for the collected object `base`. The caller keeps the object alive across the call.
/// May collect; may leave by the host's out-of-memory handler, which strands 16 bytes.
Result<Handle> acquire_slot(void* base) noexcept;
/// A slot for an address that never dies.
Result<Handle> acquire_immortal_slot(void* address) noexcept;
bool is_immortal(Handle slot) noexcept;
/// REQUIRES: the clear was settled (or is being settled by the caller), or the slot has no link.
void release_slot(Handle slot) noexcept;
/// Unregisters the link, then releases. REQUIRES: the referent is alive, or its memory is about to be freed by hand.
void unlink_slot(Handle slot) noexcept;

/// The referent, strong from now on, or null. Lock-free but for reads between a collection and its first verification, or that a collection overtook. The
/// program's own reads are inline: internal::load(), after which zeal may collect, so for when no lock of mayfly's is held.
void* load(Handle slot) noexcept;
/// True if the slot still belongs to the handle and hides `address`: no proof of life, for lookups of an object that the caller holds.
bool hides(Handle slot, const void* address) noexcept;
/// For tables that keep no more of a slot than its word (the low 48 bits of its handle): its handle if it hides `address`, else the empty one;
/// and the address that it hides, or null: cleared, free. No proof of life either.
Handle slot_of_word(std::uint64_t word, const void* address) noexcept;
const void* hidden_in_word(std::uint64_t word) noexcept;
/// True if the handle's slot was cleared by a collection and is not settled yet.
bool cleared(Handle slot) noexcept;

Owner owner_of(Handle slot) noexcept;
void set_owner(Handle slot, Owner owner) noexcept;

/// The collection number, with proof that all of its links are cleared. About 1 ns when verified before, else waits for the collection.
std::uint64_t verified_number() noexcept;

/// Where a scan for cleared words is; the default is the beginning.
struct Scan {
  const void* slab = nullptr;
  std::size_t index = 0, end = 0;      // of the slab's words
  bool backwards = false;
  bool at_start() const noexcept { return slab == nullptr; }
};
/// Calls `f` for every cleared word from the scan's position on. `f` releases the slot, or leaves it for the next scan. Stops when `go_on`, asked every
/// few microseconds and not at first, says no; else goes to the end, which is the next beginning, and answers true. One scan at a time (the caller's lock).
bool each_cleared(Scan& scan, void (*f)(Handle slot, Owner owner), bool (*go_on)(void*), void* argument) noexcept;
/// For `f`, to look ahead: the owner of the word so many places further, if that one is cleared too, else zero.
Owner cleared_ahead(Handle slot, std::size_t places) noexcept;

/// Calls `f` for every slot that is live or cleared, and answers how many there are. REQUIRES: nobody acquires or releases meanwhile.
std::size_t each_live(void (*f)(Handle slot, Owner owner)) noexcept;
/// Slots that are neither free nor retired. For stats and invariants.
std::size_t slots_in_use() noexcept;

/// There are many words for those in use: deaths may wait to be settled. Whoever has settled says so. Lock-free, less than 1 ns.
bool slots_are_crowded() noexcept;
void slots_were_settled() noexcept;

/// Around fork: takes and gives back every lock of this file, in order.
void lock_slots() noexcept;
void unlock_slots() noexcept;

}  // namespace mayfly::gc
