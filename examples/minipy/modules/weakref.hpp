// What the files of the module _weakref share: the shapes of its objects, which embed nodes and tables of mayfly.
#pragma once
#include <algorithm>
#include <mayfly/node.hpp>
#include <string>

#include "runtime/object.hpp"

namespace minipy {

struct Ref : Object {  // ref, and proxies
  mayfly::RefNode node;
};
struct KeyedRef : Ref {  // to a value of a WeakValueDictionary
  Value key;
};
struct MethodRef : Object {  // WeakMethod: a ref to the object, with one to the function behind it
  mayfly::MethodNode node;
  Value method_type;
  mayfly::CellWord cell;
};
static_assert(offsetof(Ref, node) == offsetof(MethodRef, node) && offsetof(mayfly::MethodNode, object) == 0);

extern Type ref_type, keyed_ref_type, method_ref_type, proxy_type, callable_proxy_type, finalize_type, value_table_type, key_table_type,
    set_table_type;

/// Or TypeError: cannot create weak reference to ...
bool check_weak_target(Value v);
/// A new ref object of that type, or the canonical one that exists already. `callback` may be null.
Value ref_new(Type* type, Value target, Value callback, mayfly::RefKind kind);
/// The referent or null. No exception.
inline Value ref_target(Value ref) { return static_cast<Value>(mayfly::get(as<Ref>(ref)->node)); }
inline bool is_proxy(Value v) { return !is_int(v) && (v->type->flags & kProxy) != 0; }
/// mayfly::describe() and its like, as a text.
template <class Describe>
std::string described(Describe describe) {
  std::string text(200, '\0');
  const std::size_t length = describe(text.data(), text.size());
  if (length >= text.size()) {
    text.resize(length + 1);
    (void)describe(text.data(), text.size());
  }
  text.resize(std::min(length, text.size() - 1));
  return text;
}

bool init_refs();
bool init_proxies();
bool init_finalize();
bool init_weak_tables();
/// Of all finalizers: at exit, when none is called any more.
void forget_finalizers();
/// They read weak references: classes of the program that are derived from them too.
bool mark_weak_reader(Type& type);

}  // namespace minipy
