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

using core::Aside;
using Gave = core::EventQueue::Gave;
using Taker = core::EventQueue::Taker;

/// What bdwgc held for the object before is the object's again, behind what was registered meanwhile: the latest comes first. May never return (longjmp):
/// then the event waits again. Nothing aside: done. Holds no lock.
Gave give_back(core::EventQueue& queue, const Event& event, const Aside& aside) noexcept {
  if (aside.finalizer == nullptr) return Gave::done;
  void* base = gc::base_of(event.object);
  const auto meanwhile = gc::set_finalizer(base, aside.earlier);
  const Gave gave = queue.gave_back(aside, meanwhile.status == Status::ok);
  if (!meanwhile) return gave;
  if (gave == Gave::forgotten) {
    (void)gc::set_finalizer(base, {});
  } else {
    core::put_back_on_top(base, meanwhile.value, aside.earlier);
  }
  return gave;
}

bool take_at_exit(core::EventQueue& queue, Event& event, Taker taker = Taker::host) noexcept {
  if (!queue.pop_at_exit(event, taker)) return false;
  core::leave(reinterpret_cast<std::uint64_t>(event.record_));
  return true;
}

/// First what bdwgc has to tell of: what becomes due from here on is for the next time, and pending() says so.
bool invoke_and_settle(core::Deadline deadline = core::kNoDeadline) noexcept {
  if (node::invokes_finalizers()) gc::invoke_finalizers();
  return core::settle(deadline);
}

/// Settles and takes the oldest event, which may lie aside. When the deadline passes before everything is settled, what earlier collections left is taken;
/// there may be none.
bool take_within(core::EventQueue& queue, Event& event, Aside& aside, core::Deadline deadline) noexcept {
  gc::zeal::at_safepoint();
  const bool finished = invoke_and_settle(deadline);
  if (finished) node::sweep_tables(queue);
  if (queue.pop(event, aside, finished)) return true;
  return finished && take_at_exit(queue, event);
}

/// One more had no memory for its earlier finalizer. Whether all that waits was tried.
bool gives_up(const core::EventQueue& queue, std::size_t& failed) noexcept { return !queue.lets_others_pass() || ++failed > queue.waiting.load(); }

