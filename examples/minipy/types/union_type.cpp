// int | None: a union of types, for annotations and isinstance().
#include <string>

#include "runtime/builder.hpp"
#include "runtime/error.hpp"
#include "runtime/ops.hpp"
#include "runtime/str.hpp"
#include "types/types.hpp"

namespace minipy {

namespace {
struct Union : Object {
  Tuple* members;
};
Tuple* members(Value v) { return as<Union>(v)->members; }

bool is_member(Value v) { return v == none() || is_type(v) || is_exact(v, &union_type); }
bool add_member(List* out, Value v) {
  if (v == none()) v = &none_type;
  if (is_exact(v, &union_type)) {
    for (std::int64_t i = 0; i < members(v)->size; ++i)
      if (!add_member(out, members(v)->items[i])) return false;
    return true;
  }
  for (std::int64_t i = 0; i < out->size; ++i)
    if (out->items[i] == v) return true;
  return list_append(out, v);
}
Value union_repr(Value v) {
  TextBuilder out;
  for (std::int64_t i = 0; i < members(v)->size; ++i) {
    const Type* t = as_type(members(v)->items[i]);
    if (i > 0) out += " | ";
    if (t->module != nullptr && t->module->view() != "builtins") out += t->module->view(), out += '.';
    out += t == &none_type ? "None" : t->qualname->view();
  }
  return out.finish();
}
bool has_member(Value v, Value member) {
  for (std::int64_t i = 0; i < members(v)->size; ++i)
    if (members(v)->items[i] == member) return true;
  return false;
}
Value union_compare(CompareOp op, Value a, Value b) {
  if ((op != CompareOp::eq && op != CompareOp::ne) || !is_exact(b, &union_type)) return not_implemented();
  bool same = members(a)->size == members(b)->size;
  for (std::int64_t i = 0; same && i < members(a)->size; ++i) same = has_member(b, members(a)->items[i]);
  return boolean(same == (op == CompareOp::eq));
}
bool union_hash(Value v, std::uint64_t* out) {
  *out = 0;
  for (std::int64_t i = 0; i < members(v)->size; ++i) {
    std::uint64_t one = 0;
    if (!address_hash(members(v)->items[i], &one)) return false;
    *out ^= one;
  }
  return true;
}
Value union_args(Value v) { return members(v); }

constexpr Slots kUnion = {.repr = union_repr,
                          .hash = union_hash,
                          .compare = union_compare,
                          .binary = union_binary,
                          .binary_ops = bits_of({BinaryOp::bit_or})};
}  // namespace

Value union_binary(BinaryOp op, Value a, Value b) {
  if (op != BinaryOp::bit_or || !is_member(a) || !is_member(b) || (a == none() && b == none())) return not_implemented();
  List* all = list_new();
  if (all == nullptr || !add_member(all, a) || !add_member(all, b)) return nullptr;
  if (all->size == 1) return all->items[0];
  auto* made = static_cast<Union*>(allocate(sizeof(Union)));
  if (made == nullptr) return nullptr;
  made->type = &union_type;
  made->members = tuple_from(all->items, all->size);
  return made->members == nullptr ? nullptr : made;
}
Tuple* union_members(Value v) { return members(v); }

Type union_type = builtin_type("types.UnionType", &kUnion, {.flags = kNoSubclass | kNotConstructible, .size = sizeof(Union)});

void init_union_type() {
  ready_type(union_type);
  define_getsets(union_type, {{"__args__", union_args}});
}

}  // namespace minipy
