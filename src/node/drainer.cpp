// The thread that drains a queue for programs without a loop.
//
// It sleeps on the queue's own eventfd and looks by itself now and then, since hints may be missed. Who stops it makes the eventfd readable too.
#include <mayfly/queue.hpp>
#include <mayfly/runtime.hpp>

#include "src/core/event_queue.hpp"
#include "src/node/guard.hpp"

#include <poll.h>
#include <pthread.h>
#include <unistd.h>

#include <atomic>

namespace mayfly {
namespace {

constexpr int kPatienceMs = 100;

/// Sleeps until there may be work. Collections need not wait for it.
void sleep_on(void* queue) {
  pollfd wait{static_cast<core::EventQueue*>(queue)->wake_up.fd(core::Wake::drainer), POLLIN, 0};
  if (::poll(&wait, 1, kPatienceMs) <= 0) return;
  std::uint64_t ignored;
  (void)!::read(wait.fd, &ignored, sizeof ignored);
}

void* drain_until_stopped(void* argument) {
  auto* queue = static_cast<core::EventQueue*>(argument);
  const ThreadScope scope;
  if (scope.status() != Status::ok) return nullptr;
  while (!queue->drainer.stop.load(std::memory_order_acquire)) {
    const bool called = queue->face->pending() && queue->face->drain({.items = 1}).ran != 0;   // one by one, to stop between two
    if (!called) blocking(sleep_on, queue);
  }
  return nullptr;
}

void join(void* thread) { (void)::pthread_join(*static_cast<pthread_t*>(thread), nullptr); }

}  // namespace

Status start_drainer(CallbackQueue& face) noexcept {
  if (const Status ready = node::ready(); ready != Status::ok) return ready;
  core::EventQueue* queue = core::EventQueue::of(face);
  if (queue == nullptr || !core::arm_wake() || queue->wake_up.fd(core::Wake::drainer) < 0) return Status::no_memory;
  const std::lock_guard lock(queue->drainer.mutex);
  if (queue->drainer.running) return Status::ok;
  if (queue->closed) return Status::shut_down;
  queue->drainer.stop = false;
  queue->owner = std::thread::id{};
  queue->drainer.running = ::pthread_create(&queue->drainer.thread, nullptr, drain_until_stopped, queue) == 0;
  return queue->drainer.running ? Status::ok : Status::no_memory;
}

void stop_drainer(CallbackQueue& face) noexcept {
  core::EventQueue* queue = core::EventQueue::peek(face);
  if (queue == nullptr) return;
  queue->drainer.stop.store(true, std::memory_order_release);
  pthread_t thread;
  {
    const std::lock_guard lock(queue->drainer.mutex);
    if (!queue->drainer.running) return;
    queue->drainer.running = false;
    thread = queue->drainer.thread;
  }
  queue->wake_up.now();
  if (::pthread_equal(thread, ::pthread_self()) != 0) {
    (void)::pthread_detach(thread);
  } else {
    blocking(join, &thread);
  }
}

}  // namespace mayfly
