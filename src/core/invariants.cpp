#include "src/core/invariants.hpp"

#include "gc_integration/check.hpp"
#include "src/core/event_queue.hpp"
#include "src/core/side_table.hpp"

namespace mayfly::core {
namespace {

void check_watchers(gc::Handle slot, const Watcher& first) noexcept {
  MAYFLY_CHECK(gc::cleared(slot) || gc::hides(slot, first.referent()), ".watcher: the slot hides another address");
  const Watcher* previous = nullptr;
  for (const Watcher* watcher = &first; watcher != nullptr; previous = watcher, watcher = watcher->next) {
    MAYFLY_CHECK(watcher->previous == previous, ".watcher.order: the list does not lead back");
    MAYFLY_CHECK(watcher->slot == slot && watcher->referent() == first.referent(), ".watcher.order: a watcher in the list of another referent");
    MAYFLY_CHECK(previous == nullptr || previous->rank <= watcher->rank, ".watcher.order: the ranks do not ascend");
  }
}

void check_slot(gc::Handle slot, gc::Owner who) noexcept {
  switch (kind_of(who)) {
    case OwnerKind::nobody: break;
    case OwnerKind::bare: {
      const void* base = pointer_of<void>(who);
      if (base != nullptr) MAYFLY_CHECK(gc::cleared(slot) || gc::hides(slot, base), ".slot: a bare slot whose owner is another address");
      break;
    }
    case OwnerKind::watched: check_watchers(slot, *pointer_of<Watcher>(who)); break;
    case OwnerKind::watcher: MAYFLY_CHECK(pointer_of<Watcher>(who)->own == slot, ".watcher.weak: a watcher's own slot is another's"); break;
  }
}

}  // namespace

void check_invariants() noexcept {
  const std::size_t live = gc::each_live(check_slot);
  MAYFLY_CHECK(live == gc::slots_in_use(), ".slot: the count of slots in use is wrong");
  for (EventQueue* queue = all_queues(); queue != nullptr; queue = queue->next) queue->check_invariants();
}

}  // namespace mayfly::core
