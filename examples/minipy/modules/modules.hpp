// The modules that are written in C++. Each file fills one; it is filled when it is first imported.
#pragma once
#include <initializer_list>
#include <string_view>

#include "runtime/ops.hpp"

namespace minipy {

struct BuiltinModule {
  const char* name;
  bool (*fill)(Module* module);  // false: an exception
};
/// Null: there is none of that name.
const BuiltinModule* builtin_module(std::string_view name);
extern const std::initializer_list<BuiltinModule> kBuiltinModules;

bool define(Module* module, const char* name, Value value);
bool define(Module* module, std::initializer_list<NativeDef> natives);

bool fill_builtins(Module* module);
bool fill_sys(Module* module);
bool fill_gc(Module* module);
bool fill_atexit(Module* module);
bool fill_time(Module* module);
bool fill_math(Module* module);
bool fill_thread(Module* module);   // _thread
bool fill_system(Module* module);   // _minipy: what os, io, subprocess and random are made of
bool fill_weakref(Module* module);  // _weakref

/// What atexit registered is called, newest first; errors are reported.
void run_atexit();
/// To sys.stdout. False: an exception is pending. None as sys.stdout takes everything.
bool write_out(std::string_view text);
/// To sys.stderr; when it is gone or fails, to the file descriptor. Raises nothing, and leaves a pending exception as it is.
void write_err(std::string_view text);
/// What the interpreter's own stdout and stderr hold back; and the program's, if it has put another one there. Raises nothing; false: stdout
/// failed, which was reported.
bool flush_out();
/// sys.excepthook, or the traceback on stderr. Takes the pending exception. The exit status: 1, or that of SystemExit.
int report_fatal();
/// sys.unraisablehook: "Exception ignored in: <object>" and the traceback on stderr. Takes the pending exception; raises nothing.
/// `message` follows "Exception ignored", in place of "in"; null: there is none. `object` may be null or None.
void report_unraisable(const char* message, Value object);

}  // namespace minipy
