// int (63 bits), bool, float.
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "runtime/error.hpp"
#include "runtime/names.hpp"
#include "runtime/ops.hpp"
#include "runtime/str.hpp"
#include "types/sequence.hpp"
#include "types/types.hpp"

namespace minipy {

std::string float_repr(double d) {
  if (std::isnan(d)) return "nan";
  if (std::isinf(d)) return d < 0 ? "-inf" : "inf";
  const double magnitude = std::fabs(d);
  if (magnitude != 0 && (magnitude >= 1e16 || magnitude < 1e-4)) {
    std::string s = fmt::format("{:e}", d);
    for (int precision = 0; precision <= 17; ++precision)
      if (s = fmt::format("{:.{}e}", d, precision); std::strtod(s.c_str(), nullptr) == d) break;
    return s;
  }
  std::string s = fmt::format("{}", d);
  return s.find_first_of(".e") == std::string::npos ? s + ".0" : s;
}

Value float_new(double d) {
  auto* f = static_cast<Float*>(allocate_plain(sizeof(Float)));
  if (f == nullptr) return nullptr;
  f->type = &float_type, f->value = d;
  return f;
}

namespace {
std::int64_t value_of(Value v) { return is_int(v) ? int_of(v) : type_of(v) == &bool_type ? v == boolean(true) : as<BoxedInt>(v)->value; }

Value int_result(Type* cls, std::int64_t i) {
  if (cls == &int_type) return int_new(i);
  Value v = allocate_instance(cls);
  if (v != nullptr) as<BoxedInt>(v)->value = i;
  return v;
}

constexpr std::string_view kSpaces = " \t\n\r\f\v";
int digit_of(char c) { return is_digit(c) ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'z' ? (c | 32) - 'a' + 10 : 99; }

Value bad_literal(Value text, std::int64_t base) {
  return raise(exc::ValueError, "invalid literal for int() with base {}: {}", base, repr_text(text));
}
/// Digits with single underscores between them. False: there are none, or something else.
bool digits_only(std::string_view s, std::int64_t base, std::string* out) {
  bool may_separate = false;
  for (const char c : s) {
    if (c == '_' ? !may_separate : digit_of(c) >= base) return false;
    may_separate = c != '_';
    if (c != '_') *out += c;
  }
  return may_separate;
}
bool parse_int(Value source, std::int64_t base, std::int64_t* out) {
  const std::int64_t asked = base;
  std::string_view s = trimmed(is_str(source) ? as_str(source)->view() : as<Bytes>(source)->view(), kSpaces);
  std::string digits = !s.empty() && s[0] == '-' ? "-" : "";
  if (!s.empty() && (s[0] == '-' || s[0] == '+')) s.remove_prefix(1);
  const int marked = s.size() < 2 || s[0] != '0' ? 0 : (s[1] | 32) == 'x' ? 16 : (s[1] | 32) == 'o' ? 8 : (s[1] | 32) == 'b' ? 2 : 0;
  if (marked != 0 && (base == 0 || base == marked)) {
    s.remove_prefix(s.size() > 2 && s[2] == '_' ? 3 : 2);
    base = marked;
  }
  if (base == 0) {
    base = 10;
    if (s.size() > 1 && s[0] == '0' && s.find_first_not_of("0_") != s.npos) return bad_literal(source, 0), false;
  }
  if (!digits_only(s, base, &digits)) return bad_literal(source, asked), false;
  errno = 0;
  *out = std::strtoll(digits.c_str(), nullptr, static_cast<int>(base));
  return (errno == 0 && fits_int(*out)) || (raise_overflow(), false);
}

}  // namespace

bool to_int(Value v, std::int64_t* out) {
  if (is_instance(v, &float_type)) {
    const double d = as<Float>(v)->value;
    if (std::isnan(d)) return raise(exc::ValueError, "cannot convert float NaN to integer"), false;
    if (std::isinf(d)) return raise(exc::OverflowError, "cannot convert float infinity to integer"), false;
    if (!(std::fabs(d) < 4.6e18)) return raise_overflow(), false;
    return *out = static_cast<std::int64_t>(d), fits_int(*out) || (raise_overflow(), false);
  }
  if (is_str(v) || is_instance(v, &bytes_type)) return parse_int(v, 10, out);
  if (converts_by_methods(type_of(v)) && type_lookup(type_of(v), names::__int__) != nullptr && !is_instance(v, &int_type)) {
    Value r = call_special(v, names::__int__, {});
    if (r != nullptr && !is_instance(r, &int_type)) return raise(exc::TypeError, "__int__ returned non-int (type {})", type_name(r)), false;
    return r != nullptr && index_of(r, out);
  }
  if (is_index(v)) return index_of(v, out);
  return raise(exc::TypeError, "int() argument must be a string, a bytes-like object or a real number, not '{}'", type_name(v)), false;
}

namespace {
Value int_construct(Type* cls, Args args) {
  Value a[2];
  if (!unpack_args(args, "int", {"", "base"}, 0, a)) return nullptr;
  std::int64_t i = 0, base = 10;
  if (a[1] != nullptr) {
    if (!index_of(a[1], &base)) return nullptr;
    if (a[0] == nullptr) return raise(exc::TypeError, "int() missing string argument");
    if (!is_str(a[0]) && !is_instance(a[0], &bytes_type)) return raise(exc::TypeError, "int() can't convert non-string with explicit base");
    if (base != 0 && (base < 2 || base > 36)) return raise(exc::ValueError, "int() base must be >= 2 and <= 36, or 0");
    if (!parse_int(a[0], base, &i)) return nullptr;
  } else if (a[0] != nullptr && !to_int(a[0], &i)) {
    return nullptr;
  }
  return int_result(cls, i);
}
Value int_repr(Value v) { return str_new(fmt::format("{}", value_of(v))); }
bool int_hash(Value v, std::uint64_t* out) { return hash_value(small_int(value_of(v)), out); }
int int_truth(Value v) { return value_of(v) != 0; }
Value int_compare(CompareOp op, Value a, Value b) {
  if (!is_instance(b, &int_type)) return not_implemented();
  return compare(op, small_int(value_of(a)), small_int(value_of(b)));
}
Value int_binary(BinaryOp op, Value a, Value b) {
  if (!is_instance(a, &int_type) || !is_instance(b, &int_type) || op == BinaryOp::matmul) return not_implemented();
  if (is_exact(a, &bool_type) && is_exact(b, &bool_type) && op >= BinaryOp::bit_and && op <= BinaryOp::bit_xor) {
    const bool x = a == boolean(true), y = b == boolean(true);
    return boolean(op == BinaryOp::bit_and ? x && y : op == BinaryOp::bit_or ? x || y : x != y);
  }
  return binary(op, small_int(value_of(a)), small_int(value_of(b)));
}
Value int_unary(UnaryOp op, Value v) { return unary(op, small_int(value_of(v))); }
Value int_same(Args a) { return small_int(value_of(a[0])); }
Value int_float(Args a) { return float_new(static_cast<double>(value_of(a[0]))); }
Value number_format(Args a) {
  return is_str(a[1]) ? apply_format_spec(a[0], as_str(a[1])->view()) : raise(exc::TypeError, "__format__() argument must be str");
}
Value int_real(Value v) { return small_int(value_of(v)); }
Value int_zero(Value) { return small_int(0); }
Value int_one(Value) { return small_int(1); }

Value bool_construct(Type*, Args args) {
  if (!no_keywords(args, "bool") || !check_count(args, "bool", 0, 1)) return nullptr;
  const int t = args.count == 0 ? 0 : truth(args[0]);
  return t < 0 ? nullptr : boolean(t != 0);
}
Value bool_repr(Value v) { return intern(v == boolean(true) ? "True" : "False"); }

// ---- float ----------------------------------------------------------------------------------------------------------------------------------

bool parse_float(Value source, double* out) {
  const std::string_view s = trimmed(is_str(source) ? as_str(source)->view() : as<Bytes>(source)->view(), kSpaces);
  std::string body;
  bool good = !s.empty() && s.find_first_of("xXpP(") == s.npos;
  for (std::size_t i = 0; i < s.size(); ++i) {
    if (s[i] == '_' && (i == 0 || i + 1 == s.size() || !is_digit(s[i - 1]) || !is_digit(s[i + 1]))) good = false;
    if (s[i] != '_') body += s[i];
  }
  char* end = nullptr;
  *out = std::strtod(body.c_str(), &end);
  return (good && end == body.c_str() + body.size()) || (raise(exc::ValueError, "could not convert string to float: {}", repr_text(source)), false);
}
bool to_float(Value v, double* out) {
  if (is_str(v) || is_instance(v, &bytes_type)) return parse_float(v, out);
  const bool number = is_instance(v, &float_type) || is_index(v) ||
                      (converts_by_methods(type_of(v)) && type_lookup(type_of(v), names::__float__) != nullptr);
  return number ? float_of(v, out)
                : (raise(exc::TypeError, "float() argument must be a string or a real number, not '{}'", type_name(v)), false);
}
Value float_construct(Type* cls, Args args) {
  if (!no_keywords(args, "float") || !check_count(args, "float", 0, 1)) return nullptr;
  double d = 0;
  if (args.count == 1 && !to_float(args[0], &d)) return nullptr;
  if (cls == &float_type) return float_new(d);
  Value v = allocate_instance(cls);
  if (v != nullptr) as<Float>(v)->value = d;
  return v;
}
Value float_text(Value v) { return str_new(float_repr(as<Float>(v)->value)); }
/// Equal numbers have equal hashes: modulo 2^61 - 1, as integers.
bool float_hash(Value v, std::uint64_t* out) {
  const double d = as<Float>(v)->value;
  if (std::isnan(d)) return address_hash(v, out);
  if (std::isinf(d)) return *out = static_cast<std::uint64_t>(d > 0 ? 314159 : -314159), true;
  constexpr int kBits = 61, kStep = 28;
  constexpr std::uint64_t kModulus = (std::uint64_t{1} << kBits) - 1;
  int exponent = 0;
  double rest = std::frexp(std::fabs(d), &exponent);
  std::uint64_t h = 0;
  for (; rest != 0; exponent -= kStep) {
    h = (h << kStep & kModulus) | h >> (kBits - kStep);
    rest *= 1 << kStep;
    const auto digit = static_cast<std::uint64_t>(rest);
    rest -= static_cast<double>(digit);
    h += digit;
    if (h >= kModulus) h -= kModulus;
  }
  exponent = exponent >= 0 ? exponent % kBits : kBits - 1 - (-1 - exponent) % kBits;
  h = (h << exponent & kModulus) | h >> (kBits - exponent);
  const std::int64_t sign = d < 0 ? -1 : 1, whole = static_cast<std::int64_t>(h) * sign;
  return *out = static_cast<std::uint64_t>(whole == -1 ? -2 : whole), true;
}
int float_truth(Value v) { return as<Float>(v)->value != 0; }
bool operand(Value v, double* out) {
  if (is_instance(v, &float_type)) return *out = as<Float>(v)->value, true;
  if (is_instance(v, &int_type)) return *out = static_cast<double>(value_of(v)), true;
  return false;
}
Value float_compare(CompareOp op, Value a, Value b) {
  double x = 0, y = 0;
  if (!operand(a, &x) || !operand(b, &y)) return not_implemented();
  return boolean(compare_as(op, x, y));
}
double python_mod(double x, double y) {
  const double r = std::fmod(x, y);
  return r == 0 ? std::copysign(0.0, y) : (r < 0) != (y < 0) ? r + y : r;
}
double python_floordiv(double x, double y) {
  const double q = (x - python_mod(x, y)) / y, whole = std::floor(q);
  return q == 0 ? std::copysign(0.0, x / y) : q - whole > 0.5 ? whole + 1 : whole;
}
Value float_binary(BinaryOp op, Value a, Value b) {
  double x = 0, y = 0;
  if (!operand(a, &x) || !operand(b, &y)) return not_implemented();
  const bool divides = op == BinaryOp::truediv || op == BinaryOp::floordiv || op == BinaryOp::mod || op == BinaryOp::divmod;
  if (divides && y == 0)
    return raise(exc::ZeroDivisionError, "{}",
                 op == BinaryOp::truediv ? "float division by zero"
                 : op == BinaryOp::mod   ? "float modulo"
                 : op == BinaryOp::divmod ? "float divmod()"
                                         : "float floor division by zero");
  switch (op) {
    case BinaryOp::add:
      return float_new(x + y);
    case BinaryOp::sub:
      return float_new(x - y);
    case BinaryOp::mul:
      return float_new(x * y);
    case BinaryOp::truediv:
      return float_new(x / y);
    case BinaryOp::floordiv:
      return float_new(python_floordiv(x, y));
    case BinaryOp::mod:
      return float_new(python_mod(x, y));
    case BinaryOp::pow:
      if (x == 0 && y < 0) return raise(exc::ZeroDivisionError, "0.0 cannot be raised to a negative power");
      return float_new(std::pow(x, y));
    case BinaryOp::divmod:
      return tuple_of({float_new(python_floordiv(x, y)), float_new(python_mod(x, y))});
    default:
      return not_implemented();
  }
}
Value float_unary(UnaryOp op, Value v) {
  const double d = as<Float>(v)->value;
  return op == UnaryOp::neg ? float_new(-d) : op == UnaryOp::abs ? float_new(std::fabs(d)) : op == UnaryOp::pos ? float_new(d) : not_implemented();
}
Value float_real(Value v) { return float_new(as<Float>(v)->value); }
Value float_imag(Value) { return float_new(0); }
Value float_same(Args a) { return float_real(a[0]); }
Value float_int(Args a) {
  std::int64_t i = 0;
  return to_int(a[0], &i) ? small_int(i) : nullptr;
}
Value float_round(Args a) {
  const double d = as<Float>(a[0])->value;
  if (a.count == 1 || a[1] == none()) {
    Value rounded = float_new(std::nearbyint(d));
    return rounded == nullptr ? nullptr : float_int(Args{&rounded, 1});
  }
  std::int64_t digits = 0;
  if (!index_of(a[1], &digits)) return nullptr;
  if (digits >= 0 && digits < 300) return float_new(std::strtod(fmt::format("{:.{}f}", d, static_cast<int>(digits)).c_str(), nullptr));
  const double scale = std::pow(10.0, static_cast<double>(-digits));
  return float_new(std::nearbyint(d / scale) * scale);
}

constexpr std::uint32_t kIntOps = (1u << kBinaryOps) - 1 - bits_of({BinaryOp::matmul});
constexpr std::uint32_t kFloatOps =
    bits_of({BinaryOp::add, BinaryOp::sub, BinaryOp::mul, BinaryOp::truediv, BinaryOp::floordiv, BinaryOp::mod, BinaryOp::pow, BinaryOp::divmod});
constexpr Slots kInt = {.construct = int_construct,
                        .repr = int_repr,
                        .hash = int_hash,
                        .compare = int_compare,
                        .binary = int_binary,
                        .unary = int_unary,
                        .truth = int_truth,
                        .binary_ops = kIntOps,
                        .unary_ops = 15};
constexpr Slots kBool = [] {  // int's but for two
  Slots slots = kInt;
  slots.construct = bool_construct;
  slots.repr = bool_repr;
  return slots;
}();
constexpr Slots kFloat = {.construct = float_construct,
                          .repr = float_text,
                          .hash = float_hash,
                          .compare = float_compare,
                          .binary = float_binary,
                          .unary = float_unary,
                          .truth = float_truth,
                          .binary_ops = kFloatOps,
                          .unary_ops = bits_of({UnaryOp::neg, UnaryOp::pos, UnaryOp::abs})};
}  // namespace

Type int_type = builtin_type("int", &kInt, {.size = sizeof(BoxedInt)});
Type bool_type = builtin_type("bool", &kBool, {.base = &int_type, .flags = kNoSubclass, .size = sizeof(BoxedInt)});
Type float_type = builtin_type("float", &kFloat, {.flags = kPlain, .size = sizeof(Float)});
Object true_object = {&bool_type}, false_object = {&bool_type};

void init_number_types() {
  ready_type(int_type), ready_type(bool_type), ready_type(float_type);
  define_natives(int_type, {{"__index__", int_same, 1, 1, kMethod},
                            {"__int__", int_same, 1, 1, kMethod},
                            {"__trunc__", int_same, 1, 1, kMethod},
                            {"__floor__", int_same, 1, 1, kMethod},
                            {"__ceil__", int_same, 1, 1, kMethod},
                            {"__float__", int_float, 1, 1, kMethod},
                            {"__round__", int_same, 1, 2, kMethod},
                            {"__format__", number_format, 2, 2, kMethod},
                            {"conjugate", int_same, 1, 1, kMethod}});
  define_getsets(int_type, {{"real", int_real}, {"numerator", int_real}, {"imag", int_zero}, {"denominator", int_one}});
  define_natives(float_type, {{"__int__", float_int, 1, 1, kMethod},
                              {"__trunc__", float_int, 1, 1, kMethod},
                              {"__float__", float_same, 1, 1, kMethod},
                              {"__round__", float_round, 1, 2, kMethod},
                              {"__format__", number_format, 2, 2, kMethod},
                              {"conjugate", float_same, 1, 1, kMethod}});
  define_getsets(float_type, {{"real", float_real}, {"imag", float_imag}});
  define_number_methods();
}

}  // namespace minipy
