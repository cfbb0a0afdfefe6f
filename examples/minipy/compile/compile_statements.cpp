// Statements. Each leaves the stack as it was.
#include "compile/compiler.hpp"
#include "runtime/ops.hpp"
#include "runtime/stack.hpp"
#include "runtime/str.hpp"

namespace minipy {

void Compiler::statements(const Nodes& nodes) {
  for (const Node* node : nodes) statement(node);
}

void Compiler::statement(const Node* node) {
  if (failed()) return;
  out_.line(node->line);
  if (++depth_ > kDeepestTree || stack_is_low()) fail(node, kTooDeep);
  switch (node->kind) {
    case NodeKind::if_:
      if_statement(node);
      break;
    case NodeKind::while_:
      while_statement(node);
      break;
    case NodeKind::for_:
      for_statement(node);
      break;
    case NodeKind::try_:
      node->final.empty() ? try_except(node) : try_finally(node);
      break;
    case NodeKind::with:
      with_statement(node, 0);
      break;
    case NodeKind::function:
      function(node);
      break;
    case NodeKind::class_:
      class_statement(node);
      break;
    default:
      simple_statement(node);
  }
  --depth_;
}

void Compiler::simple_statement(const Node* node) {
  switch (node->kind) {
    case NodeKind::expression:
      if (!interactive_ && (node->x->kind == NodeKind::text || node->x->kind == NodeKind::integer)) return;  // docstrings
      value(node->x);
      return out_.emit(interactive_ ? Op::print_expr : Op::pop);
    case NodeKind::assign:
      value(node->y);
      for (std::size_t i = 0; i < node->kids.size(); ++i) {
        if (i + 1 < node->kids.size()) out_.emit(Op::dup);
        store(node->kids[i]);
      }
      return;
    case NodeKind::augmented:
      return augmented(node);
    case NodeKind::annotated:
      return annotated(node);
    case NodeKind::return_:
      return return_statement(node);
    case NodeKind::delete_:
      for (const Node* kid : node->kids) remove(kid);
      return;
    case NodeKind::import:
      return import_statement(node);
    case NodeKind::import_from:
      return import_from(node);
    case NodeKind::raise:
      return raise_statement(node);
    case NodeKind::assert_:
      return assert_statement(node);
    case NodeKind::break_:
    case NodeKind::continue_:
      return loop_exit(node);
    default:
      return;  // pass, global, nonlocal
  }
}

void Compiler::annotated(const Node* node) {
  if (node->y != nullptr) value(node->y), store(node->x);
  if (scope_->is_function() || node->x->kind != NodeKind::name) return;
  out_.emit(Op::setup_annotations);
  value(node->z);
  load("__annotations__");
  text(scope_->mangled(node->x->text));
  out_.emit(Op::store_subscr);
}

// ---- imports, raise, assert -------------------------------------------------------------------------------------------------------------------

void Compiler::import_statement(const Node* node) {
  for (const Node* alias : node->kids) {
    integer(0), none();
    out_.emit(Op::import_name, out_.name(alias->text));
    const std::size_t dot = alias->text.find('.');
    if (alias->text2.empty()) {
      store_name(alias->text.substr(0, dot));
      continue;
    }
    for (std::size_t at = dot; at != std::string::npos;) {  // import a.b as c: c is a.b
      const std::size_t next = alias->text.find('.', at + 1);
      out_.emit(Op::load_attr, out_.name(alias->text.substr(at + 1, next == std::string::npos ? next : next - at - 1)));
      at = next;
    }
    store_name(alias->text2);
  }
}

void Compiler::import_from(const Node* node) {
  integer(node->op);
  Tuple* names = tuple_new(ssize(node->kids.size()));
  if (names == nullptr) return;
  for (std::size_t i = 0; i < node->kids.size(); ++i) names->items[i] = intern(node->kids[i]->text);
  out_.constant(names, {});
  out_.emit(Op::import_name, out_.name(node->text));
  if (node->kids[0]->text == "*") return out_.emit(Op::import_star);
  for (const Node* alias : node->kids) {
    out_.emit(Op::import_from, out_.name(alias->text));
    store_name(alias->text2.empty() ? alias->text : alias->text2);
  }
  out_.emit(Op::pop);
}

void Compiler::raise_statement(const Node* node) {
  if (node->x != nullptr) value(node->x);
  if (node->y != nullptr) value(node->y);
  out_.line(node->line);
  out_.emit(Op::raise, (node->x != nullptr) + (node->y != nullptr));
  out_.set_depth(out_.depth());
}

void Compiler::assert_statement(const Node* node) {
  Label end;
  jump_if(node->x, true, end);
  out_.emit(Op::load_global, out_.name("AssertionError"));
  if (node->y != nullptr) {
    out_.emit(Op::push_null);
    value(node->y);
    out_.emit(Op::call, 1u);
  }
  out_.line(node->line);
  out_.emit(Op::raise, 1u);
  out_.place(end);
}

// ---- branches and loops -----------------------------------------------------------------------------------------------------------------------

void Compiler::if_statement(const Node* node) {
  Label other, end;
  jump_if(node->x, false, other);
  statements(node->body);
  if (!node->orelse.empty()) out_.jump(Op::jump, end);
  out_.place(other);
  statements(node->orelse);
  if (!node->orelse.empty()) out_.place(end);
}

void Compiler::while_statement(const Node* node) {
  Label next, other, end;
  out_.place(next);
  jump_if(node->x, false, other);
  blocks_.push_back({.kind = Block::Kind::while_, .next = &next, .end = &end});
  statements(node->body);
  blocks_.pop_back();
  out_.line(node->line);
  out_.jump(Op::jump_back, next);
  out_.place(other);
  statements(node->orelse);
  out_.place(end);
}

void Compiler::for_statement(const Node* node) {
  Label next, other, end;
  value(node->y);
  out_.emit(Op::get_iter);
  out_.place(next);
  out_.line(node->line);
  out_.jump(Op::for_iter, other);
  store(node->x);
  blocks_.push_back({.kind = Block::Kind::for_, .next = &next, .end = &end});
  statements(node->body);
  blocks_.pop_back();
  out_.line(node->line);
  out_.jump(Op::jump_back, next);
  out_.place(other);
  statements(node->orelse);
  out_.place(end);
}

// ---- leaving blocks: what break, continue and return undo --------------------------------------------------------------------------------------

/// Code that leaves a block, from within it. keep_top: a value on top of the stack survives.
void Compiler::leave(const Block& block, bool keep_top) {
  const auto swap = [&] {
    if (keep_top) out_.emit(Op::swap);
  };
  switch (block.kind) {
    case Block::Kind::while_:
    case Block::Kind::try_:
      return;
    case Block::Kind::for_:
    case Block::Kind::value:
      swap();
      return out_.emit(Op::pop);
    case Block::Kind::finally:  // a jump out of it drops the value that waits
      if (keep_top) blocks_.push_back({.kind = Block::Kind::value});
      statements(*block.body);
      if (keep_top) blocks_.pop_back();
      return;
    case Block::Kind::with:
      swap();
      out_.line(block.line);
      out_.emit(Op::push_null);
      for (int i = 0; i < 3; ++i) none();
      out_.emit(Op::call, 3u);
      return out_.emit(Op::pop);
    case Block::Kind::handler:  // the exception was stored or popped: what was handled before is below
      swap();
      out_.emit(Op::pop_except);
      if (block.name != nullptr) delete_handler_name(*block.name);
      return;
    case Block::Kind::finally_handler:
      swap();
      out_.emit(Op::pop);
      swap();
      return out_.emit(Op::pop_except);
  }
}

/// Leaves the blocks above `down_to`, inner ones first. What leaves a block is not guarded by it.
void Compiler::leave_all(std::size_t down_to, bool keep_top) {
  std::vector<Block> left;
  while (blocks_.size() > down_to) {
    Block block = blocks_.back();
    blocks_.pop_back();
    if (block.on_error != nullptr) out_.guard(block.start, *block.on_error, block.depth);
    left.push_back(block);
    leave(block, keep_top);
  }
  while (!left.empty()) {
    blocks_.push_back(left.back());
    left.pop_back();
  }
}

/// Behind the jump that left them, the guards of the blocks above `down_to` go on.
void Compiler::open_guards(std::size_t down_to) {
  for (std::size_t i = down_to; i < blocks_.size(); ++i) blocks_[i].start = out_.here();
}

void Compiler::return_statement(const Node* node) {
  if (!scope_->is_function()) return fail(node, "'return' outside function");
  const std::int64_t depth = out_.depth();
  node->x != nullptr ? value(node->x) : none();
  leave_all(0, true);
  out_.emit(Op::return_);
  open_guards(0);
  out_.set_depth(depth);
}

void Compiler::loop_exit(const Node* node) {
  const bool is_break = node->kind == NodeKind::break_;
  std::size_t loop = blocks_.size();
  while (loop > 0 && blocks_[loop - 1].kind != Block::Kind::for_ && blocks_[loop - 1].kind != Block::Kind::while_) --loop;
  if (loop == 0) return fail(node, is_break ? "'break' outside loop" : "'continue' not properly in loop");
  const std::int64_t depth = out_.depth();
  leave_all(loop, false);
  const Block target = blocks_[loop - 1];
  if (is_break && target.kind == Block::Kind::for_) out_.emit(Op::pop);
  is_break ? out_.jump(Op::jump, *target.end) : out_.jump(Op::jump_back, *target.next);
  open_guards(loop);
  out_.set_depth(depth);
}

// ---- exceptions ---------------------------------------------------------------------------------------------------------------------------------

void Compiler::push_guarded(Block::Kind kind, Label& handler) {
  Block block{.kind = kind, .on_error = &handler, .start = out_.here(), .depth = out_.depth(), .line = out_.line()};
  blocks_.push_back(block);
}
Compiler::Block Compiler::pop_guarded() {
  Block block = blocks_.back();
  blocks_.pop_back();
  out_.guard(block.start, *block.on_error, block.depth);
  return block;
}

/// The handler begins: the exception becomes the one that is handled. Stack: what was handled before, the exception.
void Compiler::begin_handler(Label& handler, std::int64_t depth) {
  out_.set_depth(depth + 1);
  out_.place(handler);
  out_.emit(Op::push_exc);
}
/// Where an error within a handler goes: what was handled before is handled again.
void Compiler::end_handler(Label& cleanup, std::int64_t depth) {
  out_.set_depth(depth + 2);
  out_.place(cleanup);
  out_.emit(Op::swap);
  out_.emit(Op::pop_except);
  out_.emit(Op::reraise);
  out_.set_depth(depth);
}

void Compiler::try_except(const Node* node) {
  Label handler, end;
  const std::int64_t depth = out_.depth();
  push_guarded(Block::Kind::try_, handler);
  statements(node->body);
  (void)pop_guarded();
  statements(node->orelse);
  out_.jump(Op::jump, end);
  begin_handler(handler, depth);
  Label cleanup;
  // The guard of the handlers. It is a block too: jumps out of a handler end it for their clean-up.
  blocks_.push_back({.kind = Block::Kind::try_, .on_error = &cleanup, .start = out_.here(), .depth = depth + 1});
  except_handlers(node, end);
  out_.set_depth(depth + 2);
  out_.emit(Op::reraise);
  (void)pop_guarded();
  end_handler(cleanup, depth);
  out_.place(end);
}

void Compiler::except_handlers(const Node* node, Label& end) {
  const std::int64_t depth = out_.depth();  // with the two words of the handler
  for (const Node* handler : node->kids) {
    Label next;
    out_.set_depth(depth);
    out_.line(handler->line);
    if (handler->x != nullptr) {
      value(handler->x);
      out_.emit(Op::check_match);
      out_.jump(Op::jump_if_false, next);
    } else if (handler != node->kids.back()) {
      return fail(handler, "default 'except:' must be last");
    }
    handler_body(handler);
    out_.jump(Op::jump, end);
    if (handler->x != nullptr) out_.place(next);
  }
}

void Compiler::handler_body(const Node* handler) {
  const bool named = !handler->text.empty();
  named ? store_name(handler->text) : out_.emit(Op::pop);
  Label on_error;
  const std::int64_t depth = out_.depth();
  if (named)
    push_guarded(Block::Kind::handler, on_error);
  else
    blocks_.push_back({.kind = Block::Kind::handler});
  blocks_.back().name = named ? &handler->text : nullptr;
  statements(handler->body);
  Label done;
  if (named) {
    (void)pop_guarded();
    out_.emit(Op::pop_except);
    delete_handler_name(handler->text);
    out_.jump(Op::jump, done);
    out_.set_depth(depth + 1);
    out_.place(on_error);
    delete_handler_name(handler->text);
    out_.emit(Op::reraise);
    out_.place(done);
  } else {
    blocks_.pop_back();
    out_.emit(Op::pop_except);
  }
}

void Compiler::delete_handler_name(const std::string& name) {
  none();
  store_name(name);
  delete_name(name);
}

void Compiler::try_finally(const Node* node) {
  Label handler, end, cleanup;
  const std::int64_t depth = out_.depth();
  push_guarded(Block::Kind::finally, handler);
  blocks_.back().body = &node->final;
  if (node->kids.empty())
    statements(node->body), statements(node->orelse);
  else
    try_except(node);
  (void)pop_guarded();
  statements(node->final);
  out_.jump(Op::jump, end);
  begin_handler(handler, depth);
  blocks_.push_back({.kind = Block::Kind::finally_handler, .on_error = &cleanup, .start = out_.here(), .depth = depth + 1});
  statements(node->final);
  out_.emit(Op::reraise);
  (void)pop_guarded();
  end_handler(cleanup, depth);
  out_.place(end);
}

void Compiler::with_statement(const Node* node, std::size_t item) {
  if (item == node->kids.size()) return statements(node->body);
  const Node* with = node->kids[item];
  const std::int64_t depth = out_.depth();
  Label handler, cleanup, suppressed, end;
  value(with->x);
  out_.line(node->line);
  out_.emit(Op::with_enter);
  out_.emit(Op::call, 0u);
  out_.set_depth(depth + 1);  // the guard begins before the value is stored
  push_guarded(Block::Kind::with, handler);
  blocks_.back().line = node->line;
  out_.set_depth(depth + 2);
  with->y != nullptr ? store(with->y) : out_.emit(Op::pop);
  with_statement(node, item + 1);
  const Block block = pop_guarded();
  leave(block, false);
  out_.jump(Op::jump, end);
  begin_handler(handler, depth + 1);
  const std::uint32_t start = out_.here();
  out_.line(node->line);
  out_.emit(Op::with_except);
  out_.emit(Op::call, 3u);
  out_.jump(Op::jump_if_true, suppressed);
  out_.emit(Op::reraise);
  out_.guard(start, cleanup, depth + 2);
  out_.set_depth(depth + 3);
  out_.place(suppressed);
  out_.emit(Op::pop), out_.emit(Op::pop_except), out_.emit(Op::pop);
  out_.jump(Op::jump, end);
  end_handler(cleanup, depth + 1);
  out_.place(end);
}

}  // namespace minipy
