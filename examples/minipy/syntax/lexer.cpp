#include "syntax/lexer.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>

#include "base/value.hpp"

namespace minipy {

namespace {

bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name_part(char c) { return is_name_start(c) || is_digit(c); }
int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

constexpr std::array<std::string_view, 47> kOperators = {
    "**=", "//=", ">>=", "<<=", "...", "!=", "->", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "@=",
    ":=",  "**",  "//",  "<<",  ">>",  "<=", ">=", "==", "+",  "-",  "*",  "/",  "%",  "@",  "&",  "|",
    "^",   "~",   "<",   ">",   "(",   ")",  "[",  "]",  "{",  "}",  ",",  ":",  ".",  ";",  "="};

class Lexer {
 public:
  Lexer(std::string_view source, Fault& fault, int line, bool expression) : source_(source), fault_(fault), line_(line), depth_(expression ? 1 : 0) {
    indents_.push_back(0);
  }

  std::vector<Token> run() {
    if (source_.substr(0, 3) == "\xEF\xBB\xBF") at_ = line_start_ = 3;
    if (depth_ == 0) indentation();
    while (!failed() && at_ < source_.size()) token();
    if (!failed()) finish();
    add(TokenKind::end);
    return std::move(tokens_);
  }

 private:
  bool failed() const { return fault_.kind != Fault::Kind::none; }
  char peek(std::size_t ahead = 0) const { return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0'; }
  int column() const { return static_cast<int>(at_ - line_start_) + 1; }

  void fail(std::string message, Fault::Kind kind = Fault::Kind::syntax, bool at_end = false) {
    if (!failed()) fault_ = {kind, std::move(message), line_, column(), at_end};
  }
  Token& add(TokenKind kind, std::string_view text = {}) {
    Token t;
    t.kind = kind, t.line = line_, t.column = column(), t.text = text;
    tokens_.push_back(std::move(t));
    return tokens_.back();
  }

  void finish() {
    if (depth_ > 0 && !brackets_.empty()) {
      fail(std::string("'") + brackets_.back() + "' was never closed", Fault::Kind::syntax, true);
      return;
    }
    if (!tokens_.empty() && tokens_.back().kind != TokenKind::newline && depth_ == 0) add(TokenKind::newline);
    for (; indents_.size() > 1; indents_.pop_back()) add(TokenKind::dedent);
  }

  // At the start of a logical line: skips blank lines, then measures.
  void indentation() {
    for (;;) {
      std::size_t width = 0;
      for (;; ++at_) {
        if (peek() == ' ')
          ++width;
        else if (peek() == '\t')
          width = (width / 8 + 1) * 8;
        else if (peek() == '\f')
          width = 0;
        else
          break;
      }
      if (peek() == '#') skip_comment();
      if (peek() == '\r' && peek(1) == '\n') ++at_;
      if (at_ >= source_.size()) return;
      if (peek() != '\n') return indent_to(width);
      end_of_line();
    }
  }
  void indent_to(std::size_t width) {
    if (width > indents_.back()) {
      indents_.push_back(width);
      add(TokenKind::indent);
      return;
    }
    while (width < indents_.back()) {
      indents_.pop_back();
      add(TokenKind::dedent);
    }
    if (width != indents_.back()) fail("unindent does not match any outer indentation level", Fault::Kind::indentation);
  }
  void skip_comment() {
    while (at_ < source_.size() && peek() != '\n') ++at_;
  }
  void end_of_line() {
    ++at_;
    ++line_;
    line_start_ = at_;
  }

  void token() {
    const char c = peek();
    if (c == ' ' || c == '\t' || c == '\f' || c == '\r') return void(++at_);
    if (c == '#') return skip_comment();
    if (c == '\\' && (peek(1) == '\n' || (peek(1) == '\r' && peek(2) == '\n'))) {
      at_ += peek(1) == '\n' ? 1 : 2;
      return end_of_line();
    }
    if (c == '\n') {
      if (depth_ > 0) return end_of_line();
      add(TokenKind::newline);
      end_of_line();
      return indentation();
    }
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return number();
    if (is_name_start(c)) return name_or_prefix();
    if (c == '"' || c == '\'') return literal("");
    op();
  }

  void name_or_prefix() {
    std::size_t end = at_;
    while (end < source_.size() && is_name_part(source_[end])) ++end;
    const std::string_view word = source_.substr(at_, end - at_);
    if (end < source_.size() && (source_[end] == '"' || source_[end] == '\'') && word.size() <= 2 &&
        word.find_first_not_of("rRbBfFuU") == std::string_view::npos)
      return literal(word);
    add(TokenKind::name, word);
    at_ = end;
  }

  void literal(std::string_view prefix) {
    const auto has = [&](char lower) {
      return prefix.find(lower) != std::string_view::npos || prefix.find(static_cast<char>(lower - 32)) != std::string_view::npos;
    };
    Token t;
    t.line = line_, t.column = column(), t.raw = has('r');
    t.kind = has('b') ? TokenKind::bytes : has('f') ? TokenKind::format : TokenKind::text;
    at_ += prefix.size();
    const char quote = peek();
    const bool triple = peek(1) == quote && peek(2) == quote;
    at_ += triple ? 3 : 1;
    const std::size_t start = at_;
    for (;; ++at_) {
      if (at_ >= source_.size() || (!triple && peek() == '\n')) {
        line_ = t.line;
        return fail(triple ? "unterminated triple-quoted string literal" : "unterminated string literal", Fault::Kind::syntax, triple);
      }
      if (peek() == '\\' && at_ + 1 < source_.size()) {
        ++at_;
      } else if (peek() == quote && (!triple || (peek(1) == quote && peek(2) == quote))) {
        break;
      }
      if (peek() == '\n') ++line_, line_start_ = at_ + 1;
    }
    const std::string_view body = source_.substr(start, at_ - start);
    at_ += triple ? 3 : 1;
    std::string problem;
    if (t.raw || t.kind == TokenKind::format)
      t.text = body;
    else if (!decode_escapes(body, t.kind == TokenKind::bytes, t.text, problem))
      return fail(problem);
    tokens_.push_back(std::move(t));
  }

  void number() {
    std::string digits;
    const std::size_t start = at_;
    const int base = peek() != '0' ? 10 : (peek(1) | 32) == 'x' ? 16 : (peek(1) | 32) == 'o' ? 8 : (peek(1) | 32) == 'b' ? 2 : 10;
    if (base != 10) at_ += 2;
    bool real = false;
    for (;; ++at_) {
      const char c = peek();
      if (c == '_' && is_name_part(peek(1))) continue;
      if (base == 10 && !real && c == '.')
        real = true;
      else if (base == 10 && (c | 32) == 'e' && (is_digit(peek(1)) || ((peek(1) == '+' || peek(1) == '-') && is_digit(peek(2))))) {
        real = true;
        digits += c;
        ++at_;
      } else if (hex_digit(c) < 0 || hex_digit(c) >= base) {
        if (base == 10 && real && c == '.') break;
        break;
      }
      digits += peek();
    }
    if ((peek() | 32) == 'j') return fail("complex numbers are outside minipy's language", Fault::Kind::unsupported);
    if (is_name_start(peek()) && !keyword_follows()) return fail("invalid decimal literal");
    Token& t = add(real ? TokenKind::real : TokenKind::integer, source_.substr(start, at_ - start));
    if (real) {
      t.real = std::strtod(digits.c_str(), nullptr);
      return;
    }
    if (digits.empty()) return fail("invalid number literal");
    if (base == 10 && digits.size() > 1 && digits[0] == '0' && digits.find_first_not_of('0') != std::string::npos)
      return fail("leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers");
    errno = 0;
    const long long value = std::strtoll(digits.c_str(), nullptr, base);
    if (errno != 0 || !fits_int(value)) return fail("integer literal too large: minipy's integers have 63 bits", Fault::Kind::unsupported);
    t.integer = value;
  }
  bool keyword_follows() const {
    for (const std::string_view word : {"and", "or", "if", "else", "in", "is", "for", "not"})
      if (source_.substr(at_, word.size()) == word) return true;
    return false;
  }

  void op() {
    for (const std::string_view candidate : kOperators) {
      if (source_.substr(at_, candidate.size()) != candidate) continue;
      add(TokenKind::op, candidate);
      if (candidate == "(" || candidate == "[" || candidate == "{") {
        ++depth_;
        brackets_.push_back(candidate[0]);
        if (depth_ > 200) return fail("too many nested parentheses");
      } else if (candidate == ")" || candidate == "]" || candidate == "}") {
        if (!close(candidate[0])) return;
      }
      at_ += candidate.size();
      return;
    }
    fail(std::string("invalid character '") + peek() + "'");
  }
  bool close(char bracket) {
    if (brackets_.empty()) return fail(std::string("unmatched '") + bracket + "'"), false;
    const char open = brackets_.back();
    if ((open == '(' && bracket != ')') || (open == '[' && bracket != ']') || (open == '{' && bracket != '}'))
      return fail(std::string("closing parenthesis '") + bracket + "' does not match opening parenthesis '" + open + "'"), false;
    brackets_.pop_back();
    --depth_;
    return true;
  }

  std::string_view source_;
  Fault& fault_;
  std::vector<Token> tokens_;
  std::vector<std::size_t> indents_;
  std::vector<char> brackets_;
  std::size_t at_ = 0, line_start_ = 0;
  int line_;
  int depth_;
};

// \xhh, \uhhhh, \Uhhhhhhhh: `digits` of them at `at`.
bool hex_escape(std::string_view raw, std::size_t& at, int digits, std::uint32_t& out) {
  out = 0;
  for (int i = 0; i < digits; ++i, ++at) {
    const int digit = at < raw.size() ? hex_digit(raw[at]) : -1;
    if (digit < 0) return false;
    out = out * 16 + static_cast<std::uint32_t>(digit);
  }
  return out <= 0x10FFFF;
}

}  // namespace

void append_utf8(std::string& out, std::uint32_t c) {
  const auto byte = [&](std::uint32_t b) { out += static_cast<char>(b); };
  if (c < 0x80) return byte(c);
  if (c < 0x800) return byte(0xC0 | c >> 6), byte(0x80 | (c & 63));
  if (c < 0x10000) return byte(0xE0 | c >> 12), byte(0x80 | (c >> 6 & 63)), byte(0x80 | (c & 63));
  byte(0xF0 | c >> 18), byte(0x80 | (c >> 12 & 63)), byte(0x80 | (c >> 6 & 63)), byte(0x80 | (c & 63));
}

bool decode_escapes(std::string_view raw, bool bytes, std::string& out, std::string& problem) {
  static constexpr std::string_view kFrom = "\\'\"abfnrtv", kTo = "\\'\"\a\b\f\n\r\t\v";
  for (std::size_t at = 0; at < raw.size();) {
    if (raw[at] != '\\' || at + 1 >= raw.size()) {
      out += raw[at++];
      continue;
    }
    const char c = raw[at + 1];
    at += 2;
    std::uint32_t code = 0;
    if (const auto i = kFrom.find(c); i != std::string_view::npos) {
      out += kTo[i];
    } else if (c == '\n') {
    } else if (c >= '0' && c <= '7') {
      code = static_cast<std::uint32_t>(c - '0');
      for (int more = 0; more < 2 && at < raw.size() && raw[at] >= '0' && raw[at] <= '7'; ++more)
        code = code * 8 + static_cast<std::uint32_t>(raw[at++] - '0');
      if (bytes)
        out += static_cast<char>(code);
      else
        append_utf8(out, code);
    } else if (c == 'x' || (!bytes && (c == 'u' || c == 'U'))) {
      if (!hex_escape(raw, at, c == 'x' ? 2 : c == 'u' ? 4 : 8, code)) {
        problem = bytes ? "(value error) invalid \\x escape" : "(unicode error) invalid escape";
        return false;
      }
      if (bytes)
        out += static_cast<char>(code);
      else
        append_utf8(out, code);
    } else {
      out += '\\';
      out += c;
    }
  }
  return true;
}

std::vector<Token> tokenize(std::string_view source, Fault& fault, int line, bool expression) { return Lexer(source, fault, line, expression).run(); }

}  // namespace minipy
