#include "tests/scripted_world.hpp"

#include <mayfly/mayfly.hpp>

#include <stdexcept>
#include <string>
#include <unordered_set>
#include <vector>

namespace mayfly::world {
namespace {

struct First {
  long one = 1;
};
struct Second {
  long two = 2;
};
struct Both : First, Second {};

struct Doc {
  explicit Doc(std::string t, int* count) : text(std::move(t)), destroyed(count) {}
  ~Doc() { ++*destroyed; }
  std::string text;
  int* destroyed;
};

TEST(Weak, ReadsUntilDeathAndKeepsItsIdentity) {   // S4
  First* o = make<First>();
  const Weak<First> weak = Weak<First>::of(o).value;
  const Weak<First> copy = weak;
  EXPECT_EQ(weak.get(), o);
  EXPECT_EQ(Weak<First>::of(o).value, weak);
  std::unordered_set<Weak<First>> set{weak};
  kill_and_collect(o);
  EXPECT_TRUE(copy.expired());
  EXPECT_EQ(copy, weak);
  EXPECT_TRUE(set.contains(copy));
  EXPECT_FALSE(Weak<First>{} == weak);
  static_assert(sizeof(Weak<First>) == 16 && std::is_trivially_copyable_v<Weak<First>> && std::is_trivially_destructible_v<Weak<First>>);
}

TEST(Weak, OfABaseThatDoesNotLieAtTheStartReadsBackRight) {
  Both* both = make<Both>();
  Second* second = both;
  ASSERT_NE(static_cast<void*>(second), static_cast<void*>(both));   // control
  EXPECT_EQ(Weak<Second>::of(second).value.get(), second);
}

struct Virtually : virtual First {};
static_assert(std::is_convertible_v<Weak<Both>, Weak<Second>> && std::is_convertible_v<Weak<First>, Weak<const First>>);
static_assert(!std::is_convertible_v<Weak<const First>, Weak<First>> && !std::is_convertible_v<Weak<Second>, Weak<Both>>);
static_assert(!std::is_convertible_v<Weak<First>, Weak<Second>>);
static_assert(!std::is_convertible_v<Weak<Virtually>, Weak<First>>);   // where it lies only the object knows
static_assert(std::is_convertible_v<Root<Virtually>, Root<const First>> && !std::is_convertible_v<Root<First>, Root<Both>>);

TEST(Weak, ConvertsToBaseClassesAndConstAlsoBehindDeath) {
  Both* both = make<Both>();
  const auto weak = Weak<Both>::of(both).value;
  const Weak<Second> second = weak;
  const Weak<const Both> constant = weak;
  EXPECT_EQ(second.get(), static_cast<Second*>(both));
  EXPECT_EQ(second, Weak<Second>::of(both).value);
  EXPECT_EQ(constant.get(), both);
  EXPECT_EQ(Weak<const Second>(Weak<Both>{}), Weak<const Second>{});
  kill_and_collect(both);
  EXPECT_EQ(second.get(), nullptr);
  EXPECT_EQ(Weak<Second>(weak), second);
}

TEST(Root, ConvertsToBaseClassesAndConst) {
  Both* both = make<Both>();
  const Root<Both> root(both);
  const Root<const Second> second = root;
  EXPECT_EQ(second.get(), static_cast<Second*>(both));
  EXPECT_FALSE(Root<Second>(Root<Both>{}));
}

TEST(Weak, RefusesWhatCannotDie) {   // S3
  First local;
  EXPECT_EQ(Weak<First>::of(&local).status, Status::not_collectable);
  EXPECT_EQ(Weak<First>::of(nullptr).status, Status::not_collectable);
  EXPECT_EQ(Weak<int>::of(static_cast<int*>(gc::allocate(16))).status, Status::not_weakrefable);
  EXPECT_EQ(Weak<First>{}.get(), nullptr);
}

TEST(Weak, IsClearedByDeathByHand) {   // T6
  First* o = make<First>();
  const auto weak = Weak<First>::of(o).value;
  clear_now({.obj = o});
  EXPECT_EQ(weak.get(), nullptr);
}

TEST(Make, ADestructorRunsOnceWhenTheQueueIsDrained) {
  auto& queue = *new CallbackQueue;
  int destroyed = 0;
  Doc* doc = make_in<Doc>(queue, "a text that is long enough to own memory", &destroyed);
  EXPECT_EQ(doc->text.size(), 40u);
  kill_and_collect(doc);
  gc::invoke_finalizers();
  EXPECT_EQ(destroyed, 0);
  EXPECT_EQ(queue.drain().ran, 1u);
  EXPECT_EQ(destroyed, 1);
  kill_and_collect(doc);
  EXPECT_EQ(queue.drain().ran, 0u);
  EXPECT_EQ(destroyed, 1);
}

TEST(Make, WithoutMemoryThrowsAndLeavesNothing) {
  auto& queue = *new CallbackQueue;
  int made = 0, destroyed = 0;
  for (std::uint64_t n = 1;; ++n) {
    ASSERT_LT(n, 20u);
    gc::zeal::fail_nth(n);
    try {
      (void)make_in<Doc>(queue, std::string("x"), &destroyed);
      gc::zeal::fail_nth(0);
      EXPECT_GT(n, 2u);
      break;
    } catch (const std::bad_alloc&) {
      gc::zeal::fail_nth(0);
      if (n > 1) ++made;                      // the object existed, so it was destroyed
    }
  }
  EXPECT_EQ(destroyed, made);
}

struct KnownFromItsConstructor {
  static inline Weak<KnownFromItsConstructor> last;
  explicit KnownFromItsConstructor(bool throws) {
    last = Weak<KnownFromItsConstructor>::of(this).value;
    if (throws) throw std::runtime_error("not made");
  }
  ~KnownFromItsConstructor() {}
};
TEST(Make, WhatCameToNothingIsNotRead) {
  using Known = KnownFromItsConstructor;
  auto& queue = *new CallbackQueue;
  Known* known = make_in<Known>(queue, false);
  EXPECT_EQ(Known::last.get(), known);
  EXPECT_THROW((void)make_in<Known>(queue, true), std::runtime_error);
  EXPECT_TRUE(Known::last.expired());
  (void)queue.shutdown();
  EXPECT_EQ(try_make_in<Known>(queue, false).status, Status::shut_down);
  EXPECT_TRUE(Known::last.expired());
}

TEST(Make, AfterShutdownThrowsWithTheReason) {
  auto& queue = *new CallbackQueue;
  (void)queue.shutdown();
  int destroyed = 0;
  EXPECT_THROW((void)make_in<Doc>(queue, std::string("x"), &destroyed), std::runtime_error);
  EXPECT_EQ(destroyed, 1);
}

TEST(Root, MayHoldWhatHasNoType) {
  Root<void> root(make<Doc>("x", nullptr));
  EXPECT_NE(root.get(), nullptr);
  static_assert(std::is_convertible_v<Root<Doc>, Root<const void>>);
}

TEST(Root, WithoutMemoryThereIsNone) {
  First* o = make<First>();
  std::vector<Root<First>> roots;
  Status status = Status::ok;
  for (int i = 0; i < 10'000 && status == Status::ok; ++i) {   // until the words that are there are used up
    gc::zeal::fail_nth(1);
    auto root = Root<First>::of(o);
    gc::zeal::fail_nth(0);
    status = root.status;
    EXPECT_EQ(root.value.get(), status == Status::ok ? o : nullptr);
    roots.push_back(std::move(root.value));
  }
  EXPECT_EQ(status, Status::no_memory);
  gc::zeal::fail_nth(1);
  EXPECT_THROW(Root<First>{o}, std::bad_alloc);
  gc::zeal::fail_nth(0);
  EXPECT_EQ(Root<First>(o).get(), o);
  roots.clear();
  EXPECT_FALSE(scripted::is_rooted(o));
}

TEST(Root, OfWhatTheCollectorDoesNotOwnIsThatPointer) {
  static First outside;
  EXPECT_EQ(Root<First>(&outside).get(), &outside);
  EXPECT_EQ(Root<First>::of(nullptr).status, Status::ok);
}

TEST(Root, HoldsUntilTheLastCopyIsGone) {
  First* o = make<First>();
  Root<First> root(o);
  {
    const Root<First> copy = root;
    EXPECT_EQ(copy.get(), o);
    root = {};
    EXPECT_TRUE(scripted::is_rooted(o));
  }
  EXPECT_FALSE(scripted::is_rooted(o));
  kill_and_collect(o);
  EXPECT_FALSE(root);
}

}  // namespace
}  // namespace mayfly::world
