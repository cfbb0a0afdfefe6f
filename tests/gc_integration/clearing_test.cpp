// Words that are cleared by marks: what a link would do, no more and no less. Each in a process of its own, as the choice is made before the first slot.
#include "gc_integration/primitives.hpp"
#include "gc_integration/scripted/scripted.hpp"
#include "gc_integration/slots.hpp"
#include "tests/child.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace mayfly::gc {
namespace {

void by_marks() {
  if (prepare_clearing(Clearing::marks) != Status::ok) std::exit(1);
  clear_by(Clearing::marks);
}

void one_collection() {
  by_marks();
  alignas(16) static char never_dies[16];
  void* dies = allocate(32);
  void* lives = allocate(32);
  void* finalized = allocate(32);
  (void)set_finalizer(finalized, {[](void*, void*) {}, nullptr});
  const Handle of_dead = acquire_slot(dies).value, of_living = acquire_slot(lives).value, of_finalized = acquire_slot(finalized).value;
  const Handle immortal = acquire_immortal_slot(never_dies).value;   // of no object that the script knows: its mark may not be asked for
  EXPECT_EQ(scripted::link_count(), 0u);
  scripted::kill(dies);
  scripted::kill(finalized);
  scripted::run_cycle();
  EXPECT_EQ(load(of_dead), nullptr);
  EXPECT_TRUE(cleared(of_dead));
  EXPECT_EQ(load(of_finalized), nullptr);                 // cleared, though the object itself waits for its finalizer
  EXPECT_EQ(load(of_living), lives);
  EXPECT_EQ(load(immortal), never_dies);
  release_slot(of_dead);
  scripted::reuse(dies);
  scripted::run_cycle();
  EXPECT_EQ(load(of_dead), nullptr);
  unlink_slot(of_living);
  EXPECT_EQ(load(of_living), nullptr);
}
TEST(Clearing, MarksClearWhatALinkWouldClear) { EXPECT_IN_CHILD(one_collection()); }   // .slot.by-marks .slot.immortal

void the_choice() {
  by_marks();
  clear_by(Clearing::links);
  void* o = allocate(32);
  const Handle slot = acquire_slot(o).value;
  EXPECT_EQ(scripted::link_count(), 1u);
  scripted::kill(o);
  scripted::run_cycle();
  EXPECT_TRUE(cleared(slot));
}
TEST(Clearing, TheLastChoiceCounts) { EXPECT_IN_CHILD(the_choice()); }

/// A word that is given up and taken again while the sweep looks at its old object is not cleared.
void words_change_hands() {
  by_marks();
  constexpr int kCycles = 20'000;
  std::atomic<bool> stop{false};
  std::atomic<std::uint64_t> lost{0}, taken{0};
  std::thread user([&] {
    void* lives = allocate(32);
    while (!stop) {
      void* dies = allocate(32);
      const Handle dead = acquire_slot(dies).value;
      scripted::kill(dies);
      unlink_slot(dead);                                  // the program lets go of it before the collection clears it
      const Handle slot = acquire_slot(lives).value;      // the same word
      for (int i = 0; i < 20; ++i) lost += load(slot) != lives;
      unlink_slot(slot);
      ++taken;
    }
  });
  while (taken == 0) std::this_thread::yield();
  for (int i = 0; i < kCycles && lost == 0; ++i) scripted::run_cycle();
  stop = true;
  user.join();
  EXPECT_EQ(lost.load(), 0u);
}
TEST(Clearing, AWordWithANewTenantIsNotClearedForItsOldOne) { EXPECT_IN_CHILD(words_change_hands()); }

/// What was not marked then may have been reclaimed: nothing may be read any more.
void a_missed_collection(void (*use)(Handle)) {
  by_marks();
  const Handle slot = acquire_slot(allocate(32)).value;
  scripted::miss_next_sweep();
  scripted::run_cycle();
  use(slot);
}
TEST(ClearingDeathTest, ACollectionThatCouldNotLookAtTheWordsEndsTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(a_missed_collection([](Handle slot) { (void)load(slot); }), "contract broken: a collection came that could not look at the weak words");
  EXPECT_DEATH(a_missed_collection([](Handle) { (void)verified_number(); }), "contract broken: a collection came that could not look at the weak words");
}

}  // namespace
}  // namespace mayfly::gc
