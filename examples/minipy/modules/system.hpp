// What the files of the module _minipy share.
#pragma once
#include <string>
#include <string_view>

#include "runtime/object.hpp"

namespace minipy {

/// A str's or bytes' text for the system, which ends at a zero byte. False: TypeError or ValueError.
bool system_text(Value v, const char* function, const char* what, std::string* out);
/// A C int: file descriptors, processes, signals. False: TypeError or OverflowError.
bool system_int(Value v, int* out);
/// The system's bytes as a str; what is no UTF-8 is replaced.
Value text_value(std::string_view bytes);
/// With the errno of just now. `path` may be null.
Value raise_errno(const char* path = nullptr);

/// Adds fork, run_process and others, and the environment (system_process.cpp).
bool define_processes(Module* module);

}  // namespace minipy
