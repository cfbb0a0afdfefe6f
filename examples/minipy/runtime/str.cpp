#include "runtime/str.hpp"

#include <algorithm>
#include <cstring>

#include "base/unicode.hpp"
#include "runtime/builder.hpp"
#include "runtime/table.hpp"

namespace minipy {

namespace {
Dict* interned() {
  static Dict* dict = [] {
    auto* d = static_cast<Dict*>(allocate_root(sizeof(Dict)));
    d->type = &dict_type;
    return d;
  }();
  return dict;
}
}  // namespace

std::uint64_t hash_bytes(std::string_view text) {
  std::uint64_t h = 0x9E3779B97F4A7C15ull ^ text.size();
  std::size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + i, 8);
    h = (h ^ word) * 0xD6E8FEB86659FD93ull;
    h ^= h >> 32;
  }
  std::uint64_t tail = 0;
  std::memcpy(&tail, text.data() + i, text.size() - i);
  h = (h ^ tail) * 0xD6E8FEB86659FD93ull;
  h ^= h >> 32;
  h = (h * 0xD6E8FEB86659FD93ull) >> 3;
  return h != 0 ? h : 1;
}

Str* str_room(std::int64_t bytes) {
  auto* s = static_cast<Str*>(allocate_plain(sizeof(Str) + usize(bytes)));
  if (s == nullptr) return nullptr;
  s->type = &str_type;
  s->hash = 0;
  s->bytes = s->length = bytes;
  s->data[bytes] = '\0';
  return s;
}
Str* str_finish(Str* s) {
  s->length = utf8_length(s->view());
  return s;
}
Str* str_new(std::string_view text) {
  Str* s = str_room(ssize(text.size()));
  if (s == nullptr) return nullptr;
  std::copy(text.begin(), text.end(), s->data);
  return str_finish(s);
}

std::uint64_t str_hash(Str* s) {
  if (s->hash == 0) s->hash = hash_bytes(s->view());
  return s->hash;
}

Str* intern(std::string_view text) {
  Dict* all = interned();
  if (Entry* e = table_find_text(all->table, text, hash_bytes(text))) return as_str(e->key);
  Str* s = str_new(text);
  if (s != nullptr) (void)table_set(all->table, s, str_hash(s), s);
  return s;
}
Str* intern(Str* text) {
  Dict* all = interned();
  if (Entry* e = table_find_text(all->table, text->view(), str_hash(text))) return as_str(e->key);
  Str* s = text->type == &str_type ? text : str_new(text->view());
  if (s != nullptr) (void)table_set(all->table, s, str_hash(s), s);
  return s;
}

std::int64_t utf8_length(std::string_view text) {
  std::int64_t n = 0;
  for (const char c : text) n += (c & 0xC0) != 0x80;
  return n;
}

bool find_bad_utf8(std::string_view text, std::size_t at, BadUtf8& bad) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  while (at < text.size()) {
    const unsigned char first = byte(at);
    const std::size_t n = first < 0x80 ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
    if (n == 0) return bad = {at, at + 1, "invalid start byte"}, true;
    for (std::size_t i = 1; i < n; ++i) {
      if (at + i >= text.size()) return bad = {at, text.size(), "unexpected end of data"}, true;
      unsigned char least = 0x80, most = 0xBF;
      if (i == 1 && first == 0xE0) least = 0xA0;
      if (i == 1 && first == 0xED) most = 0x9F;
      if (i == 1 && first == 0xF0) least = 0x90;
      if (i == 1 && first == 0xF4) most = 0x8F;
      if (byte(at + i) < least || byte(at + i) > most) return bad = {at, at + i, "invalid continuation byte"}, true;
    }
    at += n;
  }
  return false;
}

std::int64_t str_offset(const Str* s, std::int64_t index) {
  if (s->ascii()) return index;
  std::int64_t at = 0;
  for (; index > 0 && at < s->bytes; --index) do
      ++at;
    while (at < s->bytes && (s->data[at] & 0xC0) == 0x80);
  return at;
}

