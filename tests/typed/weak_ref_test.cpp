#include "tests/opted_out.hpp"
#include "tests/scripted_world.hpp"

#include <mayfly/mayfly.hpp>

#include <memory>
#include <string>
#include <unordered_set>

namespace mayfly::world {
namespace {

struct Point {
  long x = 0;
  friend bool operator==(const Point&, const Point&) = default;
};
struct Plain {
  long x = 0;
};

}  // namespace
}  // namespace mayfly::world

template <>
struct std::hash<mayfly::world::Point> {
  std::size_t operator()(const mayfly::world::Point& p) const noexcept { return static_cast<std::size_t>(p.x); }
};

namespace mayfly::world {
namespace {

struct Unhashable {
  long x = 0;
  bool operator==(const Unhashable&) const = default;
};
static_assert(!std::is_default_constructible_v<std::hash<WeakRef<Unhashable>>>);   // as in Python
static_assert(std::is_default_constructible_v<std::hash<WeakRef<Plain>>> && std::is_default_constructible_v<std::hash<WeakRef<Point>>>);

static_assert(std::is_default_constructible_v<std::hash<WeakRef<const Point>>>);

template <class F>
concept may_finalize = requires(Point* p, F f) { finalize(p, f); };
static_assert(may_finalize<void (*)()> && !may_finalize<void (*)(RefNode&)>);   // there is no ref

struct WeakRefTest : ::testing::Test {
  CallbackQueue& queue = *new CallbackQueue;
  Point* point = make<Point>(7);
};

TEST_F(WeakRefTest, OneRefObjectForAllWithoutCallback) {   // S2 S9
  const auto a = WeakRef<Point>::of(point, queue);
  const auto b = WeakRef<Point>::of(point, queue);
  ASSERT_TRUE(a && b);
  EXPECT_EQ(a.value.node(), b.value.node());
  const WeakRef<Point> copy = a.value;
  EXPECT_EQ(copy.node(), a.value.node());
  EXPECT_EQ(copy.get(), point);
  EXPECT_FALSE(copy.has_callback());
  EXPECT_TRUE(scripted::is_rooted(holder(*copy.node())));
}

TEST_F(WeakRefTest, WithoutMemoryThereIsNoneAndTheNextOneSucceeds) {
  int failures = 0;
  for (std::uint64_t n = 1;; ++n) {
    ASSERT_LT(n, 20u);
    Point* o = make<Point>(1);
    gc::zeal::fail_nth(n);
    const auto made = WeakRef<Point>::of(o, queue);
    gc::zeal::fail_nth(0);
    if (made) break;
    ++failures;
    EXPECT_EQ(made.status, Status::no_memory);
    EXPECT_EQ(made.value.node(), nullptr);
    EXPECT_EQ(count({.obj = o}), 0u);
    EXPECT_EQ(WeakRef<Point>::of(o, queue).value.get(), o);
  }
  EXPECT_GE(failures, 3);
}

TEST_F(WeakRefTest, CallsItsClosureOnceAfterDeath) {   // S1 S11
  int calls = 0;
  const RefNode* seen = nullptr;
  const auto counts = WeakRef<Point>::of(point, [&calls] { ++calls; }, queue);
  const auto sees = WeakRef<Point>::of(point, [&seen](RefNode& ref) { seen = &ref; }, queue);
  ASSERT_TRUE(counts && sees);
  EXPECT_TRUE(counts.value.has_callback());
  EXPECT_NE(counts.value.node(), sees.value.node());
  kill_and_collect(point);
  EXPECT_TRUE(counts.value.expired());
  EXPECT_EQ(calls, 0);
  EXPECT_EQ(queue.drain().ran, 2u);
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(seen, sees.value.node());
  scripted::run_cycle();
  EXPECT_EQ(queue.drain().ran, 0u);
}

TEST_F(WeakRefTest, ANullCallbackIsNone) {   // S1
  const auto plain = unwrap(WeakRef<Point>::of(point, queue));
  void (*no_function)() = nullptr;
  EXPECT_EQ(unwrap(WeakRef<Point>::of(point, no_function, queue)).node(), plain.node());
  EXPECT_EQ(unwrap(WeakRef<Point>::of(point, std::function<void()>(), queue)).node(), plain.node());
}

TEST_F(WeakRefTest, AClosureIsDestroyedAfterItsCallOrWithItsRef) {   // S15
  auto token = std::make_shared<int>();
  void* object = nullptr;
  {
    const auto called = WeakRef<Point>::of(point, [token] {}, queue);
    auto forgotten = WeakRef<Point>::of(point, [token] { FAIL(); }, queue);
    EXPECT_EQ(token.use_count(), 3);
    object = holder(*forgotten.value.node());
    forgotten.value = {};
    kill_and_collect(object);
    EXPECT_EQ(queue.drain().ran, 1u);
    EXPECT_EQ(token.use_count(), 2);
    kill_and_collect(point);
    EXPECT_EQ(queue.drain().ran, 1u);
    EXPECT_EQ(token.use_count(), 1);
    object = holder(*called.value.node());
  }
  kill_and_collect(object);
  (void)queue.drain();            // the destroyer finds nothing left to do
  EXPECT_EQ(token.use_count(), 1);
}

TEST_F(WeakRefTest, WhatAClosureThrowsIsReported) {   // S16
  static int reported;
  reported = 0;
  const UnraisableHandler before = on_unraisable([](std::exception_ptr) noexcept { ++reported; });
  const auto ref = WeakRef<Point>::of(point, [] { throw 1; }, queue);
  kill_and_collect(point);
  EXPECT_EQ(queue.drain().ran, 1u);
  EXPECT_EQ(reported, 1);
  (void)on_unraisable(before);
}

TEST_F(WeakRefTest, ComparesAndHashesItsReferents) {   // S5 S6
  Point* same = make<Point>(7);
  const auto a = WeakRef<Point>::of(point, queue).value;
  const auto b = WeakRef<Point>::of(same, queue).value;
  const auto late = WeakRef<Point>::of(same, [] {}, queue).value;
  EXPECT_EQ(a, b);
  EXPECT_EQ(a.hash().value, 7u);
  EXPECT_EQ(std::unordered_set<WeakRef<Point>>({a, b}).size(), 1u);
  kill_and_collect(same);
  EXPECT_FALSE(a == b);
  EXPECT_EQ(b, b);
  EXPECT_EQ(b.hash().value, 7u);
  EXPECT_EQ(late.hash().status, Status::dead);
  EXPECT_THROW((void)std::hash<WeakRef<Point>>{}(late), ReferenceError);
  (void)queue.drain();
}

TEST_F(WeakRefTest, WithoutEqualityIdentityCounts) {
  const auto a = WeakRef<Plain>::of(make<Plain>(1), queue).value;
  const auto b = WeakRef<Plain>::of(make<Plain>(1), queue).value;
  EXPECT_FALSE(a == b);
  EXPECT_EQ(a, a);
}

TEST_F(WeakRefTest, ObjectsMayBeConst) {
  const Point* p = point;
  EXPECT_EQ(WeakRef<const Point>::of(p, queue).value.get(), p);
  EXPECT_EQ(WeakRef<const Point>::of(p, [] {}, queue).value.get(), p);
  EXPECT_EQ(Root<const Point>(p).get(), p);
  EXPECT_EQ(Weak<const Point>::of(p).value.get(), p);
  EXPECT_EQ(finalize(p, [] {}, queue, AtExit::no).status, Status::ok);
  auto* map = make<WeakValueMap<int, const Point>>();
  ASSERT_EQ(map->set(1, p), Status::ok);
  EXPECT_EQ(map->find(1).value, p);
  auto* set = make<WeakSet<const Point>>();
  ASSERT_EQ(set->add(p), Status::ok);
  EXPECT_EQ(set->find(p).value, p);
}

TEST_F(WeakRefTest, ConvertsToOneOfAConstObject) {
  const Point* p = point;
  auto ref = WeakRef<Point>::of(point, queue).value;
  const WeakRef<const Point> constant = ref;
  EXPECT_EQ(constant.node(), ref.node());
  EXPECT_EQ(constant.get(), p);
  EXPECT_EQ(WeakRef<const Point>(std::move(ref)), constant);
  static_assert(!std::is_convertible_v<WeakRef<const Point>, WeakRef<Point>>);
}

TEST_F(WeakRefTest, EmptyIsDeadAndTypesMayOptOut) {   // S3
  const WeakRef<Point> empty;
  EXPECT_TRUE(empty.expired());
  EXPECT_EQ(empty, WeakRef<Point>());
  EXPECT_EQ(empty.hash().status, Status::dead);
  EXPECT_EQ(WeakRef<OptedOut>::of(make<OptedOut>(), queue).status, Status::not_weakrefable);
  EXPECT_EQ(finalize(make<OptedOut>(), [] {}, queue).status, Status::not_weakrefable);
  EXPECT_EQ(WeakRef<Point>::of(nullptr, queue).status, Status::not_collectable);
}

TEST_F(WeakRefTest, EveryFailingAllocationLeavesNothingBehind) {
  auto token = std::make_shared<int>();
  std::uint64_t n = 1;
  for (;; ++n) {
    gc::zeal::fail_nth(n);
    const auto ref = WeakRef<Point>::of(point, [token] {}, queue);
    gc::zeal::fail_nth(0);
    if (ref) break;
    ASSERT_EQ(ref.status, Status::no_memory);
    ASSERT_EQ(token.use_count(), 1);
    ASSERT_EQ(count({.obj = point}), 0u);
  }
  EXPECT_GT(n, 4u);
}

TEST(Describe, NamesWhatIsNoIterator) {   // S24
  Host host;
  host.type_name = [](void*, void*) -> const char* { return "A"; };
  CallbackQueue& queue = *new CallbackQueue;
  Object* o = object();
  Ref* p = bound({.obj = o}, queue, nullptr, RefKind::proxy);
  char text[100];
  (void)describe_non_iterator(p->node, host, text, sizeof text);
  EXPECT_STREQ(text, "Weakref proxy referenced a non-iterator 'A' object");
  kill_and_collect(o);
  (void)describe_non_iterator(p->node, host, text, sizeof text);
  EXPECT_STREQ(text, "weakly-referenced object no longer exists");
}

TEST(Describe, ReadsLikePythons) {   // S8 S46
  Host host;
  host.type_name = [](void*, void*) -> const char* { return "A"; };
  CallbackQueue& queue = *new CallbackQueue;
  Object* o = object();
  Ref* r = bound({.obj = o}, queue);
  Ref* p = bound({.obj = o}, queue, nullptr, RefKind::proxy);
  const Registered f = finalize_raw({.obj = o}, queue, token(1), AtExit::no).value;
  char text[160], wanted[160];
  const auto reads = [&](const char* format, auto... arguments) {
    std::snprintf(wanted, sizeof wanted, format, arguments...);
    return std::string(text) == wanted;
  };
  const std::size_t length = describe(r->node, host, text, sizeof text);
  EXPECT_EQ(length, std::string(text).size());
  EXPECT_TRUE(reads("<weakref at %p; to 'A' at %p>", static_cast<void*>(r), static_cast<void*>(o))) << text;
  host.object_name = [](void*, void*) -> const char* { return "fn"; };
  (void)describe(r->node, host, text, sizeof text);
  EXPECT_TRUE(reads("<weakref at %p; to 'A' at %p (fn)>", static_cast<void*>(r), static_cast<void*>(o))) << text;
  (void)describe(p->node, host, text, sizeof text);
  EXPECT_TRUE(reads("<weakproxy at %p to A at %p>", static_cast<void*>(p), static_cast<void*>(o))) << text;
  (void)describe(f, token(3), host, text, sizeof text);
  EXPECT_TRUE(reads("<finalize object at %p; for 'A' at %p>", token(3), static_cast<void*>(o))) << text;
  EXPECT_GT(describe(r->node, host, text, 10), 10u);
  EXPECT_EQ(std::string(text).size(), 9u);
  kill_and_collect(o);
  (void)describe(r->node, host, text, sizeof text);
  EXPECT_TRUE(reads("<weakref at %p; dead>", static_cast<void*>(r))) << text;
  (void)take_all(queue);
  (void)describe(f, token(3), host, text, sizeof text);
  EXPECT_TRUE(reads("<finalize object at %p; dead>", token(3))) << text;
}

}  // namespace
}  // namespace mayfly::world
