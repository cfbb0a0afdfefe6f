// Linked into every test program: the invariants hold after each test, and a failure prints what replays it. Starts mayfly where the tests shall run on
// another way of clearing than the default's.
#include "gc_integration/zeal.hpp"
#include "src/core/invariants.hpp"
#include "tests/clearing.hpp"

#include <gtest/gtest.h>

#include <cstdio>

namespace mayfly {
namespace {

class AfterEach : public testing::EmptyTestEventListener {
  void OnTestEnd(const testing::TestInfo& info) override {
    core::check_invariants();
    if (info.result()->Failed() && *gc::zeal::replay() != 0) std::printf("replay: %s\n", gc::zeal::replay());
  }
};
class Clearing : public testing::Environment {
  void SetUp() override {
    if (test::clearing() == Options::Clearing::links || !GTEST_FLAG_GET(internal_run_death_test).empty()) return;   // children start it themselves
    ASSERT_EQ(init({.clearing = test::clearing()}), Status::ok) << init_problem();
  }
};
[[maybe_unused]] const bool g_listening = [] {
  testing::UnitTest::GetInstance()->listeners().Append(new AfterEach);
  testing::AddGlobalTestEnvironment(new Clearing);
  return true;
}();

}  // namespace
}  // namespace mayfly
