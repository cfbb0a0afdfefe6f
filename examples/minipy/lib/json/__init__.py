"""JSON: dump, dumps, load, loads and their classes; bytes have to be UTF-8, and ints have to fit into an int."""

__all__ = ['JSONDecodeError', 'JSONDecoder', 'JSONEncoder', 'dump', 'dumps', 'load', 'loads']


class JSONDecodeError(ValueError):
    """What is wrong with a document, and where."""

    def __init__(self, msg, doc, pos):
        lineno = doc.count('\n', 0, pos) + 1
        colno = pos - doc.rfind('\n', 0, pos)
        ValueError.__init__(self, '%s: line %d column %d (char %d)' % (msg, lineno, colno, pos))
        self.msg = msg
        self.doc = doc
        self.pos = pos
        self.lineno = lineno
        self.colno = colno


# Encoding

_ESCAPES = {'"': '\\"', '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\f': '\\f', '\b': '\\b'}
_INFINITY = float('inf')


def _hex_escape(code):
    return '\\u' + hex(code)[2:].rjust(4, '0')


def _quote(text, ensure_ascii):
    """text as a JSON string."""
    pieces = []
    for char in text:
        code = ord(char)
        if char in _ESCAPES:
            char = _ESCAPES[char]
        elif code < 0x20 or ensure_ascii and 0x7e < code < 0x10000:
            char = _hex_escape(code)
        elif ensure_ascii and code >= 0x10000:
            code -= 0x10000
            char = _hex_escape(0xd800 | code >> 10) + _hex_escape(0xdc00 | code & 0x3ff)
        pieces.append(char)
    return '"%s"' % ''.join(pieces)


class JSONEncoder:
    """Makes a document of dicts, lists, strs, numbers, bools and None; default() makes these of other objects."""

    item_separator = ', '
    key_separator = ': '

    def __init__(self, *, skipkeys=False, ensure_ascii=True, check_circular=True, allow_nan=True, sort_keys=False,
                 indent=None, separators=None, default=None):
        self.skipkeys = skipkeys
        self.ensure_ascii = ensure_ascii
        self.check_circular = check_circular
        self.allow_nan = allow_nan
        self.sort_keys = sort_keys
        self.indent = indent
        if separators is not None:
            self.item_separator, self.key_separator = separators
        elif indent is not None:
            self.item_separator = ','
        if default is not None:
            self.default = default

    def default(self, o):
        """Something that can be encoded, for an object that cannot."""
        raise TypeError('Object of type %s is not JSON serializable' % o.__class__.__name__)

    def encode(self, o):
        """The document as a str."""
        return ''.join(self.iterencode(o))

    def iterencode(self, o, _one_shot=False):
        """The pieces of the document."""
        indent = self.indent
        if indent is not None and not isinstance(indent, str):
            indent = ' ' * indent
        pieces = []
        self._encode(o, pieces.append, indent, '\n', {})
        return iter(pieces)

    def _encode(self, o, write, indent, newline, running):
        """Write the pieces for o; running has the objects, by their ids, that o is part of."""
        text = self._simple(o)
        if text is not None:
            write(text)
            return
        if self.check_circular:
            if id(o) in running:
                raise ValueError('Circular reference detected')
            running[id(o)] = o
        if isinstance(o, (list, tuple)):
            self._encode_list(o, write, indent, newline, running)
        elif isinstance(o, dict):
            self._encode_dict(o, write, indent, newline, running)
        else:
            self._encode(self.default(o), write, indent, newline, running)
        if self.check_circular:
            del running[id(o)]

    def _simple(self, o):
        """The text for an object without parts, else None."""
        if isinstance(o, str):
            return _quote(o, self.ensure_ascii)
        if o is None:
            return 'null'
        if o is True:
            return 'true'
        if o is False:
            return 'false'
        if isinstance(o, int):
            return int.__repr__(o)
        if isinstance(o, float):
            return self._float(o)
        return None

    def _float(self, o):
        if o != o:
            text = 'NaN'
        elif o == _INFINITY:
            text = 'Infinity'
        elif o == -_INFINITY:
            text = '-Infinity'
        else:
            return float.__repr__(o)
        if not self.allow_nan:
            raise ValueError('Out of range float values are not JSON compliant: %r' % o)
        return text

    def _encode_list(self, items, write, indent, newline, running):
        if not items:
            write('[]')
            return
        inner = '' if indent is None else newline + indent
        before = '[' + inner
        for item in items:
            write(before)
            self._encode(item, write, indent, inner, running)
            before = self.item_separator + inner
        write(']' if indent is None else newline + ']')

    def _encode_dict(self, items, write, indent, newline, running):
        inner = '' if indent is None else newline + indent
        before = '{' + inner
        empty = True
        for key, value in sorted(items.items()) if self.sort_keys else items.items():
            if not isinstance(key, str):
                if key is not None and not isinstance(key, (int, float)):
                    if self.skipkeys:
                        continue
                    raise TypeError('keys must be str, int, float, bool or None, not %s' % key.__class__.__name__)
                key = self._simple(key)
            write(before)
            write(_quote(key, self.ensure_ascii))
            write(self.key_separator)
            self._encode(value, write, indent, inner, running)
            before = self.item_separator + inner
            empty = False
        if empty:
            write('{}')
        else:
            write('}' if indent is None else newline + '}')


