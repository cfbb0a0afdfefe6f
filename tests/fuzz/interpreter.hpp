// What the interpreters share: bytes as choices, the log, the verdict, and calls that fail first.
#pragma once
#include "gc_integration/zeal.hpp"
#include "tests/clearing.hpp"
#include "tests/fuzz/program.hpp"

#include <mayfly/status.hpp>

#include <fmt/format.h>

#include <cstdio>
#include <utility>

namespace mayfly::fuzz {

class Interpreter {
 protected:
  Interpreter(const std::uint8_t* bytes, std::size_t size) : bytes_(bytes), left_(size) {
    expect(init({.clearing = test::clearing()}) == Status::ok, "init failed");
  }

  std::uint8_t next() { return left_ != 0 ? --left_, *bytes_++ : std::uint8_t{0}; }
  bool going() const { return left_ != 0 && verdict_.problem.empty(); }
  template <class... A>
  void log(fmt::format_string<A...> format, A&&... arguments) {
    if (!echo) return;
    fmt::print(format, std::forward<A>(arguments)...);
    fmt::print("\n");
    std::fflush(stdout);                     // what comes next may crash
  }
  void expect(bool holds, const char* what) {
    if (!holds && verdict_.problem.empty()) verdict_.problem = what;
  }
  /// Some call before fails for lack of memory: it must change nothing.
  template <class F>
  auto maybe_failing(F call) {
    const std::uint8_t n = next();
    if (n % 4 == 0) {
      gc::zeal::fail_nth(1 + n / 4 % 8);
      auto failed = call();
      gc::zeal::fail_nth(0);
      if (status_of(failed) != Status::no_memory) return failed;
      log("  failed first");
    }
    return call();
  }
  static Status status_of(Status status) { return status; }
  template <class R>
  static Status status_of(const R& result) { return result.status; }

  Verdict verdict_;

 private:
  const std::uint8_t* bytes_;
  std::size_t left_;
};

}  // namespace mayfly::fuzz
