// Hints that there may be something to take: to a function, and to file descriptors.
//
// Hints after collections come without a hook of the collector. A few small objects that nobody holds, the sentinels, have collector finalizers, which the
// collector calls after its next collection. Whoever takes or drains then makes new ones. Stale pointers on some stack may keep all of them alive: then
// hints are missed, deaths are not.
#pragma once
#include <atomic>
#include <mutex>

namespace mayfly::core {

/// Makes the sentinels unless they are there. May collect; may leave by the host's out-of-memory handler. False: no memory. Holds no lock.
bool arm_wake() noexcept;
extern constinit std::atomic<bool> wakes_to_arm;   // of wake.cpp
/// arm_wake() if that is due: for the next collection. Behind all that is to be taken, which may be what a full heap is full of.
inline void arm_wake_again() noexcept {
  if (wakes_to_arm.load(std::memory_order_relaxed)) (void)arm_wake();
}

/// Whom one queue wakes.
class Wake {
 public:
  enum Fd { host, drainer };
  void set_hint(void (*hint)(void*), void* argument) noexcept;
  /// The eventfd of that user, made if need be; -1: none to be had.
  int fd(Fd user) noexcept;
  /// Any time; only the last lock of all is taken.
  void now() noexcept;
  void forget(Fd user) noexcept;              // in a forked child: its parent's stays its parent's
  void lock() noexcept { mutex_.lock(); }     // around fork
  void unlock() noexcept { mutex_.unlock(); }

 private:
  void look_again() noexcept;                 // under the mutex
  std::atomic<bool> wanted_{false};           // somebody is to be woken
  std::mutex mutex_;
  void (*hint_)(void*) = nullptr;
  void* argument_ = nullptr;
  int fds_[2] = {-1, -1};
};

}  // namespace mayfly::core
