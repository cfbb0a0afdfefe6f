// mayfly_bench: runs every workload and side in a process of its own (bdwgc's table of links never shrinks), sides in turn, and prints medians and ratios.
// mayfly's side runs twice: with words that are cleared by links (the default) and by marks (Options::Clearing).
//   --n=N        live objects (1000000)        --rounds=R   processes for each side (5)
//   --smoke      20000 objects, one round      --filter=S   only comparisons whose name contains S
//   --json       one JSON document instead of the table
// Inside, a process that measures one side is `mayfly_bench --side=workload/side --n=N [--by-marks]`; Google Benchmark runs it.
#include "bench/workload.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <string_view>
#include <vector>

namespace bench {

std::size_t n = 1'000'000;
bool by_marks = false;

namespace {

/// A comparison: one side against another, after a third has been taken off both.
struct Comparison {
  const char* what;
  const char* side;
  const char* against;
  double target;                           // of the ratio; 0: none was set
  const char* unit = "ns";
  const char* less = nullptr;
};

constexpr Comparison kComparisons[] = {
    {"Weak: first create", "create/mayfly", "create/hand", 0.8},
    {"Weak: first create, in-object word", "create/mayfly_word", "create/hand", 0.8},
    {"Weak: first create, two threads", "create_two_threads/mayfly", "create_two_threads/hand", 0},
    {"Weak: first create, two against one", "create_two_threads/mayfly", "create/mayfly", 0},
    {"by hand: first create, two against one", "create_two_threads/hand", "create/hand", 0},
    {"Weak: load", "load/mayfly", "load/hand", 0.3},
    {"Weak: load, two threads", "load_two_threads/mayfly", "load_two_threads/hand", 0.03},
    {"Weak: collection per live one", "collection/mayfly", "collection/hand", 0.8, "ns", "collection/none"},
    {"Weak: further create", "create_further/mayfly", "create_further/hand", 0.5},
    {"Weak: further create, in-object word", "create_further/mayfly_word", "create_further/hand", 0.2},
    {"Weak: first create, hand's words dense", "create/mayfly", "create/dense", 0},
    {"Weak: load, hand's words dense", "load/mayfly", "load/dense", 0},
    {"Weak: collection, hand's words dense", "collection/mayfly", "collection/dense", 0, "ns", "collection/none"},
    {"Weak: further create, hand's words dense", "create_further/mayfly", "create_further/dense", 0},
    {"Weak: bytes per referent", "bytes/mayfly", "bytes/hand", 0, "B"},
    {"node: create", "create/node", "create/hand", 2.2},
    {"node: load", "load/node", "load/hand", 0.5},
    {"node: ref objects read, and no more", "load/node_objects", "load/hand", 0},
    {"node: collection per live one", "collection/node", "collection/hand", 3, "ns", "collection/none"},
    {"die + callback", "die_and_callback/mayfly", "die_and_callback/hand", 0.8},
    {"finalizer: register + die + run", "finalizer/mayfly", "finalizer/hand", 0.8},
    {"object finalizer: register + die + run", "finalizer/object", "finalizer/hand", 0},
    {"WeakValueMap: insert", "map_insert/mayfly", "map_insert/weak_ptr", 0},
    {"WeakValueMap: get", "map_get/mayfly", "map_get/weak_ptr", 0},
    {"WeakValueMap: die", "map_die/mayfly", "map_die/weak_ptr", 0},
};

/// Cost for each reference at growing numbers of them.
constexpr const char* kFlat[] = {"create/mayfly", "load/mayfly", "create/node", "load/node"};
constexpr std::size_t kFlatSizes[] = {10'000, 100'000, 1'000'000, 10'000'000};

/// Prints the one number of the one side.
class NumberReporter : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) fmt::print("{}\n", run.counters.at("each").value);
  }
};

int measure(const std::string& side, char* program) {
  add_mayfly();
  add_by_hand();
  add_weak_ptr();
  std::string filter = "--benchmark_filter=^" + side + "/";   // Google Benchmark appends how it runs
  char* arguments[] = {program, filter.data(), nullptr};
  int count = 2;
  benchmark::Initialize(&count, arguments);
  NumberReporter reporter;
  if (benchmark::RunSpecifiedBenchmarks(&reporter) == 1) return 0;
  fmt::print(stderr, "mayfly_bench: no such side: {}\n", side);
  return 1;
}

enum class Clearing { links, marks };

/// Measures the side in a new process.
double in_process(const std::string& program, const std::string& side, std::size_t objects, Clearing clearing) {
  const std::string command = fmt::format("'{}' --side={} --n={}{}", program, side, objects, clearing == Clearing::marks ? " --by-marks" : "");
  std::FILE* out = ::popen(command.c_str(), "r");
  double number = -1;
  const bool read = out != nullptr && std::fscanf(out, "%lf", &number) == 1;
  require(out != nullptr && ::pclose(out) == 0 && read, ("failed: " + command).c_str());
  return number;
}

double median(std::vector<double> numbers) {
  std::sort(numbers.begin(), numbers.end());
  return numbers[numbers.size() / 2];
}

struct Settings {
  std::string program, filter;
  std::size_t rounds = 5;
  bool json = false, smoke = false;
};

struct Measured {
  const Comparison* comparison;
  double links = 0, marks = 0, against = 0, ratio_links = 0, ratio_marks = 0;
};

