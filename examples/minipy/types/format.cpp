// str.format, and the % operator.
#include "runtime/builder.hpp"
#include "runtime/error.hpp"
#include "runtime/names.hpp"
#include "runtime/ops.hpp"
#include "runtime/str.hpp"
#include "types/format_spec.hpp"
#include "types/sequence.hpp"
#include "types/types.hpp"

namespace minipy {

// ---- str.format -------------------------------------------------------------------------------------------------------------------------------

namespace {
struct Formatter {
  Args args;      // without the text itself
  Value mapping;  // format_map's, or null
  std::int64_t next = 0;
  enum class Numbering : std::uint8_t { unknown, automatic, manual } numbering = Numbering::unknown;
  TextBuilder out = {};

  Value numbered(std::string_view name) {
    const Numbering how = name.empty() ? Numbering::automatic : Numbering::manual;
    if (numbering != Numbering::unknown && numbering != how)
      return raise(exc::ValueError, "cannot switch from {}", how == Numbering::automatic ? "manual field specification to automatic field numbering"
                                                                                         : "automatic field numbering to manual field specification");
    numbering = how;
    std::size_t at = 0;
    const std::int64_t i = name.empty() ? next++ : read_number(name, at);
    if (mapping != nullptr) return raise(exc::ValueError, "Format string contains positional fields");
    return i < args.count ? args[i] : raise(exc::IndexError, "Replacement index {} out of range for positional args tuple", i);
  }
  Value argument(std::string_view name) {
    if (name.find_first_not_of("0123456789") == std::string_view::npos) return numbered(name);
    if (mapping != nullptr) return get_item(mapping, str_value(name));
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
        v = part.empty() ? raise(exc::ValueError, "Empty attribute in format string") : get_attr(v, intern(part));
      else
        v = get_item(v, !part.empty() && part.find_first_not_of("0123456789") == part.npos ? small_int(read_number(part, digits)) : str_value(part));
      at = attribute ? end : end + 1;
      if (v != nullptr && at < path.size() && path[at] != '.' && path[at] != '[')
        return raise(exc::ValueError, "Only '.' or '[' may follow ']' in format field specifier");
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
      v = converted_by(v, conversion);
    }
    if (v == nullptr) return false;
    Formatter inner{args, mapping, next, numbering};
    if (colon != std::string_view::npos && !inner.run(body.substr(colon + 1), depth + 1)) return false;
    next = inner.next, numbering = inner.numbering;
    Str* spec = inner.out.finish();
    Value shown_value = spec == nullptr ? nullptr : format_value(v, spec);
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
        if (at + 1 == text.size()) return raise(exc::ValueError, "Single '{{' encountered in format string"), false;
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

Str* converted_by(Value v, char conversion) {
  if (conversion == 's') return to_str(v);
  Str* text = repr(v);
  return text == nullptr || conversion == 'r' ? text : str_ascii(text);
}
Value str_format_method(Args args) {
  Formatter f{Args{args.values + 1, args.count - 1, args.names}, nullptr};
  return f.run(as_str(args[0])->view(), 0) ? f.out.finish() : nullptr;
}
Value str_format_map(Args args) {
  Formatter f{Args{args.values, 0}, args[1]};
  return f.run(as_str(args[0])->view(), 0) ? f.out.finish() : nullptr;
}

// ---- text % arguments -------------------------------------------------------------------------------------------------------------------------

namespace {
struct Percent {
  std::string_view text;
  Value arguments;
  std::size_t at = 0;
  std::int64_t next = 0;
  bool mapped = false;
  TextBuilder out = {};

  Tuple* tuple() const { return is_instance(arguments, &tuple_type) ? as_tuple(arguments) : nullptr; }
  bool is_mapping() const {
    const Type* type = type_of(arguments);
    if (tuple() != nullptr || is_str(arguments)) return false;
    return is_heap_type(type) ? type_lookup(type_of(arguments), names::__getitem__) != nullptr : type->slots->getitem != nullptr;
  }
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
    if (!is_mapping()) return raise(exc::TypeError, "format requires a mapping");
    return get_item(arguments, str_value(key));
  }
  Value converted(Value v, Spec& spec) {
    double d = 0;
    std::int64_t i = 0;
    switch (spec.type) {
      case 's':
      case 'r':
      case 'a': {
        Str* s = converted_by(v, spec.type);
        return s == nullptr ? nullptr : text_of(s, spec);
      }
      case 'c':
        if (is_str(v)) return as_str(v)->length == 1 ? text_of(as_str(v), spec) : raise(exc::TypeError, "%c requires int or char");
        if (!is_index(v)) return raise(exc::TypeError, "%c requires int or char");
        spec.precision = -1, spec.sign = 0;
        if (spec.align == 0) spec.align = '>';
        return index_of(v, &i) ? format_int(i, spec) : nullptr;
      case 'i':
      case 'u':
      case 'd':
      case 'x':
      case 'X':
      case 'o':
        return integer(v, spec);
      default:
        if (!is_float_code(spec.type) || spec.type == '%')
          return raise(exc::ValueError, "unsupported format character '{}' ({:#x}) at index {}", spec.type, static_cast<int>(spec.type), at - 1);
        return float_of(v, &d) ? format_float(d, spec) : nullptr;
    }
  }
  Value text_of(Str* s, Spec spec) {
    spec.type = 0, spec.sign = 0, spec.alternate = false;
    if (spec.align != '<') spec.align = '>', spec.fill = " ";
    return format_string(s, spec);
  }
  Value integer(Value v, Spec spec) {
    const bool whole = spec.type == 'd' || spec.type == 'i' || spec.type == 'u';
    std::int64_t i = 0;
    if (whole ? !is_index(v) && !is_instance(v, &float_type) && !has_int(v) : !is_index(v))
      return raise(exc::TypeError, "%{} format: {} is required, not {}", spec.type, whole ? "a real number" : "an integer", type_name(v));
    if (!(whole ? to_int(v, &i) : index_of(v, &i))) return nullptr;
    if (whole) spec.type = 'd';
    if (spec.precision < 0) return format_int(i, spec);
    Spec digits{.fill = "0", .width = spec.precision, .type = spec.type};  // a precision is a least number of digits
    Value body = format_int(i < 0 ? -i : i, digits);
    if (body == nullptr) return nullptr;
    TextBuilder all;
    all += i < 0 ? "-" : spec.sign == 0 ? "" : std::string_view(&spec.sign, 1);
    if (spec.alternate && spec.type != 'd') all += '0', all += spec.type;
    all += as_str(body)->view();
    Str* made = all.finish();
    spec.precision = -1;
    return made == nullptr ? nullptr : text_of(made, spec);
  }
  static bool has_int(Value v) { return is_heap_type(type_of(v)) && type_lookup(type_of(v), names::__int__) != nullptr; }
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
      else if (text[at] == '+' || (text[at] == ' ' && spec.sign == 0))
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
      const std::size_t end = std::min(text.find('%', at), text.size());
      out += text.substr(at, end - at);
      at = end + 1;
      if (out.failed() || (end < text.size() && !directive())) return false;
    }
    const bool all_used = mapped || (tuple() != nullptr ? next >= tuple()->size : next > 0 || is_mapping());
    return all_used || (raise(exc::TypeError, "not all arguments converted during string formatting"), false);
  }
};
}  // namespace

Value format_str(Str* text, Value arguments) {
  Percent p{.text = text->view(), .arguments = arguments};
  return p.run() ? p.out.finish() : nullptr;
}

}  // namespace minipy
