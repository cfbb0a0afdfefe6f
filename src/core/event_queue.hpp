// Event queues: deaths that wait to be acted on, finalizers that wait for their death.
//
// Overview
//   Everything that waits is collected memory: RefNodes (inside the host's ref objects) and FinalizerRecords. A queue is a chain through them, held by
//   one root word, so what waits is strong, and an event needs no memory of its own when the death is settled.   .queue.reserved
//   Live finalizers stand in the registry, a second chain, by priority and then newest first, held by another root word.
//   Object finalizers come from the collector's finalizer calls, which may happen inside any allocation: the trampoline only moves the record to the
//   chain `staged`. They join the queue once the collection that found them has been settled, behind its weak callbacks.   .queue.order
//
// States of a FinalizerRecord
//   armed     in the registry and in its referent's cell (or, of an object finalizer, known to bdwgc)
//   queued    in the chain; still in the registry, so that detach() can find it
//   done      taken or detached. In the chain it may still lie: take() skips it.                                     .queue.once
//
// Concurrency
//   One mutex per queue guards chains and states. Nothing is called and nothing allocated under it.
#pragma once
#include "src/core/cell.hpp"
#include "src/core/wake.hpp"

#include <pthread.h>

#include <atomic>
#include <mutex>
#include <thread>

namespace mayfly::core {

/// What both kinds of finalizers are. Collected memory.
struct FinalizerRecord {
  void* next = nullptr;              // chain
  void* payload = nullptr;
  void (*run)(Event&) = nullptr;
  std::int32_t priority = 0;         // at exit: higher ones first
  AtExit at_exit = AtExit::no;
  enum class State : std::uint8_t { armed, queued, done } state = State::armed;
  bool of_object = false;            // which of the two it is
};

/// `finalize`: stands in its queue's registry, and as a watcher in its referent's cell. `own` is its id: an immortal slot, while it is registered.
struct RegisteredFinalizer : FinalizerRecord, Watcher {
  RegisteredFinalizer* registry_newer = nullptr;
  RegisteredFinalizer* registry_older = nullptr;
  std::uint64_t hidden = 0;          // ~base of the referent
};
static_assert(sizeof(RegisteredFinalizer) < 112, "one more word takes the collector 16 bytes more");

/// `__del__`: known to bdwgc until its object dies.
struct ObjectFinalizer : FinalizerRecord {
  EventQueue* queue = nullptr;
  void* object = nullptr;            // from the trampoline to the taker
  std::uint64_t round = 0;           // the collection number seen by the trampoline
  void (*before)(void*, void*) = nullptr;   // what bdwgc held for the object before
  void* before_data = nullptr;
};
inline RegisteredFinalizer* registered(FinalizerRecord& record) noexcept { return record.of_object ? nullptr : static_cast<RegisteredFinalizer*>(&record); }
inline ObjectFinalizer* of_object(FinalizerRecord& record) noexcept { return record.of_object ? static_cast<ObjectFinalizer*>(&record) : nullptr; }

/// A chain of RefNodes and FinalizerRecords through their own words; a record's link has its low bit set.
class Chain {
 public:
  bool ready() const noexcept { return root_ != nullptr; }
  void give_root(void** root) noexcept { root_ = root; }
  void** root() const noexcept { return root_; }
  void* front() const noexcept { return *root_; }
  void push_back(void* link) noexcept;
  void push_front(void* link) noexcept;
  void pop_front() noexcept;
  std::size_t length() const noexcept;   // O(n)

