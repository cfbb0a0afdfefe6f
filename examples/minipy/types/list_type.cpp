// list.
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
  TextBuilder out;
  out += '[';
  for (std::int64_t i = 0; !failed && i < as_list(v)->size; ++i) {
    Str* s = repr(as_list(v)->items[i]);
    failed = s == nullptr || out.failed();
    if (i > 0) out += ", ";
    if (!failed) out += s->view();
  }
  repr_leave();
  out += ']';
  return failed ? nullptr : out.finish();
}
std::int64_t list_length(Value v) { return as_list(v)->size; }
Value list_compare(CompareOp op, Value a, Value b) {
  return is_instance(a, &list_type) && is_instance(b, &list_type) ? span_compare(op, a, b) : not_implemented();
}
Value list_repeat(Value v, Value times) {
  std::int64_t n = 0, all = 0;
  if (!repeat_count(v, times, &n, &all)) return nullptr;
  List* out = list_new(std::max<std::int64_t>(all, 1));
  if (out == nullptr) return nullptr;
  repeat_into(v, n, out->items);
  out->size = all;
  return out;
}
Value list_binary(BinaryOp op, Value a, Value b) {
  if (op == BinaryOp::add && is_instance(a, &list_type)) {
    if (!is_instance(b, &list_type)) return not_implemented();
    List* out = list_new(span(a).size + span(b).size + 1);
    return out != nullptr && list_splice(out, 0, 0, span(a).items, span(a).size) &&
                   list_splice(out, out->size, out->size, span(b).items, span(b).size)
               ? out
               : nullptr;
  }
  if (op == BinaryOp::mul && is_instance(a, &list_type) && is_index(b)) return list_repeat(a, b);
  if (op == BinaryOp::mul && is_instance(b, &list_type) && is_index(a)) return list_repeat(b, a);
  return not_implemented();
}
Value list_inplace(BinaryOp op, Value a, Value b) {
  if (op == BinaryOp::add) return list_extend(as_list(a), b) ? a : nullptr;
  if (op != BinaryOp::mul || !is_index(b)) return not_implemented();
  List* all = as_list(list_repeat(a, b));
  if (all == nullptr) return nullptr;
  as_list(a)->items = all->items, as_list(a)->size = all->size, as_list(a)->capacity = all->capacity;
  return a;
}
Value list_getitem(Value v, Value key) {
  List* l = as_list(v);
  std::int64_t i = 0;
  if (!is_instance(key, &slice_type)) return item_number(key, "list", &i) && item_place(&i, l->size, "list") ? l->items[i] : nullptr;
  SliceNumbers s;
  if (!slice_numbers(as<Slice>(key), s)) return nullptr;
  const std::int64_t count = slice_place(s, l->size);
  List* out = list_new(count);
  for (; out != nullptr && i < count; ++i, s.start += s.step) out->items[i] = l->items[s.start];
  if (out != nullptr) out->size = count;
  return out;
}
bool delete_slice(List* l, SliceNumbers s) {
  const std::int64_t count = slice_place(s, l->size);
  if (s.step == 1) return list_splice(l, s.start, s.stop, nullptr, 0);
  if (s.step < 0) s.start += (count - 1) * s.step, s.step = -s.step;
  std::int64_t to = s.start, next = s.start;
  for (std::int64_t i = s.start; count > 0 && i < l->size; ++i) {
    if (i == next && next < s.start + count * s.step)
      next += s.step;
    else
      l->items[to++] = l->items[i];
  }
  return count == 0 || list_splice(l, to, l->size, nullptr, 0);
}
bool set_slice(List* l, const Slice* slice, Value value) {
  SliceNumbers s;
  if (!slice_numbers(slice, s)) return false;
  if (value == nullptr) return delete_slice(l, s);
  if (!is_iterable(value))
    return raise_text(exc::TypeError, s.step == 1 ? "can only assign an iterable" : "must assign iterable to extended slice"), false;
  const List* with = list_from(value);
  if (with == nullptr) return false;
  const std::int64_t count = slice_place(s, l->size);
  if (s.step == 1) return list_splice(l, s.start, s.stop, with->items, with->size);
  if (with->size != count)
    return raise(exc::ValueError, "attempt to assign sequence of size {} to extended slice of size {}", with->size, count), false;
  for (std::int64_t i = 0; i < count; ++i) l->items[s.start + i * s.step] = with->items[i];
  return true;
}
bool list_setitem(Value v, Value key, Value value) {
  List* l = as_list(v);
  if (is_instance(key, &slice_type)) return set_slice(l, as<Slice>(key), value);
  std::int64_t i = 0;
  if (!item_number(key, "list", &i) || !item_place(&i, l->size, "list assignment")) return false;
  if (value == nullptr) return list_splice(l, i, i + 1, nullptr, 0);
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
  return list_splice(as_list(a[0]), i, i, &a.values[2], 1) ? none() : nullptr;
}
Value list_pop(Args a) {
  List* l = as_list(a[0]);
  std::int64_t i = -1;
  if (a.count > 1 && !index_of(a[1], &i)) return nullptr;
  if (l->size == 0) return raise(exc::IndexError, "pop from empty list");
  if (i < 0) i += l->size;
  if (i < 0 || i >= l->size) return raise(exc::IndexError, "pop index out of range");
  Value v = l->items[i];
  (void)list_splice(l, i, i + 1, nullptr, 0);
  return v;
}
Value list_remove(Args a) {
  for (std::int64_t i = 0; i < as_list(a[0])->size; ++i) {
    const int equal = values_equal(as_list(a[0])->items[i], a[1]);
    if (equal < 0) return nullptr;
    if (equal > 0) return list_splice(as_list(a[0]), i, i + 1, nullptr, 0) ? none() : nullptr;
  }
  return raise(exc::ValueError, "list.remove(x): x not in list");
}
Value list_clear(Args a) {
  as_list(a[0])->items = nullptr, as_list(a[0])->size = as_list(a[0])->capacity = 0;
  return none();
}
Value list_copy(Args a) { return list_from(a[0]); }
Value list_reverse(Args a) { return std::reverse(as_list(a[0])->items, as_list(a[0])->items + as_list(a[0])->size), none(); }
Value list_index(Args a) {
  Value at = span_index(a);
  return at == small_int(-1) ? raise(exc::ValueError, "{} is not in list", repr_text(a[1])) : at;
}
Value list_sort(Args args) {
  Value a[3];
  if (args.count > 1) return raise(exc::TypeError, "sort() takes no positional arguments");
  if (!unpack_args(args, "sort", {"self", "key", "reverse"}, 1, a, 1)) return nullptr;
  std::int64_t reverse = 0;
  if (a[2] != nullptr && !index_of(a[2], &reverse)) return nullptr;
  List* l = as_list(a[0]);
  const List work = *l;  // the program finds the list empty meanwhile
  l->items = nullptr, l->size = l->capacity = 0;
  const bool sorted = sort_values(work.items, work.size, a[1] == none() ? nullptr : a[1], reverse != 0);
  const bool modified = l->items != nullptr;
  l->items = work.items, l->size = work.size, l->capacity = work.capacity;
  return sorted && modified ? raise(exc::ValueError, "list modified during sort") : done(sorted);
}

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
}  // namespace

Type list_type = builtin_type("list", &kList, {.size = sizeof(List)});

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
                             {"__reversed__", span_reversed, 1, 1, kMethod},
                             {"__class_getitem__", generic_alias, 2, 2, kClassMethod}});
}

}  // namespace minipy
