// What every registering call checks first, and how a Referent becomes a Target.
#pragma once
#include "src/core/event_queue.hpp"
#include "src/core/settle.hpp"

namespace mayfly::node {

/// Started (with default options if need be), not shut down, thread known. For what registers something: settles when there is little room. Holds no lock.
Status ready() noexcept;
/// Started, perhaps shut down since. Any thread.
bool started() noexcept;
/// The base and offset of the referent; `not_collectable` for what bdwgc did not allocate, unless immortal.
Result<core::Target> target_of(const Referent& referent) noexcept;
/// The options that init() was called with.
bool invokes_finalizers() noexcept;
/// sweep_tables() when there may be something to drop.
void sweep_tables_now(core::EventQueue& queue) noexcept;
/// Something that a container looks at died since the queue's weak tables were swept. About 1 ns.
inline bool sweeps_are_due(const core::EventQueue& queue) noexcept { return queue.swept.load(std::memory_order_relaxed) != core::contained_deaths(); }
/// Drops the dead entries of the queue's weak tables, if there can be any. Calls no host code. Holds no lock. About 1 ns when there are none.
inline void sweep_tables(core::EventQueue& queue) noexcept {
  if (sweeps_are_due(queue)) sweep_tables_now(queue);
}
/// The process's shutdown() has begun, on whatever thread.
bool is_ending() noexcept;
/// What becomes of what events own that are dropped.
enum class Dropped { destroyed, left };
/// Forgets every `finalize` record of the queue, waiting or not, and answers how many would have run at exit. destroyed: MAY CALL HOST. Holds no lock.
std::size_t forget_finalizers(core::EventQueue& queue, Dropped dropped) noexcept;
/// The queue is shut down: refuses registrations, drops what is settled and what was staged, and all finalizers; how many of them were for now or for the
/// exit. destroyed: MAY CALL HOST. Holds no lock.
std::size_t close(core::EventQueue& queue, Dropped dropped) noexcept;
/// Registers the calling thread with the collector; true: nobody had done so before.
Result<bool> register_thread() noexcept;
void unregister_thread() noexcept;
void callbacks_off() noexcept;         // NoCallbackScope, as a pair of calls
void callbacks_on() noexcept;
void lock_shared_tables() noexcept;    // around fork: every ConcurrentTable
void unlock_shared_tables() noexcept;
void ask_drainer_to_end(core::EventQueue& queue) noexcept;   // waits for nothing
/// The calling thread owns the queue, which has no drainer any more. Waits for that one's callback. At exit a queue gets no owner.
void own(core::EventQueue& queue) noexcept;
bool callbacks_are_off() noexcept;     // on this thread
/// There is something to do at exit: a finalizer with at_exit, a drainer. False: no memory for our handler.
bool exit_handler_wanted() noexcept;

}  // namespace mayfly::node
