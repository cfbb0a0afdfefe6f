// Never lost, never twice: four threads register, drop, kill by hand, unbind, collect and drain at random, and every callback is accounted for.
#include "gc_integration/primitives.hpp"

#include <mayfly/node.hpp>
#include <mayfly/runtime.hpp>
#include <mayfly/testing.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <random>
#include <thread>
#include <vector>

namespace mayfly {
namespace {

constexpr std::size_t kThreads = 4, kObjects = 64, kRefsPerThread = 10'000;

struct Ref {
  RefNode node;
  std::uint32_t called;       // by whoever drains: atomically
  bool unbound;               // by its own thread
};
struct Slot {                 // of one thread's table of live objects
  void* object;
};

void on_callback(Event& event) {
  auto* ref = static_cast<Ref*>(event.holder);
  std::atomic_ref(ref->called).fetch_add(1);
}
struct Counting {             // in roots: the callback of all refs
  Closure closure{on_callback};
};

class Worker {
 public:
  Worker(std::uint32_t seed, CallbackQueue& queue, Counting& callback)
      : random_(seed), queue_(queue), callback_(callback),
        objects_(static_cast<void**>(gc::allocate_roots(kObjects * sizeof(void*)))),
        refs_(static_cast<Ref**>(gc::allocate_roots(kRefsPerThread * sizeof(void*)))) {}

  void run() {
    while (count_ < kRefsPerThread) {
      void*& object = objects_[random_() % kObjects];
      switch (random_() % 64) {
        case 0: (void)queue_.collect(); break;
        case 1: (void)queue_.drain({.items = 10}); break;
        case 2:
          if (object != nullptr) clear_now({.obj = object});
          object = nullptr;
          break;
        case 3: unbind_one(); break;
        case 4: case 5: case 6: object = nullptr; break;
        default: add(object);
      }
    }
    for (std::size_t i = 0; i < kObjects; ++i) objects_[i] = nullptr;
  }
  /// Refs for which what was called and what they read do not agree.
  std::size_t violations(std::size_t& called) const {
    std::size_t bad = 0;
    for (std::size_t i = 0; i < count_; ++i) {
      const Ref& ref = *refs_[i];
      const bool dead = get(ref.node) == nullptr;
      called += ref.called;
      bad += ref.unbound ? ref.called > 1 || !dead : ref.called != (dead ? 1u : 0u);
    }
    return bad;
  }

 private:
  void add(void*& object) {
    if (object == nullptr) object = gc::allocate(48);
    auto* ref = static_cast<Ref*>(gc::allocate(sizeof(Ref)));
    if (bind_closure(ref->node, {.obj = object}, queue_, callback_.closure).status != Status::ok) std::abort();
    refs_[count_++] = ref;
  }
  void unbind_one() {
    if (count_ == 0) return;
    Ref* ref = refs_[random_() % count_];
    unbind(ref->node);         // a callback that is queued does not come; one that was taken came
    ref->unbound = true;
  }

  std::minstd_rand random_;
  CallbackQueue& queue_;
  Counting& callback_;
  void** objects_;
  Ref** refs_;
  std::size_t count_ = 0;
};

TEST(Conservation, EveryCallbackComesExactlyOnceOnFourThreads) {   // S11 S14 S15
  ASSERT_EQ(init(), Status::ok);
  const char* wanted = std::getenv("MAYFLY_TEST_SEED");
  const auto seed = wanted != nullptr ? static_cast<std::uint32_t>(std::strtoul(wanted, nullptr, 10)) : std::random_device{}() | 1;
  SCOPED_TRACE("MAYFLY_TEST_SEED=" + std::to_string(seed));
  auto& queue = *new CallbackQueue;
  auto* callback = ::new (gc::allocate_roots(sizeof(Counting))) Counting;
  std::vector<Worker> workers;
  for (std::uint32_t t = 0; t < kThreads; ++t) workers.emplace_back(seed + t, queue, *callback);
  std::vector<std::thread> threads;
  for (Worker& worker : workers) {
    threads.emplace_back([&worker] {
      const ThreadScope scope;
      if (scope.status() != Status::ok) std::abort();
      worker.run();
    });
  }
  blocking([](void* list) { for (auto& t : *static_cast<std::vector<std::thread>*>(list)) t.join(); }, &threads);
  (void)queue.collect_and_drain();
  (void)queue.drain();

  std::size_t called = 0, violations = 0;
  for (const Worker& worker : workers) violations += worker.violations(called);
  EXPECT_EQ(violations, 0u);
  EXPECT_GE(called, kThreads * kRefsPerThread * 9 / 10);   // control: nearly all did die
}

}  // namespace
}  // namespace mayfly
