// Memory that comes and goes: what mayfly maps is used again.
#include "gc_integration/primitives.hpp"

#include <mayfly/node.hpp>
#include <mayfly/runtime.hpp>
#include <mayfly/testing.hpp>
#include <mayfly/weak.hpp>

#include <gtest/gtest.h>

#include <cstdio>

namespace mayfly {
namespace {

constexpr int kRounds = 50;
constexpr std::size_t kRefs = 200'000;        // 10 million in all, every other one with a callback

std::size_t resident_pages() {
  std::size_t pages = 0, ignored = 0;
  std::FILE* file = std::fopen("/proc/self/statm", "r");
  EXPECT_EQ(std::fscanf(file, "%zu %zu", &ignored, &pages), 2);
  std::fclose(file);
  return pages;
}

TEST(Memory, TenMillionReferencesInRoundsLeaveNothingBehind) {
  ASSERT_EQ(init(), Status::ok);
  static CallbackQueue queue;
  static std::size_t called = 0;
  static Closure counts{[](Event&) { ++called; }};
  std::size_t after_third = 0;
  for (int round = 1; round <= kRounds; ++round) {
    test::on_fresh_thread([] {
      static auto** const refs = static_cast<RefNode**>(gc::allocate_roots(kRefs / 2 * sizeof(RefNode*)));
      for (std::size_t i = 0; i < kRefs / 2; ++i) {
        void* object = gc::allocate(32);
        ASSERT_EQ(weak_handle({.obj = object}).status, Status::ok);
        refs[i] = static_cast<RefNode*>(gc::allocate(sizeof(RefNode)));
        ASSERT_EQ(bind_closure(*refs[i], {.obj = object}, queue, counts).status, Status::ok);
      }
      (void)queue.collect();
      (void)queue.drain();
      for (std::size_t i = 0; i < kRefs / 2; ++i) refs[i] = nullptr;
    });
    (void)queue.collect_and_drain();
    if (round == 3) after_third = resident_pages();
  }
  EXPECT_GE(called, kRounds * kRefs / 2 * 99 / 100);
  EXPECT_LE(resident_pages(), after_third + after_third / 10);
}

TEST(Memory, WeakHandlesGiveTheirSlotsBackThoughNobodyDrains) {
  constexpr std::size_t kMadeInARound = 100'000;
  ASSERT_EQ(init(), Status::ok);
  const std::size_t before = stats().slots;
  for (int round = 0; round < 5; ++round) {
    test::on_fresh_thread([] {
      for (std::size_t i = 0; i < kMadeInARound; ++i) ASSERT_EQ(weak_handle({.obj = gc::allocate(32)}).status, Status::ok);
    });
    gc::collect();
  }
  EXPECT_LE(stats().slots, before + 3 * kMadeInARound);
}

}  // namespace
}  // namespace mayfly
