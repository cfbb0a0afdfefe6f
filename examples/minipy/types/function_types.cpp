// Functions of the program, natives, and bound methods.
#include <algorithm>

#include "compile/code.hpp"
#include "runtime/error.hpp"
#include "runtime/names.hpp"
#include "runtime/ops.hpp"
#include "runtime/slot_methods.hpp"
#include "runtime/str.hpp"
#include "runtime/table.hpp"
#include "types/types.hpp"
#include "vm/vm.hpp"

namespace minipy {

Function* function_new(Code* code, Dict* globals) {
  auto* f = static_cast<Function*>(allocate(sizeof(Function)));
  if (f == nullptr) return nullptr;
  f->type = &function_type;
  f->code = code, f->globals = globals, f->name = code->name, f->qualname = code->qualname;
  f->doc = code->doc != nullptr ? code->doc : none();
  Value module = dict_get_name(globals, names::__name__);
  f->module = module != nullptr ? module : none();
  return f;
}
BoundMethod* method_new(Value function, Value self) {
  auto* m = static_cast<BoundMethod*>(allocate(sizeof(BoundMethod)));
  if (m == nullptr) return nullptr;
  m->type = &method_type, m->function = function, m->self = self;
  return m;
}

namespace {
// ---- functions ------------------------------------------------------------------------------------------------------------------------------

Value function_repr(Value v) {
  return str_new(format_text("<function {} at {:#x}>", as<Function>(v)->qualname, reinterpret_cast<std::uintptr_t>(v)));
}
Value function_call(Value v, Args args) { return run_function(as<Function>(v), args); }
Value bind_to(Value function, Value self, Type*) { return self == nullptr ? function : method_new(function, self); }

Value get_name(Value v) { return as<Function>(v)->name; }
bool set_name(Value v, Value value) {
  if (value == nullptr || !is_str(value)) return raise(exc::TypeError, "__name__ must be set to a string object"), false;
  as<Function>(v)->name = as_str(value);
  return true;
}
Value get_qualname(Value v) { return as<Function>(v)->qualname; }
bool set_qualname(Value v, Value value) {
  if (value == nullptr || !is_str(value)) return raise(exc::TypeError, "__qualname__ must be set to a string object"), false;
  as<Function>(v)->qualname = as_str(value);
  return true;
}
Value get_doc(Value v) { return as<Function>(v)->doc; }
bool set_doc(Value v, Value value) { return as<Function>(v)->doc = value != nullptr ? value : none(), true; }
Value get_module(Value v) { return as<Function>(v)->module; }
bool set_module(Value v, Value value) { return as<Function>(v)->module = value != nullptr ? value : none(), true; }
Value get_code(Value v) {
  auto* c = static_cast<CodeObject*>(allocate(sizeof(CodeObject)));
  if (c == nullptr) return nullptr;
  c->type = &code_type, c->code = as<Function>(v)->code;
  return c;
}
Value get_globals(Value v) { return as<Function>(v)->globals; }
Value get_closure(Value v) { return as<Function>(v)->closure != nullptr ? as<Function>(v)->closure : none(); }
Value get_defaults(Value v) { return as<Function>(v)->defaults != nullptr ? as<Function>(v)->defaults : none(); }
bool set_defaults(Value v, Value value) {
  if (value != nullptr && value != none() && !is_exact(value, &tuple_type))
    return raise(exc::TypeError, "__defaults__ must be set to a tuple object"), false;
  as<Function>(v)->defaults = value == nullptr || value == none() ? nullptr : as_tuple(value);
  return true;
}
Value get_kwdefaults(Value v) { return as<Function>(v)->kwdefaults != nullptr ? as<Function>(v)->kwdefaults : none(); }

// ---- natives ------------------------------------------------------------------------------------------------------------------------------

/// TypeError in CPython's words, which depend on how many arguments a function takes. self is not counted.
Value wrong_count(const Native* n, Args args) {
  const int hidden = (n->flags & (kMethod | kClassMethod)) != 0 ? 1 : 0;
  const std::int64_t given = args.count - hidden, most = n->most - hidden;
  if (n->least != n->most || most > 1 || (most == 1 && (n->flags & kNames) != 0))
    return (void)check_count(Args{args.values + hidden, given}, n->name, n->least - hidden, n->most < 0 ? -1 : most), nullptr;
  const std::string name = n->owner != nullptr ? fmt::format("{}.{}", n->owner->name, n->name) : n->name;
  return most == 0 ? raise(exc::TypeError, "{}() takes no arguments ({} given)", name, given)
                   : raise(exc::TypeError, "{}() takes exactly one argument ({} given)", name, given);
}
Value native_call(Value v, Args args) {
  auto* n = as<Native>(v);
  if (n->slot >= 0) return call_slot_method(n, args);
  if ((n->flags & kMethod) != 0) {
    if (args.count < 1) return raise(exc::TypeError, "unbound method {}.{}() needs an argument", n->owner->name, n->name);
    if (!is_instance(args[0], n->owner))
      return raise(exc::TypeError, "descriptor '{}' for '{}' objects doesn't apply to a '{}' object", n->name, n->owner->name, type_name(args[0]));
  }
  if ((n->flags & kNames) == 0 && !no_keywords(args, n->name)) return nullptr;
  if (args.count >= n->least && (n->most < 0 || args.count <= n->most)) return n->function(args);
  return wrong_count(n, args);
}
Value native_repr(Value v) { return str_new(fmt::format("<built-in function {}>", as<Native>(v)->name)); }
Value native_method_repr(Value v) { return str_new(fmt::format("<method '{}' of '{}' objects>", as<Native>(v)->name, as<Native>(v)->owner->name)); }
Value native_name(Value v) { return intern(as<Native>(v)->name); }
Value native_qualname(Value v) {
  auto* n = as<Native>(v);
  return n->owner == nullptr ? intern(n->name) : intern(fmt::format("{}.{}", n->owner->name, n->name));
}
Value native_doc(Value) { return none(); }
Value native_self(Value v) { return as<Native>(v)->self != nullptr ? as<Native>(v)->self : none(); }
Value native_module(Value) { return names::builtins; }

// ---- bound methods ----------------------------------------------------------------------------------------------------------------------------

Value method_construct(Type*, Args args) {
  if (!no_keywords(args, "method") || !check_count(args, "method", 2, 2)) return nullptr;
  if (!is_callable(args[0])) return raise(exc::TypeError, "first argument must be callable");
  if (args[1] == none()) return raise(exc::TypeError, "self must not be None");
  return method_new(args[0], args[1]);
}
Value method_call(Value v, Args args) { return call_with_self(as<BoundMethod>(v)->function, as<BoundMethod>(v)->self, args); }
Value method_repr(Value v) {
  auto* m = as<BoundMethod>(v);
  Value name = find_attr(m->function, names::__qualname__);
  Str* self = error_pending() ? nullptr : repr(m->self);
  if (self == nullptr) return nullptr;
  return str_new(format_text("<bound method {} of {}>", name != nullptr && is_str(name) ? as_str(name) : names::_, self));
}
bool method_hash(Value v, std::uint64_t* out) {
  std::uint64_t self = 0;
  (void)address_hash(as<BoundMethod>(v)->self, &self);
  if (!hash_value(as<BoundMethod>(v)->function, out)) return false;
  *out ^= self;
  return true;
}
Value method_compare(CompareOp op, Value a, Value b) {
  if ((op != CompareOp::eq && op != CompareOp::ne) || !is_exact(b, &method_type)) return not_implemented();
  int same = as<BoundMethod>(a)->self == as<BoundMethod>(b)->self;
  if (same != 0) same = values_equal(as<BoundMethod>(a)->function, as<BoundMethod>(b)->function);
  return same < 0 ? nullptr : boolean((same != 0) == (op == CompareOp::eq));
}
/// What the method has not, its function may have.
Value method_getattr(Value v, Str* name) {
  if (type_lookup(&method_type, name) != nullptr) return generic_getattr(v, name);
  return get_attr(as<BoundMethod>(v)->function, name);
}
Value method_self(Value v) { return as<BoundMethod>(v)->self; }
Value method_function(Value v) { return as<BoundMethod>(v)->function; }

constexpr Slots kFunction = {.repr = function_repr, .hash = address_hash, .call = function_call, .get = bind_to};
constexpr Slots kNative = {.repr = native_repr, .hash = address_hash, .call = native_call};
constexpr Slots kNativeMethod = {.repr = native_method_repr, .hash = address_hash, .call = native_call, .get = bind_to};
constexpr Slots kMethodSlots = {.construct = method_construct,
                                .repr = method_repr,
                                .hash = method_hash,
                                .call = method_call,
                                .getattr = method_getattr,
                                .compare = method_compare};
}  // namespace

Type function_type = builtin_type("function", &kFunction,
                                  {.flags = kNoSubclass | kNotConstructible | kWeakRefable,
                                   .size = sizeof(Function),
                                   .dict_offset = offsetof(Function, dict),
                                   .cell_offset = offsetof(Function, cell)});
Type native_type =
    builtin_type("builtin_function_or_method", &kNative, {.flags = kNoSubclass | kNotConstructible | kWeakRefable, .size = sizeof(Native)});
Type native_method_type =
    builtin_type("method_descriptor", &kNativeMethod, {.flags = kNoSubclass | kNotConstructible | kWeakRefable, .size = sizeof(Native)});
Type method_type = builtin_type("method", &kMethodSlots,
                                {.flags = kNoSubclass | kWeakRefable, .size = sizeof(BoundMethod), .cell_offset = offsetof(BoundMethod, cell)});

void init_function_types() {
  for (Type* t : {&function_type, &native_type, &native_method_type, &method_type}) ready_type(*t);
  define_getsets(function_type, {{"__name__", get_name, set_name},
                                 {"__qualname__", get_qualname, set_qualname},
                                 {"__doc__", get_doc, set_doc},
                                 {"__module__", get_module, set_module},
                                 {"__code__", get_code},
                                 {"__globals__", get_globals},
                                 {"__closure__", get_closure},
                                 {"__defaults__", get_defaults, set_defaults},
                                 {"__kwdefaults__", get_kwdefaults}});
  for (Type* t : {&native_type, &native_method_type})
    define_getsets(*t, {{"__name__", native_name},
                        {"__qualname__", native_qualname},
                        {"__doc__", native_doc},
                        {"__self__", native_self},
                        {"__module__", native_module}});
  define_getsets(method_type, {{"__self__", method_self}, {"__func__", method_function}});
}

}  // namespace minipy
