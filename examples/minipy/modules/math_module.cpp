// The module math: the functions of floats.
#include <algorithm>
#include <cerrno>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "modules/math.hpp"
#include "modules/modules.hpp"
#include "runtime/error.hpp"
#include "runtime/str.hpp"

namespace minipy {

namespace {
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

Value domain_error() { return raise(exc::ValueError, "math domain error"); }
Value range_error() { return raise(exc::OverflowError, "math range error"); }
bool floats_of(Args a, double* x, double* y) { return float_of(a[0], x) && float_of(a[1], y); }

// ---- functions of one float ---------------------------------------------------------------------------------------------------------------

enum class Infinite { overflow, domain };  // what an infinite result of a finite argument means

template <double (*f)(double), Infinite infinite = Infinite::domain>
Value of_one(Args a) {
  double x = 0;
  if (!float_of(a[0], &x)) return nullptr;
  const double r = f(x);
  if (std::isnan(r) && !std::isnan(x)) return domain_error();
  if (std::isinf(r) && std::isfinite(x)) return infinite == Infinite::overflow ? range_error() : domain_error();
  return float_new(r);
}
double in_degrees(double x) { return x * (180 / std::numbers::pi); }
double in_radians(double x) { return x * (std::numbers::pi / 180); }
bool is_pole(double x) { return x <= 0 && x == std::floor(x); }
double gamma_of(double x) { return is_pole(x) ? kNan : tgamma(x); }
double lgamma_of(double x) { return std::isinf(x) ? kInfinity : is_pole(x) ? kNan : lgamma(x); }
double ulp_of(double x) {
  const double m = std::fabs(x);
  if (!std::isfinite(m)) return m;
  const double above = std::nextafter(m, kInfinity);
  return std::isinf(above) ? m - std::nextafter(m, 0.0) : above - m;
}
Value ulp(Args a) {
  double x = 0;
  return float_of(a[0], &x) ? float_new(ulp_of(x)) : nullptr;
}

template <bool (*f)(double)>
Value question(Args a) {
  double x = 0;
  return float_of(a[0], &x) ? boolean(f(x)) : nullptr;
}
bool is_nan(double x) { return std::isnan(x); }
bool is_inf(double x) { return std::isinf(x); }
bool is_finite(double x) { return std::isfinite(x); }

/// To an integer, by the type's own method if it has one.
template <double (*f)(double)>
Value to_whole(Args a, const char* method) {
  if (is_instance(a[0], &int_type)) {
    std::int64_t i = 0;
    return index_of(a[0], &i) ? int_new(i) : nullptr;
  }
  double x = 0;
  if (is_heap_type(type_of(a[0])) && !is_instance(a[0], &float_type)) {
    bool missing = false;
    Value whole = call_special(a[0], intern(method), {}, &missing);
    if (!missing) return whole;
  }
  if (!float_of(a[0], &x)) return nullptr;
  if (std::isnan(x)) return raise(exc::ValueError, "cannot convert float NaN to integer");
  if (std::isinf(x)) return raise(exc::OverflowError, "cannot convert float infinity to integer");
  return wide_int(std::fabs(x) < 1e19 ? static_cast<Wide>(f(x)) : std::numeric_limits<Wide>::max());
}
Value ceil_of(Args a) { return to_whole<ceil>(a, "__ceil__"); }
Value floor_of(Args a) { return to_whole<floor>(a, "__floor__"); }
Value trunc_of(Args a) {
  const Type* type = type_of(a[0]);
  if (!is_instance(a[0], &int_type) && !is_instance(a[0], &float_type) && type_lookup(type_of(a[0]), intern("__trunc__")) == nullptr)
    return raise(exc::TypeError, "type {} doesn't define __trunc__ method", type->name);
  return to_whole<trunc>(a, "__trunc__");
}

template <double (*f)(double)>
Value logarithm_of(Value v) {
  double x = 0;
  if (!float_of(v, &x)) return nullptr;
  return x <= 0 ? domain_error() : float_new(f(x));
}
template <double (*f)(double)>
Value logarithm(Args a) {
  return logarithm_of<f>(a[0]);
}
Value log_of(Args a) {
  Value number = logarithm_of<log>(a[0]);
  if (number == nullptr || a.count == 1) return number;
  Value base = logarithm_of<log>(a[1]);
  return base == nullptr ? nullptr : binary(BinaryOp::truediv, number, base);
}

Value modf_of(Args a) {
  double x = 0, whole = 0;
  if (!float_of(a[0], &x)) return nullptr;
  const double part = std::modf(x, &whole);
  return tuple_of({float_new(part), float_new(whole)});
}
Value frexp_of(Args a) {
  double x = 0;
  int exponent = 0;
  if (!float_of(a[0], &x)) return nullptr;
  const double mantissa = std::frexp(x, &exponent);
  return tuple_of({float_new(mantissa), small_int(std::isfinite(x) ? exponent : 0)});
}

// ---- functions of several floats ----------------------------------------------------------------------------------------------------------

/// For functions that are undefined nowhere or answer NaN there.
template <double (*f)(double, double)>
Value of_two(Args a) {
  double x = 0, y = 0;
  if (!floats_of(a, &x, &y)) return nullptr;
  const double r = f(x, y);
  return std::isnan(r) && !std::isnan(x) && !std::isnan(y) ? domain_error() : float_new(r);
}
Value pow_of(Args a) {
  double x = 0, y = 0;
  if (!floats_of(a, &x, &y)) return nullptr;
  const double r = std::pow(x, y);
  if (!std::isfinite(x) || !std::isfinite(y) || std::isfinite(r)) return float_new(r);
  return std::isnan(r) || x == 0 ? domain_error() : range_error();
}
Value ldexp_of(Args a) {
  double x = 0;
  std::int64_t exponent = 0;
  if (!float_of(a[0], &x)) return nullptr;
  if (!is_instance(a[1], &int_type)) return raise(exc::TypeError, "Expected an int as second argument to ldexp.");
  if (!index_of(a[1], &exponent)) return nullptr;
  const double r = std::ldexp(x, static_cast<int>(std::clamp<std::int64_t>(exponent, -5000, 5000)));
  return std::isinf(r) && std::isfinite(x) ? range_error() : float_new(r);
}

/// The root of the sum of squares, scaled so that nothing overflows on the way.
double length_of(const std::vector<double>& parts) {
  double most = 0;
  bool nan = false;
  for (const double x : parts) {
    if (std::isinf(x)) return kInfinity;
    nan |= std::isnan(x);
    most = std::max(most, std::fabs(x));
  }
  if (nan || most == 0) return nan ? kNan : 0;
  int exponent = 0;
  (void)std::frexp(most, &exponent);
  long double sum = 0;
  for (const double x : parts) {
    const long double scaled = std::ldexp(static_cast<long double>(x), -exponent);
    sum += scaled * scaled;
  }
  return static_cast<double>(std::ldexp(std::sqrt(sum), exponent));
}
Value hypot_of(Args a) {
  std::vector<double> parts(usize(a.count));
  for (std::int64_t i = 0; i < a.count; ++i)
    if (!float_of(a[i], &parts[usize(i)])) return nullptr;
  return float_new(length_of(parts));
}
Value dist(Args a) {
  Tuple* p = tuple_from_iterable(a[0]);
  Tuple* q = p == nullptr ? nullptr : tuple_from_iterable(a[1]);
  if (q == nullptr) return nullptr;
  if (p->size != q->size) return raise(exc::ValueError, "both points must have the same number of dimensions");
  std::vector<double> parts;
  for (std::int64_t i = 0; i < p->size; ++i) {
    double x = 0, y = 0;
    if (!float_of(p->items[i], &x) || !float_of(q->items[i], &y)) return nullptr;
    parts.push_back(x - y);
  }
  return float_new(length_of(parts));
}

Value isclose(Args args) {
  Value a[4];
  double x = 0, y = 0, relative = 1e-9, absolute = 0;
  if (!unpack_args(args, "isclose", {"a", "b", "rel_tol", "abs_tol"}, 2, a, 2) || !float_of(a[0], &x) || !float_of(a[1], &y)) return nullptr;
  if ((a[2] != nullptr && !float_of(a[2], &relative)) || (a[3] != nullptr && !float_of(a[3], &absolute))) return nullptr;
  if (relative < 0 || absolute < 0) return raise(exc::ValueError, "tolerances must be non-negative");
  if (x == y) return boolean(true);
  if (std::isinf(x) || std::isinf(y)) return boolean(false);
  const double difference = std::fabs(y - x);
  return boolean(difference <= std::fabs(relative * x) || difference <= std::fabs(relative * y) || difference <= absolute);
}

// ---- sums ---------------------------------------------------------------------------------------------------------------------------------

/// An exact sum as floats that do not overlap, the smallest first (Shewchuk).
struct ExactSum {
  std::vector<double> parts;
  double special = 0;  // of infinities and NaN
  bool infinite_up = false, infinite_down = false, overflow = false;

