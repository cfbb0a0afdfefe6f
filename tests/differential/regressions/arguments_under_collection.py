"""A collection inside of __hash__, __eq__, __int__ or __next__ leaves alone what the native in progress was called with."""
import gc
import weakref


class Sly:
    def __init__(self, key):
        self.key = key

    def __hash__(self):
        gc.collect()
        return 7000 + self.key

    def __eq__(self, other):
        gc.collect()
        return self.key == other.key

    def __int__(self):
        gc.collect()
        return self.key


class Number(int):
    def __init__(self, *args):
        print("Number", len(args), [type(a).__name__ for a in args])


def collecting(n):
    for i in range(n):
        gc.collect()
        yield [i]


first, second = Sly(3), Sly(3)
members, keys, values = weakref.WeakSet(), weakref.WeakKeyDictionary(), weakref.WeakValueDictionary()
members.add(first)
members.add(second)
keys[first] = "one"
keys.setdefault(second, "two")
values[first] = second
print(len(members), keys.pop(second, "none"), values.get(second, None) is second, dict(**{"a": first})["a"] is first)
print(int(Number(Sly(5), *[])), sorted([3, 1, 2], key=lambda n: gc.collect() * 0 - n))
a, b, c = collecting(3)
print(a, b, c)
a, *b = collecting(3)
print(a, b)
