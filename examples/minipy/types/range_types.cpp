// range and slice.
#include "runtime/error.hpp"
#include "runtime/ops.hpp"
#include "runtime/str.hpp"
#include "types/types.hpp"

namespace minipy {

namespace {
Range* range_new(std::int64_t start, std::int64_t stop, std::int64_t step) {
  auto* r = static_cast<Range*>(allocate(sizeof(Range)));
  if (r == nullptr) return nullptr;
  r->type = &range_type;
  r->start = start, r->stop = stop, r->step = step;
  r->size = step > 0 ? (stop > start ? (stop - start - 1) / step + 1 : 0) : (start > stop ? (start - stop - 1) / -step + 1 : 0);
  return r;
}
Value range_construct(Type*, Args args) {
  if (!no_keywords(args, "range") || !check_count(args, "range", 1, 3)) return nullptr;
  std::int64_t v[3] = {0, 0, 1};
  for (std::int64_t i = 0; i < args.count; ++i)
    if (!index_of(args[i], &v[i])) return nullptr;
  if (args.count == 1) v[1] = v[0], v[0] = 0;
  if (v[2] == 0) return raise(exc::ValueError, "range() arg 3 must not be zero");
  return range_new(v[0], v[1], v[2]);
}
Value range_repr(Value v) {
  const Range* r = as<Range>(v);
  return str_new(r->step == 1 ? fmt::format("range({}, {})", r->start, r->stop) : fmt::format("range({}, {}, {})", r->start, r->stop, r->step));
}
std::int64_t range_length(Value v) { return as<Range>(v)->size; }
bool range_hash(Value v, std::uint64_t* out) {
  const Range* r = as<Range>(v);
  Tuple* t = tuple_of({small_int(r->size), small_int(r->size > 0 ? r->start : 0), small_int(r->size > 1 ? r->step : 0)});
  return t != nullptr && hash_value(t, out);
}
Value range_compare(CompareOp op, Value a, Value b) {
  if ((op != CompareOp::eq && op != CompareOp::ne) || !is_exact(b, &range_type)) return not_implemented();
  const Range *x = as<Range>(a), *y = as<Range>(b);
  const bool same = x->size == y->size && (x->size == 0 || (x->start == y->start && (x->size == 1 || x->step == y->step)));
  return boolean(same == (op == CompareOp::eq));
}
Value range_getitem(Value v, Value key) {
  const Range* r = as<Range>(v);
  std::int64_t start = 0, stop = 0, step = 0, count = 0;
  if (!is_exact(key, &slice_type))
    return item_number(key, "range", &start) && item_place(&start, r->size, "range object") ? small_int(r->start + start * r->step) : nullptr;
  if (!slice_bounds(as<Slice>(key), r->size, &start, &stop, &step, &count)) return nullptr;
  return range_new(r->start + start * r->step, r->start + stop * r->step, r->step * step);
}
std::int64_t place_of(const Range* r, Value key) {  // -1: not in it
  std::int64_t i = 0;
  if (!is_instance(key, &int_type) || !index_of(key, &i)) return -1;
  const std::int64_t distance = i - r->start;
  const std::int64_t at = distance % r->step == 0 ? distance / r->step : -1;
  return at < r->size ? at : -1;
}
int range_contains(Value v, Value key) {
  return is_int(key) || is_exact(key, &bool_type) ? place_of(as<Range>(v), key) >= 0 : contains_by_iteration(v, key);
}
Value range_iter(Value v) { return iterator_new(range_iterator_type, v); }
Value range_index(Args a) {
  const std::int64_t at = place_of(as<Range>(a[0]), a[1]);
  return at >= 0 ? small_int(at) : raise(exc::ValueError, "{} is not in range", repr_text(a[1]));
}
Value range_count(Args a) { return small_int(place_of(as<Range>(a[0]), a[1]) >= 0); }
Value range_reversed(Args a) {
  const Range* r = as<Range>(a[0]);
  Range* back = range_new(r->start + (r->size - 1) * r->step, r->start - r->step, -r->step);
  return back == nullptr ? nullptr : range_iter(back);
}
Value range_start(Value v) { return small_int(as<Range>(v)->start); }
Value range_stop(Value v) { return small_int(as<Range>(v)->stop); }
Value range_step(Value v) { return small_int(as<Range>(v)->step); }

// ---- slice --------------------------------------------------------------------------------------------------------------------------------

Value slice_construct(Type*, Args args) {
  if (!no_keywords(args, "slice") || !check_count(args, "slice", 1, 3)) return nullptr;
  return slice_new(args.count == 1 ? none() : args[0], args.count == 1 ? args[0] : args[1], args.count == 3 ? args[2] : none());
}
Value slice_repr(Value v) {
  TextBuilder out;
  out += "slice(";
  if (!join_reprs(&as<Slice>(v)->start, 3, out)) return nullptr;
  out += ')';
  return out.finish();
}
Value slice_compare(CompareOp op, Value a, Value b) {
  if (!is_exact(b, &slice_type)) return not_implemented();
  return compare(op, tuple_from(&as<Slice>(a)->start, 3), tuple_from(&as<Slice>(b)->start, 3));
}
Value slice_indices(Args a) {
  std::int64_t n = 0, start = 0, stop = 0, step = 0, count = 0;
  if (!index_of(a[1], &n) || !slice_bounds(as<Slice>(a[0]), n, &start, &stop, &step, &count)) return nullptr;
  return tuple_of({small_int(start), small_int(stop), small_int(step)});
}
Value slice_start(Value v) { return as<Slice>(v)->start; }
Value slice_stop(Value v) { return as<Slice>(v)->stop; }
Value slice_step(Value v) { return as<Slice>(v)->step; }

constexpr Slots kRange = {.construct = range_construct,
                          .repr = range_repr,
                          .hash = range_hash,
                          .compare = range_compare,
                          .length = range_length,
                          .getitem = range_getitem,
                          .contains = range_contains,
                          .iter = range_iter};
constexpr Slots kSlice = {.construct = slice_construct, .repr = slice_repr, .compare = slice_compare};
}  // namespace

Value slice_new(Value start, Value stop, Value step) {
  auto* s = static_cast<Slice*>(allocate(sizeof(Slice)));
  if (s == nullptr) return nullptr;
  s->type = &slice_type;
  s->start = start, s->stop = stop, s->step = step;
  return s;
}

Type range_type = builtin_type("range", &kRange, {.flags = kNoSubclass, .size = sizeof(Range)});
Type slice_type = builtin_type("slice", &kSlice, {.flags = kNoSubclass, .size = sizeof(Slice)});

void init_range_types() {
  ready_type(range_type), ready_type(slice_type);
  define_natives(range_type,
                 {{"index", range_index, 2, 2, kMethod}, {"count", range_count, 2, 2, kMethod}, {"__reversed__", range_reversed, 1, 1, kMethod}});
  define_getsets(range_type, {{"start", range_start}, {"stop", range_stop}, {"step", range_step}});
  define_natives(slice_type, {{"indices", slice_indices, 2, 2, kMethod}});
  define_getsets(slice_type, {{"start", slice_start}, {"stop", slice_stop}, {"step", slice_step}});
}

}  // namespace minipy
