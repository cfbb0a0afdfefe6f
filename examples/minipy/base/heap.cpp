#include "base/heap.hpp"

#include <gc/gc.h>

#include "runtime/error.hpp"

namespace minipy {

bool memory_ran_out = false;

namespace {
void* checked(void* memory) {
  if (memory == nullptr) memory_ran_out = true, raise_no_memory();
  return memory;
}

// While bdwgc marks a thread's own free lists it has addresses of their blocks in registers, which it then scans: what lies at the start of such a
// block would be kept alive. So nothing is put there. Larger sizes have no such lists.
constexpr std::size_t kBlock = 4096, kLargestListed = 384;
bool at_start_of_block(const void* memory) { return memory != nullptr && reinterpret_cast<std::uintptr_t>(memory) % kBlock == 0; }
void* listed(std::size_t bytes) {
  void* memory = GC_malloc(bytes);
  while (at_start_of_block(memory)) memory = GC_malloc(bytes);
  return memory;
}
}  // namespace

void* allocate(std::size_t bytes) {
  if (bytes <= kLargestListed) return checked(listed(bytes));
  return bytes > kLargestObject ? raise_no_memory() : checked(GC_malloc(bytes));
}
void* allocate_plain(std::size_t bytes) { return bytes > kLargestObject ? raise_no_memory() : checked(GC_malloc_atomic(bytes)); }
void* allocate_root(std::size_t bytes) { return bytes > kLargestObject ? raise_no_memory() : checked(GC_malloc_uncollectable(bytes)); }

}  // namespace minipy
