// The module atexit: what is called when the program ends, the newest first.
#include <algorithm>

#include "modules/modules.hpp"
#include "runtime/error.hpp"
#include "runtime/thread.hpp"

namespace minipy {

namespace {
/// Tuples: the function, all of its arguments, and the names of the last ones. None: it was called already, or unregistered.
List* registered = nullptr;
/// Those of `registered` that are being called.
List* called = nullptr;

Value register_function(Args a) {
  if (!is_callable(a[0])) return raise(exc::TypeError, "the first argument must be callable");
  const std::int64_t named = a.names == nullptr ? 0 : a.names->size;
  Tuple* all = tuple_from(a.values + 1, a.count - 1 + named);
  Tuple* names = named != 0 ? a.names : tuple_new(0);
  Tuple* entry = all == nullptr || names == nullptr ? nullptr : tuple_of({a[0], all, names});
  while (registered->size > 0 && registered->items[registered->size - 1] == none()) --registered->size;
  return entry != nullptr && list_append(registered, entry) ? a[0] : nullptr;
}

Value unregister_function(Args a) {
  for (std::int64_t i = 0; i < registered->size; ++i) {
    Value entry = registered->items[i];
    if (entry == none()) continue;
    const int same = values_equal(as_tuple(entry)->items[0], a[0]);
    if (same < 0) return nullptr;
    if (same != 0 && i < registered->size && registered->items[i] == entry) registered->items[i] = none();  // unless __eq__ changed it
  }
  return none();
}

Value run_registered(Args) {
  run_atexit();
  return none();
}
void clear() {
  std::fill(registered->items, registered->items + registered->size, nullptr);
  registered->size = 0;
}
Value forget_all(Args) {
  clear();
  return none();
}
Value count_registered(Args) { return small_int(registered->size - std::count(registered->items, registered->items + registered->size, none())); }
}  // namespace

void run_atexit() {
  if (registered == nullptr) return;
  Thread& t = this_thread();
  for (std::int64_t i = registered->size; i-- > 0;) {  // what is registered meanwhile is not called
    if (i >= registered->size || registered->items[i] == none()) continue;
    Value entry = registered->items[i];
    registered->items[i] = none();
    const Value* parts = as_tuple(entry)->items;
    Tuple *all = as_tuple(parts[1]), *names = as_tuple(parts[2]);
    const int native = is_exact(parts[0], &function_type) ? 0 : 1;  // it may have all that it uses in C variables
    t.natives += native;
    Value answer =
        !list_append(called, entry) ? nullptr : call(parts[0], Args{all->items, all->size - names->size, names->size == 0 ? nullptr : names});
    t.natives -= native;
    if (answer == nullptr) report_unraisable("in atexit callback", parts[0]);
    if (called->size > 0) called->items[--called->size] = nullptr;
  }
  clear();
}

bool fill_atexit(Module* module) {
  if (registered == nullptr) registered = list_new(), called = list_new();
  return registered != nullptr && called != nullptr &&
         define(module, {{"register", register_function, 1, -1, kNames},
                         {"unregister", unregister_function, 1, 1},
                         {"_run_exitfuncs", run_registered, 0, 0},
                         {"_ncallbacks", count_registered, 0, 0},
                         {"_clear", forget_all, 0, 0}});
}

}  // namespace minipy
