// Arithmetic, hashes and identities, characters, and the texts of values.
#include <string>
#include <utility>

#include "modules/builtins.hpp"
#include "runtime/error.hpp"
#include "runtime/names.hpp"
#include "runtime/str.hpp"
#include "types/types.hpp"

namespace minipy {

namespace {
// ---- numbers --------------------------------------------------------------------------------------------------------------------------------

Value builtin_abs(Args a) { return unary(UnaryOp::abs, a[0]); }
Value builtin_divmod(Args a) { return binary(BinaryOp::divmod, a[0], a[1]); }

/// x with a * x = 1 modulo m; 0: there is none. REQUIRES: 0 <= a < m.
std::int64_t inverse(std::int64_t a, std::int64_t m) {
  std::int64_t x = 1, next_x = 0, r = a, next_r = m;
  while (next_r != 0) {
    const std::int64_t q = r / next_r;
    r = std::exchange(next_r, r - q * next_r);
    x = std::exchange(next_x, x - q * next_x);
  }
  return r != 1 ? 0 : x < 0 ? x + m : x;
}
__extension__ using Wide = __int128;
Value power_modulo(std::int64_t base, std::int64_t exponent, std::int64_t modulus) {
  if (modulus == 0) return raise(exc::ValueError, "pow() 3rd argument cannot be 0");
  const std::int64_t m = modulus < 0 ? -modulus : modulus;
  base = (base % m + m) % m;
  if (exponent < 0) {
    if (m > 1 && (base = inverse(base, m)) == 0) return raise(exc::ValueError, "base is not invertible for the given modulus");
    exponent = -exponent;
  }
  Wide result = 1 % m, power = base;
  for (; exponent > 0; exponent >>= 1, power = power * power % m)
    if ((exponent & 1) != 0) result = result * power % m;
  return small_int(static_cast<std::int64_t>(modulus < 0 && result != 0 ? result + modulus : result));
}
Value builtin_pow(Args args) {
  Value a[3];
  if (!unpack_args(args, "pow", {"base", "exp", "mod"}, 2, a)) return nullptr;
  if (a[2] == nullptr || a[2] == none()) return binary(BinaryOp::pow, a[0], a[1]);
  std::int64_t i[3];
  for (int k = 0; k < 3; ++k) {
    if (!is_instance(a[k], &int_type)) return raise(exc::TypeError, "pow() 3rd argument not allowed unless all arguments are integers");
    if (!index_of(a[k], &i[k])) return nullptr;
  }
  return power_modulo(i[0], i[1], i[2]);
}

/// To a multiple of ten, and to the even one of two that are as near.
Value round_int(std::int64_t i, std::int64_t digits) {
  if (digits >= 0) return small_int(i);
  if (digits < -18) return small_int(0);
  std::int64_t unit = 1;
  for (; digits < 0; ++digits) unit *= 10;
  std::int64_t rest = (i % unit + unit) % unit;
  const std::int64_t down = i - rest;
  const bool up = rest * 2 > unit || (rest * 2 == unit && down / unit % 2 != 0);
  return int_new(up ? down + unit : down);
}
Value builtin_round(Args args) {
  Value a[2];
  std::int64_t digits = 0;
  if (!unpack_args(args, "round", {"number", "ndigits"}, 1, a)) return nullptr;
  if (is_int(a[0])) return a[1] == nullptr || a[1] == none() ? a[0] : index_of(a[1], &digits) ? round_int(int_of(a[0]), digits) : nullptr;
  bool missing = false;
  Value r = a[1] == nullptr ? call_special(a[0], names::__round__, {}, &missing) : call_special(a[0], names::__round__, {a[1]}, &missing);
  return missing ? raise(exc::TypeError, "type {} doesn't define __round__ method", type_name(a[0])) : r;
}

/// In base 2, 8 or 16, by its number of bits.
Value in_base(Value v, const char* prefix, unsigned bits) {
  std::int64_t i = 0;
  if (!index_of(v, &i)) return nullptr;
  std::string digits;
  auto rest = static_cast<std::uint64_t>(i < 0 ? -i : i);
  do digits += "0123456789abcdef"[rest & ((1u << bits) - 1)];
  while ((rest >>= bits) != 0);
  return str_new((i < 0 ? "-" : "") + std::string(prefix) + std::string(digits.rbegin(), digits.rend()));
}
Value builtin_bin(Args a) { return in_base(a[0], "0b", 1); }
Value builtin_oct(Args a) { return in_base(a[0], "0o", 3); }
Value builtin_hex(Args a) { return in_base(a[0], "0x", 4); }

// ---- hashes and identities ------------------------------------------------------------------------------------------------------------------

/// The 63 bits that an integer of the language has.
Value cut(std::uint64_t bits) { return small_int(static_cast<std::int64_t>(bits << 1) >> 1); }
Value builtin_hash(Args a) {
  std::uint64_t h = 0;
  return hash_value(a[0], &h) ? cut(h) : nullptr;
}
Value builtin_id(Args a) { return cut(reinterpret_cast<std::uintptr_t>(a[0])); }
Value builtin_callable(Args a) { return boolean(is_callable(a[0])); }

// ---- characters and texts -------------------------------------------------------------------------------------------------------------------

Value builtin_chr(Args a) {
  std::int64_t i = 0;
  if (!index_of(a[0], &i)) return nullptr;
  if (i < 0 || i > 0x10FFFF) return raise(exc::ValueError, "chr() arg not in range(0x110000)");
  char bytes[4];
  return str_new(std::string_view(bytes, encode_utf8(static_cast<std::uint32_t>(i), bytes)));
}
Value builtin_ord(Args a) {
  const bool is_bytes = is_instance(a[0], &bytes_type);
  if (!is_bytes && !is_str(a[0])) return raise(exc::TypeError, "ord() expected string of length 1, but {} found", type_name(a[0]));
  const std::int64_t n = is_bytes ? as<Bytes>(a[0])->size : as_str(a[0])->length;
  if (n != 1) return raise(exc::TypeError, "ord() expected a character, but string of length {} found", n);
  std::size_t at = 0;
  return small_int(is_bytes ? static_cast<unsigned char>(as<Bytes>(a[0])->data[0]) : decode_utf8(as_str(a[0])->view(), at));
}
Value builtin_repr(Args a) { return repr(a[0]); }
Value builtin_ascii(Args a) { return converted_by(a[0], 'a'); }
Value builtin_format(Args a) {
  if (a.count > 1 && !is_str(a[1])) return raise(exc::TypeError, "format() argument 2 must be str, not {}", type_name(a[1]));
  return format_value(a[0], a.count > 1 ? a[1] : nullptr);
}
}  // namespace

bool define_number_builtins(Module* m) {
  return define(m, {{"abs", builtin_abs, 1, 1},
                    {"divmod", builtin_divmod, 2, 2},
                    {"pow", builtin_pow, 0, 3, kNames},
                    {"round", builtin_round, 0, 2, kNames},
                    {"bin", builtin_bin, 1, 1},
                    {"oct", builtin_oct, 1, 1},
                    {"hex", builtin_hex, 1, 1},
                    {"hash", builtin_hash, 1, 1},
                    {"id", builtin_id, 1, 1},
                    {"callable", builtin_callable, 1, 1},
                    {"chr", builtin_chr, 1, 1},
                    {"ord", builtin_ord, 1, 1},
                    {"repr", builtin_repr, 1, 1},
                    {"ascii", builtin_ascii, 1, 1},
                    {"format", builtin_format, 1, 2}});
}

}  // namespace minipy
