// The mark sweep on bdwgc: it comes in each collection, whatever the host does with finalizers. Each in a process of its own.
#include "gc_integration/primitives.hpp"
#include "tests/child.hpp"

#include <mayfly/mayfly.hpp>
#include <mayfly/testing.hpp>

#define GC_THREADS 1
#define GC_NO_THREAD_REDIRECTS 1
#include <gc.h>
#include <gc/javaxfc.h>

#include <string>
#include <thread>
#include <vector>

namespace mayfly {
namespace {

constexpr std::size_t kN = 200;
constexpr std::size_t kEnough = kN - 8;

struct Plain {
  std::uint64_t number = 0;
};
struct Chain {
  Chain* next = nullptr;
};

void start(Options::Finalizers finalizers = Options::Finalizers::mayfly) {
  ASSERT_EQ(init({.finalizers = finalizers, .clearing = Options::Clearing::marks}), Status::ok) << init_problem();
}

/// So many objects that nobody holds, and weak references to them.
std::vector<Weak<Plain>> dropped() {
  std::vector<Weak<Plain>> weak(kN);
  test::on_fresh_thread([&] {
    for (Weak<Plain>& w : weak) w = unwrap(Weak<Plain>::of(make<Plain>()));
  });
  return weak;
}
std::size_t dead(const std::vector<Weak<Plain>>& weak) {
  std::size_t n = 0;
  for (const Weak<Plain>& w : weak) n += w.expired();
  return n;
}
std::size_t warnings = 0;
void count_warnings() {
  GC_set_warn_proc([](char* text, GC_word) { warnings += std::string(text).find("Finalization cycle") != std::string::npos; });
}

void many_collections() {
  start();
  count_warnings();
  const Root<Plain> kept(make<Plain>());
  const auto weak = unwrap(Weak<Plain>::of(kept.get()));
  for (int i = 0; i < 200; ++i) {
    const auto gone = dropped();
    GC_gcollect();
    ASSERT_GE(dead(gone), kEnough);
    ASSERT_EQ(weak.get(), kept.get());
  }
  EXPECT_EQ(warnings, 0u);
}
TEST(MarkSweep, ClearsInEachCollection) { EXPECT_IN_CHILD(many_collections()); }   // .sentry.proof

/// A collection from that many frames further down, whose own stale words are then scanned by the next one.
[[gnu::noinline]] void collect_at_depth(int depth) {
  if (depth == 0) return (void)GC_gcollect();
  char frame[64];
  asm volatile("" : : "r"(frame) : "memory");
  collect_at_depth(depth - 1);
  asm volatile("" : : "r"(frame) : "memory");
}

/// Then bdwgc keeps what each collection has used up: the last sentries stay, though bdwgc does not like it.
void nobody_invokes_finalizers() {
  GC_set_finalize_on_demand(1);
  start(Options::Finalizers::host);
  count_warnings();
  const Root<Plain> root(make<Plain>());
  const auto kept = unwrap(Weak<Plain>::of(root.get()));
  for (int i = 0; i < 200; ++i) {
    const auto gone = dropped();
    collect_at_depth(i % 37);
    ASSERT_GE(dead(gone), kEnough);
  }
  for (int i = 0; i < 2000; ++i) {
    collect_at_depth(i * 7 % 101);
    ASSERT_FALSE(kept.expired());
  }
  EXPECT_GT(warnings, 50u);                               // control: it came to that
  EXPECT_GT(stats().collections - warnings, 50u);         // and not at once
  while (GC_should_invoke_finalizers() != 0) (void)GC_invoke_finalizers();
  warnings = 0;
  for (int i = 0; i < 20; ++i) GC_gcollect();
  EXPECT_EQ(warnings, 0u);
}
TEST(MarkSweep, GoesOnWhileNobodyInvokesFinalizers) { EXPECT_IN_CHILD(nobody_invokes_finalizers()); }   // .sentry.least

/// What a host holds by strong toggle-refs alone lives.
void toggle_refs() {
  static int asked = 0;
  GC_INIT();
  GC_set_toggleref_func([](void*) { return ++asked, GC_TOGGLE_REF_STRONG; });
  start();
  std::vector<Weak<Plain>> weak(kN);
  test::on_fresh_thread([&] {
    for (Weak<Plain>& w : weak) {
      auto* o = make<Plain>();
      w = unwrap(Weak<Plain>::of(o));
      ASSERT_EQ(GC_toggleref_add(o, 1), GC_SUCCESS);
      test::drop(o);
    }
  });
  for (int i = 0; i < 3; ++i) GC_gcollect();
  EXPECT_GT(asked, 0);
  EXPECT_EQ(dead(weak), 0u);
}
TEST(MarkSweep, StrongToggleRefsCountAsRoots) { EXPECT_IN_CHILD(toggle_refs()); }

/// Long chains that only an object with a finalizer reaches: bdwgc marks them behind the sweep, and its mark stack may overflow.
void finalizers_of_all_kinds() {
  start();
  static std::size_t called = 0;
  std::vector<Weak<Plain>> weak;
  test::on_fresh_thread([&] {
    for (std::size_t i = 0; i < kN; ++i) {
      auto* o = make<Plain>();
      weak.push_back(unwrap(Weak<Plain>::of(o)));
      const auto count = [](void*, void* chain) { called += static_cast<Chain*>(chain)->next != nullptr; };
      Chain* chain = nullptr;
      for (int length = 0; length < 2000; ++length) chain = new (gc::allocate(sizeof(Chain))) Chain{chain};
      if (i % 2 == 0) GC_register_finalizer(o, count, chain, nullptr, nullptr);
      else GC_register_finalizer_no_order(o, count, chain, nullptr, nullptr);
      test::drop(o);
    }
  });
  for (int i = 0; i < 3; ++i) (void)default_queue().collect_and_drain();
  EXPECT_GE(dead(weak), kEnough);
  EXPECT_GE(called, kEnough);
}
TEST(MarkSweep, ClearsBesideOtherFinalizers) { EXPECT_IN_CHILD(finalizers_of_all_kinds()); }

/// What makes a collection in init() run: a host's finalizer that calls mayfly.
void started_with_finalizers_that_wait() {
  GC_INIT();
  static Status status = Status::dead;
  std::thread([] {
    GC_stack_base base;
    GC_get_stack_base(&base);
    GC_allow_register_threads();
    GC_register_my_thread(&base);
    for (int i = 0; i < 20; ++i) {
      GC_register_finalizer_no_order(GC_malloc(16), [](void*, void*) {
        status = weak_handle({.obj = GC_malloc(16)}).status;
      }, nullptr, nullptr, nullptr);
    }
    GC_unregister_my_thread();
  }).join();
  ASSERT_EQ(init({.clearing = Options::Clearing::marks}), Status::ok);
  EXPECT_EQ(status, Status::ok);
}
TEST(MarkSweep, FinalizersMayCallMayflyWhileItStarts) { EXPECT_IN_CHILD(started_with_finalizers_that_wait()); }

/// It has to collect, so bdwgc has to know the thread; afterwards it does not any more, though a finalizer called mayfly on it.
void started_by_a_thread_that_nobody_knows(Options::Threads threads, Status expected) {
  GC_INIT();
  for (int i = 0; i < 20; ++i) {
    GC_register_finalizer_no_order(GC_malloc(16), [](void*, void*) { (void)weak_handle({.obj = GC_malloc(16)}).status; }, nullptr, nullptr, nullptr);
  }
  static void* object = GC_malloc(16);
  std::thread([&] {
    EXPECT_EQ(init({.threads = threads, .clearing = Options::Clearing::marks}), expected);
    EXPECT_EQ(weak_handle({.obj = object}).status, Status::unknown_thread);
  }).join();
  EXPECT_EQ(weak_handle({.obj = object}).status, Status::ok);
}
TEST(MarkSweep, MayBeStartedByAThreadThatNobodyKnows) {
  EXPECT_IN_CHILD(started_by_a_thread_that_nobody_knows(Options::Threads::many, Status::ok));
  EXPECT_IN_CHILD(started_by_a_thread_that_nobody_knows(Options::Threads::one, Status::unknown_thread));
}

void incremental() {
  GC_INIT();
  GC_enable_incremental();
  if (GC_is_incremental_mode() == 0) return;              // not on this machine
  EXPECT_EQ(init({.clearing = Options::Clearing::marks}), Status::unsupported);
  EXPECT_NE(std::string(init_problem()).find("marks incrementally"), std::string::npos);
  EXPECT_EQ(init(), Status::ok);                          // by links, it works
  const auto gone = dropped();
  (void)default_queue().collect();
  EXPECT_GE(dead(gone), kEnough);
}
TEST(MarkSweep, IsRefusedWhereBdwgcMarksIncrementally) { EXPECT_IN_CHILD(incremental()); }

/// It calls finalizers until there is none: it must come to an end, and the next registration goes on as before.
void all_are_finalized() {
  start();
  (void)default_queue().set_wake([](void*) {}, nullptr);
  GC_finalize_all();
  const auto gone = dropped();
  (void)default_queue().collect();
  EXPECT_GE(dead(gone), kEnough);
}
TEST(MarkSweep, GoesOnAfterFinalizeAll) { EXPECT_IN_CHILD(all_are_finalized()); }

/// Nothing of mayfly's was called between: the collection could not be swept.
TEST(MarkSweepDeathTest, ACollectionRightBehindFinalizeAllEndsTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        start();
        const Root<Plain> kept(make<Plain>());
        const auto weak = unwrap(Weak<Plain>::of(kept.get()));
        GC_finalize_all();
        GC_gcollect();
        (void)weak.get();
      },
      "contract broken: a collection came that could not look at the weak words");
}

}  // namespace
}  // namespace mayfly
