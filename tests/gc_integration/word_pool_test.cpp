// Memory for slots, refused: nothing is lost, and the next call succeeds.
#include "gc_integration/pages.hpp"
#include "gc_integration/primitives.hpp"
#include "gc_integration/scripted/scripted.hpp"
#include "gc_integration/slots.hpp"
#include "gc_integration/word_pool.hpp"
#include "gc_integration/zeal.hpp"
#include "tests/child.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <atomic>
#include <thread>
#include <vector>

namespace mayfly::gc {
namespace {

TEST(Pages, MoreThanThereIsIsRefused) {
  EXPECT_EQ(map_pages(std::size_t{1} << 62), nullptr);
  void* aligned = map_pages(4096, std::size_t{1} << 20);
  ASSERT_NE(aligned, nullptr);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(aligned) % (std::size_t{1} << 20), 0u);
  unmap_pages(aligned, 4096);
}

/// As all are after mlockall().
TEST(Pages, LockedOnesAreEmptiedToo) {
  constexpr std::size_t kBytes = 8192;
  auto* pages = static_cast<unsigned char*>(map_pages(kBytes));
  ASSERT_NE(pages, nullptr);
  if (::mlock(pages, kBytes) != 0) GTEST_SKIP() << "no page may be locked here";
  for (std::size_t i = 0; i < kBytes; ++i) pages[i] = 1;
  empty_pages(pages, kBytes);
  for (std::size_t i = 0; i < kBytes; ++i) ASSERT_EQ(pages[i], 0) << i;
  unmap_pages(pages, kBytes);
}

/// In a process of its own: later scans would look at all these words.
void a_slab_that_is_refused() {
  alignas(16) static char object[16];
  std::vector<Handle> taken;
  Result<Handle> slot = acquire_immortal_slot(object);
  ASSERT_EQ(slot.status, Status::ok);                   // the first slab is there, and this thread's cache
  taken.push_back(slot.value);
  zeal::fail_nth(1);                                    // mapped pages alone count: a slot that stands for ever has no link
  slot = acquire_immortal_slot(object);
  for (; slot && taken.size() <= words::kWordsPerSlab; slot = acquire_immortal_slot(object)) taken.push_back(slot.value);
  zeal::fail_nth(0);
  EXPECT_EQ(slot.status, Status::no_memory);
  EXPECT_EQ(taken.size(), words::kWordsPerSlab);
  const std::size_t used = slots_in_use();
  EXPECT_EQ(used, taken.size());
  slot = acquire_immortal_slot(object);
  ASSERT_EQ(slot.status, Status::ok);
  EXPECT_EQ(load(slot.value), object);
  EXPECT_EQ(slots_in_use(), used + 1);
  release_slot(slot.value);
  for (const Handle handle : taken) release_slot(handle);
  EXPECT_EQ(slots_in_use(), used - taken.size());
}
TEST(WordPool, ASlabThatIsRefusedIsAskedForAgain) { EXPECT_IN_CHILD(a_slab_that_is_refused()); }

/// Each thread that lives has a cache of words of its own, until there is no memory for one.
TEST(WordPool, AThreadWithoutACacheTakesNothingAndMayGiveBack) {
  alignas(16) static char object[16];
  constexpr int kMost = 500;
  std::atomic<bool> done{false}, refused{false};
  std::atomic<int> ready{0};
  std::vector<std::thread> threads;
  const Handle mine = acquire_immortal_slot(object).value;
  const std::size_t used = slots_in_use();
  for (int i = 0; i < kMost && !refused; ++i) {
    threads.emplace_back([&] {
      zeal::fail_nth(1);
      if (const Result<Handle> slot = acquire_immortal_slot(object)) {
        release_slot(slot.value);
      } else {
        refused = true;
        EXPECT_EQ(slot.status, Status::no_memory);
        zeal::fail_nth(1);
        release_slot(mine);
      }
      zeal::fail_nth(0);
      ++ready;
      while (!done) std::this_thread::yield();
    });
    while (ready != i + 1) std::this_thread::yield();
  }
  EXPECT_TRUE(refused);
  EXPECT_EQ(slots_in_use(), used - 1);
  EXPECT_EQ(load(mine), nullptr);
  done = true;
  for (std::thread& thread : threads) thread.join();
}

TEST(Slots, AStaleHandleDoesNotTakeTheNextTenantsDeathForItsOwn) {   // .slot.generation
  void* o = allocate(32);
  const Handle old = acquire_slot(o).value;
  unlink_slot(old);
  const Handle tenant = acquire_slot(o).value;
  ASSERT_EQ(tenant.bits & 0xFFFFFFFFFFFF, old.bits & 0xFFFFFFFFFFFF);   // control
  scripted::kill(o);
  scripted::run_cycle();
  EXPECT_TRUE(cleared(tenant));
  EXPECT_FALSE(cleared(old));
  release_slot(tenant);
}

TEST(Scripted, KnowsWhereItsObjectsEndAndThatTheyDied) {
  auto* o = static_cast<char*>(allocate(32));
  EXPECT_EQ(base_of(o + 31), o);
  EXPECT_NE(base_of(o + 32), o);
  EXPECT_EQ(base_of(nullptr), nullptr);
  EXPECT_EQ(set_finalizer(nullptr, {}).value.function, nullptr);
  scripted::kill(o);
  scripted::run_cycle();
  EXPECT_EQ(base_of(o), nullptr);
  EXPECT_EQ(scripted::reuse(o), o);
  EXPECT_EQ(base_of(o + 31), o);
}

}  // namespace
}  // namespace mayfly::gc
