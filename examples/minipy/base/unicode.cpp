#include "base/unicode.hpp"

#include <wctype.h>

#include <algorithm>
#include <iterator>

namespace minipy {

namespace {
locale_t utf8() {
  static const locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  return locale;
}
bool known(std::uint32_t c) { return c >= 0x80 && utf8() != nullptr; }

struct Range {
  std::uint32_t first, last;
};
template <std::size_t n>
bool in(const Range (&ranges)[n], std::uint32_t c) {
  const auto* behind = std::upper_bound(std::begin(ranges), std::end(ranges), c, [](std::uint32_t x, const Range& r) { return x < r.first; });
  return behind != std::begin(ranges) && c <= behind[-1].last;
}
constexpr Range kSpaces[] = {{0x09, 0x0D},     {0x1C, 0x20},     {0x85, 0x85},     {0xA0, 0xA0},     {0x1680, 0x1680},
                             {0x2000, 0x200A}, {0x2028, 0x2029}, {0x202F, 0x202F}, {0x205F, 0x205F}, {0x3000, 0x3000}};
constexpr Range kLineEnds[] = {{0x0A, 0x0D}, {0x1C, 0x1E}, {0x85, 0x85}, {0x2028, 0x2029}};
constexpr Range kFormats[] = {  // categories Cf, Cs and Co
    {0xAD, 0xAD},       {0x600, 0x605},     {0x61C, 0x61C},     {0x6DD, 0x6DD},     {0x70F, 0x70F},     {0x890, 0x891},     {0x8E2, 0x8E2},
    {0x180E, 0x180E},   {0x200B, 0x200F},   {0x202A, 0x202E},   {0x2060, 0x206F},   {0xD800, 0xF8FF},   {0xFEFF, 0xFEFF},   {0xFFF9, 0xFFFB},
    {0x110BD, 0x110BD}, {0x110CD, 0x110CD}, {0x13430, 0x1345F}, {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A}, {0xE0001, 0xE007F}, {0xF0000, 0x10FFFF}};
}  // namespace

bool Unicode::is_space(std::uint32_t c) { return in(kSpaces, c); }
bool Unicode::is_line_end(std::uint32_t c) { return in(kLineEnds, c); }
bool Unicode::is_alpha(std::uint32_t c) { return known(c) ? iswalpha_l(c, utf8()) != 0 : Ascii::is_alpha(c); }
bool Unicode::is_upper(std::uint32_t c) { return known(c) ? iswupper_l(c, utf8()) != 0 : Ascii::is_upper(c); }
bool Unicode::is_lower(std::uint32_t c) { return known(c) ? iswlower_l(c, utf8()) != 0 : Ascii::is_lower(c); }
std::uint32_t Unicode::lower(std::uint32_t c) { return known(c) ? towlower_l(c, utf8()) : Ascii::lower(c); }
std::uint32_t Unicode::upper(std::uint32_t c) { return known(c) ? towupper_l(c, utf8()) : Ascii::upper(c); }
bool Unicode::is_printable(std::uint32_t c) {
  if (c < 0x80) return c >= 32 && c != 127;
  return !is_space(c) && !in(kFormats, c) && (!known(c) || iswprint_l(c, utf8()) != 0);
}

}  // namespace minipy
