// Finalizers: `finalize` records, which never see their object, and object finalizers (`__del__`), which do.
#include "src/core/event_queue.hpp"
#include "src/core/settle.hpp"
#include "src/node/guard.hpp"

#include <new>

namespace mayfly {
namespace {

using core::FinalizerRecord;

/// May collect. Holds no lock.
FinalizerRecord* new_record(core::EventQueue& queue, const core::Target& target, void* payload, void (*run)(Event&)) noexcept {
  void* memory = gc::allocate(sizeof(FinalizerRecord));
  if (memory == nullptr) return nullptr;
  auto* record = ::new (memory) FinalizerRecord;
  record->watcher.queue = record->queue = &queue;
  record->watcher.kind = core::WatcherKind::finalizer;
  record->hidden = ~reinterpret_cast<std::uint64_t>(target.base);
  record->payload = payload;
  record->run = run;
  return record;
}

/// The record, strong from now on, or null when it is done.
FinalizerRecord* record_of(Registered finalizer) noexcept { return static_cast<FinalizerRecord*>(gc::load(gc::Handle{finalizer.id})); }

struct Start {
  core::Target target;
  core::EventQueue* queue = nullptr;
};

Result<Start> begin(const Referent& referent, CallbackQueue& face) noexcept {
  if (const Status ready = node::ready(); ready != Status::ok) return {{}, ready};
  const auto target = node::target_of(referent);
  if (!target) return {{}, target.status};
  core::EventQueue* queue = core::EventQueue::of(face);
  if (queue == nullptr) return {{}, Status::no_memory};
  if (queue->closed) return {{}, Status::shut_down};
  return {{target.value, queue}, Status::ok};
}

}  // namespace

Result<Registered> finalize_raw(const Referent& referent, CallbackQueue& face, void* payload, AtExit at_exit, void (*run)(Event&)) noexcept {
  const auto start = begin(referent, face);
  if (!start) return {{}, start.status};
  const auto& [target, queue] = start.value;
  const auto slot = core::slot_for(target);
  if (!slot) return {{}, slot.status};
  FinalizerRecord* record = new_record(*queue, target, payload, run);
  if (record == nullptr) return {{}, Status::no_memory};
  const auto id = gc::acquire_immortal_slot(record);   // no link: the registry keeps the record alive until the id is released
  if (!id) return {{}, id.status};
  record->id = id.value;
  record->at_exit = at_exit;

  core::Shard& shard = core::shard_of(target.base);
  bool attached;
  bool open = false;
  {
    const std::lock_guard lock(mutex_of(shard));
    attached = core::attach(shard, slot.value, target, record->watcher);
    if (attached) open = queue->enlist(*record);
    if (attached && !open) record->watcher.cell->detach(record->watcher);
  }
  if (!open) {
    gc::release_slot(id.value);
    return {{}, attached ? Status::shut_down : Status::no_memory};
  }
  if (at_exit == AtExit::yes) node::exit_handler_wanted();
  return {{id.value.bits}, Status::ok};
}

void* detach(Registered finalizer) noexcept {
  FinalizerRecord* record = record_of(finalizer);
  if (record == nullptr) return nullptr;
  void* payload = record->queue->finish(*record);
  core::forget_finalizer(*record);
  return payload;
}

Peeked peek(Registered finalizer) noexcept {
  FinalizerRecord* record = record_of(finalizer);
  if (record == nullptr) return {};
  void* base = reinterpret_cast<void*>(~record->hidden);
  core::Shard& shard = core::shard_of(base);
  const std::lock_guard lock(mutex_of(shard));
  const core::Cell* cell = record->watcher.cell;
  void* object = cell != nullptr ? gc::load(cell->slot) : nullptr;
  return object != nullptr ? Peeked{object, record->payload} : Peeked{};
}

bool alive(Registered finalizer) noexcept { return record_of(finalizer) != nullptr; }

AtExit at_exit(Registered finalizer) noexcept {
  const FinalizerRecord* record = record_of(finalizer);
  return record != nullptr ? record->at_exit : AtExit::no;
}

void set_at_exit(Registered finalizer, AtExit at_exit) noexcept {
  FinalizerRecord* record = record_of(finalizer);
  if (record == nullptr) return;
  const std::lock_guard lock(record->queue->mutex);
  record->at_exit = at_exit;
}

void set_exit_priority(Registered finalizer, std::int32_t priority) noexcept {
  if (FinalizerRecord* record = record_of(finalizer)) record->queue->set_priority(*record, priority);
}

Status finalize_object(const Referent& referent, CallbackQueue& face, void* payload, void (*run)(Event&)) noexcept {
  const auto start = begin(referent, face);
  if (!start) return start.status;
  FinalizerRecord* record = new_record(*start.value.queue, start.value.target, payload, run);
  if (record == nullptr) return Status::no_memory;
  const auto before = gc::set_finalizer(start.value.target.base, {core::stage_object_finalizer, record});
  if (!before) return before.status;
  record->before = before.value.function;
  record->before_data = before.value.data;
  return Status::ok;
}

}  // namespace mayfly
