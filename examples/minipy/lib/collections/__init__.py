"""deque, defaultdict, OrderedDict, Counter, namedtuple, ChainMap, UserDict, UserList, UserString; no pickling."""

import sys
from collections.abc import Mapping, MutableMapping, MutableSequence, Sequence

try:
    from _thread import get_ident as _get_ident
except ImportError:
    _get_ident = int

__all__ = ['ChainMap', 'Counter', 'OrderedDict', 'UserDict', 'UserList', 'UserString',
           'defaultdict', 'deque', 'namedtuple']

_missing = object()


def _recursive_repr(fill_value):
    """Decorator for a __repr__: inside of itself, an object is shown as fill_value."""
    def decorate(function):
        running = set()

        def __repr__(self):
            key = (id(self), _get_ident())
            if key in running:
                return fill_value
            running.add(key)
            try:
                return function(self)
            finally:
                running.discard(key)

        return __repr__
    return decorate


class OrderedDict(dict):
    """A dict that can move keys to its ends and whose equality looks at the order."""

    def __init__(self, other=(), /, **kwargs):
        MutableMapping.update(self, other, **kwargs)

    update = MutableMapping.update

    def pop(self, key, default=_missing):
        if default is _missing:
            return dict.pop(self, key)
        return dict.pop(self, key, default)

    def setdefault(self, key, default=None):
        if key in self:
            return self[key]
        self[key] = default
        return default

    def move_to_end(self, key, last=True):
        """Move an existing key to the end (or to the start if last is false)."""
        if not dict.__contains__(self, key):
            raise KeyError(key)
        value = dict.__getitem__(self, key)
        if last:
            dict.__delitem__(self, key)
            dict.__setitem__(self, key, value)
        else:
            items = [item for item in dict.items(self) if item[0] != key]
            dict.clear(self)
            dict.__setitem__(self, key, value)
            for other, value in items:
                dict.__setitem__(self, other, value)

    def popitem(self, last=True):
        """Remove and return a (key, value) pair, the last or the first one."""
        if not self:
            raise KeyError('dictionary is empty')
        key = next(reversed(self) if last else iter(self))
        value = dict.__getitem__(self, key)
        dict.__delitem__(self, key)
        return key, value

    def copy(self):
        return self.__class__(self)

    @classmethod
    def fromkeys(cls, iterable, value=None):
        self = cls()
        for key in iterable:
            self[key] = value
        return self

    def __eq__(self, other):
        if isinstance(other, OrderedDict):
            return dict.__eq__(self, other) and list(self) == list(other)
        return dict.__eq__(self, other)

    def __ne__(self, other):
        return not self == other

    __hash__ = None

    @_recursive_repr('...')
    def __repr__(self):
        if not self:
            return '%s()' % self.__class__.__name__
        return '%s(%r)' % (self.__class__.__name__, list(self.items()))

    def __ior__(self, other):
        self.update(other)
        return self

    def __or__(self, other):
        if not isinstance(other, dict):
            return NotImplemented
        new = self.__class__(self)
        new.update(other)
        return new

    def __ror__(self, other):
        if not isinstance(other, dict):
            return NotImplemented
        new = self.__class__(other)
        new.update(self)
        return new


class defaultdict(dict):
    """A dict that makes missing values with default_factory()."""

    def __init__(self, default_factory=None, /, *args, **kwargs):
        if default_factory is not None and not callable(default_factory):
            raise TypeError('first argument must be callable or None')
        dict.__init__(self, *args, **kwargs)
        self.default_factory = default_factory

    def __missing__(self, key):
        if self.default_factory is None:
            raise KeyError(key)
        value = self[key] = self.default_factory()
        return value

    def copy(self):
        return type(self)(self.default_factory, self)

    __copy__ = copy

    def __deepcopy__(self, memo):
        from copy import deepcopy
        new = type(self)(self.default_factory)
        memo[id(self)] = new
        for key, value in self.items():
            new[deepcopy(key, memo)] = deepcopy(value, memo)
        return new

    @_recursive_repr('...')
    def _factory_repr(self):
        return repr(self.default_factory)

    def __repr__(self):
        return '%s(%s, %s)' % (type(self).__name__, self._factory_repr(), dict.__repr__(self))

    def __or__(self, other):
        if not isinstance(other, dict):
            return NotImplemented
        new = type(self)(self.default_factory, self)
        new.update(other)
        return new

    def __ror__(self, other):
        if not isinstance(other, dict):
            return NotImplemented
        new = type(self)(self.default_factory, other)
        new.update(self)
        return new

    @classmethod
    def __class_getitem__(cls, item):
        return cls


