#include "types/format_spec.hpp"

#include <cmath>
#include <optional>
#include <string>

#include "runtime/builder.hpp"
#include "runtime/error.hpp"
#include "runtime/names.hpp"
#include "runtime/ops.hpp"
#include "runtime/str.hpp"
#include "types/sequence.hpp"
#include "types/types.hpp"

namespace minipy {

std::int64_t read_number(std::string_view s, std::size_t& at) {
  std::int64_t n = 0;
  for (; at < s.size() && is_digit(s[at]); ++at) n = n > 1'000'000'000 ? n : n * 10 + (s[at] - '0');
  return n;
}
bool is_float_code(char c) { return std::string_view("eEfFgG%").find(c) != std::string_view::npos; }

namespace {
constexpr std::int64_t kMostDigits = 1'000'000;  // of a fraction

bool is_align(char c) { return c == '<' || c == '>' || c == '^' || c == '='; }

bool parse_spec(std::string_view s, Spec& out) {
  std::size_t at = 0, behind_fill = 0;
  const auto accept = [&](char c) { return at < s.size() && s[at] == c && (++at, true); };
  bool filled = false;
  if (!s.empty()) (void)decode_utf8(s, behind_fill);
  if (behind_fill < s.size() && behind_fill > 0 && is_align(s[behind_fill]))
    out.fill = s.substr(0, behind_fill), out.align = s[behind_fill], at = behind_fill + 1, filled = true;
  else if (!s.empty() && is_align(s[0]))
    out.align = s[0], at = 1;
  if (at < s.size() && (s[at] == '+' || s[at] == '-' || s[at] == ' ')) out.sign = s[at++];
  out.no_negative_zero = accept('z');
  out.alternate = accept('#');
  if (!filled && accept('0')) {
    out.fill = "0";
    if (out.align == 0) out.align = '0';  // '=' for numbers
  }
  out.width = read_number(s, at);
  if (at < s.size() && (s[at] == ',' || s[at] == '_')) out.grouping = s[at++];
  if (out.grouping != 0 && at < s.size() && (s[at] == ',' || s[at] == '_') && s[at] != out.grouping)
    return raise(exc::ValueError, "Cannot specify both ',' and '_'."), false;
  if (accept('.')) {
    const std::size_t start = at;
    out.precision = read_number(s, at);
    if (at == start) return raise(exc::ValueError, "Format specifier missing precision"), false;
    if (out.precision > kMostDigits) return raise(exc::ValueError, "precision too big"), false;
  }
  if (at < s.size()) out.type = s[at++];
  if (at < s.size()) return raise(exc::ValueError, "Invalid format specifier"), false;
  if (out.grouping != 0 && out.type != 0 && out.type != 'd' && !is_float_code(out.type) && (out.grouping == ',' || std::string_view("boxX").find(out.type) == std::string_view::npos))
    return raise(exc::ValueError, "Cannot specify '{}' with '{}'.", out.grouping, out.type), false;
  return true;
}

/// `sign` and prefix, then the digits, brought to the width.
Value padded(std::string_view head, std::string_view body, const Spec& spec, char normal_align) {
  const char align = spec.align == '0' ? (normal_align == '>' ? '=' : normal_align) : spec.align != 0 ? spec.align : normal_align;
  const std::int64_t missing = std::max<std::int64_t>(spec.width - utf8_length(head) - utf8_length(body), 0);
  const std::int64_t left = align == '<' ? 0 : align == '^' ? missing / 2 : missing;
  TextBuilder out;
  if (align == '=') out += head;
  out.repeat(spec.fill, left);
  if (align != '=') out += head;
  out += body;
  out.repeat(spec.fill, missing - left);
  return out.finish();
}

std::string grouped(const std::string& digits, char separator, std::size_t every) {
  const std::size_t whole = std::min(digits.find_first_not_of("0123456789abcdefABCDEF"), digits.size());
  std::string out = {};
  for (std::size_t i = 0; i < whole; ++i) {
    if (i > 0 && (whole - i) % every == 0) out += separator;
    out += digits[i];
  }
  return out + digits.substr(whole);
}
/// Zeros that fill the width are grouped with the digits.
void group(std::string& digits, std::size_t head, const Spec& spec, std::size_t every) {
  const bool zeros = spec.fill == "0" && (spec.align == '0' || spec.align == '=');
  std::string out = grouped(digits, spec.grouping, every);
  if (zeros && spec.width > kMostDigits) return;
  while (zeros && ssize(out.size() + head) < spec.width) digits.insert(0, 1, '0'), out = grouped(digits, spec.grouping, every);
  digits = out;
}

std::string sign_of(bool negative, const Spec& spec) {
  return negative ? "-" : spec.sign == '+' || spec.sign == ' ' ? std::string(1, spec.sign) : "";
}

Value unknown_code(const Spec& spec, const char* type) {
  return raise(exc::ValueError, "Unknown format code '{}' for object of type '{}'", spec.type, type);
}

// ---- floats -------------------------------------------------------------------------------------------------------------------------------

/// As 'g', but with at least one digit behind the point, and an exponent one digit earlier.
std::string short_digits(double d, int precision) {
  std::string s = fmt::format("{:.{}e}", d, std::max(precision, 1) - 1);
  const std::size_t e = s.find('e');
  const int exponent = std::atoi(s.c_str() + e + 1);
  if (exponent < -4 || exponent >= std::max(precision, 1) - (precision > 1 ? 1 : 0)) {
    std::size_t end = e;
    while (s.find('.') < e && end > 0 && (s[end - 1] == '0' || s[end - 1] == '.') && s[end] != '.') --end;
    return s.erase(end, e - end);
  }
  s = fmt::format("{:.{}g}", d, std::max(precision, 1));
  return s.find('.') == std::string::npos ? s + ".0" : s;
}
std::optional<std::string> digits_of(double d, const Spec& spec) {
  const int precision = spec.precision < 0 ? 6 : static_cast<int>(spec.precision), significant = std::max(precision, 1);
  const auto with = [&](const char* plain, const char* alternate, int p, double value) {
    return fmt::format(fmt::runtime(spec.alternate ? alternate : plain), value, p);
  };
  switch (spec.type) {
    case 0:
      return spec.precision < 0 || !std::isfinite(d) ? float_repr(d) : short_digits(d, precision);
    case 'f':
      return with("{:.{}f}", "{:#.{}f}", precision, d);
    case 'F':
      return with("{:.{}F}", "{:#.{}F}", precision, d);
    case 'e':
      return with("{:.{}e}", "{:#.{}e}", precision, d);
    case 'E':
      return with("{:.{}E}", "{:#.{}E}", precision, d);
    case 'g':
    case 'n':
      return with("{:.{}g}", "{:#.{}g}", significant, d);
    case 'G':
      return with("{:.{}G}", "{:#.{}G}", significant, d);
    case '%':
      return with("{:.{}f}", "{:#.{}f}", precision, d * 100) + "%";
    default:
      return std::nullopt;
  }
}
}  // namespace

Value format_float(double d, const Spec& spec) {
  if (spec.precision > kMostDigits) return raise(exc::ValueError, "precision too big");
  auto digits = digits_of(std::fabs(d), spec);
  if (!digits) return unknown_code(spec, "float");
  bool negative = std::signbit(d) && !std::isnan(d);
  if (spec.no_negative_zero && digits->find_first_of("123456789in") == std::string::npos) negative = false;
  const std::string sign = sign_of(negative, spec);
  if (spec.grouping != 0 && std::isfinite(d)) group(*digits, sign.size(), spec, 3);
  return padded(sign, *digits, spec, '>');
}

Value format_int(std::int64_t i, const Spec& spec) {
  const auto magnitude = i < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(i) : static_cast<std::uint64_t>(i);
  std::string digits, prefix;
  if (spec.precision >= 0) return raise(exc::ValueError, "Precision not allowed in integer format specifier");
  switch (spec.type) {
    case 0:
    case 'n':
    case 'd':
      digits = fmt::format("{}", magnitude);
      break;
    case 'x':
      digits = fmt::format("{:x}", magnitude), prefix = "0x";
      break;
    case 'X':
      digits = fmt::format("{:X}", magnitude), prefix = "0X";
      break;
    case 'o':
      digits = fmt::format("{:o}", magnitude), prefix = "0o";
      break;
    case 'b':
      digits = fmt::format("{:b}", magnitude), prefix = "0b";
      break;
    case 'c': {
      if (spec.sign != 0) return raise(exc::ValueError, "Sign not allowed with integer format specifier 'c'");
      if (i < 0 || i > 0x10FFFF) return raise(exc::OverflowError, "%c arg not in range(0x110000)");
      char bytes[4];
      return padded("", std::string_view(bytes, encode_utf8(static_cast<std::uint32_t>(i), bytes)), spec, '<');
    }
    default:
      return unknown_code(spec, "int");
  }
  if (spec.no_negative_zero)
    return raise(exc::ValueError, "Negative zero coercion (z) not allowed in format specifier with integer '{}'", spec.type == 0 ? 'd' : spec.type);
  const std::string head = sign_of(i < 0, spec) + (spec.alternate ? prefix : "");
  if (spec.grouping != 0) group(digits, head.size(), spec, prefix.empty() ? 3 : 4);
  return padded(head, digits, spec, '>');
}

Value format_string(Str* s, const Spec& spec) {
  if (spec.type != 0 && spec.type != 's') return unknown_code(spec, "str");
  if (spec.sign != 0) return raise(exc::ValueError, "{} not allowed in string format specifier", spec.sign == ' ' ? "Space" : "Sign");
  if (spec.no_negative_zero) return raise(exc::ValueError, "Negative zero coercion (z) not allowed in string format specifier");
  if (spec.alternate) return raise(exc::ValueError, "Alternate form (#) not allowed in string format specifier");
  if (spec.grouping != 0) return raise(exc::ValueError, "Cannot specify '{}' with 's'.", spec.grouping);
  if (spec.align == '=') return raise(exc::ValueError, "'=' alignment not allowed in string format specifier");
  Str* cut = spec.precision >= 0 && spec.precision < s->length ? str_slice(s, 0, spec.precision, 1) : s;
  return cut == nullptr ? nullptr : padded("", cut->view(), spec, '<');
}

Value apply_format_spec(Value v, std::string_view text) {
  Spec spec;
  if (is_str(v) && text.empty()) return is_exact(v, &str_type) ? v : str_new(as_str(v)->view());
  if (text.empty()) return to_str(v);
  if (!parse_spec(text, spec)) return nullptr;
  if (is_str(v)) return format_string(as_str(v), spec);
  double d = 0;
  if (is_instance(v, &float_type) || is_float_code(spec.type)) return float_of(v, &d) ? format_float(d, spec) : nullptr;
  std::int64_t i = 0;
  return index_of(v, &i) ? format_int(i, spec) : nullptr;
}

Value format_value(Value v, Value spec) {
  if (is_int(v) || is_exact(v, &str_type) || is_exact(v, &float_type))
    return apply_format_spec(v, spec == nullptr ? std::string_view{} : as_str(spec)->view());
  Value r = call_special(v, names::__format__, {spec != nullptr ? spec : str_value("")});
  return r == nullptr || is_str(r) ? r : raise(exc::TypeError, "__format__ must return a str, not {}", type_name(r));
}

}  // namespace minipy
