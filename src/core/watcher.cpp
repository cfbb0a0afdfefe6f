#include "src/core/watcher.hpp"

namespace mayfly::core {
namespace {

/// What containers marked stays.
void set_first(gc::Handle slot, Watcher* first, void* referent) noexcept {
  void* bare = gc::is_immortal(slot) ? nullptr : referent;
  const gc::Owner to = first != nullptr ? owner(OwnerKind::watched, first) : owner(OwnerKind::bare, bare);
  gc::set_owner(slot, to | (gc::owner_of(slot) & kContained));
}

}  // namespace

Watcher* first_watcher(gc::Handle slot) noexcept {
  const gc::Owner who = gc::owner_of(slot);
  return kind_of(who) == OwnerKind::watched ? pointer_of<Watcher>(who) : nullptr;
}

void attach(gc::Handle slot, Watcher& watcher) noexcept {
  Watcher* previous = nullptr;
  Watcher* next = first_watcher(slot);
  while (next != nullptr && next->rank < watcher.rank) {   // few
    previous = next;
    next = next->next;
  }
  watcher.slot = slot;
  watcher.previous = previous;
  watcher.next = next;
  if (next != nullptr) next->previous = &watcher;
  if (previous != nullptr) {
    previous->next = &watcher;
  } else {
    set_first(slot, &watcher, watcher.referent());
  }
}

void detach(Watcher& watcher) noexcept {
  if (watcher.next != nullptr) watcher.next->previous = watcher.previous;
  if (watcher.previous != nullptr) {
    watcher.previous->next = watcher.next;
  } else {
    set_first(watcher.slot, watcher.next, watcher.referent());
  }
  watcher.slot = {};
}

}  // namespace mayfly::core
