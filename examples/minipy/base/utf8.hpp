// Characters in UTF-8. Surrogates are let through: texts of a program may have them.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace minipy {

/// The character at `at`, which becomes the place behind it.
std::uint32_t decode_utf8(std::string_view text, std::size_t& at);
/// Up to four bytes; answers how many.
std::size_t encode_utf8(std::uint32_t c, char* to);
void append_utf8(std::string& out, std::uint32_t c);

}  // namespace minipy
