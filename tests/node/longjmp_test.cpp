// Memory that fails at every single point of every call that registers or allocates; and a host whose out-of-memory handler leaves by longjmp there, out of
// everything that a host without C++ frames calls. No lock stays taken, the invariants hold, and the call can be repeated.
#include "gc_integration/roots.hpp"
#include "src/core/invariants.hpp"
#include "tests/child.hpp"
#include "tests/scripted_world.hpp"

#include <mayfly/mayfly.hpp>
#include <mayfly/weak_table.hpp>

#include <array>
#include <csetjmp>
#include <functional>
#include <memory>
#include <string>
#include <thread>

namespace mayfly::world {
namespace {

using core::check_invariants;

std::jmp_buf g_out;
void leave() { std::longjmp(g_out, 1); }

template <class T, class... A>
T* lying_in_collected_memory(A&&... arguments) {
  return ::new (gc::allocate(sizeof(T))) T(std::forward<A>(arguments)...);
}

struct Call {
  CallbackQueue& queue = *new CallbackQueue;    // a new one each time: its making is part of the call
  Object* object = world::object();
  Object* other = world::object();
  Ref* ref = world::ref();
  MethodNode* method = static_cast<MethodNode*>(gc::allocate(sizeof(MethodNode)));
  WeakTable* table = lying_in_collected_memory<WeakTable>(WeakSide::value, &queue);
  WeakTable* another = lying_in_collected_memory<WeakTable>(WeakSide::value, &queue);
  WeakTable* keys = lying_in_collected_memory<WeakTable>(WeakSide::key, &queue);
  ConcurrentTable shared;
  std::array<void**, 600> roots{};              // more than are made at once
  Status status = Status::ok;

  using Values = WeakValueMap<std::string, Object>;
  using Keys = WeakKeyMap<Object, std::string>;
  using Members = WeakSet<Object>;
  Values* value_map = lying_in_collected_memory<Values>(StdPolicy<std::string>{}, queue);
  Values* to_update = lying_in_collected_memory<Values>(StdPolicy<std::string>{}, queue);
  Keys* key_map = lying_in_collected_memory<Keys>(StdPolicy<Object*>{}, queue);
  Members* members = lying_in_collected_memory<Members>(StdPolicy<Object*>{}, queue);
  ConcurrentWeakMap<std::string, std::string> shared_map;

