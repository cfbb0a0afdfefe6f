#include "syntax/lexer.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "base/unicode.hpp"
#include "base/utf8.hpp"
#include "base/value.hpp"

namespace minipy {

namespace {

bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name_part(char c) { return is_name_start(c) || is_digit(c); }

constexpr std::array<std::string_view, 47> kOperators = {
    "**=", "//=", ">>=", "<<=", "...", "!=", "->", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "@=",
    ":=",  "**",  "//",  "<<",  ">>",  "<=", ">=", "==", "+",  "-",  "*",  "/",  "%",  "@",  "&",  "|",
    "^",   "~",   "<",   ">",   "(",   ")",  "[",  "]",  "{",  "}",  ",",  ":",  ".",  ";",  "="};

class Lexer {
 public:
  Lexer(std::string_view source, Fault& fault, int line, bool expression) : source_(source), fault_(fault), line_(line), depth_(expression ? 1 : 0) {
    indents_.push_back({0, 0});
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
      const Bracket& open = brackets_.back();
      fault_ = {Fault::Kind::syntax, std::string("'") + open.text + "' was never closed", open.line, open.column, true};
      return;
    }
    if (!tokens_.empty() && tokens_.back().kind != TokenKind::newline && depth_ == 0) add(TokenKind::newline);
    for (; indents_.size() > 1; indents_.pop_back()) add(TokenKind::dedent);
  }

  /// With tabs to multiples of 8 columns, and with tabs as one character: both have to agree on what is deeper.
  struct Indent {
    std::size_t columns, characters;
  };
  struct Bracket {
    char text;
    int line, column;
  };

