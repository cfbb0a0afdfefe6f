// What list and tuple share.
#pragma once
#include "runtime/ops.hpp"

namespace minipy {

/// The items of a list or tuple, as they are now: what calls the program may change a list.
struct Span {
  Value* items;
  std::int64_t size;
};
inline Span span(Value v) {
  return is_instance(v, &list_type) ? Span{as_list(v)->items, as_list(v)->size} : Span{as_tuple(v)->items, as_tuple(v)->size};
}
Value span_compare(CompareOp op, Value a, Value b);
int span_contains(Value v, Value key);
/// Where a[1] is in a[0]. Null: an exception; -1: nowhere.
Value span_index(Args a);
Value span_count(Args a);
/// For v * times: how often, and how many items that makes. False: an exception.
bool repeat_count(Value v, Value times, std::int64_t* n, std::int64_t* all);
/// `v`, n times.
void repeat_into(Value v, std::int64_t n, Value* to);
Value span_reversed(Args a);
/// Items [from, to) become `with`; both are cut to what is there. False: MemoryError.
bool list_splice(List* list, std::int64_t from, std::int64_t to, const Value* with, std::int64_t n);

}  // namespace minipy
