// Broken contracts end the process with a place and a reason: in debug builds, and under zeal.
#pragma once

namespace mayfly::gc {
[[noreturn]] void contract_broken(const char* file, int line, const char* what) noexcept;
/// The calling thread may touch collected memory: known to the collector, not inside blocking().
void check_thread(const char* file, int line) noexcept;
/// Between the two, check_thread() refuses this thread.
void enter_blocking() noexcept;
void leave_blocking() noexcept;
}  // namespace mayfly::gc

#define MAYFLY_CHECK(condition, what) ((condition) ? void() : ::mayfly::gc::contract_broken(__FILE__, __LINE__, what))
