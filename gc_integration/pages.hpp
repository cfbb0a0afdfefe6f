// Memory from the operating system that no collector scans and no malloc owner redirects. Never given back.
#pragma once
#include <cstddef>

namespace mayfly::gc {

/// Zeroed pages, aligned to `alignment` (a power of two, at least a page), or null.
void* map_pages(std::size_t bytes, std::size_t alignment = 4096) noexcept;
/// Asks for the memory of the pages at once, which costs a fraction of touching one after the other. Only a hint.
void touch_pages(void* pages, std::size_t bytes) noexcept;
/// Gives the memory back but keeps the addresses: the pages read as zero, also to who is reading them just now.
void empty_pages(void* pages, std::size_t bytes) noexcept;
/// Gives back what map_pages() gave. Only for tables that were replaced by larger ones.
void unmap_pages(void* pages, std::size_t bytes) noexcept;

}  // namespace mayfly::gc
