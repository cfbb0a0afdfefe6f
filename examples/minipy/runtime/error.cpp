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

namespace {
Exception* no_memory = nullptr;  // a static variable: a root
}
void reserve_no_memory() { no_memory = exception_new(exc::MemoryError, ""); }
Value raise_no_memory() {
  no_memory->traceback = nullptr, no_memory->context = no_memory->cause = nullptr;
  this_thread().error = no_memory;
  return nullptr;
}

Type& os_error_type(std::int64_t number) {
  switch (number) {
    case ENOENT:
      return exc::FileNotFoundError;
    case EEXIST:
      return exc::FileExistsError;
    case EISDIR:
      return exc::IsADirectoryError;
    case ENOTDIR:
      return exc::NotADirectoryError;
    case EACCES:
    case EPERM:
      return exc::PermissionError;
    case EPIPE:
    case ESHUTDOWN:
      return exc::BrokenPipeError;
    case EINTR:
      return exc::InterruptedError;
    case ECHILD:
      return exc::ChildProcessError;
    case ETIMEDOUT:
      return exc::TimeoutError;
    case EAGAIN:
    case EALREADY:
    case EINPROGRESS:
      return exc::BlockingIOError;
    case ESRCH:
      return exc::ProcessLookupError;
    case ECONNABORTED:
      return exc::ConnectionAbortedError;
    case ECONNREFUSED:
      return exc::ConnectionRefusedError;
    case ECONNRESET:
      return exc::ConnectionResetError;
    default:
      return exc::OSError;
  }
}
Value raise_os_error(int number, const char* path) {
  Value text = str_new(std::strerror(number)), file = path == nullptr ? nullptr : str_new(path);
  if (text == nullptr || (path != nullptr && file == nullptr)) return nullptr;
  Value e = path == nullptr ? call(&os_error_type(number), {small_int(number), text}) : call(&os_error_type(number), {small_int(number), text, file});
  return e == nullptr ? nullptr : raise_exception(e);
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
