// Delivery: queues of deaths, and the ways to empty them.
#pragma once
#include <mayfly/status.hpp>

#include <cstddef>
#include <cstdint>

namespace mayfly {

struct RefNode;

/// One death to act on. Lies on the stack (it is strong while it is there). Handed to exactly one taker, at most once.
/// A RefNode's payload is its callback, called with the ref; a finalizer's payload is what finalize_raw() was given; an object finalizer's
/// (`__del__`) comes with the object.
struct Event {
  RefNode* ref = nullptr;          ///< The ref whose referent died; null for a finalizer.
  void* holder = nullptr;          ///< The collected object that embeds the ref, as GC_base() answers; null for a finalizer.
  void* object = nullptr;          ///< The object whose own finalizer this is, as it was given to finalize_object(); null otherwise.
  void* payload = nullptr;         ///< The callback, or the finalizer's payload.
  void (*run)(Event&) = nullptr;   ///< Set for C++ closures and destructors: just call it.
  void* record_ = nullptr;         ///< mayfly's own, for put_back().
  enum class Act : int { call, drop } act = Act::call;   ///< For `run`. drop: CallbackQueue::shutdown() has it let go of what it owns, and call nothing.
};

/// How a host compares, hashes and calls. Null means the default. Called with no lock held, never inside an allocation or a collection.
/// The functions must return normally: no exception, no longjmp. `self` is the host's to keep alive: mayfly's copies of it are not scanned.
struct Host {
  std::size_t size = sizeof(Host);
  void* self = nullptr;
  Answer (*equal)(void* self, void* a, void* b) = nullptr;                       ///< Default: identity.
  Status (*hash)(void* self, void* object, std::uint64_t* out) = nullptr;        ///< Default: from the address.
  const char* (*type_name)(void* self, void* object) = nullptr;                  ///< describe() only. Default: "object".
  enum class Called { ok, failed, stop };                                        ///< stop: drain() returns now and the rest stays queued; at exit that queue is left.
  Called (*call)(void* self, const Event& event) = nullptr;                      ///< drain() only, for events without `run`.
  void (*unraisable)(void* self, const Event& event) = nullptr;                  ///< drain() only, after failed. Python: sys.unraisablehook
  const char* (*object_name)(void* self, void* object) = nullptr;                ///< describe() only: the object's own name, or null.
};

/// Bounds one drain, settling included. An event that was started is finished, and each drain gets a step further unless its
/// budget is zero or, if it has nanoseconds, another thread is settling.
struct Budget {
  std::size_t items = SIZE_MAX;
  std::uint64_t nanoseconds = UINT64_MAX;
};

struct Drained {
  std::size_t ran = 0;
  std::size_t left = 0;   ///< QueueStats::waiting
  bool stopped = false;   ///< The host answered stop.
  bool busy = false;      ///< This queue is being drained already, another thread owns it, or a NoCallbackScope is alive: nothing, or nothing more, was called.
};

/// What a queue has to do and has done.
struct QueueStats {
  std::size_t waiting = 0;            ///< Events; behind begin_exit() with the finalizers that wait for it. Not deaths that are not settled yet.
  std::uint64_t oldest_ns = 0;        ///< How long the oldest of them waits, by collections: of more than 16, those behind the 15th count as one.
  std::uint64_t ran = 0;              ///< Events that drain() called.
  std::uint64_t failed = 0;           ///< Those for which Host::call said failed.
  std::uint64_t drain_ns = 0;         ///< Time in drain(): callbacks, and settling on their way.
};

namespace core {
struct EventQueue;
}

/// A queue of deaths, one per interpreter or per thread. Lies in static or malloc memory; never destroyed; all-zero is valid and empty.
/// Any registered thread may use it; callbacks run where it is drained.
class CallbackQueue {
 public:
  constexpr explicit CallbackQueue(const Host* host = nullptr) noexcept : host_(host) {}
  CallbackQueue(const CallbackQueue&) = delete;
  CallbackQueue& operator=(const CallbackQueue&) = delete;

