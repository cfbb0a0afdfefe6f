// How hosts may have set bdwgc up before mayfly starts: each in a process of its own.
#include "gc_integration/primitives.hpp"
#include "tests/child.hpp"

#include <mayfly/mayfly.hpp>
#include <mayfly/testing.hpp>

#define GC_THREADS 1
#define GC_NO_THREAD_REDIRECTS 1
#include <gc.h>

#include <algorithm>
#include <string>
#include <thread>

namespace mayfly {
namespace {

struct Head {
  long h = 1;
};
struct Part {
  long p = 2;
};
struct Whole : Head, Part {};

/// Weak references and finalizers do what they should.
void expect_that_it_works() {
  static int called = 0;
  static Weak<Whole> dropped;
  const Root<Whole> kept(make<Whole>());
  const auto weak = unwrap(Weak<Whole>::of(kept.get()));
  test::on_fresh_thread([] {
    auto* whole = make<Whole>();
    dropped = unwrap(Weak<Whole>::of(whole));
    (void)unwrap(finalize(whole, [] { ++called; }));
    test::drop(whole);
  });
  EXPECT_TRUE(test::collect_until(default_queue(), [](void*) { return dropped.expired(); }));
  EXPECT_EQ(called, 1);
  EXPECT_EQ(weak.get(), kept.get());
}

void started_by_the_host() {
  GC_INIT();
  EXPECT_EQ(init(), Status::ok);
  EXPECT_STREQ(init_problem(), "");
  expect_that_it_works();
}
TEST(Start, TheHostMayHaveStartedBdwgc) { EXPECT_IN_CHILD(started_by_the_host()); }

void with_find_leak() {
  GC_set_find_leak(1);
  EXPECT_EQ(init(), Status::unsupported);
  EXPECT_NE(std::string(init_problem()).find("find-leak mode"), std::string::npos);
  EXPECT_EQ(weak_handle({.obj = GC_malloc(16)}).status, Status::unsupported);
  GC_set_find_leak(0);
  EXPECT_EQ(init(), Status::ok);                       // nothing was kept of the refusal
  expect_that_it_works();
}
TEST(Start, FindLeakModeIsRefusedWithTheReason) { EXPECT_IN_CHILD(with_find_leak()); }

void with_one_thread() {
  EXPECT_EQ(init({.threads = Options::Threads::one}), Status::ok);
  const Root<Whole> kept(make<Whole>());
  const auto weak = unwrap(Weak<Whole>::of(kept.get()));
  auto* dropped = make<Whole>();
  const auto by_hand = unwrap(Weak<Whole>::of(dropped));
  clear_now({.obj = dropped});
  (void)default_queue().collect_and_drain();
  EXPECT_EQ(weak.get(), kept.get());
  EXPECT_TRUE(by_hand.expired());
  EXPECT_EQ(start_drainer(default_queue()), Status::unknown_thread);
  std::thread([] { EXPECT_EQ(ThreadScope().status(), Status::unknown_thread); }).join();   // bdwgc would end the process
}
TEST(Start, OneThreadIsEnough) { EXPECT_IN_CHILD(with_one_thread()); }

/// bdwgc then takes a pointer into an object for one only if it was told of the offset.
void without_interior_pointers() {
  GC_set_all_interior_pointers(0);
  ASSERT_EQ(init(), Status::ok);
  ASSERT_EQ(GC_get_all_interior_pointers(), 0);        // control
  expect_that_it_works();
  static Root<Part> part;
  static Weak<Whole> whole;
  test::on_fresh_thread([] {
    auto* w = make<Whole>();
    whole = unwrap(Weak<Whole>::of(w));
    part = Root<Part>(w);                              // all that holds it points to its second half
    test::drop(w);
  });
  for (int i = 0; i < 5; ++i) (void)default_queue().collect_and_drain();
  EXPECT_EQ(part->p, 2);
  EXPECT_EQ(static_cast<Part*>(whole.get()), part.get());
  static Registered finalizer;
  static Root<Whole> referent(make<Whole>());
  static Root<RefNode> node(static_cast<RefNode*>(GC_malloc(sizeof(RefNode))));
  static Root<WeakTable> table(make<WeakTable>());
  static Root<long*> cell(static_cast<long**>(GC_malloc(sizeof(long*))));   // what it points to is all that is left of an event
  const auto inside = [](std::size_t offset) {             // an offset that nobody spoke of before
    auto* inner = reinterpret_cast<long*>(static_cast<char*>(GC_malloc(64)) + offset);
    *inner = static_cast<long>(offset);
    return inner;
  };
  test::on_fresh_thread([&] {
    finalizer = finalize_raw({.obj = referent.get()}, default_queue(), inside(24), AtExit::no).value;
    (void)bind(*node, {.obj = referent.get()}, default_queue(), inside(32));
    (void)table->set({.hash = 1}, inside(40), {.obj = referent.get()});
    (void)finalize_object({.obj = inside(48)}, default_queue(), nullptr, [](Event& event) { *cell.get() = static_cast<long*>(event.object); });
  });
  for (int i = 0; i < 5; ++i) {
    (void)default_queue().collect_and_drain();
    for (int n = 0; n < 1000; ++n) std::fill_n(static_cast<long*>(GC_malloc(64)), 8, -1);   // new tenants
  }
  EXPECT_EQ(*static_cast<long*>(peek(finalizer).payload), 24);
  EXPECT_EQ(*static_cast<long*>(callback(*node)), 32);
  WeakTable::Cursor at;
  ASSERT_EQ(table->next(at), Status::ok);
  EXPECT_EQ(*static_cast<long*>(at.item.value), 40);
  EXPECT_EQ(finalize_object({.obj = static_cast<char*>(GC_malloc(20'000)) + 10'000}, default_queue(), nullptr), Status::ok);   // bdwgc knows no such offsets
  ASSERT_NE(*cell, nullptr);
  EXPECT_EQ(**cell, 48);
}
TEST(Start, InteriorPointersMayBeSwitchedOff) { EXPECT_IN_CHILD(without_interior_pointers()); }

void blocking_first() {
  bool called = false;
  blocking([](void* c) { *static_cast<bool*>(c) = true; }, &called);
  EXPECT_TRUE(called);
  EXPECT_EQ(GC_is_init_called(), 0);                   // bdwgc was left alone
  expect_that_it_works();
}
TEST(Start, ABlockingCallMayComeBeforeIt) { EXPECT_IN_CHILD(blocking_first()); }

/// A ref keeps 24 bits of the distance from its object's start.
void far_into_an_object() {
  ASSERT_EQ(init(), Status::ok);
  constexpr std::size_t kFar = std::size_t{1} << 24;
  auto* object = static_cast<char*>(GC_malloc_atomic(kFar + 64));
  auto* nodes = static_cast<RefNode*>(GC_malloc(2 * sizeof(RefNode)));
  ASSERT_TRUE(object != nullptr && nodes != nullptr);
  EXPECT_EQ(load(weak_handle({.obj = object + kFar}).value), object);
  ASSERT_EQ(bind(nodes[0], {.obj = object + kFar - 1}, default_queue()).status, Status::ok);
  EXPECT_EQ(get(nodes[0]), object + kFar - 1);
  EXPECT_EQ(bind(nodes[1], {.obj = object + kFar}, default_queue()).status, Status::not_collectable);
}
TEST(Start, NoRefReachesTooFarIntoAnObject) { EXPECT_IN_CHILD(far_into_an_object()); }

TEST(Collect, SaysWhyItDidNot) {
  ASSERT_EQ(init(), Status::ok);
  EXPECT_EQ(gc::start(gc::Threads::many), Status::ok);  // idempotent
  EXPECT_EQ(gc::collect(), gc::Collected::done);
  const std::uint64_t number = gc::collection_number();
  gc::pause();
  EXPECT_EQ(gc::collect(), gc::Collected::disabled);
  gc::resume();
  const GC_stop_func had = GC_get_stop_func();
  GC_set_stop_func([] { return 1; });                   // a host that has no time
  EXPECT_EQ(gc::collect(), gc::Collected::busy);
  GC_set_stop_func(had);
  EXPECT_EQ(gc::collection_number(), number);
  EXPECT_EQ(gc::collect(), gc::Collected::done);
}

TEST(Allocations, EachKindCanBeRefused) {
  ASSERT_EQ(init(), Status::ok);
  void* object = gc::allocate(16);
  std::uint64_t word = 0;
  const auto nothing = [](void*, void*) {};
  void* (*kinds[])() = {[] { return gc::allocate(16); }, [] { return gc::allocate_untraced(16); }, [] { return gc::allocate_roots(16); }};
  for (void* (*allocate)() : kinds) {
    test::fail_allocation(1);
    EXPECT_EQ(allocate(), nullptr);
    EXPECT_NE(allocate(), nullptr);
  }
  test::fail_allocation(1);
  EXPECT_EQ(gc::link(&word, object), Status::no_memory);
  gc::unlink(&word);
  test::fail_allocation(1);
  EXPECT_EQ(gc::set_finalizer(object, {nothing, nullptr}).status, Status::no_memory);
  EXPECT_EQ(gc::set_finalizer(object, {}).value.function, nullptr);   // none was left
  test::fail_allocation(0);
}

}  // namespace
}  // namespace mayfly
