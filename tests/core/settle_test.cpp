#include "tests/child.hpp"
#include "tests/scripted_world.hpp"

#include "gc_integration/slots.hpp"
#include "src/core/settle.hpp"

#include <mayfly/weak.hpp>

#include <thread>

namespace mayfly::world {
namespace {

TEST(Settle, HappensOncePerCollection) {
  CallbackQueue& queue = *new CallbackQueue;
  Object* o = object();
  bound({.obj = o}, queue, token(1));
  EXPECT_TRUE(take_all(queue).empty());
  EXPECT_FALSE(queue.pending());
  kill_and_collect(o);
  EXPECT_TRUE(queue.pending());
  EXPECT_EQ(take_all(queue).size(), 1u);
  EXPECT_FALSE(queue.pending());
}

TEST(Settle, PutsEachDeathIntoItsOwnQueue) {   // T5
  CallbackQueue& first = *new CallbackQueue;
  CallbackQueue& second = *new CallbackQueue;
  Object* o = object();
  Ref* a = bound({.obj = o}, first, token(1));
  Ref* b = bound({.obj = o}, second, token(2));
  kill_and_collect(o);
  const auto in_first = take_all(first);
  const auto in_second = take_all(second);
  ASSERT_EQ(in_first.size(), 1u);
  ASSERT_EQ(in_second.size(), 1u);
  EXPECT_EQ(in_first[0].ref, &a->node);
  EXPECT_EQ(in_second[0].ref, &b->node);
}

TEST(Queues, OneThatShutsDownLeavesTheOthersAlone) {
  CallbackQueue& first = *new CallbackQueue;
  CallbackQueue& second = *new CallbackQueue;
  Object* o = object();
  bound({.obj = o}, first, token(1));
  Ref* b = bound({.obj = o}, second, token(2));
  ASSERT_EQ(finalize_raw({.obj = o}, first, token(3)).status, Status::ok);
  const auto kept = finalize_raw({.obj = o}, second, token(4));
  first.begin_exit();
  EXPECT_EQ(first.shutdown(), 1u);
  EXPECT_TRUE(alive(kept.value));
  kill_and_collect(o);
  EXPECT_TRUE(take_all(first).empty());
  const auto events = take_all(second);
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[1].ref, &b->node);
  EXPECT_NE(bound({.obj = object()}, second, token(5)), nullptr);   // and takes new ones
}

TEST(Queues, WhatAThreadRegisteredOutlivesIt) {
  CallbackQueue& queue = *new CallbackQueue;
  static Object* o;
  static CallbackQueue* target;
  target = &queue;
  std::thread([] {
    const ThreadScope scope;
    o = object();
    bound({.obj = o}, *target, token(1));
    ASSERT_EQ(finalize_raw({.obj = o}, *target, token(2), AtExit::no).status, Status::ok);
    clear_now({.obj = o});                    // queued when the thread ends
  }).join();
  EXPECT_EQ(take_all(queue).size(), 2u);
}

TEST(Settle, GivesBackEverySlot) {
  CallbackQueue& queue = *new CallbackQueue;
  (void)core::settle();
  const std::size_t before = gc::slots_in_use();
  std::vector<void*> dead;
  for (unsigned i = 0; i < 1000; ++i) {
    Object* o = object();
    dead.push_back(o);
    dead.push_back(bound({.obj = o}, queue));
    Object* kept_ref = object();
    dead.push_back(kept_ref);
    bound({.obj = kept_ref}, queue, token(i));
  }
  EXPECT_EQ(gc::slots_in_use(), before + 4000);
  for (void* d : dead) scripted::kill(d);
  scripted::run_cycle();
  EXPECT_EQ(take_all(queue).size(), 1000u);
  EXPECT_EQ(gc::slots_in_use(), before);
}

/// Between finding the slot and marking it, another thread may clear the object by hand.
TEST(Settle, AContainersMarkThatComesTooLateHitsNoLaterTenantOfTheSlot) {
  CallbackQueue& queue = *new CallbackQueue;
  Object* o = object();
  const gc::Handle slot = core::slot_for({.base = o}).value;
  clear_now({.obj = o});
  Object* tenant = object();
  const gc::Handle same = core::slot_for({.base = tenant}).value;
  ASSERT_EQ(same.bits << 16, slot.bits << 16);
  bound({.obj = tenant}, queue, token(1));
  const std::uint64_t deaths = core::contained_deaths();
  core::mark_contained({.base = o}, slot);
  EXPECT_GT(core::contained_deaths(), deaths);            // the container shall look again at once
  kill_and_collect(tenant);
  EXPECT_EQ(core::contained_deaths(), deaths + 1);
  EXPECT_EQ(take_all(queue).size(), 1u);
}

void a_process_that_begins() {
  CallbackQueue& queue = *new CallbackQueue;
  ASSERT_EQ(init(), Status::ok);
  EXPECT_FALSE(queue.pending());
  scripted::run_cycle();
  EXPECT_TRUE(queue.pending());
}
TEST(Settle, HasNothingToDoAtTheBeginning) { EXPECT_IN_CHILD(a_process_that_begins()); }

TEST(Settle, HappensForAQueueThatNothingWasRegisteredIn) {
  CallbackQueue& queue = *new CallbackQueue;
  Event event;
  EXPECT_FALSE(queue.take(event));
  const std::size_t before = gc::slots_in_use();
  for (const bool take : {true, false}) {
    Object* o = object();
    ASSERT_EQ(weak_handle({.obj = o}).status, Status::ok);
    kill_and_collect(o);
    EXPECT_TRUE(queue.pending());
    if (take) {
      EXPECT_FALSE(queue.take(event));
    } else {
      EXPECT_EQ(queue.drain().ran, 0u);
    }
    EXPECT_FALSE(queue.pending());
    EXPECT_EQ(gc::slots_in_use(), before);
  }
}

TEST(Settle, GoesOnWhereATimeBudgetEnded) {
  CallbackQueue& queue = *new CallbackQueue;
  constexpr std::size_t kDead = 4'000;
  static std::size_t called;
  called = 0;
  static Closure counts{[](Event&) { ++called; }};
  std::vector<Object*> dead;
  for (std::size_t i = 0; i < kDead; ++i) {
    dead.push_back(object());
    ASSERT_EQ(bind_closure(ref()->node, {.obj = dead.back()}, queue, counts).status, Status::ok);
  }
  for (Object* o : dead) scripted::kill(o);
  scripted::run_cycle();
  static int hints;
  hints = 0;
  ASSERT_EQ(queue.set_wake([](void*) { ++hints; }, nullptr), Status::ok);
  std::size_t unsettled = 0, drains = 0;
  while (queue.pending()) {
    const int hinted = hints;
    const Drained drained = queue.drain({.nanoseconds = 1});
    ASSERT_LE(drained.ran, 1u);
    if (called == 0) ++unsettled;                       // nothing is called before all of the collection is settled
    EXPECT_TRUE(called != 0 || hints > hinted);         // there is more to be done
    ++drains;
    if (unsettled == 10) scripted::run_cycle();         // a later collection meanwhile
  }
  EXPECT_EQ(called, kDead);
  EXPECT_GT(unsettled, 50u);
  EXPECT_GT(drains, kDead);
}

/// Collections that come faster than budgets can settle them keep back what they found themselves, and nothing else.
TEST(Settle, MeanwhileHandsOutWhatEarlierCollectionsLeft) {   // S19
  static std::vector<void*> payloads;
  payloads.clear();
  static Host host;
  host.call = [](void*, const Event& event) { return payloads.push_back(event.payload), Host::Called::ok; };
  CallbackQueue& queue = *new CallbackQueue(&host);
  std::vector<Object*> many(7'000);                        // which settling takes its time for
  for (Object*& o : many) {
    o = object();
    ASSERT_EQ(weak_handle({.obj = o}).status, Status::ok);
  }
  Object* early = object();
  Object* late = object();
  const auto watch = [&](Object* o, unsigned n) {
    bound({.obj = o}, queue, token(n));
    ASSERT_EQ(finalize_raw({.obj = o}, queue, token(n + 10), AtExit::no).status, Status::ok);
  };
  watch(early, 1), watch(early, 2), watch(late, 5);
  kill_and_collect(early);
  Event event;
  ASSERT_TRUE(queue.take(event));
  queue.put_back(event);
  kill_and_collect(late);
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(queue.drain({.nanoseconds = 1}).ran, 1u);
    scripted::run_cycle();
  }
  EXPECT_EQ(payloads, (std::vector<void*>{token(12), token(2), token(11), token(1)}));
  EXPECT_EQ(queue.drain({.nanoseconds = 1}).ran, 0u);
  EXPECT_EQ(queue.drain().ran, 2u);
  for (Object* o : many) scripted::kill(o);
  scripted::run_cycle();
  EXPECT_EQ(queue.drain().ran, 0u);
}

TEST(Settle, ADeathNeedsNoMemory) {   // .queue.reserved
  CallbackQueue& queue = *new CallbackQueue;
  std::vector<Object*> dead;
  for (unsigned i = 0; i < 500; ++i) {
    Object* o = object();
    bound({.obj = o}, queue, token(i));
    bound({.obj = o}, queue, nullptr, RefKind::proxy);
    ASSERT_EQ(finalize_raw({.obj = o}, queue, token(i), AtExit::no).status, Status::ok);
    ASSERT_EQ(finalize_object({.obj = o}, queue, token(i)), Status::ok);
    dead.push_back(o);
  }
  for (Object* o : dead) scripted::kill(o);
  gc::zeal::fail_nth(1);
  scripted::run_cycle();
  EXPECT_EQ(take_all(queue).size(), 1500u);
  EXPECT_EQ(gc::allocate(16), nullptr);                 // control: nobody had asked for any before
  gc::zeal::fail_nth(0);
}

TEST(Queue, OneThatWasNeverUsedHasNothing) {
  CallbackQueue& queue = *new CallbackQueue;
  scripted::run_cycle();
  Event event;
  EXPECT_FALSE(queue.take(event));                      // settles
  EXPECT_FALSE(queue.pending());
  EXPECT_FALSE(queue.collect());
  EXPECT_EQ(queue.collect_and_drain().ran, 0u);
  EXPECT_EQ(queue.stats().waiting, 0u);
  queue.disown();
  queue.begin_exit();
  stop_drainer(queue);
  EXPECT_FALSE(queue.take(event));
  EXPECT_EQ(queue.shutdown(), 0u);
  EXPECT_EQ(bind(ref()->node, {.obj = object()}, queue).status, Status::shut_down);   // registrations are refused from now on
}

TEST(Queue, AShutdownWithoutMemoryLeavesItOpen) {
  for (std::uint64_t n = 1;; ++n) {
    ASSERT_LT(n, 20u);
    CallbackQueue& queue = *new CallbackQueue;
    gc::zeal::fail_nth(n);
    EXPECT_EQ(queue.shutdown(), 0u);
    gc::zeal::fail_nth(0);
    const Status status = bind(ref()->node, {.obj = object()}, queue).status;
    if (status == Status::shut_down) break;
    EXPECT_EQ(status, Status::ok);
  }
}

TEST(Queue, PutBackComesFirstAgain) {
  CallbackQueue& queue = *new CallbackQueue;
  Object* o = object();
  Ref* older = bound({.obj = o}, queue, token(1));
  Ref* newer = bound({.obj = o}, queue, token(2));
  kill_and_collect(o);
  Event event;
  ASSERT_TRUE(queue.take(event));
  EXPECT_EQ(event.ref, &newer->node);
  queue.put_back(event);
  ASSERT_TRUE(queue.take(event));
  EXPECT_EQ(event.ref, &newer->node);
  ASSERT_TRUE(queue.take(event));
  EXPECT_EQ(event.ref, &older->node);
}

struct Script {
  CallbackQueue* queue = nullptr;
  std::vector<void*> called{};
  Host::Called answer = Host::Called::ok;
  int reported = 0;
  bool nested_busy = false;
};
Host scripted_host(Script& script) {
  Host host;
  host.self = &script;
  host.call = [](void* self, const Event& event) {
    auto& s = *static_cast<Script*>(self);
    s.called.push_back(event.payload);
    s.nested_busy = s.queue->drain().busy;
    return s.answer;
  };
  host.unraisable = [](void* self, const Event&) { ++static_cast<Script*>(self)->reported; };
  return host;
}

class DrainTest : public ::testing::Test {
 protected:
  void die(unsigned refs) {
    Object* o = object();
    for (unsigned i = 0; i < refs; ++i) bound({.obj = o}, queue, token(i));
    kill_and_collect(o);
  }
  void SetUp() override { script.queue = &queue; }
  void TearDown() override { (void)queue.shutdown(); }   // its host goes now, and the exit drains what waits
  Script script{};
  Host host = scripted_host(script);
  CallbackQueue& queue = *new CallbackQueue{&host};
};

TEST_F(DrainTest, CallsEverythingAndNestsNever) {
  die(3);
  const Drained drained = queue.drain();
  EXPECT_EQ(drained.ran, 3u);
  EXPECT_EQ(drained.left, 0u);
  EXPECT_TRUE(script.nested_busy);
}

TEST_F(DrainTest, AFailureIsReportedAndTheOthersStillRun) {   // S16
  script.answer = Host::Called::failed;
  die(3);
  EXPECT_EQ(queue.drain().ran, 3u);
  EXPECT_EQ(script.reported, 3);
}

TEST_F(DrainTest, StopKeepsTheRest) {
  script.answer = Host::Called::stop;
  die(3);
  const Drained drained = queue.drain();
  EXPECT_TRUE(drained.stopped);
  EXPECT_EQ(drained.ran, 1u);
  EXPECT_EQ(drained.left, 2u);
  script.answer = Host::Called::ok;
  EXPECT_EQ(queue.drain().ran, 2u);
}

TEST_F(DrainTest, KeepsItsBudget) {
  die(5);
  EXPECT_EQ(queue.drain({.items = 2}).ran, 2u);
  EXPECT_EQ(queue.drain({.nanoseconds = 0}).ran, 0u);
  EXPECT_EQ(queue.drain().ran, 3u);
}

TEST_F(DrainTest, ATimeBudgetBeyondTheClockIsNone) {
  die(3);
  const Drained drained = queue.drain({.nanoseconds = UINT64_MAX - 1});
  EXPECT_EQ(drained.ran, 3u);
  EXPECT_EQ(drained.left, 0u);
}

TEST_F(DrainTest, WithoutABudgetNothingIsCalled) {
  die(3);
  ASSERT_TRUE(queue.collect());                     // settles: now it is known how many wait
  const Drained drained = queue.drain({.items = 0});
  EXPECT_EQ(drained.ran, 0u);
  EXPECT_EQ(drained.left, 3u);
  EXPECT_FALSE(drained.busy);
  EXPECT_TRUE(script.called.empty());
}

TEST_F(DrainTest, StopEndsCollectingToo) {
  script.answer = Host::Called::stop;
  die(3);
  const Drained drained = queue.collect_and_drain();
  EXPECT_TRUE(drained.stopped);
  EXPECT_EQ(drained.ran, 1u);
  EXPECT_EQ(drained.left, 2u);
}

TEST_F(DrainTest, CollectingEndsThoughEachCallbackMakesAnotherDeath) {
  static Object* last;
  struct Again {
    static void run(Event& event) {
      if (event.act == Event::Act::drop) return;
      last = object();
      ASSERT_EQ(finalize_raw({.obj = last}, *static_cast<CallbackQueue*>(event.payload), event.payload, AtExit::no, run).status, Status::ok);
      scripted::kill(last);
    }
  };
  Event first;
  first.payload = &queue;
  Again::run(first);
  const Drained drained = queue.collect_and_drain();
  EXPECT_GE(drained.ran, 8u);                       // more when zeal collects
  EXPECT_FALSE(drained.stopped || drained.busy);
  EXPECT_TRUE(queue.collect());
}

TEST_F(DrainTest, SaysBusyWhenItsQueueGotAnotherOwnerMeanwhile) {
  const auto run = [](Event& event) {
    auto& q = *static_cast<CallbackQueue*>(event.payload);
    if (event.act == Event::Act::call) std::thread([&] { EXPECT_EQ(q.own(), Status::ok); }).join();
  };
  Object* o = object();
  for (int i = 0; i < 2; ++i) ASSERT_EQ(finalize_raw({.obj = o}, queue, &queue, AtExit::no, run).status, Status::ok);
  kill_and_collect(o);
  const Drained drained = queue.drain();
  EXPECT_EQ(drained.ran, 1u);
  EXPECT_EQ(drained.left, 1u);
  EXPECT_TRUE(drained.busy);
}

TEST_F(DrainTest, ACollectorsFinalizerThatDrainsIsInsideOfIt) {
  static CallbackQueue* its;
  static int inside;
  its = &queue;
  inside = 0;
  bound({.obj = object()}, queue, token(1));       // so that there is a queue
  for (int i = 0; i < 3; ++i) {
    Object* o = object();
    ASSERT_TRUE(gc::set_finalizer(o, {[](void*, void*) { inside += its->drain().busy; }, nullptr}));
    scripted::kill(o);
  }
  scripted::run_cycle();
  EXPECT_FALSE(queue.drain().busy);
  EXPECT_EQ(inside, 3);
}

TEST_F(DrainTest, OneForcedCollectionSettlesAChainOfDeaths) {   // S17 S19 T1
  static Object* next;
  next = object();
  Object* first = object();
  Ref* watcher = bound({.obj = next}, queue, token(2));
  const auto run = [](Event& event) {               // the first death's callback makes the second, registers, and collects
    auto& q = *static_cast<CallbackQueue*>(event.payload);
    scripted::kill(next);
    bound({.obj = object()}, q, token(3));
    EXPECT_TRUE(q.collect());
    EXPECT_TRUE(q.collect_and_drain().busy);
  };
  ASSERT_EQ(finalize_raw({.obj = first}, queue, &queue, AtExit::no, run).status, Status::ok);
  scripted::kill(first);
  EXPECT_EQ(queue.collect_and_drain().ran, 2u);
  EXPECT_EQ(script.called, std::vector<void*>{token(2)});
  EXPECT_EQ(get(watcher->node), nullptr);
}

TEST_F(DrainTest, CallsNothingInsideANoCallbackScope) {
  die(1);
  {
    NoCallbackScope silence;
    EXPECT_TRUE(queue.drain().busy);
    EXPECT_TRUE(script.called.empty());
  }
  EXPECT_EQ(queue.drain().ran, 1u);
}

}  // namespace
}  // namespace mayfly::world
