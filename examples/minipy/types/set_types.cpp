// set and frozenset.
#include "runtime/error.hpp"
#include "runtime/heap_slots.hpp"
#include "runtime/ops.hpp"
#include "runtime/str.hpp"
#include "runtime/table.hpp"
#include "types/types.hpp"

namespace minipy {

namespace {
bool is_set(Value v) { return is_instance(v, &set_type) || is_instance(v, &frozenset_type); }
Table& table(Value v) { return as<Set>(v)->table; }
}  // namespace

bool set_update_from(Set* s, Value iterable) {
  if (is_set(iterable)) {
    std::int64_t at = 0;
    Table snapshot;
    if (!table_copy(snapshot, table(iterable))) return false;
    while (Entry* e = table_next(snapshot, at))
      if (!set_add(s, e->key)) return false;
    return true;
  }
  Value iterator = get_iter(iterable);
  if (iterator == nullptr) return false;
  while (Value v = iter_next(iterator))
    if (!set_add(s, v)) return false;
  return !error_pending();
}

namespace {
Set* new_of(Value like) { return set_new(is_instance(like, &frozenset_type) ? &frozenset_type : &set_type); }
Set* set_from(Value iterable) {
  if (is_set(iterable)) return as<Set>(iterable);
  Set* s = set_new(&set_type);
  return s != nullptr && set_update_from(s, iterable) ? s : nullptr;
}
/// Keys of a that are in b (or are not), into out.
bool filter_into(Set* out, Set* a, Set* b, Found wanted) {
  std::int64_t at = 0;
  Table snapshot;
  if (!table_copy(snapshot, a->table)) return false;
  while (Entry* e = table_next(snapshot, at)) {
    const Found f = set_has(b, e->key);
    if (f == Found::error || (f == wanted && !set_add(out, e->key))) return false;
  }
  return true;
}
Set* combined(BinaryOp op, Set* a, Set* b) {
  Set* out = new_of(a);
  bool ok = out != nullptr;
  if (op == BinaryOp::bit_or) ok = ok && set_update_from(out, a) && set_update_from(out, b);
  if (op == BinaryOp::bit_and) ok = ok && filter_into(out, a, b, Found::yes);
  if (op == BinaryOp::sub || op == BinaryOp::bit_xor) ok = ok && filter_into(out, a, b, Found::no);
  if (op == BinaryOp::bit_xor) ok = ok && filter_into(out, b, a, Found::no);
  return ok ? out : nullptr;
}
bool is_operator(BinaryOp op) { return op == BinaryOp::bit_or || op == BinaryOp::bit_and || op == BinaryOp::sub || op == BinaryOp::bit_xor; }
/// 1: every key of a is in b.
int subset(Set* a, Set* b) {
  std::int64_t at = 0;
  Table snapshot;
  if (!table_copy(snapshot, a->table)) return -1;
  while (Entry* e = table_next(snapshot, at))
    if (const Found f = set_has(b, e->key); f != Found::yes) return static_cast<int>(f);
  return 1;
}
}  // namespace

Value set_binary(BinaryOp op, Value a, Value b) {
  return is_operator(op) && is_set(a) && is_set(b) ? combined(op, as<Set>(a), as<Set>(b)) : not_implemented();
}

namespace {
Value set_construct(Type* cls, Args) { return allocate_instance(cls); }
bool set_init(Value self, Args args) {
  if (!no_keywords(args, "set") || !check_count(args, "set", 0, 1)) return false;
  table_clear(table(self));
  return args.count == 0 || set_update_from(as<Set>(self), args[0]);
}
Value frozenset_construct(Type* cls, Args args) {
  if (cls == &frozenset_type && !no_keywords(args, "frozenset")) return nullptr;
  if (!check_count(args, "frozenset", 0, 1)) return nullptr;
  if (cls == &frozenset_type && args.count == 1 && is_exact(args[0], &frozenset_type)) return args[0];
  Value v = allocate_instance(cls);
  return v != nullptr && (args.count == 0 || set_update_from(as<Set>(v), args[0])) ? v : nullptr;
}
Value set_repr(Value v) {
  const bool plain = is_exact(v, &set_type);
  if (table(v).size == 0) return str_new(fmt::format("{}()", type_name(v)));
  bool failed = false;
  if (repr_enter(v, &failed)) return str_new(fmt::format("{}(...)", type_name(v)));
  List* items = failed ? nullptr : list_from(v);
  TextBuilder out;
  out += plain ? "{" : fmt::format("{}({{", type_name(v));
  failed = items == nullptr || !join_reprs(items->items, items->size, out);
  repr_leave();
  out += plain ? "}" : "})";
  return failed ? nullptr : out.finish();
}
bool frozenset_hash(Value v, std::uint64_t* out) {
  std::uint64_t h = 0x5bd1e995u + static_cast<std::uint64_t>(table(v).size);
  std::int64_t at = 0;
  while (Entry* e = table_next(table(v), at)) h ^= (e->hash ^ 0x9E3779B9u) * 0xD6E8FEB86659FD93ull;  // in whatever order
  *out = h >> 4;
  return true;
}
std::int64_t set_length(Value v) { return table(v).size; }
int set_contains(Value v, Value key) {
  Found f = set_has(as<Set>(v), key);
  if (f == Found::error && is_instance(key, &set_type) && clear_error_if(exc::TypeError)) {  // a set is looked for as a frozenset
    Set* frozen = set_new(&frozenset_type);
    f = frozen != nullptr && set_update_from(frozen, key) ? set_has(as<Set>(v), frozen) : Found::error;
  }
  return static_cast<int>(f);
}
Value set_iter(Value v) {
  Iterator* i = iterator_new(set_iterator_type, v);
  if (i != nullptr) i->extra = table(v).size;
  return i;
}
Value set_compare(CompareOp op, Value a, Value b) {
  if (!is_set(a) || !is_set(b)) return not_implemented();
  Set *x = as<Set>(a), *y = as<Set>(b);
  const bool swapped = op == CompareOp::gt || op == CompareOp::ge, same_size = table(a).size == table(b).size;
  int answer = subset(swapped ? y : x, swapped ? x : y);
  if (answer < 0) return nullptr;
  if (op == CompareOp::eq || op == CompareOp::ne) return boolean((answer == 1 && same_size) == (op == CompareOp::eq));
  return boolean(answer == 1 && (op == CompareOp::le || op == CompareOp::ge || !same_size));
}
bool replace_by(Value self, Set* with) {
  if (with == nullptr) return false;
  table(self) = with->table;
  return true;
}
Value set_inplace(BinaryOp op, Value a, Value b) {
  if (!is_operator(op) || !is_set(b)) return not_implemented();
  if (op == BinaryOp::bit_or) return set_update_from(as<Set>(a), b) ? a : nullptr;
  return replace_by(a, combined(op, as<Set>(a), as<Set>(b))) ? a : nullptr;
}

Value fold_method(Args a, BinaryOp op) {
  Set* result = new_of(a[0]);
  if (result == nullptr || !set_update_from(result, a[0])) return nullptr;
  for (std::int64_t i = 1; i < a.count; ++i) {
    Set* other = set_from(a[i]);
    if (other == nullptr || (result = combined(op, result, other)) == nullptr) return nullptr;
  }
  return result;
}
Value set_union(Args a) { return fold_method(a, BinaryOp::bit_or); }
Value set_intersection(Args a) { return fold_method(a, BinaryOp::bit_and); }
Value set_difference(Args a) { return fold_method(a, BinaryOp::sub); }
Value set_symmetric(Args a) { return fold_method(a, BinaryOp::bit_xor); }
Value set_update(Args a) { return done(replace_by(a[0], as<Set>(set_union(a)))); }
Value set_intersection_update(Args a) { return done(replace_by(a[0], as<Set>(set_intersection(a)))); }
Value set_difference_update(Args a) { return done(replace_by(a[0], as<Set>(set_difference(a)))); }
Value set_symmetric_update(Args a) { return done(replace_by(a[0], as<Set>(set_symmetric(a)))); }
Value set_issubset(Args a) {
  Set* other = set_from(a[1]);
  return other == nullptr ? nullptr : yes_no(subset(as<Set>(a[0]), other));
}
Value set_issuperset(Args a) {
  Set* other = set_from(a[1]);
  return other == nullptr ? nullptr : yes_no(subset(other, as<Set>(a[0])));
}
Value set_isdisjoint(Args a) {
  Set* other = set_from(a[1]);
  Set* both = other == nullptr ? nullptr : combined(BinaryOp::bit_and, as<Set>(a[0]), other);
  return both == nullptr ? nullptr : boolean(both->table.size == 0);
}
Value set_add_method(Args a) { return done(set_add(as<Set>(a[0]), a[1])); }
Value set_discard_method(Args a) { return done(set_discard(as<Set>(a[0]), a[1]) != Found::error); }
Value set_remove(Args a) {
  const Found f = set_discard(as<Set>(a[0]), a[1]);
  return f == Found::no ? raise_with(exc::KeyError, a[1]) : done(f == Found::yes);
}
Value set_pop(Args a) {
  std::int64_t at = 0;
  Entry* first = table_next(table(a[0]), at);
  if (first == nullptr) return raise_with(exc::KeyError, str_new("pop from an empty set"));
  Value key = first->key;
  table_remove(table(a[0]), static_cast<std::uint32_t>(at - 1));
  return key;
}
Value set_clear(Args a) { return table_clear(table(a[0])), none(); }
Value set_copy(Args a) {
  if (is_exact(a[0], &frozenset_type)) return a[0];
  Set* s = new_of(a[0]);
  return s != nullptr && set_update_from(s, a[0]) ? s : nullptr;
}

constexpr std::uint32_t kOps = bits_of({BinaryOp::bit_or, BinaryOp::bit_and, BinaryOp::sub, BinaryOp::bit_xor});
constexpr Slots kSet = {.construct = set_construct,
                        .init = set_init,
                        .repr = set_repr,
                        .compare = set_compare,
                        .binary = set_binary,
                        .inplace = set_inplace,
                        .length = set_length,
                        .contains = set_contains,
                        .iter = set_iter,
                        .binary_ops = kOps};
constexpr Slots kFrozenset = {.construct = frozenset_construct,
                              .repr = set_repr,
                              .hash = frozenset_hash,
                              .compare = set_compare,
                              .binary = set_binary,
                              .length = set_length,
                              .contains = set_contains,
                              .iter = set_iter,
                              .binary_ops = kOps};
}  // namespace

Type set_type = builtin_type("set", &kSet, {.flags = kWeakRefable, .size = sizeof(Set), .cell_offset = offsetof(Set, cell)});
Type frozenset_type = builtin_type("frozenset", &kFrozenset, {.flags = kWeakRefable, .size = sizeof(Set), .cell_offset = offsetof(Set, cell)});

void init_set_types() {
  ready_type(set_type), ready_type(frozenset_type);
  for (Type* t : {&set_type, &frozenset_type})
    define_natives(*t, {{"union", set_union, 1, -1, kMethod},
                        {"intersection", set_intersection, 1, -1, kMethod},
                        {"difference", set_difference, 1, -1, kMethod},
                        {"symmetric_difference", set_symmetric, 2, 2, kMethod},
                        {"issubset", set_issubset, 2, 2, kMethod},
                        {"issuperset", set_issuperset, 2, 2, kMethod},
                        {"isdisjoint", set_isdisjoint, 2, 2, kMethod},
                        {"copy", set_copy, 1, 1, kMethod},
                        {"__class_getitem__", generic_alias, 2, 2, kClassMethod}});
  define_natives(set_type, {{"add", set_add_method, 2, 2, kMethod},
                            {"discard", set_discard_method, 2, 2, kMethod},
                            {"remove", set_remove, 2, 2, kMethod},
                            {"pop", set_pop, 1, 1, kMethod},
                            {"clear", set_clear, 1, 1, kMethod},
                            {"update", set_update, 1, -1, kMethod},
                            {"intersection_update", set_intersection_update, 1, -1, kMethod},
                            {"difference_update", set_difference_update, 1, -1, kMethod},
                            {"symmetric_difference_update", set_symmetric_update, 2, 2, kMethod}});
}

}  // namespace minipy
