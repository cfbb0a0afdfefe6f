"""The iterator building blocks, most of them generators; no pickling, and count() ends where ints end."""

import sys
from operator import index as _index

__all__ = ['accumulate', 'chain', 'combinations', 'combinations_with_replacement', 'compress', 'count', 'cycle',
           'dropwhile', 'filterfalse', 'groupby', 'islice', 'pairwise', 'permutations', 'product', 'repeat',
           'starmap', 'takewhile', 'tee', 'zip_longest']

_missing = object()

# Most functions check their arguments and then call a generator, because a generator does nothing
# before its first item is wanted.


# Without an end

class count:
    """start, start + step, start + 2 * step, ..."""

    def __init__(self, start=0, step=1):
        for number in (start, step):
            if not isinstance(number, (int, float)) and (
                    not hasattr(number, '__add__') or hasattr(number, '__len__')):
                raise TypeError('a number is required')
        self._next = start
        self._step = step

    def __iter__(self):
        return self

    def __next__(self):
        number = self._next
        self._next = number + self._step
        return number

    def __repr__(self):
        if isinstance(self._step, int) and self._step == 1:
            return 'count(%r)' % (self._next,)
        return 'count(%r, %r)' % (self._next, self._step)


def cycle(iterable, /):
    """The items again and again."""
    return _cycle(iter(iterable))


def _cycle(iterator):
    items = []
    for item in iterator:
        items.append(item)
        yield item
    while items:
        for item in items:
            yield item


class repeat:
    """The same object without an end, or times times."""

    def __init__(self, object, times=None):
        self._object = object
        self._left = None if times is None else max(_index(times), 0)

    def __iter__(self):
        return self

    def __next__(self):
        if self._left is not None:
            if self._left == 0:
                raise StopIteration
            self._left -= 1
        return self._object

    def __length_hint__(self):
        if self._left is None:
            raise TypeError('len() of unsized object')
        return self._left

    def __repr__(self):
        if self._left is None:
            return 'repeat(%r)' % (self._object,)
        return 'repeat(%r, %d)' % (self._object, self._left)


# Up to the end of the shortest argument

def accumulate(iterable, func=None, *, initial=None):
    """Running totals, or running results of func."""
    return _accumulate(iter(iterable), func, initial)


def _accumulate(iterator, func, total):
    if total is None:
        for total in iterator:
            break
        else:
            return
    yield total
    for item in iterator:
        total = total + item if func is None else func(total, item)
        yield total


class chain:
    """The items of one iterable after the other."""

    def __init__(self, *iterables):
        self._items = _chain(iter(iterables))

    @classmethod
    def from_iterable(cls, iterables, /):
        """A chain whose iterables come out of an iterable."""
        self = cls()
        self._items = _chain(iter(iterables))
        return self

    def __iter__(self):
        return self

    def __next__(self):
        return next(self._items)

    @classmethod
    def __class_getitem__(cls, item):
        return cls


def _chain(iterables):
    for iterable in iterables:
        for item in iterable:
            yield item


def compress(data, selectors):
    """The items of data whose selector is true."""
    return (item for item, selected in zip(data, selectors) if selected)


def dropwhile(predicate, iterable, /):
    """The items from the first one on for which predicate is false."""
    return _dropwhile(predicate, iter(iterable))


def _dropwhile(predicate, iterator):
    for item in iterator:
        if not predicate(item):
            yield item
            break
    for item in iterator:
        yield item


def takewhile(predicate, iterable, /):
    """The items before the first one for which predicate is false."""
    return _takewhile(predicate, iter(iterable))


def _takewhile(predicate, iterator):
    for item in iterator:
        if not predicate(item):
            return
        yield item


def filterfalse(function, iterable, /):
    """The items for which function is false; None stands for the item itself."""
    if function is None or function is bool:
        return (item for item in iterable if not item)
    return (item for item in iterable if not function(item))


class groupby:
    """Pairs (key, iterator over the successive items that have this key)."""

    def __init__(self, iterable, key=None):
        self._iterator = iter(iterable)
        self._key = key
        self._current = None        # the iterator of the group in use
        self._wanted = self._item_key = _missing
        self._item = None

    def __iter__(self):
        return self

    def __next__(self):
        self._current = None        # ends the iterator before
        while self._item_key is _missing or self._wanted is not _missing and (
                self._item_key is self._wanted or self._item_key == self._wanted):
            self._step()
        self._wanted = self._item_key
        self._current = group = _Group(self, self._wanted)
        return self._item_key, group

    def _step(self):
        item = next(self._iterator)
        self._item_key = item if self._key is None else self._key(item)
        self._item = item


class _Group:
    """The iterator over one group of a groupby; it ends when the groupby goes on."""

    def __init__(self, parent, key):
        self._parent = parent
        self._key = key

    def __iter__(self):
        return self

    def __next__(self):
        parent = self._parent
        if parent._current is not self:
            raise StopIteration
        if parent._item is _missing:
            parent._step()
        if not (parent._item_key is self._key or parent._item_key == self._key):
            raise StopIteration
        item = parent._item
        parent._item = _missing
        return item


def islice(iterable, *args):
    """The items that a slice with the same arguments would have; nothing may be negative."""
    if not 1 <= len(args) <= 3:
        raise TypeError('islice expected at %s 4 arguments, got %d' % ('most', len(args) + 1) if args
                        else 'islice expected at least 2 arguments, got 1')
    given = slice(*args)
    start = _slice_number(given.start, 0)
    stop = _slice_number(given.stop, None)
    step = _slice_number(given.step, 1)
    if stop is _missing:
        raise ValueError(('Stop argument for islice()' if len(args) == 1 else 'Indices for islice()')
                         + ' must be None or an integer: 0 <= x <= sys.maxsize.')
    if start is _missing:
        raise ValueError('Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize.')
    if step is _missing or step == 0:
        raise ValueError('Step for islice() must be a positive integer or None.')
    return _islice(iter(iterable), start, stop, step)


