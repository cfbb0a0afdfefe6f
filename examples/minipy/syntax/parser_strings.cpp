// String literals side by side, and f-strings.
#include "syntax/parser.hpp"

namespace minipy {

Node* Parser::strings() {
  Node* out = node(peek().kind == TokenKind::bytes ? NodeKind::bytes : NodeKind::joined);
  for (;; next()) {
    const Token& t = peek();
    if (t.kind != TokenKind::text && t.kind != TokenKind::bytes && t.kind != TokenKind::format) break;
    if ((t.kind == TokenKind::bytes) != (out->kind == NodeKind::bytes)) return fail("cannot mix bytes and nonbytes literals");
    if (t.kind == TokenKind::bytes) {
      out->text += t.text;
    } else if (t.kind == TokenKind::format) {
      const Token copy = t;
      format_parts(copy.text, copy.raw, copy.line, 0, out);
      if (failed()) return out;
    } else {
      add_text(out, t.text, t.line);
    }
  }
  if (out->kind == NodeKind::bytes) return out;
  if (out->kids.empty()) {
    out->kind = NodeKind::text;
  } else if (out->kids.size() == 1 && out->kids[0]->kind == NodeKind::text) {
    out->kids[0]->line = out->line;
    out = out->kids[0];
  }
  return out;
}

void Parser::add_text(Node* out, std::string_view text, int line) {
  if (text.empty()) return;
  if (out->kids.empty() || out->kids.back()->kind != NodeKind::text) out->kids.push_back(tree_.node(NodeKind::text, line));
  out->kids.back()->text += text;
}

void Parser::format_parts(std::string_view text, bool raw, int line, int depth, Node* out) {
  std::string plain;
  Fault problem;
  const auto flush = [&] {
    std::string decoded;
    if (raw)
      decoded = plain;
    else if (!decode_escapes(plain, false, decoded, problem))
      fail(problem.message, problem.kind);
    add_text(out, decoded, line);
    plain.clear();
  };
  for (std::size_t at = 0; at < text.size() && !failed();) {
    const char c = text[at];
    if ((c == '{' || c == '}') && depth == 0 && at + 1 < text.size() && text[at + 1] == c) {
      plain += c;
      at += 2;
    } else if (c == '{') {
      flush();
      replacement_field(text, at, raw, line, depth, out);
    } else if (c == '}') {
      fail("f-string: single '}' is not allowed");
    } else if (c == '\\' && !raw && at + 1 < text.size()) {
      const std::size_t named = text[at + 1] == 'N' && at + 2 < text.size() && text[at + 2] == '{' ? 1 : 0;  // no field
      plain += text.substr(at, 2 + named);
      at += 2 + named;
    } else {
      plain += text[at++];
    }
  }
  flush();
}

namespace {
// The end of the expression that begins at `at`: the place of a `}`, `!`, `:` or `=` outside of brackets and quotes.
std::size_t expression_end(std::string_view text, std::size_t at) {
  int depth = 0;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    const char after = at + 1 < text.size() ? text[at + 1] : '\0';
    if (c == '\'' || c == '"') {
      while (++at < text.size() && text[at] != c) {
      }
    } else if (c == '(' || c == '[' || c == '{') {
      ++depth;
    } else if (depth > 0 && (c == ')' || c == ']' || c == '}')) {
      --depth;
    } else if (depth == 0) {
      if (c == '}' || c == ':') return at;
      if (c == '!' && after != '=') return at;
      if (c == '=' && after != '=' && (at == 0 || std::string_view("!<>=").find(text[at - 1]) == std::string_view::npos)) return at;
      if ((c == '=' || c == '!' || c == '<' || c == '>') && after == '=') ++at;
    }
  }
  return at;
}
}  // namespace

void Parser::replacement_field(std::string_view text, std::size_t& at, bool raw, int line, int depth, Node* out) {
  if (depth >= 2) return void(fail("f-string: expressions nested too deeply"));
  const std::size_t start = ++at;
  at = expression_end(text, at);
  if (at >= text.size()) return void(fail("f-string: expecting '}'"));
  const std::string_view source = text.substr(start, at - start);
  if (source.find_first_not_of(" \t\n") == std::string_view::npos) return void(fail("f-string: empty expression not allowed"));
  Node* field = tree_.node(NodeKind::formatted, line);
  Parser inner(tokenize(source, fault_, line, true), tree_, fault_);
  inner.depth_ = depth_;
  field->x = inner.is_word("yield") ? inner.yield() : inner.expression_list(true);
  if (!failed() && inner.peek().kind != TokenKind::end)
    inner.fail(inner.starts_expression() ? "f-string: invalid syntax. Perhaps you forgot a comma?" : "f-string: invalid syntax");
  check_fault();
  if (failed()) return;
  if (text[at] == '=') {
    ++at;
    while (at < text.size() && text[at] == ' ') ++at;
    add_text(out, text.substr(start, at - start), line);
    field->op = 'r';
  }
  if (at < text.size() && text[at] == '!') {
    if (at + 1 >= text.size() || std::string_view("rsa").find(text[at + 1]) == std::string_view::npos)
      return void(fail("f-string: invalid conversion character: expected 's', 'r', or 'a'"));
    field->op = text[at + 1];
    at += 2;
  }
  if (at < text.size() && text[at] == ':') {
    const std::size_t from = ++at;
    for (int open = 0; at < text.size() && (open > 0 || text[at] != '}'); ++at) open += text[at] == '{' ? 1 : text[at] == '}' ? -1 : 0;
    field->y = tree_.node(NodeKind::joined, line);
    if (field->op == 'r' && from >= 2 && text[from - 2] == '=') field->op = 0;
    format_parts(text.substr(from, at - from), raw, line, depth + 1, field->y);
  }
  if (at >= text.size() || text[at] != '}') return void(fail("f-string: expecting '}'"));
  ++at;
  out->kids.push_back(field);
}

}  // namespace minipy
