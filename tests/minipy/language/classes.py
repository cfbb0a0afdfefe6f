"""Classes: inheritance, C3, super, slots, special attributes, what instances print."""
from each import tried


class A:
    """About A."""
    shared = []

    def who(self):
        return "A"

    def __repr__(self):
        return f"{type(self).__name__}()"


class B(A):
    def who(self):
        return "B" + super().who()


class C(A):
    def who(self):
        return "C" + super().who()


class D(B, C):
    def who(self):
        return "D" + super().who()


print(D().who(), [c.__name__ for c in D.__mro__], D.__bases__, D.__base__, D.__name__, D.__qualname__, D.__module__, A.__doc__, D.__doc__, D.mro() == list(D.__mro__))
print(tried(lambda: type("E", (A, B), {})), tried(lambda: type("E", (A, A), {})), tried(lambda: type("E", (int, str), {})), tried(lambda: type("E", (5,), {})), tried(lambda: type("E", (bool,), {})), tried(lambda: type("E", (type(None),), {})), tried(lambda: type("E", (type(len),), {})))


class X: pass
class Y: pass
class XY(X, Y): pass
class YX(Y, X): pass


print(tried(lambda: type("Z", (XY, YX), {})))
d = D()
d.own = 1
print(d.__dict__, d.__class__, isinstance(d, A), isinstance(d, (int, C)), issubclass(D, A), issubclass(A, D), type(d) is D, d.shared is A.shared, tried(lambda: d.missing), tried(lambda: D.missing), tried(lambda: delattr(d, "missing")))
del d.own
print(d.__dict__, tried(lambda: delattr(D, "nope")), tried(lambda: setattr(d, "__class__", 5)), tried(lambda: setattr(d, "__dict__", 5)))
d.__class__ = B
print(d, d.who())
d.__dict__ = {"z": 1}
print(d.z, vars(d), getattr(d, "q", "default"), hasattr(d, "z"), tried(getattr, d, "q"))
setattr(d, "with space", 2)
print(getattr(d, "with space"), sorted(vars(d)))


class Slots:
    __slots__ = ("a", "b")

    def __init__(self):
        self.a = 1


s = Slots()
print(s.a, tried(lambda: s.b), tried(lambda: setattr(s, "c", 1)), tried(lambda: s.__dict__), Slots.a, tried(lambda: setattr(s, "b", 2)), s.b, tried(lambda: delattr(s, "a")), tried(lambda: s.a), tried(lambda: delattr(s, "a")), Slots.__slots__)


class More(Slots):
    __slots__ = ["c"]


class Open(Slots): pass


m, o = More(), Open()
m.c, o.c = 3, 4
print(m.a, m.c, o.__dict__, tried(lambda: setattr(m, "d", 1)), tried(lambda: type("S", (), {"__slots__": "x", "x": 1})), tried(lambda: type("S", (), {"__slots__": 5})), tried(lambda: type("S", (), {"__slots__": [5]})), tried(lambda: type("S", (), {"__slots__": ["1a"]})))


class Init:
    def __new__(cls, *args, **kw):
        print("new", args, kw)
        return super().__new__(cls)

    def __init__(self, *args, **kw):
        print("init", args, kw)


Init(1, k=2)


class Other:
    def __new__(cls):
        return 5

    def __init__(self):
        print("never")


class BadInit:
    def __init__(self):
        return 5


print(Other(), tried(BadInit))


class Texts:
    def __str__(self): return "str"


class Wrong:
    def __str__(self): return 5
    def __repr__(self): return None
    def __len__(self): return "a"
    def __bool__(self): return 2
    def __hash__(self): return 1.5
    def __iter__(self): return 5
    def __contains__(self, x): return "yes"
    def __index__(self): return "i"
    def __float__(self): return 1
    def __int__(self): return 1.5
    def __call__(self): return self
    def __format__(self, spec): return 5
    def __bytes__(self): return 1
    def __dir__(self): return 5


w = Wrong()
print(str(Texts()), "%s %s" % (Texts(), Texts()), tried(str, w), tried(repr, w), tried(len, w), tried(bool, w), tried(hash, w), tried(iter, w), 1 in w, tried(lambda: [1][w]), tried(float, w), tried(int, w), tried(format, w), tried(bytes, w), tried(dir, w), tried(lambda: f"{w}"))


class Negative:
    def __len__(self): return -1


class HugeLen:
    def __len__(self): return 0
    def __getitem__(self, i):
        if i > 2: raise IndexError(i)
        return i * 10