/// All sides of a comparison in turn, so that a noisy minute hits them alike.
Measured compare(const Comparison& comparison, const Settings& settings) {
  const bool with_itself = std::string_view(comparison.against).ends_with("/mayfly");   // each way of clearing against the same
  std::vector<double> links, marks, against, against_marks, less;
  for (std::size_t round = 0; round < settings.rounds; ++round) {
    links.push_back(in_process(settings.program, comparison.side, n, Clearing::links));
    marks.push_back(in_process(settings.program, comparison.side, n, Clearing::marks));
    against.push_back(in_process(settings.program, comparison.against, n, Clearing::links));
    if (with_itself) against_marks.push_back(in_process(settings.program, comparison.against, n, Clearing::marks));
    less.push_back(comparison.less != nullptr ? in_process(settings.program, comparison.less, n, Clearing::links) : 0);
  }
  const double off = median(less), by_links = median(links) - off, by_marks = median(marks) - off, other = median(against) - off;
  return {&comparison, by_links, by_marks, other, by_links / other, by_marks / (with_itself ? median(against_marks) - off : other)};
}

void print(const Measured& m, bool json, bool first) {
  const Comparison& c = *m.comparison;
  if (json) {
    fmt::print("{}\n    {{\"what\": \"{}\", \"side\": \"{}\", \"against\": \"{}\", \"unit\": \"{}\", \"links\": {:.3f}, \"marks\": {:.3f}, \"other\": {:.3f}, "
               "\"ratio_links\": {:.4f}, \"ratio_marks\": {:.4f}, \"target\": {}}}",
               first ? "" : ",", c.what, c.side, c.against, c.unit, m.links, m.marks, m.against, m.ratio_links, m.ratio_marks, c.target);
    return;
  }
  const auto verdict = [&](double ratio) { return ratio <= c.target ? "reached" : "MISSED"; };
  const std::string target = c.target != 0 ? fmt::format("{:<6}{:<9}{}", c.target, verdict(m.ratio_links), verdict(m.ratio_marks)) : "";
  fmt::print("{:<42}{:>8.1f} {:>8.1f} {:>8.1f} {:<3}{:>7.3f} {:>7.3f}   {}\n", c.what, m.links, m.marks, m.against, c.unit, m.ratio_links, m.ratio_marks, target);
  std::fflush(stdout);
}

/// One line of medians at growing numbers.
std::string flat(const Settings& settings, const char* side, Clearing clearing) {
  std::string line;
  for (const std::size_t objects : kFlatSizes) {
    if (settings.smoke && objects > n) break;
    std::vector<double> numbers;
    for (std::size_t round = 0; round < std::min<std::size_t>(settings.rounds, 3); ++round) {
      numbers.push_back(in_process(settings.program, side, objects, clearing));
    }
    line += settings.json ? fmt::format(", \"{}\": {:.3f}", objects, median(numbers)) : fmt::format("{:>12.1f}", median(numbers));
  }
  return line;
}

void print_flat(const Settings& settings) {
  bool first = true;
  for (const char* side : kFlat) {
    if (std::string_view(side).find(settings.filter) == std::string_view::npos) continue;
    for (const Clearing clearing : {Clearing::links, Clearing::marks}) {
      const char* by = clearing == Clearing::links ? "links" : "marks";
      const std::string line = flat(settings, side, clearing);
      if (settings.json) {
        fmt::print("{}\n    {{\"side\": \"{}\", \"by\": \"{}\"{}}}", first ? "" : ",", side, by, line);
      } else {
        fmt::print("{:<36}{:<6}{}\n", side, by, line);
      }
      first = false;
    }
  }
}

void run_all(const Settings& settings) {
  if (settings.json) {
    fmt::print("{{\n  \"n\": {}, \"rounds\": {},\n  \"comparisons\": [", n, settings.rounds);
  } else {
    fmt::print("n = {}, medians of {}\n{:<42}{:>8} {:>8} {:>8}    {:>7} {:>7}   target\n", n, settings.rounds, "", "links", "marks", "other", "links", "marks");
  }
  bool first = true;
  for (const Comparison& comparison : kComparisons) {
    if (std::string_view(comparison.what).find(settings.filter) == std::string_view::npos) continue;
    print(compare(comparison, settings), settings.json, first);
    first = false;
  }
  fmt::print("{}", settings.json ? "\n  ],\n  \"ns_each_at\": [" : "\nns each, of 10^4, 10^5, 10^6, 10^7\n");
  print_flat(settings);
  if (settings.json) fmt::print("\n  ]\n}}\n");
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  bench::Settings settings;
  settings.program = argv[0];
  std::string side;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    const auto value = [&](std::string_view name) { return argument.substr(0, name.size()) == name ? argv[i] + name.size() : nullptr; };
    if (const char* objects = value("--n=")) {
      bench::n = std::strtoull(objects, nullptr, 10);
    } else if (const char* rounds = value("--rounds=")) {
      settings.rounds = std::strtoull(rounds, nullptr, 10);
    } else if (const char* wanted = value("--side=")) {
      side = wanted;
    } else if (argument == "--by-marks") {
      bench::by_marks = true;
    } else if (const char* filter = value("--filter=")) {
      settings.filter = filter;
    } else if (argument == "--json") {
      settings.json = true;
    } else if (argument == "--smoke") {
      settings.smoke = true;
      settings.rounds = 1;
      bench::n = 20'000;
    } else {
      fmt::print(stderr, "usage: mayfly_bench [--n=N] [--rounds=R] [--filter=S] [--smoke] [--json]\n");
      return 2;
    }
  }
  if (bench::n == 0 || settings.rounds == 0) {
    fmt::print(stderr, "mayfly_bench: --n and --rounds must be at least 1\n");
    return 2;
  }
  if (!side.empty()) return bench::measure(side, argv[0]);
  bench::run_all(settings);
  return 0;
}
