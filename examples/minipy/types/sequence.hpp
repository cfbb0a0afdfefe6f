// What texts and bytes share: searching and trimming.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "runtime/error.hpp"
#include "runtime/ops.hpp"

namespace minipy {

inline bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
inline bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
inline bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
inline char lower(char c) { return is_upper(c) ? static_cast<char>(c + 32) : c; }
inline char upper(char c) { return is_lower(c) ? static_cast<char>(c - 32) : c; }

inline std::string_view trimmed(std::string_view s, std::string_view chars, bool left, bool right) {
  const auto in = [&](char c) { return chars.empty() ? is_space(c) : chars.find(c) != std::string_view::npos; };
  while (left && !s.empty() && in(s.front())) s.remove_prefix(1);
  while (right && !s.empty() && in(s.back())) s.remove_suffix(1);
  return s;
}
inline std::vector<std::string_view> split_spaces(std::string_view s, std::int64_t most) {
  std::vector<std::string_view> out;
  for (;;) {
    s = trimmed(s, {}, true, false);
    if (s.empty()) return out;
    if (most >= 0 && ssize(out.size()) == most) return out.push_back(trimmed(s, {}, false, true)), out;
    std::size_t end = 0;
    while (end < s.size() && !is_space(s[end])) ++end;
    out.push_back(s.substr(0, end));
    s.remove_prefix(end);
  }
}
inline std::vector<std::string_view> split_at(std::string_view s, std::string_view separator, std::int64_t most, bool from_right) {
  std::vector<std::string_view> out;
  while (most < 0 || ssize(out.size()) < most) {
    const std::size_t at = from_right ? s.rfind(separator) : s.find(separator);
    if (at == std::string_view::npos) break;
    out.push_back(from_right ? s.substr(at + separator.size()) : s.substr(0, at));
    s = from_right ? s.substr(0, at) : s.substr(at + separator.size());
  }
  out.push_back(s);
  if (from_right) out.assign(out.rbegin(), out.rend());
  return out;
}
inline std::string replaced(std::string_view s, std::string_view from, std::string_view to, std::int64_t most) {
  std::string out;
  std::size_t at = 0;
  for (; most != 0; --most) {
    const std::size_t found = s.find(from, at);
    if (found == std::string_view::npos) break;
    out += s.substr(at, found - at);
    out += to;
    at = found + from.size();
    if (from.empty()) {
      if (at >= s.size()) return out;
      out += s[at++];
    }
  }
  return out += s.substr(at);
}
inline std::int64_t count_of(std::string_view s, std::string_view what) {
  if (what.empty()) return ssize(s.size()) + 1;
  std::int64_t n = 0;
  for (std::size_t at = s.find(what); at != std::string_view::npos; at = s.find(what, at + what.size())) ++n;
  return n;
}
/// Optional start and stop of find() and its kin, in items of n; false: an exception.
inline bool range_of(Args a, std::int64_t first, std::int64_t n, std::int64_t* start, std::int64_t* stop) {
  *start = 0, *stop = n;
  const auto get = [&](std::int64_t i, std::int64_t* out) {
    if (a.count <= i || a[i] == none()) return true;
    if (!index_of(a[i], out)) return false;
    if (*out < 0) *out = *out + n < 0 ? 0 : *out + n;
    if (*out > n) *out = n;
    return true;
  };
  return get(first, start) && get(first + 1, stop);
}

}  // namespace minipy
