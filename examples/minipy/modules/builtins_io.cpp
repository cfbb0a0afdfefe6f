// print, input, open; and exit for the prompt.
#include <string>

#include "modules/builtins.hpp"
#include "modules/streams.hpp"
#include "runtime/error.hpp"
#include "runtime/names.hpp"
#include "runtime/str.hpp"
#include "vm/interpreter.hpp"

namespace minipy {

namespace {
/// The text of `sep` or `end`; false: TypeError.
bool separator(Value v, const char* name, std::string_view normal, std::string* out) {
  if (v == nullptr || v == none()) return *out = normal, true;
  if (!is_str(v)) return raise(exc::TypeError, "{} must be None or a string, not {}", name, type_name(v)), false;
  return *out = as_str(v)->view(), true;
}
bool flush_file(Value file) { return is_stream(file) ? stream_flush(static_cast<Stream*>(file)) : call_method(file, names::flush, {}) != nullptr; }

Value builtin_print(Args args) {
  Value k[4];
  std::string sep, end;
  if (!keywords_only(args, "print", {"sep", "end", "file", "flush"}, k)) return nullptr;
  if (!separator(k[0], "sep", " ", &sep) || !separator(k[1], "end", "\n", &end)) return nullptr;
  Value file = k[2] == nullptr || k[2] == none() ? current_stream(1) : k[2];
  if (file == nullptr) return raise(exc::RuntimeError, "lost sys.stdout");
  if (file == none()) return none();
  for (std::int64_t i = 0; i < args.count; ++i) {
    if (i > 0 && !write_to(file, sep)) return nullptr;
    Str* text = to_str(args[i]);
    if (text == nullptr || !write_to(file, text->view())) return nullptr;
  }
  if (!write_to(file, end)) return nullptr;
  if (is_stream(file) && !stream_settle(static_cast<Stream*>(file))) return nullptr;
  const int flush = k[3] == nullptr ? 0 : truth(k[3]);
  return done(flush >= 0 && (flush == 0 || flush_file(file)));
}

Value builtin_input(Args a) {
  Value in = current_stream(0), out = current_stream(1);
  if (in == nullptr || in == none()) return raise(exc::RuntimeError, "input(): lost sys.stdin");
  if (out == nullptr || out == none()) return raise(exc::RuntimeError, "input(): lost sys.stdout");
  Str* prompt = a.count > 0 ? to_str(a[0]) : nullptr;
  if (error_pending() || (prompt != nullptr && !write_to(out, prompt->view())) || !flush_file(out)) return nullptr;
  Value line = call_method(in, names::readline, {});
  if (line == nullptr) return nullptr;
  if (!is_str(line)) return raise(exc::TypeError, "object.readline() returned non-string");
  std::string_view text = as_str(line)->view();
  if (text.empty()) return raise(exc::EOFError, "EOF when reading a line");
  if (text.back() == '\n') text.remove_suffix(1);
  return str_new(text);
}

Value builtin_open(Args args) {
  Module* io = import_module(intern("io"));
  Value open = io == nullptr ? nullptr : get_attr(io, intern("open"));
  return open == nullptr ? nullptr : call(open, args);
}
Value builtin_exit(Args a) { return a.count == 0 ? raise_text(exc::SystemExit, "") : raise_with(exc::SystemExit, a[0]); }
}  // namespace

bool define_io_builtins(Module* m) {
  return define(m, {{"print", builtin_print, 0, -1, kNames},
                    {"input", builtin_input, 0, 1},
                    {"open", builtin_open, 0, -1, kNames},
                    {"exit", builtin_exit, 0, 1},
                    {"quit", builtin_exit, 0, 1}});
}

}  // namespace minipy
