// The list of the modules written in C++, and how they are filled.
#include "modules/modules.hpp"

#include <algorithm>

#include "runtime/error.hpp"
#include "runtime/str.hpp"
#include "runtime/table.hpp"

namespace minipy {

const std::initializer_list<BuiltinModule> kBuiltinModules = {
    {"builtins", fill_builtins}, {"sys", fill_sys},        {"gc", fill_gc},          {"atexit", fill_atexit},    {"time", fill_time},
    {"math", fill_math},         {"_thread", fill_thread}, {"_minipy", fill_system}, {"_weakref", fill_weakref},
};

const BuiltinModule* builtin_module(std::string_view name) {
  const auto* found = std::find_if(kBuiltinModules.begin(), kBuiltinModules.end(), [&](const BuiltinModule& m) { return name == m.name; });
  return found == kBuiltinModules.end() ? nullptr : found;
}

bool define(Module* module, const char* name, Value value) { return value != nullptr && dict_set_name(module->dict, intern(name), value); }

bool define(Module* module, std::initializer_list<NativeDef> natives) {
  return std::all_of(natives.begin(), natives.end(),
                     [&](const NativeDef& def) { return define(module, def.name, native_new(def, nullptr, nullptr)); });
}

}  // namespace minipy
