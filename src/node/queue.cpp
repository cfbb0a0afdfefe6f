#include <mayfly/queue.hpp>

#include "gc_integration/check.hpp"
#include "gc_integration/zeal.hpp"
#include "src/core/enlist.hpp"
#include "src/core/event_queue.hpp"
#include "src/core/settle.hpp"
#include "src/core/wake.hpp"
#include "src/node/guard.hpp"

namespace mayfly {
namespace {

constexpr int kMaxRounds = 8;                 // of collect_and_drain()
thread_local unsigned t_silent = 0;           // NoCallbackScopes alive on this thread
constinit CallbackQueue g_default;

/// What bdwgc held for the object before the taken finalizer is the object's again, behind what was registered meanwhile: the latest comes first. False: no
/// memory.
bool give_back_earlier(core::ObjectFinalizer& taken) noexcept {
  void* base = gc::base_of(taken.object);
  const gc::FinalizerSlot earlier{taken.before, taken.before_data};
  const auto meanwhile = gc::set_finalizer(base, earlier);
  if (!meanwhile) return false;
  taken.before = nullptr;
  if (meanwhile.value.function == nullptr) return true;
  core::put_behind(meanwhile.value, earlier);
  const gc::zeal::Exempt exempt;
  (void)gc::set_finalizer(base, meanwhile.value);         // in the place of the other one: needs no memory
  return true;
}

/// Takes the oldest event, and sees to what must happen outside of the queue's lock. Holds no lock.
bool take_settled(core::EventQueue& queue, Event& event, bool finished = true) noexcept {
  if (!queue.pop(event, finished)) {
    if (!finished || !queue.pop_at_exit(event)) return false;
    core::leave(reinterpret_cast<std::uint64_t>(event.record_));
    return true;
  }
  if (event.object == nullptr) return true;
  auto& finalizer = *static_cast<core::ObjectFinalizer*>(event.record_);
  if (finalizer.before == nullptr) return true;
  if (give_back_earlier(finalizer)) return true;
  queue.put_back(event);                                // another time, when there is memory
  event = {};
  return false;
}

/// When the deadline passes before everything is settled, what earlier collections left is taken; there may be none.
bool take_within(core::EventQueue& queue, Event& event, core::Deadline deadline) noexcept {
  gc::zeal::at_safepoint();
  if (node::invokes_finalizers()) gc::invoke_finalizers();   // what becomes due from here on is for the next time, and pending() says so
  const bool finished = core::settle(deadline);
  if (finished) node::sweep_tables(queue);
  return take_settled(queue, event, finished);
}

/// The end of a budget that begins now.
core::Deadline deadline_of(const Budget& budget) noexcept {
  const std::uint64_t now = budget.nanoseconds == UINT64_MAX ? 0 : core::now_ns();
  return budget.nanoseconds < core::kNoDeadline - now ? now + budget.nanoseconds : core::kNoDeadline;
}

/// For a queue in which nothing was ever registered: weak handles die too.
void settle_alone(core::Deadline deadline) noexcept {
  if (node::started()) (void)core::settle(deadline);
}

/// MAY CALL HOST. Holds no lock.
Host::Called call(core::EventQueue& queue, const Host* host, Event& event) noexcept {
  if (event.run != nullptr) {
    event.run(event);
    return Host::Called::ok;
  }
  if (host == nullptr || host->call == nullptr) {
    if (queue.exiting) return Host::Called::ok;     // a host that takes for itself left this behind: dropped
    gc::contract_broken(__FILE__, __LINE__, "drain() met an event without closure, and its queue's Host has no `call`: set it, or use take()");
  }
  const Host::Called called = host->call(host->self, event);
  if (called != Host::Called::failed) return called;
  queue.failed.fetch_add(1, std::memory_order_relaxed);
  if (host->unraisable != nullptr) host->unraisable(host->self, event);
  return called;
}

}  // namespace

CallbackQueue& default_queue() noexcept { return g_default; }

void node::callbacks_off() noexcept { ++t_silent; }
void node::callbacks_on() noexcept {
  if (t_silent != 0) --t_silent;
}
bool node::callbacks_are_off() noexcept { return t_silent != 0; }
NoCallbackScope::NoCallbackScope() noexcept { node::callbacks_off(); }
NoCallbackScope::~NoCallbackScope() { node::callbacks_on(); }

bool CallbackQueue::pending() const noexcept {
  if (!node::started()) return false;
  if (gc::collection_number() != core::settled_number()) return true;
  const core::EventQueue* queue = core::EventQueue::peek(*this);
  if (queue == nullptr) return false;         // nothing was ever registered here
  return queue->waiting.load() != 0 || node::sweeps_are_due(*queue) || (queue->exiting && !queue->exit_done) ||
         (node::invokes_finalizers() && gc::finalizers_are_due());
}

bool CallbackQueue::take(Event& event) noexcept {
  core::EventQueue* queue = core::EventQueue::peek(*this);
  event = {};
  if (queue == nullptr) return settle_alone(core::kNoDeadline), false;
  return queue->serves_this_thread() && take_within(*queue, event, core::kNoDeadline);
}

void CallbackQueue::put_back(const Event& event) noexcept { core::EventQueue::peek(*this)->put_back(event); }

Drained CallbackQueue::drain(Budget budget) noexcept {
  Drained result;
  core::EventQueue* queue = core::EventQueue::peek(*this);
  if (queue == nullptr) return settle_alone(deadline_of(budget)), result;
  if (budget.items == 0 || budget.nanoseconds == 0 || (!queue->exiting && gc::zeal::skip_drain())) {
    result.left = queue->waiting.load();
    return result;
  }
  if (t_silent != 0 || !queue->serves_this_thread() || !queue->begin_drain()) {
    result.busy = true;
    result.left = queue->waiting.load();
    return result;
  }
  const core::Deadline deadline = deadline_of(budget);
  const std::uint64_t start = core::now_ns();
  for (Event event; result.ran < budget.items && queue->serves_this_thread() && take_within(*queue, event, deadline);) {
    ++result.ran;
    result.stopped = call(*queue, host_, event) == Host::Called::stop;
    if (result.stopped || (!queue->exiting && gc::zeal::end_drain()) || (deadline != core::kNoDeadline && core::now_ns() >= deadline)) break;
  }
  queue->end_drain();
  queue->ran.fetch_add(result.ran, std::memory_order_relaxed);
  queue->drain_ns.fetch_add(core::now_ns() - start, std::memory_order_relaxed);
  result.left = queue->waiting.load();
  return result;
}

bool CallbackQueue::collect() noexcept {
  if (node::ready() != Status::ok) return false;
  (void)gc::collect();
  if (node::invokes_finalizers()) gc::invoke_finalizers();
  (void)core::settle();
  core::EventQueue* queue = core::EventQueue::peek(*this);
  if (queue != nullptr) node::sweep_tables(*queue);
  return queue != nullptr && queue->waiting.load() != 0;
}

Drained CallbackQueue::collect_and_drain() noexcept {
  Drained total;
  for (int round = 0; round < kMaxRounds; ++round) {
    const std::uint64_t contained = core::contained_deaths();
    if (!collect() && core::contained_deaths() == contained) break;   // what a container let go may have been all that held something
    const Drained drained = drain();
    total.ran += drained.ran;
    total.left = drained.left;
    total.stopped = drained.stopped;
    total.busy = drained.busy;
    if (drained.stopped || drained.busy) break;
  }
  return total;
}

Status CallbackQueue::own() noexcept {
  if (const Status ready = node::ready(); ready != Status::ok) return ready;
  core::EventQueue* queue = core::EventQueue::of(*this);
  if (queue == nullptr) return Status::no_memory;
  stop_drainer(*this);
  const std::lock_guard lock(queue->mutex);        // whoever pops an event elsewhere has it, or will not get it
  queue->owner.store(core::this_thread(), std::memory_order_relaxed);
  return Status::ok;
}

void CallbackQueue::disown() noexcept {
  core::EventQueue* queue = core::EventQueue::peek(*this);
  if (queue != nullptr && queue->serves_this_thread()) queue->owner.store(core::kNobody, std::memory_order_relaxed);
}

void CallbackQueue::begin_exit() noexcept {
  if (core::EventQueue* queue = core::EventQueue::peek(*this)) {
    queue->exiting = true;
  }
}

std::size_t CallbackQueue::shutdown() noexcept {
  core::EventQueue* queue = core::EventQueue::of(*this);   // made if need be, so that later registrations are refused
  if (queue == nullptr) return 0;
  std::size_t dropped = 0;
  {
    const std::lock_guard lock(queue->mutex);
    queue->closed = true;
  }
  const auto drop = [&] {
    for (Event event; take_settled(*queue, event);) ++dropped;
  };
  drop();
  if (queue->waiting.load() != 0) (void)core::settle(), drop();   // object finalizers whose collection was not settled yet
  return dropped + node::forget_finalizers(*queue);
}

std::size_t node::forget_finalizers(core::EventQueue& queue) noexcept {
  std::size_t forgotten = 0;
  while (const std::uint64_t id = queue.newest_finalizer()) forgotten += core::withdraw(id).at_exit == AtExit::yes;
  queue.drop_returned();
  return forgotten;
}

Status CallbackQueue::set_wake(void (*hint)(void*), void* argument) noexcept {
  if (const Status ready = node::ready(); ready != Status::ok) return ready;
  core::EventQueue* queue = core::EventQueue::of(*this);
  if (queue == nullptr) return Status::no_memory;
  if (hint != nullptr && !core::arm_wake()) return Status::no_memory;
  queue->wake_up.set_hint(hint, argument);
  return Status::ok;
}

int CallbackQueue::wake_fd() noexcept {
  if (node::ready() != Status::ok) return -1;
  core::EventQueue* queue = core::EventQueue::of(*this);
  return queue != nullptr && core::arm_wake() ? queue->wake_up.fd(core::Wake::host) : -1;
}

QueueStats CallbackQueue::stats() const noexcept {
  core::EventQueue* queue = core::EventQueue::peek(*this);
  if (queue == nullptr) return {};
  const std::lock_guard lock(queue->mutex);
  const std::uint64_t oldest = queue->ages.oldest();
  return {queue->waiting.load(), oldest != 0 ? core::now_ns() - oldest : 0, queue->ran.load(), queue->failed.load(), queue->drain_ns.load()};
}

}  // namespace mayfly
