#include "repl.hpp"

#include <editline/readline.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>

#include "modules/modules.hpp"
#include "runtime/error.hpp"
#include "syntax/parser.hpp"
#include "vm/interpreter.hpp"
#include "vm/vm.hpp"

namespace minipy {

namespace {

struct Reading {
  const char* prompt;
  std::optional<std::string> line;
};

/// Without the interpreter's lock: collections and other threads go on while the user thinks.
void read_line(void* argument) {
  auto& reading = *static_cast<Reading*>(argument);
  if (isatty(STDIN_FILENO) == 0) {
    std::string line;
    if (std::getline(std::cin, line)) reading.line = std::move(line);
    return;
  }
  char* line = readline(reading.prompt);
  if (line == nullptr) return;
  if (*line != 0) add_history(line);
  reading.line = line;
  std::free(line);
}

std::optional<std::string> next_line(const char* prompt) {
  (void)flush_out();
  Reading reading{prompt, std::nullopt};
  unlocked(read_line, &reading);
  return std::move(reading.line);
}

/// Would more lines complete the text? A block ends by an empty line.
bool is_complete(const std::string& text, bool last_line_empty) {
  Tree tree;
  Fault fault;
  const Node* root = parse(text, SourceMode::single, tree, fault);
  if (fault.kind != Fault::Kind::none) return !fault.at_end;
  if (root == nullptr || root->body.empty()) return true;
  const std::size_t end = text.find_last_not_of("\n");
  const bool block = !root->body.back()->body.empty() || (end != std::string::npos && text[end] == ':');
  return !block || last_line_empty;
}

void run_text(const std::string& text) {
  Code* code = compile_text(text, "<stdin>", CompileMode::single);
  if (code == nullptr || run_code(code, main_module->dict, nullptr) == nullptr) {
    if (error_is(exc::SystemExit)) return;
    (void)report_fatal();
  }
}

std::string history_path() {
  const char* home = std::getenv("HOME");
  return home == nullptr ? std::string{} : std::string(home) + "/.minipy_history";
}

}  // namespace

bool run_repl() {
  const bool terminal = isatty(STDIN_FILENO) != 0;
  const std::string history = terminal ? history_path() : std::string{};
  if (terminal) std::puts("minipy, a small Python on mayfly. exit() or Ctrl-D ends it.");
  if (!history.empty()) using_history(), (void)read_history(history.c_str());
  std::string text;
  while (auto line = next_line(text.empty() ? ">>> " : "... ")) {
    text += *line + "\n";
    if (!is_complete(text, line->empty())) continue;
    run_text(text);
    text.clear();
    if (error_pending()) break;
  }
  if (!text.empty() && !error_pending()) run_text(text);
  if (!history.empty()) (void)write_history(history.c_str());
  if (terminal && !error_pending()) std::puts("");
  return !error_pending();
}

}  // namespace minipy