  // At the start of a logical line: skips blank lines, then measures.
  void indentation() {
    for (;;) {
      Indent width{0, 0};
      for (;; ++at_) {
        if (peek() == ' ')
          ++width.columns, ++width.characters;
        else if (peek() == '\t')
          width.columns = (width.columns / 8 + 1) * 8, ++width.characters;
        else if (peek() == '\f')
          width = {0, 0};
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
  void indent_to(Indent width) {
    const auto inconsistent = [&](bool is) {
      if (is) fail("inconsistent use of tabs and spaces in indentation", Fault::Kind::tab);
      return is;
    };
    if (width.columns > indents_.back().columns) {
      if (inconsistent(width.characters <= indents_.back().characters)) return;
      indents_.push_back(width);
      add(TokenKind::indent);
      return;
    }
    while (width.columns < indents_.back().columns) {
      indents_.pop_back();
      add(TokenKind::dedent);
    }
    if (width.columns != indents_.back().columns) return fail("unindent does not match any outer indentation level", Fault::Kind::indentation);
    (void)inconsistent(width.characters != indents_.back().characters);
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
    if (c == '\\') return fail(at_ + 1 < source_.size() ? "unexpected character after line continuation character" : "unexpected EOF while parsing");
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
    if (std::any_of(word.begin(), word.end(), [](char c) { return (c & 0x80) != 0; })) check_letters(word);
    at_ = end;
  }
  /// A name begins with a letter; what else may be in it beyond ASCII is not looked at closely.
  void check_letters(std::string_view word) {
    for (std::size_t at = 0; at < word.size();) {
      const bool first = at == 0;
      const std::uint32_t c = decode_utf8(word, at);
      if (c >= 0x80 && (!Unicode::is_printable(c) || Unicode::is_space(c))) return fail(code_message("invalid non-printable character U+%04X", c));
      if (c >= 0x80 && first && !Unicode::is_alpha(c))
        return fail("invalid character '" + std::string(word.substr(0, at)) + "'" + code_message(" (U+%04X)", c));
    }
  }
  static std::string code_message(const char* format, std::uint32_t c) {
    char text[64];
    std::snprintf(text, sizeof text, format, c);
    return text;
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
        const std::string found = " (detected at line " + std::to_string(line_) + ")";
        fault_ = {Fault::Kind::syntax, (triple ? "unterminated triple-quoted string literal" : "unterminated string literal") + found, t.line,
                  t.column, triple};
        return;
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
    if (t.kind == TokenKind::bytes && std::any_of(body.begin(), body.end(), [](char c) { return (c & 0x80) != 0; }))
      return fail("bytes can only contain ASCII literal characters");
    Fault problem;
    if (t.raw || t.kind == TokenKind::format)
      t.text = body;
    else if (!decode_escapes(body, t.kind == TokenKind::bytes, t.text, problem))
      return fail(problem.message, problem.kind);
    tokens_.push_back(std::move(t));
  }

  void number() {
    const std::size_t start = at_;
    const int base = peek() != '0' ? 10 : (peek(1) | 32) == 'x' ? 16 : (peek(1) | 32) == 'o' ? 8 : (peek(1) | 32) == 'b' ? 2 : 10;
    const char* kind = base == 16 ? "hexadecimal" : base == 8 ? "octal" : base == 2 ? "binary" : "decimal";
    std::string digits;
    bool good = true, real = false;
    if (base != 10) at_ += peek(2) == '_' ? 3 : 2, good = take_digits(base, digits);
    if (base == 10) {
      if (peek() != '.') good = take_digits(10, digits);
      if (good && peek() == '.') {
        real = true;
        digits += '.', ++at_;
        if (is_digit(peek())) good = take_digits(10, digits);
      }
      if (good && (peek() | 32) == 'e' && (is_digit(peek(1)) || ((peek(1) == '+' || peek(1) == '-') && is_digit(peek(2))))) {
        real = true;
        digits += 'e', ++at_;
        if (!is_digit(peek())) digits += peek(), ++at_;
        good = take_digits(10, digits);
      }
    }
    if ((base == 8 || base == 2) && is_digit(peek())) return fail(std::string("invalid digit '") + peek() + "' in " + kind + " literal");
    if (good && (peek() | 32) == 'j') return fail("complex numbers are outside minipy's language", Fault::Kind::unsupported);
    if (!good || (is_name_start(peek()) && !keyword_follows())) return fail(std::string("invalid ") + kind + " literal");
    Token& t = add(real ? TokenKind::real : TokenKind::integer, source_.substr(start, at_ - start));
    if (real) {
      t.real = std::strtod(digits.c_str(), nullptr);
      return;
    }
    if (base == 10 && digits.size() > 1 && digits[0] == '0' && digits.find_first_not_of('0') != std::string::npos)
      return fail("leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers");
    errno = 0;
    t.integer = std::strtoll(digits.c_str(), nullptr, base);
    if (errno != 0 || t.integer > kMaxInt + 1) fail(std::string(kTooLarge), Fault::Kind::unsupported);
  }
  /// Digits with single underscores between them. False: there are none, or an underscore is out of place.
  bool take_digits(int base, std::string& out) {
    bool may_separate = false;
    for (;; ++at_) {
      const int digit = peek() == '_' ? 0 : hex_digit(peek());
      if (digit < 0 || digit >= base) return may_separate;
      if (peek() == '_' && !may_separate) return false;
      may_separate = peek() != '_';
      if (may_separate) out += peek();
    }
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
        brackets_.push_back({candidate[0], line_, column()});
        if (depth_ > 200) return fail("too many nested parentheses");
      } else if (candidate == ")" || candidate == "]" || candidate == "}") {
        if (!close(candidate[0])) return;
      }
      at_ += candidate.size();
      return;
    }
    const auto c = static_cast<std::uint32_t>(peek());
    if (std::string_view("$?!`").find(peek()) != std::string_view::npos) return fail("invalid syntax");
    fail(code_message("invalid non-printable character U+%04X", c));
  }
  bool close(char bracket) {
    if (brackets_.empty()) return fail(std::string("unmatched '") + bracket + "'"), false;
    const char open = brackets_.back().text;
    if ((open == '(' && bracket != ')') || (open == '[' && bracket != ']') || (open == '{' && bracket != '}'))
      return fail(std::string("closing parenthesis '") + bracket + "' does not match opening parenthesis '" + open + "'" +
                  on_line(brackets_.back().line)),
             false;
    brackets_.pop_back();
    --depth_;
    return true;
  }

  std::string on_line(int line) const { return line == line_ ? "" : " on line " + std::to_string(line); }

  std::string_view source_;
  Fault& fault_;
  std::vector<Token> tokens_;
  std::vector<Indent> indents_;
  std::vector<Bracket> brackets_;
  std::size_t at_ = 0, line_start_ = 0;
  int line_;
  int depth_;
};

}  // namespace

std::vector<Token> tokenize(std::string_view source, Fault& fault, int line, bool expression) { return Lexer(source, fault, line, expression).run(); }

}  // namespace minipy
