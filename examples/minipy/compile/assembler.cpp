#include "compile/assembler.hpp"

#include <algorithm>

#include "runtime/error.hpp"
#include "runtime/ops.hpp"
#include "runtime/str.hpp"

namespace minipy {
namespace {

constexpr int kVaries = 99;
constexpr int kEffects[] = {
#define MINIPY_OP(name, effect) effect,
    MINIPY_OPS(MINIPY_OP)
#undef MINIPY_OP
};

int bits_in(std::uint32_t word) {
  int n = 0;
  for (; word != 0; word &= word - 1) ++n;
  return n;
}

std::int64_t stack_effect(Op op, std::uint32_t argument) {
  const int fixed = kEffects[static_cast<int>(op)];
  if (fixed != kVaries) return fixed;
  const std::int64_t n = argument;
  switch (op) {
    case Op::call:
      return -n - 1;  // function, self or null, arguments
    case Op::call_kw:
      return -n - 2;  // and the names
    case Op::call_ex:
      return argument != 0 ? -3 : -2;
    case Op::build_map:
      return 1 - 2 * n;
    case Op::format:
      return (argument & 0x100) != 0 ? -1 : 0;
    case Op::unpack:
      return n - 1;
    case Op::unpack_ex:
      return (n & 0xfff) + (n >> 12);
    case Op::make_function:
      return -bits_in(argument);
    case Op::raise:
      return -n;
    default:
      return 1 - n;  // build_...
  }
}

}  // namespace

Assembler::Assembler(std::string_view name, std::string_view qualname, Str* filename, std::int32_t first_line)
    : code_(new Code{}), constants_(list_new()), line_(first_line) {
  code_->name = intern(name), code_->qualname = intern(qualname), code_->filename = filename, code_->first_line = first_line;
}

void Assembler::emit(Op op, std::uint32_t argument) {
  if (code_->lines.empty() || code_->lines.back().line != line_) code_->lines.push_back({here(), line_});
  code_->words.push_back(static_cast<std::uint32_t>(op) | argument << 8);
  depth_ += stack_effect(op, argument);
  code_->stack_size = std::max(code_->stack_size, static_cast<std::uint32_t>(std::max<std::int64_t>(depth_, 0)));
}

/// for_iter leaves the loop without the iterator; the ..._or_pop keep their value when they jump.
void Assembler::jump(Op op, Label& label) {
  if (label.at < 0) label.jumps.push_back(here());
  emit(op, static_cast<std::uint32_t>(std::max<std::int64_t>(label.at, 0)));
  const int kept = op == Op::for_iter ? -2 : op == Op::jump_if_false_or_pop || op == Op::jump_if_true_or_pop ? 1 : 0;
  if (label.depth < 0) label.depth = depth_ + kept;
}

void Assembler::place(Label& label) {
  label.at = here();
  for (const std::uint32_t jump : label.jumps) code_->words[jump] |= here() << 8;
  for (const std::size_t guard : label.guards) code_->guards[guard].handler = here();
  if (label.depth >= 0) depth_ = label.depth;
  label.depth = depth_;
}

void Assembler::guard(std::uint32_t start, Label& handler, std::int64_t depth) {
  if (start == here()) return;
  handler.guards.push_back(code_->guards.size());
  code_->guards.push_back({start, here(), 0, static_cast<std::uint32_t>(depth)});
}

void Assembler::constant(Value value, const std::string& key) {
  const auto known = key.empty() ? constant_index_.end() : constant_index_.find(key);
  if (known != constant_index_.end()) return emit(Op::constant, known->second);
  const auto at = static_cast<std::uint32_t>(constants_->size);
  if (!key.empty()) constant_index_.emplace(key, at);
  (void)list_append(constants_, value);
  emit(Op::constant, at);
}

std::uint32_t Assembler::name(const std::string& name) {
  const auto [entry, fresh] = name_index_.try_emplace(name, static_cast<std::uint32_t>(code_->names.size()));
  if (fresh) code_->names.push_back(intern(name));
  return entry->second;
}

bool Assembler::finish() {
  code_->global_cache.resize(code_->names.size());
  code_->stack_size += 2;  // a handler's exception, and what instructions push for a moment
  code_->constants = static_cast<Value*>(allocate_root(sizeof(Value) * usize(constants_->size + 1)));
  if (code_->constants == nullptr) return false;
  std::copy(constants_->items, constants_->items + constants_->size, code_->constants);
  return !error_pending();
}

}  // namespace minipy
