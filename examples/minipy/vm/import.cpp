// Imports. A module is looked for among those of C++, then among the files that are part of the program ("<minipy>/..."), then on sys.path; a
// module of a package on its package's __path__.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <vector>

#include "compile/compiler.hpp"
#include "modules/modules.hpp"
#include "modules/sys_module.hpp"
#include "runtime/error.hpp"
#include "runtime/names.hpp"
#include "runtime/ops.hpp"
#include "runtime/str.hpp"
#include "runtime/table.hpp"
#include "syntax/parser.hpp"
#include "vm/embedded.hpp"
#include "vm/interpreter.hpp"
#include "vm/vm.hpp"

namespace minipy {

Dict* modules = nullptr;
Dict* builtins = nullptr;
Module* main_module = nullptr;
bool main_has_functions = false;

namespace {

constexpr std::string_view kEmbeddedRoot = "<minipy>";

/// A file that a module is made of.
struct Source {
  std::string path;
  std::string text;
  bool package = false;
};

const EmbeddedFile* embedded(std::string_view path) {
  for (std::size_t i = 0; i < kEmbeddedCount; ++i)
    if (kEmbeddedFiles[i].path == path) return &kEmbeddedFiles[i];
  return nullptr;
}

std::optional<std::string> read_file(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) return std::nullopt;
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  std::ostringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}

std::optional<Source> source_in(const std::string& folder, const std::string& name) {
  for (const bool package : {true, false}) {
    const std::string path = folder + (folder.empty() ? "" : "/") + name + (package ? "/__init__.py" : ".py");
    if (folder.compare(0, kEmbeddedRoot.size(), kEmbeddedRoot) == 0) {
      if (const EmbeddedFile* f = embedded(std::string_view(path).substr(kEmbeddedRoot.size() + 1)))
        return Source{path, std::string(f->text), package};
    } else if (auto text = read_file(path)) {
      return Source{path, *std::move(text), package};
    }
  }
  return std::nullopt;
}

std::optional<Source> source_on(Value folders, const std::string& name) {
  if (folders == nullptr || !is_instance(folders, &list_type)) return std::nullopt;
  for (std::int64_t i = 0; i < as_list(folders)->size; ++i) {
    Value folder = as_list(folders)->items[i];
    if (!is_str(folder)) continue;
    if (auto found = source_in(std::string(as_str(folder)->view()), name)) return found;
  }
  return std::nullopt;
}

Value sys_path() {
  Value sys = dict_get_name(modules, intern("sys"));
  return sys == nullptr ? nullptr : dict_get_name(as<Module>(sys)->dict, names::path);
}

bool raise_syntax_error(const Fault& fault, std::string_view filename, std::string_view text) {
  Type& type = fault.kind == Fault::Kind::indentation ? exc::IndentationError : fault.kind == Fault::Kind::tab ? exc::TabError : exc::SyntaxError;
  Exception* e = exception_new(type, fault.message);
  if (e == nullptr) return false;
  std::size_t start = 0;
  for (int line = 1; line < fault.line && start < text.size(); ++line) start = std::min(text.find('\n', start), text.size() - 1) + 1;
  const std::string_view line = text.substr(start, text.find('\n', start) - start);
  e->dict = dict_new();
  const auto set = [&](const char* name, Value v) { return v != nullptr && dict_set_name(e->dict, intern(name), v); };
  const bool filled = e->dict != nullptr && set("msg", str_new(fault.message)) && set("filename", str_new(filename)) &&
                      set("lineno", small_int(fault.line)) && set("offset", small_int(fault.column)) &&
                      set("text", valid_utf8(line) ? static_cast<Value>(str_new(line)) : none()) &&
                      set("unsupported", boolean(fault.kind == Fault::Kind::unsupported));
  if (filled) raise_exception(e);
  return false;
}

/// ImportError or ModuleNotFoundError about the module `name`.
Value raise_import(Type& type, Value name, std::string_view text) {
  Exception* e = exception_new(type, text);
  if (e == nullptr || (e->dict = dict_new()) == nullptr || !dict_set_name(e->dict, names::name, or_none(name))) return nullptr;
  return raise_exception(e);
}

bool run_module(Module* module, const Source& source) {
  Code* code = compile_text(source.text, source.path, CompileMode::exec);
  return code != nullptr && run_code(code, module->dict, nullptr) != nullptr;
}

/// Names that every module of a file has.
bool name_module(Module* module, std::string_view name, const Source& source) {
  const std::size_t dot = name.rfind('.');
  const std::string_view package = source.package ? name : dot == std::string_view::npos ? std::string_view{} : name.substr(0, dot);
  if (!define(module, "__file__", str_new(source.path)) || !define(module, "__package__", str_new(package))) return false;
  if (!source.package) return true;
  List* path = list_new();
  Value folder = str_new(std::string_view(source.path).substr(0, source.path.rfind('/')));
  return path != nullptr && folder != nullptr && list_append(path, folder) && define(module, "__path__", path);
}

bool fill_module(Module* module, std::string_view name, const BuiltinModule* builtin, const std::optional<Source>& source) {
  if (builtin != nullptr) return define(module, "__package__", str_new("")) && builtin->fill(module);
  return name_module(module, name, *source) && run_module(module, *source);
}

/// Names of the modules that are being imported, by whatever thread. Names live forever.
std::vector<Str*> loading;
bool is_loading(const Str* name) {
  return std::any_of(loading.begin(), loading.end(), [name](const Str* one) { return str_equal(one, name); });
}

/// A module that is not there yet; `path`: its package's, or null for sys.path.
Module* load_module(Str* name, Value path) {
  const std::string full(name->view());
  const std::string last = full.substr(full.rfind('.') + 1);
  if (sys_names != nullptr && dict_get_name(sys_names, intern("meta_path")) == none())
    return raise_import(exc::ImportError, name, "sys.meta_path is None, Python is likely shutting down"), nullptr;
  const BuiltinModule* builtin = path == nullptr ? builtin_module(full) : nullptr;
  std::optional<Source> source;
  if (builtin == nullptr) {
    if (path == nullptr) source = source_in(std::string(kEmbeddedRoot), last);
    if (!source) source = source_on(path != nullptr ? path : sys_path(), last);
    if (!source) {
      return raise_import(exc::ModuleNotFoundError, name, fmt::format("No module named '{}'", full)), nullptr;
    }
  }
  Module* module = module_new(full);
  if (module == nullptr || !dict_set(modules, name, module)) return nullptr;
  loading.push_back(name);
  const bool filled = fill_module(module, full, builtin, source);
  std::erase(loading, name);
  if (!filled) {
    Value error = take_error();
    (void)dict_delete(modules, name);
    restore_error(error);
    return nullptr;
  }
  Value now = dict_get_name(modules, name);  // a module may put something else in its place
  return as<Module>(now != nullptr ? now : module);
}

/// The package that relative names start from. Null: an exception.
Str* package_of(Dict* globals, std::int64_t level) {
  Value package = globals == nullptr ? nullptr : dict_get_name(globals, names::__package__);
  if (package == nullptr || !is_str(package) || as_str(package)->bytes == 0)
    return raise(exc::ImportError, "attempted relative import with no known parent package"), nullptr;
  std::string name(as_str(package)->view());
  for (; level > 1; --level) {
    const std::size_t dot = name.rfind('.');
    if (dot == std::string::npos) return raise(exc::ImportError, "attempted relative import beyond top-level package"), nullptr;
    name.resize(dot);
  }
  return intern(name);
}

/// `from package import name`, where the name may be a module of the package.
bool import_submodule(Module* package, Str* name) {
  if (find_attr(package, name) != nullptr) return true;
  if (error_pending()) return false;
  Value own = dict_get_name(package->dict, names::__name__);
  if (own == nullptr || !is_str(own)) return true;
  Str* full = intern(format_text("{}.{}", as_str(own), name));
  if (import_module(full) != nullptr) return true;
  if (!error_is(exc::ModuleNotFoundError)) return false;
  auto* e = as<Exception>(take_error());
  Value missing = e->dict == nullptr ? nullptr : dict_get_name(e->dict, names::name);
  if (missing == nullptr || !is_str(missing) || str_equal(as_str(missing), full)) return true;  // import_from() will say so
  return restore_error(e), false;
}

}  // namespace

