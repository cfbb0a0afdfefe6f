// A real heap that is full, and a host whose out-of-memory handler leaves by longjmp out of bdwgc itself: out of its own allocations, out of mayfly's, and out of
// those in mayfly's collector finalizers (Options::Clearing::marks).
#include "src/core/invariants.hpp"
#include "tests/child.hpp"
#include "tests/clearing.hpp"

#include <mayfly/node.hpp>
#include <mayfly/testing.hpp>
#include <mayfly/weak.hpp>

#include <csetjmp>
#include <cstddef>
#include <thread>
#include <utility>

#define GC_THREADS
#define GC_NO_THREAD_REDIRECTS
#include <gc.h>

namespace mayfly {
namespace {

struct Ref {
  void* next;
  RefNode node;
};
struct Kept {                       // what the program holds: a list, so that it can let go of it
  Kept* next;
  void* object;
  Ref* ref;
};

std::jmp_buf g_out;
bool g_leaves = false;              // else allocations answer null
Kept* g_kept = nullptr;
CallbackQueue g_queue;

void* out_of_memory(std::size_t) {
  if (g_leaves) std::longjmp(g_out, 1);
  return nullptr;
}

struct Step {
  unsigned kind;
  void* object = nullptr;
  Ref* ref = nullptr;
  Status status = Status::ok;
};

/// One more object with something registered on it.
void step(Step& s) {
  if (s.object == nullptr) s.object = GC_malloc(32);
  if (s.ref == nullptr) s.ref = static_cast<Ref*>(GC_malloc(sizeof(Ref)));
  if (s.object == nullptr || s.ref == nullptr) {
    s.status = Status::no_memory;
    return;
  }
  const Referent referent{.obj = s.object};
  switch (s.kind % 5) {
    case 0: s.status = bind(s.ref->node, referent, g_queue, &g_queue).status; break;
    case 1: s.status = finalize_raw(referent, g_queue, &g_queue, AtExit::no, [](Event&) {}).status; break;
    case 2: s.status = finalize_object(referent, g_queue, nullptr, [](Event&) {}); break;
    case 3: s.status = weak_handle(referent).status; break;
    default: s.status = each(referent, [](void*, RefNode&) {}, nullptr); break;
  }
}

bool leaves(void (*call)(Step&), Step& argument) {
  g_leaves = true;
  const bool left = setjmp(g_out) != 0 || (call(argument), false);
  g_leaves = false;
  return left;
}

[[gnu::noinline]] void forget_most() {
  for (Kept* kept = g_kept; kept != nullptr && kept->next != nullptr; kept = kept->next) kept->next = kept->next->next;   // every second one
  for (Event event; g_queue.take(event);) {}
}

void fill_the_heap_again_and_again() {
  ASSERT_EQ(init({.clearing = test::clearing()}), Status::ok);
  ASSERT_EQ(g_queue.set_wake([](void*) {}, nullptr), Status::ok);    // whoever drains allocates for the next hint
  GC_set_oom_fn(out_of_memory);
  GC_set_max_heap_size(GC_get_heap_size() + (4 << 20));
  unsigned left = 0, out_of_mayfly = 0, repeated = 0;
  for (unsigned n = 0; n < 500'000 && left < 30; ++n) {
    Step s{n};
    const bool by_longjmp = leaves(step, s);
    left += by_longjmp;
    out_of_mayfly += by_longjmp && s.ref != nullptr;
    if (by_longjmp || s.status != Status::ok) {
      core::check_invariants();
      (void)leaves([](Step&) { forget_most(); }, s);
      (void)leaves([](Step&) { GC_gcollect(); }, s);                 // calls those
      if (!leaves(step, s)) repeated += s.status == Status::ok || s.status == Status::already_bound;
    }
    auto* kept = static_cast<Kept*>(GC_malloc(sizeof(Kept)));
    if (kept != nullptr) g_kept = ::new (kept) Kept{g_kept, s.object, s.ref};
  }
  EXPECT_EQ(left, 30u);
  EXPECT_GE(out_of_mayfly, 5u);
  EXPECT_GE(repeated, left / 2);
  GC_set_max_heap_size(0);
  g_kept = nullptr;
  GC_gcollect();
  while (g_queue.collect_and_drain().ran != 0) {}
  core::check_invariants();
  EXPECT_EQ(g_queue.stats().waiting, 0u);
}
struct Init {
  Status status = Status::ok;
};
bool leaves_init(Init& answer) {
  g_leaves = true;
  const bool left = setjmp(g_out) != 0 || (answer.status = init({.clearing = test::clearing()}), false);
  g_leaves = false;
  return left;
}
void* g_full = nullptr;                                              // a list

void fill_the_heap() {
  GC_set_oom_fn(out_of_memory);
  GC_set_max_heap_size(GC_get_heap_size() + (1 << 20));
  for (const std::size_t size : {std::size_t{4096}, std::size_t{512}, std::size_t{16}}) {
    while (void** more = static_cast<void**>(GC_malloc(size))) *more = std::exchange(g_full, more);
  }
}
void empty_the_heap() {
  g_full = nullptr;
  GC_set_max_heap_size(0);
  GC_gcollect();
}

/// With links it needs no memory of bdwgc's.
void init_in_a_full_heap(bool leave) {
  const bool needs_memory = test::clearing() == Options::Clearing::marks;
  GC_INIT();
  fill_the_heap();
  for (int attempt = 0; attempt < 5; ++attempt) {
    Init answer;
    if (leave) {
      EXPECT_EQ(leaves_init(answer), needs_memory);
    } else {
      answer.status = init({.clearing = test::clearing()});
      EXPECT_EQ(answer.status, needs_memory ? Status::no_memory : Status::ok);
    }
  }
  empty_the_heap();
  ASSERT_EQ(init({.clearing = test::clearing()}), Status::ok);       // repeated
  test::on_fresh_thread([] {
    auto* ref = static_cast<Ref*>(GC_malloc(sizeof(Ref)));
    EXPECT_EQ(finalize_raw({.obj = ref}, g_queue, nullptr, AtExit::no, [](Event&) {}).status, Status::ok);
  });
  EXPECT_TRUE(test::collect_until(g_queue, [](void*) { return g_queue.stats().ran == 1; }));
  core::check_invariants();
}
TEST(OutOfMemory, InitIsRefusedAndCanBeRepeated) { EXPECT_IN_CHILD(init_in_a_full_heap(false)); }
TEST(OutOfMemory, InitLeftByLongjmpCanBeRepeated) { EXPECT_IN_CHILD(init_in_a_full_heap(true)); }

/// The heap is full, so any allocation would collect, which bdwgc does only for threads that it knows.
void first_call_by_a_thread_that_nobody_knows() {
  GC_INIT();
  fill_the_heap();
  std::thread([] {                                                   // no further calls: to register this thread would need memory, without which bdwgc ends the process
    EXPECT_EQ(init(), Status::ok);
    EXPECT_EQ(finalize_raw({.obj = &g_full}, g_queue, nullptr, AtExit::no).status, Status::unknown_thread);
  }).join();
  empty_the_heap();
  EXPECT_EQ(finalize_raw({.obj = GC_malloc(32)}, g_queue, nullptr, AtExit::no, [](Event&) {}).status, Status::ok);
}
TEST(OutOfMemory, AThreadThatNobodyKnowsMayMakeTheFirstCall) { EXPECT_IN_CHILD(first_call_by_a_thread_that_nobody_knows()); }

/// bdwgc makes a table for the first link, and one for the first finalizer; without memory for it, it ends the process.
void first_registration_in_a_full_heap(unsigned kind, bool leave) {
  GC_INIT();
  Step s{kind, GC_malloc(32), static_cast<Ref*>(GC_malloc(sizeof(Ref)))};
  ASSERT_EQ(init({.clearing = test::clearing()}), Status::ok);
  fill_the_heap();
  if (leave) {
    EXPECT_TRUE(leaves(step, s) || s.status == Status::ok);
  } else {
    step(s);
    EXPECT_TRUE(s.status == Status::no_memory || s.status == Status::ok);
  }
  empty_the_heap();
  step(s);
  EXPECT_TRUE(s.status == Status::already_bound || s.status == Status::ok);
  core::check_invariants();
}
TEST(OutOfMemory, TheFirstRegistrationIsRefusedAndCanBeRepeated) {
  for (unsigned kind = 0; kind < 5; ++kind) {
    EXPECT_IN_CHILD(first_registration_in_a_full_heap(kind, false));
    EXPECT_IN_CHILD(first_registration_in_a_full_heap(kind, true));
  }
}

TEST(OutOfMemory, LeftByLongjmpNothingIsLostAndNoLockIsTaken) { EXPECT_IN_CHILD(fill_the_heap_again_and_again()); }

}  // namespace
}  // namespace mayfly
