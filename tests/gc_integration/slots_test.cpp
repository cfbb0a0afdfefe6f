#include "gc_integration/slots.hpp"

#include "gc_integration/scripted/scripted.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace mayfly::gc {
namespace {

TEST(Slots, ReadUntilClearedAndNeverTheNextTenant) {   // .slot.generation
  void* o = allocate(32);
  const Handle old = acquire_slot(o).value;
  EXPECT_EQ(load(old), o);
  EXPECT_TRUE(hides(old, o));
  scripted::kill(o);
  scripted::run_cycle();
  EXPECT_EQ(load(old), nullptr);
  EXPECT_TRUE(cleared(old));
  release_slot(old);
  void* next = allocate(32);
  const Handle tenant = acquire_slot(next).value;
  EXPECT_EQ(tenant.bits & 0xFFFFFFFFFFFF, old.bits & 0xFFFFFFFFFFFF);   // control: the very same word
  EXPECT_EQ(load(old), nullptr);
  EXPECT_FALSE(hides(old, next));
  EXPECT_EQ(load(tenant), next);
  unlink_slot(tenant);
}

TEST(Slots, AnExhaustedGenerationRetiresTheWord) {
  void* o = allocate(32);
  const Handle first = acquire_slot(o).value;
  Handle slot = first;
  for (int i = 0; i < 0x10000; ++i) {
    unlink_slot(slot);
    slot = acquire_slot(o).value;
  }
  EXPECT_NE(slot.bits & 0xFFFFFFFFFFFF, first.bits & 0xFFFFFFFFFFFF);
  EXPECT_EQ(load(first), nullptr);
  unlink_slot(slot);
}

TEST(Slots, AReadInTheGapWaitsForTheClearing) {   // .slot.verified
  void* o = allocate(32);
  const Handle slot = acquire_slot(o).value;
  ASSERT_EQ(load(slot), o);                       // verifies the number before
  scripted::kill(o);
  struct Gap {
    Handle slot;
    std::atomic<bool> reading{false};
    void* seen = reinterpret_cast<void*>(1);
    std::thread reader{};
  } gap{slot};
  scripted::run_cycle(
      [](void* argument) {                        // the number has moved, the word is not cleared, the lock is held
        auto& g = *static_cast<Gap*>(argument);
        g.reader = std::thread([&g] {
          g.reading = true;
          g.seen = load(g.slot);
        });
        while (!g.reading) std::this_thread::yield();
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
      },
      &gap);
  gap.reader.join();
  EXPECT_EQ(gap.seen, nullptr);
  release_slot(slot);
}

}  // namespace
}  // namespace mayfly::gc