Module* import_module(Str* name) {
  if (Value known = dict_get_name(modules, name)) {
    if (known != none()) return as<Module>(known);
    return raise_import(exc::ModuleNotFoundError, name, format_text("import of {} halted; None in sys.modules", name)), nullptr;
  }
  const std::size_t dot = name->view().rfind('.');
  if (dot == std::string_view::npos) return load_module(name, nullptr);
  Module* parent = import_module(intern(name->view().substr(0, dot)));
  if (parent == nullptr) return nullptr;
  if (Value known = dict_get_name(modules, name)) return as<Module>(known);  // its package imported it
  Value path = find_attr(parent, names::__path__);
  if (path == nullptr) {
    if (error_pending()) return nullptr;
    return raise_import(exc::ModuleNotFoundError, name,
                        format_text("No module named '{}'; '{}' is not a package", name, name->view().substr(0, dot))),
           nullptr;
  }
  Module* module = load_module(name, path);
  return module != nullptr && set_attr(parent, intern(name->view().substr(dot + 1)), module) ? module : nullptr;
}

Value import_statement(Str* name, std::int64_t level, Value from, Dict* globals) {
  Str* full = name;
  if (level > 0) {
    Str* package = package_of(globals, level);
    if (package == nullptr) return nullptr;
    full = name->bytes == 0 ? package : intern(format_text("{}.{}", package, name));
  }
  Module* module = import_module(full);
  if (module == nullptr) return nullptr;
  if (from == nullptr) {
    if (level > 0) return module;
    return import_module(intern(full->view().substr(0, full->view().find('.'))));
  }
  if (!is_instance(module, &module_type) || dict_get_name(module->dict, names::__path__) == nullptr) return module;
  for (std::int64_t i = 0; i < as_tuple(from)->size; ++i) {
    Str* wanted = as_str(as_tuple(from)->items[i]);
    if (is_str(wanted) && wanted->view() != "*" && !import_submodule(module, wanted)) return nullptr;
  }
  return module;
}

