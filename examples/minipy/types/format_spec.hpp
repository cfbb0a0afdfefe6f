// The format specification language.
#pragma once
#include <string_view>

#include "runtime/object.hpp"

namespace minipy {

/// [[fill]align][sign][z][#][0][width][,_][.precision][type]
struct Spec {
  std::string_view fill = " ";  // of the specification, or a literal
  char align = 0;
  char sign = 0;
  bool no_negative_zero = false;
  bool alternate = false;
  std::int64_t width = 0;
  char grouping = 0;
  std::int64_t precision = -1;
  char type = 0;
};

/// A number, not above 10 to the 10th; `at` goes behind it.
std::int64_t read_number(std::string_view s, std::size_t& at);
/// 'e', 'f', 'g' and their like.
bool is_float_code(char c);
/// Null: an exception.
Value format_int(std::int64_t i, const Spec& spec);
Value format_float(double d, const Spec& spec);
Value format_string(Str* s, const Spec& spec);

}  // namespace minipy
