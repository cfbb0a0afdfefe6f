// Tuples with named items, and objects that are just attributes: what sys gives information by.
#include <algorithm>
#include <utility>

#include "modules/sys_module.hpp"
#include "runtime/error.hpp"
#include "runtime/names.hpp"
#include "runtime/ops.hpp"
#include "runtime/str.hpp"
#include "runtime/table.hpp"
#include "types/types.hpp"

namespace minipy {

namespace {
constexpr const char* kVersionFields[] = {"major", "minor", "micro", "releaselevel", "serial"};
constexpr const char* kUnraisableFields[] = {"exc_type", "exc_value", "exc_traceback", "err_msg", "object"};
constexpr std::int64_t kFields = 5;

template <int I>
Value item(Value v) {
  Value* items = as_tuple(v)->items;
  return items[I];
}

template <const char* const* fields>
Value record_repr(Value v) {
  std::string out = fields == kVersionFields ? "sys.version_info(" : "UnraisableHookArgs(";
  for (std::int64_t i = 0; i < kFields; ++i) {
    Str* shown = repr(as_tuple(v)->items[i]);
    if (shown == nullptr) return nullptr;
    out += format_text("{}{}={}", i > 0 ? ", " : "", fields[i], shown);
  }
  return str_new(out + ")");
}

Slots version_slots, unraisable_slots;  // tuple's but for one

void init_record(Type& type, Slots& slots, const char* const* fields, Value (*show)(Value)) {
  slots = *tuple_type.slots;
  slots.construct = nullptr;
  slots.repr = show;
  ready_type(type);
  define_getsets(type, {{fields[0], item<0>}, {fields[1], item<1>}, {fields[2], item<2>}, {fields[3], item<3>}, {fields[4], item<4>}});
}

// ---- namespaces ---------------------------------------------------------------------------------------------------------------------------

struct Namespace : Object {
  Dict* dict;
};

Value namespace_repr(Value v) {
  std::string out = "namespace(";
  const Table& table = as<Namespace>(v)->dict->table;
  std::int64_t at = 0;
  for (const Entry* e = table_next(table, at); e != nullptr; e = table_next(table, at)) {
    Str* name = as_str(e->key);
    Str* shown = repr(e->value);
    if (shown == nullptr) return nullptr;
    out += format_text("{}{}={}", out.back() == '(' ? "" : ", ", name, shown);
  }
  return str_new(out + ")");
}
Value namespace_compare(CompareOp op, Value a, Value b) {
  return type_of(a) == type_of(b) ? compare(op, as<Namespace>(a)->dict, as<Namespace>(b)->dict) : not_implemented();
}

constexpr Slots kNamespace = {.repr = namespace_repr, .compare = namespace_compare};
constexpr Shape kRecord = {.base = &tuple_type, .flags = kVarSize | kNoSubclass | kNotConstructible, .size = sizeof(Tuple)};
Type namespace_type = builtin_type("types.SimpleNamespace", &kNamespace,
                                   {.flags = kNoSubclass | kNotConstructible, .size = sizeof(Namespace), .dict_offset = offsetof(Namespace, dict)});
}  // namespace

Type version_info_type = builtin_type("sys.version_info", &version_slots, kRecord);
Type unraisable_args_type = builtin_type("sys.UnraisableHookArgs", &unraisable_slots, kRecord);

void init_record_types() {
  init_record(version_info_type, version_slots, kVersionFields, record_repr<kVersionFields>);
  init_record(unraisable_args_type, unraisable_slots, kUnraisableFields, record_repr<kUnraisableFields>);
  ready_type(namespace_type);
}

Value record_new(Type& type, std::initializer_list<Value> items) {
  if (std::find(items.begin(), items.end(), nullptr) != items.end()) return nullptr;
  Value v = allocate_instance(&type, kFields * ssize(sizeof(Value)));
  if (v == nullptr) return nullptr;
  as_tuple(v)->size = kFields;
  std::copy(items.begin(), items.end(), as_tuple(v)->items);
  return v;
}

Value namespace_new(std::initializer_list<std::pair<const char*, Value>> attributes) {
  Value v = allocate_instance(&namespace_type);
  if (v == nullptr || (as<Namespace>(v)->dict = dict_new()) == nullptr) return nullptr;
  for (const auto& [name, value] : attributes)
    if (value == nullptr || !dict_set_name(as<Namespace>(v)->dict, intern(name), value)) return nullptr;
  return v;
}

}  // namespace minipy
