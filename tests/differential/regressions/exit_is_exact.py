"""At exit what dies is found too: what only a finalizer held, after it ran, is dead for the exit function behind it."""
import atexit
import gc
import weakref

LOG = []
KEPT = []
REFERENCES = []


class Leaf:
    """An ordinary object."""


def final(*args, **kwargs):
    LOG.append("final")


def finish():
    gc.collect()
    gc.collect()
    print(sorted(LOG), [reference() for reference in REFERENCES])


def prepare():
    KEPT.append(Leaf())
    held, named, itself = Leaf(), Leaf(), Leaf()
    REFERENCES.extend(weakref.ref(leaf, lambda gone: LOG.append("gone")) for leaf in (held, named, itself))
    weakref.finalize(KEPT[0], final, held, key=named)
    weakref.finalize(itself, final, itself)


atexit.register(finish)
prepare()
gc.collect()
print(LOG)
