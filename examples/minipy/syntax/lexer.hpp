// Source text to tokens.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "syntax/fault.hpp"

namespace minipy {

enum class TokenKind : std::uint8_t { name, integer, real, text, bytes, format, op, newline, indent, dedent, end };

struct Token {
  TokenKind kind = TokenKind::end;
  int line = 1;
  int column = 1;
  std::string text;  // names and operators as written; literals of text decoded; format: the raw inside of an f-string
  std::int64_t integer = 0;
  double real = 0;
  bool raw = false;  // format: backslashes stand for themselves
};

/// All tokens of `source`, ended by `end`. On a fault, `fault` says what, and the tokens end where it was found.
/// `line` numbers the first line; `expression`: inside of parentheses from the start, so line ends do not count.
std::vector<Token> tokenize(std::string_view source, Fault& fault, int line = 1, bool expression = false);

/// Backslash escapes of a literal. False: `problem` says what is wrong, its kind and message.
bool decode_escapes(std::string_view raw, bool bytes, std::string& out, Fault& problem);
/// Its value, or -1.
int hex_digit(char c);
constexpr std::string_view kTooLarge = "integer literal too large: minipy's integers have 63 bits";

}  // namespace minipy
