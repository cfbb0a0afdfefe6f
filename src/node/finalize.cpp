// Finalizers: `finalize` records, which never see their object, and object finalizers (`__del__`), which do.
#include "gc_integration/roots.hpp"
#include "src/core/enlist.hpp"
#include "src/core/event_queue.hpp"
#include "src/node/guard.hpp"

#include <new>

namespace mayfly {
namespace {

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
  if (target.offset > UINT32_MAX) return {{}, Status::not_collectable};
  if (at_exit == AtExit::yes && !node::exit_handler_wanted()) return {{}, Status::no_memory};
  const auto claim = core::claim_slot(target);
  if (!claim) return {{}, claim.status};
  core::NewFinalizer wanted{.at_exit = at_exit, .run = run};
  if (payload != nullptr) {
    const auto root = gc::acquire_root();
    if (!root) {
      core::drop(claim.value);
      return {{}, root.status};
    }
    gc::note_kept(payload);
    gc::store_traced(root.value, payload);
    wanted.root = root.value;
  }
  const auto id = core::enlist(claim.value, target, *queue, wanted);
  if (!id) {
    gc::release_root(wanted.root);
    return {{}, id.status};
  }
  return {{id.value}, Status::ok};
}

void* detach(Registered finalizer) noexcept { return core::withdraw(finalizer.id).payload; }
Peeked peek(Registered finalizer) noexcept { return core::look_at(finalizer.id); }
bool alive(Registered finalizer) noexcept { return finalizer.id != 0 && core::record_of(finalizer.id).id() == finalizer.id; }

namespace {
/// Calls `f(record)` with the queue's lock held, if the finalizer is alive.
template <class F>
void with_record(Registered finalizer, F f) noexcept {
  if (finalizer.id == 0) return;
  core::RegisteredFinalizer& record = core::record_of(finalizer.id);
  const std::lock_guard lock(record.queue->mutex);
  if (record.id() == finalizer.id) f(record);
}
}  // namespace

AtExit at_exit(Registered finalizer) noexcept {
  AtExit answer = AtExit::no;
  with_record(finalizer, [&](core::RegisteredFinalizer& record) { answer = record.at_exit; });
  return answer;
}

void set_at_exit(Registered finalizer, AtExit at_exit) noexcept {
  with_record(finalizer, [&](core::RegisteredFinalizer& record) { record.queue->finalizers.set_at_exit(record, at_exit); });
  if (at_exit == AtExit::yes) (void)node::exit_handler_wanted();   // mostly there already
}

void set_exit_priority(Registered finalizer, std::int32_t priority) noexcept {
  with_record(finalizer, [&](core::RegisteredFinalizer& record) { record.queue->finalizers.set_priority(record, priority); });
}

Status finalize_object(const Referent& referent, CallbackQueue& face, void* payload, void (*run)(Event&)) noexcept {
  const auto start = begin(referent, face);
  if (!start) return start.status;
  void* memory = gc::allocate(sizeof(core::ObjectFinalizer));
  if (memory == nullptr) return Status::no_memory;
  gc::note_kept(payload);
  const core::Target& target = start.value.target;
  gc::note_displacement(target.offset);                    // of the event's object
  auto* record = ::new (memory) core::ObjectFinalizer{.payload = payload, .run = run, .queue = start.value.queue, .offset = target.offset};
  return core::push_finalizer(target.base, *record);
}

}  // namespace mayfly
