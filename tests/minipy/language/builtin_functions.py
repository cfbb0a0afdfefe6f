"""The other built-in functions, print, sys, files, and how values print."""
import sys, os, tempfile
from each import each, tried


class A:
    """Doc of A."""
    def __init__(self): self.x = 1
    def m(self): pass


def f(): "doc of f"


a = A()
each("""
repr(len), repr(print), repr(A), repr(int), repr(A.m)[:17], repr(a.m)[:20], repr(type), repr(None), repr(...), repr(NotImplemented), repr(object), repr(ValueError), repr(sys), repr(type(f)), repr(type(len)), repr(type(a.m)), repr(type(str.upper)), repr(str.upper), repr(slice(1)), repr(range(3)), repr(Ellipsis), repr(f)[:13], repr(a)[:20], repr(lambda: 0)[:20], repr(type(sys)), repr(property), repr(list.__getitem__)
len([1]), len('é'), len({1: 2}), len(range(3)), len(b'ab'), len(set())
abs(-1), callable(a), callable(A), id(a) == id(a), type(a) is A, isinstance(a, object), hash(a) == hash(a), bool(a)
getattr(a, 'x'), getattr(a, 'y', None), hasattr(a, 'm'), setattr(a, 'z', 5), a.z, delattr(a, 'z'), hasattr(a, 'z'), vars(a), a.__dict__
getattr(a, 5)
setattr(a, 5, 1)
getattr(a, 'nope')
vars(5)
vars(A)['__doc__'], A.__doc__, f.__doc__, a.__doc__
dir(a)[-2:], 'm' in dir(A), 'append' in dir([]), dir(type('E', (), {'zz': 1}))[-1], isinstance(dir(), list)
[*map(ord, 'ab')], chr(97), ascii('é'), bin(2), oct(8), hex(16), format(3.14159, '.2f'), repr('a'), str(5), int('5'), float('1.5'), bool(1)
eval('1+1'), eval('x', {'x': 3}), eval('x + y', {'x': 1}, {'y': 2}), [eval(t) for t in ('[]', '{}', '()')]
eval('1 1')
eval('import x')
exec('pass'), exec('') is None
iter('a').__next__(), next(iter('b')), next(iter(''), 0), list(iter(int, 1) if False else [])
isinstance(1, (str, int)), issubclass(bool, (str, int)), issubclass(A, A), isinstance(A, type), isinstance(type, type), isinstance(type, object), isinstance(None, type(None)), isinstance(int, type), isinstance(1, int | str), isinstance('a', int | None)
issubclass(1, int)
isinstance(1, [int])
input
open
frozenset
__import__('sys') is sys, __name__, __debug__
int | str, int | None, int | str | None, (int | None) == (None | int), int | int, list[int]([1]), isinstance(5, int | str), isinstance(None, str | None), hash(int | str) == hash(str | int), (int | str).__args__, type(int | str)
int | 5
5 | int
sum([0.1] * 3), sum([1, 2.5]), min('b', 'a', key=ord), max([1, 2], [1, 3]), round(-1.5), round(1.25, 1), divmod(5, 2), pow(2, 5, 3)
sys.version_info >= (3, 8), sys.byteorder, sys.argv[1:], sys.stdout is sys.__stdout__, sys.getrecursionlimit(), sys.platform, isinstance(sys.path, list), sys.stdin is not None, sys.executable != '', sys.version != '', sys.exc_info(), sys.intern('a'), sys.getsizeof([]) > 0, isinstance(sys.modules, dict), sys.float_info.max, sys.flags.debug
os.path.join('a', 'b'), os.path.basename('/x/y.z'), os.path.splitext('a.b.c'), os.path.dirname('/x/y'), os.path.exists('/nonexistent'), os.sep, os.getcwd() != '', os.path.isdir('/'), os.environ.get('NOPE_NOT_SET'), os.linesep, os.path.normpath('a/../b/./c'), os.path.split('/a/b'), os.path.isabs('/a')
os.listdir('/nonexistent')
os.remove('/nonexistent')
open('/nonexistent/x', 'w')
open('/', 'r')
open('x', 'q')
""", globals())
print()
print("a", 1, None, [1], sep="|", end="<\n")
print("x", end="")
print(*[1, 2, 3], sep="\n")
print("", "a", "", sep=",")
print("unicode é 日本 😀", 'quo"te', "tab\tnew\\n")
print(1, file=sys.stdout, flush=True)
print(None, file=None)
sys.stdout.write("written\n")
print(sys.stdout.write("") == 0, sys.stdout.writable() if hasattr(sys.stdout, "writable") else True)
folder = tempfile.mkdtemp()
path = os.path.join(folder, "file.txt")
with open(path, "w") as out:
    print(out.write("line 1\nline é\n"), out.writelines(["x\n", "y"]), out.name == path, out.closed, out.mode)
    print("printed", file=out)
with open(path, encoding="utf-8") as lines:
    print([line for line in lines], lines.read(), lines.closed)
with open(path) as lines:
    print(repr(lines.readline()), lines.read(3), lines.readlines(), lines.seek(0), lines.readline(), lines.tell() > 0)
print(lines.closed, tried(lines.read), tried(lambda: open(path, "x"))[:40])
with open(path, "a") as out:
    out.write("appended")
with open(path, "rb") as raw:
    data = raw.read()
    print(data[:7], len(data), type(data).__name__)
with open(path, "wb") as raw:
    print(raw.write(b"\xff\x00raw"), tried(raw.write, "text"), tried(lambda: raw.read()))
print(tried(lambda: open(path).read()), open(path, "rb").read(), os.path.getsize(path), os.listdir(folder), os.path.isfile(path))
os.rename(path, path + "2")
os.remove(path + "2")
os.rmdir(folder)
print(os.path.exists(folder))
big = [list(range(i)) for i in range(4)]
print(big, {"nested": {"a": [1, (2, 3)], 5: {6}}}, [None, True, 1.0, "s", b"b"])
rec = [1]
rec.append(rec)
rd = {"self": None}
rd["self"] = rd
rt = ([],)
rt[0].append(rt)
print(rec, rd, rt, str(rec), repr(rec) == str(rec))


class R:
    def __repr__(self): return f"R({self.inner!r})"


r = R()
r.inner = [r] if False else 5
print(r, [r, r], {r: r})
sys.stderr.write("to stderr\n")
x = 5
print(f"{x=}", sys.exit)
sys.exit("exit message")
