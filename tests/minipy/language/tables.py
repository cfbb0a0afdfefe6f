"""dict, set, frozenset and the views."""
from each import each, tried

d = {"a": 1, "b": 2, 3: None}
s = {1, 2, 3}
f = frozenset("ab")
each(r"""
d['a'], d[3], d.get('a'), d.get('x'), d.get('x', 5), 'a' in d, 'x' in d, len(d), list(d), list(d.keys()), list(d.values()), list(d.items()), bool({}), bool(d)
d['x']
d[[]]
d.get([])
[] in d
d.get()
d.pop('x')
d.pop()
{}.popitem()
d.setdefault()
d.update(5)
d.update([1])
d.update(['abc'])
d.update([(1, 2, 3)])
d.update({}, {})
d.fromkeys()
dict(), dict(a=1), dict([('a', 1)]), dict({'a': 1}, b=2), dict(['ab', 'cd']), dict(zip('ab', [1, 2])), dict.fromkeys('ab'), dict.fromkeys('ab', 0), {}.fromkeys([1], 2)
dict(5)
dict([1])
dict(1, 2)
{'a': 1} == {'a': 1.0}, {'a': 1} == {'a': 2}, {1: 2, 3: 4} == {3: 4, 1: 2}, {} != {1: 1}, d == d, {'a': {}} == {'a': {}}
{} < {}
{1: 1} | {2: 2}, {1: 1, 2: 2} | {1: 3}, {**d, 'a': 9}, {**{}, 1: 2}
{} | 5
{**5}
{**[1]}
d + d
d.keys(), d.values(), d.items(), {}.keys(), d.keys() == {'a', 'b', 3}, d.keys() & {'a', 'z'}, sorted({'a': 1}.items() | {('b', 2)}), d.keys() - {'a'} == {'b', 3}, 'a' in d.keys(), 1 in d.values(), ('a', 1) in d.items(), ('a', 2) in d.items(), len(d.items()), d.keys() ^ d.keys(), {'a': 1}.keys() <= {'a', 'b'}, d.keys().isdisjoint({'q'})
d.keys()[0]
d.keys().foo
list(reversed(d)), list(reversed(d.items())), list(reversed(d.values())), min({3: 1, 2: 5}), sorted({'b': 1, 'a': 2}), max({1: 'a', 2: 'b'}.items()), sum({1: 2, 3: 4}.values()), dict(sorted({'b': 1, 'a': 2}.items())), {v: k for k, v in {'a': 1}.items()}
repr({}), repr({1: 'a'}), repr({'a': [1]}), str({1: {2: 3}}), repr({(): None})
d.copy() == d, d.copy() is d, d.__len__(), d.__contains__('a'), d.__getitem__('a'), d.__eq__(d), d.__iter__().__next__(), dict.get(d, 'a'), d.__or__({5: 6})[5]
hash({})
{{}: 1}
{1: 1, 1.0: 2, True: 3}, {1, 1.0, True}, {0: 'a', False: 'b'}, {'a': 1, 'a': 2}
s | {4}, s & {1, 9}, s - {1}, s ^ {1, 9}, s | s, s.union([4], [5]), s.intersection([1], [1, 2]), s.difference([1], [2]), s.symmetric_difference([1, 9]), s.union(), s.copy() == s
s <= {1, 2, 3}, s < {1, 2, 3, 4}, s >= {1}, s > s, s == {3, 2, 1}, s != {1}, s.issubset([1, 2, 3, 4]), s.issuperset([1]), s.isdisjoint([9]), s == frozenset(s), s < frozenset([1, 2, 3, 4]), {1} == [1]
s | [1]
s & [1]
s - 5
s < [1]
s ^ 'a'
s + s
s.union(5)
s.remove(9)
s.add([])
s.add()
set().pop()
s[0]
{[]}
[] in s
{1} in {frozenset([1])}, {1} in [{1}]
set(), set('ab') == {'a', 'b'}, set([1, 1]), frozenset(), frozenset([1]), repr(frozenset([1])), repr(set()), repr({1}), len(f), 'a' in f, sorted(f)
set(5)
set([[]])
frozenset(1, 2)
hash(f) == hash(frozenset('ba')), {f: 1}[frozenset('ab')], frozenset([1]) == {1}, type(f | {1}).__name__, type({1} | f).__name__, f.copy() is f, hash(frozenset()) == hash(frozenset())
hash(set())
f.add(1)
f.foo
{x for x in 'aab'} == {'a', 'b'}, {x: x * 2 for x in range(3)}, {k: v for k, v in zip('ab', [1, 2]) if v > 1}, {i for i in range(10) if i % 5 == 0}
max({1, 5, 3}), sum({1, 2}), sorted({3, 1, 2}), sorted({'b', 'a'}), len({1, 2}), bool(set()), any({0}), [x for x in {7}], list({5: 1})[0]
isinstance(d, dict), isinstance(f, frozenset), isinstance(f, set), type(s) is set, s is s, set is set
""", globals())
for text in ("d['new'] = 1", "d['a'] = 5", "del d['a']", "del d['zz']", "d[[]] = 1", "del d[[]]", "d.x = 1", "d |= {'q': 1}", "d |= [('r', 2)]", "d |= 5", "d.update(z=1, y=2)", "d.update([('w', 0)], v=1)", "d.setdefault('a', []).append(1)",
             "d.setdefault('a')", "d.pop('q')", "d.pop('nope', 7)", "d.popitem()", "d['a'], d['b'] = 1, 2", "d.clear()", "d.update({1: 2}.items())", "d[1] += 5", "d['none'] += 1", "d[0] = d", "print(d)", "del d[0]", "d.update(d)"):
    try:
        exec(text)
        print(text, d)
    except Exception as e:
        print(text, "!!", type(e).__name__, e)
