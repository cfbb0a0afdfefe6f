// Formatting: the format specification language, str.format and the % operator.
#include <cmath>

#include "runtime/error.hpp"
#include "runtime/names.hpp"
#include "runtime/ops.hpp"
#include "runtime/str.hpp"
#include "syntax/lexer.hpp"
#include "types/sequence.hpp"
#include "types/types.hpp"

namespace minipy {

namespace {
/// [[fill]align][sign][#][0][width][,_][.precision][type]
struct Spec {
  std::string_view fill = " ";  // of the specification, or a literal
  char align = 0;
  char sign = '-';
  bool alternate = false;
  std::int64_t width = 0;
  char grouping = 0;
  std::int64_t precision = -1;
  char type = 0;
};

bool is_align(char c) { return c == '<' || c == '>' || c == '^' || c == '='; }

std::int64_t read_number(std::string_view s, std::size_t& at) {
  std::int64_t n = 0;
  for (; at < s.size() && is_digit(s[at]); ++at) n = n > 1'000'000'000 ? n : n * 10 + (s[at] - '0');
  return n;
}

bool parse_spec(std::string_view s, Spec& out) {
  std::size_t at = 0, behind_fill = 0;
  if (!s.empty()) (void)decode_utf8(s, behind_fill);
  if (behind_fill < s.size() && behind_fill > 0 && is_align(s[behind_fill]))
    out.fill = s.substr(0, behind_fill), out.align = s[behind_fill], at = behind_fill + 1;
  else if (!s.empty() && is_align(s[0]))
    out.align = s[0], at = 1;
  if (at < s.size() && (s[at] == '+' || s[at] == '-' || s[at] == ' ')) out.sign = s[at++];
  if (at < s.size() && s[at] == '#') out.alternate = true, ++at;
  if (at < s.size() && s[at] == '0') {
    if (out.align == 0) out.fill = "0", out.align = '=';
    ++at;
  }
  out.width = read_number(s, at);
  if (at < s.size() && (s[at] == ',' || s[at] == '_')) out.grouping = s[at++];
  if (at < s.size() && s[at] == '.') {
    const std::size_t start = ++at;
    out.precision = read_number(s, at);
    if (at == start) return raise(exc::ValueError, "Format specifier missing precision"), false;
  }
  if (at < s.size()) out.type = s[at++];
  if (at < s.size()) return raise(exc::ValueError, "Invalid format specifier"), false;
  if (out.width > 100'000'000 || out.precision > 1'000'000) return raise(exc::ValueError, "Too many decimal digits in format string"), false;
  return true;
}

/// `sign` and prefix, then the digits, brought to the width.
std::string padded(std::string_view head, std::string_view body, const Spec& spec, char normal_align) {
  const char align = spec.align != 0 ? spec.align : normal_align;
  const std::int64_t missing = spec.width - utf8_length(head) - utf8_length(body);
  std::string fill_left, fill_right;
  for (std::int64_t i = 0; i < missing; ++i) (align == '<' || (align == '^' && i >= missing / 2) ? fill_right : fill_left) += spec.fill;
  return align == '=' ? std::string(head) + fill_left + std::string(body) : fill_left + std::string(head) + std::string(body) + fill_right;
}

std::string grouped(const std::string& digits, char separator, std::size_t every) {
  const std::size_t whole = std::min(digits.find_first_of(".e"), digits.size());
  std::string out = {};
  for (std::size_t i = 0; i < whole; ++i) {
    if (i > 0 && (whole - i) % every == 0) out += separator;
    out += digits[i];
  }
  return out + digits.substr(whole);
}

std::string sign_of(bool negative, const Spec& spec) { return negative ? "-" : spec.sign == '-' ? "" : std::string(1, spec.sign); }

Value format_int(std::int64_t i, const Spec& spec) {
  const auto magnitude = i < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(i) : static_cast<std::uint64_t>(i);
  std::string digits, prefix;
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
    case 'c':
      if (i < 0 || i > 0x10FFFF) return raise(exc::OverflowError, "%c arg not in range(0x110000)");
      append_utf8(digits, static_cast<std::uint32_t>(i));
      return str_new(padded("", digits, spec, '<'));
    default:
      return raise(exc::ValueError, "Unknown format code '{}' for object of type 'int'", spec.type);
  }
  if (spec.precision >= 0) return raise(exc::ValueError, "Precision not allowed in integer format specifier");
  if (spec.grouping != 0) digits = grouped(digits, spec.grouping, prefix.empty() ? 3 : 4);
  return str_new(padded(sign_of(i < 0, spec) + (spec.alternate ? prefix : ""), digits, spec, '>'));
}

Value format_float(double d, const Spec& spec) {
  const int precision = spec.precision < 0 ? 6 : static_cast<int>(spec.precision);
  const double magnitude = std::fabs(d);
  std::string digits;
  switch (spec.type) {
    case 0:
      digits = spec.precision < 0 ? float_repr(magnitude) : fmt::format("{:.{}g}", magnitude, std::max(precision, 1));
      break;
    case 'f':
    case 'F':
      digits = fmt::format("{:.{}f}", magnitude, precision);
      break;
    case 'e':
      digits = fmt::format("{:.{}e}", magnitude, precision);
      break;
    case 'E':
      digits = fmt::format("{:.{}E}", magnitude, precision);
      break;
    case 'g':
    case 'n':
      digits = fmt::format("{:.{}g}", magnitude, std::max(precision, 1));
      break;
    case 'G':
      digits = fmt::format("{:.{}G}", magnitude, std::max(precision, 1));
      break;
    case '%':
      digits = fmt::format("{:.{}f}%", magnitude * 100, precision);
      break;
    default:
      return raise(exc::ValueError, "Unknown format code '{}' for object of type 'float'", spec.type);
  }
  if (spec.grouping != 0) digits = grouped(digits, spec.grouping, 3);
  return str_new(padded(sign_of(std::signbit(d) && !std::isnan(d), spec), digits, spec, '>'));
}

Value format_text_value(Str* s, const Spec& spec) {
  if (spec.type != 0 && spec.type != 's') return raise(exc::ValueError, "Unknown format code '{}' for object of type 'str'", spec.type);
  if (spec.align == '=' && spec.fill != "0") return raise(exc::ValueError, "'=' alignment not allowed in string format specifier");
  Str* cut = spec.precision >= 0 && spec.precision < s->length ? str_slice(s, 0, spec.precision, 1) : s;
  Spec shown_spec = spec;
  if (spec.align == '=') shown_spec.align = '<';
  return cut == nullptr ? nullptr : str_new(padded("", cut->view(), shown_spec, '<'));
}

bool is_float_code(char c) { return c == 'e' || c == 'E' || c == 'f' || c == 'F' || c == 'g' || c == 'G' || c == '%'; }
}  // namespace

