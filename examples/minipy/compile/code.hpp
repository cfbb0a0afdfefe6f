// Compiled code. Lives outside of the collected heap, forever; its constants and names are roots.
#pragma once
#include <vector>

#include "runtime/object.hpp"

namespace minipy {

#define MINIPY_OPS(X)                                                                                                                               \
  X(nop)                                                                                                                                            \
  X(line)                                                                                                                                           \
  X(pop) X(dup) X(dup2) X(copy) X(swap) X(rot3) X(constant) X(load_fast) X(store_fast) X(delete_fast) X(make_cell) X(load_deref) X(store_deref)     \
      X(delete_deref) X(load_closure) X(load_classderef) X(load_name) X(store_name) X(delete_name) X(load_global) X(store_global) X(delete_global)  \
          X(load_attr) X(store_attr) X(delete_attr) X(load_method) X(push_null) X(call) X(call_kw) X(call_ex) X(binary) X(inplace) X(unary) X(not_) \
              X(compare) X(in) X(not_in) X(is) X(is_not) X(subscr) X(store_subscr) X(delete_subscr) X(build_slice) X(build_tuple) X(build_list)     \
                  X(build_set) X(build_map) X(build_string) X(list_append) X(set_add) X(map_add) X(list_extend) X(set_update) X(dict_update)        \
                      X(dict_merge) X(list_to_tuple) X(format) X(unpack) X(unpack_ex) X(jump) X(jump_back) X(jump_if_false) X(jump_if_true)         \
                          X(jump_if_false_or_pop) X(jump_if_true_or_pop) X(get_iter) X(for_iter) X(return_) X(yield) X(yield_from)                  \
                              X(get_yield_from_iter) X(make_function) X(build_class) X(push_exc) X(pop_except) X(reraise) X(check_match) X(raise)   \
                                  X(with_enter) X(with_except) X(import_name) X(import_from) X(import_star) X(print_expr) X(setup_annotations)

enum class Op : std::uint8_t {
#define MINIPY_OP(name) name,
  MINIPY_OPS(MINIPY_OP)
#undef MINIPY_OP
};

enum CodeFlags : unsigned { kVarArgs = 1, kVarKeywords = 2, kGenerator = 4, kUsesNames = 8 };

/// Instructions [start, end) are guarded: an error cuts the stack to `depth`, pushes the exception and goes on at `handler`.
struct Guard {
  std::uint32_t start, end, handler, depth;
};
struct LineMark {
  std::uint32_t pc;
  std::int32_t line;
};

struct Code {
  Str* name;
  Str* qualname;
  Str* filename;
  std::vector<std::uint32_t> words;  // op in the low 8 bits, argument in the others
  Value* constants = nullptr;
  std::vector<Str*> names;
  std::vector<Str*> locals;      // parameters first; then the other variables, then those of outer functions
  std::uint32_t free_start = 0;  // locals from here on are filled from the closure
  std::uint32_t positional = 0, positional_only = 0, keyword_only = 0;
  unsigned flags = 0;
  std::uint32_t stack_size = 0;
  std::int32_t first_line = 0;
  std::vector<Guard> guards;  // inner ones first
  std::vector<LineMark> lines;
  Value doc = nullptr;                      // a constant, or null
  std::vector<std::uint64_t> global_cache;  // by name: layout numbers, see vm
  std::uint32_t parameters() const { return positional + keyword_only + ((flags & kVarArgs) != 0) + ((flags & kVarKeywords) != 0); }
  std::uint32_t frame_size() const { return static_cast<std::uint32_t>(locals.size()) + stack_size; }
};

std::int32_t line_of(const Code* code, std::uint32_t pc);

}  // namespace minipy
