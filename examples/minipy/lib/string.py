"""Character constants, capwords and Template, of which only the delimiter can be changed; no Formatter."""

__all__ = ['Template', 'ascii_letters', 'ascii_lowercase', 'ascii_uppercase', 'capwords', 'digits', 'hexdigits',
           'octdigits', 'printable', 'punctuation', 'whitespace']

whitespace = ' \t\n\r\v\f'
ascii_lowercase = 'abcdefghijklmnopqrstuvwxyz'
ascii_uppercase = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
ascii_letters = ascii_lowercase + ascii_uppercase
digits = '0123456789'
hexdigits = digits + 'abcdefABCDEF'
octdigits = '01234567'
punctuation = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'
printable = digits + ascii_letters + punctuation + whitespace

_first_characters = frozenset(ascii_letters + '_')
_more_characters = frozenset(ascii_letters + '_' + digits)
_missing = object()


def capwords(s, sep=None):
    """Split s into words, capitalize each and join them again."""
    return (sep or ' ').join([word.capitalize() for word in s.split(sep)])


def _identifier_end(text, start):
    """Where the identifier that starts at start ends; start if there is none."""
    if start >= len(text) or text[start] not in _first_characters:
        return start
    end = start + 1
    while end < len(text) and text[end] in _more_characters:
        end += 1
    return end


class Template:
    """A text in which $name and ${name} stand for values and $$ for a $."""

    delimiter = '$'

    def __init__(self, template):
        self.template = template

    def _parts(self):
        """The pieces of the template: (kind, text, place), kind is 'text', 'escaped', 'name' or 'invalid'."""
        template, delimiter = self.template, self.delimiter
        place = 0
        while True:
            found = template.find(delimiter, place)
            if found < 0:
                yield 'text', template[place:], place
                return
            yield 'text', template[place:found], place
            place = found + len(delimiter)
            if template.startswith(delimiter, place):
                place += len(delimiter)
                yield 'escaped', template[found:place], found
                continue
            braced = template.startswith('{', place)
            start = place + 1 if braced else place
            end = _identifier_end(template, start)
            if end > start and (not braced or template.startswith('}', end)):
                place = end + 1 if braced else end
                yield 'name', template[found:place], found
            else:
                yield 'invalid', delimiter, found

    def _name(self, text):
        return text[len(self.delimiter):].strip('{}')

    def _substitute(self, mapping, kwargs, safe):
        if mapping is _missing:
            mapping = {}
        pieces = []
        for kind, text, place in self._parts():
            if kind == 'escaped':
                text = self.delimiter
            elif kind == 'name':
                name = self._name(text)
                if name in kwargs:
                    text = str(kwargs[name])
                else:
                    try:
                        text = str(mapping[name])
                    except KeyError:
                        if not safe:
                            raise
            elif kind == 'invalid' and not safe:
                before = self.template[:place]
                raise ValueError('Invalid placeholder in string: line %d, col %d'
                                 % (before.count('\n') + 1, place - before.rfind('\n')))
            pieces.append(text)
        return ''.join(pieces)

    def substitute(self, mapping=_missing, /, **kwargs):
        """The text with all values in place."""
        return self._substitute(mapping, kwargs, False)

    def safe_substitute(self, mapping=_missing, /, **kwargs):
        """Like substitute(), but what has no value stays as it is."""
        return self._substitute(mapping, kwargs, True)

    def is_valid(self):
        return all(kind != 'invalid' for kind, text, place in self._parts())

    def get_identifiers(self):
        names = []
        for kind, text, place in self._parts():
            if kind == 'name' and self._name(text) not in names:
                names.append(self._name(text))
        return names
