// Expressions: each leaves its value on the stack.
#include <bit>

#include "compile/compiler.hpp"
#include "runtime/ops.hpp"
#include "runtime/stack.hpp"
#include "runtime/str.hpp"

namespace minipy {

// ---- constants and names ------------------------------------------------------------------------------------------------------------------

void Compiler::text(const std::string& text) { out_.constant(text.size() < 64 ? intern(text) : str_value(text), "s" + text); }
void Compiler::integer(std::int64_t i) { out_.constant(small_int(i), "i" + std::to_string(i)); }
void Compiler::none() { out_.constant(minipy::none(), "None"); }

void Compiler::variable(const std::string& name, Op local, Op deref, Op global, Op named, Op classderef) {
  const std::string full = scope_->mangled(name);
  switch (scope_->place(full)) {
    case Place::local:
      return out_.emit(local, slots_.at(full));
    case Place::cell:
    case Place::free:
      return out_.emit(deref, slots_.at(full));
    case Place::class_free:
      return out_.emit(classderef, slots_.at(full));
    case Place::global:
      return out_.emit(global, out_.name(full));
    case Place::name:
      return out_.emit(named, out_.name(full));
  }
}
void Compiler::load(const std::string& name) { variable(name, Op::load_fast, Op::load_deref, Op::load_global, Op::load_name, Op::load_classderef); }
void Compiler::store_name(const std::string& name) {
  variable(name, Op::store_fast, Op::store_deref, Op::store_global, Op::store_name, Op::store_deref);
}
void Compiler::delete_name(const std::string& name) {
  variable(name, Op::delete_fast, Op::delete_deref, Op::delete_global, Op::delete_name, Op::delete_deref);
}

// ---- targets --------------------------------------------------------------------------------------------------------------------------------

void Compiler::store(const Node* target) {
  switch (target->kind) {
    case NodeKind::name:
      return store_name(target->text);
    case NodeKind::attribute:
      value(target->x);
      return out_.emit(Op::store_attr, out_.name(scope_->mangled(target->text)));
    case NodeKind::subscript:
      value(target->x), subscript_key(target->y);
      return out_.emit(Op::store_subscr);
    case NodeKind::tuple:
    case NodeKind::list:
      return unpack(target);
    default:
      return fail(target, "cannot assign to this expression");
  }
}

void Compiler::unpack(const Node* target) {
  std::size_t star = target->kids.size();
  for (std::size_t i = 0; i < target->kids.size(); ++i) {
    if (target->kids[i]->kind != NodeKind::starred) continue;
    if (star != target->kids.size()) return fail(target, "multiple starred expressions in assignment");
    star = i;
  }
  if (target->kids.size() >= 4096) return fail(target, "too many targets in an assignment");
  if (star == target->kids.size())
    out_.emit(Op::unpack, star);
  else
    out_.emit(Op::unpack_ex, star | (target->kids.size() - star - 1) << 12);
  for (const Node* kid : target->kids) store(kid->kind == NodeKind::starred ? kid->x : kid);
}

void Compiler::remove(const Node* target) {
  switch (target->kind) {
    case NodeKind::name:
      return delete_name(target->text);
    case NodeKind::attribute:
      value(target->x);
      return out_.emit(Op::delete_attr, out_.name(scope_->mangled(target->text)));
    case NodeKind::subscript:
      value(target->x), subscript_key(target->y);
      return out_.emit(Op::delete_subscr);
    default:
      for (const Node* kid : target->kids) remove(kid);
  }
}

void Compiler::augmented(const Node* node) {
  const Node* target = node->x;
  out_.line(node->line);
  if (target->kind == NodeKind::name) {
    load(target->text), value(node->y);
    out_.emit(Op::inplace, node->op);
    return store_name(target->text);
  }
  value(target->x);
  if (target->kind == NodeKind::attribute) {
    const std::uint32_t name = out_.name(scope_->mangled(target->text));
    out_.emit(Op::dup), out_.emit(Op::load_attr, name), value(node->y);
    out_.emit(Op::inplace, node->op);
    out_.emit(Op::swap);
    return out_.emit(Op::store_attr, name);
  }
  subscript_key(target->y);
  out_.emit(Op::dup2), out_.emit(Op::subscr), value(node->y);
  out_.emit(Op::inplace, node->op);
  out_.emit(Op::rot3);
  out_.emit(Op::store_subscr);
}

// ---- displays -------------------------------------------------------------------------------------------------------------------------------

void Compiler::values(const Nodes& nodes) {
  for (const Node* node : nodes) value(node);
}

/// More items of a display are added one by one: the stack has an end.
constexpr std::size_t kMostOnStack = 256;

void Compiler::display(const Node* node, Op build, Op add, Op extend) {
  std::size_t star = 0;
  while (star < node->kids.size() && star < kMostOnStack && node->kids[star]->kind != NodeKind::starred) ++star;
  for (std::size_t i = 0; i < star; ++i) value(node->kids[i]);
  out_.emit(star == node->kids.size() ? build : build == Op::build_tuple ? Op::build_list : build, star);
  for (std::size_t i = star; i < node->kids.size(); ++i) {
    const Node* kid = node->kids[i];
    value(kid->kind == NodeKind::starred ? kid->x : kid);
    out_.emit(kid->kind == NodeKind::starred ? extend : add, 1u);
  }
  if (build == Op::build_tuple && star < node->kids.size()) out_.emit(Op::list_to_tuple);
}

bool Compiler::constant_tuple(const Node* node) {
  if (node->kids.empty()) return out_.constant(tuple_new(0), "()"), true;
  Tuple* tuple = tuple_new(ssize(node->kids.size()));
  if (tuple == nullptr) return false;
  for (std::size_t i = 0; i < node->kids.size(); ++i) {
    const Node* kid = node->kids[i];
    Value& item = tuple->items[i];
    if (kid->kind == NodeKind::integer)
      item = small_int(kid->integer);
    else if (kid->kind == NodeKind::text)
      item = intern(kid->text);
    else if (kid->kind == NodeKind::none)
      item = minipy::none();
    else
      return false;
  }
  return out_.constant(tuple, {}), true;
}

void Compiler::dict_display(const Node* node) {
  std::uint32_t waiting = 0;
  bool built = false;
  const auto flush = [&] {
    if (built && waiting == 0) return;
    out_.emit(Op::build_map, waiting);
    if (built) out_.emit(Op::dict_update, 1u);
    built = true, waiting = 0;
  };
  for (std::size_t i = 0; i < node->kids.size(); i += 2) {
    if (node->kids[i] == nullptr) {
      flush();
      value(node->kids[i + 1]);
      out_.emit(Op::dict_update, 1u);
    } else {
      value(node->kids[i]), value(node->kids[i + 1]);
      if (++waiting == 16) flush();
    }
  }
  flush();
}

void Compiler::joined(const Node* node) {
  for (const Node* part : node->kids) {
    if (part->kind == NodeKind::text) {
      text(part->text);
      continue;
    }
    value(part->x);
    if (part->y != nullptr) joined(part->y);
    out_.emit(Op::format, static_cast<std::uint32_t>(part->op) | (part->y != nullptr ? 0x100u : 0u));
  }
  out_.emit(Op::build_string, node->kids.size());
}

void Compiler::subscript_key(const Node* node) {
  if (node->kind != NodeKind::slice) return value(node);
  for (const Node* part : {node->x, node->y}) part != nullptr ? value(part) : none();
  if (node->z != nullptr) value(node->z);
  out_.emit(Op::build_slice, node->z != nullptr ? 3u : 2u);
}

// ---- logic ----------------------------------------------------------------------------------------------------------------------------------

void Compiler::compare_one(int op) {
  switch (op) {
    case kIn:
      return out_.emit(Op::in);
    case kNotIn:
      return out_.emit(Op::not_in);
    case kIs:
      return out_.emit(Op::is);
    case kIsNot:
      return out_.emit(Op::is_not);
    default:
      return out_.emit(Op::compare, op);
  }
}

void Compiler::comparison(const Node* node) {
  value(node->kids[0]);
  Label out, end;
  const std::size_t last = node->ops.size() - 1;
  for (std::size_t i = 0; i < last; ++i) {  // a < b < c evaluates b once
    value(node->kids[i + 1]);
    out_.emit(Op::dup), out_.emit(Op::rot3);
    compare_one(node->ops[i]);
    out_.jump(Op::jump_if_false_or_pop, out);
  }
  value(node->kids[last + 1]);
  out_.line(node->line);
  compare_one(node->ops[last]);
  if (last == 0) return;
  out_.jump(Op::jump, end);
  out_.place(out);
  out_.emit(Op::swap), out_.emit(Op::pop);
  out_.place(end);
}

void Compiler::logic(const Node* node) {
  Label end;
  for (std::size_t i = 0; i < node->kids.size(); ++i) {
    value(node->kids[i]);
    if (i + 1 < node->kids.size()) out_.jump(node->kind == NodeKind::and_ ? Op::jump_if_false_or_pop : Op::jump_if_true_or_pop, end);
  }
  out_.place(end);
}

/// Jumps when the condition's truth is `wanted`; leaves nothing on the stack.
void Compiler::jump_if(const Node* node, bool wanted, Label& label) {
  if (node->kind == NodeKind::unary && node->op == kNot) return jump_if(node->x, !wanted, label);
  if (node->kind == NodeKind::and_ || node->kind == NodeKind::or_) {
    const bool any = (node->kind == NodeKind::or_) == wanted;  // one operand suffices for the jump
    Label past;
    for (std::size_t i = 0; i < node->kids.size(); ++i) {
      const bool last = i + 1 == node->kids.size();
      any || last ? jump_if(node->kids[i], wanted, label) : jump_if(node->kids[i], !wanted, past);
    }
    return out_.place(past);
  }
  value(node);
  out_.jump(wanted ? Op::jump_if_true : Op::jump_if_false, label);
}

// ---- calls ----------------------------------------------------------------------------------------------------------------------------------

bool Compiler::is_spread(const Nodes& arguments) {
  for (const Node* a : arguments)
    if (a->kind == NodeKind::starred || (a->kind == NodeKind::keyword && a->text.empty())) return true;
  return false;
}

/// `before` arguments are on the stack already.
void Compiler::call_plain(const Nodes& arguments, std::uint32_t before) {
  const int line = out_.line();
  auto count = before;
  Tuple* names = nullptr;
  for (const Node* a : arguments) value(a->kind == NodeKind::keyword ? a->x : a), ++count;
  std::int64_t keywords = 0;
  for (const Node* a : arguments) keywords += a->kind == NodeKind::keyword;
  out_.line(line);
  if (keywords == 0) return out_.emit(Op::call, count);
  names = tuple_new(keywords);
  if (names == nullptr) return;
  keywords = 0;
  for (const Node* a : arguments)
    if (a->kind == NodeKind::keyword) names->items[keywords++] = intern(a->text);
  out_.constant(names, {});
  out_.emit(Op::call_kw, count);
}

/// A list of arguments is on the stack already.
void Compiler::call_spread(const Nodes& arguments) {
  const int line = out_.line();
  bool keywords = false;
  for (const Node* a : arguments) {
    if (a->kind == NodeKind::keyword) {
      keywords = true;
      continue;
    }
    value(a->kind == NodeKind::starred ? a->x : a);
    a->kind == NodeKind::starred ? out_.emit(Op::list_extend, 2u) : out_.emit(Op::list_append, 1u);
  }
  out_.emit(Op::list_to_tuple);
  if (keywords) out_.emit(Op::build_map, 0u);
  for (const Node* a : arguments) {
    if (a->kind != NodeKind::keyword) continue;
    if (!a->text.empty()) text(a->text);
    value(a->x);
    if (!a->text.empty()) out_.emit(Op::build_map, 1u);
    out_.emit(Op::dict_merge, 1u);
  }
  out_.line(line);
  out_.emit(Op::call_ex, keywords ? 1u : 0u);
}

/// super() in a method: super(__class__, its first parameter).
bool Compiler::super_call(const Node* node) {
  if (node->x->kind != NodeKind::name || node->x->text != "super" || !node->kids.empty()) return false;
  if (!scope_->is_function() || scope_->place("super") != Place::global || scope_->place("__class__") != Place::free) return false;
  if (out_.code()->positional == 0) return false;
  load("super");
  out_.emit(Op::push_null);
  load("__class__");
  const std::string first(out_.code()->locals[0]->view());
  out_.emit(scope_->place(first) == Place::cell ? Op::load_deref : Op::load_fast, 0u);
  out_.emit(Op::call, 2u);
  return true;
}

void Compiler::call(const Node* node) {
  if (super_call(node)) return;
  const bool spread = is_spread(node->kids);
  if (node->x->kind == NodeKind::attribute && !spread) {
    value(node->x->x);
    out_.line(node->x->line);
    out_.emit(Op::load_method, out_.name(scope_->mangled(node->x->text)));
  } else {
    value(node->x);
    out_.emit(Op::push_null);
  }
  out_.line(node->line);
  if (!spread) return call_plain(node->kids, 0);
  out_.emit(Op::build_list, 0u);
  call_spread(node->kids);
}

// ---- comprehensions: functions of one argument, the first iterable's iterator
// ----------------------------------------------------------------------

void Compiler::comprehension_part(const Node* node, std::size_t part, std::uint32_t depth) {
  const Node* loop = node->kids[part];
  if (part == 0)
    out_.emit(Op::load_fast, slots_.at(".0"));
  else
    value(loop->y), out_.emit(Op::get_iter);
  Label next, skip, end;
  out_.place(next);
  out_.jump(Op::for_iter, end);
  store(loop->x);
  for (const Node* condition : loop->kids) jump_if(condition, false, skip);
  if (part + 1 < node->kids.size()) {
    comprehension_part(node, part + 1, depth + 1);
  } else if (node->kind == NodeKind::generator) {
    value(node->x);
    out_.emit(Op::yield), out_.emit(Op::pop);
  } else if (node->kind == NodeKind::dict_comp) {
    value(node->x), value(node->y);
    out_.emit(Op::map_add, depth + 1);
  } else {
    value(node->x);
    out_.emit(node->kind == NodeKind::list_comp ? Op::list_append : Op::set_add, depth + 1);
  }
  out_.place(skip);
  out_.jump(Op::jump_back, next);  // where it may be interrupted
  out_.place(end);
}

Code* Compiler::comprehension_code(const Node* node, const char* name) {
  Compiler inner(this, scopes_, scopes_.of(node), name, filename_, node->line, fault_);
  Parameters p;
  p.positional.push_back({".0", nullptr, node->line});
  inner.prepare_locals(&p);
  if (node->kind == NodeKind::list_comp) inner.out_.emit(Op::build_list, 0u);
  if (node->kind == NodeKind::set_comp) inner.out_.emit(Op::build_set, 0u);
  if (node->kind == NodeKind::dict_comp) inner.out_.emit(Op::build_map, 0u);
  inner.comprehension_part(node, 0, 1);
  return inner.finish(node->kind == NodeKind::generator ? Op::constant : Op::nop);
}

void Compiler::comprehension(const Node* node) {
  const char* name = node->kind == NodeKind::list_comp   ? "<listcomp>"
                     : node->kind == NodeKind::set_comp  ? "<setcomp>"
                     : node->kind == NodeKind::dict_comp ? "<dictcomp>"
                                                         : "<genexpr>";
  make_function(node, comprehension_code(node, name), scopes_.of(node), 0);
  out_.emit(Op::push_null);
  value(node->kids[0]->y);
  out_.emit(Op::get_iter);
  out_.emit(Op::call, 1u);
}

// ---- all kinds ------------------------------------------------------------------------------------------------------------------------------

void Compiler::value(const Node* node) {
  if (failed()) return;
  if (++depth_ > kDeepestTree || stack_is_low())
    fail(node, kTooDeep);
  else
    value_parts(node);
  --depth_;
}

void Compiler::value_parts(const Node* node) {
  switch (node->kind) {
    case NodeKind::name:
      out_.line(node->line);
      return load(node->text);
    case NodeKind::none:
      return none();
    case NodeKind::true_:
    case NodeKind::false_:
      return out_.constant(boolean(node->kind == NodeKind::true_), node->kind == NodeKind::true_ ? "True" : "False");
    case NodeKind::ellipsis:
      return out_.constant(&ellipsis_object, "...");
    case NodeKind::integer:
      return integer(node->integer);
    case NodeKind::real:
      return out_.constant(float_new(node->real), "f" + std::to_string(std::bit_cast<std::uint64_t>(node->real)));
    case NodeKind::text:
      return text(node->text);
    case NodeKind::bytes:
      return out_.constant(bytes_new(node->text), "b" + node->text);
    case NodeKind::joined:
      return joined(node);
    case NodeKind::tuple:
      if (constant_tuple(node)) return;
      return display(node, Op::build_tuple, Op::list_append, Op::list_extend);
    case NodeKind::list:
      return display(node, Op::build_list, Op::list_append, Op::list_extend);
    case NodeKind::set:
      return display(node, Op::build_set, Op::set_add, Op::set_update);
    case NodeKind::dict:
      return dict_display(node);
    case NodeKind::unary:
      if (node->op == static_cast<int>(UnaryOp::neg) && node->x->kind == NodeKind::integer) return integer(-node->x->integer);
      value(node->x);
      return node->op == kNot ? out_.emit(Op::not_) : out_.emit(Op::unary, node->op);
    case NodeKind::binary:
      value(node->x), value(node->y);
      out_.line(node->line);
      return out_.emit(Op::binary, node->op);
    case NodeKind::and_:
    case NodeKind::or_:
      return logic(node);
    case NodeKind::compare:
      return comparison(node);
    case NodeKind::call:
      return call(node);
    default:
      return value_rest(node);
  }
}

void Compiler::value_rest(const Node* node) {
  switch (node->kind) {
    case NodeKind::attribute:
      value(node->x);
      out_.line(node->line);
      return out_.emit(Op::load_attr, out_.name(scope_->mangled(node->text)));
    case NodeKind::subscript:
      value(node->x), subscript_key(node->y);
      out_.line(node->line);
      return out_.emit(Op::subscr);
    case NodeKind::slice:
      return subscript_key(node);
    case NodeKind::lambda:
      return lambda(node);
    case NodeKind::conditional: {
      Label other, end;
      jump_if(node->y, false, other);
      value(node->x);
      out_.jump(Op::jump, end);
      out_.place(other);
      value(node->z);
      return out_.place(end);
    }
    case NodeKind::list_comp:
    case NodeKind::set_comp:
    case NodeKind::dict_comp:
    case NodeKind::generator:
      return comprehension(node);
    case NodeKind::yield:
      node->x != nullptr ? value(node->x) : none();
      return out_.emit(Op::yield);
    case NodeKind::yield_from:
      value(node->x);
      out_.emit(Op::get_yield_from_iter);
      none();
      return out_.emit(Op::yield_from);
    case NodeKind::walrus:
      value(node->y);
      out_.emit(Op::dup);
      return store(node->x);
    case NodeKind::starred:
      return fail(node, "can't use starred expression here");
    default:
      return fail(node, "invalid syntax");
  }
}

}  // namespace minipy
