// A host whose out-of-memory handler leaves by longjmp, out of every allocation and registration that mayfly makes: no lock stays taken, the
// invariants hold, and the call can be repeated.
#include "src/core/invariants.hpp"
#include "tests/scripted_world.hpp"

#include <mayfly/concurrent_weak_set.hpp>
#include <mayfly/weak_table.hpp>

#include <csetjmp>
#include <functional>
#include <thread>

namespace mayfly::world {
namespace {

using core::check_invariants;

std::jmp_buf g_out;
void leave() { std::longjmp(g_out, 1); }

struct Call {
  CallbackQueue& queue = *new CallbackQueue;    // a new one each time: its making is part of the call
  Object* object = world::object();
  Object* other = world::object();
  Ref* ref = world::ref();
  MethodNode* method = static_cast<MethodNode*>(gc::allocate(sizeof(MethodNode)));
  WeakTable* table = ::new (gc::allocate(sizeof(WeakTable))) WeakTable(WeakSide::value, &queue);
  WeakTable* another = ::new (gc::allocate(sizeof(WeakTable))) WeakTable(WeakSide::value, &queue);
  ConcurrentTable shared;
  Status status = Status::ok;
};

/// Trivial frames alone between setjmp and the allocation, as the rules of C++ want it.
bool leaves(void (*call)(Call&), Call& argument) {
  if (setjmp(g_out) != 0) return true;
  call(argument);
  return false;
}

struct Named {
  const char* name;
  void (*call)(Call&);
  std::size_t events;                           // once both objects have died
  bool leaves = true;                           // false: in a process that ran other tests all it needs may be there already
};
constexpr Named kCalls[] = {
    {"bind", [](Call& c) { c.status = bind(c.ref->node, {.obj = c.object}, c.queue, token(1)).status; }, 1},
    {"bind_in_object", [](Call& c) { c.status = bind(c.ref->node, {.obj = c.object, .cell = &c.object->cell}, c.queue, token(1)).status; }, 1},
    {"bind_method", [](Call& c) { c.status = bind_method(*c.method, {.obj = c.object}, {.obj = c.other}, c.queue, token(1)); }, 1},
    {"finalize_raw", [](Call& c) { c.status = finalize_raw({.obj = c.object}, c.queue, token(1), AtExit::no).status; }, 1},
    {"finalize_object", [](Call& c) { c.status = finalize_object({.obj = c.object}, c.queue, token(1)); }, 1},
    {"weak_handle", [](Call& c) { c.status = weak_handle({.obj = c.object}).status; }, 0},
    {"table_set", [](Call& c) { c.status = c.table->set({.hash = 1, .what = token(1)}, token(1), {.obj = c.object}); }, 0},
    {"table_update", [](Call& c) {
       c.status = c.another->set({.hash = 1, .what = token(1)}, token(1), {.obj = c.object});
       if (c.status == Status::ok) c.status = c.table->update(*c.another, nullptr, nullptr);
     }, 0},
    {"shared_table_enter", [](Call& c) { c.status = c.shared.enter({.hash = 1, .equal = [](auto...) { return true; }}, c.object).status; }, 0},
    {"each", [](Call& c) {
       c.status = bind(c.ref->node, {.obj = c.object}, c.queue, token(1)).status;
       if (c.status == Status::ok || c.status == Status::already_bound) c.status = each({.obj = c.object}, [](void*, RefNode&) {}, nullptr);
     }, 1},
    {"set_wake", [](Call& c) { c.status = c.queue.set_wake([](void*) {}, nullptr); }, 0, false},
};

class LongjmpTest : public ::testing::TestWithParam<Named> {
 protected:
  void SetUp() override { gc::zeal::on_failure(leave); }
  void TearDown() override {
    gc::zeal::on_failure(nullptr);
    gc::zeal::fail_nth(0);
  }
};
INSTANTIATE_TEST_SUITE_P(Calls, LongjmpTest, ::testing::ValuesIn(kCalls), [](const auto& call) { return std::string(call.param.name); });

TEST_P(LongjmpTest, LeavesNoLockAndNoHalfDoneCallBehind) {
  std::size_t left = 0;
  Call first;                                   // so that what is mapped once for the process is there
  GetParam().call(first);
  for (std::uint64_t n = 1;; ++n) {
    ASSERT_LT(n, 100u);
    Call call;
    gc::zeal::fail_nth(n);
    const bool by_longjmp = leaves(GetParam().call, call);
    gc::zeal::fail_nth(0);
    check_invariants();
    left += by_longjmp;
    const bool failed = by_longjmp || call.status == Status::no_memory;   // mapped pages: an ordinary answer
    if (failed) GetParam().call(call);                                    // repeated
    ASSERT_EQ(call.status, Status::ok) << n;
    scripted::kill(call.object);
    kill_and_collect(call.other);
    ASSERT_EQ(take_all(call.queue).size(), GetParam().events) << n;
    check_invariants();
    if (!failed) break;
  }
  EXPECT_GE(left, GetParam().leaves ? 1u : 0u);
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