 private:
  void** root_ = nullptr;            // the oldest link
  void* tail_ = nullptr;             // alive through the chain
};

/// Where a weak table lies that is swept when this queue is taken from: in the collected object behind the slot. A block, in the queue's list.
struct Anchor {
  Anchor* next;
  gc::Handle object;
  std::uint64_t offset;
};

/// Changed under a lock, always the same, and read without it.
class Figure {
 public:
  std::uint64_t load() const noexcept { return value_.load(std::memory_order_relaxed); }
  void set(std::uint64_t value) noexcept { value_.store(value, std::memory_order_relaxed); }
  void add(std::uint64_t more) noexcept { set(load() + more); }
  void take_off(std::uint64_t less) noexcept { set(load() - less); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// When what waits in a queue was queued: a batch for each collection.
class Ages {
 public:
  void queued() noexcept;
  void left() noexcept;                   // the oldest was taken
  void came_back() noexcept;              // it was put back
  std::uint64_t oldest() const noexcept { return count_[0] != 0 ? since_[0] : 0; }   // a time, or zero

 private:
  static constexpr std::size_t kBatches = 16;
  std::uint64_t since_[kBatches] = {}, number_[kBatches] = {};
  std::size_t count_[kBatches] = {};
  std::size_t used_ = 0;
};

/// The queue's own thread, if it has one.
struct Drainer {
  std::mutex mutex;                       // of what follows; nothing is waited for under it
  pthread_t thread{};
  bool running = false;
  std::atomic<bool> stop{false};
};

struct EventQueue {                  // mapped memory, never freed
  std::mutex mutex;
  Chain chain;
  Chain staged;
  void** registry = nullptr;         // root word: the newest live finalizer
  EventQueue* next = nullptr;        // all queues
  CallbackQueue* face = nullptr;
  Figure waiting;                         // events in chain and staged
  Figure queued, taken;
  std::atomic<std::thread::id> drained_by{};      // the thread inside drain(); none: a default id
  std::atomic<std::thread::id> owner{};           // the only thread that is handed events, or a default id
  std::atomic<bool> exiting{false};
  std::atomic<bool> exit_done{false};     // exiting, and no exit finalizer is left; a new one clears it
  std::atomic<bool> closed{false};
  Anchor* anchors = nullptr;
  std::uint64_t swept = 0;                // contained_deaths() when the tables were swept last
  std::atomic<bool> sweeping{false};
  Ages ages;                              // under the mutex
  std::atomic<std::uint64_t> ran{0}, failed{0}, drain_ns{0};
  Wake wake_up;
  Drainer drainer;

  /// The queue's implementation, made if need be: null when there is no memory. May collect.
  static EventQueue* of(CallbackQueue& face) noexcept;
  static EventQueue* peek(const CallbackQueue& face) noexcept;

  bool serves_this_thread() const noexcept;
  /// Makes the calling thread the one that drains; false: somebody does already.
  bool begin_drain() noexcept;
  void end_drain() noexcept { drained_by.store({}, std::memory_order_release); }
  /// In the child of a fork: only the calling thread exists, and what others were about here is over.
  void forget_other_threads() noexcept;

  void push(RefNode& node) noexcept;              // settle: the referent of a bound node died. Queue lock held.
  void push(RegisteredFinalizer& record) noexcept;   // settle: the referent of an armed finalizer died. Queue lock held.
  bool enlist(RegisteredFinalizer& record) noexcept;  // a new finalizer; false: closed
  /// Moves the finalizer among those of that priority, as the newest, unless it is done.
  void set_priority(RegisteredFinalizer& record, std::int32_t priority) noexcept;
  /// The payload if the record was not done: it is now.
  void* finish(RegisteredFinalizer& record) noexcept;
  /// The oldest event; at exit also the newest exit finalizer.
  bool pop(Event& event) noexcept;
  /// The first of the registry, or null.
  RegisteredFinalizer* first_registered() noexcept;
  void put_back(const Event& event) noexcept;
  void check_invariants() noexcept;
};

EventQueue* all_queues() noexcept;
/// The collector finalizer of object finalizers: moves the record to its queue. NO ALLOC. May run inside any allocation.
void stage_object_finalizer(void* object, void* record) noexcept;

void lock_queues() noexcept;         // around fork
void unlock_queues() noexcept;

}  // namespace mayfly::core
