"""Regular expressions by backtracking, for str. No bytes, (?(1)..), possessive or atomic parts, (?i:..); int flags.

The parser makes a list of instructions, whose jumps are relative, and _run() runs these with a stack of its own for
the choices: long texts need no deep recursion.
"""

IGNORECASE = I = 2
MULTILINE = M = 8
DOTALL = S = 16
UNICODE = U = 32
VERBOSE = X = 64
ASCII = A = 256
_FLAG_NAMES = {I: 'IGNORECASE', M: 'MULTILINE', S: 'DOTALL', X: 'VERBOSE', A: 'ASCII'}
_FLAG_LETTERS = {'i': I, 'm': M, 's': S, 'u': U, 'x': X, 'a': A}


class error(Exception):
    """Something is wrong with a pattern or a template."""

    def __init__(self, msg, pattern=None, pos=None):
        self.msg, self.pattern, self.pos = msg, pattern, pos
        super().__init__(msg if pos is None else '%s at position %d' % (msg, pos))


class _Class:
    """A set of characters. Its items are (first, last) pairs and functions; answers are remembered."""

    def __init__(self, items, negate=False, fold=False):
        self.items, self.negate, self.fold = items, negate, fold
        self.known = {}

    def test(self, c):
        found = self._has(c) or (self.fold and (self._has(c.lower()) or self._has(c.upper())))
        self.known[c] = found is not self.negate
        return found is not self.negate

    def _has(self, c):
        for item in self.items:
            if item[0] <= c <= item[1] if isinstance(item, tuple) else item(c):
                return True
        return False


# Instructions: (operation, two operands). Slot 0 has the last closed group, slots 2*i and 2*i+1 the limits of group i;
# slots from the end on belong to loops.
_STR, _CLASS, _MANY, _SPLIT, _JUMP, _SAVE, _CLOSE, _LOOP, _AT, _BACK, _LOOK, _DONE = range(12)
_KINDS = {'d': lambda c: c.isdecimal(), 'w': lambda c: c.isalnum() or c == '_', 's': lambda c: c.isspace()}
_ESCAPES = {'n': '\n', 't': '\t', 'r': '\r', 'f': '\f', 'v': '\v', 'a': '\a', '\\': '\\'}
_HEX_LENGTHS = {'x': 2, 'u': 4, 'U': 8}
_OCTAL = '01234567'


def _split(skip, greedy=True):
    """A choice between what follows and what lies `skip` instructions farther."""
    return (_SPLIT, 0, skip) if greedy else (_SPLIT, skip, 0)


