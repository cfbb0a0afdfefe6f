// The methods that str and bytes share. A kind K says what their items are:
//   K::Object, view(v), make(text), is(v)      the type
//   K::Char                                    Unicode or Ascii
//   length(v), offset(v, item), items(text)    items and bytes
//   code(text, at), append(out, code)          reads an item and goes on; adds one
//   want(v, text)                              TypeError, unless v is of the type; `text` begins str's message
//   pattern(v, out)                            what is looked for
#pragma once
#include <algorithm>

#include "runtime/builder.hpp"
#include "runtime/error.hpp"
#include "runtime/ops.hpp"
#include "runtime/str.hpp"
#include "types/sequence.hpp"
#include "types/types.hpp"

namespace minipy {

template <class K>
struct TextMethods {
  using Out = Builder<typename K::Object>;
  using Char = typename K::Char;
  static std::string_view view(Value v) { return K::view(v); }
  static Value make(std::string_view s) { return K::make(s); }

  // ---- white space, and characters to strip ---------------------------------------------------------------------------------------------------

  /// The width of the item at `at`.
  static std::size_t width(std::string_view s, std::size_t at) {
    std::size_t end = at;
    (void)K::code(s, end);
    return std::min(end, s.size()) - at;
  }
  static std::size_t last(std::string_view s) {  // where the last item begins
    std::size_t at = s.size() - 1;
    while (K::kMultibyte && at > 0 && (s[at] & 0xC0) == 0x80) --at;
    return at;
  }
  static bool space_at(std::string_view s, std::size_t at) { return Char::is_space(K::code(s, at)); }
  /// Without what `drop` says of the text and a place in it, at the ends.
  template <class F>
  static std::string_view trimmed(std::string_view s, bool left, bool right, F drop) {
    while (left && !s.empty() && drop(s, std::size_t{0})) s.remove_prefix(width(s, 0));
    while (right && !s.empty() && drop(s, last(s))) s.remove_suffix(s.size() - last(s));
    return s;
  }
  static Value strip_ends(Args a, bool left, bool right) {
    if (a.count < 2 || a[1] == none()) return make(trimmed(view(a[0]), left, right, space_at));
    if (!K::is(a[1]) && K::kMultibyte) return raise(exc::TypeError, "{}strip arg must be None or str", left && right ? "" : left ? "l" : "r");
    if (!K::want(a[1], "")) return nullptr;
    const std::string_view chars = view(a[1]);
    return make(trimmed(view(a[0]), left, right,
                        [chars](std::string_view s, std::size_t at) { return chars.find(s.substr(at, width(s, at))) != std::string_view::npos; }));
  }
  static Value strip(Args a) { return strip_ends(a, true, true); }
  static Value lstrip(Args a) { return strip_ends(a, true, false); }
  static Value rstrip(Args a) { return strip_ends(a, false, true); }

  // ---- searching ----------------------------------------------------------------------------------------------------------------------------