def _slice_number(value, default):
    if value is None:
        return default
    try:
        value = _index(value)
    except TypeError:
        return _missing
    return value if 0 <= value <= sys.maxsize else _missing


def _islice(iterator, start, stop, step):
    wanted = start
    place = 0
    while stop is None or place < stop:
        # Goes on to the stop even where no item is wanted any more: that much is consumed.
        for item in iterator:
            break
        else:
            return
        if place == wanted:
            wanted += step
            yield item
        place += 1


def pairwise(iterable, /):
    """(first, second), (second, third), ..."""
    return _pairwise(iter(iterable))


def _pairwise(iterator):
    for before in iterator:
        break
    for item in iterator:
        yield before, item
        before = item


def starmap(function, iterable, /):
    """function(*arguments) for each tuple of arguments."""
    return (function(*arguments) for arguments in iterable)


class _TeeSource:
    """What the iterators of one tee() share: the original iterator."""

    def __init__(self, iterator):
        self.iterator = iterator
        self.running = False

    def next(self):
        if self.running:
            raise RuntimeError('cannot re-enter the tee iterator')
        self.running = True
        try:
            return next(self.iterator)
        finally:
            self.running = False


class _Tee:
    """One of the iterators of a tee(). It stands at a link of a list: [item, next link], or [] where the end is."""

    def __init__(self, source, link):
        self._source = source
        self._link = link

    def __iter__(self):
        return self

    def __next__(self):
        link = self._link
        if not link:
            link += (self._source.next(), [])
        item, self._link = link
        return item

    def __copy__(self):
        return _Tee(self._source, self._link)


def tee(iterable, n=2, /):
    """n independent iterators over the same items."""
    if n < 0:
        raise ValueError('n must be >= 0')
    if n == 0:
        return ()
    iterator = iter(iterable)
    first = iterator if isinstance(iterator, _Tee) else _Tee(_TeeSource(iterator), [])
    return (first,) + tuple([first.__copy__() for _ in range(n - 1)])


def zip_longest(*iterables, fillvalue=None):
    """Tuples of the items at the same place; fillvalue where an iterable has ended."""
    return _zip_longest([iter(iterable) for iterable in iterables], fillvalue)


def _zip_longest(iterators, fillvalue):
    active = len(iterators)
    while active:
        items = []
        for place, iterator in enumerate(iterators):
            item = fillvalue
            if iterator is not None:
                for item in iterator:
                    break
                else:
                    iterators[place] = None
                    active -= 1
                    if not active:
                        return
            items.append(item)
        yield tuple(items)


# Combinatorics. All of these go through tuples of indices in lexicographic order.

def product(*iterables, repeat=1):
    """All tuples with one item of each iterable; the last place changes fastest."""
    repeat = _index(repeat)
    if repeat < 0:
        raise ValueError('repeat argument cannot be negative')
    return _product([tuple(iterable) for iterable in iterables] * repeat)


def _product(pools):
    if not all(pools):
        return
    indices = [0] * len(pools)
    items = [pool[0] for pool in pools]
    while True:
        yield tuple(items)
        for place in reversed(range(len(pools))):
            pool = pools[place]
            indices[place] += 1
            if indices[place] < len(pool):
                items[place] = pool[indices[place]]
                break
            indices[place] = 0
            items[place] = pool[0]
        else:
            return


def permutations(iterable, r=None):
    """All tuples of r different items (None: of all items)."""
    pool = tuple(iterable)
    if r is None:
        r = len(pool)
    elif not isinstance(r, int):
        raise TypeError('Expected int as r')
    elif r < 0:
        raise ValueError('r must be non-negative')
    return _permutations(pool, r)


def _permutations(pool, r):
    size = len(pool)
    if r > size:
        return
    chosen = list(range(r))         # the indices of the tuple
    rest = list(range(r, size))     # the others, in order
    while True:
        yield tuple([pool[index] for index in chosen])
        for place in reversed(range(r)):
            # What is behind this place is the greatest arrangement, so all of it is free again.
            index = chosen[place]
            greater = [other for other in rest if other > index]
            if greater:
                chosen[place] = greater[0]
                rest.remove(greater[0])
                rest = sorted(rest + [index])
                while len(chosen) < r:
                    chosen.append(rest.pop(0))
                break
            chosen.pop()
            rest = sorted(rest + [index])
        else:
            return


def combinations(iterable, r):
    """All tuples of r items in the order of the iterable."""
    pool = tuple(iterable)
    r = _index(r)
    if r < 0:
        raise ValueError('r must be non-negative')
    return _combinations(pool, r)


def _combinations(pool, r):
    size = len(pool)
    if r > size:
        return
    indices = list(range(r))
    while True:
        yield tuple([pool[index] for index in indices])
        for place in reversed(range(r)):
            if indices[place] < size - r + place:
                break
        else:
            return
        start = indices[place] + 1
        indices[place:] = range(start, start + r - place)


def combinations_with_replacement(iterable, r):
    """All tuples of r items, also repeated ones, in the order of the iterable."""
    pool = tuple(iterable)
    r = _index(r)
    if r < 0:
        raise ValueError('r must be non-negative')
    return _combinations_with_replacement(pool, r)


def _combinations_with_replacement(pool, r):
    size = len(pool)
    if r and not size:
        return
    indices = [0] * r
    while True:
        yield tuple([pool[index] for index in indices])
        for place in reversed(range(r)):
            if indices[place] < size - 1:
                break
        else:
            return
        indices[place:] = [indices[place] + 1] * (r - place)
