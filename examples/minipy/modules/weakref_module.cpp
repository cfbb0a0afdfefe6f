// _weakref: weak references, proxies, finalizers, and the tables below the weak containers.
#include "modules/modules.hpp"
#include "modules/weakref.hpp"
#include "runtime/error.hpp"
#include "runtime/str.hpp"
#include "runtime/table.hpp"
#include "vm/host_mayfly.hpp"

namespace minipy {

namespace {
Value proxy(Args a) {
  Value callback = a.count > 1 && a[1] != none() ? a[1] : nullptr;
  return ref_new(is_callable(a[0]) ? &callable_proxy_type : &proxy_type, a[0], callback, mayfly::RefKind::proxy);
}

Value getweakrefcount(Args a) { return small_int(supports_weak_refs(a[0]) ? ssize(mayfly::count(referent(a[0]))) : 0); }

Value getweakrefs(Args a) {
  List* list = list_new();
  if (list == nullptr || !supports_weak_refs(a[0])) return list;
  const auto add = [](void* to, mayfly::RefNode& node) { (void)list_append(static_cast<List*>(to), static_cast<Value>(mayfly::holder(node))); };
  const mayfly::Status status = mayfly::each(referent(a[0]), add, list);
  if (status != mayfly::Status::ok) return raise_status(status, a[0]);
  return error_pending() ? nullptr : list;
}

/// Removes dict[key] if it is a dead ref.
Value remove_dead_weakref(Args a) {
  if (!is_instance(a[0], &dict_type)) return raise(exc::TypeError, "_remove_dead_weakref() argument 1 must be dict, not {}", type_name(a[0]));
  Value ref = nullptr;
  const Found found = dict_get(as_dict(a[0]), a[1], &ref);
  if (found != Found::yes) return done(found != Found::error);
  if (!is_instance(ref, &ref_type)) return raise(exc::TypeError, "not a weakref");
  return done(ref_target(ref) != nullptr || dict_delete(as_dict(a[0]), a[1]) != Found::error);
}
}  // namespace

bool fill_weakref(Module* module) {
  if (!init_refs() || !init_proxies() || !init_finalize() || !init_weak_tables()) return false;
  const std::pair<const char*, Type*> types[] = {{"ref", &ref_type},
                                                 {"ReferenceType", &ref_type},
                                                 {"ProxyType", &proxy_type},
                                                 {"CallableProxyType", &callable_proxy_type},
                                                 {"KeyedRef", &keyed_ref_type},
                                                 {"WeakMethod", &method_ref_type},
                                                 {"finalize", &finalize_type},
                                                 {"ValueTable", &value_table_type},
                                                 {"KeyTable", &key_table_type},
                                                 {"SetTable", &set_table_type}};
  for (const auto& [name, type] : types)
    if (!define(module, name, type)) return false;
  return define(module, {{"proxy", proxy, 1, 2},
                         {"getweakrefcount", getweakrefcount, 1, 1, kWeakRead},
                         {"getweakrefs", getweakrefs, 1, 1, kWeakRead},
                         {"_remove_dead_weakref", remove_dead_weakref, 2, 2, kWeakRead}});
}

}  // namespace minipy
