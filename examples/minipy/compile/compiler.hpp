// Syntax trees to code.
#pragma once
#include <optional>

#include "compile/assembler.hpp"
#include "compile/scope.hpp"

namespace minipy {

/// The code of a module's tree. `interactive`: values of expression statements are printed. `expression`: the value of the only one is returned.
/// Null: the fault says why, or MemoryError is pending.
enum class ModuleKind : std::uint8_t { file, interactive, expression };
Code* compile_module(const Node* module, std::string_view filename, ModuleKind kind, Fault& fault);

/// Compiles the body of one scope. Lives on the C++ stack: its constants are not in memory that the collector sees otherwise.
class Compiler {
 public:
  Compiler(Compiler* outer, const Scopes& scopes, Scope* scope, std::string_view name, Str* filename, std::int32_t line, Fault& fault);

  Code* module(const Node* node, ModuleKind kind);

 private:
  /// What a jump out of a statement has to undo.
  struct Block {
    enum class Kind : std::uint8_t { while_, for_, try_, finally, with, handler, finally_handler, value } kind;
    Label* next = nullptr;              // continue
    Label* end = nullptr;               // break
    const Nodes* body = nullptr;        // of finally
    const std::string* name = nullptr;  // of `except ... as name`
    Label* on_error = nullptr;          // its guard, open from `start` on
    std::uint32_t start = 0;
    std::int64_t depth = 0;
    int line = 0;
  };

  // compiler.cpp: scopes, functions, classes
  void prepare_locals(const Parameters* parameters);
  std::string inner_qualname(const std::string& name) const;
  Code* finish(Op last_value);
  void make_function(const Node* node, Code* code, const Scope* scope, unsigned flags);
  unsigned defaults(const Parameters& p);
  void function(const Node* node);
  void lambda(const Node* node);
  void class_statement(const Node* node);
  Code* class_code(const Node* node);
  Code* function_code(const Node* node, const std::string& name);
  void docstring(const Nodes& body);
  void decorate(const Node* node);

  // compile_expressions.cpp
  void value(const Node* node);
  void value_parts(const Node* node);
  void value_rest(const Node* node);
  void values(const Nodes& nodes);
  void text(const std::string& text);
  void integer(std::int64_t i);
  void none();
  void load(const std::string& name);
  void store_name(const std::string& name);
  void delete_name(const std::string& name);
  void variable(const std::string& mangled, Op local, Op deref, Op global, Op name, Op classderef);
  void store(const Node* target);
  void unpack(const Node* target);
  void remove(const Node* target);
  void display(const Node* node, Op build, Op add, Op extend);
  void dict_display(const Node* node);
  bool constant_tuple(const Node* node);
  void comparison(const Node* node);
  void compare_one(int op);
  void logic(const Node* node);
  void jump_if(const Node* node, bool wanted, Label& label);
  void call(const Node* node);
  bool super_call(const Node* node);
  static bool is_spread(const Nodes& arguments);
  void call_plain(const Nodes& arguments, std::uint32_t before);
  void call_spread(const Nodes& arguments);
  void joined(const Node* node);
  void subscript_key(const Node* node);
  void comprehension(const Node* node);
  Code* comprehension_code(const Node* node, const char* name);
  void comprehension_part(const Node* node, std::size_t part, std::uint32_t depth);
  void augmented(const Node* node);

  // compile_statements.cpp
  void statements(const Nodes& nodes);
  void statement(const Node* node);
  void simple_statement(const Node* node);
  void if_statement(const Node* node);
  void while_statement(const Node* node);
  void for_statement(const Node* node);
  void try_statement(const Node* node);
  void try_except(const Node* node);
  void except_handlers(const Node* node, Label& end);
  void handler_body(const Node* handler);
  void try_finally(const Node* node);
  void with_statement(const Node* node, std::size_t item);
  void annotated(const Node* node);
  void import_statement(const Node* node);
  void import_from(const Node* node);
  void raise_statement(const Node* node);
  void assert_statement(const Node* node);
  void return_statement(const Node* node);
  void loop_exit(const Node* node);
  void leave(const Block& block, bool keep_top);
  void leave_all(std::size_t down_to, bool keep_top);
  void open_guards(std::size_t down_to);
  void push_guarded(Block::Kind kind, Label& handler);
  Block pop_guarded();
  void begin_handler(Label& handler, std::int64_t depth);
  void end_handler(Label& cleanup, std::int64_t depth);
  void delete_handler_name(const std::string& name);

  void fail(const Node* node, std::string message);
  bool failed() const { return fault_.kind != Fault::Kind::none; }

  const Scopes& scopes_;
  Scope* scope_;
  std::string qualname_;
  Str* filename_;
  Fault& fault_;
  Assembler out_;
  std::vector<Block> blocks_;
  std::unordered_map<std::string, std::uint32_t> slots_;  // of local variables
  int depth_ = 0;
  bool interactive_ = false;
};

}  // namespace minipy
