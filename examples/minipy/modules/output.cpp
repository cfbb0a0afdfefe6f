// What the interpreter itself writes: texts, and errors that end the program or that nobody can catch.
//
// Nothing here raises but write_out(), and nothing recurses: an error while one is reported is reported in a plainer way, at last on the file
// descriptor.
#include <unistd.h>

#include <cerrno>

#include "modules/modules.hpp"
#include "modules/streams.hpp"
#include "modules/sys_module.hpp"
#include "runtime/error.hpp"
#include "runtime/names.hpp"
#include "runtime/str.hpp"
#include "runtime/thread.hpp"
#include "vm/host_mayfly.hpp"

namespace minipy {

bool write_out(std::string_view text) {
  Value file = current_stream(1);
  if (file == nullptr) return raise(exc::RuntimeError, "lost sys.stdout"), false;
  return file == none() || (write_to(file, text) && (!is_stream(file) || stream_settle(static_cast<Stream*>(file))));
}

namespace {
/// Past all buffers.
void write_raw(std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(2, text.data(), text.size());
    if (n < 0 && errno != EINTR) return;
    text.remove_prefix(n < 0 ? 0 : usize(n));
  }
}

/// Puts the pending exception aside, and back.
class ErrorAside {
 public:
  ErrorAside() : error_(take_error()) {}
  ~ErrorAside() { restore_error(error_); }
  ErrorAside(const ErrorAside&) = delete;
  ErrorAside& operator=(const ErrorAside&) = delete;

 private:
  Value error_;
};

/// How deep this thread is in reports: what a report calls may fail and be reported. Reports have exceptions in C++ variables.
thread_local int depth = 0;
constexpr int kDeepest = 4;
class Depth {
 public:
  Depth() { ++depth, ++this_thread().natives; }
  ~Depth() { --depth, --this_thread().natives; }
  Depth(const Depth&) = delete;
  Depth& operator=(const Depth&) = delete;
  bool too_deep() const { return depth > kDeepest; }
};

bool settle(Value file) { return is_stream(file) ? stream_settle(static_cast<Stream*>(file)) : true; }
}  // namespace

void write_err(std::string_view text) {
  const ErrorAside aside;
  const Depth level;
  Value file = current_stream(2);
  if (file == none()) return;
  if (file != nullptr && !level.too_deep() && write_to(file, text) && settle(file)) return;
  clear_error();
  write_raw(text);
}

bool flush_out() {
  const ErrorAside aside;
  bool flushed = true;
  const auto report = [&](int fd, Value file) {
    flushed = flushed && fd != 1;
    fd == 1 ? report_unraisable(nullptr, file) : clear_error();
  };
  for (int fd = 1; fd <= 2; ++fd) {
    Value file = current_stream(fd);
    if (!stream_flush(standard_stream(fd))) report(fd, standard_stream(fd));
    if (file == nullptr || file == none() || is_stream(file)) continue;
    if (call_method(file, names::flush, {}) == nullptr) report(fd, file);
  }
  return flushed;
}

// ---- what ends the program ------------------------------------------------------------------------------------------------------------------

void show_exception(Value exception) { write_err(format_exception(exception)); }

namespace {
int exit_status(Value exit) {
  Value code = get_attr(exit, names::code);
  std::int64_t status = 1;
  if (code == nullptr)
    clear_error();
  else if (code == none())
    return 0;
  else if (is_instance(code, &int_type) && index_of(code, &status))
    return static_cast<int>(status);
  else
    write_err(str_text(code) + "\n");
  return 1;
}
Value traceback_of(Value exception) { return or_none(as<Exception>(exception)->traceback); }
}  // namespace

int report_fatal() {
  Value exception = take_error();
  if (exception == nullptr) return 0;
  const Depth level;
  collect_if_memory_ran_out(this_thread());
  if (!stream_flush(standard_stream(1))) clear_error();
  if (is_instance(exception, &exc::SystemExit)) return exit_status(exception);
  const int status = is_instance(exception, &exc::KeyboardInterrupt) ? 128 + 2 : 1;
  Value hook = replaced_excepthook();
  if (hook == nullptr || level.too_deep()) return show_exception(exception), status;
  if (call(hook, {type_of(exception), exception, traceback_of(exception)}) != nullptr) return status;
  Value second = take_error();
  if (is_instance(second, &exc::SystemExit)) return exit_status(second);
  write_err("Error in sys.excepthook:\n");
  show_exception(second);
  write_err("\nOriginal exception was:\n");
  show_exception(exception);
  return status;
}

// ---- what nobody can catch ------------------------------------------------------------------------------------------------------------------

namespace {
/// Its repr, or what stands for it.
std::string shown_object(Value object) {
  Str* text = repr(object);
  if (text == nullptr) clear_error();
  return text == nullptr ? "<object repr() failed>" : std::string(text->view());
}
/// As a last line of a traceback, but with a colon even when there is no text.
std::string unraisable_line(Value exception) {
  const std::string line = exception_line(exception);
  return line + (line.find(": ") == std::string::npos ? ": \n" : "\n");
}
}  // namespace

void show_unraisable(Value message, Value object, Value exception, const Traceback* traceback) {
  const ErrorAside aside;
  std::string out;
  if (object != nullptr)
    out = (message != nullptr ? str_text(message) : "Exception ignored in") + ": " + shown_object(object) + "\n";
  else if (message != nullptr)
    out = str_text(message) + ":\n";
  write_err(out + format_traceback(traceback) + unraisable_line(exception));
}

void report_unraisable(const char* message, Value object) {
  Value exception = take_error();
  if (exception == nullptr) return;
  const Depth level;
  if (object == none()) object = nullptr;
  Value text = message == nullptr ? nullptr : str_value(fmt::format("Exception ignored {}", message));
  clear_error();
  Value hook = level.too_deep() ? nullptr : replaced_unraisablehook();
  if (hook == nullptr) return show_unraisable(text, object, exception, as<Exception>(exception)->traceback);
  Value args = record_new(unraisable_args_type, {type_of(exception), exception, traceback_of(exception), or_none(text), or_none(object)});
  if (args != nullptr && call(hook, {args}) != nullptr) return;
  Value second = take_error();
  show_unraisable(str_value("Exception ignored in sys.unraisablehook"), hook, second, as<Exception>(second)->traceback);
}

}  // namespace minipy
