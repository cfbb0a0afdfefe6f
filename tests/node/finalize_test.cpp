#include "src/core/event_queue.hpp"
#include "src/node/guard.hpp"
#include "tests/child.hpp"
#include "tests/scripted_world.hpp"

#include <mayfly/weak.hpp>

#include <atomic>
#include <thread>

namespace mayfly::world {
namespace {

struct FinalizeTest : ::testing::Test {
  Registered finalizer(Object* o, unsigned n, AtExit at_exit = AtExit::no) {
    const auto result = finalize_raw({.obj = o}, queue, token(n), at_exit);
    EXPECT_EQ(result.status, Status::ok);
    return result.value;
  }
  std::vector<void*> payloads() {
    std::vector<void*> list;
    for (const Event& event : take_all(queue)) list.push_back(event.payload);
    return list;
  }
  CallbackQueue& queue = *new CallbackQueue;
};

TEST_F(FinalizeTest, ComesOnceAfterDeath) {   // S41 S42
  Object* o = object();
  const Registered f = finalizer(o, 1);
  EXPECT_TRUE(alive(f));
  EXPECT_EQ(peek(f).object, o);
  EXPECT_EQ(peek(f).payload, token(1));
  kill_and_collect(o);
  EXPECT_EQ(payloads(), std::vector<void*>{token(1)});
  EXPECT_FALSE(alive(f));
  EXPECT_EQ(detach(f), nullptr);
  EXPECT_EQ(peek(f).object, nullptr);
}

TEST_F(FinalizeTest, IsInterleavedWithCallbacksNewestFirst) {   // S44
  Object* o = object();
  finalizer(o, 1);
  bound({.obj = o}, queue, token(2));
  finalizer(o, 3);
  kill_and_collect(o);
  EXPECT_EQ(payloads(), (std::vector<void*>{token(3), token(2), token(1)}));
}

TEST_F(FinalizeTest, DetachedGivesItsPayloadToOneCaller) {   // S43
  Object* o = object();
  const Registered f = finalizer(o, 1);
  EXPECT_EQ(detach(f), token(1));
  EXPECT_EQ(detach(f), nullptr);
  kill_and_collect(o);
  EXPECT_TRUE(payloads().empty());
}

TEST_F(FinalizeTest, DetachedWhileQueuedIsSkipped) {
  Object* o = object();
  const Registered f = finalizer(o, 1);
  finalizer(o, 2);
  kill_and_collect(o);
  Event event;
  ASSERT_TRUE(queue.take(event));
  EXPECT_EQ(event.payload, token(2));
  EXPECT_TRUE(alive(f));
  EXPECT_EQ(peek(f).object, nullptr);        // dead, though its finalizer waits
  EXPECT_EQ(peek(f).payload, nullptr);
  EXPECT_EQ(detach(f), token(1));
  EXPECT_FALSE(queue.take(event));
}

TEST_F(FinalizeTest, PutBackItComesAgainAndIsNoLongerAlive) {
  Object* o = object();
  const Registered f = finalizer(o, 1, AtExit::yes);
  finalizer(o, 2);
  kill_and_collect(o);
  Event event;
  ASSERT_TRUE(queue.take(event));
  ASSERT_TRUE(queue.take(event));
  queue.put_back(event);
  EXPECT_FALSE(alive(f));
  EXPECT_EQ(payloads(), std::vector<void*>{token(1)});
  EXPECT_EQ(queue.shutdown(), 0u);
}

TEST_F(FinalizeTest, PutBackInReverseTheOrderIsWhatItWas) {   // .queue.order
  Object* o = object();
  for (unsigned n = 1; n <= 8; ++n) {
    if (n % 3 == 0) bound({.obj = o}, queue, token(n));
    else finalizer(o, n);
  }
  kill_and_collect(o);
  Event events[6];
  for (Event& event : events) ASSERT_TRUE(queue.take(event));
  for (int i = 6; i-- > 0;) queue.put_back(events[i]);
  EXPECT_EQ(payloads(), (std::vector<void*>{token(8), token(7), token(6), token(5), token(4), token(3), token(2), token(1)}));
}

TEST_F(FinalizeTest, ManyThatWereTakenMayBePutBack) {   // .finalizer.spent
  constexpr std::size_t kMany = core::Registry::kReturnable;
  Object* o = object();
  for (unsigned n = 0; n < kMany; ++n) finalizer(o, n + 1);
  kill_and_collect(o);
  std::vector<Event> events = take_all(queue);
  ASSERT_EQ(events.size(), kMany);
  Object* other = object();
  for (unsigned n = 0; n < 10; ++n) finalizer(other, kMany + n + 1);   // these need records too
  for (std::size_t i = kMany; i-- > 0;) queue.put_back(events[i]);
  EXPECT_EQ(payloads().size(), kMany);
  kill_and_collect(other);
  EXPECT_EQ(payloads().size(), 10u);
}

TEST_F(FinalizeTest, AnIdNeverNamesTheNextTenantOfItsRecord) {   // .finalizer.id
  Object* o = object();
  const Registered old = finalizer(o, 1);
  EXPECT_EQ(detach(old), token(1));
  const Registered now = finalizer(o, 2, AtExit::yes);
  ASSERT_EQ(now.id << 16, old.id << 16);     // control: the very same record
  EXPECT_FALSE(alive(old));
  EXPECT_EQ(at_exit(old), AtExit::no);
  set_at_exit(old, AtExit::no);
  EXPECT_EQ(at_exit(now), AtExit::yes);
  EXPECT_EQ(peek(old).object, nullptr);
  EXPECT_EQ(detach(old), nullptr);
  EXPECT_EQ(detach(now), token(2));
}

TEST_F(FinalizeTest, ARecordThatHadAllItsIdsIsNotUsedAgain) {   // .finalizer.id
  Object* o = object();
  const Registered first = finalizer(o, 1);
  EXPECT_EQ(detach(first), token(1));
  Registered last = first;
  for (int i = 0; i < 0x10000 && last.id << 16 == first.id << 16; ++i) {
    last = finalizer(o, 2);
    EXPECT_EQ(detach(last), token(2));
  }
  EXPECT_NE(last.id << 16, first.id << 16);
  EXPECT_FALSE(alive(first));
}

TEST_F(FinalizeTest, PutBackInTheLastLifeOfItsRecordTheFirstIdStaysDead) {   // .finalizer.id
  const Registered first = finalizer(object(), 1);
  EXPECT_EQ(detach(first), token(1));
  Object* o = object();
  Registered last = first;
  while (last.id >> 48 != 0xFFFF) {
    if (last.id != first.id) {
      EXPECT_EQ(detach(last), token(2));
    }
    last = finalizer(o, 2);
    ASSERT_EQ(last.id << 16, first.id << 16);
  }
  kill_and_collect(o);
  Event event;
  ASSERT_TRUE(queue.take(event));
  queue.put_back(event);
  ASSERT_TRUE(queue.take(event));
  EXPECT_FALSE(alive(first));
  EXPECT_EQ(detach(first), nullptr);
  const Registered next = finalizer(object(), 3);
  EXPECT_NE(next.id << 16, first.id << 16);
}

TEST_F(FinalizeTest, PutBackItIsForgottenWithTheOthers) {   // T8: what a forked child does that leaves them to its parent
  Object* o = object();
  for (unsigned n = 1; n <= 3; ++n) finalizer(o, n, AtExit::yes);
  kill_and_collect(o);
  Event event;
  ASSERT_TRUE(queue.take(event));
  queue.put_back(event);
  EXPECT_EQ(node::forget_finalizers(*core::EventQueue::peek(queue), node::Dropped::left), 2u);
  EXPECT_TRUE(payloads().empty());
}

TEST_F(FinalizeTest, HoldsItsPayloadUntilItIsTakenOrDetached) {   // S41
  void* taken = gc::allocate(16);
  void* detached = gc::allocate(16);
  Object* o = object();
  ASSERT_EQ(finalize_raw({.obj = o}, queue, taken, AtExit::no).status, Status::ok);
  const auto f = finalize_raw({.obj = o}, queue, detached, AtExit::no);
  EXPECT_TRUE(scripted::is_rooted(taken));
  EXPECT_TRUE(scripted::is_rooted(detached));
  EXPECT_EQ(detach(f.value), detached);
  EXPECT_FALSE(scripted::is_rooted(detached));
  kill_and_collect(o);
  EXPECT_TRUE(scripted::is_rooted(taken));
  Event event;
  ASSERT_TRUE(queue.take(event));
  EXPECT_FALSE(scripted::is_rooted(taken));
  queue.put_back(event);
  EXPECT_TRUE(scripted::is_rooted(taken));
  EXPECT_EQ(payloads(), std::vector<void*>{taken});
  EXPECT_FALSE(scripted::is_rooted(taken));
}

TEST_F(FinalizeTest, ThoseThatWereDetachedLeaveTheirMemoryToTheNext) {
  Object* o = object();
  ASSERT_EQ(weak_handle({.obj = o}).status, Status::ok);   // its slot stays
  (void)detach(finalizer(o, 1));
  gc::zeal::fail_nth(1);                                   // nothing more may be asked for
  for (unsigned n = 0; n < 2000; ++n) ASSERT_EQ(detach(finalizer(o, n)), token(n));
  gc::zeal::fail_nth(0);
}

/// Detached by one thread while another one settles the deaths: each payload comes once, to one of them.
void detached_while_deaths_are_settled() {
  ASSERT_EQ(init({.clearing = test::clearing(), .zeal = "seed:1,yield=2"}), Status::ok);
  constexpr unsigned kRounds = 10, kObjects = 100;
  auto& queue = *new CallbackQueue;
  for (unsigned round = 0; round < kRounds; ++round) {
    std::vector<Registered> newest;
    for (unsigned i = 0; i < kObjects; ++i) {
      void* o = gc::allocate(4096);                        // no two in one shard, or the lock is kept from one to the next
      for (unsigned n = 0; n < 3; ++n) newest.push_back(finalize_raw({.obj = o}, queue, token(1), AtExit::no).value);
      scripted::kill(o);
    }
    scripted::run_cycle();
    std::atomic<unsigned> detached{0};
    std::atomic<bool> ready{false};
    std::thread other([&] {
      ready = true;
      for (std::size_t i = newest.size(); i-- > 0;) detached += i % 3 != 0 && detach(newest[i]) != nullptr;   // towards the scan
    });
    while (!ready) std::this_thread::yield();
    unsigned taken = 0;
    for (int turn = 0; turn < 2; ++turn) {
      for (Event event; queue.take(event);) ++taken;
      if (turn == 0) other.join();
    }
    ASSERT_EQ(taken + detached, 3 * kObjects);
  }
}
TEST(Finalize, MayBeDetachedWhileDeathsAreSettled) { EXPECT_IN_CHILD(detached_while_deaths_are_settled()); }

using FinalizeDeathTest = FinalizeTest;
TEST_F(FinalizeDeathTest, AnEventThatIsPutBackTwiceOrTooLateIsNamed) {   // .finalizer.spent
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  Object* o = object();
  for (unsigned n = 0; n <= core::Registry::kReturnable; ++n) finalizer(o, n + 1);
  kill_and_collect(o);
  Event first, event;
  ASSERT_TRUE(queue.take(first));
  const auto put_back_twice = [&] {
    queue.put_back(first);
    queue.put_back(first);
  };
  EXPECT_DEATH(put_back_twice(), "contract broken: put_back");
  while (queue.take(event)) {}
  EXPECT_DEATH(queue.put_back(first), "contract broken: put_back");
}

TEST_F(FinalizeTest, NoneAtAllAnswersNothing) {   // T7
  const Registered none;
  EXPECT_EQ(at_exit(none), AtExit::no);
  EXPECT_EQ(peek(none).object, nullptr);
  set_exit_priority(none, 3);
  EXPECT_FALSE(alive(none));
}

TEST_F(FinalizeTest, RefusesWhatIsNoCollectedObject) {   // S3
  int local = 0;
  EXPECT_EQ(finalize_raw({.obj = &local}, queue, token(1)).status, Status::not_collectable);
  EXPECT_EQ(finalize_object({.obj = &local}, queue, token(1)), Status::not_collectable);
  EXPECT_EQ(finalize_object({.obj = nullptr}, queue, token(1)), Status::not_collectable);
  Event event;
  EXPECT_FALSE(queue.take(event));
  EXPECT_FALSE(queue.pending());
}

TEST_F(FinalizeTest, AnObjectsOwnFinalizerIsDroppedByShutdown) {
  Object* early = object();
  Object* late = object();
  for (Object* o : {early, late}) ASSERT_EQ(finalize_object({.obj = o}, queue, token(1)), Status::ok);
  kill_and_collect(early);
  gc::invoke_finalizers();                   // waits
  EXPECT_EQ(queue.shutdown(), 1u);
  kill_and_collect(late);
  gc::invoke_finalizers();
  EXPECT_TRUE(payloads().empty());
  EXPECT_EQ(queue.stats().waiting, 0u);
  EXPECT_EQ(finalize_object({.obj = object()}, queue, token(1)), Status::shut_down);
}

TEST_F(FinalizeTest, ShutdownLetsGoOfWhatTheCollectorHasFoundAndNotToldOfYet) {
  static int dropped;
  dropped = 0;
  Object* o = object();
  ASSERT_EQ(finalize_object({.obj = o}, queue, nullptr, [](Event& event) { dropped += event.act == Event::Act::drop; }), Status::ok);
  kill_and_collect(o);
  EXPECT_EQ(queue.shutdown(), 1u);
  EXPECT_EQ(dropped, 1);
}

TEST_F(FinalizeTest, AnObjectFinalizersEventShowsThePointerThatWasRegistered) {
  static int earlier;
  earlier = 0;
  Object* o = object();                      // as where a debugging allocator puts a header in front, or a base class lies further in
  ASSERT_EQ(gc::set_finalizer(o, {[](void* base, void* given) { earlier += base == given; }, o}).status, Status::ok);
  ASSERT_EQ(finalize_object({.obj = &o->value}, queue, token(1)), Status::ok);
  kill_and_collect(o);
  Event event;
  ASSERT_TRUE(queue.take(event));
  EXPECT_EQ(event.object, &o->value);
  queue.put_back(event);
  ASSERT_TRUE(queue.take(event));
  EXPECT_EQ(event.object, &o->value);
  kill_and_collect(o);
  gc::invoke_finalizers();
  EXPECT_EQ(earlier, 1);

  Object* forgotten = object();
  ASSERT_EQ(finalize_object({.obj = &forgotten->value}, queue, token(1)), Status::ok);
  kill_and_collect(forgotten);
  EXPECT_TRUE(queue.collect());
  clear_now({.obj = forgotten});
  EXPECT_FALSE(queue.take(event));
}

TEST_F(FinalizeTest, OneRegisteredBesideATakerComesFirstAndTheEarlierOneLast) {   // under ThreadSanitizer too
  static std::atomic<int> earlier;
  earlier = 0;
  int events = 0;
  constexpr int kRounds = 300;
  for (int round = 0; round < kRounds; ++round) {
    Object* o = object();
    ASSERT_EQ(gc::set_finalizer(o, {[](void*, void*) { ++earlier; }, nullptr}).status, Status::ok);
    ASSERT_EQ(finalize_object({.obj = o}, queue, token(1)), Status::ok);
    kill_and_collect(o);
    std::thread registers([&] { EXPECT_EQ(finalize_object({.obj = o}, queue, token(2)), Status::ok); });
    events += static_cast<int>(take_all(queue).size());
    registers.join();
    for (int death = 0; death < 3; ++death) {
      kill_and_collect(o);
      events += static_cast<int>(take_all(queue).size());
    }
  }
  EXPECT_EQ(events, 2 * kRounds);
  EXPECT_EQ(earlier, kRounds);
}

TEST_F(FinalizeTest, AFailedObjectFinalizerLeavesTheEarlierOneInPlace) {
  static int calls;
  calls = 0;
  finalizer(object(), 9);                    // the queue is there
  int failures = 0;
  for (std::uint64_t n = 1;; ++n) {
    ASSERT_LT(n, 20u);
    Object* o = object();
    ASSERT_EQ(gc::set_finalizer(o, {[](void*, void*) { ++calls; }, nullptr}).status, Status::ok);
    gc::zeal::fail_nth(n);
    const Status status = finalize_object({.obj = o}, queue, token(1));
    gc::zeal::fail_nth(0);
    kill_and_collect(o);
    EXPECT_EQ(payloads().size(), status == Status::ok ? 1u : 0u);
    if (status == Status::ok) break;
    EXPECT_EQ(status, Status::no_memory);
    EXPECT_EQ(calls, ++failures);
  }
  EXPECT_EQ(failures, 2);
}

TEST_F(FinalizeTest, AtExitComesNewestFirstAndLaterOnesJoin) {   // S45
  Object* o = object();
  finalizer(o, 1, AtExit::yes);
  const Registered off = finalizer(o, 2, AtExit::yes);
  finalizer(o, 3, AtExit::yes);
  finalizer(o, 4, AtExit::no);
  set_at_exit(off, AtExit::no);
  EXPECT_EQ(at_exit(off), AtExit::no);
  EXPECT_TRUE(take_all(queue).empty());
  EXPECT_FALSE(queue.pending());
  EXPECT_EQ(queue.stats().waiting, 0u);
  queue.begin_exit();
  EXPECT_TRUE(queue.pending());              // though nothing died
  EXPECT_EQ(queue.stats().waiting, 2u);
  EXPECT_TRUE(queue.collect());
  Event event;
  ASSERT_TRUE(queue.take(event));
  EXPECT_EQ(event.payload, token(3));
  finalizer(o, 5, AtExit::yes);
  EXPECT_EQ(payloads(), (std::vector<void*>{token(5), token(1)}));
  EXPECT_FALSE(queue.pending());
  kill_and_collect(o);                       // what ran at exit does not run again
  EXPECT_EQ(payloads(), (std::vector<void*>{token(4), token(2)}));
}

TEST_F(FinalizeTest, AtExitHigherPrioritiesComeFirst) {
  Object* o = object();
  finalizer(o, 1, AtExit::yes);
  const Registered high = finalizer(o, 2, AtExit::yes);
  const Registered low = finalizer(o, 3, AtExit::yes);
  const Registered higher = finalizer(o, 4, AtExit::yes);
  finalizer(o, 5, AtExit::yes);
  set_exit_priority(low, -1);
  set_exit_priority(high, 1);
  set_exit_priority(higher, 1);
  set_exit_priority(higher, 2);
  const Registered gone = finalizer(o, 6, AtExit::yes);
  set_exit_priority(gone, 9);
  EXPECT_EQ(detach(gone), token(6));
  set_exit_priority(gone, 10);               // dead: ignored
  finalizer(o, 7, AtExit::yes);
  queue.begin_exit();
  EXPECT_EQ(payloads(), (std::vector<void*>{token(4), token(2), token(7), token(5), token(1), token(3)}));
}

TEST_F(FinalizeTest, AfterShutdownNothingRunsAndNothingIsTaken) {
  Object* o = object();
  finalizer(o, 1);
  finalizer(o, 2, AtExit::yes);
  Ref* r = bound({.obj = o}, queue, token(3));
  EXPECT_EQ(queue.shutdown(), 1u);           // the other one was not to run at exit
  EXPECT_EQ(get(r->node), o);                // loads still work
  EXPECT_EQ(finalize_raw({.obj = o}, queue, token(4)).status, Status::shut_down);
  EXPECT_EQ(bind(ref()->node, {.obj = o}, queue, token(5)).status, Status::shut_down);
  kill_and_collect(o);
  EXPECT_TRUE(payloads().empty());
}

TEST_F(FinalizeTest, AnObjectsOwnFinalizerComesAfterTheCallbacksWithTheObject) {   // S18
  Object* o = object();
  ASSERT_EQ(finalize_object({.obj = o}, queue, token(9)), Status::ok);
  Ref* r = bound({.obj = o}, queue, token(1));
  kill_and_collect(o);
  const auto events = take_all(queue);
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].payload, token(1));
  EXPECT_EQ(events[1].payload, token(9));
  EXPECT_EQ(events[1].object, o);
  EXPECT_EQ(get(r->node), nullptr);          // resurrected, but its references stay dead
  EXPECT_EQ(count({.obj = o}), 0u);
  kill_and_collect(o);
  EXPECT_TRUE(take_all(queue).empty());      // at most once
}

