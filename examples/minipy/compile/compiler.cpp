// Scopes become code objects here: modules, functions, classes.
#include "compile/compiler.hpp"

#include "runtime/error.hpp"
#include "runtime/ops.hpp"
#include "runtime/str.hpp"

namespace minipy {

Compiler::Compiler(Compiler* outer, const Scopes& scopes, Scope* scope, std::string_view name, Str* filename, std::int32_t line, Fault& fault)
    : scopes_(scopes),
      scope_(scope),
      qualname_(outer == nullptr ? std::string(name) : outer->inner_qualname(std::string(name))),
      filename_(filename),
      fault_(fault),
      out_(name, qualname_, filename, line),
      depth_(outer == nullptr ? 0 : outer->depth_) {}

std::string Compiler::inner_qualname(const std::string& name) const {
  const bool anonymous = name[0] == '<';
  if (scope_->kind == Scope::Kind::module || (!anonymous && scope_->place(scope_->mangled(name)) == Place::global)) return name;
  return scope_->is_function() ? qualname_ + ".<locals>." + name : qualname_ + "." + name;
}

void Compiler::fail(const Node* node, std::string message) {
  if (!failed()) fault_ = {Fault::Kind::syntax, std::move(message), node->line, node->column, false};
}

/// Gives each variable its slot, and makes the cells.
void Compiler::prepare_locals(const Parameters* p) {
  Code* code = out_.code();
  const auto add = [&](const std::string& name) {
    if (slots_.try_emplace(name, static_cast<std::uint32_t>(code->locals.size())).second) code->locals.push_back(intern(name));
  };
  if (p != nullptr) {
    code->positional = static_cast<std::uint32_t>(p->positional.size());
    code->positional_only = static_cast<std::uint32_t>(p->positional_only);
    code->keyword_only = static_cast<std::uint32_t>(p->keyword_only.size());
    if (!p->rest.empty()) code->flags |= kVarArgs;
    if (!p->keywords.empty()) code->flags |= kVarKeywords;
    for (const auto* list : {&p->positional, &p->keyword_only})
      for (const auto& one : *list) add(scope_->mangled(one.name));
    if (!p->rest.empty()) add(scope_->mangled(p->rest));
    if (!p->keywords.empty()) add(scope_->mangled(p->keywords));
  }
  if (scope_->generator) code->flags |= kGenerator;
  for (const std::string& name : scope_->names)
    if (const Place place = scope_->place(name); place == Place::local || place == Place::cell) add(name);
  for (const auto& [name, use] : scope_->uses)
    if ((use & Scope::kCell) != 0) add(name), out_.emit(Op::make_cell, slots_[name]);
  code->free_start = static_cast<std::uint32_t>(code->locals.size());
  for (const std::string& name : scope_->free) add(name);
}

/// Ends the body: `last_value` is what it returns when it runs off its end.
Code* Compiler::finish(Op last_value) {
  if (last_value == Op::constant) none();
  out_.emit(Op::return_);
  if (failed() || !out_.finish()) return nullptr;
  return out_.code();
}

void Compiler::docstring(const Nodes& body) {
  if (body.empty() || body[0]->kind != NodeKind::expression || body[0]->x->kind != NodeKind::text) return;
  out_.code()->doc = intern(body[0]->x->text);
}

Code* Compiler::module(const Node* node, ModuleKind kind) {
  prepare_locals(nullptr);
  if (kind == ModuleKind::expression) {
    value(node->body[0]->x);
    return finish(Op::nop);
  }
  interactive_ = kind == ModuleKind::interactive;
  docstring(node->body);
  if (out_.code()->doc != nullptr) text(node->body[0]->x->text), store_name("__doc__");
  statements(node->body);
  return finish(Op::constant);
}

unsigned Compiler::defaults(const Parameters& p) {
  unsigned flags = 0;
  std::uint32_t n = 0;
  for (const auto& one : p.positional)
    if (one.default_value != nullptr) value(one.default_value), ++n;
  if (n != 0) out_.emit(Op::build_tuple, n), flags |= kDefaults;
  n = 0;
  for (const auto& one : p.keyword_only)
    if (one.default_value != nullptr) text(scope_->mangled(one.name)), value(one.default_value), ++n;
  if (n != 0) out_.emit(Op::build_map, n), flags |= kKeywordDefaults;
  return flags;
}

/// The stack holds what `flags` name; the function takes their place.
void Compiler::make_function(const Node* node, Code* code, const Scope* scope, unsigned flags) {
  if (code == nullptr) return;
  for (const std::string& name : scope->free) out_.emit(Op::load_closure, slots_.at(name));
  if (!scope->free.empty()) out_.emit(Op::build_tuple, scope->free.size()), flags |= kClosure;
  auto* object = static_cast<CodeObject*>(allocate(sizeof(CodeObject)));
  if (object == nullptr) return fail(node, "out of memory");
  object->type = &code_type, object->code = code;
  out_.constant(object, {});
  out_.emit(Op::make_function, flags);
}

Code* Compiler::function_code(const Node* node, const std::string& name) {
  Compiler inner(this, scopes_, scopes_.of(node), name, filename_, node->line, fault_);
  inner.prepare_locals(node->params);
  if (node->kind == NodeKind::lambda) {
    inner.value(node->x);
    return inner.finish(Op::nop);
  }
  inner.docstring(node->body);
  inner.statements(node->body);
  return inner.finish(Op::constant);
}

void Compiler::decorate(const Node* node) {
  for (std::size_t i = 0; i < node->decorators.size(); ++i) out_.emit(Op::call, 1u);
}

void Compiler::function(const Node* node) {
  for (const Node* decorator : node->decorators) value(decorator), out_.emit(Op::push_null);
  const unsigned flags = defaults(*node->params);
  make_function(node, function_code(node, node->text), scopes_.of(node), flags);
  decorate(node);
  store_name(node->text);
}

void Compiler::lambda(const Node* node) {
  const unsigned flags = defaults(*node->params);
  make_function(node, function_code(node, "<lambda>"), scopes_.of(node), flags);
}

/// Returns the cell of __class__, or None.
Code* Compiler::class_code(const Node* node) {
  Compiler inner(this, scopes_, scopes_.of(node), node->text, filename_, node->line, fault_);
  inner.prepare_locals(nullptr);
  inner.load("__name__"), inner.store_name("__module__");
  inner.text(inner.qualname_), inner.store_name("__qualname__");
  inner.docstring(node->body);
  if (inner.out_.code()->doc != nullptr) inner.text(node->body[0]->x->text), inner.store_name("__doc__");
  inner.statements(node->body);
  const auto cell = inner.slots_.find("__class__");
  if (cell == inner.slots_.end() || (inner.scope_->uses["__class__"] & Scope::kCell) == 0) return inner.finish(Op::constant);
  inner.out_.emit(Op::load_closure, cell->second);
  inner.out_.emit(Op::dup);
  inner.store_name("__classcell__");
  return inner.finish(Op::nop);
}

void Compiler::class_statement(const Node* node) {
  for (const Node* decorator : node->decorators) value(decorator), out_.emit(Op::push_null);
  out_.emit(Op::load_build_class);
  out_.emit(Op::push_null);
  make_function(node, class_code(node), scopes_.of(node), 0);
  text(node->text);
  if (is_spread(node->kids)) {
    out_.emit(Op::build_list, 2u);
    call_spread(node->kids);
  } else {
    call_plain(node->kids, 2);
  }
  decorate(node);
  store_name(node->text);
}

Code* compile_module(const Node* module, std::string_view filename, ModuleKind kind, Fault& fault) {
  Scopes scopes;
  if (!scopes.analyse(module, fault)) return nullptr;
  Compiler compiler(nullptr, scopes, scopes.of(module), "<module>", intern(filename), 1, fault);
  return compiler.module(module, kind);
}

}  // namespace minipy
