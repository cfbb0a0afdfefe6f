// Attribute access: classes, instances, descriptors, and the cache of class look-ups.
#include "runtime/error.hpp"
#include "runtime/names.hpp"
#include "runtime/ops.hpp"
#include "runtime/str.hpp"
#include "runtime/table.hpp"

namespace minipy {

namespace {
/// What a look-up found. Its pointers are hidden from the collector, so that the cache keeps no class and no function alive; a class has a number
/// that is never used twice, so that no stale entry is ever hit.
struct CacheEntry {
  std::uint64_t version;
  std::uint64_t epoch;
  std::uintptr_t hidden_name;
  std::uintptr_t hidden_value;
};
constexpr std::size_t kCacheSize = 4096;
CacheEntry cache[kCacheSize];
std::uint64_t epoch = 1;

std::uintptr_t hide(const void* p) { return ~reinterpret_cast<std::uintptr_t>(p); }
Value reveal(std::uintptr_t hidden) { return reinterpret_cast<Value>(~hidden); }

Value look_up(Type* type, Str* name) {
  for (std::int64_t i = 0; i < type->mro->size; ++i)
    if (Value v = dict_get_name(as_type(type->mro->items[i])->dict, name)) return v;
  return nullptr;
}

std::int64_t item_bytes(const Object* o) {
  if (is_subtype(o->type, &str_type)) return reinterpret_cast<const Str*>(o)->bytes;
  if (is_subtype(o->type, &bytes_type)) return reinterpret_cast<const Bytes*>(o)->size;
  return reinterpret_cast<const Tuple*>(o)->size * ssize(sizeof(Value));
}
}  // namespace

void classes_changed() { ++epoch; }

Value type_lookup(Type* type, Str* name) {
  CacheEntry& e = cache[(type->version * 0x9E3779B97F4A7C15ull >> 32 ^ reinterpret_cast<std::uintptr_t>(name) >> 5) % kCacheSize];
  if (e.version == type->version && e.epoch == epoch && e.hidden_name == hide(name)) return reveal(e.hidden_value);
  Value v = look_up(type, name);
  e = {type->version, epoch, hide(name), hide(v)};
  return v;
}

char* instance_tail(Object* o) {
  char* start = reinterpret_cast<char*>(o);
  return (o->type->flags & kVarSize) != 0 ? start + ((item_bytes(o) + 7) & ~std::int64_t{7}) : start;
}
Dict** dict_place(Value v) {
  Type* type = type_of(v);
  return type->dict_offset == 0 ? nullptr : reinterpret_cast<Dict**>(instance_tail(v) + type->dict_offset);
}
Dict* instance_dict(Value v) {
  Dict** place = dict_place(v);
  if (place == nullptr) return nullptr;
  if (*place == nullptr) *place = dict_new();
  return *place;
}

Value bind_descriptor(Value descriptor, Value self, Type* type) {
  if (is_int(descriptor)) return descriptor;
  const Slots* slots = descriptor->type->slots;
  return slots->get != nullptr ? slots->get(descriptor, self, type) : descriptor;
}

namespace {
bool is_data_descriptor(Value v) {
  if (is_int(v)) return false;
  if (is_heap_type(v->type)) return type_lookup(v->type, names::__set__) != nullptr || type_lookup(v->type, names::__delete__) != nullptr;
  return v->type->slots->set != nullptr;
}
bool has_get(Value v) { return is_heap_type(v->type) ? type_lookup(v->type, names::__get__) != nullptr : v->type->slots->get != nullptr; }
bool set_by_descriptor(Value descriptor, Value v, Str* name, Value value) {
  if (descriptor->type->slots->set == nullptr) return raise(exc::AttributeError, "{}", name), false;
  return descriptor->type->slots->set(descriptor, v, value);
}
}  // namespace

Value find_generic_attr(Value v, Str* name) {
  Type* type = type_of(v);
  Value in_class = type_lookup(type, name);
  if (in_class != nullptr && is_data_descriptor(in_class) && has_get(in_class)) return bind_descriptor(in_class, v, type);
  if (Dict** place = dict_place(v); place != nullptr && *place != nullptr)
    if (Value found = dict_get_name(*place, name)) return found;
  return in_class == nullptr ? nullptr : bind_descriptor(in_class, v, type);
}

Value generic_getattr(Value v, Str* name) {
  Value found = find_generic_attr(v, name);
  if (found == nullptr && !error_pending()) raise(exc::AttributeError, "'{}' object has no attribute '{}'", type_name(v), name);
  return found;
}

bool generic_setattr(Value v, Str* name, Value value) {
  Value in_class = type_lookup(type_of(v), name);
  if (in_class != nullptr && is_data_descriptor(in_class)) return set_by_descriptor(in_class, v, name, value);
  if (Dict** place = dict_place(v)) {
    if (value != nullptr) {
      Dict* dict = instance_dict(v);
      return dict != nullptr && dict_set_name(dict, intern(name), value);
    }
    if (*place != nullptr && dict_delete_name(*place, name)) return true;
    in_class = nullptr;
  }
  if (in_class != nullptr) return raise(exc::AttributeError, "'{}' object attribute '{}' is read-only", type_name(v), name), false;
  return raise(exc::AttributeError, "'{}' object has no attribute '{}'", type_name(v), name), false;
}

Value get_attr(Value v, Str* name) {
  const Slots* slots = type_of(v)->slots;
  return slots->getattr != nullptr ? slots->getattr(v, name) : generic_getattr(v, name);
}
Value find_attr(Value v, Str* name) {
  const Slots* slots = type_of(v)->slots;
  if (slots->getattr == nullptr || (is_heap_type(type_of(v)) && (type_of(v)->flags & kOwnGetattr) == 0 && !is_type(v)))
    return find_generic_attr(v, name);
  Value found = slots->getattr(v, name);
  if (found == nullptr) (void)clear_error_if(exc::AttributeError);
  return found;
}
bool set_attr(Value v, Str* name, Value value) {
  const Slots* slots = type_of(v)->slots;
  return slots->setattr != nullptr ? slots->setattr(v, name, value) : generic_setattr(v, name, value);
}

// ---- of classes ---------------------------------------------------------------------------------------------------------------------------

Value type_getattr(Value v, Str* name) {
  Type *type = as_type(v), *meta = type->type;
  Value in_meta = type_lookup(meta, name);
  if (in_meta != nullptr && is_data_descriptor(in_meta)) return bind_descriptor(in_meta, v, meta);
  if (Value found = type_lookup(type, name)) return bind_descriptor(found, nullptr, type);
  if (in_meta != nullptr) return bind_descriptor(in_meta, v, meta);
  if (is_heap_type(meta) && (meta->flags & kOwnGetattr) != 0) {
    bool missing = false;
    Value found = call_special(v, names::__getattr__, {name}, &missing);
    if (!missing) return found;
  }
  return raise(exc::AttributeError, "type object '{}' has no attribute '{}'", type->name, name);
}

bool type_setattr(Value v, Str* name, Value value) {
  Type* type = as_type(v);
  if (!is_heap_type(type)) return raise(exc::TypeError, "cannot set '{}' attribute of immutable type '{}'", name, type->name), false;
  Value in_meta = type_lookup(type->type, name);
  if (in_meta != nullptr && is_data_descriptor(in_meta)) return set_by_descriptor(in_meta, v, name, value);
  classes_changed();
  if (name == names::__getattr__ || name == names::__getattribute__ || name == names::__setattr__ || name == names::__delattr__)
    type->flags |= kOwnGetattr;
  if (name == names::__abstractmethods__ && value != nullptr)
    type->flags = truth(value) == 1 ? type->flags | kAbstract : type->flags & ~std::uint32_t{kAbstract};
  if (value != nullptr) return dict_set_name(type->dict, intern(name), value);
  if (dict_delete_name(type->dict, name)) return true;
  return raise(exc::AttributeError, "type object '{}' has no attribute '{}'", type->name, name), false;
}

}  // namespace minipy
