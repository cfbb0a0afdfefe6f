// The tables that the weak containers of lib/weakref.py are derived from, and their iterators.
//
// Each entry of mayfly's table has a box as its strong side: what a WeakTable has no room for. One of these is a weak reference to the weak side,
// which is what keyrefs() and valuerefs() answer, and what getweakrefcount() counts as in CPython.
#include <mayfly/weak_table.hpp>
#include <new>

#include "modules/weakref.hpp"
#include "runtime/error.hpp"
#include "runtime/ops.hpp"
#include "runtime/str.hpp"
#include "runtime/table.hpp"
#include "types/types.hpp"
#include "vm/host_mayfly.hpp"

namespace minipy {

namespace {
using mayfly::Answer;
using mayfly::Item;
using mayfly::Probe;
using mayfly::Status;
using mayfly::WeakTable;

struct WeakMap : Object {
  WeakTable table;
};
/// The strong side of an entry: with a key and a KeyedRef, a ref and a value, or only a ref.
struct Box {
  Value ref;
  Value other;
};

WeakTable& table_of(Value v) { return as<WeakMap>(v)->table; }
Box* box_of(const WeakTable& table, const Item& item) { return static_cast<Box*>(table.side() == mayfly::WeakSide::value ? item.key : item.value); }
Value weak_of(const WeakTable& table, const Item& item) {
  return static_cast<Value>(table.side() == mayfly::WeakSide::value ? item.value : item.key);
}

// ---- looking up -------------------------------------------------------------------------------------------------------------------------------

Value object_at(const void* what) { return static_cast<Value>(const_cast<void*>(what)); }
Answer equal_strong(void*, const void* what, void* box) { return static_cast<Answer>(values_equal(static_cast<Box*>(box)->other, object_at(what))); }
/// Not by identity first: refs of both would be compared.
Answer equal_weak(void*, const void* what, void* key) {
  return static_cast<Answer>(compare_truth(CompareOp::eq, static_cast<Value>(key), object_at(what)));
}
bool probe_for(Value map, Value key, Probe& probe) {
  const bool strong = table_of(map).side() == mayfly::WeakSide::value;
  probe.what = key, probe.equal = strong ? equal_strong : equal_weak;
  return (strong || check_weak_target(key)) && hash_value(key, &probe.hash);
}

Found found_by(Status status) {
  if (status == Status::ok) return Found::yes;
  if (status == Status::absent || status == Status::empty) return Found::no;
  raise_status(status, nullptr);
  return Found::error;
}
Found find(Value map, const Probe& probe, Item& item) {
  const auto result = table_of(map).find(probe);
  item = result.value;
  return found_by(result.status);
}
Found find(Value map, Value key, Item& item) {
  Probe probe;
  return probe_for(map, key, probe) ? find(map, probe, item) : Found::error;
}
Found pop(Value map, Value key, Item& item) {
  Probe probe;
  if (!probe_for(map, key, probe)) return Found::error;
  const auto result = table_of(map).pop(probe);
  item = result.value;
  return found_by(result.status);
}
/// KeyError, with what CPython's dict of refs would show: the key, or a ref to it.
Value absent_key(Value map, Value key) {
  const bool strong = table_of(map).side() == mayfly::WeakSide::value;
  return raise_with(exc::KeyError, strong ? key : ref_new(&ref_type, key, nullptr, mayfly::RefKind::ref));
}

// ---- entering -----------------------------------------------------------------------------------------------------------------------------------

/// A ref that nobody shares.
Value own_ref(Type& type, Value target) { return ref_new(&type, target, nullptr, mayfly::RefKind::subclass); }
Value keyed_ref(Value key, Value value) {
  Value ref = own_ref(keyed_ref_type, value);
  if (ref != nullptr) as<KeyedRef>(ref)->key = key;
  return ref;
}
Box* box_new(Value ref, Value other) {
  auto* box = ref == nullptr ? nullptr : static_cast<Box*>(allocate(sizeof(Box)));
  if (box != nullptr) *box = {ref, other};
  return box;
}

/// The box of the entry with that key, which was there, or is this new one. Null: an exception.
Box* enter(Value map, const Probe& probe, Box* box, Value weak) {
  if (box == nullptr) return nullptr;
  const auto entered = table_of(map).set_default(probe, box, referent(weak));
  if (!entered) return raise_status(entered.status, weak), nullptr;
  return box_of(table_of(map), entered.value);
}

/// map[key] = value with weak values: an entry that was there keeps its key and gets another weak side.
bool set_value(Value map, Value key, Value value) {
  Probe probe;
  Value ref = !check_weak_target(value) || !probe_for(map, key, probe) ? nullptr : keyed_ref(key, value);
  if (ref == nullptr) return false;
  Box* fresh = box_new(ref, key);
  Box* box = enter(map, probe, fresh, value);
  if (box == nullptr || box == fresh) return box != nullptr;
  const Probe same{.hash = probe.hash, .what = box};
  const Status status = table_of(map).set(same, box, referent(value));
  if (status != Status::ok) return raise_status(status, value), false;
  box->ref = ref;
  return true;
}
/// map[key] = value with weak keys: an entry that was there keeps its key.
bool set_key(Value map, Value key, Value value) {
  Probe probe;
  Item item;
  const Found found = probe_for(map, key, probe) ? find(map, probe, item) : Found::error;
  if (found == Found::error) return false;
  Box* box = found == Found::yes ? box_of(table_of(map), item) : enter(map, probe, box_new(own_ref(ref_type, key), value), key);
  if (box != nullptr) box->other = value;
  return box != nullptr;
}

// ---- what the three have in common ----------------------------------------------------------------------------------------------------------------

template <mayfly::WeakSide side>
Value table_construct(Type* cls, Args) {  // arguments are for __init__
  Value v = allocate_instance(cls);
  if (v != nullptr) ::new (&table_of(v)) WeakTable(side, &weak_queue);
  return v;
}
std::int64_t table_length(Value v) { return ssize(table_of(v).size()); }
int table_contains(Value v, Value key) {
  Item item;
  if (table_of(v).side() == mayfly::WeakSide::key && !supports_weak_refs(key)) return 0;
  return static_cast<int>(find(v, key, item));
}
Value table_clear(Args a) { return table_of(a[0]).clear(), none(); }
Value table_refs(Args a) {  // dead ones that are still there too
  const WeakTable& table = table_of(a[0]);
  List* list = list_new();
  WeakTable::Cursor cursor;
  while (list != nullptr && table.next(cursor, WeakTable::Dead::show) == Status::ok)
    if (!list_append(list, box_of(table, cursor.item)->ref)) return nullptr;
  return list;
}

/// What an entry shows: to maps their key and their value.
Value key_of(const WeakTable& table, const Item& item) {
  return table.side() == mayfly::WeakSide::value ? box_of(table, item)->other : weak_of(table, item);
}
Value value_of(const WeakTable& table, const Item& item) {
  return table.side() == mayfly::WeakSide::value ? weak_of(table, item) : box_of(table, item)->other;
}
Value pair_of(const WeakTable& table, const Item& item) { return tuple_of({key_of(table, item), value_of(table, item)}); }

// ---- iterators: they hold what they showed last, if it is the weak side --------------------------------------------------------------------------

enum class Show : std::uint8_t { keys, values, items };
struct WeakIterator : Object {
  Value map;  // null: at the end
  WeakTable::Cursor cursor;
  Show show;
};
Value iterator_over(Value map, Show show);
Value iterator_iter(Value v) { return v; }
Value iterator_next(Value v) {
  auto* i = as<WeakIterator>(v);
  if (i->map == nullptr) return nullptr;
  const WeakTable& table = table_of(i->map);
  const Status status = table.next(i->cursor);
  if (status != Status::ok) {
    const bool set = is_instance(i->map, &set_table_type);
    i->map = nullptr, i->cursor = {};
    return status == Status::absent ? nullptr : raise(exc::RuntimeError, "{} changed size during iteration", set ? "Set" : "dictionary");
  }
  const Item item = i->cursor.item;
  const bool weak_keys = table.side() == mayfly::WeakSide::key;
  if (i->show != Show::items && (i->show == Show::keys) != weak_keys) i->cursor.item = {};
  return i->show == Show::keys ? key_of(table, item) : i->show == Show::values ? value_of(table, item) : pair_of(table, item);
}
constexpr Slots kIterator = {.repr = default_repr, .hash = address_hash, .iter = iterator_iter, .next = iterator_next};
Type weak_iterator_type =
    builtin_type("weakref.iterator", &kIterator, {.flags = kNoSubclass | kNotConstructible | kWeakReader, .size = sizeof(WeakIterator)});
Value iterator_over(Value map, Show show) {
  auto* i = static_cast<WeakIterator*>(allocate(sizeof(WeakIterator)));
  if (i == nullptr) return nullptr;
  i->type = &weak_iterator_type, i->map = map, i->show = show;
  return i;
}
Value table_iter(Value v) { return iterator_over(v, Show::keys); }
Value table_keys(Args a) { return iterator_over(a[0], Show::keys); }
Value table_values(Args a) { return iterator_over(a[0], Show::values); }
Value table_items(Args a) { return iterator_over(a[0], Show::items); }

// ---- maps -------------------------------------------------------------------------------------------------------------------------------------

Value map_getitem(Value v, Value key) {
  Item item;
  const Found found = find(v, key, item);
  return found == Found::yes ? value_of(table_of(v), item) : found == Found::no ? absent_key(v, key) : nullptr;
}
bool map_delete(Value v, Value key) {
  Item item;
  const Found found = pop(v, key, item);
  return found == Found::yes || (found == Found::no && absent_key(v, key) != nullptr);
}
bool value_setitem(Value v, Value key, Value value) { return value == nullptr ? map_delete(v, key) : set_value(v, key, value); }
bool key_setitem(Value v, Value key, Value value) { return value == nullptr ? map_delete(v, key) : set_key(v, key, value); }
Value map_get(Args a) {
  Item item;
  const Found found = find(a[0], a[1], item);
  return found == Found::yes ? value_of(table_of(a[0]), item) : found == Found::error ? nullptr : a.count > 2 ? a[2] : none();
}
Value map_pop(Args a) {
  Item item;
  const Found found = pop(a[0], a[1], item);
  if (found == Found::no) return a.count > 2 ? a[2] : absent_key(a[0], a[1]);
  return found == Found::yes ? value_of(table_of(a[0]), item) : nullptr;
}
Value map_popitem(Args a) {
  const auto popped = table_of(a[0]).pop_newest();
  return popped ? pair_of(table_of(a[0]), popped.value) : raise_with(exc::KeyError, str_value("popitem(): dictionary is empty"));
}
Value map_setdefault(Args a) {
  Item item;
  const Found found = find(a[0], a[1], item);
  if (found != Found::no) return found == Found::yes ? value_of(table_of(a[0]), item) : nullptr;
  Value value = a.count > 2 ? a[2] : none();
  return set_item(a[0], a[1], value) ? value : nullptr;
}

// ---- sets -------------------------------------------------------------------------------------------------------------------------------------

Value set_add(Args a) {
  Probe probe;
  Item item;
  const Found found = probe_for(a[0], a[1], probe) ? find(a[0], probe, item) : Found::error;
  if (found != Found::no) return done(found == Found::yes);
  return done(enter(a[0], probe, box_new(own_ref(ref_type, a[1]), nullptr), a[1]) != nullptr);
}
Value set_discard(Args a) {
  Item item;
  return done(pop(a[0], a[1], item) != Found::error);
}
Value set_remove(Args a) {
  Item item;
  const Found found = pop(a[0], a[1], item);
  return found == Found::no ? absent_key(a[0], a[1]) : done(found == Found::yes);
}
Value set_pop(Args a) {
  const auto popped = table_of(a[0]).pop_newest();
  return popped ? static_cast<Value>(popped.value.key) : raise_with(exc::KeyError, str_value("pop from empty WeakSet"));
}

template <mayfly::WeakSide side>
constexpr Slots kMap = {.construct = table_construct<side>,
                        .length = table_length,
                        .getitem = map_getitem,
                        .setitem = side == mayfly::WeakSide::value ? value_setitem : key_setitem,
                        .contains = table_contains,
                        .iter = table_iter};
constexpr Slots kSet = {.construct = table_construct<mayfly::WeakSide::key>, .length = table_length, .contains = table_contains, .iter = table_iter};
constexpr Shape kShape = {.flags = kWeakReader, .size = sizeof(WeakMap)};
}  // namespace

Type value_table_type = builtin_type("weakref.ValueTable", &kMap<mayfly::WeakSide::value>, kShape);
Type key_table_type = builtin_type("weakref.KeyTable", &kMap<mayfly::WeakSide::key>, kShape);
Type set_table_type = builtin_type("weakref.SetTable", &kSet, kShape);

bool init_weak_tables() {
  ready_type(weak_iterator_type);
  for (Type* t : {&value_table_type, &key_table_type, &set_table_type}) {
    ready_type(*t);
    if (!mark_weak_reader(*t) || !define_natives(*t, {{"clear", table_clear, 1, 1, kMethod}, {"_refs", table_refs, 1, 1, kMethod | kWeakRead}}))
      return false;
  }
  for (Type* t : {&value_table_type, &key_table_type})
    if (!define_natives(*t, {{"get", map_get, 2, 3, kMethod | kWeakRead},
                             {"pop", map_pop, 2, 3, kMethod | kWeakRead},
                             {"popitem", map_popitem, 1, 1, kMethod | kWeakRead},
                             {"setdefault", map_setdefault, 2, 3, kMethod | kWeakRead},
                             {"keys", table_keys, 1, 1, kMethod | kWeakRead},
                             {"values", table_values, 1, 1, kMethod | kWeakRead},
                             {"items", table_items, 1, 1, kMethod | kWeakRead}}))
      return false;
  return define_natives(set_table_type, {{"add", set_add, 2, 2, kMethod},
                                         {"discard", set_discard, 2, 2, kMethod | kWeakRead},
                                         {"remove", set_remove, 2, 2, kMethod | kWeakRead},
                                         {"pop", set_pop, 1, 1, kMethod | kWeakRead}});
}

}  // namespace minipy
