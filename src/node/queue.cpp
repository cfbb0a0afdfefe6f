#include <mayfly/queue.hpp>

#include "gc_integration/check.hpp"
#include "gc_integration/zeal.hpp"
#include "src/core/enlist.hpp"
#include "src/core/event_queue.hpp"
#include "src/core/settle.hpp"
#include "src/core/wake.hpp"
#include "src/node/guard.hpp"

#include <utility>

namespace mayfly {
namespace {

constexpr int kMaxRounds = 8;                 // of collect_and_drain()
thread_local unsigned t_silent = 0;           // NoCallbackScopes alive on this thread
constinit CallbackQueue g_default;

/// The object's earlier finalizer is its own again, behind what was registered meanwhile: the latest comes first. May never return (longjmp): nothing has
/// changed then. False: no memory. Holds no lock.
bool give_back(core::EventQueue& queue, const core::Earlier& earlier) noexcept {
  void* base = gc::base_of(earlier.of->object);
  const auto meanwhile = gc::set_finalizer(base, earlier.slot);
  queue.gave_back(earlier, meanwhile.status == Status::ok);
  if (!meanwhile) return false;
  if (meanwhile.value.function == nullptr) return true;
  core::put_behind(meanwhile.value, earlier.slot);
  const gc::zeal::Exempt exempt;
  (void)gc::set_finalizer(base, meanwhile.value);         // in the place of the other one: needs no memory
  return true;
}

/// With Finalizers::mayfly. What becomes due from here on is for the next time, and pending() says so. May never return, as in an allocation.
void invoke_finalizers() noexcept {
  if (node::invokes_finalizers()) gc::invoke_finalizers();
}

/// The oldest event of those that are settled. Always returns. False with `first`: that is to be given back before. Holds no lock.
bool take_ready(core::EventQueue& queue, Event& event, core::Earlier& first, bool finished = true) noexcept {
  first = {};
  if (queue.pop(event, finished, first)) return true;
  if (!finished || first.of != nullptr || !queue.pop_at_exit(event)) return false;
  core::leave(reinterpret_cast<std::uint64_t>(event.record_));
  return true;
}

/// Settles first. When the deadline passes before that is done, what earlier collections left is taken; there may be none.
bool take_settled(core::EventQueue& queue, Event& event, core::Earlier& first, core::Deadline deadline = core::kNoDeadline) noexcept {
  const bool finished = core::settle(deadline);
  if (finished) node::sweep_tables(queue);
  return take_ready(queue, event, first, finished);
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

/// Of an event that is not called: what its `run` knows to let go of. MAY CALL HOST. Holds no lock.
void let_go(Event& event, node::Dropped dropped) noexcept {
  if (dropped == node::Dropped::left || event.run == nullptr) return;
  event.act = Event::Act::drop;
  event.run(event);
}

/// What may never return (longjmp) is done while nobody drains, so that the queue does not stay busy.
class Drain {
 public:
  Drain(core::EventQueue& queue, const Host* host, const Budget& budget) noexcept
      : queue_(queue), host_(host), items_(budget.items), deadline_(deadline_of(budget)) {}

  /// MAY CALL HOST.
  Drained run() noexcept {
    for (bool more = true; more;) {
      gc::zeal::at_safepoint();
      invoke_finalizers();
      const core::Earlier first = std::exchange(first_, {});
      if (first.of != nullptr && !give_back(queue_, first)) break;        // no memory: another time
      if (!queue_.begin_drain()) {
        result_.busy = true;
        break;
      }
      const std::uint64_t start = core::now_ns();
      const std::size_t before = result_.ran;
      more = call_events();
      queue_.end_drain();
      queue_.ran.fetch_add(result_.ran - before, std::memory_order_relaxed);
      queue_.drain_ns.fetch_add(core::now_ns() - start, std::memory_order_relaxed);
    }
    return result_;
  }

 private:
  /// Until none is left, the host says stop or the budget is used up. True: until something else must be done first.
  bool call_events() noexcept {
    for (Event event; result_.ran < items_ && queue_.serves_this_thread() && take_settled(queue_, event, first_, deadline_);) {
      ++result_.ran;
      result_.stopped = call(queue_, host_, event) == Host::Called::stop;
      if (result_.stopped || (!queue_.exiting && gc::zeal::end_drain()) || (deadline_ != core::kNoDeadline && core::now_ns() >= deadline_)) return false;
      gc::zeal::at_safepoint();
      if (node::invokes_finalizers() && gc::finalizers_are_due()) return true;
    }
    return first_.of != nullptr;
  }

  core::EventQueue& queue_;
  const Host* host_;
  std::size_t items_;
  core::Deadline deadline_;
  core::Earlier first_;                          // to be given back
  Drained result_;
};

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
  if (!queue->serves_this_thread()) return false;
  gc::zeal::at_safepoint();
  invoke_finalizers();
  core::Earlier first;
  do {
    if (take_settled(*queue, event, first)) return true;
  } while (first.of != nullptr && give_back(*queue, first));
  return false;
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
  const bool busy = t_silent != 0 || !queue->serves_this_thread() || queue->is_drained();
  result = busy ? Drained{.busy = true} : Drain(*queue, host_, budget).run();
  result.left = queue->waiting.load();
  return result;
}

bool CallbackQueue::collect() noexcept {
  if (node::ready() != Status::ok) return false;
  (void)gc::collect();
  invoke_finalizers();
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
  queue->give_to(core::this_thread());
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
  if (node::started()) (void)core::settle();
  return node::close(*queue, node::Dropped::destroyed);
}

std::size_t node::close(core::EventQueue& queue, Dropped dropped) noexcept {
  {
    const std::lock_guard lock(queue.mutex);
    queue.closed = true;
  }
  std::size_t events = 0;
  const auto drop = [&] {
    core::Earlier first;
    do {
      for (Event event; take_ready(queue, event, first); ++events) let_go(event, dropped);
    } while (first.of != nullptr && give_back(queue, first));
  };
  drop();
  if (queue.waiting.load() != 0) (void)core::settle(), drop();   // object finalizers whose collection was not settled yet
  return events + forget_finalizers(queue, dropped);
}

std::size_t node::forget_finalizers(core::EventQueue& queue, Dropped dropped) noexcept {
  std::size_t for_the_exit = 0;
  while (const std::uint64_t id = queue.newest_finalizer()) {
    const core::Withdrawn withdrawn = core::withdraw(id);
    for_the_exit += withdrawn.at_exit == AtExit::yes;
    Event event{.payload = withdrawn.payload, .run = withdrawn.run};
    let_go(event, dropped);
  }
  queue.drop_returned();
  return for_the_exit;
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
