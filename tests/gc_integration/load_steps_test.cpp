// The weak load as it is compiled into a caller, instruction by instruction: before each of them in turn, another thread collects and re-uses the memory of
// the dead. A load must answer its referent, intact, or null. The processor's trap flag stops the reader; so x86-64 alone.
#include "gc_integration/primitives.hpp"

#include <mayfly/mayfly.hpp>
#include <mayfly/testing.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <cstring>
#include <thread>

#if defined(__x86_64__)
#include <ucontext.h>

extern "C" char __start_stepped[], __stop_stepped[];   // the linker's, of the section

namespace mayfly {
namespace {

using test::on_fresh_thread;

constexpr std::uint64_t kCanary = 0x6D61796C79CA4A52;

struct Object {
  std::uint64_t canary;
  std::uint64_t self;        // its own address, hidden
  std::uint64_t part;
};
struct Ref {
  RefNode node;
};
struct Held {                // roots
  Ref* ref;                  // to the object, which is not held
  Object* object;            // for a while
  Object* other;             // of which a load verifies the number
};

// ---- what is stepped through ----
using Load = Object* (*)(WeakHandle, const RefNode&);
#define STEPPED [[gnu::noinline, gnu::section("stepped")]]

STEPPED Object* by_handle(WeakHandle handle, const RefNode&) { return static_cast<Object*>(load(handle)); }
STEPPED Object* by_node(WeakHandle, const RefNode& node) { return static_cast<Object*>(get(node)); }
STEPPED Object* by_part(WeakHandle handle, const RefNode&) {
  std::uint64_t* part = Weak<std::uint64_t>::from(handle, offsetof(Object, part)).get();
  return part != nullptr ? reinterpret_cast<Object*>(reinterpret_cast<char*>(part) - offsetof(Object, part)) : nullptr;
}

/// Controls: the same reads in another order.
Object* reveal(std::uint64_t word, WeakHandle handle) {
  return internal::generation_of(word) == internal::generation_of(handle.bits) ? static_cast<Object*>(internal::reveal(word)) : nullptr;
}
std::uint64_t word_of(WeakHandle handle) {
  return reinterpret_cast<const std::atomic<std::uint64_t>*>(handle.bits & internal::kAddressMask)->load(std::memory_order_acquire);
}
STEPPED Object* number_first(WeakHandle handle, const RefNode&) {
  if (internal::numbers.verified.load(std::memory_order_acquire) != gc::collection_number()) return nullptr;
  return reveal(word_of(handle), handle);
}
STEPPED Object* verified_last(WeakHandle handle, const RefNode&) {
  Object* object = reveal(word_of(handle), handle);
  return internal::numbers.verified.load(std::memory_order_acquire) == gc::collection_number() ? object : nullptr;
}

// ---- the stepper ----
enum class Turn { reader, collector };
std::atomic<Turn> g_turn{Turn::reader};
std::atomic<std::size_t> g_stop_after{0};   // so many instructions
std::atomic<std::size_t> g_steps{0};
std::atomic<bool> g_stopped{false};

constexpr greg_t kTrapFlag = 0x100;
void set_trap_flag() { asm volatile("sub $128, %%rsp; pushfq; orq $0x100, (%%rsp); popfq; add $128, %%rsp" : : : "memory", "cc"); }

/// Before each instruction of the reader, from set_trap_flag() on, until it was stopped once or left what is stepped through.
void on_trap(int, siginfo_t*, void* context) {
  greg_t* registers = static_cast<ucontext_t*>(context)->uc_mcontext.gregs;
  const auto* at = reinterpret_cast<const char*>(registers[REG_RIP]);
  if (at < __start_stepped || at >= __stop_stepped) {
    if (g_steps != 0) registers[REG_EFL] &= ~kTrapFlag;
    return;
  }
  if (g_steps++ != g_stop_after) return;
  registers[REG_EFL] &= ~kTrapFlag;
  g_stopped = true;
  g_turn = Turn::collector;
  while (g_turn == Turn::collector) std::this_thread::yield();
}

/// What another thread does while the reader is stopped.
struct Meanwhile {
  int collections;
  bool verifies;
};

struct Stepping {
  std::size_t steps = 0, alive = 0, dead = 0, wrong = 0;
};

class Stepper {
 public:
  Stepper() {
    struct sigaction action {};
    action.sa_sigaction = on_trap;
    action.sa_flags = SA_SIGINFO;
    ::sigaction(SIGTRAP, &action, &before_);
  }
  ~Stepper() { ::sigaction(SIGTRAP, &before_, nullptr); }

