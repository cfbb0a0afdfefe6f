// The module atexit: what is called when the program ends, the newest first.
#include <algorithm>

#include "modules/modules.hpp"
#include "runtime/error.hpp"
#include "runtime/thread.hpp"

namespace minipy {

namespace {
/// Tuples: the function, all of its arguments, and the names of the last ones.
List* registered = nullptr;

Value register_function(Args a) {
  if (!is_callable(a[0])) return raise(exc::TypeError, "the first argument must be callable");
  const std::int64_t named = a.names == nullptr ? 0 : a.names->size;
  Tuple* all = tuple_from(a.values + 1, a.count - 1 + named);
  Tuple* names = named != 0 ? a.names : tuple_new(0);
  Tuple* entry = all == nullptr || names == nullptr ? nullptr : tuple_of({a[0], all, names});
  return entry != nullptr && list_append(registered, entry) ? a[0] : nullptr;
}

Value unregister_function(Args a) {
  for (std::int64_t i = 0; i < registered->size;) {
    Value entry = registered->items[i];
    const int same = values_equal(as_tuple(entry)->items[0], a[0]);
    if (same < 0) return nullptr;
    const bool moved = i >= registered->size || registered->items[i] != entry;  // __eq__ registers, too
    if (same == 0 || moved) {
      ++i;
      continue;
    }
    std::copy(registered->items + i + 1, registered->items + registered->size, registered->items + i);
    registered->items[--registered->size] = nullptr;
  }
  return none();
}

Value run_registered(Args) {
  run_atexit();
  return none();
}
Value forget_all(Args) {
  std::fill(registered->items, registered->items + registered->size, nullptr);
  registered->size = 0;
  return none();
}
Value count_registered(Args) { return small_int(registered->size); }
}  // namespace

void run_atexit() {
  if (registered == nullptr) return;
  Thread& t = this_thread();
  ++t.natives;  // what is being called is in C variables
  while (registered->size > 0) {
    Value* parts = as_tuple(registered->items[--registered->size])->items;
    registered->items[registered->size] = nullptr;
    Tuple *all = as_tuple(parts[1]), *names = as_tuple(parts[2]);
    Value answer = call(parts[0], Args{all->items, all->size - names->size, names->size == 0 ? nullptr : names});
    if (answer == nullptr) report_unraisable("in atexit callback", parts[0]);
  }
  --t.natives;
}

bool fill_atexit(Module* module) {
  if (registered == nullptr) registered = list_new();
  return registered != nullptr && define(module, {{"register", register_function, 1, -1, kNames},
                                                  {"unregister", unregister_function, 1, 1},
                                                  {"_run_exitfuncs", run_registered, 0, 0},
                                                  {"_ncallbacks", count_registered, 0, 0},
                                                  {"_clear", forget_all, 0, 0}});
}

}  // namespace minipy