struct EarlierFinalizerTest : FinalizeTest {
  static inline int calls = 0;
  Object* o = object();            // dies with a finalizer of its own and an earlier one of the collector's

  void SetUp() override {
    calls = 0;
    ASSERT_EQ(gc::set_finalizer(o, {[](void*, void*) { ++calls; }, nullptr}).status, Status::ok);
    ASSERT_EQ(finalize_object({.obj = o}, queue, token(1)), Status::ok);
    kill_and_collect(o);
  }
  void expect_the_earlier_one_next() {
    EXPECT_EQ(calls, 0);
    kill_and_collect(o);
    (void)take_all(queue);
    EXPECT_EQ(calls, 1);
  }
};

TEST_F(EarlierFinalizerTest, IsPutBack) {
  EXPECT_EQ(take_all(queue).size(), 1u);
  expect_the_earlier_one_next();
}

TEST_F(EarlierFinalizerTest, WithoutMemoryForItTheEventWaits) {
  EXPECT_TRUE(queue.collect());
  gc::zeal::fail_nth(1);
  Event event;
  EXPECT_FALSE(queue.take(event));
  gc::zeal::fail_nth(0);
  EXPECT_EQ(event.object, nullptr);
  EXPECT_TRUE(queue.pending());
  ASSERT_TRUE(queue.take(event));
  EXPECT_EQ(event.object, o);
  EXPECT_EQ(queue.stats().waiting, 0u);
  EXPECT_FALSE(queue.take(event));           // settles what zeal collected where the earlier one was put back
  EXPECT_FALSE(queue.pending());
  expect_the_earlier_one_next();
}

