#include "vm/interpreter.hpp"

#include "modules/modules.hpp"
#include "runtime/error.hpp"
#include "runtime/names.hpp"
#include "runtime/stack.hpp"
#include "runtime/str.hpp"
#include "runtime/table.hpp"
#include "types/types.hpp"
#include "vm/host_mayfly.hpp"

namespace minipy {

Settings settings;

namespace {

/// sys.modules, builtins, sys and __main__. False: an exception.
bool make_modules() {
  modules = dict_new();
  if (modules == nullptr) return false;
  Module* names_of_builtins = module_new("builtins");
  if (names_of_builtins == nullptr) return false;
  builtins = names_of_builtins->dict;
  main_module = module_new("__main__");
  if (main_module == nullptr || !fill_builtins(names_of_builtins)) return false;
  return dict_set_name(modules, names::builtins, names_of_builtins) && dict_set_name(modules, names::__main__, main_module) &&
         define(main_module, "__builtins__", names_of_builtins) && import_module(intern("sys")) != nullptr;
}

}  // namespace

bool start_interpreter() {
  if (!host_start()) return false;
  note_stack();
  current_thread_ = thread_new();
  if (current_thread_ == nullptr) return std::fputs("minipy: no memory to start\n", stderr), false;
  take_lock();
  install_interrupt();
  init_names();
  init_types();
  if (make_modules()) return true;
  (void)report_fatal();
  return false;
}

}  // namespace minipy
