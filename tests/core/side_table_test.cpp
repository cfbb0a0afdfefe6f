#include "tests/child.hpp"
#include "tests/scripted_world.hpp"

#include "gc_integration/slots.hpp"
#include "src/core/settle.hpp"
#include "src/core/side_table.hpp"

namespace mayfly::world {
namespace {

gc::Handle find(void* base) {
  core::Shard& shard = core::shard_of(base);
  const std::lock_guard lock(mutex_of(shard));
  return core::peek_slot(shard, {.base = base});
}

/// Something else at the same address, before the death of what was there has been settled.
TEST(SideTable, ADeathLeavesTheNextTenantOfTheAddressAlone) {
  Object* o = object();
  const gc::Handle first = core::slot_for({.base = o}).value;
  EXPECT_EQ(find(o), first);
  kill_and_collect(o);
  EXPECT_TRUE(find(o).empty());
  const gc::Handle second = core::slot_for({.base = o, .life = Referent::Life::immortal}).value;
  EXPECT_NE(second, first);
  core::settle(core::kNoDeadline);
  EXPECT_EQ(find(o), second);
  core::kill_now({.base = o, .life = Referent::Life::immortal});
  EXPECT_TRUE(find(o).empty());
}

/// In a process of its own: what lives on would be looked at in each later collection.
void growing_while_deaths_wait() {
  constexpr std::size_t kObjects = 12'000;              // more than the tables of all shards have room for at first
  core::settle(core::kNoDeadline);
  const std::size_t before = gc::slots_in_use();
  std::vector<Object*> dead, alive;
  std::vector<gc::Handle> slots;
  for (std::size_t i = 0; i < kObjects; ++i) dead.push_back(object());
  for (Object* o : dead) ASSERT_TRUE(core::slot_for({.base = o}));
  for (Object* o : dead) scripted::kill(o);
  scripted::run_cycle();
  for (std::size_t i = 0; i < kObjects; ++i) {
    alive.push_back(object());
    slots.push_back(core::slot_for({.base = alive.back()}).value);
  }
  EXPECT_EQ(gc::slots_in_use(), before + 2 * kObjects);
  core::settle(core::kNoDeadline);
  EXPECT_EQ(gc::slots_in_use(), before + kObjects);
  for (std::size_t i = 0; i < kObjects; ++i) {
    ASSERT_EQ(find(alive[i]), slots[i]) << i;
    ASSERT_TRUE(find(dead[i]).empty()) << i;
  }
}
TEST(SideTable, GrowsWhileDeathsWaitToBeSettled) { EXPECT_IN_CHILD(growing_while_deaths_wait()); }

}  // namespace
}  // namespace mayfly::world
