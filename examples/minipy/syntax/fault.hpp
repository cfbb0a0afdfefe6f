// What is wrong with a source text.
#pragma once
#include <string>

namespace minipy {

struct Fault {
  enum class Kind { none, syntax, indentation, tab, unsupported } kind = Kind::none;  // unsupported: Python, but outside minipy's language
  std::string message;
  int line = 0;
  int column = 0;       // from 1
  bool at_end = false;  // more text might mend it: the REPL reads on
};

}  // namespace minipy
