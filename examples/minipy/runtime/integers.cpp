// Arithmetic of integers: 63 bits, and an error beyond.
#include <algorithm>
#include <cmath>

#include "runtime/error.hpp"
#include "runtime/ops.hpp"

namespace minipy {

namespace {
Value int_floordiv(std::int64_t a, std::int64_t b) {
  if (b == 0) return raise(exc::ZeroDivisionError, "integer division or modulo by zero");
  std::int64_t q = a / b;
  if (a % b != 0 && (a < 0) != (b < 0)) --q;
  return int_new(q);
}
Value int_mod(std::int64_t a, std::int64_t b) {
  if (b == 0) return raise(exc::ZeroDivisionError, "integer modulo by zero");
  std::int64_t r = a % b;
  if (r != 0 && (r < 0) != (b < 0)) r += b;
  return small_int(r);
}
Value int_mul(std::int64_t a, std::int64_t b) {
  std::int64_t out = 0;
  return __builtin_mul_overflow(a, b, &out) ? raise_overflow() : int_new(out);
}
Value int_pow(std::int64_t base, std::int64_t exponent) {
  if (exponent < 0)
    return base == 0 ? raise(exc::ZeroDivisionError, "0.0 cannot be raised to a negative power")
                     : float_new(std::pow(static_cast<double>(base), static_cast<double>(exponent)));
  std::int64_t result = 1;
  for (; exponent > 0; exponent >>= 1) {
    if ((exponent & 1) != 0 && __builtin_mul_overflow(result, base, &result)) return raise_overflow();
    if (exponent > 1 && __builtin_mul_overflow(base, base, &base)) return raise_overflow();
  }
  return int_new(result);
}
Value int_shift(BinaryOp op, std::int64_t a, std::int64_t by) {
  if (by < 0) return raise(exc::ValueError, "negative shift count");
  if (op == BinaryOp::rshift) return small_int(a >> std::min<std::int64_t>(by, 63));
  if (a == 0) return small_int(0);
  return by >= 62 ? raise_overflow() : int_mul(a, std::int64_t{1} << by);
}
Value int_divmod(std::int64_t a, std::int64_t b) {
  Value q = int_floordiv(a, b);
  return q == nullptr ? nullptr : tuple_of({q, int_mod(a, b)});
}
}  // namespace

Value int_binary(BinaryOp op, std::int64_t a, std::int64_t b) {
  switch (op) {
    case BinaryOp::add:
      return int_new(a + b);
    case BinaryOp::sub:
      return int_new(a - b);
    case BinaryOp::mul:
      return int_mul(a, b);
    case BinaryOp::truediv:
      return b == 0 ? raise(exc::ZeroDivisionError, "division by zero") : float_new(static_cast<double>(a) / static_cast<double>(b));
    case BinaryOp::floordiv:
      return int_floordiv(a, b);
    case BinaryOp::mod:
      return int_mod(a, b);
    case BinaryOp::pow:
      return int_pow(a, b);
    case BinaryOp::lshift:
    case BinaryOp::rshift:
      return int_shift(op, a, b);
    case BinaryOp::bit_and:
      return small_int(a & b);
    case BinaryOp::bit_or:
      return small_int(a | b);
    case BinaryOp::bit_xor:
      return small_int(a ^ b);
    case BinaryOp::divmod:
      return int_divmod(a, b);
    default:
      return not_implemented();
  }
}

Value raise_overflow() { return raise(exc::OverflowError, "integer overflow: minipy's integers have 63 bits"); }
Value int_new(std::int64_t i) { return fits_int(i) ? small_int(i) : raise_overflow(); }

}  // namespace minipy
