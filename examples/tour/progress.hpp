// A progress bar, on terminals only.
#pragma once
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string>

namespace tour {

class Progress {
 public:
  explicit Progress(std::size_t total) : total_(std::max<std::size_t>(total, 1)), shown_(::isatty(STDOUT_FILENO) == 1) {}
  void at(std::size_t done) {
    const std::size_t percent = 100 * done / total_;
    if (!shown_ || percent == percent_) return;
    percent_ = percent;
    fmt::print("\r[{:<50}] {:3} %", std::string(percent / 2, '#'), percent);
    std::fflush(stdout);
  }
  ~Progress() {
    if (shown_) fmt::print("\r{:60}\r", "");
  }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

 private:
  std::size_t total_;
  std::size_t percent_ = 101;
  bool shown_;
};

}  // namespace tour
