// Raising and keeping exceptions. The types of exceptions are in types/exception_types.cpp, their printing in runtime/traceback.cpp.
#include "runtime/error.hpp"

#include <cerrno>
#include <cstring>

#include "runtime/ops.hpp"
#include "runtime/str.hpp"
#include "runtime/thread.hpp"

namespace minipy {

Exception* exception_new(Type& type, std::string_view text) {
  auto* e = static_cast<Exception*>(allocate(sizeof(Exception)));
  if (e == nullptr) return nullptr;
  e->type = &type;
  Str* message = text.empty() ? nullptr : str_new(text);
  e->args = message == nullptr ? tuple_new(0) : tuple_of({message});
  return e->args == nullptr ? nullptr : e;
}

Value exception_with(Type& type, Value argument) {
  Exception* e = argument == nullptr ? nullptr : exception_new(type, "");
  if (e != nullptr) e->args = tuple_of({argument});
  return e == nullptr || e->args == nullptr ? nullptr : e;
}

Value raise_exception(Value exception) {
  Thread& t = this_thread();
  if (exception == nullptr) return nullptr;  // making it failed: that error is pending
  auto* e = as<Exception>(exception);
  if (e->context == nullptr && t.handled != exception) e->context = t.handled;
  t.error = exception;
  return nullptr;
}

Value raise_text(Type& type, std::string_view text) { return raise_exception(exception_new(type, text)); }
Value raise_with(Type& type, Value argument) { return raise_exception(exception_with(type, argument)); }

Value raise_no_memory() {
  static Exception* spare = [] {  // made while there is memory; it is a root
    auto* e = static_cast<Exception*>(allocate_root(sizeof(Exception)));
    e->type = &exc::MemoryError;
    e->args = tuple_new(0);
    return e;
  }();
  spare->traceback = nullptr, spare->context = nullptr;
  this_thread().error = spare;
  return nullptr;
}

Value raise_os_error(int number, const char* path) {
  Type* type = number == ENOENT                      ? &exc::FileNotFoundError
               : number == EEXIST                    ? &exc::FileExistsError
               : number == EISDIR                    ? &exc::IsADirectoryError
               : number == ENOTDIR                   ? &exc::NotADirectoryError
               : number == EACCES || number == EPERM ? &exc::PermissionError
               : number == EPIPE                     ? &exc::BrokenPipeError
               : number == EINTR                     ? &exc::InterruptedError
               : number == ECHILD                    ? &exc::ChildProcessError
               : number == ETIMEDOUT                 ? &exc::TimeoutError
                                                     : &exc::OSError;
  Exception* e = exception_new(*type, "");
  if (e == nullptr) return nullptr;
  Str* text = str_new(std::strerror(number));
  e->args = path == nullptr ? tuple_of({small_int(number), text}) : tuple_of({small_int(number), text, str_new(path)});
  return e->args == nullptr ? nullptr : raise_exception(e);
}

bool error_pending() { return this_thread().error != nullptr; }
bool error_is(const Type& type) {
  Value e = this_thread().error;
  return e != nullptr && is_instance(e, &type);
}
Value take_error() {
  Value e = this_thread().error;
  this_thread().error = nullptr;
  return e;
}
void restore_error(Value exception) { this_thread().error = exception; }
bool clear_error_if(const Type& type) {
  const bool is = error_is(type);
  if (is) clear_error();
  return is;
}

}  // namespace minipy
