"""Functions: parameters of all kinds, and what is said of wrong arguments."""
from each import each, tried


def none(): return "none"
def one(a): return a
def two(a, b): return a, b
def defaults(a, b=2, c=3): return a, b, c
def star(a, *rest): return a, rest
def named(*, k): return k
def named2(*, k, l): return k, l
def optional(*, k=1): return k
def mixed(a, b=2, *rest, k, l=5, **more): return a, b, rest, k, l, more
def only(a, b, /): return a, b
def only_default(a, b=2, /, c=3, *, d=4): return a, b, c, d
def posrest(a, /, **more): return a, more
def anything(*args, **kwargs): return args, kwargs
def three(a, b, c): return a, b, c
def four(*, a, b, c): pass


class C:
    def __init__(self, x, y=0):
        self.x = x

    def method(self, a, b=1):
        return a, b

    def nothing(): pass

    @classmethod
    def cm(cls, a): return cls.__name__, a

    @staticmethod
    def sm(a): return a

    def __call__(self, a): return a


class Empty: pass
class New:
    def __new__(cls, a): return super().__new__(cls)


c = C(1)
gen = lambda *a: (yield a)
each(r"""
none(), one(1), one(a=1), two(1, 2), two(b=1, a=2), two(1, b=2), defaults(1), defaults(1, c=5), defaults(*[1, 2]), defaults(**{'a': 1}), star(1, 2, 3), star(*'abc'), named(k=1), optional(), mixed(1, k=2), mixed(1, 2, 3, k=4, z=5), mixed(*range(4), **{'k': 1, 'q': 2}), only(1, 2), only_default(1, c=2, d=3), posrest(1, a=2), anything(1, *[2], *(3,), x=1, **{'y': 2}, **{}), anything(*'ab', 'c', k=1, *'d')
none(1)
none(1, 2)
none(a=1)
one()
one(1, 2)
one(1, 2, 3)
one(1, a=2)
one(b=2)
one(1, b=2)
two()
two(1)
two(b=1)
two(1, 2, 3)
two(1, a=2)
three()
three(1)
defaults()
defaults(1, 2, 3, 4)
defaults(d=1)
star()
star(a=1, *[2])
named()
named(1)
named(1, k=2)
named(k=1, l=2)
named2()
named2(k=1)
four()
optional(1)
optional(1, k=2)
mixed()
mixed(1)
mixed(1, k=1, a=2)
mixed(k=1)
only()
only(1)
only(1, b=2)
only(a=1, b=2)
only(1, 2, 3)
only_default()
only_default(1, 2, 3, 4)
only_default(1, b=2)
only_default(1, 2, 3, c=4)
only_default(1, e=5)
posrest()
posrest(a=1)
one(*5)
one(*None)
one(**5)
one(**[1])
anything(**{1: 2})
anything(a=1, **{'a': 2})
two(1, **{'a': 2})
one(**{'a': 1}, **{'a': 2})
(lambda: 1)(2)
(lambda x: x)()
(lambda *, k: k)()
c.method()
c.method(1, 2, 3)
c.method(1, self=2)
c.nothing()
C.method()
C.method(1)
C()
C(1, 2, 3)
C(1, z=1)
C(1, x=2)
C.cm()
C.cm(1, 2)
C.sm()
c.sm(1, 2)
c()
c(1, 2)
Empty(1)
Empty(a=1)
New()
New(1, 2)
object(1)
next(gen(1, 2)), list(gen())
len()
len(1, 2)
len(obj=[])
len([], key=1)
print(sepp=1)
print('a', sep=5)
print('a', end=b'')
isinstance(1)
getattr()
getattr(1)
getattr(1, 2)
hasattr(1, 2)
setattr(1, 'a')
enumerate([1], 'a')
zip(1)
map(len)
map()
range()
range('a')
range(1, 2, 0)
range(1, 2, 3, 4)
iter(5)
iter(5, 6)
next(5)
next([])
reversed(5)
reversed({1})
abs()
abs('a')
int([1])
chr('a')
ord()
dict(1)
str(1, 2, 3, 4)
open('/nonexistent')
type(1, 2)
type('X', (), {})
type('X', 5, {})
type(5, (), {})
super()
issubclass(1, int)
isinstance(1, 5)
isinstance(1, (int, 5)), isinstance('a', (int, (float, str)))
callable(len), callable(5), callable(c), callable(C), callable(Empty())
max(key=len)
sum(5)
filter(None)
divmod(1)
round()
hash()
id()
vars(5)
dir(5) != []
input(1, 2)
eval()
compile('1')
__import__()
property(1, 2, 3, 4, 5)
classmethod()
staticmethod(1, 2)
object.__new__()
object.__new__(5)
int.__new__(str)
list.__new__(int)
""", globals())


def f(a, b=[], *, c={}):
    """Doc."""
    b.append(a)
    c[a] = len(b)
    return b, c


print(f(1), f(2), f.__defaults__, f.__kwdefaults__, f.__name__, f.__qualname__, f.__doc__, f.__module__, f.__code__.co_name, f.__code__.co_varnames, f.__code__.co_argcount, f.__code__.co_kwonlyargcount)
f.__defaults__ = (5,)
print(tried(lambda: one.__defaults__), f.__defaults__)
f.attribute = 1
print(f.attribute, f.__dict__, hasattr(f, "x"))


def annotated(a: int, b: "str" = "x", *args: list, k: dict = None, **kw: tuple) -> bool:
    x: int = 5
    return x, a, b, args, k, kw


print(annotated(1), annotated(1, 2, 3, k=4, z=5))
order = []


def log(x):
    order.append(x)
    return x


anything(log(1), *[log(2)], log(3), k=log(4), **{"z": log(5)})
log(three)(log("a"), c=log("b"), b=log("c"))
print([getattr(o, "__name__", o) for o in order])
print((lambda a, /, b, *, c: (a, b, c))(1, b=2, c=3), (lambda *a, **k: (a, k))(1, x=2))


def recursive(n):
    return 1 if n <= 1 else n * recursive(n - 1)


print(recursive(15), [(lambda n: n * 2)(i) for i in range(3)])
print(two(*(i for i in (1, 2))), two(**dict(a=1, b=2)), max(*[1, 5, 3]), [*map(lambda x, y: x + y, [1, 2], [3, 4, 5])])
