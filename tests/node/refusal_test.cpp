// Threads that the collector does not know, a runtime that was shut down, and objects that are not the collector's: every registering call says so, and
// changes nothing.
#include "tests/child.hpp"

#include <mayfly/concurrent_weak_set.hpp>
#include <mayfly/mayfly.h>
#include <mayfly/mayfly.hpp>
#include <mayfly/testing.hpp>

#include <array>
#include <memory>
#include <string_view>
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
  void expect_untouched() {
    EXPECT_EQ(get(*node), nullptr);
    EXPECT_EQ(get(*method).object, nullptr);
    EXPECT_EQ(table->size(), 0u);
    EXPECT_EQ(shared.size(), 0u);
    EXPECT_EQ(count({.obj = thing.get()}), 0u);
    Event event;
    EXPECT_FALSE(queue.take(event));   // settles what collections found, whosever it was
    EXPECT_FALSE(queue.pending());
    EXPECT_EQ(queue.stats().waiting, 0u);
  }
};

struct Named {
  const char* name;
  Status (*call)(Subject&, Thing* object);
  bool of_object = true;                // false: it is about no object
};
constexpr Named kCalls[] = {
    {"bind", [](Subject& s, Thing* o) { return bind(*s.node, {.obj = o}, s.queue).status; }},
    {"bind_method", [](Subject& s, Thing* o) { return bind_method(*s.method, {.obj = o}, {.obj = o}, s.queue); }},
    {"finalize_raw", [](Subject& s, Thing* o) { return finalize_raw({.obj = o}, s.queue, nullptr, AtExit::no).status; }},
    {"finalize_object", [](Subject& s, Thing* o) { return finalize_object({.obj = o}, s.queue, nullptr); }},
    {"finalize", [](Subject& s, Thing* o) { return finalize(o, [] {}, s.queue, AtExit::no).status; }},
    {"weak_handle", [](Subject&, Thing* o) { return weak_handle({.obj = o}).status; }},
    {"Weak", [](Subject&, Thing* o) { return Weak<Thing>::of(o).status; }},
    {"WeakRef", [](Subject& s, Thing* o) { return WeakRef<Thing>::of(o, s.queue).status; }},
    {"try_make_in", [](Subject& s, Thing*) { return try_make_in<Thing>(s.queue).status; }, false},
    {"WeakTable", [](Subject& s, Thing* o) { return s.table->set({.hash = 1}, nullptr, {.obj = o}); }},
    {"WeakTable::update", [](Subject& s, Thing*) { return s.table->update(*s.other, nullptr, nullptr); }, false},
    {"ConcurrentWeakSet", [](Subject& s, Thing* o) { return s.shared.intern(o, [&] { return o; }).status; }},
    {"own", [](Subject& s, Thing*) { return s.queue.own(); }, false},
    {"set_wake", [](Subject& s, Thing*) { return s.queue.set_wake([](void*) {}, nullptr); }, false},
    {"start_drainer", [](Subject& s, Thing*) { return start_drainer(s.queue); }, false},
};

constexpr Named kRoot{"Root", [](Subject&, Thing* o) { return Root<Thing>::of(o).status; }};

void expect_refusals(Subject& subject, Status why) {
  EXPECT_EQ(kRoot.call(subject, subject.thing.get()), why == Status::shut_down ? Status::ok : why);   // what holds one may be copied until the very end
  for (const Named& named : kCalls) EXPECT_EQ(named.call(subject, subject.thing.get()), why) << named.name;
  EXPECT_EQ(subject.queue.wake_fd(), -1);
  EXPECT_FALSE(subject.queue.collect());
  EXPECT_EQ(subject.queue.collect_and_drain().ran, 0u);
  EXPECT_FALSE(test::unsafe_collect_precise());
}

TEST(Refusals, AThreadThatTheCollectorDoesNotKnowRegistersNothing) {
  Subject subject;
  std::thread([&] { expect_refusals(subject, Status::unknown_thread); }).join();
  subject.expect_untouched();
  for (const Named& named : kCalls) EXPECT_EQ(named.call(subject, subject.thing.get()), Status::ok) << named.name;   // control
  stop_drainer(subject.queue);
}

/// A look at what is there already would answer a pointer that no collection sees on such a thread.
TEST(Refusals, AThreadThatTheCollectorDoesNotKnowGetsNothingThatIsThere) {
  const Root<Thing> thing(make<Thing>()), cell(make<Thing>());
  const Root<WeakValueMap<int, Thing>> by_value(make<WeakValueMap<int, Thing>>());
  const Root<WeakKeyMap<Thing, int>> by_key(make<WeakKeyMap<Thing, int>>());
  const Root<WeakSet<Thing>> set(make<WeakSet<Thing>>());
  const Root<WeakSet<Thing>> toggled(make<WeakSet<Thing>>());
  ConcurrentWeakSet<Thing, ByAddress> shared;
  ConcurrentWeakMap<int, Thing> shared_map;
  const auto calls = [&] {
    Thing* o = thing.get();
    return std::array{WeakRef<Thing>::of(o).status, by_value->set_default(1, o).status, by_key->set_default(o, 1).status, set->add(o), set->intern(o).status,
                      set->update(*set), toggled->symmetric_subtract(*set), shared.intern(o, [&] { return o; }).status, shared_map.set_default(1, [] { return Thing(); }).status};
  };
  for (const Status status : calls()) EXPECT_EQ(status, Status::ok);
  const WeakRef<Thing> held = unwrap(WeakRef<Thing>::of(thing.get()));
  const Root<Thing> value(shared_map.find(1));
  std::thread([&] {
    int n = 0;
    for (const Status status : calls()) EXPECT_EQ(status, Status::unknown_thread) << n++;
  }).join();
  for (const Status status : calls()) EXPECT_EQ(status, Status::ok);
}

TEST(Refusals, WhatIsNotTheCollectorsIsNotReferredTo) {   // S3
  Subject subject;
  static Thing in_static_memory;
  Thing on_the_stack;
  const auto in_malloc_memory = std::make_unique<Thing>();
  for (Thing* object : {static_cast<Thing*>(nullptr), &in_static_memory, &on_the_stack, in_malloc_memory.get()}) {
    for (const Named& named : kCalls) {
      const bool made_none = object == nullptr && named.name == std::string_view("ConcurrentWeakSet");
      if (!named.of_object) continue;
      EXPECT_EQ(named.call(subject, object), made_none ? Status::no_memory : Status::not_collectable) << named.name << ' ' << object;
    }
    subject.expect_untouched();
    test::check_invariants();
  }
  EXPECT_EQ(bind_method(*subject.method, {.obj = subject.thing.get()}, {.obj = &on_the_stack}, subject.queue), Status::not_collectable);
  subject.expect_untouched();
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
