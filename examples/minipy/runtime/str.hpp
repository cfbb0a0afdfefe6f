// Texts: making and interning them.
#pragma once
#include <string>
#include <string_view>

#include "base/utf8.hpp"
#include "runtime/object.hpp"

namespace minipy {

/// A text of these bytes, which must be valid UTF-8 (see valid_utf8). Null with MemoryError.
Str* str_new(std::string_view text);
/// With room for `bytes` bytes that the caller fills before it calls str_finish().
Str* str_room(std::int64_t bytes);
Str* str_finish(Str* s);
/// The one text of these bytes that is used as a name. Lives forever.
Str* intern(std::string_view text);
Str* intern(Str* text);
std::uint64_t str_hash(Str* s);
/// Never 0; that of a text of the same bytes.
std::uint64_t hash_bytes(std::string_view data);
inline bool str_equal(const Str* a, const Str* b) { return a == b || a->view() == b->view(); }
/// Bytes that are no UTF-8, and why.
struct BadUtf8 {
  std::size_t start, end;
  const char* reason;
};
/// The first at or behind `at`; false: there are none. Surrogates are none.
bool find_bad_utf8(std::string_view text, std::size_t at, BadUtf8& bad);
inline bool valid_utf8(std::string_view text) {
  BadUtf8 bad;
  return !find_bad_utf8(text, 0, bad);
}

/// Byte offset of the code point `index`. O(1) for ASCII.
std::int64_t str_offset(const Str* s, std::int64_t index);
std::int64_t utf8_length(std::string_view text);
Str* str_slice(const Str* s, std::int64_t start, std::int64_t stop, std::int64_t step);

Bytes* bytes_new(std::string_view data);
/// With room for `size` bytes that the caller fills.
Bytes* bytes_room(std::int64_t size);

/// Escaped and quoted as in Python.
std::string quoted(std::string_view text);
Str* str_quoted(std::string_view text);
Str* bytes_quoted(std::string_view data);
/// With what is not ASCII escaped.
Str* str_ascii(Str* text);

}  // namespace minipy
