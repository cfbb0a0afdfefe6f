// The syntax tree. Lies outside of the collected heap and dies after compiling.
#pragma once
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace minipy {

/// Behind each kind: which members of Node it uses.
enum class NodeKind : std::uint8_t {
  // expressions
  name,  // text
  none,
  true_,
  false_,
  ellipsis,
  integer,  // integer
  real,     // real
  text,
  bytes,      // text
  joined,     // kids: text and formatted
  formatted,  // x: value; op: conversion or 0; y: format, joined or null
  tuple,
  list,
  set,     // kids
  dict,    // kids: key, value in turn; a null key: ** of the value
  unary,   // op: UnaryOp, or kNot; x
  binary,  // op: BinaryOp; x, y
  and_,
  or_,          // kids
  compare,      // kids: operands; ops: CompareOp, or kIn...
  call,         // x; kids: arguments, starred, keyword
  keyword,      // text, or empty for **; x
  attribute,    // x, text
  subscript,    // x, y
  slice,        // x, y, z or null
  lambda,       // params; x
  conditional,  // x if y else z
  list_comp,
  set_comp,
  generator,      // x; kids: comprehension
  dict_comp,      // x: key, y: value; kids: comprehension
  comprehension,  // x: target, y: iterable; kids: conditions
  yield,
  yield_from,  // x or null
  starred,     // x
  walrus,      // x: name, y: value
  // statements
  expression,  // x
  assign,      // kids: targets; y: value
  augmented,   // op: BinaryOp; x, y
  annotated,   // x: target, y: value or null, z: annotation
  return_,     // x or null
  delete_,     // kids
  if_,
  while_,       // x; body, orelse
  for_,         // x: target, y: iterable; body, orelse
  try_,         // body, kids: handlers, orelse, final
  handler,      // x: type or null; text: name or empty; body
  with,         // kids: with_item; body
  with_item,    // x; y: target or null
  function,     // text, params, body; decorators
  class_,       // text; kids: bases and keywords; body; decorators
  import,       // kids: alias
  import_from,  // text: module; op: dots; kids: alias, or one with the name *
  alias,        // text; text2: the name it gets, or empty
  global,
  nonlocal,  // names
  raise,     // x: exception or null; y: cause or null
  assert_,   // x; y or null
  pass,
  break_,
  continue_,
  module,  // body
};

constexpr int kNot = 100;
enum CompareExtra : int { kIn = 10, kNotIn, kIs, kIsNot };

struct Node;
using Nodes = std::vector<Node*>;

struct Parameters {
  struct One {
    std::string name;
    Node* default_value = nullptr;
    int line = 0;
  };
  std::vector<One> positional;  // the first `positional_only` of them by position alone
  std::vector<One> keyword_only;
  std::size_t positional_only = 0;
  std::string rest;      // *args, or empty
  std::string keywords;  // **kwargs, or empty
};

struct Node {
  NodeKind kind = NodeKind::pass;
  bool parenthesised = false;
  int line = 0;
  int column = 0;
  int op = 0;
  std::int64_t integer = 0;
  double real = 0;
  std::string text, text2;
  Node *x = nullptr, *y = nullptr, *z = nullptr;
  Nodes kids, body, orelse, final, decorators;
  std::vector<int> ops;
  std::vector<std::string> names;
  Parameters* params = nullptr;
};

/// Owns the nodes of one tree.
class Tree {
 public:
  Node* node(NodeKind kind, int line, int column = 0) {
    Node& n = nodes_.emplace_back();
    n.kind = kind, n.line = line, n.column = column;
    return &n;
  }
  Parameters* parameters() { return &parameters_.emplace_back(); }

 private:
  std::deque<Node> nodes_;
  std::deque<Parameters> parameters_;
};

}  // namespace minipy
