// What a process can do but once, such as starting and ending: a child process of its own, which starts the test program anew.
#pragma once
#include <gtest/gtest.h>

#include <cstdlib>

/// Fails if an expectation fails in the child, or if it ends in another way. It ends by exit(), which writes down what it covered.
#define EXPECT_IN_CHILD(...)                                                                                           \
  do {                                                                                                                 \
    GTEST_FLAG_SET(death_test_style, "threadsafe");                                                                    \
    EXPECT_EXIT({ __VA_ARGS__; std::exit(testing::Test::HasFailure() ? 8 : 7); }, testing::ExitedWithCode(7), "");     \
  } while (false)
