// Zeal: forced trouble, so that a test meets in seconds what a program meets in years. One seeded string; off, it costs a look at a flag per
// allocation of mayfly's own, drain and taking of a lock.
//
//   seed:7                      the usual mix: collect-alloc=100,collect-safepoint=20
//   seed:7,collect-alloc=50     a collection before about every 50th allocation or registration of mayfly
//   collect-safepoint=10        a collection before about every 10th take
//   fail-alloc=3                the 3rd allocation or registration from now fails, once
//   collect-load=20             a collection right after about every 20th weak read by the program
//   skip-drain=5                about every 5th drain calls nothing and leaves what waits
//   split-drain=5               a drain ends after about 5 events, as if its budget did
//   reorder=2                   the deaths of a collection are met in another order in about every 2nd page of slots: only what one referent's callbacks
//                               and what the queues promise stays in order
//   yield=10                    about every 10th taking of a lock gives other threads a turn first
// While one is active, contracts are checked at each weak load and use of a weak container (see check.hpp).
#pragma once
#include <mayfly/status.hpp>

#include <atomic>
#include <cstdint>

namespace mayfly::gc::zeal {

/// Parses and starts; null or empty is off. `unsupported`: problem() names the word.
Status start(const char* text) noexcept;
const char* problem() noexcept;
/// The assignment that makes a process do the same again: "MAYFLY_ZEAL=seed:7,..." or an empty string. Static text.
const char* replay() noexcept;
/// The n-th next allocation or registration fails, once; 0: none does. Also a test's own tool.
void fail_nth(std::uint64_t n) noexcept;

/// What a failing primitive calls before it would answer null, as bdwgc calls the host's out-of-memory handler: it may leave by longjmp. Null: nothing.
void on_failure(void (*handler)()) noexcept;

/// What this thread registers while one lives is neither counted nor failed: for what collector finalizers do inside somebody's allocation.
class Exempt {
 public:
  Exempt() noexcept;
  ~Exempt();
  Exempt(const Exempt&) = delete;
  Exempt& operator=(const Exempt&) = delete;
};

extern constinit std::atomic<bool> armed;      // before_allocation() has something to do
extern constinit std::atomic<bool> checking;   // contracts are checked

bool act_before_allocation() noexcept;
bool act_before_registration() noexcept;
void act_at_safepoint() noexcept;
void act_after_load() noexcept;
bool act_skip_drain() noexcept;
bool act_end_drain() noexcept;
bool act_reorder() noexcept;
void act_at_lock() noexcept;

/// For mapped pages, which are asked for with locks held: never collects.
bool fails_now() noexcept;
/// For each primitive that may fail. True: it shall fail now. May collect.
inline bool before_allocation() noexcept { return armed.load(std::memory_order_relaxed) && act_before_allocation(); }
/// The same for finalizers' registration: never collects, as bdwgc calls no finalizers there.
inline bool before_registration() noexcept { return armed.load(std::memory_order_relaxed) && act_before_registration(); }
/// May collect.
inline void at_safepoint() noexcept {
  if (armed.load(std::memory_order_relaxed)) act_at_safepoint();
}
/// After a read that the program asked for; what it answered is on the stack. May collect.
inline void* after_load(void* referent) noexcept {
  if (armed.load(std::memory_order_relaxed)) [[unlikely]] {
    act_after_load();
    asm volatile("" : : "g"(referent) : "memory");
  }
  return referent;
}
/// True: this drain shall call nothing; end here.
inline bool skip_drain() noexcept { return armed.load(std::memory_order_relaxed) && act_skip_drain(); }
inline bool end_drain() noexcept { return armed.load(std::memory_order_relaxed) && act_end_drain(); }
/// True: these deaths shall be met backwards.
inline bool reorder() noexcept { return armed.load(std::memory_order_relaxed) && act_reorder(); }
/// Before a lock is taken.
inline void at_lock() noexcept {
  if (armed.load(std::memory_order_relaxed)) act_at_lock();
}

}  // namespace mayfly::gc::zeal