class Counter(dict):
    """A dict that counts: key -> int, and missing keys count as 0."""

    def __init__(self, iterable=None, /, **kwargs):
        dict.__init__(self)
        self.update(iterable, **kwargs)

    def __missing__(self, key):
        return 0

    def total(self):
        return sum(self.values())

    def most_common(self, n=None):
        """The n (None: all) pairs (key, count) with the highest counts, highest first."""
        pairs = sorted(self.items(), key=lambda pair: pair[1], reverse=True)
        return pairs if n is None else pairs[:max(n, 0)]

    def elements(self):
        """Every key as often as it counts."""
        for key, count in self.items():
            for _ in range(count):
                yield key

    @classmethod
    def fromkeys(cls, iterable, v=None):
        raise NotImplementedError('Counter.fromkeys() is undefined.  Use Counter(iterable) instead.')

    def update(self, iterable=None, /, **kwargs):
        """Add the counts of a mapping or of the items of an iterable."""
        if isinstance(iterable, Mapping):
            if self:
                for key, count in iterable.items():
                    self[key] = count + self.get(key, 0)
            else:
                dict.update(self, iterable)
        elif iterable is not None:
            for key in iterable:
                self[key] = self.get(key, 0) + 1
        if kwargs:
            self.update(kwargs)

    def subtract(self, iterable=None, /, **kwargs):
        """Like update(), but subtracts; counts may become negative."""
        if isinstance(iterable, Mapping):
            for key, count in iterable.items():
                self[key] = self.get(key, 0) - count
        elif iterable is not None:
            for key in iterable:
                self[key] = self.get(key, 0) - 1
        if kwargs:
            self.subtract(kwargs)

    def copy(self):
        return self.__class__(self)

    __copy__ = copy

    def __delitem__(self, key):
        if key in self:
            dict.__delitem__(self, key)

    def __repr__(self):
        if not self:
            return '%s()' % self.__class__.__name__
        try:
            shown = dict(self.most_common())
        except TypeError:       # counts that do not compare
            shown = dict(self)
        return '%s(%r)' % (self.__class__.__name__, shown)

    # Comparisons as multisets: a missing key counts as 0

    def _all(self, other, holds):
        if not isinstance(other, Counter):
            return NotImplemented
        return all([holds(self[key], other[key]) for part in (self, other) for key in part])

    def __eq__(self, other):
        return self._all(other, lambda a, b: a == b)

    def __ne__(self, other):
        if not isinstance(other, Counter):
            return NotImplemented
        return not self == other

    __hash__ = None

    def __le__(self, other):
        return self._all(other, lambda a, b: a <= b)

    def __lt__(self, other):
        if not isinstance(other, Counter):
            return NotImplemented
        return self <= other and self != other

    def __ge__(self, other):
        return self._all(other, lambda a, b: a >= b)

    def __gt__(self, other):
        if not isinstance(other, Counter):
            return NotImplemented
        return self >= other and self != other

    # Multiset operations: their results have positive counts only

    def _combine(self, other, operation):
        if not isinstance(other, Counter):
            return NotImplemented
        result = Counter()
        for key, count in self.items():
            count = operation(count, other[key])
            if count > 0:
                result[key] = count
        for key, count in other.items():
            if key not in self:
                count = operation(0, count)
                if count > 0:
                    result[key] = count
        return result

    def __add__(self, other):
        return self._combine(other, lambda a, b: a + b)

    def __sub__(self, other):
        return self._combine(other, lambda a, b: a - b)

    def __or__(self, other):
        return self._combine(other, max)

    def __and__(self, other):
        return self._combine(other, min)

    def __pos__(self):
        return self + Counter()

    def __neg__(self):
        return Counter() - self

    def _keep_positive(self):
        for key in [key for key, count in self.items() if not count > 0]:
            del self[key]
        return self

    def __iadd__(self, other):
        for key, count in other.items():
            self[key] += count
        return self._keep_positive()

    def __isub__(self, other):
        for key, count in list(other.items()):
            self[key] -= count
        return self._keep_positive()

    def __ior__(self, other):
        for key, count in other.items():
            if count > self[key]:
                self[key] = count
        return self._keep_positive()

    def __iand__(self, other):
        for key, count in self.items():
            if other[key] < count:
                self[key] = other[key]
        return self._keep_positive()


