#include "tests/scripted_world.hpp"

#include <mayfly/concurrent_weak_set.hpp>

#include <barrier>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace mayfly::world {
namespace {

struct Symbol {
  std::uint64_t key;
};
struct ByKey {
  std::uint64_t mask = ~std::uint64_t{0};       // for poor hashes
  Status hash(std::uint64_t key, std::uint64_t* out) const {
    *out = key & mask;
    return Status::ok;
  }
  Answer equal(const Symbol* symbol, std::uint64_t key) const { return Answer(symbol->key == key); }
};
using Symbols = ConcurrentWeakSet<Symbol, ByKey>;

Symbol* new_symbol(std::uint64_t key) {
  auto* symbol = static_cast<Symbol*>(gc::allocate(sizeof(Symbol)));
  if (symbol != nullptr) symbol->key = key;
  return symbol;
}
Symbol* intern(Symbols& symbols, std::uint64_t key) {
  const auto result = symbols.intern(key, [key] { return new_symbol(key); });
  EXPECT_EQ(result.status, Status::ok);
  return result.value;
}

TEST(ConcurrentWeakSet, HasOneObjectForAKeyWhileItLives) {
  Symbols symbols;
  EXPECT_EQ(symbols.find(std::uint64_t{1}), nullptr);
  Symbol* one = intern(symbols, 1);
  EXPECT_EQ(intern(symbols, 1), one);
  EXPECT_EQ(symbols.find(std::uint64_t{1}), one);
  EXPECT_EQ(symbols.size(), 1u);
  kill_and_collect(one);
  EXPECT_EQ(symbols.find(std::uint64_t{1}), nullptr);
  EXPECT_EQ(symbols.size(), 0u);
  Symbol* next = intern(symbols, 1);
  EXPECT_NE(next, one);
  EXPECT_TRUE(symbols.erase(std::uint64_t{1}));
  EXPECT_FALSE(symbols.erase(std::uint64_t{1}));
  EXPECT_EQ(symbols.find(std::uint64_t{1}), nullptr);
}

struct Logged {
  long log[3];
};
struct LoggedSymbol : Logged, Symbol {};

/// Symbols that do not lie at the start of their objects, before and after the set has grown.
TEST(ConcurrentWeakSet, AnswersThePointerThatWasEntered) {   // .shared.mark
  Symbols symbols(ByKey{}, 1);
  const auto make_logged = [](std::uint64_t key) {
    auto* made = ::new (gc::allocate(sizeof(LoggedSymbol))) LoggedSymbol{};
    made->key = key;
    return static_cast<Symbol*>(made);
  };
  std::vector<Symbol*> made;
  for (std::uint64_t key = 0; key < 1000; ++key) {
    made.push_back(symbols.intern(key, [&] { return key % 3 == 0 ? new_symbol(key) : make_logged(key); }).value);
    ASSERT_EQ(made.back()->key, key);
  }
  for (std::uint64_t key = 0; key < 1000; ++key) {
    EXPECT_EQ(symbols.find(key), made[key]);
    EXPECT_EQ(intern(symbols, key), made[key]);
  }
  EXPECT_EQ(symbols.size(), 1000u);
  EXPECT_TRUE(symbols.erase(std::uint64_t{4}));
  EXPECT_EQ(symbols.find(std::uint64_t{4}), nullptr);
  auto* huge = static_cast<char*>(gc::allocate((std::size_t{1} << 24) + sizeof(Symbol)));
  const auto refused = symbols.intern(std::uint64_t{4}, [&] { return ::new (huge + (std::size_t{1} << 24)) Symbol{4}; });
  EXPECT_EQ(refused.status, Status::not_collectable);
}

TEST(ConcurrentWeakSet, AnAddressUsedAgainIsNotTheOldObject) {
  Symbols symbols;
  Symbol* old = intern(symbols, 1);
  kill_and_collect(old);
  auto* tenant = static_cast<Symbol*>(scripted::reuse(old));
  tenant->key = 1;
  EXPECT_EQ(symbols.find(std::uint64_t{1}), nullptr);
}

TEST(ConcurrentWeakSet, GrowsByStoredHashesAndKeepsOnlyTheLiving) {
  for (const std::uint64_t mask : {~std::uint64_t{0}, std::uint64_t{7}}) {   // good hashes, and eight for all
    Symbols symbols(ByKey{mask}, 2);
    std::vector<Symbol*> all;
    for (std::uint64_t key = 0; key < 1000; ++key) all.push_back(intern(symbols, key));
    for (std::uint64_t key = 0; key < 1000; ++key) EXPECT_EQ(symbols.find(key), all[key]);
    for (std::uint64_t key = 0; key < 1000; key += 2) scripted::kill(all[key]);
    scripted::run_cycle();
    EXPECT_EQ(symbols.size(), 500u);
    for (std::uint64_t key = 0; key < 1000; ++key) EXPECT_EQ(symbols.find(key), key % 2 == 1 ? all[key] : nullptr);
  }
}

TEST(ConcurrentWeakSet, AnyNumberOfShardsServes) {
  for (const unsigned shards : {0u, 1u, 3u, 4096u, 1u << 20}) {
    Symbols symbols(ByKey{}, shards);
    std::vector<Symbol*> all;
    for (std::uint64_t key = 0; key < 100; ++key) all.push_back(intern(symbols, key));
    for (std::uint64_t key = 0; key < 100; ++key) EXPECT_EQ(symbols.find(key), all[key]);
    EXPECT_EQ(symbols.size(), 100u);
  }
}

TEST(ConcurrentWeakSet, SetsLiveAndEndBesideEachOther) {
  auto first = std::make_unique<Symbols>(), second = std::make_unique<Symbols>(), third = std::make_unique<Symbols>();
  for (Symbols* symbols : {first.get(), second.get(), third.get()}) EXPECT_NE(intern(*symbols, 1), nullptr);
  second.reset();                                // in the middle of their list
  EXPECT_NE(first->find(std::uint64_t{1}), third->find(std::uint64_t{1}));
#ifndef __SANITIZE_THREAD__                      // it dies of more than 64 locks held at once
  before_fork();
  after_fork(ForkSide::parent);
#endif
  third.reset();
  Symbols fourth;
  EXPECT_NE(intern(fourth, 1), first->find(std::uint64_t{1}));
  first.reset();
  EXPECT_NE(fourth.find(std::uint64_t{1}), nullptr);
}

TEST(ConcurrentWeakSet, AGrowthWithoutMemoryLosesNothing) {
  Symbols symbols(ByKey{}, 1);
  std::vector<Symbol*> all;
  int refused = 0;
  for (std::uint64_t key = 0; key < 1000; ++key) {
    Symbol* symbol = new_symbol(key);
    ASSERT_EQ(weak_handle({.obj = symbol}).status, Status::ok);   // so that growing alone asks for memory
    gc::zeal::fail_nth(1);
    const auto result = symbols.intern(key, [&] { return symbol; });
    gc::zeal::fail_nth(0);
    if (!result) {
      ++refused;
      ASSERT_EQ(result.status, Status::no_memory);
      ASSERT_EQ(symbols.find(key), nullptr);
      ASSERT_EQ(symbols.size(), all.size());
      ASSERT_EQ(symbols.intern(key, [&] { return symbol; }).value, symbol);
    }
    all.push_back(symbol);
  }
  EXPECT_GE(refused, 3);
  for (std::uint64_t key = 0; key < 1000; ++key) EXPECT_EQ(symbols.find(key), all[key]);
}

TEST(ConcurrentWeakSet, DeadEntriesDoNotPileUp) {
  Symbols symbols(ByKey{}, 1);
  for (std::uint64_t round = 0; round < 40; ++round) {
    std::vector<Symbol*> all;
    for (std::uint64_t i = 0; i < 50; ++i) all.push_back(intern(symbols, round * 50 + i));
    for (Symbol* symbol : all) scripted::kill(symbol);
    scripted::run_cycle();
  }
  EXPECT_EQ(symbols.size(), 0u);
}

TEST(ConcurrentWeakSet, AllWhoRaceForAKeyGetTheSameObject) {
  constexpr std::size_t kThreads = 4, kKeys = 300;
  Symbols symbols(ByKey{}, 4);
  std::vector<std::vector<Symbol*>> got(kThreads, std::vector<Symbol*>(kKeys));
  std::barrier start(kThreads);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      const ThreadScope scope;
      for (std::uint64_t key = 0; key < kKeys; ++key) {
        if (key % 16 == 0) start.arrive_and_wait();
        got[t][key] = intern(symbols, key);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (std::size_t key = 0; key < kKeys; ++key) {
    for (std::size_t t = 1; t < kThreads; ++t) EXPECT_EQ(got[t][key], got[0][key]);
  }
  EXPECT_EQ(symbols.size(), kKeys);
}

TEST(ConcurrentWeakSet, MakeRunsUnlockedAndMayUseTheSet) {
  Symbols symbols(ByKey{}, 1);
  const auto outer = symbols.intern(std::uint64_t{1}, [&] {
    Symbol* inner = intern(symbols, 1);          // wins
    scripted::run_cycle();
    EXPECT_EQ(inner->key, 1u);
    return new_symbol(1);                        // in vain
  });
  ASSERT_EQ(outer.status, Status::ok);
  EXPECT_EQ(symbols.find(std::uint64_t{1}), outer.value);
  EXPECT_EQ(symbols.size(), 1u);
}

TEST(ConcurrentWeakSet, EveryFailingAllocationLeavesItAsItWas) {
  for (std::uint64_t n = 1;; ++n) {
    Symbols symbols;
    gc::zeal::fail_nth(n);
    const auto result = symbols.intern(std::uint64_t{1}, [] { return new_symbol(1); });
    gc::zeal::fail_nth(0);
    if (result) break;
    ASSERT_EQ(result.status, Status::no_memory);
    EXPECT_EQ(symbols.size(), 0u);
    EXPECT_NE(intern(symbols, 1), nullptr);
  }
  Symbols symbols;
  EXPECT_EQ(symbols.intern(std::uint64_t{1}, []() -> Symbol* { return nullptr; }).status, Status::no_memory);
  static Symbol immortal{1};
  EXPECT_EQ(symbols.intern(std::uint64_t{1}, [] { return &immortal; }).status, Status::not_collectable);
}

}  // namespace
}  // namespace mayfly::world
