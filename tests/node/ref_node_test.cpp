#include "gc_integration/slots.hpp"
#include "src/core/node_words.hpp"
#include "tests/child.hpp"
#include "tests/scripted_world.hpp"

#include <mayfly/weak.hpp>

#include <atomic>
#include <cstring>
#include <thread>

namespace mayfly::world {
namespace {

/// Both ways from an object to its cell: the side table and the word in the object.
class RefNodeTest : public ::testing::TestWithParam<bool> {
 protected:
  Referent of(Object* o) const { return {.obj = o, .cell = GetParam() ? &o->cell : nullptr}; }
  CallbackQueue& queue = *new CallbackQueue;
};
INSTANTIATE_TEST_SUITE_P(Placement, RefNodeTest, ::testing::Values(false, true), [](const auto& way) { return way.param ? "InObjectWord" : "SideTable"; });

TEST_P(RefNodeTest, ReadsItsReferentUntilItDies) {   // S4
  Object* o = object();
  Ref* r = bound(of(o), queue);
  EXPECT_EQ(get(r->node), o);
  EXPECT_EQ(holder(r->node), r);
  kill_and_collect(o);
  EXPECT_EQ(get(r->node), nullptr);
}

TEST_P(RefNodeTest, WithoutCallbackIsSharedWhileItLives) {   // S2
  Object* o = object();
  Ref* first = bound(of(o), queue);
  EXPECT_EQ(bound(of(o), queue), first);
  EXPECT_NE(bound(of(o), queue, token(1)), first);
  EXPECT_NE(bound(of(o), queue, nullptr, RefKind::subclass), first);
  Ref* proxy = bound(of(o), queue, nullptr, RefKind::proxy);
  EXPECT_NE(proxy, first);
  EXPECT_EQ(bound(of(o), queue, nullptr, RefKind::proxy), proxy);
  EXPECT_EQ(canonical(of(o), RefKind::ref), &first->node);
  EXPECT_EQ(count(of(o)), 4u);                               // S10
  kill_and_collect(first);
  EXPECT_EQ(canonical(of(o), RefKind::ref), nullptr);
  EXPECT_EQ(count(of(o)), 3u);
  EXPECT_NE(bound(of(o), queue), first);
}

TEST_P(RefNodeTest, CallbacksComeNewestFirstAfterEveryRefIsCleared) {   // S11 S12 S13
  Object* o = object();
  std::vector<Ref*> refs;
  for (unsigned i = 0; i < 5; ++i) refs.push_back(bound(of(o), queue, token(i)));
  kill_and_collect(o);
  for (Ref* r : refs) EXPECT_EQ(get(r->node), nullptr);
  Event event;
  for (unsigned i = 5; i-- > 0;) {
    ASSERT_TRUE(queue.take(event));
    EXPECT_EQ(event.ref, &refs[i]->node);
    EXPECT_EQ(event.holder, refs[i]);
    EXPECT_EQ(event.payload, token(i));
  }
  EXPECT_FALSE(queue.take(event));
}

TEST_P(RefNodeTest, ListsCanonicalRefThenProxyThenNewestFirst) {   // S13
  Object* o = object();
  Ref* old = bound(of(o), queue, token(1));
  Ref* proxy = bound(of(o), queue, nullptr, RefKind::proxy);
  Ref* shared = bound(of(o), queue);
  Ref* newest = bound(of(o), queue, token(2));
  std::vector<RefNode*> seen;
  ASSERT_EQ(each(of(o), [](void* list, RefNode& node) { static_cast<std::vector<RefNode*>*>(list)->push_back(&node); }, &seen), Status::ok);
  EXPECT_EQ(seen, (std::vector<RefNode*>{&shared->node, &proxy->node, &newest->node, &old->node}));
}

TEST_P(RefNodeTest, ARefThatDiedFirstGetsNoCallback) {   // S15
  Object* o = object();
  Ref* early = bound(of(o), queue, token(1));
  Ref* together = bound(of(o), queue, token(2));
  Ref* alive = bound(of(o), queue, token(3));
  kill_and_collect(early);
  EXPECT_TRUE(take_all(queue).empty());
  scripted::kill(together);
  kill_and_collect(o);
  const auto events = take_all(queue);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].ref, &alive->node);
}

