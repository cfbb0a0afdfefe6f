// A count that others may read without the lock under which it changes.
#pragma once
#include <atomic>
#include <cstdint>

namespace mayfly::core {

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

}  // namespace mayfly::core
