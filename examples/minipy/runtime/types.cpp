// Making classes: the order of look-up, the shape of instances, and the natives of built-in types.
#include <algorithm>
#include <vector>

#include "runtime/error.hpp"
#include "runtime/heap_slots.hpp"
#include "runtime/names.hpp"
#include "runtime/ops.hpp"
#include "runtime/slot_methods.hpp"
#include "runtime/stack.hpp"
#include "runtime/str.hpp"
#include "runtime/table.hpp"
#include "runtime/thread.hpp"
#include "types/types.hpp"
#include "vm/host_mayfly.hpp"
#include "vm/vm.hpp"

namespace minipy {

bool is_subtype(const Type* type, const Type* base) {
  if (type == base || base == &object_type) return true;
  if (!is_heap_type(type)) {
    for (; type != nullptr; type = type->base)
      if (type == base) return true;
    return false;
  }
  for (std::int64_t i = 0; i < type->mro->size; ++i)
    if (type->mro->items[i] == base) return true;
  return false;
}

namespace {
std::uint64_t fresh_version() {
  static std::uint64_t last = 0;
  return ++last;
}
}  // namespace

Native* native_new(const NativeDef& def, Type* owner, Value self) {
  auto* n = static_cast<Native*>(allocate(sizeof(Native)));
  if (n == nullptr) return nullptr;
  n->type = owner != nullptr && (def.flags & kMethod) != 0 ? &native_method_type : &native_type;
  n->name = def.name, n->function = def.function, n->owner = owner, n->flags = def.flags;
  n->slot = -1, n->least = def.least, n->most = def.most, n->self = self;
  return n;
}
bool define_natives(Type& type, std::initializer_list<NativeDef> natives) {
  for (const NativeDef& def : natives) {
    Native* n = native_new(def, &type, nullptr);
    if (n == nullptr) return false;
    Value v = n;
    if ((def.flags & kClassMethod) != 0) {
      auto* w = static_cast<Wrapped*>(allocate(sizeof(Wrapped)));
      w->type = &classmethod_type, w->function = n, v = w;
    }
    if (!dict_set_name(type.dict, intern(def.name), v)) return false;
  }
  return true;
}
bool define_getsets(Type& type, std::initializer_list<GetSetDef> getsets) {
  for (const GetSetDef& def : getsets) {
    auto* g = static_cast<GetSet*>(allocate(sizeof(GetSet)));
    if (g == nullptr) return false;
    g->type = &getset_type, g->name = def.name, g->get = def.get, g->set = def.set, g->owner = &type;
    if (!dict_set_name(type.dict, intern(def.name), g)) return false;
  }
  return true;
}

void ready_type(Type& type) {
  if (type.mro != nullptr) return;
  if (type.base == nullptr && &type != &object_type) type.base = &object_type;
  if (type.base != nullptr) ready_type(*type.base);
  std::vector<Value> mro;
  for (Type* t = &type; t != nullptr; t = t->base) mro.push_back(t);
  if (type.type == nullptr) type.type = &type_type;
  type.mro = tuple_from(mro.data(), ssize(mro.size()));
  type.bases = type.base != nullptr ? tuple_of({type.base}) : tuple_new(0);
  type.dict = dict_new();
  type.version = fresh_version();
  const std::string_view name = type.name;
  const auto dot = name.rfind('.');
  type.qualname = intern(name.substr(dot + 1));
  if (type.module == nullptr) type.module = dot == name.npos ? names::builtins : intern(name.substr(0, dot));
  if (type.dict_offset == 0 && type.base != nullptr && type.size >= type.base->size) type.dict_offset = type.base->dict_offset;
  add_slot_methods(type);
}

// ---- instances ----------------------------------------------------------------------------------------------------------------------------

Value allocate_instance(Type* type, std::int64_t extra) {
  const std::size_t bytes = type->size + usize((extra + 7) & ~std::int64_t{7});
  auto* o = static_cast<Object*>((type->flags & kPlain) != 0 ? allocate_plain(bytes) : allocate(bytes));
  if (o == nullptr) return nullptr;
  o->type = type;
  if ((type->flags & kHasDel) != 0 && !register_del(o)) return nullptr;
  return o;
}
mayfly::CellWord* cell_of(Object* o) {
  return o->type->cell_offset == 0 ? nullptr : reinterpret_cast<mayfly::CellWord*>(instance_tail(o) + o->type->cell_offset);
}

// ---- C3 -----------------------------------------------------------------------------------------------------------------------------------

namespace {
using Line = std::vector<Type*>;

/// No line's first class may come next.
Tuple* conflict(const std::vector<Line>& lines) {
  std::string list;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const bool again = std::any_of(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(i), [&](const Line& l) { return l[0] == lines[i][0]; });
    if (!again) list += (list.empty() ? "" : ", ") + std::string(lines[i][0]->name);
  }
  return as_tuple(raise(exc::TypeError, "Cannot create a consistent method resolution\norder (MRO) for bases {}", list));
}

/// The order of look-up: the class, then a merge of its bases' orders and of the bases themselves.
Tuple* linearise(Type* type, Tuple* bases) {
  std::vector<Line> lines;
  for (std::int64_t i = 0; i < bases->size; ++i)
    for (std::int64_t k = 0; k < i; ++k)
      if (bases->items[i] == bases->items[k]) return as_tuple(raise(exc::TypeError, "duplicate base class {}", as_type(bases->items[i])->name));
  for (std::int64_t i = 0; i < bases->size; ++i) {
    Tuple* mro = as_type(bases->items[i])->mro;
    Line line;
    for (std::int64_t k = 0; k < mro->size; ++k) line.push_back(as_type(mro->items[k]));
    lines.push_back(line);
  }
  Line own;
  for (std::int64_t i = 0; i < bases->size; ++i) own.push_back(as_type(bases->items[i]));
  lines.push_back(own);
  List* out = list_new();
  if (out == nullptr || !list_append(out, type)) return nullptr;
  for (;;) {
    std::erase_if(lines, [](const Line& l) { return l.empty(); });
    if (lines.empty()) return tuple_from(out->items, out->size);
    const auto in_a_tail = [&](Type* t) {
      return std::any_of(lines.begin(), lines.end(), [&](const Line& l) { return std::find(l.begin() + 1, l.end(), t) != l.end(); });
    };
    const auto head = std::find_if(lines.begin(), lines.end(), [&](const Line& l) { return !in_a_tail(l[0]); });
    if (head == lines.end()) return conflict(lines);
    Type* next = (*head)[0];
    if (!list_append(out, next)) return nullptr;
    for (Line& l : lines)
      if (l[0] == next) l.erase(l.begin());
  }
}

/// The class whose C++ shape an instance has.
Type* solid_base(Type* type) {
  const auto adds_nothing = [](const Type* t) {
    const std::uint32_t dict = t->dict_offset != t->base->dict_offset ? 8 : 0, cell = t->cell_offset != t->base->cell_offset ? 8 : 0;
    return is_heap_type(t) ? t->size == t->base->size + dict + cell : t->base != &object_type && t->size == t->base->size;  // e.g. ValueError
  };
  while (type->base != nullptr && adds_nothing(type)) type = type->base;
  return type;
}
Type* best_base(Tuple* bases) {
  Type *best = nullptr, *best_solid = nullptr;
  for (std::int64_t i = 0; i < bases->size; ++i) {
    Type* base = as_type(bases->items[i]);
    if (!is_type(base)) return as_type(raise(exc::TypeError, "bases must be types"));
    if ((base->flags & kNoSubclass) != 0) return as_type(raise(exc::TypeError, "type '{}' is not an acceptable base type", base->name));
    Type* solid = solid_base(base);
    if (best == nullptr || (is_subtype(solid, best_solid) && solid != best_solid))
      best = base, best_solid = solid;
    else if (!is_subtype(best_solid, solid))
      return as_type(raise(exc::TypeError, "multiple bases have instance lay-out conflict"));
  }
  return best;
}

// ---- the shape ------------------------------------------------------------------------------------------------------------------------------

Str* mangled(Str* cls, Str* name) {
  const std::string_view n = name->view(), c = cls->view().substr(std::min(cls->view().find_first_not_of('_'), cls->view().size()));
  if (n.size() < 3 || n.substr(0, 2) != "__" || n.substr(n.size() - 2) == "__" || c.empty()) return intern(name);
  return intern("_" + std::string(c) + std::string(n));
}

bool add_slot(Type* type, Str* class_name, Value item) {
  if (!is_str(item)) return raise(exc::TypeError, "__slots__ items must be strings, not '{}'", type_name(item)), false;
  if (as_str(item)->view() == "__dict__" || as_str(item)->view() == "__weakref__") return true;
  if (truth(call_method(item, intern("isidentifier"), {})) != 1) return raise(exc::TypeError, "__slots__ must be identifiers"), false;
  Str* name = mangled(class_name, as_str(item));
  if (dict_get_name(type->dict, name) != nullptr) return raise(exc::ValueError, "'{}' in __slots__ conflicts with class variable", name), false;
  auto* member = static_cast<SlotMember*>(allocate(sizeof(SlotMember)));
  if (member == nullptr) return false;
  member->type = &slot_member_type, member->name = name, member->offset = type->size, member->owner = type;
  type->size += 8;
  return dict_set_name(type->dict, name, member);
}

bool lists(List* slots, std::string_view name) {
  for (std::int64_t i = 0; slots != nullptr && i < slots->size; ++i)
    if (is_str(slots->items[i]) && as_str(slots->items[i])->view() == name) return true;
  return false;
}

/// Their instances end with their items, or are small: as in CPython they carry no weak references, nor do those of derived classes.
bool never_weak(const Type* type) { return is_subtype(type, &int_type) || is_subtype(type, &tuple_type) || is_subtype(type, &bytes_type); }

bool shape(Type* type, Str* name, Value slots_value) {
  List* slots = nullptr;
  if (slots_value != nullptr) {
    slots = is_str(slots_value) ? list_new() : list_from(slots_value);
    if (slots == nullptr || (is_str(slots_value) && !list_append(slots, slots_value))) return false;
  }
  if (type->dict_offset == 0 && (slots_value == nullptr || lists(slots, "__dict__"))) {
    type->dict_offset = type->size;
    type->size += 8;
  }
  if ((type->flags & kWeakRefable) == 0 && !never_weak(type) && (slots_value == nullptr || lists(slots, "__weakref__"))) {
    type->flags |= kWeakRefable;
    type->cell_offset = type->size;
    type->size += 8;
  }
  for (std::int64_t i = 0; slots != nullptr && i < slots->size; ++i)
    if (!add_slot(type, name, slots->items[i])) return false;
  return true;
}

bool call_set_names(Type* type) {
  std::int64_t at = 0;
  Dict* copy = dict_new();
  if (copy == nullptr || !table_copy(copy->table, type->dict->table)) return false;
  while (Entry* e = table_next(copy->table, at)) {
    if (is_int(e->value) || type_lookup(type_of(e->value), names::__set_name__) == nullptr) continue;
    if (call_special(e->value, names::__set_name__, {type, e->key}) != nullptr) continue;
    Value cause = take_error();
    raise(exc::RuntimeError, "Error calling __set_name__ on '{}' instance {} in '{}'", type_name(e->value), repr_text(e->key), type->name);
    as<Exception>(this_thread().error)->cause = cause;
    return false;
  }
  return true;
}

bool call_init_subclass(Type* type, Args keywords) {
  Value method = nullptr;
  for (std::int64_t i = 1; i < type->mro->size && method == nullptr; ++i)
    method = dict_get_name(as_type(type->mro->items[i])->dict, names::__init_subclass__);
  Value bound = bind_descriptor(method, nullptr, type);
  return bound != nullptr && call(bound, Args{keywords.values + keywords.count, 0, keywords.names}) != nullptr;
}

Dict* class_dict(Dict* dict) {
  Dict* own = dict_new();
  if (own == nullptr || !table_copy(own->table, dict->table)) return nullptr;
  for (Str* method : {names::__new__, names::__init_subclass__, names::__class_getitem__}) {
    Value v = dict_get_name(own, method);
    if (v == nullptr || !is_exact(v, &function_type)) continue;
    auto* w = static_cast<Wrapped*>(allocate(sizeof(Wrapped)));
    if (w == nullptr) return nullptr;
    w->type = method == names::__new__ ? &staticmethod_type : &classmethod_type;
    w->function = v;
    if (!dict_set_name(own, method, w)) return nullptr;
  }
  if (dict_get_name(own, compare_names[static_cast<int>(CompareOp::eq)]) != nullptr && dict_get_name(own, names::__hash__) == nullptr &&
      !dict_set_name(own, names::__hash__, none()))
    return nullptr;
  if (dict_get_name(own, names::__doc__) == nullptr && !dict_set_name(own, names::__doc__, none())) return nullptr;
  return own;
}

/// What is looked up so often that a bit says it.
void find_flags(Type* type) {
  for (Str* name : {names::__getattr__, names::__getattribute__, names::__setattr__, names::__delattr__}) {
    Value method = type_lookup(type, name);
    if (method != nullptr && !(is_exact(method, &native_method_type) && as<Native>(method)->slot >= 0)) type->flags |= kOwnGetattr;
  }
  if (type_lookup(type, names::__del__) != nullptr) type->flags |= kHasDel;
  if (type_lookup(type, names::__weak_reader__) != nullptr) type->flags |= kWeakReader;
}
}  // namespace

