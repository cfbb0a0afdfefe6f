"""Names: locals, globals, closures, nonlocal, class bodies, comprehensions, del, exec and eval."""
from each import tried

x = "global"


def outer():
    x = "outer"

    def inner():
        nonlocal x
        x = "changed"
        return x

    def reader():
        return x

    return inner(), reader(), x


print(outer(), x)


def set_global():
    global x, fresh
    x = "set"
    fresh = 1


set_global()
print(x, fresh)


def unbound():
    print(y)
    y = 1


def deleted():
    z = 1
    del z
    return z


def free():
    def g():
        return later
    r = tried(g)
    later = 5
    return r, g()


def delete_free():
    v = 1

    def g():
        return v
    del v
    return tried(g)


print(tried(unbound), tried(deleted), free(), delete_free(), tried(lambda: nothing), tried(exec, "del nothing"))


def counter():
    n = 0

    def step(by=1):
        nonlocal n
        n += by
        return n
    return step


a, b = counter(), counter()
print(a(), a(5), b(), a.__closure__[0].cell_contents, a.__code__.co_freevars, counter.__code__.co_cellvars)
print([f() for f in [lambda: i for i in range(3)]], [f() for f in [lambda i=i: i for i in range(3)]])


class A:
    x = 1
    y = x + 1
    z = [x for _ in range(1)]
    items = [q for q in (1, 2, 3)]

    def get(self):
        return x

    class B:
        try:
            w = y
        except NameError as e:
            w = str(e)

    for i in range(3):
        pass
    del i
    if True:
        conditional = x


print(A.y, A.z, A.items, A().get(), A.B.w, hasattr(A, "i"), A.conditional, sorted(n for n in A.__dict__ if not n.startswith("__")))


class Private:
    __hidden = 1

    def __init__(self):
        self.__own = 2
        self.__dunder__ = 3

    def get(self):
        return self.__own, self.__hidden, self.__dunder__

    def __method(self):
        return "private"

    def call(self, __param=4):
        return self.__method(), __param


p = Private()
print(p.get(), p.call(), sorted(p.__dict__), Private._Private__hidden, tried(lambda: p.__own), p._Private__method())


class _Under:
    __v = 1


print(_Under._Under__v)


def comprehension_scopes():
    n = 10
    r = [n := n + i for i in range(3)]
    return r, n, [j for j in range(2) for j in range(j)], [[i * j for j in range(2)] for i in range(2)], {i: [k for k in range(i)] for i in range(3)}


print(comprehension_scopes())
x = 5
print([x for x in range(3)], x, {x: x for x in "a"}, x, sum(x for x in [1]), x)
if (m := 10) > 5:
    print(m)
print([last := i for i in range(3)], last, any((hit := i) > 1 for i in range(5)), hit)


def locals_of(a, b=2):
    c = 3
    def inner():
        return a, c
    return sorted(locals().items(), key=lambda kv: kv[0])[:3]


print(locals_of(1))
space = {"q": 1}
exec("r = q + 1\ndef f(): return r\ns = f()", space)
print(space["r"], space["s"], "__builtins__" in space, eval("q * 10", space), eval("q + z", space, {"z": 5}), eval("[q for _ in range(2)]", space))
exec("x = 'from exec'")
print(x, eval("x"))
local = {}
exec("x = 1; y = x", {}, local)
print(local, tried(eval, "1 +"), tried(exec, "x ="), tried(eval, "x = 1"), tried(eval, "zz"), eval("  1 + 1"), eval(compile("2 * 3", "<s>", "eval")))
code = compile("v = [i for i in range(3)]\nw = sum(v)", "name", "exec")
exec(code, space)
print(space["v"], space["w"], code.co_filename, code.co_name, tried(compile, "1", "f", "bad"), tried(eval, compile("1", "f", "exec")))
print(tried(eval, "1", 5), tried(exec, 5), tried(eval, b"1 + 2"), globals() is globals(), globals()["x"], "x" in dir(), "zz" in globals(), __name__, __doc__)
globals()["made"] = 7
print(made)


def shadow():
    len = lambda s: "shadowed"
    return len("a")


print(shadow(), len("a"))
print(vars(p) is p.__dict__, vars(A)["y"], dir(A.B)[-1], callable(print))
import builtins
print(builtins.len is len, tried(lambda: builtins.nope), hasattr(builtins, "print"))
builtins.injected = "injected"
print(injected)
del builtins.injected
print(tried(lambda: injected))


def nested_three():
    a = 1

    def two():
        b = 2

        def three():
            nonlocal a
            a += b
            return [a + b + c for c in (1, 2)]
        return three()
    return two(), a


print(nested_three())


def argument_captured(a, *rest, k=1, **more):
    def inner():
        nonlocal a, rest, k
        a, rest, k = k, a, rest
        return a, rest, k, more
    return inner(), a, rest, k


print(argument_captured(1, 2, 3, k=4, z=5))


class Meta(type):
    def __prepare__(name, bases, **k):
        return {"prepared": 1}


class WithPrepare(metaclass=Meta):
    seen = prepared


def class_in_function(value):
    class Local:
        attr = value
        def get(self): return value, __class__.__name__
    return Local


print(WithPrepare.seen, class_in_function(5).attr, class_in_function(6)().get(), class_in_function(1).__qualname__)
