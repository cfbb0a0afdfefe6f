// Watchers: who wants to hear of one referent's death.
//
// Overview
//   A referent has one slot, and the slot's owner says who watches: nobody but plain weak handles (bare: the owner is the referent's address), or the
//   first of its watchers. They are in a list in the order in which the death will be told: the canonical ref, the canonical proxy, the others newest first.
//   A watcher is a RefNode's (a block) or a finalizer's (part of its record). A RefNode's watcher knows its ref through a slot of its own, whose owner is
//   the watcher.
//
// Concurrency
//   The list and the owner are read and written under the lock of the shard of the referent's address. RefNodes' watchers leave it with the settle lock held
//   as well. Who knows but the slot finds the shard by referent_of(), takes its lock, and looks again. Lock order: settle, shard, queue, slot pages /
//   allocation lock.                                                                                             .core.lock-order
//
// Invariants
//   .watcher.weak     nothing here is traced; a watcher reaches its ref by load(own) only
//   .watcher.order    ranks ascend along the list; of the same rank the newest comes first. Of a canonical rank there is one for each pointer into the
//                     referent, and beside it perhaps some whose ref died and is not settled yet
#pragma once
#include "gc_integration/slots.hpp"

#include <mayfly/node.hpp>

#include <atomic>

namespace mayfly::core {

struct EventQueue;

enum class WatcherKind : std::uint8_t { node, finalizer };
enum class Rank : std::uint8_t { ref, proxy, other };   // the first two are canonical; like RefKind

struct Watcher {
  Watcher* previous = nullptr;
  Watcher* next = nullptr;
  gc::Handle slot{};                // of the referent; empty: in no list
  std::uint64_t hidden = 0;         // ~base of the referent
  EventQueue* queue = nullptr;
  gc::Handle own{};                 // node: the slot of the object that embeds the node; finalizer: its id
  std::uint32_t offset = 0;         // node: where in that object; finalizer: of the referent's pointer in its object
  WatcherKind kind = WatcherKind::node;
  Rank rank = Rank::other;

  /// Any time, of whoever it watches or watched.
  void* referent() const noexcept { return reinterpret_cast<void*>(~std::atomic_ref(const_cast<std::uint64_t&>(hidden)).load(std::memory_order_relaxed)); }
  void set_referent(const void* base) noexcept { std::atomic_ref(hidden).store(~reinterpret_cast<std::uint64_t>(base), std::memory_order_relaxed); }
};

inline constexpr std::size_t kBlockBytes = 56;
static_assert(sizeof(Watcher) <= kBlockBytes);

// ---- slot owners ----
enum class OwnerKind : std::uint64_t { nobody, bare, watched, watcher };
inline constexpr gc::Owner kContained = 4;       // beside the kind: an entry of a weak container looks at this slot
inline gc::Owner owner(OwnerKind kind, const void* what) noexcept { return reinterpret_cast<gc::Owner>(what) | static_cast<gc::Owner>(kind); }
inline OwnerKind kind_of(gc::Owner owner) noexcept { return static_cast<OwnerKind>(owner & 3); }
template <class T>
T* pointer_of(gc::Owner owner) noexcept {
  return reinterpret_cast<T*>(owner & ~gc::Owner{7});
}
/// The base of the referent that the slot's owner tells of; of a ref object's own slot, that of its watcher. Stable with the lock of that address's shard.
inline void* referent_of(gc::Owner owner) noexcept {
  switch (kind_of(owner)) {
    case OwnerKind::nobody: return nullptr;
    case OwnerKind::bare: return pointer_of<void>(owner);
    case OwnerKind::watched:
    case OwnerKind::watcher: break;
  }
  return pointer_of<Watcher>(owner)->referent();
}

// ---- the list: shard lock held ----
/// Or null.
Watcher* first_watcher(gc::Handle slot) noexcept;
/// REQUIRES: the slot hides the watcher's referent.
void attach(gc::Handle slot, Watcher& watcher) noexcept;
void detach(Watcher& watcher) noexcept;

}  // namespace mayfly::core
