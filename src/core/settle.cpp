#include "src/core/settle.hpp"

#include "src/core/event_queue.hpp"
#include "src/core/node_words.hpp"

#include <atomic>
#include <chrono>
#include <utility>

namespace mayfly::core {

constinit std::atomic<std::uint64_t> settled_to{~std::uint64_t{0}}, contained_dead{0};

namespace {

constinit std::mutex g_settle;

/// The locks that deaths need besides the settle lock, which is held: what one death needs, the next one mostly needs too, so they are kept until another
/// one is asked for.                                                                                              .core.lock-order
class DeathLocks {
 public:
  Shard& lock_shard_of(const void* address) noexcept {
    Shard& shard = shard_of(address);
    if (&shard == shard_) return shard;
    unlock();
    mutex_of(shard).lock();
    shard_ = &shard;
    return shard;
  }
  /// REQUIRES: a shard is locked.
  EventQueue& lock(EventQueue& queue) noexcept {
    if (&queue == queue_) return queue;
    unlock_queue();
    queue.mutex.lock();
    queue_ = &queue;
    return queue;
  }
  Shard& shard() noexcept { return *shard_; }
  /// The shard of the address that the slot's owner tells of: `who`, or whoever it is by now. It does not change afterwards.
  Shard& lock_shard_of(gc::Handle slot, gc::Owner& who) noexcept {
    for (;;) {
      const void* address = referent_of(who);
      Shard& shard = lock_shard_of(address);
      who = gc::owner_of(slot);
      if (referent_of(who) == address) return shard;     // else a finalizer was withdrawn meanwhile, and perhaps enlisted elsewhere
    }
  }
  void unlock() noexcept {
    unlock_queue();
    if (shard_ != nullptr) mutex_of(*shard_).unlock();
    shard_ = nullptr;
  }

