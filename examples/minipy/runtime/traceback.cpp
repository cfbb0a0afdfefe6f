// Exceptions as text: what a program prints when it ends by one.
#include <algorithm>
#include <fstream>

#include "compile/code.hpp"
#include "runtime/error.hpp"
#include "runtime/names.hpp"
#include "runtime/ops.hpp"
#include "runtime/str.hpp"
#include "runtime/table.hpp"
#include "runtime/thread.hpp"

namespace minipy {

std::int32_t line_of(const Code* code, std::uint32_t pc) {
  const auto behind = std::upper_bound(code->lines.begin(), code->lines.end(), pc, [](std::uint32_t at, const LineMark& m) { return at < m.pc; });
  return behind == code->lines.begin() ? code->first_line : (behind - 1)->line;
}

namespace {
/// The line of a file without its indentation; empty when there is none to be had.
std::string source_line(std::string_view file, std::int64_t line) {
  if (file.empty() || file[0] == '<') return {};
  std::ifstream in{std::string(file)};
  std::string text;
  for (std::int64_t i = 0; i < line; ++i)
    if (!std::getline(in, text)) return {};
  const std::size_t start = text.find_first_not_of(" \t\f");
  return start == std::string::npos ? std::string{} : text.substr(start);
}

void append_entry(std::string& out, const Traceback* t) {
  out += format_text("  File \"{}\", line {}, in {}\n", t->code->filename, t->line, t->code->name);
  const std::string source = source_line(t->code->filename->view(), t->line);
  if (!source.empty()) out += "    " + source + "\n";
}

/// Like entries are counted behind the third: a recursion has thousands of them.
void append_traceback(std::string& out, const Traceback* first) {
  if (first == nullptr) return;
  out += "Traceback (most recent call last):\n";
  const Traceback* last = nullptr;
  std::int64_t same = 0;
  const auto flush = [&] {
    if (same > 3) out += fmt::format("  [Previous line repeated {} more time{}]\n", same - 3, same == 4 ? "" : "s");
  };
  for (const Traceback* t = first; t != nullptr; t = t->next) {
    const bool again = last != nullptr && last->code == t->code && last->line == t->line;
    if (!again) flush();
    same = again ? same + 1 : 1;
    if (same <= 3) append_entry(out, t);
    last = t;
  }
  flush();
}

void append_notes(std::string& out, Value exception) {
  Value notes = find_attr(exception, intern("__notes__"));
  if (notes == nullptr || !is_instance(notes, &list_type)) return clear_error();
  for (std::int64_t i = 0; i < as_list(notes)->size; ++i) out += str_text(as_list(notes)->items[i]) + "\n";
}

/// Of a SyntaxError: the file, the line, and a caret under the column.
void append_place(std::string& out, const Exception* e) {
  if (e->dict == nullptr || !is_subtype(e->type, &exc::SyntaxError)) return;
  const auto attribute = [e](const char* name) { return dict_get_name(e->dict, intern(name)); };
  Value file = attribute("filename"), line = attribute("lineno"), column = attribute("offset"), text = attribute("text");
  if (file == nullptr || !is_str(file) || line == nullptr || !is_int(line)) return;
  out += format_text("  File \"{}\", line {}\n", as_str(file), int_of(line));
  if (text == nullptr || !is_str(text) || column == nullptr || !is_int(column)) return;
  const std::string_view whole = as_str(text)->view();
  const std::size_t start = std::min(whole.find_first_not_of(" \t\f"), whole.size());
  const auto at = std::clamp<std::int64_t>(int_of(column) - 1 - ssize(start), 0, ssize(whole.size() - start));
  out += fmt::format("    {}\n    {}^\n", whole.substr(start), std::string(usize(at), ' '));
}

/// The exception that is told before `e`: its cause, or what was being handled; null: none.
Value earlier(const Exception* e) { return e->cause != nullptr ? e->cause : e->suppress_context ? nullptr : e->context; }
}  // namespace

std::string format_traceback(const Traceback* first) {
  std::string out;
  append_traceback(out, first);
  return out;
}

std::string exception_line(Value exception) {
  const Type* type = type_of(exception);
  const std::string module =
      type->module == nullptr || type->module == names::builtins || type->module->view() == "__main__" ? "" : std::string(type->module->view()) + ".";
  Value message = is_subtype(type, &exc::SyntaxError) ? find_attr(exception, names::msg) : nullptr;  // the place has been told
  Str* text = to_str(message != nullptr && message != none() ? message : exception);
  if (text == nullptr) {
    clear_error();
    return format_text("{}{}: <exception str() failed>", module, type->qualname);
  }
  return text->bytes == 0 ? format_text("{}{}", module, type->qualname) : format_text("{}{}: {}", module, type->qualname, text);
}

std::string format_exception(Value exception) {
  Value pending = take_error();
  List* chain = list_new();  // held here: a program's __str__ may change the links
  for (Value e = exception; chain != nullptr && e != nullptr && std::find(chain->items, chain->items + chain->size, e) == chain->items + chain->size;
       e = earlier(as<Exception>(e)))
    if (!list_append(chain, e)) break;
  std::string out;
  if (chain == nullptr) append_traceback(out, as<Exception>(exception)->traceback), out += exception_line(exception) + "\n";  // no memory
  for (std::int64_t i = chain == nullptr ? 0 : chain->size; i > 0; --i) {
    Value told = chain->items[i - 1];
    append_traceback(out, as<Exception>(told)->traceback);
    append_place(out, as<Exception>(told));
    out += exception_line(told) + "\n";
    append_notes(out, told);
    if (i > 1)
      out += as<Exception>(chain->items[i - 2])->cause == told ? "\nThe above exception was the direct cause of the following exception:\n\n"
                                                               : "\nDuring handling of the above exception, another exception occurred:\n\n";
  }
  restore_error(pending);
  return out;
}

}  // namespace minipy
