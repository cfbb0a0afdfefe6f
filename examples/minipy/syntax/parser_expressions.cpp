#include <algorithm>

#include "base/operators.hpp"
#include "base/value.hpp"
#include "syntax/parser.hpp"

namespace minipy {

namespace {
struct Operator {
  std::string_view text;
  BinaryOp op;
  int precedence;
};
constexpr Operator kBinary[] = {{"|", BinaryOp::bit_or, 5},     {"^", BinaryOp::bit_xor, 6}, {"&", BinaryOp::bit_and, 7},
                                {"<<", BinaryOp::lshift, 8},    {">>", BinaryOp::rshift, 8}, {"+", BinaryOp::add, 9},
                                {"-", BinaryOp::sub, 9},        {"*", BinaryOp::mul, 10},    {"/", BinaryOp::truediv, 10},
                                {"//", BinaryOp::floordiv, 10}, {"%", BinaryOp::mod, 10},    {"@", BinaryOp::matmul, 10}};

const Operator* binary_operator(const Token& t) {
  if (t.kind != TokenKind::op) return nullptr;
  for (const Operator& o : kBinary)
    if (o.text == t.text) return &o;
  return nullptr;
}
}  // namespace

bool Parser::starts_expression() const {
  const Token& t = peek();
  switch (t.kind) {
    case TokenKind::name:
      return !is_keyword(t.text) || t.text == "None" || t.text == "True" || t.text == "False" || t.text == "not" || t.text == "lambda" ||
             t.text == "yield" || t.text == "await";
    case TokenKind::op:
      return t.text == "(" || t.text == "[" || t.text == "{" || t.text == "-" || t.text == "+" || t.text == "~" || t.text == "..." || t.text == "*";
    case TokenKind::integer:
    case TokenKind::real:
    case TokenKind::text:
    case TokenKind::bytes:
    case TokenKind::format:
      return true;
    default:
      return false;
  }
}

Node* Parser::expression() {
  Deeper deeper(*this);
  if (is_word("lambda")) return lambda();
  Node* value = binary(kOr);
  if (!is_word("if")) return value;
  Node* out = node(NodeKind::conditional);
  next();
  out->x = value;
  out->y = binary(kOr);
  if (!accept_word("else")) return fail("expected 'else' after 'if' expression");
  out->z = expression();
  return out;
}

/// A bracket that closes, or a comma; else what stands there instead is told.
void Parser::closer(std::string_view text) {
  if (accept_op(text)) return;
  const bool comma = starts_expression() && !is_op("*") && !is_op("-") && !is_op("+");
  fail(comma ? "invalid syntax. Perhaps you forgot a comma?" : "invalid syntax");
}

/// Within brackets, and behind `if` and `while`: an = is a mistake.
void Parser::refuse_assignment(const Node* value) {
  if (!is_op("=") || failed()) return;
  if (value->kind == NodeKind::name) return void(fail_at(value, "invalid syntax. Maybe you meant '==' or ':=' instead of '='?"));
  if (value->kind == NodeKind::none || value->kind == NodeKind::true_ || value->kind == NodeKind::false_)
    return void(fail_at(value, std::string("cannot assign to ") + kind_name(value)));
  fail_at(value, std::string("cannot assign to ") + kind_name(value) + " here. Maybe you meant '==' instead of '='?");
}

Node* Parser::named_expression() {
  if (peek().kind == TokenKind::name && peek(1).kind == TokenKind::op && peek(1).text == ":=" && !is_keyword(peek().text)) {
    Node* out = node(NodeKind::walrus);
    out->x = node(NodeKind::name);
    out->x->text = identifier();
    next();
    out->y = expression();
    return out;
  }
  Node* value = expression();
  if (is_op(":=")) return fail_at(value, std::string("cannot use assignment expressions with ") + kind_name(value));
  refuse_assignment(value);
  return value;
}

Node* Parser::star_or_named() { return is_op("*") ? star_or_plain() : named_expression(); }
Node* Parser::star_or_plain() {
  if (!is_op("*")) return expression();
  Node* out = node(NodeKind::starred);
  next();
  out->x = binary(kBitOr);
  return out;
}

Node* Parser::expression_list(bool starred) {
  Node* first = starred ? star_or_plain() : expression();
  if (!is_op(",")) return first;
  Node* out = tree_.node(NodeKind::tuple, first->line, first->column);
  out->kids.push_back(first);
  while (accept_op(",") && starts_expression()) out->kids.push_back(starred ? star_or_plain() : expression());
  return out;
}

Node* Parser::binary(int least) {
  if (least <= kNotTest && is_word("not")) {
    Deeper deeper(*this);
    Node* out = node(NodeKind::unary);
    next();
    out->op = kNot;
    out->x = binary(kNotTest);
    return binary_rest(out, least);
  }
  return binary_rest(prefix(), least);
}

Node* Parser::binary_rest(Node* left, int least) {
  while (!failed()) {
    if (const Operator* o = binary_operator(peek()); o != nullptr && o->precedence >= least) {
      Node* out = node(NodeKind::binary);
      next();
      out->op = static_cast<int>(o->op);
      out->x = left;
      out->y = binary(o->precedence + 1);
      left = out;
    } else if (least <= kComparison && at_comparison()) {
      left = comparison(left);
    } else if ((least <= kAnd && is_word("and")) || (least <= kOr && is_word("or"))) {
      const bool is_and = is_word("and");
      Node* out = node(is_and ? NodeKind::and_ : NodeKind::or_);
      out->kids.push_back(left);
      while (accept_word(is_and ? "and" : "or")) out->kids.push_back(binary(is_and ? kNotTest : kAnd));
      left = out;
    } else {
      break;
    }
  }
  return left;
}

bool Parser::at_comparison() const {
  const Token& t = peek();
  if (t.kind == TokenKind::op) return t.text == "<" || t.text == ">" || t.text == "==" || t.text == "!=" || t.text == "<=" || t.text == ">=";
  return t.kind == TokenKind::name && (t.text == "in" || t.text == "is" || (t.text == "not" && peek(1).text == "in"));
}

int Parser::comparison_operator() {
  const std::string word = peek().text;
  next();
  if (word == "<") return static_cast<int>(CompareOp::lt);
  if (word == "<=") return static_cast<int>(CompareOp::le);
  if (word == "==") return static_cast<int>(CompareOp::eq);
  if (word == "!=") return static_cast<int>(CompareOp::ne);
  if (word == ">") return static_cast<int>(CompareOp::gt);
  if (word == ">=") return static_cast<int>(CompareOp::ge);
  if (word == "in") return kIn;
  if (word == "is") return accept_word("not") ? kIsNot : kIs;
  next();  // not in
  return kNotIn;
}

Node* Parser::comparison(Node* left) {
  Node* out = node(NodeKind::compare);
  out->kids.push_back(left);
  while (at_comparison()) {
    out->ops.push_back(comparison_operator());
    out->kids.push_back(binary(kBitOr));
  }
  return out;
}

Node* Parser::prefix() {
  const UnaryOp op = is_op("-") ? UnaryOp::neg : is_op("+") ? UnaryOp::pos : UnaryOp::invert;
  if (!is_op("-") && !is_op("+") && !is_op("~")) return power();
  Deeper deeper(*this);
  Node* out = node(NodeKind::unary);
  next();
  if (op == UnaryOp::neg && peek().kind == TokenKind::integer && peek().integer == kMaxInt + 1 && peek(1).text != "**") {  // the least one
    out->kind = NodeKind::integer, out->integer = kMinInt;
    return next(), out;
  }
  out->op = static_cast<int>(op);
  out->x = prefix();
  if (op == UnaryOp::neg && out->x->kind == NodeKind::integer) out->x->integer = -out->x->integer, out = out->x;
  return out;
}

Node* Parser::power() {
  if (is_word("await")) return fail("'await' is outside minipy's language", Fault::Kind::unsupported);
  Node* left = trailers(atom());
  if (!is_op("**")) return left;
  Node* out = node(NodeKind::binary);
  next();
  out->op = static_cast<int>(BinaryOp::pow);
  out->x = left;
  out->y = prefix();
  return out;
}

Node* Parser::trailers(Node* left) {
  while (!failed()) {
    if (is_op("(")) {
      left = call(left);
    } else if (is_op("[")) {
      left = subscript(left);
    } else if (is_op(".")) {
      Node* out = node(NodeKind::attribute);
      next();
      out->x = left;
      out->text = identifier();
      left = out;
    } else {
      break;
    }
  }
  return left;
}

Node* Parser::call(Node* function) {
  Node* out = tree_.node(NodeKind::call, function->line, function->column);
  out->x = function;
  next();
  bool keywords = false, spread = false;
  while (!failed() && !is_op(")")) {
    Node* argument = call_argument();
    if (argument->kind == NodeKind::keyword) {
      (argument->text.empty() ? spread : keywords) = true;
      const auto same = [argument](const Node* a) { return a->kind == NodeKind::keyword && a->text == argument->text; };
      if (!argument->text.empty() && std::any_of(out->kids.begin(), out->kids.end(), same))
        return fail_at(argument, "keyword argument repeated: " + argument->text);
    } else if (argument->kind == NodeKind::starred) {
      if (spread) return fail_at(argument, "iterable argument unpacking follows keyword argument unpacking");
    } else if (spread || keywords) {
      return fail_at(argument, std::string("positional argument follows keyword argument") + (spread ? " unpacking" : ""));
    }
    out->kids.push_back(argument);
    if (argument->kind == NodeKind::generator && !argument->parenthesised && (out->kids.size() > 1 || (is_op(",") && peek(1).text != ")")))
      return fail_at(argument, "Generator expression must be parenthesized");
    if (!is_op(")")) closer(",");
  }
  closer(")");
  return out;
}

Node* Parser::call_argument() {
  if (is_op("*") || is_op("**")) {
    Node* out = node(is_op("*") ? NodeKind::starred : NodeKind::keyword);
    next();
    out->x = expression();
    return out;
  }
  const bool assigned = peek(1).kind == TokenKind::op && peek(1).text == "=";
  if (assigned && peek().kind == TokenKind::name && !is_keyword(peek().text)) {
    Node* out = node(NodeKind::keyword);
    out->text = identifier();
    next();
    out->x = expression();
    return out;
  }
  if (assigned && (is_word("None") || is_word("True") || is_word("False"))) return fail("cannot assign to " + peek().text);
  Node* value = is_op("=") || peek(1).text == ":=" ? named_expression() : expression();
  if (is_op("=")) return fail_at(value, "expression cannot contain assignment, perhaps you meant \"==\"?");
  if (is_word("for") || is_word("async")) return comprehension(value, NodeKind::generator);
  return value;
}

Node* Parser::subscript(Node* object) {
  Node* out = node(NodeKind::subscript);
  next();
  out->x = object;
  Node* first = subscript_item();
  if (is_op(",") || first->kind == NodeKind::starred) {
    Node* tuple = tree_.node(NodeKind::tuple, first->line, first->column);
    tuple->kids.push_back(first);
    while (accept_op(",") && !is_op("]")) tuple->kids.push_back(subscript_item());
    first = tuple;
  }
  out->y = first;
  closer("]");
  return out;
}

Node* Parser::subscript_item() {
  Node* first = is_op(":") ? nullptr : star_or_named();
  if (!is_op(":")) return first;
  Node* out = node(NodeKind::slice);
  next();
  out->x = first;
  if (starts_expression()) out->y = expression();
  if (accept_op(":") && starts_expression()) out->z = expression();
  return out;
}

Node* Parser::atom() {
  const Token& t = peek();
  Node* out = nullptr;
  switch (t.kind) {
    case TokenKind::name:
      return atom_name();
    case TokenKind::integer:
      if (!fits_int(t.integer)) return fail(std::string(kTooLarge), Fault::Kind::unsupported);
      out = node(NodeKind::integer);
      out->integer = t.integer;
      next();
      return out;
    case TokenKind::real:
      out = node(NodeKind::real);
      out->real = t.real;
      next();
      return out;
    case TokenKind::text:
    case TokenKind::bytes:
    case TokenKind::format:
      return strings();
    case TokenKind::op:
      if (t.text == "(") return parenthesised();
      if (t.text == "[") return list_display();
      if (t.text == "{") return brace_display();
      if (t.text == "...") {
        out = node(NodeKind::ellipsis);
        next();
        return out;
      }
      break;
    default:
      break;
  }
  return fail("invalid syntax");
}

Node* Parser::atom_name() {
  const std::string& word = peek().text;
  const NodeKind kind = word == "None" ? NodeKind::none : word == "True" ? NodeKind::true_ : word == "False" ? NodeKind::false_ : NodeKind::name;
  Node* out = node(kind);
  if (kind != NodeKind::name) return next(), out;
  if (word == "async") return fail("'async' is outside minipy's language", Fault::Kind::unsupported);
  out->text = identifier();
  return out;
}

Node* Parser::parenthesised() {
  Deeper deeper(*this);
  Node* empty = node(NodeKind::tuple);
  next();
  if (accept_op(")")) return empty;
  Node* out = nullptr;
  if (is_word("yield")) {
    out = yield();
  } else {
    out = star_or_named();
    if (is_word("for") || is_word("async"))
      out = comprehension(out, NodeKind::generator);
    else if (is_op(",")) {
      empty->kids.push_back(out);
      while (accept_op(",") && !is_op(")")) empty->kids.push_back(star_or_named());
      out = empty;
    }
  }
  closer(")");
  if (out->kind == NodeKind::starred) return fail_at(out, "cannot use starred expression here");
  out->parenthesised = true;
  return out;
}

Node* Parser::list_display() {
  Deeper deeper(*this);
  Node* out = node(NodeKind::list);
  next();
  if (accept_op("]")) return out;
  Node* first = star_or_named();
  if (is_word("for") || is_word("async")) {
    out = comprehension(first, NodeKind::list_comp);
  } else {
    out->kids.push_back(first);
    while (accept_op(",") && !is_op("]")) out->kids.push_back(star_or_named());
  }
  closer("]");
  return out;
}

Node* Parser::brace_display() {
  Deeper deeper(*this);
  Node* out = node(NodeKind::dict);
  next();
  if (accept_op("}")) return out;
  if (is_op("**")) return dict_item(out), dict_rest(out);
  Node* first = star_or_named();
  if (accept_op(":")) {
    if (is_op("}") || is_op(",")) return fail("expression expected after dictionary key and ':'");
    Node* value = expression();
    if (is_word("for") || is_word("async")) {
      Node* comp = comprehension(first, NodeKind::dict_comp);
      comp->y = value;
      closer("}");
      return comp;
    }
    out->kids = {first, value};
    return dict_rest(out);
  }
  if (is_word("for") || is_word("async")) {
    out = comprehension(first, NodeKind::set_comp);
  } else {
    out->kind = NodeKind::set;
    out->kids.push_back(first);
    while (accept_op(",") && !is_op("}")) out->kids.push_back(star_or_named());
  }
  closer("}");
  return out;
}

Node* Parser::dict_rest(Node* out) {
  while (accept_op(",") && !is_op("}")) dict_item(out);
  closer("}");
  return out;
}

void Parser::dict_item(Node* out) {
  if (accept_op("**")) {
    out->kids.push_back(nullptr);
    out->kids.push_back(binary(kBitOr));
    return;
  }
  out->kids.push_back(expression());
  if (!accept_op(":")) return void(fail(is_op("}") || is_op(",") ? "':' expected after dictionary key" : "invalid syntax"));
  if (is_op("}") || is_op(",")) return void(fail("expression expected after dictionary key and ':'"));
  out->kids.push_back(expression());
}

Node* Parser::comprehension(Node* element, NodeKind kind) {
  Node* out = tree_.node(kind, element->line, element->column);
  out->x = element;
  while (is_word("for") || is_word("async")) {
    if (is_word("async")) return fail("'async' is outside minipy's language", Fault::Kind::unsupported);
    Node* clause = node(NodeKind::comprehension);
    next();
    clause->x = target_list("assign to");
    if (!accept_word("in")) return fail("invalid syntax");
    clause->y = binary(kOr);
    while (accept_word("if")) clause->kids.push_back(is_word("lambda") ? lambda() : binary(kOr));
    out->kids.push_back(clause);
  }
  return out;
}

Node* Parser::lambda() {
  Node* out = node(NodeKind::lambda);
  next();
  out->params = parameters(":", false);
  expect_op(":");
  out->x = expression();
  return out;
}

Node* Parser::yield() {
  Node* out = node(NodeKind::yield);
  next();
  if (accept_word("from")) {
    out->kind = NodeKind::yield_from;
    out->x = expression();
  } else if (starts_expression()) {
    out->x = expression_list(true);
  }
  return out;
}

Parameters* Parser::parameters(std::string_view closer, bool annotations) {
  Parameters* p = tree_.parameters();
  bool star_seen = false;
  while (!failed() && !is_op(closer)) {
    if (accept_op("/")) {
      if (p->positional.empty() || star_seen) fail("at least one argument must precede /");
      p->positional_only = p->positional.size();
    } else {
      parameter(p, annotations, star_seen);
    }
    if (!is_op(closer)) expect_op(",");
  }
  if (star_seen && p->rest.empty() && p->keyword_only.empty()) fail("named arguments must follow bare *");
  return p;
}

void Parser::parameter(Parameters* p, bool annotations, bool& star_seen) {
  const bool star = accept_op("*");
  const bool double_star = !star && accept_op("**");
  if (star) {
    if (star_seen) return void(fail("* argument may appear only once"));
    star_seen = true;
    if (is_op(",") || is_op(")") || is_op(":")) return;
  }
  if (!p->keywords.empty()) return void(fail("arguments cannot follow var-keyword argument"));
  Parameters::One one;
  one.line = peek().line;
  one.name = identifier();
  if (annotations && accept_op(":")) (void)(star ? star_or_named() : expression());
  if (star) return void(p->rest = one.name);
  if (double_star) return void(p->keywords = one.name);
  if (accept_op("=")) one.default_value = expression();
  if (star_seen) return p->keyword_only.push_back(one);
  if (one.default_value == nullptr && !p->positional.empty() && p->positional.back().default_value != nullptr)
    return void(fail("non-default argument follows default argument"));
  p->positional.push_back(one);
}

}  // namespace minipy
