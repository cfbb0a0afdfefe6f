#include <mayfly/mayfly.h>
#include <mayfly/status.hpp>

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace mayfly {
namespace {

TEST(Status, EachHasAMessageOfItsOwnInBothFaces) {
  std::set<std::string> messages;
  for (int s = 0; s <= static_cast<int>(Status::changed); ++s) {
    const char* text = message(static_cast<Status>(s));
    EXPECT_TRUE(messages.insert(text).second) << text;
    EXPECT_STREQ(mayfly_message(static_cast<mayfly_status>(s)), text);
  }
  EXPECT_EQ(messages.size(), 13u);
  EXPECT_FALSE(messages.contains("unknown status"));
  EXPECT_STREQ(message(static_cast<Status>(13)), "unknown status");
}

TEST(Status, WhatPythonSaysTooIsWordedAsItDoes) {
  EXPECT_STREQ(message(Status::dead), "weakly-referenced object no longer exists");
  EXPECT_EQ(std::string(message(Status::not_weakrefable)).substr(0, 31), "cannot create weak reference to");
}

}  // namespace
}  // namespace mayfly
