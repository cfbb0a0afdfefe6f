// Compiled code. Lives outside of the collected heap, forever; its constants and names are roots.
#pragma once
#include <vector>

#include "runtime/object.hpp"

namespace minipy {

// name, and the change of the stack's depth by it; 99: depends on the argument, see stack_effect().
#define MINIPY_OPS(X)                                                                                                                                \
  X(nop, 0)                                                                                                                                          \
  X(pop, -1)                                                                                                                                         \
  X(dup, 1) X(dup2, 2) X(swap, 0) X(rot3, 0) X(constant, 1) X(load_fast, 1) X(store_fast, -1) X(delete_fast, 0) X(make_cell, 0) X(load_deref, 1)     \
      X(store_deref, -1) X(delete_deref, 0) X(load_closure, 1) X(load_classderef, 1) X(load_name, 1) X(store_name, -1) X(delete_name, 0)             \
          X(load_global, 1) X(store_global, -1) X(delete_global, 0) X(load_attr, 0) X(store_attr, -2) X(delete_attr, -1) X(load_method, 1)           \
              X(push_null, 1) X(load_build_class, 1) X(call, 99) X(call_kw, 99) X(call_ex, 99) X(binary, -1) X(inplace, -1) X(unary, 0) X(not_, 0)   \
                  X(compare, -1) X(in, -1) X(not_in, -1) X(is, -1) X(is_not, -1) X(subscr, -1) X(store_subscr, -3) X(delete_subscr, -2)              \
                      X(build_slice, 99) X(build_tuple, 99) X(build_list, 99) X(build_set, 99) X(build_map, 99) X(build_string, 99)                  \
                          X(list_append, -1) X(set_add, -1) X(map_add, -2) X(list_extend, -1) X(set_update, -1) X(dict_update, -1) X(dict_merge, -1) \
                              X(list_to_tuple, 0) X(format, 99) X(unpack, 99) X(unpack_ex, 99) X(jump, 0) X(jump_back, 0) X(jump_if_false, -1)       \
                                  X(jump_if_true, -1) X(jump_if_false_or_pop, -1) X(jump_if_true_or_pop, -1) X(get_iter, 0) X(for_iter, 1)           \
                                      X(return_, -1) X(yield, 0) X(yield_from, -1) X(get_yield_from_iter, 0) X(make_function, 99) X(push_exc, 1)     \
                                          X(pop_except, -1) X(reraise, -1) X(check_match, 0) X(raise, 99) X(with_enter, 2) X(with_except, 5)         \
                                              X(import_name, -1) X(import_from, 1) X(import_star, -1) X(print_expr, -1) X(setup_annotations, 0)

enum class Op : std::uint8_t {
#define MINIPY_OP(name, effect) name,
  MINIPY_OPS(MINIPY_OP)
#undef MINIPY_OP
};

enum MakeFunction : unsigned { kDefaults = 1, kKeywordDefaults = 2, kClosure = 4 };  // what make_function finds below the code
enum CodeFlags : unsigned { kVarArgs = 1, kVarKeywords = 2, kGenerator = 4 };

/// Instructions [start, end) are guarded: an error cuts the stack to `depth`, pushes the exception and goes on at `handler`.
struct Guard {
  std::uint32_t start, end, handler, depth;
};
struct LineMark {
  std::uint32_t pc;
  std::int32_t line;
};

/// Where a global name was found last: an entry of the globals, or of the builtins if `builtins` is not 0. Numbers of layouts.
struct GlobalCache {
  std::uint64_t globals = ~std::uint64_t{0}, builtins = 0;
  std::uint32_t at = 0;
};

struct Code {
  Str* name;
  Str* qualname;
  Str* filename;
  std::vector<std::uint32_t> words;  // op in the low 8 bits, argument in the others
  Value* constants = nullptr;
  std::vector<Str*> names;       // interned
  std::vector<Str*> locals;      // parameters first; then the other variables, then those of outer functions
  std::uint32_t free_start = 0;  // locals from here on are filled from the closure
  std::uint32_t positional = 0, positional_only = 0, keyword_only = 0;
  unsigned flags = 0;
  std::uint32_t stack_size = 0;
  std::int32_t first_line = 0;
  std::vector<Guard> guards;  // inner ones first
  std::vector<LineMark> lines;
  Value doc = nullptr;                    // a constant, or null
  std::vector<GlobalCache> global_cache;  // by name
  std::uint32_t parameters() const { return positional + keyword_only + ((flags & kVarArgs) != 0) + ((flags & kVarKeywords) != 0); }
  std::uint32_t frame_size() const { return static_cast<std::uint32_t>(locals.size()) + stack_size; }
};

std::int32_t line_of(const Code* code, std::uint32_t pc);

}  // namespace minipy
