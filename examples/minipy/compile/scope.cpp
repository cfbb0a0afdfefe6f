#include "compile/scope.hpp"

#include <algorithm>

#include "runtime/stack.hpp"

namespace minipy {

Place Scope::place(const std::string& name) const {
  const auto found = uses.find(name);
  const unsigned use = found == uses.end() ? 0 : found->second;
  if ((use & kGlobal) != 0) return Place::global;
  if (kind == Kind::class_)
    return (use & kFree) == 0 ? Place::name : (use & kNonlocal) != 0 ? Place::free : (use & kAssigned) != 0 ? Place::name : Place::class_free;
  if (kind == Kind::module) return Place::name;
  if ((use & kFree) != 0) return Place::free;
  if ((use & kCell) != 0) return Place::cell;
  return (use & (kAssigned | kParameter)) != 0 ? Place::local : Place::global;
}

std::string Scope::mangled(const std::string& name) const {
  if (class_name.empty() || name.size() < 3 || name.compare(0, 2, "__") != 0) return name;
  if (name.compare(name.size() - 2, 2, "__") == 0 || name.find('.') != std::string::npos) return name;
  const std::size_t start = class_name.find_first_not_of('_');
  return start == std::string::npos ? name : "_" + class_name.substr(start) + name;
}

void Scopes::fail(const Node* node, std::string message) {
  if (fault_->kind == Fault::Kind::none) *fault_ = {Fault::Kind::syntax, std::move(message), node->line, node->column, false};
}

Scope* Scopes::open(const Node* node, Scope::Kind kind) {
  auto scope = std::make_unique<Scope>();
  scope->kind = kind, scope->parent = scope_;
  if (scope_ != nullptr) scope->class_name = scope_->class_name;
  if (kind == Scope::Kind::class_) scope->class_name = node->text;
  scope_ = scope.get();
  order_.emplace_back(scope_, node);
  by_node_[node] = std::move(scope);
  return scope_;
}

void Scopes::use(const std::string& name, unsigned how) {
  const std::string full = scope_->mangled(name);
  const auto [entry, fresh] = scope_->uses.try_emplace(full, 0u);
  entry->second |= how;
  if (fresh) scope_->names.push_back(full);
}

void Scopes::declare(const Node* node, unsigned how) {
  const bool is_global = how == Scope::kGlobal;
  for (const std::string& name : node->names) {
    const auto known = scope_->uses.find(scope_->mangled(name));
    const unsigned before = known == scope_->uses.end() ? 0 : known->second;
    const char* word = is_global ? "global" : "nonlocal";
    if (!is_global && scope_->kind == Scope::Kind::module) return fail(node, "nonlocal declaration not allowed at module level");
    if ((before & Scope::kParameter) != 0) return fail(node, "name '" + name + "' is parameter and " + word);
    if ((before & (Scope::kGlobal | Scope::kNonlocal) & ~how) != 0) return fail(node, "name '" + name + "' is nonlocal and global");
    if ((before & Scope::kAnnotated) != 0) return fail(node, "annotated name '" + name + "' can't be " + word);
    if ((before & Scope::kAssigned) != 0) return fail(node, "name '" + name + "' is assigned to before " + word + " declaration");
    if ((before & Scope::kRead) != 0) return fail(node, "name '" + name + "' is used prior to " + word + " declaration");
    use(name, how);
    if (!is_global) scope_->declared[scope_->mangled(name)] = node;
  }
}

void Scopes::parameters(const Node* function) {
  const Parameters& p = *function->params;
  const auto add = [&](const std::string& name) {
    if (name.empty()) return;
    if (scope_->uses.count(scope_->mangled(name)) != 0) return fail(function, "duplicate argument '" + name + "' in function definition");
    use(name, Scope::kParameter);
  };
  for (const auto& one : p.positional) add(one.name);
  for (const auto& one : p.keyword_only) add(one.name);
  add(p.rest), add(p.keywords);
}

void Scopes::function(const Node* node) {
  for (const auto* list : {&node->params->positional, &node->params->keyword_only})
    for (const auto& one : *list) visit(one.default_value);
  visit(node->decorators);
  if (node->kind == NodeKind::function) use(node->text, Scope::kAssigned);
  open(node, Scope::Kind::function);
  parameters(node);
  visit(node->x);
  visit(node->body);
  close();
}

void Scopes::class_body(const Node* node) {
  visit(node->decorators);
  visit(node->kids);
  use(node->text, Scope::kAssigned);
  open(node, Scope::Kind::class_);
  visit(node->body);
  close();
}

void Scopes::comprehension(const Node* node) {
  visit(node->kids[0]->y);  // the first iterable belongs to the scope around
  open(node, Scope::Kind::comprehension);
  use(".0", Scope::kParameter);
  scope_->what = node->kind == NodeKind::list_comp   ? "list comprehension"
                 : node->kind == NodeKind::set_comp  ? "set comprehension"
                 : node->kind == NodeKind::dict_comp ? "dict comprehension"
                                                     : "generator expression";
  scope_->generator = node->kind == NodeKind::generator;
  for (const Node* part : node->kids) {
    target(part->x);
    if (part != node->kids[0]) visit(part->y);
    visit(part->kids);
  }
  visit(node->x);
  if (node->kind == NodeKind::dict_comp) visit(node->y);
  close();
}

/// Inside comprehensions it binds in the scope around them.
void Scopes::walrus(const Node* name) {
  Scope* here = scope_;
  while (scope_->kind == Scope::Kind::comprehension) scope_ = scope_->parent;
  const bool outside = scope_ != here;
  if (outside && scope_->kind == Scope::Kind::class_) fail(name, "assignment expression within a comprehension cannot be used in a class body");
  use(name->text, Scope::kAssigned);
  const bool global = scope_->kind == Scope::Kind::module || scope_->place(name->text) == Place::global;
  for (Scope* s = here; outside && s->kind == Scope::Kind::comprehension; s = s->parent) {
    scope_ = s;
    use(name->text, global ? Scope::kGlobal : Scope::kNonlocal);
  }
  scope_ = here;
}

void Scopes::target(const Node* node) {
  if (node == nullptr) return;
  switch (node->kind) {
    case NodeKind::name:
      return use(node->text, Scope::kAssigned);
    case NodeKind::tuple:
    case NodeKind::list:
      for (const Node* kid : node->kids) target(kid);
      return;
    case NodeKind::starred:
      return target(node->x);
    default:
      return visit(node);
  }
}

void Scopes::visit(const Nodes& nodes) {
  for (const Node* node : nodes) visit(node);
}

void Scopes::visit(const Node* node) {
  if (node == nullptr || fault_->kind != Fault::Kind::none) return;
  if (++depth_ > kDeepestTree || stack_is_low())
    fail(node, kTooDeep);
  else
    visit_parts(node);
  --depth_;
}

void Scopes::visit_parts(const Node* node) {
  switch (node->kind) {
    case NodeKind::name:
      use(node->text, Scope::kRead);
      if (node->text == "super" && scope_->is_function()) use("__class__", Scope::kRead);
      return;
    case NodeKind::function:
    case NodeKind::lambda:
      return function(node);
    case NodeKind::class_:
      return class_body(node);
    case NodeKind::list_comp:
    case NodeKind::set_comp:
    case NodeKind::dict_comp:
    case NodeKind::generator:
      return comprehension(node);
    case NodeKind::walrus:
      visit(node->y);
      return walrus(node->x);
    case NodeKind::global:
      return declare(node, Scope::kGlobal);
    case NodeKind::nonlocal:
      return declare(node, Scope::kNonlocal);
    case NodeKind::yield:
    case NodeKind::yield_from:
      if (scope_->kind == Scope::Kind::comprehension) return fail(node, std::string("'yield' inside ") + scope_->what);
      if (!scope_->is_function()) return fail(node, "'yield' outside function");
      scope_->generator = true;
      return visit(node->x);
    case NodeKind::assign:
      visit(node->y);
      for (const Node* kid : node->kids) target(kid);
      return;
    case NodeKind::augmented:
      visit(node->x), visit(node->y);
      return target(node->x);
    case NodeKind::annotated:
      if (!scope_->is_function()) visit(node->z), use("__annotations__", Scope::kRead);
      visit(node->y);
      if (node->x->kind == NodeKind::name && !node->x->parenthesised) {
        const auto known = scope_->uses.find(scope_->mangled(node->x->text));
        const unsigned before = known == scope_->uses.end() ? 0 : known->second & (Scope::kGlobal | Scope::kNonlocal);
        if (before != 0) return fail(node, "annotated name '" + node->x->text + "' can't be " + (before == Scope::kGlobal ? "global" : "nonlocal"));
        use(node->x->text, Scope::kAnnotated);
      }
      return target(node->x);
    case NodeKind::for_:
      visit(node->y), target(node->x), visit(node->body);
      return visit(node->orelse);
    case NodeKind::delete_:
      for (const Node* kid : node->kids) target(kid);
      return;
    case NodeKind::with_item:
      visit(node->x);
      return target(node->y);
    case NodeKind::handler:
      visit(node->x);
      if (!node->text.empty()) use(node->text, Scope::kAssigned);
      return visit(node->body);
    case NodeKind::import:
      for (const Node* alias : node->kids) use(alias->text2.empty() ? alias->text.substr(0, alias->text.find('.')) : alias->text2, Scope::kAssigned);
      return;
    case NodeKind::import_from:
      for (const Node* alias : node->kids) {
        if (alias->text == "*" && scope_->kind != Scope::Kind::module) return fail(node, "import * only allowed at module level");
        if (alias->text != "*") use(alias->text2.empty() ? alias->text : alias->text2, Scope::kAssigned);
      }
      return;
    default:
      visit(node->x), visit(node->y), visit(node->z);
      visit(node->kids), visit(node->body), visit(node->orelse), visit(node->final);
  }
}

/// Makes `name` reach the scope from a function around it that binds it. False: none does.
bool Scopes::reach(Scope* scope, const std::string& name) {
  if (scope == nullptr || scope->kind == Scope::Kind::module) return false;
  unsigned& use = scope->uses[name];
  if (scope->kind == Scope::Kind::class_ && name == "__class__") return use |= Scope::kCell, true;
  if (scope->is_function()) {
    if ((use & Scope::kGlobal) != 0) return false;
    if ((use & Scope::kNonlocal) == 0 && (use & (Scope::kAssigned | Scope::kParameter)) != 0) return use |= Scope::kCell, true;
  }
  if ((use & Scope::kFree) != 0) return true;
  if (!reach(scope->parent, name)) return false;
  scope->free.push_back(name);
  use |= Scope::kFree;
  return true;
}

/// From inner scopes outwards would do as well: reach() completes the scopes between.
void Scopes::resolve() {
  for (const auto& [scope, node] : order_) {
    if (scope->kind == Scope::Kind::module) continue;
    for (const std::string& name : std::vector<std::string>(scope->names)) {
      const unsigned use = scope->uses[name];
      if ((use & (Scope::kGlobal | Scope::kFree)) != 0) continue;
      const bool bound = (use & (Scope::kAssigned | Scope::kParameter)) != 0 && (use & Scope::kNonlocal) == 0;
      if (bound) continue;
      if (reach(scope->parent, name)) {
        scope->free.push_back(name);
        scope->uses[name] |= Scope::kFree;
      } else if ((use & Scope::kNonlocal) != 0) {
        const auto at = scope->declared.find(name);
        return fail(at != scope->declared.end() ? at->second : node, "no binding for nonlocal '" + name + "' found");
      }
    }
  }
}

bool Scopes::analyse(const Node* module, Fault& fault) {
  fault_ = &fault;
  open(module, Scope::Kind::module);
  visit(module->body);
  if (fault.kind == Fault::Kind::none) resolve();
  return fault.kind == Fault::Kind::none;
}

}  // namespace minipy
