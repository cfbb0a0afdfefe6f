// The side table: from the address of an object to its slot, for objects without a CellWord; and the blocks that watchers are made of.
//
// Sharded by address. Entries hide the address. An entry whose slot does not hide its address is stale: the object died, and its address may be another's
// before the death was settled. Look-ups treat it as absent and inserts go elsewhere; the late erase names the word, which is released only after that, so
// it cannot hit the newer entry.                                                                                    .table.stale
// A look without the lock may read a table that is being outgrown, or an entry that is being rewritten: what it finds counts only if the slot hides the
// address, and who finds nothing looks again under the lock before it enters something.                             .table.peek
#pragma once
#include "src/core/watcher.hpp"

#include <mutex>

namespace mayfly::core {

struct Shard;
struct RegisteredFinalizer;
Shard& shard_of(const void* address) noexcept;
std::mutex& mutex_of(Shard& shard) noexcept;

/// The base of the referent and what of Referent still matters.
struct Target {
  void* base = nullptr;
  CellWord* cell = nullptr;
  Referent::Life life = Referent::Life::collected;
  std::uint64_t offset = 0;          // of Referent::obj from base
};

/// The slot that hides the target, or the empty handle. Exact with the shard lock held; without it, it may miss one that is just being published.
gc::Handle peek_slot(Shard& shard, const Target& target) noexcept;
/// A slot for a target that had none, which nobody knows yet; or none was made, as it had one.
struct Claim {
  gc::Handle made{};
};
/// May collect. Holds no lock. What is claimed is to be published or dropped.
Result<Claim> claim_slot(const Target& target) noexcept;
/// The target's slot from now on: the claimed one, unless it has one. `no_memory`; `dead`: the one that it had was cleared by hand meanwhile. Shard lock held.
Result<gc::Handle> publish(Shard& shard, const Target& target, Claim claim) noexcept;
void drop(Claim claim) noexcept;
/// The target's slot, made if need be. May collect. Holds no lock.
Result<gc::Handle> slot_for(const Target& target) noexcept;
/// Forgets the entry if it still belongs to the handle. Shard lock held.
void erase_slot(Shard& shard, const void* base, gc::Handle slot) noexcept;

/// A block of kBlockBytes, or null. Shard lock held.
void* new_block(Shard& shard) noexcept;
void free_block(Shard& shard, void* block) noexcept;

void lock_shards() noexcept;         // around fork
void unlock_shards() noexcept;

}  // namespace mayfly::core
