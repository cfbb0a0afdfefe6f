// Event queues: deaths that wait to be acted on.
//
// Overview
//   RefNodes (inside the host's ref objects) and ObjectFinalizers wait in a chain through their own words, which is held by one root word: so they are
//   strong, and an event needs no memory of its own when the death is settled.                                       .queue.reserved
//   Finalizers made by `finalize` wait in a line of their own (finalizer.hpp), each behind so many of the chain as came before it: that is their order.
//   Object finalizers come from the collector's finalizer calls, which may happen inside any allocation: the trampoline only moves the record to the
//   chain `staged`. They join the queue once the collection that found them has been settled, behind its weak callbacks.   .queue.order
//   An object finalizer that came in the place of an earlier one lies aside while that is given back to its object, which is its taker's to do before the
//   event is handed out. A taker who never comes back from that (longjmp) finds it waiting again; so does the next owner, and the exit.   .queue.aside
//
// Concurrency
//   One mutex per queue guards all of it. Nothing is called and no collected memory is allocated under it.
#pragma once
#include "src/core/ages.hpp"
#include "src/core/chain.hpp"
#include "src/core/finalizer.hpp"
#include "src/core/wake.hpp"

#include <pthread.h>

#include <atomic>
#include <mutex>

namespace mayfly::core {

/// Where a weak table lies that is swept when this queue is taken from: in the collected object behind the slot. A block, in the queue's list.
struct Anchor {
  Anchor* next;
  gc::Handle object;
  std::uint64_t offset;
};

/// What may be taken while a round of settling is unfinished: what waited when the last one was finished.
struct Ripe {
  std::uint32_t chain = 0;           // links before that place
  std::size_t finalizers = 0;        // so many of the first that wait
};

/// An object finalizer that lies aside, and what bdwgc held for its object before.
struct Aside {
  ObjectFinalizer* finalizer = nullptr;
  gc::FinalizerSlot earlier{};
};

/// Unlike a std::thread::id, no later thread's.
using ThreadNumber = std::uint64_t;
inline constexpr ThreadNumber kNobody = 0;
ThreadNumber this_thread() noexcept;

/// The queue's own thread, if it has one.
struct Drainer {
  /// asked: to end, by itself, after the callback that it may be inside of. stopping: somebody joins it.
  enum State : int { none, running, asked, stopping };
  std::mutex mutex;                       // of what follows; nothing is waited for under it
  std::atomic<State> state{none};         // may be waited on
  pthread_t thread{};
  ThreadNumber number = kNobody;          // of the thread that began last
  std::uint64_t starts = 0;

  /// Mutex held, both.
  void become(State now) noexcept {
    state = now;
    state.notify_all();
  }
  void ask_to_end() noexcept {
    if (state == running) become(asked);
  }
};

struct EventQueue {                  // mapped memory, never freed
  std::mutex mutex;
  Chain chain;
  Chain staged;
  Chain aside;
  Registry finalizers;
  EventQueue* next = nullptr;        // all queues
  CallbackQueue* face = nullptr;
  Figure waiting;                         // events: in the chain, staged, and finalizers
  Figure lie_aside;
  Figure objects;                         // of all these, object finalizers
  Figure queued, taken;
  Ripe ripe;
  std::atomic<ThreadNumber> drained_by{kNobody};  // the thread inside drain()
  std::atomic<ThreadNumber> owner{kNobody};       // the only thread that is handed events, if any
  enum class Exit : int { no, by_host, by_shutdown };
  std::atomic<Exit> exit{Exit::no};               // who began it
  std::atomic<bool> closed{false};
  std::atomic<std::uint64_t> not_run{0};          // at exit: events that nobody can call
  Anchor* anchors = nullptr;
  std::mutex sweeping;                    // held during a sweep of the tables; taken behind the settle lock, before those of shards and queues
  std::atomic<std::uint64_t> swept{0};    // contained_deaths() when all tables were swept last
  Ages ages;                              // under the mutex
  std::atomic<std::uint64_t> ran{0}, failed{0}, drain_ns{0};
  Wake wake_up;
  Drainer drainer;

