"""partial, wraps, reduce, caches, total_ordering, cmp_to_key, singledispatch; no partialmethod."""

from collections import _recursive_repr, namedtuple

try:
    from _thread import RLock
except ImportError:
    class RLock:
        """Stands in where there are no threads."""

        def __enter__(self):
            return True

        def __exit__(self, kind, value, traceback):
            return False

__all__ = ['WRAPPER_ASSIGNMENTS', 'WRAPPER_UPDATES', 'cache', 'cached_property', 'cmp_to_key', 'lru_cache',
           'partial', 'reduce', 'singledispatch', 'total_ordering', 'update_wrapper', 'wraps']

WRAPPER_ASSIGNMENTS = ('__module__', '__name__', '__qualname__', '__doc__', '__annotations__')
WRAPPER_UPDATES = ('__dict__',)

_missing = object()


def update_wrapper(wrapper, wrapped, assigned=WRAPPER_ASSIGNMENTS, updated=WRAPPER_UPDATES):
    """Make wrapper look like wrapped: copy the named attributes and merge the named dicts."""
    for name in assigned:
        value = getattr(wrapped, name, _missing)
        if value is not _missing:
            setattr(wrapper, name, value)
    for name in updated:
        getattr(wrapper, name).update(getattr(wrapped, name, {}))
    wrapper.__wrapped__ = wrapped
    return wrapper


def wraps(wrapped, assigned=WRAPPER_ASSIGNMENTS, updated=WRAPPER_UPDATES):
    """Decorator for a wrapper: update_wrapper() with these arguments."""
    return partial(update_wrapper, wrapped=wrapped, assigned=assigned, updated=updated)


class partial:
    """A callable that calls func with the arguments given now before those given later."""

    def __init__(self, func, /, *args, **keywords):
        if not callable(func):
            raise TypeError('the first argument must be callable')
        if isinstance(func, partial) and len(func.__dict__) == 3:
            args = func.args + args
            keywords = {**func.keywords, **keywords}
            func = func.func
        self.func = func
        self.args = args
        self.keywords = keywords

    def __call__(self, /, *args, **keywords):
        if keywords:
            keywords = {**self.keywords, **keywords}
        else:
            keywords = self.keywords
        return self.func(*self.args, *args, **keywords)

    @_recursive_repr('...')
    def __repr__(self):
        parts = [repr(self.func)]
        parts.extend([repr(arg) for arg in self.args])
        parts.extend(['%s=%r' % item for item in self.keywords.items()])
        name = type(self).__qualname__
        if type(self) is partial:
            name = 'functools.' + name
        return '%s(%s)' % (name, ', '.join(parts))


def reduce(function, iterable, initial=_missing, /):
    """Fold the items of iterable, from the left, into one value."""
    iterator = iter(iterable)
    if initial is _missing:
        for initial in iterator:
            break
        else:
            raise TypeError('reduce() of empty iterable with no initial value')
    for item in iterator:
        initial = function(initial, item)
    return initial


# Caches

_CacheInfo = namedtuple('CacheInfo', ['hits', 'misses', 'maxsize', 'currsize'])


def _cache_key(args, kwargs, typed):
    if kwargs:
        items = tuple(kwargs.items())
        key = (args, items)
    elif len(args) == 1 and type(args[0]) in (int, str) and not typed:
        return args[0]
    else:
        items = ()
        key = (args,)
    if typed:
        key += (tuple([type(arg) for arg in args]), tuple([type(item[1]) for item in items]))
    return key


def lru_cache(maxsize=128, typed=False):
    """Decorator: keep the results of the maxsize (None: all) most recently used arguments."""
    if isinstance(maxsize, int):
        maxsize = max(maxsize, 0)
    elif callable(maxsize) and isinstance(typed, bool):
        return _cached(maxsize, 128, typed)
    elif maxsize is not None:
        raise TypeError('Expected first argument to be an integer, a callable, or None')
    return lambda function: _cached(function, maxsize, typed)


def cache(function, /):
    """Decorator: keep all results."""
    return lru_cache(maxsize=None)(function)


def _cached(function, maxsize, typed):
    results = {}        # in the order of their last use
    lock = RLock()      # re-entrant: keys may have a __hash__ or __eq__ that calls the function
    hits = misses = 0

    def wrapper(*args, **kwargs):
        nonlocal hits, misses
        key = _cache_key(args, kwargs, typed)
        with lock:
            result = results.get(key, _missing)
            if result is _missing:
                misses += 1
            else:
                hits += 1
                if maxsize is not None and key in results:
                    del results[key]
                    results[key] = result
                return result
        result = function(*args, **kwargs)
        if maxsize != 0:
            with lock:
                if maxsize is not None and key not in results and len(results) >= maxsize:
                    del results[next(iter(results))]
                results[key] = result
        return result

    def cache_info():
        with lock:
            return _CacheInfo(hits, misses, maxsize, len(results))

    def cache_clear():
        nonlocal hits, misses
        with lock:
            results.clear()
            hits = misses = 0

    wrapper.cache_info = cache_info
    wrapper.cache_clear = cache_clear
    wrapper.cache_parameters = lambda: {'maxsize': maxsize, 'typed': typed}
    return update_wrapper(wrapper, function)


