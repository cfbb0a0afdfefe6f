// Who uses what, as far as it is watched: in debug builds, and under zeal.
#include "gc_integration/check.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <thread>

namespace mayfly::gc {
namespace {

TEST(OneThread, NestsAndIsFreeAfterTheOutermost) {
  int what = 0;
  {
    const OneThread outer(&what);
    const OneThread inner(&what);
    inner.pause();
    inner.go_on();
  }
  std::thread([&] { const OneThread other(&what); }).join();   // an abort if it were not
}

TEST(OneThread, MoreThanCanBeWatchedAreNotWatchedAndHarmNone) {
  static char what[16 * 1000];
  {
    std::deque<OneThread> uses;
    for (std::size_t i = 0; i < 1000; ++i) uses.emplace_back(&what[16 * i]);
  }
  std::thread([] {
    std::deque<OneThread> uses;
    for (std::size_t i = 1000; i-- > 0;) uses.emplace_back(&what[16 * i]);
  }).join();
}

}  // namespace
}  // namespace mayfly::gc