class deque:
    """A double-ended queue: a list whose items start somewhere behind its beginning."""

    def __init__(self, iterable=(), maxlen=None):
        if maxlen is not None:
            if not isinstance(maxlen, int):
                raise TypeError('an integer is required')
            if maxlen < 0:
                raise ValueError('maxlen must be non-negative')
        self._items = []        # the items are self._items[self._start:]
        self._start = 0
        self._changes = 0       # to notice changes during an iteration
        self._maxlen = maxlen
        self.extend(iterable)

    @property
    def maxlen(self):
        return self._maxlen

    def __len__(self):
        return len(self._items) - self._start

    # Both ends

    def append(self, value):
        self._changes += 1
        self._items.append(value)
        if self._maxlen is not None and len(self) > self._maxlen:
            self.popleft()

    def appendleft(self, value):
        self._changes += 1
        if self._start == 0:
            self._start = len(self._items) + 8
            self._items[:0] = [None] * self._start
        self._start -= 1
        self._items[self._start] = value
        if self._maxlen is not None and len(self) > self._maxlen:
            self.pop()

    def pop(self):
        if len(self._items) == self._start:
            raise IndexError('pop from an empty deque')
        self._changes += 1
        return self._items.pop()

    def popleft(self):
        items, start = self._items, self._start
        if len(items) == start:
            raise IndexError('pop from an empty deque')
        self._changes += 1
        value = items[start]
        items[start] = None
        start += 1
        if start > 16 + 2 * (len(items) - start):
            del items[:start]
            start = 0
        self._start = start
        return value

    def extend(self, iterable):
        if iterable is self:
            iterable = list(iterable)
        for value in iterable:
            self.append(value)

    def extendleft(self, iterable):
        if iterable is self:
            iterable = list(iterable)
        for value in iterable:
            self.appendleft(value)

    def rotate(self, n=1):
        """Move n items from the right end to the left end (n < 0: the other way)."""
        size = len(self)
        if size > 1:
            n %= size
            if n <= size - n:
                for _ in range(n):
                    self.appendleft(self.pop())
            else:
                for _ in range(size - n):
                    self.append(self.popleft())

    def clear(self):
        self._changes += 1
        self._items = []
        self._start = 0

    # Like a list

    def _place(self, index):
        if not isinstance(index, int):
            raise TypeError("sequence index must be integer, not '%s'" % type(index).__name__)
        size = len(self)
        if index < 0:
            index += size
        if not 0 <= index < size:
            raise IndexError('deque index out of range')
        return self._start + index

    def __getitem__(self, index):
        return self._items[self._place(index)]

    def __setitem__(self, index, value):
        self._items[self._place(index)] = value

    def __delitem__(self, index):
        place = self._place(index)
        self._changes += 1
        del self._items[place]

    def insert(self, index, value):
        size = len(self)
        if self._maxlen is not None and size >= self._maxlen:
            raise IndexError('deque already at its maximum size')
        if index < 0:
            index = max(index + size, 0)
        if index == 0:
            self.appendleft(value)
        else:
            self._changes += 1
            self._items.insert(self._start + index, value)

    def remove(self, value):
        changes = self._changes
        for place in range(self._start, len(self._items)):
            item = self._items[place]
            found = item is value or item == value
            if self._changes != changes:
                raise IndexError('deque mutated during remove().')
            if found:
                self._changes += 1
                del self._items[place]
                return
        raise ValueError('deque.remove(x): x not in deque')

    def reverse(self):
        self._changes += 1
        self._items = self._items[self._start:]
        self._items.reverse()
        self._start = 0

    def __iter__(self):
        return self._iterate(range(self._start, len(self._items)), self._changes)

    def __reversed__(self):
        return self._iterate(range(len(self._items) - 1, self._start - 1, -1), self._changes)

    def _iterate(self, places, changes):
        for place in places:
            if self._changes != changes:
                break
            yield self._items[place]
        if self._changes != changes:
            raise RuntimeError('deque mutated during iteration')

    def __contains__(self, value):
        for item in self:
            if item is value or item == value:
                return True
        return False

    def count(self, value):
        return sum([1 for item in self if item is value or item == value])

    def index(self, value, start=0, stop=None):
        start, stop, _ = slice(start, stop).indices(len(self))
        for index, item in enumerate(self):
            if index >= stop:
                break
            if index >= start and (item is value or item == value):
                return index
        raise ValueError('%r is not in deque' % (value,))

    def copy(self):
        if self._maxlen is None:
            return type(self)(self)
        return type(self)(self, self._maxlen)

    __copy__ = copy

    def __add__(self, other):
        if not isinstance(other, deque):
            raise TypeError('can only concatenate deque (not "%s") to deque' % type(other).__name__)
        new = self.copy()
        new.extend(other)
        return new

    def __iadd__(self, other):
        self.extend(other)
        return self

    def __mul__(self, n):
        new = self.copy()
        new *= n
        return new

    __rmul__ = __mul__

    def __imul__(self, n):
        if n <= 0:
            self.clear()
        else:
            items = list(self)
            for _ in range(n - 1):
                self.extend(items)
        return self

    @_recursive_repr('[...]')
    def __repr__(self):
        if self._maxlen is None:
            return '%s(%r)' % (type(self).__name__, list(self))
        return '%s(%r, maxlen=%d)' % (type(self).__name__, list(self), self._maxlen)

    __hash__ = None

    def __eq__(self, other):
        if not isinstance(other, deque):
            return NotImplemented
        return len(self) == len(other) and list(self) == list(other)

    def __lt__(self, other):
        if not isinstance(other, deque):
            return NotImplemented
        return list(self) < list(other)

    def __le__(self, other):
        if not isinstance(other, deque):
            return NotImplemented
        return list(self) <= list(other)

    def __gt__(self, other):
        if not isinstance(other, deque):
            return NotImplemented
        return list(self) > list(other)

    def __ge__(self, other):
        if not isinstance(other, deque):
            return NotImplemented
        return list(self) >= list(other)

    @classmethod
    def __class_getitem__(cls, item):
        return cls