  ~Call() {
    for (void** root : roots) gc::release_root(root);
  }
};

struct Named {
  const char* name;
  void (*call)(Call&);
  std::size_t events;                           // once both objects have died
};
constexpr Named kCalls[] = {
    {"bind", [](Call& c) { c.status = bind(c.ref->node, {.obj = c.object}, c.queue, token(1)).status; }, 1},
    {"bind_in_object", [](Call& c) { c.status = bind(c.ref->node, {.obj = c.object, .cell = &c.object->cell}, c.queue, token(1)).status; }, 1},
    {"bind_proxy", [](Call& c) { c.status = bind(c.ref->node, {.obj = c.object}, c.queue, nullptr, RefKind::proxy).status; }, 0},
    {"bind_immortal", [](Call& c) {
       static Object immortal;
       c.status = bind(c.ref->node, {.obj = &immortal, .life = Referent::Life::immortal}, c.queue, token(1)).status;
     }, 0},
    {"bind_method", [](Call& c) { c.status = bind_method(*c.method, {.obj = c.object}, {.obj = c.other}, c.queue, token(1)); }, 1},
    {"finalize_raw", [](Call& c) { c.status = finalize_raw({.obj = c.object}, c.queue, token(1), AtExit::no).status; }, 1},
    {"finalize_raw_at_exit", [](Call& c) { c.status = finalize_raw({.obj = c.object}, c.queue, token(1), AtExit::yes).status; }, 1},
    {"finalize_object", [](Call& c) { c.status = finalize_object({.obj = c.object}, c.queue, token(1)); }, 1},
    {"weak_handle", [](Call& c) { c.status = weak_handle({.obj = c.object}).status; }, 0},
    {"table_set", [](Call& c) { c.status = c.table->set({.hash = 1, .what = token(1)}, token(1), {.obj = c.object}); }, 0},
    {"table_set_default", [](Call& c) { c.status = c.table->set_default({.hash = 1, .what = token(1)}, token(1), {.obj = c.object}).status; }, 0},
    {"key_table_set", [](Call& c) { c.status = c.keys->set({.hash = 1, .what = c.object}, token(1), {.obj = c.object}); }, 0},
    {"table_update", [](Call& c) {
       c.status = c.another->set({.hash = 1, .what = token(1)}, token(1), {.obj = c.object});
       if (c.status == Status::ok) c.status = c.table->update(*c.another, nullptr, nullptr);
     }, 0},
    {"shared_table_enter", [](Call& c) { c.status = c.shared.enter({.hash = 1, .equal = [](auto...) { return true; }}, c.object).status; }, 0},
    {"each", [](Call& c) {
       c.status = bind(c.ref->node, {.obj = c.object}, c.queue, token(1)).status;
       if (c.status == Status::ok || c.status == Status::already_bound) c.status = each({.obj = c.object}, [](void*, RefNode&) {}, nullptr);
     }, 1},
    {"roots", [](Call& c) {
       c.status = Status::ok;
       for (void**& root : c.roots) {
         if (root != nullptr) continue;
         const auto made = gc::acquire_root();
         c.status = made.status;
         if (!made) return;
         root = made.value;
       }
     }, 0},
};

const std::shared_ptr<int> g_captured = std::make_shared<int>(0);   // so that closures have destructors
/// Frames with destructors: these are not left by longjmp.
constexpr Named kCxxCalls[] = {
    {"Weak_of", [](Call& c) { c.status = Weak<Object>::of(c.object).status; }, 0},
    {"WeakRef_of", [](Call& c) { c.status = WeakRef<Object>::of(c.object, c.queue).status; }, 0},
    {"WeakRef_of_closure", [](Call& c) { c.status = WeakRef<Object>::of(c.object, [held = g_captured] {}, c.queue).status; }, 1},
    {"finalize_closure", [](Call& c) { c.status = finalize(c.object, [held = g_captured] {}, c.queue, AtExit::no).status; }, 1},
    {"try_make_in", [](Call& c) { c.status = try_make_in<std::string>(c.queue, "a text").status; }, 0},
    {"WeakValueMap_set", [](Call& c) { c.status = c.value_map->set("a key", c.object); }, 0},
    {"WeakValueMap_set_default", [](Call& c) { c.status = c.value_map->set_default("a key", c.object).status; }, 0},
    {"WeakValueMap_update", [](Call& c) {
       c.status = c.to_update->set("a key", c.object);
       if (c.status == Status::ok) c.status = c.value_map->update(*c.to_update);
     }, 0},
    {"WeakValueMap_copy", [](Call& c) {
       c.status = c.value_map->set("a key", c.object);
       if (c.status == Status::ok) c.status = c.value_map->copy().status;
     }, 0},
    {"WeakKeyMap_set", [](Call& c) { c.status = c.key_map->set(c.object, "a value"); }, 0},
    {"WeakSet_add", [](Call& c) { c.status = c.members->add(c.object); }, 0},
    {"ConcurrentWeakMap_set_default", [](Call& c) { c.status = c.shared_map.set_default("a key", [] { return std::string("a value"); }).status; }, 0},
};

struct FailingCalls : ::testing::TestWithParam<Named> {
  static bool answers(void (*call)(Call&), Call& argument) { return call(argument), false; }
  /// Trivial frames alone between setjmp and the allocation, as the rules of C++ want it.
  static bool leaves(void (*call)(Call&), Call& argument) {
    gc::zeal::on_failure(leave);
    const bool left = setjmp(g_out) != 0 || (call(argument), false);
    gc::zeal::on_failure(nullptr);
    return left;
  }
  void TearDown() override {
    gc::zeal::on_failure(nullptr);
    gc::zeal::fail_nth(0);
  }
  /// How often it was left.
  std::size_t fail_at_every_point(bool (*attempt)(void (*call)(Call&), Call& argument)) {
    const Named& named = GetParam();
    std::size_t left = 0, failures = 0;
    Call first;                                 // so that what is mapped once for the process is there
    named.call(first);
    for (std::uint64_t n = 1;; ++n) {
      EXPECT_LT(n, 1000u);
      Call call;
      gc::zeal::fail_nth(n);
      const bool by_longjmp = attempt(named.call, call);
      gc::zeal::fail_nth(0);
      check_invariants();
      left += by_longjmp;
      const bool failed = by_longjmp || call.status == Status::no_memory;   // mapped pages: an ordinary answer
      failures += failed;
      EXPECT_EQ(take_all(call.queue).size(), 0u) << n;
      if (failed) named.call(call);                                         // repeated
      EXPECT_EQ(call.status, Status::ok) << n;
      if (call.status != Status::ok || n == 1000) break;
      scripted::kill(call.object);
      kill_and_collect(call.other);
      EXPECT_EQ(take_all(call.queue).size(), named.events) << n;
      check_invariants();
      if (!failed) break;
    }
    EXPECT_GE(failures, 1u);
    return left;
  }
};
struct LongjmpTest : FailingCalls {};
const auto kName = [](const auto& call) { return std::string(call.param.name); };
INSTANTIATE_TEST_SUITE_P(Node, FailingCalls, ::testing::ValuesIn(kCalls), kName);
INSTANTIATE_TEST_SUITE_P(Typed, FailingCalls, ::testing::ValuesIn(kCxxCalls), kName);
INSTANTIATE_TEST_SUITE_P(Calls, LongjmpTest, ::testing::ValuesIn(kCalls), kName);

TEST_P(FailingCalls, LeaveNothingHalfDoneAndCanBeRepeated) { (void)fail_at_every_point(answers); }
TEST_P(LongjmpTest, LeavesNoLockAndNoHalfDoneCallBehind) { EXPECT_GE(fail_at_every_point(leaves), 1u); }

/// What the hint of a process needs is made but once, so each point in a process of its own.
void leave_set_wake_at(std::uint64_t n) {
  ASSERT_EQ(init(), Status::ok);                  // which starts zeal anew
  CallbackQueue& queue = *new CallbackQueue;
  Call call;
  gc::zeal::fail_nth(n);
  const auto set_wake = [](Call& c) { c.status = c.queue.set_wake([](void*) {}, nullptr); };
  const bool left = FailingCalls::leaves(set_wake, call);
  gc::zeal::fail_nth(0);
  EXPECT_TRUE(left || call.status == Status::no_memory) << n;
  check_invariants();
  EXPECT_EQ(queue.set_wake([](void*) {}, nullptr), Status::ok);
}
TEST(LongjmpTest, OutOfTheFirstWakeHint) {
  for (std::uint64_t n = 1; n <= 10; ++n) EXPECT_IN_CHILD(leave_set_wake_at(n));
}

// ---- delivery allocates where the object of an event had another finalizer of bdwgc's before -----------------------------------------------

struct Delivery {
  static inline int called = 0, earlier = 0;
  CallbackQueue& queue = *new CallbackQueue;
  Object* object = world::object();             // dead, and found so
  bool took = false;

