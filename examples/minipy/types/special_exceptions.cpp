// OSError, SyntaxError, UnicodeDecodeError and UnicodeEncodeError: their arguments have meanings.
#include <string>

#include "runtime/names.hpp"
#include "runtime/str.hpp"
#include "runtime/table.hpp"
#include "types/exceptions.hpp"
#include "types/types.hpp"

namespace minipy {

namespace {
Tuple* args_of(Value v) { return as<Exception>(v)->args; }
Value own(Value v, Str* name) { return as<Exception>(v)->dict == nullptr ? nullptr : dict_get_name(as<Exception>(v)->dict, name); }
bool set_own(Value v, Str* name, Value value) {
  Dict* dict = instance_dict(v);
  return dict != nullptr && dict_set_name(dict, name, value);
}

// ---- OSError(errno, text, file) -------------------------------------------------------------------------------------------------------------

/// OSError itself becomes the class of its errno.
Value os_error_construct(Type* cls, Args args) {
  if (cls == &exc::OSError && args.count >= 2 && is_int(args[0])) cls = &os_error_type(int_of(args[0]));
  return exception_construct(cls, args);
}
bool os_error_init(Value self, Args args) {
  if (!exception_init(self, args)) return false;
  if (args.count < 3 || args.count > 5) return true;
  Tuple* two = tuple_from(args.values, 2);  // the file is no argument
  if (two == nullptr) return false;
  as<Exception>(self)->args = two;
  return args[2] == none() || set_own(self, names::filename, args[2]);
}
Value os_error_str(Value v) {
  if (args_of(v)->size < 2) return exception_str(v);
  Value file = own(v, names::filename);
  Str *number = to_str(exception_argument(v, 0)), *text = to_str(exception_argument(v, 1)), *path = file == nullptr ? nullptr : repr(file);
  if (number == nullptr || text == nullptr || error_pending()) return nullptr;
  return str_new(path == nullptr ? format_text("[Errno {}] {}", number, text) : format_text("[Errno {}] {}: {}", number, text, path));
}
Value os_errno(Value v) { return args_of(v)->size >= 2 ? exception_argument(v, 0) : none(); }
Value os_strerror(Value v) { return exception_argument(v, 1); }
Value os_filename(Value v) { return or_none(own(v, names::filename)); }
bool os_set_filename(Value v, Value value) { return set_own(v, names::filename, value != nullptr ? value : none()); }

// ---- SyntaxError(text, (file, line, column, source)) ------------------------------------------------------------------------------------------

constexpr const char* kPlaces[] = {"filename", "lineno", "offset", "text", "end_lineno", "end_offset"};

bool syntax_error_init(Value self, Args args) {
  if (!exception_init(self, args)) return false;
  if (args.count > 0 && !set_own(self, names::msg, args[0])) return false;
  if (args.count != 2) return true;
  Tuple* place = tuple_from_iterable(args[1]);
  if (place == nullptr) return false;
  if (place->size != 4 && place->size != 6) return raise(exc::TypeError, "function missing required argument 'offset' (pos 3)"), false;
  for (std::int64_t i = 0; i < place->size; ++i)
    if (!set_own(self, intern(kPlaces[i]), place->items[i])) return false;
  return true;
}
Value syntax_error_str(Value v) {
  Value text = own(v, names::msg), file = own(v, names::filename), line = own(v, intern("lineno"));
  Str* message = text == nullptr ? as_str(exception_str(v)) : to_str(text);
  if (message == nullptr) return nullptr;
  const bool has_file = file != nullptr && is_str(file), has_line = line != nullptr && is_int(line);
  const std::string_view path = has_file ? as_str(file)->view() : std::string_view{};
  const std::string_view name = path.substr(path.rfind('/') + 1);
  if (has_file && has_line) return str_new(format_text("{} ({}, line {})", message, name, int_of(line)));
  if (has_line) return str_new(format_text("{} (line {})", message, int_of(line)));
  return has_file ? str_new(format_text("{} ({})", message, name)) : message;
}

// ---- UnicodeDecodeError(codec, bytes, start, end, reason), UnicodeEncodeError with a text ----------------------------------------------------------

Value unicode_error_str(Value v) {
  Value* a = args_of(v)->items;
  if (args_of(v)->size != 5 || !is_str(a[0]) || !is_int(a[2]) || !is_int(a[3])) return exception_str(v);
  const std::int64_t start = int_of(a[2]), end = int_of(a[3]);
  const bool decoding = is_subtype(type_of(v), &exc::UnicodeDecodeError), one = end == start + 1 && start >= 0;
  Str* reason = to_str(a[4]);
  if (reason == nullptr) return nullptr;
  std::string what = fmt::format("{} in position {}-{}", decoding ? "bytes" : "characters", start, end - 1);
  if (one && decoding && is_instance(a[1], &bytes_type) && start < as<Bytes>(a[1])->size)
    what = fmt::format("byte 0x{:02x} in position {}", static_cast<unsigned char>(as<Bytes>(a[1])->data[start]), start);
  if (one && !decoding && is_str(a[1]) && start < as_str(a[1])->length) {
    Str* c = str_slice(as_str(a[1]), start, end, 1);
    Str* shown_text = c == nullptr ? nullptr : str_ascii(c);
    if (shown_text == nullptr) return nullptr;
    what = format_text("character '{}' in position {}", shown_text, start);
  }
  return str_new(format_text("'{}' codec can't {} {}: {}", as_str(a[0]), decoding ? "decode" : "encode", what, reason));
}
template <int I>
Value part(Value v) {
  return exception_argument(v, I);
}
}  // namespace

const Slots os_error_slots = {
    .construct = os_error_construct, .init = os_error_init, .repr = exception_repr, .str = os_error_str, .hash = address_hash};
const Slots syntax_error_slots = {
    .construct = exception_construct, .init = syntax_error_init, .repr = exception_repr, .str = syntax_error_str, .hash = address_hash};
const Slots unicode_error_slots = {
    .construct = exception_construct, .init = exception_init, .repr = exception_repr, .str = unicode_error_str, .hash = address_hash};

void init_special_exceptions() {
  define_getsets(exc::OSError, {{"errno", os_errno}, {"strerror", os_strerror}, {"filename", os_filename, os_set_filename}});
  for (Type* t : {&exc::UnicodeDecodeError, &exc::UnicodeEncodeError})
    define_getsets(*t, {{"encoding", part<0>}, {"object", part<1>}, {"start", part<2>}, {"end", part<3>}, {"reason", part<4>}});
  const auto absent = [](Type& type, std::initializer_list<const char*> all) {
    for (const char* name : all) (void)dict_set_name(type.dict, intern(name), none());
  };
  absent(exc::SyntaxError, {"msg", "filename", "lineno", "offset", "text", "end_lineno", "end_offset", "print_file_and_line"});
  absent(exc::ImportError, {"name", "path", "msg"});
  absent(exc::AttributeError, {"name", "obj"});
  absent(exc::NameError, {"name"});
}

}  // namespace minipy
