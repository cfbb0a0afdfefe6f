// Linked into every test program: the invariants hold after each test, and a failure prints what replays it.
#include "gc_integration/zeal.hpp"
#include "src/core/invariants.hpp"

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
[[maybe_unused]] const bool g_listening = [] {
  testing::UnitTest::GetInstance()->listeners().Append(new AfterEach);
  return true;
}();

}  // namespace
}  // namespace mayfly
