// Making classes by the class statement, and asking for them.
#include <algorithm>

#include "compile/code.hpp"
#include "modules/builtins.hpp"
#include "runtime/error.hpp"
#include "runtime/names.hpp"
#include "runtime/str.hpp"
#include "runtime/table.hpp"
#include "vm/vm.hpp"

namespace minipy {

namespace {
/// What a class statement says.
struct ClassStatement {
  Function* body;
  Str* name;
  Tuple* written;  // the bases, as written
  Tuple* bases;    // classes all
  Value meta;
  Value* keywords;  // without `metaclass`, behind three free places for the metaclass's arguments
  Tuple* names;     // of the keywords, or null
};

/// Bases that are no classes say by __mro_entries__ which they stand for. Null: an exception.
Tuple* resolve_bases(Tuple* written) {
  List* out = list_new(written->size);
  bool same = true;
  for (std::int64_t i = 0; out != nullptr && i < written->size; ++i) {
    Value base = written->items[i];
    Value entries = is_type(base) ? nullptr : find_attr(base, intern("__mro_entries__"));
    if (error_pending()) return nullptr;
    if (entries == nullptr) {
      if (!list_append(out, base)) return nullptr;
      continue;
    }
    entries = call(entries, {written});
    if (entries == nullptr) return nullptr;
    if (!is_instance(entries, &tuple_type)) return as_tuple(raise(exc::TypeError, "__mro_entries__ must return a tuple"));
    same = false;
    for (std::int64_t k = 0; k < as_tuple(entries)->size; ++k)
      if (!list_append(out, as_tuple(entries)->items[k])) return nullptr;
  }
  return out == nullptr ? nullptr : same ? written : tuple_from(out->items, out->size);
}

/// Takes `metaclass` out of the keywords.
bool sort_keywords(Args args, ClassStatement& s) {
  const std::int64_t all = args.names == nullptr ? 0 : args.names->size;
  s.keywords = allocate_array<Value>(all + 4);
  s.names = s.keywords == nullptr || all == 0 ? nullptr : tuple_new(all);
  if (s.keywords == nullptr || (all > 0 && s.names == nullptr)) return false;
  std::int64_t kept = 0;
  for (std::int64_t i = 0; i < all; ++i) {
    Value name = args.names->items[i], value = args.values[args.count + i];
    if (as_str(name)->view() == "metaclass")
      s.meta = value;
    else
      s.names->items[kept] = name, s.keywords[3 + kept++] = value;
  }
  if (s.names != nullptr) s.names->size = kept;
  if (kept == 0) s.names = nullptr;
  return true;
}

bool choose_meta(ClassStatement& s) {
  if (s.meta == nullptr) s.meta = s.bases->size == 0 ? &type_type : type_of(s.bases->items[0]);
  if (is_type(s.meta)) s.meta = most_derived_meta(as_type(s.meta), s.bases);
  return s.meta != nullptr;
}

Value call_with(Value f, const ClassStatement& s, std::initializer_list<Value> positional) {
  Value* values = s.keywords + 3 - positional.size();
  std::copy(positional.begin(), positional.end(), values);
  return call(f, Args{values, ssize(positional.size()), s.names});
}

Dict* prepare(const ClassStatement& s) {
  if (s.meta == &type_type) return dict_new();
  Value method = find_attr(s.meta, names::__prepare__);
  if (method == nullptr) return error_pending() ? nullptr : dict_new();
  Value space = call_with(method, s, {s.name, s.bases});
  if (space == nullptr || is_exact(space, &dict_type)) return as_dict(space);
  return as_dict(raise(exc::TypeError, "{}.__prepare__() must return a dict, not {}: minipy's class bodies run in exact dicts",
                       is_type(s.meta) ? as_type(s.meta)->name : "<metaclass>", type_name(space)));
}

Value make_class(const ClassStatement& s) {
  Dict* space = prepare(s);
  Value cell = space == nullptr ? nullptr : run_code(s.body->code, s.body->globals, space, s.body->closure);
  if (cell == nullptr) return nullptr;
  if (s.bases != s.written && !dict_set_name(space, intern("__orig_bases__"), s.written)) return nullptr;
  const bool has_cell = is_exact(cell, &cell_type);
  if (has_cell && dict_get_name(space, names::__classcell__) == nullptr && !dict_set_name(space, names::__classcell__, cell)) return nullptr;
  Value made = call_with(s.meta, s, {s.name, s.bases, space});
  if (made != nullptr && has_cell && is_type(made)) as<Cell>(cell)->value = made;
  return made;
}

Value builtin_build_class(Args args) {
  if (args.count < 2) return raise(exc::TypeError, "__build_class__: not enough arguments");
  if (!is_exact(args[0], &function_type)) return raise(exc::TypeError, "__build_class__: func must be a function");
  if (!is_str(args[1])) return raise(exc::TypeError, "__build_class__: name is not a string");
  ClassStatement s{as<Function>(args[0]), intern(as_str(args[1])), tuple_from(args.values + 2, args.count - 2), nullptr, nullptr, nullptr, nullptr};
  if (s.written == nullptr || (s.bases = resolve_bases(s.written)) == nullptr) return nullptr;
  return sort_keywords(args, s) && choose_meta(s) ? make_class(s) : nullptr;
}

Value type_prepare(Args) { return dict_new(); }

Value builtin_isinstance(Args a) { return yes_no(is_instance_of(a[0], a[1])); }
Value builtin_issubclass(Args a) { return yes_no(is_subclass_of(a[0], a[1])); }
}  // namespace

bool define_class_builtins(Module* m) {
  return define_natives(type_type, {{"__prepare__", type_prepare, 1, -1, kClassMethod | kNames}}) &&
         define(m, {{"__build_class__", builtin_build_class, 2, -1, kNames},
                    {"isinstance", builtin_isinstance, 2, 2},
                    {"issubclass", builtin_issubclass, 2, 2}});
}

}  // namespace minipy
