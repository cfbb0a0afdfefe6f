// The module _minipy: the operating system as the library's os, io and subprocess want it. Here: files and directories.
#include <dirent.h>
#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdio>

#include "modules/modules.hpp"
#include "modules/system.hpp"
#include "modules/threads.hpp"
#include "runtime/error.hpp"
#include "runtime/str.hpp"
#include "vm/interpreter.hpp"

namespace minipy {

bool system_text(Value v, const char* function, const char* what, std::string* out) {
  if (!is_str(v) && !is_instance(v, &bytes_type))
    return raise(exc::TypeError, "{}: {} should be string or bytes, not {}", function, what, type_name(v)), false;
  *out = is_str(v) ? as_str(v)->view() : as<Bytes>(v)->view();
  if (out->find('\0') != std::string::npos) return raise(exc::ValueError, "embedded null byte"), false;
  return true;
}

bool system_int(Value v, int* out) {
  std::int64_t i = 0;
  if (!index_of(v, &i)) return false;
  if (i > INT_MAX || i < INT_MIN) return raise(exc::OverflowError, "Python int too large to convert to C int"), false;
  return *out = static_cast<int>(i), true;
}

Value text_value(std::string_view bytes) {
  if (valid_utf8(bytes)) return str_value(bytes);
  std::string text;
  for (const char c : bytes) text += (c & 0x80) != 0 ? std::string("\xEF\xBF\xBD") : std::string(1, c);
  return str_value(text);
}

Value raise_errno(const char* path) { return raise_os_error(errno, path); }

namespace {
bool path_of(Value v, const char* function, std::string* out) { return system_text(v, function, "path", out); }

// ---- paths --------------------------------------------------------------------------------------------------------------------------------

/// A system call with one path. The name is for messages.
template <int (*call)(const char*)>
Value with_path(Args a, const char* name) {
  std::string path;
  if (!path_of(a[0], name, &path)) return nullptr;
  return call(path.c_str()) == 0 ? none() : raise_errno(path.c_str());
}
Value remove_directory(Args a) { return with_path<::rmdir>(a, "rmdir"); }
Value remove_file(Args a) { return with_path<::unlink>(a, "unlink"); }
Value change_directory(Args a) { return with_path<::chdir>(a, "chdir"); }
Value make_directory(Args a) {
  std::string path;
  std::int64_t mode = 0777;
  if (!path_of(a[0], "mkdir", &path) || (a.count > 1 && !index_of(a[1], &mode))) return nullptr;
  return ::mkdir(path.c_str(), static_cast<mode_t>(mode)) == 0 ? none() : raise_errno(path.c_str());
}
Value rename_file(Args a) {
  std::string from, to;
  if (!path_of(a[0], "rename", &from) || !path_of(a[1], "rename", &to)) return nullptr;
  return std::rename(from.c_str(), to.c_str()) == 0 ? none() : raise_errno(from.c_str());
}
Value current_directory(Args) {
  char path[PATH_MAX];
  return ::getcwd(path, sizeof path) != nullptr ? text_value(path) : raise_errno();
}

template <int (*look)(const char*, struct stat*)>
Value status_of(Args a) {
  std::string path;
  struct stat s = {};
  if (!path_of(a[0], "stat", &path)) return nullptr;
  if (look(path.c_str(), &s) != 0) return raise_errno(path.c_str());
  Value changed = float_new(static_cast<double>(s.st_mtim.tv_sec) + static_cast<double>(s.st_mtim.tv_nsec) * 1e-9);
  return changed == nullptr ? nullptr : tuple_of({small_int(s.st_mode), small_int(s.st_size), changed});
}

Value list_directory(Args a) {
  std::string path;
  if (!path_of(a[0], "listdir", &path)) return nullptr;
  DIR* directory = ::opendir(path.c_str());
  if (directory == nullptr) return raise_errno(path.c_str());
  List* names = list_new();
  while (names != nullptr) {
    const dirent* entry = ::readdir(directory);
    if (entry == nullptr) break;
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    Value text = text_value(name);
    if (text == nullptr || !list_append(names, text)) names = nullptr;
  }
  (void)::closedir(directory);
  return names;
}

// ---- open files ---------------------------------------------------------------------------------------------------------------------------

/// One system call that may wait, with its own memory: nothing of the collector's is touched.
struct Transfer {
  int fd;
  std::string data;
  ssize_t done;
  int error;
};
/// Repeats the call when a signal came. False: an exception.
bool transfer(void (*f)(void*), Transfer* t) {
  do {
    unlocked(f, t);
    if (t->done < 0 && t->error == EINTR && !may_go_on()) return false;
  } while (t->done < 0 && t->error == EINTR);
  return t->done >= 0 || raise_os_error(t->error, nullptr) != nullptr;
}

Value open_file(Args a) {
  std::string path, mode;
  if (!path_of(a[0], "open", &path) || !system_text(a[1], "open", "mode", &mode)) return nullptr;
  const auto has = [&](char c) { return mode.find(c) != std::string::npos; };
  int flags = O_CLOEXEC | (has('+') ? O_RDWR : has('r') ? O_RDONLY : O_WRONLY);
  if (has('w')) flags |= O_CREAT | O_TRUNC;
  if (has('a')) flags |= O_CREAT | O_APPEND;
  if (has('x')) flags |= O_CREAT | O_EXCL;
  const int fd = ::open(path.c_str(), flags, 0666);
  if (fd < 0) return raise_errno(path.c_str());
  struct stat s = {};
  if (::fstat(fd, &s) == 0 && !S_ISDIR(s.st_mode)) return small_int(fd);
  (void)::close(fd);
  return raise_os_error(EISDIR, path.c_str());
}

void read_some(void* argument) {
  auto* t = static_cast<Transfer*>(argument);
  t->done = ::read(t->fd, t->data.data(), t->data.size());
  t->error = errno;
}
Value read_file(Args a) {
  constexpr std::int64_t kMost = 1 << 24;
  Transfer t = {};
  std::int64_t n = 0;
  if (!system_int(a[0], &t.fd) || !index_of(a[1], &n)) return nullptr;
  if (n < 0) return raise_os_error(EINVAL, nullptr);
  t.data.resize(usize(std::min(n, kMost)));
  return transfer(read_some, &t) ? bytes_new(std::string_view(t.data).substr(0, usize(t.done))) : nullptr;
}
void write_some(void* argument) {
  auto* t = static_cast<Transfer*>(argument);
  t->done = ::write(t->fd, t->data.data(), t->data.size());
  t->error = errno;
}
Value write_file(Args a) {
  Transfer t = {};
  if (!system_int(a[0], &t.fd)) return nullptr;
  if (!is_instance(a[1], &bytes_type)) return raise(exc::TypeError, "a bytes-like object is required, not '{}'", type_name(a[1]));
  t.data = as<Bytes>(a[1])->view();
  return transfer(write_some, &t) ? small_int(t.done) : nullptr;
}
Value close_file(Args a) {
  int fd = 0;
  if (!system_int(a[0], &fd)) return nullptr;
  return ::close(fd) == 0 || errno == EINTR ? none() : raise_errno();
}
Value seek_file(Args a) {
  int fd = 0, whence = SEEK_SET;
  std::int64_t offset = 0;
  if (!system_int(a[0], &fd) || !index_of(a[1], &offset) || (a.count > 2 && !system_int(a[2], &whence))) return nullptr;
  const off_t at = ::lseek(fd, offset, whence);
  return at >= 0 ? int_new(at) : raise_errno();
}
Value tell_file(Args a) {
  int fd = 0;
  if (!system_int(a[0], &fd)) return nullptr;
  const off_t at = ::lseek(fd, 0, SEEK_CUR);
  return at >= 0 ? int_new(at) : raise_errno();
}
Value is_terminal(Args a) {
  int fd = 0;
  return system_int(a[0], &fd) ? boolean(::isatty(fd) == 1) : nullptr;
}

// ---- others -------------------------------------------------------------------------------------------------------------------------------

Value exception_text(Args a) {
  if (!is_instance(a[0], &exc::BaseException)) return raise(exc::TypeError, "Exception expected for value, {} found", type_name(a[0]));
  return text_value(format_exception(a[0]));
}
Value random_bits(Args a) {
  std::int64_t n = 0;
  std::uint64_t bits = 0;
  if (!index_of(a[0], &n)) return nullptr;
  if (n < 0) return raise(exc::ValueError, "number of bits must be non-negative");
  if (n > 62) return raise(exc::OverflowError, "random_bits() makes 62 bits at most");
  if (::getrandom(&bits, sizeof bits, 0) != ssize_t{sizeof bits}) return raise_errno();
  return small_int(static_cast<std::int64_t>(bits & ((std::uint64_t{1} << n) - 1)));
}
}  // namespace

bool fill_system(Module* module) {
  return define(module, {{"format_exception", exception_text, 1, 1},
                         {"random_bits", random_bits, 1, 1},
                         {"listdir", list_directory, 1, 1},
                         {"mkdir", make_directory, 1, 2},
                         {"rmdir", remove_directory, 1, 1},
                         {"unlink", remove_file, 1, 1},
                         {"rename", rename_file, 2, 2},
                         {"stat", status_of<::stat>, 1, 1},
                         {"lstat", status_of<::lstat>, 1, 1},
                         {"getcwd", current_directory, 0, 0},
                         {"chdir", change_directory, 1, 1},
                         {"fd_open", open_file, 2, 2},
                         {"fd_read", read_file, 2, 2},
                         {"fd_write", write_file, 2, 2},
                         {"fd_close", close_file, 1, 1},
                         {"fd_seek", seek_file, 2, 3},
                         {"fd_tell", tell_file, 1, 1},
                         {"isatty", is_terminal, 1, 1}}) &&
         define_processes(module);
}

}  // namespace minipy
