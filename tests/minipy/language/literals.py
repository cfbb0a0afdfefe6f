"""Literals and operators on numbers."""
from each import each

each(r"""
0, 00, 1_000, 0x_ff, 0XFF, 0o17, 0b1011, 0xdead_beef
1., .5, 1e3, 1E-3, 1_0.0_1, 1e+5, 0e0, 00.5, 09.5, 1e400, -1e400
4611686018427387903
'a' "b" 'c'
'\x41\u00e9\U0001F600\101\n\t\\\'\"\a\b\f\v\r\0'
r'\n\x' R"\\" u'x'
b'\x00\xff\n\\' B'abc' rb'\x' Rb'\d' bR'\n'
None, True, False, ..., NotImplemented, Ellipsis
(), (1,), (1, 2), [], {}, {1}, {1: 2}, {*()}, [*range(3)], (*'ab', 'c'), {**{1: 2}, 3: 4}
1 if [] else 2
not 1, not 0, not not []
1 < 2 < 3, 1 < 3 < 2, 1 == 1.0 == True, 1 != 2 != 1
7 // 2, -7 // 2, 7 // -2, -7 // -2, 7 % 3, -7 % 3, 7 % -3, -7 % -3
7.5 // 2, -7.5 // 2, 7.5 % 2, -7.5 % 2, 7.5 % -2, -0.0 % 3, 0.0 % -3
divmod(7, -3), divmod(-7.5, 2), divmod(7, 0.5)
2 ** 10, 2 ** -1, (-2) ** 3, -2 ** 2, 2 ** 0.5, 0 ** 0, 2 ** 3 ** 2
(-8) ** (1/3) if False else 0
1 << 40, -1 >> 3, 5 & 3, 5 | 3, 5 ^ 3, ~5, ~-1, 1 << 0, 0 << 100, 1 >> 100, -1 >> 100
True + True, True & False, True | False, True ^ True, ~True, -True, +True
type(True & 1), type(True & False), type(+True), type(abs(True)), type(1 + True)
10 / 4, 10 / 5, 1 / 3, -1 / 3, 1e308 * 10, -1e308 * 10
1 / 0
1 // 0
1 % 0
1.0 / 0
1.0 // 0
1.0 % 0
divmod(1, 0)
divmod(1.0, 0)
0 ** -1
0.0 ** -1
1 << -1
1 >> -1
1.5 << 1
1 + 'a'
'a' + 1
'a' * 1.5
[] + ()
[] * []
-'a'
~1.5
+[]
'a' - 'b'
{} | []
1 < 'a'
[] < ()
None < None
1 in 5
'a' in 5
1 in 'abc'
5 @ 5
len(5)
5()
5[0]
None.x
(1).x
(1).real, (1).imag, (5).numerator, (5).denominator, (1.5).real, (5).bit_length(), (-5).bit_length(), (0).bit_length(), (5).bit_count()
(5).conjugate(), (1.5).conjugate(), (5).__index__(), (5).__int__(), (5).__float__(), True.__int__()
(1.5).is_integer(), (2.0).is_integer(), (0.75).as_integer_ratio(), (5).as_integer_ratio(), (1.5).hex()
int(), int(5), int(5.9), int(-5.9), int('12'), int(' -12 '), int('1_000'), int('ff', 16), int('0xff', 16), int('0xff', 0), int('z', 36), int(True), int('0b11', 0), int('+5')
int('')
int('a')
int('1.5')
int('12', 1)
int('12', 40)
int(None)
int([])
int('9', 8)
int('1__0')
int('_1')
int(float('nan'))
int(float('inf'))
int(5, 10)
int(x=5)
float(), float('1.5'), float(' 1e5 '), float('inf'), float('-inf'), float('nan'), float('1_0.5'), float(3), float(True), float('infinity'), float('.5'), float('5.')
float('')
float('abc')
float('1e')
float(None)
float([])
bool(), bool(0), bool(''), bool([]), bool(0.0), bool('a'), bool([0]), bool(None), bool(...)
round(2.5), round(3.5), round(-2.5), round(2.567, 2), round(2.5, 0), round(1234, -2), round(1250, -2), round(5), round(5.5), round(1e20, 2), round(-0.5), round(0.1 + 0.2, 10), round(True)
round('a')
round(float('nan'))
abs(-5), abs(5.5), abs(-0.0), abs(True)
min(1, 2), max(1, 2), min([3, 1, 2]), max('abc'), min([], default=5), max([1, -3], key=abs), min(1, 1.0), max(1, 1.0)
min([])
max()
min(1)
max(1, 'a')
sum([]), sum([1, 2]), sum([1.5, 2]), sum([[1], [2]], []), sum((1, 2), start=10), sum(x for x in (1, 2))
sum(['a'])
sum(['a'], '')
pow(2, 10), pow(2, 10, 1000), pow(3, -1, 7), pow(2.0, 3), pow(2, -2)
pow(2, 3, 0)
pow(2, -1, 4)
hex(255), hex(-255), oct(8), bin(5), bin(-5), hex(0), bin(True)
hex(1.5)
chr(65), chr(8364), ord('a'), ord('€'), ord(b'a')
chr(-1)
chr(0x110000)
ord('ab')
ord('')
ord(5)
1e16, 1e15, 123456789012345680.0, 1e-4, 1e-5, 0.1, 1/3, 1e100, 1.5e300, 5e-324, 1.7976931348623157e308, 100000.0, -0.0, 2.0**60, 1e22, 1e21
0.1 + 0.2, 1.1 * 3, 1e23, 9007199254740993.0
float('nan') == float('nan'), float('inf') > 1e308, float('nan') < 1
1 == 1.0, 2**53 == 2.0**53, hash(1) == hash(1.0) == hash(True), hash(0.5) == hash(0.5), 1 in [1.0], {1: 'a'}[True]
1 is 1, None is None, () is ()
hash(-1), hash(-2), hash(0), hash(1.5), hash(float('inf')), hash(-float('inf'))
1 and 2, 0 and 2, 1 or 2, 0 or 2, '' or [] or None, not (1 and 0)
(lambda: 5)(), (lambda x, y=2, *a, k=3, **kw: (x, y, a, k, kw))(1, 5, 6, k=7, z=8)
(x := 5) + x, [y := 1, y ** 2]
1 .__add__(2), (1).__radd__(2), (5).__rsub__(10), (1.5).__rtruediv__(3), int.__add__(1, 2), (1).__add__('a'), (1).__eq__(1.0), (1).__lt__(2)
(5).__floordiv__(2), (5).__divmod__(2), (5).__pow__(2), (5).__neg__(), (5).__bool__(), (5).__hash__(), (5).__repr__(), (5).__str__(), (5).__format__('03')
float.fromhex('0x1.8p1')
int.from_bytes(b'\x01\x02', 'big'), (258).to_bytes(2, 'little'), int.from_bytes(b'\xff', 'big', signed=True)
isinstance(True, int), issubclass(bool, int), type(5), type(5.0), type(''), type(None), type(...), type(type), type(NotImplemented)
""", globals())
