// The slots that all classes of the program share.
#pragma once
#include "runtime/object.hpp"

namespace minipy {

extern const Slots heap_slots;
extern const Slots object_slots;
extern Type sequence_iterator_type;  // over __getitem__ with 0, 1, ...

/// Of the built-in type that a class is derived from.
Value (*inherited_getattr(const Type* type))(Value, Str*);
bool (*inherited_setattr(const Type* type))(Value, Str*, Value);

}  // namespace minipy
