// The methods about case, classes of characters, and filling that str and bytes share. For kinds see text_methods.hpp.
#pragma once
#include <algorithm>

#include "runtime/builder.hpp"
#include "runtime/error.hpp"
#include "runtime/ops.hpp"

namespace minipy {

template <class K>
struct CaseMethods {
  using Out = Builder<typename K::Object>;
  using Char = typename K::Char;
  static std::string_view view(Value v) { return K::view(v); }

  // ---- case ---------------------------------------------------------------------------------------------------------------------------------

  template <class F>
  static Value mapped(Args a, F f) {
    Out out(ssize(view(a[0]).size()));
    for (std::size_t at = 0; at < view(a[0]).size() && !out.failed();) f(K::code(view(a[0]), at), out);
    return out.finish();
  }
  static Value lower(Args a) {
    return mapped(a, [](std::uint32_t c, Out& out) { K::append(out, Char::lower(c)); });
  }
  static void append_upper(Out& out, std::uint32_t c) {
    if (c == 0xDF && K::kMultibyte)
      out += "SS";
    else
      K::append(out, Char::upper(c));
  }
  static Value upper(Args a) {
    return mapped(a, [](std::uint32_t c, Out& out) { append_upper(out, c); });
  }
  static Value swapcase(Args a) {
    return mapped(a, [](std::uint32_t c, Out& out) { Char::is_lower(c) ? append_upper(out, c) : K::append(out, Char::lower(c)); });
  }
  static Value capitalize(Args a) {
    bool first = true;
    return mapped(a, [&](std::uint32_t c, Out& out) {
      K::append(out, first ? Char::upper(c) : Char::lower(c));
      first = false;
    });
  }
  static Value title(Args a) {
    bool inside = false;
    return mapped(a, [&](std::uint32_t c, Out& out) {
      K::append(out, inside ? Char::lower(c) : Char::upper(c));
      inside = Char::is_lower(c) || Char::is_upper(c);
    });
  }

  /// Not empty, and all items are so.
  template <class F>
  static Value all(Args a, F f) {
    for (std::size_t at = 0; at < view(a[0]).size();)
      if (!f(K::code(view(a[0]), at))) return boolean(false);
    return boolean(!view(a[0]).empty());
  }
  static bool is_ascii_digit(std::uint32_t c) { return c >= '0' && c <= '9'; }
  static Value isdigit(Args a) { return all(a, is_ascii_digit); }
  static Value isspace(Args a) { return all(a, Char::is_space); }
  static Value isalpha(Args a) { return all(a, Char::is_alpha); }
  static Value isalnum(Args a) {
    return all(a, [](std::uint32_t c) { return Char::is_alpha(c) || is_ascii_digit(c); });
  }
  /// There is one of the wanted case, and none of the other.
  static Value of_case(Args a, bool (*wanted)(std::uint32_t), bool (*other)(std::uint32_t)) {
    bool some = false;
    for (std::size_t at = 0; at < view(a[0]).size();) {
      const std::uint32_t c = K::code(view(a[0]), at);
      if (other(c)) return boolean(false);
      some = some || wanted(c);
    }
    return boolean(some);
  }
  static Value islower(Args a) { return of_case(a, Char::is_lower, Char::is_upper); }
  static Value isupper(Args a) { return of_case(a, Char::is_upper, Char::is_lower); }
  static Value istitle(Args a) {
    bool inside = false, some = false;
    for (std::size_t at = 0; at < view(a[0]).size();) {
      const std::uint32_t c = K::code(view(a[0]), at);
      const bool up = Char::is_upper(c), low = Char::is_lower(c);
      if ((up && inside) || (low && !inside)) return boolean(false);
      inside = up || low;
      some = some || inside;
    }
    return boolean(some);
  }
  static Value isascii(Args a) {
    return boolean(std::none_of(view(a[0]).begin(), view(a[0]).end(), [](char c) { return (c & 0x80) != 0; }));
  }

  // ---- filling ------------------------------------------------------------------------------------------------------------------------------

  static bool fill_of(Args a, const char* name, std::string_view* fill) {
    *fill = " ";
    if (a.count < 3) return true;
    if (!K::is(a[2]) || K::length(a[2]) != 1) return K::raise_fill(a[2], name), false;
    return *fill = view(a[2]), true;
  }
  enum class Side : std::uint8_t { left, both, right };  // where it is filled
  static Value pad(Args a, const char* name, Side side) {
    std::int64_t wanted = 0;
    std::string_view fill;
    if (!index_of(a[1], &wanted) || !fill_of(a, name, &fill)) return nullptr;
    const std::int64_t missing = std::max<std::int64_t>(wanted - K::length(a[0]), 0);
    const std::int64_t left = side == Side::both ? missing / 2 + (missing & wanted & 1) : side == Side::left ? missing : 0;
    Out out;
    out.repeat(fill, left);
    out += view(a[0]);
    out.repeat(fill, missing - left);
    return out.finish();
  }
  static Value ljust(Args a) { return pad(a, "ljust", Side::right); }
  static Value rjust(Args a) { return pad(a, "rjust", Side::left); }
  static Value center(Args a) { return pad(a, "center", Side::both); }
  static Value zfill(Args a) {
    std::int64_t wanted = 0;
    if (!index_of(a[1], &wanted)) return nullptr;
    const std::string_view s = view(a[0]);
    const std::size_t sign = !s.empty() && (s[0] == '-' || s[0] == '+') ? 1 : 0;
    Out out;
    out += s.substr(0, sign);
    out.repeat("0", wanted - K::length(a[0]));
    out += s.substr(sign);
    return out.finish();
  }
  static Value expandtabs(Args args) {
    Value a[2];
    std::int64_t tab = 8, column = 0;
    if (!unpack_args(args, "expandtabs", {"self", "tabsize"}, 1, a) || (a[1] != nullptr && !index_of(a[1], &tab))) return nullptr;
    return mapped(Args{a, 1}, [&](std::uint32_t c, Out& out) {
      if (c == '\t') {
        const std::int64_t n = tab > 0 ? tab - column % tab : 0;
        out.repeat(" ", n);
        column += n;
        return;
      }
      K::append(out, c);
      column = c == '\n' || c == '\r' ? 0 : column + 1;
    });
  }

  static bool define(Type& type) {
    return define_natives(type, {{"lower", lower, 1, 1, kMethod}, {"upper", upper, 1, 1, kMethod}, {"swapcase", swapcase, 1, 1, kMethod}, {"capitalize", capitalize, 1, 1, kMethod}, {"title", title, 1, 1, kMethod}, {"isdigit", isdigit, 1, 1, kMethod}, {"isspace", isspace, 1, 1, kMethod}, {"isalpha", isalpha, 1, 1, kMethod}, {"isalnum", isalnum, 1, 1, kMethod}, {"islower", islower, 1, 1, kMethod}, {"isupper", isupper, 1, 1, kMethod}, {"istitle", istitle, 1, 1, kMethod}, {"isascii", isascii, 1, 1, kMethod}, {"ljust", ljust, 2, 3, kMethod}, {"rjust", rjust, 2, 3, kMethod}, {"center", center, 2, 3, kMethod}, {"zfill", zfill, 2, 2, kMethod}, {"expandtabs", expandtabs, 1, 2, kMethod | kNames}});
  }
};

}  // namespace minipy
