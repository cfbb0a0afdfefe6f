"""Operators by dunder methods: reflected, in place, of mixed types, comparisons, containers, calls."""
from each import each, tried


class V:
    def __init__(self, x): self.x = x
    def __repr__(self): return f"V({self.x})"


OPS = {"add": "+", "sub": "-", "mul": "*", "truediv": "/", "floordiv": "//", "mod": "%", "pow": "**", "matmul": "@", "lshift": "<<", "rshift": ">>", "and": "&", "or": "|", "xor": "^"}
for n in OPS:
    setattr(V, f"__{n}__", lambda self, other, n=n: f"{self}.{n}({other})")
    setattr(V, f"__r{n}__", lambda self, other, n=n: f"{self}.r{n}({other})")
for n, f in (("neg", "-"), ("pos", "+"), ("invert", "~")):
    setattr(V, f"__{n}__", lambda self, f=f: f + repr(self))
V.__abs__ = lambda self: "abs"
V.__divmod__ = lambda self, o: "divmod"
V.__rdivmod__ = lambda self, o: "rdivmod"
V.__round__ = lambda self, n=None: ("round", n)
V.__trunc__ = lambda self: 7
V.__floor__ = lambda self: 8
V.__ceil__ = lambda self: 9
a = V(1)
for n, sign in OPS.items():
    print(eval(f"a {sign} 2"), eval(f"2 {sign} a"), eval(f"a {sign} a"), eval(f"'s' {sign} a") if sign != "%" else "", eval(f"[] {sign} a"))
print(-a, +a, ~a, abs(a), divmod(a, 1), divmod(1, a), round(a), round(a, 2))
import math
print(math.trunc(a), math.floor(a), math.ceil(a))


class Plain: pass
class NI:
    def __add__(self, o): return NotImplemented
    def __radd__(self, o): return NotImplemented
    def __eq__(self, o): return NotImplemented
    def __lt__(self, o): return NotImplemented
    def __contains__(self, o): return NotImplemented
    __hash__ = object.__hash__


p, ni = Plain(), NI()
each("""
p + 1
1 + p
p + p
ni + 1
1 + ni
ni + ni
ni == 1, ni == ni, ni != 1, ni != ni
ni < 1
ni < ni
1 in ni
-p
~p
abs(p)
p < p
p == p, p != p, p == 1
p[0]
p()
len(p)
iter(p)
next(p)
p in p
1 in p
p @ p
p ** p
divmod(p, 1)
int(p)
float(p)
[1, 2][p]
[1] * p
'a' * p
p * 'a'
round(p)
hash(p) == hash(p)
reversed(p)
bool(p)
with_it(p)
pow(p, 2)
pow(2, p)
range(p)
'%d' % p
p.x
p // 1
p >> 1
p | p
1 and p is p
""", {**globals(), "with_it": lambda m: exec("with m: pass", {"m": m})})


class Base:
    def __add__(self, o): return "Base.add"
    def __radd__(self, o): return "Base.radd"
    def __eq__(self, o): return "Base.eq"
    def __lt__(self, o): return "Base.lt"
    def __gt__(self, o): return "Base.gt"


class Derived(Base):
    def __radd__(self, o): return "Derived.radd"
    def __gt__(self, o): return "Derived.gt"
    def __eq__(self, o): return "Derived.eq"


class Same(Base): pass


print(Base() + Derived(), Derived() + Base(), Base() + Same(), Same() + Base(), Base() < Derived(), Derived() < Base(), Base() == Derived(), Base() != Derived(), Base() > Derived())


class InPlace:
    def __init__(self): self.log = []
    def __iadd__(self, o): self.log.append(("+", o)); return self
    def __isub__(self, o): return "replaced"
    def __imul__(self, o): return NotImplemented
    def __mul__(self, o): return "mul"
    def __itruediv__(self, o): return NotImplemented
    def __ior__(self, o): self.log.append(o); return self


i = j = InPlace()
i += 1
i |= 2
print(i is j, i.log)
k = i
k -= 1
i *= 2
print(k, i)
try:
    j /= 2
except TypeError as e:
    print(e)


class Number:
    def __init__(self, n): self.n = n
    def __index__(self): return self.n
    def __bool__(self): return self.n != 0


