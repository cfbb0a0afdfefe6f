"""Where Python has WeakSet; here it is weakref's."""

from weakref import WeakSet

__all__ = ['WeakSet']
