// sys.
//
// Left out: frames (_getframe, settrace does nothing), import hooks, audit hooks. getrefcount() answers 1: nothing is counted here.
#include "modules/sys_module.hpp"

#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include <limits>

#include "modules/modules.hpp"
#include "modules/streams.hpp"
#include "runtime/error.hpp"
#include "runtime/names.hpp"
#include "runtime/str.hpp"
#include "runtime/table.hpp"
#include "runtime/thread.hpp"
#include "types/types.hpp"
#include "vm/embedded.hpp"
#include "vm/host_mayfly.hpp"
#include "vm/interpreter.hpp"
#include "vm/vm.hpp"

namespace minipy {

Dict* sys_names = nullptr;

namespace {
constexpr const char* kVersion = "0.1.0";
constexpr int kMajor = 3, kMinor = 11, kMicro = 0;  // of the language

// ---- exceptions and hooks -------------------------------------------------------------------------------------------------------------------

Value sys_exc_info(Args) {
  Value e = this_thread().handled;
  if (e == nullptr || e == none()) return tuple_of({none(), none(), none()});
  return tuple_of({type_of(e), e, or_none(as<Exception>(e)->traceback)});
}
Value sys_exception(Args) { return or_none(this_thread().handled); }
Value sys_exit(Args a) {
  Value status = a.count == 0 || a[0] == none() ? nullptr : a[0];
  if (status != nullptr && is_instance(status, &exc::SystemExit)) return raise_exception(status);
  Exception* e = exception_new(exc::SystemExit, "");
  if (e == nullptr) return nullptr;
  if (status != nullptr)
    e->args = is_instance(status, &tuple_type) ? tuple_from(as_tuple(status)->items, as_tuple(status)->size) : tuple_of({status});
  return e->args == nullptr ? nullptr : raise_exception(e);
}
Value sys_excepthook(Args a) {
  if (!is_instance(a[1], &exc::BaseException))
    return write_err(fmt::format("TypeError: print_exception(): Exception expected for value, {} found\n", type_name(a[1]))), none();
  auto* e = as<Exception>(a[1]);
  if (e->traceback == nullptr && is_exact(a[2], &traceback_type)) e->traceback = as<Traceback>(a[2]);
  return show_exception(e), none();
}
Value sys_unraisablehook(Args a) {
  if (!is_exact(a[0], &unraisable_args_type)) return raise(exc::TypeError, "sys.unraisablehook argument type must be UnraisableHookArgs");
  Value* part = as_tuple(a[0])->items;
  const auto there = [](Value v) { return v == none() ? nullptr : v; };
  show_unraisable(there(part[3]), there(part[4]), part[1], as<Traceback>(there(part[2])));
  return none();
}
Value sys_displayhook(Args a) {
  if (a[0] == none()) return none();
  if (!dict_set_name(builtins, names::_, none())) return nullptr;
  Str* text = repr(a[0]);
  if (text == nullptr || !write_out(std::string(text->view()) + "\n")) return nullptr;
  return done(dict_set_name(builtins, names::_, a[0]));
}
/// sys.<name> when it is there and not this native.
Value replaced(Str* name, NativeFunction native) {
  Value hook = sys_names == nullptr ? nullptr : dict_get_name(sys_names, name);
  return hook == none() || (hook != nullptr && is_exact(hook, &native_type) && as<Native>(hook)->function == native) ? nullptr : hook;
}

// ---- the machine ----------------------------------------------------------------------------------------------------------------------------

Value sys_getrecursionlimit(Args) { return int_new(recursion_limit); }
Value sys_setrecursionlimit(Args a) {
  std::int64_t limit = 0;
  if (!index_of(a[0], &limit)) return nullptr;
  if (limit < 1) return raise(exc::ValueError, "recursion limit must be greater or equal than 1");
  if (this_thread().depth >= limit)
    return raise(exc::RecursionError, "cannot set the recursion limit to {} at the recursion depth {}: the limit is too low", limit,
                 this_thread().depth);
  recursion_limit = limit;
  return none();
}
Value sys_getrefcount(Args) { return small_int(1); }
Value sys_getsizeof(Args args) {
  Value a[2];
  if (!unpack_args(args, "getsizeof", {"object", "default"}, 1, a)) return nullptr;
  bool missing = false;
  Value size = call_special(a[0], intern("__sizeof__"), {}, &missing);
  if (size == nullptr && a[1] != nullptr && (missing || clear_error_if(exc::TypeError))) return a[1];
  return missing ? raise(exc::TypeError, "Type {} doesn't define __sizeof__", type_name(a[0])) : size;
}
Value sys_intern(Args a) {
  return is_exact(a[0], &str_type) ? intern(as_str(a[0])) : raise(exc::TypeError, "intern() argument must be str, not {}", type_name(a[0]));
}
Value sys_nothing(Args) { return none(); }
Value sys_getswitchinterval(Args) { return float_new(0.005); }
Value sys_utf8(Args) { return intern("utf-8"); }
Value sys_surrogateescape(Args) { return intern("surrogateescape"); }
Value sys_is_finalizing(Args) { return boolean(ending()); }
/// The __name__ of the function that calls this one; of its caller, with 1.
Value sys_getcallermodule(Args a) {
  std::int64_t up = 0;
  if (a.count > 0 && !index_of(a[0], &up)) return nullptr;
  const Frame* f = up < 0 || up > kMostFrames ? nullptr : frame_at(static_cast<int>(up));
  return f == nullptr ? raise(exc::ValueError, "call stack is not deep enough") : or_none(dict_get_name(f->globals, names::__name__));
}

constexpr std::initializer_list<NativeDef> kNatives = {{"exc_info", sys_exc_info, 0, 0},
                                                       {"exception", sys_exception, 0, 0},
                                                       {"exit", sys_exit, 0, 1},
                                                       {"excepthook", sys_excepthook, 3, 3},
                                                       {"__excepthook__", sys_excepthook, 3, 3},
                                                       {"unraisablehook", sys_unraisablehook, 1, 1},
                                                       {"__unraisablehook__", sys_unraisablehook, 1, 1},
                                                       {"displayhook", sys_displayhook, 1, 1},
                                                       {"__displayhook__", sys_displayhook, 1, 1},
                                                       {"getrecursionlimit", sys_getrecursionlimit, 0, 0},
                                                       {"setrecursionlimit", sys_setrecursionlimit, 1, 1},
                                                       {"getrefcount", sys_getrefcount, 1, 1},
                                                       {"getsizeof", sys_getsizeof, 1, 2, kNames},
                                                       {"intern", sys_intern, 1, 1},
                                                       {"settrace", sys_nothing, 1, 1},
                                                       {"gettrace", sys_nothing, 0, 0},
                                                       {"setprofile", sys_nothing, 1, 1},
                                                       {"getprofile", sys_nothing, 0, 0},
                                                       {"setswitchinterval", sys_nothing, 1, 1},
                                                       {"getswitchinterval", sys_getswitchinterval, 0, 0},
                                                       {"getdefaultencoding", sys_utf8, 0, 0},
                                                       {"getfilesystemencoding", sys_utf8, 0, 0},
                                                       {"getfilesystemencodeerrors", sys_surrogateescape, 0, 0},
                                                       {"is_finalizing", sys_is_finalizing, 0, 0},
                                                       {"_getcallermodule", sys_getcallermodule, 0, 1}};

// ---- what does not change -------------------------------------------------------------------------------------------------------------------

Value texts(const std::vector<std::string>& all) {
  List* list = list_new();
  for (const std::string& one : all)
    if (list == nullptr || !list_append(list, str_value(one))) return nullptr;
  return list;
}
std::string executable() {
  char path[PATH_MAX];
  const ssize_t n = readlink("/proc/self/exe", path, sizeof path);
  return n <= 0 ? "" : std::string(path, usize(n));
}
Value module_names() {
  Tuple* all = tuple_new(ssize(kBuiltinModules.size()));
  for (std::int64_t i = 0; all != nullptr && i < all->size; ++i) all->items[i] = intern(kBuiltinModules.begin()[i].name);
  return all;
}
/// The modules above, and those of lib/.
Value library_names() {
  Set* all = set_new(&frozenset_type);
  for (const BuiltinModule& module : kBuiltinModules)
    if (all == nullptr || !set_add(all, intern(module.name))) return nullptr;
  for (std::size_t i = 0; i < kEmbeddedCount; ++i) {
    const std::string_view path = kEmbeddedFiles[i].path;
    if (!set_add(all, intern(path.substr(0, path.find_first_of("/."))))) return nullptr;
  }
  return all;
}
Value version_new(int major, int minor, int micro) {
  return record_new(version_info_type, {small_int(major), small_int(minor), small_int(micro), intern("final"), small_int(0)});
}
constexpr int hex_version(int major, int minor, int micro) { return major << 24 | minor << 16 | micro << 8 | 0xF0; }

bool define_versions(Module* m) {
  Value implementation = namespace_new(
      {{"name", intern("minipy")}, {"version", version_new(0, 1, 0)}, {"hexversion", small_int(hex_version(0, 1, 0))}, {"cache_tag", none()}});
  return define(m, "implementation", implementation) && define(m, "version_info", version_new(kMajor, kMinor, kMicro)) &&
         define(m, "hexversion", small_int(hex_version(kMajor, kMinor, kMicro))) &&
         define(m, "version", str_value(fmt::format("{}.{}.{} (minipy {})", kMajor, kMinor, kMicro, kVersion))) &&
         define(m, "copyright", intern("")) && define(m, "api_version", small_int(0));
}

bool define_limits(Module* m) {
  using Limits = std::numeric_limits<double>;
  Value floats = namespace_new({{"max", float_new(Limits::max())},
                                {"min", float_new(Limits::min())},
                                {"epsilon", float_new(Limits::epsilon())},
                                {"dig", small_int(Limits::digits10)},
                                {"mant_dig", small_int(Limits::digits)},
                                {"max_exp", small_int(Limits::max_exponent)},
                                {"min_exp", small_int(Limits::min_exponent)},
                                {"radix", small_int(2)}});
  Value flags = namespace_new({});
  for (const char* name : {"debug", "inspect", "interactive", "optimize", "dont_write_bytecode", "no_user_site", "no_site", "ignore_environment",
                           "verbose", "bytes_warning", "quiet", "hash_randomization", "isolated", "dev_mode", "utf8_mode"})
    if (flags == nullptr || !dict_set_name(instance_dict(flags), intern(name), small_int(0))) return false;
  return define(m, "float_info", floats) && define(m, "flags", flags) && define(m, "maxsize", small_int(kMaxInt)) &&
         define(m, "maxunicode", small_int(0x10FFFF)) && define(m, "byteorder", intern("little")) && define(m, "platform", intern("linux"));
}

bool define_places(Module* m) {
  const std::string program = executable();
  const std::string folder = program.substr(0, program.rfind('/') == std::string::npos ? 0 : program.rfind('/'));
  for (const char* name : {"prefix", "exec_prefix", "base_prefix", "base_exec_prefix"})
    if (!define(m, name, str_value(folder))) return false;
  for (const char* name : {"path_hooks", "meta_path", "warnoptions"})
    if (!define(m, name, list_new())) return false;
  return define(m, "executable", str_value(program)) && define(m, "argv", texts(settings.argv)) && define(m, "orig_argv", texts(settings.argv)) &&
         define(m, "path", list_new()) && define(m, "path_importer_cache", dict_new()) && define(m, "modules", modules) &&
         define(m, "builtin_module_names", module_names()) && define(m, "stdlib_module_names", library_names()) &&
         define(m, "dont_write_bytecode", boolean(true)) && define(m, "pycache_prefix", none());
}

bool define_streams(Module* m) {
  init_stream_type();
  static constexpr const char* kNames[3][2] = {{"stdin", "__stdin__"}, {"stdout", "__stdout__"}, {"stderr", "__stderr__"}};
  for (int fd = 0; fd < 3; ++fd)
    for (const char* name : kNames[fd])
      if (!define(m, name, ::fcntl(fd, F_GETFD) >= 0 ? static_cast<Value>(standard_stream(fd)) : none())) return false;
  return true;
}
}  // namespace

Value replaced_excepthook() { return replaced(names::excepthook, sys_excepthook); }
Value replaced_unraisablehook() { return replaced(names::unraisablehook, sys_unraisablehook); }

bool fill_sys(Module* m) {
  init_record_types();
  if (!define(m, kNatives) || !define_versions(m) || !define_limits(m) || !define_places(m) || !define_streams(m)) return false;
  sys_names = m->dict;
  return true;
}

}  // namespace minipy
