// Of the module math: the functions of integers.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "modules/math.hpp"
#include "modules/modules.hpp"
#include "runtime/error.hpp"

namespace minipy {

Value wide_int(Wide i) { return int_new(i > kMaxInt || i < kMinInt ? std::numeric_limits<std::int64_t>::max() : static_cast<std::int64_t>(i)); }

namespace {
Value gcd_of(Args a) {
  std::int64_t result = 0;
  for (std::int64_t i = 0; i < a.count; ++i) {
    std::int64_t x = 0;
    if (!index_of(a[i], &x)) return nullptr;
    result = std::gcd(result, x);
  }
  return int_new(result);
}
Value lcm_of(Args a) {
  std::int64_t result = 1;
  for (std::int64_t i = 0; i < a.count; ++i) {
    std::int64_t x = 0;
    if (!index_of(a[i], &x)) return nullptr;
    if (x == 0 || result == 0) {
      result = 0;
      continue;
    }
    const Wide wide = Wide{result / std::gcd(result, x)} * (x < 0 ? -Wide{x} : Wide{x});
    if (wide > kMaxInt) return wide_int(wide);
    result = static_cast<std::int64_t>(wide);
  }
  return int_new(result);
}
Value isqrt(Args a) {
  std::int64_t n = 0;
  if (!index_of(a[0], &n)) return nullptr;
  if (n < 0) return raise(exc::ValueError, "isqrt() argument must be nonnegative");
  auto root = static_cast<std::int64_t>(std::sqrt(static_cast<double>(n)));
  while (root * root > n) --root;
  while ((root + 1) * (root + 1) <= n) ++root;
  return small_int(root);
}

/// first * (first + 1) * ... * last.
Value product_of(std::int64_t first, std::int64_t last) {
  Wide result = 1;
  for (std::int64_t i = first; i <= last; ++i)
    if ((result *= i) > kMaxInt) break;
  return wide_int(result);
}
Value factorial(Args a) {
  std::int64_t n = 0;
  if (!index_of(a[0], &n)) return nullptr;
  return n < 0 ? raise(exc::ValueError, "factorial() not defined for negative values") : product_of(2, n);
}
bool counts_of(Args a, std::int64_t* n, std::int64_t* k) {
  if (!index_of(a[0], n) || !index_of(a[1], k)) return false;
  if (*n < 0) return raise(exc::ValueError, "n must be a non-negative integer"), false;
  if (*k < 0) return raise(exc::ValueError, "k must be a non-negative integer"), false;
  return true;
}
Value perm(Args a) {
  if (a.count == 1 || a[1] == none()) return factorial(Args{a.values, 1});
  std::int64_t n = 0, k = 0;
  if (!counts_of(a, &n, &k)) return nullptr;
  return k > n ? small_int(0) : product_of(n - k + 1, n);
}
Value comb(Args a) {
  std::int64_t n = 0, k = 0;
  if (!counts_of(a, &n, &k)) return nullptr;
  if (k > n) return small_int(0);
  Wide result = 1;
  k = std::min(k, n - k);
  for (std::int64_t i = 0; i < k && result <= kMaxInt; ++i) result = result * (n - i) / (i + 1);  // each division is exact
  return wide_int(result);
}
}  // namespace

bool define_integer_functions(Module* module) {
  return define(module, {{"gcd", gcd_of, 0, -1},
                         {"lcm", lcm_of, 0, -1},
                         {"isqrt", isqrt, 1, 1},
                         {"factorial", factorial, 1, 1},
                         {"perm", perm, 1, 2},
                         {"comb", comb, 2, 2}});
}

}  // namespace minipy
