"""str and its methods."""
from each import each

s = "Hello, World"
u = "naïve日本€😀"
each(r"""
s[0], s[-1], s[1:4], s[::-1], s[::2], s[-3:], s[:-3], s[10:2], s[100:], s[5:1:-1], u[5], u[-1], u[::-1], u[2:7], len(u), u[7:1:-2]
s[100]
s[-100]
s['a']
s[1.5]
s[::0]
s[None:None:None], s[True]
s + u, s * 2, 2 * 'ab', 'ab' * 0, 'ab' * -1, '' * 5
'a' < 'b', 'a' < 'B', 'abc' < 'abd', 'ab' < 'abc', '' < 'a', 'é' > 'z', 'a' == 'a', 'a' != 'b', '日' > 'é'
'ell' in s, 'x' in s, '' in s, '日' in u, 'x' not in s
s.lower(), s.upper(), s.swapcase(), s.title(), s.capitalize(), s.casefold(), 'hELLO wORLD'.capitalize(), "they're bill's".title(), 'a1b c2d'.title()
'ÀÉß'.lower(), 'àéñ'.upper(), 'straße'.upper(), 'ÄÖ'.swapcase(), 'éa'.title(), 'Éa'.isupper(), 'éa'.islower(), 'я'.upper(), 'Σ'.lower()
'a,b,c'.split(','), 'a b  c '.split(), ' a b '.split(' '), 'a,b,c'.split(',', 1), 'abc'.split('x'), ''.split(), ''.split(','), 'a b c'.split(None, 1), 'a b c'.rsplit(None, 1), 'a,b,c'.rsplit(',', 1), 'a--b--c'.split('--'), 'a b c'.split(maxsplit=1), 'a,b'.split(sep=','), '  a  b  '.rsplit(), 'a\u2003b'.split()
'a'.split('')
'a'.split(5)
'a'.split(b'a')
'a\nb\r\nc\rd'.splitlines(), 'a\nb\n'.splitlines(True), ''.splitlines(), '\n'.splitlines(), 'a\n\nb'.splitlines(keepends=True), 'a\x0bb\x0cc\x1cd\u2028e\x85f'.splitlines()
','.join(['a', 'b']), ''.join([]), ','.join('abc'), '-'.join(('x',)), ', '.join({'k': 1}), ''.join(c for c in 'xyz')
','.join([1])
','.join(['a', None])
','.join(5)
' a '.strip(), 'xxaxx'.strip('x'), 'xyaxy'.strip('yx'), ' a '.lstrip(), ' a '.rstrip(), '\t\na\r\n'.strip(), 'abc'.strip(''), 'aaa'.strip('a'), 'www.example.com'.lstrip('w.'), 'ééaé'.strip('é'), '\u2003a\xa0'.strip()
'a'.strip(5)
'abcabc'.replace('b', 'X'), 'abcabc'.replace('b', 'X', 1), 'abc'.replace('', '-'), 'aaa'.replace('aa', 'b'), 'abc'.replace('x', 'y'), ''.replace('', 'x'), 'abc'.replace('', '-', 2), 'aaa'.replace('a', '', 2), 'éé'.replace('', '.')
'a'.replace('a')
'a'.replace(1, 'b')
'abcabc'.find('c'), 'abcabc'.find('c', 3), 'abcabc'.find('x'), 'abc'.find(''), 'abc'.find('', 3), 'abc'.find('', 4), 'abcabc'.rfind('c'), 'abcabc'.rfind('c', 0, 4), 'abc'.rfind(''), u.find('本'), u.rfind('€'), 'abc'.find('c', -1), 'abc'.find('a', None, None), 'abcabc'.index('b', 2), 'abcabc'.rindex('a')
'abc'.index('x')
'abc'.rindex('x')
'abc'.find(1)
'abc'.find('a', 'b')
'aaa'.count('a'), 'aaa'.count('aa'), 'abc'.count(''), 'abc'.count('x'), 'aaa'.count('a', 1), 'aaa'.count('a', 1, 2), ''.count(''), 'éé'.count('')
'abc'.startswith('a'), 'abc'.startswith('b', 1), 'abc'.startswith(('x', 'a')), 'abc'.startswith(''), 'abc'.startswith('abcd'), 'abc'.endswith('c'), 'abc'.endswith('b', 0, 2), 'abc'.endswith(('x', 'bc')), 'abc'.startswith(()), 'abc'.startswith('', 4), 'abc'.endswith('')
'abc'.startswith(5)
'abc'.startswith(['a'])
'abc'.endswith((5,))
'prefixed'.removeprefix('pre'), 'prefixed'.removesuffix('ed'), 'abc'.removeprefix('x'), 'abc'.removesuffix('')
'a'.isalpha(), 'a1'.isalnum(), '1'.isdigit(), ' '.isspace(), 'a'.islower(), 'A'.isupper(), 'Ab'.istitle(), 'a b'.istitle(), ''.isalpha(), 'é'.isalpha(), '日'.isalpha(), '€'.isalpha(), 'a_b'.isidentifier(), '1a'.isidentifier(), ''.isidentifier(), 'é'.isidentifier(), 'abc'.isascii(), u.isascii(), ''.isascii(), 'a\n'.isprintable(), 'abc'.isprintable(), '-1'.isdigit(), 'a b'.isalpha(), '😀'.isalnum()
'ab'.ljust(5), 'ab'.rjust(5), 'ab'.center(5), 'ab'.center(6), 'a'.center(4), 'abc'.center(6), 'ab'.ljust(5, '*'), 'ab'.rjust(5, '*'), 'ab'.center(5, 'é'), 'abc'.ljust(2), '5'.zfill(3), '-5'.zfill(4), '+5'.zfill(3), ''.zfill(2), '日'.rjust(3)
'a'.ljust(5, 'xy')
'a'.ljust('b')
'a'.center()
'a-b-c'.partition('-'), 'a-b-c'.rpartition('-'), 'abc'.partition('x'), 'abc'.rpartition('x'), 'a--b'.partition('--')
'a'.partition('')
'a'.partition(5)
'a\tb'.expandtabs(), 'a\tb'.expandtabs(4), '\t'.expandtabs(2), 'a\n\tb'.expandtabs(4), 'a\tb'.expandtabs(0), 'ab\tc'.expandtabs(tabsize=4)
'abc'.translate({97: 'x', 98: None, 99: 100}), 'abc'.translate(str.maketrans('ab', 'xy')), 'abc'.translate(str.maketrans('ab', 'xy', 'c')), 'abc'.translate(str.maketrans({'a': 'AA', 98: None}))
str.maketrans('ab', 'x')
'é'.encode(), 'abc'.encode('ascii'), 'é'.encode('latin-1'), 'é€'.encode('ascii', 'ignore'), 'é'.encode('ascii', 'replace'), 'é'.encode('ascii', 'backslashreplace'), 'é'.encode('utf-8', 'strict'), '€'.encode(encoding='utf8')
'é'.encode('ascii')
'€'.encode('latin-1')
'a'.encode('nonsense')
str(b'\xc3\xa9', 'utf-8'), str(b'\xff', 'utf-8', 'replace'), str(b'a', encoding='ascii')
str(b'\xff', 'utf-8')
str('a', 'utf-8')
str(5, 'utf-8')
list('aé日'), tuple('ab'), set('aa'), sorted('hello'), [c for c in u], list(enumerate('ab')), list(reversed('abé')), max('abé'), dict(zip('ab', 'cd'))
'a' 'b', 'a'.__add__('b'), 'a'.__len__(), 'a'.__contains__('a'), 'abc'.__getitem__(1), 'a'.__eq__(1), 'a'.__mul__(3), 'a'.__rmul__(2), 'a'.__hash__() == hash('a'), 'a'.__mod__(()), 'a'.__class__, 'a'.__lt__('b'), 'ab'.__iter__().__next__()
str.upper('a'), str.join(',', ['a']), list(map(str.upper, 'ab')), sorted(['b', 'A'], key=str.lower)
str.upper()
str.upper(5)
str.upper('a', 'b')
'a'.upper('b')
'a'.nonsense
'a'.x.y
'abc' 'def'.upper(), ('a' * 3).join('bc')
hash('a') == hash('a'), 'a' is 'a', ''.join(['a', 'b']) == 'ab'
'%s' % 'é', f'{u!r}', repr(u), ascii(u), len(repr('\ud7ff'))
'a' 'b' == 'ab' and 'x', str() == '', str(object=5), 'abc'.__str__(), 'a'.__repr__(), 'a\0b', len('a\0b'), 'a\0b'.split('\0'), 'a\0b' < 'a\0c', 'x' in 'a\0x'
'{:>{w}}'.format('a', w=3), 'a'.__format__('>3'), 'abc'[1:].upper().lower().strip()
""", globals())


class Name(str):
    tag = "t"

    def __new__(cls, text, extra=None):
        self = super().__new__(cls, text.title())
        self.extra = extra
        return self

    def __repr__(self):
        return f"Name({str(self)!r}, {self.extra!r})"


n = Name("bob smith", extra=5)
print(n, repr(n), n.upper(), type(n.upper()).__name__, n == "Bob Smith", hash(n) == hash("Bob Smith"), {n: 1}["Bob Smith"], n[0], n + "!", len(n), isinstance(n, str), n.tag, n.extra, f"{n:>12}|", "%s" % n)
print([n], str(n), type(str(n)).__name__, n.split(), sorted([n, "Al"]), "Bob" in n, ",".join([n, n]))
for wrong in (lambda: "a".foo, lambda: "a"[{}], lambda: setattr("a", "x", 1), lambda: "abc".__setitem__, lambda: exec("'a'[0] = 'b'"), lambda: exec("del 'a'[0]")):
    try:
        wrong()
    except Exception as e:
        print(type(e).__name__, e)
