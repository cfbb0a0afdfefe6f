// Emits one code object: words, labels, guards, lines, constants, and the stack's greatest depth.
#pragma once
#include <string>
#include <string_view>
#include <unordered_map>

#include "compile/code.hpp"

namespace minipy {

struct Label {
  std::int64_t at = -1;
  std::int64_t depth = -1;           // of the stack there, known from the first jump
  std::vector<std::uint32_t> jumps;  // instructions to complete when it is placed
  std::vector<std::size_t> guards;   // that it is the handler of
};

class Assembler {
 public:
  Assembler(std::string_view name, std::string_view qualname, Str* filename, std::int32_t first_line);

  Code* code() const { return code_; }
  void line(std::int32_t line) { line_ = line; }
  std::int32_t line() const { return line_; }
  void emit(Op op, std::uint32_t argument = 0);
  template <class N>
  requires std::is_integral_v<N> || std::is_enum_v<N>
  void emit(Op op, N argument) { emit(op, static_cast<std::uint32_t>(argument)); }
  void jump(Op op, Label& label);
  void place(Label& label);
  std::uint32_t here() const { return static_cast<std::uint32_t>(code_->words.size()); }
  /// Instructions [start, here) are guarded by the handler, which is placed later, which begins with the exception on a stack of that depth.
  void guard(std::uint32_t start, Label& handler, std::int64_t depth);
  std::int64_t depth() const { return depth_; }
  void set_depth(std::int64_t depth) { depth_ = depth; }

  /// Loads it. `key` tells constants apart; an empty one is never shared.
  void constant(Value value, const std::string& key);
  std::uint32_t name(const std::string& name);
  /// Hands the constants over. False: MemoryError.
  bool finish();

 private:
  Code* code_;
  List* constants_;
  std::unordered_map<std::string, std::uint32_t> constant_index_, name_index_;
  std::int64_t depth_ = 0;
  std::int32_t line_;
};

}  // namespace minipy
