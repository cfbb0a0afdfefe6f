// Random programs, each step compared with a model that is too simple to be wrong: program.cpp has the node layer and the weak table on the scripted
// collector, containers.cpp the typed containers there, real.cpp both on bdwgc. One of them is linked with a driver: main.cpp or libfuzzer.cpp.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

namespace mayfly::fuzz {

struct Verdict {
  std::size_t steps = 0;
  std::size_t events = 0;
  std::string problem;           // empty: all as it should be
};

/// Interprets the bytes as a program and runs it in a world of its own. Deterministic, but for addresses, and for what bdwgc finds dead when.
Verdict run(const std::uint8_t* bytes, std::size_t size);

/// What is done is printed, one step in each line.
inline bool echo = false;

}  // namespace mayfly::fuzz
