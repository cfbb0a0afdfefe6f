// Iterators, and what folds them.
#include "modules/builtins.hpp"
#include "runtime/error.hpp"
#include "runtime/names.hpp"
#include "runtime/str.hpp"
#include "runtime/thread.hpp"
#include "types/types.hpp"
#include "vm/vm.hpp"

namespace minipy {

namespace {
/// Does an item of the iterable have that truth?
Value any_with(Value iterable, bool wanted) {
  Value iterator = get_iter(iterable);
  while (Value item = iterator == nullptr ? nullptr : iter_next(iterator)) {
    const int t = truth(item);
    if (t < 0) return nullptr;
    if ((t != 0) == wanted) return boolean(wanted);
  }
  return error_pending() ? nullptr : boolean(!wanted);
}
Value builtin_any(Args a) { return any_with(a[0], true); }
Value builtin_all(Args a) { return any_with(a[0], false); }

Value builtin_iter(Args a) {
  if (a.count == 1) return get_iter(a[0]);
  if (!is_callable(a[0])) return raise(exc::TypeError, "iter(v, w): v must be callable");
  return iterator_new(callable_iterator_type, a[0], a[1]);
}
/// One step from C++. Null: the end, with StopIteration pending if it has a value, or an exception.
Value step(Value iterator) {
  Value value = nullptr;
  if (is_exact(iterator, &generator_type)) {
    Value item = resume_generator(as<Generator>(iterator), Resume::send, none(), &value);
    return item == nullptr && !error_pending() && value != nullptr && value != none() ? raise_with(exc::StopIteration, value) : item;
  }
  if (!is_heap_type(type_of(iterator))) return iter_next(iterator);
  bool missing = false;  // not by iter_next(), which drops the program's own StopIteration
  Value item = call_special(iterator, names::__next__, {}, &missing);
  return missing ? raise(exc::TypeError, "'{}' object is not an iterator", type_name(iterator)) : item;
}
Value builtin_next(Args a) {
  Value instead = a.count > 1 ? a[1] : nullptr;
  const bool pushes = may_push();  // asked in any case: what is called from here must not
  if (is_exact(a[0], &generator_type) && as<Generator>(a[0])->frame != nullptr && pushes)
    return push_generator(as<Generator>(a[0]), nullptr, OnReturn::next, instead);
  Value item = step(a[0]);
  if (item != nullptr) return item;
  if (instead != nullptr && (!error_pending() || clear_error_if(exc::StopIteration))) return instead;
  return error_pending() ? nullptr : raise_text(exc::StopIteration, "");
}
Value builtin_len(Args a) {
  const std::int64_t n = length(a[0]);
  return n < 0 ? nullptr : int_new(n);
}

// ---- max, min -------------------------------------------------------------------------------------------------------------------------------

/// The first item that no other is beyond. Null without an exception: there are no items.
Value extreme(Value iterable, Value key, CompareOp beyond) {
  Value iterator = get_iter(iterable), best = nullptr, best_key = nullptr;
  while (Value item = iterator == nullptr ? nullptr : iter_next(iterator)) {
    Value item_key = key == nullptr ? item : call(key, {item});
    const int better = item_key == nullptr ? -1 : best == nullptr ? 1 : compare_truth(beyond, item_key, best_key);
    if (better < 0) return nullptr;
    if (better > 0) best = item, best_key = item_key;
  }
  return error_pending() ? nullptr : best;
}
Value extreme_of_args(Args args, const char* name, CompareOp beyond) {
  Value k[2];
  if (!keywords_only(args, name, {"key", "default"}, k)) return nullptr;
  if (args.count == 0) return raise(exc::TypeError, "{} expected at least 1 argument, got 0", name);
  if (args.count > 1 && k[1] != nullptr) return raise(exc::TypeError, "Cannot specify a default for {}() with multiple positional arguments", name);
  Value all = args.count == 1 ? args[0] : tuple_from(args.values, args.count);
  Value best = all == nullptr ? nullptr : extreme(all, k[0] == none() ? nullptr : k[0], beyond);
  if (best != nullptr || error_pending()) return best;
  return k[1] != nullptr ? k[1] : raise(exc::ValueError, "{}() arg is an empty sequence", name);
}
Value builtin_max(Args a) { return extreme_of_args(a, "max", CompareOp::gt); }
Value builtin_min(Args a) { return extreme_of_args(a, "min", CompareOp::lt); }

// ---- sorted, sum ----------------------------------------------------------------------------------------------------------------------------

Value builtin_sorted(Args args) {
  Value k[2];
  if (!keywords_only(args, "sorted", {"key", "reverse"}, k)) return nullptr;
  std::int64_t reverse = 0;
  List* l = k[1] != nullptr && !index_of(k[1], &reverse) ? nullptr : list_from(args[0]);
  return l != nullptr && sort_values(l->items, l->size, k[0] == none() ? nullptr : k[0], reverse != 0) ? l : nullptr;
}
Value builtin_sum(Args args) {
  Value a[2];
  if (!unpack_args(args, "sum", {"iterable", "start"}, 1, a)) return nullptr;
  Value total = a[1] != nullptr ? a[1] : small_int(0);
  if (is_str(total)) return raise(exc::TypeError, "sum() can't sum strings [use ''.join(seq) instead]");
  if (is_instance(total, &bytes_type)) return raise(exc::TypeError, "sum() can't sum bytes [use b''.join(seq) instead]");
  Value iterator = get_iter(a[0]);
  while (Value item = iterator == nullptr ? nullptr : iter_next(iterator))
    if ((total = binary(BinaryOp::add, total, item)) == nullptr) return nullptr;
  return error_pending() ? nullptr : total;
}
}  // namespace

bool define_iteration_builtins(Module* m) {
  return define(m, {{"any", builtin_any, 1, 1},
                    {"all", builtin_all, 1, 1},
                    {"iter", builtin_iter, 1, 2},
                    {"next", builtin_next, 1, 2, kMayPush},
                    {"len", builtin_len, 1, 1},
                    {"max", builtin_max, 0, -1, kNames},
                    {"min", builtin_min, 0, -1, kNames},
                    {"sorted", builtin_sorted, 1, 1, kNames},
                    {"sum", builtin_sum, 0, 2, kNames}});
}

}  // namespace minipy
