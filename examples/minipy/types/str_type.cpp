// str: UTF-8 texts. Letters beyond ASCII have no case here.
#include <algorithm>
#include <cstring>

#include "runtime/error.hpp"
#include "runtime/names.hpp"
#include "runtime/ops.hpp"
#include "runtime/str.hpp"
#include "runtime/table.hpp"
#include "syntax/lexer.hpp"
#include "types/sequence.hpp"
#include "types/types.hpp"

namespace minipy {

Value str_value(std::string_view text) { return str_new(text); }

namespace {
std::string_view view(Value v) { return as_str(v)->view(); }
bool need_str(Value v, const char* what) { return is_str(v) || (raise(exc::TypeError, "{} must be str, not {}", what, type_name(v)), false); }

Value str_construct(Type* cls, Args args) {
  Value a[3];
  if (!unpack_args(args, "str", {"object", "encoding", "errors"}, 0, a)) return nullptr;
  Str* s = a[0] == nullptr ? str_new("") : nullptr;
  if (a[0] != nullptr && (a[1] != nullptr || a[2] != nullptr)) {
    if (!is_instance(a[0], &bytes_type)) return raise(exc::TypeError, "decoding to str: need a bytes-like object, {} found", type_name(a[0]));
    if (!valid_utf8(as<Bytes>(a[0])->view())) return raise(exc::UnicodeDecodeError, "'utf-8' codec can't decode bytes: invalid data");
    s = str_new(as<Bytes>(a[0])->view());
  } else if (a[0] != nullptr) {
    s = to_str(a[0]);
  }
  if (s == nullptr || cls == &str_type) return s;
  Value v = allocate_instance(cls, s->bytes);
  if (v == nullptr) return nullptr;
  as_str(v)->bytes = s->bytes, as_str(v)->length = s->length;
  std::memcpy(as_str(v)->data, s->data, usize(s->bytes));
  return v;
}
Value str_repr(Value v) { return str_new(quoted(view(v))); }
Value str_str(Value v) { return is_exact(v, &str_type) ? v : str_new(view(v)); }
bool str_hash_slot(Value v, std::uint64_t* out) { return *out = str_hash(as_str(v)), true; }
int str_truth(Value v) { return as_str(v)->bytes > 0; }
std::int64_t str_length(Value v) { return as_str(v)->length; }
Value str_compare(CompareOp op, Value a, Value b) {
  if (!is_str(a) || !is_str(b)) return not_implemented();
  return boolean(compare_as(op, view(a), view(b)));
}
Value repeated(std::string_view s, Value times) {
  std::int64_t n = 0, total = 0;
  if (!index_of(times, &n)) return nullptr;
  n = std::max<std::int64_t>(n, 0);
  if (__builtin_mul_overflow(n, ssize(s.size()), &total)) return raise_no_memory();
  Str* out = str_room(total);
  if (out == nullptr) return nullptr;
  for (std::int64_t i = 0; i < n; ++i) std::memcpy(out->data + usize(i) * s.size(), s.data(), s.size());
  return str_finish(out);
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
  if (op == BinaryOp::mul && is_str(a) && is_instance(b, &int_type)) return repeated(view(a), b);
  if (op == BinaryOp::mul && is_str(b) && is_instance(a, &int_type)) return repeated(view(b), a);
  if (op == BinaryOp::mod && is_str(a)) return format_str(as_str(a), b);
  return not_implemented();
}
Value str_getitem(Value v, Value key) {
  Str* s = as_str(v);
  if (is_instance(key, &slice_type)) {
    std::int64_t start = 0, stop = 0, step = 0, count = 0;
    return slice_bounds(as<Slice>(key), s->length, &start, &stop, &step, &count) ? str_slice(s, start, stop, step) : nullptr;
  }
  std::int64_t i = 0;
  return item_index(key, s->length, "string", &i) ? str_slice(s, i, i + 1, 1) : nullptr;
}
int str_contains(Value v, Value key) {
  if (!is_str(key)) return raise(exc::TypeError, "'in <string>' requires string as left operand, not {}", type_name(key)), -1;
  return view(v).find(view(key)) != std::string_view::npos;
}
Value str_iter(Value v) { return iterator_new(str_iterator_type, v); }

Value list_of_texts(const std::vector<std::string_view>& parts) {
  List* out = list_new();
  for (const std::string_view p : parts)
    if (Str* s = str_new(p); out == nullptr || s == nullptr || !list_append(out, s)) return nullptr;
  return out;
}
Value split_method(Args args, bool right) {
  Value a[3];
  if (!unpack_args(args, right ? "rsplit" : "split", {"self", "sep", "maxsplit"}, 1, a)) return nullptr;
  std::int64_t most = -1;
  if (a[2] != nullptr && !index_of(a[2], &most)) return nullptr;
  if (a[1] == nullptr || a[1] == none()) {
    if (!right || most < 0) return list_of_texts(split_spaces(view(a[0]), most));
    std::vector<std::string_view> out;
    std::string_view rest = trimmed(view(a[0]), {}, false, true);
    for (; most > 0 && !rest.empty(); --most) {
      std::size_t from = rest.size();
      while (from > 0 && !is_space(rest[from - 1])) --from;
      out.insert(out.begin(), rest.substr(from));
      rest = trimmed(rest.substr(0, from), {}, false, true);
    }
    if (!rest.empty()) out.insert(out.begin(), rest);
    return list_of_texts(out);
  }
  if (!need_str(a[1], "separator")) return nullptr;
  if (view(a[1]).empty()) return raise(exc::ValueError, "empty separator");
  return list_of_texts(split_at(view(a[0]), view(a[1]), most, right));
}
Value str_split(Args a) { return split_method(a, false); }
Value str_rsplit(Args a) { return split_method(a, true); }
Value str_splitlines(Args args) {
  Value a[2];
  if (!unpack_args(args, "splitlines", {"self", "keepends"}, 1, a)) return nullptr;
  const bool keep = a[1] != nullptr && truth(a[1]) == 1;
  std::vector<std::string_view> out;
  for (std::string_view rest = view(a[0]); !rest.empty();) {
    const std::size_t end = rest.find_first_of("\r\n");
    if (end == std::string_view::npos) return out.push_back(rest), list_of_texts(out);
    const std::size_t width = rest[end] == '\r' && end + 1 < rest.size() && rest[end + 1] == '\n' ? 2 : 1;
    out.push_back(rest.substr(0, keep ? end + width : end));
    rest.remove_prefix(end + width);
  }
  return list_of_texts(out);
}
Value str_join(Args a) {
  List* items = list_from(a[1]);
  if (items == nullptr) return nullptr;
  std::string out;
  for (std::int64_t i = 0; i < items->size; ++i) {
    if (!is_str(items->items[i])) return raise(exc::TypeError, "sequence item {}: expected str instance, {} found", i, type_name(items->items[i]));
    if (i > 0) out += view(a[0]);
    out += view(items->items[i]);
  }
  return str_new(out);
}
Value strip_method(Args a, bool left, bool right) {
  if (a.count > 1 && a[1] != none() && !need_str(a[1], "strip arg")) return nullptr;
  return str_new(trimmed(view(a[0]), a.count > 1 && a[1] != none() ? view(a[1]) : std::string_view{}, left, right));
}
Value str_strip(Args a) { return strip_method(a, true, true); }
Value str_lstrip(Args a) { return strip_method(a, true, false); }
Value str_rstrip(Args a) { return strip_method(a, false, true); }
Value str_replace(Args a) {
  std::int64_t most = -1;
  if (!need_str(a[1], "replace() argument 1") || !need_str(a[2], "replace() argument 2") || (a.count > 3 && !index_of(a[3], &most))) return nullptr;
  return str_new(replaced(view(a[0]), view(a[1]), view(a[2]), most));
}
std::int64_t find_in(Args a, bool right, bool* failed) {
  Str* s = as_str(a[0]);
  std::int64_t start = 0, stop = 0;
  *failed = !need_str(a[1], "must be str, argument") || !range_of(a, 2, s->length, &start, &stop);
  if (*failed || start > stop) return -1;
  const std::int64_t from = str_offset(s, start), to = str_offset(s, stop);
  const std::string_view part = s->view().substr(usize(from), usize(to - from));
  const std::size_t at = right ? part.rfind(view(a[1])) : part.find(view(a[1]));
  return at == std::string_view::npos ? -1 : utf8_length(s->view().substr(0, usize(from) + at));
}
Value find_method(Args a, bool right, bool must) {
  bool failed = false;
  const std::int64_t at = find_in(a, right, &failed);
  if (failed) return nullptr;
  return at < 0 && must ? raise(exc::ValueError, "substring not found") : small_int(at);
}
Value str_find(Args a) { return find_method(a, false, false); }
Value str_rfind(Args a) { return find_method(a, true, false); }
Value str_index(Args a) { return find_method(a, false, true); }
Value str_rindex(Args a) { return find_method(a, true, true); }
Value str_count(Args a) {
  std::int64_t start = 0, stop = 0;
  if (!need_str(a[1], "count() argument") || !range_of(a, 2, as_str(a[0])->length, &start, &stop)) return nullptr;
  Str* part = str_slice(as_str(a[0]), start, stop, 1);
  return part == nullptr ? nullptr : small_int(count_of(part->view(), view(a[1])));
}
Value affix_method(Args a, bool end) {
  std::int64_t start = 0, stop = 0;
  if (!range_of(a, 2, as_str(a[0])->length, &start, &stop)) return nullptr;
  Str* part = str_slice(as_str(a[0]), start, stop, 1);
  Tuple* options = is_instance(a[1], &tuple_type) ? as_tuple(a[1]) : tuple_of({a[1]});
  for (std::int64_t i = 0; part != nullptr && i < options->size; ++i) {
    if (!is_str(options->items[i]))
      return raise(exc::TypeError, "{} first arg must be str or a tuple of str, not {}", end ? "endswith" : "startswith",
                   type_name(options->items[i]));
    if (end ? part->view().ends_with(view(options->items[i])) : part->view().starts_with(view(options->items[i]))) return boolean(true);
  }
  return part == nullptr ? nullptr : boolean(false);
}
Value str_startswith(Args a) { return affix_method(a, false); }
Value str_endswith(Args a) { return affix_method(a, true); }
Value str_removeprefix(Args a) {
  return need_str(a[1], "argument") ? str_new(view(a[0]).starts_with(view(a[1])) ? view(a[0]).substr(view(a[1]).size()) : view(a[0])) : nullptr;
}
Value str_removesuffix(Args a) {
  return need_str(a[1], "argument")
             ? str_new(view(a[0]).ends_with(view(a[1])) ? view(a[0]).substr(0, view(a[0]).size() - view(a[1]).size()) : view(a[0]))
             : nullptr;
}
template <class F>
Value mapped(Args a, F f) {
  std::string out(view(a[0]));
  std::transform(out.begin(), out.end(), out.begin(), f);
  return str_new(out);
}
Value str_lower(Args a) { return mapped(a, lower); }
Value str_upper(Args a) { return mapped(a, upper); }
Value str_swapcase(Args a) {
  return mapped(a, [](char c) { return is_lower(c) ? upper(c) : lower(c); });
}
Value str_capitalize(Args a) {
  bool first = true;
  return mapped(a, [&](char c) { return first ? (first = false, upper(c)) : lower(c); });
}
Value str_title(Args a) {
  bool inside = false;
  return mapped(a, [&](char c) {
    const char r = inside ? lower(c) : upper(c);
    inside = is_lower(lower(c));
    return r;
  });
}
template <class F>
Value all_of(Args a, F f) {
  const std::string_view s = view(a[0]);
  return boolean(!s.empty() && std::all_of(s.begin(), s.end(), f));
}
Value str_isdigit(Args a) { return all_of(a, is_digit); }
Value str_isspace(Args a) { return all_of(a, is_space); }
Value str_isalpha(Args a) {
  return all_of(a, [](char c) { return is_lower(lower(c)) || (c & 0x80) != 0; });
}
Value str_isalnum(Args a) {
  return all_of(a, [](char c) { return is_lower(lower(c)) || is_digit(c) || (c & 0x80) != 0; });
}
Value case_method(Args a, bool (*wanted)(char), bool (*other)(char)) {
  const std::string_view s = view(a[0]);
  return boolean(std::any_of(s.begin(), s.end(), wanted) && std::none_of(s.begin(), s.end(), other));
}
Value str_islower(Args a) { return case_method(a, is_lower, is_upper); }
Value str_isupper(Args a) { return case_method(a, is_upper, is_lower); }
Value str_isidentifier(Args a) {
  const std::string_view s = view(a[0]);
  return boolean(!s.empty() && !is_digit(s[0]) &&
                 std::all_of(s.begin(), s.end(), [](char c) { return is_lower(lower(c)) || is_digit(c) || c == '_' || (c & 0x80) != 0; }));
}
Value str_isascii(Args a) { return boolean(as_str(a[0])->ascii()); }
Value pad_method(Args a, double left_share) {
  std::int64_t width = 0;
  if (!index_of(a[1], &width) || (a.count > 2 && !need_str(a[2], "The fill character"))) return nullptr;
  const std::int64_t missing = std::max<std::int64_t>(width - as_str(a[0])->length, 0);
  const std::int64_t left = left_share == 0.5 ? missing / 2 + (missing & width & 1) : left_share == 0 ? 0 : missing;
  std::string out;
  const std::string_view fill = a.count > 2 ? view(a[2]) : " ";
  for (std::int64_t i = 0; i < left; ++i) out += fill;
  out += view(a[0]);
  for (std::int64_t i = left; i < missing; ++i) out += fill;
  return str_new(out);
}
Value str_ljust(Args a) { return pad_method(a, 0); }
Value str_rjust(Args a) { return pad_method(a, 1); }
Value str_center(Args a) { return pad_method(a, 0.5); }
Value str_zfill(Args a) {
  std::int64_t width = 0;
  if (!index_of(a[1], &width)) return nullptr;
  std::string out(view(a[0]));
  const std::size_t sign = !out.empty() && (out[0] == '-' || out[0] == '+') ? 1 : 0;
  if (width > as_str(a[0])->length) out.insert(sign, usize(width - as_str(a[0])->length), '0');
  return str_new(out);
}
Value partition_method(Args a, bool right) {
  if (!need_str(a[1], "separator")) return nullptr;
  const std::string_view s = view(a[0]), sep = view(a[1]);
  if (sep.empty()) return raise(exc::ValueError, "empty separator");
  const std::size_t at = right ? s.rfind(sep) : s.find(sep);
  if (at == std::string_view::npos) return right ? tuple_of({str_new(""), str_new(""), a[0]}) : tuple_of({a[0], str_new(""), str_new("")});
  return tuple_of({str_new(s.substr(0, at)), str_new(sep), str_new(s.substr(at + sep.size()))});
}
Value str_partition(Args a) { return partition_method(a, false); }
Value str_rpartition(Args a) { return partition_method(a, true); }
Value str_encode(Args a) { return bytes_new(view(a[0])); }
Value str_expandtabs(Args a) {
  std::string out;
  std::int64_t width = 8;
  if (a.count > 1 && !index_of(a[1], &width)) return nullptr;
  std::size_t column = 0;
  for (const char c : view(a[0])) {
    if (c != '\t')
      out += c, column = c == '\n' ? 0 : column + 1;
    else
      do out += ' ';
      while (width > 0 && ++column % usize(width) != 0);
  }
  return str_new(out);
}
Value str_format_dunder(Args a) {
  return is_str(a[1]) ? apply_format_spec(a[0], view(a[1])) : raise(exc::TypeError, "__format__() argument must be str");
}
Value str_translate(Args a) {
  std::string out;
  const std::string_view s = view(a[0]);
  for (std::size_t at = 0; at < s.size();) {
    const std::uint32_t c = decode_utf8(s, at);
    Value to = get_item(a[1], small_int(c));
    if (to == nullptr && !clear_error_if(exc::LookupError)) return nullptr;
    if (to == nullptr)
      append_utf8(out, c);
    else if (is_int(to))
      append_utf8(out, static_cast<std::uint32_t>(int_of(to)));
    else if (is_str(to))
      out += view(to);
  }
  return str_new(out);
}
Value str_maketrans(Args a) {
  Dict* d = dict_new();
  const std::string_view from = view(a[0]), to = a.count > 1 ? view(a[1]) : "";
  for (std::size_t i = 0, k = 0; d != nullptr && i < from.size() && k < to.size();) {
    const Value key = small_int(decode_utf8(from, i));
    if (!dict_set(d, key, small_int(decode_utf8(to, k)))) return nullptr;
  }
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
  ready_type(str_type);
  define_natives(str_type, {{"split", str_split, 1, 3, kMethod | kNames},
                            {"rsplit", str_rsplit, 1, 3, kMethod | kNames},
                            {"splitlines", str_splitlines, 1, 2, kMethod | kNames},
                            {"join", str_join, 2, 2, kMethod},
                            {"strip", str_strip, 1, 2, kMethod},
                            {"lstrip", str_lstrip, 1, 2, kMethod},
                            {"rstrip", str_rstrip, 1, 2, kMethod},
                            {"replace", str_replace, 3, 4, kMethod},
                            {"find", str_find, 2, 4, kMethod},
                            {"rfind", str_rfind, 2, 4, kMethod},
                            {"index", str_index, 2, 4, kMethod},
                            {"rindex", str_rindex, 2, 4, kMethod},
                            {"count", str_count, 2, 4, kMethod},
                            {"startswith", str_startswith, 2, 4, kMethod},
                            {"endswith", str_endswith, 2, 4, kMethod},
                            {"removeprefix", str_removeprefix, 2, 2, kMethod},
                            {"removesuffix", str_removesuffix, 2, 2, kMethod},
                            {"lower", str_lower, 1, 1, kMethod},
                            {"upper", str_upper, 1, 1, kMethod},
                            {"casefold", str_lower, 1, 1, kMethod},
                            {"swapcase", str_swapcase, 1, 1, kMethod},
                            {"capitalize", str_capitalize, 1, 1, kMethod},
                            {"title", str_title, 1, 1, kMethod},
                            {"isdigit", str_isdigit, 1, 1, kMethod},
                            {"isdecimal", str_isdigit, 1, 1, kMethod},
                            {"isnumeric", str_isdigit, 1, 1, kMethod},
                            {"isspace", str_isspace, 1, 1, kMethod},
                            {"isalpha", str_isalpha, 1, 1, kMethod},
                            {"isalnum", str_isalnum, 1, 1, kMethod},
                            {"islower", str_islower, 1, 1, kMethod},
                            {"isupper", str_isupper, 1, 1, kMethod},
                            {"isidentifier", str_isidentifier, 1, 1, kMethod},
                            {"isascii", str_isascii, 1, 1, kMethod},
                            {"ljust", str_ljust, 2, 3, kMethod},
                            {"rjust", str_rjust, 2, 3, kMethod},
                            {"center", str_center, 2, 3, kMethod},
                            {"zfill", str_zfill, 2, 2, kMethod},
                            {"partition", str_partition, 2, 2, kMethod},
                            {"rpartition", str_rpartition, 2, 2, kMethod},
                            {"encode", str_encode, 1, 3, kMethod | kNames},
                            {"expandtabs", str_expandtabs, 1, 2, kMethod},
                            {"format", str_format_method, 1, -1, kMethod | kNames},
                            {"__format__", str_format_dunder, 2, 2, kMethod},
                            {"translate", str_translate, 2, 2, kMethod},
                            {"maketrans", str_maketrans, 1, 3, kStatic}});
}

}  // namespace minipy
