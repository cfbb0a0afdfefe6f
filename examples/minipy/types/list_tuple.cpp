// list and tuple.
#include <algorithm>

#include "runtime/error.hpp"
#include "runtime/names.hpp"
#include "runtime/ops.hpp"
#include "runtime/str.hpp"
#include "types/sequence.hpp"
#include "types/types.hpp"

namespace minipy {

// ---- making -------------------------------------------------------------------------------------------------------------------------------

Tuple* tuple_new(std::int64_t n) {
  auto* t = static_cast<Tuple*>(allocate(sizeof(Tuple) + usize(n) * sizeof(Value)));
  if (t == nullptr) return nullptr;
  t->type = &tuple_type, t->size = n;
  return t;
}
Tuple* tuple_from(const Value* items, std::int64_t n) {
  Tuple* t = tuple_new(n);
  if (t != nullptr) std::copy(items, items + n, t->items);
  return t;
}
Tuple* tuple_of(std::initializer_list<Value> items) {
  for (Value v : items)
    if (v == nullptr) return nullptr;
  return tuple_from(items.begin(), ssize(items.size()));
}
List* list_new(std::int64_t capacity) {
  auto* l = static_cast<List*>(allocate(sizeof(List)));
  if (l == nullptr) return nullptr;
  l->type = &list_type;
  if (capacity > 0 && (l->items = allocate_array<Value>(capacity)) == nullptr) return nullptr;
  l->capacity = capacity;
  return l;
}
namespace {
bool reserve(List* l, std::int64_t n) {
  if (n <= l->capacity) return true;
  const std::int64_t capacity = std::max<std::int64_t>(n, l->capacity + l->capacity / 2 + 4);
  auto* items = allocate_array<Value>(capacity);
  if (items == nullptr) return false;
  std::copy(l->items, l->items + l->size, items);
  l->items = items, l->capacity = capacity;
  return true;
}
/// Items [from, to) become `with`.
bool splice(List* l, std::int64_t from, std::int64_t to, const Value* with, std::int64_t n) {
  const std::int64_t old = l->size, size = old - (to - from) + n;
  if (!reserve(l, size)) return false;
  if (size > old)
    std::copy_backward(l->items + to, l->items + old, l->items + size);
  else
    std::copy(l->items + to, l->items + old, l->items + from + n);
  std::copy(with, with + n, l->items + from);
  std::fill(l->items + size, l->items + std::max(old, size), nullptr);
  l->size = size;
  return true;
}
}  // namespace

bool list_append(List* l, Value v) {
  if (l->size == l->capacity && !reserve(l, l->size + 1)) return false;
  l->items[l->size++] = v;
  return true;
}
bool list_extend(List* l, Value iterable) {
  if (is_exact(iterable, &list_type) || is_exact(iterable, &tuple_type)) {
    const bool list = is_exact(iterable, &list_type);
    const std::int64_t n = list ? as_list(iterable)->size : as_tuple(iterable)->size;
    if (!reserve(l, l->size + n)) return false;
    std::copy_n(list ? as_list(iterable)->items : as_tuple(iterable)->items, n, l->items + l->size);
    l->size += n;
    return true;
  }
  Value iterator = get_iter(iterable);
  if (iterator == nullptr) return false;
  while (Value v = iter_next(iterator))
    if (!list_append(l, v)) return false;
  return !error_pending();
}
List* list_from(Value iterable) {
  List* l = list_new();
  return l != nullptr && list_extend(l, iterable) ? l : nullptr;
}
Tuple* tuple_from_iterable(Value iterable) {
  if (is_exact(iterable, &tuple_type)) return as_tuple(iterable);
  List* l = list_from(iterable);
  return l == nullptr ? nullptr : tuple_from(l->items, l->size);
}

namespace {
struct Span {
  Value* items;
  std::int64_t size;
};
Span span(Value v) { return is_instance(v, &list_type) ? Span{as_list(v)->items, as_list(v)->size} : Span{as_tuple(v)->items, as_tuple(v)->size}; }

Value span_compare(CompareOp op, Value a, Value b) {
  for (std::int64_t i = 0; i < span(a).size && i < span(b).size; ++i) {
    Value x = span(a).items[i], y = span(b).items[i];
    const int equal = values_equal(x, y);
    if (equal < 0) return nullptr;
    if (equal == 0) return op == CompareOp::eq ? boolean(false) : op == CompareOp::ne ? boolean(true) : compare(op, x, y);
  }
  return compare(op, small_int(span(a).size), small_int(span(b).size));
}
int span_contains(Value v, Value key) {
  for (std::int64_t i = 0; i < span(v).size; ++i)
    if (const int equal = values_equal(span(v).items[i], key); equal != 0) return equal;
  return 0;
}
Value span_index(Args a, const char* what) {
  std::int64_t start = 0, stop = 0;
  if (!range_of(a, 2, span(a[0]).size, &start, &stop)) return nullptr;
  for (std::int64_t i = start; i < std::min(stop, span(a[0]).size); ++i)
    if (const int equal = values_equal(span(a[0]).items[i], a[1]); equal != 0) return equal < 0 ? nullptr : small_int(i);
  return raise(exc::ValueError, "{} is not in {}", repr_text(a[1]), what);
}
Value span_count(Args a) {
  std::int64_t n = 0;
  for (std::int64_t i = 0; i < span(a[0]).size; ++i) {
    const int equal = values_equal(span(a[0]).items[i], a[1]);
    if (equal < 0) return nullptr;
    n += equal;
  }
  return small_int(n);
}
bool repeat_count(Value times, std::int64_t size, std::int64_t* n) {
  if (!index_of(times, n)) return false;
  *n = std::max<std::int64_t>(*n, 0);
  if (size > 0 && *n > (std::int64_t{1} << 32) / size) return raise_no_memory(), false;
  return true;
}

// ---- list ---------------------------------------------------------------------------------------------------------------------------------

Value list_construct(Type* cls, Args) { return allocate_instance(cls); }
bool list_init(Value self, Args args) {
  if (!no_keywords(args, "list") || !check_count(args, "list", 0, 1)) return false;
  List* l = as_list(self);
  l->items = nullptr, l->size = l->capacity = 0;
  return args.count == 0 || list_extend(l, args[0]);
}
Value list_repr(Value v) {
  if (as_list(v)->size == 0) return str_new("[]");
  bool failed = false;
  if (repr_enter(v, &failed)) return str_new("[...]");
  std::string out = "[";
  for (std::int64_t i = 0; !failed && i < as_list(v)->size; ++i) {
    Str* s = repr(as_list(v)->items[i]);
    failed = s == nullptr;
    if (!failed) out += (i > 0 ? ", " : "") + std::string(s->view());
  }
  repr_leave();
  return failed ? nullptr : str_new(out + "]");
}
std::int64_t list_length(Value v) { return as_list(v)->size; }
Value list_compare(CompareOp op, Value a, Value b) {
  return is_instance(a, &list_type) && is_instance(b, &list_type) ? span_compare(op, a, b) : not_implemented();
}
Value list_repeat(Span s, Value times) {
  std::int64_t n = 0;
  if (!repeat_count(times, s.size, &n)) return nullptr;
  List* out = list_new(std::max<std::int64_t>(n * s.size, 1));
  for (std::int64_t i = 0; out != nullptr && i < n; ++i) std::copy_n(s.items, s.size, out->items + i * s.size);
  if (out != nullptr) out->size = n * s.size;
  return out;
}
Value list_binary(BinaryOp op, Value a, Value b) {
  if (op == BinaryOp::add && is_instance(a, &list_type)) {
    if (!is_instance(b, &list_type)) return not_implemented();
    List* out = list_new(span(a).size + span(b).size + 1);
    return out != nullptr && splice(out, 0, 0, span(a).items, span(a).size) && splice(out, out->size, out->size, span(b).items, span(b).size)
               ? out
               : nullptr;
  }
  if (op == BinaryOp::mul && is_instance(a, &list_type) && is_instance(b, &int_type)) return list_repeat(span(a), b);
  if (op == BinaryOp::mul && is_instance(b, &list_type) && is_instance(a, &int_type)) return list_repeat(span(b), a);
  return not_implemented();
}
Value list_inplace(BinaryOp op, Value a, Value b) {
  if (op == BinaryOp::add) return list_extend(as_list(a), b) ? a : nullptr;
  if (op != BinaryOp::mul || !is_instance(b, &int_type)) return not_implemented();
  List* all = as_list(list_repeat(span(a), b));
  if (all == nullptr) return nullptr;
  as_list(a)->items = all->items, as_list(a)->size = all->size, as_list(a)->capacity = all->capacity;
  return a;
}
Value list_getitem(Value v, Value key) {
  List* l = as_list(v);
  std::int64_t start = 0, stop = 0, step = 0, count = 0;
  if (!is_instance(key, &slice_type)) return item_index(key, l->size, "list", &start) ? l->items[start] : nullptr;
  if (!slice_bounds(as<Slice>(key), l->size, &start, &stop, &step, &count)) return nullptr;
  List* out = list_new(count);
  for (std::int64_t i = 0; out != nullptr && i < count; ++i, start += step) out->items[i] = l->items[start];
  if (out != nullptr) out->size = count;
  return out;
}
bool set_slice(List* l, Slice* s, Value value) {
  List* with = value == nullptr ? list_new() : list_from(value);
  std::int64_t start = 0, stop = 0, step = 0, count = 0;
  if (with == nullptr || !slice_bounds(s, l->size, &start, &stop, &step, &count)) return false;
  if (step == 1) return splice(l, start, std::max(start, stop), with->items, with->size);
  if (value == nullptr) {
    if (step < 0) start += (count - 1) * step, step = -step;
    for (std::int64_t i = count - 1; i >= 0; --i) (void)splice(l, start + i * step, start + i * step + 1, nullptr, 0);
    return true;
  }
  if (with->size != count)
    return raise(exc::ValueError, "attempt to assign sequence of size {} to extended slice of size {}", with->size, count), false;
  for (std::int64_t i = 0; i < count; ++i) l->items[start + i * step] = with->items[i];
  return true;
}
bool list_setitem(Value v, Value key, Value value) {
  List* l = as_list(v);
  if (is_instance(key, &slice_type)) return set_slice(l, as<Slice>(key), value);
  std::int64_t i = 0;
  if (!item_index(key, l->size, value == nullptr ? "list" : "list assignment", &i)) return false;
  if (value == nullptr) return splice(l, i, i + 1, nullptr, 0);
  l->items[i] = value;
  return true;
}
Value list_iter(Value v) { return iterator_new(list_iterator_type, v); }

Value list_append_method(Args a) { return list_append(as_list(a[0]), a[1]) ? none() : nullptr; }
Value list_extend_method(Args a) { return list_extend(as_list(a[0]), a[1]) ? none() : nullptr; }
Value list_insert(Args a) {
  std::int64_t i = 0;
  if (!index_of(a[1], &i)) return nullptr;
  const std::int64_t n = as_list(a[0])->size;
  i = std::clamp<std::int64_t>(i < 0 ? i + n : i, 0, n);
  return splice(as_list(a[0]), i, i, &a.values[2], 1) ? none() : nullptr;
}
Value list_pop(Args a) {
  List* l = as_list(a[0]);
  std::int64_t i = -1;
  if (a.count > 1 && !index_of(a[1], &i)) return nullptr;
  if (l->size == 0) return raise(exc::IndexError, "pop from empty list");
  if (i < 0) i += l->size;
  if (i < 0 || i >= l->size) return raise(exc::IndexError, "pop index out of range");
  Value v = l->items[i];
  (void)splice(l, i, i + 1, nullptr, 0);
  return v;
}
Value list_remove(Args a) {
  for (std::int64_t i = 0; i < as_list(a[0])->size; ++i) {
    const int equal = values_equal(as_list(a[0])->items[i], a[1]);
    if (equal < 0) return nullptr;
    if (equal > 0) return splice(as_list(a[0]), i, i + 1, nullptr, 0) ? none() : nullptr;
  }
  return raise(exc::ValueError, "list.remove(x): x not in list");
}
Value list_clear(Args a) {
  as_list(a[0])->items = nullptr, as_list(a[0])->size = as_list(a[0])->capacity = 0;
  return none();
}
Value list_copy(Args a) { return list_from(a[0]); }
Value list_reverse(Args a) { return std::reverse(as_list(a[0])->items, as_list(a[0])->items + as_list(a[0])->size), none(); }
Value list_index(Args a) { return span_index(a, "list"); }
Value list_sort(Args args) {
  Value a[3];
  if (!unpack_args(args, "sort", {"self", "key", "reverse"}, 1, a, 1)) return nullptr;
  List* l = as_list(a[0]);
  const int reverse = a[2] == nullptr ? 0 : truth(a[2]);
  if (reverse < 0) return nullptr;
  List* work = list_from(l);  // the program may look at the list meanwhile
  if (work == nullptr || !sort_values(work->items, work->size, a[1] == none() ? nullptr : a[1], reverse > 0)) return nullptr;
  if (work->size != l->size) return raise(exc::ValueError, "list modified during sort");
  std::copy_n(work->items, work->size, l->items);
  return none();
}
Value sequence_reversed(Args a) { return sequence_reversed_of(a[0]); }

// ---- tuple --------------------------------------------------------------------------------------------------------------------------------

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
  std::string out = "(";
  failed = failed || !join_reprs(as_tuple(v)->items, as_tuple(v)->size, out);
  repr_leave();
  return failed ? nullptr : str_new(out + (as_tuple(v)->size == 1 ? ",)" : ")"));
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
Value tuple_repeat(Value t, Value times) {
  List* l = as_list(list_repeat(span(t), times));
  return l == nullptr ? nullptr : tuple_from(l->items, l->size);
}
Value tuple_binary(BinaryOp op, Value a, Value b) {
  if (op == BinaryOp::add && is_instance(a, &tuple_type) && is_instance(b, &tuple_type)) {
    Tuple* t = tuple_new(span(a).size + span(b).size);
    if (t == nullptr) return nullptr;
    std::copy_n(span(b).items, span(b).size, std::copy_n(span(a).items, span(a).size, t->items));
    return t;
  }
  if (op == BinaryOp::mul && is_instance(a, &tuple_type) && is_instance(b, &int_type)) return tuple_repeat(a, b);
  if (op == BinaryOp::mul && is_instance(b, &tuple_type) && is_instance(a, &int_type)) return tuple_repeat(b, a);
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
Value tuple_index(Args a) { return span_index(a, "tuple"); }

constexpr std::uint32_t kOps = bits_of({BinaryOp::add, BinaryOp::mul});
constexpr Slots kList = {.construct = list_construct,
                         .init = list_init,
                         .repr = list_repr,
                         .compare = list_compare,
                         .binary = list_binary,
                         .inplace = list_inplace,
                         .length = list_length,
                         .getitem = list_getitem,
                         .setitem = list_setitem,
                         .contains = span_contains,
                         .iter = list_iter,
                         .binary_ops = kOps};
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

Value sequence_reversed_of(Value list) {
  Iterator* r = iterator_new(reversed_type, list);
  if (r != nullptr) r->at = span(list).size - 1;
  return r;
}

Type list_type = builtin_type("list", &kList, {.size = sizeof(List)});
Type tuple_type = builtin_type("tuple", &kTuple, {.flags = kVarSize, .size = sizeof(Tuple)});

void init_list_type() {
  ready_type(list_type);
  define_natives(list_type, {{"append", list_append_method, 2, 2, kMethod},
                             {"extend", list_extend_method, 2, 2, kMethod},
                             {"insert", list_insert, 3, 3, kMethod},
                             {"pop", list_pop, 1, 2, kMethod},
                             {"remove", list_remove, 2, 2, kMethod},
                             {"clear", list_clear, 1, 1, kMethod},
                             {"copy", list_copy, 1, 1, kMethod},
                             {"reverse", list_reverse, 1, 1, kMethod},
                             {"index", list_index, 2, 4, kMethod},
                             {"count", span_count, 2, 2, kMethod},
                             {"sort", list_sort, 1, 3, kMethod | kNames},
                             {"__reversed__", sequence_reversed, 1, 1, kMethod},
                             {"__class_getitem__", generic_alias, 2, 2, kClassMethod}});
}
void init_tuple_type() {
  ready_type(tuple_type);
  define_natives(tuple_type, {{"index", tuple_index, 2, 4, kMethod},
                              {"count", span_count, 2, 2, kMethod},
                              {"__reversed__", sequence_reversed, 1, 1, kMethod},
                              {"__class_getitem__", generic_alias, 2, 2, kClassMethod}});
}

}  // namespace minipy
