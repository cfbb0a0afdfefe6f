// The finalizers of one queue that `finalize` made: their memory, their ids, their order at exit.
//
// Overview
//   A RegisteredFinalizer is a record in mapped memory: a watcher of its referent, and from its registration until it is taken or detached in its
//   queue's registry, by priority and then newest first. Its payload, if it has one, is held by a root word.
//   Its id is its address and a generation. Records stay records, and of the queue that they were born in, so an id may always be looked up.   .finalizer.id
//   An event that was taken may be put back, which needs a record and must not fail. So the records that were taken last are not used again yet: the
//   spent ones.                                                                                                                      .finalizer.spent
//
// States of a RegisteredFinalizer
//   free      in the pool, or worn out: all generations of its address were used
//   armed     registered; watches
//   queued    its referent's death was settled: it waits as an event; still registered
//   returned  put back: it waits again
//   dropped   detached or forgotten while it waited: free when its turn comes
//   leaving   taken at exit, its referent alive: watches until the taker ends that
//   spent     taken; free when kReturnable others were taken behind it
//
// Concurrency
//   The queue's lock guards all of it; the watcher's part is guarded by the shard's lock of the referent, which is taken first. `own` and `hidden` are also
//   read without.
#pragma once
#include "src/core/block_pool.hpp"
#include "src/core/figure.hpp"
#include "src/core/watcher.hpp"

#include <atomic>

namespace mayfly::core {

/// `own` is its id; when that has died, the one that it will have next. `next` is also that in the line of those that wait.
struct RegisteredFinalizer : Watcher {
  enum class State : std::uint8_t { free, armed, queued, returned, dropped, leaving, spent } state = State::free;
  AtExit at_exit = AtExit::no;
  std::int32_t priority = 0;             // at exit: higher ones first
  std::uint32_t behind = 0;              // waiting: it comes when so many others have left the queue's chain
  void (*run)(Event&) = nullptr;
  void** root = nullptr;                 // of the payload, or null: it has none
  RegisteredFinalizer* newer = nullptr;  // in the registry
  RegisteredFinalizer* older = nullptr;

  bool registered() const noexcept { return state == State::armed || state == State::queued; }
  bool is_for_exit() const noexcept { return state == State::armed && at_exit == AtExit::yes; }
  std::uint64_t id() const noexcept { return std::atomic_ref(const_cast<std::uint64_t&>(own.bits)).load(std::memory_order_acquire); }
};
static_assert(sizeof(RegisteredFinalizer) <= 96);

/// The record that the id names or named. REQUIRES: the id of a finalizer.
inline RegisteredFinalizer& record_of(std::uint64_t id) noexcept { return *reinterpret_cast<RegisteredFinalizer*>(id << 16 >> 16); }

/// The finalizers of one queue. Everything: queue lock held.
class Registry {
 public:
  static constexpr std::size_t kReturnable = 256;

  /// A record, armed and registered as the newest of its priority; its id is alive. Null: no memory.
  RegisteredFinalizer* enter(EventQueue& queue, void* referent, AtExit at_exit) noexcept;
  /// Among those of that priority, as the newest. O(finalizers of higher priority).
  void set_priority(RegisteredFinalizer& record, std::int32_t priority) noexcept;
  RegisteredFinalizer* newest() const noexcept { return registered_.newest; }
  void set_at_exit(RegisteredFinalizer& record, AtExit at_exit) noexcept;
  /// The next one that runs at exit, or null. O(1) on average, as long as none is told meanwhile to run at exit after all.
  RegisteredFinalizer* newest_for_exit() noexcept;

  /// An armed one waits from now on, until `behind` others have left the chain.
  void queue(RegisteredFinalizer& record, std::uint32_t behind) noexcept;
  /// The first of those that wait, if so many have left the chain: it waits no longer. Null: it is not its turn, or none waits.
  RegisteredFinalizer* take_due(std::uint32_t left_chain) noexcept;
  /// What had that place in the chain is out of it: who waits behind it has one less to wait for. How many wait in front of it. O(those that wait).
  std::size_t close_gap(std::uint32_t place) noexcept;

  /// Those that were put back are dropped.
  void drop_returned() noexcept;

  /// It leaves the registry, its id dies, and it lets go of its payload, which is answered.
  void* retire(RegisteredFinalizer& record, RegisteredFinalizer::State now) noexcept;
  /// REQUIRES, of both: retired, watches nothing, not waiting.
  void set_free(RegisteredFinalizer& record) noexcept;
  void set_spent(RegisteredFinalizer& record) noexcept;
  /// The spent one that will have this id waits again, in front of all. False: there is none any more.
  bool put_back(std::uint64_t next_id, void* payload, std::uint32_t left_chain) noexcept;

  std::size_t waiting() const noexcept { return due_; }
  /// How many would run at exit and do not wait. Without the lock, too.
  std::size_t for_exit() const noexcept { return for_exit_.load(); }
  void check_invariants() const noexcept;

 private:
  struct List {                              // newest first
    RegisteredFinalizer* newest = nullptr;
    RegisteredFinalizer* oldest = nullptr;
    void insert(RegisteredFinalizer& record, RegisteredFinalizer* older) noexcept;   // right before it; null: at the end
    void remove(RegisteredFinalizer& record) noexcept;
  };
  void insert(RegisteredFinalizer& record) noexcept;
  void remove(RegisteredFinalizer& record) noexcept;

  BlockPool<sizeof(RegisteredFinalizer)> pool_;
  List registered_;
  RegisteredFinalizer* exit_from_ = nullptr;       // no newer one runs at exit; null: not known
  RegisteredFinalizer* spent_[kReturnable] = {};   // a ring; null: none, or put back
  std::size_t spent_at_ = 0;                       // of the oldest one
  RegisteredFinalizer* first_due_ = nullptr;
  RegisteredFinalizer* last_due_ = nullptr;
  std::size_t due_ = 0;                            // how many these are
  Figure for_exit_;
};

}  // namespace mayfly::core
