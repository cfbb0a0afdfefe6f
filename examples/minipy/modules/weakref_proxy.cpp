// Proxies: every operation goes to the referent, which is held meanwhile, or raises ReferenceError.
#include <algorithm>
#include <string>

#include "modules/weakref.hpp"
#include "runtime/error.hpp"
#include "runtime/names.hpp"
#include "runtime/ops.hpp"
#include "runtime/str.hpp"
#include "vm/host_mayfly.hpp"

namespace minipy {

namespace {
/// What the proxy stands for. Null: ReferenceError.
Value alive(Value proxy) {
  Value target = ref_target(proxy);
  return target != nullptr ? target : raise_status(mayfly::Status::dead, nullptr);
}
/// The same for operands that may be proxies or anything else.
Value unwrapped(Value v) { return is_proxy(v) ? alive(v) : v; }
/// f(a, b) of what they stand for.
template <class F>
Value with_both(Value a, Value b, F f) {
  Value x = unwrapped(a), y = x == nullptr ? nullptr : unwrapped(b);
  return y == nullptr ? nullptr : f(x, y);
}

Value proxy_repr(Value v) {  // never raises
  Value target = ref_target(v);
  if (target == nullptr) target = none();
  return str_new(fmt::format("<weakproxy at {} to {} at {}>", fmt::ptr(v), type_name(target), fmt::ptr(target)));
}
Value proxy_str(Value v) {
  Value target = alive(v);
  return target == nullptr ? nullptr : to_str(target);
}
Value proxy_call(Value v, Args args) {
  Value target = alive(v);
  return target == nullptr ? nullptr : call(target, args);
}
Value proxy_getattr(Value v, Str* name) {
  Value target = alive(v);
  return target == nullptr ? nullptr : get_attr(target, name);
}
bool proxy_setattr(Value v, Str* name, Value value) {
  Value target = alive(v);
  return target != nullptr && set_attr(target, name, value);
}
Value proxy_compare(CompareOp op, Value a, Value b) {
  return with_both(a, b, [op](Value x, Value y) { return compare(op, x, y); });
}
Value proxy_binary(BinaryOp op, Value a, Value b) {
  return with_both(a, b, [op](Value x, Value y) { return binary(op, x, y); });
}
Value proxy_inplace(BinaryOp op, Value a, Value b) {
  return with_both(a, b, [op](Value x, Value y) { return inplace(op, x, y); });
}
Value proxy_unary(UnaryOp op, Value v) {
  Value target = alive(v);
  return target == nullptr ? nullptr : unary(op, target);
}
int proxy_truth(Value v) {
  Value target = alive(v);
  return target == nullptr ? -1 : truth(target);
}
std::int64_t proxy_length(Value v) {
  Value target = alive(v);
  return target == nullptr ? -1 : length(target);
}
Value proxy_getitem(Value v, Value key) {
  Value target = alive(v);
  return target == nullptr ? nullptr : get_item(target, key);
}
bool proxy_setitem(Value v, Value key, Value value) {
  Value target = alive(v);
  return target != nullptr && set_item(target, key, value);
}
int proxy_contains(Value v, Value key) {
  Value target = alive(v);
  return target == nullptr ? -1 : contains(target, key);
}
Value proxy_iter(Value v) {
  Value target = alive(v);
  return target == nullptr ? nullptr : get_iter(target);
}
Value proxy_next(Value v) {
  Value target = alive(v);
  if (target == nullptr) return nullptr;
  Type* type = type_of(target);
  if (is_heap_type(type) ? type_lookup(type, names::__next__) != nullptr : type->slots->next != nullptr) return iter_next(target);
  return raise_text(exc::TypeError,
                    described([v](char* out, std::size_t size) { return mayfly::describe_non_iterator(as<Ref>(v)->node, weak_host, out, size); }));
}

// ---- conversions, which are methods -----------------------------------------------------------------------------------------------------------

Value proxy_index(Args a) {
  Value target = alive(a[0]);
  std::int64_t i = 0;
  return target == nullptr || !index_of(target, &i) ? nullptr : int_new(i);
}
Value converted(Args a, Type& type) {
  Value target = alive(a[0]);
  return target == nullptr ? nullptr : call(&type, {target});
}
Value proxy_int(Args a) { return converted(a, int_type); }
Value proxy_float(Args a) { return converted(a, float_type); }
Value by_method(Args a, Str* name) {
  Value target = alive(a[0]);
  return target == nullptr ? nullptr : call_method(target, name, {});
}
Value proxy_bytes(Args a) { return by_method(a, names::__bytes__); }
Value proxy_reversed(Args a) { return by_method(a, names::__reversed__); }

/// dir(proxy) is about the referent, with what the proxy itself has.
Value proxy_dir(Args a) {
  Value target = alive(a[0]);
  Value names_there = target == nullptr ? nullptr : call_special(target, names::__dir__, {});
  List* list = names_there == nullptr ? nullptr : list_from(names_there);
  if (list == nullptr) return nullptr;
  for (const char* own : {"__bytes__", "__reversed__", "__index__", "__int__", "__float__"}) {
    const int there = contains(list, intern(own));
    if (there < 0 || (there == 0 && !list_append(list, intern(own)))) return nullptr;
  }
  return list;
}

constexpr Slots slots_with(Value (*call)(Value, Args)) {
  return {.repr = proxy_repr,
          .str = proxy_str,
          .call = call,
          .getattr = proxy_getattr,
          .setattr = proxy_setattr,
          .compare = proxy_compare,
          .binary = proxy_binary,
          .inplace = proxy_inplace,
          .unary = proxy_unary,
          .truth = proxy_truth,
          .length = proxy_length,
          .getitem = proxy_getitem,
          .setitem = proxy_setitem,
          .contains = proxy_contains,
          .iter = proxy_iter,
          .next = proxy_next,
          .binary_ops = (1u << kBinaryOps) - 1,
          .unary_ops = bits_of({UnaryOp::neg, UnaryOp::pos, UnaryOp::invert, UnaryOp::abs})};
}
constexpr Slots kProxySlots = slots_with(nullptr);
constexpr Slots kCallableSlots = slots_with(proxy_call);
constexpr Shape kShape = {.flags = kNoSubclass | kNotConstructible | kProxy | kWeakReader, .size = sizeof(Ref)};
}  // namespace

Type proxy_type = builtin_type("weakref.ProxyType", &kProxySlots, kShape);
Type callable_proxy_type = builtin_type("weakref.CallableProxyType", &kCallableSlots, kShape);

bool init_proxies() {
  for (Type* t : {&proxy_type, &callable_proxy_type}) {
    ready_type(*t);
    if (!define_natives(*t, {{"__index__", proxy_index, 1, 1, kMethod},
                             {"__int__", proxy_int, 1, 1, kMethod},
                             {"__float__", proxy_float, 1, 1, kMethod},
                             {"__bytes__", proxy_bytes, 1, 1, kMethod},
                             {"__reversed__", proxy_reversed, 1, 1, kMethod},
                             {"__dir__", proxy_dir, 1, 1, kMethod}}))
      return false;
  }
  return true;
}

}  // namespace minipy
