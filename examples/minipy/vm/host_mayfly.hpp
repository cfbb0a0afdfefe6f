// All glue between the interpreter and mayfly.
#pragma once
#include "runtime/object.hpp"

namespace minipy {

/// The object's __del__ is to be called once after its death. False: MemoryError.
bool register_del(Object* object);

}  // namespace minipy
