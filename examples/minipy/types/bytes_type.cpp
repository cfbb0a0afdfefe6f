// bytes.
#include <cstring>

#include "runtime/error.hpp"
#include "runtime/names.hpp"
#include "runtime/ops.hpp"
#include "runtime/str.hpp"
#include "types/sequence.hpp"
#include "types/types.hpp"

namespace minipy {

namespace {
std::string_view view(Value v) { return as<Bytes>(v)->view(); }
bool need_bytes(Value v) {
  return is_instance(v, &bytes_type) || (raise(exc::TypeError, "a bytes-like object is required, not '{}'", type_name(v)), false);
}

Value bytes_construct(Type* cls, Args args) {
  Value a[3];
  if (!unpack_args(args, "bytes", {"source", "encoding", "errors"}, 0, a)) return nullptr;
  std::string data;
  std::int64_t n = 0;
  if (a[0] != nullptr && is_str(a[0])) {
    if (a[1] == nullptr) return raise(exc::TypeError, "string argument without an encoding");
    data = as_str(a[0])->view();
  } else if (a[0] != nullptr && is_instance(a[0], &bytes_type)) {
    data = view(a[0]);
  } else if (a[0] != nullptr && is_instance(a[0], &int_type)) {
    if (!index_of(a[0], &n)) return nullptr;
    if (n < 0) return raise(exc::ValueError, "negative count");
    if (n > std::int64_t{1} << 32) return raise_no_memory();
    data.assign(usize(n), '\0');
  } else if (a[0] != nullptr) {
    bool missing = false;
    Value made = call_special(a[0], names::__bytes__, {}, &missing);
    if (made == nullptr && !missing) return nullptr;
    if (made != nullptr && !is_instance(made, &bytes_type))
      return raise(exc::TypeError, "__bytes__ returned non-bytes (type {})", type_name(made));
    if (made != nullptr) data = view(made);
    List* items = made != nullptr ? list_new() : list_from(a[0]);
    if (items == nullptr) return nullptr;
    for (std::int64_t i = 0; i < items->size; ++i) {
      if (!index_of(items->items[i], &n)) return nullptr;
      if (n < 0 || n > 255) return raise(exc::ValueError, "bytes must be in range(0, 256)");
      data += static_cast<char>(n);
    }
  }
  if (cls == &bytes_type) return bytes_new(data);
  Value v = allocate_instance(cls, ssize(data.size()));
  if (v == nullptr) return nullptr;
  as<Bytes>(v)->size = ssize(data.size());
  std::memcpy(as<Bytes>(v)->data, data.data(), data.size());
  return v;
}
Value bytes_repr(Value v) { return str_new(quoted_bytes(view(v))); }
bool bytes_hash(Value v, std::uint64_t* out) {
  Str* s = str_new(view(v));
  if (s == nullptr) return false;
  *out = str_hash(s);
  return true;
}
int bytes_truth(Value v) { return as<Bytes>(v)->size > 0; }
std::int64_t bytes_length(Value v) { return as<Bytes>(v)->size; }
Value bytes_compare(CompareOp op, Value a, Value b) {
  if (!is_instance(a, &bytes_type) || !is_instance(b, &bytes_type)) return not_implemented();
  return boolean(compare_as(op, view(a), view(b)));
}
Value bytes_binary(BinaryOp op, Value a, Value b) {
  if (op == BinaryOp::add && is_instance(a, &bytes_type) && is_instance(b, &bytes_type))
    return bytes_new(std::string(view(a)) + std::string(view(b)));
  std::int64_t n = 0;
  if (op == BinaryOp::mul && is_instance(a, &bytes_type) && is_instance(b, &int_type) && index_of(b, &n)) {
    if (n > 0 && as<Bytes>(a)->size > (std::int64_t{1} << 32) / n) return raise_no_memory();
    return bytes_new(n <= 0 ? "" : replaced(std::string(usize(n), 'x'), "x", view(a), -1));
  }
  return not_implemented();
}
Value bytes_getitem(Value v, Value key) {
  const std::string_view s = view(v);
  std::int64_t start = 0, stop = 0, step = 0, count = 0;
  if (!is_instance(key, &slice_type))
    return item_index(key, ssize(s.size()), "index", &start) ? small_int(static_cast<unsigned char>(s[usize(start)])) : nullptr;
  if (!slice_bounds(as<Slice>(key), ssize(s.size()), &start, &stop, &step, &count)) return nullptr;
  std::string out;
  for (; count > 0; --count, start += step) out += s[usize(start)];
  return bytes_new(out);
}
int bytes_contains(Value v, Value key) {
  if (is_int(key)) return view(v).find(static_cast<char>(int_of(key))) != std::string_view::npos;
  return need_bytes(key) ? view(v).find(view(key)) != std::string_view::npos : -1;
}
Value bytes_iter(Value v) { return iterator_new(bytes_iterator_type, v); }
Value bytes_decode(Args a) {
  if (!valid_utf8(view(a[0]))) {
    Value errors = a.count > 2 ? a[2] : keyword_arg(a, "errors");
    if (errors == nullptr || !is_str(errors) || as_str(errors)->view() == "strict")
      return raise(exc::UnicodeDecodeError, "'utf-8' codec can't decode bytes: invalid data");
    std::string out;
    for (const char c : view(a[0])) {
      if ((c & 0x80) == 0)
        out += c;
      else if (as_str(errors)->view() == "replace")
        out += "\xEF\xBF\xBD";
    }
    return str_new(out);
  }
  return str_new(view(a[0]));
}
Value bytes_startswith(Args a) { return need_bytes(a[1]) ? boolean(view(a[0]).starts_with(view(a[1]))) : nullptr; }
Value bytes_endswith(Args a) { return need_bytes(a[1]) ? boolean(view(a[0]).ends_with(view(a[1]))) : nullptr; }
Value bytes_find(Args a) {
  if (!need_bytes(a[1])) return nullptr;
  const std::size_t at = view(a[0]).find(view(a[1]));
  return small_int(at == std::string_view::npos ? -1 : ssize(at));
}
Value bytes_count(Args a) { return need_bytes(a[1]) ? small_int(count_of(view(a[0]), view(a[1]))) : nullptr; }
Value bytes_strip(Args a) { return bytes_new(trimmed(view(a[0]), a.count > 1 && need_bytes(a[1]) ? view(a[1]) : std::string_view{}, true, true)); }
Value bytes_rstrip(Args a) { return bytes_new(trimmed(view(a[0]), a.count > 1 && need_bytes(a[1]) ? view(a[1]) : std::string_view{}, false, true)); }
Value bytes_replace(Args a) { return need_bytes(a[1]) && need_bytes(a[2]) ? bytes_new(replaced(view(a[0]), view(a[1]), view(a[2]), -1)) : nullptr; }
Value list_of(const std::vector<std::string_view>& parts) {
  List* out = list_new();
  for (const std::string_view p : parts)
    if (Bytes* b = bytes_new(p); out == nullptr || b == nullptr || !list_append(out, b)) return nullptr;
  return out;
}
Value bytes_split(Args a) {
  if (a.count < 2 || a[1] == none()) return list_of(split_spaces(view(a[0]), -1));
  if (!need_bytes(a[1])) return nullptr;
  return view(a[1]).empty() ? raise(exc::ValueError, "empty separator") : list_of(split_at(view(a[0]), view(a[1]), -1, false));
}
Value bytes_splitlines(Args a) {
  std::vector<std::string_view> parts = split_at(view(a[0]), "\n", -1, false);
  if (parts.back().empty()) parts.pop_back();
  return list_of(parts);
}
Value bytes_join(Args a) {
  List* items = list_from(a[1]);
  std::string out;
  for (std::int64_t i = 0; items != nullptr && i < items->size; ++i) {
    if (!need_bytes(items->items[i])) return nullptr;
    if (i > 0) out += view(a[0]);
    out += view(items->items[i]);
  }
  return items == nullptr ? nullptr : bytes_new(out);
}
Value bytes_hex(Args a) {
  std::string out;
  for (const char c : view(a[0])) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return str_new(out);
}
Value bytes_lower(Args a) {
  std::string out(view(a[0]));
  for (char& c : out) c = lower(c);
  return bytes_new(out);
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
  define_natives(bytes_type, {{"decode", bytes_decode, 1, 3, kMethod | kNames},
                              {"startswith", bytes_startswith, 2, 2, kMethod},
                              {"endswith", bytes_endswith, 2, 2, kMethod},
                              {"find", bytes_find, 2, 2, kMethod},
                              {"count", bytes_count, 2, 2, kMethod},
                              {"strip", bytes_strip, 1, 2, kMethod},
                              {"rstrip", bytes_rstrip, 1, 2, kMethod},
                              {"replace", bytes_replace, 3, 3, kMethod},
                              {"split", bytes_split, 1, 2, kMethod},
                              {"splitlines", bytes_splitlines, 1, 1, kMethod},
                              {"join", bytes_join, 2, 2, kMethod},
                              {"hex", bytes_hex, 1, 1, kMethod},
                              {"lower", bytes_lower, 1, 1, kMethod}});
}

}  // namespace minipy
