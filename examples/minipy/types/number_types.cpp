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

bool parse_int(std::string_view text, std::int64_t base, std::int64_t* out) {
  std::string digits;
  for (const char c : trimmed(text, " \t\n\r", true, true))
    if (c != '_') digits += c;
  const std::size_t sign = !digits.empty() && (digits[0] == '-' || digits[0] == '+') ? 1 : 0;
  if (digits.size() > sign + 2 && digits[sign] == '0') {
    const char marker = static_cast<char>(digits[sign + 1] | 32);
    const int marked = marker == 'x' ? 16 : marker == 'o' ? 8 : marker == 'b' ? 2 : 0;
    if (marked != 0 && (base == 0 || base == marked)) digits.erase(sign, 2), base = marked;
  }
  if (base == 0) base = 10;
  char* end = nullptr;
  errno = 0;
  *out = std::strtoll(digits.c_str(), &end, static_cast<int>(base));
  if (digits.size() == sign || *end != '\0' || digits[sign] == ' ' || digits[sign] == '+' || digits[sign] == '-')
    return raise(exc::ValueError, "invalid literal for int() with base {}: {}", base, quoted(text)), false;
  if (errno != 0 || !fits_int(*out)) return raise(exc::OverflowError, "integer overflow: minipy's integers have 63 bits"), false;
  return true;
}

bool int_from(Value v, std::int64_t* out) {
  if (is_instance(v, &float_type)) {
    const double d = as<Float>(v)->value;
    if (std::isnan(d)) return raise(exc::ValueError, "cannot convert float NaN to integer"), false;
    if (!(std::fabs(d) < 4.6e18)) return raise(exc::OverflowError, "integer overflow: minipy's integers have 63 bits"), false;
    return *out = static_cast<std::int64_t>(d), true;
  }
  if (is_str(v)) return parse_int(as_str(v)->view(), 10, out);
  if (is_instance(v, &bytes_type)) return parse_int(as<Bytes>(v)->view(), 10, out);
  if (converts_by_methods(type_of(v)) && type_lookup(type_of(v), names::__int__) != nullptr && !is_instance(v, &int_type)) {
    Value r = call_special(v, names::__int__, {});
    return r != nullptr && index_of(r, out);
  }
  if (is_instance(v, &int_type) || (converts_by_methods(type_of(v)) && type_lookup(type_of(v), names::__index__) != nullptr)) return index_of(v, out);
  return raise(exc::TypeError, "int() argument must be a string, a bytes-like object or a real number, not '{}'", type_name(v)), false;
}

