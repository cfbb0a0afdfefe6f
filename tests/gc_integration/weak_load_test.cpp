// Safety of reads on bdwgc: readers load without locks while another thread makes, drops and collects. Every object carries a canary.
#include "gc_integration/primitives.hpp"

#include <mayfly/node.hpp>
#include <mayfly/runtime.hpp>
#include <mayfly/weak.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace mayfly {
namespace {

constexpr std::uint64_t kCanary = 0x6D61796C79CA4A52;
constexpr std::size_t kRefs = 256;
constexpr int kCollections = 5000;

struct Object {
  std::uint64_t canary;
  std::uint64_t self;       // its own address, hidden
  std::uint64_t handle;     // its own weak handle, once it has one
};
struct Ref {
  RefNode node;
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
  for (int round = 0; round < kCollections; ++round) {
    for (int i = 0; i < 100; ++i) {
      Object* o = new_object();
      const auto handle = weak_handle({.obj = o});
      ASSERT_EQ(handle.status, Status::ok);
      o->handle = handle.value.bits;
      handles[next++ % kHandles].store(handle.value.bits, std::memory_order_release);
    }
    (void)default_queue().collect();
  }
  stop = true;
  blocking([](void* list) { for (auto& t : *static_cast<std::vector<std::thread>*>(list)) t.join(); }, &readers);
  EXPECT_EQ(wrong.load(), 0u);
  EXPECT_GT(alive.load(), 0u);
  EXPECT_GT(dead.load(), alive.load());
}

TEST(WeakLoad, NeverAnswersAnythingButItsOwnLiveReferent) {   // S4 T3
  ASSERT_EQ(init(), Status::ok);
  auto& queue = *new CallbackQueue;
  auto* refs = static_cast<std::atomic<Ref*>*>(gc::allocate_roots(kRefs * sizeof(void*)));   // strong refs, weak objects
  const auto renew = [&](std::size_t i) {
    auto* r = static_cast<Ref*>(gc::allocate(sizeof(Ref)));
    Object* o = new_object();
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
        auto* o = static_cast<Object*>(get(r->node));
        if (o == nullptr) {
          dead.fetch_add(1, std::memory_order_relaxed);
        } else {
          alive.fetch_add(1, std::memory_order_relaxed);
          if (o->canary != kCanary || o->self != ~reinterpret_cast<std::uint64_t>(o)) wrong.fetch_add(1);
        }
      }
    });
  }
  for (int round = 0; round < kCollections; ++round) {
    for (std::size_t i = 0; i < kRefs / 2; ++i) renew((i * 7 + static_cast<std::size_t>(round)) % kRefs);
    for (int churn = 0; churn < 200; ++churn) (void)new_object()->canary;   // takes the addresses of the dead
    (void)queue.collect();
  }
  stop = true;
  blocking([](void* list) { for (auto& t : *static_cast<std::vector<std::thread>*>(list)) t.join(); }, &readers);
  EXPECT_EQ(wrong.load(), 0u);
  EXPECT_GT(alive.load(), 0u);
  EXPECT_GT(dead.load(), 0u);          // control: things did die under the readers
}

}  // namespace
}  // namespace mayfly
