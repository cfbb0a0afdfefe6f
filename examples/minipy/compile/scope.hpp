// Which variable a name means: one Scope for each module, function, class body and comprehension of a syntax tree.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "syntax/ast.hpp"
#include "syntax/fault.hpp"

namespace minipy {

/// Where a name's value is. name: in the namespace of a class body or module, then among the globals, then the builtins.
enum class Place : std::uint8_t { local, cell, free, class_free, global, name };

struct Scope {
  enum class Kind : std::uint8_t { module, class_, function, comprehension };
  enum Use : unsigned { kAssigned = 1, kRead = 2, kParameter = 4, kGlobal = 8, kNonlocal = 16, kCell = 32, kFree = 64, kAnnotated = 128 };

  Kind kind = Kind::module;
  Scope* parent = nullptr;
  std::string class_name;          // of the innermost class around: private names are mangled with it
  std::vector<std::string> names;  // in the order of their appearance; parameters first
  std::map<std::string, unsigned> uses;
  std::map<std::string, const Node*> declared;  // nonlocal
  std::vector<std::string> free;                // those that come from functions around
  bool generator = false;
  const char* what = "";  // a comprehension, in messages

  bool is_function() const { return kind == Kind::function || kind == Kind::comprehension; }
  Place place(const std::string& name) const;
  /// __x in a class C is _C__x.
  std::string mangled(const std::string& name) const;
};

class Scopes {
 public:
  /// All scopes of the tree. False: the fault says why.
  bool analyse(const Node* module, Fault& fault);
  /// That of a module, function, lambda, class or comprehension.
  Scope* of(const Node* node) const { return by_node_.at(node).get(); }

 private:
  Scope* open(const Node* node, Scope::Kind kind);
  void close() { scope_ = scope_->parent; }
  void use(const std::string& name, unsigned how);
  void declare(const Node* node, unsigned how);
  void parameters(const Node* function);
  void function(const Node* node);
  void class_body(const Node* node);
  void comprehension(const Node* node);
  void walrus(const Node* target);
  void visit(const Node* node);
  void visit(const Nodes& nodes);
  void visit_parts(const Node* node);
  void target(const Node* node);
  void resolve();
  static bool reach(Scope* scope, const std::string& name);
  void fail(const Node* node, std::string message);

  std::unordered_map<const Node*, std::unique_ptr<Scope>> by_node_;
  std::vector<std::pair<Scope*, const Node*>> order_;  // outer ones first
  Scope* scope_ = nullptr;
  Fault* fault_ = nullptr;
  int depth_ = 0;
};

/// Deeper trees are refused: passes over them recurse.
constexpr int kDeepestTree = 4000;
constexpr const char* kTooDeep = "too many nested expressions: the compiler's recursion has a limit";

}  // namespace minipy
