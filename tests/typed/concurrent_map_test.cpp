#include "tests/scripted_world.hpp"

#include <mayfly/mayfly.hpp>

#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace mayfly::world {
namespace {

struct BySpelling {
  Status hash(std::string_view s, std::uint64_t* out) const {
    *out = std::hash<std::string_view>{}(s);
    return Status::ok;
  }
  Answer equal(const std::string& key, std::string_view wanted) const { return Answer(key == wanted); }
};
int g_destroyed = 0;
struct Parsed {
  explicit Parsed(int n) : number(n) {}
  Parsed(Parsed&& other) = delete;               // made in place
  ~Parsed() { ++g_destroyed; }
  int number;
};
using Cache = ConcurrentWeakMap<std::string, Parsed, BySpelling>;

constinit Cache g_constant_initialised;

TEST(ConcurrentWeakSet, MayBeOfConstObjects) {
  struct ByText {
    Status hash(std::string_view s, std::uint64_t* out) const { return BySpelling{}.hash(s, out); }
    Answer equal(const std::string* held, std::string_view wanted) const { return Answer(*held == wanted); }
  };
  ConcurrentWeakSet<const std::string, ByText> set;
  const std::string* one = set.intern(std::string_view("one"), [] { return make<const std::string>("one"); }).value;
  EXPECT_EQ(set.find(std::string_view("one")), one);
}

TEST(ConcurrentWeakMap, HasAValueWhileSomebodyUsesIt) {
  g_destroyed = 0;
  Cache cache;
  EXPECT_EQ(cache.find("one"), nullptr);
  EXPECT_FALSE(cache.erase("one"));
  const std::string_view long_key = "a key that does not fit into a short string";
  Parsed* one = cache.set_default(long_key, [] { return Parsed(1); }).value;
  ASSERT_NE(one, nullptr);
  EXPECT_EQ(cache.find(long_key), one);
  EXPECT_EQ(cache.set_default(long_key, [] { return ADD_FAILURE(), Parsed(2); }).value, one);
  EXPECT_EQ(cache.size(), 1u);
  scripted::run_cycle();
  EXPECT_EQ(cache.find(long_key), one);
  kill_and_collect(one);
  EXPECT_EQ(cache.find(long_key), nullptr);
  EXPECT_EQ(cache.size(), 0u);
  EXPECT_EQ(g_destroyed, 0);
  EXPECT_EQ(default_queue().drain().ran, 1u);    // key and value together
  EXPECT_EQ(g_destroyed, 1);
  Parsed* again = cache.set_default(long_key, [] { return Parsed(3); }).value;
  EXPECT_EQ(cache.find(long_key)->number, 3);
  EXPECT_TRUE(cache.erase(long_key));
  EXPECT_EQ(cache.find(long_key), nullptr);
  EXPECT_EQ(again->number, 3);                   // out of the map, and alive
}

TEST(ConcurrentWeakMap, MakeMayThrowAndUseTheMap) {
  Cache cache;
  EXPECT_THROW((void)cache.set_default("x", []() -> Parsed { throw std::runtime_error("cannot parse"); }), std::runtime_error);
  EXPECT_EQ(cache.size(), 0u);
  const auto outer = cache.set_default("x", [&] {
    EXPECT_EQ(cache.set_default("x", [] { return Parsed(1); }).status, Status::ok);
    return Parsed(2);                            // in vain
  });
  EXPECT_EQ(outer.value->number, 1);
}

TEST(ConcurrentWeakMap, EveryFailingAllocationLeavesItAsItWas) {
  std::uint64_t failures = 0;
  for (std::uint64_t n = 1;; ++n, ++failures) {
    Cache cache;
    gc::zeal::fail_nth(n);
    const auto result = cache.set_default("x", [] { return Parsed(1); });
    gc::zeal::fail_nth(0);
    if (result) {
      ASSERT_NE(result.value, nullptr);
      EXPECT_EQ(cache.find("x"), result.value);
      break;
    }
    ASSERT_EQ(result.status, Status::no_memory);
    EXPECT_EQ(result.value, nullptr);
    EXPECT_EQ(cache.size(), 0u);
  }
  EXPECT_GE(failures, 2u);
}

TEST(ConcurrentWeakMap, AllWhoRaceForAKeyGetTheSameValue) {
  constexpr std::size_t kThreads = 4, kKeys = 200;
  using Squares = ConcurrentWeakMap<std::size_t, long>;
  Squares squares;
  std::vector<std::vector<long*>> got(kThreads, std::vector<long*>(kKeys));
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      const ThreadScope scope;
      for (std::size_t key = 0; key < kKeys; ++key) got[t][key] = squares.set_default(key, [key] { return static_cast<long>(key * key); }).value;
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (std::size_t key = 0; key < kKeys; ++key) {
    for (std::size_t t = 0; t < kThreads; ++t) EXPECT_EQ(got[t][key], got[0][key]);
    EXPECT_EQ(*got[0][key], static_cast<long>(key * key));
  }
  EXPECT_EQ(squares.size(), kKeys);
}

}  // namespace
}  // namespace mayfly::world
