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

/// For the thread itself: whether it goes on. Another one may have been started meanwhile.
bool goes_on(core::Drainer& drainer) noexcept {
  const std::lock_guard lock(drainer.mutex);           // start_drainer() holds it until it knows the thread
  if (::pthread_equal(drainer.thread, ::pthread_self()) == 0) return false;
  drainer.number = core::this_thread();
  if (drainer.state == core::Drainer::asked) {
    (void)::pthread_detach(drainer.thread);
    drainer.become(core::Drainer::none);
  }
  return drainer.state == core::Drainer::running;
}

void* drain_until_stopped(void* argument) {
  auto* queue = static_cast<core::EventQueue*>(argument);
  const ThreadScope scope;
  if (scope.status() != Status::ok) return nullptr;
  while (goes_on(queue->drainer)) {
    const bool called = queue->face->pending() && queue->face->drain({.items = 1}).ran != 0;   // one by one, to stop between two
    if (!called) blocking(sleep_on, queue);
  }
  return nullptr;
}

void join(void* thread) { (void)::pthread_join(*static_cast<pthread_t*>(thread), nullptr); }
void wait_for_the_joiner(void* drainer) { static_cast<core::Drainer*>(drainer)->state.wait(core::Drainer::stopping); }

/// The queue's thread runs from now on, unless it does already, and nobody owns the queue.
Status run(core::EventQueue& queue) noexcept {
  core::Drainer& drainer = queue.drainer;
  const std::lock_guard lock(drainer.mutex);
  if (queue.closed) return Status::shut_down;
  if (!node::exit_handler_wanted()) return Status::no_memory;
  if (drainer.state != core::Drainer::running && drainer.state != core::Drainer::asked) {   // else it goes on after all
    pthread_t thread;
    if (::pthread_create(&thread, nullptr, drain_until_stopped, &queue) != 0) return Status::no_memory;
    drainer.thread = thread;
    ++drainer.starts;
  }
  drainer.become(core::Drainer::running);
  queue.owner = core::kNobody;
  return Status::ok;
}

}  // namespace

Status start_drainer(CallbackQueue& face) noexcept {
  if (const Status ready = node::ready(); ready != Status::ok) return ready;
  if (!gc::threads_may_register()) return Status::unknown_thread;
  core::EventQueue* queue = core::EventQueue::of(face);
  if (queue == nullptr || !core::arm_wake() || queue->wake_up.fd(core::Wake::drainer) < 0) return Status::no_memory;
  if (const Status running = run(*queue); running != Status::ok) return running;
  queue->take_up_all();
  return Status::ok;
}

void node::ask_drainer_to_end(core::EventQueue& queue) noexcept {
  {
    const std::lock_guard lock(queue.drainer.mutex);
    queue.drainer.ask_to_end();
  }
  queue.wake_up.now();
}

namespace {
enum class Then { leave, own };

/// own: the calling thread is the queue's owner from the moment on in which the drainer is told to stop; but at exit a queue has no owner.
void stop(core::EventQueue& queue, Then then) noexcept {
  core::Drainer& drainer = queue.drainer;
  pthread_t thread;
  std::uint64_t start;
  {
    std::unique_lock lock(drainer.mutex);
    if (then == Then::own && !node::is_ending()) queue.owner = core::this_thread();
    if (drainer.state == core::Drainer::none) return;
    if (::pthread_equal(drainer.thread, ::pthread_self()) != 0) return drainer.ask_to_end();
    if (drainer.state == core::Drainer::stopping) {
      lock.unlock();
      return blocking(wait_for_the_joiner, &drainer);
    }
    drainer.become(core::Drainer::stopping);
    thread = drainer.thread;
    start = drainer.starts;
  }
  queue.wake_up.now();
  blocking(join, &thread);
  const std::lock_guard lock(drainer.mutex);
  if (drainer.starts == start) drainer.become(core::Drainer::none);   // else another one was started meanwhile
}
}  // namespace

void stop_drainer(CallbackQueue& face) noexcept {
  if (core::EventQueue* queue = core::EventQueue::peek(face)) stop(*queue, Then::leave);
}

void node::own(core::EventQueue& queue) noexcept {
  stop(queue, Then::own);
  queue.take_up_all();
}

}  // namespace mayfly
