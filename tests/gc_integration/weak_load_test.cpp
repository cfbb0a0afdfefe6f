// Safety of reads on bdwgc: readers load without locks while another thread makes, drops and collects. Every object carries a canary. Two controls are
// this test with weak loads that lack one of their guards: they must fail.
#include "gc_integration/primitives.hpp"

#include <mayfly/node.hpp>
#include <mayfly/runtime.hpp>
#include <mayfly/weak.hpp>

#include <gtest/gtest.h>

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <thread>
#include <vector>

#define GC_THREADS
#define GC_NO_THREAD_REDIRECTS
#include <gc.h>

namespace mayfly {
namespace {

constexpr std::uint64_t kCanary = 0x6D61796C79CA4A52;
constexpr std::size_t kRefs = 256;
constexpr int kCollections = 5000;

struct Object {
  std::uint64_t canary;
  std::uint64_t self;       // its own address, hidden
  std::uint64_t handle;     // its own weak handle, once it has one
  std::uint64_t ref;        // the address of the ref to it, hidden, if there is one
};
struct Ref {
  RefNode node;
};

/// What a run is worth: so many collections, in the mode that was asked for.
class Collections {
 public:
  void expect_enough() const {
    EXPECT_GE(stats().collections - before_, static_cast<std::uint64_t>(kCollections));
    EXPECT_EQ(GC_is_incremental_mode() != 0, std::getenv("GC_ENABLE_INCREMENTAL") != nullptr);
  }

 private:
  std::uint64_t before_ = stats().collections;
};

/// While one lives, each collection makes a long pause between the change of its number and the clearing of links: the gap that a read must not fall into.
class StretchedGap {
 public:
  StretchedGap() {
    GC_set_on_collection_event([](GC_EventType event) {
      if (event == GC_EVENT_RECLAIM_START) (void)::usleep(100);
    });
  }
  ~StretchedGap() { GC_set_on_collection_event(nullptr); }
  StretchedGap(const StretchedGap&) = delete;
  StretchedGap& operator=(const StretchedGap&) = delete;
};

Object* new_object() {
  auto* o = static_cast<Object*>(gc::allocate(sizeof(Object)));
  o->self = ~reinterpret_cast<std::uint64_t>(o);
  o->canary = kCanary;
  return o;
}

TEST(WeakLoad, AStaleHandleNeverReadsTheNextTenantOfItsSlot) {   // S4 T3
  ASSERT_EQ(init(), Status::ok);
  constexpr std::size_t kHandles = 1 << 14;              // far more than objects live: most are stale, and their slots have new tenants
  static std::atomic<std::uint64_t> handles[kHandles];
  std::atomic<bool> stop{false};
  std::atomic<std::uint64_t> wrong{0}, alive{0}, dead{0};
  std::vector<std::thread> readers;
  for (unsigned t = 0; t < 2; ++t) {
    readers.emplace_back([&, t] {
      ThreadScope scope;
      ASSERT_EQ(scope.status(), Status::ok);
      for (std::size_t i = t; !stop.load(std::memory_order_relaxed); i += 3) {
        const WeakHandle handle{handles[i % kHandles].load(std::memory_order_acquire)};
        auto* o = static_cast<Object*>(load(handle));
        (o == nullptr ? dead : alive).fetch_add(1, std::memory_order_relaxed);
        if (o != nullptr && (o->canary != kCanary || o->handle != handle.bits)) wrong.fetch_add(1);
      }
    });
  }
  std::size_t next = 0;
  const Collections collections;
  for (int round = 0; round < kCollections && wrong == 0; ++round) {
    for (int i = 0; i < 100; ++i) {
      Object* o = new_object();
      const auto handle = weak_handle({.obj = o});
      ASSERT_EQ(handle.status, Status::ok);
      o->handle = handle.value.bits;
      handles[next++ % kHandles].store(handle.value.bits, std::memory_order_release);
    }
    if (alive == 0) std::this_thread::yield();          // on one processor readers might come but in collections
    (void)default_queue().collect();
  }
  stop = true;
  blocking([](void* list) { for (auto& t : *static_cast<std::vector<std::thread>*>(list)) t.join(); }, &readers);
  ASSERT_EQ(wrong.load(), 0u);
  EXPECT_GT(alive.load(), 0u);
  EXPECT_GT(dead.load(), alive.load());
  collections.expect_enough();
}

TEST(WeakLoad, NeverAnswersAnythingButItsOwnLiveReferent) {   // S4 T3
  ASSERT_EQ(init(), Status::ok);
  auto& queue = *new CallbackQueue;
  auto* refs = static_cast<std::atomic<Ref*>*>(gc::allocate_roots(kRefs * sizeof(void*)));   // strong refs, weak objects
  const auto renew = [&](std::size_t i) {
    auto* r = static_cast<Ref*>(gc::allocate(sizeof(Ref)));
    Object* o = new_object();
    o->ref = ~reinterpret_cast<std::uint64_t>(r);
    ASSERT_EQ(bind(r->node, {.obj = o}, queue, nullptr, RefKind::subclass).status, Status::ok);
    refs[i].store(r, std::memory_order_release);
  };
  for (std::size_t i = 0; i < kRefs; ++i) renew(i);

  std::atomic<bool> stop{false};
  std::atomic<std::uint64_t> wrong{0}, alive{0}, dead{0};
  std::vector<std::thread> readers;
  for (unsigned t = 0; t < 2; ++t) {
    readers.emplace_back([&, t] {
      ThreadScope scope;
      ASSERT_EQ(scope.status(), Status::ok);
      for (std::size_t i = t; !stop.load(std::memory_order_relaxed); ++i) {
        const Ref* r = refs[i % kRefs].load(std::memory_order_acquire);
        const volatile auto* o = static_cast<Object*>(get(r->node));
        if (o == nullptr) {
          dead.fetch_add(1, std::memory_order_relaxed);
          continue;
        }
        const bool lingers = alive.fetch_add(1, std::memory_order_relaxed) % 64 == 0;   // until the memory of the dead is used again
        if (lingers) (void)::usleep(200);
        const bool its_own = o->self == ~reinterpret_cast<std::uint64_t>(o) && o->ref == ~reinterpret_cast<std::uint64_t>(r);
        if (o->canary != kCanary || !its_own) wrong.fetch_add(1);
      }
    });
  }
  const Collections collections;
  const StretchedGap gap;
  for (int round = 0; round < kCollections && wrong == 0; ++round) {
    for (std::size_t i = 0; i < kRefs / 2; ++i) renew((i * 7 + static_cast<std::size_t>(round)) % kRefs);
    for (int churn = 0; churn < 200; ++churn) (void)new_object()->canary;   // takes the addresses of the dead
    if (alive == 0) std::this_thread::yield();
    (void)queue.collect();
  }
  stop = true;
  blocking([](void* list) { for (auto& t : *static_cast<std::vector<std::thread>*>(list)) t.join(); }, &readers);
  ASSERT_EQ(wrong.load(), 0u);
  EXPECT_GT(alive.load(), 0u);
  EXPECT_GT(dead.load(), 0u);          // control: things did die under the readers
  collections.expect_enough();
}

}  // namespace
}  // namespace mayfly