MutableSequence.register(deque)


# namedtuple

_KEYWORDS = frozenset("""
    False None True and as assert async await break class continue def del elif else except finally for from
    global if import in is lambda nonlocal not or pass raise return try while with yield""".split())


def _in_words(names):
    """'a', 'b', and 'c' as in messages of the interpreter."""
    shown = [repr(name) for name in names]
    if len(shown) <= 2:
        return ' and '.join(shown)
    return '%s, and %s' % (', '.join(shown[:-1]), shown[-1])


def _bind_arguments(function, names, args, kwargs, optional=(), keyword_only=()):
    """The arguments of a method with these parameters besides self, as a dict; TypeErrors like the interpreter's."""
    if len(args) > len(names):
        most = len(names) + 1
        least = most - len([name for name in names if name in optional])
        takes = 'from %d to %d' % (least, most) if least < most else most
        raise TypeError('%s() takes %s positional argument%s but %d were given'
                        % (function, takes, '' if most == 1 else 's', len(args) + 1))
    bound = dict(zip(names, args))
    for name, value in kwargs.items():
        if name in bound:
            raise TypeError('%s() got multiple values for argument %r' % (function, name))
        if name not in names and name not in keyword_only:
            raise TypeError('%s() got an unexpected keyword argument %r' % (function, name))
        bound[name] = value
    for kind, group in (('positional', names), ('keyword-only', keyword_only)):
        missing = [name for name in group if name not in bound and name not in optional]
        if missing:
            raise TypeError('%s() missing %d required %s argument%s: %s'
                            % (function, len(missing), kind, '' if len(missing) == 1 else 's', _in_words(missing)))
    return bound


