// Between texts and bytes: UTF-8, ASCII and Latin-1.
#pragma once
#include "runtime/object.hpp"

namespace minipy {

/// `encoding` and `errors` are texts or null: utf-8, strict. Null: UnicodeDecodeError, or LookupError for unknown names.
Str* decode_bytes(Bytes* data, Value encoding, Value errors);
Bytes* encode_text(Str* text, Value encoding, Value errors);

}  // namespace minipy