TEST_F(FinalizeTest, ADeathByHandForgetsAnObjectsOwnFinalizerThatWaits) {   // T6
  Object* objects[3] = {object(), object(), object()};
  for (unsigned i = 0; i < 3; ++i) {
    ASSERT_EQ(finalize_object({.obj = objects[i]}, queue, token(i)), Status::ok);
    scripted::kill(objects[i]);
  }
  scripted::run_cycle();
  gc::invoke_finalizers();
  clear_now({.obj = objects[0]});                          // its event is staged
  EXPECT_EQ(queue.stats().waiting, 2u);
  Event event;
  ASSERT_TRUE(queue.take(event));
  Object* other = objects[event.object == objects[1] ? 2 : 1];
  clear_now({.obj = other});                               // its event is queued
  EXPECT_FALSE(queue.take(event));
  EXPECT_FALSE(queue.pending());
}

TEST_F(FinalizeTest, AnObjectsFinalizersComeOneForEachDeathTheLatestFirst) {   // S18
  Object* o = object();
  const auto register_one = [&](unsigned n) { ASSERT_EQ(finalize_object({.obj = o}, queue, token(n)), Status::ok); };
  const auto die = [&] {
    kill_and_collect(o);
    gc::invoke_finalizers();
  };
  register_one(1);
  register_one(2);
  die();
  register_one(3);                                         // while the second one's event waits
  EXPECT_EQ(payloads(), std::vector<void*>{token(2)});
  for (const unsigned next : {3u, 1u}) {
    die();
    EXPECT_EQ(payloads(), std::vector<void*>{token(next)});
  }
}

