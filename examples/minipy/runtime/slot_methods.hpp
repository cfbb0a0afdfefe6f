// Methods that stand for slots: how `list.__len__` and `super().__init__` reach what C++ does.
#pragma once
#include "runtime/object.hpp"

namespace minipy {

/// Enters a method into the type's dict for each slot that it has.
void add_slot_methods(Type& type);
/// Calls the method of the slot `native->slot`.
Value call_slot_method(Native* native, Args args);

}  // namespace minipy
