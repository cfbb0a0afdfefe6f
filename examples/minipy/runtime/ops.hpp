// What programs do with values. Null, -1 and false mean that an exception is pending. All of it MAY CALL the program unless said otherwise.
#pragma once
#include <initializer_list>
#include <string>

#include "runtime/builder.hpp"

namespace minipy {

// ---- attributes (attributes.cpp) ----
Value get_attr(Value v, Str* name);
/// Null without an exception: there is none.
Value find_attr(Value v, Str* name);
bool set_attr(Value v, Str* name, Value value);  // value null: delete
Value generic_getattr(Value v, Str* name);
/// Without the last resorts (__getattr__); null without an exception: absent.
Value find_generic_attr(Value v, Str* name);
bool generic_setattr(Value v, Str* name, Value value);
Value type_getattr(Value v, Str* name);
bool type_setattr(Value v, Str* name, Value value);
/// The attribute in the class and its bases, unbound, or null. Never calls; O(1) mostly, by a cache.
Value type_lookup(Type* type, Str* name);
/// Where the instance's dict is, or null when it has none.
Dict** dict_place(Value v);
Dict* instance_dict(Value v);  // made if need be
char* instance_tail(Object* o);
void classes_changed();  // empties the cache
Value bind_descriptor(Value descriptor, Value self, Type* type);

// ---- calls (call.cpp) ----
Value call(Value f, Args args);
Value call(Value f, std::initializer_list<Value> args);
/// With `self` in front of the arguments.
Value call_with_self(Value f, Value self, Args args);
/// f(*args, **keywords); `keywords` is a dict or null.
Value call_with_dict(Value f, const Value* args, std::int64_t count, Value keywords);
/// The special method `name` of v's type with v and `args`. Null without an exception and `missing` set: there is none.
Value call_special(Value v, Str* name, std::initializer_list<Value> args, bool* missing = nullptr);
Value call_method(Value v, Str* name, std::initializer_list<Value> args);
Value construct_instance(Type* type, Args args);
bool is_callable(Value v);
/// Sorts arguments into parameters; the first `required` of them have to be there. A parameter "" has no name, "self" is not counted in messages.
/// False: TypeError.
bool unpack_args(Args args, const char* function, std::initializer_list<const char*> parameters, std::int64_t required, Value* out,
                 std::int64_t positional = -1);
bool no_keywords(Args args, const char* function);
Value keyword_arg(Args args, std::string_view name);
/// "takes exactly ..." errors.
bool check_count(Args args, const char* function, std::int64_t least, std::int64_t most);

// ---- operators (ops.cpp, integers.cpp, sort.cpp) ----
Value binary(BinaryOp op, Value a, Value b);
Value inplace(BinaryOp op, Value a, Value b);
Value int_binary(BinaryOp op, std::int64_t a, std::int64_t b);  // may answer NotImplemented
Value unary(UnaryOp op, Value v);
Value compare(CompareOp op, Value a, Value b);
int compare_truth(CompareOp op, Value a, Value b);
int values_equal(Value a, Value b);  // identity first
int truth(Value v);
bool hash_value(Value v, std::uint64_t* out);
std::int64_t length(Value v);
Value get_item(Value v, Value key);
bool set_item(Value v, Value key, Value value);  // value null: delete
int contains(Value v, Value key);
int contains_by_iteration(Value v, Value key);
Value class_item(Value cls, Value key);  // by __class_getitem__
Value get_iter(Value v);
bool is_iterable(Value v);
/// Null without an exception: the end.
Value iter_next(Value iterator);
Str* repr(Value v);
Str* to_str(Value v);
std::string repr_text(Value v);
std::string str_text(Value v);
Value format_value(Value v, Value spec);
bool index_of(Value v, std::int64_t* out);     // through __index__
bool is_index(Value v);                        // index_of() can be tried
bool slice_index(Value v, std::int64_t* out);  // with the message of slices
bool float_of(Value v, double* out);
/// Raises TypeError: v has no items that can be set, or deleted if `value` is null.
Value raise_no_items(Value v, Value value);
/// A slice's start, stop and step, as written.
struct SliceNumbers {
  std::int64_t start, stop, step;
};
bool slice_numbers(const Slice* slice, SliceNumbers& out);
/// What they are for a sequence of n items; answers how many items there are. Never calls: what slice_numbers() called may have changed n.
std::int64_t slice_place(SliceNumbers& numbers, std::int64_t n);
/// Both, for sequences that do not change. False: an exception.
bool slice_bounds(Slice* slice, std::int64_t n, std::int64_t* start, std::int64_t* stop, std::int64_t* step, std::int64_t* count);
/// The same for an index.
bool item_number(Value key, const char* what, std::int64_t* out);
bool item_place(std::int64_t* i, std::int64_t n, const char* what);
bool item_index(Value key, std::int64_t n, const char* what, std::int64_t* out);
/// Sorts in place; `key` and `reverse` as list.sort.
bool sort_values(Value* items, std::int64_t n, Value key, bool reverse);

// ---- classes (types.cpp) ----
void ready_type(Type& type);
Value type_new(Type* meta, Str* name, Tuple* bases, Dict* dict, Args keywords);
Type* most_derived_meta(Type* meta, Tuple* bases);
int is_instance_of(Value v, Value type);  // of a type, a tuple of them, or what has __instancecheck__
int is_subclass_of(Value v, Value type);
/// An instance of `type` with `extra` bytes of items, zeroed.
Value allocate_instance(Type* type, std::int64_t extra = 0);
mayfly::CellWord* cell_of(Object* o);
bool define_natives(Type& type, std::initializer_list<struct NativeDef> natives);
bool define_getsets(Type& type, std::initializer_list<struct GetSetDef> getsets);

struct NativeDef {
  const char* name;
  NativeFunction function;
  std::int32_t least;
  std::int32_t most;  // < 0: any number; self included for methods
  std::uint32_t flags = 0;
};
struct GetSetDef {
  const char* name;
  Value (*get)(Value self);
  bool (*set)(Value self, Value value) = nullptr;
};
Native* native_new(const NativeDef& def, Type* owner, Value self);

// ---- answers of natives ----
inline Value or_none(Value v) { return v != nullptr ? v : none(); }
inline Value done(bool ok) { return ok ? none() : nullptr; }  // None, or an exception is pending
inline Value yes_no(int answer) { return answer < 0 ? nullptr : boolean(answer != 0); }

// ---- making values ----
Value int_new(std::int64_t i);  // OverflowError beyond 63 bits
Value raise_overflow();
Value float_new(double d);
Tuple* tuple_new(std::int64_t n);
Tuple* tuple_of(std::initializer_list<Value> items);
Tuple* tuple_from(const Value* items, std::int64_t n);
List* list_new(std::int64_t capacity = 0);
bool list_append(List* list, Value v);
/// The items of an iterable, in a fresh list.
List* list_from(Value iterable);
Tuple* tuple_from_iterable(Value iterable);
bool list_extend(List* list, Value iterable);
bool dict_update_from(Dict* dict, Value source);
bool set_update_from(Set* set, Value iterable);
Value slice_new(Value start, Value stop, Value step);
Iterator* iterator_new(Type& type, Value a, Value b = nullptr);
Function* function_new(Code* code, Dict* globals);
BoundMethod* method_new(Value function, Value self);
Module* module_new(std::string_view name);
Value cell_new(Value v);
Value str_value(std::string_view text);

/// True: keep out, the object's repr is being made further up. Else leave with repr_leave().
bool repr_enter(Value v, bool* failed);
void repr_leave();
/// "a, b, c" of reprs. False: an exception.
bool join_reprs(const Value* items, std::int64_t n, TextBuilder& out);

}  // namespace minipy