TEST_F(FinalizeTest, AQueueThatWasShutDownLeavesOthersTheirFinalizers) {
  static int called;
  called = 0;
  Object* o = object();
  ASSERT_TRUE(gc::set_finalizer(o, {[](void*, void*) { ++called; }, nullptr}));
  ASSERT_EQ(finalize_object({.obj = o}, queue, token(1)), Status::ok);
  EXPECT_EQ(queue.shutdown(), 0u);
  kill_and_collect(o);
  gc::invoke_finalizers();
  EXPECT_EQ(called, 1);
}

TEST_F(FinalizeTest, AQueueThatGotAnOwnerInTheMidstOfATakeIsHisAlone) {
  static CallbackQueue* owned;
  owned = &queue;
  finalizer(object(), 1);
  Object* o = object();
  finalizer(o, 2);
  ASSERT_TRUE(gc::set_finalizer(o, {[](void*, void*) { std::thread([] { EXPECT_EQ(owned->own(), Status::ok); }).join(); }, nullptr}));   // in take()
  kill_and_collect(o);
  Event event;
  EXPECT_FALSE(queue.take(event));
  ASSERT_EQ(queue.own(), Status::ok);
  EXPECT_TRUE(queue.take(event));
}

void an_exit_that_the_host_stops() {
  static int calls;
  Host host;
  host.call = [](void*, const Event&) { return ++calls, Host::Called::stop; };
  auto& queue = *new CallbackQueue(new Host(host));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(finalize_raw({.obj = object()}, queue, token(1), AtExit::yes).status, Status::ok);
  shutdown();
  EXPECT_EQ(calls, 1);
}
TEST(Finalize, AHostMayStopTheExit) { EXPECT_IN_CHILD(an_exit_that_the_host_stops()); }   // S45

