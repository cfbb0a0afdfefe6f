#include "src/core/enlist.hpp"

#include "src/core/event_queue.hpp"

#include <mutex>

namespace mayfly::core {

Result<std::uint64_t> enlist(Claim claim, const Target& target, EventQueue& queue, const NewFinalizer& wanted) noexcept {
  Shard& shard = shard_of(target.base);
  const std::lock_guard lock(mutex_of(shard));
  const Result<gc::Handle> slot = publish(shard, target, claim);
  if (!slot) return {0, slot.status};
  const std::lock_guard queue_lock(queue.mutex);
  if (queue.closed) return {0, Status::shut_down};
  RegisteredFinalizer* record = queue.finalizers.enter(queue, target.base, wanted.at_exit);
  if (record == nullptr) return {0, Status::no_memory};
  attach(slot.value, *record);
  record->offset = static_cast<std::uint32_t>(target.offset);
  record->run = wanted.run;
  record->root = wanted.root;
  return {record->id(), Status::ok};
}

namespace {
/// Shard lock held.
void stop_watching(RegisteredFinalizer& record) noexcept {
  if (!record.slot.empty()) detach(record);
}

/// Calls `f(record)` with the locks of its referent's shard and its queue held, if the id is alive.
template <class F>
void with_finalizer(std::uint64_t id, F f) noexcept {
  if (id == 0) return;
  RegisteredFinalizer& record = record_of(id);
  void* referent = record.referent();
  const std::lock_guard lock(mutex_of(shard_of(referent)));
  const std::lock_guard queue_lock(record.queue->mutex);
  if (record.id() == id && record.referent() == referent) f(record);   // no later tenant
}
}  // namespace

Withdrawn withdraw(std::uint64_t id) noexcept {
  Withdrawn withdrawn;
  with_finalizer(id, [&](RegisteredFinalizer& record) {
    Registry& registry = record.queue->finalizers;
    const bool waits = record.state == RegisteredFinalizer::State::queued;
    withdrawn.at_exit = record.at_exit;
    withdrawn.run = record.run;
    withdrawn.payload = registry.retire(record, waits ? RegisteredFinalizer::State::dropped : RegisteredFinalizer::State::free);
    stop_watching(record);
    if (!waits) registry.set_free(record);
  });
  return withdrawn;
}

Peeked look_at(std::uint64_t id) noexcept {
  Peeked peeked;
  with_finalizer(id, [&](RegisteredFinalizer& record) {
    void* object = gc::load(record.slot);
    if (object != nullptr) peeked = {static_cast<char*>(object) + record.offset, record.root != nullptr ? *record.root : nullptr};
  });
  return peeked;
}

void leave(std::uint64_t next_id) noexcept {
  RegisteredFinalizer& record = record_of(next_id);
  const std::lock_guard lock(mutex_of(shard_of(record.referent())));
  stop_watching(record);
  const std::lock_guard queue_lock(record.queue->mutex);
  record.queue->finalizers.set_spent(record);
}

}  // namespace mayfly::core