namespace {
std::int64_t next_offset(const Str* s, std::int64_t at) {
  if (at < s->bytes) ++at;
  while (at < s->bytes && (s->data[at] & 0xC0) == 0x80) ++at;
  return at;
}
std::int64_t previous_offset(const Str* s, std::int64_t at) {
  if (at > 0) --at;
  while (at > 0 && (s->data[at] & 0xC0) == 0x80) --at;
  return at;
}
}  // namespace

Str* str_slice(const Str* s, std::int64_t start, std::int64_t stop, std::int64_t step) {
  if (step == 1) {
    if (start >= stop) return str_new("");
    const std::int64_t from = str_offset(s, start), to = s->ascii() ? stop : from + str_offset(s, stop) - str_offset(s, start);
    return str_new(s->view().substr(usize(from), usize(to - from)));
  }
  TextBuilder out;
  std::int64_t index = start, at = str_offset(s, start);
  const std::int64_t hop = std::min(step > 0 ? step : -step, s->length);
  while (!out.failed() && (step > 0 ? index < stop : index > stop)) {
    const std::int64_t from = at;
    for (std::int64_t k = 0; k < hop; ++k) at = step > 0 ? next_offset(s, at) : previous_offset(s, at);
    out += s->view().substr(usize(from), usize(next_offset(s, from) - from));
    index += step;
  }
  return out.finish();
}

Bytes* bytes_room(std::int64_t size) {
  auto* b = static_cast<Bytes*>(allocate_plain(sizeof(Bytes) + usize(size)));
  if (b == nullptr) return nullptr;
  b->type = &bytes_type;
  b->size = size;
  b->data[size] = '\0';
  return b;
}
Bytes* bytes_new(std::string_view data) {
  Bytes* b = bytes_room(ssize(data.size()));
  if (b != nullptr) std::memcpy(b->data, data.data(), data.size());
  return b;
}

namespace {
constexpr char kHex[] = "0123456789abcdef";

template <class Out>
void escape(Out& out, std::uint32_t c, char quote) {
  const auto hex = [&](const char* mark, int digits) {
    out += mark;
    for (; digits > 0; --digits) out += kHex[c >> (4 * (digits - 1)) & 15];
  };
  if (c == static_cast<unsigned char>(quote) || c == '\\')
    out += '\\', out += static_cast<char>(c);
  else if (c == '\n')
    out += "\\n";
  else if (c == '\r')
    out += "\\r";
  else if (c == '\t')
    out += "\\t";
  else if (c < 0x100)
    hex("\\x", 2);
  else if (c < 0x10000)
    hex("\\u", 4);
  else
    hex("\\U", 8);
}
char quote_for(std::string_view text) { return text.find('\'') != std::string_view::npos && text.find('"') == std::string_view::npos ? '"' : '\''; }
bool plain(std::uint32_t c, char quote) { return c >= 32 && c < 127 && c != static_cast<unsigned char>(quote) && c != '\\'; }

template <class Out>
void quote_into(Out& out, std::string_view text) {
  const char quote = quote_for(text);
  out += quote;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = at;
    const std::uint32_t c = decode_utf8(text, at);
    if (plain(c, quote) || (c >= 0x80 && Unicode::is_printable(c)))
      out += text.substr(start, at - start);
    else
      escape(out, c, quote);
  }
  out += quote;
}
}  // namespace

std::string quoted(std::string_view text) {
  std::string out;
  quote_into(out, text);
  return out;
}
Str* str_quoted(std::string_view text) {
  TextBuilder out(ssize(text.size()) + 2);
  quote_into(out, text);
  return out.finish();
}
Str* str_ascii(Str* text) {
  if (text->ascii()) return text;
  TextBuilder out(text->bytes);
  for (std::size_t at = 0; at < usize(text->bytes) && !out.failed();) {
    const std::uint32_t c = decode_utf8(text->view(), at);
    c < 0x80 ? void(out += static_cast<char>(c)) : escape(out, c, 0);
  }
  return out.finish();
}
Str* bytes_quoted(std::string_view data) {
  const char quote = quote_for(data);
  TextBuilder out(ssize(data.size()) + 3);
  out += 'b', out += quote;
  for (const char raw : data) {
    const auto c = static_cast<unsigned char>(raw);
    plain(c, quote) ? void(out += raw) : escape(out, c, quote);
  }
  out += quote;
  return out.finish();
}

}  // namespace minipy