class cached_property:
    """A property that is computed once and then lives in the instance's __dict__."""

    def __init__(self, func):
        self.func = func
        self.attrname = None
        self.__doc__ = func.__doc__

    def __set_name__(self, owner, name):
        if self.attrname is None:
            self.attrname = name
        elif name != self.attrname:
            raise TypeError('Cannot assign the same cached_property to two different names (%r and %r).'
                            % (self.attrname, name))

    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        name = self.attrname
        if name is None:
            raise TypeError('Cannot use cached_property instance without calling __set_name__ on it.')
        try:
            values = instance.__dict__
        except AttributeError:
            raise TypeError("No '__dict__' attribute on %r instance to cache %r property."
                            % (type(instance).__name__, name)) from None
        value = values.get(name, _missing)
        if value is _missing:
            value = self.func(instance)
            try:
                values[name] = value
            except TypeError:
                raise TypeError("The '__dict__' attribute on %r instance does not support item assignment "
                                'for caching %r property.' % (type(instance).__name__, name)) from None
        return value

    @classmethod
    def __class_getitem__(cls, item):
        return cls


# Comparison

# How each ordering follows from another one: (name, negate the root?, then "or ==", "and !=" or neither)
_ORDERINGS = {
    '__lt__': (('__gt__', True, 'and'), ('__le__', False, 'or'), ('__ge__', True, None)),
    '__le__': (('__ge__', True, 'or'), ('__lt__', False, 'and'), ('__gt__', True, None)),
    '__gt__': (('__lt__', True, 'and'), ('__ge__', False, 'or'), ('__le__', True, None)),
    '__ge__': (('__le__', True, 'or'), ('__gt__', False, 'and'), ('__lt__', True, None)),
}


def _ordering(root, name, negate, equality):
    def method(self, other):
        result = getattr(type(self), root)(self, other)
        if result is NotImplemented:
            return result
        if negate:
            result = not result
        if equality == 'or':
            return result or self == other
        if equality == 'and':
            return result and self != other
        return result

    method.__name__ = name
    method.__doc__ = 'Derived from %s by total_ordering.' % root
    return method


def total_ordering(cls):
    """Class decorator: add the ordering methods that are missing."""
    present = [name for name in _ORDERINGS
               if getattr(cls, name, None) is not getattr(object, name, None)]
    if not present:
        raise ValueError('must define at least one ordering operation: < > <= >=')
    root = max(present)         # prefers __lt__ to __le__ to __gt__ to __ge__
    for name, negate, equality in _ORDERINGS[root]:
        if name not in present:
            setattr(cls, name, _ordering(root, name, negate, equality))
    return cls


def cmp_to_key(mycmp):
    """Turn a function that returns a negative, zero or positive number into a key function."""

    class K:
        __slots__ = ('obj',)

        def __init__(self, obj):
            self.obj = obj

        def _compare(self, other):
            if not isinstance(other, K):
                raise TypeError('other argument must be K instance')
            return mycmp(self.obj, other.obj)

        def __lt__(self, other):
            return self._compare(other) < 0

        def __gt__(self, other):
            return self._compare(other) > 0

        def __eq__(self, other):
            return self._compare(other) == 0

        def __le__(self, other):
            return self._compare(other) <= 0

        def __ge__(self, other):
            return self._compare(other) >= 0

        __hash__ = None

    return K


# Generic functions

def _goes_before(parent, abc, registry):
    """Is parent an explicit abstract base with an entry of its own, and abc none of its subclasses?"""
    return parent in registry and hasattr(parent, '__abstractmethods__') and not issubclass(abc, parent)


def _find_implementation(cls, registry):
    """The entry for the first class of the MRO that has one, itself or through an abstract base."""
    for base in cls.__mro__:
        if base is object:
            break
        if base in registry:
            return registry[base]
        found = None
        for abc in registry:
            if abc in cls.__mro__ or not issubclass(base, abc):
                continue
            if any(issubclass(parent, abc) or _goes_before(parent, abc, registry) for parent in base.__bases__):
                continue        # this parent is later in the MRO and decides
            if found is None or issubclass(abc, found):
                found = abc
            elif not issubclass(found, abc):
                raise RuntimeError('Ambiguous dispatch: %r or %r' % (found, abc))
        if found is not None:
            return registry[found]
    return registry[object]


def singledispatch(func):
    """Make func a generic function: the type of its first argument selects the implementation."""
    registry = {object: func}

    def dispatch(cls):
        if cls in registry:
            return registry[cls]
        return _find_implementation(cls, registry)

    def register(cls, func=None):
        if not isinstance(cls, type):
            raise TypeError('Invalid first argument to `register()`: %r. Use `@register(some_class)`.' % (cls,))
        if func is None:
            return lambda func: register(cls, func)
        registry[cls] = func
        return func

    def wrapper(*args, **kwargs):
        if not args:
            raise TypeError('%s requires at least 1 positional argument' % name)
        return dispatch(args[0].__class__)(*args, **kwargs)

    name = getattr(func, '__name__', 'singledispatch function')
    wrapper.register = register
    wrapper.dispatch = dispatch
    wrapper.registry = registry
    return update_wrapper(wrapper, func)
