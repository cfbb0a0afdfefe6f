#include "syntax/parser.hpp"

#include <algorithm>
#include <array>

namespace minipy {

bool Parser::is_keyword(std::string_view word) {
  static constexpr std::array<std::string_view, 35> kKeywords = {
      "False",  "None",     "True", "and",    "as",      "assert", "async",  "await",  "break", "class",  "continue", "def",
      "del",    "elif",     "else", "except", "finally", "for",    "from",   "global", "if",    "import", "in",       "is",
      "lambda", "nonlocal", "not",  "or",     "pass",    "raise",  "return", "try",    "while", "with",   "yield"};
  return std::find(kKeywords.begin(), kKeywords.end(), word) != kKeywords.end();
}

bool Parser::accept_op(std::string_view text) {
  if (!is_op(text)) return false;
  next();
  return true;
}
bool Parser::accept_word(std::string_view text) {
  if (!is_word(text)) return false;
  next();
  return true;
}
void Parser::expect_op(std::string_view text) {
  if (!accept_op(text)) fail("expected '" + std::string(text) + "'");
}
void Parser::expect_word(std::string_view text) {
  if (!accept_word(text)) fail("expected '" + std::string(text) + "'");
}
std::string Parser::identifier() {
  if (peek().kind != TokenKind::name || is_keyword(peek().text)) {
    fail("invalid syntax");
    return "?";
  }
  std::string name = peek().text;
  next();
  return name;
}

Node* Parser::fail(std::string message, Fault::Kind kind) {
  const Token& t = peek();
  if (!failed()) {
    if (t.kind == TokenKind::indent) message = "unexpected indent", kind = Fault::Kind::indentation;
    fault_ = {kind, std::move(message), t.line, t.column, t.kind == TokenKind::end};
  }
  check_fault();
  return tree_.node(NodeKind::none, t.line);
}
Node* Parser::fail_at(const Node* where, std::string message) {
  if (!failed()) fault_ = {Fault::Kind::syntax, std::move(message), where->line, where->column, false};
  check_fault();
  return tree_.node(NodeKind::none, where->line);
}

Node* Parser::module(SourceMode mode) {
  Node* root = node(NodeKind::module);
  if (mode == SourceMode::expression) {
    while (peek().kind == TokenKind::newline || peek().kind == TokenKind::indent) next();
    Node* statement = node(NodeKind::expression);
    statement->x = expression_list(false);
    root->body.push_back(statement);
    while (peek().kind == TokenKind::newline || peek().kind == TokenKind::dedent) next();
  } else {
    while (peek().kind != TokenKind::end) {
      if (peek().kind == TokenKind::newline)
        next();
      else
        statement(root->body);
    }
  }
  if (peek().kind != TokenKind::end) fail("invalid syntax");
  return failed() ? nullptr : root;
}

Node* parse(std::string_view source, SourceMode mode, Tree& tree, Fault& fault) {
  std::vector<Token> tokens = tokenize(source, fault);
  if (fault.kind != Fault::Kind::none) return nullptr;
  return Parser(std::move(tokens), tree, fault).module(mode);
}

}  // namespace minipy
