// The memory of open-addressing tables that are read without a lock. Writers hold the table's lock.
#pragma once
#include "gc_integration/pages.hpp"

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace mayfly::core {

/// Zeroed memory is empty entries.
template <class Entry>
struct Entries {
  Entry* first = nullptr;
  std::size_t capacity = 0;                // a power of two, or zero
  std::size_t bytes() const noexcept { return capacity * sizeof(Entry); }
  Entry& at(std::uint64_t i) const noexcept { return first[i & (capacity - 1)]; }
};

/// Outgrown entries stay mapped and read as empty, as somebody may be reading them; they serve the next table of their capacity.
template <class Entry>
class PublishedEntries {
 public:
  Entries<Entry> load() const noexcept {
    const std::uintptr_t packed = packed_.load(std::memory_order_acquire);   // pairs with replace()
    if (packed == 0) return {};
    return {reinterpret_cast<Entry*>(packed & ~kLogarithm), std::size_t{1} << (packed & kLogarithm)};
  }
  /// Room for a table that is to take the place of this one; capacity zero: no memory.
  Entries<Entry> prepare(std::size_t capacity) noexcept {
    if (Entry*& outgrown = outgrown_[std::countr_zero(capacity)]; outgrown != nullptr) return {std::exchange(outgrown, nullptr), capacity};
    auto* entries = static_cast<Entry*>(gc::map_pages(capacity * sizeof(Entry)));
    return {entries, entries != nullptr ? capacity : 0};
  }
  void replace(const Entries<Entry>& with) noexcept {
    const Entries<Entry> old = load();
    packed_.store(reinterpret_cast<std::uintptr_t>(with.first) | static_cast<std::uintptr_t>(std::countr_zero(with.capacity)), std::memory_order_release);
    if (old.capacity == 0) return;
    gc::empty_pages(old.first, old.bytes());
    outgrown_[std::countr_zero(old.capacity)] = old.first;
  }
  /// REQUIRES: nobody reads any more.
  void unmap() noexcept {
    if (const Entries<Entry> now = load(); now.capacity != 0) gc::unmap_pages(now.first, now.bytes());
    for (std::size_t i = 0; i < kSizes; ++i) {
      if (outgrown_[i] != nullptr) gc::unmap_pages(outgrown_[i], sizeof(Entry) << i);
    }
  }

 private:
  static constexpr std::uintptr_t kLogarithm = 4095;   // below a page's address there is room for the capacity's
  static constexpr std::size_t kSizes = 48;            // of capacities: powers of two
  std::atomic<std::uintptr_t> packed_{0};
  Entry* outgrown_[kSizes] = {};
};

}  // namespace mayfly::core