/// The oldest event, ready to be handed out.
bool take_one(core::EventQueue& queue, Event& event) noexcept {
  std::size_t failed = 0;
  for (Aside aside; take_within(queue, event, aside, core::kNoDeadline);) {
    const Gave gave = give_back(queue, event, aside);
    if (gave == Gave::done) return true;
    event = {};
    if (gave == Gave::no_memory && gives_up(queue, failed)) return take_at_exit(queue, event);
  }
  return false;
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

/// At exit a host that takes for itself may have left an event behind.
bool can_be_called(const core::EventQueue& queue, const Host* host, const Event& event) noexcept {
  if (event.run != nullptr || (host != nullptr && host->call != nullptr)) return true;
  if (queue.exiting()) return false;
  gc::contract_broken(__FILE__, __LINE__, "drain() met an event without closure, and its queue's Host has no `call`: set it, or use take()");
}

/// MAY CALL HOST. Holds no lock.
Host::Called call(core::EventQueue& queue, const Host* host, Event& event) noexcept {
  if (event.run != nullptr) {
    event.run(event);
    return Host::Called::ok;
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

void put_back_or_drop(core::EventQueue& queue, Event event) noexcept {
  if (!queue.put_back(event)) let_go(event, node::Dropped::destroyed);
}

/// One drain: what its takes share.
struct Draining {
  core::EventQueue& queue;
  core::Deadline deadline;
  bool busy = false;                 // another thread drains now
  std::size_t stuck = 0;             // at exit: as many wait for memory to give an earlier finalizer back
};

/// take_one() for the thread that drains. It does not drain while it does what may never return, so that the queue does not stay busy. At exit an event that
/// there is no memory for waits behind all others.
bool take_to_call(Draining& d, Event& event) noexcept {
  core::EventQueue& queue = d.queue;
  std::size_t failed = 0;
  for (Aside aside; (d.stuck == 0 || queue.waiting.load() > d.stuck) && take_within(queue, event, aside, d.deadline);) {
    if (aside.finalizer == nullptr) return true;
    queue.end_drain();
    const Gave gave = give_back(queue, event, aside);
    d.busy = !queue.begin_drain();
    const bool to_be_called = !d.busy || (queue.exit == core::EventQueue::Exit::by_shutdown && !queue.closed);   // shutdown() may not look again
    if (gave == Gave::done && to_be_called) return true;
    if (gave == Gave::done) put_back_or_drop(queue, event), queue.wake_up.now();   // the other one may have looked before
    if (d.busy) return false;
    if (gave == Gave::no_memory && gives_up(queue, failed)) {
      d.stuck = queue.waiting.load();
      break;
    }
  }
  return d.stuck != 0 && take_at_exit(queue, event);
}

/// All that is settled, at the queue's shutdown; how many. What its object's earlier finalizer has no memory for stays. MAY CALL HOST.
std::size_t drop_events(core::EventQueue& queue, node::Dropped dropped) noexcept {
  std::size_t events = 0, failed = 0;
  Event event;
  for (Aside aside; queue.pop(event, aside, true, Taker::shutdown);) {
    const Gave gave = give_back(queue, event, aside);
    if (gave == Gave::no_memory && gives_up(queue, failed)) break;
    if (gave != Gave::done) continue;
    ++events;
    let_go(event, dropped);
  }
  for (; take_at_exit(queue, event, Taker::shutdown); ++events) let_go(event, dropped);
  return events;
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
  if (queue == nullptr || queue->closed) return false;         // nothing was ever registered here, or will be handed out
  return queue->events() != 0 || node::sweeps_are_due(*queue) || (node::invokes_finalizers() && gc::finalizers_are_due());
}

bool CallbackQueue::take(Event& event) noexcept {
  core::EventQueue* queue = core::EventQueue::peek(*this);
  event = {};
  if (queue == nullptr) return settle_alone(core::kNoDeadline), false;
  if (!queue->serves_this_thread()) return false;
  const bool took = take_one(*queue, event);
  if (!took) core::arm_wake_again();
  return took;
}

void CallbackQueue::put_back(const Event& event) noexcept { put_back_or_drop(*core::EventQueue::peek(*this), event); }

Drained CallbackQueue::drain(Budget budget) noexcept {
  Drained result;
  core::EventQueue* queue = core::EventQueue::peek(*this);
  if (queue == nullptr) return settle_alone(deadline_of(budget)), result;
  if (budget.items == 0 || budget.nanoseconds == 0 || (!queue->exiting() && gc::zeal::skip_drain())) {
    result.left = queue->events();
    return result;
  }
  if (t_silent != 0 || !queue->serves_this_thread() || !queue->begin_drain()) {
    result.busy = true;
    result.left = queue->events();
    return result;
  }
  const core::Deadline deadline = deadline_of(budget);
  const std::uint64_t start = core::now_ns();
  Draining draining{*queue, deadline};
  for (Event event; !draining.busy && result.ran < budget.items && queue->serves_this_thread() && take_to_call(draining, event);) {
    if (can_be_called(*queue, host_, event)) {
      ++result.ran;
      result.stopped = call(*queue, host_, event) == Host::Called::stop;
    } else {
      ++queue->not_run;
    }
    if (result.stopped || (!queue->exiting() && gc::zeal::end_drain()) || (deadline != core::kNoDeadline && core::now_ns() >= deadline)) break;
  }
  queue->end_drain();
  result.busy = draining.busy || !queue->serves_this_thread();
  queue->ran.fetch_add(result.ran, std::memory_order_relaxed);
  queue->drain_ns.fetch_add(core::now_ns() - start, std::memory_order_relaxed);
  result.left = queue->events();
  core::arm_wake_again();
  if (deadline != core::kNoDeadline && gc::collection_number() != core::settled_number()) queue->wake_up.now();   // settling goes on in the next drain
  return result;
}

bool CallbackQueue::collect() noexcept {
  if (node::ready() != Status::ok) return false;
  (void)gc::collect();
  (void)invoke_and_settle();
  core::EventQueue* queue = core::EventQueue::peek(*this);
  if (queue != nullptr) node::sweep_tables(*queue);
  return queue != nullptr && queue->events() != 0;
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
  node::own(*queue);
  return Status::ok;
}

void CallbackQueue::disown() noexcept {
  core::EventQueue* queue = core::EventQueue::peek(*this);
  if (queue != nullptr) queue->disown();
}

void CallbackQueue::begin_exit() noexcept {
  if (core::EventQueue* queue = core::EventQueue::peek(*this)) queue->exit = core::EventQueue::Exit::by_host;
}

std::size_t CallbackQueue::shutdown() noexcept {
  core::EventQueue* queue = core::EventQueue::of(*this);   // made if need be, so that later registrations are refused
  if (queue == nullptr) return 0;
  if (node::started()) (void)invoke_and_settle();
  return node::close(*queue, node::Dropped::destroyed);
}

std::size_t node::close(core::EventQueue& queue, Dropped dropped) noexcept {
  {
    const std::lock_guard lock(queue.mutex);
    queue.closed = true;
  }
  ask_drainer_to_end(queue);
  queue.give_to_all();
  std::size_t dropped_now = drop_events(queue, dropped);
  if (queue.events() != 0) (void)core::settle(), dropped_now += drop_events(queue, dropped);   // object finalizers whose collection was not settled yet
  return dropped_now + forget_finalizers(queue, dropped);
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
  return {queue->events(), oldest != 0 ? core::now_ns() - oldest : 0, queue->ran.load(), queue->failed.load(), queue->drain_ns.load()};
}

}  // namespace mayfly
