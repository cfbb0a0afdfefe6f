// What embedders' own tests are made of, used as they would: on the real collector.
#include <mayfly/mayfly.hpp>
#include <mayfly/testing.hpp>

#include "tests/child.hpp"

#include <gc.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

namespace mayfly {
namespace {

struct Node {
  Node* next;
  int v;
};

TEST(Testing, DropsOneObject) {
  static Weak<Node> w;
  static int seen;
  test::on_fresh_thread([] {
    Node* n = make<Node>();
    w = unwrap(Weak<Node>::of(n));
    (void)finalize(n, [] { ++seen; });
    test::drop(n);
  });
  EXPECT_TRUE(test::collect_until(default_queue(), [](void*) { return w.expired(); })) << test::zeal_replay();
  EXPECT_EQ(seen, 1);
}

TEST(Testing, CollectUntilSaysWhenItDoesNotDie) {   // control
  const Root<Node> root(make<Node>());
  static Weak<Node> w;
  w = unwrap(Weak<Node>::of(root.get()));
  EXPECT_FALSE(test::collect_until(default_queue(), [](void*) { return w.expired(); }, nullptr, 3));
}

TEST(Testing, DropsAlmostAll) {
  static std::vector<Weak<Node>> ws(2000);
  test::on_fresh_thread([] {
    for (auto& w : ws) w = unwrap(Weak<Node>::of(make<Node>()));
  });
  (void)default_queue().collect_and_drain();
  int dead = 0;
  for (auto& w : ws) dead += w.expired();
  EXPECT_GE(dead, 2000 - 10) << test::zeal_replay();
}

TEST(Testing, NeverLosesALiveOne) {   // T2
  const Root<Node> keep(make<Node>());
  const auto w = unwrap(Weak<Node>::of(keep.get()));
  for (int i = 0; i < 50; ++i) {
    (void)default_queue().collect_and_drain();
    ASSERT_EQ(w.get(), keep.get());
  }
}

/// Whether an object that only this frame's variable holds outlives a plain collection, and a precise one.
struct Outlived {
  bool plain, precise;
};
[[gnu::noinline]] Outlived outlives() {
  Node* volatile held = make<Node>();
  const auto w = unwrap(Weak<Node>::of(held));
  (void)default_queue().collect();
  const bool plain = w.get() == held;
  if (!test::unsafe_collect_precise()) return {plain, false};
  return {plain, !w.expired()};
}

TEST(Testing, APreciseCollectionDoesNotSeeTheCallersVariables) {
  const auto expect_precision = [](int tolerated) {
    int seen = 0;
    for (int i = 0; i < 20; ++i) {
      const Outlived outlived = outlives();
      EXPECT_TRUE(outlived.plain);                             // control
      seen += outlived.precise;
    }
    EXPECT_LE(seen, tolerated) << test::zeal_replay();
  };
  test::on_fresh_thread([&] { expect_precision(2); });         // the main thread's stack is scanned: it may hold the address of what lay there before
  expect_precision(0);
}

TEST(Testing, APreciseCollectionSeesRootsAndOtherStacks) {   // T2
  const Root<Node> root(make<Node>());
  const auto rooted = unwrap(Weak<Node>::of(root.get()));
  Node* volatile held = make<Node>();
  const auto stacked = unwrap(Weak<Node>::of(held));
  test::on_fresh_thread([] { EXPECT_TRUE(test::unsafe_collect_precise()); });
  EXPECT_EQ(stacked.get(), held);
  (void)default_queue().collect();                           // the stack is whole again
  EXPECT_EQ(stacked.get(), held);
  EXPECT_TRUE(test::unsafe_collect_precise());
  EXPECT_EQ(rooted.get(), root.get());
  (void)default_queue().collect_and_drain();
  EXPECT_EQ(rooted.get(), root.get());
}

TEST(Testing, SurvivesEveryAllocationFailure) {
  for (std::uint64_t n = 1;; ++n) {
    ASSERT_LT(n, 50u);
    const Root<Node> o(make<Node>());
    test::fail_allocation(n);
    auto f = finalize(o.get(), [] {});
    test::fail_allocation(0);
    test::check_invariants();
    if (f) {
      EXPECT_GT(n, 1u);                              // control: some failed
      EXPECT_TRUE(f.value.detach());
      break;
    }
    EXPECT_EQ(f.status, Status::no_memory);
  }
}

using Cache = WeakValueMap<std::string, Node>;

TEST(Containers, ACacheForgetsWhatNobodyUses) {
  static Root<Cache> cache;
  static Root<Node> kept;
  cache = Root(make<Cache>());
  test::on_fresh_thread([] {
    for (int i = 0; i < 2000; ++i) {
      Node* n = make<Node>();
      n->v = i;
      ASSERT_EQ(cache->set(std::to_string(i), n), Status::ok);
      if (i == 77) kept = Root(n);
    }
  });
  (void)default_queue().collect_and_drain();
  EXPECT_LE(cache->size(), 11u);
  EXPECT_EQ(cache->find("77").value, kept.get());
  for (const auto& entry : *cache) EXPECT_EQ(*entry.key, std::to_string(entry.value->v));
}

TEST(Containers, AValueThatReachesItsKeyKeepsItAlive) {   // S38
  using Map = WeakKeyMap<Node, Node*>;
  static Root<Map> cyclic, plain;
  cyclic = Root(make<Map>());
  plain = Root(make<Map>());
  test::on_fresh_thread([] {
    for (int i = 0; i < 200; ++i) {
      Node* key = make<Node>();
      ASSERT_EQ(cyclic->set(key, key), Status::ok);
      Node* other = make<Node>();
      ASSERT_EQ(plain->set(other, nullptr), Status::ok);   // control
    }
  });
  (void)default_queue().collect_and_drain();
  EXPECT_EQ(cyclic->size(), 200u);
  EXPECT_LE(plain->size(), 8u);
}

TEST(Containers, AMapThatDiesTakesItsEntriesAlong) {
  using Map = WeakKeyMap<Node, std::string>;
  static Root<Node> key;
  static Weak<std::string> value;
  key = Root(make<Node>());
  test::on_fresh_thread([] {
    Map* map = make<Map>();
    ASSERT_EQ(map->set(key.get(), "a text that is longer than what fits inside"), Status::ok);
    value = unwrap(Weak<std::string>::of(map->find(key.get()).value));
    test::drop(map);
  });
  EXPECT_TRUE(test::collect_until(default_queue(), [](void*) { return value.expired(); }));
  EXPECT_TRUE(default_queue().drain().left == 0);
}

// ---- zeal and contracts: each in a process of its own ----

struct ZealDeathTest : testing::Test {
  void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

TEST_F(ZealDeathTest, AStringThatIsNotUnderstoodIsRefusedByName) {
  EXPECT_EXIT(
      {
        const Status status = init({.zeal = "seed:1,collect-aloc=3"});
        std::fputs(init_problem(), stderr);
        std::exit(status == Status::unsupported ? 7 : 8);
      },
      testing::ExitedWithCode(7), "\"collect-aloc=3\" is none of seed:N");
}

/// None of them is understood, and none leaves anything behind: afterwards a process without zeal starts, and one with the usual mix.
void refused_strings(bool zeal_afterwards) {
  const std::string long_one = "seed:1," + std::string(300, '0');
  const std::string too_long = "seed:" + std::string(300, '1');
  for (const char* text : {"seed", "seed:", "seed:x", "seed:1x", ",", "collect-alloc=1,collect-alloc=", "collect-alloc=1,bogus=1", "yield=-1", "reorder=1 ",
                           "fail-alloc=18446744073709551616", long_one.c_str(), too_long.c_str()}) {
    EXPECT_EQ(init({.zeal = text}), Status::unsupported) << text;
    EXPECT_NE(std::string(init_problem()).find("is none of seed:N"), std::string::npos) << text;
    EXPECT_STREQ(test::zeal_replay(), "") << text;
  }
  EXPECT_EQ(init({.zeal = zeal_afterwards ? "seed:7" : ""}), Status::ok);
  EXPECT_STREQ(test::zeal_replay(), zeal_afterwards ? "MAYFLY_ZEAL=seed:7" : "");
  const auto before = stats().collections;
  for (int i = 0; i < 100; ++i) (void)make<Node>();
  EXPECT_LT(stats().collections - before, 20u);
}
TEST(Zeal, ARefusedStringLeavesNothingBehind) {
  EXPECT_IN_CHILD(refused_strings(false));
  EXPECT_IN_CHILD(refused_strings(true));
}

/// The third from now, once.
void a_failure_from_the_string() {
  ASSERT_EQ(init({.zeal = "fail-alloc=3"}), Status::ok);
  for (int n = 1; n <= 10; ++n) EXPECT_EQ(try_make_in<Node>(default_queue()).status, n == 3 ? Status::no_memory : Status::ok) << n;
}
TEST(Zeal, TheStringNamesWhichAllocationFails) { EXPECT_IN_CHILD(a_failure_from_the_string()); }

TEST_F(ZealDeathTest, TheReplayLineNamesTheString) {
  EXPECT_EXIT(
      {
        (void)init({.zeal = "seed:42"});
        std::fputs(test::zeal_replay(), stderr);
        std::exit(7);
      },
      testing::ExitedWithCode(7), "MAYFLY_ZEAL=seed:42");
}

TEST_F(ZealDeathTest, CollectsAtAllocations) {
  EXPECT_EXIT(
      {
        (void)init({.zeal = "seed:42,collect-alloc=2"});
        const auto before = stats().collections;
        for (int i = 0; i < 100; ++i) (void)make<Node>();
        const auto after_alloc = stats().collections;
        std::exit(after_alloc - before > 20 ? 7 : 8);
      },
      testing::ExitedWithCode(7), "");
}

TEST_F(ZealDeathTest, CollectsAtSafepoints) {
  EXPECT_EXIT(
      {
        (void)init({.zeal = "seed:42,collect-safepoint=2"});
        const Root<Node> root(make<Node>());
        (void)unwrap(finalize(root.get(), [] {}));          // so that there is a queue
        const auto before = stats().collections;
        Event event;
        for (int i = 0; i < 100; ++i) (void)default_queue().take(event);
        std::_Exit(stats().collections - before > 20 ? 7 : 8);
      },
      testing::ExitedWithCode(7), "");
}

TEST_F(ZealDeathTest, CollectsRightAfterAWeakRead) {
  EXPECT_EXIT(
      {
        (void)init({.zeal = "seed:42,collect-load=2"});
        const Root<Node> root(make<Node>());
        const auto w = unwrap(Weak<Node>::of(root.get()));
        const auto before = stats().collections;
        bool right = true;
        for (int i = 0; i < 100; ++i) right &= w.get() == root.get();
        const auto after = stats().collections;
        std::exit(right && after - before > 20 ? 7 : 8);
      },
      testing::ExitedWithCode(7), "");
}

TEST_F(ZealDeathTest, SkipsAndSplitsDrainsButLosesNothing) {
  EXPECT_EXIT(
      {
        (void)init({.zeal = "seed:42,skip-drain=3,split-drain=3,yield=2"});
        static int called = 0;
        for (int i = 0; i < 50; ++i) {
          Node* n = make<Node>();
          if (finalize(n, [] { ++called; }).status != Status::ok) std::exit(1);
          clear_now({.obj = n});
        }
        int drains = 0;
        while (default_queue().pending()) {
          (void)default_queue().drain();
          ++drains;
        }
        std::exit(called == 50 && drains > 5 ? 7 : 8);
      },
      testing::ExitedWithCode(7), "");
}

/// Whether objects that were made one after the other die, for their finalizers, in another order. They lie in one page of slots.
int dies_out_of_order(const char* zeal) {
  (void)init({.zeal = zeal});
  static std::vector<int> order;
  test::on_fresh_thread([] {
    for (int i = 0; i < 50; ++i) {
      Node* n = make<Node>();
      (void)finalize(n, [i] { order.push_back(i); });
      test::drop(n);
    }
  });
  (void)test::collect_until(default_queue(), [](void*) { return order.size() > 40; });
  return order.size() <= 40 ? 9 : std::is_sorted(order.begin(), order.end()) ? 8 : 7;
}
TEST_F(ZealDeathTest, ReordersDeaths) {
  EXPECT_EXIT(std::exit(dies_out_of_order("seed:42,reorder=1")), testing::ExitedWithCode(7), "");
  EXPECT_EXIT(std::exit(dies_out_of_order("seed:42,reorder=1000000")), testing::ExitedWithCode(8), "");   // control
}

TEST_F(ZealDeathTest, AReadOnAnUnknownThreadIsNamed) {
  EXPECT_DEATH(
      {
        (void)init({.zeal = "seed:1"});
        static auto w = unwrap(Weak<Node>::of(make<Node>()));
        std::thread([] { (void)w.get(); }).join();
      },
      "slots.cpp:[0-9]+: mayfly contract broken: a weak read on a thread that the collector does not know");
}

using Numbered = WeakValueMap<int, Node>;

TEST_F(ZealDeathTest, TwoThreadsInOneContainerAreNamed) {
  EXPECT_DEATH(
      {
        (void)init({.zeal = "seed:1,yield=1000000"});      // no collections: they are no use, and would fill the time of one processor
        static Root<Numbered> map(make<Numbered>());
        static Root<Node> node(make<Node>());
        static const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        const auto use = [] {
          const ThreadScope scope;
          for (int i = 0; std::chrono::steady_clock::now() < until; ++i) {
            for (int times = 0; times < 100; ++times) (void)map->set(i % 100, node.get());
          }
        };
        std::thread first(use);
        std::thread second(use);
        first.join();
        second.join();
      },
      "mayfly contract broken: two threads use a weak container at the same time");
}

TEST_F(ZealDeathTest, AReadOfWhatWasFreedByHandIsNamed) {
  EXPECT_DEATH(
      {
        (void)init({.zeal = "seed:1"});
        struct Large {
          char bytes[1 << 20];
        };
        Large* large = make<Large>();
        const auto w = unwrap(Weak<Large>::of(large));
        GC_FREE(large);
        (void)w.get();
      },
      "a weak read of an object that was freed by hand: call clear_now");
}

TEST_F(ZealDeathTest, AReadInsideBlockingIsNamed) {
  EXPECT_DEATH(
      {
        (void)init({.zeal = "seed:1"});
        static auto w = unwrap(Weak<Node>::of(make<Node>()));
        blocking([](void*) { (void)w.get(); }, nullptr);
      },
      "a weak read inside blocking");
}

}  // namespace
}  // namespace mayfly
