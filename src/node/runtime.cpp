#include <mayfly/runtime.hpp>

#include "gc_integration/check.hpp"
#include "gc_integration/roots.hpp"
#include "gc_integration/slots.hpp"
#include "gc_integration/zeal.hpp"
#include "src/core/event_queue.hpp"
#include "src/core/node_words.hpp"
#include "src/core/settle.hpp"
#include "src/node/guard.hpp"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <mutex>

namespace mayfly {
namespace {

enum class Phase { unborn, running, ended };

constinit std::mutex g_mutex;                      // of init and shutdown; never held across host code
constinit std::atomic<Phase> g_phase{Phase::unborn};
constinit Options g_options{};
constinit std::atomic<bool> g_exit_handler{false};          // registered
constinit std::atomic<bool> g_exit_handler_called{false};
constinit std::atomic<bool> g_ending{false};       // shutdown() is under way
constinit std::mutex g_pausing;                    // of the next
constinit bool g_paused = false;                   // by it
constinit std::atomic<bool> g_silent{false};       // it is over
thread_local bool t_ending = false;                // on this thread
thread_local bool t_known = false;                 // trivially destructible, both

void at_fork_prepare() { before_fork(); }
void at_fork_parent() { after_fork(ForkSide::parent); }
void at_fork_child() { after_fork(ForkSide::child); }
void at_exit_shutdown() {
  g_exit_handler_called = true;
  shutdown();
}

/// Marks: bdwgc collects, so it has to know the thread.
Status prepare(gc::Clearing clearing) noexcept {
  const bool known = clearing == gc::Clearing::links || gc::this_thread_is_registered();
  if (!known && gc::register_this_thread() != Status::ok) return Status::unknown_thread;
  const Status status = gc::prepare_clearing(clearing);
  if (!known) node::unregister_thread();                   // a collector finalizer may have called mayfly on it
  return status;
}
}  // namespace

Status init(const Options& options) noexcept {
  if (g_phase.load(std::memory_order_acquire) != Phase::unborn) {
    return g_phase.load(std::memory_order_acquire) == Phase::ended ? Status::shut_down : Status::ok;
  }
  const auto threads = options.threads == Options::Threads::many ? gc::Threads::many : gc::Threads::one;
  if (const Status started = gc::start(threads); started != Status::ok) return started;
  const auto clearing = options.clearing == Options::Clearing::marks ? gc::Clearing::marks : gc::Clearing::links;
  if (const Status prepared = prepare(clearing); prepared != Status::ok) return prepared;   // no lock held: it may run collector finalizers
  const std::lock_guard lock(g_mutex);
  if (g_phase.load(std::memory_order_relaxed) != Phase::unborn) return Status::ok;
  if (const Status zealous = gc::zeal::start(options.zeal != nullptr ? options.zeal : std::getenv("MAYFLY_ZEAL")); zealous != Status::ok) return zealous;
  if (options.fork == Options::Fork::atfork && ::pthread_atfork(at_fork_prepare, at_fork_parent, at_fork_child) != 0) return Status::no_memory;
  gc::clear_by(clearing);
  core::settle_from_here();
  g_options = options;
  g_phase.store(Phase::running, std::memory_order_release);
  return Status::ok;
}

const char* init_problem() noexcept { return *gc::zeal::problem() != 0 ? gc::zeal::problem() : gc::start_problem(); }

namespace {
/// Sleeps until `done()`; false: the deadline passed before.
template <class F>
bool wait_until(F done, core::Deadline deadline) noexcept {
  while (!done()) {
    if (core::now_ns() >= deadline) return false;
    blocking([](void*) { (void)::usleep(1000); }, nullptr);
  }
  return true;
}

/// Exit finalizers, until the deadline; whether there were any. A thread that is in the midst of a callback is waited for, but not for ever: it may wait
/// for this one.
bool run_exit_finalizers(core::EventQueue& queue, core::Deadline patience, core::Deadline deadline) noexcept {
  auto nobody = core::EventQueue::Exit::no;
  (void)queue.exit.compare_exchange_strong(nobody, core::EventQueue::Exit::by_shutdown);
  queue.end_drain();                               // exit() inside a callback: that drain never goes on
  Drained drained{.busy = true};                   // again if another thread was first
  bool any = false;
  while (drained.busy && !node::callbacks_are_off()) {
    any |= queue.is_drained() && core::now_ns() < patience;     // what another thread calls may make finalizers too, in whatever queue
    if (!wait_until([&queue] { return !queue.is_drained(); }, patience)) queue.ignore_drain();
    (void)wait_until([deadline] { return core::settle(deadline); }, deadline);   // others may be settling; from then on there is nothing to settle
    const std::uint64_t now = core::now_ns();
    if (now >= deadline) break;
    queue.give_to_all();                           // whoever ends the process runs the finalizers
    drained = queue.face->drain({.nanoseconds = deadline - now});
    any |= drained.ran != 0;
  }
  return any && !drained.stopped;                    // S45: a host may ask for an end
}

void pause_collections() noexcept {
  const std::lock_guard lock(g_pausing);
  if (!g_paused) gc::pause();
  g_paused = true;
}
void resume_collections() noexcept {
  const std::lock_guard lock(g_pausing);
  if (g_paused) gc::resume();
  g_paused = false;
}

}  // namespace

void shutdown() noexcept {
  if (g_phase.load(std::memory_order_acquire) != Phase::running) return;
  const std::uint64_t start = core::now_ns();
  const core::Deadline deadline = g_options.exit_nanoseconds < core::kNoDeadline - start ? start + g_options.exit_nanoseconds : core::kNoDeadline;
  if (g_ending.exchange(true) && !t_ending) {      // another thread does it; in the midst of this one's, exit() was called
    (void)wait_until([] { return g_silent.load(std::memory_order_acquire); }, deadline);
    return;
  }
  t_ending = true;
  for (core::EventQueue* queue = core::all_queues(); queue != nullptr; queue = queue->next) node::ask_drainer_to_end(*queue);
  pause_collections();                             // S45: none during the loop
  const core::Deadline patience = std::min(deadline, start + 1'000'000'000);
  for (bool again = true; again;) {                // S45: a finalizer may make another one, in another queue
    again = false;
    for (core::EventQueue* queue = core::all_queues(); queue != nullptr; queue = queue->next) again |= run_exit_finalizers(*queue, patience, deadline);
  }
  resume_collections();
  g_phase.store(Phase::ended);
  std::size_t not_run = 0;
  for (core::EventQueue* queue = core::all_queues(); queue != nullptr; queue = queue->next) {
    not_run += node::close(*queue, node::Dropped::left) + queue->not_run;
    not_run += queue->events();                    // what stayed for want of memory
  }
  if (not_run != 0 && g_options.exit_report != nullptr) g_options.exit_report(not_run);
  g_silent.store(true, std::memory_order_release);
}

namespace {
/// In the child of a fork, whose parent another thread was about to end.
void take_back_shutdown() noexcept {
  g_ending = false;
  resume_collections();
  for (core::EventQueue* queue = core::all_queues(); queue != nullptr; queue = queue->next) {
    auto ours = core::EventQueue::Exit::by_shutdown;
    (void)queue->exit.compare_exchange_strong(ours, core::EventQueue::Exit::no);
  }
}
}  // namespace

void before_fork() noexcept {
  g_pausing.lock();
  node::lock_shared_tables();
  core::lock_settle();
  core::lock_sweeps();
  core::lock_shards();
  core::lock_queues();
  gc::lock_roots();
  gc::lock_slots();
}

void after_fork(ForkSide side) noexcept {
  gc::unlock_slots();
  gc::unlock_roots();
  core::unlock_queues();
  core::unlock_shards();
  core::unlock_sweeps();
  core::unlock_settle();
  node::unlock_shared_tables();
  g_pausing.unlock();
  if (side == ForkSide::parent) return;
  if (g_ending && !t_ending && g_phase.load() == Phase::running) take_back_shutdown();
  if (!t_ending && g_exit_handler_called.exchange(false)) g_exit_handler = false, (void)node::exit_handler_wanted();   // exit() calls each but once
  for (core::EventQueue* queue = core::all_queues(); queue != nullptr; queue = queue->next) queue->forget_other_threads();
  if (g_options.inherited_finalizers == Options::InheritedFinalizers::both) return;
  for (core::EventQueue* queue = core::all_queues(); queue != nullptr; queue = queue->next) (void)node::forget_finalizers(*queue, node::Dropped::left);
}

ThreadScope::ThreadScope() noexcept {
  const auto registered = node::register_thread();
  status_ = registered.status;
  ours_ = registered.value;
}

ThreadScope::~ThreadScope() {
  if (ours_) node::unregister_thread();
}

void blocking(void (*f)(void*), void* argument) noexcept {
  if (!node::started() || !gc::this_thread_is_registered()) return f(argument);   // then no collection waits for this thread
  gc::enter_blocking();
  gc::blocking(f, argument);
  gc::leave_blocking();
}

Stats stats() noexcept {
  const core::Settled settled = core::settled();
  std::uint64_t queued = 0, taken = 0;
  for (core::EventQueue* queue = core::all_queues(); queue != nullptr; queue = queue->next) {
    queued += queue->queued.load();
    taken += queue->taken.load();
  }
  return {gc::collection_number(), settled.cleared, settled.cleared_last, queued, taken, settled.ns, gc::slots_in_use()};
}

namespace node {

Status ready() noexcept {
  if (const Status started = init(); started != Status::ok) return started;
  if (!t_known) {
    if (!gc::this_thread_is_registered()) return Status::unknown_thread;
    if (const Status made = gc::make_tables(); made != Status::ok) return made;   // not before: it may collect
    t_known = true;
  }
  if (gc::slots_are_crowded()) [[unlikely]] {      // a program without callbacks may never drain
    (void)core::settle();
    gc::slots_were_settled();
  }
  return Status::ok;
}

bool is_ending() noexcept { return g_ending.load(std::memory_order_relaxed); }

bool started() noexcept { return g_phase.load(std::memory_order_acquire) != Phase::unborn; }

Result<bool> register_thread() noexcept {
  if (const Status started = init(); started != Status::ok) return {false, started};
  if (gc::this_thread_is_registered()) return {false, Status::ok};
  const Status status = gc::register_this_thread();
  return {status == Status::ok, status};
}

void unregister_thread() noexcept {
  t_known = false;
  gc::unregister_this_thread();
}

bool invokes_finalizers() noexcept { return g_options.finalizers == Options::Finalizers::mayfly; }

bool exit_handler_wanted() noexcept {
  if (g_options.exit != Options::Exit::atexit || g_exit_handler.exchange(true)) return true;
  if (std::atexit(at_exit_shutdown) == 0) return true;   // S45: at the first finalizer, so that it nests among the program's own handlers
  g_exit_handler = false;
  return false;
}

Result<core::Target> target_of(const Referent& referent) noexcept {
  core::Target target{referent.obj, referent.cell, referent.life, 0};
  if (referent.obj == nullptr) return {target, Status::not_collectable};
  if (referent.life == Referent::Life::immortal) return {target, Status::ok};
  target.base = gc::base_of(referent.obj);
  if (target.base == nullptr) return {target, Status::not_collectable};
  target.offset = static_cast<std::uint64_t>(static_cast<char*>(referent.obj) - static_cast<char*>(target.base));
  return {target, Status::ok};
}

}  // namespace node
}  // namespace mayfly