Type* most_derived_meta(Type* meta, Tuple* bases) {
  for (std::int64_t i = 0; i < bases->size; ++i) {
    Type* other = type_of(bases->items[i]);
    if (is_subtype(meta, other)) continue;
    if (!is_subtype(other, meta))
      return as_type(
          raise(exc::TypeError,
                "metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the metaclasses of all its bases"));
    meta = other;
  }
  return meta;
}

Value type_new(Type* meta, Str* name, Tuple* bases, Dict* dict, Args keywords) {
  if (bases->size == 0) bases = tuple_of({&object_type});
  if (bases == nullptr) return nullptr;
  Type* base = best_base(bases);
  if (base == nullptr) return nullptr;
  auto* type = static_cast<Type*>(allocate(std::max<std::size_t>(meta->size, sizeof(Type))));
  if (type == nullptr) return nullptr;
  type->type = meta;
  type->name = name->data;
  type->slots = &heap_slots;
  type->base = base;
  type->bases = bases;
  type->flags = kHeapType | (base->flags & (kWeakRefable | kException | kVarSize | kOwnGetattr | kNotConstructible));
  type->size = base->size, type->dict_offset = base->dict_offset, type->cell_offset = base->cell_offset;
  type->version = fresh_version();
  type->dict = class_dict(dict);
  if (type->dict == nullptr) return nullptr;
  Value qualname = dict_get_name(type->dict, names::__qualname__);
  type->qualname = qualname != nullptr && is_str(qualname) ? as_str(qualname) : name;
  (void)dict_delete_name(type->dict, names::__qualname__);
  Value cell = dict_get_name(type->dict, names::__classcell__);
  (void)dict_delete_name(type->dict, names::__classcell__);
  Value module = dict_get_name(type->dict, names::__module__);
  const Frame* caller = module == nullptr ? frame_at(0) : nullptr;
  if (caller != nullptr && (module = dict_get_name(caller->globals, names::__name__)) != nullptr &&
      !dict_set_name(type->dict, names::__module__, module))
    return nullptr;
  type->module = module != nullptr && is_str(module) ? as_str(module) : names::builtins;
  type->mro = linearise(type, bases);
  if (type->mro == nullptr || !shape(type, name, dict_get_name(type->dict, names::__slots__))) return nullptr;
  find_flags(type);
  if ((type->flags & kHasDel) == 0 && (base->flags & kHasDel) != 0) type->flags |= kHasDel;
  if (cell != nullptr && is_exact(cell, &cell_type)) as<Cell>(cell)->value = type;
  if (!call_set_names(type) || !call_init_subclass(type, keywords)) return nullptr;
  return type;
}

