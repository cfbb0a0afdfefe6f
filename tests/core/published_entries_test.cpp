#include "src/core/published_entries.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cerrno>
#include <cstdint>
#include <vector>

namespace mayfly::core {
namespace {

using Word = std::atomic<std::uint64_t>;

bool mapped(const void* page) {
  unsigned char resident;
  return ::mincore(const_cast<void*>(page), 1, &resident) == 0 || errno != ENOMEM;
}

TEST(PublishedEntries, OutgrownOnesReadAsEmptyAndServeAgain) {
  PublishedEntries<Word> published;
  EXPECT_EQ(published.load().capacity, 0u);
  const auto small = published.prepare(512);
  published.replace(small);
  published.load().at(3) = 7;
  published.replace(published.prepare(1024));
  EXPECT_EQ(published.load().capacity, 1024u);
  EXPECT_EQ(small.at(3), 0u);
  EXPECT_EQ(published.prepare(512).first, small.first);
  EXPECT_NE(published.prepare(512).first, small.first);      // it is in use
}

TEST(PublishedEntries, AllThatWasOutgrownIsUnmapped) {
  PublishedEntries<Word> published;
  std::vector<const void*> pages;
  for (std::size_t capacity = 512; capacity <= 8192; capacity *= 2) {
    published.replace(published.prepare(capacity));
    pages.push_back(published.load().first);
  }
  for (const void* page : pages) EXPECT_TRUE(mapped(page));
  published.unmap();
  for (const void* page : pages) EXPECT_FALSE(mapped(page));
}

}  // namespace
}  // namespace mayfly::core
