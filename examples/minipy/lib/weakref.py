"""Weak references. The entries of the containers lie in native tables, whose deaths are exact: there is nothing to remove by callbacks, and
iterators do not mind entries that vanish. data is a snapshot; _pending_removals, _remove and _IterationGuard do not exist."""

from _weakref import (CallableProxyType, KeyedRef, KeyTable as _KeyTable, ProxyType, ReferenceType, SetTable as _SetTable,
                      ValueTable as _ValueTable, WeakMethod, _remove_dead_weakref, finalize, getweakrefcount, getweakrefs, proxy, ref)
from collections.abc import Mapping, MutableMapping, MutableSet

__all__ = ["ref", "proxy", "getweakrefcount", "getweakrefs", "WeakKeyDictionary", "ReferenceType", "ProxyType", "CallableProxyType",
           "ProxyTypes", "WeakValueDictionary", "WeakSet", "WeakMethod", "finalize"]

ProxyTypes = (ProxyType, CallableProxyType)


def _pairs(source):
    """What a mapping, or an iterable of pairs, has for an update."""
    return (source if hasattr(source, "items") else dict(source)).items()


class _WeakMapping(MutableMapping):
    """What both weak dictionaries have."""

    __slots__ = ()

    def __repr__(self):
        return "<%s at %#x>" % (self.__class__.__name__, id(self))

    def update(self, other=None, /, **kwargs):
        if other is not None:
            for key, value in _pairs(other):
                self[key] = value
        for key, value in kwargs.items():
            self[key] = value

    def __ior__(self, other):
        self.update(other)
        return self

    def __or__(self, other):
        if isinstance(other, Mapping):
            c = self.copy()
            c.update(other)
            return c
        return NotImplemented

    def __ror__(self, other):
        if isinstance(other, Mapping):
            c = self.__class__()
            c.update(other)
            c.update(self)
            return c
        return NotImplemented


class WeakValueDictionary(_ValueTable, _WeakMapping):
    """Mapping class that references values weakly.

    Entries in the dictionary will be discarded when no strong reference to the value exists anymore.
    """

    def __init__(self, other=(), /, **kw):
        self.clear()
        self.update(other, **kw)

    def copy(self):
        new = WeakValueDictionary()
        for key, value in self.items():
            new[key] = value
        return new

    __copy__ = copy

    def __deepcopy__(self, memo):
        from copy import deepcopy
        new = self.__class__()
        for key, value in self.items():
            new[deepcopy(key, memo)] = value
        return new

    @property
    def data(self):
        return {r.key: r for r in self._refs()}

    def valuerefs(self):
        """A list of weak references to the values. They may be dead when they are used."""
        return self._refs()

    def itervaluerefs(self):
        """An iterator over weak references to the values. They may be dead when they are used."""
        return iter(self._refs())


class WeakKeyDictionary(_KeyTable, _WeakMapping):
    """Mapping class that references keys weakly.

    Entries in the dictionary will be discarded when there is no longer a strong reference to the key. This can be used to associate
    additional data with an object owned by other parts of an application without adding attributes to those objects.
    """

    def __init__(self, dict=None):
        self.clear()
        if dict is not None:
            self.update(dict)

    def copy(self):
        new = WeakKeyDictionary()
        for key, value in self.items():
            new[key] = value
        return new

    __copy__ = copy

    def __deepcopy__(self, memo):
        from copy import deepcopy
        new = self.__class__()
        for key, value in self.items():
            new[key] = deepcopy(value, memo)
        return new

    @property
    def data(self):
        return {ref(key): value for key, value in self.items()}

    def keyrefs(self):
        """A list of weak references to the keys. They may be dead when they are used."""
        return self._refs()


class WeakSet(_SetTable):
    """A set of weakly referenced objects, which leave it when they die. An iterator holds the item that it gave last."""

    def __init__(self, data=None):
        self.clear()
        if data is not None:
            self.update(data)

    @property
    def data(self):
        return {r for r in self._refs() if r() is not None}

    def __repr__(self):
        return repr(self.data)

    def __reduce__(self):
        from copy import _state
        return self.__class__, (list(self),), _state(self)

    def __deepcopy__(self, memo):
        """References are copied as they are; attributes deeply."""
        from copy import _rebuild, deepcopy
        make, (items,), state = self.__reduce__()
        new = memo[id(self)] = make(items)
        return _rebuild(self, None, lambda: new, (), deepcopy(state, memo))

    def copy(self):
        return self.__class__(self)

    def update(self, other):
        for item in other:
            self.add(item)

    def __ior__(self, other):
        self.update(other)
        return self

    def union(self, other):
        return self.__class__(item for items in (self, other) for item in items)

    __or__ = union

    def intersection(self, other):
        return self.__class__(item for item in other if item in self)

    __and__ = intersection

    def intersection_update(self, other):
        kept = []
        for item in other:
            ref(item)               # TypeError: it could not be in a WeakSet
            if item in self:
                kept.append(item)
        self.clear()
        self.update(kept)

    def __iand__(self, other):
        self.intersection_update(other)
        return self

    def difference(self, other):
        new = self.copy()
        new.difference_update(other)
        return new

    __sub__ = difference

    def difference_update(self, other):
        if self is other:
            self.clear()
        else:
            for item in other:
                self.discard(item)

    def __isub__(self, other):
        self.difference_update(other)
        return self

    def symmetric_difference(self, other):
        new = self.copy()
        new.symmetric_difference_update(other)
        return new

    __xor__ = symmetric_difference

    def symmetric_difference_update(self, other):
        self.__ixor__(other)

    def __ixor__(self, other):
        if self is other:
            self.clear()
            return self
        held, others = _set_of(other)       # all of it, before anything changes
        for item in others:
            if item in self:
                self.discard(item)
            else:
                self.add(item)
        return self

    def issubset(self, other):
        held, others = _set_of(other)
        return all([item in others for item in self])

    __le__ = issubset

    def __lt__(self, other):
        held, others = _set_of(other)
        return len(self) < len(others) and self <= held

    def issuperset(self, other):
        held, others = _set_of(other)
        return all([item in self for item in others])

    __ge__ = issuperset

    def __gt__(self, other):
        held, others = _set_of(other)
        return len(self) > len(others) and self >= held

    def isdisjoint(self, other):
        return len(self.intersection(other)) == 0

    def __eq__(self, other):
        if not isinstance(other, self.__class__):
            return NotImplemented
        held, others = _set_of(other)
        return len(self) == len(others) and self <= held

    @classmethod
    def __class_getitem__(cls, item):
        return cls


def _set_of(items):
    """The items of an iterable, held, and a WeakSet of them."""
    held = list(items)
    return held, WeakSet(held)


MutableSet.register(WeakSet)
