// None, NotImplemented, Ellipsis, cells and code objects.
#include "compile/code.hpp"
#include "runtime/error.hpp"
#include "runtime/ops.hpp"
#include "runtime/str.hpp"
#include "types/types.hpp"

namespace minipy {

namespace {
Value none_repr(Value) { return intern("None"); }
int none_truth(Value) { return 0; }
Value none_construct(Type*, Args) { return none(); }
Value not_implemented_repr(Value) { return intern("NotImplemented"); }
Value ellipsis_repr(Value) { return intern("Ellipsis"); }
Value cell_contents(Value v) {
  Value content = as<Cell>(v)->value;
  return content != nullptr ? content : raise(exc::ValueError, "Cell is empty");
}
Value code_repr(Value v) {
  const Code* c = as<CodeObject>(v)->code;
  return str_new(format_text("<code object {}, file \"{}\", line {}>", c->name, c->filename, c->first_line));
}
Value code_name(Value v) { return as<CodeObject>(v)->code->name; }
Value code_qualname(Value v) { return as<CodeObject>(v)->code->qualname; }
Value code_filename(Value v) { return as<CodeObject>(v)->code->filename; }
Value code_line(Value v) { return small_int(as<CodeObject>(v)->code->first_line); }
Value code_argcount(Value v) { return small_int(as<CodeObject>(v)->code->positional); }
Value code_posonly(Value v) { return small_int(as<CodeObject>(v)->code->positional_only); }
Value code_kwonly(Value v) { return small_int(as<CodeObject>(v)->code->keyword_only); }
Value code_freevars(Value v) {
  const Code* c = as<CodeObject>(v)->code;
  const std::size_t n = c->locals.size() - c->free_start;
  Tuple* t = tuple_new(ssize(n));
  for (std::size_t i = 0; t != nullptr && i < n; ++i) t->items[i] = c->locals[c->free_start + i];
  return t;
}
/// Those that make_cell makes cells.
Value code_cellvars(Value v) {
  const Code* c = as<CodeObject>(v)->code;
  List* names_list = list_new();
  for (const std::uint32_t word : c->words)
    if (names_list != nullptr && static_cast<Op>(word & 0xff) == Op::make_cell && !list_append(names_list, c->locals[word >> 8])) return nullptr;
  return names_list == nullptr ? nullptr : tuple_from(names_list->items, names_list->size);
}
Value code_flags(Value v) { return small_int((as<CodeObject>(v)->code->flags & kGenerator) != 0 ? 0x20 : 0); }
Value code_varnames(Value v) {
  const Code* c = as<CodeObject>(v)->code;
  Tuple* t = tuple_new(c->free_start);
  for (std::uint32_t i = 0; t != nullptr && i < c->free_start; ++i) t->items[i] = c->locals[i];
  return t;
}
constexpr Slots kNone = {.construct = none_construct, .repr = none_repr, .hash = address_hash, .truth = none_truth};
constexpr Slots kNotImplemented = {.repr = not_implemented_repr, .hash = address_hash};
constexpr Slots kEllipsis = {.repr = ellipsis_repr, .hash = address_hash};
constexpr Slots kCell = {.repr = default_repr, .hash = address_hash};
constexpr Slots kCode = {.repr = code_repr, .hash = address_hash};
}  // namespace

Type none_type = builtin_type("NoneType", &kNone, {.flags = kNoSubclass, .size = sizeof(Object)});
Type not_implemented_type = builtin_type("NotImplementedType", &kNotImplemented, {.flags = kNoSubclass | kNotConstructible, .size = sizeof(Object)});
Type ellipsis_type = builtin_type("ellipsis", &kEllipsis, {.flags = kNoSubclass | kNotConstructible, .size = sizeof(Object)});
Type cell_type = builtin_type("cell", &kCell, {.flags = kNoSubclass | kNotConstructible, .size = sizeof(Cell)});
Type code_type = builtin_type("code", &kCode, {.flags = kNoSubclass | kNotConstructible, .size = sizeof(CodeObject)});
Object none_object = {&none_type}, not_implemented_object = {&not_implemented_type}, ellipsis_object = {&ellipsis_type};

Value cell_new(Value v) {
  auto* c = static_cast<Cell*>(allocate(sizeof(Cell)));
  if (c == nullptr) return nullptr;
  c->type = &cell_type, c->value = v;
  return c;
}

void init_simple_types() {
  for (Type* t : {&none_type, &not_implemented_type, &ellipsis_type, &cell_type, &code_type}) ready_type(*t);
  define_getsets(cell_type, {{"cell_contents", cell_contents}});
  define_getsets(code_type, {{"co_name", code_name},
                             {"co_qualname", code_qualname},
                             {"co_filename", code_filename},
                             {"co_firstlineno", code_line},
                             {"co_argcount", code_argcount},
                             {"co_posonlyargcount", code_posonly},
                             {"co_kwonlyargcount", code_kwonly},
                             {"co_freevars", code_freevars},
                             {"co_cellvars", code_cellvars},
                             {"co_flags", code_flags},
                             {"co_varnames", code_varnames}});
}

}  // namespace minipy