 private:
  void unlock_queue() noexcept {
    if (queue_ != nullptr) queue_->mutex.unlock();
    queue_ = nullptr;
  }
  Shard* shard_ = nullptr;
  EventQueue* queue_ = nullptr;
};

/// A watcher of a dead referent becomes an event or is dropped. Shard locked.
void settle_watcher(DeathLocks& locks, Watcher& watcher) noexcept {
  if (watcher.kind == WatcherKind::finalizer) return locks.lock(*watcher.queue).push(static_cast<RegisteredFinalizer&>(watcher));
  if (auto* base = static_cast<char*>(gc::load(watcher.own))) {
    auto& node = *reinterpret_cast<RefNode*>(base + watcher.offset);
    if (node.callback != nullptr) {
      locks.lock(*watcher.queue).push(node);
    } else {
      std::atomic_ref(node.cell_).store(0, std::memory_order_relaxed);
    }
    gc::unlink_slot(watcher.own);
  } else {
    gc::release_slot(watcher.own);   // cleared: its link is gone
  }
  free_block(locks.shard(), &watcher);
}

/// All watchers of a dead referent, from the first on. Shard locked.
void settle_watchers(DeathLocks& locks, Watcher* watcher) noexcept {
  while (watcher != nullptr) {
    Watcher& told = *std::exchange(watcher, watcher->next);
    told.slot = {};
    settle_watcher(locks, told);
  }
}

constinit DeathLocks g_locks;             // settle lock: of the scan for deaths
constinit Figure g_cleared, g_cleared_last, g_settle_ns;   // changed under the settle lock

/// Settle lock held.
void settle_slot(gc::Handle slot, gc::Owner who) noexcept {
  g_cleared.add(1);
  __builtin_prefetch(pointer_of<void>(gc::cleared_ahead(slot, 6)));   // the watcher of a death that will come soon
  if ((who & kContained) != 0) contained_dead.fetch_add(1, std::memory_order_release);   // pairs with contained_deaths()
  if (kind_of(who) != OwnerKind::nobody) {
    Shard& shard = g_locks.lock_shard_of(slot, who);
    if (kind_of(who) == OwnerKind::watcher) {              // a ref object died before its referent
      Watcher& watcher = *pointer_of<Watcher>(who);
      detach(watcher);
      free_block(shard, &watcher);
    } else {
      erase_slot(shard, referent_of(who), slot);
      if (kind_of(who) == OwnerKind::watched) settle_watchers(g_locks, pointer_of<Watcher>(who));
    }
  }
  gc::release_slot(slot);
}

}  // namespace

std::uint64_t now_ns() noexcept {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(std::chrono::nanoseconds(now).count());
}

namespace {
struct Round {                         // settle lock held
  gc::Scan scan;
  std::uint64_t number = 0;            // of the collection whose deaths it settles
  std::uint64_t cleared = 0;           // g_cleared at its beginning
};
constinit Round g_round;

bool in_time(void* deadline) {
  g_locks.unlock();                    // whoever waits for them has waited long enough
  return *static_cast<const Deadline*>(deadline) == kNoDeadline || now_ns() < *static_cast<const Deadline*>(deadline);
}

/// One scan, from where the last one stopped. Settle lock held.
bool go_on_settling(Deadline deadline) noexcept {
  if (g_round.scan.at_start()) {
    g_round.number = gc::verified_number();   // .settle.verified
    g_round.cleared = g_cleared.load();
  }
  const std::uint64_t start = now_ns();
  const bool finished = gc::each_cleared(g_round.scan, settle_slot, in_time, &deadline);
  g_locks.unlock();
  g_settle_ns.add(now_ns() - start);
  if (!finished) return false;
  g_cleared_last.set(g_cleared.load() - g_round.cleared);
  settled_to.store(g_round.number, std::memory_order_release);
  for (EventQueue* queue = all_queues(); queue != nullptr; queue = queue->next) queue->ripen();
  return true;
}
}  // namespace

bool settle_now(Deadline deadline) noexcept {
  std::unique_lock lock(g_settle, std::defer_lock);
  if (deadline == kNoDeadline) {
    lock.lock();
  } else if (!lock.try_lock()) {
    return false;
  }
  const std::uint64_t wanted = gc::verified_number();
  while (static_cast<std::int64_t>(wanted - settled_number()) > 0) {     // twice, if an older round was to be finished first
    if (!go_on_settling(deadline)) return false;
  }
  return true;
}

Settled settled() noexcept { return {g_cleared.load(), g_cleared_last.load(), g_settle_ns.load()}; }

void settle_from_here() noexcept { settled_to.store(gc::collection_number(), std::memory_order_release); }

namespace {
/// Settle lock held.
void kill_slot(const Target& target) noexcept {
  DeathLocks locks;
  Shard& shard = locks.lock_shard_of(target.base);
  const gc::Handle slot = peek_slot(shard, target);
  if (slot.empty()) return locks.unlock();
  if (target.cell != nullptr) std::atomic_ref(target.cell->word).store(0, std::memory_order_relaxed);
  erase_slot(shard, target.base, slot);
  const bool contained = (gc::owner_of(slot) & kContained) != 0;
  settle_watchers(locks, first_watcher(slot));
  gc::unlink_slot(slot);               // before the lock goes: nobody shall attach to it any more
  if (contained) contained_dead.fetch_add(1, std::memory_order_release);   // whoever sweeps for this number finds it dead
  locks.unlock();
  g_cleared.add(1);
}
}  // namespace

void kill_now(const Target& target) noexcept {
  const std::lock_guard settling(g_settle);
  kill_slot(target);
  if (target.cell == nullptr) return;
  Target in_table = target;          // typed handles do not know the object's word
  in_table.cell = nullptr;
  kill_slot(in_table);
}

void mark_contained(const Target& target, gc::Handle slot) noexcept {
  const std::lock_guard lock(mutex_of(shard_of(target.base)));
  if (gc::hides(slot, target.base)) return gc::set_owner(slot, gc::owner_of(slot) | kContained);
  contained_dead.fetch_add(1, std::memory_order_release);   // it was cleared by hand meanwhile, and the slot may be another's
}

namespace {
/// In no queue: it was taken just now.
void forget_queued(RefNode& node) noexcept {
  for (EventQueue* queue = all_queues(); queue != nullptr; queue = queue->next) {
    if (queue->forget(node)) return;
  }
}
}  // namespace

void forget_node(RefNode& node) noexcept {
  const std::lock_guard settling(g_settle);   // no death meanwhile
  if (cell_bits(node) == 0) return;
  const gc::Handle slot = slot_of(node);
  if (slot.empty()) return forget_queued(node);
  std::atomic_ref(node.cell_).store(0, std::memory_order_relaxed);
  DeathLocks locks;
  gc::Owner who = gc::owner_of(slot);
  Shard& shard = locks.lock_shard_of(slot, who);
  const void* base = gc::base_of(&node);
  for (Watcher* watcher = first_watcher(slot); watcher != nullptr; watcher = watcher->next) {
    if (watcher->kind != WatcherKind::node || static_cast<const char*>(base) + watcher->offset != reinterpret_cast<const char*>(&node)) continue;
    if (!gc::hides(watcher->own, base)) continue;   // another ref's
    detach(*watcher);
    gc::unlink_slot(watcher->own);
    free_block(shard, watcher);
    break;
  }
  locks.unlock();
}

void lock_settle() noexcept { g_settle.lock(); }
void unlock_settle() noexcept { g_settle.unlock(); }

}  // namespace mayfly::core
