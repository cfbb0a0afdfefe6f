#include "tests/node/c_api_test.h"

#include "tests/scripted_world.hpp"

struct c_test c_test = {
    .allocate = mayfly::gc::allocate,
    .kill_and_collect = mayfly::world::kill_and_collect,
    .fail = [](int line, const char* condition) { ADD_FAILURE_AT("tests/node/c_api_test.c", line) << condition; },
};

namespace {
TEST(CFace, Starts) { c_starts(); }
TEST(CFace, References) { c_references(); }
TEST(CFace, Methods) { c_methods(); }
TEST(CFace, Finalizers) { c_finalizers(); }
TEST(CFace, Tables) { c_tables(); }
}  // namespace
