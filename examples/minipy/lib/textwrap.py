"""Paragraphs: TextWrapper, wrap, fill, shorten, dedent and indent."""

__all__ = ['TextWrapper', 'dedent', 'fill', 'indent', 'shorten', 'wrap']

_WHITESPACE = '\t\n\x0b\x0c\r '
_spaces = {ord(char): ord(' ') for char in _WHITESPACE}


def _is_word(char):
    return char.isalnum() or char == '_'


def _is_letter(char):
    return (char.isalnum() or char == '_') and not char.isdecimal()


def _before_dash(char):
    return _is_word(char) or char in '!"\'&.,?'


def _dashes_before_word(text, start):
    """Where the dashes at start end if they are an em-dash before a word, else start."""
    end = start
    while end < len(text) and text[end] == '-':
        end += 1
    if end - start >= 2 and end < len(text) and _is_word(text[end]):
        return end
    return start


def _can_break_at_hyphen(text, place):
    """Is there, at place, a hyphen between the parts of a compound word?"""
    if text[place] != '-' or place < 2:
        return False
    before, char = text[place - 2], text[place - 1]
    compound = _is_letter(before) and _is_letter(char) or (
        before == '-' and place > 2 and _is_letter(text[place - 3]) and _is_letter(char))
    after = text[place + 1:place + 4]
    if not compound or not after or not _is_letter(after[0]):
        return False
    if after[1:2] == '-':
        return len(after) > 2 and _is_letter(after[2])
    return len(after) > 1 and _is_letter(after[1])


def _word_end(text, start):
    """Where the piece of a word ends that starts at start: at space, behind a hyphen, before an em-dash."""
    end = start + 1
    while end < len(text) and text[end] not in _WHITESPACE:
        if _can_break_at_hyphen(text, end):
            return end + 1
        if _before_dash(text[end - 1]) and _dashes_before_word(text, end) > end:
            return end
        end += 1
    return end


def _split_words(text, on_hyphens):
    """The words of text and the space between them, one after the other."""
    chunks = []
    start = 0
    while start < len(text):
        end = start
        while end < len(text) and text[end] in _WHITESPACE:
            end += 1
        if end == start and not on_hyphens:
            while end < len(text) and text[end] not in _WHITESPACE:
                end += 1
        if end == start and start > 0 and _before_dash(text[start - 1]):
            end = _dashes_before_word(text, start)
        if end == start:
            end = _word_end(text, start)
        chunks.append(text[start:end])
        start = end
    return chunks


