"""isclass, isfunction and such, getmembers, getdoc, cleandoc, getmro, unwrap; no signatures and no source code."""

import sys
import types

__all__ = ['cleandoc', 'currentframe', 'getdoc', 'getmembers', 'getmodule', 'getmro', 'isabstract', 'isbuiltin',
           'isclass', 'iscode', 'isdatadescriptor', 'isframe', 'isfunction', 'isgenerator', 'ismethod', 'ismodule',
           'isroutine', 'istraceback', 'unwrap']


def ismodule(object):
    return isinstance(object, types.ModuleType)


def isclass(object):
    return isinstance(object, type)


def isfunction(object):
    """Is it a function written in Python?"""
    return isinstance(object, types.FunctionType)


def ismethod(object):
    """Is it a bound method written in Python?"""
    return isinstance(object, types.MethodType)


def isbuiltin(object):
    """Is it a function, or a bound method, that is not written in Python?"""
    return isinstance(object, (types.BuiltinFunctionType, types.BuiltinMethodType))


def isroutine(object):
    """Is it any kind of function or method?"""
    if isinstance(object, (type, property)):
        return False
    kind = type(object)
    return (isbuiltin(object) or isfunction(object) or ismethod(object)
            or hasattr(kind, '__get__') and not hasattr(kind, '__set__'))


def isgenerator(object):
    return isinstance(object, types.GeneratorType)


def iscode(object):
    return isinstance(object, types.CodeType)


def istraceback(object):
    return isinstance(object, types.TracebackType)


def isframe(object):
    return hasattr(types, 'FrameType') and isinstance(object, types.FrameType)


def isdatadescriptor(object):
    """Is it something like a property?"""
    if isclass(object) or ismethod(object) or isfunction(object):
        return False
    kind = type(object)
    return kind is property or hasattr(kind, '__set__') or hasattr(kind, '__delete__')


def isabstract(object):
    """Is it a class with abstract methods?"""
    return isclass(object) and bool(getattr(object, '__abstractmethods__', None))


def getmro(cls):
    return cls.__mro__


def getmembers(object, predicate=None):
    """The sorted pairs (name, value) of the attributes for which predicate is true."""
    members = []
    for name in dir(object):
        try:
            value = getattr(object, name)
        except AttributeError:
            continue
        if predicate is None or predicate(value):
            members.append((name, value))
    members.sort(key=lambda pair: pair[0])
    return members


def getmodule(object):
    """The module that an object comes from, None if that is not known."""
    if ismodule(object):
        return object
    return sys.modules.get(getattr(object, '__module__', None))


def unwrap(func, *, stop=None):
    """The function inside of the wrappers that functools.wraps() has made."""
    seen = [func]
    while hasattr(func, '__wrapped__') and (stop is None or not stop(func)):
        func = func.__wrapped__
        if any([func is other for other in seen]):
            raise ValueError('wrapper loop when unwrapping %r' % (seen[0],))
        seen.append(func)
    return func


def _inherited_doc(object):
    """The doc string of the same class, method or property of a base class."""
    if isclass(object):
        found = [base.__doc__ for base in object.__mro__ if base is not type and base.__doc__ is not None]
        return found[0] if found else None
    if ismethod(object):
        owner = object.__self__ if isclass(object.__self__) else type(object.__self__)
        for base in owner.__mro__:
            doc = getattr(getattr(base, object.__name__, None), '__doc__', None)
            if doc is not None:
                return doc
    return None


def getdoc(object):
    """The doc string, perhaps an inherited one, without the indentation of the source code."""
    doc = getattr(object, '__doc__', None)
    if doc is None:
        doc = _inherited_doc(object)
    return cleandoc(doc) if isinstance(doc, str) else None


def cleandoc(doc):
    """doc without the indentation that all lines but the first have in common and without blank lines around it."""
    lines = doc.expandtabs().split('\n')
    margins = [len(line) - len(line.lstrip()) for line in lines[1:] if line.strip()]
    margin = min(margins) if margins else 0
    lines = [lines[0].lstrip()] + [line[margin:] for line in lines[1:]]
    while lines and not lines[-1]:
        lines.pop()
    while lines and not lines[0]:
        lines.pop(0)
    return '\n'.join(lines)


def currentframe():
    """The frame of the caller, None if there are no frames to be had."""
    try:
        return sys._getframe(1)
    except (AttributeError, ValueError):
        return None
