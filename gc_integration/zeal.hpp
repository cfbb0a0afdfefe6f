// Zeal: forced trouble, so that a test meets in seconds what a program meets in years. One seeded string; off, it costs nothing but a flag per
// allocation of mayfly's own.
//
//   seed:7                      the usual mix: collect-alloc=100,collect-safepoint=20
//   seed:7,collect-alloc=50     a collection before about every 50th allocation or registration of mayfly
//   collect-safepoint=10        a collection before about every 10th take
//   fail-alloc=3                the 3rd allocation or registration from now fails, once
// While one is active, contracts are checked at each weak load (see check.hpp).
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

extern constinit std::atomic<bool> armed;      // before_allocation() has something to do
extern constinit std::atomic<bool> checking;   // contracts are checked

bool act_before_allocation() noexcept;
void act_at_safepoint() noexcept;

/// For mapped pages, which are asked for with locks held: never collects.
bool fails_now() noexcept;
/// For each primitive that may fail. True: it shall fail now. May collect.
inline bool before_allocation() noexcept { return armed.load(std::memory_order_relaxed) && act_before_allocation(); }
/// May collect.
inline void at_safepoint() noexcept {
  if (armed.load(std::memory_order_relaxed)) act_at_safepoint();
}

}  // namespace mayfly::gc::zeal
