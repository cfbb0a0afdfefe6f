// _thread._local: an object whose attributes each thread has for itself.
//
// The object holds one dict for each thread that has used it. A thread only has weak references to the objects, to take its dicts out when it ends.
#include "modules/threads.hpp"
#include "runtime/error.hpp"
#include "runtime/names.hpp"
#include "runtime/ops.hpp"
#include "runtime/str.hpp"
#include "runtime/table.hpp"
#include "types/types.hpp"
#include "vm/interpreter.hpp"

namespace minipy {

namespace {
struct Local : Object {
  Dict* dict;  // this thread's, just while an attribute is looked at
  mayfly::CellWord cell;
  Dict* dicts;  // by the threads' numbers
  Tuple* arguments;
  Tuple* names;
};

Value own_number() { return small_int(static_cast<std::int64_t>(this_thread().ident)); }

/// Forgets the objects that have died. False: an exception.
bool drop_dead(Thread& t) {
  List* live = list_new();
  for (std::int64_t i = 0; live != nullptr && i < as_list(t.locals)->size; ++i) {
    Value reference = as_list(t.locals)->items[i];
    Value object = call(reference, {});
    if (object == nullptr || (object != none() && !list_append(live, reference))) return false;
  }
  if (live != nullptr) t.locals = live;
  return live != nullptr;
}

bool remember(Local* local) {
  Thread& t = this_thread();
  if (t.locals == nullptr) t.locals = list_new(16);
  if (t.locals == nullptr) return false;
  if (const std::int64_t n = as_list(t.locals)->size; n >= 16 && (n & (n - 1)) == 0 && !drop_dead(t)) return false;
  Module* weakref = import_module(intern("_weakref"));
  Value make = weakref == nullptr ? nullptr : get_attr(weakref, intern("ref"));
  Value reference = make == nullptr ? nullptr : call(make, {local});
  return reference != nullptr && list_append(as_list(t.locals), reference);
}

Dict* add_dict(Local* local) {
  Dict* own = dict_new();
  return own != nullptr && dict_set(local->dicts, own_number(), own) && remember(local) ? own : nullptr;
}

/// This thread's attributes; __init__ is called when it has none yet.
Dict* own_dict(Local* local) {
  Value found = nullptr;
  switch (dict_get(local->dicts, own_number(), &found)) {
    case Found::error:
      return nullptr;
    case Found::yes:
      return as_dict(found);
    case Found::no:
      break;
  }
  Dict* own = add_dict(local);
  bool (*init)(Value, Args) = type_of(local)->slots->init;
  const Args args{local->arguments->items, local->arguments->size - local->names->size, local->names};
  if (own == nullptr || init == nullptr || init(local, args)) return own;
  Value error = take_error();
  (void)dict_delete(local->dicts, own_number());
  restore_error(error);
  return nullptr;
}

Value local_construct(Type* cls, Args args) {
  const std::int64_t named = args.names == nullptr ? 0 : args.names->size;
  if (args.count + named > 0) {
    Value init = type_lookup(cls, names::__init__);
    if (init == nullptr || init == type_lookup(&object_type, names::__init__))
      return raise(exc::TypeError, "Initialization arguments are not supported");
  }
  auto* local = as<Local>(allocate_instance(cls));
  if (local == nullptr) return nullptr;
  local->dicts = dict_new();
  local->arguments = tuple_from(args.values, args.count + named);
  local->names = named == 0 ? tuple_new(0) : args.names;
  if (local->dicts == nullptr || local->arguments == nullptr || local->names == nullptr) return nullptr;
  return add_dict(local) != nullptr ? local : nullptr;  // __init__ is called by who makes the object
}

Value local_getattr(Value v, Str* name) {
  auto* local = as<Local>(v);
  Dict* own = own_dict(local);
  if (own == nullptr || str_equal(name, names::__dict__)) return own;
  local->dict = own;
  Value found = generic_getattr(v, name);
  local->dict = nullptr;
  return found;
}

bool local_setattr(Value v, Str* name, Value value) {
  auto* local = as<Local>(v);
  if (str_equal(name, names::__dict__)) return raise(exc::AttributeError, "'{}' object attribute '__dict__' is read-only", type_name(v)), false;
  local->dict = own_dict(local);
  const bool set = local->dict != nullptr && generic_setattr(v, name, value);
  local->dict = nullptr;
  return set;
}

constexpr Slots kLocal = {
    .construct = local_construct, .repr = default_repr, .hash = address_hash, .getattr = local_getattr, .setattr = local_setattr};
}  // namespace

Type local_type = builtin_type(
    "_local", &kLocal,
    {.flags = kWeakRefable | kOwnGetattr, .size = sizeof(Local), .dict_offset = offsetof(Local, dict), .cell_offset = offsetof(Local, cell)});

void ready_local_type() {
  local_type.module = intern("_thread");
  ready_type(local_type);
}

void leave_locals(Thread& t) {
  if (t.locals == nullptr) return;
  List* references = as_list(t.locals);
  t.locals = nullptr;
  for (std::int64_t i = 0; i < references->size; ++i) {
    Value object = call(references->items[i], {});
    if (object != nullptr && object != none()) (void)dict_delete(as<Local>(object)->dicts, own_number());
    clear_error();
  }
}

}  // namespace minipy
