// What instances of the program's classes do: look a special method up in the class, and call it.
#include "runtime/heap_slots.hpp"

#include "runtime/error.hpp"
#include "runtime/names.hpp"
#include "runtime/ops.hpp"
#include "runtime/stack.hpp"
#include "runtime/str.hpp"
#include "runtime/table.hpp"
#include "runtime/thread.hpp"

namespace minipy {

namespace {
/// The slots of the built-in base when the class has not overridden the method: its native stands for a slot.
const Slots* inherited(Value method) {
  return method != nullptr && (is_exact(method, &native_method_type) || is_exact(method, &native_type)) && as<Native>(method)->slot >= 0
             ? as<Native>(method)->owner->slots
             : nullptr;
}

bool heap_init(Value self, Args args) {
  Value method = type_lookup(self->type, names::__init__);
  if (const Slots* base = inherited(method)) return base->init == nullptr || base->init(self, args);
  Value r = nullptr;
  if (is_exact(method, &function_type)) {
    r = call_with_self(method, self, args);
  } else {
    Value bound = bind_descriptor(method, self, self->type);
    r = bound == nullptr ? nullptr : call(bound, args);
  }
  if (r != nullptr && r != none()) return raise(exc::TypeError, "__init__() should return None, not '{}'", type_name(r)), false;
  return r != nullptr;
}
Value heap_repr(Value self) {
  Value method = type_lookup(self->type, names::__repr__);
  if (const Slots* base = inherited(method)) return base->repr(self);
  return call_special(self, names::__repr__, {});
}
Value heap_str(Value self) {
  Value method = type_lookup(self->type, names::__str__);
  if (const Slots* base = inherited(method)) return base->str != nullptr ? base->str(self) : repr(self);
  return call_special(self, names::__str__, {});
}
bool heap_hash(Value self, std::uint64_t* out) {
  Value method = type_lookup(self->type, names::__hash__);
  if (const Slots* base = inherited(method)) {
    if (base->hash != nullptr) return base->hash(self, out);
    method = nullptr;
  }
  if (method == nullptr || method == none()) return raise(exc::TypeError, "unhashable type: '{}'", self->type->name), false;
  Value r = call_special(self, names::__hash__, {});
  if (r == nullptr) return false;
  if (!is_instance(r, &int_type)) return raise(exc::TypeError, "__hash__ method should return an integer"), false;
  std::int64_t h = 0;
  if (!index_of(r, &h)) return false;
  return *out = static_cast<std::uint64_t>(h == -1 ? -2 : h), true;
}
Value heap_call(Value self, Args args) {
  thread_local std::int64_t depth = 0;  // of instances that are the __call__ of instances: no frame counts them, and the stack need not grow
  Value method = type_lookup(self->type, names::__call__);
  if (const Slots* base = inherited(method)) return base->call(self, args);
  if (method == nullptr) return raise(exc::TypeError, "'{}' object is not callable", self->type->name);
  if (depth >= recursion_limit) return raise_recursion(" while calling a Python object"), nullptr;
  Value bound = bind_descriptor(method, self, self->type);
  ++depth;
  Value result = bound == nullptr ? nullptr : call(bound, args);
  --depth;
  return result;
}
Value heap_getattr(Value self, Str* name) {
  Type* type = self->type;
  if ((type->flags & kOwnGetattr) == 0) return inherited_getattr(type)(self, name);
  Value own = type_lookup(type, names::__getattribute__);
  Value found = inherited(own) != nullptr ? inherited_getattr(type)(self, name) : call_special(self, names::__getattribute__, {name});
  if (found != nullptr || !error_is(exc::AttributeError)) return found;
  if (type_lookup(type, names::__getattr__) == nullptr) return nullptr;
  clear_error();
  return call_special(self, names::__getattr__, {name});
}
bool heap_setattr(Value self, Str* name, Value value) {
  Type* type = self->type;
  if ((type->flags & kOwnGetattr) != 0) {
    Str* special = value != nullptr ? names::__setattr__ : names::__delattr__;
    if (inherited(type_lookup(type, special)) == nullptr)
      return (value != nullptr ? call_special(self, special, {name, value}) : call_special(self, special, {name})) != nullptr;
  }
  return inherited_setattr(type)(self, name, value);
}
Value heap_compare(CompareOp op, Value a, Value b) {
  Str* name = compare_names[static_cast<int>(op)];
  Value method = type_lookup(a->type, name);
  if (const Slots* base = inherited(method); base != nullptr && base != &object_slots)
    return base->compare != nullptr ? base->compare(op, a, b) : not_implemented();
  if (op == CompareOp::ne && (method == nullptr || inherited(method) != nullptr)) {  // by __eq__
    Value equal = heap_compare(CompareOp::eq, a, b);
    if (equal == nullptr || equal == not_implemented()) return equal;
    const int same = truth(equal);
    return same < 0 ? nullptr : boolean(same == 0);
  }
  if (method == nullptr || method == none() || inherited(method) != nullptr) return not_implemented();
  return call_special(a, name, {b});
}
Value heap_binary(BinaryOp, Value, Value) { return not_implemented(); }  // binary() looks methods up itself

int heap_truth(Value self) {
  Value method = type_lookup(self->type, names::__bool__);
  if (method == nullptr) {
    if (type_lookup(self->type, names::__len__) == nullptr) return 1;
    const std::int64_t n = length(self);
    return n < 0 ? -1 : n > 0;
  }
  if (const Slots* base = inherited(method)) return base->truth(self);
  Value r = call_special(self, names::__bool__, {});
  if (r != nullptr && !is_exact(r, &bool_type)) return raise(exc::TypeError, "__bool__ should return bool, returned {}", type_name(r)), -1;
  return r == nullptr ? -1 : r == boolean(true);
}
std::int64_t heap_length(Value self) {
  Value method = type_lookup(self->type, names::__len__);
  if (method == nullptr) return raise(exc::TypeError, "object of type '{}' has no len()", self->type->name), -1;
  if (const Slots* base = inherited(method)) return base->length(self);
  Value r = call_special(self, names::__len__, {});
  std::int64_t n = 0;
  if (r == nullptr || !index_of(r, &n)) return -1;
  if (n < 0) return raise(exc::ValueError, "__len__() should return >= 0"), -1;
  return n;
}
Value heap_getitem(Value self, Value key) {
  Value method = type_lookup(self->type, names::__getitem__);
  if (const Slots* base = inherited(method)) return base->getitem(self, key);
  if (method == nullptr && is_type(self)) return class_item(self, key);
  if (method == nullptr) return raise(exc::TypeError, "'{}' object is not subscriptable", self->type->name);
  return call_special(self, names::__getitem__, {key});
}
bool heap_setitem(Value self, Value key, Value value) {
  Str* name = value != nullptr ? names::__setitem__ : names::__delitem__;
  Value method = type_lookup(self->type, name);
  if (const Slots* base = inherited(method)) return base->setitem(self, key, value);
  if (method == nullptr)
    return raise_no_items(self, value), false;
  return (value != nullptr ? call_special(self, name, {key, value}) : call_special(self, name, {key})) != nullptr;
}
int heap_contains(Value self, Value key) {
  Value method = type_lookup(self->type, names::__contains__);
  if (const Slots* base = inherited(method)) return base->contains(self, key);
  if (method == none()) return raise(exc::TypeError, "'{}' object is not a container", self->type->name), -1;
  if (method != nullptr) {
    Value r = call_special(self, names::__contains__, {key});
    return r == nullptr ? -1 : truth(r);
  }
  if (type_lookup(self->type, names::__iter__) == nullptr && type_lookup(self->type, names::__getitem__) == nullptr)
    return raise(exc::TypeError, "argument of type '{}' is not iterable", self->type->name), -1;
  return contains_by_iteration(self, key);
}
Value heap_iter(Value self) {
  Value method = type_lookup(self->type, names::__iter__);
  if (const Slots* base = inherited(method)) return base->iter(self);
  if (method == nullptr || method == none()) {
    if (method == nullptr && type_lookup(self->type, names::__getitem__) != nullptr) return iterator_new(sequence_iterator_type, self);
    return raise(exc::TypeError, "'{}' object is not iterable", self->type->name);
  }
  Value r = call_special(self, names::__iter__, {});
  if (r == nullptr) return nullptr;
  const bool good = is_heap_type(type_of(r)) ? type_lookup(type_of(r), names::__next__) != nullptr : type_of(r)->slots->next != nullptr;
  return good ? r : raise(exc::TypeError, "iter() returned non-iterator of type '{}'", type_name(r));
}
Value heap_next(Value self) {
  Value method = type_lookup(self->type, names::__next__);
  if (const Slots* base = inherited(method)) return base->next(self);
  if (method == nullptr) return raise(exc::TypeError, "'{}' object is not an iterator", self->type->name);
  Value r = call_special(self, names::__next__, {});
  if (r == nullptr) (void)clear_error_if(exc::StopIteration);
  return r;
}
Value heap_get(Value self, Value object, Type* cls) {
  Value method = type_lookup(self->type, names::__get__);
  if (method == nullptr) return self;
  if (const Slots* base = inherited(method)) return base->get(self, object, cls);
  return call_special(self, names::__get__, {object != nullptr ? object : none(), cls});
}
bool heap_set(Value self, Value object, Value value) {
  Str* name = value != nullptr ? names::__set__ : names::__delete__;
  Value method = type_lookup(self->type, name);
  if (const Slots* base = inherited(method)) return base->set(self, object, value);
  if (method == nullptr) return raise(exc::AttributeError, "{}", name), false;
  return (value != nullptr ? call_special(self, name, {object, value}) : call_special(self, name, {object})) != nullptr;
}
}  // namespace

Value (*inherited_getattr(const Type* type))(Value, Str*) {
  for (; type != nullptr; type = type->base)
    if (!is_heap_type(type) && type->slots->getattr != nullptr) return type->slots->getattr;
  return generic_getattr;
}
bool (*inherited_setattr(const Type* type))(Value, Str*, Value) {
  for (; type != nullptr; type = type->base)
    if (!is_heap_type(type) && type->slots->setattr != nullptr) return type->slots->setattr;
  return generic_setattr;
}

const Slots heap_slots = {.construct = nullptr,
                          .init = heap_init,
                          .repr = heap_repr,
                          .str = heap_str,
                          .hash = heap_hash,
                          .call = heap_call,
                          .getattr = heap_getattr,
                          .setattr = heap_setattr,
                          .compare = heap_compare,
                          .binary = heap_binary,
                          .inplace = nullptr,
                          .unary = nullptr,
                          .truth = heap_truth,
                          .length = heap_length,
                          .getitem = heap_getitem,
                          .setitem = heap_setitem,
                          .contains = heap_contains,
                          .iter = heap_iter,
                          .next = heap_next,
                          .get = heap_get,
                          .set = heap_set};

}  // namespace minipy
