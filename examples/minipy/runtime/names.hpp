// The names that C++ looks up: interned texts, made once.
#pragma once
#include "runtime/object.hpp"

namespace minipy {

// clang-format off
#define MINIPY_NAMES(X)                                                                                                                   \
  X(__abstractmethods__) X(__all__) X(__annotations__) X(__bool__) X(__builtins__) X(__call__) X(__class__) X(__class_getitem__)          \
  X(__classcell__) X(__contains__) X(__del__) X(__delattr__) X(__delete__) X(__delitem__) X(__dict__) X(__dir__) X(__doc__) X(__enter__)  \
  X(__exit__) X(__file__) X(__format__) X(__get__) X(__getattr__) X(__getattribute__) X(__getitem__) X(__hash__) X(__index__) X(__init__) \
  X(__init_subclass__) X(__instancecheck__) X(__int__) X(__float__) X(__iter__) X(__len__) X(__main__) X(__missing__) X(__module__)       \
  X(__name__) X(__new__) X(__next__) X(__package__) X(__path__) X(__prepare__) X(__qualname__) X(__repr__) X(__reversed__) X(__round__)   \
  X(__self__) X(__set__) X(__set_name__) X(__setattr__) X(__setitem__) X(__slots__) X(__str__) X(__subclasscheck__) X(__bytes__)          \
  X(__weak_reader__) X(builtins) X(close) X(code) X(displayhook) X(excepthook) X(filename) X(flush) X(keys) X(msg) X(name) X(path)        \
  X(unraisablehook) X(write) X(readline) X(_) X(send) X(argv)
// clang-format on

namespace names {
#define MINIPY_DECLARE(name) extern Str* name;
MINIPY_NAMES(MINIPY_DECLARE)
#undef MINIPY_DECLARE
}  // namespace names

/// Those of operators, by BinaryOp, UnaryOp and CompareOp.
extern Str* binary_names[kBinaryOps];
extern Str* reflected_names[kBinaryOps];
extern Str* inplace_names[kBinaryOps];
extern Str* unary_names[4];
extern Str* compare_names[6];
extern const char* const kBinarySymbols[kBinaryOps];
extern const char* const kCompareSymbols[6];

void init_names();

}  // namespace minipy
