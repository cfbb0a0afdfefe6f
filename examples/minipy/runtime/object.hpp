// The shapes of the built-in objects, and of types.
//
// Where an object lies: collected memory, except static types and singletons. A subclass made by a program has instances that begin with its
// built-in base's shape; behind that follow its `__dict__` word, its cell word for weak references, and its `__slots__`.
#pragma once
#include <mayfly/node.hpp>
#include <string_view>

#include "base/heap.hpp"
#include "base/operators.hpp"
#include "base/value.hpp"

namespace minipy {

struct Code;
struct Dict;
struct Frame;
struct Str;
struct Tuple;

/// The arguments of a call: `count` positional ones, then one for each name in `names`.
struct Args {
  Value* values;
  std::int64_t count;
  Tuple* names = nullptr;
  Value operator[](std::int64_t i) const { return values[i]; }
};

/// What a type does, in C++. Null: it does not. All answer null, -1 or false with a pending exception when they fail.
struct Slots {
  Value (*construct)(Type* cls, Args args) = nullptr;  // __new__
  bool (*init)(Value self, Args args) = nullptr;       // __init__
  Value (*repr)(Value self) = nullptr;
  Value (*str)(Value self) = nullptr;
  bool (*hash)(Value self, std::uint64_t* out) = nullptr;
  Value (*call)(Value self, Args args) = nullptr;
  Value (*getattr)(Value self, Str* name) = nullptr;
  bool (*setattr)(Value self, Str* name, Value value) = nullptr;  // value null: delete
  Value (*compare)(CompareOp op, Value a, Value b) = nullptr;     // may answer NotImplemented
  Value (*binary)(BinaryOp op, Value a, Value b) = nullptr;       // of either operand's type; may answer NotImplemented
  Value (*inplace)(BinaryOp op, Value a, Value b) = nullptr;
  Value (*unary)(UnaryOp op, Value self) = nullptr;  // may answer NotImplemented
  int (*truth)(Value self) = nullptr;
  std::int64_t (*length)(Value self) = nullptr;
  Value (*getitem)(Value self, Value key) = nullptr;
  bool (*setitem)(Value self, Value key, Value value) = nullptr;  // value null: delete
  int (*contains)(Value self, Value key) = nullptr;
  Value (*iter)(Value self) = nullptr;
  Value (*next)(Value self) = nullptr;                          // null without an exception: the end
  Value (*get)(Value self, Value object, Type* cls) = nullptr;  // descriptors
  bool (*set)(Value self, Value object, Value value) = nullptr;
  std::uint32_t binary_ops = 0;  // those that `binary` knows, as bits; each has a method __op__
  std::uint32_t unary_ops = 0;
};

enum TypeFlags : std::uint32_t {
  kHeapType = 1,    // made by a program; its slots look dunder methods up
  kNoSubclass = 2,  // no base for programs' classes
  kWeakRefable = 4,
  kException = 8,
  kHasDel = 16,  // __del__ was there when the class was made
  kProxy = 32,
  kNotConstructible = 64,
  kVarSize = 128,      // instances end with their items: texts, bytes, tuples
  kPlain = 256,        // exact instances lie in memory that is never scanned
  kOwnGetattr = 512,   // heap types: __getattribute__, __getattr__ or __setattr__ of the program's
  kAbstract = 1024,    // has abstract methods
  kWeakReader = 2048,  // operations on its instances read weak references: policy `observe` collects before them
};

struct Type : Object {
  const char* name;  // utf-8, zero-terminated; static types outside of builtins: with the module, "weakref.ProxyType"
  const Slots* slots;
  Type* base;  // the one that gives the shape
  Tuple* bases;
  Tuple* mro;
  Dict* dict;
  std::uint64_t version;  // of the look-up cache; never used twice
  std::uint32_t flags;
  std::uint32_t size;         // of an instance, without variable parts
  std::uint32_t dict_offset;  // 0: none
  std::uint32_t cell_offset;  // 0: none; then weak references use mayfly's side table
  mayfly::CellWord cell;
  Str* qualname;
  Str* module;
};

/// What C++ says of a built-in type; ready_type() does the rest.
struct Shape {
  Type* base = nullptr;
  std::uint32_t flags = 0;
  std::uint32_t size = 0;
  std::uint32_t dict_offset = 0;
  std::uint32_t cell_offset = 0;
};
constexpr Type builtin_type(const char* name, const Slots* slots, Shape shape, Type* meta = nullptr) {
  Type t{};
  t.type = meta, t.name = name, t.slots = slots;
  t.base = shape.base, t.flags = shape.flags, t.size = shape.size, t.dict_offset = shape.dict_offset, t.cell_offset = shape.cell_offset;
  return t;
}

struct Str : Object {  // utf-8; plain memory
  std::uint64_t hash;  // 0: not computed yet
  std::int64_t bytes;
  std::int64_t length;  // code points
  char data[8];
  std::string_view view() const { return {data, usize(bytes)}; }
  bool ascii() const { return bytes == length; }
};
struct Bytes : Object {
  std::int64_t size;
  char data[8];
  std::string_view view() const { return {data, usize(size)}; }
};
struct Float : Object {
  double value;
};
struct BoxedInt : Object {  // of subclasses of int
  std::int64_t value;
};
struct Tuple : Object {
  std::int64_t size;
  Value items[1];
};
struct List : Object {
  std::int64_t size;
  std::int64_t capacity;
  Value* items;
};

/// An entry of a table. `mark` keeps the word with the hash from looking like a pointer to the collector.
struct Entry {
  std::uint32_t hash;
  std::uint32_t mark;
  Value key;  // null: removed
  Value value;
};
/// Insertion order, with gaps, and an open-addressing index of 1 + position.
struct Table {
  Entry* entries;
  std::uint32_t* index;
  std::uint32_t capacity;  // of entries; the index has twice as many places
  std::uint32_t used;
  std::int64_t size;
  std::uint64_t layout;  // changes whenever an entry's place or presence changes; never used twice
};
struct Dict : Object {
  Table table;
};
struct Set : Object {  // also frozenset
  mayfly::CellWord cell;
  Table table;
  std::uint64_t hash;
};

struct Range : Object {
  std::int64_t start, stop, step, size;
};
struct Slice : Object {
  Value start, stop, step;
};
struct Cell : Object {
  Value value;
};
struct Function : Object {
  mayfly::CellWord cell;
  Code* code;
  Dict* globals;
  Tuple* defaults;   // or null
  Dict* kwdefaults;  // or null
  Tuple* closure;    // or null
  Dict* dict;
  Str* name;
  Str* qualname;
  Value doc;
  Value module;
};
using NativeFunction = Value (*)(Args args);
enum NativeFlags : std::uint32_t {
  kMethod = 1,
  kWeakRead = 2,
  kClassMethod = 4,
  kStatic = 8,
  kNames = 16,
  kMayPush = 32
};                        // kNames: takes keywords; kMayPush: may answer pushed()
struct Native : Object {  // built-in functions, and methods of built-in types
  const char* name;
  NativeFunction function;
  Type* owner;  // methods: of this type
  std::uint32_t flags;
  std::int32_t slot;         // methods that stand for a slot: which; else -1
  std::int32_t least, most;  // arguments, self included; most < 0: any
  Value self;                // module functions: null
};
struct BoundMethod : Object {
  mayfly::CellWord cell;
  Value function;
  Value self;
};
struct Property : Object {
  Value get, set, del, doc;
  Value name;  // in its class, or null
};
struct Wrapped : Object {  // classmethod, staticmethod
  Value function;
};
struct Super : Object {
  Type* cls;
  Value self;
  Type* start;
};
struct GetSet : Object {  // attributes of built-in types
  const char* name;
  Value (*get)(Value self);
  bool (*set)(Value self, Value value);  // null: read-only; value null: delete
  Type* owner;
};
struct SlotMember : Object {  // a name in __slots__
  Str* name;
  std::uint32_t offset;
  Type* owner;
};
struct Module : Object {
  mayfly::CellWord cell;
  Dict* dict;
};
struct Traceback : Object {
  const Code* code;
  std::int64_t line;
  Traceback* next;
};
struct Exception : Object {
  Dict* dict;
  Tuple* args;
  Value cause;
  Value context;
  Traceback* traceback;
  bool suppress_context;
};
struct CodeObject : Object {
  Code* code;
};
struct Generator : Object {
  mayfly::CellWord cell;
  Frame* frame;  // null: finished
  Code* code;
  Str* name;
  Str* qualname;
  Value handled;  // the exception that it was handling when it yielded, or null
  bool running;
  bool started;
};
/// Iterators over what is held in `a` (and `b`), at `at`.
struct Iterator : Object {
  Value a;
  Value b;
  std::int64_t at;
  std::int64_t extra;
};

inline Tuple* as_tuple(Value v) { return reinterpret_cast<Tuple*>(v); }
inline List* as_list(Value v) { return reinterpret_cast<List*>(v); }
inline Dict* as_dict(Value v) { return reinterpret_cast<Dict*>(v); }
inline Str* as_str(Value v) { return reinterpret_cast<Str*>(v); }
inline Type* as_type(Value v) { return reinterpret_cast<Type*>(v); }
template <class T>
T* as(Value v) {
  return reinterpret_cast<T*>(v);
}

// ---- the static types ---------------------------------------------------------------------------------------------------------------------

extern Type object_type, type_type, int_type, bool_type, float_type, str_type, bytes_type, list_type, tuple_type, dict_type, set_type, frozenset_type,
    range_type, slice_type, none_type, not_implemented_type, ellipsis_type, cell_type, function_type, native_type, native_method_type, method_type,
    getset_type, property_type, classmethod_type, staticmethod_type, super_type, slot_member_type, module_type, traceback_type, code_type,
    generator_type;
extern Object none_object, true_object, false_object, not_implemented_object, ellipsis_object;

inline Value none() { return &none_object; }
inline Value boolean(bool b) { return b ? &true_object : &false_object; }
inline Value not_implemented() { return &not_implemented_object; }

inline Type* type_of(Value v) { return is_int(v) ? &int_type : v->type; }
bool is_subtype(const Type* type, const Type* base);
inline bool is_instance(Value v, const Type* type) { return type_of(v) == type || is_subtype(type_of(v), type); }
inline bool is_str(Value v) { return is_instance(v, &str_type); }
inline bool is_exact(Value v, const Type* type) { return type_of(v) == type; }
inline bool is_type(Value v) { return is_instance(v, &type_type); }
inline bool is_heap_type(const Type* t) { return (t->flags & kHeapType) != 0; }
/// Conversions (__index__, __int__, __float__) are methods in its dict: classes of the program, and proxies.
inline bool converts_by_methods(const Type* t) { return (t->flags & (kHeapType | kProxy)) != 0; }

}  // namespace minipy
