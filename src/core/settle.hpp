// Settle: turns cleared words into deaths, for the whole process.
//
// Whoever reaches a safepoint and sees that the verified collection number moved scans all slots for cleared words, under one lock, and calls no host
// code. Polling the raw number instead would lose deaths: it moves before the links are cleared.                      .settle.verified
// A dead object leaves the side table; a dead ref's watcher is dropped; the watchers of a dead referent become events, canonical nodes silently first,
// then newest first, or are dropped if their ref is dead too.                                                       .settle.order
// Everything of a round is settled before anything of it can be taken, because take() settles first; but for a round that
// another thread begins between the two. Then too each reference reads null before a callback: words are cleared by the collection.   .settle.clear-first
// A scan that ran out of time goes on where it stopped; meanwhile nothing is taken but what earlier rounds left.    .settle.resume
#pragma once
#include "src/core/side_table.hpp"

#include <atomic>
#include <cstdint>

namespace mayfly::core {

/// A point on the steady clock, in nanoseconds.
using Deadline = std::uint64_t;
inline constexpr Deadline kNoDeadline = UINT64_MAX;
std::uint64_t now_ns() noexcept;

extern constinit std::atomic<std::uint64_t> settled_to, contained_dead;   // of settle.cpp: read by settled_number() and contained_deaths()
/// All collections up to this number are settled. Lock-free.
inline std::uint64_t settled_number() noexcept { return settled_to.load(std::memory_order_acquire); }
/// settle() when there is something to settle.
bool settle_now(Deadline deadline) noexcept;
/// Settles what the latest collection cleared. Calls no host code, never collects. May wait for a collection that is under way.
/// False: the deadline passed, or another thread is settling and there is a deadline. The next call goes on; each one gets a step further.
/// About 1 ns when there is nothing to settle: it is asked before each event.
inline bool settle(Deadline deadline = kNoDeadline) noexcept { return gc::collection_number() == settled_number() || settle_now(deadline); }
/// Before there is any slot: so far there is nothing to settle.
void settle_from_here() noexcept;

/// Figures.
struct Settled {
  std::uint64_t cleared, cleared_last, ns;
};
Settled settled() noexcept;

/// Death by hand: as if a collection had cleared the target's slot.
void kill_now(const Target& target) noexcept;
/// Silently forgets the watcher of a bound node.
void forget_node(RefNode& node) noexcept;

/// An entry of a weak container looks at the target's slot: its death shall move contained_deaths(). REQUIRES: the target is alive.
void mark_contained(const Target& target, gc::Handle slot) noexcept;
/// Moves when something that a weak container looks at has died and was settled. Lock-free.
inline std::uint64_t contained_deaths() noexcept { return contained_dead.load(std::memory_order_acquire); }

void lock_settle() noexcept;               // around fork
void unlock_settle() noexcept;

}  // namespace mayfly::core
