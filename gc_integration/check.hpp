// Broken contracts end the process with a place and a reason: in debug builds, and under zeal.
#pragma once

namespace mayfly::gc {
[[noreturn]] void contract_broken(const char* file, int line, const char* what) noexcept;
/// The weak references of an object that was freed or moved by hand were cleared first. Small objects cannot be told from those that took their place.
void check_referent(const void* base, const char* file, int line) noexcept;
/// The calling thread may touch collected memory: known to the collector, not inside blocking().
void check_thread(const char* file, int line) noexcept;
/// Between the two, check_thread() refuses this thread.
void enter_blocking() noexcept;
void leave_blocking() noexcept;

/// While one lives, its thread uses what only one thread may use at a time: another thread's use meanwhile is a broken contract. Nests. Debug builds and
/// zeal; else it costs a look at a flag.
class OneThread {
 public:
  explicit OneThread(const void* what) noexcept : what_(what) { begin(); }
  ~OneThread() { end(); }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;
  /// Between the two, host code runs, which may let other threads in.
  void pause() const noexcept { end(); }
  void go_on() const noexcept { begin(); }

 private:
  void begin() const noexcept;
  void end() const noexcept;
  const void* what_;
  mutable struct Use* use_ = nullptr;   // null: not watched
};
}  // namespace mayfly::gc

#define MAYFLY_CHECK(condition, what) ((condition) ? void() : ::mayfly::gc::contract_broken(__FILE__, __LINE__, what))