  Delivery() {
    called = earlier = 0;
    EXPECT_TRUE(gc::set_finalizer(object, {[](void*, void*) { ++earlier; }, nullptr}));
    EXPECT_EQ(finalize_object({.obj = object}, queue, nullptr, [](Event&) { ++called; }), Status::ok);
    kill_and_collect(object);
    EXPECT_TRUE(queue.collect());
  }
  void expect_all_of_it() {
    check_invariants();
    EXPECT_EQ(called, 0);
    EXPECT_EQ(queue.stats().waiting, 1u);
    const Drained drained = queue.drain();
    EXPECT_EQ(drained.ran, 1u);
    EXPECT_FALSE(drained.busy);
    EXPECT_EQ(called, 1);
    EXPECT_EQ(earlier, 0);
    kill_and_collect(object);
    (void)queue.drain();
    EXPECT_EQ(earlier, 1);
    check_invariants();
  }
};

struct LongjmpOutOfDelivery : ::testing::Test {
  static bool leaves(void (*call)(Delivery&), Delivery& argument) {
    gc::zeal::on_failure(leave);
    gc::zeal::fail_nth(1);
    const bool left = setjmp(g_out) != 0 || (call(argument), false);
    end_failures();
    return left;
  }
  static void end_failures() {
    gc::zeal::fail_nth(0);
    gc::zeal::on_failure(nullptr);
  }
  void TearDown() override { end_failures(); }
};

void take_one(Delivery& d) {
  Event event;
  d.took = d.queue.take(event);
}

TEST_F(LongjmpOutOfDelivery, LosesNoEvent) {
  Delivery d;
  EXPECT_TRUE(leaves(take_one, d));
  d.expect_all_of_it();
}

TEST_F(LongjmpOutOfDelivery, LeavesNoDrainBehind) {
  Delivery d;
  EXPECT_TRUE(leaves([](Delivery& delivery) { (void)delivery.queue.drain(); }, d));
  d.expect_all_of_it();
}

TEST_F(LongjmpOutOfDelivery, LeavesTheQueueToItsNextOwner) {
  Delivery d;
  EXPECT_TRUE(leaves(take_one, d));
  std::thread([&] {
    take_one(d);
    EXPECT_FALSE(d.took);                       // who left may come back
    EXPECT_EQ(d.queue.own(), Status::ok);
    d.expect_all_of_it();
  }).join();
}

TEST_F(LongjmpOutOfDelivery, LeavesOtherEventsToOtherThreads) {
  Delivery d;
  EXPECT_TRUE(leaves(take_one, d));
  Object* another = object();
  bound({.obj = another}, d.queue, token(1));
  kill_and_collect(another);
  std::thread([&] { EXPECT_EQ(take_all(d.queue).size(), 1u); }).join();
  d.expect_all_of_it();
}

TEST_F(LongjmpOutOfDelivery, LeavesTheEventToAllWhenTheOwnerGoes) {
  Delivery d;
  EXPECT_EQ(d.queue.own(), Status::ok);
  EXPECT_TRUE(leaves(take_one, d));
  d.queue.disown();
  std::thread([&] { d.expect_all_of_it(); }).join();
}

TEST_F(LongjmpOutOfDelivery, ADeathByHandForgetsTheEvent) {   // T6
  Delivery d;
  EXPECT_TRUE(leaves(take_one, d));
  clear_now({.obj = d.object});
  check_invariants();
  EXPECT_EQ(d.queue.stats().waiting, 0u);
  EXPECT_EQ(d.queue.collect_and_drain().ran, 0u);
  EXPECT_EQ(Delivery::called + Delivery::earlier, 0);
}

TEST_F(LongjmpOutOfDelivery, TheQueuesShutdownDropsTheEvent) {
  Delivery d;
  EXPECT_TRUE(leaves(take_one, d));
  std::thread([&] { EXPECT_EQ(d.queue.shutdown(), 1u); }).join();
  EXPECT_EQ(Delivery::called, 1);                  // its run, with Act::drop
  EXPECT_EQ(d.queue.stats().waiting, 0u);
  check_invariants();
}

TEST_F(LongjmpOutOfDelivery, AtExitOneThatIsStuckKeepsNoFinalizerBack) {   // S45
  Delivery d;
  EXPECT_EQ(finalize_raw({.obj = object()}, d.queue, token(1)).status, Status::ok);
  d.queue.begin_exit();
  gc::zeal::on_failure([] { gc::zeal::fail_nth(1); });   // for good
  gc::zeal::fail_nth(1);
  Event event;
  EXPECT_TRUE(d.queue.take(event));
  EXPECT_EQ(event.payload, token(1));
  EXPECT_FALSE(d.queue.take(event));
  end_failures();
  d.expect_all_of_it();
}

TEST_F(LongjmpOutOfDelivery, OneThreadAtATimeGivesAnEarlierFinalizerBack) {
  static Delivery* delivery;
  Delivery d;
  delivery = &d;
  gc::zeal::on_failure([] {                     // in the midst of it
    gc::zeal::fail_nth(0);
    std::thread(take_one, std::ref(*delivery)).join();
    EXPECT_FALSE(delivery->took);
  });
  gc::zeal::fail_nth(1);
  take_one(d);
  EXPECT_FALSE(d.took);                         // no memory
  d.expect_all_of_it();
}

}  // namespace
}  // namespace mayfly::world
