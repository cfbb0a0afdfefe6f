// The inside of exceptions: what those with arguments of their own share with the others.
#pragma once
#include "runtime/error.hpp"
#include "runtime/ops.hpp"

namespace minipy {

extern const Slots plain_exception_slots, os_error_slots, syntax_error_slots, unicode_error_slots;
Value exception_construct(Type* cls, Args args);
bool exception_init(Value self, Args args);
Value exception_repr(Value v);
Value exception_str(Value v);
/// An argument of the exception, or None.
Value exception_argument(Value v, std::int64_t i);
void init_special_exceptions();

}  // namespace minipy
