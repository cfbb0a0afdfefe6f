// The names that C++ looks up: interned texts, made once.
#pragma once
#include "runtime/object.hpp"

namespace minipy {

#define MINIPY_NAMES(X)                                                                                                                              \
  X(__abstractmethods__)                                                                                                                             \
  X(__all__)                                                                                                                                         \
  X(__annotations__)                                                                                                                                 \
  X(__bool__) X(__builtins__) X(__call__) X(__class__) X(__class_getitem__) X(__classcell__) X(__contains__) X(__del__) X(__delattr__) X(__delete__) \
      X(__delitem__) X(__dict__) X(__dir__) X(__doc__) X(__enter__) X(__exit__) X(__file__) X(__format__) X(__get__) X(__getattr__)                  \
          X(__getattribute__) X(__getitem__) X(__hash__) X(__import__) X(__index__) X(__init__) X(__init_subclass__) X(__instancecheck__) X(__int__) \
              X(__float__) X(__iter__) X(__len__) X(__main__) X(__missing__) X(__module__) X(__mro__) X(__name__) X(__new__) X(__next__)             \
                  X(__package__) X(__path__) X(__prepare__) X(__qualname__) X(__repr__) X(__reversed__) X(__round__) X(__self__) X(__set__)          \
                      X(__set_name__) X(__setattr__) X(__setitem__) X(__slots__) X(__str__) X(__subclasscheck__) X(__weakref__) X(__length_hint__)   \
                          X(__divmod__) X(__bytes__) X(__copy__) X(__weak_reader__) X(add_note) X(args) X(append) X(builtins) X(close) X(code)       \
                              X(copy) X(displayhook) X(encoding) X(end) X(excepthook) X(file) X(filename) X(flush) X(items) X(join) X(key) X(keys)   \
                                  X(metaclass) X(modules) X(msg) X(name) X(obj) X(path) X(print) X(read) X(reverse) X(sep) X(start) X(stop) X(step)  \
                                      X(strerror) X(unraisablehook) X(update) X(value) X(values) X(write) X(readline) X(_) X(send) X(implementation) \
                                          X(argv)

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