class _Parser:
    """Reads a pattern. Each part gives (instructions, number of characters it matches or None if that varies)."""

    def __init__(self, text, flags):
        self.text, self.pos, self.flags = text, 0, flags
        self.groups = self.loops = 0
        self.names = {}
        self.open = []

    def error(self, msg, pos=None):
        return error(msg, self.text, self.pos if pos is None else pos)

    def peek(self, *wanted):
        return any(self.text.startswith(text, self.pos) for text in wanted)

    def accept(self, *wanted):
        for text in wanted:
            if self.text.startswith(text, self.pos):
                self.pos += len(text)
                return text
        return None

    def next(self):
        self.pos += 1
        return self.text[self.pos - 1:self.pos]

    def until(self, stop):
        start, end = self.pos, self.text.find(stop, self.pos)
        if end < 0:
            raise self.error('missing %s, unterminated name' % stop)
        self.pos = end + 1
        return self.text[start:end]

    def alternatives(self):
        branches = [self.sequence()]
        while self.accept('|'):
            branches.append(self.sequence())
        code, width = branches.pop()
        while branches:
            first, other_width = branches.pop()
            code = [_split(len(first) + 1)] + first + [(_JUMP, len(code), None)] + code
            width = width if width == other_width else None
        return code, width

    def sequence(self):
        parts, last = [], '^'
        while self.pos < len(self.text) and not self.peek('|', ')'):
            start, c = self.pos, self.text[self.pos]
            if self.flags & X and (c.isspace() or c == '#'):
                end = self.text.find('\n', start) if c == '#' else start
                self.pos = len(self.text) if end < 0 else end + 1
                continue
            low, high = self.quantifier()
            if low is None:
                part = self.atom()
                if part is not None:
                    parts.append(part)
                    last = '^' if c != '(' and part[0][0][0] == _AT else 'atom'
            elif last == 'atom':
                parts[-1] = self.repeat(*parts[-1], low, high, not self.accept('?'))
                last = 'repeat'
            else:
                raise self.error('multiple repeat' if last == 'repeat' else 'nothing to repeat', start)
        code, width, literal_before = [], 0, False
        for part, part_width in parts:
            literal = len(part) == 1 and part[0][0] == _STR
            if literal and literal_before:
                text = code.pop()[1] + part[0][1]
                part = [(_STR, text, len(text))]
            code += part
            literal_before = literal
            width = None if width is None or part_width is None else width + part_width
        return code, width

    def quantifier(self):
        """(least, most or None) of a quantifier here, or (None, None)."""
        for sign, limits in (('*', (0, None)), ('+', (1, None)), ('?', (0, 1))):
            if self.accept(sign):
                return limits
        end = self.text.find('}', self.pos) if self.peek('{') else -1
        low, comma, high = self.text[self.pos + 1:end].partition(',')
        if end < 0 or not (low + high).isdigit():
            return None, None
        least, most = int(low or 0), int(high) if high else None if comma else int(low)
        if most is not None and most < least:
            raise self.error('min repeat greater than max repeat', self.pos + 1)
        self.pos = end + 1
        return least, most

    def repeat(self, code, width, low, high, greedy):
        width = width * low if width is not None and low == high else None
        if greedy and len(code) == 1 and code[0][2] == 1:
            chars = code[0][1]
            return [(_MANY, _Class([(chars, chars)]) if isinstance(chars, str) else chars, (low, high))], width
        tail = []
        if high is None:
            self.loops += 1
            tail = [(_SAVE, -self.loops, None)] + code + [(_LOOP, -self.loops, -(len(code) + 3))]
            tail = [_split(len(tail), greedy)] + tail
        else:
            for _ in range(high - low):
                tail = [_split(len(code) + len(tail), greedy)] + code + tail
        return code * low + tail, width

    def atom(self):
        c = self.next()
        if c == '.':
            return [(_CLASS, _Class([] if self.flags & S else [('\n', '\n')], True), 1)], 1
        if c == '^':
            return [(_AT, 'line start' if self.flags & M else 'start', None)], 0
        if c == '$':
            return [(_AT, 'line end' if self.flags & M else 'last line end', None)], 0
        if c == '[':
            return self.char_class()
        if c == '(':
            return self.group()
        return self.escape() if c == '\\' else self.literal(c)

    def literal(self, c):
        return [(_CLASS, _Class([(c, c)], False, True), 1) if self.flags & I else (_STR, c, 1)], 1

    def kind(self, letter):
        """The function for \\d, \\w, \\s and their opposites."""
        function, ascii_only, wanted = _KINDS[letter.lower()], self.flags & A, letter.islower()
        return lambda c: (function(c) and not (ascii_only and c > '\x7f')) is wanted

    def escape(self):
        start = self.pos - 1
        c = self.accept(*'dwsDWSAZbB')
        if c is not None:
            place = {'A': 'start', 'Z': 'end', 'b': 'boundary', 'B': 'no boundary'}.get(c)
            return ([(_AT, place, None)], 0) if place else ([(_CLASS, _Class([self.kind(c)]), 1)], 1)
        index = self.group_number()
        return self.literal(self.char_escape(start)) if index is None else self.back_reference(index, start)

    def group_number(self):
        """The number of a group behind a backslash; None where there is none, or three octal digits."""
        digits = self.text[self.pos:self.pos + 3]
        if digits[:1] not in '123456789' or not digits or (len(digits) == 3 and all(d in _OCTAL for d in digits)):
            return None
        digits = digits[:2] if digits[:2].isdigit() else digits[0]
        self.pos += len(digits)
        return int(digits)

    def back_reference(self, index, start):
        if index > self.groups:
            raise self.error('invalid group reference %d' % index, start + 1)
        if index in self.open:
            raise self.error('cannot refer to an open group', start)
        return [(_BACK, index, self.flags & I)], None

    def char_escape(self, start):
        """The character that an escape sequence stands for; self.pos is behind the backslash."""
        c = self.next()
        if not c:
            raise self.error('bad escape (end of pattern)', start)
        if c in _ESCAPES:
            return _ESCAPES[c]
        if c in _HEX_LENGTHS:
            digits = self.text[self.pos:self.pos + _HEX_LENGTHS[c]]
            self.pos += len(digits)
            if len(digits) < _HEX_LENGTHS[c] or any(d not in '0123456789abcdefABCDEF' for d in digits):
                raise self.error('incomplete escape %s' % self.text[start:self.pos], start)
            return chr(int(digits, 16))
        if c in _OCTAL:
            while len(c) < 3 and self.peek(*_OCTAL):
                c += self.next()
            return chr(int(c, 8))
        if c < '\x80' and c.isalnum():
            raise self.error('bad escape \\%s' % c, start)
        return c

    def char_class(self):
        start, negate, items = self.pos - 1, bool(self.accept('^')), []
        while not items or not self.peek(']'):
            item = self.pos
            first = last = self.class_item(start)
            if isinstance(first, str) and self.peek('-') and not self.peek('-]'):
                self.pos += 1
                last = self.class_item(start)
                if not isinstance(last, str) or last < first:
                    raise self.error('bad character range ' + self.text[item:self.pos], item)
            items.append((first, last) if isinstance(first, str) else first)
        self.pos += 1
        return [(_CLASS, _Class(items, negate, bool(self.flags & I)), 1)], 1

    def class_item(self, start):
        c = self.next()
        if not c:
            raise self.error('unterminated character set', start)
        if c == '\\' and self.peek('b', *'dwsDWS'):
            letter = self.next()
            return '\b' if letter == 'b' else self.kind(letter)
        return self.char_escape(self.pos - 1) if c == '\\' else c

    def group(self):
        start, index = self.pos - 1, None
        if self.accept('?P='):
            name = self.until(')')
            if name not in self.names:
                raise self.error('unknown group name %r' % name, start + 4)
            return self.back_reference(self.names[name], start)
        if self.accept('?#'):
            self.until(')')
            return None
        look = self.accept('?=', '?!', '?<=', '?<!')
        if self.accept('?P<') or not (look or self.peek('?')):
            self.groups = index = self.groups + 1
            self.open.append(index)
            if self.pos > start + 1:
                self.name_group(index)
        elif not look and not self.accept('?:'):
            self.pos += 1
            c = self.next()
            while c and c in _FLAG_LETTERS:
                self.flags |= _FLAG_LETTERS[c]
                c = self.next()
            if c != ')' or start > 0:
                raise self.error('unknown extension ' + self.text[start + 1:self.pos], start + 1)
            return None
        code, width = self.alternatives()
        if not self.accept(')'):
            raise self.error('missing ), unterminated subpattern', start)
        if index is not None:
            self.open.remove(index)
            return [(_SAVE, 2 * index, None)] + code + [(_CLOSE, 2 * index + 1, index)], width
        if look is None:
            return code, width
        if look[1] == '<' and width is None:
            raise error('look-behind requires fixed-width pattern')
        operands = (width if look[1] == '<' else 0, look[-1] == '!')
        return [(_LOOK, len(code) + 1, operands)] + code + [(_DONE, None, None)], 0

    def name_group(self, index):
        start = self.pos
        name = self.until('>')
        if not name.isidentifier():
            raise self.error('bad character in group name %r' % name, start)
        if name in self.names:
            text = 'redefinition of group name %r as group %d; was group %d'
            raise self.error(text % (name, index, self.names[name]), start)
        self.names[name] = index


