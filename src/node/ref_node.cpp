// Python-level behaviour of weak references and proxies on RefNode.
#include "src/core/event_queue.hpp"
#include "src/core/node_words.hpp"
#include "src/core/settle.hpp"
#include "src/node/guard.hpp"

#include <new>

namespace mayfly {
namespace {

using core::Shard;
using core::Target;
using core::Watcher;

/// The node of a live watcher, strong from now on, or null. Shard lock held.
RefNode* node_of(const Watcher& watcher) noexcept {
  auto* base = static_cast<char*>(gc::load(watcher.own));
  return base != nullptr ? reinterpret_cast<RefNode*>(base + watcher.offset) : nullptr;
}

/// Of a node that is shared, or would be.
core::Rank rank_of(RefKind kind) noexcept { return static_cast<core::Rank>(kind); }

std::uint64_t offset_of(const RefNode& node) noexcept { return core::bits_of(node) >> core::kOffsetShift; }

/// The first of those that watch the target, or null. Shard lock held.
Watcher* first_watcher(Shard& shard, const Target& target) noexcept {
  const gc::Handle slot = core::peek_slot(shard, target);
  return slot.empty() ? nullptr : core::first_watcher(slot);
}

/// That of the target, whose slot it is. Shard lock held.
RefNode* find_canonical(gc::Handle slot, const Target& target, RefKind kind) noexcept {
  if (kind == RefKind::subclass) return nullptr;
  for (const Watcher* watcher = core::first_watcher(slot); watcher != nullptr && watcher->rank <= rank_of(kind); watcher = watcher->next) {
    RefNode* node = watcher->rank == rank_of(kind) ? node_of(*watcher) : nullptr;
    if (node != nullptr && offset_of(*node) == target.offset) return node;
  }
  return nullptr;
}

/// The live canonical node of the target, or null. Holds no lock.
RefNode* canonical_of(const Target& target, RefKind kind) noexcept {
  Shard& shard = core::shard_of(target.base);
  if (kind == RefKind::subclass || core::peek_slot(shard, target).empty()) return nullptr;
  const std::lock_guard lock(mutex_of(shard));
  const gc::Handle slot = core::peek_slot(shard, target);
  return slot.empty() ? nullptr : find_canonical(slot, target, kind);
}

struct Own {                        // the slot by which a node's watcher knows the node's object
  gc::Handle slot;
  std::uint32_t offset = 0;         // of the node in the object
};

/// May collect. Holds no lock.
Result<Own> own_slot(const RefNode& node) noexcept {
  void* base = gc::base_of(&node);
  if (base == nullptr) return {{}, Status::not_collectable};
  const auto offset = static_cast<std::uint32_t>(reinterpret_cast<const char*>(&node) - static_cast<char*>(base));
  gc::note_displacement(offset);
  const auto slot = gc::acquire_slot(base);
  return {{slot.value, offset}, slot.status};
}

/// The node watches the target from now on. Shard lock held. False: no memory.
bool watch(Shard& shard, gc::Handle slot, const Target& target, const Own& own, core::EventQueue& queue, core::Rank rank) noexcept {
  void* block = new_block(shard);
  if (block == nullptr) return false;
  auto* watcher = ::new (block) Watcher{.queue = &queue, .own = own.slot, .offset = own.offset, .kind = core::WatcherKind::node, .rank = rank};
  watcher->set_referent(target.base);
  core::attach(slot, *watcher);
  gc::set_owner(own.slot, owner(core::OwnerKind::watcher, watcher));
  return true;
}

/// What the node is from now on: `flags`, and where its referent is. Shard lock held.
void become(RefNode& node, std::uint32_t flags, void* callback, gc::Handle slot, const Target& target) noexcept {
  gc::store_traced(&node.callback, callback);
  const auto offset = static_cast<std::uint32_t>(target.offset) << core::kOffsetShift;
  std::atomic_ref(node.bits_).store(flags | offset, std::memory_order_relaxed);
  std::atomic_ref(node.cell_).store(slot.bits, std::memory_order_release);
}

/// bind(), with the flags that say what the node is besides.
Result<RefNode*> bind_as(std::uint32_t flags, RefNode& node, const Referent& referent, CallbackQueue& face, void* callback, RefKind kind) noexcept {
  if (const Status ready = node::ready(); ready != Status::ok) return {nullptr, ready};
  if (core::cell_bits(node) != 0) return {nullptr, Status::already_bound};
  const auto found = node::target_of(referent);
  if (!found) return {nullptr, found.status};
  const Target& target = found.value;
  if (target.offset > core::kMaxOffset) return {nullptr, Status::not_collectable};
  const RefKind shared = callback == nullptr ? kind : RefKind::subclass;   // S2: only without callback
  if (RefNode* winner = canonical_of(target, shared)) return {winner, Status::ok};
  core::EventQueue* queue = core::EventQueue::of(face);
  if (queue == nullptr) return {nullptr, Status::no_memory};
  if (queue->closed) return {nullptr, Status::shut_down};
  gc::note_kept(callback);

  const auto claim = core::claim_slot(target);
  if (!claim) return {nullptr, claim.status};
  const auto own = own_slot(node);
  if (!own) {
    core::drop(claim.value);
    return {nullptr, own.status};
  }
  Shard& shard = core::shard_of(target.base);
  const std::lock_guard lock(mutex_of(shard));
  const auto slot = core::publish(shard, target, claim.value);
  RefNode* winner = slot ? find_canonical(slot.value, target, shared) : nullptr;   // another thread's may have come first
  if (slot && winner == nullptr && watch(shard, slot.value, target, own.value, *queue, rank_of(shared))) {
    become(node, static_cast<std::uint32_t>(kind) | flags, callback, slot.value, target);
    return {&node, Status::ok};
  }
  gc::unlink_slot(own.value.slot);
  if (winner != nullptr) return {winner, Status::ok};
  return {nullptr, slot ? Status::no_memory : slot.status};
}

}  // namespace

Result<RefNode*> bind(RefNode& node, const Referent& referent, CallbackQueue& queue, void* callback, RefKind kind) noexcept {
  return bind_as(0, node, referent, queue, callback, kind);
}

Result<RefNode*> bind_closure(RefNode& node, const Referent& referent, CallbackQueue& queue, Closure& callback, RefKind kind) noexcept {
  return bind_as(core::kClosure, node, referent, queue, &callback, kind);
}

Status bind_method(MethodNode& node, const Referent& object, const Referent& function, CallbackQueue& queue, void* callback) noexcept {
  if (core::cell_bits(node.function) != 0) return Status::already_bound;
  unbind(node.object);   // half of a method whose function died, or whose binding was left by longjmp
  const auto first = bind_as(core::kMethodObject, node.object, object, queue, callback, RefKind::subclass);
  if (!first) return first.status;
  const auto second = bind_as(core::kMethodFunction, node.function, function, queue, callback, RefKind::subclass);
  if (!second) unbind(node.object);
  return second.status;
}

RefNode* canonical(const Referent& referent, RefKind kind) noexcept {
  const auto target = node::target_of(referent);
  return target ? canonical_of(target.value, kind) : nullptr;
}

void* holder(const RefNode& node) noexcept { return gc::base_of(&node); }

void* callback(const RefNode& node) noexcept { return get(node) != nullptr ? node.callback : nullptr; }
RefKind kind(const RefNode& node) noexcept { return static_cast<RefKind>(core::bits_of(node) & core::kKindMask); }

Answer equal(const RefNode& a, const RefNode& b, const Host& host) noexcept {
  void* first = get(a);
  void* second = get(b);
  if (first == nullptr || second == nullptr) return &a == &b ? Answer::yes : Answer::no;   // S6
  if (host.equal == nullptr) return first == second ? Answer::yes : Answer::no;
  const Answer answer = host.equal(host.self, first, second);
  reachable_here(first), reachable_here(second);   // S23: held during the call
  return answer;
}

BoundMethod get(const MethodNode& node) noexcept {
  void* object = get(node.object);
  void* function = get(node.function);
  return object != nullptr && function != nullptr ? BoundMethod{object, function} : BoundMethod{};
}

Answer equal(const MethodNode& a, const MethodNode& b, const Host& host) noexcept {
  const BoundMethod first = get(a);
  const BoundMethod second = get(b);
  if (first.object == nullptr || second.object == nullptr) return &a == &b ? Answer::yes : Answer::no;   // S26
  const Answer objects = equal(a.object, b.object, host);
  const Answer both = objects == Answer::yes ? equal(a.function, b.function, host) : objects;
  reachable_here(first.object), reachable_here(first.function), reachable_here(second.object), reachable_here(second.function);
  return both;
}

void unbind(MethodNode& node) noexcept {
  unbind(node.object);
  unbind(node.function);
}

Status hash(RefNode& node, const Host& host, std::uint64_t* out) noexcept {
  if ((core::bits_of(node) & core::kHashed) == 0) {
    void* referent = get(node);
    if (referent == nullptr) return Status::dead;                                          // S5
    std::uint64_t value = (reinterpret_cast<std::uint64_t>(referent) >> 4) * 0x9E3779B97F4A7C15u;
    if (host.hash != nullptr) {
      const Status hashed = host.hash(host.self, referent, &value);
      reachable_here(referent);                                                            // S23: held during the call
      if (hashed != Status::ok) return hashed;
    }
    std::atomic_ref(node.hash_).store(value, std::memory_order_relaxed);
    std::atomic_ref(node.bits_).fetch_or(core::kHashed, std::memory_order_release);
  }
  *out = std::atomic_ref(node.hash_).load(std::memory_order_relaxed);
  return Status::ok;
}

void unbind(RefNode& node) noexcept { core::forget_node(node); }

std::size_t count(const Referent& referent) noexcept {
  const auto target = node::target_of(referent);
  if (!target) return 0;
  (void)core::settle();                                  // S10: dead refs do not count
  Shard& shard = core::shard_of(target.value.base);
  const std::lock_guard lock(mutex_of(shard));
  std::size_t nodes = 0;
  for (const Watcher* watcher = first_watcher(shard, target.value); watcher != nullptr; watcher = watcher->next) nodes += watcher->kind == core::WatcherKind::node;
  return nodes;
}

Status each(const Referent& referent, void (*f)(void* context, RefNode& node), void* context) noexcept {
  const auto target = node::target_of(referent);
  if (!target) return Status::ok;                  // S10: an empty list
  Shard& shard = core::shard_of(target.value.base);
  std::size_t room = count(referent) + 4;
  for (;; room *= 2) {
    auto** found = static_cast<RefNode**>(gc::allocate(room * sizeof(RefNode*)));
    if (found == nullptr) return Status::no_memory;
    std::size_t n = 0;
    bool fits = true;
    {
      const std::lock_guard lock(mutex_of(shard));
      for (const Watcher* watcher = first_watcher(shard, target.value); watcher != nullptr && fits; watcher = watcher->next) {   // S13: in their order
        RefNode* node = watcher->kind == core::WatcherKind::node ? node_of(*watcher) : nullptr;
        if (node == nullptr) continue;
        fits = n < room;
        if (fits) gc::store_traced(reinterpret_cast<void**>(&found[n++]), node);
      }
    }
    if (!fits) continue;
    for (std::size_t i = 0; i < n; ++i) f(context, *found[i]);
    return Status::ok;
  }
}

void clear_now(const Referent& referent) noexcept {
  const auto target = node::target_of(referent);
  if (!target) return;
  core::kill_now(target.value);
  if (referent.life != Referent::Life::collected) return;
  const auto forget_events = [base = target.value.base] {
    for (core::EventQueue* queue = core::all_queues(); queue != nullptr; queue = queue->next) queue->forget_finalizers_of(base);
  };
  forget_events();                                         // whoever gives one back just now removes it again
  (void)gc::set_finalizer(target.value.base, {});
  forget_events();                                         // what was staged meanwhile
}

}  // namespace mayfly
