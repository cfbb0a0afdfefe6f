// How a program ends: threads are waited for, exit functions and finalizers run; then the modules go, and what they kept dies.
//
// Trash      What is dead already dies first, while the world is whole.
// Modules    leave sys.modules all at once. What only they kept dies in one collection, with the globals of its functions as they were. __main__ goes
//            before the others if it has no functions: only then do counted references let go of its names.
// Survivors  A module of the program that something else holds yet is emptied: its names become None, those with one underscore first.
// What the modules sys and builtins hold stays, as does what a daemon thread's frames and its C stack seem to hold.
#include "modules/modules.hpp"
#include "modules/sys_module.hpp"
#include "modules/weakref.hpp"
#include "runtime/error.hpp"
#include "runtime/names.hpp"
#include "runtime/str.hpp"
#include "runtime/table.hpp"
#include "types/types.hpp"
#include "vm/host_mayfly.hpp"
#include "vm/interpreter.hpp"

namespace minipy {

namespace {
bool the_end = false;
List* remembered = nullptr;  // weak references to the modules of the program, in the order of their imports

/// The threads that are no daemons are waited for, if threading was imported.
void wait_for_threads() {
  Value threading = dict_get_name(modules, intern("threading"));
  if (threading == nullptr) return;
  Value shutdown = find_attr(threading, intern("_shutdown"));
  if (shutdown != nullptr) (void)call(shutdown, {});
  if (error_pending()) report_unraisable(nullptr, threading);
}

void run_exit_functions() {
  run_atexit();
  if (!run_exit_finalizers()) report_unraisable("in finalizers at exit", none());
  forget_finalizers();
}

/// What a program may have put into sys, and what imports need.
void clear_sys() {
  for (const char* name :
       {"path", "argv", "ps1", "ps2", "last_type", "last_value", "last_traceback", "path_hooks", "path_importer_cache", "meta_path"})
    if (!dict_set_name(sys_names, intern(name), none())) clear_error();
  static constexpr const char* kStreams[][2] = {{"stdin", "__stdin__"}, {"stdout", "__stdout__"}, {"stderr", "__stderr__"}};
  for (const auto& [name, own] : kStreams)
    if (Value stream = dict_get_name(sys_names, intern(own)); !dict_set_name(sys_names, intern(name), or_none(stream))) clear_error();
  (void)dict_delete_name(builtins, names::_);
}

bool is_of_program(Value module) {
  if (!is_instance(module, &module_type) || as<Module>(module)->dict == builtins || as<Module>(module)->dict == sys_names) return false;
  Value file = dict_get_name(as<Module>(module)->dict, names::__file__);
  return module == main_module || (file != nullptr && is_str(file) && as_str(file)->view().substr(0, 1) != "<");
}

void remember_modules() {
  remembered = list_new();
  std::int64_t at = 0;
  while (const Entry* e = remembered == nullptr ? nullptr : table_next(modules->table, at)) {
    if (!is_of_program(e->value)) continue;
    Value reference = ref_new(&ref_type, e->value, nullptr, mayfly::RefKind::ref);
    if (reference == nullptr || !list_append(remembered, reference)) break;
  }
  clear_error();  // without memory there are no survivors
}

enum class Names : std::uint8_t { hidden, others };  // hidden: with one underscore

void empty_module(const Module* module, Names which) {
  std::int64_t at = 0;
  while (Entry* e = table_next(module->dict->table, at)) {
    if (!is_str(e->key)) continue;
    const std::string_view name = as_str(e->key)->view();
    const bool hidden = name.substr(0, 1) == "_" && name.substr(0, 2) != "__";
    if (hidden == (which == Names::hidden) && name != "__builtins__") e->value = none();
  }
}

void empty_survivors(Names which) {
  bool any = false;
  for (std::int64_t i = remembered == nullptr ? 0 : remembered->size; i-- > 0;) {
    Value module = ref_target(remembered->items[i]);
    if (module != nullptr) empty_module(as<Module>(module), which), any = true;
  }
  if (any) settle_deaths();
}

void end_modules() {
  if (!deaths_matter()) return;
  settle_deaths();
  clear_sys();
  remember_modules();
  if (!main_has_functions) {
    (void)dict_delete_name(modules, names::__main__);
    main_module = nullptr;
    settle_deaths();
  }
  table_clear(modules->table);
  main_module = nullptr;
  settle_deaths();
  empty_survivors(Names::hidden);
  empty_survivors(Names::others);
}
}  // namespace

bool ending() { return the_end; }

bool end_interpreter() {
  wait_for_threads();
  run_exit_functions();
  the_end = true;
  keep_lock();
  bool flushed = flush_out();  // what the program has put in the place of sys.stdout is still there
  end_modules();
  host_exit();
  flushed = flush_out() && flushed;
  if (settings.stats) host_print_stats();
  return flushed;
}

}  // namespace minipy