def _check_names(typename, field_names, rename):
    """Raise ValueError for bad names, or with rename replace them by _0, _1, ..."""
    seen = set()
    for index, name in enumerate(field_names):
        if rename and (not name.isidentifier() or name in _KEYWORDS or name.startswith('_') or name in seen):
            field_names[index] = '_%d' % index
        seen.add(name)
    for name in [typename] + field_names:
        if not name.isidentifier():
            raise ValueError('Type names and field names must be valid identifiers: %r' % name)
        if name in _KEYWORDS:
            raise ValueError('Type names and field names cannot be a keyword: %r' % name)
    seen = set()
    for name in field_names:
        if name.startswith('_') and not rename:
            raise ValueError('Field names cannot start with an underscore: %r' % name)
        if name in seen:
            raise ValueError('Encountered duplicate field name: %r' % name)
        seen.add(name)


def _tuple_field(index):
    return property(lambda self: tuple.__getitem__(self, index), doc='Alias for field number %d' % index)


def namedtuple(typename, field_names, *, rename=False, defaults=None, module=None):
    """Make a tuple subclass whose items have names."""
    if isinstance(field_names, str):
        field_names = field_names.replace(',', ' ').split()
    fields = [str(name) for name in field_names]
    typename = str(typename)
    _check_names(typename, fields, rename)
    fields = tuple(fields)
    size = len(fields)
    preset = {}
    if defaults is not None:
        defaults = tuple(defaults)
        if len(defaults) > size:
            raise TypeError('Got more default values than field names')
        preset = dict(zip(fields[size - len(defaults):], defaults))

    def __new__(_cls, /, *args, **kwargs):
        if kwargs or len(args) != size:
            bound = _bind_arguments(typename + '.__new__', fields, args, kwargs, preset)
            args = [bound[name] if name in bound else preset[name] for name in fields]
        return tuple.__new__(_cls, args)

    def _make(cls, iterable):
        values = tuple.__new__(cls, iterable)
        if len(values) != size:
            raise TypeError('Expected %d arguments, got %d' % (size, len(values)))
        return values

    def _replace(self, /, **kwargs):
        values = [kwargs.pop(name, value) for name, value in zip(fields, self)]
        if kwargs:
            raise ValueError('Got unexpected field names: %r' % list(kwargs))
        return self._make(values)

    def _asdict(self):
        return dict(zip(fields, self))

    def __repr__(self):
        return '%s(%s)' % (self.__class__.__name__, ', '.join(['%s=%r' % pair for pair in zip(fields, self)]))

    def __getnewargs__(self):
        return tuple(self)

    if module is None:
        try:
            module = sys._getframe(1).f_globals.get('__name__', '__main__')
        except (AttributeError, ValueError):
            module = '__main__'
    namespace = {
        '__module__': module,
        '__doc__': '%s(%s)' % (typename, ', '.join(fields)),
        '__slots__': (),
        '_fields': fields,
        '_field_defaults': preset,
        '__match_args__': fields,
        '__new__': __new__,
        '_make': classmethod(_make),
        '_replace': _replace,
        '_asdict': _asdict,
        '__repr__': __repr__,
        '__getnewargs__': __getnewargs__,
    }
    for index, name in enumerate(fields):
        namespace[name] = _tuple_field(index)
    return type(typename, (tuple,), namespace)


class ChainMap(MutableMapping):
    """Several mappings searched one after the other; writes go to the first."""

    def __init__(self, *maps):
        self.maps = list(maps) or [{}]

    def __missing__(self, key):
        raise KeyError(key)

    def __getitem__(self, key):
        for mapping in self.maps:
            try:
                return mapping[key]
            except KeyError:
                pass
        return self.__missing__(key)

    def get(self, key, default=None):
        return self[key] if key in self else default

    def __iter__(self):
        keys = {}
        for mapping in reversed(self.maps):
            for key in mapping:
                keys[key] = None
        return iter(keys)

    def __len__(self):
        return len(set().union(*self.maps))

    def __contains__(self, key):
        return any(key in mapping for mapping in self.maps)

    def __bool__(self):
        return any(self.maps)

    @_recursive_repr('...')
    def __repr__(self):
        return '%s(%s)' % (self.__class__.__name__, ', '.join([repr(mapping) for mapping in self.maps]))

    @classmethod
    def fromkeys(cls, iterable, *args):
        return cls(dict.fromkeys(iterable, *args))

    def copy(self):
        return self.__class__(self.maps[0].copy(), *self.maps[1:])

    __copy__ = copy

    def new_child(self, m=None, **kwargs):
        """A ChainMap with one mapping more in front."""
        if m is None:
            m = kwargs
        elif kwargs:
            m.update(kwargs)
        return self.__class__(m, *self.maps)

    @property
    def parents(self):
        return self.__class__(*self.maps[1:])

    def __setitem__(self, key, value):
        self.maps[0][key] = value

    def __delitem__(self, key):
        try:
            del self.maps[0][key]
        except KeyError:
            raise KeyError('Key not found in the first mapping: %r' % (key,))

    def popitem(self):
        try:
            return self.maps[0].popitem()
        except KeyError:
            raise KeyError('No keys found in the first mapping.')

    def pop(self, key, *args):
        try:
            return self.maps[0].pop(key, *args)
        except KeyError:
            raise KeyError('Key not found in the first mapping: %r' % (key,))

    def clear(self):
        self.maps[0].clear()

    def __ior__(self, other):
        self.maps[0].update(other)
        return self

    def __or__(self, other):
        if not isinstance(other, Mapping):
            return NotImplemented
        new = self.copy()
        new.maps[0].update(other)
        return new

    def __ror__(self, other):
        if not isinstance(other, Mapping):
            return NotImplemented
        merged = dict(other)
        for mapping in reversed(self.maps):
            merged.update(mapping)
        return self.__class__(merged)


