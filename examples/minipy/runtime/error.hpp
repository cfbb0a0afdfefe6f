// Errors: an exception object pending in the thread. A function that fails raises, then answers null, -1 or false.
#pragma once
#include <fmt/format.h>

#include <string>
#include <string_view>
#include <type_traits>

#include "runtime/object.hpp"

namespace minipy {

#define MINIPY_EXCEPTIONS(X)                                                                                                                        \
  X(Exception, BaseException)                                                                                                                       \
  X(SystemExit, BaseException)                                                                                                                      \
  X(KeyboardInterrupt, BaseException)                                                                                                               \
  X(GeneratorExit, BaseException) X(StopIteration, Exception) X(ArithmeticError, Exception) X(OverflowError, ArithmeticError)                       \
      X(ZeroDivisionError, ArithmeticError) X(FloatingPointError, ArithmeticError) X(AssertionError, Exception) X(AttributeError, Exception)        \
          X(BufferError, Exception) X(EOFError, Exception) X(ImportError, Exception) X(ModuleNotFoundError, ImportError) X(LookupError, Exception)  \
              X(IndexError, LookupError) X(KeyError, LookupError) X(MemoryError, Exception) X(NameError, Exception) X(UnboundLocalError, NameError) \
                  X(OSError, Exception) X(FileExistsError, OSError) X(FileNotFoundError, OSError) X(IsADirectoryError, OSError)                     \
                      X(NotADirectoryError, OSError) X(PermissionError, OSError) X(InterruptedError, OSError) X(ChildProcessError, OSError)         \
                          X(TimeoutError, OSError) X(BlockingIOError, OSError) X(ProcessLookupError, OSError) X(ConnectionError, OSError) X(BrokenPipeError, ConnectionError) X(ConnectionAbortedError, ConnectionError) X(ConnectionRefusedError, ConnectionError) X(ConnectionResetError, ConnectionError) X(ReferenceError, Exception) X(RuntimeError, Exception)              \
                              X(NotImplementedError, RuntimeError) X(RecursionError, RuntimeError) X(SyntaxError, Exception)                        \
                                  X(IndentationError, SyntaxError) X(TabError, IndentationError) X(SystemError, Exception) X(TypeError, Exception) X(ValueError, Exception)       \
                                      X(UnicodeError, ValueError) X(UnicodeDecodeError, UnicodeError) X(UnicodeEncodeError, UnicodeError)           \
                                          X(StopAsyncIteration, Exception) X(Warning, Exception) X(UserWarning, Warning)                            \
                                              X(DeprecationWarning, Warning) X(PendingDeprecationWarning, Warning) X(SyntaxWarning, Warning)        \
                                                  X(RuntimeWarning, Warning) X(FutureWarning, Warning) X(ImportWarning, Warning)                    \
                                                      X(UnicodeWarning, Warning) X(BytesWarning, Warning) X(ResourceWarning, Warning)

namespace exc {
extern Type BaseException;
#define MINIPY_DECLARE(name, base) extern Type name;
MINIPY_EXCEPTIONS(MINIPY_DECLARE)
#undef MINIPY_DECLARE
}  // namespace exc

Value raise_text(Type& type, std::string_view text);
/// How an argument of a message reaches fmt: texts of the program as views.
template <class A>
using Shown = std::conditional_t<std::is_convertible_v<const A&, const Str*>, std::string_view, const A&>;
template <class A>
Shown<A> shown(const A& value) {
  if constexpr (std::is_convertible_v<const A&, const Str*>)
    return static_cast<const Str*>(value)->view();
  else
    return value;
}
template <class... A>
std::string format_text(fmt::format_string<Shown<A>...> text, const A&... args) {
  return fmt::format(text, shown(args)...);
}
template <class... A>
Value raise(Type& type, fmt::format_string<Shown<A>...> text, const A&... args) {
  return raise_text(type, fmt::format(text, shown(args)...));
}
/// With this one argument: KeyError(key), StopIteration(value).
Value raise_with(Type& type, Value argument);
/// Calls nothing and allocates nothing.
Value raise_no_memory();
/// Makes what that raises, while there is memory: at the start.
void reserve_no_memory();
/// Of errno, with the path or null.
Value raise_os_error(int number, const char* path);
/// The subclass of OSError that stands for this errno.
Type& os_error_type(std::int64_t number);
/// `exception` becomes the pending one; what is being handled becomes its context.
Value raise_exception(Value exception);

bool error_pending();
bool error_is(const Type& type);  // pending, and of that type
Value take_error();               // null: none pending
void restore_error(Value exception);
inline void clear_error() { (void)take_error(); }
/// Clears the error if it is of that type; true then.
bool clear_error_if(const Type& type);

Exception* exception_new(Type& type, std::string_view text);
Value exception_with(Type& type, Value argument);
/// "TypeError: text", as the last line of a traceback.
std::string exception_line(Value exception);
/// The whole traceback, with causes and contexts, ended by a newline.
std::string format_exception(Value exception);
/// "Traceback (most recent call last):" and its entries, or nothing when there are none.
std::string format_traceback(const Traceback* first);

inline const char* type_name(Value v) { return type_of(v)->name; }

}  // namespace minipy
