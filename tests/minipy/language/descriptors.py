"""Descriptors, properties, metaclasses, class creation hooks, decorators."""
from each import tried


class Desc:
    def __init__(self, log): self.log = log
    def __set_name__(self, owner, name): self.log.append(("name", owner.__name__, name)); self.name = name
    def __get__(self, obj, cls=None): return ("get", self.name, obj is not None, cls.__name__)
    def __set__(self, obj, value): self.log.append(("set", value))
    def __delete__(self, obj): self.log.append("delete")


class NonData:
    def __get__(self, obj, cls): return "nondata"


class SetOnly:
    def __set__(self, obj, value): obj.__dict__["only"] = value * 2


class BadGet:
    def __get__(self, obj, cls): raise AttributeError("from get")


log = []


class Owner:
    d = Desc(log)
    n = NonData()
    only = SetOnly()
    bad = BadGet()


o = Owner()
print(o.d, Owner.d, o.n, Owner.n, log)
o.d = 5
del o.d
o.__dict__["d"] = "hidden"
o.n = "own"
o.only = 3
print(o.d, o.n, o.only, log, tried(lambda: o.bad), hasattr(o, "bad"), getattr(o, "bad", 1))
del o.n
print(o.n, tried(lambda: delattr(o, "n")), tried(lambda: delattr(o, "only")))


class Temperature:
    """Temp."""
    def __init__(self, c): self._c = c

    @property
    def celsius(self):
        """In C."""
        return self._c

    @celsius.setter
    def celsius(self, value):
        if value < -273:
            raise ValueError("too cold")
        self._c = value

    @celsius.deleter
    def celsius(self):
        self._c = None

    fahrenheit = property(lambda self: self._c * 9 / 5 + 32, doc="In F.")
    nothing = property()
    setonly = property(None, lambda self, v: setattr(self, "_c", v))


t = Temperature(20)
t.celsius = 25
print(t.celsius, t.fahrenheit, Temperature.celsius.__doc__, Temperature.fahrenheit.__doc__, tried(lambda: setattr(t, "celsius", -300)), tried(lambda: setattr(t, "fahrenheit", 1)), tried(lambda: delattr(t, "fahrenheit")), tried(lambda: t.nothing), tried(lambda: t.setonly))
del t.celsius
t.setonly = 9
print(t.celsius, type(Temperature.celsius).__name__, Temperature.celsius.fget(t), Temperature.nothing.fget, Temperature.celsius.__get__(t, Temperature), Temperature.celsius.__get__(None, Temperature) is Temperature.celsius)


class Warmer(Temperature):
    @Temperature.celsius.getter
    def celsius(self): return "warm"

    @property
    def fahrenheit(self): return super().fahrenheit + 1


v = Warmer(0)
v.celsius = 5
print(v.celsius, v._c, v.fahrenheit)


class Meta(type):
    def __new__(mcls, name, bases, ns, **kw):
        made.append(("new", name, sorted(k for k in ns if not k.startswith("__")), kw))
        return super().__new__(mcls, name, bases, ns)

    def __init__(cls, name, bases, ns, **kw):
        made.append(("init", name))
        super().__init__(name, bases, ns)

    def __call__(cls, *args):
        made.append(("call", args))
        return super().__call__(*args)

    def __getattr__(cls, name): return "meta " + name
    def __len__(cls): return 42
    def __iter__(cls): return iter("meta")
    def __contains__(cls, x): return x == 1
    def __getitem__(cls, i): return ("item", i)
    def __eq__(cls, other): return cls is other
    def __hash__(cls): return 7
    def __repr__(cls): return f"<Meta {cls.__name__}>"
    def __add__(cls, other): return "added"
    def __bool__(cls): return False
    def __instancecheck__(cls, x): return x == 5
    def __subclasscheck__(cls, x): return x is int
    @property
    def prop(cls): return "prop of " + cls.__name__
    def method(cls): return cls.__name__


made = []


class M(metaclass=Meta, key=1):
    x = 1
    def __init__(self, *a): self.a = a


