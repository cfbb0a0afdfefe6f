// Random programs over the node layer and the weak table, on the scripted collector, each step compared with a model that is too simple to be wrong.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

namespace mayfly::fuzz {

struct Verdict {
  std::size_t steps = 0;
  std::size_t events = 0;
  std::string problem;           // empty: all as it should be
  std::string program;           // what was done, one step in each line; only when there is a problem
};

/// Interprets the bytes as a program and runs it in a world of its own. Deterministic, but for addresses.
Verdict run(const std::uint8_t* bytes, std::size_t size);

}  // namespace mayfly::fuzz
