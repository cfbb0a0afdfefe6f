// On the real collector: reachability decides. At most max(8, N/200) of N dropped objects may be seen alive by a conservative stack.
#include "gc_integration/primitives.hpp"
#include "gc_integration/zeal.hpp"
#include "tests/child.hpp"

#include <mayfly/mayfly.hpp>
#include <mayfly/testing.hpp>

#define GC_THREADS 1
#define GC_NO_THREAD_REDIRECTS 1
#include <gc.h>
#include <gc/javaxfc.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <csetjmp>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

namespace mayfly {
namespace {

constexpr std::size_t kN = 2000;
constexpr std::size_t kMinDead = kN - std::max<std::size_t>(8, kN / 200);

struct Ref {
  void* header;
  RefNode node;
};

using test::on_fresh_thread;

struct BdwgcTest : ::testing::Test {
  void SetUp() override { ASSERT_EQ(init(), Status::ok); }
  CallbackQueue& queue = *new CallbackQueue;
};

std::size_t taken(CallbackQueue& queue) {
  std::size_t n = 0;
  for (Event event; queue.take(event);) ++n;
  return n;
}

TEST_F(BdwgcTest, DroppedObjectsDieAndKeptOnesNever) {
  auto** refs = static_cast<Ref**>(gc::allocate_roots(kN * sizeof(void*)));
  auto** kept = static_cast<void**>(gc::allocate_roots(kN * sizeof(void*)));
  on_fresh_thread([&] {
    for (std::size_t i = 0; i < kN; ++i) {
      auto* r = static_cast<Ref*>(gc::allocate(sizeof(Ref)));
      void* o = gc::allocate(48);
      ASSERT_EQ(bind(r->node, {.obj = o}, queue, refs).status, Status::ok);
      refs[i] = r;
      if (i % 2 == 0) kept[i] = o;
    }
  });
  (void)queue.collect();
  std::size_t dead = 0;
  for (std::size_t i = 0; i < kN; ++i) {
    if (i % 2 == 0) {
      EXPECT_EQ(get(refs[i]->node), kept[i]);
    } else {
      dead += get(refs[i]->node) == nullptr;
    }
  }
  EXPECT_GE(dead, kN / 2 - 8);
  EXPECT_EQ(taken(queue), dead);
}

TEST_F(BdwgcTest, DroppingQueuedRefsCancelsNothing) {   // S14
  auto** refs = static_cast<Ref**>(gc::allocate_roots(kN * sizeof(void*)));
  on_fresh_thread([&] {
    for (std::size_t i = 0; i < kN; ++i) {
      refs[i] = static_cast<Ref*>(gc::allocate(sizeof(Ref)));
      ASSERT_EQ(bind(refs[i]->node, {.obj = gc::allocate(48)}, queue, refs).status, Status::ok);
    }
  });
  (void)queue.collect();
  const std::size_t queued = queue.stats().waiting;
  EXPECT_GE(queued, kMinDead);
  std::fill(refs, refs + kN, nullptr);
  asm volatile("" : : "g"(refs) : "memory");
  for (int i = 0; i < 3; ++i) on_fresh_thread([] { (void)gc::collect(); });
  EXPECT_EQ(taken(queue), queued);
}

TEST_F(BdwgcTest, AnArgumentThatReachesTheObjectKeepsItAlive) {   // S41
  static int called;
  called = 0;
  std::vector<Finalizer> finalizers;
  std::vector<WeakHandle> objects;
  on_fresh_thread([&] {
    for (std::size_t i = 0; i < kN; ++i) {
      auto* o = static_cast<Ref*>(gc::allocate(sizeof(Ref)));
      auto* box = static_cast<void**>(gc::allocate(sizeof(void*)));
      *box = o;                                          // by way of another object
      finalizers.push_back(unwrap(finalize(o, [box] { called += *box != nullptr; }, queue, AtExit::no)));
      objects.push_back(weak_handle({.obj = o}).value);
    }
  });
  const auto dead = [&] { return static_cast<std::size_t>(std::count_if(objects.begin(), objects.end(), [](WeakHandle o) { return load(o) == nullptr; })); };
  (void)queue.collect_and_drain();
  on_fresh_thread([&] { EXPECT_EQ(dead(), 0u); });
  EXPECT_EQ(called, 0);
  on_fresh_thread([&] { for (Finalizer& f : finalizers) (void)f.detach(); });
  (void)queue.collect_and_drain();
  EXPECT_GE(dead(), kMinDead);                           // control: nothing else held them
  EXPECT_EQ(called, 0);
}

TEST_F(BdwgcTest, DroppedRefsGetNoCallback) {     // S15
  on_fresh_thread([&] {
    for (std::size_t i = 0; i < kN; ++i) {
      auto* r = static_cast<Ref*>(gc::allocate(sizeof(Ref)));
      ASSERT_EQ(bind(r->node, {.obj = gc::allocate(48)}, queue, r).status, Status::ok);
    }
  });
  (void)queue.collect();
  EXPECT_LE(taken(queue), kN - kMinDead);
}

TEST_F(BdwgcTest, FinalizersComeAndKeepTheirPayload) {   // S41
  on_fresh_thread([&] {
    for (std::size_t i = 0; i < kN; ++i) {
      auto* payload = static_cast<std::uint64_t*>(gc::allocate(64));
      *payload = i + 1;
      ASSERT_EQ(finalize_raw({.obj = gc::allocate(48)}, queue, payload, AtExit::no).status, Status::ok);
    }
  });
  for (int i = 0; i < 3; ++i) (void)queue.collect();
  std::vector<bool> seen(kN + 1);
  std::size_t n = 0;
  for (Event event; queue.take(event); ++n) {
    const std::uint64_t value = *static_cast<std::uint64_t*>(event.payload);
    ASSERT_TRUE(value >= 1 && value <= kN);
    EXPECT_FALSE(seen[value]);
    seen[value] = true;
  }
  EXPECT_GE(n, kMinDead);
}

TEST_F(BdwgcTest, ObjectFinalizersGetTheirObjectWhole) {   // S18
  struct Node {
    Node* child;
    std::uint64_t canary;
  };
  on_fresh_thread([&] {
    for (std::size_t i = 0; i < kN; ++i) {
      auto* parent = static_cast<Node*>(gc::allocate(sizeof(Node)));
      parent->child = static_cast<Node*>(gc::allocate(sizeof(Node)));
      parent->child->canary = 77;
      ASSERT_EQ(finalize_object({.obj = parent}, queue, nullptr), Status::ok);
    }
  });
  (void)queue.collect();
  std::size_t n = 0;
  for (Event event; queue.take(event); ++n) EXPECT_EQ(static_cast<Node*>(event.object)->child->canary, 77u);
  EXPECT_GE(n, kMinDead);
}

struct Noisy {
  std::atomic<std::size_t>* destroyed;
  explicit Noisy(std::atomic<std::size_t>* count) : destroyed(count) {}
  Noisy(Noisy&& other) noexcept : destroyed(std::exchange(other.destroyed, nullptr)) {}
  ~Noisy() {
    if (destroyed != nullptr) ++*destroyed;
  }
};

/// object -> ref -> closure -> object: the closure's destructor is run, and what it captured does not live for that.
TEST_F(BdwgcTest, ACycleThroughACallbackDies) {
  struct Holder {
    RefNode* ref;
  };
  struct Other {
    long x;
  };
  static std::atomic<std::size_t> destroyed;
  destroyed = 0;
  const Root<Other> other(make<Other>());
  on_fresh_thread([&] {
    for (std::size_t i = 0; i < kN; ++i) {
      auto* holder = make<Holder>();
      const auto ref = WeakRef<Other>::of(other.get(), [holder, noisy = Noisy(&destroyed)] { reachable_here(holder); }, queue);
      ASSERT_EQ(ref.status, Status::ok);
      holder->ref = ref.value.node();
    }
  });
  for (int i = 0; i < 3; ++i) (void)queue.collect_and_drain();
  EXPECT_GE(destroyed, kMinDead);
}

TEST_F(BdwgcTest, ACallbackThatWasCalledHoldsNothing) {
  struct Thing {
    long x;
  };
  struct Kept {
    WeakRef<Thing> refs[kN];
    Weak<Thing> captured[kN];
  };
  const auto kept = std::make_unique<Kept>();
  on_fresh_thread([&] {
    for (std::size_t i = 0; i < kN; ++i) {
      auto* captured = make<Thing>();
      kept->captured[i] = Weak<Thing>::of(captured).value;
      kept->refs[i] = WeakRef<Thing>::of(make<Thing>(), [captured] { reachable_here(captured); }, queue).value;
    }
  });
  for (int i = 0; i < 3; ++i) (void)queue.collect_and_drain();
  std::size_t dead = 0;
  for (const auto& weak : kept->captured) dead += weak.expired();
  EXPECT_GE(dead, kMinDead - 8);                           // of as many referents some may be seen alive
}

/// Each value of the map is the only holder of the next key.
TEST_F(BdwgcTest, CollectAndDrainGoesOnWhileContainersLetGo) {   // S19
  struct Key {
    long x;
  };
  constexpr std::size_t kChains = 100, kLinks = 4;
  auto* map = make<WeakKeyMap<Key, Key*>>();
  const Root<WeakKeyMap<Key, Key*>> kept(map);
  static std::atomic<std::size_t> called;
  called = 0;
  auto refs = std::make_unique<WeakRef<Key>[]>(kChains);
  on_fresh_thread([&] {
    for (std::size_t i = 0; i < kChains; ++i) {
      auto* key = make<Key>();
      refs[i] = WeakRef<Key>::of(key, [] { ++called; }).value;
      for (std::size_t n = 1; n < kLinks; ++n) {
        auto* next = make<Key>();
        ASSERT_EQ(map->set(next, key), Status::ok);
        key = next;
      }
    }
  });
  (void)default_queue().collect_and_drain();
  EXPECT_GE(called, kChains - 8);
}

void finalizers_on_demand() {
  GC_set_finalize_on_demand(1);
  ASSERT_EQ(init(), Status::ok);
  static std::atomic<int> destroyed{0};
  struct Destroyed {
    ~Destroyed() { ++destroyed; }
  };
  on_fresh_thread([] {
    for (int i = 0; i < 50; ++i) (void)make<Destroyed>();
  });
  GC_gcollect();
  (void)count({.obj = make<int>()});                       // settles, and invokes nothing
  EXPECT_EQ(destroyed, 0);                                 // control
  EXPECT_TRUE(default_queue().pending());
  while (default_queue().pending()) (void)default_queue().drain();
  EXPECT_GE(destroyed, 42);
}
TEST(Queues, ArePendingWhileFinalizersAreDue) { EXPECT_IN_CHILD(finalizers_on_demand()); }

TEST_F(BdwgcTest, AThreadThatTheCollectorDoesNotKnowIsRefused) {
  void* o = gc::allocate(48);
  auto* r = static_cast<Ref*>(gc::allocate(sizeof(Ref)));
  Status status = Status::ok;
  std::thread([&] { status = bind(r->node, {.obj = o}, queue).status; }).join();
  EXPECT_EQ(status, Status::unknown_thread);
  EXPECT_EQ(get(r->node), nullptr);
}

TEST_F(BdwgcTest, CollectsOnASmallStack) {
  pthread_attr_t attributes;
  pthread_t thread;
  ASSERT_EQ(pthread_attr_init(&attributes), 0);
  ASSERT_EQ(pthread_attr_setstacksize(&attributes, 64 * 1024), 0);
  const auto collect = [](void* q) -> void* {
    const ThreadScope scope;
    static_cast<CallbackQueue*>(q)->collect_and_drain();
    return q;
  };
  ASSERT_EQ(pthread_create(&thread, &attributes, collect, &queue), 0);
  blocking([](void* t) { pthread_join(*static_cast<pthread_t*>(t), nullptr); }, &thread);
  pthread_attr_destroy(&attributes);
}

struct Hashed {
  ~Hashed() { *destroyed = true; }
  bool* destroyed;
};
TEST_F(BdwgcTest, AReferentIsHeldWhileItIsHashed) {   // S23
  static bool destroyed;
  destroyed = false;
  Host host;
  host.self = &queue;
  host.hash = [](void* self, void* object, std::uint64_t* out) {
    const bool* its = static_cast<Hashed*>(object)->destroyed;
    static_cast<CallbackQueue*>(self)->collect_and_drain();
    EXPECT_FALSE(*its);
    return *out = 1, Status::ok;
  };
  auto** refs = static_cast<Ref**>(gc::allocate_roots(sizeof(void*)));
  on_fresh_thread([&] {
    refs[0] = static_cast<Ref*>(gc::allocate(sizeof(Ref)));
    unwrap(bind(refs[0]->node, {.obj = unwrap(try_make_in<Hashed>(queue, &destroyed))}, queue).status);
  });
  on_fresh_thread([&] {
    std::uint64_t out = 0;
    EXPECT_EQ(hash(refs[0]->node, host, &out), Status::ok);
  });
  EXPECT_TRUE(test::collect_until(queue, [](void*) { return destroyed; }));   // control: nothing else held it
}

TEST_F(BdwgcTest, AHintComesAfterCollectionsThatNobodyAskedMayflyFor) {
  static std::atomic<int> hints;
  hints = 0;
  ASSERT_EQ(queue.set_wake([](void* count) { ++*static_cast<std::atomic<int>*>(count); }, &hints), Status::ok);
  for (int i = 0; i < 20 && hints < 3; ++i) {
    on_fresh_thread([] { (void)gc::collect(); });
    (void)queue.drain();                       // whoever was told drains; then the next collection tells again
  }
  EXPECT_GE(hints, 3);
  ASSERT_EQ(queue.set_wake(nullptr, nullptr), Status::ok);
  hints = 0;
  on_fresh_thread([] { (void)gc::collect(); });
  EXPECT_EQ(hints, 0);
}

/// It calls finalizers until none is registered any more: those that mayfly makes anew in each collection must not keep it.
void hints_and_finalize_all() {
  static std::atomic<int> hints;
  auto& queue = *new CallbackQueue;
  ASSERT_EQ(queue.set_wake([](void*) { ++hints; }, nullptr), Status::ok);
  GC_finalize_all();
  ASSERT_EQ(queue.set_wake([](void*) { ++hints; }, nullptr), Status::ok);
  hints = 0;
  for (int i = 0; i < 20 && hints == 0; ++i) on_fresh_thread([] { (void)gc::collect(); });
  EXPECT_GT(hints.load(), 0);
}
TEST(Wake, LetsFinalizeAllComeToItsEnd) { EXPECT_IN_CHILD(hints_and_finalize_all()); }

std::jmp_buf g_out;
bool leaves_a_drain(CallbackQueue& queue) {
  gc::zeal::on_failure([] { std::longjmp(g_out, 1); });
  gc::zeal::fail_nth(1);
  const bool left = setjmp(g_out) != 0 || ((void)queue.drain(), false);
  gc::zeal::fail_nth(0);
  gc::zeal::on_failure(nullptr);
  return left;
}
/// A drain makes the next hints, behind all that it calls: a host's out-of-memory handler may leave there.
void hints_behind_a_drain_that_was_left() {
  static std::atomic<int> hints;
  ASSERT_EQ(init(), Status::ok);
  auto& queue = *new CallbackQueue;
  ASSERT_EQ(queue.set_wake([](void*) { ++hints; }, nullptr), Status::ok);
  for (int i = 0; i < 20; ++i) on_fresh_thread([] { (void)gc::collect(); });   // until none is left
  EXPECT_TRUE(leaves_a_drain(queue));
  (void)queue.drain();
  hints = 0;
  for (int i = 0; i < 20 && hints == 0; ++i) on_fresh_thread([] { (void)gc::collect(); });
  EXPECT_GT(hints.load(), 0);
}
/// Of all that hints need there is only the first part.
void hints_with_little_memory() {
  static std::atomic<int> hints;
  ASSERT_EQ(init(), Status::ok);
  auto& queue = *new CallbackQueue;
  gc::zeal::fail_nth(5);
  ASSERT_EQ(queue.set_wake([](void*) { ++hints; }, nullptr), Status::ok);
  EXPECT_NE(gc::allocate(16), nullptr);          // control: it was refused
  gc::zeal::fail_nth(0);
  for (int i = 0; i < 20 && hints == 0; ++i) on_fresh_thread([] { (void)gc::collect(); });
  EXPECT_GT(hints.load(), 0);
}
TEST(Wake, ComesWithLittleMemoryToo) { EXPECT_IN_CHILD(hints_with_little_memory()); }

TEST(Wake, AnOutOfMemoryHandlerThatLeavesADrainCostsNoHints) { EXPECT_IN_CHILD(hints_behind_a_drain_that_was_left()); }

}  // namespace
}  // namespace mayfly