Value apply_format_spec(Value v, std::string_view text) {
  Spec spec;
  if (!parse_spec(text, spec)) return nullptr;
  if (is_str(v)) return format_text_value(as_str(v), spec);
  if (text.empty()) return to_str(v);
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

// ---- str.format -------------------------------------------------------------------------------------------------------------------------------

namespace {
struct Formatter {
  Args args;  // without the text itself
  std::int64_t next = 0;
  std::string out = {};

  Value argument(std::string_view name) {
    if (name.empty() || is_digit(name[0])) {
      std::size_t at = 0;
      const std::int64_t i = name.empty() ? next++ : read_number(name, at);
      return i < args.count ? args[i] : raise(exc::IndexError, "Replacement index {} out of range for positional args tuple", i);
    }
    Value v = keyword_arg(args, name);
    return v != nullptr ? v : raise_with(exc::KeyError, str_value(name));
  }
  /// name, then .attribute and [key].
  Value field(std::string_view path) {
    std::size_t at = std::min(path.find_first_of(".["), path.size());
    Value v = argument(path.substr(0, at));
    while (v != nullptr && at < path.size()) {
      const bool attribute = path[at] == '.';
      const std::size_t end = attribute ? std::min(path.find_first_of(".[", at + 1), path.size()) : path.find(']', at);
      if (end == std::string_view::npos) return raise(exc::ValueError, "Missing ']' in format string");
      const std::string_view part = path.substr(at + 1, end - at - 1);
      std::size_t digits = 0;
      if (attribute)
        v = get_attr(v, intern(part));
      else
        v = get_item(v, !part.empty() && is_digit(part[0]) ? small_int(read_number(part, digits)) : str_value(part));
      at = attribute ? end : end + 1;
    }
    return v;
  }
  bool replacement(std::string_view body, int depth) {
    const std::size_t colon = body.find(':');
    std::string_view path = body.substr(0, colon);
    char conversion = 0;
    if (const std::size_t mark = path.find('!'); mark != std::string_view::npos)
      conversion = mark + 1 < path.size() ? path[mark + 1] : '?', path = path.substr(0, mark);
    Value v = field(path);
    if (v != nullptr && conversion != 0) {
      if (conversion != 'r' && conversion != 's' && conversion != 'a')
        return raise(exc::ValueError, "Unknown conversion specifier {}", conversion), false;
      v = conversion == 's' ? to_str(v) : repr(v);
    }
    if (v == nullptr) return false;
    Formatter inner{args, next, {}};
    if (colon != std::string_view::npos && !inner.run(body.substr(colon + 1), depth + 1)) return false;
    next = inner.next;
    Value shown_value = format_value(v, str_value(inner.out));
    if (shown_value == nullptr) return false;
    out += as_str(shown_value)->view();
    return true;
  }
  bool run(std::string_view text, int depth) {
    if (depth > 2) return raise(exc::ValueError, "Max string recursion exceeded"), false;
    for (std::size_t at = 0; at < text.size(); ++at) {
      const char c = text[at];
      if ((c == '{' || c == '}') && at + 1 < text.size() && text[at + 1] == c) {
        out += c;
        ++at;
      } else if (c == '}') {
        return raise(exc::ValueError, "Single '}}' encountered in format string"), false;
      } else if (c == '{') {
        std::size_t end = at + 1;
        for (int open = 1; end < text.size() && (open += text[end] == '{' ? 1 : text[end] == '}' ? -1 : 0) > 0;) ++end;
        if (end >= text.size()) return raise(exc::ValueError, "expected '}}' before end of string"), false;
        if (!replacement(text.substr(at + 1, end - at - 1), depth)) return false;
        at = end;
      } else {
        out += c;
      }
    }
    return true;
  }
};
}  // namespace

Value str_format_method(Args args) {
  Formatter f{Args{args.values + 1, args.count - 1, args.names}, 0, {}};
  return f.run(as_str(args[0])->view(), 0) ? str_new(f.out) : nullptr;
}

// ---- text % arguments -------------------------------------------------------------------------------------------------------------------------

namespace {
struct Percent {
  std::string_view text;
  Value arguments;
  std::size_t at = 0;
  std::int64_t next = 0;
  bool mapped = false;
  std::string out = {};

  Tuple* tuple() const { return is_instance(arguments, &tuple_type) ? as_tuple(arguments) : nullptr; }
  Value argument() {
    Tuple* t = tuple();
    if (t == nullptr ? next > 0 : next >= t->size) return raise(exc::TypeError, "not enough arguments for format string");
    ++next;
    return t == nullptr ? arguments : t->items[next - 1];
  }
  bool star_or_number(std::int64_t* n) {
    if (at < text.size() && text[at] == '*') {
      ++at;
      Value v = argument();
      return v != nullptr && index_of(v, n);
    }
    *n = read_number(text, at);
    return true;
  }
  Value key_or_argument() {
    if (at >= text.size() || text[at] != '(') return nullptr;
    const std::size_t end = text.find(')', at);
    if (end == std::string_view::npos) return raise(exc::ValueError, "incomplete format key");
    const std::string_view key = text.substr(at + 1, end - at - 1);
    at = end + 1;
    mapped = true;
    if (tuple() != nullptr || is_str(arguments)) return raise(exc::TypeError, "format requires a mapping");
    return get_item(arguments, str_value(key));
  }
  Value converted(Value v, Spec& spec) {
    double d = 0;
    std::int64_t i = 0;
    switch (spec.type) {
      case 's':
      case 'r':
      case 'a': {
        Str* s = spec.type == 's' ? to_str(v) : repr(v);
        spec.type = 0;
        if (spec.align == 0 || spec.align == '=') spec.align = '>', spec.fill = " ";
        return s == nullptr ? nullptr : format_text_value(s, spec);
      }
      case 'c':
        if (!is_str(v)) return index_of(v, &i) ? format_int(i, spec) : nullptr;
        if (as_str(v)->length != 1) return raise(exc::TypeError, "%c requires int or char");
        spec.type = 0;
        return format_text_value(as_str(v), spec);
      case 'i':
      case 'u':
      case 'd':
        if (is_instance(v, &float_type))
          i = static_cast<std::int64_t>(as<Float>(v)->value);
        else if (!is_instance(v, &int_type))
          return raise(exc::TypeError, "%{} format: a real number is required, not {}", spec.type, type_name(v));
        else if (!index_of(v, &i))
          return nullptr;
        spec.type = 'd', spec.precision = -1;
        return format_int(i, spec);
      case 'x':
      case 'X':
      case 'o':
        if (!is_instance(v, &int_type)) return raise(exc::TypeError, "%{} format: an integer is required, not {}", spec.type, type_name(v));
        return index_of(v, &i) ? format_int(i, spec) : nullptr;
      default:
        if (!is_float_code(spec.type) || spec.type == '%')
          return raise(exc::ValueError, "unsupported format character '{}' ({:#x}) at index {}", spec.type, static_cast<int>(spec.type), at - 1);
        return float_of(v, &d) ? format_float(d, spec) : nullptr;
    }
  }
  bool directive() {
    Value v = key_or_argument();
    if (v == nullptr && error_pending()) return false;
    Spec spec;
    for (; at < text.size() && std::string_view("-+ #0").find(text[at]) != std::string_view::npos; ++at) {
      if (text[at] == '-')
        spec.align = '<', spec.fill = " ";
      else if (text[at] == '0' && spec.align == 0)
        spec.align = '=', spec.fill = "0";
      else if (text[at] == '#')
        spec.alternate = true;
      else if (text[at] != '0')
        spec.sign = text[at];
    }
    if (!star_or_number(&spec.width)) return false;
    if (spec.width < 0) spec.align = '<', spec.fill = " ", spec.width = -spec.width;
    if (at < text.size() && text[at] == '.' && (++at, !star_or_number(&spec.precision))) return false;
    while (at < text.size() && (text[at] == 'l' || text[at] == 'h')) ++at;
    if (at >= text.size()) return raise(exc::ValueError, "incomplete format"), false;
    spec.type = text[at++];
    if (spec.type == '%') return out += '%', true;
    if (v == nullptr && (v = argument()) == nullptr) return false;
    Value r = converted(v, spec);
    if (r == nullptr) return false;
    out += as_str(r)->view();
    return true;
  }
  bool run() {
    while (at < text.size()) {
      if (text[at] != '%')
        out += text[at++];
      else if (++at, !directive())
        return false;
    }
    const bool all_used = mapped || (tuple() != nullptr ? next >= tuple()->size : next > 0 || is_instance(arguments, &dict_type));
    return all_used || (raise(exc::TypeError, "not all arguments converted during string formatting"), false);
  }
};
}  // namespace

Value format_str(Str* text, Value arguments) {
  Percent p{.text = text->view(), .arguments = arguments};
  return p.run() ? str_new(p.out) : nullptr;
}

}  // namespace minipy
