// minipy: runs a script, a text, a module, or the REPL.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <new>
#include <sstream>
#include <string>
#include <string_view>

#include "modules/modules.hpp"
#include "repl.hpp"
#include "runtime/error.hpp"
#include "runtime/names.hpp"
#include "runtime/ops.hpp"
#include "runtime/str.hpp"
#include "runtime/table.hpp"
#include "vm/interpreter.hpp"

namespace {

using namespace minipy;

constexpr const char* kUsage =
    "usage: minipy [options] [script.py | -c code | -m module] [arguments]\n"
    "  without a script: the REPL\n"
    "  --gc=explicit|observe|stress  when to collect beside the collector's own choice: never, before each read of a weak reference, at each line\n"
    "  --zeal=SETTINGS               mayfly's forcing, e.g. seed:1,collect-alloc=100\n"
    "  --clearing=links|marks        how collections clear weak references (mayfly's Options::clearing)\n"
    "  --no-collect                  gc.collect() does nothing: shows what depends on collections\n"
    "  --stats                       prints collections, deaths, callbacks and times at exit\n";
constexpr int kUnsupported = 2;
constexpr int kUnwritten = 120;  // what stdout held back could not be written at the end

struct Task {
  enum class Kind { repl, text, module, script } kind = Kind::repl;
  std::string what;
};

/// False: a message was printed.
bool parse_option(std::string_view option) {
  if (option.substr(0, 5) == "--gc=") {
    const std::string_view policy = option.substr(5);
    settings.gc = policy == "observe" ? GcPolicy::observe : policy == "stress" ? GcPolicy::stress : GcPolicy::explicit_;
    if (settings.gc != GcPolicy::explicit_ || policy == "explicit") return true;
  } else if (option.substr(0, 7) == "--zeal=") {
    settings.zeal = option.data() + 7;
    return true;
  } else if (option == "--clearing=links" || option == "--clearing=marks") {
    settings.clear_by_marks = option == "--clearing=marks";
    return true;
  } else if (option == "--stats") {
    return settings.stats = true;
  } else if (option == "--no-collect") {
    return settings.collect_never = true;
  }
  fmt::print(stderr, "minipy: unknown option {}\n{}", option, kUsage);
  return false;
}

bool parse_arguments(int argc, char** argv, Task& task) {
  int i = 1;
  for (; i < argc && std::strncmp(argv[i], "--", 2) == 0; ++i)
    if (!parse_option(argv[i])) return false;
  if (i < argc && (std::strcmp(argv[i], "-c") == 0 || std::strcmp(argv[i], "-m") == 0)) {
    if (i + 1 == argc) return fmt::print(stderr, "minipy: {} needs an argument\n{}", argv[i], kUsage), false;
    task = {argv[i][1] == 'c' ? Task::Kind::text : Task::Kind::module, argv[i + 1]};
    settings.argv.emplace_back(argv[i]);
    i += 2;
  } else if (i < argc && argv[i][0] == '-' && argv[i][1] != 0) {
    return fmt::print(stderr, "minipy: unknown option {}\n{}", argv[i], kUsage), false;
  } else if (i < argc) {
    task = {Task::Kind::script, argv[i]};
    settings.argv.emplace_back(argv[i++]);
  } else {
    settings.argv.emplace_back("");
  }
  for (; i < argc; ++i) settings.argv.emplace_back(argv[i]);
  return true;
}

/// The first place where imports look: the script's folder, or the working directory.
bool set_path(const Task& task) {
  const std::size_t slash = task.kind == Task::Kind::script ? task.what.rfind('/') : std::string::npos;
  Value folder = str_new(slash == std::string::npos ? "" : task.what.substr(0, slash + 1 > 1 ? slash : 1));
  Value path = get_attr(import_module(intern("sys")), names::path);
  if (folder == nullptr || path == nullptr) return false;
  List* list = as_list(path);
  if (!list_append(list, folder)) return false;
  for (std::int64_t i = list->size - 1; i > 0; --i) std::swap(list->items[i], list->items[i - 1]);
  return true;
}

bool run_script(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  std::error_code ignored;
  const bool folder = std::filesystem::is_directory(path, ignored);
  if (folder) errno = EISDIR;
  if (in && !folder) text << in.rdbuf();
  if (folder || !in) {
    fmt::print(stderr, "minipy: can't open file '{}': {}\n", path, std::strerror(errno));
    return raise_with(exc::SystemExit, small_int(kUnsupported)), false;
  }
  return run_main_text(std::move(text).str(), path);
}

bool run_task(const Task& task) {
  switch (task.kind) {
    case Task::Kind::text:
      return run_main_text(task.what, "<string>");
    case Task::Kind::module:
      return run_main_module(task.what);
    case Task::Kind::script:
      return run_script(task.what);
    default:
      return run_repl();
  }
}

/// What is Python but not of this language ends with a status of its own.
bool is_unsupported() {
  if (!error_is(exc::SyntaxError)) return false;
  Value error = take_error();
  const Dict* dict = as<Exception>(error)->dict;
  Value flag = dict == nullptr ? nullptr : dict_get_name(const_cast<Dict*>(dict), intern("unsupported"));
  restore_error(error);
  return flag == boolean(true);
}

int run(const Task& task) {
  int status = 0;
  if (!set_path(task) || !run_task(task)) {
    const bool unsupported = is_unsupported();
    status = report_fatal();
    if (unsupported) status = kUnsupported;
  }
  return end_interpreter() ? status : kUnwritten;
}

/// Texts of a program lie in collected memory, which ends by MemoryError. This is the end of all other memory.
void no_memory() {
  constexpr std::string_view kMessage = "minipy: out of memory\n";
  (void)!::write(2, kMessage.data(), kMessage.size());
  ::_exit(1);
}

}  // namespace

int main(int argc, char** argv) {
  std::set_new_handler(no_memory);
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--help") == 0) return fmt::print("{}", kUsage), 0;
    if (argv[i][0] != '-' || argv[i][1] != '-') break;
  }
  Task task;
  if (!parse_arguments(argc, argv, task)) return kUnsupported;
  if (!start_interpreter()) return settings.zeal != nullptr ? kUnsupported : 1;
  return run(task);
}
