#include "gc_integration/pages.hpp"

#include "gc_integration/zeal.hpp"

#include <sys/mman.h>

#include <cstdint>
#include <cstring>

namespace mayfly::gc {

void* map_pages(std::size_t bytes, std::size_t alignment) noexcept {
  if (zeal::armed.load(std::memory_order_relaxed) && zeal::fails_now()) return nullptr;
  const std::size_t slack = alignment > 4096 ? alignment : 0;
  void* raw = ::mmap(nullptr, bytes + slack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (raw == MAP_FAILED) return nullptr;
  if (slack == 0) return raw;
  // Trim the mapping to the aligned part.
  const auto start = reinterpret_cast<std::uintptr_t>(raw);
  const std::uintptr_t aligned = (start + alignment - 1) & ~(alignment - 1);
  if (aligned != start) ::munmap(raw, aligned - start);
  if (const std::size_t tail = start + slack - aligned; tail != 0) ::munmap(reinterpret_cast<void*>(aligned + bytes), tail);
  return reinterpret_cast<void*>(aligned);
}

void unmap_pages(void* pages, std::size_t bytes) noexcept { ::munmap(pages, bytes); }

void touch_pages([[maybe_unused]] void* pages, [[maybe_unused]] std::size_t bytes) noexcept {
#ifdef MADV_POPULATE_WRITE
  (void)::madvise(pages, bytes, MADV_POPULATE_WRITE);   // Linux 5.14; older ones refuse
#endif
}

void empty_pages(void* pages, std::size_t bytes) noexcept {
  if (::madvise(pages, bytes, MADV_DONTNEED) != 0) std::memset(pages, 0, bytes);   // the kernel keeps pages that are locked
}

}  // namespace mayfly::gc
