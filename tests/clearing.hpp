// How the tests' processes clear weak words: MAYFLY_TEST_CLEARING=marks, else by links.
#pragma once
#include <mayfly/runtime.hpp>

#include <cstdlib>
#include <cstring>

namespace mayfly::test {
inline Options::Clearing clearing() {
  const char* wanted = std::getenv("MAYFLY_TEST_CLEARING");
  return wanted != nullptr && std::strcmp(wanted, "marks") == 0 ? Options::Clearing::marks : Options::Clearing::links;
}
}  // namespace mayfly::test
