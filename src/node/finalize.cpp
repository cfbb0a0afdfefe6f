// Finalizers: `finalize` records, which never see their object, and object finalizers (`__del__`), which do.
#include "src/core/event_queue.hpp"
#include "src/core/settle.hpp"
#include "src/node/guard.hpp"

#include <new>

namespace mayfly {
namespace {

using core::ObjectFinalizer;
using core::RegisteredFinalizer;

/// May collect. Holds no lock.
template <class Record>
Record* new_record(core::EventQueue& queue, void* payload, void (*run)(Event&)) noexcept {
  void* memory = gc::allocate(sizeof(Record));
  if (memory == nullptr) return nullptr;
  auto* record = ::new (memory) Record;
  record->queue = &queue;
  record->payload = payload;
  record->run = run;
  return record;
}

/// The record, strong from now on, or null when it is done.
RegisteredFinalizer* record_of(Registered finalizer) noexcept { return static_cast<RegisteredFinalizer*>(gc::load(gc::Handle{finalizer.id})); }

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
  auto* record = new_record<RegisteredFinalizer>(*queue, payload, run);
  if (record == nullptr) return {{}, Status::no_memory};
  record->kind = core::WatcherKind::finalizer;
  record->hidden = ~reinterpret_cast<std::uint64_t>(target.base);
  const auto id = gc::acquire_immortal_slot(record);   // no link: the registry keeps the record alive until the id is released
  if (!id) return {{}, id.status};
  record->own = id.value;
  record->at_exit = at_exit;

  core::Shard& shard = core::shard_of(target.base);
  bool attached;
  bool open = false;
  {
    const std::lock_guard lock(mutex_of(shard));
    attached = core::attach(shard, slot.value, target, *record);
    if (attached) open = queue->enlist(*record);
    if (attached && !open) record->cell->detach(*record);
  }
  if (!open) {
    gc::release_slot(id.value);
    return {{}, attached ? Status::shut_down : Status::no_memory};
  }
  if (at_exit == AtExit::yes) node::exit_handler_wanted();
  return {{id.value.bits}, Status::ok};
}

void* detach(Registered finalizer) noexcept {
  RegisteredFinalizer* record = record_of(finalizer);
  if (record == nullptr) return nullptr;
  void* payload = record->queue->finish(*record);
  core::forget_finalizer(*record);
  return payload;
}

Peeked peek(Registered finalizer) noexcept {
  RegisteredFinalizer* record = record_of(finalizer);
  if (record == nullptr) return {};
  void* base = reinterpret_cast<void*>(~record->hidden);
  core::Shard& shard = core::shard_of(base);
  const std::lock_guard lock(mutex_of(shard));
  const core::Cell* cell = record->cell;
  void* object = cell != nullptr ? gc::load(cell->slot) : nullptr;
  return object != nullptr ? Peeked{object, record->payload} : Peeked{};
}

bool alive(Registered finalizer) noexcept { return record_of(finalizer) != nullptr; }

AtExit at_exit(Registered finalizer) noexcept {
  const RegisteredFinalizer* record = record_of(finalizer);
  return record != nullptr ? record->at_exit : AtExit::no;
}

void set_at_exit(Registered finalizer, AtExit at_exit) noexcept {
  RegisteredFinalizer* record = record_of(finalizer);
  if (record == nullptr) return;
  const std::lock_guard lock(record->queue->mutex);
  record->at_exit = at_exit;
}

void set_exit_priority(Registered finalizer, std::int32_t priority) noexcept {
  if (RegisteredFinalizer* record = record_of(finalizer)) record->queue->set_priority(*record, priority);
}

Status finalize_object(const Referent& referent, CallbackQueue& face, void* payload, void (*run)(Event&)) noexcept {
  const auto start = begin(referent, face);
  if (!start) return start.status;
  auto* record = new_record<ObjectFinalizer>(*start.value.queue, payload, run);
  if (record == nullptr) return Status::no_memory;
  record->of_object = true;
  const auto before = gc::set_finalizer(start.value.target.base, {core::stage_object_finalizer, record});
  if (!before) return before.status;
  record->before = before.value.function;
  record->before_data = before.value.data;
  return Status::ok;
}

}  // namespace mayfly