TEST_F(FinalizeTest, PeekAnswersThePointerThatWasGiven) {
  Object* o = object();
  const auto f = finalize_raw({.obj = &o->value}, queue, token(1), AtExit::no);
  ASSERT_EQ(f.status, Status::ok);
  EXPECT_EQ(peek(f.value).object, &o->value);
  EXPECT_EQ(peek(f.value).payload, token(1));
}

TEST_F(FinalizeTest, EveryFailingAllocationLeavesNothingBehind) {
  for (std::uint64_t n = 1;; ++n) {
    ASSERT_LT(n, 20u);
    CallbackQueue* fresh = new CallbackQueue;   // queues are never destroyed
    Object* o = object();
    gc::zeal::fail_nth(n);
    const auto result = finalize_raw({.obj = o}, *fresh, token(1), AtExit::no);
    gc::zeal::fail_nth(0);
    if (result) {
      EXPECT_GT(n, 2u);
      break;
    }
    EXPECT_EQ(result.status, Status::no_memory);
    const auto again = finalize_raw({.obj = o}, *fresh, token(2), AtExit::no);
    ASSERT_EQ(again.status, Status::ok);
    kill_and_collect(o);
    EXPECT_EQ(take_all(*fresh).size(), 1u);
  }
}

}  // namespace
}  // namespace mayfly::world
