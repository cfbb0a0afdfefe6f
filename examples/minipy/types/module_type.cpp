// Modules.
#include "runtime/error.hpp"
#include "runtime/names.hpp"
#include "runtime/ops.hpp"
#include "runtime/str.hpp"
#include "runtime/table.hpp"
#include "types/types.hpp"

namespace minipy {

Module* module_new(std::string_view name) {
  auto* m = static_cast<Module*>(allocate(sizeof(Module)));
  if (m == nullptr || (m->dict = dict_new()) == nullptr) return nullptr;
  m->type = &module_type;
  return dict_set_name(m->dict, names::__name__, str_new(name)) && dict_set_name(m->dict, names::__doc__, none()) ? m : nullptr;
}

namespace {
Value module_construct(Type* cls, Args) {
  Value v = allocate_instance(cls);
  if (v != nullptr) as<Module>(v)->dict = dict_new();
  return v != nullptr && as<Module>(v)->dict != nullptr ? v : nullptr;
}
bool module_init(Value self, Args args) {
  Value a[2];
  if (!unpack_args(args, "module", {"name", "doc"}, 1, a)) return false;
  if (!is_str(a[0])) return raise(exc::TypeError, "module() argument 1 must be str, not {}", type_name(a[0])), false;
  Dict* d = as<Module>(self)->dict;
  return dict_set_name(d, names::__name__, a[0]) && dict_set_name(d, names::__doc__, a[1] != nullptr ? a[1] : none());
}
Value own(Value v, Str* name) { return dict_get_name(as<Module>(v)->dict, name); }
Value module_repr(Value v) {
  Value name = own(v, names::__name__), file = own(v, names::__file__);
  const std::string quoted_name = name == nullptr ? "'?'" : repr_text(name);
  const char* built_in = own(v, names::__package__) == nullptr ? "" : " (built-in)";
  return str_new(file == nullptr ? fmt::format("<module {}{}>", quoted_name, built_in)
                                 : fmt::format("<module {} from {}>", quoted_name, repr_text(file)));
}
Value module_getattr(Value v, Str* name) {
  Value found = find_generic_attr(v, name);
  if (found != nullptr || error_pending()) return found;
  if (Value hook = own(v, names::__getattr__)) return call(hook, {name});
  Value module = own(v, names::__name__);
  return raise(exc::AttributeError, "module {} has no attribute '{}'", module == nullptr ? "'?'" : repr_text(module), name);
}

constexpr Slots kModule = {.construct = module_construct, .init = module_init, .repr = module_repr, .hash = address_hash, .getattr = module_getattr};
}  // namespace

Type module_type =
    builtin_type("module", &kModule,
                 {.flags = kWeakRefable, .size = sizeof(Module), .dict_offset = offsetof(Module, dict), .cell_offset = offsetof(Module, cell)});

void init_module_type() { ready_type(module_type); }

}  // namespace minipy
