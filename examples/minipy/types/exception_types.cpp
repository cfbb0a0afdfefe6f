// BaseException and what is derived from it.
#include "runtime/error.hpp"
#include "runtime/heap_slots.hpp"
#include "runtime/names.hpp"
#include "runtime/ops.hpp"
#include "runtime/str.hpp"
#include "runtime/table.hpp"
#include "types/exceptions.hpp"
#include "types/types.hpp"

namespace minipy {

namespace {
Exception* of(Value v) { return as<Exception>(v); }
}  // namespace

Value exception_argument(Value v, std::int64_t i) { return i < of(v)->args->size ? of(v)->args->items[i] : none(); }

Value exception_construct(Type* cls, Args args) {
  Value v = allocate_instance(cls);
  if (v == nullptr) return nullptr;
  of(v)->args = tuple_from(args.values, args.count);
  return of(v)->args == nullptr ? nullptr : v;
}

namespace {
/// Keywords that become attributes: ImportError(name=, path=), NameError(name=), AttributeError(name=, obj=).
bool known_keyword(const Type* type, std::string_view name) {
  if (is_subtype(type, &exc::ImportError)) return name == "name" || name == "path";
  if (is_subtype(type, &exc::AttributeError)) return name == "name" || name == "obj";
  return is_subtype(type, &exc::NameError) && name == "name";
}
}  // namespace

bool exception_init(Value self, Args args) {
  for (std::int64_t i = 0; args.names != nullptr && i < args.names->size; ++i) {
    Str* name = as_str(args.names->items[i]);
    if (!known_keyword(type_of(self), name->view())) return raise(exc::TypeError, "{}() takes no keyword arguments", type_name(self)), false;
    if (!generic_setattr(self, name, args.values[args.count + i])) return false;
  }
  of(self)->args = tuple_from(args.values, args.count);
  return of(self)->args != nullptr;
}
Value exception_repr(Value v) {
  Tuple* args = of(v)->args;
  TextBuilder out;
  out += type_name(v), out += '(';
  if (!join_reprs(args->items, args->size, out)) return nullptr;
  out += ')';
  return out.finish();
}
Value exception_str(Value v) {
  Tuple* args = of(v)->args;
  if (args->size == 0) return intern("");  // which needs no memory
  return args->size == 1 ? to_str(args->items[0]) : repr(args);
}

namespace {
Value key_error_str(Value v) { return of(v)->args->size == 1 ? repr(of(v)->args->items[0]) : exception_str(v); }
Value get_args(Value v) { return of(v)->args; }
bool set_args(Value v, Value value) {
  Tuple* args = value == nullptr ? as_tuple(raise(exc::TypeError, "args may not be deleted")) : tuple_from_iterable(value);
  if (args != nullptr) of(v)->args = args;
  return args != nullptr;
}
bool exception_or_none(Value v, const char* what) {
  return (v != nullptr && (v == none() || is_instance(v, &exc::BaseException))) ||
         (raise(exc::TypeError, "exception {} must be None or derive from BaseException", what), false);
}
Value get_cause(Value v) { return or_none(of(v)->cause); }
bool set_cause(Value v, Value value) {
  if (!exception_or_none(value, "cause")) return false;
  of(v)->cause = value == none() ? nullptr : value;
  of(v)->suppress_context = true;
  return true;
}
Value get_context(Value v) { return or_none(of(v)->context); }
bool set_context(Value v, Value value) {
  if (!exception_or_none(value, "context")) return false;
  of(v)->context = value == none() ? nullptr : value;
  return true;
}
Value get_suppress(Value v) { return boolean(of(v)->suppress_context); }
bool set_suppress(Value v, Value value) {
  const int t = value == nullptr ? 0 : truth(value);
  if (t >= 0) of(v)->suppress_context = t > 0;
  return t >= 0;
}
Value get_traceback(Value v) { return or_none(of(v)->traceback); }
bool set_traceback(Value v, Value value) {
  if (value == nullptr || (value != none() && !is_exact(value, &traceback_type)))
    return raise(exc::TypeError, "__traceback__ must be a traceback or None"), false;
  of(v)->traceback = value == none() ? nullptr : as<Traceback>(value);
  return true;
}
Value with_traceback(Args a) { return set_traceback(a[0], a[1]) ? a[0] : nullptr; }
Value add_note(Args a) {
  if (!is_str(a[1])) return raise(exc::TypeError, "note must be a str, not '{}'", type_name(a[1]));
  Str* name = intern("__notes__");
  Value notes = find_attr(a[0], name);
  if (notes == nullptr && (error_pending() || (notes = list_new()) == nullptr || !set_attr(a[0], name, notes))) return nullptr;
  return is_instance(notes, &list_type) && list_append(as_list(notes), a[1]) ? none() : nullptr;
}
Value stop_value(Value v) { return exception_argument(v, 0); }
Value exit_code(Value v) { return of(v)->args->size > 1 ? of(v)->args : exception_argument(v, 0); }

Value traceback_line(Value v) { return small_int(as<Traceback>(v)->line); }
Value traceback_next(Value v) { return or_none(as<Traceback>(v)->next); }

constexpr Slots kKeyError = {
    .construct = exception_construct, .init = exception_init, .repr = exception_repr, .str = key_error_str, .hash = address_hash};
constexpr Slots kTraceback = {.repr = default_repr, .hash = address_hash};

/// By name and base: types are made before they know each other.
constexpr const Slots* slots_of(std::string_view name, std::string_view base) {
  if (name == "KeyError") return &kKeyError;
  if (name == "OSError" || base == "OSError" || base == "ConnectionError") return &os_error_slots;
  if (name == "SyntaxError" || name == "IndentationError" || name == "TabError") return &syntax_error_slots;
  return name == "UnicodeDecodeError" || name == "UnicodeEncodeError" ? &unicode_error_slots : &plain_exception_slots;
}
constexpr Shape shape_of(Type* base) {
  return {.base = base, .flags = kException, .size = sizeof(Exception), .dict_offset = offsetof(Exception, dict)};
}
}  // namespace

const Slots plain_exception_slots = {
    .construct = exception_construct, .init = exception_init, .repr = exception_repr, .str = exception_str, .hash = address_hash};

namespace exc {
Type BaseException = builtin_type("BaseException", &plain_exception_slots, shape_of(&object_type));
#define MINIPY_DEFINE(name, base) Type name = builtin_type(#name, slots_of(#name, #base), shape_of(&base));
MINIPY_EXCEPTIONS(MINIPY_DEFINE)
#undef MINIPY_DEFINE
}  // namespace exc
Type traceback_type = builtin_type("traceback", &kTraceback, {.flags = kNoSubclass | kNotConstructible, .size = sizeof(Traceback)});

void init_exception_types() {
  ready_type(exc::BaseException), ready_type(traceback_type);
#define MINIPY_READY(name, base) ready_type(exc::name);
  MINIPY_EXCEPTIONS(MINIPY_READY)
#undef MINIPY_READY
  define_getsets(exc::BaseException, {{"args", get_args, set_args},
                                      {"__cause__", get_cause, set_cause},
                                      {"__context__", get_context, set_context},
                                      {"__suppress_context__", get_suppress, set_suppress},
                                      {"__traceback__", get_traceback, set_traceback}});
  define_natives(exc::BaseException, {{"with_traceback", with_traceback, 2, 2, kMethod}, {"add_note", add_note, 2, 2, kMethod}});
  define_getsets(exc::StopIteration, {{"value", stop_value}});
  define_getsets(exc::SystemExit, {{"code", exit_code}});
  init_special_exceptions();
  reserve_no_memory();
  define_getsets(traceback_type, {{"tb_lineno", traceback_line}, {"tb_next", traceback_next}});
}

}  // namespace minipy
