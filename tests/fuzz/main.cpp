// mayfly_fuzz [--seed=S] [--programs=N] [--length=L]: random programs against the model. A program that fails is shortened and printed; --seed=S
// --programs=1 runs it again.
#include "tests/fuzz/program.hpp"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string_view>
#include <vector>

namespace {

using mayfly::fuzz::run;
using mayfly::fuzz::Verdict;
using Bytes = std::vector<std::uint8_t>;

constexpr std::uint64_t kBatch = 20;       // programs for each process

struct Done {
  std::size_t steps = 0, events = 0;
};

Bytes program(std::uint64_t seed, std::size_t length) {
  std::mt19937_64 random(seed);
  Bytes bytes(length);
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
  return bytes;
}

/// Leaves out what is not needed to fail.
Bytes shortened(Bytes bytes) {
  for (std::size_t piece = bytes.size() / 2; piece != 0; piece /= 2) {
    for (std::size_t at = 0; at + piece <= bytes.size();) {
      Bytes fewer = bytes;
      fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(at), fewer.begin() + static_cast<std::ptrdiff_t>(at + piece));
      if (!run(fewer.data(), fewer.size()).problem.empty()) {
        bytes = std::move(fewer);
      } else {
        at += piece;
      }
    }
  }
  return bytes;
}

/// False: one failed, and was printed.
bool run_batch(std::uint64_t seed, std::uint64_t until, std::size_t length, Done& done) {
  for (; seed < until; ++seed) {
    const Bytes bytes = program(seed, length);
    const Verdict verdict = run(bytes.data(), bytes.size());
    done.steps += verdict.steps;
    done.events += verdict.events;
    if (verdict.problem.empty()) continue;
    const Bytes few = shortened(bytes);
    const Verdict again = run(few.data(), few.size());
    fmt::print("{}\n{}\nrun again with --seed={} --programs=1 --length={}\n", again.program, again.problem, seed, length);
    return false;
  }
  return true;
}

/// Runs `f` in a child process, because worlds leave their queues and what they hold behind, and adds what it did. False: it failed or crashed.
template <class F>
bool in_child(F f, Done& done) {
  int ends[2];
  if (::pipe(ends) != 0) return false;
  std::fflush(nullptr);
  const pid_t pid = ::fork();
  if (pid == 0) {
    Done part;
    const bool good = f(part);
    std::fflush(nullptr);
    ::_exit(::write(ends[1], &part, sizeof part) == sizeof part && good ? 0 : 1);
  }
  ::close(ends[1]);
  Done part;
  const bool read = ::read(ends[0], &part, sizeof part) == sizeof part;
  ::close(ends[0]);
  int status = 1;
  ::waitpid(pid, &status, 0);
  done.steps += part.steps;
  done.events += part.events;
  return read && status == 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t seed = 1, programs = 200, length = 2000;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    const auto number = [&](std::string_view name, std::uint64_t& out) {
      if (!argument.starts_with(name)) return false;
      out = std::strtoull(argv[i] + name.size(), nullptr, 10);
      return true;
    };
    if (number("--seed=", seed) || number("--programs=", programs) || number("--length=", length)) continue;
    fmt::print(stderr, "usage: mayfly_fuzz [--seed=S] [--programs=N] [--length=L]\n");
    return 2;
  }
  Done done;
  for (std::uint64_t i = 0; i < programs; i += kBatch) {
    const std::uint64_t until = std::min(programs, i + kBatch);
    if (!in_child([&](Done& part) { return run_batch(seed + i, seed + until, length, part); }, done)) {
      fmt::print("violations: 1, or a crash, in --seed={} --programs={} --length={}\n", seed + i, until - i, length);
      return 1;
    }
  }
  fmt::print("{} programs, {} steps, {} events, violations: 0\n", programs, done.steps, done.events);
}
