"""Iterators, range, zip, map, enumerate, sorted; unpacking; comprehensions; for and while."""
from each import each, tried

each("""
range(5), range(1, 5), range(1, 10, 3), range(5, 0, -2), range(0), list(range(10, 0, -3)), len(range(1, 10, 3)), range(10)[2], range(10)[-1], range(10)[2:5], range(10)[::-1], 3 in range(5), 5 in range(5), 1.0 in range(3), 'a' in range(3), range(5) == range(0, 5, 1), range(0) == range(1, 1), range(1, 4, 2) == range(1, 5, 2), hash(range(3)) == hash(range(3)), range(5).index(3), range(5).count(2), list(reversed(range(5))), range(3).start, range(3).stop, range(3).step, bool(range(0)), range(-3, 3)[1], range(4) != range(5), max(range(3)), sum(range(100))
range(5)[10]
range(5)['a']
range(1.5)
range(5).index(9)
range(3).start = 1
range(3) + range(3)
list(zip()), list(zip('ab', [1, 2, 3])), list(zip('a')), list(zip('ab', 'cd', 'ef')), list(zip(*[(1, 2), (3, 4)])), list(zip('ab', [1, 2], strict=True))
list(zip('ab', [1], strict=True))
list(zip('a', [1, 2], strict=True))
list(zip('ab', 'ab', 'a', strict=True))
list(map(str, [1, 2])), list(map(lambda a, b: a + b, [1, 2], [3, 4])), list(map(None.__class__, [])), list(filter(None, [0, 1, '', 'a'])), list(filter(lambda x: x > 1, [1, 2, 3])), list(enumerate('ab')), list(enumerate('ab', 5)), list(enumerate('ab', start=-1))
list(map(5, [1]))
list(filter(5, [1]))
list(reversed([1, 2])), list(reversed('ab')), list(reversed((1, 2))), next(iter([1])), next(iter([]), 'd'), list(iter(lambda c=[0]: c.append(0) or len(c), 4))
next(iter([]))
iter([1, 2]).__iter__().__next__(), type(iter([])).__name__, type(iter({})).__name__, type(iter(())).__name__, type(iter(range(1))).__name__, type(iter(set())).__name__, type(zip()).__name__, type(map(len, [])).__name__, type(iter({}.items())).__name__, type(iter(b'')).__name__, type(enumerate([])).__name__
any([]), all([]), any([0, 1]), all([1, 0]), any(x > 2 for x in [1, 2, 3]), all(x for x in [1, 1]), any('a'), all({})
any(5)
sorted('bca'), sorted([3, 1, 2], reverse=True), sorted({'b': 1, 'a': 2}), sorted([(1, 'b'), (1, 'a')]), sorted(['B', 'a'], key=str.lower), sorted([1.5, 1, True]), sorted([[2], [1, 5], [1]]), sorted('abc', key=lambda c: -ord(c)), sorted(range(5), key=lambda x: x % 2), sorted([])
sorted([3, 'a'])
sorted([{}, {}])
sorted([1, 2], key=lambda: 0)
min(3, 1, 2), max('b', 'a'), min('abc', key=ord), max([[1], [2]]), min({2, 1}), max((i for i in range(3))), min([1], default=0), max([], default=None), max([1, 2], key=lambda x: -x), max(1, 2, key=lambda x: -x), min(True, 0)
max([], key=len)
max(1, 2, default=3)
[*range(3), *'ab'], {*'a', *[1]} == {'a', 1}, (*[], *()), [*{1: 2}], {**{'a': 1}, **{'a': 2}}
[x for x in range(5) if x % 2 if x > 1], [(x, y) for x in 'ab' for y in range(2)], [[y for y in range(x)] for x in range(3)], {x % 2 for x in range(5)} == {0, 1}, {x: y for x, y in [(1, 2)]}, [x if x else 'zero' for x in range(2)], [a + b for a, (b, c) in [(1, (2, 3))]], [x for x, in [(1,), (2,)]], [x for x in range(3) if not x or x == 2], [(lambda: x)() for x in range(2)], [*(y for y in 'ab')], [x for *x, y in ['abc']], [i for i in 5 or [1]]
[x for x in 5]
[x for x, y in [1]]
[x for x, y in [(1,)]]
[x for x, y in [(1, 2, 3)]]
len([*zip(range(3), range(5))]), dict(enumerate('ab')), dict([*zip('ab', range(2))]), list(dict(a=1).items()), sum([[1], [2]], []), list(map(list, zip(*[[1, 2], [3, 4]]))), tuple(map(sum, [[1, 2], [3]]))
divmod(10, 3), [*divmod(-10, 3)], round(10 / 3, 2), abs(-3), pow(2, 3), bin(10), list('abc')[::-1], slice(1, 2), callable(sorted)
""", globals())
for text in ("a, b = 1, 2", "a, b = 'xy'", "a, = [1]", "[a, b] = (1, 2)", "a, (b, c) = 1, (2, 3)", "a, *b = [1, 2, 3]", "*a, b = [1, 2, 3]", "a, *b, c = range(5)", "a, *b = [1]", "a = b = c = []", "a, b = b, a = 1, 2", "(a, b), c = [1, 2], 3", "a, b = {1: 2, 3: 4}", "for a, b in {1: 2}.items(): c = a + b", "(a), b = 1, 2", "*a, = 'abc'", "a = *'ab', 'c'", "a, b = (x for x in (1, 2))", "a: int = 5; b: 'x'; c = a", "a = b = 5; a += b", "a, b = 1", "a, b = 1, 2, 3", "a, b = [1]", "a, *b, c = [1]", "a, b = None", "a, (b, c) = 1, 2", "for a, b in [1]: pass", "a, b = 'x'", "a, b, c = 1, 2", "[] = [1]", "() = []", "a = 1; del a; a", "for a in range(3): pass\nelse: b = a", "for [a, b] in [(1, 2)]: c = a", "while True:\n  a = 1\n  break\nelse:\n  a = 2", "for a in []: pass\nelse: a = 'else'"):
    names = {}
    try:
        exec(text, names)
        print(repr(text), {k: names[k] for k in sorted(names) if k in "abc"})
    except Exception as e:
        print(repr(text), "!!", type(e).__name__, e)


