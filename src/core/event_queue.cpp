#include "src/core/event_queue.hpp"

#include "gc_integration/check.hpp"
#include "gc_integration/pages.hpp"
#include "gc_integration/roots.hpp"
#include "src/core/settle.hpp"

#include <cstddef>
#include <new>

namespace mayfly::core {

namespace {

constinit std::atomic<EventQueue*> g_queues{nullptr};
constinit std::mutex g_growing;       // of the list of queues: so that fork gives back the very locks that it took

// A link names a RefNode, or (low bit set) a FinalizerRecord. The end is a value that is no address, so that a queued node's word is never zero.
void* const kEnd = reinterpret_cast<void*>(2);

void* link_of(RefNode& node) noexcept { return &node; }
void* link_of(FinalizerRecord& record) noexcept { return reinterpret_cast<char*>(&record) + 1; }
bool is_record(const void* link) noexcept { return (reinterpret_cast<std::uintptr_t>(link) & 1) != 0; }
RefNode& node_of(void* link) noexcept { return *static_cast<RefNode*>(link); }
FinalizerRecord& record_of(void* link) noexcept { return *reinterpret_cast<FinalizerRecord*>(static_cast<char*>(link) - 1); }

void* next_of(void* link) noexcept {
  if (is_record(link)) return record_of(link).next;
  return reinterpret_cast<void*>(std::atomic_ref(node_of(link).cell_).load(std::memory_order_relaxed));
}
void set_next(void* link, void* next) noexcept {
  void** where = is_record(link) ? &record_of(link).next : reinterpret_cast<void**>(&node_of(link).cell_);
  if (next != kEnd) return gc::store_traced(where, next);                     // one word at once: beside get()
  std::atomic_ref(*where).store(next, std::memory_order_relaxed);             // nothing for the collector
}

void note_queued(EventQueue& queue) noexcept {
  queue.waiting.add(1);
  queue.queued.add(1);
  queue.ages.queued();
  queue.wake_up.now();
}

}  // namespace

void Ages::queued() noexcept {
  const std::uint64_t number = gc::collection_number();
  if (used_ == 0 || (number_[used_ - 1] != number && used_ < kBatches)) {
    since_[used_] = now_ns();
    number_[used_] = number;
    count_[used_++] = 0;
  }
  ++count_[used_ - 1];
}

void Ages::left() noexcept {
  if (used_ == 0 || --count_[0] != 0) return;
  --used_;
  for (std::size_t i = 0; i < used_; ++i) {
    since_[i] = since_[i + 1];
    number_[i] = number_[i + 1];
    count_[i] = count_[i + 1];
  }
  count_[used_] = 0;
}

void Ages::came_back() noexcept {
  if (used_ == 0) return queued();
  ++count_[0];
}

void Chain::push_back(void* link) noexcept {
  set_next(link, kEnd);
  if (*root_ == nullptr) {
    *root_ = link;
  } else {
    set_next(tail_, link);
  }
  tail_ = link;
}

void Chain::push_front(void* link) noexcept {
  if (*root_ == nullptr) return push_back(link);
  set_next(link, *root_);
  *root_ = link;
}

void Chain::pop_front() noexcept {
  void* next = next_of(*root_);
  *root_ = next == kEnd ? nullptr : next;
  if (*root_ == nullptr) tail_ = nullptr;
}

std::size_t Chain::length() const noexcept {
  std::size_t n = 0;
  for (void* link = *root_; link != nullptr && link != kEnd; link = next_of(link)) ++n;
  return n;
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
    queue->registry = roots[2];
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
  if (record.state != FinalizerRecord::State::armed) return;
  record.state = FinalizerRecord::State::queued;
  chain.push_back(link_of(record));
  note_queued(*this);
}

namespace {
void link_as_older(EventQueue& queue, RegisteredFinalizer* newer, RegisteredFinalizer* record) noexcept {
  if (newer != nullptr) return gc::store_traced(reinterpret_cast<void**>(&newer->registry_older), record);
  *queue.registry = record;
}
void link_as_newer(RegisteredFinalizer* older, RegisteredFinalizer* record) noexcept {
  if (older != nullptr) gc::store_traced(reinterpret_cast<void**>(&older->registry_newer), record);
}

/// Into the registry, before all of its priority. O(finalizers of higher priority). Queue lock held.
void enter(EventQueue& queue, RegisteredFinalizer& record) noexcept {
  RegisteredFinalizer* newer = nullptr;
  auto* older = static_cast<RegisteredFinalizer*>(*queue.registry);
  for (; older != nullptr && older->priority > record.priority; older = older->registry_older) newer = older;
  gc::store_traced(reinterpret_cast<void**>(&record.registry_newer), newer);
  gc::store_traced(reinterpret_cast<void**>(&record.registry_older), older);
  link_as_older(queue, newer, &record);
  link_as_newer(older, &record);
}

/// Out of the registry. Queue lock held.
void leave(EventQueue& queue, RegisteredFinalizer& record) noexcept {
  link_as_older(queue, record.registry_newer, record.registry_older);
  link_as_newer(record.registry_older, record.registry_newer);
  record.registry_newer = record.registry_older = nullptr;
}
}  // namespace

bool EventQueue::enlist(RegisteredFinalizer& record) noexcept {
  const std::lock_guard lock(mutex);
  if (closed) return false;
  enter(*this, record);
  exit_done = false;
  return true;
}

bool EventQueue::serves_this_thread() const noexcept {
  const std::thread::id only = owner.load(std::memory_order_relaxed);
  return only == std::thread::id{} || only == std::this_thread::get_id();
}

bool EventQueue::begin_drain() noexcept {
  std::thread::id nobody;
  return drained_by.compare_exchange_strong(nobody, std::this_thread::get_id(), std::memory_order_acquire);
}

void EventQueue::forget_other_threads() noexcept {
  if (drained_by.load() != std::this_thread::get_id()) end_drain();   // one that forks in a callback is draining still
  if (!serves_this_thread()) owner = std::thread::id{};
  if (sweeping.exchange(false)) swept = 0;                            // that sweep never ends: again
  drainer.running = false;
  wake_up.forget(Wake::drainer);
}

void EventQueue::set_priority(RegisteredFinalizer& record, std::int32_t priority) noexcept {
  const std::lock_guard lock(mutex);
  if (record.state == FinalizerRecord::State::done) return;
  leave(*this, record);
  record.priority = priority;
  enter(*this, record);
}

namespace {
/// Out of the registry and done. Queue lock held.
void retire(EventQueue& queue, FinalizerRecord& record) noexcept {
  record.state = FinalizerRecord::State::done;
  RegisteredFinalizer* in_registry = registered(record);
  if (in_registry == nullptr || in_registry->own.empty()) return;   // that of an object, or one put back
  leave(queue, *in_registry);
  gc::release_slot(in_registry->own);
  in_registry->own = {};
}

/// The next finalizer that runs at exit. Queue lock held.
RegisteredFinalizer* newest_for_exit(const EventQueue& queue) noexcept {
  for (auto* record = static_cast<RegisteredFinalizer*>(*queue.registry); record != nullptr; record = record->registry_older) {
    if (record->at_exit == AtExit::yes && record->state == FinalizerRecord::State::armed) return record;
  }
  return nullptr;
}

/// Object finalizers whose collection was settled join the queue. Queue lock held.
void publish_staged(EventQueue& queue) noexcept {
  while (void* link = queue.staged.front()) {
    if (static_cast<ObjectFinalizer&>(record_of(link)).round > settled_number()) return;   // only these are staged
    queue.staged.pop_front();
    queue.chain.push_back(link);
  }
}

void fill(Event& event, FinalizerRecord& record) noexcept {
  if (ObjectFinalizer* finalizer = of_object(record)) event.object = finalizer->object;
  event.payload = record.payload;
  event.run = record.run;
  event.record_ = &record;
}

void fill(Event& event, RefNode& node) noexcept {
  event.ref = &node;
  event.holder = gc::base_of(&node);
  event.payload = node.callback;
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

void* EventQueue::finish(RegisteredFinalizer& record) noexcept {
  const std::lock_guard lock(mutex);
  if (record.state == FinalizerRecord::State::done) return nullptr;
  void* payload = record.payload;
  retire(*this, record);
  return payload;
}

bool EventQueue::pop(Event& event) noexcept {
  event = {};
  const std::lock_guard lock(mutex);
  publish_staged(*this);
  while (void* link = chain.front()) {
    chain.pop_front();
    waiting.take_off(1);
    ages.left();
    if (is_record(link)) {
      FinalizerRecord& record = record_of(link);
      record.next = nullptr;
      if (record.state == FinalizerRecord::State::done) continue;   // .queue.once
      fill(event, record);
      retire(*this, record);
    } else {
      RefNode& node = node_of(link);
      std::atomic_ref(node.cell_).store(0, std::memory_order_relaxed);
      if ((bits_of(node) & kSilenced) != 0) continue;
      silence_other_half(node);
      fill(event, node);
    }
    taken.add(1);
    return true;
  }
  if (!exiting) return false;
  RegisteredFinalizer* record = newest_for_exit(*this);
  if (record == nullptr) {
    exit_done = true;
    return false;
  }
  fill(event, *record);
  retire(*this, *record);
  taken.add(1);
  return true;
}

RegisteredFinalizer* EventQueue::first_registered() noexcept {
  const std::lock_guard lock(mutex);
  return static_cast<RegisteredFinalizer*>(*registry);
}

void EventQueue::put_back(const Event& event) noexcept {
  const std::lock_guard lock(mutex);
  void* link;
  if (event.ref != nullptr) {
    link = link_of(*event.ref);
  } else {
    auto& record = *static_cast<FinalizerRecord*>(event.record_);
    record.state = FinalizerRecord::State::queued;
    link = link_of(record);
  }
  chain.push_front(link);
  ages.came_back();
  waiting.add(1);
  taken.take_off(1);
}

void EventQueue::check_invariants() noexcept {
  const std::lock_guard lock(mutex);
  MAYFLY_CHECK(chain.length() + staged.length() == waiting.load(), ".queue.reserved: the count of waiting events is wrong");
  const RegisteredFinalizer* newer = nullptr;
  for (auto* record = static_cast<const RegisteredFinalizer*>(*registry); record != nullptr; newer = record, record = record->registry_older) {
    MAYFLY_CHECK(record->registry_newer == newer, ".queue: the registry does not lead back");
    MAYFLY_CHECK(newer == nullptr || newer->priority >= record->priority, ".queue: the registry is not in the order of priorities");
    MAYFLY_CHECK(record->state != FinalizerRecord::State::done, ".queue.once: a finalizer that is done stands in the registry");
  }
}

void stage_object_finalizer(void* object, void* data) noexcept {
  auto& record = *static_cast<ObjectFinalizer*>(data);
  EventQueue& queue = *record.queue;
  const std::lock_guard lock(queue.mutex);
  if (record.state != FinalizerRecord::State::armed || queue.closed) return;
  gc::store_traced(&record.object, object);
  record.state = FinalizerRecord::State::queued;
  record.round = gc::collection_number();
  queue.staged.push_back(link_of(record));
  note_queued(queue);
}

void lock_queues() noexcept {
  g_growing.lock();
  for (EventQueue* queue = all_queues(); queue != nullptr; queue = queue->next) {
    queue->mutex.lock();
    queue->wake_up.lock();
    queue->drainer.mutex.lock();
  }
}
void unlock_queues() noexcept {
  for (EventQueue* queue = all_queues(); queue != nullptr; queue = queue->next) {
    queue->drainer.mutex.unlock();
    queue->wake_up.unlock();
    queue->mutex.unlock();
  }
  g_growing.unlock();
}

}  // namespace mayfly::core