Value import_from(Value module, Str* name) {
  Value found = find_attr(module, name);
  if (found != nullptr || error_pending()) return found;
  Value own = find_attr(module, names::__name__);
  Value file = find_attr(module, names::__file__);
  clear_error();
  if (own != nullptr && is_str(own)) {  // a module that is being imported, in a circle
    if (Value there = dict_get_name(modules, intern(format_text("{}.{}", as_str(own), name)))) return there;
  }
  const std::string whose = own != nullptr ? repr_text(own) : "<unknown module name>", wanted = quoted(name->view());
  if (own != nullptr && is_str(own) && is_loading(as_str(own)))
    return raise_import(exc::ImportError, own,
                        fmt::format("cannot import name {} from partially initialized module {} (most likely due to a circular import) ({})", wanted,
                                    whose, file != nullptr ? str_text(file) : "unknown location"));
  return raise_import(exc::ImportError, own,
                      fmt::format("cannot import name {} from {} ({})", wanted, whose, file != nullptr ? str_text(file) : "unknown location"));
}

namespace {
/// Text, and no binary file.
bool check_source(std::string_view text, Fault& fault) {
  BadUtf8 bad{};
  const std::size_t nul = text.find('\0');
  if (nul == std::string_view::npos && !find_bad_utf8(text, 0, bad)) return true;
  const std::size_t at = nul != std::string_view::npos ? nul : bad.start;
  const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n');
  const std::string message = nul != std::string_view::npos
                                  ? "source code cannot contain null bytes"
                                  : fmt::format("(unicode error) 'utf-8' codec can't decode byte 0x{:02x} in position {}: {}",
                                                static_cast<unsigned char>(text[at]), at, bad.reason);
  fault = {Fault::Kind::syntax, message, static_cast<int>(line), 1, false};
  return false;
}
}  // namespace

Code* compile_text(std::string_view text, std::string_view filename, CompileMode mode) {
  Tree tree;
  Fault fault;
  const SourceMode how = mode == CompileMode::eval ? SourceMode::expression : mode == CompileMode::single ? SourceMode::single : SourceMode::module;
  const Node* root = check_source(text, fault) ? parse(text, how, tree, fault) : nullptr;
  Code* code = nullptr;
  const ModuleKind kind = mode == CompileMode::eval     ? ModuleKind::expression
                          : mode == CompileMode::single ? ModuleKind::interactive
                                                        : ModuleKind::file;
  if (root != nullptr) code = compile_module(root, filename, kind, fault);
  if (code == nullptr && fault.kind != Fault::Kind::none) raise_syntax_error(fault, filename, text);
  return code;
}

bool run_main_text(std::string_view text, std::string_view filename) {
  if (!define(main_module, "__file__", str_new(filename)) || !define(main_module, "__package__", none()) || !define(main_module, "__spec__", none()))
    return false;
  Code* code = compile_text(text, filename, CompileMode::exec);
  return code != nullptr && run_code(code, main_module->dict, nullptr) != nullptr;
}

bool run_main_module(std::string_view name) {
  std::string full(name);
  std::optional<Source> source;
  for (int tries = 0; tries < 2; ++tries) {
    Value path = nullptr;
    if (const std::size_t dot = full.rfind('.'); dot != std::string::npos) {
      Module* parent = import_module(intern(full.substr(0, dot)));
      path = parent == nullptr ? nullptr : find_attr(parent, names::__path__);
      if (path == nullptr) return error_pending() ? false : (raise(exc::ModuleNotFoundError, "No module named '{}'", full), false);
    }
    const std::string last = full.substr(full.rfind('.') + 1);
    source = path != nullptr ? source_on(path, last) : source_in(std::string(kEmbeddedRoot), last);
    if (!source && path == nullptr) source = source_on(sys_path(), last);
    if (!source || !source->package) break;
    full += ".__main__";  // a package is run by its __main__
  }
  if (!source) return raise(exc::ModuleNotFoundError, "No module named '{}'", full), false;
  if (!name_module(main_module, full, *source)) return false;
  if (Value argv = dict_get_name(as<Module>(dict_get_name(modules, intern("sys")))->dict, names::argv);
      argv != nullptr && is_instance(argv, &list_type) && as_list(argv)->size > 0)
    as_list(argv)->items[0] = str_new(source->path);
  return run_module(main_module, *source);
}

}  // namespace minipy
