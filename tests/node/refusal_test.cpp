// Threads that the collector does not know, and a runtime that was shut down: every registering call says so, and changes nothing.
#include "tests/child.hpp"

#include <mayfly/concurrent_weak_set.hpp>
#include <mayfly/mayfly.h>
#include <mayfly/mayfly.hpp>
#include <mayfly/testing.hpp>

#include <thread>

namespace mayfly {
namespace {

struct Thing {
  long x = 0;
};
struct ByAddress {
  Status hash(const Thing* thing, std::uint64_t* out) const {
    *out = reinterpret_cast<std::uintptr_t>(thing);
    return Status::ok;
  }
  Answer equal(const Thing* held, const Thing* wanted) const { return Answer(held == wanted); }
};

/// All that calls are made on, made on a thread that may.
struct Subject {
  CallbackQueue& queue = *new CallbackQueue;
  Root<Thing> thing{make<Thing>()};
  Root<RefNode> node{make<RefNode>()};
  Root<MethodNode> method{make<MethodNode>()};
  Root<WeakTable> table{make<WeakTable>()};
  Root<WeakTable> other{make<WeakTable>()};     // has an entry
  ConcurrentWeakSet<Thing, ByAddress> shared;

  Subject() { EXPECT_EQ(other->set({.hash = 2, .what = thing.get()}, nullptr, {.obj = thing.get()}), Status::ok); }
  void expect_untouched() const {
    EXPECT_EQ(get(*node), nullptr);
    EXPECT_EQ(get(*method).object, nullptr);
    EXPECT_EQ(table->size(), 0u);
    EXPECT_EQ(shared.size(), 0u);
    EXPECT_EQ(count({.obj = thing.get()}), 0u);
    EXPECT_FALSE(queue.pending());
    EXPECT_EQ(queue.stats().waiting, 0u);
  }
};

struct Named {
  const char* name;
  Status (*call)(Subject&);
};
constexpr Named kCalls[] = {
    {"bind", [](Subject& s) { return bind(*s.node, {.obj = s.thing.get()}, s.queue).status; }},
    {"bind_method", [](Subject& s) { return bind_method(*s.method, {.obj = s.thing.get()}, {.obj = s.thing.get()}, s.queue); }},
    {"finalize_raw", [](Subject& s) { return finalize_raw({.obj = s.thing.get()}, s.queue, nullptr, AtExit::no).status; }},
    {"finalize_object", [](Subject& s) { return finalize_object({.obj = s.thing.get()}, s.queue, nullptr); }},
    {"finalize", [](Subject& s) { return finalize(s.thing.get(), [] {}, s.queue, AtExit::no).status; }},
    {"weak_handle", [](Subject& s) { return weak_handle({.obj = s.thing.get()}).status; }},
    {"Weak", [](Subject& s) { return Weak<Thing>::of(s.thing.get()).status; }},
    {"WeakRef", [](Subject& s) { return WeakRef<Thing>::of(s.thing.get(), s.queue).status; }},
    {"try_make_in", [](Subject& s) { return try_make_in<Thing>(s.queue).status; }},
    {"WeakTable", [](Subject& s) { return s.table->set({.hash = 1}, nullptr, {.obj = s.thing.get()}); }},
    {"WeakTable::update", [](Subject& s) { return s.table->update(*s.other, nullptr, nullptr); }},
    {"ConcurrentWeakSet", [](Subject& s) { return s.shared.intern(s.thing.get(), [&] { return s.thing.get(); }).status; }},
    {"own", [](Subject& s) { return s.queue.own(); }},
    {"set_wake", [](Subject& s) { return s.queue.set_wake([](void*) {}, nullptr); }},
    {"start_drainer", [](Subject& s) { return start_drainer(s.queue); }},
};

constexpr Named kRoot{"Root", [](Subject& s) { return Root<Thing>::of(s.thing.get()).status; }};

void expect_refusals(Subject& subject, Status why) {
  EXPECT_EQ(kRoot.call(subject), why == Status::shut_down ? Status::ok : why);   // what holds one may be copied until the very end
  for (const Named& named : kCalls) EXPECT_EQ(named.call(subject), why) << named.name;
  EXPECT_EQ(subject.queue.wake_fd(), -1);
  EXPECT_FALSE(subject.queue.collect());
  EXPECT_EQ(subject.queue.collect_and_drain().ran, 0u);
  EXPECT_FALSE(test::unsafe_collect_precise());
}

TEST(Refusals, AThreadThatTheCollectorDoesNotKnowRegistersNothing) {
  Subject subject;
  std::thread([&] { expect_refusals(subject, Status::unknown_thread); }).join();
  subject.expect_untouched();
  for (const Named& named : kCalls) EXPECT_EQ(named.call(subject), Status::ok) << named.name;   // control
  stop_drainer(subject.queue);
}

void after_shutdown() {
  Subject subject;
  shutdown();
  expect_refusals(subject, Status::shut_down);
  subject.expect_untouched();
  std::thread([] { EXPECT_EQ(ThreadScope().status(), Status::shut_down); }).join();
}
void a_member_after_shutdown() {
  const Root<WeakSet<Thing>> set(make<WeakSet<Thing>>());
  const Root<Thing> member(make<Thing>()), other(make<Thing>());
  ASSERT_EQ(set->add(member.get()), Status::ok);
  shutdown();
  EXPECT_EQ(set->add(member.get()), Status::ok);           // it is one
  EXPECT_EQ(set->intern(member.get()).value, member.get());
  EXPECT_EQ(set->add(other.get()), Status::shut_down);
}
TEST(Refusals, AfterShutdownAMemberStaysOne) { EXPECT_IN_CHILD(a_member_after_shutdown()); }

TEST(Refusals, AfterShutdownNothingIsRegistered) { EXPECT_IN_CHILD(after_shutdown()); }

TEST(CFace, RegistersAThreadAndUndoesIt) {
  Subject subject;
  std::thread([&] {
    mayfly_handle handle{};
    int ours = 0, again = 1;
    EXPECT_EQ(mayfly_thread_begin(&ours), MAYFLY_OK);
    EXPECT_TRUE(ours);
    EXPECT_EQ(mayfly_thread_begin(&again), MAYFLY_OK);
    EXPECT_FALSE(again);                                     // somebody had done so
    mayfly_thread_end(again);
    EXPECT_EQ(mayfly_weak_handle({subject.thing.get(), nullptr, 0}, &handle), MAYFLY_OK);
    mayfly_thread_end(ours);
    EXPECT_EQ(mayfly_weak_handle({subject.thing.get(), nullptr, 0}, &handle), MAYFLY_E_THREAD);
    EXPECT_EQ(handle.bits, 0u);
  }).join();
}

}  // namespace
}  // namespace mayfly