class UserDict(MutableMapping):
    """A mapping around a dict in .data, made for subclassing."""

    def __init__(self, dict=None, /, **kwargs):
        self.data = {}
        if dict is not None:
            self.update(dict)
        if kwargs:
            self.update(kwargs)

    def __len__(self):
        return len(self.data)

    def __getitem__(self, key):
        if key in self.data:
            return self.data[key]
        if hasattr(self.__class__, '__missing__'):
            return self.__class__.__missing__(self, key)
        raise KeyError(key)

    def __setitem__(self, key, item):
        self.data[key] = item

    def __delitem__(self, key):
        del self.data[key]

    def __iter__(self):
        return iter(self.data)

    def __contains__(self, key):
        return key in self.data

    def __repr__(self):
        return repr(self.data)

    def __or__(self, other):
        if isinstance(other, UserDict):
            return self.__class__(self.data | other.data)
        if isinstance(other, dict):
            return self.__class__(self.data | other)
        return NotImplemented

    def __ror__(self, other):
        if isinstance(other, dict):
            return self.__class__(other | self.data)
        return NotImplemented

    def __ior__(self, other):
        self.update(other)
        return self

    def __copy__(self):
        new = self.__class__.__new__(self.__class__)
        new.__dict__.update(self.__dict__)
        new.data = self.data.copy()
        return new

    def copy(self):
        if self.__class__ is UserDict:
            return UserDict(self.data.copy())
        new = self.__copy__()
        new.data = {}
        new.update(self)
        return new

    @classmethod
    def fromkeys(cls, iterable, value=None):
        new = cls()
        for key in iterable:
            new[key] = value
        return new


def _plain(value):
    """The list or string inside a UserList or UserString, others unchanged."""
    return value.data if isinstance(value, (UserList, UserString)) else value


class UserList(MutableSequence):
    """A sequence around a list in .data, made for subclassing."""

    def __init__(self, initlist=None):
        self.data = []
        if initlist is not None:
            self.data = list(_plain(initlist))

    def __repr__(self):
        return repr(self.data)

    def __lt__(self, other):
        return self.data < _plain(other)

    def __le__(self, other):
        return self.data <= _plain(other)

    def __eq__(self, other):
        return self.data == _plain(other)

    def __gt__(self, other):
        return self.data > _plain(other)

    def __ge__(self, other):
        return self.data >= _plain(other)

    __hash__ = None

    def __contains__(self, item):
        return item in self.data

    def __len__(self):
        return len(self.data)

    def __getitem__(self, index):
        if isinstance(index, slice):
            return self.__class__(self.data[index])
        return self.data[index]

    def __setitem__(self, index, item):
        self.data[index] = item

    def __delitem__(self, index):
        del self.data[index]

    def __add__(self, other):
        return self.__class__(self.data + list(_plain(other)))

    def __radd__(self, other):
        return self.__class__(list(_plain(other)) + self.data)

    def __iadd__(self, other):
        self.data += list(_plain(other))
        return self

    def __mul__(self, n):
        return self.__class__(self.data * n)

    __rmul__ = __mul__

    def __imul__(self, n):
        self.data *= n
        return self

    def append(self, item):
        self.data.append(item)

    def insert(self, index, item):
        self.data.insert(index, item)

    def pop(self, index=-1):
        return self.data.pop(index)

    def remove(self, item):
        self.data.remove(item)

    def clear(self):
        self.data.clear()

    def copy(self):
        return self.__class__(self)

    def __copy__(self):
        new = self.__class__.__new__(self.__class__)
        new.__dict__.update(self.__dict__)
        new.data = self.data[:]
        return new

    def count(self, item):
        return self.data.count(item)

    def index(self, item, *args):
        return self.data.index(item, *args)

    def reverse(self):
        self.data.reverse()

    def sort(self, /, *args, **kwargs):
        self.data.sort(*args, **kwargs)

    def extend(self, other):
        self.data.extend(_plain(other))