// ---- isinstance, issubclass -------------------------------------------------------------------------------------------------------------------

namespace {
int check_against(Value v, Value type, Str* hook, bool instance) {
  if (is_instance(type, &tuple_type)) {
    if (!may_recurse(instance ? " in __instancecheck__" : " in __subclasscheck__")) return -1;
    for (std::int64_t i = 0; i < as_tuple(type)->size; ++i)
      if (const int r = check_against(v, as_tuple(type)->items[i], hook, instance); r != 0) return r;
    return 0;
  }
  if (is_exact(type, &union_type)) return check_against(v, union_members(type), hook, instance);
  if (is_heap_type(type_of(type)) && type_lookup(type_of(type), hook) != nullptr) {
    Value r = call_special(type, hook, {v});
    return r == nullptr ? -1 : truth(r);
  }
  if (!is_type(type)) {
    raise_text(exc::TypeError, instance ? "isinstance() arg 2 must be a type, a tuple of types, or a union"
                                        : "issubclass() arg 2 must be a class, a tuple of classes, or a union");
    return -1;
  }
  if (!instance) {
    if (!is_type(v)) return raise(exc::TypeError, "issubclass() arg 1 must be a class"), -1;
    return is_subtype(as_type(v), as_type(type));
  }
  if (is_instance(v, as_type(type))) return 1;
  if (is_int(v) || (!is_heap_type(v->type) && (v->type->flags & kProxy) == 0)) return 0;
  Value cls = find_attr(v, names::__class__);  // proxies answer their referent's
  if (cls == nullptr) return error_pending() ? -1 : 0;
  return cls != v->type && is_type(cls) && is_subtype(as_type(cls), as_type(type));
}
}  // namespace

int is_instance_of(Value v, Value type) {
  if (is_type(type) && type_of(v) == type) return 1;
  return check_against(v, type, names::__instancecheck__, true);
}
int is_subclass_of(Value v, Value type) { return check_against(v, type, names::__subclasscheck__, false); }

}  // namespace minipy
