#include "base/operators.hpp"
#include "syntax/parser.hpp"

namespace minipy {

void Parser::statement(Nodes& out) {
  const Token& t = peek();
  if (t.kind == TokenKind::op && t.text == "@") return out.push_back(decorated());
  if (t.kind == TokenKind::name) {
    if (t.text == "async") return void(fail("'async' is outside minipy's language", Fault::Kind::unsupported));
    if (t.text == "match" && peek(1).kind != TokenKind::op && peek(1).kind != TokenKind::newline && peek(1).kind != TokenKind::end &&
        !is_keyword(peek(1).text))
      return void(fail("'match' is outside minipy's language", Fault::Kind::unsupported));
    if (Node* compound_statement = compound(t.text)) return out.push_back(compound_statement);
  }
  simple_line(out);
}

void Parser::simple_line(Nodes& out) {
  do {
    out.push_back(simple());
  } while (accept_op(";") && peek().kind != TokenKind::newline);
  if (peek().kind == TokenKind::newline) return next();
  if (failed()) return;
  const Node* last = out.back()->kind == NodeKind::expression ? out.back()->x : nullptr;
  if (last != nullptr && last->kind == NodeKind::name && !last->parenthesised && (last->text == "print" || last->text == "exec") &&
      starts_expression())
    return void(fail_at(last, "Missing parentheses in call to '" + last->text + "'. Did you mean " + last->text + "(...)?"));
  fail("invalid syntax");
}

Node* Parser::simple() {
  if (peek().kind == TokenKind::name)
    if (Node* out = simple_keyword(peek().text)) return out;
  return expression_statement();
}

Node* Parser::simple_keyword(std::string_view word) {
  Node* out = node(NodeKind::pass);
  const auto bare = [&](NodeKind kind) { return out->kind = kind, next(), out; };
  if (word == "pass") return bare(NodeKind::pass);
  if (word == "break") return bare(NodeKind::break_);
  if (word == "continue") return bare(NodeKind::continue_);
  if (word == "return") {
    bare(NodeKind::return_);
    if (starts_expression()) out->x = expression_list(true);
    return out;
  }
  if (word == "del") {
    bare(NodeKind::delete_);
    out->kids.push_back(target_list("delete"));
    return out;
  }
  if (word == "assert") {
    bare(NodeKind::assert_);
    out->x = expression();
    if (accept_op(",")) out->y = expression();
    return out;
  }
  if (word == "import") return import();
  if (word == "from") return import_from();
  if (word == "global") return scope_names(NodeKind::global);
  if (word == "nonlocal") return scope_names(NodeKind::nonlocal);
  if (word == "raise") return raise();
  return nullptr;
}

Node* Parser::raise() {
  Node* out = node(NodeKind::raise);
  next();
  if (starts_expression()) {
    out->x = expression();
    if (accept_word("from")) out->y = expression();
  }
  return out;
}

Node* Parser::scope_names(NodeKind kind) {
  Node* out = node(kind);
  next();
  do out->names.push_back(identifier());
  while (accept_op(","));
  return out;
}

void Parser::check_target(Node* target, const char* what) {
  const bool deleting = what[0] == 'd';
  switch (target->kind) {
    case NodeKind::name:
    case NodeKind::attribute:
    case NodeKind::subscript:
      return;
    case NodeKind::tuple:
    case NodeKind::list:
      for (Node* kid : target->kids) check_target(kid, what);
      return;
    case NodeKind::starred:
      if (!deleting) return check_target(target->x, what);
      break;
    default:
      break;
  }
  fail_at(target, std::string("cannot ") + what + " " + kind_name(target));
}

const char* Parser::kind_name(const Node* node) {
  switch (node->kind) {
    case NodeKind::name:
      return "name";
    case NodeKind::attribute:
      return "attribute";
    case NodeKind::subscript:
      return "subscript";
    case NodeKind::starred:
      return "starred";
    case NodeKind::tuple:
      return "tuple";
    case NodeKind::list:
      return "list";
    case NodeKind::call:
      return "function call";
    case NodeKind::lambda:
      return "lambda";
    case NodeKind::compare:
      return "comparison";
    case NodeKind::conditional:
      return "conditional expression";
    case NodeKind::none:
      return "None";
    case NodeKind::true_:
      return "True";
    case NodeKind::false_:
      return "False";
    case NodeKind::ellipsis:
      return "ellipsis";
    case NodeKind::generator:
      return "generator expression";
    case NodeKind::list_comp:
      return "list comprehension";
    case NodeKind::set_comp:
      return "set comprehension";
    case NodeKind::dict_comp:
      return "dict comprehension";
    case NodeKind::dict:
      return "dict literal";
    case NodeKind::set:
      return "set display";
    case NodeKind::yield:
    case NodeKind::yield_from:
      return "yield expression";
    case NodeKind::joined:
      return "f-string expression";
    case NodeKind::walrus:
      return "named expression";
    default:
      return node->kind <= NodeKind::bytes ? "literal" : "expression";
  }
}

namespace {
/// What can stand left of ==, but is no target: `f() = 1`.
bool may_be_meant_equal(const Node* n) {
  switch (n->kind) {
    case NodeKind::integer:
    case NodeKind::real:
    case NodeKind::text:
    case NodeKind::bytes:
    case NodeKind::joined:
    case NodeKind::call:
    case NodeKind::binary:
    case NodeKind::dict:
    case NodeKind::set:
    case NodeKind::list_comp:
    case NodeKind::set_comp:
    case NodeKind::dict_comp:
    case NodeKind::ellipsis:
      return true;
    case NodeKind::unary:
      return n->op != kNot;
    default:
      return false;
  }
}
}  // namespace

Node* Parser::expression_statement() {
  Node* first = is_word("yield") ? yield() : expression_list(true);
  if (is_op("=")) {
    Node* out = tree_.node(NodeKind::assign, first->line, first->column);
    Node* value = first;
    while (accept_op("=")) {
      if (out->kids.empty() && may_be_meant_equal(value)) {
        Node* right = is_word("yield") ? yield() : expression_list(true);
        if (!is_op("=") && !failed())
          return fail_at(value, std::string("cannot assign to ") + kind_name(value) + " here. Maybe you meant '==' instead of '='?");
        (void)right;
      }
      if (value->kind == NodeKind::starred) return fail_at(value, "starred assignment target must be in a list or tuple");
      check_target(value, "assign to");
      out->kids.push_back(value);
      value = is_word("yield") ? yield() : expression_list(true);
    }
    out->y = value;
    return out;
  }
  if (is_op(":")) {
    Node* out = tree_.node(NodeKind::annotated, first->line, first->column);
    next();
    if (first->kind == NodeKind::tuple || first->kind == NodeKind::list)
      return fail_at(first, std::string("only single target (not ") + kind_name(first) + ") can be annotated");
    if (first->kind != NodeKind::name && first->kind != NodeKind::attribute && first->kind != NodeKind::subscript)
      return fail_at(first, "illegal target for annotation");
    out->x = first;
    out->z = expression();
    if (accept_op("=")) out->y = is_word("yield") ? yield() : expression_list(true);
    return out;
  }
  static constexpr std::pair<std::string_view, BinaryOp> kAugmented[] = {
      {"+=", BinaryOp::add},     {"-=", BinaryOp::sub},    {"*=", BinaryOp::mul},    {"/=", BinaryOp::truediv}, {"//=", BinaryOp::floordiv},
      {"%=", BinaryOp::mod},     {"**=", BinaryOp::pow},   {"@=", BinaryOp::matmul}, {"<<=", BinaryOp::lshift}, {">>=", BinaryOp::rshift},
      {"&=", BinaryOp::bit_and}, {"|=", BinaryOp::bit_or}, {"^=", BinaryOp::bit_xor}};
  for (const auto& [text, op] : kAugmented) {
    if (!is_op(text)) continue;
    Node* out = node(NodeKind::augmented);
    next();
    if (first->kind != NodeKind::name && first->kind != NodeKind::attribute && first->kind != NodeKind::subscript)
      return fail_at(first, std::string("'") + kind_name(first) + "' is an illegal expression for augmented assignment");
    out->op = static_cast<int>(op);
    out->x = first;
    out->y = is_word("yield") ? yield() : expression_list(true);
    return out;
  }
  Node* out = tree_.node(NodeKind::expression, first->line, first->column);
  out->x = first;
  return out;
}

Node* Parser::target_list(const char* what) {
  const auto one = [&] {
    Node* star = is_op("*") ? node(NodeKind::starred) : nullptr;
    if (star != nullptr) next();
    Node* target = power();
    if (star == nullptr) return target;
    star->x = target;
    return star;
  };
  Node* first = one();
  if (is_op(",")) {
    Node* out = tree_.node(NodeKind::tuple, first->line, first->column);
    out->kids.push_back(first);
    while (accept_op(",") && starts_expression()) out->kids.push_back(one());
    first = out;
  }
  if (!failed()) check_target(first, what);
  return first;
}

std::string Parser::dotted_name() {
  std::string name = identifier();
  while (accept_op(".")) name += "." + identifier();
  return name;
}

Node* Parser::import() {
  Node* out = node(NodeKind::import);
  next();
  do {
    Node* alias = node(NodeKind::alias);
    alias->text = dotted_name();
    if (accept_word("as")) alias->text2 = identifier();
    out->kids.push_back(alias);
  } while (accept_op(","));
  return out;
}

Node* Parser::import_from() {
  Node* out = node(NodeKind::import_from);
  next();
  while (is_op(".") || is_op("...")) {
    out->op += is_op(".") ? 1 : 3;
    next();
  }
  if (!is_word("import")) out->text = dotted_name();
  if (!accept_word("import")) return fail("invalid syntax");
  if (is_op("*")) {
    out->kids.push_back(node(NodeKind::alias));
    out->kids.back()->text = "*";
    next();
    return out;
  }
  const bool parens = accept_op("(");
  do {
    if (parens && is_op(")")) break;
    Node* alias = node(NodeKind::alias);
    alias->text = identifier();
    if (accept_word("as")) alias->text2 = identifier();
    out->kids.push_back(alias);
  } while (accept_op(","));
  if (parens) expect_op(")");
  return out;
}

// ---- compound statements ------------------------------------------------------------------------------------------------------------------

Node* Parser::compound(std::string_view word) {
  if (word == "if") return if_statement();
  if (word == "while") return while_statement();
  if (word == "for") return for_statement();
  if (word == "try") return try_statement();
  if (word == "with") return with_statement();
  if (word == "def") return function();
  if (word == "class") return class_statement();
  return nullptr;
}

void Parser::block(Nodes& out, const char* what, int line) {
  expect_op(":");
  if (failed()) return;
  if (peek().kind != TokenKind::newline) return simple_line(out);
  next();
  if (peek().kind != TokenKind::indent)
    return void(fail(std::string("expected an indented block after ") + what + " on line " + std::to_string(line), Fault::Kind::indentation));
  next();
  Deeper deeper(*this);
  while (peek().kind != TokenKind::dedent && peek().kind != TokenKind::end) statement(out);
  if (peek().kind == TokenKind::dedent) next();
}

Node* Parser::if_statement() {
  Node* out = node(NodeKind::if_);
  next();
  out->x = named_expression();
  block(out->body, "'if' statement", out->line);
  Node* last = out;
  int elifs = 0;
  while (is_word("elif")) {
    Node* inner = node(NodeKind::if_);
    next();
    inner->x = named_expression();
    block(inner->body, "'elif' statement", inner->line);
    last->orelse.push_back(inner);
    last = inner;
    if (++elifs > 500) return fail("too many elif branches: minipy allows 500");
  }
  else_block(last->orelse);
  return out;
}

void Parser::else_block(Nodes& out) {
  const int line = peek().line;
  if (accept_word("else")) block(out, "'else' statement", line);
}

Node* Parser::while_statement() {
  Node* out = node(NodeKind::while_);
  next();
  out->x = named_expression();
  block(out->body, "'while' statement", out->line);
  else_block(out->orelse);
  return out;
}

Node* Parser::for_statement() {
  Node* out = node(NodeKind::for_);
  next();
  out->x = target_list("assign to");
  if (!accept_word("in")) return fail("invalid syntax");
  out->y = expression_list(true);
  block(out->body, "'for' statement", out->line);
  else_block(out->orelse);
  return out;
}

Node* Parser::try_statement() {
  Node* out = node(NodeKind::try_);
  next();
  block(out->body, "'try' statement", out->line);
  while (is_word("except")) handler(out);
  if (is_word("else")) {
    if (out->kids.empty()) return fail("expected 'except' or 'finally' block");
    else_block(out->orelse);
  }
  const int line = peek().line;
  if (accept_word("finally"))
    block(out->final, "'finally' statement", line);
  else if (out->kids.empty())
    return fail("expected 'except' or 'finally' block");
  return out;
}

void Parser::handler(Node* out) {
  Node* one = node(NodeKind::handler);
  next();
  if (is_op("*")) return void(fail("'except*' is outside minipy's language", Fault::Kind::unsupported));
  if (!is_op(":")) {
    one->x = expression();
    if (is_op(",")) return void(fail_at(one->x, "multiple exception types must be parenthesized"));
    if (accept_word("as")) one->text = identifier();
  }
  if (!out->kids.empty() && out->kids.back()->x == nullptr) return void(fail_at(out->kids.back(), "default 'except:' must be last"));
  block(one->body, "'except' statement", one->line);
  out->kids.push_back(one);
}

// `with (a as b, c):`: the bracket that opens here is followed by a colon and belongs to the items.
bool Parser::parenthesised_with() {
  if (!is_op("(")) return false;
  int depth = 0;
  bool as = false;
  for (std::size_t ahead = 0; peek(ahead).kind != TokenKind::end; ++ahead) {
    const Token& t = peek(ahead);
    if (t.kind == TokenKind::name && t.text == "as" && depth == 1) as = true;
    if (t.kind != TokenKind::op) continue;
    if (t.text == "(" || t.text == "[" || t.text == "{") ++depth;
    if ((t.text == ")" || t.text == "]" || t.text == "}") && --depth == 0) return as && peek(ahead + 1).text == ":";
  }
  return false;
}

Node* Parser::with_statement() {
  Node* out = node(NodeKind::with);
  next();
  const bool parens = parenthesised_with();
  if (parens) next();
  do {
    if (parens && is_op(")")) break;
    Node* item = node(NodeKind::with_item);
    item->x = expression();
    if (accept_word("as")) {
      item->y = is_op("*") ? fail("invalid syntax") : power();
      check_target(item->y, "assign to");
    }
    out->kids.push_back(item);
  } while (accept_op(","));
  if (parens) expect_op(")");
  block(out->body, "'with' statement", out->line);
  return out;
}

Node* Parser::function() {
  Node* out = node(NodeKind::function);
  next();
  out->text = identifier();
  expect_op("(");
  out->params = parameters(")", true);
  expect_op(")");
  if (accept_op("->")) (void)expression();
  block(out->body, "function definition", out->line);
  return out;
}

Node* Parser::class_statement() {
  Node* out = node(NodeKind::class_);
  next();
  out->text = identifier();
  if (is_op("(")) {
    Node* bases = call(out);
    out->kids = bases->kids;
  }
  block(out->body, "class definition", out->line);
  return out;
}

Node* Parser::decorated() {
  Nodes decorators;
  while (accept_op("@")) {
    decorators.push_back(named_expression());
    if (peek().kind == TokenKind::newline)
      next();
    else
      fail("invalid syntax");
  }
  Node* out = is_word("def")     ? function()
              : is_word("class") ? class_statement()
              : is_word("async") ? fail("'async' is outside minipy's language", Fault::Kind::unsupported)
                                 : fail("invalid syntax");
  out->decorators = decorators;
  return out;
}

}  // namespace minipy