for text in ("s.add(9)", "s.discard(100)", "s.remove(9)", "s.update([5], (6,))", "s -= {5}", "s |= {7}", "s &= {1, 7}", "s ^= {1, 8}", "s |= [1]", "s.intersection_update([7])", "s.difference_update([7])", "s.symmetric_difference_update([1, 2])", "s.clear()", "s.x = 1", "s.update(5)", "f |= {1}", "f.x = 1", "s -= s"):
    try:
        exec(text)
        print(text, sorted(s), len(f))
    except Exception as e:
        print(text, "!!", type(e).__name__, e)
for change in ("d['k' + str(len(d))] = 1", "d.pop(k)", "d[k] = 0"):
    d = dict.fromkeys(range(3))
    try:
        for k in d:
            exec(change)
        print(change, d)
    except RuntimeError as e:
        print(change, "!!", e)
s = {1, 2, 3}
try:
    for x in s:
        s.add(x + 100)
except RuntimeError as e:
    print(e)


class Key:
    def __init__(self, h, name):
        self.h, self.name = h, name

    def __hash__(self):
        return self.h

    def __eq__(self, other):
        if self.name == "bad":
            raise ValueError("bad eq")
        return isinstance(other, Key) and self.name == other.name

    def __repr__(self):
        return self.name


k1, k2, k3 = Key(1, "k1"), Key(1, "k2"), Key(1, "k1")
t = {k1: 1, k2: 2}
t[k3] = 3
print(t, t[k1], len(t), k3 in t, Key(2, "k1") in t)
print(tried(lambda: t[Key(1, "bad")]), tried(lambda: {Key(1, "bad"), Key(1, "x")}))


class NoHash:
    def __eq__(self, other):
        return True


class BadHash:
    def __hash__(self):
        return "x"


print(tried(hash, NoHash()), tried(hash, BadHash()), tried(lambda: {NoHash(): 1}))


class Default(dict):
    def __missing__(self, key):
        self[key] = v = [key]
        return v


m = Default(a=1)
print(m["z"], m, m.get("q"), "q" in m, m == {"a": 1, "z": ["z"]}, isinstance(m, dict), tried(lambda: dict.__getitem__(m, "n")), m.copy(), type(m.copy()).__name__)


class Upper(dict):
    def __setitem__(self, key, value):
        super().__setitem__(key.upper(), value)

    def __getitem__(self, key):
        return super().__getitem__(key.upper())


u = Upper(b=1)
u["x"] = 5
print(u, u["x"], list(u), {**u}, tried(lambda: u["b"]))
big = {i: -i for i in range(1000)}
for i in range(0, 1000, 3):
    del big[i]
print(len(big), sum(big), sum(big.values()), list(big)[:5], list(big)[-3:], 999 in big, 998 in big)
it = iter({1: 2})
print(next(it), next(it, "end"), tried(next, it))
