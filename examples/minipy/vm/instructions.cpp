// What instructions do that are not short.
#include <algorithm>

#include "modules/modules.hpp"
#include "runtime/error.hpp"
#include "runtime/names.hpp"
#include "runtime/ops.hpp"
#include "runtime/stack.hpp"
#include "runtime/str.hpp"
#include "runtime/table.hpp"
#include "types/types.hpp"
#include "vm/frames.hpp"
#include "vm/interpreter.hpp"

namespace minipy {

// ---- names ------------------------------------------------------------------------------------------------------------------------------------

bool unbound_name(Str* name) { return raise(exc::NameError, "name '{}' is not defined", name), false; }

bool unbound_local(const Frame* f, std::uint32_t slot) {
  const Str* name = f->code->locals[slot];
  if (slot >= f->code->free_start)
    return raise(exc::NameError, "cannot access free variable '{}' where it is not associated with a value in enclosing scope", name), false;
  return raise(exc::UnboundLocalError, "cannot access local variable '{}' where it is not associated with a value", name), false;
}

Value load_global_slow(Frame* f, std::uint32_t i) {
  Str* name = f->code->names[i];
  GlobalCache& c = f->code->global_cache[i];
  const auto remember = [&](const Table& found_in, const Entry* e, std::uint64_t of_builtins) {
    c = {f->globals->table.layout, of_builtins, static_cast<std::uint32_t>(e - found_in.entries)};
    return e->value;
  };
  if (Entry* e = table_find_name(f->globals->table, name)) return remember(f->globals->table, e, 0);
  Table& outer = builtins->table;
  if (Entry* e = table_find_name(outer, name)) return remember(outer, e, outer.layout);
  unbound_name(name);
  return nullptr;
}

Value load_name(Frame* f, std::uint32_t i) {
  Value v = dict_get_name(f->names, f->code->names[i]);
  return v != nullptr ? v : load_global_slow(f, i);
}

Value load_method(Value v, Str* name, Value* self) {
  Type* type = type_of(v);
  if (type->slots->getattr == nullptr || (is_heap_type(type) && (type->flags & kOwnGetattr) == 0 && !is_type(v))) {
    Value method = type_lookup(type, name);
    if (method != nullptr && (is_exact(method, &function_type) || is_exact(method, &native_method_type))) {
      Dict** dict = dict_place(v);
      if (dict == nullptr || *dict == nullptr || dict_get_name(*dict, name) == nullptr) return *self = v, method;
    }
  }
  return get_attr(v, name);
}

// ---- unpacking, displays ------------------------------------------------------------------------------------------------------------------------

/// The first item ends on top.
bool unpack_sequence(Value v, std::int64_t n, Value* to) {
  const bool tuple = is_exact(v, &tuple_type);
  if ((tuple && as_tuple(v)->size == n) || (is_exact(v, &list_type) && as_list(v)->size == n)) {
    const Value* items = tuple ? as_tuple(v)->items : as_list(v)->items;
    std::reverse_copy(items, items + n, to);
    return true;
  }
  Value it = get_iter(v);
  if (it == nullptr) {
    if (clear_error_if(exc::TypeError)) raise(exc::TypeError, "cannot unpack non-iterable {} object", type_name(v));
    return false;
  }
  List* items = list_new(n);  // not on the stack yet: the iterator may call the program
  while (items != nullptr && items->size <= n) {
    Value item = iter_next(it);
    if (item == nullptr || !list_append(items, item)) break;
  }
  if (items == nullptr || error_pending()) return false;
  if (items->size > n) return raise(exc::ValueError, "too many values to unpack (expected {})", n), false;
  if (items->size < n) return raise(exc::ValueError, "not enough values to unpack (expected {}, got {})", n, items->size), false;
  std::reverse_copy(items->items, items->items + n, to);
  return true;
}

bool unpack_starred(Value v, std::int64_t before, std::int64_t behind, Value* to) {
  List* items = list_from(v);
  if (items == nullptr) return false;
  const std::int64_t more = items->size - before - behind;
  if (more < 0) return raise(exc::ValueError, "not enough values to unpack (expected at least {}, got {})", before + behind, items->size), false;
  List* rest = list_new(more);
  if (rest == nullptr) return false;
  std::copy(items->items + before, items->items + before + more, rest->items);
  rest->size = more;
  Value* out = to + before + behind;
  for (std::int64_t i = 0; i < before; ++i) *out-- = items->items[i];
  *out-- = rest;
  for (std::int64_t i = 0; i < behind; ++i) *out-- = items->items[before + more + i];
  return true;
}

Value build_string(Value* parts, std::int64_t n) {
  TextBuilder out;
  for (std::int64_t i = 0; i < n; ++i) out += as_str(parts[i])->view();
  return out.finish();
}

Value format_part(Value v, std::uint32_t how, Value spec) {
  if (how != 0) v = converted_by(v, static_cast<char>(how));
  if (v == nullptr) return nullptr;
  if (spec == nullptr && is_exact(v, &str_type)) return v;
  return format_value(v, spec);
}

Value build_map(Value* items, std::int64_t n) {
  Dict* dict = dict_new();
  for (std::int64_t i = 0; dict != nullptr && i < n; ++i)
    if (!dict_set(dict, items[2 * i], items[2 * i + 1])) return nullptr;
  return dict;
}
Value build_list(const Value* items, std::int64_t n) {
  List* list = list_new(n);
  if (list == nullptr) return nullptr;
  std::copy(items, items + n, list->items);
  list->size = n;
  return list;
}
Value build_set(Value* items, std::int64_t n) {
  Set* set = set_new(&set_type);
  for (std::int64_t i = 0; set != nullptr && i < n; ++i)
    if (!set_add(set, items[i])) return nullptr;
  return set;
}

// ---- calls and functions --------------------------------------------------------------------------------------------------------------------------

namespace {
/// As in messages: with the module, if it is not builtins.
std::string callee(Value function) {
  Value name = find_attr(function, names::__qualname__), module = name == nullptr ? nullptr : find_attr(function, names::__module__);
  clear_error();
  if (name == nullptr || !is_str(name)) return str_text(function);
  if (module == nullptr || !is_str(module) || as_str(module)->view() == "builtins") return format_text("{}()", as_str(name));
  return format_text("{}.{}()", as_str(module), as_str(name));
}
bool is_mapping(Value v) {
  if (is_instance(v, &dict_type)) return true;
  Value keys = find_attr(v, names::keys);
  clear_error();
  return keys != nullptr;
}
}  // namespace

bool spread_into(List* into, Value from, Value function) {
  if (is_iterable(from)) return list_extend(into, from);
  const std::string whose = function == nullptr ? "Value" : callee(function) + " argument";
  return raise(exc::TypeError, "{} after * must be an iterable, not {}", whose, type_name(from)), false;
}
bool merge_mapping(Dict* into, Value from) {
  if (!is_mapping(from)) return raise(exc::TypeError, "'{}' object is not a mapping", type_name(from)), false;
  return dict_update_from(into, from);
}

/// **from of a call.
bool merge_keywords(Dict* into, Value from, Value function) {
  if (!is_mapping(from)) return raise(exc::TypeError, "{} argument after ** must be a mapping, not {}", callee(function), type_name(from)), false;
  Dict* source = is_exact(from, &dict_type) ? as_dict(from) : dict_new();
  if (source == nullptr || (source != as_dict(from) && !dict_update_from(source, from))) return false;
  std::int64_t at = 0;
  while (const Entry* e = table_next(source->table, at)) {
    if (!is_str(e->key)) return raise(exc::TypeError, "keywords must be strings"), false;
    Value known = nullptr;
    const Found found = dict_get(into, e->key, &known);
    if (found == Found::error) return false;
    if (found == Found::yes)
      return raise(exc::TypeError, "{} got multiple values for keyword argument '{}'", callee(function), as_str(e->key)), false;
    if (!dict_set(into, e->key, e->value)) return false;
  }
  return true;
}

/// From [function, null, tuple, dict] to an array of what `call` wants.
Value* spread_arguments(Thread&, Value* top, bool keywords, Args& args) {
  const Tuple* positional = as_tuple(top[2]);
  const Table* named = keywords ? &as_dict(top[3])->table : nullptr;
  const std::int64_t more = named == nullptr ? 0 : named->size;
  Value* base = allocate_array<Value>(positional->size + more + 3);
  if (base == nullptr) return nullptr;
  base[0] = top[0];
  std::copy(positional->items, positional->items + positional->size, base + 2);
  args = {base + 2, positional->size, nullptr};
  if (more == 0) return base;
  args.names = tuple_new(more);
  if (args.names == nullptr) return nullptr;
  std::int64_t at = 0, i = 0;
  while (const Entry* e = table_next(*named, at)) {
    args.names->items[i] = e->key;
    base[2 + positional->size + i++] = e->value;
  }
  return base;
}

Value make_function(Frame* f, Value* top, std::uint32_t flags) {
  Function* function = function_new(as<CodeObject>(*--top)->code, f->globals);
  if (function == nullptr) return nullptr;
  if (main_module != nullptr && f->globals == main_module->dict) main_has_functions = true;
  if ((flags & kClosure) != 0) function->closure = as_tuple(*--top);
  if ((flags & kKeywordDefaults) != 0) function->kwdefaults = as_dict(*--top);
  if ((flags & kDefaults) != 0) function->defaults = as_tuple(*--top);
  return function;
}

// ---- exceptions and with
// ----------------------------------------------------------------------------------------------------------------------------

int matches(Value exception, Value type) {
  if (is_exact(type, &tuple_type)) {
    if (!may_recurse("")) return -1;
    for (std::int64_t i = 0; i < as_tuple(type)->size; ++i)
      if (const int yes = matches(exception, as_tuple(type)->items[i]); yes != 0) return yes;
    return 0;
  }
  if (!is_type(type) || !is_subtype(as_type(type), &exc::BaseException))
    return raise(exc::TypeError, "catching classes that do not inherit from BaseException is not allowed"), -1;
  return is_subtype(type_of(exception), as_type(type)) ? 1 : 0;
}

namespace {
/// An exception from a class or an instance; null with TypeError.
Value exception_of(Value v, const char* message) {
  if (is_type(v) && is_subtype(as_type(v), &exc::BaseException)) {
    v = call(v, {});
    if (v == nullptr) return nullptr;
  }
  return is_instance(v, &exc::BaseException) ? v : raise(exc::TypeError, "{}", message);
}
}  // namespace

bool raise_values(Thread& t, Value exception, Value cause, bool has_cause) {
  if (exception == nullptr) {
    if (t.handled == nullptr) return raise(exc::RuntimeError, "No active exception to reraise"), false;
    t.error = t.handled, t.reraised = true;
    return true;
  }
  exception = exception_of(exception, "exceptions must derive from BaseException");
  if (exception == nullptr) return false;
  if (has_cause) {
    if (cause != none()) cause = exception_of(cause, "exception causes must derive from BaseException");
    if (cause == nullptr) return false;
    as<Exception>(exception)->cause = cause == none() ? nullptr : cause;
    as<Exception>(exception)->suppress_context = true;
  }
  raise_exception(exception);
  return true;
}

/// [manager] to [bound __exit__, __enter__, self or null]
bool enter_with(Value* top) {
  Value manager = top[-1];
  Type* type = type_of(manager);
  Value enter = type_lookup(type, names::__enter__), exit = type_lookup(type, names::__exit__);
  if (enter == nullptr || exit == nullptr) {
    const char* more = enter == nullptr ? "" : " (missed __exit__ method)";
    return raise(exc::TypeError, "'{}' object does not support the context manager protocol{}", type->name, more), false;
  }
  Value bound = bind_descriptor(exit, manager, type);
  enter = bound == nullptr ? nullptr : bind_descriptor(enter, manager, type);
  if (enter == nullptr) return false;
  top[-1] = bound, top[0] = enter, top[1] = nullptr;
  return true;
}

/// [bound __exit__, handled before, exception] and on top of it a call of __exit__(type, exception, traceback)
void leave_with(Value* top) {
  Value exception = top[-1];
  const Traceback* traceback = as<Exception>(exception)->traceback;
  top[0] = top[-3], top[1] = nullptr;
  top[2] = type_of(exception), top[3] = exception;
  top[4] = traceback != nullptr ? const_cast<Traceback*>(traceback) : none();
}

// ---- the rest
// -----------------------------------------------------------------------------------------------------------------------------------------

bool import_star(Frame* f, Value module) {
  Dict* into = f->names != nullptr ? f->names : f->globals;
  Value all = find_attr(module, names::__all__);
  if (all == nullptr && error_pending()) return false;
  if (all == nullptr) {
    Dict** names = dict_place(module);
    std::int64_t at = 0;
    while (const Entry* e = names == nullptr || *names == nullptr ? nullptr : table_next((*names)->table, at))
      if (is_str(e->key) && as_str(e->key)->view().substr(0, 1) != "_" && !dict_set(into, e->key, e->value)) return false;
    return true;
  }
  List* names = list_from(all);
  for (std::int64_t i = 0; names != nullptr && i < names->size; ++i) {
    Str* name = as_str(names->items[i]);
    Value v = is_str(name) ? get_attr(module, intern(name)) : raise(exc::TypeError, "Item in __all__ must be str, not {}", type_name(name));
    if (v == nullptr || !dict_set(into, name, v)) return false;
  }
  return names != nullptr;
}

bool print_expression(Value v) {
  Value sys = import_module(intern("sys"));
  Value hook = sys == nullptr ? nullptr : get_attr(sys, names::displayhook);
  return hook != nullptr && call(hook, {v}) != nullptr;
}

bool setup_annotations(Frame* f) {
  Dict* names = f->names != nullptr ? f->names : f->globals;
  if (dict_get_name(names, names::__annotations__) != nullptr) return true;
  Dict* fresh = dict_new();
  return fresh != nullptr && dict_set_name(names, names::__annotations__, fresh);
}

}  // namespace minipy
