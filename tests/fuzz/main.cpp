// [--seed=S] [--programs=N] [--length=L]: random programs against the model. A program that fails, crashes or hangs is shortened and printed; --seed=S
// --programs=1 runs it again.
#include "tests/fuzz/program.hpp"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string_view>
#include <vector>

namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::uint64_t kBatch = 20;       // programs for each process
constexpr int kReplays = 10;               // of what fails now and then
constexpr std::chrono::seconds kPatience{60};
unsigned g_hangs_after = 20;               // seconds for a program: longer, and it is taken to hang, which is a failure too

struct Done {
  std::size_t steps = 0, events = 0;
};

Bytes program(std::uint64_t seed, std::size_t length) {
  std::mt19937_64 random(seed);
  Bytes bytes(length);
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
  return bytes;
}

/// False: it failed.
bool run(const Bytes& bytes, Done& done) {
  const mayfly::fuzz::Verdict verdict = mayfly::fuzz::run(bytes.data(), bytes.size());
  done.steps += verdict.steps;
  done.events += verdict.events;
  if (mayfly::fuzz::echo && !verdict.problem.empty()) fmt::print("FAILED: {}\n", verdict.problem);
  return verdict.problem.empty();
}

/// Runs `f` in a child process, because worlds leave their queues and what they hold behind, and adds what it did. False: it failed, crashed or hung.
template <class F>
bool in_child(F f, Done& done, unsigned seconds) {
  int ends[2];
  if (::pipe(ends) != 0) return false;
  std::fflush(nullptr);
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::alarm(seconds);
    if (!mayfly::fuzz::echo) (void)!std::freopen("/dev/null", "w", stderr);
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
  if (mayfly::fuzz::echo && WIFSIGNALED(status)) fmt::print("CRASHED: signal {}\n", WTERMSIG(status));
  done.steps += part.steps;
  done.events += part.events;
  return read && status == 0;
}

bool passes(const Bytes& bytes) {
  Done done;
  return in_child([&](Done& part) { return run(bytes, part); }, done, g_hangs_after);
}

/// Leaves out what is not needed to fail.
Bytes shortened(Bytes bytes) {
  const auto until = std::chrono::steady_clock::now() + kPatience;
  for (std::size_t piece = bytes.size() / 2; piece != 0; piece /= 2) {
    for (std::size_t at = 0; at + piece <= bytes.size() && std::chrono::steady_clock::now() < until;) {
      Bytes fewer = bytes;
      fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(at), fewer.begin() + static_cast<std::ptrdiff_t>(at + piece));
      if (!passes(fewer) && !passes(fewer)) {         // what a program does may hang on addresses, and on what bdwgc sees
        bytes = std::move(fewer);
      } else {
        at += piece;
      }
    }
  }
  return bytes;
}

void explain(std::uint64_t seed, std::uint64_t until, std::size_t length) {
  for (; seed < until; ++seed) {
    const Bytes bytes = program(seed, length);
    if (passes(bytes)) continue;
    const Bytes few = shortened(bytes);
    mayfly::fuzz::echo = true;
    bool failed = false;
    for (int i = 0; i < kReplays && !failed; ++i) {
      failed = !passes(few);
      if (!failed) fmt::print("-- this time it passed\n");
    }
    if (!failed) (void)passes(bytes);                 // all of it
    fmt::print("run again with --seed={} --programs=1 --length={}\n", seed, length);
    return;
  }
  fmt::print("no program of the batch fails alone\n");
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
    fmt::print(stderr, "usage: {} [--seed=S] [--programs=N] [--length=L]\n", argv[0]);
    return 2;
  }
  Done done;
  g_hangs_after += static_cast<unsigned>(length / 500);
  for (std::uint64_t i = 0; i < programs; i += kBatch) {
    const std::uint64_t from = seed + i, until = seed + std::min(programs, i + kBatch);
    const auto batch = [&](Done& part) {
      for (std::uint64_t s = from; s < until; ++s) {
        if (!run(program(s, length), part)) return false;
      }
      return true;
    };
    if (in_child(batch, done, 6 * g_hangs_after)) continue;
    explain(from, until, length);
    fmt::print("violations: 1, or a crash, in --seed={} --programs={} --length={}\n", from, until - from, length);
    return 1;
  }
  fmt::print("{} programs, {} steps, {} events, violations: 0\n", programs, done.steps, done.events);
}
