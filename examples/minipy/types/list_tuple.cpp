// Making lists and tuples, and what both do.
#include <algorithm>

#include "runtime/error.hpp"
#include "types/sequence.hpp"
#include "types/spans.hpp"
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
}  // namespace

bool list_splice(List* l, std::int64_t from, std::int64_t to, const Value* with, std::int64_t n) {
  const std::int64_t old = l->size;
  from = std::min(from, old), to = std::clamp(to, from, old);
  const std::int64_t size = old - (to - from) + n;
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
Value span_index(Args a) {
  std::int64_t start = 0, stop = 0;
  if (!range_of(a, 2, span(a[0]).size, &start, &stop)) return nullptr;
  for (std::int64_t i = start; i < std::min(stop, span(a[0]).size); ++i)
    if (const int equal = values_equal(span(a[0]).items[i], a[1]); equal != 0) return equal < 0 ? nullptr : small_int(i);
  return small_int(-1);
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
bool repeat_count(Value v, Value times, std::int64_t* n, std::int64_t* all) {
  if (!index_of(times, n)) return false;
  *n = std::max<std::int64_t>(*n, 0);
  return (!__builtin_mul_overflow(*n, span(v).size, all) && *all <= ssize(kLargestObject / sizeof(Value))) || (raise_no_memory(), false);
}
void repeat_into(Value v, std::int64_t n, Value* to) {
  const Span s = span(v);
  if (s.size == 1) return void(std::fill_n(to, n, s.items[0]));
  for (; n > 0; --n) to = std::copy_n(s.items, s.size, to);
}

Value sequence_reversed_of(Value list) {
  Iterator* r = iterator_new(reversed_type, list);
  if (r != nullptr) r->at = span(list).size - 1;
  return r;
}
Value span_reversed(Args a) { return sequence_reversed_of(a[0]); }

}  // namespace minipy
