#include "base/utf8.hpp"

namespace minipy {

std::size_t encode_utf8(std::uint32_t c, char* to) {
  const auto byte = [](std::uint32_t b) { return static_cast<char>(b); };
  if (c < 0x80) return to[0] = byte(c), 1;
  if (c < 0x800) return to[0] = byte(0xC0 | c >> 6), to[1] = byte(0x80 | (c & 63)), 2;
  if (c < 0x10000) return to[0] = byte(0xE0 | c >> 12), to[1] = byte(0x80 | (c >> 6 & 63)), to[2] = byte(0x80 | (c & 63)), 3;
  return to[0] = byte(0xF0 | c >> 18), to[1] = byte(0x80 | (c >> 12 & 63)), to[2] = byte(0x80 | (c >> 6 & 63)), to[3] = byte(0x80 | (c & 63)), 4;
}

void append_utf8(std::string& out, std::uint32_t c) {
  char bytes[4];
  out.append(bytes, encode_utf8(c, bytes));
}

std::uint32_t decode_utf8(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(i < text.size() ? text[i] : 0)); };
  const std::uint32_t first = byte(at);
  const auto cont = [&](std::size_t i) { return byte(at + i) & 63; };
  std::uint32_t code = first;
  std::size_t n = 1;
  if (first >= 0xF0)
    code = (first & 7) << 18 | cont(1) << 12 | cont(2) << 6 | cont(3), n = 4;
  else if (first >= 0xE0)
    code = (first & 15) << 12 | cont(1) << 6 | cont(2), n = 3;
  else if (first >= 0xC0)
    code = (first & 31) << 6 | cont(1), n = 2;
  at += n;
  return code;
}

}  // namespace minipy
