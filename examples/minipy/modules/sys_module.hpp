// What the module sys shares with those who report errors.
#pragma once
#include "runtime/object.hpp"

namespace minipy {

/// The names of the module, or null until it is first imported.
extern Dict* sys_names;

/// sys.excepthook and sys.unraisablehook of this moment; null when it is deleted or the one that was there at the start.
Value replaced_excepthook();
Value replaced_unraisablehook();

/// Tuples whose items have names too.
extern Type version_info_type, unraisable_args_type;
void init_record_types();
Value record_new(Type& type, std::initializer_list<Value> items);
/// An object with these attributes: sys.flags, sys.implementation.
Value namespace_new(std::initializer_list<std::pair<const char*, Value>> attributes);

// ---- output.cpp: the default hooks ----
/// The traceback of an exception, on sys.stderr.
void show_exception(Value exception);
/// `message` and `object`: null when there is none.
void show_unraisable(Value message, Value object, Value exception, const Traceback* traceback);

}  // namespace minipy
