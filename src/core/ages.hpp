// How long events have waited, without a time for each: what one collection brought has one age.
#pragma once
#include "gc_integration/primitives.hpp"
#include "src/core/settle.hpp"

#include <cstddef>
#include <cstdint>

namespace mayfly::core {

/// When what waits in a queue was queued: a batch for each collection. When there are too many, the last one takes the rest.
class Ages {
 public:
  void queued() noexcept {
    const std::uint64_t number = gc::collection_number();
    if (used_ == 0 || (number_[used_ - 1] != number && used_ < kBatches)) {
      since_[used_] = now_ns();
      number_[used_] = number;
      count_[used_++] = 0;
    }
    ++count_[used_ - 1];
  }
  /// The one behind so many others.
  void left(std::size_t in_front = 0) noexcept {
    std::size_t batch = 0;
    while (batch + 1 < used_ && in_front >= count_[batch]) in_front -= count_[batch++];
    if (used_ == 0 || --count_[batch] != 0) return;
    --used_;
    for (std::size_t i = batch; i < used_; ++i) {
      since_[i] = since_[i + 1];
      number_[i] = number_[i + 1];
      count_[i] = count_[i + 1];
    }
    count_[used_] = 0;
  }
  /// It was put back in front.
  void came_back() noexcept {
    if (used_ == 0) return queued();
    ++count_[0];
  }
  /// A time, or zero.
  std::uint64_t oldest() const noexcept { return count_[0] != 0 ? since_[0] : 0; }

 private:
  static constexpr std::size_t kBatches = 16;
  std::uint64_t since_[kBatches] = {}, number_[kBatches] = {};
  std::size_t count_[kBatches] = {};
  std::size_t used_ = 0;
};

}  // namespace mayfly::core
