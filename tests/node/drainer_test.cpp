// Delivery by a thread of mayfly's, hints through file descriptors, and what a queue tells about itself.
#include "src/core/event_queue.hpp"
#include "tests/child.hpp"
#include "tests/scripted_world.hpp"

#include <poll.h>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <thread>

namespace mayfly::world {
namespace {

std::atomic<int> g_called;
std::atomic<std::thread::id> g_on;
void note(Event&) {
  g_on = std::this_thread::get_id();
  ++g_called;
}
Closure g_note{note};

struct DrainerTest : ::testing::Test {
  CallbackQueue& queue = *new CallbackQueue;
  void SetUp() override { g_called = 0; }
  void TearDown() override { stop_drainer(queue); }

  void die(Closure& closure = g_note) {
    Object* o = object();
    ASSERT_EQ(bind_closure(ref()->node, {.obj = o}, queue, closure).status, Status::ok);
    clear_now({.obj = o});
  }
  static void wait_for(int calls) {
    for (int i = 0; i < 1000 && g_called < calls; ++i) ::usleep(10'000);
    EXPECT_EQ(g_called, calls);
  }
};

TEST_F(DrainerTest, CallsOnItsOwnThreadAndStartsAgain) {
  for (int round = 1; round <= 2; ++round) {
    ASSERT_EQ(start_drainer(queue), Status::ok);
    ASSERT_EQ(start_drainer(queue), Status::ok);       // runs already
    die();
    wait_for(round);
    EXPECT_NE(g_on.load(), std::this_thread::get_id());
    stop_drainer(queue);
    stop_drainer(queue);
  }
  die();
  EXPECT_TRUE(queue.pending());                          // nobody is there
  EXPECT_EQ(g_called, 2);
  EXPECT_EQ(queue.drain().ran, 1u);
  EXPECT_EQ(g_on.load(), std::this_thread::get_id());
}

TEST_F(DrainerTest, NoticesDeathsThatNoHintCameFor) {
  ASSERT_EQ(start_drainer(queue), Status::ok);
  Object* o = object();
  ASSERT_EQ(bind_closure(ref()->node, {.obj = o}, queue, g_note).status, Status::ok);
  kill_and_collect(o);                                   // the scripted collector calls no sentinel that it was not told to kill
  wait_for(1);
}

TEST_F(DrainerTest, MayBeStoppedFromItsOwnCallback) {
  static CallbackQueue* stopped;
  stopped = &queue;
  static Closure stops{[](Event&) {
    stop_drainer(*stopped);
    ++g_called;
  }};
  ASSERT_EQ(start_drainer(queue), Status::ok);
  die(stops);
  wait_for(1);
  die();
  EXPECT_EQ(queue.drain().ran + static_cast<std::size_t>(queue.drain().busy), 1u);
}

/// A drainer that stopped itself in a callback, and is told to go on before that has returned.
TEST_F(DrainerTest, StartedAgainInItsCallbackItGoesOnAndMayBeStopped) {
  static CallbackQueue* its;
  its = &queue;
  static Closure restarts{[](Event&) {
    stop_drainer(*its);
    EXPECT_EQ(start_drainer(*its), Status::ok);
    g_on = std::this_thread::get_id();
    ++g_called;
  }};
  ASSERT_EQ(start_drainer(queue), Status::ok);
  die(restarts);
  wait_for(1);
  const std::thread::id drainer = g_on;
  die();
  wait_for(2);
  EXPECT_EQ(g_on, drainer);                                // and not one more
  stop_drainer(queue);
  die();
  EXPECT_EQ(queue.drain().ran, 1u);                        // nobody drains it any more
}

TEST_F(DrainerTest, WhoeverStopsItWaitsForItsCallback) {
  static std::atomic<bool> inside, done;
  inside = done = false;
  static Closure slow{[](Event&) {
    inside = true;
    ::usleep(100'000);
    done = true;
  }};
  ASSERT_EQ(start_drainer(queue), Status::ok);
  die(slow);
  while (!inside) std::this_thread::yield();
  std::thread second([this] {
    const ThreadScope scope;
    stop_drainer(queue);
    EXPECT_TRUE(done);
  });
  stop_drainer(queue);
  EXPECT_TRUE(done);
  second.join();
}

TEST_F(DrainerTest, StartedAndStoppedByManyThreadsItEndsWithTheLast) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([this, t] {
      const ThreadScope scope;
      for (int i = 0; i < 300; ++i) {
        if ((t + i) % 2 == 0) {
          EXPECT_EQ(start_drainer(queue), Status::ok);
        } else {
          stop_drainer(queue);
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  stop_drainer(queue);
  die();
  EXPECT_EQ(queue.drain().ran, 1u);
}

TEST_F(DrainerTest, AnOwnerAloneIsHandedEvents) {
  ASSERT_EQ(queue.own(), Status::ok);
  die();
  Event event;
  std::thread stranger([&] {
    const ThreadScope scope;
    EXPECT_TRUE(queue.pending());
    EXPECT_FALSE(queue.take(event));
    EXPECT_TRUE(queue.drain().busy);
    queue.disown();                                        // not its own: nothing
    EXPECT_TRUE(queue.collect_and_drain().busy);
  });
  stranger.join();
  EXPECT_EQ(g_called, 0);
  EXPECT_EQ(queue.drain().ran, 1u);
  EXPECT_EQ(g_on.load(), std::this_thread::get_id());
}

/// Threads' ids are used again, and their stacks.
TEST_F(DrainerTest, NoLaterThreadInheritsAQueueThatItsOwnerLeft) {
  std::thread([this] {
    const ThreadScope scope;
    ASSERT_EQ(queue.own(), Status::ok);
  }).join();
  die();
  for (int i = 0; i < 5; ++i) {
    std::thread([this] {
      const ThreadScope scope;
      EXPECT_TRUE(queue.drain().busy);
    }).join();
  }
  EXPECT_EQ(g_called, 0);
  ASSERT_EQ(queue.own(), Status::ok);
  EXPECT_EQ(queue.drain().ran, 1u);
}

TEST_F(DrainerTest, AnOwnerEndsADrainThatIsUnderWayElsewhere) {
  static CallbackQueue* its;
  its = &queue;
  static Closure hands_over{[](Event&) {
    std::thread([] {
      const ThreadScope scope;
      EXPECT_EQ(its->own(), Status::ok);
    }).join();
  }};
  die(hands_over);
  die();
  EXPECT_EQ(queue.drain().ran, 1u);
  EXPECT_EQ(g_called, 0);
  ASSERT_EQ(queue.own(), Status::ok);
  EXPECT_EQ(queue.drain().ran, 1u);
}

TEST_F(DrainerTest, AnotherThreadMayBecomeTheOwner) {
  ASSERT_EQ(start_drainer(queue), Status::ok);
  std::thread owner([this] {
    const ThreadScope scope;
    ASSERT_EQ(queue.own(), Status::ok);                    // and the drainer is gone
  });
  owner.join();                                            // it ends without a word
  die();
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_EQ(g_called, 0);
  EXPECT_TRUE(queue.drain().busy);
  ASSERT_EQ(queue.own(), Status::ok);
  EXPECT_EQ(queue.drain().ran, 1u);
  queue.disown();
  die();
  std::thread stranger([this] {
    const ThreadScope scope;
    EXPECT_EQ(queue.drain().ran, 1u);
  });
  stranger.join();
  ASSERT_EQ(queue.own(), Status::ok);
  ASSERT_EQ(start_drainer(queue), Status::ok);             // which ends the ownership
  die();
  wait_for(3);
}

TEST_F(DrainerTest, EndsWithItsQueueAndIsRefusedAfterwards) {
  ASSERT_EQ(start_drainer(queue), Status::ok);
  (void)queue.shutdown();
  EXPECT_EQ(start_drainer(queue), Status::shut_down);
  const auto& drainer = core::EventQueue::peek(queue)->drainer;
  for (int i = 0; i < 1000 && drainer.state != core::Drainer::none; ++i) ::usleep(10'000);
  EXPECT_EQ(drainer.state, core::Drainer::none);
}

TEST_F(DrainerTest, WithoutMemoryNothingIsStartedOrOwned) {
  const auto refused = [](CallbackQueue& q, std::uint64_t n, Status (*call)(CallbackQueue&)) {
    gc::zeal::fail_nth(n);
    const Status status = call(q);
    gc::zeal::fail_nth(0);
    EXPECT_TRUE(status == Status::ok || status == Status::no_memory);
    return status != Status::ok;
  };
  const auto hint = [](CallbackQueue& q) { return q.set_wake([](void*) { ++g_called; }, nullptr); };
  const auto fd = [](CallbackQueue& q) { return q.wake_fd() < 0 ? Status::no_memory : Status::ok; };
  for (Status (*call)(CallbackQueue&) : {+[](CallbackQueue& q) { return start_drainer(q); }, +[](CallbackQueue& q) { return q.own(); }, +hint, +fd}) {
    for (std::uint64_t n = 1;; ++n) {
      ASSERT_LT(n, 20u);
      auto& fresh = *new CallbackQueue;
      const bool failed = refused(fresh, n, call);
      if (!failed) {
        stop_drainer(fresh);
        break;
      }
      Event event;
      EXPECT_FALSE(fresh.take(event));
      EXPECT_FALSE(fresh.pending());
      EXPECT_EQ(call(fresh), Status::ok);                  // repeated
      stop_drainer(fresh);
    }
  }
}

TEST_F(DrainerTest, WithoutFileDescriptorsThereIsNoDrainerAndNoWakeUp) {
  ASSERT_EQ(queue.own(), Status::ok);
  rlimit had;
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &had), 0);
  const rlimit none{0, had.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  const int fd = queue.wake_fd();
  const Status started = start_drainer(queue);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &had), 0);
  EXPECT_EQ(fd, -1);
  EXPECT_EQ(started, Status::no_memory);
  die();
  EXPECT_EQ(queue.drain().ran, 1u);                        // still this thread's
  EXPECT_GE(queue.wake_fd(), 0);
}

TEST_F(DrainerTest, WithoutAThreadThereIsNoDrainer) {
  pthread_attr_t had, huge;
  ASSERT_EQ(::pthread_getattr_default_np(&had), 0);
  ASSERT_EQ(::pthread_attr_init(&huge), 0);
  ASSERT_EQ(::pthread_attr_setstacksize(&huge, std::size_t{1} << 50), 0);   // more than there are addresses
  ASSERT_EQ(::pthread_setattr_default_np(&huge), 0);
  const Status started = start_drainer(queue);
  ASSERT_EQ(::pthread_setattr_default_np(&had), 0);
  EXPECT_EQ(started, Status::no_memory);
  stop_drainer(queue);
  die();
  EXPECT_EQ(queue.drain().ran, 1u);
  EXPECT_EQ(start_drainer(queue), Status::ok);
}

/// The first hint of a process makes the sentinels; a later queue's finds them there.
void the_first_hint_without_memory() {
  CallbackQueue& queue = *new CallbackQueue;
  ASSERT_EQ(queue.own(), Status::ok);
  const auto hint = [](void*) { ++g_called; };
  for (const std::uint64_t n : {1u, 2u}) {                 // a sentinel, its registration
    gc::zeal::fail_nth(n);
    EXPECT_EQ(queue.set_wake(hint, nullptr), Status::no_memory);
    gc::zeal::fail_nth(n);
    EXPECT_EQ(queue.wake_fd(), -1);
    gc::zeal::fail_nth(n);
    EXPECT_EQ(start_drainer(queue), Status::no_memory);
  }
  gc::zeal::fail_nth(3);                                   // one sentinel is enough
  EXPECT_EQ(queue.set_wake(hint, nullptr), Status::ok);
  EXPECT_EQ(gc::allocate(16) != nullptr, true);            // control: it was refused
  gc::zeal::fail_nth(0);
  Object* o = object();
  ASSERT_EQ(bind_closure(ref()->node, {.obj = o}, queue, g_note).status, Status::ok);
  clear_now({.obj = o});
  EXPECT_EQ(g_called, 1);
}
TEST_F(DrainerTest, TheFirstHintWithoutMemoryIsRefused) { EXPECT_IN_CHILD(the_first_hint_without_memory()); }

TEST_F(DrainerTest, AnEventfdBecomesReadableWhenSomethingWasQueued) {
  const int fd = queue.wake_fd();
  ASSERT_GE(fd, 0);
  EXPECT_EQ(queue.wake_fd(), fd);
  pollfd wait{fd, POLLIN, 0};
  EXPECT_EQ(::poll(&wait, 1, 0), 0);
  die();
  EXPECT_EQ(::poll(&wait, 1, 0), 1);
  std::uint64_t hints = 0;
  EXPECT_EQ(::read(fd, &hints, sizeof hints), 8);
  EXPECT_EQ(::poll(&wait, 1, 0), 0);
  EXPECT_EQ(queue.drain().ran, 1u);
}

TEST_F(DrainerTest, AQueueTellsItsBacklog) {
  EXPECT_EQ(queue.stats().waiting, 0u);
  EXPECT_EQ(queue.stats().oldest_ns, 0u);
  for (int i = 0; i < 40; ++i) {                          // more batches than are kept apart
    die();
    scripted::run_cycle();
  }
  EXPECT_EQ(queue.stats().waiting, 40u);
  const std::uint64_t age = queue.stats().oldest_ns;
  EXPECT_GT(age, 0u);
  EXPECT_GT(queue.stats().oldest_ns, age);
  Event event;
  ASSERT_TRUE(queue.take(event));
  queue.put_back(event);                                  // as old as the next one, as far as the queue knows
  EXPECT_EQ(queue.stats().waiting, 40u);
  EXPECT_GT(queue.stats().oldest_ns, 0u);
  EXPECT_EQ(queue.drain({.items = 39}).ran, 39u);
  EXPECT_GT(queue.stats().oldest_ns, 0u);
  EXPECT_EQ(queue.drain().ran, 1u);
  EXPECT_EQ(queue.stats().oldest_ns, 0u);
  EXPECT_EQ(queue.stats().ran, 40u);
  EXPECT_GT(queue.stats().drain_ns, 0u);
}

TEST_F(DrainerTest, TheLatestCollectionsDeathsAreCounted) {
  if (*gc::zeal::replay() != 0) GTEST_SKIP() << "zeal adds collections of its own";
  std::vector<Object*> dead;
  for (int i = 0; i < 5; ++i) {
    dead.push_back(object());
    ASSERT_EQ(bind_closure(ref()->node, {.obj = dead.back()}, queue, g_note).status, Status::ok);
  }
  (void)queue.drain();
  for (Object* o : dead) scripted::kill(o);
  scripted::run_cycle();
  EXPECT_EQ(queue.drain().ran, 5u);
  EXPECT_EQ(stats().cleared_last, 5u);
}

}  // namespace
}  // namespace mayfly::world
