"""Tracebacks as text, on `_minipy.format_exception`; no stacks of running code, no limits, no TracebackException."""

import _minipy

__all__ = ['FrameSummary', 'StackSummary', 'extract_tb', 'format_exc', 'format_exception', 'format_exception_only',
           'format_list', 'format_tb', 'print_exc', 'print_exception', 'print_list', 'print_tb']

_HEADER = 'Traceback (most recent call last):\n'
_same = object()


class FrameSummary:
    """One entry of a traceback; also behaves like (filename, lineno, name, line)."""

    def __init__(self, filename, lineno, name, line=''):
        self.filename = filename
        self.lineno = lineno
        self.name = name
        self.line = line

    def __iter__(self):
        return iter((self.filename, self.lineno, self.name, self.line))

    def __getitem__(self, index):
        return tuple(self)[index]

    def __len__(self):
        return 4

    def __eq__(self, other):
        if not isinstance(other, (FrameSummary, tuple)):
            return NotImplemented
        return tuple(self) == tuple(other)

    def __hash__(self):
        return hash(tuple(self))

    def __repr__(self):
        return '<FrameSummary file %s, line %s in %s>' % (self.filename, self.lineno, self.name)


class StackSummary(list):
    """List of FrameSummary objects."""

    def format(self):
        return format_list(self)


def extract_tb(tb, limit=None):
    """The entries of a traceback, read from what the interpreter writes about it."""
    stack = StackSummary()
    if tb is None:
        return stack
    for line in _minipy.format_exception(Exception().with_traceback(tb)).split('\n'):
        head, in_quotes, rest = line.partition('  File "')
        filename, found, place = rest.rpartition('", line ')
        if in_quotes and not head and found:
            number, _, name = place.partition(', in ')
            stack.append(FrameSummary(filename, int(number), name))
        elif line.startswith('    ') and stack and not stack[-1].line:
            stack[-1].line = line.strip()
    return stack


def format_list(extracted_list):
    lines = []
    for filename, lineno, name, line in extracted_list:
        lines.append('  File "%s", line %s, in %s\n%s' % (filename, lineno, name, '    %s\n' % line if line else ''))
    return lines


def format_tb(tb, limit=None):
    return format_list(extract_tb(tb))


def format_exception_only(exc, value=_same, /):
    """The last lines of a traceback: what kind of exception it is, and its text."""
    value = exc if value is _same else value
    if value is None:
        return ['NoneType: None\n']
    lines, kind, text = [], type(value), value
    if isinstance(value, SyntaxError):
        text = getattr(value, 'msg', value)
        if getattr(value, 'lineno', None) is not None:
            lines.append('  File "%s", line %s\n' % (getattr(value, 'filename', None) or '<string>', value.lineno))
            if getattr(value, 'text', None):
                lines.append('    %s\n' % value.text.strip())
    name = kind.__qualname__
    if kind.__module__ not in ('builtins', '__main__'):
        name = '%s.%s' % (kind.__module__, name)
    try:
        text = str(text)
    except Exception:
        text = '<exception str() failed>'
    lines.append('%s: %s\n' % (name, text) if text else name + '\n')
    for note in getattr(value, '__notes__', ()):
        lines.append('%s\n' % note)
    return lines


def format_exception(exc, /, value=_same, tb=None, limit=None, chain=True):
    """The whole traceback as a list of lines; give the exception, or its type, itself and a traceback."""
    value = exc if value is _same else value
    if value is None:
        return ['NoneType: None\n']
    if chain:
        return _minipy.format_exception(value).splitlines(True)
    stack = format_tb(value.__traceback__)
    return ([_HEADER] if stack else []) + stack + format_exception_only(value)


def format_exc(limit=None, chain=True):
    """The traceback of the exception that is being handled."""
    import sys
    return ''.join(format_exception(sys.exc_info()[1], chain=chain))


def _write(lines, file):
    if file is None:
        import sys
        file = sys.stderr
    file.write(''.join(lines))


def print_exception(exc, /, value=_same, tb=None, limit=None, file=None, chain=True):
    _write(format_exception(exc, value, tb, chain=chain), file)


def print_exc(limit=None, file=None, chain=True):
    _write([format_exc(chain=chain)], file)


def print_tb(tb, limit=None, file=None):
    _write(format_tb(tb), file)


def print_list(extracted_list, file=None):
    _write(format_list(extracted_list), file)
