"""copy, deepcopy, Error: by __copy__, __deepcopy__, __reduce__, else by class and state; no __reduce_ex__."""

import sys

try:
    from _weakref import ref as _ref
except ImportError:
    _ref = type(None)

__all__ = ['Error', 'copy', 'deepcopy']


class Error(Exception):
    """What cannot be copied."""


error = Error


def _generator():
    yield


class _Class:
    def method(self):
        pass


_BOUND_METHOD = type(_Class().method)
_ATOMIC = {type(None), type(Ellipsis), type(NotImplemented), bool, int, float, str, bytes, range, slice, type,
           property, type(_generator), type(_generator.__code__), type(len), type([].append), _ref}
_UNCOPYABLE = {type(_generator()), type(sys)}
_missing = object()


def copy(x):
    """A new object with the same contents; the contents are not copied."""
    cls = type(x)
    if cls in _ATOMIC or cls in (tuple, frozenset, _BOUND_METHOD) or issubclass(cls, type):
        return x
    if cls in (list, dict, set):
        return x.copy()
    copier = getattr(cls, '__copy__', None)
    if copier is not None:
        return copier(x)
    parts = _reduce(x)
    if isinstance(parts, str):
        return x
    return _rebuild(x, None, *parts)


def deepcopy(x, memo=None):
    """A new object with copies of the contents; memo maps the ids of objects to their copies."""
    if memo is None:
        memo = {}
    key = id(x)
    y = memo.get(key, _missing)
    if y is not _missing:
        return y
    cls = type(x)
    if cls in _ATOMIC or issubclass(cls, type):
        return x
    if cls is list:
        y = memo[key] = []
        for item in x:
            y.append(deepcopy(item, memo))
    elif cls is dict:
        y = memo[key] = {}
        for name, value in x.items():
            y[deepcopy(name, memo)] = deepcopy(value, memo)
    elif cls is tuple:
        y = _deepcopy_tuple(x, memo)
    elif cls is _BOUND_METHOD:
        y = _BOUND_METHOD(x.__func__, deepcopy(x.__self__, memo))
    else:
        copier = getattr(x, '__deepcopy__', None)
        if copier is not None:
            y = copier(memo)
        else:
            parts = _reduce(x)
            y = x if isinstance(parts, str) else _rebuild(x, memo, *parts)
    if y is not x:
        memo[key] = y
        # x has to live as long as memo: its id must not become another object's
        memo.setdefault(id(memo), []).append(x)
    return y


def _deepcopy_tuple(x, memo):
    items = [deepcopy(item, memo) for item in x]
    if id(x) in memo:           # x is part of one of its items
        return memo[id(x)]
    for old, new in zip(x, items):
        if old is not new:
            return tuple(items)
    return x


def _reduce(x):
    """What rebuilds x: (function, arguments, state, items to append, items to set), or a str: x itself will do."""
    cls = type(x)
    reduce = getattr(cls, '__reduce__', None)
    if reduce is not None and reduce is not getattr(object, '__reduce__', None):
        parts = reduce(x)
        if not isinstance(parts, (str, tuple)):
            raise Error('__reduce__ must return a string or tuple, not %s' % cls.__name__)
        return parts
    if cls in _UNCOPYABLE:
        raise TypeError('cannot pickle %r object' % cls.__name__)
    if isinstance(x, BaseException):
        return cls, x.args, x.__dict__ or None
    if isinstance(x, (set, frozenset)):
        return cls, (list(x),), _state(x)
    items = pairs = None
    if isinstance(x, list):
        items = x
    elif isinstance(x, dict):
        pairs = x.items()
    return _new, (cls,) + _new_arguments(x), _state(x), items, pairs


def _new(cls, args=(), kwargs={}):
    return cls.__new__(cls, *args, **kwargs)


def _new_arguments(x):
    """The positional and keyword arguments of __new__ that make another instance like x."""
    if hasattr(x, '__getnewargs_ex__'):
        return x.__getnewargs_ex__()
    if hasattr(x, '__getnewargs__'):
        return (x.__getnewargs__(),)
    for base in (int, float, str, bytes, tuple):
        if isinstance(x, base):
            return ((base(x),),)
    return ()


def _state(x):
    """What x.__getstate__() returns, or __dict__, or a pair of __dict__ and the values of slots."""
    cls = type(x)
    getstate = getattr(cls, '__getstate__', None)
    if getstate is not None and getstate is not getattr(object, '__getstate__', None):
        return getstate(x)
    values = {}
    for base in cls.__mro__:
        slots = base.__dict__.get('__slots__', ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if name.startswith('__') and not name.endswith('__'):
                stripped = base.__name__.lstrip('_')
                name = '_%s%s' % (stripped, name) if stripped else name
            if name not in ('__dict__', '__weakref__') and hasattr(x, name):
                values[name] = getattr(x, name)
    state = getattr(x, '__dict__', None)
    return (state, values) if values else state


def _rebuild(x, memo, function, args, state=None, items=None, pairs=None):
    """Make the copy from the parts that _reduce() found; a deep one if there is a memo."""
    deep = memo is not None
    if deep:
        args = [deepcopy(arg, memo) for arg in args]
    y = function(*args)
    if deep:
        memo[id(x)] = y
    if state is not None:
        if deep:
            state = deepcopy(state, memo)
        if hasattr(y, '__setstate__'):
            y.__setstate__(state)
        else:
            values = None
            if isinstance(state, tuple) and len(state) == 2:
                state, values = state
            if state is not None:
                y.__dict__.update(state)
            if values is not None:
                for name, value in values.items():
                    setattr(y, name, value)
    if items is not None:
        for item in items:
            y.append(deepcopy(item, memo) if deep else item)
    if pairs is not None:
        for key, value in pairs:
            if deep:
                key = deepcopy(key, memo)
                value = deepcopy(value, memo)
            y[key] = value
    return y
