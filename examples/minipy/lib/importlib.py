"""import_module, reload. No finders, loaders and specs."""

import sys


def import_module(name, package=None):
    """The module of that name; dots in front start from `package`."""
    level = len(name) - len(name.lstrip('.'))
    if level:
        if not package:
            raise TypeError("the 'package' argument is required to perform a relative import for %r" % name)
        base = package.split('.')
        if level > len(base):
            raise ImportError('attempted relative import beyond top-level package')
        name = '.'.join(base[:len(base) - level + 1] + ([name[level:]] if name[level:] else []))
    __import__(name)
    return sys.modules[name]


def reload(module):
    """Run the module's file again, in the same namespace."""
    if not isinstance(module, type(sys)):
        raise TypeError('reload() argument must be a module')
    name = module.__name__
    if sys.modules.get(name) is not module:
        raise ImportError('module %s not in sys.modules' % name, name=name)
    path = getattr(module, '__file__', None)
    if path is None or path.startswith('<'):
        raise ImportError('module %s is part of minipy and cannot be reloaded' % name, name=name)
    with open(path, encoding='utf-8') as source:
        code = compile(source.read(), path, 'exec')
    exec(code, module.__dict__)
    return sys.modules[name]


def invalidate_caches():
    """There are none."""