TEST_P(RefNodeTest, AnUnboundRefIsSilent) {
  Object* o = object();
  Ref* r = bound(of(o), queue, token(1));
  Ref* queued = bound(of(o), queue, token(2));
  unbind(r->node);
  EXPECT_EQ(get(r->node), nullptr);
  EXPECT_EQ(count(of(o)), 1u);
  kill_and_collect(o);
  ASSERT_TRUE(queue.pending());
  Event event;
  ASSERT_TRUE(queue.take(event));        // settles
  queue.put_back(event);
  unbind(queued->node);
  EXPECT_FALSE(queue.take(event));
}

TEST_P(RefNodeTest, AnAddressUsedAgainInheritsNothing) {   // S20
  Object* o = object();
  Ref* r = bound(of(o), queue, token(1));
  kill_and_collect(o);
  auto* heir = static_cast<Object*>(scripted::reuse(o));
  ASSERT_EQ(heir, o);
  EXPECT_EQ(canonical(of(heir), RefKind::ref), nullptr);
  Ref* own = bound(of(heir), queue, token(2));
  const auto events = take_all(queue);   // settles the old death after the new registration
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].ref, &r->node);
  EXPECT_EQ(get(own->node), heir);
  EXPECT_EQ(count(of(heir)), 1u);
}

TEST_P(RefNodeTest, TheCallbackIsKnownWhileTheReferentLives) {   // S7
  Object* o = object();
  Ref* r = bound(of(o), queue, token(1));
  EXPECT_EQ(callback(r->node), token(1));
  kill_and_collect(o);
  EXPECT_EQ(callback(r->node), nullptr);
  EXPECT_EQ(take_all(queue).size(), 1u);
}

TEST_P(RefNodeTest, ARefThatDiesBeforeTheDeathIsSettledGetsNoCallback) {   // S15
  Object* o = object();
  Ref* r = bound(of(o), queue, token(1));
  kill_and_collect(o);
  kill_and_collect(r);                                       // nobody settled meanwhile
  EXPECT_TRUE(take_all(queue).empty());
}

TEST_P(RefNodeTest, DroppingAQueuedRefCancelsNothing) {   // S14
  Object* o = object();
  bound(of(o), queue, token(1));
  bound(of(o), queue, token(2));
  kill_and_collect(o);
  Event event;
  ASSERT_TRUE(queue.take(event));                 // the batch is fixed: what is queued is held strongly
  scripted::run_cycle();
  EXPECT_EQ(take_all(queue).size(), 1u);
}

TEST_P(RefNodeTest, DeathByHandQueuesCallbacksAndLeavesNoLink) {   // T6
  Object* o = object();
  const std::size_t links = scripted::link_count();
  Ref* r = bound(of(o), queue, token(1));
  clear_now(of(o));
  EXPECT_EQ(get(r->node), nullptr);
  EXPECT_EQ(scripted::link_count(), links);
  ASSERT_EQ(take_all(queue).size(), 1u);
}

TEST_P(RefNodeTest, EqualityAndHashAreTheReferents) {   // S5 S6
  static Object* first;
  Host host;
  host.equal = [](void*, void* a, void* b) { return static_cast<Object*>(a)->value == static_cast<Object*>(b)->value ? Answer::yes : Answer::no; };
  host.hash = [](void*, void* o, std::uint64_t* out) {
    if (o != first) return Status::host_error;
    *out = 42;
    return Status::ok;
  };
  first = object();
  Object* second = object();
  first->value = second->value = 7;
  Ref* a = bound(of(first), queue, token(1));
  Ref* b = bound(of(second), queue, token(2));
  EXPECT_EQ(equal(a->node, b->node, host), Answer::yes);
  std::uint64_t out = 0;
  EXPECT_EQ(hash(a->node, host, &out), Status::ok);
  EXPECT_EQ(hash(b->node, host, &out), Status::host_error);
  scripted::kill(first);
  kill_and_collect(second);
  EXPECT_EQ(equal(a->node, b->node, host), Answer::no);
  EXPECT_EQ(equal(a->node, a->node, host), Answer::yes);
  out = 0;
  EXPECT_EQ(hash(a->node, host, &out), Status::ok);
  EXPECT_EQ(out, 42u);
  EXPECT_EQ(hash(b->node, host, &out), Status::dead);
  (void)take_all(queue);
}

