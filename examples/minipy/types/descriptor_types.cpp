// property, classmethod, staticmethod, super, attributes of built-in types, and names in __slots__.
#include "runtime/error.hpp"
#include "runtime/names.hpp"
#include "runtime/ops.hpp"
#include "runtime/str.hpp"
#include "runtime/table.hpp"
#include "types/types.hpp"

namespace minipy {

namespace {
Value absent(Value v) { return v == none() ? nullptr : v; }

// ---- property -----------------------------------------------------------------------------------------------------------------------------

Value property_construct(Type* cls, Args) { return allocate_instance(cls); }
bool property_init(Value self, Args args) {
  Value a[4];
  if (!unpack_args(args, "property", {"fget", "fset", "fdel", "doc"}, 0, a)) return false;
  auto* p = as<Property>(self);
  p->get = absent(a[0]), p->set = absent(a[1]), p->del = absent(a[2]), p->doc = absent(a[3]);
  if (p->doc == nullptr && p->get != nullptr) p->doc = find_attr(p->get, names::__doc__);
  return !error_pending();
}
Value no_accessor(const Property* p, Value object, const char* what) {
  const std::string name = p->name != nullptr ? " " + repr_text(p->name) : "";
  return raise(exc::AttributeError, "property{} of '{}' object has no {}", name, type_name(object), what);
}
Value property_get(Value self, Value object, Type*) {
  if (object == nullptr) return self;
  auto* p = as<Property>(self);
  return p->get != nullptr ? call(p->get, {object}) : no_accessor(p, object, "getter");
}
Value property_set_name(Args a) { return as<Property>(a[0])->name = a[2], none(); }
bool property_set(Value self, Value object, Value value) {
  auto* p = as<Property>(self);
  Value function = value != nullptr ? p->set : p->del;
  if (function == nullptr) return no_accessor(p, object, value != nullptr ? "setter" : "deleter"), false;
  return (value != nullptr ? call(function, {object, value}) : call(function, {object})) != nullptr;
}
Value property_with(Args a, Value Property::*part) {
  Value copy = allocate_instance(type_of(a[0]));
  if (copy == nullptr) return nullptr;
  auto *from = as<Property>(a[0]), *to = as<Property>(copy);
  to->get = from->get, to->set = from->set, to->del = from->del, to->doc = from->doc, to->name = from->name;
  to->*part = a[1];
  return copy;
}
Value property_getter(Args a) { return property_with(a, &Property::get); }
Value property_setter(Args a) { return property_with(a, &Property::set); }
Value property_deleter(Args a) { return property_with(a, &Property::del); }
Value property_fget(Value v) { return or_none(as<Property>(v)->get); }
Value property_fset(Value v) { return or_none(as<Property>(v)->set); }
Value property_fdel(Value v) { return or_none(as<Property>(v)->del); }
Value property_doc(Value v) { return or_none(as<Property>(v)->doc); }

// ---- classmethod, staticmethod --------------------------------------------------------------------------------------------------------------

Value wrapped_construct(Type* cls, Args args) {
  if (!check_count(args, cls->name, 1, 1)) return nullptr;
  Value v = allocate_instance(cls);
  if (v != nullptr) as<Wrapped>(v)->function = args[0];
  return v;
}
bool wrapped_init(Value, Args) { return true; }
Value classmethod_get(Value self, Value object, Type* cls) { return method_new(as<Wrapped>(self)->function, cls != nullptr ? cls : type_of(object)); }
Value staticmethod_get(Value self, Value, Type*) { return as<Wrapped>(self)->function; }
Value staticmethod_call(Value self, Args args) { return call(as<Wrapped>(self)->function, args); }
Value wrapped_function(Value v) { return as<Wrapped>(v)->function; }

// ---- super: look-up behind a class in the order of self's class -------------------------------------------------------------------------------

Value super_construct(Type* cls, Args) { return allocate_instance(cls); }
bool super_init(Value self, Args args) {
  if (args.count == 0) return raise(exc::RuntimeError, "super(): no arguments"), false;
  if (!check_count(args, "super", 1, 2) || !is_type(args[0]))
    return error_pending() ? false : (raise(exc::TypeError, "super() argument 1 must be a type, not {}", type_name(args[0])), false);
  auto* s = as<Super>(self);
  s->cls = as_type(args[0]);
  if (args.count == 1) return true;
  s->self = args[1];
  if (is_type(args[1]) && is_subtype(as_type(args[1]), s->cls))
    s->start = as_type(args[1]);
  else if (is_instance(args[1], s->cls))
    s->start = type_of(args[1]);
  else
    return raise(exc::TypeError, "super(type, obj): obj must be an instance or subtype of type"), false;
  return true;
}
Value super_getattr(Value v, Str* name) {
  auto* s = as<Super>(v);
  if (s->start == nullptr || name == names::__class__) return generic_getattr(v, name);
  bool behind = false;
  for (std::int64_t i = 0; i < s->start->mro->size; ++i) {
    Type* t = as_type(s->start->mro->items[i]);
    Value found = behind ? dict_get_name(t->dict, name) : nullptr;
    if (found != nullptr) return bind_descriptor(found, s->self == s->start ? nullptr : s->self, s->start);
    behind = behind || t == s->cls;
  }
  return generic_getattr(v, name);
}
Value super_repr(Value v) {
  auto* s = as<Super>(v);
  if (s->cls == nullptr) return str_new("<super: NULL, NULL>");
  return str_new(s->start == nullptr ? fmt::format("<super: <class '{}'>, NULL>", s->cls->name)
                                     : fmt::format("<super: <class '{}'>, <{} object>>", s->cls->name, s->start->name));
}

// ---- attributes -------------------------------------------------------------------------------------------------------------------------------

bool right_kind(const char* name, Type* owner, Value object) {
  return is_instance(object, owner) ||
         (raise(exc::TypeError, "descriptor '{}' for '{}' objects doesn't apply to a '{}' object", name, owner->name, type_name(object)), false);
}
Value getset_get(Value self, Value object, Type*) {
  auto* g = as<GetSet>(self);
  return object == nullptr ? self : right_kind(g->name, g->owner, object) ? g->get(object) : nullptr;
}
bool getset_set(Value self, Value object, Value value) {
  auto* g = as<GetSet>(self);
  if (g->set == nullptr) return raise(exc::AttributeError, "attribute '{}' of '{}' objects is not writable", g->name, g->owner->name), false;
  return right_kind(g->name, g->owner, object) && g->set(object, value);
}
Value getset_repr(Value v) { return str_new(fmt::format("<attribute '{}' of '{}' objects>", as<GetSet>(v)->name, as<GetSet>(v)->owner->name)); }
Value getset_name(Value v) { return intern(as<GetSet>(v)->name); }

Value& place(const SlotMember* m, Value object) { return *reinterpret_cast<Value*>(instance_tail(object) + m->offset); }
Value member_get(Value self, Value object, Type*) {
  auto* m = as<SlotMember>(self);
  if (object == nullptr) return self;
  if (!right_kind(m->name->data, m->owner, object)) return nullptr;
  Value v = place(m, object);
  return v != nullptr ? v : raise(exc::AttributeError, "'{}' object has no attribute '{}'", type_name(object), m->name);
}
bool member_set(Value self, Value object, Value value) {
  auto* m = as<SlotMember>(self);
  if (!right_kind(m->name->data, m->owner, object)) return false;
  if (value == nullptr && place(m, object) == nullptr) return raise(exc::AttributeError, "{}", m->name), false;
  place(m, object) = value;
  return true;
}
Value member_repr(Value v) { return str_new(format_text("<member '{}' of '{}' objects>", as<SlotMember>(v)->name, as<SlotMember>(v)->owner->name)); }
Value member_name(Value v) { return as<SlotMember>(v)->name; }

constexpr Slots kProperty = {
    .construct = property_construct, .init = property_init, .repr = default_repr, .hash = address_hash, .get = property_get, .set = property_set};
constexpr Slots kClassmethod = {
    .construct = wrapped_construct, .init = wrapped_init, .repr = default_repr, .hash = address_hash, .get = classmethod_get};
constexpr Slots kStaticmethod = {.construct = wrapped_construct,
                                 .init = wrapped_init,
                                 .repr = default_repr,
                                 .hash = address_hash,
                                 .call = staticmethod_call,
                                 .get = staticmethod_get};
constexpr Slots kSuper = {.construct = super_construct, .init = super_init, .repr = super_repr, .hash = address_hash, .getattr = super_getattr};
constexpr Slots kGetset = {.repr = getset_repr, .hash = address_hash, .get = getset_get, .set = getset_set};
constexpr Slots kMember = {.repr = member_repr, .hash = address_hash, .get = member_get, .set = member_set};
}  // namespace

Type property_type = builtin_type("property", &kProperty, {.size = sizeof(Property)});
Type classmethod_type = builtin_type("classmethod", &kClassmethod, {.size = sizeof(Wrapped)});
Type staticmethod_type = builtin_type("staticmethod", &kStaticmethod, {.size = sizeof(Wrapped)});
Type super_type = builtin_type("super", &kSuper, {.size = sizeof(Super)});
Type getset_type = builtin_type("getset_descriptor", &kGetset, {.flags = kNoSubclass | kNotConstructible, .size = sizeof(GetSet)});
Type slot_member_type = builtin_type("member_descriptor", &kMember, {.flags = kNoSubclass | kNotConstructible, .size = sizeof(SlotMember)});

void init_descriptor_types() {
  for (Type* t : {&property_type, &classmethod_type, &staticmethod_type, &super_type, &getset_type, &slot_member_type}) ready_type(*t);
  define_natives(property_type, {{"getter", property_getter, 2, 2, kMethod},
                                 {"setter", property_setter, 2, 2, kMethod},
                                 {"deleter", property_deleter, 2, 2, kMethod},
                                 {"__set_name__", property_set_name, 3, 3, kMethod}});
  define_getsets(property_type, {{"fget", property_fget}, {"fset", property_fset}, {"fdel", property_fdel}, {"__doc__", property_doc}});
  for (Type* t : {&classmethod_type, &staticmethod_type}) define_getsets(*t, {{"__func__", wrapped_function}, {"__wrapped__", wrapped_function}});
  define_getsets(getset_type, {{"__name__", getset_name}});
  define_getsets(slot_member_type, {{"__name__", member_name}});
}

}  // namespace minipy
