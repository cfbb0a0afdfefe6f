"""f-strings, str.format, % and format()."""
from each import each


class Odd:
    def __format__(self, spec):
        return f"<{spec}>"

    def __repr__(self):
        return "Odd()"

    def __str__(self):
        return "odd"


class Plain:
    x = 5
    items = {"a": 1, 0: 2}

    def __repr__(self):
        return "Plain é"


odd, plain, width, precision, name = Odd(), Plain(), 10, 3, "world"
each(r"""
f'', f'a', f'{name}', f'{name!r}', f'{name!s:>10}', f'{name!a}', f'{{}}', f'{{{name}}}'
f'{odd}', f'{odd:abc}', f'{odd!r}', f'{odd!s}', f'{odd!r:>8}', f'{plain!a}', f'{odd:{width}}'
f'{3.14159:{width}.{precision}}', f'{3.14159:.{precision}f}', f'{name:{"<" + "20"}}|'
f'{1+2=}', f'{name=}', f'{name = }', f'{name=!s}', f'{3.14159=:.2f}', f'{ name =}'
f'{[1, 2][0]}', f'{{"a": 1}["a"]}', f'{ {"a": 1}["a"] }', f'{(lambda x: x * 2)(3)}', f'{1 if name else 2}', f'{"x" "y"}'
f'{1}' 'b' f"{2}", 'a{}' f'{1}', rf'\n{1}', fr'{1}\d', f'\n{1}\x41'
f'{1:>5}|{1:<5}|{1:^5}|{1:=5}|{-1:=5}|{-1:05}|{1:+}|{1: }|{-1: }|{1:-}'
f'{1:*>5}|{1:x<5}|{1:^^5}|{"a":é^5}'
f'{255:x}|{255:X}|{255:#x}|{255:#X}|{255:o}|{255:#o}|{255:b}|{255:#b}|{255:d}|{255:n}|{65:c}|{-255:#x}|{255:#010x}|{255:#_x}'
f'{1234567:,}|{1234567:_}|{1234567.891:,.2f}|{-1234567:,}|{123:,}|{1234:010,}|{0xffffffff:_x}|{0b11111:_b}|{12345678:_b}'
f'{1.5:f}|{1.5:.0f}|{2.5:.0f}|{1.5:e}|{1.5:E}|{1.5:g}|{1.5:G}|{1.5:%}|{0.256:.1%}|{1e10:g}|{1e-10:g}|{1.0:g}|{1.0:#g}|{123456789.0:g}'
f'{1.0:}|{1e20:}|{1.0:.3}|{1234.5:.2}|{0.00001:.3}|{float("nan"):f}|{float("inf"):5}|{-float("inf"):08.2f}|{float("nan"):F}|{1e300:,.1f}'[:80]
f'{5:f}|{5:.2f}|{5:e}|{5:%}|{5:g}|{True:d}|{True}|{True:5}|{False:>6}'
f'{"abc":.2}|{"abc":5.1}|{"abc":>6}|{"abc":s}|{"abc":^7}|{"日本":>5}|{"abc":05}'
f'{None}|{None!r:>6}|{[1]!s:>6}|{...}'
f'{-0.0:f}|{-0.0:.0f}|{-0.001:.1f}|{0.5:.0f}|{1.5:+.1f}|{1.5: .1f}|{-1.5:=+9.2f}|{1.5:09.2f}|{-0.0:z.1f}'
format(5, '03'), format(5), format('a', '>3'), format(odd, 'q'), format(None), format(3.0, '.1f'), format(True), format([1])
format(5, 's')
format('a', 'd')
format('a', '=5')
format('a', '+')
format('a', ',')
format(5.0, 'd')
format(5, '.2')
format(5, '.2d')
format(5.0, 'x')
format([], '5')
format(None, 's')
format(5, 'zz')
format(5, '5.')
format(5.5, '.')
format(5, ',_')
format(5, ',x')
format(-5, 'c')
format(plain, 'd')
format(5, 5)
'{} {}'.format(1, 2), '{1} {0}'.format(1, 2), '{a} {b}'.format(a=1, b=2), '{0.x} {0.items[a]} {0.items[0]}'.format(plain), '{!r} {!s}'.format('a', 'b'), '{:>5}'.format(1), '{:{}}'.format(1, 5), '{:{w}.{p}f}'.format(1.5, w=8, p=2), '{{}}'.format(), '{0}{0}'.format('x'), '{:%}'.format(0.5)
'{[0]}{[1]}'.format([1, 2], [3, 4]), '{0[a]}'.format({'a': 5}), '{x}'.format_map({'x': 5})
'{}'.format()
'{0} {}'.format(1, 2)
'{a}'.format(b=1)
'{'.format(1)
'}'.format(1)
'{0.y}'.format(plain)
'{0[z]}'.format({'a': 5})
'{!x}'.format(1)
'{:d}'.format('a')
'%s %r %d' % ('a', 'b', 5), '%5d|%-5d|%05d|%+d|% d' % (1, 2, 3, 4, 5), '%x %X %o %#x %#o' % (255, 255, 8, 255, 8), '%c%c' % ('a', 66), '%%' % (), '%s' % 5, '%s' % (5,), '%s' % [1, 2], '%(a)s %(b)5d' % {'a': 1, 'b': 2}
'%.2f|%8.3f|%-8.1f|%e|%.3E|%g|%G|%i|%u' % (1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5, 8, 9), '%5s|%-5s|%.2s|%5.1s' % ('a', 'b', 'cde', 'fgh'), '%*d|%-*d|%.*f' % (5, 1, 5, 2, 2, 3.14159), '%a' % 'é', '%d' % 3.99, '%d' % True, '%s' % None, '%r' % odd, '%s' % odd, '%10.4r|' % 'abc', '%+.1e' % 12345.678, '%#.0f %g %g' % (3.0, 1e-5, 1e16)
'%s %s' % 'a'
'%s' % (1, 2)
'%d' % 'a'
'%z' % 1
'%' % ()
'%(a)s' % 5
'%(a)s' % {}
'%c' % 'ab'
'%c' % -1
'%x' % 1.5
'%f' % 'a'
'a' % 1
'a' % {}
'a' % [1]
'a' % ()
str(1.0), str(1e16), repr(1e-7), str('a'), str(b'a'), str(None), str(), str(odd), repr(odd), ascii('aé€😀'), ascii([odd, 'é']), str(b'ab', 'utf-8'), repr('a\'b'), repr("a'b\"c"), repr('\x00\x7f\x80\xa0\xad\u200b\u2028é日😀'), repr('\t\n\r\\')
""", globals())
try:
    print(f"{undefined_name}")
except NameError as e:
    print(e)
value = 12.5
print(f"{value:.{precision}f} and {value!r:>{width}} {'nested ' + f'{value:{width}.{1}f}'}")
print(f"a" f"{'b'}" "c{d}" rf"{'e'}\{'f'}")
print("%s" % "only" + "!", "%s-%s" % tuple("ab"), "%(x)s" % dict(x=[1]))
print("Hello, %(name)s! %(n)03d %%" % {"name": "you", "n": 7})