print(tried(len, Negative()), tried(bool, Negative()), bool(HugeLen()), list(HugeLen()), 20 in HugeLen(), 5 in HugeLen(), [*HugeLen()], list(reversed(type("R", (HugeLen,), {"__len__": lambda s: 3})())))


class Attr:
    def __init__(self):
        self.real = 1

    def __getattr__(self, name):
        if name.startswith("x"):
            return name * 2
        raise AttributeError(name)

    def __setattr__(self, name, value):
        log.append(name)
        object.__setattr__(self, name, value)

    def __delattr__(self, name):
        log.append("del " + name)
        super().__delattr__(name)


log = []
a = Attr()
a.y = 5
del a.y
print(a.real, a.xa, tried(lambda: a.other), hasattr(a, "xx"), hasattr(a, "q"), getattr(a, "q", 0), log, tried(lambda: delattr(a, "nope")))


class GetAll:
    def __getattribute__(self, name):
        if name == "boom":
            raise ValueError("boom")
        if name == "gone":
            raise AttributeError("gone!")
        return "got " + name

    def __getattr__(self, name):
        return "last " + name


g = GetAll()
print(g.anything, g.__dict__, g.gone, tried(lambda: g.boom), tried(lambda: hasattr(g, "boom")))


class Sub:
    def __init_subclass__(cls, /, tag=None, **kw):
        super().__init_subclass__(**kw)
        subs.append((cls.__name__, tag))

    def __class_getitem__(cls, item):
        return cls.__name__, item


subs = []
class S1(Sub, tag=1): pass
class S2(S1): pass


print(subs, Sub[5], S2[1, 2], tried(lambda: type("S3", (Sub,), {}, wrong=1)), tried(lambda: type("S4", (), {}, wrong=1)), tried(lambda: A[1]))


class Super1:
    def f(self): return ["1"]
    @classmethod
    def c(cls): return [cls.__name__]
    @staticmethod
    def s(): return "s"
    @property
    def p(self): return "p1"


class Super2(Super1):
    def f(self): return super(Super2, self).f() + ["2"]
    @classmethod
    def c(cls): return super().c() + ["2"]
    @property
    def p(self): return super().p + "2"
    def comp(self): return [super(Super2, self).f() for _ in range(1)]
    def missing(self): return super().nope
    def setit(self): super().zzz = 5


t = Super2()
print(t.f(), t.c(), Super2.c(), t.s(), t.p, t.comp(), tried(t.missing), tried(t.setit), tried(lambda: super(Super2, 5)), tried(lambda: super(5, t)), super(Super2, Super2).c(), repr(super(Super2, t))[:40])
f = t.f
print(f.__self__ is t, f.__func__ is Super2.f, f == t.f, f is t.f, hash(f) == hash(t.f), f.__name__, Super2.f.__qualname__, tried(lambda: setattr(f, "x", 1)), repr(f)[:24])


def added(self): return "added"


Super1.added = added
print(t.added(), Super1.__dict__["added"] is added, tried(lambda: setattr(int, "x", 1)), tried(lambda: setattr(5, "x", 1)), tried(lambda: setattr(object(), "x", 1)))
t.f = lambda: "instance"
print(t.f(), Super2.f(t), tried(lambda: Super2.f()), tried(lambda: Super2.f(5)))


class Outer:
    class Inner:
        def deep(self): pass


print(Outer.Inner.__qualname__, Outer.Inner.deep.__qualname__, Outer().Inner, str(Outer.Inner.deep)[:33], repr(Outer)[:30])
dynamic = type("Dynamic", (A,), {"v": 5, "f": lambda self: self.v})
print(dynamic().f(), dynamic(), dynamic.__name__, dynamic.__module__)
dynamic.__name__ = "Renamed"
dynamic.__qualname__ = "Q.Renamed"
print(dynamic, tried(lambda: setattr(dynamic, "__name__", 5)), dynamic.__bases__)


class Eq:
    def __eq__(self, other): return True


class EqHash(Eq):
    __hash__ = None


print(Eq.__hash__, tried(hash, Eq()), tried(hash, EqHash()), Eq() != 5, Eq() == 5, hash(A) == hash(A), A == A, A != B, {A: 1}[A])
print(object().__eq__(5), object.__repr__(d)[:12], (5).__class__.__name__, type(type(d)), d.__doc__, d.__module__, A.who.__doc__, type.__name__, tried(lambda: d.__name__), d.__sizeof__() > 0, d.__reduce__ is not None, d.__hash__() == hash(d), object.__str__(d), d.__format__(""), d.__ne__(5), d.__lt__(5), d.__init__(), tried(lambda: d.__init__(5)), A.__call__().who(), sorted(x for x in dir(d) if "_" not in x))
