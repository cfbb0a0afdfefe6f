// object and type.
#include "runtime/error.hpp"
#include "runtime/heap_slots.hpp"
#include "runtime/names.hpp"
#include "runtime/ops.hpp"
#include "runtime/str.hpp"
#include "runtime/table.hpp"
#include "types/types.hpp"

namespace minipy {

Value default_repr(Value v) {
  Type* t = type_of(v);
  const std::string module = t->module == nullptr || t->module == names::builtins ? "" : std::string(t->module->view()) + ".";
  return str_new(format_text("<{}{} object at {:#x}>", module, t->qualname, reinterpret_cast<std::uintptr_t>(v)));
}
Value generic_alias(Args args) { return args[0]; }
bool address_hash(Value v, std::uint64_t* out) {
  *out = reinterpret_cast<std::uintptr_t>(v) >> 4;
  return true;
}

namespace {
bool overrides(Type* cls, Str* name) {
  Value method = type_lookup(cls, name);
  return !(method != nullptr && !is_int(method) && (method->type == &native_type || method->type == &native_method_type) &&
           as<Native>(method)->owner == &object_type);
}
bool has_args(Args args) { return args.count > 0 || (args.names != nullptr && args.names->size > 0); }

Value object_construct(Type* cls, Args args) {
  if (has_args(args) && overrides(cls, names::__new__))
    return raise(exc::TypeError, "object.__new__() takes exactly one argument (the type to instantiate)");
  if (has_args(args) && !overrides(cls, names::__init__)) return raise(exc::TypeError, "{}() takes no arguments", cls->name);
  if ((cls->flags & kAbstract) != 0) {
    Value abstract = type_lookup(cls, names::__abstractmethods__);
    List* names_list = abstract == nullptr ? nullptr : list_from(abstract);
    if (names_list != nullptr && names_list->size > 0) {
      if (!sort_values(names_list->items, names_list->size, nullptr, false)) return nullptr;
      std::string all;
      for (std::int64_t i = 0; i < names_list->size; ++i) all += (i > 0 ? ", " : "") + str_text(names_list->items[i]);
      return raise(exc::TypeError, "Can't instantiate abstract class {} with abstract method{} {}", cls->name, names_list->size > 1 ? "s" : "", all);
    }
  }
  return allocate_instance(cls);
}
bool object_init(Value self, Args args) {
  if (!has_args(args)) return true;
  Type* cls = type_of(self);
  if (overrides(cls, names::__init__))
    return raise(exc::TypeError, "object.__init__() takes exactly one argument (the instance to initialize)"), false;
  if (!overrides(cls, names::__new__))
    return raise(exc::TypeError, "{}.__init__() takes exactly one argument (the instance to initialize)", cls->name), false;
  return true;
}
Value object_compare(CompareOp op, Value a, Value b) {
  if (op == CompareOp::eq && a == b) return boolean(true);
  return not_implemented();
}

Value object_class(Value self) { return type_of(self); }
bool object_set_class(Value self, Value value) {
  if (value == nullptr) return raise(exc::TypeError, "can't delete __class__ attribute"), false;
  if (!is_type(value)) return raise(exc::TypeError, "__class__ must be set to a class, not '{}' object", type_name(value)), false;
  Type *from = type_of(self), *to = as_type(value);
  const auto built_in = [](const Type* t) {
    while (is_heap_type(t)) t = t->base;
    return t;
  };
  if (!is_heap_type(from) || !is_heap_type(to))
    return raise(exc::TypeError, "__class__ assignment only supported for mutable types or ModuleType subclasses"), false;
  if (built_in(from) != built_in(to) || from->size != to->size || from->dict_offset != to->dict_offset || from->cell_offset != to->cell_offset)
    return raise(exc::TypeError, "__class__ assignment: '{}' object layout differs from '{}'", to->name, from->name), false;
  self->type = to;
  return true;
}
Value object_dict(Value self) {
  if (dict_place(self) == nullptr) return raise(exc::AttributeError, "'{}' object has no attribute '__dict__'", type_name(self));
  return instance_dict(self);
}
bool object_set_dict(Value self, Value value) {
  if (value == nullptr) return raise(exc::TypeError, "cannot delete __dict__"), false;
  if (dict_place(self) == nullptr) return raise(exc::AttributeError, "'{}' object has no attribute '__dict__'", type_name(self)), false;
  if (!is_instance(value, &dict_type)) return raise(exc::TypeError, "__dict__ must be set to a dictionary, not a '{}'", type_name(value)), false;
  *dict_place(self) = as_dict(value);
  return true;
}
Value object_str(Value v) { return repr(v); }
Value object_format(Args a) {
  Str* text = to_str(a[0]);
  if (text == nullptr || as_str(a[1])->bytes == 0) return text;
  return raise(exc::TypeError, "unsupported format string passed to {}.__format__", type_name(a[0]));
}
Value object_dir(Args a) {
  Dict* all = dict_new();
  const auto add = [&](Dict* d) {
    std::int64_t at = 0;
    while (Entry* e = table_next(d->table, at))
      if (!dict_set(all, e->key, none())) return false;
    return true;
  };
  if (Dict** place = dict_place(a[0]); place != nullptr && *place != nullptr && !add(*place)) return nullptr;
  Type* type = is_type(a[0]) ? as_type(a[0]) : type_of(a[0]);
  for (std::int64_t i = 0; i < type->mro->size; ++i)
    if (!add(as_type(type->mro->items[i])->dict)) return nullptr;
  return dict_list(all, 0);
}
Value object_init_subclass(Args args) {
  if (args.names != nullptr && args.names->size > 0)
    return raise(exc::TypeError, "{}.__init_subclass__() takes no keyword arguments", as_type(args[0])->name);
  return none();
}
Value object_subclasshook(Args) { return not_implemented(); }
Value object_reduce(Args a) { return raise(exc::TypeError, "cannot pickle '{}' object", type_name(a[0])); }
Value object_sizeof(Args a) { return small_int(type_of(a[0])->size); }

// ---- type ---------------------------------------------------------------------------------------------------------------------------------

Value type_construct(Type* meta, Args args) {
  if (args.count != 3)
    return meta == &type_type ? raise(exc::TypeError, "type() takes 1 or 3 arguments")
                              : raise(exc::TypeError, "type.__new__() takes exactly 3 arguments ({} given)", args.count);
  const Type* wanted[] = {&str_type, &tuple_type, &dict_type};
  for (int i = 0; i < 3; ++i)
    if (!is_instance(args[i], wanted[i]))
      return raise(exc::TypeError, "type.__new__() argument {} must be {}, not {}", i + 1, wanted[i]->name, type_name(args[i]));
  Type* winner = most_derived_meta(meta, as_tuple(args[1]));
  Value maker = winner == nullptr || winner == meta ? nullptr : type_lookup(winner, names::__new__);
  if (maker != nullptr && is_exact(maker, &staticmethod_type)) return call_with_self(as<Wrapped>(maker)->function, winner, args);
  return winner == nullptr
             ? nullptr
             : type_new(winner, intern(as_str(args[0])), as_tuple(args[1]), as_dict(args[2]), Args{args.values, args.count, args.names});
}
bool type_init(Value, Args) { return true; }
Value type_repr(Value v) {
  Type* t = as_type(v);
  if (t->module == names::builtins) return str_new(format_text("<class '{}'>", t->qualname));
  return str_new(format_text("<class '{}.{}'>", t->module, t->qualname));
}
Value type_call(Value v, Args args) {
  if (v == &type_type && args.count == 1 && args.names == nullptr) return type_of(args[0]);
  return construct_instance(as_type(v), args);
}
bool may_rename(Value v, Value value, const char* attribute) {
  if (!is_heap_type(as_type(v))) return raise(exc::TypeError, "cannot set '{}' attribute of immutable type '{}'", attribute, as_type(v)->name), false;
  if (value == nullptr) return raise(exc::TypeError, "can't delete {}.{}", as_type(v)->name, attribute), false;
  return is_str(value) || (raise(exc::TypeError, "can only assign string to {}.{}, not '{}'", as_type(v)->name, attribute, type_name(value)), false);
}
Value get_name(Value v) {
  const std::string_view name = as_type(v)->name;
  return str_new(is_heap_type(as_type(v)) ? name : name.substr(name.rfind('.') + 1));
}
bool set_name(Value v, Value value) {
  if (!may_rename(v, value, "__name__")) return false;
  as_type(v)->name = intern(as_str(value))->data;
  return true;
}
Value get_qualname(Value v) { return as_type(v)->qualname; }
bool set_qualname(Value v, Value value) {
  if (!may_rename(v, value, "__qualname__")) return false;
  as_type(v)->qualname = as_str(value);
  return true;
}
Value get_module(Value v) { return as_type(v)->module; }
bool set_module(Value v, Value value) {
  if (value == nullptr || !is_str(value) || !is_heap_type(as_type(v)))
    return raise(exc::TypeError, "cannot set '__module__' attribute of type '{}'", as_type(v)->name), false;
  as_type(v)->module = as_str(value);
  return dict_set_name(as_type(v)->dict, names::__module__, value);
}
Value get_dict(Value v) {
  Dict* copy = dict_new();
  return copy != nullptr && table_copy(copy->table, as_type(v)->dict->table) ? copy : nullptr;
}
Value get_bases(Value v) { return as_type(v)->bases; }
Value get_base(Value v) { return as_type(v)->base != nullptr ? as_type(v)->base : none(); }
Value get_mro(Value v) { return as_type(v)->mro; }
Value get_doc(Value v) {
  Value doc = dict_get_name(as_type(v)->dict, names::__doc__);
  return doc == nullptr ? none() : bind_descriptor(doc, nullptr, as_type(v));
}
bool set_doc(Value v, Value value) { return value != nullptr && dict_set_name(as_type(v)->dict, names::__doc__, value); }
Value get_basicsize(Value v) { return small_int(as_type(v)->size); }
Value type_mro(Args a) { return list_from(as_type(a[0])->mro); }
Value type_instancecheck(Args a) { return is_type(a[0]) ? boolean(is_instance(a[1], as_type(a[0]))) : boolean(false); }
Value type_subclasscheck(Args a) { return is_type(a[0]) && is_type(a[1]) ? boolean(is_subtype(as_type(a[1]), as_type(a[0]))) : boolean(false); }

constexpr Slots kTypeSlots = {.construct = type_construct,
                              .init = type_init,
                              .repr = type_repr,
                              .hash = address_hash,
                              .call = type_call,
                              .getattr = type_getattr,
                              .setattr = type_setattr,
                              .compare = object_compare,
                              .binary = union_binary,
                              .binary_ops = bits_of({BinaryOp::bit_or})};
}  // namespace

const Slots object_slots = {
    .construct = object_construct, .init = object_init, .repr = default_repr, .str = object_str, .hash = address_hash, .compare = object_compare};
Type object_type = builtin_type("object", &object_slots, {.size = sizeof(Object)}, &type_type);
Type type_type = builtin_type("type", &kTypeSlots, {.flags = kWeakRefable, .size = sizeof(Type), .cell_offset = offsetof(Type, cell)}, &type_type);

void init_object_types() {
  ready_type(object_type);
  ready_type(type_type);
  define_natives(object_type, {{"__format__", object_format, 2, 2, kMethod},
                               {"__dir__", object_dir, 1, 1, kMethod},
                               {"__init_subclass__", object_init_subclass, 1, 1, kClassMethod | kNames},
                               {"__subclasshook__", object_subclasshook, 2, 2, kClassMethod},
                               {"__reduce__", object_reduce, 1, 1, kMethod},
                               {"__reduce_ex__", object_reduce, 2, 2, kMethod},
                               {"__sizeof__", object_sizeof, 1, 1, kMethod}});
  define_getsets(object_type, {{"__class__", object_class, object_set_class}, {"__dict__", object_dict, object_set_dict}});
  (void)dict_set_name(object_type.dict, names::__doc__, none());
  define_natives(type_type, {{"mro", type_mro, 1, 1, kMethod},
                             {"__instancecheck__", type_instancecheck, 2, 2, kMethod},
                             {"__subclasscheck__", type_subclasscheck, 2, 2, kMethod}});
  define_getsets(type_type, {{"__name__", get_name, set_name},
                             {"__qualname__", get_qualname, set_qualname},
                             {"__module__", get_module, set_module},
                             {"__dict__", get_dict},
                             {"__bases__", get_bases},
                             {"__base__", get_base},
                             {"__mro__", get_mro},
                             {"__doc__", get_doc, set_doc},
                             {"__basicsize__", get_basicsize}});
}

}  // namespace minipy
