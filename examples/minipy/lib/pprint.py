"""pprint, pformat, PrettyPrinter and so on; lays out only built-in containers, str and their plain subclasses."""

import sys

__all__ = ['PrettyPrinter', 'isreadable', 'isrecursive', 'pformat', 'pp', 'pprint', 'saferepr']


def pprint(object, stream=None, indent=1, width=80, depth=None, *, compact=False, sort_dicts=True,
           underscore_numbers=False):
    """Print an object to a file, by default sys.stdout."""
    PrettyPrinter(indent, width, depth, stream, compact=compact, sort_dicts=sort_dicts,
                  underscore_numbers=underscore_numbers).pprint(object)


def pp(object, *args, sort_dicts=False, **kwargs):
    """Print an object, with dicts in their own order."""
    pprint(object, *args, sort_dicts=sort_dicts, **kwargs)


def pformat(object, indent=1, width=80, depth=None, *, compact=False, sort_dicts=True, underscore_numbers=False):
    """The text that pprint() prints, without the last newline."""
    return PrettyPrinter(indent, width, depth, compact=compact, sort_dicts=sort_dicts,
                         underscore_numbers=underscore_numbers).pformat(object)


def saferepr(object):
    """repr(object), but with a mark where an object is a part of itself."""
    return PrettyPrinter()._repr(object, 0, [])


def isreadable(object):
    return PrettyPrinter().isreadable(object)


def isrecursive(object):
    return PrettyPrinter().isrecursive(object)


class _Key:
    """A sort key for objects that may not compare: then by type and id."""

    __slots__ = ('value',)

    def __init__(self, value):
        self.value = value

    def __lt__(self, other):
        try:
            return self.value < other.value
        except TypeError:
            return ((str(type(self.value)), id(self.value)) < (str(type(other.value)), id(other.value)))


class _PairKey:
    """A sort key for pairs (key, value)."""

    __slots__ = ('key',)

    def __init__(self, pair):
        self.key = _Key(pair[0])

    def __lt__(self, other):
        return self.key < other.key


def _built_in_kind(object):
    """The built-in container whose repr() the object has, None if there is none."""
    for base in type(object).__mro__:
        if base in (dict, list, tuple, set, frozenset, str):
            return base
        if '__repr__' in base.__dict__:
            return None
    return None


def _words(text):
    """The words of text, each with the space behind it."""
    words = []
    start = 0
    for place in range(1, len(text)):
        if text[place - 1].isspace() and not text[place].isspace():
            words.append(text[start:place])
            start = place
    return words + [text[start:]]


def _recursion(object):
    return '<Recursion on %s with id=%s>' % (type(object).__name__, id(object))


