// Of the module _minipy: processes and the environment.
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <optional>
#include <vector>

#include "modules/modules.hpp"
#include "modules/system.hpp"
#include "modules/threads.hpp"
#include "runtime/error.hpp"
#include "runtime/str.hpp"
#include "runtime/table.hpp"
#include "vm/interpreter.hpp"

namespace minipy {

namespace {
// ---- running a program to its end ---------------------------------------------------------------------------------------------------------

class Descriptor {
 public:
  Descriptor() = default;
  ~Descriptor() { close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  void set(int fd) { close(), fd_ = fd; }
  void close() {
    if (fd_ >= 0) (void)::close(fd_);
    fd_ = -1;
  }

 private:
  int fd_ = -1;
};
struct Pipe {
  Descriptor from, to;
  bool open() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return false;
    from.set(ends[0]), to.set(ends[1]);
    return true;
  }
};

/// All that run_process() needs without the lock: nothing of it is the collector's.
struct Run {
  std::vector<std::string> arguments;
  std::optional<std::vector<std::string>> environment;
  std::optional<std::string> directory, input;
  std::string out, err;
  int status = 0;
  int error = 0;
  bool bad_directory = false;
};

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

/// The number of an error, or 0.
int spawn(Run& run, const Pipe& in, const Pipe& out, const Pipe& err, pid_t* child) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  if (posix_spawn_file_actions_init(&actions) != 0) return ENOMEM;
  if (posix_spawnattr_init(&attributes) != 0) return posix_spawn_file_actions_destroy(&actions), ENOMEM;
  sigset_t defaults;
  (void)sigemptyset(&defaults);
  (void)sigaddset(&defaults, SIGPIPE);  // ignored by the interpreter, not by others
  (void)posix_spawnattr_setsigdefault(&attributes, &defaults);
  (void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  if (run.directory) (void)posix_spawn_file_actions_addchdir_np(&actions, run.directory->c_str());
  if (run.input) (void)posix_spawn_file_actions_adddup2(&actions, in.from.get(), 0);
  (void)posix_spawn_file_actions_adddup2(&actions, out.to.get(), 1);
  (void)posix_spawn_file_actions_adddup2(&actions, err.to.get(), 2);
  std::vector<char*> arguments = pointers(run.arguments);
  std::vector<char*> environment;
  if (run.environment) environment = pointers(*run.environment);
  const int error = posix_spawnp(child, arguments[0], &actions, &attributes, arguments.data(), run.environment ? environment.data() : environ);
  (void)posix_spawn_file_actions_destroy(&actions);
  (void)posix_spawnattr_destroy(&attributes);
  return error;
}

/// Closed at the end of the file.
void read_into(Descriptor& from, std::string& text) {
  char piece[1 << 16];
  const ssize_t n = ::read(from.get(), piece, sizeof piece);
  if (n > 0)
    text.append(piece, usize(n));
  else if (n == 0 || (errno != EINTR && errno != EAGAIN))
    from.close();
}
void write_rest(Descriptor& to, std::string_view& rest) {
  const ssize_t n = rest.empty() ? 0 : ::write(to.get(), rest.data(), rest.size());
  if (n > 0) rest.remove_prefix(usize(n));
  if (rest.empty() || (n < 0 && errno != EINTR && errno != EAGAIN)) to.close();  // also when it does not read on
}
void exchange(Run& run, Descriptor& in, Descriptor& out, Descriptor& err) {
  std::string_view rest = run.input ? *run.input : std::string_view();
  if (in.get() >= 0) (void)::fcntl(in.get(), F_SETFL, O_NONBLOCK);
  while (in.get() >= 0 || out.get() >= 0 || err.get() >= 0) {
    pollfd wanted[] = {{in.get(), POLLOUT, 0}, {out.get(), POLLIN, 0}, {err.get(), POLLIN, 0}};
    if (::poll(wanted, 3, -1) < 0) continue;  // a signal
    if (wanted[0].revents != 0) write_rest(in, rest);
    if (wanted[1].revents != 0) read_into(out, run.out);
    if (wanted[2].revents != 0) read_into(err, run.err);
  }
}

void run_to_the_end(void* argument) {
  Run& run = *static_cast<Run*>(argument);
  Pipe in, out, err;
  if ((run.input && !in.open()) || !out.open() || !err.open()) return void(run.error = errno);
  pid_t child = 0;
  run.error = spawn(run, in, out, err, &child);
  run.bad_directory = run.error != 0 && run.directory && ::access(run.directory->c_str(), X_OK) != 0;
  if (run.error != 0) return;
  in.from.close(), out.to.close(), err.to.close();
  exchange(run, in.to, out.from, err.from);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return void(run.error = errno);
  run.status = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

bool read_environment(Value v, Run* run) {
  if (v == none()) return true;
  if (!is_instance(v, &dict_type)) return raise(exc::TypeError, "run_process: env should be dict or None, not {}", type_name(v)), false;
  run->environment.emplace();
  std::int64_t at = 0;
  while (const Entry* e = table_next(as_dict(v)->table, at)) {
    std::string name, value;
    if (!system_text(e->key, "run_process", "env", &name) || !system_text(e->value, "run_process", "env", &value)) return false;
    run->environment->push_back(name + "=" + value);
  }
  return true;
}
bool read_run(Args a, Run* run) {
  List* arguments = list_from(a[0]);
  if (arguments == nullptr) return false;
  if (arguments->size == 0) return raise(exc::ValueError, "run_process: no arguments"), false;
  for (std::int64_t i = 0; i < arguments->size; ++i)
    if (!system_text(arguments->items[i], "run_process", "argument", &run->arguments.emplace_back())) return false;
  if (a.count > 1 && a[1] != none()) {
    if (!is_instance(a[1], &bytes_type)) return raise(exc::TypeError, "a bytes-like object is required, not '{}'", type_name(a[1])), false;
    run->input = as<Bytes>(a[1])->view();
  }
  if (a.count > 2 && !read_environment(a[2], run)) return false;
  return a.count < 4 || a[3] == none() || system_text(a[3], "run_process", "cwd", &run->directory.emplace());
}
Value run_process(Args a) {
  Run run;
  if (!read_run(a, &run)) return nullptr;
  unlocked(run_to_the_end, &run);
  if (!may_go_on()) return nullptr;
  if (run.error != 0) return raise_os_error(run.error, (run.bad_directory ? *run.directory : run.arguments[0]).c_str());
  Value out = bytes_new(run.out);
  Value err = out == nullptr ? nullptr : bytes_new(run.err);
  return err == nullptr ? nullptr : tuple_of({small_int(run.status), out, err});
}

// ---- processes ----------------------------------------------------------------------------------------------------------------------------

/// threading forgets the threads that are not in the child.
void tell_threading() {
  Value threading = dict_get_name(modules, intern("threading"));
  Value forget = threading == nullptr || threading == none() ? nullptr : find_attr(threading, intern("_after_fork"));
  if (forget != nullptr) (void)call(forget, {});
  if (error_pending()) report_unraisable(nullptr, threading);
}
Value fork_here(Args) {
  const int child = fork_process();
  if (child == 0) tell_threading();
  return child >= 0 ? small_int(child) : raise_errno();
}

struct Wait {
  pid_t process;
  int options;
  int status;
  int error;
};
void wait_for_process(void* argument) {
  auto* w = static_cast<Wait*>(argument);
  w->process = ::waitpid(w->process, &w->status, w->options);
  w->error = errno;
}
Value wait_process(Args a) {
  int process = 0, options = 0;
  if (!system_int(a[0], &process) || !system_int(a[1], &options)) return nullptr;
  Wait wait = {};
  do {
    wait = {process, options, 0, 0};
    unlocked(wait_for_process, &wait);
    if (wait.process < 0 && wait.error != EINTR) return raise_os_error(wait.error, nullptr);
    if (wait.process < 0 && !may_go_on()) return nullptr;
  } while (wait.process < 0);
  return tuple_of({small_int(wait.process), small_int(wait.status)});
}
Value exit_at_once(Args a) {
  int status = 0;
  if (!system_int(a[0], &status)) return nullptr;
  ::_exit(status);
}
Value kill_process(Args a) {
  int process = 0, number = 0;
  if (!system_int(a[0], &process) || !system_int(a[1], &number)) return nullptr;
  return ::kill(process, number) == 0 ? none() : raise_errno();
}
Value own_process(Args) { return small_int(::getpid()); }

// ---- the environment ----------------------------------------------------------------------------------------------------------------------

Value get_variable(Args a) {
  std::string name;
  if (!system_text(a[0], "getenv", "name", &name)) return nullptr;
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? none() : text_value(value);
}
Value set_variable(Args a) {
  std::string name, value;
  if (!system_text(a[0], "setenv", "name", &name) || !system_text(a[1], "setenv", "value", &value)) return nullptr;
  return ::setenv(name.c_str(), value.c_str(), 1) == 0 ? none() : raise_errno();
}
Value unset_variable(Args a) {
  std::string name;
  if (!system_text(a[0], "unsetenv", "name", &name)) return nullptr;
  return ::unsetenv(name.c_str()) == 0 ? none() : raise_errno();
}
Value all_variables(Args) {
  Dict* all = dict_new();
  for (char** place = environ; all != nullptr && place != nullptr && *place != nullptr; ++place) {
    const std::string_view text = *place;
    const std::size_t end = text.find('=', 1);
    if (end == std::string_view::npos) continue;
    Value name = text_value(text.substr(0, end));
    Value value = name == nullptr ? nullptr : text_value(text.substr(end + 1));
    if (value == nullptr || !dict_set(all, name, value)) return nullptr;
  }
  return all;
}
}  // namespace

bool define_processes(Module* module) {
  return define(module, {{"run_process", run_process, 1, 4},
                         {"fork", fork_here, 0, 0},
                         {"waitpid", wait_process, 2, 2},
                         {"_exit", exit_at_once, 1, 1},
                         {"kill", kill_process, 2, 2},
                         {"getpid", own_process, 0, 0},
                         {"getenv", get_variable, 1, 1},
                         {"environ", all_variables, 0, 0},
                         {"setenv", set_variable, 2, 2},
                         {"unsetenv", unset_variable, 1, 1}});
}

}  // namespace minipy
