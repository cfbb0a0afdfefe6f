#include "runtime/str.hpp"

#include <cstring>

#include "runtime/table.hpp"
#include "syntax/lexer.hpp"

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
}  // namespace

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
  std::memcpy(s->data, text.data(), text.size());
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

std::uint32_t decode_utf8(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(i < text.size() ? text[i] : 0)); };
  const std::uint32_t first = byte(at);
  const auto cont = [&](std::size_t i) { return byte(at + i) & 63; };
  std::uint32_t code = first;
  std::size_t n = 1;
  if (first >= 0xF0)
    code = (first & 7) << 18 | cont(1) << 12 | cont(2) << 6 | cont(3), n = 4;
  else if (first >= 0xE0)
    code = (first & 15) << 12 | cont(1) << 6 | cont(2), n = 3;
  else if (first >= 0xC0)
    code = (first & 31) << 6 | cont(1), n = 2;
  at += n;
  return code;
}

bool valid_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto first = static_cast<unsigned char>(text[at]);
    const std::size_t n = first < 0x80                    ? 1
                          : first >= 0xC2 && first < 0xE0 ? 2
                          : first >= 0xE0 && first < 0xF0 ? 3
                          : first >= 0xF0 && first < 0xF5 ? 4
                                                          : 0;
    if (n == 0 || at + n > text.size()) return false;
    for (std::size_t i = 1; i < n; ++i)
      if ((text[at + i] & 0xC0) != 0x80) return false;
    at += n;
  }
  return true;
}

std::int64_t str_offset(const Str* s, std::int64_t index) {
  if (s->ascii()) return index;
  std::int64_t at = 0;
  for (; index > 0 && at < s->bytes; --index) do
      ++at;
    while (at < s->bytes && (s->data[at] & 0xC0) == 0x80);
  return at;
}

Str* str_slice(const Str* s, std::int64_t start, std::int64_t stop, std::int64_t step) {
  if (step == 1) {
    if (start >= stop) return str_new("");
    const std::int64_t from = str_offset(s, start), to = s->ascii() ? stop : from + str_offset(s, stop) - str_offset(s, start);
    return str_new(s->view().substr(usize(from), usize(to - from)));
  }
  std::string out;
  for (std::int64_t i = start; step > 0 ? i < stop : i > stop; i += step) {
    const std::int64_t from = str_offset(s, i);
    std::int64_t to = from + 1;
    while (to < s->bytes && (s->data[to] & 0xC0) == 0x80) ++to;
    out += s->view().substr(usize(from), usize(to - from));
  }
  return str_new(out);
}

Bytes* bytes_new(std::string_view data) {
  auto* b = static_cast<Bytes*>(allocate_plain(sizeof(Bytes) + data.size()));
  if (b == nullptr) return nullptr;
  b->type = &bytes_type;
  b->size = ssize(data.size());
  std::memcpy(b->data, data.data(), data.size());
  b->data[data.size()] = '\0';
  return b;
}

namespace {
void escape(std::string& out, unsigned char c, char quote) {
  static constexpr char kHex[] = "0123456789abcdef";
  if (c == static_cast<unsigned char>(quote) || c == '\\')
    out += '\\', out += static_cast<char>(c);
  else if (c == '\n')
    out += "\\n";
  else if (c == '\r')
    out += "\\r";
  else if (c == '\t')
    out += "\\t";
  else if (c < 32 || c == 127)
    out += "\\x", out += kHex[c >> 4], out += kHex[c & 15];
  else
    out += static_cast<char>(c);
}
char quote_for(std::string_view text) { return text.find('\'') != std::string_view::npos && text.find('"') == std::string_view::npos ? '"' : '\''; }
}  // namespace

std::string quoted(std::string_view text) {
  const char quote = quote_for(text);
  std::string out(1, quote);
  for (const char c : text) escape(out, static_cast<unsigned char>(c), quote);
  return out + quote;
}
std::string quoted_bytes(std::string_view data) {
  static constexpr char kHex[] = "0123456789abcdef";
  const char quote = quote_for(data);
  std::string out = "b";
  out += quote;
  for (const char raw : data) {
    const auto c = static_cast<unsigned char>(raw);
    if (c >= 127)
      out += "\\x", out += kHex[c >> 4], out += kHex[c & 15];
    else
      escape(out, c, quote);
  }
  return out + quote;
}

}  // namespace minipy
