"""Callbacks newest first, finalizers among them, none for what went before."""
import gc
import weakref

LOG = []
REFERENCES = {}


class Node:
    """An ordinary object."""


def watch(target, name):
    REFERENCES[name] = weakref.ref(target, lambda gone: LOG.append((name, gone())))


def make_and_drop():
    """All local names are gone when this returns."""
    target = Node()
    watch(target, "first")
    watch(target, "second")
    weakref.finalize(target, LOG.append, "finalizer")
    watch(target, "third")
    del REFERENCES["second"]
    print(weakref.ref(target) is weakref.ref(target), weakref.getweakrefcount(target) >= 2)


make_and_drop()
gc.collect()
gc.collect()
print(LOG)
print([REFERENCES[name]() for name in REFERENCES])
