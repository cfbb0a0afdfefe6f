// The same programs, chosen by libFuzzer.
#include "tests/fuzz/program.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto verdict = mayfly::fuzz::run(bytes, size);
  if (verdict.problem.empty()) return 0;
  fmt::print(stderr, "{}\n{}\n", verdict.program, verdict.problem);
  std::abort();
}