  /// A collection happened since the last settling, events wait, or finalizers of bdwgc's that take() would have invoked. May be true in vain, never false in
  /// vain. Any thread; 1 to 2 ns.
  bool pending() const noexcept;
  /// `hint(argument)` comes on some thread when there may be something to take: when an event was queued, or after a collection, though not again and again
  /// while nobody drains, or takes until take() answers false. A drain whose time ended before all was settled hints too. What waits already, and what take()
  /// handed out and is put back, is not told of: look at pending(). `argument` is the host's to keep alive: the queue is not scanned. The hint runs inside the
  /// collector's call of finalizers, inside allocations, or under locks: set a flag or write to a file descriptor, no more. It may come in vain, and it may
  /// be missed (a stale pointer on some stack, or Finalizers::host and nobody invokes them), so poll pending() too now and then. Null: none; the old one may
  /// still be running. May collect.
  Status set_wake(void (*hint)(void*), void* argument) noexcept;
  /// Settles, then hands over the oldest event. False: none waits, or there was no memory to give an object's earlier finalizer back: then the event still
  /// waits. May collect. `event` is overwritten. Calls nothing of this library's, no Host and no policy; but first, with Finalizers::mayfly, it has bdwgc
  /// invoke all finalizers that are due, whoever registered them, and those may do anything, as in an allocation.
  bool take(Event& event) noexcept;
  /// To the front again: the next take() answers it. Cannot fail; allocates nothing. After shutdown() it is dropped as there. REQUIRES: taken from this
  /// queue, put back once, its node not bound again, and at most 255 finalizers' events were taken from it since.
  void put_back(const Event& event) noexcept;
  /// take + Host::call + Host::unraisable until empty, stopped or out of budget. A drain inside a drain calls nothing. MAY CALL HOST.
  Drained drain(Budget budget = {}) noexcept;
  /// A forced collection and settling; calls nothing but bdwgc's finalizers, as take(). True: events wait. After mayfly::shutdown(), on a thread that
  /// bdwgc does not know, and before the first registration when there is no memory for that: nothing, false.
  bool collect() noexcept;
  /// Collect and drain, again while that brings events, or deaths in containers (8 rounds at most). Python: gc.collect(). MAY CALL HOST.
  Drained collect_and_drain() noexcept;
  /// The calling thread owns the queue from now on: events are handed to it alone, but for one that was taken elsewhere before. Elsewhere take() answers
  /// false and drain() busy, until disown() or until another thread owns it; so a callback never runs on a surprising thread. A drainer is stopped, as by
  /// stop_drainer(). A thread that ends while it owns a queue leaves it to whoever calls own() next. At exit, and in a forked child of another thread, a
  /// queue has no owner.
  Status own() noexcept;
  void disown() noexcept;
  /// From now on finalizers with at_exit wait as events, newest first, behind those that wait already; later ones join in front.
  void begin_exit() noexcept;
  /// Drops all that waits and all finalizers, and answers how many events and finalizers with at_exit it dropped. Afterwards bind and finalize answer
  /// shut_down; loads still work. What has a `run` is run with Act::drop, here and now, whoever owns the queue: C++ closures are destroyed uncalled, and
  /// objects whose destructor waits are destroyed. Not what dies later: the closure of a WeakRef whose referent lives is never destroyed, and a Root that it
  /// captured holds on; so let such WeakRefs go before. A queue that was never used and finds no memory stays open: 0. MAY CALL HOST (`run`, and bdwgc's
  /// finalizers, as take()). Weak containers of the queue go on; what needs a destructor can no longer be entered.
  std::size_t shutdown() noexcept;

  /// Linux: an eventfd that becomes readable whenever the hint of set_wake() would come, for event loops; -1: none to be had. The queue keeps it, and a
  /// forked child shares it with its parent; read it empty before you drain. May collect.
  int wake_fd() noexcept;
  QueueStats stats() const noexcept;

  const Host* host() const noexcept { return host_; }

 private:
  friend struct core::EventQueue;
  const Host* host_;
  core::EventQueue* impl_ = nullptr;   // atomically set by the first registration
};

/// The process's own queue, for programs that need no other.
CallbackQueue& default_queue() noexcept;

/// For programs with a loop: delivers what waits in the default queue. MAY CALL HOST.
inline void safepoint() noexcept {
  if (default_queue().pending()) (void)default_queue().drain();
}

/// For programs without a loop: a thread of mayfly's, registered with the collector, drains the queue whenever something died, until stop_drainer(), or the
/// queue's or the process's shutdown(). Callbacks run there. The queue has no owner then. `ok` if it runs already; `no_memory`: no thread to be had;
/// `unknown_thread`: Threads::one. A forked child has none until it starts one, unless the drainer itself forked: then that one goes on.
Status start_drainer(CallbackQueue& queue) noexcept;
/// Waits until the drainer's callback has returned and the thread is gone, or another one was started; called from that callback it only asks, and
/// start_drainer() takes that back. No drainer: nothing.
void stop_drainer(CallbackQueue& queue) noexcept;

/// While one is alive on a thread, drain() calls nothing there. For code that holds locks. Nests.
class NoCallbackScope {
 public:
  NoCallbackScope() noexcept;
  ~NoCallbackScope();
  NoCallbackScope(const NoCallbackScope&) = delete;
  NoCallbackScope& operator=(const NoCallbackScope&) = delete;
};

}  // namespace mayfly
