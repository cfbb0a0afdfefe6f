#include "src/core/wake.hpp"

#include "gc_integration/primitives.hpp"
#include "src/core/event_queue.hpp"

#include <atomic>

namespace mayfly::core {
namespace {

constinit std::atomic<bool> g_armed{false};

/// The sentinel's collector finalizer. May run inside any allocation.
void ring(void* sentinel, void*) {
  if (!gc::set_finalizer(sentinel, {ring, nullptr})) g_armed.store(false);   // no memory: until somebody calls set_wake() again
  for (EventQueue* queue = all_queues(); queue != nullptr; queue = queue->next) queue->wake();
}

}  // namespace

bool arm_wake() noexcept {
  if (g_armed.load()) return true;
  void* sentinel = gc::allocate(1);
  if (sentinel == nullptr || !gc::set_finalizer(sentinel, {ring, nullptr})) return false;
  if (g_armed.exchange(true)) (void)gc::set_finalizer(sentinel, {});   // another thread's came first
  return true;
}

}  // namespace mayfly::core
