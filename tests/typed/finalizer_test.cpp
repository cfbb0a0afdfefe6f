#include "tests/scripted_world.hpp"

#include <mayfly/mayfly.hpp>

#include <memory>
#include <stdexcept>

namespace mayfly::world {
namespace {

struct Thing {
  long x = 0;
};

struct FinalizerTest : ::testing::Test {
  CallbackQueue& queue = *new CallbackQueue;
  Thing* thing = make<Thing>();
  std::shared_ptr<int> calls = std::make_shared<int>(0);   // its use count shows whether the closure was destroyed

  Finalizer counting() {
    const auto made = finalize(thing, [c = calls] { ++*c; }, queue, AtExit::no);
    EXPECT_EQ(made.status, Status::ok);
    EXPECT_EQ(calls.use_count(), 2);
    return made.value;
  }
};

TEST_F(FinalizerTest, IsCalledOnceAndDestroyedAfterDeath) {   // S41
  const Finalizer f = counting();
  EXPECT_TRUE(f.alive());
  kill_and_collect(thing);
  EXPECT_EQ(*calls, 0);
  EXPECT_EQ(queue.drain().ran, 1u);
  EXPECT_EQ(*calls, 1);
  EXPECT_EQ(calls.use_count(), 1);
  EXPECT_FALSE(f.alive());
}

TEST_F(FinalizerTest, RunCallsItNowAndNeverAgain) {   // S42
  Finalizer f = counting();
  EXPECT_TRUE(f.run());
  EXPECT_EQ(*calls, 1);
  EXPECT_EQ(calls.use_count(), 1);
  EXPECT_FALSE(f.run());
  kill_and_collect(thing);
  EXPECT_EQ(queue.drain().ran, 0u);
  EXPECT_EQ(*calls, 1);
}

TEST_F(FinalizerTest, DetachForgetsTheClosure) {   // S43
  Finalizer f = counting();
  EXPECT_TRUE(f.detach());
  EXPECT_FALSE(f.detach());
  EXPECT_EQ(calls.use_count(), 1);
  kill_and_collect(thing);
  EXPECT_EQ(queue.drain().ran, 0u);
}

TEST_F(FinalizerTest, WhatItThrowsPropagatesFromRunAndIsReportedAtDeath) {   // S42 S44
  static int reported;
  reported = 0;
  const auto throws = [] { throw std::runtime_error("x"); };
  Finalizer now = finalize(thing, throws, queue, AtExit::no).value;
  EXPECT_THROW(now.run(), std::runtime_error);
  EXPECT_FALSE(now.alive());
  ASSERT_EQ(finalize(thing, throws, queue, AtExit::no).status, Status::ok);
  const Finalizer other = counting();
  const UnraisableHandler before = on_unraisable([](std::exception_ptr error) noexcept { reported += error != nullptr; });
  kill_and_collect(thing);
  EXPECT_EQ(queue.drain().ran, 2u);
  (void)on_unraisable(before);
  EXPECT_EQ(reported, 1);
  EXPECT_EQ(*calls, 1);
  EXPECT_FALSE(other.alive());
}

TEST_F(FinalizerTest, WithoutAHandlerWhatItThrowsIsPrinted) {   // S44
  ASSERT_EQ(finalize(thing, [] { throw std::runtime_error("out of order"); }, queue, AtExit::no).status, Status::ok);
  ASSERT_EQ(finalize(thing, [] { throw 42; }, queue, AtExit::no).status, Status::ok);
  kill_and_collect(thing);
  testing::internal::CaptureStderr();
  EXPECT_EQ(queue.drain().ran, 2u);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "Exception ignored in a callback or finalizer of mayfly: not a std::exception\n"
                                                    "Exception ignored in a callback or finalizer of mayfly: out of order\n");
}

TEST_F(FinalizerTest, FailedRegistrationDestroysTheClosure) {
  for (std::uint64_t n = 1;; ++n) {
    ASSERT_LT(n, 20u);
    gc::zeal::fail_nth(n);
    const auto made = finalize(thing, [c = calls] { ++*c; }, queue, AtExit::no);
    gc::zeal::fail_nth(0);
    if (made) {
      EXPECT_GT(n, 2u);
      break;
    }
    EXPECT_EQ(made.status, Status::no_memory);
    EXPECT_EQ(calls.use_count(), 1);
  }
  (void)queue.shutdown();
  EXPECT_EQ(finalize(thing, [c = calls] { ++*c; }, queue).status, Status::shut_down);
}

struct Counted {
  std::shared_ptr<int> count;
  ~Counted() {
    if (count) ++*count;
  }
};

TEST_F(FinalizerTest, AQueuesShutdownDestroysWhatItDrops) {   // S45
  (void)counting();                                        // lives
  Thing* dead = make<Thing>();
  ASSERT_TRUE(finalize(dead, [c = calls] { ++*c; }, queue));
  const auto ref = WeakRef<Thing>::of(dead, [c = calls] { ++*c; }, queue);
  ASSERT_TRUE(ref);
  RefNode* dropped = [&] {
    return WeakRef<Thing>::of(thing, [c = calls] { ++*c; }, queue).value.node();
  }();
  auto destroyed = std::make_shared<int>(0);
  auto* object = make_in<Counted>(queue, destroyed);
  EXPECT_EQ(calls.use_count(), 5);
  for (void* each : {static_cast<void*>(dead), static_cast<void*>(object), holder(*dropped)}) scripted::kill(each);
  scripted::run_cycle();
  gc::invoke_finalizers();
  EXPECT_EQ(queue.shutdown(), 4u);                         // a finalizer, a callback, a destructor and a ref's end waited
  EXPECT_EQ(calls.use_count(), 1);
  EXPECT_EQ(*calls, 0);                                    // destroyed, not called
  EXPECT_EQ(*destroyed, 1);
  EXPECT_EQ(queue.shutdown(), 0u);
}

TEST_F(FinalizerTest, AClosureThatAShutdownDestroysMayShutDownTheQueueAndUseIt) {
  struct Again {
    FinalizerTest* test;
    std::shared_ptr<int> count;
    Again(FinalizerTest* t, std::shared_ptr<int> c) : test(t), count(std::move(c)) {}
    Again(Again&&) noexcept = default;
    ~Again() {
      if (!count) return;
      ++*count;
      (void)test->queue.shutdown();
      (void)test->queue.collect_and_drain();
      EXPECT_EQ(finalize(test->thing, [] {}, test->queue).status, Status::shut_down);
    }
    void operator()() { ADD_FAILURE() << "called"; }
  };
  Thing* dead = make<Thing>();
  ASSERT_TRUE(finalize(dead, Again(this, calls), queue));
  ASSERT_TRUE(finalize(dead, Again(this, calls), queue));
  kill_and_collect(dead);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(finalize(thing, Again(this, calls), queue));
  EXPECT_EQ(queue.shutdown(), 1u);                         // the outermost one's; the first closure's own dropped the rest
  EXPECT_EQ(*calls, 5);
  EXPECT_EQ(calls.use_count(), 1);
}

TEST_F(FinalizerTest, WhatIsPutBackInTheMidstOfAShutdownIsDroppedToo) {
  static CallbackQueue* its;
  static Event event;
  its = &queue;
  event = {};
  struct PutsBack {
    std::shared_ptr<int> count;
    PutsBack(std::shared_ptr<int> c) : count(std::move(c)) {}
    PutsBack(PutsBack&&) noexcept = default;
    ~PutsBack() {
      if (count && event.record_ != nullptr) its->put_back(std::exchange(event, {}));
    }
    void operator()() {}
  };
  (void)counting();
  kill_and_collect(thing);
  ASSERT_TRUE(queue.take(event));
  Thing* other = make<Thing>();
  ASSERT_TRUE(finalize(other, PutsBack(calls), queue));
  EXPECT_EQ(queue.shutdown(), 1u);                         // and what was handed out before
  EXPECT_EQ(calls.use_count(), 1);
  EXPECT_EQ(*calls, 0);
  EXPECT_FALSE(queue.pending());
}

}  // namespace
}  // namespace mayfly::world