  /// Through the whole load, from a number that was verified before it or not.
  Stepping through(Load load, bool verified_before, Meanwhile meanwhile) {
    Stepping stepping;
    while (stop_once(load, verified_before, meanwhile, stepping)) ++stepping.steps;
    return stepping;
  }

 private:
  /// False: the load was over before.
  bool stop_once(Load load, bool verified_before, Meanwhile meanwhile, Stepping& stepping) {
    on_fresh_thread([&] { make_garbage_to_be(verified_before); });
    g_stop_after = stepping.steps;
    g_steps = 0;
    g_stopped = false;
    std::atomic<bool> done{false};
    std::thread reader([&] { read(load, stepping), done = true; });
    while (!done) {
      if (g_turn == Turn::collector) act(meanwhile), g_turn = Turn::reader;
      std::this_thread::yield();
    }
    blocking([](void* thread) { static_cast<std::thread*>(thread)->join(); }, &reader);
    return g_stopped;
  }

  void make_garbage_to_be(bool verified) {
    held_.ref = static_cast<Ref*>(gc::allocate(sizeof(Ref)));
    held_.other = new_object();
    held_.object = new_object();
    object_ = unwrap(weak_handle({.obj = held_.object}));
    other_ = unwrap(weak_handle({.obj = held_.other}));
    unwrap(bind(held_.ref->node, {.obj = held_.object}, queue_).status);
    (void)gc::collect();
    if (verified) (void)load(other_);
    test::drop(held_.object);
  }

  static Object* new_object() {
    auto* object = static_cast<Object*>(gc::allocate(sizeof(Object)));
    *object = {.canary = kCanary, .self = ~reinterpret_cast<std::uint64_t>(object), .part = 0};
    return object;
  }

  void read(Load load, Stepping& stepping) {
    const ThreadScope scope;
    const RefNode& node = held_.ref->node;
    set_trap_flag();
    const Object* object = load(object_, node);
    ++(object == nullptr ? stepping.dead : object->canary == kCanary && object->self == ~reinterpret_cast<std::uint64_t>(object) ? stepping.alive : stepping.wrong);
  }

  void act(Meanwhile meanwhile) {
    for (int i = 0; i < meanwhile.collections; ++i) {
      (void)gc::collect();
      if (meanwhile.verifies) (void)load(other_);
    }
    for (int i = 0; i < 2000; ++i) std::memset(gc::allocate(sizeof(Object)), 0xDB, sizeof(Object));   // takes the addresses of the dead
  }

  struct sigaction before_ {};
  Held& held_ = *static_cast<Held*>(gc::allocate_roots(sizeof(Held)));
  CallbackQueue& queue_ = *new CallbackQueue;
  WeakHandle object_, other_;
};

constexpr Meanwhile kMeanwhile[] = {{1, false}, {1, true}, {2, true}};

Stepping step_through(Load load) {
  Stepper stepper;
  Stepping all;
  for (const bool verified_before : {true, false}) {
    for (const Meanwhile meanwhile : kMeanwhile) {
      const Stepping one = stepper.through(load, verified_before, meanwhile);
      all = {all.steps + one.steps, all.alive + one.alive, all.dead + one.dead, all.wrong + one.wrong};
    }
  }
  return all;
}

struct WeakLoadSteps : ::testing::Test {
  void SetUp() override {
    ASSERT_EQ(init(), Status::ok);
    if (internal::numbers.counter.load() == nullptr || *test::zeal_replay() != 0) GTEST_SKIP() << "in debug builds and under zeal every load is a call";
  }
};

TEST_F(WeakLoadSteps, ACollectionBeforeAnyInstructionFindsTheReferentOrClearsIt) {   // S4 T3
  for (const Load load : {Load{by_handle}, Load{by_node}, Load{by_part}}) {
    const Stepping stepping = step_through(load);
    EXPECT_EQ(stepping.wrong, 0u);
    EXPECT_GT(stepping.steps, 6 * 10u);
    EXPECT_GT(stepping.dead, 0u);
    EXPECT_GT(stepping.alive, 6u);       // the last instructions', and the loads that were over before
  }
}

TEST_F(WeakLoadSteps, TheNumberComparedBeforeTheWordIsReadReadsTheDead) {   // a control, so is the next
  EXPECT_GT(step_through(number_first).wrong, 0u);
}

TEST_F(WeakLoadSteps, VerifiedReadLastReadsTheDead) { EXPECT_GT(step_through(verified_last).wrong, 0u); }

}  // namespace
}  // namespace mayfly
#endif
