#include "runtime/ops.hpp"

#include <algorithm>

#include "runtime/error.hpp"
#include "runtime/names.hpp"
#include "runtime/stack.hpp"
#include "runtime/str.hpp"
#include "runtime/thread.hpp"

namespace minipy {

namespace {
CompareOp mirrored(CompareOp op) {
  static constexpr CompareOp kMirror[] = {CompareOp::gt, CompareOp::ge, CompareOp::eq, CompareOp::ne, CompareOp::lt, CompareOp::le};
  return kMirror[static_cast<int>(op)];
}

bool is_sequence(Value v) { return is_str(v) || is_instance(v, &list_type) || is_instance(v, &tuple_type) || is_instance(v, &bytes_type); }
Value unsupported(BinaryOp op, Value a, Value b, const char* suffix) {
  if (op == BinaryOp::add && is_instance(a, &bytes_type)) return raise(exc::TypeError, "can't concat {} to bytes", type_name(b));
  if (op == BinaryOp::add && is_sequence(a)) {
    const char* kind = is_str(a) ? "str" : is_instance(a, &list_type) ? "list" : "tuple";
    return raise(exc::TypeError, "can only concatenate {} (not \"{}\") to {}", kind, type_name(b), kind);
  }
  if (op == BinaryOp::mul && (is_sequence(a) || is_sequence(b)))
    return raise(exc::TypeError, "can't multiply sequence by non-int of type '{}'", type_name(is_sequence(a) ? b : a));
  return raise(exc::TypeError, "unsupported operand type(s) for {}{}: '{}' and '{}'", kBinarySymbols[static_cast<int>(op)], suffix, type_name(a),
               type_name(b));
}

/// With operands of program classes: __op__ and __rop__, the more derived one first.
Value binary_by_methods(BinaryOp op, Value a, Value b) {
  Type *ta = type_of(a), *tb = type_of(b);
  Str *name = binary_names[static_cast<int>(op)], *reflected = reflected_names[static_cast<int>(op)];
  bool reflected_tried = false;
  const auto attempt = [&](Value self, Str* method, Value other) -> Value {
    if (type_lookup(type_of(self), method) == nullptr) return not_implemented();
    return call_special(self, method, {other});
  };
  if (ta != tb && is_subtype(tb, ta) && type_lookup(tb, reflected) != type_lookup(ta, reflected)) {
    Value r = attempt(b, reflected, a);
    if (r != not_implemented()) return r;
    reflected_tried = true;
  }
  Value r = attempt(a, name, b);
  if (r != not_implemented() || reflected_tried || ta == tb) return r;
  return attempt(b, reflected, a);
}

Value binary_or_not(BinaryOp op, Value a, Value b) {
  Type *ta = type_of(a), *tb = type_of(b);
  if (is_heap_type(ta) || is_heap_type(tb)) return binary_by_methods(op, a, b);
  if (ta->slots->binary != nullptr) {
    Value r = ta->slots->binary(op, a, b);
    if (r != not_implemented()) return r;
  }
  if (tb != ta && tb->slots->binary != nullptr) return tb->slots->binary(op, a, b);
  return not_implemented();
}
}  // namespace

Value binary(BinaryOp op, Value a, Value b) {
  Value r = are_ints(a, b) ? int_binary(op, int_of(a), int_of(b)) : binary_or_not(op, a, b);
  return r == not_implemented() ? unsupported(op, a, b, "") : r;
}

Value inplace(BinaryOp op, Value a, Value b) {
  Value r = are_ints(a, b) ? int_binary(op, int_of(a), int_of(b)) : not_implemented();
  if (r != not_implemented()) return r;
  if (is_heap_type(type_of(a))) {
    if (type_lookup(type_of(a), inplace_names[static_cast<int>(op)]) != nullptr) r = call_special(a, inplace_names[static_cast<int>(op)], {b});
  } else if (type_of(a)->slots->inplace != nullptr) {
    r = type_of(a)->slots->inplace(op, a, b);
  }
  if (r == not_implemented()) r = binary_or_not(op, a, b);
  return r == not_implemented() ? unsupported(op, a, b, op == BinaryOp::divmod ? "" : "=") : r;
}

Value unary(UnaryOp op, Value v) {
  if (is_int(v)) {
    const std::int64_t i = int_of(v);
    return op == UnaryOp::neg ? int_new(-i) : op == UnaryOp::invert ? int_new(~i) : op == UnaryOp::abs && i < 0 ? int_new(-i) : v;
  }
  Value r = not_implemented();
  if (is_heap_type(type_of(v))) {
    bool missing = false;
    r = call_special(v, unary_names[static_cast<int>(op)], {}, &missing);
    if (missing) r = not_implemented();
  } else if (type_of(v)->slots->unary != nullptr) {
    r = type_of(v)->slots->unary(op, v);
  }
  if (r != not_implemented()) return r;
  static constexpr const char* kSymbols[] = {"unary -", "unary +", "unary ~", "abs()"};
  return raise(exc::TypeError, "bad operand type for {}: '{}'", kSymbols[static_cast<int>(op)], type_name(v));
}

// ---- comparison ---------------------------------------------------------------------------------------------------------------------------

Value compare(CompareOp op, Value a, Value b) {
  if (are_ints(a, b)) return boolean(compare_as(op, int_of(a), int_of(b)));
  if (!may_recurse(" in comparison")) return nullptr;
  Type *ta = type_of(a), *tb = type_of(b);
  const auto attempt = [](CompareOp o, Value x, Value y) {
    return type_of(x)->slots->compare == nullptr ? not_implemented() : type_of(x)->slots->compare(o, x, y);
  };
  bool reflected_tried = false;
  if (ta != tb && is_subtype(tb, ta)) {
    Value r = attempt(mirrored(op), b, a);
    if (r != not_implemented()) return r;
    reflected_tried = true;
  }
  Value r = attempt(op, a, b);
  if (r != not_implemented()) return r;
  if (!reflected_tried) r = attempt(mirrored(op), b, a);
  if (r != not_implemented()) return r;
  if (op == CompareOp::eq) return boolean(a == b);
  if (op == CompareOp::ne) return boolean(a != b);
  return raise(exc::TypeError, "'{}' not supported between instances of '{}' and '{}'", kCompareSymbols[static_cast<int>(op)], type_name(a),
               type_name(b));
}
int compare_truth(CompareOp op, Value a, Value b) {
  Value r = compare(op, a, b);
  return r == nullptr ? -1 : truth(r);
}
int values_equal(Value a, Value b) { return a == b ? 1 : compare_truth(CompareOp::eq, a, b); }

// ---- protocols ----------------------------------------------------------------------------------------------------------------------------

int truth(Value v) {
  if (v == boolean(true)) return 1;
  if (v == boolean(false) || v == none()) return 0;
  if (is_int(v)) return v != small_int(0);
  const Slots* slots = type_of(v)->slots;
  if (slots->truth != nullptr) return slots->truth(v);
  if (slots->length == nullptr) return 1;
  const std::int64_t n = slots->length(v);
  return n < 0 ? -1 : n > 0;
}

bool hash_value(Value v, std::uint64_t* out) {
  if (is_int(v)) {
    const std::int64_t h = int_of(v) % ((std::int64_t{1} << 61) - 1);
    *out = static_cast<std::uint64_t>(h == -1 ? -2 : h);
    return true;
  }
  if (v->type == &str_type) {
    *out = str_hash(as_str(v));
    return true;
  }
  if (v->type->slots->hash == nullptr) return raise(exc::TypeError, "unhashable type: '{}'", type_name(v)), false;
  return may_recurse("") && v->type->slots->hash(v, out);
}

std::int64_t length(Value v) {
  const Slots* slots = type_of(v)->slots;
  if (slots->length == nullptr) return raise(exc::TypeError, "object of type '{}' has no len()", type_name(v)), -1;
  return slots->length(v);
}
Value class_item(Value cls, Value key) {
  if (cls == &type_type) return cls;  // type[int]
  Value method = find_attr(cls, names::__class_getitem__);
  if (method != nullptr) return call(method, {key});
  return error_pending() ? nullptr : raise(exc::TypeError, "type '{}' is not subscriptable", as_type(cls)->name);
}
Value get_item(Value v, Value key) {
  const Slots* slots = type_of(v)->slots;
  if (slots->getitem != nullptr) return slots->getitem(v, key);
  if (is_type(v)) return class_item(v, key);
  return raise(exc::TypeError, "'{}' object is not subscriptable", type_name(v));
}
bool set_item(Value v, Value key, Value value) {
  const Slots* slots = type_of(v)->slots;
  if (slots->setitem != nullptr) return slots->setitem(v, key, value);
  return raise_no_items(v, value), false;
}
Value raise_no_items(Value v, Value value) {
  return raise(exc::TypeError, "'{}' object {} support item {}", type_name(v), value == nullptr ? "doesn't" : "does not",
               value == nullptr ? "deletion" : "assignment");
}
int contains(Value v, Value key) {
  const Slots* slots = type_of(v)->slots;
  if (slots->contains != nullptr) return slots->contains(v, key);
  if (slots->iter == nullptr && slots->getitem == nullptr) return raise(exc::TypeError, "argument of type '{}' is not iterable", type_name(v)), -1;
  return contains_by_iteration(v, key);
}
int contains_by_iteration(Value v, Value key) {
  Value iterator = get_iter(v);
  if (iterator == nullptr) return -1;
  while (Value item = iter_next(iterator)) {
    const int equal = values_equal(item, key);
    if (equal != 0) return equal;
  }
  return error_pending() ? -1 : 0;
}
Value get_iter(Value v) {
  const Slots* slots = type_of(v)->slots;
  if (slots->iter != nullptr) return slots->iter(v);
  return raise(exc::TypeError, "'{}' object is not iterable", type_name(v));
}
bool is_iterable(Value v) {
  Type* type = type_of(v);
  if (!is_heap_type(type)) return type->slots->iter != nullptr;
  Value method = type_lookup(type, names::__iter__);
  return method != nullptr ? method != none() : type_lookup(type, names::__getitem__) != nullptr;
}
Value iter_next(Value iterator) {
  const Slots* slots = type_of(iterator)->slots;
  if (slots->next == nullptr) return raise(exc::TypeError, "'{}' object is not an iterator", type_name(iterator));
  return slots->next(iterator);
}

Str* repr(Value v) {
  if (!may_recurse(" while getting the repr of an object")) return nullptr;
  Value r = type_of(v)->slots->repr(v);
  if (r == nullptr) return nullptr;
  if (!is_str(r)) return as_str(raise(exc::TypeError, "__repr__ returned non-string (type {})", type_name(r)));
  return as_str(r);
}
Str* to_str(Value v) {
  if (is_exact(v, &str_type)) return as_str(v);
  const Slots* slots = type_of(v)->slots;
  if (slots->str == nullptr) return repr(v);
  Value r = slots->str(v);
  if (r != nullptr && !is_str(r)) return as_str(raise(exc::TypeError, "__str__ returned non-string (type {})", type_name(r)));
  return as_str(r);
}
std::string repr_text(Value v) {
  Str* s = repr(v);
  if (s == nullptr) clear_error();
  return s == nullptr ? fmt::format("<{} object>", type_name(v)) : std::string(s->view());
}
std::string str_text(Value v) {
  Str* s = to_str(v);
  if (s == nullptr) clear_error();
  return s == nullptr ? fmt::format("<{} object>", type_name(v)) : std::string(s->view());
}

bool index_of(Value v, std::int64_t* out) {
  if (is_int(v)) return *out = int_of(v), true;
  if (is_instance(v, &int_type)) return *out = v == boolean(true) ? 1 : v == boolean(false) ? 0 : as<BoxedInt>(v)->value, true;
  if (converts_by_methods(type_of(v)) && type_lookup(type_of(v), names::__index__) != nullptr) {
    Value r = call_special(v, names::__index__, {});
    if (r == nullptr) return false;
    if (!is_instance(r, &int_type)) return raise(exc::TypeError, "__index__ returned non-int (type {})", type_name(r)), false;
    return index_of(r, out);
  }
  return raise(exc::TypeError, "'{}' object cannot be interpreted as an integer", type_name(v)), false;
}
bool float_of(Value v, double* out) {
  if (is_instance(v, &float_type)) return *out = as<Float>(v)->value, true;
  std::int64_t i = 0;
  if (is_instance(v, &int_type)) return (void)index_of(v, &i), *out = static_cast<double>(i), true;
  if (converts_by_methods(type_of(v)) && type_lookup(type_of(v), names::__float__) != nullptr) {
    Value r = call_special(v, names::__float__, {});
    return r != nullptr &&
           (is_instance(r, &float_type) ? float_of(r, out)
                                        : (raise(exc::TypeError, "{}.__float__ returned non-float (type {})", type_name(v), type_name(r)), false));
  }
  if (converts_by_methods(type_of(v)) && type_lookup(type_of(v), names::__index__) != nullptr)
    return index_of(v, &i) && (*out = static_cast<double>(i), true);
  return raise(exc::TypeError, "must be real number, not {}", type_name(v)), false;
}

bool is_index(Value v) {
  return is_instance(v, &int_type) || (converts_by_methods(type_of(v)) && type_lookup(type_of(v), names::__index__) != nullptr);
}
bool slice_index(Value v, std::int64_t* out) {
  if (is_index(v)) return index_of(v, out);
  return raise(exc::TypeError, "slice indices must be integers or None or have an __index__ method"), false;
}
bool slice_numbers(const Slice* s, SliceNumbers& out) {
  out.step = 1;
  if (s->step != none() && !slice_index(s->step, &out.step)) return false;
  if (out.step == 0) return raise(exc::ValueError, "slice step cannot be zero"), false;
  out.start = out.step > 0 ? 0 : kMaxInt, out.stop = out.step > 0 ? kMaxInt : kMinInt;
  return (s->start == none() || slice_index(s->start, &out.start)) && (s->stop == none() || slice_index(s->stop, &out.stop));
}
std::int64_t slice_place(SliceNumbers& s, std::int64_t n) {
  for (std::int64_t* bound : {&s.start, &s.stop}) {
    if (*bound < 0) *bound = std::max<std::int64_t>(*bound + n, s.step < 0 ? -1 : 0);
    *bound = std::min(*bound, s.step < 0 ? n - 1 : n);
  }
  return s.step > 0 ? (s.stop > s.start ? (s.stop - s.start - 1) / s.step + 1 : 0) : (s.start > s.stop ? (s.start - s.stop - 1) / -s.step + 1 : 0);
}
bool slice_bounds(Slice* s, std::int64_t n, std::int64_t* start, std::int64_t* stop, std::int64_t* step, std::int64_t* count) {
  SliceNumbers numbers;
  if (!slice_numbers(s, numbers)) return false;
  *count = slice_place(numbers, n);
  *start = numbers.start, *stop = numbers.stop, *step = numbers.step;
  return true;
}
bool item_number(Value key, const char* what, std::int64_t* out) {
  if (!is_index(key)) return raise(exc::TypeError, "{} indices must be integers or slices, not {}", what, type_name(key)), false;
  return index_of(key, out);
}
bool item_place(std::int64_t* i, std::int64_t n, const char* what) {
  if (*i < 0) *i += n;
  return (*i >= 0 && *i < n) || (raise(exc::IndexError, "{}{}index out of range", what, *what == 0 ? "" : " "), false);
}
bool item_index(Value key, std::int64_t n, const char* what, std::int64_t* out) { return item_number(key, what, out) && item_place(out, n, what); }

bool repr_enter(Value v, bool* failed) {
  Thread& t = this_thread();
  *failed = false;
  if (t.repr_guard == nullptr) t.repr_guard = list_new();
  List* guard = as_list(t.repr_guard);
  for (std::int64_t i = 0; guard != nullptr && i < guard->size; ++i)
    if (guard->items[i] == v) return true;
  *failed = guard == nullptr || !list_append(guard, v);
  return false;
}
void repr_leave() {
  List* guard = as_list(this_thread().repr_guard);
  guard->items[--guard->size] = nullptr;
}
bool join_reprs(const Value* items, std::int64_t n, TextBuilder& out) {
  for (std::int64_t i = 0; i < n; ++i) {
    Str* s = repr(items[i]);
    if (s == nullptr || out.failed()) return false;
    if (i > 0) out += ", ";
    out += s->view();
  }
  return !out.failed();
}

}  // namespace minipy
