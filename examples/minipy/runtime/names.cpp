#include "runtime/names.hpp"

#include <string>

#include "runtime/str.hpp"

namespace minipy {

namespace names {
#define MINIPY_DEFINE(name) Str* name = nullptr;
MINIPY_NAMES(MINIPY_DEFINE)
#undef MINIPY_DEFINE
}  // namespace names

Str* binary_names[kBinaryOps];
Str* reflected_names[kBinaryOps];
Str* inplace_names[kBinaryOps];
Str* unary_names[4];
Str* compare_names[6];
const char* const kBinarySymbols[kBinaryOps] = {"+", "-", "*", "/", "//", "%", "** or pow()", "@", "<<", ">>", "&", "|", "^", "divmod()"};
const char* const kCompareSymbols[6] = {"<", "<=", "==", "!=", ">", ">="};

void init_names() {
#define MINIPY_INTERN(name) names::name = intern(#name);
  MINIPY_NAMES(MINIPY_INTERN)
#undef MINIPY_INTERN
  static constexpr const char* kBinary[kBinaryOps] = {"add",    "sub",    "mul",    "truediv", "floordiv", "mod", "pow",
                                                      "matmul", "lshift", "rshift", "and",     "or",       "xor", "divmod"};
  for (int i = 0; i < kBinaryOps; ++i) {
    const std::string op = std::string(kBinary[i]) + "__";
    binary_names[i] = intern("__" + op);
    reflected_names[i] = intern("__r" + op);
    inplace_names[i] = intern("__i" + op);
  }
  static constexpr const char* kUnary[4] = {"__neg__", "__pos__", "__invert__", "__abs__"};
  static constexpr const char* kCompare[6] = {"__lt__", "__le__", "__eq__", "__ne__", "__gt__", "__ge__"};
  for (int i = 0; i < 4; ++i) unary_names[i] = intern(kUnary[i]);
  for (int i = 0; i < 6; ++i) compare_names[i] = intern(kCompare[i]);
}

}  // namespace minipy
