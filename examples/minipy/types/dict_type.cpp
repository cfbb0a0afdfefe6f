// dict, and its views.
#include "runtime/error.hpp"
#include "runtime/names.hpp"
#include "runtime/ops.hpp"
#include "runtime/str.hpp"
#include "runtime/table.hpp"
#include "types/types.hpp"

namespace minipy {

namespace {
Table& table(Value v) { return as_dict(v)->table; }

Value dict_construct(Type* cls, Args) { return allocate_instance(cls); }
}  // namespace

bool dict_update_from(Dict* d, Value source) {
  if (is_instance(source, &dict_type) &&
      (is_exact(source, &dict_type) || type_lookup(type_of(source), names::keys) == type_lookup(&dict_type, names::keys))) {
    std::int64_t at = 0;
    Table snapshot;
    if (!table_copy(snapshot, table(source))) return false;
    while (Entry* e = table_next(snapshot, at))
      if (!dict_set(d, e->key, e->value)) return false;
    return true;
  }
  Value keys = find_attr(source, names::keys);
  if (keys == nullptr && error_pending()) return false;
  if (keys != nullptr && (keys = call(keys, {})) == nullptr) return false;
  List* items = list_from(keys != nullptr ? keys : source);
  for (std::int64_t i = 0; items != nullptr && i < items->size; ++i) {
    Value key = items->items[i], value = nullptr;
    if (keys == nullptr) {
      Tuple* pair = tuple_from_iterable(key);
      if (pair == nullptr)
        return error_is(exc::TypeError)
                   ? (clear_error(), raise(exc::TypeError, "cannot convert dictionary update sequence element #{} to a sequence", i), false)
                   : false;
      if (pair->size != 2) return raise(exc::ValueError, "dictionary update sequence element #{} has length {}; 2 is required", i, pair->size), false;
      Value* items_of = pair->items;
      key = items_of[0], value = items_of[1];
    } else if ((value = get_item(source, key)) == nullptr) {
      return false;
    }
    if (!dict_set(d, key, value)) return false;
  }
  return items != nullptr;
}

List* dict_list(Dict* d, int what) {
  List* out = list_new(d->table.size);
  std::int64_t at = 0;
  while (Entry* e = out == nullptr ? nullptr : table_next(d->table, at)) {
    Value v = what == 0 ? e->key : what == 1 ? e->value : tuple_of({e->key, e->value});
    if (v == nullptr || !list_append(out, v)) return nullptr;
  }
  return out;
}

namespace {
bool update_from_args(Value self, Args args, const char* name) {
  if (args.count > 1) return raise(exc::TypeError, "{} expected at most 1 argument, got {}", name, args.count), false;
  if (args.count == 1 && !dict_update_from(as_dict(self), args[0])) return false;
  for (std::int64_t i = 0; args.names != nullptr && i < args.names->size; ++i)
    if (!dict_set_name(as_dict(self), as_str(args.names->items[i]), args.values[args.count + i])) return false;
  return true;
}
bool dict_init(Value self, Args args) { return update_from_args(self, args, "dict"); }
Value dict_repr(Value v) {
  bool failed = false;
  if (repr_enter(v, &failed)) return str_new("{...}");
  TextBuilder out;
  out += '{';
  std::int64_t at = 0;
  while (Entry* e = failed ? nullptr : table_next(table(v), at)) {
    Value pair[] = {e->key, e->value};
    if (out.size() > 1) out += ", ";
    Str* key = repr(pair[0]);
    Str* value = key == nullptr ? nullptr : repr(pair[1]);
    failed = value == nullptr || out.failed();
    if (!failed) out += key->view(), out += ": ", out += value->view();
  }
  repr_leave();
  out += '}';
  return failed ? nullptr : out.finish();
}
std::int64_t dict_length(Value v) { return table(v).size; }
Value dict_compare(CompareOp op, Value a, Value b) {
  if ((op != CompareOp::eq && op != CompareOp::ne) || !is_instance(a, &dict_type) || !is_instance(b, &dict_type)) return not_implemented();
  bool same = table(a).size == table(b).size;
  std::int64_t at = 0;
  while (Entry* e = same ? table_next(table(a), at) : nullptr) {
    Value other = nullptr, value = e->value;
    const Found f = dict_get(as_dict(b), e->key, &other);
    const int equal = f == Found::yes ? values_equal(value, other) : static_cast<int>(f);
    if (equal < 0) return nullptr;
    same = equal > 0;
  }
  return boolean(same == (op == CompareOp::eq));
}
Value dict_copy_of(Value v) {
  Dict* d = dict_new();
  return d != nullptr && table_copy(d->table, table(v)) ? d : nullptr;
}
Value dict_binary(BinaryOp op, Value a, Value b) {
  if (op != BinaryOp::bit_or || !is_instance(a, &dict_type) || !is_instance(b, &dict_type)) return not_implemented();
  Value d = dict_copy_of(a);
  return d != nullptr && dict_update_from(as_dict(d), b) ? d : nullptr;
}
Value dict_inplace(BinaryOp op, Value a, Value b) {
  if (op != BinaryOp::bit_or) return not_implemented();
  return dict_update_from(as_dict(a), b) ? a : nullptr;
}
Value key_error(Value key) { return raise_with(exc::KeyError, key); }
Value dict_getitem(Value v, Value key) {
  Value out = nullptr;
  const Found f = dict_get(as_dict(v), key, &out);
  if (f != Found::no) return out;
  if (is_heap_type(type_of(v)) && type_lookup(type_of(v), names::__missing__) != nullptr) return call_special(v, names::__missing__, {key});
  return key_error(key);
}
bool dict_setitem(Value v, Value key, Value value) {
  if (value != nullptr) return dict_set(as_dict(v), key, value);
  const Found f = dict_delete(as_dict(v), key);
  if (f == Found::no) key_error(key);
  return f == Found::yes;
}
int dict_contains(Value v, Value key) {
  Value out = nullptr;
  return static_cast<int>(dict_get(as_dict(v), key, &out));
}
Value view_new(Type& type, Value d) { return iterator_new(type, d); }
Value iterate(Type& type, Value d) {
  Iterator* i = iterator_new(type, d);
  if (i != nullptr) i->extra = table(d).size;
  return i;
}
Value dict_iter(Value v) { return iterate(dict_key_iterator_type, v); }
Value dict_keys(Args a) { return view_new(dict_keys_type, a[0]); }
Value dict_values(Args a) { return view_new(dict_values_type, a[0]); }
Value dict_items(Args a) { return view_new(dict_items_type, a[0]); }
Value dict_get_method(Args a) {
  Value out = nullptr;
  const Found f = dict_get(as_dict(a[0]), a[1], &out);
  return f == Found::no ? (a.count > 2 ? a[2] : none()) : out;
}
Value dict_setdefault(Args a) {
  Value out = nullptr;
  const Found f = dict_get(as_dict(a[0]), a[1], &out);
  if (f != Found::no) return out;
  Value value = a.count > 2 ? a[2] : none();
  return dict_set(as_dict(a[0]), a[1], value) ? value : nullptr;
}
Value dict_pop(Args a) {
  Value out = nullptr;
  const Found f = dict_get(as_dict(a[0]), a[1], &out);
  if (f == Found::error) return nullptr;
  if (f == Found::no) return a.count > 2 ? a[2] : key_error(a[1]);
  return dict_delete(as_dict(a[0]), a[1]) == Found::error ? nullptr : out;
}
Value dict_popitem(Args a) {
  Entry* last = table_last(table(a[0]));
  if (last == nullptr) return raise_with(exc::KeyError, str_new("popitem(): dictionary is empty"));
  Value pair = tuple_of({last->key, last->value});
  if (pair != nullptr) {
    const auto at = static_cast<std::uint32_t>(last - table(a[0]).entries);
    table_remove(table(a[0]), at);
  }
  return pair;
}
Value dict_update(Args a) { return update_from_args(a[0], Args{a.values + 1, a.count - 1, a.names}, "update") ? none() : nullptr; }
Value dict_clear(Args a) { return table_clear(table(a[0])), none(); }
Value dict_copy(Args a) { return dict_copy_of(a[0]); }
Value dict_fromkeys(Args a) {
  Value d = construct_instance(as_type(a[0]), Args{a.values, 0});
  List* keys = d == nullptr ? nullptr : list_from(a[1]);
  for (std::int64_t i = 0; keys != nullptr && i < keys->size; ++i)
    if (!set_item(d, keys->items[i], a.count > 2 ? a[2] : none())) return nullptr;
  return keys == nullptr ? nullptr : d;
}
Value dict_reversed(Args a) {
  List* keys = dict_list(as_dict(a[0]), 0);
  return keys == nullptr ? nullptr : sequence_reversed_of(keys);
}

// ---- views --------------------------------------------------------------------------------------------------------------------------------

int view_kind(Value v) { return type_of(v) == &dict_keys_type ? 0 : type_of(v) == &dict_values_type ? 1 : 2; }
Dict* viewed(Value v) { return as_dict(as<Iterator>(v)->a); }
Value view_repr(Value v) {
  static constexpr const char* kNames[] = {"dict_keys", "dict_values", "dict_items"};
  List* l = dict_list(viewed(v), view_kind(v));
  Str* s = l == nullptr ? nullptr : repr(l);
  return s == nullptr ? nullptr : str_new(format_text("{}({})", kNames[view_kind(v)], s));
}
std::int64_t view_length(Value v) { return viewed(v)->table.size; }
Value view_iter(Value v) {
  return iterate(view_kind(v) == 0 ? dict_key_iterator_type : view_kind(v) == 1 ? dict_value_iterator_type : dict_item_iterator_type, viewed(v));
}
int view_contains(Value v, Value key) {
  if (view_kind(v) == 0) return dict_contains(viewed(v), key);
  List* l = dict_list(viewed(v), view_kind(v));
  return l == nullptr ? -1 : contains(l, key);
}
Set* set_of(Value v) {
  Set* s = set_new(&set_type);
  return s != nullptr && set_update_from(s, v) ? s : nullptr;
}
Value view_binary(BinaryOp op, Value a, Value b) {
  if (op != BinaryOp::bit_and && op != BinaryOp::bit_or && op != BinaryOp::sub && op != BinaryOp::bit_xor) return not_implemented();
  Set *x = set_of(a), *y = x == nullptr ? nullptr : set_of(b);
  return y == nullptr ? nullptr : set_binary(op, x, y);
}
Value view_compare(CompareOp op, Value a, Value b) {
  if (view_kind(a) == 1) return not_implemented();
  if (type_of(b) != &dict_keys_type && type_of(b) != &dict_items_type && !is_instance(b, &set_type) && !is_instance(b, &frozenset_type))
    return not_implemented();
  Set *x = set_of(a), *y = x == nullptr ? nullptr : set_of(b);
  return y == nullptr ? nullptr : compare(op, x, y);
}

Value view_isdisjoint(Args a) {
  Set *x = set_of(a[0]), *y = x == nullptr ? nullptr : set_of(a[1]);
  Value both = y == nullptr ? nullptr : set_binary(BinaryOp::bit_and, x, y);
  return both == nullptr ? nullptr : boolean(as<Set>(both)->table.size == 0);
}
Value view_reversed(Args a) {
  List* all = dict_list(viewed(a[0]), view_kind(a[0]));
  return all == nullptr ? nullptr : sequence_reversed_of(all);
}

constexpr Slots kDict = {.construct = dict_construct,
                         .init = dict_init,
                         .repr = dict_repr,
                         .compare = dict_compare,
                         .binary = dict_binary,
                         .inplace = dict_inplace,
                         .length = dict_length,
                         .getitem = dict_getitem,
                         .setitem = dict_setitem,
                         .contains = dict_contains,
                         .iter = dict_iter,
                         .binary_ops = bits_of({BinaryOp::bit_or})};
constexpr std::uint32_t kViewOps = bits_of({BinaryOp::bit_or, BinaryOp::bit_and, BinaryOp::sub, BinaryOp::bit_xor});
constexpr Slots kView = {.repr = view_repr,
                         .compare = view_compare,
                         .binary = view_binary,
                         .length = view_length,
                         .contains = view_contains,
                         .iter = view_iter,
                         .binary_ops = kViewOps};
}  // namespace

Type dict_type = builtin_type("dict", &kDict, {.size = sizeof(Dict)});
Type dict_keys_type = builtin_type("dict_keys", &kView, {.flags = kNoSubclass | kNotConstructible, .size = sizeof(Iterator)});
Type dict_values_type = builtin_type("dict_values", &kView, {.flags = kNoSubclass | kNotConstructible, .size = sizeof(Iterator)});
Type dict_items_type = builtin_type("dict_items", &kView, {.flags = kNoSubclass | kNotConstructible, .size = sizeof(Iterator)});

void init_dict_type() {
  for (Type* t : {&dict_type, &dict_keys_type, &dict_values_type, &dict_items_type}) ready_type(*t);
  for (Type* t : {&dict_keys_type, &dict_values_type, &dict_items_type}) define_natives(*t, {{"__reversed__", view_reversed, 1, 1, kMethod}});
  for (Type* t : {&dict_keys_type, &dict_items_type}) define_natives(*t, {{"isdisjoint", view_isdisjoint, 2, 2, kMethod}});
  define_natives(dict_type, {{"keys", dict_keys, 1, 1, kMethod},
                             {"values", dict_values, 1, 1, kMethod},
                             {"items", dict_items, 1, 1, kMethod},
                             {"get", dict_get_method, 2, 3, kMethod},
                             {"setdefault", dict_setdefault, 2, 3, kMethod},
                             {"pop", dict_pop, 2, 3, kMethod},
                             {"popitem", dict_popitem, 1, 1, kMethod},
                             {"update", dict_update, 1, -1, kMethod | kNames},
                             {"clear", dict_clear, 1, 1, kMethod},
                             {"copy", dict_copy, 1, 1, kMethod},
                             {"fromkeys", dict_fromkeys, 2, 3, kClassMethod},
                             {"__reversed__", dict_reversed, 1, 1, kMethod},
                             {"__class_getitem__", generic_alias, 2, 2, kClassMethod}});
}

}  // namespace minipy
