// The same programs, chosen by libFuzzer.
#include "tests/fuzz/program.hpp"

#include <fmt/format.h>

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto verdict = mayfly::fuzz::run(bytes, size);
  if (verdict.problem.empty()) return 0;
  mayfly::fuzz::echo = true;
  (void)mayfly::fuzz::run(bytes, size);
  fmt::print("FAILED: {}\n", verdict.problem);
  std::abort();
}
