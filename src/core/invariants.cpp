#include "src/core/invariants.hpp"

#include "gc_integration/check.hpp"
#include "src/core/event_queue.hpp"
#include "src/core/side_table.hpp"

namespace mayfly::core {
namespace {

void check_cell(gc::Handle slot, const Cell& cell) noexcept {
  MAYFLY_CHECK(cell.slot == slot, ".cell: a slot's cell names another slot");
  MAYFLY_CHECK(gc::cleared(slot) || gc::hides(slot, reinterpret_cast<void*>(~cell.address)), ".cell: the slot hides another address");
  std::uint32_t nodes = 0;
  unsigned canonical = 0;
  const Watcher* newer = nullptr;
  for (const Watcher* watcher = cell.newest; watcher != nullptr; newer = watcher, watcher = watcher->older) {
    MAYFLY_CHECK(watcher->newer == newer, ".cell.order: the list does not lead back");
    MAYFLY_CHECK(watcher->cell == &cell, ".cell.order: a watcher in a list that is not its cell's");
    if (watcher->kind == WatcherKind::node) ++nodes;
    for (const Watcher* shared : cell.canonical) canonical += shared == watcher;
  }
  MAYFLY_CHECK(nodes == cell.nodes, ".cell.order: the count of nodes is wrong");
  MAYFLY_CHECK(canonical == (cell.canonical[0] != nullptr) + (cell.canonical[1] != nullptr) + 0u, ".cell.order: a canonical node is not in the list");
}

void check_slot(gc::Handle slot, gc::Owner who) noexcept {
  switch (kind_of(who)) {
    case OwnerKind::nobody: break;
    case OwnerKind::bare: {
      const void* base = pointer_of<void>(who);
      if (base != nullptr) MAYFLY_CHECK(gc::cleared(slot) || gc::hides(slot, base), ".slot: a bare slot whose owner is another address");
      break;
    }
    case OwnerKind::cell: check_cell(slot, *pointer_of<Cell>(who)); break;
    case OwnerKind::watcher: MAYFLY_CHECK(pointer_of<Watcher>(who)->own == slot, ".cell.weak: a watcher's own slot is another's"); break;
  }
}

}  // namespace

void check_invariants() noexcept {
  const std::size_t live = gc::each_live(check_slot);
  MAYFLY_CHECK(live == gc::slots_in_use(), ".slot: the count of slots in use is wrong");
  for (EventQueue* queue = all_queues(); queue != nullptr; queue = queue->next) queue->check_invariants();
}

}  // namespace mayfly::core
