"""Helpers for tests of modules: import_module, import_fresh_module, unload, DirsOnSysPath."""

import sys
import unittest


def import_module(name, deprecated=False, *, required_on=()):
    """The module; without it the test is skipped."""
    try:
        __import__(name)
    except ImportError as exc:
        raise unittest.SkipTest(str(exc)) from None
    return sys.modules[name]


def unload(name):
    sys.modules.pop(name, None)


def import_fresh_module(name, fresh=(), blocked=(), *, deprecated=False):
    """A new copy of the module, for which the blocked modules do not exist; None if it cannot be had."""
    names = [name, *fresh, *blocked]
    saved = {key: module for key, module in sys.modules.items()
             if any(key == other or key.startswith(other + '.') for other in names)}
    for key in saved:
        del sys.modules[key]
    for key in blocked:
        sys.modules[key] = None
    try:
        for key in (*fresh, name):
            __import__(key)
        return sys.modules[name]
    except ImportError:
        return None
    finally:
        for key in names:
            sys.modules.pop(key, None)
        sys.modules.update(saved)


class DirsOnSysPath:
    """Directories that are on sys.path for a while."""

    def __init__(self, *paths):
        self.original_value = sys.path[:]
        self.original_object = sys.path
        sys.path.extend(paths)

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        sys.path = self.original_object
        sys.path[:] = self.original_value
