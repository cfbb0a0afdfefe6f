#include "src/core/object_finalizer.hpp"

#include "gc_integration/roots.hpp"
#include "gc_integration/zeal.hpp"

#include <mutex>

namespace mayfly::core {
namespace {

constinit std::mutex g_before;           // of `before` and `before_data` of what the collector holds

bool is_ours(const gc::FinalizerSlot& slot) noexcept { return slot.function == stage_object_finalizer; }
ObjectFinalizer& ours(const gc::FinalizerSlot& slot) noexcept { return *static_cast<ObjectFinalizer*>(slot.data); }
gc::FinalizerSlot below(const ObjectFinalizer& finalizer) noexcept { return {finalizer.before, finalizer.before_data}; }
void set_below(ObjectFinalizer& finalizer, const gc::FinalizerSlot& slot) noexcept {
  gc::store_traced(&finalizer.before_data, slot.data);
  finalizer.before = slot.function;
}

/// `slot` gets its turn behind all of the pile, or in the place of `instead`; nothing if it is among them. g_before held.   .object-finalizer.pile
void put_below(gc::FinalizerSlot pile, const gc::FinalizerSlot& slot, const gc::FinalizerSlot& instead) noexcept {
  while (pile != slot && is_ours(pile)) {
    ObjectFinalizer& finalizer = ours(pile);
    pile = below(finalizer);
    if (pile.function == nullptr || pile == instead) return set_below(finalizer, slot);
  }
}

bool contains(gc::FinalizerSlot pile, const gc::FinalizerSlot& slot) noexcept {
  while (pile != slot && is_ours(pile)) pile = below(ours(pile));
  return pile == slot;
}

}  // namespace

Status push_finalizer(void* base, ObjectFinalizer& finalizer) noexcept {
  const auto found = gc::set_finalizer(base, {stage_object_finalizer, &finalizer});
  if (found.status != Status::ok || found.value.function == nullptr) return found.status;
  const std::lock_guard lock(g_before);
  const gc::FinalizerSlot given_back = below(finalizer);   // meanwhile, by another thread
  if (contains(given_back, found.value)) return Status::ok;
  set_below(finalizer, found.value);
  if (given_back.function != nullptr) put_below(found.value, given_back, {});
  return Status::ok;
}

void put_back_on_top(void* base, gc::FinalizerSlot found, gc::FinalizerSlot lowest) noexcept {
  const gc::zeal::Exempt exempt;
  gc::FinalizerSlot under{};                               // `registered`, until a moment ago
  for (gc::FinalizerSlot registered = lowest; found.function != nullptr && found != registered;) {
    {
      const std::lock_guard lock(g_before);
      if (contains(registered, found)) return;             // another thread was about the same
      put_below(found, registered, under);
    }
    const gc::FinalizerSlot came_between = gc::set_finalizer(base, found).value;
    if (came_between == registered) return;
    if (came_between.function == nullptr) return (void)gc::set_finalizer(base, {});   // clear_now()
    under = registered;
    registered = found;
    found = came_between;
  }
}

void lock_piles() noexcept { g_before.lock(); }
void unlock_piles() noexcept { g_before.unlock(); }

}  // namespace mayfly::core
