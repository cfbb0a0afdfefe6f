// tuple.
#include <algorithm>

#include "runtime/builder.hpp"
#include "runtime/error.hpp"
#include "runtime/names.hpp"
#include "runtime/ops.hpp"
#include "runtime/str.hpp"
#include "types/spans.hpp"
#include "types/types.hpp"

namespace minipy {

namespace {
Value tuple_construct(Type* cls, Args args) {
  if (!no_keywords(args, "tuple") || !check_count(args, "tuple", 0, 1)) return nullptr;
  Tuple* t = args.count == 0 ? tuple_new(0) : tuple_from_iterable(args[0]);
  if (t == nullptr || cls == &tuple_type) return t;
  Value v = allocate_instance(cls, t->size * ssize(sizeof(Value)));
  if (v == nullptr) return nullptr;
  as_tuple(v)->size = t->size;
  std::copy_n(t->items, t->size, as_tuple(v)->items);
  return v;
}
Value tuple_repr(Value v) {
  bool failed = false;
  if (repr_enter(v, &failed)) return str_new("(...)");
  TextBuilder out;
  out += '(';
  failed = failed || !join_reprs(as_tuple(v)->items, as_tuple(v)->size, out);
  repr_leave();
  out += as_tuple(v)->size == 1 ? ",)" : ")";
  return failed ? nullptr : out.finish();
}
bool tuple_hash(Value v, std::uint64_t* out) {
  std::uint64_t h = 0x345678;
  for (std::int64_t i = 0; i < as_tuple(v)->size; ++i) {
    std::uint64_t one = 0;
    if (!hash_value(as_tuple(v)->items[i], &one)) return false;
    h = (h ^ one) * 0x9E3779B97F4A7C15ull;
    h ^= h >> 29;
  }
  *out = h >> 4;
  return true;
}
std::int64_t tuple_length(Value v) { return as_tuple(v)->size; }
Value tuple_compare(CompareOp op, Value a, Value b) {
  return is_instance(a, &tuple_type) && is_instance(b, &tuple_type) ? span_compare(op, a, b) : not_implemented();
}
Value tuple_repeat(Value v, Value times) {
  std::int64_t n = 0, all = 0;
  if (!repeat_count(v, times, &n, &all)) return nullptr;
  Tuple* out = tuple_new(all);
  if (out != nullptr) repeat_into(v, n, out->items);
  return out;
}
Value tuple_binary(BinaryOp op, Value a, Value b) {
  if (op == BinaryOp::add && is_instance(a, &tuple_type) && is_instance(b, &tuple_type)) {
    Tuple* t = tuple_new(span(a).size + span(b).size);
    if (t == nullptr) return nullptr;
    std::copy_n(span(b).items, span(b).size, std::copy_n(span(a).items, span(a).size, t->items));
    return t;
  }
  if (op == BinaryOp::mul && is_instance(a, &tuple_type) && is_index(b)) return tuple_repeat(a, b);
  if (op == BinaryOp::mul && is_instance(b, &tuple_type) && is_index(a)) return tuple_repeat(b, a);
  return not_implemented();
}
Value tuple_getitem(Value v, Value key) {
  Tuple* t = as_tuple(v);
  std::int64_t start = 0, stop = 0, step = 0, count = 0;
  if (!is_instance(key, &slice_type)) return item_index(key, t->size, "tuple", &start) ? t->items[start] : nullptr;
  if (!slice_bounds(as<Slice>(key), t->size, &start, &stop, &step, &count)) return nullptr;
  Tuple* out = tuple_new(count);
  for (std::int64_t i = 0; out != nullptr && i < count; ++i, start += step) out->items[i] = t->items[start];
  return out;
}
Value tuple_iter(Value v) { return iterator_new(tuple_iterator_type, v); }
Value tuple_index(Args a) {
  Value at = span_index(a);
  return at == small_int(-1) ? raise(exc::ValueError, "tuple.index(x): x not in tuple") : at;
}

constexpr std::uint32_t kOps = bits_of({BinaryOp::add, BinaryOp::mul});
constexpr Slots kTuple = {.construct = tuple_construct,
                          .repr = tuple_repr,
                          .hash = tuple_hash,
                          .compare = tuple_compare,
                          .binary = tuple_binary,
                          .length = tuple_length,
                          .getitem = tuple_getitem,
                          .contains = span_contains,
                          .iter = tuple_iter,
                          .binary_ops = kOps};
}  // namespace

Type tuple_type = builtin_type("tuple", &kTuple, {.flags = kVarSize, .size = sizeof(Tuple)});

void init_tuple_type() {
  ready_type(tuple_type);
  define_natives(tuple_type, {{"index", tuple_index, 2, 4, kMethod},
                              {"count", span_count, 2, 2, kMethod},
                              {"__reversed__", span_reversed, 1, 1, kMethod},
                              {"__class_getitem__", generic_alias, 2, 2, kClassMethod}});
}

}  // namespace minipy