def _at(kind, text, pos, end):
    if kind in ('start', 'line start'):
        return pos == 0 or (kind == 'line start' and text[pos - 1] == '\n')
    if kind in ('end', 'line end', 'last line end'):
        return pos == end or (kind != 'end' and text[pos] == '\n' and (kind == 'line end' or pos == end - 1))
    is_word = _KINDS['w']
    boundary = (pos > 0 and is_word(text[pos - 1])) is not (pos < end and is_word(text[pos]))
    return boundary is (kind == 'boundary')


def _run(code, pc, text, pos, end, slots, full=False, not_at=-1):
    """End of the match of the code from pc on with text[pos:end], or -1. The match may not end at not_at.

    The stack has entries (pc, pos, least): go on at pc with any position from pos down to least; and entries
    (-1, slot, value): give the slot its old value.
    """
    stack = []
    while True:
        op, arg, more = code[pc]
        pc += 1
        if op == _STR:
            if text.startswith(arg, pos, end):
                pos += more
                continue
        elif op == _CLASS:
            if pos < end:
                c = text[pos]
                found = arg.known.get(c)
                if arg.test(c) if found is None else found:
                    pos += 1
                    continue
        elif op == _MANY:
            low, high = more
            least = pos + low
            limit = end if high is None or pos + high > end else pos + high
            known = arg.known
            while pos < limit:
                c = text[pos]
                found = known.get(c)
                if not (arg.test(c) if found is None else found):
                    break
                pos += 1
            if pos >= least:
                if pos > least:
                    stack.append((pc, pos - 1, least))
                continue
        elif op == _SPLIT:
            stack.append((pc + more, pos, pos))
            pc += arg
            continue
        elif op == _JUMP:
            pc += arg
            continue
        elif op == _SAVE or op == _CLOSE:
            stack.append((-1, arg, slots[arg]))
            slots[arg] = pos
            if op == _CLOSE:
                stack.append((-1, 0, slots[0]))
                slots[0] = more
            continue
        elif op == _LOOP:
            if pos != slots[arg]:                       # not again after a round that matched nothing
                pc += more
            continue
        elif op == _DONE:
            if pos != not_at and (not full or pos == end):
                return pos
        elif op == _AT:
            if _at(arg, text, pos, end):
                continue
        elif op == _BACK:
            first, last = slots[2 * arg], slots[2 * arg + 1]
            if last is not None:
                part, there = text[first:last], text[pos:min(end, pos + last - first)]
                if part == there or (more and part.lower() == there.lower()):
                    pos += len(part)
                    continue
        else:
            back, negate = more
            inner = slots[:]
            stop = _run(code, pc, text, pos - back, end, inner) if pos >= back else -1
            if (stop < 0) is negate:
                if not negate:
                    stack.extend([(-1, i, old) for i, old in enumerate(slots) if old is not inner[i]])
                    slots[:] = inner
                pc += arg
                continue
        while stack:                                    # a dead end: back to the last choice
            pc, pos, least = stack.pop()
            if pc >= 0:
                if pos > least:
                    stack.append((pc, pos - 1, least))
                break
            slots[pos] = least
        else:
            return -1


