#include "src/core/event_queue.hpp"

#include "gc_integration/check.hpp"
#include "gc_integration/pages.hpp"
#include "gc_integration/roots.hpp"
#include "src/core/node_words.hpp"
#include "src/core/settle.hpp"

#include <unistd.h>

#include <cstddef>
#include <new>

namespace mayfly::core {

namespace {

constinit std::atomic<EventQueue*> g_queues{nullptr};
constinit std::mutex g_growing;       // of the list of queues: so that fork gives back the very locks that it took

constexpr std::uint64_t kForgotten = ~std::uint64_t{0};   // an ObjectFinalizer's round: clear_now() came

void note_queued(EventQueue& queue) noexcept {
  queue.waiting.add(1);
  queue.queued.add(1);
  queue.ages.queued();
  queue.wake_up.now();
}

}  // namespace

ThreadNumber this_thread() noexcept {
  static constinit std::atomic<ThreadNumber> last{kNobody};
  static thread_local constinit ThreadNumber mine = kNobody;
  if (mine == kNobody) mine = last.fetch_add(1, std::memory_order_relaxed) + 1;
  return mine;
}

EventQueue* EventQueue::peek(const CallbackQueue& face) noexcept {
  return std::atomic_ref(const_cast<EventQueue*&>(face.impl_)).load(std::memory_order_acquire);   // pairs with of()
}

EventQueue* EventQueue::of(CallbackQueue& face) noexcept {
  if (EventQueue* queue = peek(face)) return queue;
  void** roots[3] = {};
  for (void**& root : roots) {
    if (const auto got = gc::acquire_root()) root = got.value;
  }
  void* pages = roots[0] != nullptr && roots[1] != nullptr && roots[2] != nullptr ? gc::map_pages(4096) : nullptr;
  static_assert(sizeof(EventQueue) <= 4096);
  EventQueue* winner = nullptr;
  if (pages != nullptr) {
    auto* queue = ::new (pages) EventQueue;
    queue->face = &face;
    queue->chain.give_root(roots[0]);
    queue->staged.give_root(roots[1]);
    queue->aside.give_root(roots[2]);
    const std::lock_guard lock(g_growing);
    if (std::atomic_ref(face.impl_).compare_exchange_strong(winner, queue, std::memory_order_acq_rel)) {
      queue->next = g_queues.load(std::memory_order_relaxed);
      g_queues.store(queue, std::memory_order_release);   // pairs with all_queues()
      gc::note_displacement(1);
      return queue;
    }
    gc::unmap_pages(pages, 4096);
  }
  for (void** root : roots) gc::release_root(root);
  return winner;
}

EventQueue* all_queues() noexcept { return g_queues.load(std::memory_order_acquire); }

void EventQueue::push(RefNode& node) noexcept {
  if (closed) {
    std::atomic_ref(node.cell_).store(0, std::memory_order_relaxed);
    return;
  }
  chain.push_back(link_of(node));
  note_queued(*this);
}

void EventQueue::push(RegisteredFinalizer& record) noexcept {
  if (record.state != RegisteredFinalizer::State::armed) return;   // it was taken at exit
  finalizers.queue(record, chain.came());
  note_queued(*this);
}

bool EventQueue::serves_this_thread() const noexcept {
  const ThreadNumber only = owner.load(std::memory_order_relaxed);
  return only == kNobody || only == this_thread();
}

void EventQueue::waits_again(ObjectFinalizer& finalizer) noexcept {
  lie_aside.take_off(1);
  if (lets_others_pass()) {
    chain.push_back(link_of(finalizer));
  } else {
    chain.push_front(link_of(finalizer));
  }
  ages.came_back();
  waiting.add(1);
  taken.take_off(1);
}

/// What that thread left aside waits again; kNobody: what all threads did. Queue lock held.
void EventQueue::take_up(ThreadNumber whose) noexcept {
  const auto left = [whose](void* link) { return whose == kNobody || finalizer_of(link).round == whose; };
  while (void* link = aside.find(left)) {
    (void)aside.remove(link);
    waits_again(finalizer_of(link));
  }
}

void EventQueue::take_up_all() noexcept {
  std::unique_lock lock(mutex);
  take_up(this_thread());
  for (int ms = 0; lie_aside.load() != 0 && ms < 100; ++ms) {   // who is about it mostly needs microseconds; who left by longjmp may never come
    lock.unlock();
    (void)::usleep(1000);
    lock.lock();
  }
  take_up(kNobody);
}

void EventQueue::disown() noexcept {
  ThreadNumber mine = this_thread();
  if (!owner.compare_exchange_strong(mine, kNobody)) return;
  const std::lock_guard lock(mutex);
  take_up(this_thread());
}

bool EventQueue::begin_drain() noexcept {
  ThreadNumber nobody = kNobody;
  return drained_by.compare_exchange_strong(nobody, this_thread(), std::memory_order_acquire);
}

void EventQueue::end_drain() noexcept {
  ThreadNumber mine = this_thread();
  (void)drained_by.compare_exchange_strong(mine, kNobody, std::memory_order_release, std::memory_order_relaxed);
}

void EventQueue::forget_other_threads() noexcept {
  if (drained_by.load() != this_thread()) ignore_drain();   // one that forks in a callback is draining still
  if (!serves_this_thread()) owner = kNobody;
  take_up(kNobody);
  if (drainer.number != this_thread() || ::pthread_equal(drainer.thread, ::pthread_self()) == 0) drainer.state = Drainer::none;
  if (drainer.state == Drainer::stopping) drainer.state = Drainer::asked;   // nobody joins it here
  wake_up.forget(Wake::drainer);
}

namespace {
/// Object finalizers whose collection was settled join the queue. Queue lock held.
void publish_staged(EventQueue& queue) noexcept {
  while (void* link = queue.staged.front()) {
    if (finalizer_of(link).round > settled_number()) return;
    queue.staged.pop_front();
    queue.chain.push_back(link);
  }
}

void fill(Event& event, ObjectFinalizer& finalizer) noexcept {
  event = {.object = static_cast<char*>(finalizer.object) + finalizer.offset, .payload = finalizer.payload, .run = finalizer.run, .record_ = &finalizer};
}

/// The record's turn has come: what it was is the event's.
void fill(Event& event, RegisteredFinalizer& record, Registry& registry, RegisteredFinalizer::State now) noexcept {
  void* payload = registry.retire(record, now);
  event = {.payload = payload, .run = record.run, .record_ = reinterpret_cast<void*>(record.own.bits)};   // for put_back()
}

void fill(Event& event, RefNode& node) noexcept {
  event = {.ref = &node, .holder = gc::base_of(&node), .payload = node.callback};
  if ((bits_of(node) & kClosure) != 0) event.run = static_cast<Closure*>(node.callback)->run;
}

/// A bound method has one callback. Queue lock held.
void silence_other_half(RefNode& node) noexcept {
  const std::uint32_t part = bits_of(node) & (kMethodObject | kMethodFunction);
  if (part == 0) return;
  static_assert(offsetof(MethodNode, function) == sizeof(RefNode));
  add_bits(part == kMethodObject ? *(&node + 1) : *(&node - 1), kSilenced);
}
}  // namespace

void EventQueue::ripen() noexcept {
  const std::lock_guard lock(mutex);
  publish_staged(*this);
  ripe = {chain.came(), finalizers.waiting()};
}

bool EventQueue::pop(Event& event, Aside& set_aside, bool finished, Taker taker) noexcept {
  set_aside = {};
  const std::lock_guard lock(mutex);
  if (!hands_out_to(taker)) return false;                         // own() came while the taker settled
  if (lie_aside.load() != 0) take_up(this_thread());
  if (finished) publish_staged(*this);
  while (waiting.load() != 0) {
    RegisteredFinalizer* record = finished || ripe.finalizers != 0 ? finalizers.take_due(chain.left()) : nullptr;
    void* link = finished || static_cast<std::int32_t>(ripe.chain - chain.left()) > 0 ? chain.front() : nullptr;
    if (record == nullptr && link == nullptr) break;                // what waits is of the unfinished round, or staged for it
    if (record != nullptr && ripe.finalizers != 0) --ripe.finalizers;
    waiting.take_off(1);
    ages.left();
    if (record != nullptr ? take_due(event, *record) : take_link(event, set_aside, link)) {
      taken.add(1);
      return true;
    }
  }
  return false;
}

EventQueue::Gave EventQueue::gave_back(const Aside& what, bool given) noexcept {
  ObjectFinalizer& finalizer = *what.finalizer;
  const std::lock_guard lock(mutex);
  if (finalizer.round == kForgotten) return Gave::forgotten;
  if (finalizer.round != this_thread() || !aside.remove(link_of(finalizer))) return Gave::taken_up;
  if (!given) return waits_again(finalizer), Gave::no_memory;
  finalizer.before = nullptr;
  lie_aside.take_off(1);
  objects.take_off(1);
  return Gave::done;
}

bool EventQueue::pop_at_exit(Event& event, Taker taker) noexcept {
  if (!exiting()) return false;
  const std::lock_guard lock(mutex);
  if (!hands_out_to(taker)) return false;
  RegisteredFinalizer* record = finalizers.newest_for_exit();
  if (record == nullptr) return false;
  fill(event, *record, finalizers, RegisteredFinalizer::State::leaving);
  taken.add(1);
  return true;
}

/// False: it was detached.
bool EventQueue::take_due(Event& event, RegisteredFinalizer& record) noexcept {
  if (record.state == RegisteredFinalizer::State::dropped) return finalizers.set_free(record), false;
  fill(event, record, finalizers, RegisteredFinalizer::State::spent);
  finalizers.set_spent(record);
  return true;
}

/// The front of the chain. False: it was silenced.
bool EventQueue::take_link(Event& event, Aside& set_aside, void* link) noexcept {
  chain.pop_front();
  if (is_finalizer(link)) {
    ObjectFinalizer& finalizer = finalizer_of(link);
    finalizer.next = nullptr;
    fill(event, finalizer);
    if (finalizer.before != nullptr) {
      set_aside = {&finalizer, {finalizer.before, finalizer.before_data}};
      finalizer.round = this_thread();
      aside.push_back(link);
      lie_aside.add(1);
    } else {
      objects.take_off(1);
    }
    return true;
  }
  RefNode& node = node_of(link);
  const bool silenced = (bits_of(node) & kSilenced) != 0;
  if (!silenced) {
    silence_other_half(node);
    fill(event, node);
  }
  if ((bits_of(node) & kClosure) == 0) std::atomic_ref(node.callback).store(nullptr, std::memory_order_relaxed);   // the event has it
  std::atomic_ref(node.cell_).store(0, std::memory_order_release);   // last, pairs with cell_bits(): who sees it may bind the node again, or free it
  return !silenced;
}

std::uint64_t EventQueue::newest_finalizer() noexcept {
  const std::lock_guard lock(mutex);
  const RegisteredFinalizer* record = finalizers.newest();
  return record != nullptr ? record->id() : 0;
}

void EventQueue::drop_returned() noexcept {
  const std::lock_guard lock(mutex);
  finalizers.drop_returned();
}

bool EventQueue::put_back(const Event& event) noexcept {
  const std::lock_guard lock(mutex);
  if (closed) return false;
  if (event.ref != nullptr) {
    gc::store_traced(&event.ref->callback, event.payload);
    chain.push_front(link_of(*event.ref));
  } else if (event.object != nullptr) {
    objects.add(1);
    chain.push_front(link_of(*static_cast<ObjectFinalizer*>(event.record_)));
  } else if (!finalizers.put_back(reinterpret_cast<std::uint64_t>(event.record_), event.payload, chain.left())) {
    gc::contract_broken(__FILE__, __LINE__, "put_back() of a finalizer's event that was put back before, or behind which 256 more were taken");
  } else {
    ++ripe.finalizers;
  }
  ages.came_back();
  waiting.add(1);
  taken.take_off(1);
  return true;
}

/// It was in the chain.
void EventQueue::left_chain(std::uint32_t place) noexcept {
  if (static_cast<std::int32_t>(ripe.chain - place) > 0) --ripe.chain;
  ages.left(place - chain.left() + finalizers.close_gap(place));
  waiting.take_off(1);
}

bool EventQueue::forget(RefNode& node) noexcept {
  const std::lock_guard lock(mutex);
  const auto place = chain.remove(link_of(node));
  if (!place) return false;
  std::atomic_ref(node.cell_).store(0, std::memory_order_relaxed);
  left_chain(*place);
  return true;
}

void EventQueue::forget_finalizers_of(const void* base) noexcept {
  const std::lock_guard lock(mutex);
  if (objects.load() == 0) return;
  const auto forgotten = [&](void* link) {
    finalizer_of(link).round = kForgotten;
    objects.take_off(1);
  };
  while (void* link = chain.finalizer_of_object(base)) {
    left_chain(*chain.remove(link));
    forgotten(link);
  }
  while (void* link = aside.finalizer_of_object(base)) {
    (void)aside.remove(link);
    lie_aside.take_off(1);
    taken.take_off(1);
    forgotten(link);
  }
  while (void* link = staged.finalizer_of_object(base)) {
    const std::size_t in_front = waiting.load() - staged.length();
    const std::uint32_t first = staged.left();
    ages.left(in_front + (*staged.remove(link) - first));
    waiting.take_off(1);
    forgotten(link);
  }
}

void EventQueue::check_invariants() noexcept {
  const std::lock_guard lock(mutex);
  MAYFLY_CHECK(chain.length() + staged.length() + finalizers.waiting() == waiting.load(), ".queue.reserved: the count of waiting events is wrong");
  MAYFLY_CHECK(aside.length() == lie_aside.load(), ".queue.aside: the count of events that lie aside is wrong");
  MAYFLY_CHECK(chain.finalizers() + staged.length() + aside.length() == objects.load(), ".queue.reserved: the count of waiting object finalizers is wrong");
  MAYFLY_CHECK(chain.came() - chain.left() == chain.length(), ".queue.order: the chain has lost count");
  finalizers.check_invariants();
}

void stage_object_finalizer(void* object, void* data) noexcept {
  auto& finalizer = *static_cast<ObjectFinalizer*>(data);
  EventQueue& queue = *finalizer.queue;
  std::unique_lock lock(queue.mutex);
  if (queue.closed && finalizer.before != nullptr) {
    lock.unlock();
    return finalizer.before(object, finalizer.before_data);     // the queue wants nothing any more; another component's finalizer does
  }
  if (finalizer.object != nullptr || queue.closed) return;
  gc::store_traced(&finalizer.object, object);
  finalizer.round = gc::collection_number();
  queue.staged.push_back(link_of(finalizer));
  queue.objects.add(1);
  note_queued(queue);
}

void lock_sweeps() noexcept {
  g_growing.lock();
  for (EventQueue* queue = all_queues(); queue != nullptr; queue = queue->next) queue->sweeping.lock();
}
void unlock_sweeps() noexcept {
  for (EventQueue* queue = all_queues(); queue != nullptr; queue = queue->next) queue->sweeping.unlock();
  g_growing.unlock();
}

void lock_queues() noexcept {
  for (EventQueue* queue = all_queues(); queue != nullptr; queue = queue->next) {
    queue->mutex.lock();
    queue->wake_up.lock();
    queue->drainer.mutex.lock();
  }
  lock_piles();
}
void unlock_queues() noexcept {
  unlock_piles();
  for (EventQueue* queue = all_queues(); queue != nullptr; queue = queue->next) {
    queue->drainer.mutex.unlock();
    queue->wake_up.unlock();
    queue->mutex.unlock();
  }
}

}  // namespace mayfly::core
