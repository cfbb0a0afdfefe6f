// The operators of the language, as the parser names them and values carry them out.
#pragma once
#include <cstdint>
#include <initializer_list>

namespace minipy {

enum class BinaryOp : std::uint8_t { add, sub, mul, truediv, floordiv, mod, pow, matmul, lshift, rshift, bit_and, bit_or, bit_xor, divmod };
constexpr int kBinaryOps = 14;
enum class UnaryOp : std::uint8_t { neg, pos, invert, abs };
enum class CompareOp : std::uint8_t { lt, le, eq, ne, gt, ge };

/// As bits: what Slots::binary_ops and Slots::unary_ops hold.
template <class Op>
constexpr std::uint32_t bits_of(std::initializer_list<Op> ops) {
  std::uint32_t bits = 0;
  for (const Op op : ops) bits |= 1u << static_cast<int>(op);
  return bits;
}

/// The answer of `op` for two values that C++ compares.
template <class T>
constexpr bool compare_as(CompareOp op, const T& a, const T& b) {
  switch (op) {
    case CompareOp::lt:
      return a < b;
    case CompareOp::le:
      return a <= b;
    case CompareOp::eq:
      return a == b;
    case CompareOp::ne:
      return a != b;
    case CompareOp::gt:
      return a > b;
    default:
      return a >= b;
  }
}

}  // namespace minipy
