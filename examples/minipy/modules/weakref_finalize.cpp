// finalize: a handle to what mayfly calls when an object has died. The call itself is mayfly's payload, and keeps the handle alive.
#include <algorithm>
#include <vector>

#include "modules/weakref.hpp"
#include "runtime/error.hpp"
#include "runtime/names.hpp"
#include "runtime/ops.hpp"
#include "runtime/str.hpp"
#include "runtime/table.hpp"
#include "types/types.hpp"
#include "vm/host_mayfly.hpp"
#include "vm/interpreter.hpp"

namespace minipy {

namespace {
using mayfly::AtExit;

struct Finalize : Object {
  mayfly::Registered id;
};
mayfly::Registered& id_of(Value v) { return as<Finalize>(v)->id; }

/// Those that were made, with some that are dead. mayfly keeps what they call alive, and cannot list them.
std::vector<mayfly::Registered> made;
std::size_t next_sweep = 64;

void remember(mayfly::Registered id) {
  if (made.size() >= next_sweep) {
    std::erase_if(made, [](mayfly::Registered one) { return !mayfly::alive(one); });
    next_sweep = std::max<std::size_t>(64, made.size() * 2);
  }
  made.push_back(id);
}

Value exit_function(Args) { return done(run_exit_finalizers()); }

/// With the first finalizer its place among the program's own exit functions is settled.
bool register_with_atexit() {
  static bool registered = false;
  if (registered) return true;
  Module* atexit = import_module(intern("atexit"));
  Value add = atexit == nullptr ? nullptr : get_attr(atexit, intern("register"));
  Value function = native_new({"_exitfunc", exit_function, 0, 0}, nullptr, nullptr);
  registered = add != nullptr && function != nullptr && call(add, {function}) != nullptr;
  return registered;
}

Value finalize_construct(Type* cls, Args) { return allocate_instance(cls); }

/// The arguments of a finalizer: `args` behind the object and the function.
FinalizeCall* call_of(Value self, Args args) {
  auto* c = static_cast<FinalizeCall*>(allocate(sizeof(FinalizeCall)));
  if (c == nullptr) return nullptr;
  c->finalizer = self, c->function = args[1];
  c->arguments = tuple_from(args.values + 2, args.count - 2);
  const std::int64_t named = args.names == nullptr ? 0 : args.names->size;
  if (named > 0 && (c->keywords = dict_new()) == nullptr) return nullptr;
  for (std::int64_t i = 0; i < named; ++i)
    if (!dict_set(c->keywords, args.names->items[i], args.values[args.count + i])) return nullptr;
  return c->arguments == nullptr ? nullptr : c;
}

bool finalize_init(Value self, Args args) {
  if (args.count < 2)
    return raise(exc::TypeError, "finalize.__init__() missing {} required positional argument{}", 2 - args.count,
                 args.count == 0 ? "s: 'obj' and 'func'" : ": 'func'"),
           false;
  if (!check_weak_target(args[0]) || !register_with_atexit()) return false;
  FinalizeCall* payload = call_of(self, args);
  if (payload == nullptr) return false;
  const auto registered = mayfly::finalize_raw(referent(args[0]), weak_queue, payload, AtExit::yes);
  if (!registered) return raise_status(registered.status, args[0]), false;
  (void)mayfly::detach(id_of(self));  // of an earlier __init__
  id_of(self) = registered.value;
  remember(registered.value);
  return true;
}

Value finalize_call(Value self, Args args) {
  if (args.count > 1) return raise(exc::TypeError, "finalize.__call__() takes from 1 to 2 positional arguments but {} were given", args.count + 1);
  if (!no_keywords(args, "finalize.__call__")) return nullptr;
  const auto* c = static_cast<const FinalizeCall*>(mayfly::detach(id_of(self)));
  return c == nullptr || finalizers_ended() ? none() : call_with_dict(c->function, c->arguments->items, c->arguments->size, c->keywords);
}

/// (object, function, arguments, keywords), or None.
Value parts(const mayfly::Peeked& peeked) {
  if (peeked.object == nullptr) return none();
  const auto* c = static_cast<const FinalizeCall*>(peeked.payload);
  Dict* keywords = c->keywords != nullptr ? c->keywords : dict_new();
  return keywords == nullptr ? nullptr : tuple_of({static_cast<Value>(peeked.object), c->function, c->arguments, keywords});
}
Value finalize_peek(Args a) { return parts(mayfly::peek(id_of(a[0]))); }
Value finalize_detach(Args a) {
  const mayfly::Peeked peeked = mayfly::peek(id_of(a[0]));  // the object is held from here on
  return peeked.object == nullptr || mayfly::detach(id_of(a[0])) == nullptr ? none() : parts(peeked);
}
Value finalize_alive(Value v) { return boolean(mayfly::alive(id_of(v))); }
Value finalize_atexit(Value v) { return boolean(mayfly::at_exit(id_of(v)) == AtExit::yes); }
bool finalize_set_atexit(Value v, Value value) {
  if (value == nullptr) return raise(exc::AttributeError, "property 'atexit' of 'finalize' object has no deleter"), false;
  const int t = truth(value);
  if (t >= 0) mayfly::set_at_exit(id_of(v), t != 0 ? AtExit::yes : AtExit::no);
  return t >= 0;
}
Value finalize_repr(Value v) {
  const mayfly::Peeked peeked = mayfly::peek(id_of(v));
  const char* own = type_name(v);  // not mayfly::describe(): it does not know derived classes
  if (peeked.object == nullptr) return str_new(fmt::format("<{} object at {}; dead>", own, fmt::ptr(v)));
  Value object = static_cast<Value>(peeked.object);
  return str_new(fmt::format("<{} object at {}; for '{}' at {}>", own, fmt::ptr(v), type_name(object), fmt::ptr(object)));
}

constexpr Slots kFinalize = {
    .construct = finalize_construct, .init = finalize_init, .repr = finalize_repr, .hash = address_hash, .call = finalize_call};
}  // namespace

void forget_finalizers() {
  for (const mayfly::Registered id : made) (void)mayfly::detach(id);
  made.clear();
}

Type finalize_type = builtin_type("finalize", &kFinalize, {.flags = kWeakReader, .size = sizeof(Finalize)});

bool init_finalize() {
  finalize_type.module = intern("weakref");
  ready_type(finalize_type);
  return mark_weak_reader(finalize_type) &&
         define_natives(finalize_type, {{"peek", finalize_peek, 1, 1, kMethod}, {"detach", finalize_detach, 1, 1, kMethod}}) &&
         define_getsets(finalize_type, {{"alive", finalize_alive}, {"atexit", finalize_atexit, finalize_set_atexit}});
}

}  // namespace minipy