# Decoding

_SPACE = ' \t\n\r'
_UNESCAPED = {'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}
_DIGITS = '0123456789'
_CONSTANTS = {'NaN': float('nan'), 'Infinity': _INFINITY, '-Infinity': -_INFINITY}


def _skip_space(text, pos):
    while pos < len(text) and text[pos] in _SPACE:
        pos += 1
    return pos


def _skip_digits(text, pos):
    while pos < len(text) and text[pos] in _DIGITS:
        pos += 1
    return pos


def _hex4(text, pos):
    """The number of the escape \\uXXXX whose digits start at pos."""
    digits = text[pos:pos + 4]
    if len(digits) == 4 and all([digit in '0123456789abcdefABCDEF' for digit in digits]):
        return int(digits, 16)
    raise JSONDecodeError('Invalid \\uXXXX escape', text, pos - 1)


def _scan_string(text, pos, strict):
    """The string behind the quote before pos, and the place behind it."""
    begin = pos - 1
    pieces = []
    while True:
        start = pos
        while pos < len(text) and text[pos] not in '"\\' and (text[pos] >= ' ' or not strict):
            pos += 1
        pieces.append(text[start:pos])
        if pos >= len(text):
            raise JSONDecodeError('Unterminated string starting at', text, begin)
        if text[pos] == '"':
            return ''.join(pieces), pos + 1
        if text[pos] != '\\':
            raise JSONDecodeError('Invalid control character at', text, pos)
        pos += 1
        if pos >= len(text):
            raise JSONDecodeError('Unterminated string starting at', text, begin)
        char = text[pos]
        pos += 1
        if char != 'u':
            if char not in _UNESCAPED:
                raise JSONDecodeError('Invalid \\escape', text, pos - 2)
            pieces.append(_UNESCAPED[char])
            continue
        code = _hex4(text, pos)
        pos += 4
        if 0xd800 <= code < 0xdc00 and text.startswith('\\u', pos):
            low = _hex4(text, pos + 2)
            if 0xdc00 <= low < 0xe000:
                code = 0x10000 + ((code - 0xd800) << 10 | low - 0xdc00)
                pos += 6
        pieces.append(chr(code))


class JSONDecoder:
    """Makes objects of a document."""

    def __init__(self, *, object_hook=None, parse_float=None, parse_int=None, parse_constant=None, strict=True,
                 object_pairs_hook=None):
        self.object_hook = object_hook
        self.parse_float = parse_float or float
        self.parse_int = parse_int or int
        self.parse_constant = parse_constant or _CONSTANTS.__getitem__
        self.strict = strict
        self.object_pairs_hook = object_pairs_hook

    def decode(self, s):
        """The object of a whole document."""
        value, end = self.raw_decode(s, _skip_space(s, 0))
        end = _skip_space(s, end)
        if end != len(s):
            raise JSONDecodeError('Extra data', s, end)
        return value

    def raw_decode(self, s, idx=0):
        """The object that starts at idx, and the place behind it."""
        return self._scan(s, idx, {})

    def _scan(self, text, pos, keys):
        char = text[pos:pos + 1]
        if char == '"':
            return _scan_string(text, pos + 1, self.strict)
        if char == '{':
            return self._scan_object(text, pos + 1, keys)
        if char == '[':
            return self._scan_array(text, pos + 1, keys)
        for word, value in (('null', None), ('true', True), ('false', False)):
            if char == word[0] and text.startswith(word, pos):
                return value, pos + len(word)
        if char and char in '-0123456789':
            number = self._scan_number(text, pos)
            if number is not None:
                return number
        for word in _CONSTANTS:
            if char == word[0] and text.startswith(word, pos):
                return self.parse_constant(word), pos + len(word)
        raise JSONDecodeError('Expecting value', text, pos)

    def _scan_number(self, text, start):
        """The number at start and the place behind it, None if there is none."""
        pos = start + 1 if text[start] == '-' else start
        end = _skip_digits(text, pos)
        if end == pos:
            return None
        if text[pos] == '0':
            end = pos + 1
        is_float = False
        if text[end:end + 1] == '.' and _skip_digits(text, end + 1) > end + 1:
            is_float = True
            end = _skip_digits(text, end + 1)
        if text[end:end + 1] in ('e', 'E'):
            pos = end + 2 if text[end + 1:end + 2] in ('+', '-') else end + 1
            if _skip_digits(text, pos) > pos:
                is_float = True
                end = _skip_digits(text, pos)
        parse = self.parse_float if is_float else self.parse_int
        return parse(text[start:end]), end

    def _scan_object(self, text, pos, keys):
        pairs = []
        pos = _skip_space(text, pos)
        if text[pos:pos + 1] == '}':
            return self._made(pairs), pos + 1
        if text[pos:pos + 1] != '"':
            raise JSONDecodeError('Expecting property name enclosed in double quotes', text, pos)
        while True:
            key, pos = _scan_string(text, pos + 1, self.strict)
            key = keys.setdefault(key, key)     # one str for all objects that have this key
            pos = _skip_space(text, pos)
            if text[pos:pos + 1] != ':':
                raise JSONDecodeError("Expecting ':' delimiter", text, pos)
            value, pos = self._scan(text, _skip_space(text, pos + 1), keys)
            pairs.append((key, value))
            pos = _skip_space(text, pos)
            char = text[pos:pos + 1]
            if char == '}':
                return self._made(pairs), pos + 1
            if char != ',':
                raise JSONDecodeError("Expecting ',' delimiter", text, pos)
            pos = _skip_space(text, pos + 1)
            if text[pos:pos + 1] != '"':
                raise JSONDecodeError('Expecting property name enclosed in double quotes', text, pos)

    def _made(self, pairs):
        """The object for the pairs (key, value) of a JSON object."""
        if self.object_pairs_hook is not None:
            return self.object_pairs_hook(pairs)
        value = dict(pairs)
        return value if self.object_hook is None else self.object_hook(value)

    def _scan_array(self, text, pos, keys):
        values = []
        pos = _skip_space(text, pos)
        if text[pos:pos + 1] == ']':
            return values, pos + 1
        while True:
            value, pos = self._scan(text, pos, keys)
            values.append(value)
            pos = _skip_space(text, pos)
            char = text[pos:pos + 1]
            if char == ']':
                return values, pos + 1
            if char != ',':
                raise JSONDecodeError("Expecting ',' delimiter", text, pos)
            pos = _skip_space(text, pos + 1)


# The functions

def dumps(obj, *, cls=None, **options):
    """The document for obj; the options are those of JSONEncoder."""
    return (cls or JSONEncoder)(**options).encode(obj)


def dump(obj, fp, *, cls=None, **options):
    """Write the document for obj to a file."""
    for piece in (cls or JSONEncoder)(**options).iterencode(obj):
        fp.write(piece)


def loads(s, *, cls=None, **options):
    """The object for a document; the options are those of JSONDecoder."""
    if isinstance(s, str):
        if s.startswith('\ufeff'):
            raise JSONDecodeError('Unexpected UTF-8 BOM (decode using utf-8-sig)', s, 0)
    elif isinstance(s, bytes):
        s = s[3:].decode('utf-8') if s.startswith(b'\xef\xbb\xbf') else s.decode('utf-8')
    else:
        raise TypeError('the JSON object must be str, bytes or bytearray, not %s' % s.__class__.__name__)
    return (cls or JSONDecoder)(**options).decode(s)


def load(fp, *, cls=None, **options):
    """The object for the document in a file."""
    return loads(fp.read(), cls=cls, **options)
