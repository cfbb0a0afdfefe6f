// What the files of the module math share.
#pragma once
#include "runtime/object.hpp"

namespace minipy {

/// Wider than the program's integers, for what comes in between.
__extension__ typedef __int128 Wide;
/// OverflowError beyond 63 bits.
Value wide_int(Wide i);

bool define_integer_functions(Module* module);

}  // namespace minipy
