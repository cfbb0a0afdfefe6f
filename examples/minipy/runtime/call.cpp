// Calls from C++, and the sorting of natives' arguments.
#include <algorithm>

#include "runtime/error.hpp"
#include "runtime/names.hpp"
#include "runtime/ops.hpp"
#include "runtime/stack.hpp"
#include "runtime/str.hpp"
#include "runtime/table.hpp"
#include "vm/vm.hpp"

namespace minipy {

Value call(Value f, Args args) {
  if (is_exact(f, &function_type)) return run_function(as<Function>(f), args);
  if (!may_recurse(" while calling a Python object")) return nullptr;
  const Slots* slots = type_of(f)->slots;
  if (slots->call != nullptr) return slots->call(f, args);
  return raise(exc::TypeError, "'{}' object is not callable", type_name(f));
}
Value call(Value f, std::initializer_list<Value> args) {
  Value copy[8] = {};
  std::copy(args.begin(), args.end(), copy);
  return call(f, Args{copy, ssize(args.size())});
}
Value call_with_self(Value f, Value self, Args args) {
  const std::int64_t all = args.count + (args.names != nullptr ? args.names->size : 0);
  Value few[9] = {};  // no stale values for a conservative scan
  Value* values = all < 9 ? few : allocate_array<Value>(all + 1);
  if (values == nullptr) return nullptr;
  values[0] = self;
  std::copy(args.values, args.values + all, values + 1);
  return call(f, Args{values, args.count + 1, args.names});
}

Value call_with_dict(Value f, const Value* args, std::int64_t count, Value keywords) {
  const Table* table = keywords == nullptr ? nullptr : &as_dict(keywords)->table;
  const std::int64_t named = table == nullptr ? 0 : table->size;
  Value* all = allocate_array<Value>(count + named + 1);
  Tuple* names = named == 0 ? nullptr : tuple_new(named);
  if (all == nullptr || (named != 0 && names == nullptr)) return nullptr;
  std::copy(args, args + count, all);
  std::int64_t at = 0, i = 0;
  while (named != 0) {
    const Entry* e = table_next(*table, at);
    if (e == nullptr) break;
    if (!is_str(e->key)) return raise(exc::TypeError, "keywords must be strings");
    names->items[i] = e->key, all[count + i++] = e->value;
  }
  return call(f, Args{all, count, names});
}

Value call_special(Value v, Str* name, std::initializer_list<Value> args, bool* missing) {
  Type* type = type_of(v);
  Value method = type_lookup(type, name);
  if (method == nullptr || (method == none() && missing != nullptr)) {
    if (missing != nullptr) return *missing = true, nullptr;
    return raise(exc::AttributeError, "'{}' object has no attribute '{}'", type->name, name);
  }
  if (is_exact(method, &function_type) || is_exact(method, &native_method_type)) {
    Value all[8] = {v};
    std::copy(args.begin(), args.end(), all + 1);
    return call(method, Args{all, ssize(args.size()) + 1});
  }
  Value bound = bind_descriptor(method, v, type);
  return bound == nullptr ? nullptr : call(bound, args);
}
Value call_method(Value v, Str* name, std::initializer_list<Value> args) {
  Value method = get_attr(v, name);
  return method == nullptr ? nullptr : call(method, args);
}

bool is_callable(Value v) {
  Type* type = type_of(v);
  if (is_heap_type(type)) return is_type(v) || type_lookup(type, names::__call__) != nullptr;
  return type->slots->call != nullptr;
}

Value construct_instance(Type* type, Args args) {
  if ((type->flags & kNotConstructible) != 0) return raise(exc::TypeError, "cannot create '{}' instances", type->name);
  Value maker = is_heap_type(type) ? type_lookup(type, names::__new__) : nullptr;
  Value self = nullptr;
  if (maker == nullptr || (is_exact(maker, &native_type) && as<Native>(maker)->slot >= 0)) {
    Type* owner = maker == nullptr ? type : as<Native>(maker)->owner;
    self = owner->slots->construct(type, args);
  } else {
    Value function = is_exact(maker, &staticmethod_type) ? as<Wrapped>(maker)->function : bind_descriptor(maker, nullptr, type);
    if (function == nullptr) return nullptr;
    self = call_with_self(function, type, args);
  }
  if (self == nullptr || !is_instance(self, type)) return self;
  Type* kind = type_of(self);
  if (kind->slots->init != nullptr && !kind->slots->init(self, args)) return nullptr;
  return self;
}

bool no_keywords(Args args, const char* function) {
  if (args.names == nullptr || args.names->size == 0) return true;
  return raise(exc::TypeError, "{}() takes no keyword arguments", function), false;
}

bool check_count(Args args, const char* function, std::int64_t least, std::int64_t most) {
  const std::int64_t n = args.count;
  if (n >= least && (most < 0 || n <= most)) return true;
  const std::int64_t wanted = n < least ? least : most;
  const char* how = least == most ? "" : n < least ? "at least " : "at most ";
  raise(exc::TypeError, "{} expected {}{} argument{}, got {}", function, how, wanted, wanted == 1 ? "" : "s", n);
  return false;
}

Value keyword_arg(Args args, std::string_view name) {
  for (std::int64_t i = 0; args.names != nullptr && i < args.names->size; ++i)
    if (as_str(args.names->items[i])->view() == name) return args.values[args.count + i];
  return nullptr;
}

bool unpack_args(Args args, const char* function, std::initializer_list<const char*> parameters, std::int64_t required, Value* out,
                 std::int64_t positional) {
  const auto most = ssize(parameters.size());
  const std::int64_t hidden = most > 0 && std::string_view(parameters.begin()[0]) == "self";  // not counted in messages
  const std::int64_t given = args.count + (args.names != nullptr ? args.names->size : 0) - hidden;
  if (positional < 0) positional = most;
  std::fill(out, out + most, nullptr);
  if (args.count > positional || given > most - hidden) {
    const std::int64_t allowed = (args.count > positional ? positional : most) - hidden;
    return raise(exc::TypeError, "{}() takes at most {} {}argument{} ({} given)", function, allowed, positional < most ? "positional " : "",
                 allowed == 1 ? "" : "s", positional < most ? args.count - hidden : given),
           false;
  }
  std::copy(args.values, args.values + args.count, out);
  for (std::int64_t i = 0; args.names != nullptr && i < args.names->size; ++i) {
    const auto name = as_str(args.names->items[i])->view();
    const auto* place = name.empty() ? parameters.end() : std::find(parameters.begin(), parameters.end(), name);
    if (place == parameters.end()) return raise(exc::TypeError, "'{}' is an invalid keyword argument for {}()", name, function), false;
    Value& slot = out[place - parameters.begin()];
    if (slot != nullptr)
      return raise(exc::TypeError, "argument for {}() given by name ('{}') and position ({})", function, name,
                   place - parameters.begin() + 1 - hidden),
             false;
    slot = args.values[args.count + i];
  }
  for (std::int64_t i = 0; i < required; ++i)
    if (out[i] == nullptr)
      return raise(exc::TypeError, "{}() missing required argument '{}' (pos {})", function, parameters.begin()[i], i + 1 - hidden), false;
  return true;
}

}  // namespace minipy