class UserString(Sequence):
    """A sequence around a string in .data, made for subclassing."""

    def __init__(self, seq):
        if isinstance(seq, str):
            self.data = seq
        elif isinstance(seq, UserString):
            self.data = seq.data[:]
        else:
            self.data = str(seq)

    def __str__(self):
        return str(self.data)

    def __repr__(self):
        return repr(self.data)

    def __int__(self):
        return int(self.data)

    def __float__(self):
        return float(self.data)

    def __hash__(self):
        return hash(self.data)

    def __getnewargs__(self):
        return (self.data[:],)

    def __eq__(self, other):
        if isinstance(other, UserString):
            return self.data == other.data
        return self.data == other

    def __lt__(self, other):
        return self.data < _plain(other)

    def __le__(self, other):
        return self.data <= _plain(other)

    def __gt__(self, other):
        return self.data > _plain(other)

    def __ge__(self, other):
        return self.data >= _plain(other)

    def __contains__(self, part):
        return _plain(part) in self.data

    def __len__(self):
        return len(self.data)

    def __getitem__(self, index):
        return self.__class__(self.data[index])

    def __add__(self, other):
        return self.__class__(self.data + str(_plain(other)))

    def __radd__(self, other):
        return self.__class__(str(_plain(other)) + self.data)

    def __mul__(self, n):
        return self.__class__(self.data * n)

    __rmul__ = __mul__

    def __mod__(self, args):
        return self.__class__(self.data % args)

    def __rmod__(self, template):
        return self.__class__(str(template) % self)

    def join(self, seq):
        return self.data.join(seq)

    def split(self, sep=None, maxsplit=-1):
        return self.data.split(sep, maxsplit)

    def rsplit(self, sep=None, maxsplit=-1):
        return self.data.rsplit(sep, maxsplit)

    def splitlines(self, keepends=False):
        return self.data.splitlines(keepends)

    def encode(self, encoding='utf-8', errors='strict'):
        return self.data.encode('utf-8' if encoding is None else encoding, 'strict' if errors is None else errors)

    def format(self, /, *args, **kwargs):
        return self.data.format(*args, **kwargs)

    def format_map(self, mapping):
        return self.data.format_map(mapping)

    def translate(self, *args):
        return self.__class__(self.data.translate(*args))

    def partition(self, sep):
        return self.data.partition(sep)

    def rpartition(self, sep):
        return self.data.rpartition(sep)


def _string_method(name, wrap):
    def method(self, *args, **kwargs):
        result = getattr(self.data, name)(*[_plain(arg) for arg in args], **kwargs)
        return self.__class__(result) if wrap else result
    method.__name__ = name
    return method


for _name in ('capitalize', 'casefold', 'center', 'expandtabs', 'ljust', 'lower', 'lstrip',
              'removeprefix', 'removesuffix', 'replace', 'rjust', 'rstrip', 'strip', 'swapcase',
              'title', 'upper', 'zfill'):
    setattr(UserString, _name, _string_method(_name, True))
for _name in ('count', 'endswith', 'find', 'index', 'isalnum', 'isalpha', 'isascii', 'isdecimal', 'isdigit',
              'isidentifier', 'islower', 'isnumeric', 'isprintable', 'isspace', 'istitle',
              'isupper', 'rfind', 'rindex', 'startswith'):
    setattr(UserString, _name, _string_method(_name, False))
del _name
