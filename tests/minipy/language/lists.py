"""list, tuple, slices."""
from each import each, tried

a = [5, 3, 8, 1]
t = (1, 2, 3)
each(r"""
a[0], a[-1], a[1:3], a[::-1], a[::2], a[-2:], a[:100], a[5:], a[2:1], a[-100:2], a[3:0:-1], a[True], t[::-1], t[1:], t[-1]
a[4]
a[-5]
a['a']
a[1.0]
a[::0]
a['a':]
t[3]
t['a']
a[1, 2]
a + [1], a * 2, 2 * a, a * 0, t + (4,), t * 2, () + (), [1] * -1
a + 1
a + (1,)
t + [1]
1 + a
a * 'a'
a == [5, 3, 8, 1], a != [5], [1, 2] < [1, 3], [1] < [1, 0], [] < [1], (1, 2) < (1, 2, 0), [1, 2] == (1, 2), t == (1, 2, 3), (1, 'a') == (1, 'a'), [1, [2]] == [1, [2]], [2] > [1, 5], (0,) <= (0,), [float('nan')] == [float('nan')]
[1] < ['a']
[1] < (1,)
(1,) < ('a',)
3 in a, 9 in a, 3 not in a, 'a' in a, None in [None], [] in [[]], 1.0 in t
list(), list('ab'), list((1, 2)), list({1: 2}), list(range(3)), tuple(), tuple([1]), tuple('ab'), list(x for x in 'ab')
list(5)
tuple(None)
list(1, 2)
list(a=1)
tuple(1, 2)
len(a), min(a), max(a), sum(a), sorted(a), sorted(a, reverse=True), sorted(a, key=lambda x: -x), list(reversed(a)), any(a), all(a), sorted(t, key=None)
a.index(8), a.count(3), a.copy(), t.index(2), t.count(5), a.index(3, 1), a.index(3, 1, 2), [1, 2, 1].index(1, 1), a.index(1, -1)
a.index(100)
t.index(100)
a.index(5, 1)
[].pop()
a.pop(10)
a.remove(100)
a.pop('a')
a.insert(1)
a.append()
a.append(1, 2)
a.extend(5)
a.sort(lambda x: x)
a.sort(key=5)
[1, 'a'].sort()
sorted([1, 'a', None])
sorted(5)
sorted([3, 1], reverse='a')
sorted()
hash(t) == hash((1, 2, 3)), {(1, 2): 3}[1, 2], hash(()) == hash(())
hash([])
hash((1, []))
{[]: 1}
{[1]}
t.append
a.foo
repr([]), repr([1]), repr(()), repr((1,)), repr([[], ()]), str([1, 'a', None]), repr([a, a])
[*a, *t], (*a,), [*'ab', *range(2)], [*{}], [*(x for x in 'ab')]
[*5]
(*None,)
a.__len__(), a.__getitem__(0), a.__contains__(5), a.__add__([1]), a.__mul__(1), a.__eq__(1), a.__lt__([9]), a.__iter__().__next__(), t.__hash__() == hash(t), a.__getitem__(slice(1, 3)), a.__reversed__().__next__()
slice(5), slice(1, 5), slice(1, 5, 2), slice(None), slice(1, 10, 3).indices(5), slice(None, None, -1).indices(4), slice(1, 2) == slice(1, 2), slice(1).start, slice(1).stop, slice('a', 'b')
slice()
slice(1, 2, 3).indices()
hash(slice(1))
list.append([], 1), list.index([1, 2], 2), tuple.index((1,), 1)
list.append(5, 1)
list.append()
isinstance(a, list), type(a) is list, bool([]), bool([0]), bool(()), not a, a is a, [] is []
""", globals())

b = [1, 2, 3, 4, 5]
b[1:3] = "ab"
print(b)
b[1:1] = [9, 9]
print(b)
b[:] = b[::-1]
print(b)
b[::2] = range(4)
print(b)
b[5:2] = [7]
print(b)
b[-1:] = []
print(b)
b[100:] = (1, 2)
print(b)
for text in ("b[::2] = [1]", "b[0:1] = 5", "b[100] = 1", "b[-100] = 1", "b['a'] = 1", "del b[100]", "del b['a']", "t[0] = 1", "del t[0]", "b.x = 1", "t.x = 1", "b[::0] = []", "del b[::0]", "b[1.5] = 1",
             "del b[0], b[0]", "del b[1:3]", "del b[::2]", "b += 'xy'", "b *= 2", "b += 5", "b *= 'a'", "t += [1]", "b[0:2] = b", "b.insert(-1, 'i')", "b.insert(100, 'j')", "b.insert(-100, 'k')", "b.clear()", "b.extend(b)",
             "b.append(b)", "print(b, b == b)", "b.pop()", "b.extend({3: 4})", "b.reverse()", "b[len(b):] = [0]", "b.remove(0)", "b += b", "del b[:]", "b[:] = range(10)", "del b[1::3]", "del b[::-2]", "b[::-1] = list(b)", "b.sort(reverse=True)", "b[1:2] = []"):
    try:
        exec(text)
        print(text, b)
    except Exception as e:
        print(text, "!!", type(e).__name__, e)
pairs = [(2, "b"), (1, "z"), (2, "a"), (1, "a")]
print(sorted(pairs), sorted(pairs, key=lambda p: p[0]), sorted(pairs, key=lambda p: p[0], reverse=True))


class Weird:
    def __init__(self, n):
        self.n = n

    def __lt__(self, other):
        order.append((self.n, other.n))
        return self.n < other.n

    def __repr__(self):
        return f"W{self.n}"


order = []
print(sorted(map(Weird, [3, 1, 2])), len(order) > 1)
c = [3, 2, 1]


def meddle(x):
    c.append(x)
    return x


print(tried(c.sort, key=meddle), sorted(c))


class Stack(list):
    def push(self, x):
        self.append(x)
        return self

    def __getitem__(self, i):
        return ("got", super().__getitem__(i))


s = Stack([1, 2]).push(3)
print(s, s[0], s[1:], list(s), len(s), s == [1, 2, 3], s + [4], type(s + []).__name__, type(s[:]).__name__, [*s], isinstance(s, list), s.copy())
s.extra = 5
print(s.extra, s.__dict__)


class Point(tuple):
    def __new__(cls, x, y):
        return super().__new__(cls, (x, y))

    x = property(lambda self: self[0])


p = Point(3, 4)
print(p, p.x, p == (3, 4), hash(p) == hash((3, 4)), p + (5,), type(p + ()).__name__, {p: 1}[3, 4])
grid = [[0] * 3 for _ in range(2)]
grid[0][1] = 5
print(grid, [row[:] for row in grid], [[r[i] for r in grid] for i in range(3)])
d = []
for i in d or [1, 2, 3]:
    d.append(i)
    if len(d) > 5:
        break
print(d)
e = [1, 2, 3, 4]
for x in e:
    if x % 2:
        e.remove(x)
print(e)
x = [1, 2, 3]
x[0], x[1] = x[1], x[0]
i = 0
i, x[i] = 2, 9
print(x, i)
