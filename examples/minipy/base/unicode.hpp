// What characters are. Beyond ASCII the C library's tables for C.UTF-8 decide, but for spaces and what is not printed.
#pragma once
#include <cstdint>
#include <string_view>

namespace minipy {

struct Unicode {
  static bool is_space(std::uint32_t c);
  static bool is_line_end(std::uint32_t c);
  static bool is_alpha(std::uint32_t c);
  static bool is_upper(std::uint32_t c);
  static bool is_lower(std::uint32_t c);
  static std::uint32_t lower(std::uint32_t c);
  static std::uint32_t upper(std::uint32_t c);
  /// As itself in a repr.
  static bool is_printable(std::uint32_t c);
};

/// The same for bytes.
struct Ascii {
  static constexpr bool is_space(std::uint32_t c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
  static constexpr bool is_line_end(std::uint32_t c) { return c == '\n' || c == '\r'; }
  static constexpr bool is_lower(std::uint32_t c) { return c >= 'a' && c <= 'z'; }
  static constexpr bool is_upper(std::uint32_t c) { return c >= 'A' && c <= 'Z'; }
  static constexpr bool is_alpha(std::uint32_t c) { return is_lower(c) || is_upper(c); }
  static constexpr std::uint32_t lower(std::uint32_t c) { return is_upper(c) ? c + 32 : c; }
  static constexpr std::uint32_t upper(std::uint32_t c) { return is_lower(c) ? c - 32 : c; }
};

}  // namespace minipy