  /// The part of a[0] that a[at] and a[at + 1] say; false: an exception. `from`: its first byte; no part (start > stop): npos.
  static bool part(Args a, std::int64_t at, std::string_view* out, std::size_t* from) {
    const std::int64_t n = K::length(a[0]);
    std::int64_t start = 0, stop = 0;
    if (!range_of(a, at, n, &start, &stop)) return false;
    *from = std::string_view::npos;
    if (start > stop) return true;
    *from = usize(K::offset(a[0], start));
    *out = view(a[0]).substr(*from, usize(K::offset(a[0], stop)) - *from);
    return true;
  }
  static Value found(Args a, bool from_right, bool must) {
    std::string_view what, in;
    std::size_t from = 0;
    if (!K::pattern(a[1], &what) || !part(a, 2, &in, &from)) return nullptr;
    const std::size_t at = from == std::string_view::npos ? from : from_right ? in.rfind(what) : in.find(what);
    if (at != std::string_view::npos) return small_int(K::items(view(a[0]).substr(0, from + at)));
    return must ? raise(exc::ValueError, "{} not found", K::kMultibyte ? "substring" : "subsection") : small_int(-1);
  }
  static Value find(Args a) { return found(a, false, false); }
  static Value rfind(Args a) { return found(a, true, false); }
  static Value index(Args a) { return found(a, false, true); }
  static Value rindex(Args a) { return found(a, true, true); }
  static std::int64_t times(std::string_view s, std::string_view what) {
    if (what.empty()) return K::items(s) + 1;
    std::int64_t n = 0;
    for (std::size_t at = s.find(what); at != std::string_view::npos; at = s.find(what, at + what.size())) ++n;
    return n;
  }
  static Value count(Args a) {
    std::string_view what, in;
    std::size_t from = 0;
    if (!K::pattern(a[1], &what) || !part(a, 2, &in, &from)) return nullptr;
    return small_int(from == std::string_view::npos ? 0 : times(in, what));
  }
  static Value affix(Args a, const char* name, bool (*fits)(std::string_view, std::string_view)) {
    std::string_view in;
    std::size_t from = 0;
    const bool many = is_instance(a[1], &tuple_type);
    if (!many && !K::is(a[1]))
      return raise(exc::TypeError, "{} first arg must be {} or a tuple of {}, not {}", name, K::kName, K::kName, type_name(a[1]));
    if (!part(a, 2, &in, &from)) return nullptr;
    for (std::int64_t i = 0; i < (many ? as_tuple(a[1])->size : 1); ++i) {
      Value one = many ? as_tuple(a[1])->items[i] : a[1];
      if (!K::is(one) && K::kMultibyte) return raise(exc::TypeError, "tuple for {} must only contain str, not {}", name, type_name(one));
      if (!K::want(one, "")) return nullptr;
      if (from != std::string_view::npos && fits(in, view(one))) return boolean(true);
    }
    return boolean(false);
  }
  static Value startswith(Args a) {
    return affix(a, "startswith", [](std::string_view s, std::string_view end) { return s.starts_with(end); });
  }
  static Value endswith(Args a) {
    return affix(a, "endswith", [](std::string_view s, std::string_view end) { return s.ends_with(end); });
  }
  static Value removeprefix(Args a) {
    if (!K::want(a[1], "removeprefix() argument must be str")) return nullptr;
    return make(view(a[0]).starts_with(view(a[1])) ? view(a[0]).substr(view(a[1]).size()) : view(a[0]));
  }
  static Value removesuffix(Args a) {
    if (!K::want(a[1], "removesuffix() argument must be str")) return nullptr;
    return make(view(a[0]).ends_with(view(a[1])) ? view(a[0]).substr(0, view(a[0]).size() - view(a[1]).size()) : view(a[0]));
  }

  // ---- splitting and joining ------------------------------------------------------------------------------------------------------------------