  /// The queue's implementation, made if need be: null when there is no memory. May collect.
  static EventQueue* of(CallbackQueue& face) noexcept;
  static EventQueue* peek(const CallbackQueue& face) noexcept;

  bool exiting() const noexcept { return exit.load() != Exit::no; }
  /// An event that there is no memory for waits behind all others, and not in front of them.
  bool lets_others_pass() const noexcept { return closed || exiting(); }
  std::size_t events() const noexcept { return waiting.load() + lie_aside.load() + (exiting() ? finalizers.for_exit() : 0); }
  bool serves_this_thread() const noexcept;
  /// Behind a change of the owner: whoever popped an event elsewhere has it, or will not get it. What lies aside is queued again; blocks a while for those
  /// who are about that.
  void take_up_all() noexcept;
  /// Nobody owns it from now on.
  void give_to_all() noexcept {
    owner = kNobody;
    take_up_all();
  }
  /// The calling thread is the owner no longer.
  void disown() noexcept;
  /// Makes the calling thread the one that drains; false: somebody does already.
  bool begin_drain() noexcept;
  /// Only the calling thread's own drain.
  void end_drain() noexcept;
  /// Another thread's drain, if there is one, goes on beside whoever drains next.
  void ignore_drain() noexcept { drained_by.store(kNobody, std::memory_order_release); }
  bool is_drained() const noexcept { return drained_by.load(std::memory_order_acquire) != kNobody; }
  /// In the child of a fork: only the calling thread exists, and what others were about here is over.
  void forget_other_threads() noexcept;

  void push(RefNode& node) noexcept;              // settle: the referent of a bound node died. Queue lock held.
  void push(RegisteredFinalizer& record) noexcept;   // settle: the referent of an armed finalizer died. Queue lock held.
  /// Of the registry's first, or zero.
  std::uint64_t newest_finalizer() noexcept;
  /// Forgets what was put back of finalizers.
  void drop_returned() noexcept;
  enum class Taker { host, shutdown };
  /// The oldest event. `finished`: no round of settling is unfinished; else the oldest one of earlier rounds. If `aside` names something, then that is to
  /// be given back before the event may be handed out.
  bool pop(Event& event, Aside& aside, bool finished, Taker taker = Taker::host) noexcept;
  /// done: the event is the caller's. no_memory, as `given` says: it waits again. taken_up: somebody else has it, and gives back too. forgotten: the object
  /// shall have no finalizer any more.
  enum class Gave { done, no_memory, taken_up, forgotten };
  Gave gave_back(const Aside& aside, bool given) noexcept;
  /// A round of settling is finished.
  void ripen() noexcept;
  /// At exit: the newest exit finalizer. Whoever takes it calls leave() for it.
  bool pop_at_exit(Event& event, Taker taker = Taker::host) noexcept;
  /// False: the queue was shut down, and does not want it.
  bool put_back(const Event& event) noexcept;
  /// Takes a queued node out. False: it is not in this queue. O(events).
  bool forget(RefNode& node) noexcept;
  /// Takes the object's own finalizers out. O(events) if any object's wait.
  void forget_finalizers_of(const void* base) noexcept;
  void check_invariants() noexcept;

 private:
  bool hands_out_to(Taker taker) const noexcept { return closed ? taker == Taker::shutdown : serves_this_thread(); }
  void take_up(ThreadNumber whose) noexcept;
  void waits_again(ObjectFinalizer& finalizer) noexcept;
  void left_chain(std::uint32_t place) noexcept;
  bool take_due(Event& event, RegisteredFinalizer& record) noexcept;
  bool take_link(Event& event, Aside& set_aside, void* link) noexcept;
};

EventQueue* all_queues() noexcept;
void lock_sweeps() noexcept;         // around fork: also keeps the list of queues as it is
void unlock_sweeps() noexcept;
void lock_queues() noexcept;         // inside of that
void unlock_queues() noexcept;

}  // namespace mayfly::core
