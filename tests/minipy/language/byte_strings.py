"""bytes and its methods."""
from each import each

b = b"Hello"
each(r"""
b[0], b[-1], b[1:3], b[::-1], b[::2], len(b), list(b), b + b' x', b * 2, 3 * b'a', b'' * 5, b'a' < b'b', b == b'Hello', b != b'x', b == 'Hello', b'l' in b, 108 in b, b'' in b, 0 in b
b[10]
b['a']
b + 'a'
'a' + b
b'a' * 1.5
'a' in b
300 in b
1.5 in b
b < 'a'
bytes(), bytes(3), bytes([1, 2, 255]), bytes(b'a'), bytes('é', 'utf-8'), bytes('a', 'ascii'), bytes((i for i in range(3))), bytes(range(65, 70)), bytes(True)
bytes('a')
bytes(-1)
bytes([256])
bytes(['a'])
bytes(1.5)
bytes(None)
bytes(5, 'utf-8')
b'caf\xc3\xa9'.decode(), b'a'.decode('ascii'), b'\xe9'.decode('latin-1'), b'\xff'.decode('utf-8', 'replace'), b'a\xffb'.decode('utf-8', 'ignore'), b'\xff'.decode('ascii', errors='replace')
b'\xff'.decode()
b'\xff'.decode('ascii')
b'abc\xe9'.decode('utf-8')
b'a'.decode('nonsense')
b.upper(), b.lower(), b.swapcase(), b.title(), b.capitalize(), b.find(b'l'), b.rfind(b'l'), b.index(b'e'), b.count(b'l'), b.find(108), b.find(b'z'), b.startswith(b'He'), b.endswith((b'x', b'lo')), b.find(b'l', 3), b.count(b'')
b.index(b'z')
b.find('a')
b.startswith('a')
b'a,b,c'.split(b','), b'a b  c'.split(), b'a,b,c'.split(b',', 1), b'a,b,c'.rsplit(b',', 1), b'a\nb\r\n'.splitlines(), b' a '.strip(), b'xax'.strip(b'x'), b' a '.lstrip(), b' a '.rstrip(), b'a-b'.partition(b'-'), b'abc'.replace(b'b', b'x'), b','.join([b'a', b'b']), b'a'.ljust(3), b'a'.rjust(3, b'*'), b'a'.center(3), b'5'.zfill(3), b'aa'.replace(b'a', b'b', 1)
b'a'.split('a')
b','.join(['a'])
b','.join([1])
b'\x01\xab'.hex(), bytes.fromhex('01 ab'), b'\x01\xab'.hex('-'), b'abc'.isalpha(), b'12'.isdigit(), b' '.isspace(), b'a1'.isalnum(), b'a'.islower(), b'A'.isupper(), b'abc'.removeprefix(b'a'), b'abc'.removesuffix(b'c'), b'a\tb'.expandtabs(4), b'ab'.translate(bytes(range(256))), b'\xff'.isascii()
bytes.fromhex('zz')
hash(b'a') == hash(b'a'), {b'a': 1}[b'a'], b'a' == 'a', repr(b'\'"\n\t\\\x7f'), str(b'a'), f'{b}', '%s' % b, b'%s %d' % (b'a', 5), bool(b''), sorted(b'cab'), max(b), sum(b), b.__len__(), b.__contains__(72), tuple(b'ab'), list(reversed(b'ab')), [*b'ab'], b'a' 'b' if False else 1
b'a'.foo
int.from_bytes(b'\x00\x10', 'big'), (1024).to_bytes(2, 'big'), (-1).to_bytes(2, 'little', signed=True), int.from_bytes(b'\xfe', 'little', signed=True)
(300).to_bytes(1, 'big')
(-1).to_bytes(1, 'big')
""", globals())
for wrong in ("b[0] = 1", "del b[0]", "b.x = 1"):
    try:
        exec(wrong)
    except Exception as e:
        print(wrong, type(e).__name__, e)


class Packet(bytes):
    def __new__(cls, data, kind):
        self = super().__new__(cls, data)
        self.kind = kind
        return self


p = Packet(b"xyz", "k")
print(p, p.kind, p[0], p[1:], type(p[1:]).__name__, p == b"xyz", hash(p) == hash(b"xyz"), len(p), bytes(p), isinstance(p, bytes))
x, *y = b"abc"
print(x, y)
