"""Heaps in lists: heappush, heappop, heapify, heapreplace, heappushpop, merge, nlargest, nsmallest."""

__all__ = ['heapify', 'heappop', 'heappush', 'heappushpop', 'heapreplace', 'merge', 'nlargest', 'nsmallest']

# The children of the item at place p are at 2 * p + 1 and 2 * p + 2; no child is smaller than its parent.


def _rise(heap, top, place):
    """Let the item at place rise to where it belongs, but not above top."""
    item = heap[place]
    while place > top:
        above = (place - 1) // 2
        parent = heap[above]
        if not item < parent:
            break
        heap[place] = parent
        place = above
    heap[place] = item


def _sink(heap, place):
    """Let the item at place sink to where it belongs."""
    # Down to a leaf first, along the smaller children, then up again: items from the end of a heap
    # mostly belong near its end, so this compares less.
    top = place
    size = len(heap)
    item = heap[place]
    child = 2 * place + 1
    while child < size:
        right = child + 1
        if right < size and not heap[child] < heap[right]:
            child = right
        heap[place] = heap[child]
        place = child
        child = 2 * place + 1
    heap[place] = item
    _rise(heap, top, place)


def _check_list(heap):
    if not isinstance(heap, list):
        raise TypeError('heap argument must be a list, not %s' % type(heap).__name__)


def heapify(x, /):
    """Make a heap of a list, in place."""
    _check_list(x)
    for place in reversed(range(len(x) // 2)):
        _sink(x, place)


def heappush(heap, item, /):
    _check_list(heap)
    heap.append(item)
    _rise(heap, 0, len(heap) - 1)


def heappop(heap, /):
    """Remove and return the smallest item."""
    _check_list(heap)
    last = heap.pop()
    if not heap:
        return last
    smallest = heap[0]
    heap[0] = last
    _sink(heap, 0)
    return smallest


def heapreplace(heap, item, /):
    """heappop(), then heappush()."""
    _check_list(heap)
    smallest = heap[0]
    heap[0] = item
    _sink(heap, 0)
    return smallest


def heappushpop(heap, item, /):
    """heappush(), then heappop()."""
    _check_list(heap)
    if heap and heap[0] < item:
        return heapreplace(heap, item)
    return item


class _Reversed:
    """A key of the opposite order."""

    __slots__ = ('key',)

    def __init__(self, key):
        self.key = key

    def __lt__(self, other):
        return other.key < self.key

    def __eq__(self, other):
        return self.key == other.key


def merge(*iterables, key=None, reverse=False):
    """The items of sorted iterables as one sorted iterator."""
    heap = []                       # [key of an item, number of its iterable, item, iterator]
    for number, iterable in enumerate(iterables):
        iterator = iter(iterable)
        for item in iterator:
            heap.append([_merge_key(item, key, reverse), number, item, iterator])
            break
    heapify(heap)
    while heap:
        entry = heap[0]
        yield entry[2]
        for item in entry[3]:
            entry[0] = _merge_key(item, key, reverse)
            entry[2] = item
            heapreplace(heap, entry)
            break
        else:
            heappop(heap)


def _merge_key(item, key, reverse):
    if key is not None:
        item = key(item)
    return _Reversed(item) if reverse else item


def nsmallest(n, iterable, key=None):
    """The n smallest items, like sorted(iterable, key=key)[:n]."""
    return sorted(iterable, key=key)[:max(n, 0)]


def nlargest(n, iterable, key=None):
    """The n largest items, like sorted(iterable, key=key, reverse=True)[:n]."""
    return sorted(iterable, key=key, reverse=True)[:max(n, 0)]