n = Number(3)
print([0, 1, 2, 3][n], list(range(n)), "abcd"[n], [1, 2, 3, 4][:n], "ab" * n if False else "", hex(n), bin(n), int(n), float(n), chr(Number(65)), [1] * n, n * [2] if False else "", bytes(n), (1,) * n, math.gcd(n, 6), bool(Number(0)), "%d" % n, "%x" % n, round(2.567, n), slice(n).indices(5), (1).__lshift__(2))


class Order:
    def __init__(self, n): self.n = n
    def __lt__(self, o): return self.n < o.n
    def __le__(self, o): return self.n <= o.n
    def __eq__(self, o): return isinstance(o, Order) and self.n == o.n
    def __hash__(self): return hash(self.n)
    def __repr__(self): return f"O{self.n}"


x, y = Order(1), Order(2)
print(x < y, x > y, x <= y, x >= y, x == Order(1), x != y, sorted([y, x]), max(x, y), min(y, x), {x: 1}[Order(1)], x in [Order(1)], [x, y].index(Order(2)), [x] == [Order(1)], (x, y) < (y, x), [y, x].count(Order(1)), tried(lambda: x < 5), x < y < Order(3))


class Array:
    def __eq__(self, o): return [True, False]
    def __lt__(self, o): return []
    def __bool__(self): raise ValueError("ambiguous")


print(Array() == 1, Array() < 1, tried(lambda: not Array()), tried(lambda: 1 if Array() else 2), tried(lambda: Array() and 1), tried(lambda: 1 < Array() < 2), tried(lambda: [Array()] == [1]), tried(lambda: bool(Array())), Array() != 1)


class Box:
    def __init__(self): self.d = {}
    def __getitem__(self, k): return ("get", k)
    def __setitem__(self, k, v): self.d[repr(k)] = v
    def __delitem__(self, k): self.d.pop(repr(k), None)
    def __len__(self): return len(self.d)
    def __contains__(self, k): return k == "yes"
    def __iter__(self): yield from self.d
    def __call__(self, *a, **k): return a, k
    def __enter__(self): return self
    def __exit__(self, *e): return True
    def __missing__(self, k): return "missing"


b = Box()
b[1] = "one"
b[1:2] = "slice"
b[1, 2] = "tuple"
b[...] = "dots"
b[::2, 1:] = "many"
b["x"] = b["y"] = 0
b["x"] += (1,)
del b["y"]
print(b[5], b[1:2:3], b[1, ...], b[:, None], b.d, len(b), "yes" in b, "no" in b, list(b), b(1, k=2), bool(b), b[-1], b[lambda: 0][0])
with b as c:
    raise ValueError
evaluated = []


def ev(x):
    evaluated.append(x)
    return x


b[ev(2)] = ev(1)
ev(3) + ev(4) * ev(5)
ev(6) < ev(7) < ev(8) < ev(1) < ev(9)
{ev(10): ev(11), ev(12): ev(13)}
ev(14) if ev(0) else ev(15)
ev([0])[ev(0)] += ev(16)
print(evaluated)


class Hash:
    def __init__(self, h): self.h = h
    def __hash__(self): return self.h


print(hash(Hash(5)), hash(Hash(True)), hash(Hash(-1)), tried(hash, Hash(None)), tried(hash, Hash("a")), hash(Hash(2 ** 61 - 1)), hash(Hash(2 ** 61)), hash((1, 2)) == hash((1, 2)), hash("a") == hash("a"))
print(int.__add__(1, 2), (1).__add__(1.5), (1.5).__add__(1), "a".__mul__(2), [1].__add__([2]), (1).__rsub__(5), (1).__eq__("a"), object().__lt__(1), {}.__eq__(1), (5).__rpow__(2), (2).__rfloordiv__(7))
m = [1, 2] * 2
m *= 2
t = (1,)
u = t
t += (2,)
s = "a"
s *= 3
q = 7
q //= 2
q **= 2
q <<= 2
q |= 1
q ^= 3
q %= 20
q &= 14
q -= 1
q /= 2
r = {1}
r2 = r
r |= {2}
print(m, t, u, s, q, r2, r is r2)
