#include "base/heap.hpp"

#include <gc/gc.h>

#include "runtime/error.hpp"

namespace minipy {

namespace {
void* checked(void* memory) {
  if (memory == nullptr) raise_no_memory();
  return memory;
}
}  // namespace

void* allocate(std::size_t bytes) { return checked(bytes > kLargestObject ? nullptr : GC_malloc(bytes)); }
void* allocate_plain(std::size_t bytes) { return checked(bytes > kLargestObject ? nullptr : GC_malloc_atomic(bytes)); }
void* allocate_root(std::size_t bytes) { return checked(bytes > kLargestObject ? nullptr : GC_malloc_uncollectable(bytes)); }

}  // namespace minipy
