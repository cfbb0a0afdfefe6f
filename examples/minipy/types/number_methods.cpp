// Methods of int and float that are not special ones.
#include <bit>
#include <cmath>
#include <cstdlib>
#include <string>

#include "runtime/builder.hpp"
#include "runtime/error.hpp"
#include "runtime/ops.hpp"
#include "runtime/str.hpp"
#include "types/sequence.hpp"
#include "types/types.hpp"

namespace minipy {

namespace {
std::int64_t value_of(Value v) {
  std::int64_t i = 0;
  (void)index_of(v, &i);
  return i;
}
double real_of(Value v) { return as<Float>(v)->value; }
std::uint64_t magnitude(Value v) { return static_cast<std::uint64_t>(std::llabs(value_of(v))); }

Value int_bit_length(Args a) { return small_int(static_cast<std::int64_t>(std::bit_width(magnitude(a[0])))); }
Value int_bit_count(Args a) { return small_int(std::popcount(magnitude(a[0]))); }
Value int_ratio(Args a) { return tuple_of({small_int(value_of(a[0])), small_int(1)}); }

/// 'big' or 'little'; false: an exception.
bool byte_order(Value order, bool* little) {
  if (order == nullptr) return *little = false, true;
  if (!is_str(order)) return raise(exc::TypeError, "byteorder must be str, not {}", type_name(order)), false;
  *little = as_str(order)->view() == "little";
  return *little || as_str(order)->view() == "big" || (raise(exc::ValueError, "byteorder must be either 'little' or 'big'"), false);
}
Value int_to_bytes(Args args) {
  Value a[4];
  std::int64_t n = 1;
  bool little = false;
  if (!unpack_args(args, "to_bytes", {"self", "length", "byteorder", "signed"}, 1, a, 3)) return nullptr;
  if ((a[1] != nullptr && !index_of(a[1], &n)) || !byte_order(a[2], &little)) return nullptr;
  const int is_signed = a[3] == nullptr ? 0 : truth(a[3]);
  if (is_signed < 0) return nullptr;
  if (n < 0) return raise(exc::ValueError, "length argument must be non-negative");
  const std::int64_t i = value_of(a[0]);
  if (i < 0 && is_signed == 0) return raise(exc::OverflowError, "can't convert negative int to unsigned");
  const std::int64_t least = is_signed != 0 ? (n < 8 && n > 0 ? -(std::int64_t{1} << (8 * n - 1)) : kMinInt) : 0;
  const std::int64_t most = n >= 8 ? kMaxInt : (std::int64_t{1} << (8 * n - (is_signed != 0 && n > 0 ? 1 : 0))) - 1;
  if (i < least || i > most) return raise(exc::OverflowError, "int too big to convert");
  BytesBuilder out(n);
  for (std::int64_t k = 0; k < n && !out.failed(); ++k) {
    const std::int64_t place = little ? k : n - 1 - k;
    out += static_cast<char>(i >> std::min<std::int64_t>(8 * place, 63));
  }
  return out.finish();
}
Value int_from_bytes(Args args) {
  Value a[4];
  bool little = false;
  if (!unpack_args(args, "from_bytes", {"self", "bytes", "byteorder", "signed"}, 2, a, 3) || !byte_order(a[2], &little)) return nullptr;
  const int is_signed = a[3] == nullptr ? 0 : truth(a[3]);
  Value data = is_signed < 0 ? nullptr : call(&bytes_type, {a[1]});
  if (data == nullptr) return nullptr;
  const std::string_view s = as<Bytes>(data)->view();
  const auto byte = [&](std::size_t place) { return static_cast<unsigned char>(little ? s[place] : s[s.size() - 1 - place]); };
  const bool negative = is_signed != 0 && !s.empty() && (byte(s.size() - 1) & 0x80) != 0;
  std::uint64_t bits = negative ? ~std::uint64_t{0} : 0;
  for (std::size_t place = s.size(); place-- > 0;) {
    if (place < 8)
      bits = bits << 8 | byte(place);
    else if (byte(place) != (negative ? 0xFF : 0))
      return raise_overflow();
  }
  const auto i = static_cast<std::int64_t>(bits);
  if ((i < 0) != negative) return raise_overflow();
  Value made = int_new(i);
  return made == nullptr || a[0] == &int_type ? made : call(a[0], {made});
}

// ---- float --------------------------------------------------------------------------------------------------------------------------------

Value float_is_integer(Args a) { return boolean(std::isfinite(real_of(a[0])) && real_of(a[0]) == std::floor(real_of(a[0]))); }
Value float_ratio(Args a) {
  const double d = real_of(a[0]);
  if (std::isinf(d)) return raise(exc::OverflowError, "cannot convert Infinity to integer ratio");
  if (std::isnan(d)) return raise(exc::ValueError, "cannot convert NaN to integer ratio");
  int exponent = 0;
  double top = std::frexp(d, &exponent);
  for (; top != std::floor(top); --exponent) top *= 2;
  if (top == 0) exponent = 0;
  if (exponent > 62 || exponent < -61) return raise_overflow();
  if (exponent <= 0) return tuple_of({int_new(static_cast<std::int64_t>(top)), int_new(std::int64_t{1} << -exponent)});
  return tuple_of({binary(BinaryOp::lshift, small_int(static_cast<std::int64_t>(top)), small_int(exponent)), small_int(1)});
}
Value float_hex(Args a) {
  const double d = real_of(a[0]);
  if (!std::isfinite(d)) return str_new(float_repr(d));
  if (d == 0) return str_new(std::signbit(d) ? "-0x0.0p+0" : "0x0.0p+0");
  int exponent = 0;
  const double top = std::frexp(std::fabs(d), &exponent) * 2;  // 1.x
  const int shift = std::max(-1022 - (exponent - 1), 0);       // of numbers without a leading 1
  const auto bits = static_cast<std::uint64_t>(std::ldexp(std::ldexp(top, -shift), 52));
  return str_new(fmt::format("{}0x{}.{:013x}p{:+d}", d < 0 ? "-" : "", bits >> 52, bits & ((std::uint64_t{1} << 52) - 1), exponent - 1 + shift));
}
Value float_fromhex(Args a) {
  if (!is_str(a[1])) return raise(exc::TypeError, "bad argument type for built-in operation");
  std::string text(trimmed(as_str(a[1])->view(), " \t\n\r\f\v"));
  const std::size_t sign = !text.empty() && (text[0] == '-' || text[0] == '+') ? 1 : 0;
  const bool word = text.size() > sign && ((text[sign] | 32) == 'i' || (text[sign] | 32) == 'n');
  if (!word && (text.size() < sign + 2 || text[sign] != '0' || (text[sign + 1] | 32) != 'x')) text.insert(sign, "0x");
  char* end = nullptr;
  const double d = std::strtod(text.c_str(), &end);
  if (text.empty() || end != text.c_str() + text.size()) return raise(exc::ValueError, "invalid hexadecimal floating-point string");
  Value made = float_new(d);
  return made == nullptr || a[0] == &float_type ? made : call(a[0], {made});
}
}  // namespace

void define_number_methods() {
  define_natives(int_type, {{"bit_length", int_bit_length, 1, 1, kMethod},
                            {"bit_count", int_bit_count, 1, 1, kMethod},
                            {"as_integer_ratio", int_ratio, 1, 1, kMethod},
                            {"to_bytes", int_to_bytes, 1, 4, kMethod | kNames},
                            {"from_bytes", int_from_bytes, 1, 4, kClassMethod | kNames}});
  define_natives(float_type, {{"is_integer", float_is_integer, 1, 1, kMethod},
                              {"as_integer_ratio", float_ratio, 1, 1, kMethod},
                              {"hex", float_hex, 1, 1, kMethod},
                              {"fromhex", float_fromhex, 2, 2, kClassMethod}});
}

}  // namespace minipy
