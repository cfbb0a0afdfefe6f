// Iterators over built-in types; enumerate, zip, map, filter, reversed, and iter() of a callable.
#include "runtime/error.hpp"
#include "runtime/names.hpp"
#include "runtime/ops.hpp"
#include "runtime/stack.hpp"
#include "runtime/str.hpp"
#include "runtime/table.hpp"
#include "types/types.hpp"

namespace minipy {

Iterator* iterator_new(Type& type, Value a, Value b) {
  auto* i = static_cast<Iterator*>(allocate(sizeof(Iterator)));
  if (i == nullptr) return nullptr;
  i->type = &type, i->a = a, i->b = b;
  return i;
}

namespace {
Iterator* of(Value v) { return as<Iterator>(v); }
Value self_iter(Value v) { return v; }
/// The end: what was walked over is let go.
Value end(Iterator* i) { return i->a = i->b = nullptr, nullptr; }

Value list_next(Value v) {
  Iterator* i = of(v);
  if (i->a == nullptr) return nullptr;
  return i->at < as_list(i->a)->size ? as_list(i->a)->items[i->at++] : end(i);
}
Value tuple_next(Value v) {
  Iterator* i = of(v);
  if (i->a == nullptr) return nullptr;
  return i->at < as_tuple(i->a)->size ? as_tuple(i->a)->items[i->at++] : end(i);
}
Value str_next(Value v) {  // `at` counts bytes
  Iterator* i = of(v);
  if (i->a == nullptr || i->at >= as_str(i->a)->bytes) return i->a == nullptr ? nullptr : end(i);
  auto to = usize(i->at);
  (void)decode_utf8(as_str(i->a)->view(), to);
  Value out = str_new(as_str(i->a)->view().substr(usize(i->at), to - usize(i->at)));
  i->at = ssize(to);
  return out;
}
Value bytes_next(Value v) {
  Iterator* i = of(v);
  if (i->a == nullptr) return nullptr;
  return i->at < as<Bytes>(i->a)->size ? small_int(static_cast<unsigned char>(as<Bytes>(i->a)->data[i->at++])) : end(i);
}
Value range_next(Value v) {
  Iterator* i = of(v);
  const auto* r = as<Range>(i->a);
  return r != nullptr && i->at < r->size ? small_int(r->start + i->at++ * r->step) : nullptr;
}
/// `extra` is the size at the start: the table must not grow or shrink meanwhile.
Entry* next_entry(Iterator* i, const Table& t, const char* what) {
  if (t.size != i->extra) {
    i->extra = -1;  // and stays so
    raise(exc::RuntimeError, "{} changed size during iteration", what);
    return nullptr;
  }
  Entry* e = table_next(t, i->at);
  if (e == nullptr) (void)end(i);
  return e;
}
Value set_next(Value v) {
  Entry* e = of(v)->a == nullptr ? nullptr : next_entry(of(v), as<Set>(of(v)->a)->table, "Set");
  return e != nullptr ? e->key : nullptr;
}
Entry* dict_entry(Value v) { return of(v)->a == nullptr ? nullptr : next_entry(of(v), as_dict(of(v)->a)->table, "dictionary"); }
Value dict_key_next(Value v) {
  Entry* e = dict_entry(v);
  return e != nullptr ? e->key : nullptr;
}
Value dict_value_next(Value v) {
  Entry* e = dict_entry(v);
  return e != nullptr ? e->value : nullptr;
}
Value dict_item_next(Value v) {
  Entry* e = dict_entry(v);
  return e != nullptr ? tuple_of({e->key, e->value}) : nullptr;
}
Value sequence_next(Value v) {  // over __getitem__
  Iterator* i = of(v);
  if (i->a == nullptr) return nullptr;
  Value item = get_item(i->a, small_int(i->at++));
  if (item == nullptr && (clear_error_if(exc::IndexError) || clear_error_if(exc::StopIteration))) return end(i);
  return item;
}
Value reversed_next(Value v) {
  Iterator* i = of(v);
  if (i->a == nullptr || i->at < 0) return nullptr;
  Value item = get_item(i->a, small_int(i->at--));
  if (item == nullptr && clear_error_if(exc::IndexError)) return end(i);
  return item;
}
Value callable_next(Value v) {  // calls `a` until it answers `b`
  Iterator* i = of(v);
  Value item = i->a == nullptr ? nullptr : call(i->a, {});
  if (item == nullptr) return (void)clear_error_if(exc::StopIteration), nullptr;
  const int last = values_equal(item, i->b);
  return last == 0 ? item : last < 0 ? nullptr : end(i);
}

// ---- enumerate, zip, map, filter, reversed ------------------------------------------------------------------------------------------------------

Value enumerate_construct(Type* cls, Args args) {
  Value a[2];
  std::int64_t start = 0;
  if (!unpack_args(args, "enumerate", {"iterable", "start"}, 1, a) || (a[1] != nullptr && !index_of(a[1], &start))) return nullptr;
  Value v = allocate_instance(cls);
  if (v == nullptr || (of(v)->a = get_iter(a[0])) == nullptr) return nullptr;
  of(v)->at = start;
  return v;
}
Value enumerate_next(Value v) {
  if (!may_recurse("")) return nullptr;
  Value item = iter_next(of(v)->a);
  return item == nullptr ? nullptr : tuple_of({int_new(of(v)->at++), item});
}
Tuple* iterators(Args args, std::int64_t first) {
  Tuple* t = tuple_new(args.count - first);
  for (std::int64_t i = first; t != nullptr && i < args.count; ++i)
    if ((t->items[i - first] = get_iter(args[i])) == nullptr) return nullptr;
  return t;
}
Value zip_construct(Type* cls, Args args) {
  Value strict = keyword_arg(args, "strict");
  if (args.names != nullptr && args.names->size > (strict != nullptr ? 1 : 0))
    return raise(exc::TypeError, "zip() got an unexpected keyword argument");
  Value v = allocate_instance(cls);
  if (v == nullptr || (of(v)->a = iterators(args, 0)) == nullptr) return nullptr;
  of(v)->extra = strict == nullptr ? 0 : truth(strict);
  return v;
}
Value uneven(Tuple* all, std::int64_t short_one) {  // strict: the first that ended while others go on
  for (std::int64_t k = short_one + 1; k < all->size; ++k) {
    if (iter_next(all->items[k]) != nullptr)
      return raise(exc::ValueError, "zip() argument {} is longer than argument{} {}", k + 1, k == 1 ? "" : "s",
                   k == 1 ? "1" : fmt::format("1-{}", k));
    if (error_pending()) return nullptr;
  }
  return nullptr;
}
Value zip_next(Value v) {
  if (!may_recurse("")) return nullptr;
  Tuple* all = as_tuple(of(v)->a);
  Tuple* out = all->size == 0 ? nullptr : tuple_new(all->size);
  for (std::int64_t i = 0; out != nullptr && i < all->size; ++i) {
    if ((out->items[i] = iter_next(all->items[i])) != nullptr) continue;
    if (error_pending() || of(v)->extra == 0) return nullptr;
    return i == 0 ? uneven(all, 0)
                  : raise(exc::ValueError, "zip() argument {} is shorter than argument{} {}", i + 1, i == 1 ? "" : "s",
                          i == 1 ? "1" : fmt::format("1-{}", i));
  }
  return out;
}
Value map_construct(Type* cls, Args args) {
  if (!no_keywords(args, "map")) return nullptr;
  if (args.count < 2) return raise(exc::TypeError, "map() must have at least two arguments.");
  Value v = allocate_instance(cls);
  if (v == nullptr || (of(v)->b = iterators(args, 1)) == nullptr) return nullptr;
  of(v)->a = args[0];
  return v;
}
Value map_next(Value v) {
  if (!may_recurse("")) return nullptr;
  Tuple* all = as_tuple(of(v)->b);
  Tuple* values = tuple_new(all->size);
  for (std::int64_t i = 0; values != nullptr && i < all->size; ++i)
    if ((values->items[i] = iter_next(all->items[i])) == nullptr) return nullptr;
  return values == nullptr ? nullptr : call(of(v)->a, Args{values->items, values->size});
}
Value filter_construct(Type* cls, Args args) {
  if (!no_keywords(args, "filter") || !check_count(args, "filter", 2, 2)) return nullptr;
  Value v = allocate_instance(cls);
  if (v == nullptr || (of(v)->b = get_iter(args[1])) == nullptr) return nullptr;
  of(v)->a = args[0];
  return v;
}
Value filter_next(Value v) {
  if (!may_recurse("")) return nullptr;
  while (Value item = iter_next(of(v)->b)) {
    Value keep = of(v)->a == none() ? item : call(of(v)->a, {item});
    const int t = keep == nullptr ? -1 : truth(keep);
    if (t != 0) return t < 0 ? nullptr : item;
  }
  return nullptr;
}
Value reversed_construct(Type*, Args args) {
  if (!no_keywords(args, "reversed") || !check_count(args, "reversed", 1, 1)) return nullptr;
  bool missing = false;
  Value made = call_special(args[0], names::__reversed__, {}, &missing);
  if (!missing) return made;
  Type* type = type_of(args[0]);
  const bool items = is_heap_type(type) ? type_lookup(type, names::__getitem__) != nullptr && type_lookup(type, names::__len__) != nullptr
                                        : type->slots->getitem != nullptr && !is_instance(args[0], &set_type);
  if (!items) return raise(exc::TypeError, "'{}' object is not reversible", type_name(args[0]));
  const std::int64_t n = length(args[0]);
  Iterator* r = n < 0 ? nullptr : iterator_new(reversed_type, args[0]);
  if (r != nullptr) r->at = n - 1;
  return r;
}

template <Value (*next)(Value), Value (*construct)(Type*, Args) = nullptr>
constexpr Slots kIterator = {.construct = construct, .repr = default_repr, .hash = address_hash, .iter = self_iter, .next = next};
constexpr Shape kInner = {.flags = kNoSubclass | kNotConstructible, .size = sizeof(Iterator)};
constexpr Shape kPublic = {.size = sizeof(Iterator)};
}  // namespace

Type list_iterator_type = builtin_type("list_iterator", &kIterator<list_next>, kInner);
Type tuple_iterator_type = builtin_type("tuple_iterator", &kIterator<tuple_next>, kInner);
Type str_iterator_type = builtin_type("str_iterator", &kIterator<str_next>, kInner);
Type bytes_iterator_type = builtin_type("bytes_iterator", &kIterator<bytes_next>, kInner);
Type range_iterator_type = builtin_type("range_iterator", &kIterator<range_next>, kInner);
Type set_iterator_type = builtin_type("set_iterator", &kIterator<set_next>, kInner);
Type dict_key_iterator_type = builtin_type("dict_keyiterator", &kIterator<dict_key_next>, kInner);
Type dict_value_iterator_type = builtin_type("dict_valueiterator", &kIterator<dict_value_next>, kInner);
Type dict_item_iterator_type = builtin_type("dict_itemiterator", &kIterator<dict_item_next>, kInner);
Type sequence_iterator_type = builtin_type("iterator", &kIterator<sequence_next>, kInner);
Type callable_iterator_type = builtin_type("callable_iterator", &kIterator<callable_next>, kInner);
Type reversed_type = builtin_type("reversed", &kIterator<reversed_next, reversed_construct>, kPublic);
Type enumerate_type = builtin_type("enumerate", &kIterator<enumerate_next, enumerate_construct>, kPublic);
Type zip_type = builtin_type("zip", &kIterator<zip_next, zip_construct>, kPublic);
Type map_type = builtin_type("map", &kIterator<map_next, map_construct>, kPublic);
Type filter_type = builtin_type("filter", &kIterator<filter_next, filter_construct>, kPublic);

void init_iterator_types() {
  for (Type* t : {&list_iterator_type, &tuple_iterator_type, &str_iterator_type, &bytes_iterator_type, &range_iterator_type, &set_iterator_type,
                  &dict_key_iterator_type, &dict_value_iterator_type, &dict_item_iterator_type, &sequence_iterator_type, &callable_iterator_type,
                  &reversed_type, &enumerate_type, &zip_type, &map_type, &filter_type})
    ready_type(*t);
}

}  // namespace minipy
