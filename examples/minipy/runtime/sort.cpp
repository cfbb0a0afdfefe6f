// Sorting: a stable merge sort over insertion sorts, whose comparisons may call the program. Few items are compared in CPython's order.
#include <algorithm>

#include "runtime/ops.hpp"

namespace minipy {

namespace {
constexpr std::int64_t kFew = 64;

struct Sorter {
  bool reverse;
  bool failed = false;
  bool before(Value a, Value b) {  // is b < a, so that they have to change places
    const int less = reverse ? compare_truth(CompareOp::lt, a, b) : compare_truth(CompareOp::lt, b, a);
    failed = failed || less < 0;
    return less > 0;
  }
  /// How many at the start are in order, or strictly against it; these are turned round.
  std::int64_t run(Value* keys, Value* items, std::int64_t n) {
    std::int64_t end = 2;
    const bool falling = before(keys[0], keys[1]);
    while (end < n && !failed && before(keys[end - 1], keys[end]) == falling) ++end;
    if (falling && !failed) std::reverse(keys, keys + end), std::reverse(items, items + end);
    return end;
  }
  void insert_each(Value* keys, Value* items, std::int64_t n) {
    for (std::int64_t i = run(keys, items, n); i < n && !failed; ++i) {
      std::int64_t low = 0;
      for (std::int64_t high = i; low < high && !failed;) {
        const std::int64_t middle = low + (high - low) / 2;
        before(keys[middle], keys[i]) ? high = middle : low = middle + 1;
      }
      if (failed) return;
      std::rotate(keys + low, keys + i, keys + i + 1), std::rotate(items + low, items + i, items + i + 1);
    }
  }
  void sort(Value* keys, Value* items, Value* spare_keys, Value* spare, std::int64_t n) {
    if (n < 2 || failed) return;
    if (n < kFew) return insert_each(keys, items, n);
    const std::int64_t half = n / 2;
    sort(keys, items, spare_keys, spare, half);
    sort(keys + half, items + half, spare_keys, spare, n - half);
    if (failed || !before(keys[half - 1], keys[half])) return;
    std::copy(keys, keys + half, spare_keys);
    std::copy(items, items + half, spare);
    std::int64_t left = 0, right = half, to = 0;
    while (left < half && right < n) {
      const bool take_right = !failed && before(spare_keys[left], keys[right]);
      keys[to] = take_right ? keys[right] : spare_keys[left];
      items[to++] = take_right ? items[right++] : spare[left++];
    }
    for (; left < half; ++left, ++to) keys[to] = spare_keys[left], items[to] = spare[left];
  }
};
}  // namespace

bool sort_values(Value* items, std::int64_t n, Value key, bool reverse) {
  if (n < 2 && key == nullptr) return true;
  auto* memory = allocate_array<Value>(4 * n + 4);
  if (memory == nullptr) return false;
  Value *work = memory, *keys = memory + n, *spare = memory + 2 * n, *spare_keys = memory + 3 * n;
  std::copy(items, items + n, work);
  for (std::int64_t i = 0; i < n; ++i) {
    keys[i] = key == nullptr ? work[i] : call(key, {work[i]});
    if (keys[i] == nullptr) return false;
  }
  Sorter sorter{reverse};
  sorter.sort(keys, work, spare_keys, spare, n);
  std::copy(work, work + n, items);
  return !sorter.failed;
}

}  // namespace minipy