TEST_P(RefNodeTest, EveryFailingAllocationLeavesNothingBehind) {
  CallbackQueue& fresh = *new CallbackQueue;   // its first registration makes the queue itself; queues are never destroyed
  for (std::uint64_t n = 1;; ++n) {
    ASSERT_LT(n, 20u);
    Object* o = object();
    Ref* r = ref();
    const std::size_t links = scripted::link_count();
    gc::zeal::fail_nth(n);
    const auto result = bind(r->node, of(o), fresh, token(1));
    gc::zeal::fail_nth(0);
    if (result) {
      EXPECT_GT(n, 2u);                   // control: there was something to fail
      break;
    }
    EXPECT_EQ(result.status, Status::no_memory);
    EXPECT_EQ(get(r->node), nullptr);
    EXPECT_LE(scripted::link_count(), links + links_for(1));   // the referent's own slot may stay: its next reference uses it
    ASSERT_EQ(bind(r->node, of(o), fresh, token(1)).status, Status::ok);
    EXPECT_EQ(scripted::link_count(), links + links_for(2));
    kill_and_collect(o);
    EXPECT_EQ(take_all(fresh).size(), 1u);
  }
}

TEST_P(RefNodeTest, MemoryThatIsRefusedUnderTheLockLeavesNothingBehind) {
  Object* o = object();
  const std::size_t refs = use_up_blocks(of(o), queue);
  EXPECT_EQ(count(of(o)), refs);
  const std::size_t links = scripted::link_count(), slots = gc::slots_in_use();
  Ref* r = ref();
  gc::zeal::fail_nth(2);
  EXPECT_EQ(bind(r->node, of(o), queue, token(1)).status, Status::no_memory);
  gc::zeal::fail_nth(0);
  EXPECT_EQ(get(r->node), nullptr);
  EXPECT_EQ(count(of(o)), refs);
  EXPECT_EQ(scripted::link_count(), links);
  EXPECT_EQ(gc::slots_in_use(), slots);
  ASSERT_EQ(bind(r->node, of(o), queue, token(1)).status, Status::ok);
  kill_and_collect(o);
  EXPECT_EQ(take_all(queue).size(), refs + 1);
}

TEST(RefNode, WhatNobodyRefersToHasNoReferences) {   // S10
  int local = 0, seen = 0;
  const auto counts = [](void* n, RefNode&) { ++*static_cast<int*>(n); };
  for (void* referent : {static_cast<void*>(&local), static_cast<void*>(object()), static_cast<void*>(nullptr)}) {
    EXPECT_EQ(count({.obj = referent}), 0u);
    EXPECT_EQ(each({.obj = referent}, counts, &seen), Status::ok);
    EXPECT_EQ(canonical({.obj = referent}, RefKind::ref), nullptr);
    clear_now({.obj = referent});
  }
  EXPECT_EQ(seen, 0);
}

TEST(RefNode, AnImmortalReferentDiesByHandAlone) {   // T6
  alignas(16) static Object forever;
  CallbackQueue& queue = *new CallbackQueue;
  const Referent referent{.obj = &forever, .life = Referent::Life::immortal};
  Ref* r = bound(referent, queue, token(1));
  clear_now(referent);
  EXPECT_EQ(get(r->node), nullptr);
  EXPECT_EQ(take_all(queue).size(), 1u);
  EXPECT_EQ(get(bound(referent, queue, token(2))->node), &forever);
}

TEST(RefNode, NoAddressAboveTheOnesOfProgramsIsReferredTo) {
  CallbackQueue& queue = *new CallbackQueue;
  const std::size_t slots = gc::slots_in_use();
  const Referent high{.obj = reinterpret_cast<void*>(std::uintptr_t{1} << 50), .life = Referent::Life::immortal};
  EXPECT_EQ(weak_handle(high).status, Status::not_collectable);
  EXPECT_EQ(bind(ref()->node, high, queue).status, Status::not_collectable);
  EXPECT_EQ(gc::slots_in_use(), slots);
}

