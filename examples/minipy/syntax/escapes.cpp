// Backslash escapes.
#include "base/utf8.hpp"
#include "syntax/lexer.hpp"

namespace minipy {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

namespace {
// \xhh, \uhhhh, \Uhhhhhhhh: `digits` of them at `at`.
bool hex_escape(std::string_view raw, std::size_t& at, int digits, std::uint32_t& out) {
  out = 0;
  for (int i = 0; i < digits; ++i, ++at) {
    const int digit = at < raw.size() ? hex_digit(raw[at]) : -1;
    if (digit < 0) return false;
    out = out * 16 + static_cast<std::uint32_t>(digit);
  }
  return out <= 0x10FFFF;
}

/// What is wrong with raw[start, end).
Fault truncated(std::size_t start, std::size_t end, char letter, int digits, bool too_large) {
  const std::string reason =
      too_large ? "illegal Unicode character" : std::string("truncated \\") + letter + std::string(static_cast<std::size_t>(digits), 'X') + " escape";
  const std::string place = std::to_string(start) + "-" + std::to_string(end - 1);
  return {Fault::Kind::syntax, "(unicode error) 'unicodeescape' codec can't decode bytes in position " + place + ": " + reason};
}
}  // namespace

bool decode_escapes(std::string_view raw, bool bytes, std::string& out, Fault& problem) {
  static constexpr std::string_view kFrom = "\\'\"abfnrtv", kTo = "\\'\"\a\b\f\n\r\t\v";
  const auto add = [&](std::uint32_t code) { bytes ? void(out += static_cast<char>(code)) : append_utf8(out, code); };
  for (std::size_t at = 0; at < raw.size();) {
    if (raw[at] != '\\' || at + 1 >= raw.size()) {
      out += raw[at++];
      continue;
    }
    const std::size_t start = at;
    const char c = raw[at + 1];
    at += 2;
    std::uint32_t code = 0;
    if (const auto i = kFrom.find(c); i != std::string_view::npos) {
      out += kTo[i];
    } else if (c == '\n') {
    } else if (c >= '0' && c <= '7') {
      code = static_cast<std::uint32_t>(c - '0');
      for (int more = 0; more < 2 && at < raw.size() && raw[at] >= '0' && raw[at] <= '7'; ++more)
        code = code * 8 + static_cast<std::uint32_t>(raw[at++] - '0');
      add(code);
    } else if (c == 'x' || (!bytes && (c == 'u' || c == 'U'))) {
      const int digits = c == 'x' ? 2 : c == 'u' ? 4 : 8;
      if (!hex_escape(raw, at, digits, code)) {
        problem = truncated(start, at, c, digits, code > 0x10FFFF);
        if (bytes) problem.message = "(value error) invalid \\x escape at position " + std::to_string(start);
        return false;
      }
      add(code);
    } else if (c == 'N' && !bytes) {
      problem.kind = Fault::Kind::unsupported;
      problem.message = "characters by name, \\N{...}, are outside minipy's language";
      return false;
    } else {
      out += '\\';
      out += c;
    }
  }
  return true;
}

}  // namespace minipy
