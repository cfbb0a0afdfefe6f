// Attributes and namespaces by name, code that is text, and imports.
#include <algorithm>
#include <string>

#include "compile/code.hpp"
#include "modules/builtins.hpp"
#include "runtime/error.hpp"
#include "runtime/names.hpp"
#include "runtime/str.hpp"
#include "runtime/table.hpp"
#include "types/types.hpp"
#include "vm/interpreter.hpp"
#include "vm/vm.hpp"

namespace minipy {

namespace {
// ---- attributes -----------------------------------------------------------------------------------------------------------------------------

/// As names are compared by identity, they have to be interned.
Str* name_of(Value v) {
  return is_str(v) ? intern(as_str(v)) : as_str(raise(exc::TypeError, "attribute name must be string, not '{}'", type_name(v)));
}
Value builtin_getattr(Args a) {
  Str* name = name_of(a[1]);
  if (name == nullptr) return nullptr;
  if (a.count < 3) return get_attr(a[0], name);
  Value found = find_attr(a[0], name);
  return found == nullptr && (!error_pending() || clear_error_if(exc::AttributeError)) ? a[2] : found;
}
Value builtin_hasattr(Args a) {
  Str* name = name_of(a[1]);
  if (name == nullptr) return nullptr;
  Value found = find_attr(a[0], name);
  return error_pending() && !clear_error_if(exc::AttributeError) ? nullptr : boolean(found != nullptr);
}
Value builtin_setattr(Args a) {
  Str* name = name_of(a[1]);
  return done(name != nullptr && set_attr(a[0], name, a[2]));
}
Value builtin_delattr(Args a) {
  Str* name = name_of(a[1]);
  return done(name != nullptr && set_attr(a[0], name, nullptr));
}

// ---- namespaces -----------------------------------------------------------------------------------------------------------------------------

bool no_frame() { return raise(exc::SystemError, "no function of the program is running"), false; }
bool is_module_code(const Code* code) { return code->name->view() == "<module>"; }

/// A function's variables as they are now.
Dict* copied_locals(const Frame* f) {
  Dict* out = dict_new();
  const std::vector<Str*>& locals = f->code->locals;
  for (std::size_t i = 0; out != nullptr && i < locals.size(); ++i) {
    Value v = f->locals[i];
    if (v != nullptr && is_exact(v, &cell_type)) v = as<Cell>(v)->value;
    if (v == nullptr || locals[i]->view().substr(0, 1) == ".") continue;
    if (!dict_set_name(out, locals[i], v)) return nullptr;
  }
  return out;
}
Dict* local_names() {
  const Frame* f = frame_at(0);
  if (f == nullptr) return no_frame(), nullptr;
  return f->names != nullptr ? f->names : is_module_code(f->code) ? f->globals : copied_locals(f);
}
Value builtin_globals(Args) {
  const Frame* f = frame_at(0);
  return f != nullptr ? f->globals : (no_frame(), nullptr);
}
Value builtin_locals(Args) { return local_names(); }
Value builtin_vars(Args a) {
  if (a.count == 0) return local_names();
  Value dict = find_attr(a[0], names::__dict__);
  if (dict == nullptr) (void)clear_error_if(exc::AttributeError);
  return dict != nullptr || error_pending() ? dict : raise(exc::TypeError, "vars() argument must have __dict__ attribute");
}

Value sorted_list(Value iterable) {
  List* l = iterable == nullptr ? nullptr : list_from(iterable);
  return l != nullptr && sort_values(l->items, l->size, nullptr, false) ? l : nullptr;
}
Value builtin_dir(Args a) {
  if (a.count == 0) return sorted_list(local_names());
  if (!is_instance(a[0], &module_type)) return sorted_list(call_special(a[0], names::__dir__, {}));
  Dict* own = as<Module>(a[0])->dict;
  Value hook = dict_get_name(own, names::__dir__);
  return sorted_list(hook != nullptr ? call(hook, {}) : own);
}

// ---- code -----------------------------------------------------------------------------------------------------------------------------------

/// Text of a program; false: TypeError.
bool source_text(Value v, const char* function, const char* what, std::string* out) {
  if (is_str(v))
    *out = as_str(v)->view();
  else if (is_instance(v, &bytes_type))
    *out = as<Bytes>(v)->view();
  else
    return raise(exc::TypeError, "{}() arg 1 must be a {}", function, what), false;
  if (out->find('\0') != std::string::npos) return raise(exc::ValueError, "source code string cannot contain null bytes"), false;
  return valid_utf8(*out) || (raise(exc::SyntaxError, "source code is not valid UTF-8"), false);
}
Value builtin_compile(Args args) {
  Value a[7];
  std::string text;
  if (!unpack_args(args, "compile", {"source", "filename", "mode", "flags", "dont_inherit", "optimize", "_feature_version"}, 3, a)) return nullptr;
  if (is_exact(a[0], &code_type)) return a[0];
  if (!source_text(a[0], "compile", "string, bytes or AST object", &text)) return nullptr;
  if (!is_str(a[1]) || !is_str(a[2]))
    return raise(exc::TypeError, "compile() argument {} must be str, not {}", is_str(a[1]) ? 3 : 2, type_name(is_str(a[1]) ? a[2] : a[1]));
  static constexpr std::string_view kModes[] = {"exec", "eval", "single"};
  const auto* mode = std::find(std::begin(kModes), std::end(kModes), as_str(a[2])->view());
  if (mode == std::end(kModes)) return raise(exc::ValueError, "compile() mode must be 'exec', 'eval' or 'single'");
  Code* code = compile_text(text, as_str(a[1])->view(), static_cast<CompileMode>(mode - kModes));
  auto* made = code == nullptr ? nullptr : static_cast<CodeObject*>(allocate(sizeof(CodeObject)));
  if (made != nullptr) made->type = &code_type, made->code = code;
  return made;
}

/// Where code is to run, from the optional arguments; without them, where the caller's code runs.
bool find_namespaces(Args a, const char* function, Dict** globals, Dict** names) {
  Value given = a.count > 1 && a[1] != none() ? a[1] : nullptr, local = a.count > 2 && a[2] != none() ? a[2] : nullptr;
  for (Value v : {given, local})
    if (v != nullptr && !is_instance(v, &dict_type))
      return raise_text(exc::TypeError, function == std::string_view("eval") ? (v == given ? "globals must be a dict" : "locals must be a mapping")
                                                                             : fmt::format("{}() {} must be a dict, not {}", function,
                                                                                           v == given ? "globals" : "locals", type_name(v))),
             false;
  const Frame* f = frame_at(0);
  if (given == nullptr && f == nullptr) return no_frame();
  *globals = given != nullptr ? as_dict(given) : f->globals;
  *names = local != nullptr ? as_dict(local) : given != nullptr ? *globals : local_names();
  if (*names == nullptr) return false;
  if (*names == *globals) *names = nullptr;
  return dict_get_name(*globals, names::__builtins__) != nullptr || given == nullptr || dict_set_name(*globals, names::__builtins__, builtins);
}
Value run_source(Args a, const char* function, CompileMode mode) {
  Dict *globals = nullptr, *names = nullptr;
  if (!find_namespaces(a, function, &globals, &names)) return nullptr;
  if (is_exact(a[0], &code_type)) return run_code(as<CodeObject>(a[0])->code, globals, names);
  std::string text;
  if (!source_text(a[0], function, "string, bytes or code object", &text)) return nullptr;
  std::string_view code_text = text;
  if (mode == CompileMode::eval) code_text.remove_prefix(std::min(code_text.find_first_not_of(" \t"), code_text.size()));
  Code* code = compile_text(code_text, "<string>", mode);
  return code == nullptr ? nullptr : run_code(code, globals, names);
}
Value builtin_exec(Args a) { return run_source(a, "exec", CompileMode::exec) == nullptr ? nullptr : none(); }
Value builtin_eval(Args a) { return run_source(a, "eval", CompileMode::eval); }

// ---- imports --------------------------------------------------------------------------------------------------------------------------------

Value builtin_import(Args args) {
  Value a[5];
  std::int64_t level = 0;
  if (!unpack_args(args, "__import__", {"name", "globals", "locals", "fromlist", "level"}, 1, a)) return nullptr;
  if (!is_str(a[0])) return raise(exc::TypeError, "module name must be a string");
  if (a[4] != nullptr && !index_of(a[4], &level)) return nullptr;
  if (level < 0) return raise(exc::ValueError, "level must be >= 0");
  if (as_str(a[0])->bytes == 0 && level == 0) return raise(exc::ValueError, "Empty module name");
  Tuple* from = a[3] == nullptr || a[3] == none() ? nullptr : tuple_from_iterable(a[3]);
  if (error_pending()) return nullptr;
  const Frame* f = frame_at(0);
  Dict* globals = a[1] != nullptr && is_instance(a[1], &dict_type) ? as_dict(a[1]) : f != nullptr ? f->globals : builtins;
  return import_statement(intern(as_str(a[0])), level, from != nullptr && from->size > 0 ? from : nullptr, globals);
}
}  // namespace

bool define_name_builtins(Module* m) {
  return define(m, {{"getattr", builtin_getattr, 2, 3},
                    {"hasattr", builtin_hasattr, 2, 2},
                    {"setattr", builtin_setattr, 3, 3},
                    {"delattr", builtin_delattr, 2, 2},
                    {"globals", builtin_globals, 0, 0},
                    {"locals", builtin_locals, 0, 0},
                    {"vars", builtin_vars, 0, 1},
                    {"dir", builtin_dir, 0, 1},
                    {"compile", builtin_compile, 0, 7, kNames},
                    {"exec", builtin_exec, 1, 3},
                    {"eval", builtin_eval, 1, 3},
                    {"__import__", builtin_import, 0, 5, kNames}});
}

}  // namespace minipy
