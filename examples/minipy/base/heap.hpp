// Memory from the collector. Zeroed; null and a pending MemoryError when there is none.
#pragma once
#include "base/value.hpp"

namespace minipy {

/// Scanned for pointers.
void* allocate(std::size_t bytes);
/// Never scanned: for texts and numbers. Its type must be a static one. Not zeroed behind the header.
void* allocate_plain(std::size_t bytes);
/// Scanned, and never reclaimed: a root.
void* allocate_root(std::size_t bytes);

template <class T>
T* allocate_array(std::int64_t n) {
  return static_cast<T*>(allocate(usize(n) * sizeof(T)));
}

/// The collector had no memory to give. Whoever looks clears it.
extern bool memory_ran_out;

/// Nothing larger is tried.
constexpr std::size_t kLargestObject = std::size_t{1} << 36;

}  // namespace minipy
