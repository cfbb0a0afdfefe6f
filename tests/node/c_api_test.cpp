#include "tests/node/c_api_test.h"

#include "tests/child.hpp"
#include "tests/scripted_world.hpp"

#include <mayfly/mayfly.h>

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

struct c_test c_test = {
    .allocate = mayfly::gc::allocate,
    .kill_and_collect = mayfly::world::kill_and_collect,
    .fail_nth = [](unsigned long long n) { mayfly::gc::zeal::fail_nth(n); },
    .fail = [](int line, const char* condition) { ADD_FAILURE_AT("tests/node/c_api_test.c", line) << condition; },
};

namespace {
TEST(CFace, Starts) { c_starts(); }
TEST(CFace, References) { c_references(); }
TEST(CFace, ADrainerCalls) { c_drainer(); }
TEST(CFace, Methods) { c_methods(); }
TEST(CFace, Finalizers) { c_finalizers(); }
TEST(CFace, Tables) { c_tables(); }
TEST(CFace, WithoutAHostThereAreDefaults) { c_defaults(); }
TEST(CFace, AFailureThatNobodyWantsToHearOfIsCounted) { c_failing_host(); }
TEST(CFace, TablesCompareByIdentityUnlessToldHow) { c_identity_table(); }
TEST(CFace, ASetThatThreadsShare) { c_shared_table(); }
TEST(CFace, MistakesAreAnswered) { c_mistakes(); }
TEST(CFace, ImmortalReferents) { c_immortal(); }
TEST(CFace, WithoutMemory) { c_no_memory(); }

// ---- options: each in a process of its own ----

mayfly_options options() {
  mayfly_options o{};
  o.size = sizeof o;
  return o;
}
mayfly_referent referent(void* object) { return {.obj = object, .cell = nullptr, .immortal = 0}; }
mayfly_registered finalizer(mayfly_queue* queue, void* payload) {
  mayfly_registered out{};
  const auto counts = [](mayfly_event* event) { ++*static_cast<int*>(event->payload); };
  EXPECT_EQ(mayfly_finalize(referent(mayfly::world::object()), queue, payload, 1, counts, &out), MAYFLY_OK);
  return out;
}
int g_not_run = 0;

void a_host_that_invokes_finalizers() {
  mayfly_options o = options();
  o.host_finalizers = 1;
  ASSERT_EQ(mayfly_init(MAYFLY_VERSION, &o), MAYFLY_OK);
  mayfly_queue* queue = mayfly_queue_new(nullptr);
  mayfly::world::Object* object = mayfly::world::object();
  ASSERT_EQ(mayfly_finalize_object(referent(object), queue, &g_not_run, nullptr), MAYFLY_OK);
  mayfly::world::kill_and_collect(object);
  mayfly_event event;
  EXPECT_FALSE(mayfly_queue_take(queue, &event));
  EXPECT_FALSE(mayfly_queue_collect(queue));
  mayfly::gc::invoke_finalizers();
  EXPECT_TRUE(mayfly_queue_take(queue, &event) && event.object == object);
}
TEST(CFaceOptions, AHostMayInvokeTheCollectorsFinalizersItself) { EXPECT_IN_CHILD(a_host_that_invokes_finalizers()); }

void a_bounded_exit() {
  mayfly_options o = options();
  o.one_thread = 1;
  o.exit_nanoseconds = 1;
  o.exit_report = [](std::size_t not_run) { g_not_run = static_cast<int>(not_run); };
  ASSERT_EQ(mayfly_init(MAYFLY_VERSION, &o), MAYFLY_OK);
  int ran = 0;
  mayfly_queue* queue = mayfly_queue_new(nullptr);
  for (int i = 0; i < 3; ++i) (void)finalizer(queue, &ran);
  mayfly_shutdown();
  EXPECT_EQ(ran, 0);
  EXPECT_EQ(g_not_run, 3);
  g_not_run = 0;
  mayfly_shutdown();
  EXPECT_EQ(g_not_run, 0);
  EXPECT_EQ(mayfly_init(MAYFLY_VERSION, nullptr), MAYFLY_E_SHUT_DOWN);
  int ours = 1;
  EXPECT_EQ(mayfly_thread_begin(&ours), MAYFLY_E_SHUT_DOWN);
  EXPECT_FALSE(ours);
}
TEST(CFaceOptions, AnExitThatMayTakeNoTimeReportsWhatItDidNotRun) { EXPECT_IN_CHILD(a_bounded_exit()); }

void an_exit_that_nobody_hears_of() {
  mayfly_options o = options();
  o.exit_nanoseconds = 1;
  ASSERT_EQ(mayfly_init(MAYFLY_VERSION, &o), MAYFLY_OK);
  int ran = 0;
  const mayfly_registered f = finalizer(mayfly_queue_new(nullptr), &ran);
  mayfly_shutdown();
  EXPECT_EQ(ran, 0);
  EXPECT_FALSE(mayfly_alive(f));
}
TEST(CFaceOptions, AnExitWithoutAReportIsSilent) { EXPECT_IN_CHILD(an_exit_that_nobody_hears_of()); }

int g_at_exit = 0;
TEST(CFaceOptions, AHostMayKeepTheExitToItself) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto ends = [](int host_exit) {
    mayfly_options o = options();
    o.host_exit = host_exit;
    std::atexit([] { std::fputs(g_at_exit != 0 ? "it ran" : "it did not", stderr); });   // after mayfly's handler, if there is one
    (void)mayfly_init(MAYFLY_VERSION, &o);
    (void)finalizer(mayfly_queue_new(nullptr), &g_at_exit);
    std::exit(7);
  };
  EXPECT_EXIT(ends(1), testing::ExitedWithCode(7), "it did not");
  EXPECT_EXIT(ends(0), testing::ExitedWithCode(7), "it ran");   // control
}

#ifndef __SANITIZE_THREAD__   // it dies of more than 64 locks held at once
void a_fork_by_the_host() {
  mayfly_options o = options();
  o.host_fork = 1;
  o.finalizers_in_parent = 1;
  ASSERT_EQ(mayfly_init(MAYFLY_VERSION, &o), MAYFLY_OK);
  static int ran = 0;
  mayfly_queue* queue = mayfly_queue_new(nullptr);
  const mayfly_registered f = finalizer(queue, &ran);
  std::fflush(nullptr);
  mayfly_before_fork();
  const pid_t child = ::fork();
  mayfly_after_fork(child == 0);
  if (child == 0) {
    const bool forgotten = !mayfly_alive(f);
    const bool makes_its_own = mayfly_alive(finalizer(queue, &ran));
    std::exit(forgotten && makes_its_own ? 0 : 1);
  }
  int status = 1;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(mayfly_alive(f));
  EXPECT_EQ(mayfly_queue_shutdown(queue), 1u);
}
TEST(CFaceOptions, AHostThatForksMayLeaveFinalizersToTheParent) { EXPECT_IN_CHILD(a_fork_by_the_host()); }
#endif
}  // namespace