/// A reference dies in the very allocation of each(), which zeal makes collect.
void a_death_while_listing() {
  ASSERT_EQ(init({.zeal = "seed:1,collect-alloc=1"}), Status::ok);
  CallbackQueue& queue = *new CallbackQueue;
  Object* o = object();
  Ref* dying = bound({.obj = o}, queue, token(1));
  Ref* living = bound({.obj = o}, queue, token(2));
  scripted::kill(dying);
  std::vector<RefNode*> seen;
  EXPECT_EQ(each({.obj = o}, [](void* list, RefNode& node) { static_cast<std::vector<RefNode*>*>(list)->push_back(&node); }, &seen), Status::ok);
  EXPECT_EQ(seen, std::vector<RefNode*>{&living->node});
}
TEST(RefNode, OneThatDiesWhileTheOthersAreListedIsNotListed) { EXPECT_IN_CHILD(a_death_while_listing()); }

TEST(RefNode, RefusesWhatIsNoCollectedObject) {   // S3
  CallbackQueue& queue = *new CallbackQueue;
  Ref* r = ref();
  int local = 0;
  static int global = 0;
  EXPECT_EQ(bind(r->node, {.obj = nullptr}, queue).status, Status::not_collectable);
  EXPECT_EQ(bind(r->node, {.obj = &local}, queue).status, Status::not_collectable);
  EXPECT_EQ(bind(r->node, {.obj = &global}, queue).status, Status::not_collectable);
  EXPECT_EQ(get(r->node), nullptr);
  RefNode outside;
  Object* o = object();
  EXPECT_EQ(bind(outside, {.obj = o}, queue).status, Status::not_collectable);
  ASSERT_EQ(bind(r->node, {.obj = o}, queue).status, Status::ok);
  EXPECT_EQ(bind(r->node, {.obj = o}, queue).status, Status::already_bound);
}

TEST(RefNode, AllZeroIsEmpty) {   // T7
  Ref* r = ref();
  EXPECT_EQ(get(r->node), nullptr);
  EXPECT_EQ(callback(r->node), nullptr);
  unbind(r->node);
  CallbackQueue empty;
  Event event;
  EXPECT_FALSE(empty.take(event));
  EXPECT_FALSE(empty.pending());
  EXPECT_EQ(empty.drain().ran, 0u);
  const Registered none;
  EXPECT_EQ(detach(none), nullptr);
  EXPECT_FALSE(alive(none));
  set_at_exit(none, AtExit::yes);
}

TEST(RefNode, AnImmortalReferentNeverDies) {
  alignas(16) static Object forever;
  CallbackQueue& queue = *new CallbackQueue;
  const Referent referent{.obj = &forever, .life = Referent::Life::immortal};
  Ref* r = bound(referent, queue, token(1));
  scripted::run_cycle();
  EXPECT_EQ(get(r->node), &forever);
  EXPECT_TRUE(take_all(queue).empty());
}

TEST(RefNode, KeepsAnInteriorReferentPointer) {
  CallbackQueue& queue = *new CallbackQueue;
  Object* o = object();
  Ref* r = bound({.obj = &o->value}, queue);
  EXPECT_EQ(get(r->node), &o->value);
}

TEST_P(RefNodeTest, ItsCallbackIsTheEventsOnceThatIsTaken) {
  Object* o = object();
  Ref* r = bound(of(o), queue, token(1));
  kill_and_collect(o);
  Event event;
  ASSERT_TRUE(queue.take(event));
  EXPECT_EQ(event.payload, token(1));
  EXPECT_EQ(r->node.callback, nullptr);
  queue.put_back(event);
  EXPECT_EQ(r->node.callback, token(1));
  ASSERT_TRUE(queue.take(event));
  EXPECT_EQ(event.payload, token(1));
}

