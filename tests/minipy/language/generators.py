"""Generators: send, throw, close, yield from, in with and try; generator expressions; with statements."""
from each import tried


def echo():
    received = None
    while True:
        try:
            received = yield received
        except ValueError as e:
            received = f"caught {e}"


g = echo()
print(next(g), g.send(1), g.throw(ValueError("v")), g.throw(ValueError, "old style"), g.send(None), tried(g.throw, KeyError("k")), tried(next, g), tried(g.send, 1), g.close(), g.gi_frame, g.gi_running)
g = echo()
print(tried(g.send, 5), tried(g.throw, ValueError("early")), tried(next, g), tried(g.throw, 5), tried(g.throw))


def returns():
    x = yield 1
    return x


def delegate():
    r = yield from returns()
    s = yield from [10, 20]
    t = yield from "ab"
    yield (r, s, t)


d = delegate()
print(next(d), d.send("sent"), list(d))
try:
    g = returns()
    next(g)
    g.send("value")
except StopIteration as e:
    print(e.value, e.args)


def cleanup(log):
    try:
        yield 1
        yield 2
    finally:
        log.append("cleaned")


log = []
for v in cleanup(log):
    break
g = cleanup(log)
next(g)
g.close()
g.close()
print(log[:1], tried(next, g))


def ignores():
    while True:
        try:
            yield
        except GeneratorExit:
            pass


def yields_on_close():
    try:
        yield 1
    finally:
        yield 2


def raises_on_close():
    try:
        yield 1
    finally:
        raise ValueError("in close")


def returns_on_close():
    try:
        yield 1
    except GeneratorExit:
        return "ended"


for f in (yields_on_close, raises_on_close, returns_on_close):
    g = f()
    next(g)
    print(tried(g.close), tried(next, g))


def stop_inside():
    yield 1
    raise StopIteration("inside")


def next_inside():
    yield next(iter([]))


print(tried(list, stop_inside()), tried(list, next_inside()))
try:
    list(stop_inside())
except RuntimeError as e:
    print(repr(e.__cause__), repr(e.__context__))


def self_call():
    yield next(me)


me = self_call()
print(tried(next, me))


class Delegatee:
    def __init__(self): self.log = []
    def __iter__(self): return self
    def __next__(self): self.log.append("next"); return len(self.log)
    def send(self, v): self.log.append(("send", v)); return "sent"
    def throw(self, t, v=None, tb=None): self.log.append(("throw", repr(t))); return "thrown"
    def close(self): self.log.append("close")


def to_delegatee(x): yield from x


x = Delegatee()
g = to_delegatee(x)
print(next(g), g.send(5), g.throw(ValueError("t")), g.close(), x.log)


class NoThrow:
    def __iter__(self): return iter([1, 2, 3])


g = to_delegatee(NoThrow())
print(next(g), tried(g.throw, ValueError("no throw")), tried(next, g))
g = to_delegatee([1])
next(g)
print(tried(g.send, 5), tried(list, to_delegatee(5)))


def middle(inner):
    try:
        r = yield from inner
        yield ("returned", r)
    except KeyError as e:
        yield ("middle caught", str(e))


def inner():
    try:
        yield 1
    except ValueError:
        yield "inner caught"
    return "inner result"


g = middle(inner())
print(next(g), g.throw(ValueError), next(g), list(g))
g = middle(inner())
print(next(g), g.throw(KeyError("up")), list(g))
g = middle(inner())
print(next(g), tried(g.throw, GeneratorExit), tried(next, g))


def tree(t):
    if isinstance(t, list):
        for s in t:
            yield from tree(s)
    else:
        yield t


print(list(tree([1, [2, [3, [4]], 5]])), sum(tree([[1], [[2]]])))


def deep(n):
    if n:
        yield from deep(n - 1)
    yield n


print(sum(deep(200)))
e = (x * y for x in range(3) for y in range(x) if x)
print(type(e).__name__, next(e), list(e), list(e), e.__name__, echo.__name__, [x for x in (i for i in range(3))], sum(i * i for i in range(4)), "".join(c for c in "abc"), max((len(w), w) for w in ("a", "bbb")))
print(tried(lambda: (x for x in 5)), tried(lambda: list(1 / x for x in [1, 0])), tried(next, (i for i in ())), next((i for i in ()), "default"))
source = [1, 2]
lazy = (s for s in source)
source.append(3)
print(list(lazy))


def fibonacci():
    a, b = 0, 1
    while True:
        yield a
        a, b = b, a + b


for f in fibonacci():
    if f > 50:
        break
print(f, [n for n, _ in zip(fibonacci(), range(8))], dict(zip("ab", fibonacci())))
first, second, *rest = (i for i in range(5))
print(first, second, rest, tried(lambda: [a for a, b in [(1, 2, 3)]]), {*fibonacci_head} if (fibonacci_head := [0, 1]) else 0)


class Manager:
    def __init__(self, name, suppress=False, fail=None):
        self.name, self.suppress, self.fail = name, suppress, fail

    def __enter__(self):
        if self.fail == "enter":
            raise ValueError("enter " + self.name)
        trace.append("enter " + self.name)
        return self.name

    def __exit__(self, t, v, tb):
        trace.append(f"exit {self.name} {t.__name__ if t else None} {v} {tb is not None}")
        if self.fail == "exit":
            raise KeyError("exit " + self.name)
        return self.suppress


trace = []


def using(how):
    for i in range(2):
        with Manager("a") as a, Manager("b") as b:
            if how == "break": break
            if how == "continue": continue
            if how == "return": return a + b
            if how == "raise": raise IndexError("body")
    return "end"


for how in ("plain", "break", "continue", "return", "raise"):
    trace.clear()
    print(how, tried(using, how), trace)


def nested(*managers):
    trace.clear()
    def run():
        with managers[0] as x:
            with managers[1] as (y, *z):
                raise ValueError("nested")
            return "suppressed inside"
        return "suppressed outside"
    return tried(run), trace[:]


print(nested(Manager("o"), Manager("ii", suppress=True)), nested(Manager("o", suppress=True), Manager("ii")), nested(Manager("o"), Manager("ii", fail="exit")), nested(Manager("o"), Manager("ii", fail="enter")), nested(Manager("o", suppress=True), Manager("ii", fail="exit")))
with (Manager("p") as p, Manager("q") as q):
    print(p, q)


class Half:
    def __enter__(self): pass


def with_nothing(x):
    with x: pass


print(tried(with_nothing, 5), tried(with_nothing, Half()))


def gen_with():
    with Manager("gen"):
        yield 1
        yield 2


trace.clear()
g = gen_with()
next(g)
g.close()
print(trace)
try:
    with Manager("x", fail="exit"):
        raise ValueError("original")
except KeyError as err:
    print(repr(err), repr(err.__context__))


def handled_in_generator():
    import sys
    try:
        raise ValueError("g")
    except ValueError:
        yield sys.exc_info()[0].__name__
        yield sys.exc_info()[0].__name__
    yield sys.exc_info()[0]


import sys
g = handled_in_generator()
print(next(g), sys.exc_info()[0])
try:
    raise KeyError
except KeyError:
    print(next(g), sys.exc_info()[0].__name__, next(g).__name__)
print(sys.exc_info()[0])
