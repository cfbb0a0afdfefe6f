#include "runtime/slot_methods.hpp"

#include <algorithm>

#include "runtime/error.hpp"
#include "runtime/names.hpp"
#include "runtime/ops.hpp"
#include "runtime/str.hpp"
#include "runtime/table.hpp"

namespace minipy {

namespace {
enum Slot : int {
  kNew,
  kInit,
  kRepr,
  kStr,
  kHash,
  kCall,
  kGetattr,
  kSetattr,
  kDelattr,
  kTruth,
  kLength,
  kGetitem,
  kSetitem,
  kDelitem,
  kContains,
  kIter,
  kNext,
  kGet,
  kSet,
  kDelete,
  kCompare,                // six
  kBinary = kCompare + 6,  // for each operator, then reflected, then in place
  kReflected = kBinary + kBinaryOps,
  kInplace = kReflected + kBinaryOps,
  kUnary = kInplace + kBinaryOps,  // four
};

Value call_new(const Native* n, Args args) {
  if (args.count < 1) return raise(exc::TypeError, "{}.__new__(): not enough arguments", n->owner->name);
  if (!is_type(args[0])) return raise(exc::TypeError, "{}.__new__(X): X is not a type object ({})", n->owner->name, type_name(args[0]));
  Type* cls = as_type(args[0]);
  if (!is_subtype(cls, n->owner))
    return raise(exc::TypeError, "{}.__new__({}): {} is not a subtype of {}", n->owner->name, cls->name, cls->name, n->owner->name);
  const Type* solid = cls;
  while (is_heap_type(solid)) solid = solid->base;
  if (solid != n->owner && n->owner == &object_type && solid->slots->construct != object_type.slots->construct)
    return raise(exc::TypeError, "object.__new__({}) is not safe, use {}.__new__()", cls->name, solid->name);
  return n->owner->slots->construct(cls, Args{args.values + 1, args.count - 1, args.names});
}

Value call_protocol(const Native* n, Value self, Args a) {
  const Slots* s = n->owner->slots;
  std::uint64_t hash = 0;
  const auto name = [&](std::int64_t i) {
    return is_str(a[i]) ? intern(as_str(a[i])) : as_str(raise(exc::TypeError, "attribute name must be string, not '{}'", type_name(a[i])));
  };
  switch (n->slot) {
    case kRepr:
      return s->repr(self);
    case kStr:
      return s->str != nullptr ? s->str(self) : s->repr(self);
    case kHash:
      return s->hash(self, &hash) ? small_int(static_cast<std::int64_t>(hash << 2) >> 2) : nullptr;
    case kGetattr:
      return name(1) == nullptr ? nullptr : (s->getattr != nullptr ? s->getattr : generic_getattr)(self, name(1));
    case kSetattr:
      return done(name(1) != nullptr && (s->setattr != nullptr ? s->setattr : generic_setattr)(self, name(1), a[2]));
    case kDelattr:
      return done(name(1) != nullptr && (s->setattr != nullptr ? s->setattr : generic_setattr)(self, name(1), nullptr));
    case kTruth:
      return yes_no(s->truth(self));
    case kLength: {
      const std::int64_t length = s->length(self);
      return length < 0 ? nullptr : int_new(length);
    }
    case kGetitem:
      return s->getitem(self, a[1]);
    case kSetitem:
      return done(s->setitem(self, a[1], a[2]));
    case kDelitem:
      return done(s->setitem(self, a[1], nullptr));
    case kContains:
      return yes_no(s->contains(self, a[1]));
    case kIter:
      return s->iter(self);
    case kNext: {
      Value next = s->next(self);
      return next != nullptr || error_pending() ? next : raise_exception(exception_new(exc::StopIteration, ""));
    }
    case kGet:
      return s->get(self, a[1] == none() ? nullptr : a[1], a.count > 2 && is_type(a[2]) ? as_type(a[2]) : type_of(a[1]));
    case kSet:
      return done(s->set(self, a[1], a[2]));
    default:
      return done(s->set(self, a[1], nullptr));
  }
}

Value call_operator(const Native* n, Value self, Args a) {
  const Slots* s = n->owner->slots;
  if (n->slot >= kUnary) return s->unary(static_cast<UnaryOp>(n->slot - kUnary), self);
  if (n->slot >= kInplace) return s->inplace(static_cast<BinaryOp>(n->slot - kInplace), self, a[1]);
  if (n->slot >= kReflected) return s->binary(static_cast<BinaryOp>(n->slot - kReflected), a[1], self);
  if (n->slot >= kBinary) return s->binary != nullptr ? s->binary(static_cast<BinaryOp>(n->slot - kBinary), self, a[1]) : not_implemented();
  return s->compare != nullptr ? s->compare(static_cast<CompareOp>(n->slot - kCompare), self, a[1]) : not_implemented();
}
}  // namespace

Value call_slot_method(Native* n, Args args) {
  if (n->slot == kNew) return call_new(n, args);
  if (args.count < 1) return raise(exc::TypeError, "descriptor '{}' of '{}' object needs an argument", n->name, n->owner->name);
  Value self = args[0];
  if (!is_instance(self, n->owner))
    return raise(exc::TypeError, "descriptor '{}' requires a '{}' object but received a '{}'", n->name, n->owner->name, type_name(self));
  const Args rest{args.values + 1, args.count - 1, args.names};
  if (n->slot == kInit) return done(n->owner->slots->init == nullptr || n->owner->slots->init(self, rest));
  if (n->slot == kCall) return n->owner->slots->call(self, rest);
  if (!no_keywords(args, n->name) || !check_count(rest, n->name, n->least - 1, n->most - 1)) return nullptr;
  return n->slot < kCompare ? call_protocol(n, self, args) : call_operator(n, self, args);
}

void add_slot_methods(Type& type) {
  const Slots* s = type.slots;
  const auto add = [&](bool there, Str* name, int slot, int args) {
    if (!there || dict_get_name(type.dict, name) != nullptr) return;
    Native* n = native_new({name->data, nullptr, args, args, slot == kNew ? 0u : kMethod}, &type, nullptr);
    n->slot = slot;
    if (slot == kGet) n->least = 2;
    (void)dict_set_name(type.dict, name, n);
  };
  const bool object = &type == &object_type;
  add(s->construct != nullptr, names::__new__, kNew, 1);
  add(s->init != nullptr, names::__init__, kInit, 1);
  add(s->repr != nullptr, names::__repr__, kRepr, 1);
  add(s->str != nullptr, names::__str__, kStr, 1);
  add(s->hash != nullptr, names::__hash__, kHash, 1);
  if (s->hash == nullptr && s->compare != nullptr) (void)dict_set_name(type.dict, names::__hash__, none());
  add(s->call != nullptr, names::__call__, kCall, 1);
  add(object || s->getattr != nullptr, names::__getattribute__, kGetattr, 2);
  add(object || s->setattr != nullptr, names::__setattr__, kSetattr, 3);
  add(object || s->setattr != nullptr, names::__delattr__, kDelattr, 2);
  add(s->truth != nullptr, names::__bool__, kTruth, 1);
  add(s->length != nullptr, names::__len__, kLength, 1);
  add(s->getitem != nullptr, names::__getitem__, kGetitem, 2);
  add(s->setitem != nullptr, names::__setitem__, kSetitem, 3);
  add(s->setitem != nullptr, names::__delitem__, kDelitem, 2);
  add(s->contains != nullptr, names::__contains__, kContains, 2);
  add(s->iter != nullptr, names::__iter__, kIter, 1);
  add(s->next != nullptr, names::__next__, kNext, 1);
  add(s->get != nullptr, names::__get__, kGet, 3);
  add(s->set != nullptr, names::__set__, kSet, 3);
  add(s->set != nullptr, names::__delete__, kDelete, 2);
  for (int i = 0; i < 6; ++i) add(s->compare != nullptr, compare_names[i], kCompare + i, 2);
  for (int i = 0; i < kBinaryOps; ++i) {
    add((s->binary_ops >> i & 1) != 0, binary_names[i], kBinary + i, 2);
    add((s->binary_ops >> i & 1) != 0, reflected_names[i], kReflected + i, 2);
    add(s->inplace != nullptr && (s->binary_ops >> i & 1) != 0, inplace_names[i], kInplace + i, 2);
  }
  for (int i = 0; i < 4; ++i) add((s->unary_ops >> i & 1) != 0, unary_names[i], kUnary + i, 1);
}

}  // namespace minipy
