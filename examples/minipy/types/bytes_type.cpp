// bytes. What it shares with str is in text_methods.hpp and case_methods.hpp.
#include <array>
#include <cstring>

#include "base/unicode.hpp"
#include "runtime/error.hpp"
#include "runtime/names.hpp"
#include "runtime/ops.hpp"
#include "runtime/str.hpp"
#include "types/case_methods.hpp"
#include "types/codecs.hpp"
#include "types/text_methods.hpp"
#include "types/types.hpp"

namespace minipy {

namespace {
std::string_view view(Value v) { return as<Bytes>(v)->view(); }
bool is_bytes(Value v) { return is_instance(v, &bytes_type); }
bool need_bytes(Value v) { return is_bytes(v) || (raise(exc::TypeError, "a bytes-like object is required, not '{}'", type_name(v)), false); }
constexpr auto kAllBytes = [] {
  std::array<char, 256> all{};
  for (int i = 0; i < 256; ++i) all[static_cast<std::size_t>(i)] = static_cast<char>(i);
  return all;
}();
/// The one byte of a number as a text, or nothing.
bool byte_of(Value v, std::string_view* out) {
  std::int64_t i = 0;
  if (!index_of(v, &i)) return false;
  if (i < 0 || i > 255) return raise(exc::ValueError, "byte must be in range(0, 256)"), false;
  return *out = std::string_view(kAllBytes.data() + i, 1), true;
}

/// See text_methods.hpp.
struct BytesKind {
  using Object = Bytes;
  using Char = Ascii;
  static constexpr bool kMultibyte = false;
  static constexpr const char *kName = "bytes", *kItem = "a bytes-like object";
  static std::string_view view(Value v) { return as<Bytes>(v)->view(); }
  static Value make(std::string_view s) { return bytes_new(s); }
  static bool is(Value v) { return is_bytes(v); }
  static std::int64_t length(Value v) { return as<Bytes>(v)->size; }
  static std::int64_t offset(Value, std::int64_t item) { return item; }
  static std::int64_t items(std::string_view s) { return ssize(s.size()); }
  static std::uint32_t code(std::string_view s, std::size_t& at) { return static_cast<unsigned char>(s[at++]); }
  static void append(BytesBuilder& out, std::uint32_t c) { out += static_cast<char>(c); }
  static bool want(Value v, const char*) { return need_bytes(v); }
  static bool pattern(Value v, std::string_view* out) {
    if (is_bytes(v)) return *out = view(v), true;
    return is_index(v) ? byte_of(v, out) : (raise(exc::TypeError, "argument should be integer or bytes-like object, not '{}'", type_name(v)), false);
  }
  static Value raise_fill(Value v, const char* name) {
    return raise(exc::TypeError, "{}() argument 2 must be a byte string of length 1, not {}", name, type_name(v));
  }
};

// ---- the type -----------------------------------------------------------------------------------------------------------------------------

Bytes* from_items(Value source) {
  Value iterator = get_iter(source);
  if (iterator == nullptr) {
    if (clear_error_if(exc::TypeError)) raise(exc::TypeError, "cannot convert '{}' object to bytes", type_name(source));
    return nullptr;
  }
  BytesBuilder out;
  std::int64_t n = 0;
  while (Value item = out.failed() ? nullptr : iter_next(iterator)) {
    if (!index_of(item, &n)) return nullptr;
    if (n < 0 || n > 255) return raise(exc::ValueError, "bytes must be in range(0, 256)"), nullptr;
    out += static_cast<char>(n);
  }
  return error_pending() ? nullptr : out.finish();
}
Bytes* converted(Value source) {
  bool missing = false;
  Value made = is_bytes(source) && is_exact(source, &bytes_type) ? source : call_special(source, names::__bytes__, {}, &missing);
  if (!missing) {
    if (made != nullptr && !is_bytes(made)) raise(exc::TypeError, "__bytes__ returned non-bytes (type {})", type_name(made));
    return error_pending() ? nullptr : as<Bytes>(made);
  }
  if (is_bytes(source)) return bytes_new(view(source));
  if (!is_index(source)) return from_items(source);
  std::int64_t n = 0;
  if (!index_of(source, &n)) return nullptr;
  if (n < 0) return raise(exc::ValueError, "negative count"), nullptr;
  Bytes* zeros = bytes_room(n);
  if (zeros != nullptr) std::memset(zeros->data, 0, usize(n));
  return zeros;
}
Bytes* made_of(Value* a) {
  if (a[0] != nullptr && is_str(a[0])) {
    if (a[1] == nullptr) return raise(exc::TypeError, "string argument without an encoding"), nullptr;
    for (int i = 1; i < 3; ++i)
      if (a[i] != nullptr && !is_str(a[i]))
        return raise(exc::TypeError, "bytes() argument '{}' must be str, not {}", i == 1 ? "encoding" : "errors", type_name(a[i])), nullptr;
    return encode_text(as_str(a[0]), a[1], a[2]);
  }
  if (a[1] != nullptr || a[2] != nullptr)
    return raise(exc::TypeError, "{} without a string argument", a[1] != nullptr ? "encoding" : "errors"), nullptr;
  return a[0] == nullptr ? bytes_new("") : converted(a[0]);
}
Value bytes_construct(Type* cls, Args args) {
  Value a[3];
  if (!unpack_args(args, "bytes", {"source", "encoding", "errors"}, 0, a)) return nullptr;
  Bytes* data = made_of(a);
  if (data == nullptr || cls == &bytes_type) return data;
  Value v = allocate_instance(cls, data->size);
  if (v == nullptr) return nullptr;
  as<Bytes>(v)->size = data->size;
  std::memcpy(as<Bytes>(v)->data, data->data, usize(data->size));
  return v;
}
Value bytes_repr(Value v) { return bytes_quoted(view(v)); }
bool bytes_hash(Value v, std::uint64_t* out) {
  *out = hash_bytes(view(v));
  return true;
}
int bytes_truth(Value v) { return as<Bytes>(v)->size > 0; }
std::int64_t bytes_length(Value v) { return as<Bytes>(v)->size; }
Value bytes_compare(CompareOp op, Value a, Value b) {
  if (!is_bytes(a) || !is_bytes(b)) return not_implemented();
  return boolean(compare_as(op, view(a), view(b)));
}
Value repeated(std::string_view s, Value times) {
  std::int64_t n = 0;
  BytesBuilder out(0);
  if (!index_of(times, &n)) return nullptr;
  out.repeat(s, n);
  return out.finish();
}
Value bytes_binary(BinaryOp op, Value a, Value b) {
  if (op == BinaryOp::add && is_bytes(a) && is_bytes(b)) {
    BytesBuilder out(as<Bytes>(a)->size + as<Bytes>(b)->size);
    out += view(a), out += view(b);
    return out.finish();
  }
  if (op == BinaryOp::mul && is_bytes(a) && is_index(b)) return repeated(view(a), b);
  if (op == BinaryOp::mul && is_bytes(b) && is_index(a)) return repeated(view(b), a);
  return not_implemented();
}
Value bytes_getitem(Value v, Value key) {
  const std::string_view s = view(v);
  std::int64_t start = 0, stop = 0, step = 0, count = 0;
  if (!is_instance(key, &slice_type)) {
    if (!is_index(key)) return raise(exc::TypeError, "byte indices must be integers or slices, not {}", type_name(key));
    return item_index(key, ssize(s.size()), "", &start) ? small_int(static_cast<unsigned char>(s[usize(start)])) : nullptr;
  }
  if (!slice_bounds(as<Slice>(key), ssize(s.size()), &start, &stop, &step, &count)) return nullptr;
  if (step == 1) return bytes_new(count == 0 ? "" : s.substr(usize(start), usize(count)));
  BytesBuilder out(count);
  for (; count > 0 && !out.failed(); --count, start += step) out += s[usize(start)];
  return out.finish();
}
int bytes_contains(Value v, Value key) {
  std::string_view what;
  if (!(is_index(key) ? byte_of(key, &what) : need_bytes(key) && (what = view(key), true))) return -1;
  return view(v).find(what) != std::string_view::npos;
}
Value bytes_iter(Value v) { return iterator_new(bytes_iterator_type, v); }

// ---- methods of its own -----------------------------------------------------------------------------------------------------------------------

Value bytes_decode(Args args) {
  Value a[3];
  if (!unpack_args(args, "decode", {"self", "encoding", "errors"}, 1, a)) return nullptr;
  for (int i = 1; i < 3; ++i)
    if (a[i] != nullptr && !is_str(a[i]))
      return raise(exc::TypeError, "decode() argument '{}' must be str, not {}", i == 1 ? "encoding" : "errors", type_name(a[i]));
  return decode_bytes(as<Bytes>(a[0]), a[1], a[2]);
}
Value bytes_hex(Args a) {
  static constexpr char kDigits[] = "0123456789abcdef";
  const std::string_view separator = a.count > 1 && is_str(a[1]) ? as_str(a[1])->view() : std::string_view{};
  if (a.count > 1 && separator.size() != 1) return raise(exc::ValueError, "sep must be length 1.");
  TextBuilder out(2 * as<Bytes>(a[0])->size);
  for (std::int64_t i = 0; i < as<Bytes>(a[0])->size && !out.failed(); ++i) {
    const auto c = static_cast<unsigned char>(as<Bytes>(a[0])->data[i]);
    if (i > 0) out += separator;
    out += kDigits[c >> 4], out += kDigits[c & 15];
  }
  return out.finish();
}
int hex_digit(char c) { return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1; }
Value bytes_fromhex(Args a) {
  if (!is_str(a[1])) return raise(exc::TypeError, "fromhex() argument must be str, not {}", type_name(a[1]));
  const std::string_view s = as_str(a[1])->view();
  BytesBuilder out;
  for (std::size_t at = 0; at < s.size();) {
    if (Ascii::is_space(static_cast<unsigned char>(s[at]))) {
      ++at;
      continue;
    }
    const int high = hex_digit(s[at]), low = at + 1 < s.size() ? hex_digit(s[at + 1]) : -1;
    if (high < 0 || low < 0) return raise(exc::ValueError, "non-hexadecimal number found in fromhex() arg at position {}", high < 0 ? at : at + 1);
    out += static_cast<char>(high * 16 + low);
    at += 2;
  }
  Bytes* made = out.finish();
  return made == nullptr || a[0] == &bytes_type ? made : call(a[0], {made});
}
Value bytes_translate(Args args) {
  Value a[3];
  if (!unpack_args(args, "translate", {"self", "table", "delete"}, 2, a)) return nullptr;
  if ((a[1] != none() && !need_bytes(a[1])) || (a[2] != nullptr && !need_bytes(a[2]))) return nullptr;
  if (a[1] != none() && as<Bytes>(a[1])->size != 256) return raise(exc::ValueError, "translation table must be 256 characters long");
  BytesBuilder out(as<Bytes>(a[0])->size);
  for (const char c : view(a[0])) {
    if (a[2] != nullptr && view(a[2]).find(c) != std::string_view::npos) continue;
    out += a[1] == none() ? c : as<Bytes>(a[1])->data[static_cast<unsigned char>(c)];
  }
  return out.finish();
}

constexpr Slots kBytes = {.construct = bytes_construct,
                          .repr = bytes_repr,
                          .hash = bytes_hash,
                          .compare = bytes_compare,
                          .binary = bytes_binary,
                          .truth = bytes_truth,
                          .length = bytes_length,
                          .getitem = bytes_getitem,
                          .contains = bytes_contains,
                          .iter = bytes_iter,
                          .binary_ops = bits_of({BinaryOp::add, BinaryOp::mul})};
}  // namespace

Type bytes_type = builtin_type("bytes", &kBytes, {.flags = kVarSize | kPlain, .size = sizeof(Bytes)});

void init_bytes_type() {
  ready_type(bytes_type);
  TextMethods<BytesKind>::define(bytes_type);
  CaseMethods<BytesKind>::define(bytes_type);
  define_natives(bytes_type, {{"decode", bytes_decode, 1, 3, kMethod | kNames},
                              {"hex", bytes_hex, 1, 2, kMethod},
                              {"fromhex", bytes_fromhex, 2, 2, kClassMethod},
                              {"translate", bytes_translate, 2, 3, kMethod | kNames}});
}

}  // namespace minipy
