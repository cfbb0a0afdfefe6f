// The front end of examples/minipy: what it takes, what it refuses, and where it says so.
#include "syntax/parser.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace minipy {
namespace {

struct Parsed {
  Tree tree;
  Fault fault;
  Node* root = nullptr;
  explicit Parsed(std::string_view source, SourceMode mode = SourceMode::module) { root = parse(source, mode, tree, fault); }
  const Node& only() const { return *root->body.at(0); }
};

Fault fault_of(std::string_view source) { return Parsed(source).fault; }

// The tree of an expression in one line, operators in front.
std::string shown(const Node* n) {
  if (n == nullptr) return "-";
  std::string kids;
  for (const Node* kid : n->kids) kids += " " + shown(kid);
  switch (n->kind) {
    case NodeKind::name:
      return n->text;
    case NodeKind::integer:
      return std::to_string(n->integer);
    case NodeKind::text:
      return "'" + n->text + "'";
    case NodeKind::binary:
      return "(" + std::to_string(n->op) + " " + shown(n->x) + " " + shown(n->y) + ")";
    case NodeKind::unary:
      return "(u" + std::to_string(n->op) + " " + shown(n->x) + ")";
    case NodeKind::and_:
      return "(and" + kids + ")";
    case NodeKind::or_:
      return "(or" + kids + ")";
    case NodeKind::compare:
      return "(cmp" + kids + ")";
    case NodeKind::call:
      return "(call " + shown(n->x) + kids + ")";
    case NodeKind::attribute:
      return shown(n->x) + "." + n->text;
    case NodeKind::subscript:
      return shown(n->x) + "[" + shown(n->y) + "]";
    case NodeKind::slice:
      return shown(n->x) + ":" + shown(n->y) + ":" + shown(n->z);
    case NodeKind::conditional:
      return "(if " + shown(n->y) + " " + shown(n->x) + " " + shown(n->z) + ")";
    case NodeKind::tuple:
      return "(tuple" + kids + ")";
    case NodeKind::joined:
      return "(f" + kids + ")";
    case NodeKind::formatted:
      return "{" + shown(n->x) + (n->op != 0 ? std::string("!") + static_cast<char>(n->op) : "") + (n->y != nullptr ? ":" + shown(n->y) : "") + "}";
    case NodeKind::starred:
      return "*" + shown(n->x);
    default:
      return "<" + std::to_string(static_cast<int>(n->kind)) + kids + ">";
  }
}
std::string expression(std::string_view source) {
  const Parsed p(source, SourceMode::expression);
  return p.root == nullptr ? "fault: " + p.fault.message : shown(p.only().x);
}

constexpr auto kAdd = "0", kMul = "2", kPow = "6";
std::string op(const char* o, const char* a, const char* b) { return std::string("(") + o + " " + a + " " + b + ")"; }

TEST(Parser, OperatorsBindAsInPython) {
  EXPECT_EQ(expression("a + b * c"), op(kAdd, "a", op(kMul, "b", "c").c_str()));
  EXPECT_EQ(expression("a * b + c"), op(kAdd, op(kMul, "a", "b").c_str(), "c"));
  EXPECT_EQ(expression("a + b + c"), op(kAdd, op(kAdd, "a", "b").c_str(), "c"));
  EXPECT_EQ(expression("-a ** -b"), "(u0 " + op(kPow, "a", "(u0 b)") + ")");
  EXPECT_EQ(expression("a ** b ** c"), op(kPow, "a", op(kPow, "b", "c").c_str()));
  EXPECT_EQ(expression("not a == b and c or d"), "(or (and (u100 (cmp a b)) c) d)");
  EXPECT_EQ(expression("a < b <= c is not d not in e"), "(cmp a b c d e)");
  EXPECT_EQ(expression("a if b else c if d else e"), "(if b a (if d c e))");
  EXPECT_EQ(expression("x.f(1, *a)[2:].g"), "(call x.f 1 *a)[2:-:-].g");
}

TEST(Parser, TextsSideBySideAndEscapes) {
  EXPECT_EQ(expression(R"('a' "b\x41\u00e9" r'\n')"), "'abA\xC3\xA9\\n'");
  EXPECT_EQ(expression(R"('''a
b''')"),
            "'a\nb'");
  EXPECT_EQ(expression("''"), "''");
}

TEST(Parser, FStrings) {
  EXPECT_EQ(expression("f'a{b}c'"), "(f 'a' {b} 'c')");
  EXPECT_EQ(expression("f'{a!r:>{w}}{{}}'"), "(f {a!r:(f '>' {w})} '{}')");
  EXPECT_EQ(expression("f'{a=}'"), "(f 'a=' {a!r})");
  EXPECT_EQ(expression("f'{d[\"k\"]}' 'x'"), "(f {d['k']} 'x')");
  EXPECT_EQ(expression("f'{a != b}'"), "(f {(cmp a b)})");
  EXPECT_NE(fault_of("f'{a'").message, "");
  EXPECT_NE(fault_of("f'}'").message, "");
  EXPECT_NE(fault_of("f'{}'").message, "");
}

TEST(Parser, FaultsNameLineAndColumn) {
  const Fault f = fault_of("x = 1\ny = = 2\n");
  EXPECT_EQ(f.kind, Fault::Kind::syntax);
  EXPECT_EQ(f.line, 2);
  EXPECT_EQ(f.column, 5);
  EXPECT_EQ(fault_of("if x:\ny = 1\n").kind, Fault::Kind::indentation);
  EXPECT_EQ(fault_of("  x = 1\n").kind, Fault::Kind::indentation);
  EXPECT_EQ(fault_of("if x:\n    a\n  b\n").message, "unindent does not match any outer indentation level");
  EXPECT_EQ(fault_of("(1, 2").message, "'(' was never closed");
  EXPECT_EQ(fault_of("f(]").message, "closing parenthesis ']' does not match opening parenthesis '('");
  EXPECT_EQ(fault_of("f() = 1").message, "cannot assign to function call here. Maybe you meant '==' instead of '='?");
  EXPECT_EQ(fault_of("1 = x").message, "cannot assign to literal here. Maybe you meant '==' instead of '='?");
  EXPECT_EQ(fault_of("del f()").message, "cannot delete function call");
  EXPECT_EQ(fault_of("f(a=1, b)").message, "positional argument follows keyword argument");
  EXPECT_EQ(fault_of("def f(a=1, b): pass").message, "non-default argument follows default argument");
  EXPECT_EQ(fault_of("'abc").message, "unterminated string literal (detected at line 1)");
}

TEST(Parser, WhatIsOutsideTheLanguageIsNamed) {
  for (const char* source : {"async def f(): pass", "match x:\n  case 1: pass\n", "await x", "1j", "99999999999999999999",
                             "try: pass\nexcept* E: pass\n", "[x async for x in y]"}) {
    const Fault f = fault_of(source);
    EXPECT_EQ(f.kind, Fault::Kind::unsupported) << source;
    EXPECT_NE(f.message, "") << source;
  }
  EXPECT_EQ(fault_of("match = 1; match.x = 2; match(3)").kind, Fault::Kind::none);
}

TEST(Parser, AnOpenEndAsksForMore) {
  EXPECT_TRUE(fault_of("def f():\n").at_end);
  EXPECT_TRUE(fault_of("x = (1,\n").at_end);
  EXPECT_TRUE(fault_of("x = '''abc\n").at_end);
  EXPECT_FALSE(fault_of("x = )\n").at_end);
}

TEST(Parser, StatementsHaveTheirParts) {
  const Parsed f("@d\ndef f(a, /, b=1, *c, d, e=2, **g) -> int:\n  return a\n");
  ASSERT_NE(f.root, nullptr) << f.fault.message;
  EXPECT_EQ(f.only().kind, NodeKind::function);
  EXPECT_EQ(f.only().decorators.size(), 1u);
  EXPECT_EQ(f.only().params->positional.size(), 2u);
  EXPECT_EQ(f.only().params->positional_only, 1u);
  EXPECT_EQ(f.only().params->keyword_only.size(), 2u);
  EXPECT_EQ(f.only().params->rest, "c");
  EXPECT_EQ(f.only().params->keywords, "g");

  const Parsed t("try:\n  a\nexcept (E, F) as e:\n  b\nexcept:\n  c\nelse:\n  d\nfinally:\n  g\n");
  ASSERT_NE(t.root, nullptr) << t.fault.message;
  EXPECT_EQ(t.only().kids.size(), 2u);
  EXPECT_EQ(t.only().kids[0]->text, "e");
  EXPECT_EQ(t.only().orelse.size(), 1u);
  EXPECT_EQ(t.only().final.size(), 1u);

  const Parsed w("with (a() as b, c()):\n  pass\nwith a, b as (c, d): pass\n");
  ASSERT_NE(w.root, nullptr) << w.fault.message;
  EXPECT_EQ(w.root->body[0]->kids.size(), 2u);
  EXPECT_EQ(w.root->body[1]->kids[1]->y->kind, NodeKind::tuple);
}

TEST(Parser, DeepNestingIsAFaultAndNoCrash) {
  for (const char* unit : {"(", "[", "{", "-", "not ", "lambda: ", "f(", "a[", "if a:\n"}) {
    std::string deep;
    for (int i = 0; i < 100000; ++i) deep += unit;
    EXPECT_NE(fault_of(deep).kind, Fault::Kind::none) << unit;
  }
}

TEST(Parser, ElifChainsAreBoundedWhateverIsInThem) {
  std::string chain = "if a:\n  pass\n";
  for (int i = 0; i < 499; ++i) chain += "elif a:\n  if b:\n    pass\n";
  EXPECT_EQ(fault_of(chain).message, "");
  for (int i = 0; i < 2; ++i) chain += "elif a:\n  if b:\n    pass\n";
  EXPECT_EQ(fault_of(chain).message, "too many elif branches: minipy allows 500");
}

// Every prefix and every text with one byte changed ends, with a tree or with a fault.
TEST(Parser, BrokenTextsEnd) {
  const std::string source =
      "class A(B, k=1):\n    '''doc'''\n    def f(self, *a, **k):\n        for x, *y in [1, 2.5e3]:\n            yield f'{x!r:>{y}}', {**k, 'b': "
      "b\"\\x00\"}\n        return x if y else lambda: 0\n";
  for (std::size_t i = 0; i < source.size(); ++i) {
    (void)Parsed(source.substr(0, i));
    for (const char c : {'\0', '(', '}', '\'', '\n', ':', '\xFF', '\\', '*'}) {
      std::string changed = source;
      changed[i] = c;
      const Parsed p(changed);
      EXPECT_EQ(p.root == nullptr, p.fault.kind != Fault::Kind::none);
    }
  }
}

// minipy's own library is in its language.
TEST(Parser, TakesTheWholeLibrary) {
  int files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(MINIPY_LIB)) {
    if (entry.path().extension() != ".py") continue;
    std::ifstream in(entry.path());
    std::stringstream text;
    text << in.rdbuf();
    const Fault f = fault_of(text.str());
    EXPECT_EQ(f.kind, Fault::Kind::none) << entry.path() << ":" << f.line << ":" << f.column << ": " << f.message;
    ++files;
  }
  EXPECT_GT(files, 20);
}

// So are CPython's tests, which minipy is to run, where they are installed.
TEST(Parser, TakesCPythonsWeakrefTests) {
  const std::filesystem::path folder = "/usr/lib/python3.11/test";
  if (!std::filesystem::exists(folder / "test_weakref.py")) GTEST_SKIP() << "libpython3.11-testsuite is not installed";
  for (const char* name : {"test_weakref.py", "test_weakset.py", "mapping_tests.py"}) {
    std::ifstream in(folder / name);
    std::stringstream text;
    text << in.rdbuf();
    const Fault f = fault_of(text.str());
    EXPECT_EQ(f.kind, Fault::Kind::none) << name << ":" << f.line << ":" << f.column << ": " << f.message;
  }
}

}  // namespace
}  // namespace minipy
