// What mayfly asks of a collector: the whole contract, in one page.
//
// Two implementations are chosen at link time: bdwgc/ (the product) and scripted/ (tests decide who dies). Slots, the weak load and everything
// above are written once, against this header. It is the only door to <gc.h>.
//
// Concurrency: every function may be called by any thread that is registered with the collector, unless it says otherwise.
// Nothing here calls mayfly back except: collector finalizers (inside allocate, collect, invoke_finalizers; no allocation lock held).
// The collector's rules are those of bdwgc's finalize.c and alloc.c; see the README of this folder.
#pragma once

#include <mayfly/slot.hpp>
#include <mayfly/status.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace mayfly::gc {

enum class Threads { many, one };

/// Starts the collector unless somebody did, and sets what mayfly needs. Idempotent. Any thread. `unsupported`: see start_problem().
Status start(Threads threads) noexcept;
/// Makes what the first link and the first finalizer need; without memory for these the collector would end the process. Called behind start(), before
/// the first link, and before the first finalizer but those of the mark sweep. Idempotent. May do what allocate() may do.
Status make_tables() noexcept;
/// Why start() refused, or an empty string. Static text.
const char* start_problem() noexcept;

// ---- memory ------------------------------------------------------------------------------------------------------------------------------

/// Zeroed memory that the collector traces and reclaims. May collect, run finalizers, or leave by the host's out-of-memory handler.
void* allocate(std::size_t bytes) noexcept;
/// Memory that the collector reclaims and does not trace; not zeroed. May do what allocate() may do.
void* allocate_untraced(std::size_t bytes) noexcept;
/// Zeroed memory that is traced and never reclaimed: a root. May do what allocate() may do.
void* allocate_roots(std::size_t bytes) noexcept;
/// The start of the collected object that `address` points into, or null if the collector did not allocate it. Takes no lock.
void* base_of(const void* address) noexcept;
/// The address lies in the collector's heap, and no object begins there any more. May miss it.
bool was_freed(const void* base) noexcept;
/// Stores a traced pointer into collected memory so that an incremental collector notices.
void store_traced(void** where, void* value) noexcept;
/// Tells the collector that pointers `offset` bytes into an object keep it alive (needed only where a host switched interior pointers off;
/// then pointers more than a page into their objects keep nothing alive).
void note_displacement(std::size_t offset) noexcept;
/// That this one does: what somebody gives mayfly to keep may point anywhere into its object.
void note_kept(const void* pointer) noexcept;

// ---- collections -------------------------------------------------------------------------------------------------------------------------

/// How many collections have finished marking. Moves only while the world is stopped, with the allocation lock held, and that lock stays held
/// until every disappearing link of that collection has been cleared. Lock-free, less than 1 ns where the collector shows its counter.
inline std::uint64_t collection_number() noexcept;
std::uint64_t ask_collection_number() noexcept;
inline std::uint64_t collection_number() noexcept {
  const std::uint64_t* counter = internal::numbers.counter.load(std::memory_order_relaxed);   // set by start()
  return counter != nullptr ? __atomic_load_n(counter, __ATOMIC_ACQUIRE) : ask_collection_number();
}
/// Calls `f` with the allocation lock held. `f` must not allocate.
void with_allocation_lock(void (*f)(void*), void* argument) noexcept;

/// Overwrites what calls that have returned left below the stack pointer: stale pointers that would keep objects alive.
void scrub_dead_stack() noexcept;

enum class Collected { done, disabled, busy };
/// A full, forced collection; scrubs dead stack below the caller first. May run collector finalizers.
Collected collect() noexcept;
/// UNSAFE: the same, but what the calling thread's stack and registers hold is no root, from the caller's frame upwards. REQUIRES: registered thread,
/// not on an alternate stack. True: such a collection was made; false: none, or an ordinary one, where nobody knows how to leave the stack out.
bool collect_without_stack() noexcept;
/// Nested: no collection happens between pause and resume.
void pause() noexcept;
void resume() noexcept;

// ---- disappearing links ------------------------------------------------------------------------------------------------------------------

/// The collector stores zero into `*word` in the collection that finds `base` unreachable, and forgets the link. `base` must be the start of a
/// collected object (base_of). May collect, and may leave by the host's out-of-memory handler. `ok` or `no_memory`.
Status link(std::uint64_t* word, void* base) noexcept;
/// Forgets a link; harmless if there is none. Never collects.
void unlink(std::uint64_t* word) noexcept;

// ---- the mark sweep: clearing without links ----------------------------------------------------------------------------------------------

/// Whether a collected object was found reachable. Inside the sweep only.
using Marked = int (*)(const void* base);
using Sweep = void (*)(Marked marked) noexcept;
/// From now on each collection calls `sweep` once, with the allocation lock held and the world running, right after it has cleared links: what is reachable
/// is marked, and perhaps what ordered finalizers of others reach; nothing is reclaimed yet. May collect, which proves that it works here. `unsupported`: see start_problem().
Status start_mark_sweep(Sweep sweep) noexcept;
/// False: a collection came without a sweep, and what was not marked then may have been reclaimed. Allocation lock held.
bool every_collection_was_swept() noexcept;
/// A collection uses something of the sweep's up. True: it is to be replaced by keep_sweeping(), which may collect, before some hundreds more.
inline bool sweep_runs_low() noexcept;
void keep_sweeping() noexcept;
extern constinit std::atomic<bool> sweep_low;
inline bool sweep_runs_low() noexcept { return sweep_low.load(std::memory_order_relaxed); }

// ---- finalizers --------------------------------------------------------------------------------------------------------------------------

using Finalizer = void (*)(void* object, void* data);
struct FinalizerSlot {
  Finalizer function = nullptr;
  void* data = nullptr;
  friend bool operator==(const FinalizerSlot&, const FinalizerSlot&) noexcept = default;
};
/// Sets (or with a null function removes) the one finalizer of the object, and answers what was there before. Unordered (no_order): called at most
/// once, after the object and what it reaches were kept. `data` is held strongly. May collect, but calls no finalizers.
Result<FinalizerSlot> set_finalizer(void* base, FinalizerSlot finalizer) noexcept;
/// Whether collector finalizers wait. About 1 ns.
bool finalizers_are_due() noexcept;
/// Calls those that wait. For processes in which nobody else does.
void invoke_finalizers() noexcept;

// ---- threads -----------------------------------------------------------------------------------------------------------------------------

bool this_thread_is_registered() noexcept;   // any thread
bool threads_may_register() noexcept;        // any thread: start() was called with Threads::many
/// `unknown_thread`: they may not.
Status register_this_thread() noexcept;      // any thread; a deeper frame than the caller's must not hold collected pointers afterwards
void unregister_this_thread() noexcept;
/// Calls `f` while a collection need not wait for this thread. `f` must not touch collected memory.
void blocking(void (*f)(void*), void* argument) noexcept;

}  // namespace mayfly::gc
