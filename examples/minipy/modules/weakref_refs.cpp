// ref, KeyedRef and WeakMethod.
#include <algorithm>
#include <string>

#include "modules/weakref.hpp"
#include "runtime/error.hpp"
#include "runtime/names.hpp"
#include "runtime/ops.hpp"
#include "runtime/str.hpp"
#include "runtime/table.hpp"
#include "types/types.hpp"
#include "vm/host_mayfly.hpp"

namespace minipy {

bool check_weak_target(Value v) { return supports_weak_refs(v) || (raise_status(mayfly::Status::not_weakrefable, v), false); }

bool mark_weak_reader(Type& type) { return dict_set_name(type.dict, names::__weak_reader__, boolean(true)); }

Value ref_new(Type* type, Value target, Value callback, mayfly::RefKind kind) {
  if (!check_weak_target(target)) return nullptr;
  if (callback == nullptr)
    if (mayfly::RefNode* node = mayfly::canonical(referent(target), kind)) return static_cast<Value>(mayfly::holder(*node));
  Value made = allocate_instance(type);
  if (made == nullptr) return nullptr;
  if (callback != nullptr) note_callback();
  const auto bound = mayfly::bind(as<Ref>(made)->node, referent(target), weak_queue, callback, kind);
  if (!bound) return raise_status(bound.status, target);
  return static_cast<Value>(mayfly::holder(*bound.value));  // another thread's may have been first
}

namespace {
using mayfly::RefKind;

mayfly::RefNode& node_of(Value v) { return as<Ref>(v)->node; }
Value absent(Value v) { return v == none() ? nullptr : v; }

// ---- ref --------------------------------------------------------------------------------------------------------------------------------------

Value ref_construct(Type* cls, Args args) {
  if (!check_count(args, "__new__", 1, 2)) return nullptr;  // keywords are for __init__, or for who derives
  return ref_new(cls, args[0], args.count > 1 ? absent(args[1]) : nullptr, cls == &ref_type ? RefKind::ref : RefKind::subclass);
}
bool ref_init(Value, Args args) { return no_keywords(args, "ref") && check_count(args, "__init__", 1, 2); }
Value ref_repr(Value v) {
  return str_new(described([v](char* out, std::size_t size) { return mayfly::describe(node_of(v), weak_host, out, size); }));
}
bool ref_hash(Value v, std::uint64_t* out) {
  const mayfly::Status status = mayfly::hash(node_of(v), weak_host, out);
  if (status == mayfly::Status::dead) return raise(exc::TypeError, "weak object has gone away"), false;
  return status == mayfly::Status::ok || (raise_status(status, v), false);
}
bool no_arguments(Args args) {
  if (!no_keywords(args, "weakref")) return false;
  return args.count == 0 || (raise(exc::TypeError, "weakref expected 0 arguments, got {}", args.count), false);
}
Value ref_call(Value v, Args args) { return no_arguments(args) ? or_none(ref_target(v)) : nullptr; }
/// Whether both are the same, as == and != say it.
Value same(CompareOp op, bool is) { return boolean(is == (op == CompareOp::eq)); }
Value ref_compare(CompareOp op, Value a, Value b) {
  if ((op != CompareOp::eq && op != CompareOp::ne) || !(is_instance(b, &ref_type) || is_proxy(b))) return not_implemented();
  Value x = ref_target(a), y = ref_target(b);
  return x == nullptr || y == nullptr ? same(op, a == b) : compare(op, x, y);
}
Value ref_callback(Value v) { return or_none(static_cast<Value>(mayfly::callback(node_of(v)))); }

// ---- KeyedRef ---------------------------------------------------------------------------------------------------------------------------------

Value keyed_construct(Type* cls, Args args) {
  if (!no_keywords(args, "KeyedRef") || !check_count(args, "KeyedRef", 3, 3)) return nullptr;
  Value made = ref_new(cls, args[0], absent(args[1]), RefKind::subclass);
  if (made != nullptr) as<KeyedRef>(made)->key = args[2];
  return made;
}
bool keyed_init(Value, Args args) { return no_keywords(args, "KeyedRef") && check_count(args, "KeyedRef", 3, 3); }
Value keyed_key(Value v) { return or_none(as<KeyedRef>(v)->key); }
bool keyed_set_key(Value v, Value key) { return as<KeyedRef>(v)->key = key, true; }

// ---- WeakMethod -------------------------------------------------------------------------------------------------------------------------------

mayfly::MethodNode& method_node(Value v) { return as<MethodRef>(v)->node; }

Value no_method(Value v) {
  if (!clear_error_if(exc::AttributeError)) return nullptr;
  Str* type = repr(type_of(v));
  return type == nullptr ? nullptr : raise(exc::TypeError, "argument should be a bound method, not {}", type);
}
Value method_construct(Type* cls, Args args) {
  Value a[2];
  if (!unpack_args(args, "WeakMethod.__new__", {"meth", "callback"}, 1, a)) return nullptr;
  Value object = get_attr(a[0], names::__self__);
  Value function = object == nullptr ? nullptr : get_attr(a[0], intern("__func__"));
  if (function == nullptr) return no_method(a[0]);
  if (!check_weak_target(object) || !check_weak_target(function)) return nullptr;
  Value made = allocate_instance(cls);
  if (made == nullptr) return nullptr;
  as<MethodRef>(made)->method_type = type_of(a[0]);
  Value callback = a[1] == nullptr ? nullptr : absent(a[1]);
  if (callback != nullptr) note_callback();
  const mayfly::Status status = mayfly::bind_method(method_node(made), referent(object), referent(function), weak_queue, callback);
  return status == mayfly::Status::ok ? made : raise_status(status, object);
}
Value method_call(Value v, Args args) {
  if (!no_arguments(args)) return nullptr;
  const mayfly::BoundMethod bound = mayfly::get(method_node(v));
  if (bound.object == nullptr) return none();
  Value object = static_cast<Value>(bound.object), function = static_cast<Value>(bound.function);
  if (as<MethodRef>(v)->method_type == &method_type) return method_new(function, object);
  return call(as<MethodRef>(v)->method_type, {function, object});
}
Value method_compare(CompareOp op, Value a, Value b) {
  if ((op != CompareOp::eq && op != CompareOp::ne) || !is_instance(b, &method_ref_type)) return not_implemented();
  const mayfly::Answer answer = mayfly::equal(method_node(a), method_node(b), weak_host);
  return answer == mayfly::Answer::error ? nullptr : same(op, answer == mayfly::Answer::yes);
}

constexpr Slots kRef = {.construct = ref_construct, .init = ref_init, .repr = ref_repr, .hash = ref_hash, .call = ref_call, .compare = ref_compare};
constexpr Slots kKeyedRef = {
    .construct = keyed_construct, .init = keyed_init, .repr = ref_repr, .hash = ref_hash, .call = ref_call, .compare = ref_compare};
constexpr Slots kMethodRef = {
    .construct = method_construct, .init = ref_init, .repr = ref_repr, .hash = ref_hash, .call = method_call, .compare = method_compare};
}  // namespace

Type ref_type = builtin_type("weakref.ReferenceType", &kRef, {.flags = kWeakReader, .size = sizeof(Ref)});
Type keyed_ref_type = builtin_type("KeyedRef", &kKeyedRef, {.base = &ref_type, .flags = kWeakReader, .size = sizeof(KeyedRef)});
Type method_ref_type =
    builtin_type("WeakMethod", &kMethodRef,
                 {.base = &ref_type, .flags = kWeakReader | kWeakRefable, .size = sizeof(MethodRef), .cell_offset = offsetof(MethodRef, cell)});

bool init_refs() {
  keyed_ref_type.module = method_ref_type.module = intern("weakref");
  for (Type* t : {&ref_type, &keyed_ref_type, &method_ref_type}) {
    ready_type(*t);
    if (!mark_weak_reader(*t)) return false;
  }
  return define_getsets(ref_type, {{"__callback__", ref_callback}}) &&
         define_natives(ref_type, {{"__class_getitem__", generic_alias, 2, 2, kClassMethod}}) &&
         define_getsets(keyed_ref_type, {{"key", keyed_key, keyed_set_key}});
}

}  // namespace minipy
