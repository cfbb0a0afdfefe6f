// Weak bound methods of hosts, whose functions are collected objects too.
#include "tests/scripted_world.hpp"

namespace mayfly::world {
namespace {

struct Method {
  void* header;
  MethodNode node;
};

struct MethodNodeTest : ::testing::Test {
  CallbackQueue& queue = *new CallbackQueue;
  Object* object = world::object();
  Object* function = world::object();

  Method* method(Object* o, Object* f, void* callback = nullptr) {
    auto* m = static_cast<Method*>(gc::allocate(sizeof(Method)));
    EXPECT_EQ(bind_method(m->node, {.obj = o}, {.obj = f}, queue, callback), Status::ok);
    return m;
  }
};

TEST_F(MethodNodeTest, ReadsBothUntilEitherDies) {   // S25
  const Method* m = method(object, function);
  EXPECT_EQ(get(m->node).object, object);
  EXPECT_EQ(get(m->node).function, function);
  kill_and_collect(function);
  EXPECT_EQ(get(m->node).object, nullptr);
  EXPECT_EQ(get(m->node).function, nullptr);
}

TEST_F(MethodNodeTest, HasOneCallbackWhicheverDiesFirst) {   // S25
  for (const bool object_first : {true, false}) {
    Object* o = world::object();
    Object* f = world::object();
    Method* m = method(o, f, token(1));
    kill_and_collect(object_first ? o : f);
    Event event;
    ASSERT_TRUE(queue.take(event));
    EXPECT_EQ(event.holder, m);
    EXPECT_EQ(event.payload, token(1));
    EXPECT_EQ(event.ref, object_first ? &m->node.object : &m->node.function);
    queue.put_back(event);
    EXPECT_EQ(take_all(queue).size(), 1u);
    kill_and_collect(object_first ? f : o);
    EXPECT_TRUE(take_all(queue).empty());
  }
}

TEST_F(MethodNodeTest, HasOneCallbackWhenBothDieAtOnce) {   // S25
  (void)method(object, function, token(1));
  scripted::kill(object);
  scripted::kill(function);
  scripted::run_cycle();
  EXPECT_EQ(take_all(queue).size(), 1u);
}

TEST_F(MethodNodeTest, EqualityIsThatOfObjectAndFunction) {   // S26
  Host host;
  host.equal = [](void*, void* a, void* b) { return Answer(static_cast<Object*>(a)->value == static_cast<Object*>(b)->value); };
  Object* twin = world::object();
  Object* other = world::object();
  other->value = 1;
  const Method* a = method(object, function);
  const Method* b = method(twin, function);
  const Method* c = method(twin, other);
  EXPECT_EQ(equal(a->node, b->node, {}), Answer::no);
  EXPECT_EQ(equal(a->node, b->node, host), Answer::yes);
  EXPECT_EQ(equal(a->node, c->node, host), Answer::no);
  host.equal = [](void*, void*, void*) { return Answer::error; };
  EXPECT_EQ(equal(a->node, b->node, host), Answer::error);
  kill_and_collect(twin);
  EXPECT_EQ(equal(a->node, b->node, host), Answer::no);
  EXPECT_EQ(equal(b->node, b->node, host), Answer::yes);
}

TEST_F(MethodNodeTest, CanBeBoundAnewAfterEitherDied) {
  Method* m = method(object, function, token(1));
  kill_and_collect(function);
  EXPECT_EQ(take_all(queue).size(), 1u);
  Object* next = world::object();
  ASSERT_EQ(bind_method(m->node, {.obj = object}, {.obj = next}, queue, token(2)), Status::ok);
  EXPECT_EQ(get(m->node).function, next);
  kill_and_collect(object);
  const auto events = take_all(queue);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].payload, token(2));
}

TEST_F(MethodNodeTest, UnbindingSilencesBoth) {
  Method* m = method(object, function, token(1));
  unbind(m->node);
  EXPECT_EQ(get(m->node).object, nullptr);
  scripted::kill(function);
  kill_and_collect(object);
  EXPECT_TRUE(take_all(queue).empty());
}

TEST_F(MethodNodeTest, ItsHalvesMayReferToOneObject) {
  Method* m = method(object, object, token(1));
  const Method* other = method(object, object, token(2));
  EXPECT_EQ(count({.obj = object}), 4u);
  unbind(m->node.object);                                      // finds its own among the watchers of one holder
  EXPECT_EQ(count({.obj = object}), 3u);
  EXPECT_EQ(get(m->node.function), object);
  EXPECT_EQ(get(m->node).object, nullptr);
  unbind(m->node);
  EXPECT_EQ(count({.obj = object}), 2u);
  kill_and_collect(object);
  const auto events = take_all(queue);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].holder, other);
}

TEST_F(MethodNodeTest, AFailedBindingLeavesBothUnbound) {
  auto* m = static_cast<Method*>(gc::allocate(sizeof(Method)));
  (void)method(object, function);
  for (std::uint64_t n = 1;; ++n) {
    gc::zeal::fail_nth(n);
    const Status status = bind_method(m->node, {.obj = object}, {.obj = function}, queue, token(1));
    gc::zeal::fail_nth(0);
    if (status == Status::ok) break;
    ASSERT_EQ(status, Status::no_memory);
    ASSERT_EQ(get(m->node.object), nullptr);
    ASSERT_EQ(count({.obj = object}), 1u);
  }
  EXPECT_EQ(bind_method(m->node, {.obj = object}, {.obj = function}, queue), Status::already_bound);
  Method* none = static_cast<Method*>(gc::allocate(sizeof(Method)));
  EXPECT_EQ(bind_method(none->node, {.obj = object}, {.obj = nullptr}, queue), Status::not_collectable);
  EXPECT_EQ(count({.obj = object}), 2u);
}

}  // namespace
}  // namespace mayfly::world