m = M(1, 2)
print(made, m.a, M.nothing, len(M), list(M), 1 in M, 2 in M, M[3], M == M, hash(M), M, M + 1, bool(M), isinstance(5, M), isinstance(m, M), isinstance(6, M), issubclass(int, M), issubclass(str, M), M.prop, M.method(), tried(lambda: m.method()), tried(lambda: m.prop), type(M), type(m))


class Child(M): pass


print(type(Child), made[-2:], tried(lambda: type("T", (M, int), {})))


class Meta2(type): pass
class M2(metaclass=Meta2): pass


print(tried(lambda: type("Both", (M, M2), {})), tried(lambda: Meta2("Both", (M,), {})))


def function_meta(name, bases, ns):
    return (name, bases, sorted(k for k in ns if k[0] != "_"))


class NotAClass(metaclass=function_meta):
    a = 1


print(NotAClass)


class Singleton(type):
    instances = {}

    def __call__(cls, *args, **kw):
        if cls not in cls.instances:
            cls.instances[cls] = super().__call__(*args, **kw)
        return cls.instances[cls]


class One(metaclass=Singleton):
    def __init__(self, v): self.v = v


print(One(1) is One(2), One(3).v)


def decorate(tag):
    def apply(f):
        order.append(tag)
        def wrapper(*a, **k): return (tag, f(*a, **k))
        wrapper.__name__ = f.__name__
        return wrapper
    return apply


order = []


@decorate("outer")
@decorate("inner")
def decorated(x): return x


@decorate("class")
class Decorated: pass


print(decorated(5), order, decorated.__name__, type(Decorated()))
funcs = {"x": [lambda f: "replaced"]}


@funcs["x"][0]
def replaced(): pass


@(lambda f: f() + 1)
def plus(): return 1


print(replaced, plus)


class ClassDeco:
    def __init__(self, f): self.f, self.calls = f, 0
    def __call__(self, *a): self.calls += 1; return self.f(*a)
    def __get__(self, obj, cls): return lambda *a: ("bound", self.f(obj, *a))


@ClassDeco
def counted(x): return x * 2


class Uses:
    @ClassDeco
    def method(self, x): return x

    @staticmethod
    @ClassDeco
    def static(x): return x

    @classmethod
    def make(cls, *a): return cls, a

    static2 = staticmethod(len)
    alias = make


print(counted(2), counted(3), counted.calls, Uses().method(1), Uses.static(2), Uses().static2("abc"), Uses.make(1)[1], Uses().alias(2)[1], Uses.__dict__["make"].__func__.__name__, staticmethod(len)("ab"), tried(lambda: classmethod(len)()), Uses.make.__self__ is Uses)


class Lazy:
    def __init__(self, f): self.f = f
    def __set_name__(self, owner, name): self.name = name
    def __get__(self, obj, cls):
        if obj is None: return self
        value = obj.__dict__[self.name] = self.f(obj)
        return value


class UsesLazy:
    @Lazy
    def value(self):
        computed.append(1)
        return 99


computed = []
u = UsesLazy()
print(u.value, u.value, computed, tried(lambda: type("BadName", (), {"x": type("N", (), {"__set_name__": lambda s, o, n: 1 / 0})()})))


class CallableAttr:
    f = len
    g = lambda self: "lambda method"
    h = property(lambda self: lambda x: x + 1)
    i = int
    j = print


c = CallableAttr()
print(c.f("abc"), c.g(), c.h(1), c.i("5"))
c.j("printed")


class Proxy:
    def __init__(self, target): object.__setattr__(self, "_t", target)
    def __getattr__(self, name): return getattr(self._t, name)
    def __setattr__(self, name, value): setattr(self._t, name, value)


p = Proxy(t)
p.celsius = 1
print(p.celsius, t.celsius, tried(lambda: p.zzz), tried(lambda: len(p)))
print(type.__call__(list, "ab"), type.__getattribute__(int, "__name__"), object.__getattribute__(t, "_c"), type.__dict__["__name__"].__get__(int), int.__dict__["__add__"](1, 2), str.__dict__["upper"].__get__("a")(), (lambda self: self).__get__(5)(), len.__name__, "a".upper.__name__, list.append.__qualname__, print.__module__, [].append.__self__)