Value int_construct(Type* cls, Args args) {
  Value a[2];
  if (!unpack_args(args, "int", {"x", "base"}, 0, a)) return nullptr;
  std::int64_t i = 0, base = 10;
  if (a[1] != nullptr) {
    if (!index_of(a[1], &base)) return nullptr;
    if (a[0] == nullptr || !is_str(a[0])) return raise(exc::TypeError, "int() can't convert non-string with explicit base");
    if (base != 0 && (base < 2 || base > 36)) return raise(exc::ValueError, "int() base must be >= 2 and <= 36, or 0");
    if (!parse_int(as_str(a[0])->view(), base, &i)) return nullptr;
  } else if (a[0] != nullptr && !int_from(a[0], &i)) {
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
Value int_bit_length(Args a) {
  auto i = static_cast<std::uint64_t>(std::llabs(value_of(a[0])));
  return small_int(64 - (i == 0 ? 64 : __builtin_clzll(i)));
}
Value int_same(Args a) { return small_int(value_of(a[0])); }
Value int_float(Args a) { return float_new(static_cast<double>(value_of(a[0]))); }
Value number_format(Args a) {
  return is_str(a[1]) ? apply_format_spec(a[0], as_str(a[1])->view()) : raise(exc::TypeError, "__format__() argument must be str");
}
Value int_real(Value v) { return small_int(value_of(v)); }
Value int_zero(Value) { return small_int(0); }

Value bool_construct(Type*, Args args) {
  if (!no_keywords(args, "bool") || !check_count(args, "bool", 0, 1)) return nullptr;
  const int t = args.count == 0 ? 0 : truth(args[0]);
  return t < 0 ? nullptr : boolean(t != 0);
}
Value bool_repr(Value v) { return intern(v == boolean(true) ? "True" : "False"); }

// ---- float ----------------------------------------------------------------------------------------------------------------------------------

Value float_construct(Type* cls, Args args) {
  if (!no_keywords(args, "float") || !check_count(args, "float", 0, 1)) return nullptr;
  double d = 0;
  if (args.count == 1 && is_str(args[0])) {
    const std::string text(as_str(args[0])->view());
    const std::string body(trimmed(text, " \t\n", true, true));
    char* end = nullptr;
    d = std::strtod(body.c_str(), &end);
    if (body.empty() || *end != '\0' || body.find_first_of("xXpP(") != std::string::npos)
      return raise(exc::ValueError, "could not convert string to float: {}", quoted(text));
  } else if (args.count == 1 && !float_of(args[0], &d)) {
    return nullptr;
  }
  if (cls == &float_type) return float_new(d);
  Value v = allocate_instance(cls);
  if (v != nullptr) as<Float>(v)->value = d;
  return v;
}
Value float_text(Value v) { return str_new(float_repr(as<Float>(v)->value)); }
bool float_hash(Value v, std::uint64_t* out) {
  const double d = as<Float>(v)->value;
  if (d == std::floor(d) && std::fabs(d) < 4e18) return hash_value(small_int(static_cast<std::int64_t>(d)), out);
  std::uint64_t bits = 0;
  static_assert(sizeof bits == sizeof d);
  __builtin_memcpy(&bits, &d, sizeof d);
  *out = (bits * 0xD6E8FEB86659FD93ull) >> 4;
  return true;
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
  double r = std::fmod(x, y);
  if (r != 0 && (r < 0) != (y < 0)) r += y;
  return r;
}
Value float_binary(BinaryOp op, Value a, Value b) {
  double x = 0, y = 0;
  if (!operand(a, &x) || !operand(b, &y)) return not_implemented();
  const bool divides = op == BinaryOp::truediv || op == BinaryOp::floordiv || op == BinaryOp::mod || op == BinaryOp::divmod;
  if (divides && y == 0)
    return raise(exc::ZeroDivisionError, "{}",
                 op == BinaryOp::truediv ? "float division by zero"
                 : op == BinaryOp::mod   ? "float modulo"
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
      return float_new(std::floor(x / y));
    case BinaryOp::mod:
      return float_new(python_mod(x, y));
    case BinaryOp::pow:
      if (x == 0 && y < 0) return raise(exc::ZeroDivisionError, "0.0 cannot be raised to a negative power");
      return float_new(std::pow(x, y));
    case BinaryOp::divmod:
      return tuple_of({float_new(std::floor(x / y)), float_new(python_mod(x, y))});
    default:
      return not_implemented();
  }
}
Value float_unary(UnaryOp op, Value v) {
  const double d = as<Float>(v)->value;
  return op == UnaryOp::neg ? float_new(-d) : op == UnaryOp::abs ? float_new(std::fabs(d)) : op == UnaryOp::pos ? float_new(d) : not_implemented();
}
Value float_is_integer(Args a) { return boolean(as<Float>(a[0])->value == std::floor(as<Float>(a[0])->value)); }
Value float_int(Args a) {
  std::int64_t i = 0;
  return int_from(a[0], &i) ? small_int(i) : nullptr;
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
  define_natives(int_type, {{"bit_length", int_bit_length, 1, 1, kMethod},
                            {"__index__", int_same, 1, 1, kMethod},
                            {"__int__", int_same, 1, 1, kMethod},
                            {"__trunc__", int_same, 1, 1, kMethod},
                            {"__float__", int_float, 1, 1, kMethod},
                            {"__round__", int_same, 1, 2, kMethod},
                            {"__format__", number_format, 2, 2, kMethod},
                            {"conjugate", int_same, 1, 1, kMethod}});
  define_getsets(int_type, {{"real", int_real}, {"numerator", int_real}, {"imag", int_zero}});
  define_natives(float_type, {{"is_integer", float_is_integer, 1, 1, kMethod},
                              {"__int__", float_int, 1, 1, kMethod},
                              {"__trunc__", float_int, 1, 1, kMethod},
                              {"__round__", float_round, 1, 2, kMethod},
                              {"__format__", number_format, 2, 2, kMethod}});
}

}  // namespace minipy
