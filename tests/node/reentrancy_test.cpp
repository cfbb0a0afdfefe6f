// Other people's collector finalizers run inside allocations and registrations that mayfly makes, and may call mayfly: on the very object and table.
// Zeal collects at each of them, in a process of its own for each test.
#include "tests/child.hpp"
#include "tests/clearing.hpp"

#include <mayfly/mayfly.hpp>
#include <mayfly/testing.hpp>

#include <gc.h>

#include <utility>
#include <vector>

namespace mayfly {
namespace {

struct Object {
  CellWord cell;
  long value = 0;
};

void (*g_inside)() = nullptr;
int g_ran = 0;

void at_finalization(void*, void*) {
  if (void (*f)() = std::exchange(g_inside, nullptr)) f(), ++g_ran;
}

/// `f` runs inside the next allocation or registration that mayfly makes.
void inside_the_next_allocation(void (*f)()) {
  g_inside = f;
  test::on_fresh_thread([] {
    for (int i = 0; i < 20; ++i) GC_register_finalizer_no_order(GC_malloc(16), at_finalization, nullptr, nullptr, nullptr);
  });
}

struct World {
  CallbackQueue& queue = *new CallbackQueue;
  Root<Object> object{make<Object>()};
  Root<RefNode> outer{make<RefNode>()}, inner{make<RefNode>()};
  std::vector<Root<RefNode>> others;
  bool in_object = false;
  Referent referent() const { return {.obj = object.get(), .cell = in_object ? &object->cell : nullptr}; }
};
World* g_world;

World& start() {
  EXPECT_EQ(init({.clearing = test::clearing(), .zeal = "seed:1,collect-alloc=1"}), Status::ok);
  g_world = new World;
  return *g_world;
}

/// With a queue that was there before, and with one that both bindings would make.
void a_binding_inside_a_binding(bool in_object, bool new_queue) {
  World& w = start();
  w.in_object = in_object;
  if (!new_queue) {
    ASSERT_EQ(w.queue.own(), Status::ok);
  }
  inside_the_next_allocation([] { EXPECT_EQ(bind(*g_world->inner, g_world->referent(), g_world->queue).value, g_world->inner.get()); });
  const std::size_t slots = stats().slots;
  const auto result = bind(*w.outer, w.referent(), w.queue);
  EXPECT_EQ(g_ran, 1);
  EXPECT_EQ(result.status, Status::ok);
  EXPECT_EQ(result.value, w.inner.get());                    // shared: the first one wins (S2)
  EXPECT_EQ(get(*w.outer), nullptr);
  EXPECT_EQ(get(*w.inner), w.object.get());
  EXPECT_EQ(count(w.referent()), 1u);
  EXPECT_EQ(stats().slots, slots + 2);                       // of the object and of its one reference
}
TEST(Reentrancy, ABindingInsideABindingWins) {
  for (const bool in_object : {false, true}) {
    EXPECT_IN_CHILD(a_binding_inside_a_binding(in_object, false));
    EXPECT_IN_CHILD(a_binding_inside_a_binding(in_object, true));
  }
}

void a_death_by_hand_inside_a_binding() {
  World& w = start();
  ASSERT_EQ(w.queue.own(), Status::ok);
  const WeakHandle handle = weak_handle(w.referent()).value;
  inside_the_next_allocation([] { clear_now(g_world->referent()); });
  const auto result = bind(*w.outer, w.referent(), w.queue);
  EXPECT_EQ(g_ran, 1);
  EXPECT_EQ(result.status, Status::dead);
  EXPECT_EQ(get(*w.outer), nullptr);
  EXPECT_EQ(load(handle), nullptr);
  EXPECT_EQ(bind(*w.outer, w.referent(), w.queue).status, Status::ok);   // a life of its own
}
TEST(Reentrancy, ADeathByHandInsideABindingIsAnswered) { EXPECT_IN_CHILD(a_death_by_hand_inside_a_binding()); }

void a_death_by_hand_inside_a_registration() {
  World& w = start();
  ASSERT_EQ(w.queue.own(), Status::ok);
  ASSERT_EQ(weak_handle(w.referent()).status, Status::ok);      // so that memory for a payload's root is all that is allocated
  inside_the_next_allocation([] { clear_now(g_world->referent()); });
  Result<Registered> result{{}, Status::ok};
  for (int i = 0; i < 1000 && g_ran == 0; ++i) result = finalize_raw(w.referent(), w.queue, &w, AtExit::no);
  EXPECT_EQ(g_ran, 1);
  EXPECT_EQ(result.status, Status::dead);
  EXPECT_FALSE(alive(result.value));
  EXPECT_EQ(finalize_raw(w.referent(), w.queue, &w, AtExit::no).status, Status::ok);   // a life of its own
}
TEST(Reentrancy, ADeathByHandInsideARegistrationIsAnswered) { EXPECT_IN_CHILD(a_death_by_hand_inside_a_registration()); }

void bindings_inside_a_listing() {
  World& w = start();
  ASSERT_EQ(bind(*w.outer, w.referent(), w.queue).status, Status::ok);
  for (int i = 0; i < 40; ++i) w.others.emplace_back(make<RefNode>());
  inside_the_next_allocation([] {
    for (const auto& other : g_world->others) EXPECT_EQ(bind(*other, g_world->referent(), g_world->queue, &g_ran).status, Status::ok);
  });
  std::size_t seen = 0;
  EXPECT_EQ(each(w.referent(), [](void* n, RefNode&) { ++*static_cast<std::size_t*>(n); }, &seen), Status::ok);
  EXPECT_EQ(g_ran, 1);
  EXPECT_EQ(seen, 41u);
}
TEST(Reentrancy, BindingsInsideAListingAreListed) { EXPECT_IN_CHILD(bindings_inside_a_listing()); }

void a_shutdown_inside_a_registration() {
  World& w = start();
  ASSERT_EQ(w.queue.own(), Status::ok);
  inside_the_next_allocation([] { EXPECT_EQ(g_world->queue.shutdown(), 0u); });
  const auto result = finalize_raw(w.referent(), w.queue, &g_ran);
  EXPECT_EQ(g_ran, 1);
  EXPECT_EQ(result.status, Status::shut_down);
  EXPECT_FALSE(alive(result.value));
  clear_now(w.referent());
  Event event;
  EXPECT_FALSE(w.queue.take(event));
}
TEST(Reentrancy, AShutdownInsideARegistrationRefusesIt) { EXPECT_IN_CHILD(a_shutdown_inside_a_registration()); }

using Map = WeakValueMap<int, Object>;
Root<Map>* g_map;
Root<Object>* g_values;

/// The ninth entry needs room; a tenth is entered while room is made for it.
void an_entry_inside_a_growth() {
  (void)start();
  g_map = new Root<Map>(make<Map>());
  g_values = new Root<Object>[10];
  for (int i = 0; i < 10; ++i) {
    g_values[i] = Root(make<Object>());
    ASSERT_EQ(Weak<Object>::of(g_values[i].get()).status, Status::ok);   // what has a slot is entered without a registration
  }
  for (int i = 0; i < 8; ++i) ASSERT_EQ((*g_map)->set(i, g_values[i].get()), Status::ok);
  inside_the_next_allocation([] { EXPECT_EQ((*g_map)->set(9, g_values[9].get()), Status::ok); });
  EXPECT_EQ((*g_map)->set(8, g_values[8].get()), Status::ok);
  EXPECT_EQ(g_ran, 1);
  EXPECT_EQ((*g_map)->size(), 10u);
  for (int i = 0; i < 10; ++i) EXPECT_EQ((*g_map)->find(i).value, g_values[i].get());
}
/// The same below the map, whose keys are allocated too.
void an_entry_inside_a_tables_growth() {
  World& w = start();
  static Root<WeakTable> table;
  table = Root(make<WeakTable>());
  g_values = new Root<Object>[10];
  const auto set = [](int i) { return table->set({.hash = static_cast<std::uint64_t>(i), .what = g_values[i].get()}, nullptr, {.obj = g_values[i].get()}); };
  for (int i = 0; i < 10; ++i) {
    g_values[i] = Root(make<Object>());
    ASSERT_EQ(weak_handle({.obj = g_values[i].get()}).status, Status::ok);
    if (i < 8) {
      ASSERT_EQ(set(i), Status::ok);
    }
  }
  static Status inner;
  inside_the_next_allocation([] { inner = table->set({.hash = 9, .what = g_values[9].get()}, nullptr, {.obj = g_values[9].get()}); });
  EXPECT_EQ(set(8), Status::ok);
  EXPECT_EQ(g_ran, 1);
  EXPECT_EQ(inner, Status::ok);
  EXPECT_EQ(table->size(), 10u);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(table->find({.hash = static_cast<std::uint64_t>(i), .what = g_values[i].get()}).value.key, g_values[i].get());
  (void)w;
}
TEST(Reentrancy, AnEntryInsideAGrowthIsKept) {
  EXPECT_IN_CHILD(an_entry_inside_a_growth());
  EXPECT_IN_CHILD(an_entry_inside_a_tables_growth());
}

}  // namespace
}  // namespace mayfly
