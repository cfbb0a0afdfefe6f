// Start-up: makes the built-in types ready. One init function for each file of this folder.
#pragma once
#include "runtime/object.hpp"

namespace minipy {

void init_object_types();  // object, type
void init_simple_types();  // None, NotImplemented, Ellipsis, cells, code
void init_number_types();  // int, bool, float
void define_number_methods();
void init_str_type();
void init_bytes_type();
void init_list_type();
void init_tuple_type();
void init_dict_type();
void init_set_types();
void init_range_types();       // range, slice
void init_function_types();    // function, natives, bound methods
void init_descriptor_types();  // property, classmethod, staticmethod, super, getset, slot members
void init_module_type();
void init_exception_types();
void init_generator_type();
void init_iterator_types();
void init_union_type();

/// In the order that they need.
inline void init_types() {
  init_object_types(), init_simple_types(), init_number_types(), init_str_type(), init_bytes_type(), init_list_type(), init_tuple_type(),
      init_dict_type(), init_set_types();
  init_range_types(), init_function_types(), init_descriptor_types(), init_module_type(), init_exception_types(), init_generator_type(),
      init_iterator_types(), init_union_type();
}

extern Type sequence_iterator_type, list_iterator_type, tuple_iterator_type, str_iterator_type, bytes_iterator_type, range_iterator_type,
    set_iterator_type, dict_key_iterator_type, dict_value_iterator_type, dict_item_iterator_type, reversed_type, enumerate_type, zip_type, map_type,
    filter_type, callable_iterator_type, dict_keys_type, dict_values_type, dict_items_type, union_type;

Value generic_alias(Args args);                // list[int] is list
Value default_repr(Value v);                   // <T object at 0x..>
Value format_str(Str* text, Value arguments);  // text % arguments
Value str_format_method(Args args);            // text.format(...)
Value str_format_map(Args args);               // text.format_map(mapping)
Value apply_format_spec(Value v, std::string_view spec);
Str* converted_by(Value v, char conversion);   // 's', 'r' or 'a'
bool to_int(Value v, std::int64_t* out);       // int(v)
std::string float_repr(double d);
Value union_binary(BinaryOp op, Value a, Value b);  // a | b of types
Tuple* union_members(Value v);
bool address_hash(Value v, std::uint64_t* out);
Value set_binary(BinaryOp op, Value a, Value b);
Value sequence_reversed_of(Value list);
List* dict_list(Dict* d, int what);  // 0: keys, 1: values, 2: items

}  // namespace minipy
