#include "types/codecs.hpp"

#include <optional>
#include <string>

#include "runtime/builder.hpp"
#include "runtime/error.hpp"
#include "runtime/ops.hpp"
#include "runtime/str.hpp"

namespace minipy {

namespace {
enum class Codec : std::uint8_t { utf8, ascii, latin1 };
enum class OnError : std::uint8_t { strict, ignore, replace, backslash, xml, escape, pass };
constexpr const char* kCodecNames[] = {"utf-8", "ascii", "latin-1"};

std::optional<Codec> codec_of(Value encoding) {
  if (encoding == nullptr) return Codec::utf8;
  std::string name;
  for (const char c : as_str(encoding)->view()) name += c == '_' || c == ' ' ? '-' : c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  for (const std::string_view known : {"utf-8", "utf8", "u8"})
    if (name == known) return Codec::utf8;
  for (const std::string_view known : {"ascii", "us-ascii", "646"})
    if (name == known) return Codec::ascii;
  for (const std::string_view known : {"latin-1", "latin1", "iso-8859-1", "iso8859-1", "l1", "cp819"})
    if (name == known) return Codec::latin1;
  raise(exc::LookupError, "unknown encoding: {}", as_str(encoding));
  return std::nullopt;
}
/// Looked up when there is an error, as CPython does.
std::optional<OnError> handler_of(Value errors) {
  if (errors == nullptr) return OnError::strict;
  static constexpr std::string_view kNames[] = {"strict", "ignore", "replace", "backslashreplace", "xmlcharrefreplace", "surrogateescape", "surrogatepass"};
  for (std::size_t i = 0; i < std::size(kNames); ++i)
    if (as_str(errors)->view() == kNames[i]) return static_cast<OnError>(i);
  raise(exc::LookupError, "unknown error handler name '{}'", as_str(errors));
  return std::nullopt;
}

Value raise_unicode(Type& type, Codec codec, Value object, std::size_t start, std::size_t end, const char* reason) {
  Exception* e = exception_new(type, "");
  if (e == nullptr) return nullptr;
  e->args = tuple_of({str_new(kCodecNames[static_cast<int>(codec)]), object, small_int(ssize(start)), small_int(ssize(end)), str_new(reason)});
  return e->args == nullptr ? nullptr : raise_exception(e);
}

template <class Out>
void append_code(Out& out, std::uint32_t c) {
  char bytes[4];
  out += std::string_view(bytes, encode_utf8(c, bytes));
}

// ---- decoding -----------------------------------------------------------------------------------------------------------------------------

/// The next bytes at or behind `at` that are none of the codec; false: there are none.
bool find_bad(Codec codec, std::string_view s, std::size_t at, BadUtf8& bad) {
  if (codec == Codec::utf8) return find_bad_utf8(s, at, bad);
  while (at < s.size() && (s[at] & 0x80) == 0) ++at;
  bad = {at, at + 1, "ordinal not in range(128)"};
  return at < s.size();
}
bool append_instead(TextBuilder& out, std::string_view bytes, OnError how) {
  switch (how) {
    case OnError::ignore:
      return true;
    case OnError::replace:
      out += "\xEF\xBF\xBD";
      return true;
    case OnError::backslash:
      for (const char c : bytes) out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
      return true;
    case OnError::escape:
      for (const char c : bytes) append_code(out, 0xDC00u + static_cast<unsigned char>(c));
      return true;
    default:
      return false;
  }
}

// ---- encoding -----------------------------------------------------------------------------------------------------------------------------

bool fits(Codec codec, std::uint32_t c) {
  return codec == Codec::utf8 ? c < 0xD800 || c > 0xDFFF : c < (codec == Codec::ascii ? 0x80u : 0x100u);
}
bool append_instead(BytesBuilder& out, std::uint32_t c, OnError how) {
  switch (how) {
    case OnError::ignore:
      return true;
    case OnError::replace:
      out += '?';
      return true;
    case OnError::backslash:
      out += c < 0x100 ? fmt::format("\\x{:02x}", c) : c < 0x10000 ? fmt::format("\\u{:04x}", c) : fmt::format("\\U{:08x}", c);
      return true;
    case OnError::xml:
      out += fmt::format("&#{};", c);
      return true;
    case OnError::escape:
      if (c < 0xDC80 || c > 0xDCFF) return false;
      out += static_cast<char>(c - 0xDC00);
      return true;
    case OnError::pass:
      if (c < 0xD800 || c > 0xDFFF) return false;
      append_code(out, c);
      return true;
    default:
      return false;
  }
}
Value raise_encode(Codec codec, Str* text, std::int64_t start, std::size_t at) {
  const std::string_view s = text->view();
  std::int64_t end = start;
  for (; at < s.size() && !fits(codec, decode_utf8(s, at)); ++end) {
  }
  const char* reason = codec == Codec::utf8    ? "surrogates not allowed"
                       : codec == Codec::ascii ? "ordinal not in range(128)"
                                               : "ordinal not in range(256)";
  return raise_unicode(exc::UnicodeEncodeError, codec, text, usize(start), usize(end), reason);
}
}  // namespace

Str* decode_bytes(Bytes* data, Value encoding, Value errors) {
  const auto codec = codec_of(encoding);
  if (!codec) return nullptr;
  const std::string_view s = data->view();
  TextBuilder out(ssize(s.size()));
  if (*codec == Codec::latin1) {
    for (std::size_t i = 0; i < s.size() && !out.failed(); ++i) append_code(out, static_cast<unsigned char>(s[i]));
    return out.finish();
  }
  std::size_t at = 0;
  for (BadUtf8 bad{}; !out.failed() && find_bad(*codec, s, at, bad); at = bad.end) {
    const auto how = handler_of(errors);
    out += s.substr(at, bad.start - at);
    if (!how) return nullptr;
    if (!append_instead(out, s.substr(bad.start, bad.end - bad.start), *how))
      return raise_unicode(exc::UnicodeDecodeError, *codec, data, bad.start, bad.end, bad.reason), nullptr;
  }
  out += s.substr(at);
  return out.finish();
}

Bytes* encode_text(Str* text, Value encoding, Value errors) {
  const auto codec = codec_of(encoding);
  if (!codec) return nullptr;
  const std::string_view s = text->view();
  if (text->ascii()) return bytes_new(s);
  BytesBuilder out(ssize(s.size()));
  std::int64_t index = 0;
  for (std::size_t at = 0; at < s.size() && !out.failed(); ++index) {
    const std::size_t start = at;
    const std::uint32_t c = decode_utf8(s, at);
    if (fits(*codec, c)) {
      *codec == Codec::utf8 ? void(out += s.substr(start, at - start)) : void(out += static_cast<char>(c));
      continue;
    }
    const auto how = handler_of(errors);
    if (!how || !append_instead(out, c, *how)) return how ? raise_encode(*codec, text, index, start) : nullptr, nullptr;
  }
  return out.finish();
}

}  // namespace minipy
