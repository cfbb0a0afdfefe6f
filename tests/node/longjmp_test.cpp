// A host whose out-of-memory handler leaves by longjmp, out of every allocation and registration that mayfly makes: no lock stays taken, the
// invariants hold, and the call can be repeated.
#include "src/core/invariants.hpp"
#include "tests/scripted_world.hpp"

#include <mayfly/weak_table.hpp>

#include <csetjmp>

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

}  // namespace
}  // namespace mayfly::world
