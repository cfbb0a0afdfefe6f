// The module builtins: its types, exceptions and constants. The functions are in builtins_*.cpp.
#include "modules/builtins.hpp"

#include "runtime/error.hpp"
#include "types/types.hpp"

namespace minipy {

namespace {
struct NamedType {
  const char* name;
  Type* type;
};
constexpr NamedType kTypes[] = {{"object", &object_type},
                                {"type", &type_type},
                                {"int", &int_type},
                                {"bool", &bool_type},
                                {"float", &float_type},
                                {"str", &str_type},
                                {"bytes", &bytes_type},
                                {"list", &list_type},
                                {"tuple", &tuple_type},
                                {"dict", &dict_type},
                                {"set", &set_type},
                                {"frozenset", &frozenset_type},
                                {"range", &range_type},
                                {"slice", &slice_type},
                                {"property", &property_type},
                                {"classmethod", &classmethod_type},
                                {"staticmethod", &staticmethod_type},
                                {"super", &super_type},
                                {"enumerate", &enumerate_type},
                                {"zip", &zip_type},
                                {"map", &map_type},
                                {"filter", &filter_type},
                                {"reversed", &reversed_type},
                                {"IOError", &exc::OSError},
                                {"EnvironmentError", &exc::OSError},
                                {"BaseException", &exc::BaseException},
#define MINIPY_ENTRY(name, base) {#name, &exc::name},
                                MINIPY_EXCEPTIONS(MINIPY_ENTRY)
#undef MINIPY_ENTRY
};

bool define_types(Module* m) {
  for (const NamedType& entry : kTypes)
    if (!define(m, entry.name, entry.type)) return false;
  return true;
}
bool define_constants(Module* m) {
  return define(m, "None", none()) && define(m, "True", boolean(true)) && define(m, "False", boolean(false)) &&
         define(m, "Ellipsis", &ellipsis_object) && define(m, "NotImplemented", not_implemented()) && define(m, "__debug__", boolean(true));
}
}  // namespace

bool fill_builtins(Module* m) {
  return define_types(m) && define_constants(m) && define_class_builtins(m) && define_name_builtins(m) && define_number_builtins(m) &&
         define_iteration_builtins(m) && define_io_builtins(m);
}

}  // namespace minipy
