// Blocks of one size in mapped memory, which no malloc that a host may have redirected into the collector gives. Never given back: a block stays a block,
// so whoever knows its address may look at it for ever. Whoever owns a pool guards it by a lock.                            .table.pages
#pragma once
#include "gc_integration/pages.hpp"

#include <cstddef>
#include <new>
#include <utility>

namespace mayfly::core {

template <std::size_t kBytes>
class BlockPool {
 public:
  /// Null: no memory. A block that was never used before is zeroed.
  void* take() noexcept {
    if (Free* block = free_) {
      free_ = block->next;
      return block;
    }
    if (fresh_ == end_ && !add_chunk()) return nullptr;
    return std::exchange(fresh_, fresh_ + kBytes);
  }
  /// Overwrites the block's first word, no more.
  void give(void* block) noexcept { free_ = ::new (block) Free{free_}; }

 private:
  static constexpr std::size_t kChunkBytes = 1024 * kBytes;
  struct Free {
    Free* next;
  };
  bool add_chunk() noexcept {
    auto* chunk = static_cast<std::byte*>(gc::map_pages(kChunkBytes));
    if (chunk == nullptr) return false;
    if (end_ != nullptr) gc::touch_pages(chunk, kChunkBytes);   // a first chunk may be all that a program needs
    fresh_ = chunk;
    end_ = chunk + kChunkBytes;
    return true;
  }

  Free* free_ = nullptr;
  std::byte* fresh_ = nullptr;   // blocks that were never used, up to the end of the chunk
  std::byte* end_ = nullptr;
};

}  // namespace mayfly::core