class PrettyPrinter:
    """Makes texts of objects; what does not fit into a line is broken into one line for each item."""

    def __init__(self, indent=1, width=80, depth=None, stream=None, *, compact=False, sort_dicts=True,
                 underscore_numbers=False):
        if indent < 0:
            raise ValueError('indent must be >= 0')
        if depth is not None and depth <= 0:
            raise ValueError('depth must be > 0')
        if not width:
            raise ValueError('width must be != 0')
        self._indent = indent
        self._width = width
        self._depth = depth
        self._stream = sys.stdout if stream is None else stream
        self._compact = compact
        self._sort_dicts = sort_dicts
        self._underscore_numbers = underscore_numbers
        self._recursive = False
        self._readable = True

    def pprint(self, object):
        if self._stream is not None:
            self._stream.write(self.pformat(object) + '\n')

    def pformat(self, object):
        pieces = []
        self._format(object, pieces.append, 0, 0, [], 0)
        return ''.join(pieces)

    def isrecursive(self, object):
        self._recursive = False
        self._repr(object, 0, [])
        return self._recursive

    def isreadable(self, object):
        self._recursive, self._readable = False, True
        self._repr(object, 0, [])
        return self._readable and not self._recursive

    # On one line

    def _repr(self, object, level, running):
        """The text of an object on one line; running has the ids of the objects that it is part of."""
        if self._underscore_numbers and type(object) is int:
            return '{:_d}'.format(object)
        kind = _built_in_kind(object)
        if kind not in (dict, list, tuple):
            text = repr(object)
            if kind is None and (not text or text.startswith('<')):
                self._readable = False
            return text
        brackets = '{}' if kind is dict else '[]' if kind is list else '()'
        if not object:
            return brackets
        if self._depth is not None and level >= self._depth:
            self._readable = False
            return brackets[0] + ('...,' if kind is tuple and len(object) == 1 else '...') + brackets[1]
        if id(object) in running:
            self._recursive, self._readable = True, False
            return _recursion(object)
        running = running + [id(object)]
        if kind is dict:
            parts = ['%s: %s' % (self._repr(key, level + 1, running), self._repr(value, level + 1, running))
                     for key, value in self._pairs(object)]
        else:
            parts = [self._repr(item, level + 1, running) for item in object]
        text = ', '.join(parts)
        if kind is tuple and len(parts) == 1:
            text += ','
        return brackets[0] + text + brackets[1]

    def _pairs(self, object):
        return sorted(object.items(), key=_PairKey) if self._sort_dicts else object.items()

    # On several lines

    def _format(self, object, write, column, allowance, running, level):
        """Write an object that starts at column and has this much behind it on its last line."""
        if id(object) in running:
            write(_recursion(object))
            self._recursive, self._readable = True, False
            return
        text = self._repr(object, level, running)
        kind = _built_in_kind(object)
        if len(text) <= self._width - column - allowance or kind is None or (
                not object and kind in (str, set, frozenset)):
            write(text)
            return
        level += 1
        running = running + [id(object)]
        if kind is str:
            self._format_str(object, write, column, allowance, level)
        elif kind is dict:
            write('{' + ' ' * (self._indent - 1))
            self._format_pairs(object, write, column + self._indent, allowance + 1, running, level)
            write('}')
        else:
            items, begin, end = object, '[', ']'
            if kind is tuple:
                begin, end = '(', ',)' if len(object) == 1 else ')'
            elif kind is not list:
                items, begin, end = sorted(object, key=_Key), '{', '}'
                if type(object) is not set:
                    begin, end = type(object).__name__ + '({', '})'
                    column += len(begin) - 1
            write(begin + ' ' * (self._indent - 1))
            self._format_items(items, write, column + self._indent, allowance + len(end), running, level)
            write(end)

    def _format_pairs(self, object, write, column, allowance, running, level):
        left = len(object)
        for key, value in self._pairs(object):
            left -= 1
            text = self._repr(key, level, running)
            write(text + ': ')
            self._format(value, write, column + len(text) + 2, 1 if left else allowance, running, level)
            if left:
                write(',\n' + ' ' * column)

    def _format_items(self, items, write, column, allowance, running, level):
        left = len(items)
        between = ''
        new_line = ',\n' + ' ' * column
        width = space = self._width - column + 1        # of a line, and what is left of this line
        for item in items:
            left -= 1
            if not left:
                width -= allowance
                space -= allowance
            if self._compact:
                text = self._repr(item, level, running)
                size = len(text) + 2
                if space < size:
                    space = width
                    if between:
                        between = new_line
                if space >= size:
                    space -= size
                    write(between + text)
                    between = ', '
                    continue
            write(between)
            between = new_line
            self._format(item, write, column, 1 if left else allowance, running, level)

    def _format_str(self, text, write, column, allowance, level):
        """Write a str as several literals one below the other."""
        if level == 1:
            column += 1
            allowance += 1
        width = self._width - column
        chunks = []
        lines = text.splitlines(True)
        for number, line in enumerate(lines):
            last_line = number == len(lines) - 1
            if len(repr(line)) <= (width - allowance if last_line else width):
                chunks.append(repr(line))
                continue
            current = ''
            words = _words(line)
            for place, word in enumerate(words):
                last = last_line and place == len(words) - 1
                if current and len(repr(current + word)) > (width - allowance if last else width):
                    chunks.append(repr(current))
                    current = ''
                current += word
            chunks.append(repr(current))
        joined = ('\n' + ' ' * column).join(chunks)
        write('(%s)' % joined if level == 1 and len(chunks) > 1 else joined)