def _parse_template(template, pattern):
    """Replacement text as a list of texts and numbers of groups."""
    reader, parts = _Parser(template, 0), []
    while True:
        at = template.find('\\', reader.pos)
        parts.append(template[reader.pos:at] if at >= 0 else template[reader.pos:])
        if at < 0:
            return parts
        reader.pos = at + 1
        index = reader.group_number()
        if reader.accept('g<'):
            name = reader.until('>')
            if not name.isdigit() and name not in pattern.groupindex:
                raise IndexError('unknown group name %r' % name)
            index = int(name) if name.isdigit() else pattern.groupindex[name]
        if index is None:
            kept = reader.pos < len(template) and not template[reader.pos].isalnum() and not reader.peek('\\')
            parts.append(('\\' if kept else '') + reader.char_escape(at))
            continue
        if index > pattern.groups:
            raise error('invalid group reference %d' % index, template, at + 1)
        parts.append(index)


class Match:
    """What was found, and where its groups lie."""

    def __init__(self, pattern, string, pos, endpos, regs, lastindex):
        self.re, self.string, self.pos, self.endpos = pattern, string, pos, endpos
        self.regs, self.lastindex = regs, lastindex

    @property
    def lastgroup(self):
        return next((name for name, index in self.re.groupindex.items() if index == self.lastindex), None)

    def span(self, group=0):
        index = self.re.groupindex.get(group, -1) if isinstance(group, str) else group
        if not 0 <= index < len(self.regs):
            raise IndexError('no such group')
        return self.regs[index]

    def start(self, group=0):
        return self.span(group)[0]

    def end(self, group=0):
        return self.span(group)[1]

    def __getitem__(self, group):
        start, end = self.span(group)
        return None if start < 0 else self.string[start:end]

    def group(self, *groups):
        if len(groups) < 2:
            return self[groups[0] if groups else 0]
        return tuple([self[group] for group in groups])

    def groups(self, default=None):
        return tuple([default if start < 0 else self.string[start:end] for start, end in self.regs[1:]])

    def groupdict(self, default=None):
        return {name: default if self[name] is None else self[name] for name in self.re.groupindex}

    def expand(self, template):
        return self._fill(_parse_template(template, self.re))

    def _fill(self, parts):
        return ''.join([(self[part] or '') if isinstance(part, int) else part for part in parts])

    def __repr__(self):
        return '<re.Match object; span=%r, match=%r>' % (self.span(), self[0])


