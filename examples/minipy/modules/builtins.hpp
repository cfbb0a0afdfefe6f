// The parts of the module builtins, one for each file builtins_*.cpp.
#pragma once
#include "modules/modules.hpp"

namespace minipy {

bool define_class_builtins(Module* module);      // __build_class__, isinstance, issubclass
bool define_name_builtins(Module* module);       // attributes, namespaces, running of code, imports
bool define_number_builtins(Module* module);     // arithmetic, hashes, characters, texts of values
bool define_iteration_builtins(Module* module);  // iterators and what folds them
bool define_io_builtins(Module* module);         // print, input, open

/// The keyword arguments alone: sorts them into `out`. False: TypeError.
inline bool keywords_only(Args args, const char* function, std::initializer_list<const char*> names, Value* out) {
  return unpack_args(Args{args.values + args.count, 0, args.names}, function, names, 0, out);
}

}  // namespace minipy
