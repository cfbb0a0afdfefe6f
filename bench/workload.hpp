// What a workload is: one measurement of one side, in a process of its own.
#pragma once
#include <benchmark/benchmark.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

namespace bench {

using Clock = std::chrono::steady_clock;

/// The objects that are weakly referenced: collected, or shared.
struct Object {
  std::uint64_t word = 0;                  // a mayfly::CellWord where the side uses one
  std::uint64_t payload[3] = {};
};

inline constexpr int kLoadPasses = 5;      // over all objects
extern std::size_t n;                      // objects; --n=
extern bool by_marks;                      // mayfly's side clears by marks, else by links

/// Reports one number: what `operations` cost, in nanoseconds each. Aborts when the work was not done.
inline void report(benchmark::State& state, Clock::duration took, std::size_t operations) {
  const double seconds = std::chrono::duration<double>(took).count();
  state.SetIterationTime(seconds);
  state.counters["each"] = seconds * 1e9 / static_cast<double>(operations);
}

/// The time that `f()` takes.
template <class F>
Clock::duration timed(F f) {
  const auto start = Clock::now();
  f();
  return Clock::now() - start;
}

inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "mayfly_bench: %s\n", what);
  std::abort();
}

/// Runs a side once; `name` is "workload/side".
inline void add(const std::string& name, void (*side)(benchmark::State&)) {
  benchmark::RegisterBenchmark(name.c_str(), [side](benchmark::State& state) {
    for (auto _ : state) side(state);
  })->Iterations(1)->UseManualTime();
}

/// Resident memory of the process, in bytes.
inline std::size_t resident_bytes() {
  std::size_t pages = 0, ignored = 0;
  std::FILE* file = std::fopen("/proc/self/statm", "r");
  require(file != nullptr && std::fscanf(file, "%zu %zu", &ignored, &pages) == 2, "cannot read /proc/self/statm");
  std::fclose(file);
  return pages * 4096;
}

void add_mayfly();                         // mayfly_side.cpp
void add_by_hand();                        // compare/by_hand.cpp
void add_weak_ptr();                       // compare/weak_ptr.cpp

}  // namespace bench