  void add(double x) {
    if (!std::isfinite(x)) {
      special += x;
      infinite_up |= x > 0, infinite_down |= x < 0;
      return;
    }
    std::size_t kept = 0;
    for (double y : parts) {
      if (std::fabs(x) < std::fabs(y)) std::swap(x, y);
      const double high = x + y, low = y - (high - x);
      if (low != 0) parts[kept++] = low;
      x = high;
    }
    parts.resize(kept);
    overflow |= !std::isfinite(x);
    if (x != 0) parts.push_back(x);
  }
  /// Rounded once: half to even, also when the half comes of two parts.
  double rounded() const {
    std::size_t n = parts.size();
    if (n == 0) return 0;
    double high = parts[--n], low = 0;
    while (n > 0 && low == 0) {
      const double x = high, y = parts[--n];
      high = x + y, low = y - (high - x);
    }
    if (n > 0 && ((low < 0 && parts[n - 1] < 0) || (low > 0 && parts[n - 1] > 0))) {
      const double y = low * 2, x = high + y;
      if (y == x - high) high = x;
    }
    return high;
  }
};
Value fsum(Args a) {
  Value iterator = get_iter(a[0]);
  if (iterator == nullptr) return nullptr;
  ExactSum sum;
  while (Value item = iter_next(iterator)) {
    double x = 0;
    if (!float_of(item, &x)) return nullptr;
    sum.add(x);
    if (sum.overflow) return raise(exc::OverflowError, "intermediate overflow in fsum");
  }
  if (error_pending()) return nullptr;
  if (sum.infinite_up && sum.infinite_down) return raise(exc::ValueError, "-inf + inf in fsum");
  return float_new(sum.special != 0 ? sum.special : sum.rounded());
}

Value prod(Args args) {
  Value a[2];
  if (!unpack_args(args, "prod", {"iterable", "start"}, 1, a, 1)) return nullptr;
  Value product = a[1] != nullptr ? a[1] : small_int(1);
  Value iterator = get_iter(a[0]);
  if (iterator == nullptr) return nullptr;
  while (Value item = iter_next(iterator))
    if ((product = binary(BinaryOp::mul, product, item)) == nullptr) return nullptr;
  return error_pending() ? nullptr : product;
}
}  // namespace

bool fill_math(Module* module) {
  return define(module, {{"sin", of_one<sin>, 1, 1},
                         {"cos", of_one<cos>, 1, 1},
                         {"tan", of_one<tan>, 1, 1},
                         {"asin", of_one<asin>, 1, 1},
                         {"acos", of_one<acos>, 1, 1},
                         {"atan", of_one<atan>, 1, 1},
                         {"tanh", of_one<tanh>, 1, 1},
                         {"asinh", of_one<asinh>, 1, 1},
                         {"acosh", of_one<acosh>, 1, 1},
                         {"atanh", of_one<atanh>, 1, 1},
                         {"sqrt", of_one<sqrt>, 1, 1},
                         {"cbrt", of_one<cbrt>, 1, 1},
                         {"fabs", of_one<fabs>, 1, 1},
                         {"log1p", of_one<log1p>, 1, 1},
                         {"erf", of_one<erf>, 1, 1},
                         {"erfc", of_one<erfc>, 1, 1},
                         {"log2", logarithm<log2>, 1, 1},
                         {"log10", logarithm<log10>, 1, 1},
                         {"log", log_of, 1, 2},
                         {"isnan", question<is_nan>, 1, 1},
                         {"isinf", question<is_inf>, 1, 1},
                         {"ceil", ceil_of, 1, 1},
                         {"floor", floor_of, 1, 1},
                         {"isfinite", question<is_finite>, 1, 1},
                         {"trunc", trunc_of, 1, 1},
                         {"modf", modf_of, 1, 1},
                         {"frexp", frexp_of, 1, 1},
                         {"ldexp", ldexp_of, 2, 2},
                         {"pow", pow_of, 2, 2},
                         {"ulp", ulp, 1, 1},
                         {"atan2", of_two<atan2>, 2, 2},
                         {"fmod", of_two<fmod>, 2, 2},
                         {"remainder", of_two<remainder>, 2, 2},
                         {"copysign", of_two<copysign>, 2, 2},
                         {"hypot", hypot_of, 0, -1},
                         {"nextafter", of_two<nextafter>, 2, 2},
                         {"dist", dist, 2, 2},
                         {"fsum", fsum, 1, 1},
                         {"isclose", isclose, 2, 4, kNames},
                         {"prod", prod, 1, 2, kNames}}) &&
         define(module, {{"exp", of_one<exp, Infinite::overflow>, 1, 1},
                         {"exp2", of_one<exp2, Infinite::overflow>, 1, 1},
                         {"expm1", of_one<expm1, Infinite::overflow>, 1, 1},
                         {"sinh", of_one<sinh, Infinite::overflow>, 1, 1},
                         {"cosh", of_one<cosh, Infinite::overflow>, 1, 1},
                         {"gamma", of_one<gamma_of, Infinite::overflow>, 1, 1},
                         {"lgamma", of_one<lgamma_of, Infinite::overflow>, 1, 1},
                         {"degrees", of_one<in_degrees, Infinite::overflow>, 1, 1},
                         {"radians", of_one<in_radians>, 1, 1}}) &&
         define_integer_functions(module) && define(module, "pi", float_new(std::numbers::pi)) && define(module, "e", float_new(std::numbers::e)) &&
         define(module, "tau", float_new(2 * std::numbers::pi)) && define(module, "inf", float_new(kInfinity)) &&
         define(module, "nan", float_new(kNan));
}

}  // namespace minipy