class Pattern:
    """A compiled pattern."""

    def __init__(self, pattern, flags=0):
        parser = _Parser(pattern, flags)
        code, width = parser.alternatives()
        if parser.pos < len(pattern):
            raise parser.error('unbalanced parenthesis')
        self.pattern = pattern
        self.flags = parser.flags if parser.flags & A else parser.flags | U
        self.groups = parser.groups
        self.groupindex = parser.names
        self._code = code + [(_DONE, None, None)]
        self._slots = 2 * parser.groups + 2 + parser.loops

    def _find(self, string, pos, endpos, first, search=True, full=False, not_at=-1):
        """The match that begins at `first`, or with `search` at or after it; None without one."""
        slots = [None] * self._slots
        op, prefix, _ = self._code[0]
        for start in range(first, endpos + 1 if search else first + 1):
            if op == _STR and not string.startswith(prefix, start):
                continue
            stop = _run(self._code, 0, string, start, endpos, slots, full, not_at)
            if stop >= 0:
                regs = [(start, stop)]
                for i in range(2, 2 * self.groups + 2, 2):
                    regs.append((-1, -1) if slots[i + 1] is None else (slots[i], slots[i + 1]))
                return Match(self, string, pos, endpos, tuple(regs), slots[0])
        return None

    def _limits(self, string, pos, endpos):
        if not isinstance(string, str):
            raise TypeError('expected string, got %r' % type(string).__name__)
        endpos = len(string) if endpos is None else max(0, min(endpos, len(string)))
        return string, max(0, min(pos, len(string))), endpos

    def match(self, string, pos=0, endpos=None):
        return self._find(*self._limits(string, pos, endpos), pos, False)

    def fullmatch(self, string, pos=0, endpos=None):
        return self._find(*self._limits(string, pos, endpos), pos, False, True)

    def search(self, string, pos=0, endpos=None):
        return self._find(*self._limits(string, pos, endpos), pos)

    def finditer(self, string, pos=0, endpos=None):
        string, start, endpos = self._limits(string, pos, endpos)
        match = self._find(string, pos, endpos, start)
        while match is not None:
            yield match
            first, start = match.regs[0]                # behind an empty match there is no other empty one
            match = self._find(string, pos, endpos, start, not_at=start if first == start else -1)

    def findall(self, string, pos=0, endpos=None):
        matches = self.finditer(string, pos, endpos)
        if self.groups < 2:
            return [match[0] if self.groups == 0 else match[1] or '' for match in matches]
        return [match.groups('') for match in matches]

    def split(self, string, maxsplit=0):
        parts, last = [], 0
        for count, match in enumerate(self.finditer(string), 1):
            parts.append(string[last:match.start()])
            parts.extend(match.groups())
            last = match.end()
            if count == maxsplit:
                break
        return parts + [string[last:]]

    def subn(self, repl, string, count=0):
        template = None if callable(repl) else _parse_template(repl, self)
        parts, last, done = [], 0, 0
        for done, match in enumerate(self.finditer(string), 1):
            parts.append(string[last:match.start()])
            parts.append(repl(match) if template is None else match._fill(template))
            last = match.end()
            if done == count:
                break
        return ''.join(parts) + string[last:], done

    def sub(self, repl, string, count=0):
        return self.subn(repl, string, count)[0]

    def __repr__(self):
        names = ['re.' + name for flag, name in _FLAG_NAMES.items() if self.flags & flag]
        return 're.compile(%r%s)' % (self.pattern, ', ' + '|'.join(names) if names else '')


_cache = {}


def compile(pattern, flags=0):
    if isinstance(pattern, Pattern):
        return pattern
    if not isinstance(pattern, str):
        raise TypeError('first argument must be string or compiled pattern')
    if (pattern, flags) not in _cache:
        if len(_cache) >= 200:
            _cache.clear()
        _cache[pattern, flags] = Pattern(pattern, flags)
    return _cache[pattern, flags]


def _shortcut(name):
    def function(pattern, string, flags=0):
        return getattr(compile(pattern, flags), name)(string)
    function.__name__ = name
    return function


match, fullmatch, search = _shortcut('match'), _shortcut('fullmatch'), _shortcut('search')
finditer, findall = _shortcut('finditer'), _shortcut('findall')


def split(pattern, string, maxsplit=0, flags=0):
    return compile(pattern, flags).split(string, maxsplit)


def sub(pattern, repl, string, count=0, flags=0):
    return compile(pattern, flags).sub(repl, string, count)


def subn(pattern, repl, string, count=0, flags=0):
    return compile(pattern, flags).subn(repl, string, count)


def escape(pattern):
    """The pattern with a backslash before each character that may mean something."""
    return ''.join(['\\' + c if c in '()[]{}?*+-|^$\\.&~# \t\n\r\v\f' else c for c in pattern])