TEST_P(RefNodeTest, AQueuedRefThatIsUnboundMayBeFreedAndTheOthersKeepTheirOrder) {   // .queue.order
  for (int which = 0; which < 3; ++which) {
    Object* o = object();
    Ref* r[3];
    for (int i = 3; i-- > 0;) {                   // what is registered last comes first
      ASSERT_TRUE(finalize_raw(of(o), queue, token(10 + static_cast<unsigned>(i))));
      r[i] = bound(of(o), queue, token(static_cast<unsigned>(i)));
    }
    kill_and_collect(o);
    Event event;
    ASSERT_TRUE(queue.take(event));               // settles
    queue.put_back(event);
    unbind(r[which]->node);
    std::memset(static_cast<void*>(r[which]), 0x5A, sizeof *r[which]);
    std::vector<void*> expected, got;
    for (int i = 0; i < 3; ++i) {
      if (i != which) expected.push_back(token(static_cast<unsigned>(i)));
      expected.push_back(token(10 + static_cast<unsigned>(i)));
    }
    for (const Event& e : take_all(queue)) got.push_back(e.payload);
    EXPECT_EQ(got, expected) << which;
    EXPECT_EQ(queue.stats().waiting, 0u);
    EXPECT_FALSE(queue.pending());
  }
}

TEST_P(RefNodeTest, AQueuedRefThatIsUnboundMayBeBoundAgain) {
  Object* o = object();
  Ref* r = bound(of(o), queue, token(1));
  Ref* other = bound(of(o), queue, token(2));
  kill_and_collect(o);
  Event event;
  ASSERT_TRUE(queue.take(event));
  ASSERT_EQ(event.ref, &other->node);
  unbind(r->node);
  Object* next = object();
  ASSERT_EQ(bind(r->node, of(next), queue, token(3)).status, Status::ok);
  EXPECT_FALSE(queue.take(event));
  kill_and_collect(next);
  ASSERT_TRUE(queue.take(event));
  EXPECT_EQ(event.payload, token(3));
}

TEST_P(RefNodeTest, ARevivedRefMayBeUnbound) {   // T4
  for (const bool alone : {true, false}) {
    Object* o = object();
    Ref* other = alone ? nullptr : bound(of(o), queue, token(3));
    Ref* r = bound(of(o), queue, token(1));
    ASSERT_EQ(finalize_object({.obj = r}, queue, token(2)), Status::ok);
    kill_and_collect(r);
    EXPECT_EQ(take_all(queue).size(), 1u);
    ASSERT_EQ(get(r->node), o);
    unbind(r->node);
    EXPECT_EQ(get(r->node), nullptr);
    EXPECT_EQ(count(of(o)), alone ? 0u : 1u);
    EXPECT_TRUE(alone || get(other->node) == o);
    ASSERT_EQ(bind(r->node, of(o), queue, token(4)).status, Status::ok);
    kill_and_collect(o);
    EXPECT_EQ(take_all(queue).size(), alone ? 1u : 2u);
  }
}

TEST_P(RefNodeTest, ARevivedRefStillReadsItsReferentAndItsCallbackIsCancelled) {   // T4
  Object* o = object();
  Ref* r = bound({.obj = o}, queue, token(1));
  ASSERT_EQ(finalize_object({.obj = r}, queue, token(2)), Status::ok);
  kill_and_collect(r);                       // its finalizer gets hold of it
  Event event;
  ASSERT_TRUE(queue.take(event));
  ASSERT_EQ(event.object, r);
  EXPECT_EQ(get(r->node), o);
  EXPECT_EQ(count({.obj = o}), 0u);
  kill_and_collect(o);
  EXPECT_EQ(get(r->node), nullptr);
  EXPECT_FALSE(queue.take(event));
}

/// A node that is taken may be bound again, or freed, as soon as its word says so: the taker must not touch it behind that. ThreadSanitizer sees it if it does.
TEST(RefNode, IsBoundAgainAsSoonAsItWasTaken) {
  auto& queue = *new CallbackQueue;
  std::atomic<bool> stop{false};
  std::thread taker([&] {
    for (Event event; !stop;) (void)queue.take(event);
  });
  Ref* r = ref();
  Object* dies = object();
  Object* lives = object();
  for (int n = 0; n < 2000; ++n) {
    ASSERT_EQ(bind(r->node, {.obj = dies}, queue, token(1)).status, Status::ok);
    clear_now({.obj = dies});
    while (core::cell_bits(r->node) != 0) {}
    r->node = {};
    ASSERT_EQ(bind(r->node, {.obj = lives}, queue, token(2)).status, Status::ok);
    ASSERT_EQ(callback(r->node), token(2)) << n;
    unbind(r->node);
  }
  stop = true;
  taker.join();
}

}  // namespace
}  // namespace mayfly::world