class Countdown:
    def __init__(self, n): self.n = n
    def __iter__(self): return self
    def __next__(self):
        if self.n <= 0: raise StopIteration
        self.n -= 1
        return self.n


class Broken:
    def __iter__(self): return self
    def __next__(self): raise ValueError("broken")


class OldStyle:
    def __getitem__(self, i):
        if i < 3: return i * i
        raise IndexError


class NotIter:
    __iter__ = None


class StopMid:
    def __iter__(self):
        yield 1
        return
        yield 2


print(list(Countdown(3)), [*Countdown(2)], 1 in Countdown(3), sum(Countdown(4)), max(Countdown(5)), tuple(Countdown(2)), dict(zip(Countdown(2), "ab")), sorted(Countdown(4)), tried(list, Broken()), tried(lambda: [x for x in Broken()]), list(OldStyle()), 4 in OldStyle(), tried(iter, NotIter()), list(StopMid()), tried(sum, Broken()), tried(lambda: 1 in Broken()), tried(dict, Broken()), tried(lambda: set(Broken())), tried(lambda: "".join(Broken())), tried(min, Broken()), tried(sorted, Broken()), tried(lambda: [].extend(Broken())), tried(lambda: (lambda *a: a)(*Broken())))
it = iter([1, 2, 3])
print(next(it), list(it), list(it), next(it, None))
it = iter([1, 2, 3, 4])
print(list(zip(it, it)))
z = zip([1, 2], iter("abc"))
print(next(z), next(z), tried(next, z))
lst = [1, 2, 3]
it = iter(lst)
next(it)
lst.append(4)
lst.insert(0, 0)
print(list(it))
r = reversed(lst)
next(r)
lst.pop()
print(list(r))
out = []
for i in range(10):
    if i == 2: continue
    if i == 5: break
    for j in range(3):
        if j == 1: break
        out.append((i, j))
    else:
        out.append("never")
else:
    out.append("never")
print(out)
n = 0
while n < 10:
    n += 1
    if n % 2: continue
    if n > 6: break
else:
    n = -1
print(n)
matrix = [[1, 2, 3], [4, 5, 6]]
print([[row[i] for row in matrix] for i in range(3)], [x for row in matrix for x in row if x % 2], {(i, j): v for i, row in enumerate(matrix) for j, v in enumerate(row) if v > 4}, list(map(max, *matrix)))


class Sized:
    def __len__(self): return 3
    def __getitem__(self, i): return "abc"[i]
    def __reversed__(self): return iter("custom")
    def __length_hint__(self): return 5


print(list(Sized()), list(reversed(Sized())), list(enumerate(Sized())), "b" in Sized(), [*zip(Sized(), Sized())], max(Sized()))
for i in (x for x in range(3)):
    pass
print(i)
for i, (a, *b), in enumerate([(1, 2, 3), "xyz"]):
    print(i, a, b)
for x.attr in () if False else []:
    pass
d = {}
for d["key"] in range(3):
    pass
print(d)