class TextWrapper:
    """Breaks a paragraph into lines; the options are attributes."""

    def __init__(self, width=70, initial_indent='', subsequent_indent='', expand_tabs=True,
                 replace_whitespace=True, fix_sentence_endings=False, break_long_words=True,
                 drop_whitespace=True, break_on_hyphens=True, tabsize=8, *, max_lines=None,
                 placeholder=' [...]'):
        self.width = width
        self.initial_indent = initial_indent
        self.subsequent_indent = subsequent_indent
        self.expand_tabs = expand_tabs
        self.replace_whitespace = replace_whitespace
        self.fix_sentence_endings = fix_sentence_endings
        self.break_long_words = break_long_words
        self.drop_whitespace = drop_whitespace
        self.break_on_hyphens = break_on_hyphens
        self.tabsize = tabsize
        self.max_lines = max_lines
        self.placeholder = placeholder

    def _split(self, text):
        return _split_words(text, self.break_on_hyphens)

    def _chunks(self, text):
        if self.expand_tabs:
            text = text.expandtabs(self.tabsize)
        if self.replace_whitespace:
            text = text.translate(_spaces)
        chunks = self._split(text)
        if self.fix_sentence_endings:
            for place in range(1, len(chunks)):
                if chunks[place] == ' ' and _ends_sentence(chunks[place - 1]):
                    chunks[place] = '  '
        return chunks

    def wrap(self, text):
        """The lines, without newlines, that text makes."""
        return self._wrap_chunks(self._chunks(text))

    def fill(self, text):
        """The lines that text makes, as one string."""
        return '\n'.join(self.wrap(text))

    def _wrap_chunks(self, chunks):
        if self.width <= 0:
            raise ValueError('invalid width %r (must be > 0)' % self.width)
        if self.max_lines is not None:
            indent = self.subsequent_indent if self.max_lines > 1 else self.initial_indent
            if len(indent) + len(self.placeholder.lstrip()) > self.width:
                raise ValueError('placeholder too large for max width')
        lines = []
        todo = chunks[::-1]         # the next chunk is the last one
        while todo:
            indent = self.subsequent_indent if lines else self.initial_indent
            width = self.width - len(indent)
            if self.drop_whitespace and lines and not todo[-1].strip():
                todo.pop()
            line, length = self._take_line(todo, width)
            if not line:
                continue
            if (self.max_lines is None or len(lines) + 1 < self.max_lines
                    or (not todo or self.drop_whitespace and len(todo) == 1 and not todo[0].strip())
                    and length <= width):
                lines.append(indent + ''.join(line))
            else:
                self._add_last_line(lines, line, length, width, indent)
                break
        return lines

    def _take_line(self, todo, width):
        """Take the chunks of a line from the end of todo; returns them and their length."""
        line = []
        length = 0
        while todo and length + len(todo[-1]) <= width:
            length += len(todo[-1])
            line.append(todo.pop())
        if todo and len(todo[-1]) > width:
            self._take_long_word(todo, line, length, width)
            length = sum([len(chunk) for chunk in line])
        if self.drop_whitespace and line and not line[-1].strip():
            length -= len(line.pop())
        return line, length

    def _take_long_word(self, todo, line, length, width):
        """Deal with a chunk that is longer than any line: break it, or put it on a line of its own."""
        space = 1 if width < 1 else width - length
        if self.break_long_words:
            chunk = todo[-1]
            end = space
            if self.break_on_hyphens and len(chunk) > space:
                hyphen = chunk.rfind('-', 0, space)
                if hyphen > 0 and chunk[:hyphen].strip('-'):
                    end = hyphen + 1
            line.append(chunk[:end])
            todo.pop()
            if chunk[end:]:
                todo.append(chunk[end:])
        elif not line:
            line.append(todo.pop())

    def _add_last_line(self, lines, line, length, width, indent):
        """Add the line that shows, with the placeholder, that there is more text."""
        while line:
            if line[-1].strip() and length + len(self.placeholder) <= width:
                lines.append(indent + ''.join(line) + self.placeholder)
                return
            length -= len(line.pop())
        if lines:
            before = lines[-1].rstrip()
            if len(before) + len(self.placeholder) <= self.width:
                lines[-1] = before + self.placeholder
                return
        lines.append(indent + self.placeholder.lstrip())


def _ends_sentence(chunk):
    """Does a chunk end with a lower-case letter, . or ! or ? and perhaps a quote?"""
    if chunk[-1:] in ('"', "'"):
        chunk = chunk[:-1]
    return len(chunk) > 1 and chunk[-1] in '.!?' and 'a' <= chunk[-2] <= 'z'


def wrap(text, width=70, **kwargs):
    """The lines that a paragraph makes."""
    return TextWrapper(width=width, **kwargs).wrap(text)


def fill(text, width=70, **kwargs):
    """The lines that a paragraph makes, as one string."""
    return TextWrapper(width=width, **kwargs).fill(text)


def shorten(text, width, **kwargs):
    """Text on one line, its end replaced by a placeholder if it is too long."""
    return TextWrapper(width=width, max_lines=1, **kwargs).fill(' '.join(text.strip().split()))


def dedent(text):
    """Remove the space that all lines start with; lines of spaces and tabs only become empty."""
    lines = ['' if not line.strip(' \t') else line for line in text.split('\n')]
    margin = None
    for line in lines:
        if line:
            space = line[:len(line) - len(line.lstrip(' \t'))]
            if margin is None:
                margin = space
            while not space.startswith(margin):
                margin = margin[:-1]
    return '\n'.join([line[len(margin or ''):] for line in lines])


def indent(text, prefix, predicate=None):
    """Put prefix before the lines for which predicate is true, by default those that are not blank."""
    if predicate is None:
        predicate = str.strip
    return ''.join([prefix + line if predicate(line) else line for line in text.splitlines(True)])