  static bool add(List* out, std::string_view piece) {
    Value v = make(piece);
    return v != nullptr && list_append(out, v);
  }
  static bool split_spaces(List* out, std::string_view s, std::int64_t most, bool right) {
    for (;; --most) {
      s = trimmed(s, !right, right, space_at);
      if (s.empty()) return true;
      if (most == 0) return add(out, trimmed(s, right, !right, space_at));
      std::size_t at = right ? s.size() : 0;
      if (right)
        while (at > 0 && !space_at(s, last(s.substr(0, at)))) at = last(s.substr(0, at));
      else
        while (at < s.size() && !space_at(s, at)) at += width(s, at);
      if (!add(out, right ? s.substr(at) : s.substr(0, at))) return false;
      s = right ? s.substr(0, at) : s.substr(at);
    }
  }
  static bool split_at(List* out, std::string_view s, std::string_view by, std::int64_t most, bool right) {
    for (; most != 0; --most) {
      const std::size_t at = right ? s.rfind(by) : s.find(by);
      if (at == std::string_view::npos) break;
      if (!add(out, right ? s.substr(at + by.size()) : s.substr(0, at))) return false;
      s = right ? s.substr(0, at) : s.substr(at + by.size());
    }
    return add(out, s);
  }
  static Value split_from(Args args, bool right) {
    Value a[3];
    if (!unpack_args(args, right ? "rsplit" : "split", {"self", "sep", "maxsplit"}, 1, a)) return nullptr;
    std::int64_t most = -1;
    if (a[2] != nullptr && !index_of(a[2], &most)) return nullptr;
    List* out = list_new();
    const bool spaces = a[1] == nullptr || a[1] == none();
    if (out == nullptr || (!spaces && !K::want(a[1], "must be str or None"))) return nullptr;
    if (!spaces && view(a[1]).empty()) return raise(exc::ValueError, "empty separator");
    if (!(spaces ? split_spaces(out, view(a[0]), most, right) : split_at(out, view(a[0]), view(a[1]), most, right))) return nullptr;
    if (right) std::reverse(out->items, out->items + out->size);
    return out;
  }
  static Value split(Args a) { return split_from(a, false); }
  static Value rsplit(Args a) { return split_from(a, true); }
  static Value splitlines(Args args) {
    Value a[2];
    if (!unpack_args(args, "splitlines", {"self", "keepends"}, 1, a)) return nullptr;
    const int keep = a[1] == nullptr ? 0 : truth(a[1]);
    List* out = keep < 0 ? nullptr : list_new();
    for (std::string_view rest = view(a[0]); out != nullptr && !rest.empty();) {
      std::size_t end = 0, behind = 0;
      while (end < rest.size()) {
        behind = end;
        if (Char::is_line_end(K::code(rest, behind))) break;
        end = behind;
      }
      if (end < rest.size() && rest.substr(end, 2) == "\r\n") ++behind;
      if (!add(out, rest.substr(0, keep != 0 ? behind : end))) return nullptr;
      rest.remove_prefix(behind);
    }
    return out;
  }
  static Value partition_at(Args a, bool right) {
    if (!K::want(a[1], "must be str")) return nullptr;
    const std::string_view s = view(a[0]), by = view(a[1]);
    if (by.empty()) return raise(exc::ValueError, "empty separator");
    const std::size_t at = right ? s.rfind(by) : s.find(by);
    if (at == std::string_view::npos) return right ? tuple_of({make(""), make(""), a[0]}) : tuple_of({a[0], make(""), make("")});
    return tuple_of({make(s.substr(0, at)), a[1], make(s.substr(at + by.size()))});
  }
  static Value partition(Args a) { return partition_at(a, false); }
  static Value rpartition(Args a) { return partition_at(a, true); }
  static Value join(Args a) {
    if (!is_iterable(a[1])) return raise(exc::TypeError, "can only join an iterable");
    List* items = list_from(a[1]);
    if (items == nullptr) return nullptr;
    Out out;
    for (std::int64_t i = 0; i < items->size && !out.failed(); ++i) {
      Value item = items->items[i];
      if (!K::is(item)) return raise(exc::TypeError, "sequence item {}: expected {}, {} found", i, K::kItem, type_name(item));
      if (i > 0) out += view(a[0]);
      out += view(item);
    }
    return out.finish();
  }
  static Value replace(Args a) {
    std::int64_t most = -1;
    if (!K::want(a[1], "replace() argument 1 must be str") || !K::want(a[2], "replace() argument 2 must be str")) return nullptr;
    if (a.count > 3 && !index_of(a[3], &most)) return nullptr;
    const std::string_view s = view(a[0]), from = view(a[1]), to = view(a[2]);
    Out out;
    std::size_t at = 0;
    for (; most != 0 && !out.failed(); --most) {
      const std::size_t next = s.find(from, at);
      if (next == std::string_view::npos) break;
      out += s.substr(at, next - at);
      out += to;
      at = next + from.size();
      if (!from.empty()) continue;
      if (at >= s.size()) return out.finish();
      const std::size_t one = width(s, at);
      out += s.substr(at, one);
      at += one;
    }
    out += s.substr(at);
    return out.finish();
  }

  static bool define(Type& type) {
    return define_natives(type, {{"split", split, 1, 3, kMethod | kNames},
                                 {"rsplit", rsplit, 1, 3, kMethod | kNames},
                                 {"splitlines", splitlines, 1, 2, kMethod | kNames},
                                 {"join", join, 2, 2, kMethod},
                                 {"strip", strip, 1, 2, kMethod},
                                 {"lstrip", lstrip, 1, 2, kMethod},
                                 {"rstrip", rstrip, 1, 2, kMethod},
                                 {"replace", replace, 3, 4, kMethod},
                                 {"find", find, 2, 4, kMethod},
                                 {"rfind", rfind, 2, 4, kMethod},
                                 {"index", index, 2, 4, kMethod},
                                 {"rindex", rindex, 2, 4, kMethod},
                                 {"count", count, 2, 4, kMethod},
                                 {"startswith", startswith, 2, 4, kMethod},
                                 {"endswith", endswith, 2, 4, kMethod},
                                 {"removeprefix", removeprefix, 2, 2, kMethod},
                                 {"removesuffix", removesuffix, 2, 2, kMethod},
                                 {"partition", partition, 2, 2, kMethod},
                                 {"rpartition", rpartition, 2, 2, kMethod}});
  }
};

}  // namespace minipy
