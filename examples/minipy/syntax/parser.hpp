// Tokens to a syntax tree: recursive descent for statements, operator precedence for expressions.
#pragma once
#include <string_view>

#include "syntax/ast.hpp"
#include "syntax/fault.hpp"
#include "syntax/lexer.hpp"

namespace minipy {

enum class SourceMode { module, expression, single };  // single: one statement, of the REPL

/// The tree's root, or null with `fault` filled. An `expression` is a module of one expression statement.
Node* parse(std::string_view source, SourceMode mode, Tree& tree, Fault& fault);

/// One pass over the tokens. After the first fault it stands at the end token, so that everything returns.
class Parser {
 public:
  Parser(std::vector<Token> tokens, Tree& tree, Fault& fault) : tokens_(std::move(tokens)), tree_(tree), fault_(fault) { check_fault(); }

  Node* module(SourceMode mode);
  Node* expression();                              // with lambda, conditional, walrus not
  Node* named_expression();                        // walrus too
  Node* expression_list(bool starred);             // a, b, *c: a tuple if there is a comma
  static const char* kind_name(const Node* node);  // as messages call it

 private:
  enum Precedence { kNone, kOr, kAnd, kNotTest, kComparison, kBitOr, kBitXor, kBitAnd, kShift, kSum, kProduct, kUnary, kPower };

  // parser_expressions.cpp
  Node* binary(int least);
  Node* binary_rest(Node* left, int least);
  bool at_comparison() const;
  int comparison_operator();
  Node* comparison(Node* left);
  Node* prefix();
  Node* power();
  Node* trailers(Node* left);
  Node* call(Node* function);
  Node* call_argument();
  Node* subscript(Node* object);
  Node* subscript_item();
  Node* atom();
  Node* atom_name();
  Node* parenthesised();
  Node* list_display();
  Node* brace_display();
  Node* dict_rest(Node* out);
  void dict_item(Node* out);
  Node* comprehension(Node* element, NodeKind kind);
  Node* strings();  // parser_strings.cpp, with what is in f-strings
  void add_text(Node* out, std::string_view text, int line);
  void format_parts(std::string_view text, bool raw, int line, int depth, Node* out);
  void replacement_field(std::string_view text, std::size_t& at, bool raw, int line, int depth, Node* out);
  Node* lambda();
  Node* yield();
  Node* star_or_named();
  Node* star_or_plain();
  void refuse_assignment(const Node* value);
  void closer(std::string_view text);
  Parameters* parameters(std::string_view closer, bool annotations);
  void parameter(Parameters* p, bool annotations, bool& star_seen);

  // parser_statements.cpp
  void statement(Nodes& out);
  void simple_line(Nodes& out);
  Node* simple();
  Node* simple_keyword(std::string_view word);
  Node* expression_statement();
  Node* compound(std::string_view word);
  /// `what` it follows, for the message: "'if' statement". It begins on `line`.
  void block(Nodes& out, const char* what, int line);
  Node* if_statement();
  void else_block(Nodes& out);
  Node* while_statement();
  Node* for_statement();
  Node* try_statement();
  void handler(Node* out);
  Node* with_statement();
  bool parenthesised_with();
  Node* function();
  Node* class_statement();
  Node* decorated();
  Node* import();
  Node* import_from();
  Node* scope_names(NodeKind kind);
  Node* raise();
  Node* target_list(const char* what);
  void check_target(Node* target, const char* what);
  std::string dotted_name();

  // parser.cpp
  struct Deeper;
  const Token& peek(std::size_t ahead = 0) const { return tokens_[at_ + ahead < tokens_.size() ? at_ + ahead : tokens_.size() - 1]; }
  bool is_op(std::string_view text) const { return peek().kind == TokenKind::op && peek().text == text; }
  bool is_word(std::string_view text) const { return peek().kind == TokenKind::name && peek().text == text; }
  bool accept_op(std::string_view text);
  bool accept_word(std::string_view text);
  void expect_op(std::string_view text);
  void expect_word(std::string_view text);
  std::string identifier();
  void next() {
    if (at_ + 1 < tokens_.size()) ++at_;
  }
  Node* node(NodeKind kind) { return tree_.node(kind, peek().line, peek().column); }
  Node* fail(std::string message, Fault::Kind kind = Fault::Kind::syntax);
  Node* fail_at(const Node* where, std::string message);
  bool failed() const { return fault_.kind != Fault::Kind::none; }
  void check_fault() {
    if (failed()) at_ = tokens_.size() - 1;
  }
  static bool is_keyword(std::string_view word);
  bool starts_expression() const;

  std::vector<Token> tokens_;
  Tree& tree_;
  Fault& fault_;
  std::size_t at_ = 0;
  int depth_ = 0;  // of nested expressions and blocks
};

/// Bounds the recursion of the parser and of what walks its tree.
struct Parser::Deeper {
  explicit Deeper(Parser& p) : parser(p) {
    if (++parser.depth_ > kDeepest) parser.fail("too many nested expressions or blocks: minipy allows 90");
  }
  ~Deeper() { --parser.depth_; }
  Deeper(const Deeper&) = delete;
  Deeper& operator=(const Deeper&) = delete;
  static constexpr int kDeepest = 90;
  Parser& parser;
};

}  // namespace minipy
