// What sequences share: ASCII characters, and optional bounds.
#pragma once
#include <string_view>

#include "runtime/error.hpp"
#include "runtime/ops.hpp"

namespace minipy {

inline bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Without those characters at its ends.
inline std::string_view trimmed(std::string_view s, std::string_view chars) {
  const std::size_t start = s.find_first_not_of(chars);
  return start == std::string_view::npos ? std::string_view{} : s.substr(start, s.find_last_not_of(chars) + 1 - start);
}
/// Optional start and stop of find() and its kin, in items of n; false: an exception. start > n is no place at all.
inline bool range_of(Args a, std::int64_t first, std::int64_t n, std::int64_t* start, std::int64_t* stop) {
  *start = 0, *stop = n;
  const auto get = [&](std::int64_t i, std::int64_t* out) {
    if (a.count <= i || a[i] == none()) return true;
    if (!slice_index(a[i], out)) return false;
    if (*out < 0) *out = *out + n < 0 ? 0 : *out + n;
    return true;
  };
  if (!get(first, start) || !get(first + 1, stop)) return false;
  if (*stop > n) *stop = n;
  return true;
}

}  // namespace minipy
