// Cells and watchers: who wants to hear of one referent's death.
//
// Overview
//   A referent has one slot. While only plain weak handles look at it, the slot's owner is the referent's address (kind bare). The first watcher makes
//   a Cell, and the slot's owner becomes that cell; when the last watcher leaves, it is bare again. A watcher is a RefNode's (a block) or a
//   finalizer's (part of its record). A RefNode's watcher knows its ref through a slot of its own, whose owner is the watcher.
//
// Concurrency
//   Cells and watchers are read and written under the lock of the shard of the referent's address. Deaths also hold the settle lock. Lock order:
//   settle, shard, queue, slot pages / allocation lock.                                                          .core.lock-order
//
// Invariants
//   .cell.weak        nothing here is traced; a watcher reaches its ref by load(own) only
//   .cell.lifetime    a cell lives until its referent's death has been settled, or until it has no watcher
//   .cell.order       the list is newest first; canonical nodes are in it and named by `canonical`
#pragma once
#include "gc_integration/slots.hpp"

#include <mayfly/node.hpp>

#include <atomic>

namespace mayfly::core {

struct Cell;
struct EventQueue;

enum class WatcherKind : std::uint8_t { node, finalizer };

struct Watcher {
  Watcher* newer = nullptr;
  Watcher* older = nullptr;
  Cell* cell = nullptr;             // null: not attached
  EventQueue* queue = nullptr;
  gc::Handle own;                   // node: the slot of the object that embeds the node; finalizer: its id
  std::uint32_t offset = 0;         // node: where in that object
  WatcherKind kind = WatcherKind::node;
};

inline constexpr std::size_t kBlockBytes = 48;   // one size for cells and watchers

struct Cell {
  gc::Handle slot;
  std::uint64_t address;            // of the referent's base, hidden by complement
  Watcher* newest = nullptr;
  Watcher* canonical[2] = {};       // by RefKind: ref, proxy
  std::uint32_t nodes = 0;
  bool immortal = false;

  void attach(Watcher& watcher) noexcept {
    watcher.cell = this;
    watcher.older = newest;
    watcher.newer = nullptr;
    if (newest != nullptr) newest->newer = &watcher;
    newest = &watcher;
    if (watcher.kind == WatcherKind::node) ++nodes;
  }
  void detach(Watcher& watcher) noexcept {
    (watcher.newer != nullptr ? watcher.newer->older : newest) = watcher.older;
    if (watcher.older != nullptr) watcher.older->newer = watcher.newer;
    for (Watcher*& shared : canonical) {
      if (shared == &watcher) shared = nullptr;
    }
    if (watcher.kind == WatcherKind::node) --nodes;
    watcher.cell = nullptr;
  }
};
static_assert(sizeof(Cell) <= kBlockBytes && sizeof(Watcher) <= kBlockBytes);

// ---- the kinds of slot owners ----
enum class OwnerKind : std::uint64_t { nobody, bare, cell, watcher };
inline gc::Owner owner(OwnerKind kind, const void* what) noexcept { return reinterpret_cast<gc::Owner>(what) | static_cast<gc::Owner>(kind); }
inline constexpr gc::Owner kContained = 8;       // beside the kind: an entry of a weak container looks at this slot
inline OwnerKind kind_of(gc::Owner owner) noexcept { return static_cast<OwnerKind>(owner & 7); }
template <class T>
T* pointer_of(gc::Owner owner) noexcept {
  return reinterpret_cast<T*>(owner & ~gc::Owner{15});
}

// ---- what a RefNode's words mean; the only file that knows ----
inline constexpr std::uint32_t kKindMask = 3, kHashed = 4, kSilenced = 8, kClosure = 16;
inline constexpr std::uint32_t kMethodObject = 32, kMethodFunction = 64;   // this node is that part of a MethodNode
inline constexpr unsigned kOffsetShift = 8;                       // of the referent's pointer from its base, in units of 8 bytes
inline constexpr std::uint64_t kMaxOffset = (std::uint64_t{1} << 24) * 8 - 8;

/// The flags are changed by the node's user and by settle at once.
inline std::uint32_t bits_of(const RefNode& node) noexcept {
  return std::atomic_ref(const_cast<RefNode&>(node).bits_).load(std::memory_order_relaxed);
}
inline void add_bits(RefNode& node, std::uint32_t bits) noexcept { std::atomic_ref(node.bits_).fetch_or(bits, std::memory_order_relaxed); }
/// cell_: zero unbound or spent; top 16 bits set a Handle; else queued, and the link to what is queued behind it.
inline std::uint64_t cell_bits(const RefNode& node) noexcept {
  return std::atomic_ref(const_cast<RefNode&>(node).cell_).load(std::memory_order_relaxed);
}
inline gc::Handle slot_of(const RefNode& node) noexcept {
  const std::uint64_t bits = cell_bits(node);
  return {(bits >> 48) != 0 ? bits : 0};
}

}  // namespace mayfly::core
