// The interpreter as a whole: its settings, start and end, imports, and the lock that lets one thread at a time run the program.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "runtime/object.hpp"
#include "runtime/thread.hpp"

namespace minipy {

/// When collections happen beside those of the collector's own. observe: before each read of a weak reference. stress: at each line.
enum class GcPolicy : std::uint8_t { explicit_, observe, stress };

struct Settings {
  GcPolicy gc = GcPolicy::explicit_;
  bool collect_never = false;  // the control run of the tests: gc.collect() does nothing
  bool stats = false;
  const char* zeal = nullptr;
  bool clear_by_marks = false;
  std::vector<std::string> argv;
};
extern Settings settings;

/// Starts the collector, mayfly, the types and the main thread's Thread. False: a message was printed on stderr.
bool start_interpreter();
/// threading's threads are waited for, atexit and the finalizers run, the modules and what they kept die, stdout is flushed. Once. False: stdout could
/// not be written, which was reported. REQUIRES: no frame runs.
bool end_interpreter();
/// Are the exit functions over? Then no other thread runs the program any more, and none can be started.
bool ending();

// ---- imports (import.cpp) ----
extern Dict* modules;   // sys.modules
extern Dict* builtins;  // names of the module builtins
extern Module* main_module;
extern bool main_has_functions;  // which keep its names alive
/// The module of a dotted name, imported if need be with its packages: the innermost. Null: an exception.
Module* import_module(Str* name);
/// What the import statement does: `level` dots, `from` a tuple of names or null.
Value import_statement(Str* name, std::int64_t level, Value from, Dict* globals);
Value import_from(Value module, Str* name);
/// Source text to code, for exec, eval and files. Null: SyntaxError, with `unsupported` set when the text is Python but not of this language.
enum class CompileMode : std::uint8_t { exec, eval, single };
Code* compile_text(std::string_view text, std::string_view filename, CompileMode mode);
/// Runs a script, -c's text or a module as __main__. False: an exception.
bool run_main_text(std::string_view text, std::string_view filename);
bool run_main_module(std::string_view name);

// ---- the lock (lock.cpp) ----
/// Waiting for it is a blocking call of mayfly: collections go on meanwhile.
void take_lock();
void drop_lock();
/// From now on no other thread gets it.
void keep_lock();
/// Runs f without the lock, as a blocking call. `f` must not touch a value. Natives that may wait are written with it.
void unlocked(void (*f)(void*), void* argument);
/// SIGINT asks for KeyboardInterrupt in the calling thread, the first one. SIGPIPE is ignored: writing answers EPIPE.
void install_interrupt();
/// True: a signal wants KeyboardInterrupt raised. Clears it. Always false in other threads than the first.
bool take_interrupt();
/// As if SIGINT had come.
void interrupt_main();
/// fork() for this thread alone, with the lock held before and after. The child has no other threads. Answers as fork() does.
int fork_process();
/// Starts a thread of the operating system that calls f(*args, **keywords). Its number, or 0 with an exception.
std::uint64_t start_thread(Value f, Tuple* args, Dict* keywords);
/// That were started with start_thread() and have not ended.
std::int64_t running_threads();
/// Of the threads to come; 0: the system's.
extern std::size_t thread_stack_size;

}  // namespace minipy
