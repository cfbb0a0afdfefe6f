// str: UTF-8 texts. What it shares with bytes is in text_methods.hpp and case_methods.hpp.
#include <algorithm>
#include <cstring>

#include "base/unicode.hpp"
#include "runtime/error.hpp"
#include "runtime/names.hpp"
#include "runtime/ops.hpp"
#include "runtime/str.hpp"
#include "runtime/table.hpp"
#include "types/case_methods.hpp"
#include "types/codecs.hpp"
#include "types/text_methods.hpp"
#include "types/types.hpp"

namespace minipy {

Value str_value(std::string_view text) { return str_new(text); }

namespace {
std::string_view view(Value v) { return as_str(v)->view(); }
bool need_str(Value v, const char* what) { return is_str(v) || (raise(exc::TypeError, "{}, not {}", what, type_name(v)), false); }

void append_code(TextBuilder& out, std::uint32_t c) {
  char bytes[4];
  out += std::string_view(bytes, encode_utf8(c, bytes));
}

/// See text_methods.hpp.
struct StrKind {
  using Object = Str;
  using Char = Unicode;
  static constexpr bool kMultibyte = true;
  static constexpr const char *kName = "str", *kItem = "str instance";
  static std::string_view view(Value v) { return as_str(v)->view(); }
  static Value make(std::string_view s) { return str_new(s); }
  static bool is(Value v) { return is_str(v); }
  static std::int64_t length(Value v) { return as_str(v)->length; }
  static std::int64_t offset(Value v, std::int64_t item) { return str_offset(as_str(v), item); }
  static std::int64_t items(std::string_view s) { return utf8_length(s); }
  static std::uint32_t code(std::string_view s, std::size_t& at) { return decode_utf8(s, at); }
  static void append(TextBuilder& out, std::uint32_t c) { append_code(out, c); }
  static bool want(Value v, const char* what) { return need_str(v, what); }
  static bool pattern(Value v, std::string_view* out) { return need_str(v, "must be str") && (*out = as_str(v)->view(), true); }
  static Value raise_fill(Value v, const char*) {
    return is_str(v) ? raise(exc::TypeError, "The fill character must be exactly one character long")
                     : raise(exc::TypeError, "The fill character must be a unicode character, not {}", type_name(v));
  }
};

// ---- the type -----------------------------------------------------------------------------------------------------------------------------

Str* converted(Value* a) {
  if (a[0] == nullptr) return str_new("");
  if (a[1] == nullptr && a[2] == nullptr) return to_str(a[0]);
  for (int i = 1; i < 3; ++i)
    if (a[i] != nullptr && !is_str(a[i]))
      return as_str(raise(exc::TypeError, "str() argument '{}' must be str, not {}", i == 1 ? "encoding" : "errors", type_name(a[i])));
  if (is_str(a[0])) return as_str(raise(exc::TypeError, "decoding str is not supported"));
  if (!is_instance(a[0], &bytes_type)) return as_str(raise(exc::TypeError, "decoding to str: need a bytes-like object, {} found", type_name(a[0])));
  return decode_bytes(as<Bytes>(a[0]), a[1], a[2]);
}
Value str_construct(Type* cls, Args args) {
  Value a[3];
  if (!unpack_args(args, "str", {"object", "encoding", "errors"}, 0, a)) return nullptr;
  Str* s = converted(a);
  if (s == nullptr || cls == &str_type) return s;
  Value v = allocate_instance(cls, s->bytes);
  if (v == nullptr) return nullptr;
  as_str(v)->bytes = s->bytes, as_str(v)->length = s->length;
  std::memcpy(as_str(v)->data, s->data, usize(s->bytes));
  return v;
}
Value str_repr(Value v) { return str_quoted(view(v)); }
Value str_str(Value v) { return is_exact(v, &str_type) ? v : str_new(view(v)); }
bool str_hash_slot(Value v, std::uint64_t* out) { return *out = str_hash(as_str(v)), true; }
int str_truth(Value v) { return as_str(v)->bytes > 0; }
std::int64_t str_length(Value v) { return as_str(v)->length; }
Value str_compare(CompareOp op, Value a, Value b) {
  if (!is_str(a) || !is_str(b)) return not_implemented();
  return boolean(compare_as(op, view(a), view(b)));
}
Value repeated(std::string_view s, Value times) {
  std::int64_t n = 0;
  TextBuilder out(0);
  if (!index_of(times, &n)) return nullptr;
  out.repeat(s, n);
  return out.finish();
}
Value str_binary(BinaryOp op, Value a, Value b) {
  if (op == BinaryOp::add && is_str(a) && is_str(b)) {
    Str* out = str_room(as_str(a)->bytes + as_str(b)->bytes);
    if (out == nullptr) return nullptr;
    std::memcpy(out->data, as_str(a)->data, usize(as_str(a)->bytes));
    std::memcpy(out->data + as_str(a)->bytes, as_str(b)->data, usize(as_str(b)->bytes));
    out->length = as_str(a)->length + as_str(b)->length;
    return out;
  }
  if (op == BinaryOp::mul && is_str(a) && is_index(b)) return repeated(view(a), b);
  if (op == BinaryOp::mul && is_str(b) && is_index(a)) return repeated(view(b), a);
  if (op == BinaryOp::mod && is_str(a)) return format_str(as_str(a), b);
  return not_implemented();
}
Value str_getitem(Value v, Value key) {
  Str* s = as_str(v);
  std::int64_t start = 0, stop = 0, step = 0, count = 0;
  if (is_instance(key, &slice_type))
    return slice_bounds(as<Slice>(key), s->length, &start, &stop, &step, &count) ? str_slice(s, start, stop, step) : nullptr;
  if (!is_index(key)) return raise(exc::TypeError, "string indices must be integers, not '{}'", type_name(key));
  return item_index(key, s->length, "string", &start) ? str_slice(s, start, start + 1, 1) : nullptr;
}
int str_contains(Value v, Value key) {
  if (!is_str(key)) return raise(exc::TypeError, "'in <string>' requires string as left operand, not {}", type_name(key)), -1;
  return view(v).find(view(key)) != std::string_view::npos;
}
Value str_iter(Value v) { return iterator_new(str_iterator_type, v); }

// ---- methods of its own -----------------------------------------------------------------------------------------------------------------------

Value str_casefold(Args a) {
  return CaseMethods<StrKind>::mapped(a,
                                      [](std::uint32_t c, TextBuilder& out) { c == 0xDF ? void(out += "ss") : append_code(out, Unicode::lower(c)); });
}
Value str_isidentifier(Args a) {
  bool first = true;
  return CaseMethods<StrKind>::all(a, [&](std::uint32_t c) {
    const bool good = c == '_' || Unicode::is_alpha(c) || (!first && c >= '0' && c <= '9');
    first = false;
    return good;
  });
}
Value str_isprintable(Args a) { return as_str(a[0])->bytes == 0 ? boolean(true) : CaseMethods<StrKind>::all(a, Unicode::is_printable); }
Value str_encode(Args args) {
  Value a[3];
  if (!unpack_args(args, "encode", {"self", "encoding", "errors"}, 1, a)) return nullptr;
  for (int i = 1; i < 3; ++i)
    if (a[i] != nullptr && !is_str(a[i]))
      return raise(exc::TypeError, "encode() argument '{}' must be str, not {}", i == 1 ? "encoding" : "errors", type_name(a[i]));
  return encode_text(as_str(a[0]), a[1], a[2]);
}
Value str_format_dunder(Args a) {
  return is_str(a[1]) ? apply_format_spec(a[0], view(a[1])) : raise(exc::TypeError, "__format__() argument must be str, not {}", type_name(a[1]));
}
Value str_translate(Args a) {
  TextBuilder out;
  const std::string_view s = view(a[0]);
  for (std::size_t at = 0; at < s.size() && !out.failed();) {
    const std::uint32_t c = decode_utf8(s, at);
    Value to = get_item(a[1], small_int(c));
    if (to == nullptr && !clear_error_if(exc::LookupError)) return nullptr;
    if (to == nullptr) {
      append_code(out, c);
    } else if (is_str(to)) {
      out += view(to);
    } else if (is_int(to)) {
      if (int_of(to) < 0 || int_of(to) > 0x10FFFF) return raise(exc::ValueError, "character mapping must be in range(0x110000)");
      append_code(out, static_cast<std::uint32_t>(int_of(to)));
    } else if (to != none()) {
      return raise(exc::TypeError, "character mapping must return integer, None or str");
    }
  }
  return out.finish();
}
/// From a dict: keys of one character become numbers.
Value translation_of(Value source) {
  if (!is_instance(source, &dict_type)) return raise(exc::TypeError, "if you give only one argument to maketrans it must be a dict");
  Dict* d = dict_new();
  std::int64_t at = 0;
  while (const Entry* e = d == nullptr ? nullptr : table_next(as_dict(source)->table, at)) {
    Value key = e->key, value = e->value;
    std::size_t start = 0;
    if (is_str(key) && as_str(key)->length != 1) return raise(exc::ValueError, "string keys in translate table must be of length 1");
    if (is_str(key)) key = small_int(decode_utf8(view(key), start));
    if (!is_int(key)) return raise(exc::TypeError, "keys in translate table must be strings or integers");
    if (!dict_set(d, key, value)) return nullptr;
  }
  return d;
}
Value str_maketrans(Args a) {
  if (a.count == 1) return translation_of(a[0]);
  for (std::int64_t i = 0; i < a.count; ++i)
    if (!is_str(a[i])) return raise(exc::TypeError, "maketrans() argument {} must be str, not {}", i + 1, type_name(a[i]));
  if (as_str(a[0])->length != as_str(a[1])->length) return raise(exc::ValueError, "the first two maketrans arguments must have equal length");
  Dict* d = dict_new();
  for (std::size_t i = 0, k = 0; d != nullptr && i < view(a[0]).size();) {
    const Value key = small_int(decode_utf8(view(a[0]), i));
    if (!dict_set(d, key, small_int(decode_utf8(view(a[1]), k)))) return nullptr;
  }
  for (std::size_t i = 0; d != nullptr && a.count > 2 && i < view(a[2]).size();)
    if (!dict_set(d, small_int(decode_utf8(view(a[2]), i)), none())) return nullptr;
  return d;
}

constexpr std::uint32_t kOps = bits_of({BinaryOp::add, BinaryOp::mul, BinaryOp::mod});
constexpr Slots kStr = {.construct = str_construct,
                        .repr = str_repr,
                        .str = str_str,
                        .hash = str_hash_slot,
                        .compare = str_compare,
                        .binary = str_binary,
                        .truth = str_truth,
                        .length = str_length,
                        .getitem = str_getitem,
                        .contains = str_contains,
                        .iter = str_iter,
                        .binary_ops = kOps};
}  // namespace

Type str_type = builtin_type("str", &kStr, {.flags = kVarSize | kPlain, .size = sizeof(Str)});

void init_str_type() {
  using Case = CaseMethods<StrKind>;
  ready_type(str_type);
  TextMethods<StrKind>::define(str_type);
  Case::define(str_type);
  define_natives(str_type, {{"casefold", str_casefold, 1, 1, kMethod},
                            {"isdecimal", Case::isdigit, 1, 1, kMethod},
                            {"isnumeric", Case::isdigit, 1, 1, kMethod},
                            {"isidentifier", str_isidentifier, 1, 1, kMethod},
                            {"isprintable", str_isprintable, 1, 1, kMethod},
                            {"encode", str_encode, 1, 3, kMethod | kNames},
                            {"format", str_format_method, 1, -1, kMethod | kNames},
                            {"format_map", str_format_map, 2, 2, kMethod},
                            {"__format__", str_format_dunder, 2, 2, kMethod},
                            {"translate", str_translate, 2, 2, kMethod},
                            {"maketrans", str_maketrans, 1, 3, kStatic}});
}

}  // namespace minipy
