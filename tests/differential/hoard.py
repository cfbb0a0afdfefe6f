"""Runs a Python program in CPython so that nothing dies when its last name goes, as under a tracing collector.

    python3.11 hoard.py late PROGRAM      # objects die in gc.collect() only
    python3.11 hoard.py early PROGRAM     # the cyclic collector runs all the time as well

Instances, functions, and references with their callbacks are put into cycles. References without a callback are held
until the first gc.collect() that finds nobody else holding them; proxies, bound methods, sets and generators until the
first gc.collect().
A program whose output stays the same does not depend on when objects die between a drop and the next gc.collect().
"""
import ast
import builtins
import gc
import sys
import types
import weakref

HELD = {}       # references without a callback, by id
PASSING = []    # what is held until the next collection
SLOT = "_hoard"
PASSING_TYPES = (weakref.ProxyType, weakref.CallableProxyType, types.MethodType, types.GeneratorType, set, frozenset)
USERS = 3       # of an object that somebody holds besides HELD, as release() sees it


class Wrapper(ast.NodeTransformer):
    """Passes what calls, attributes, functions and sets give to `keep`."""

    def wrap(self, node):
        self.generic_visit(node)
        return ast.copy_location(ast.Call(ast.Name(SLOT, ast.Load()), [node], []), node)

    visit_Call = visit_Lambda = visit_Set = visit_SetComp = visit_GeneratorExp = wrap

    def visit_Attribute(self, node):
        return self.wrap(node) if isinstance(node.ctx, ast.Load) else self.generic_visit(node)

    def visit_FunctionDef(self, node):
        self.generic_visit(node)
        node.decorator_list.append(ast.copy_location(ast.Name(SLOT, ast.Load()), node))
        return node


def keep(thing):
    """Puts off the death of something, and gives it back."""
    if type(thing) is types.FunctionType:
        thing.__dict__[SLOT] = thing
    elif type(thing) in PASSING_TYPES:
        PASSING.append(thing)
    elif type(thing) is weakref.ref:
        keep_reference(thing)
    return thing


def keep_reference(reference):
    """A callback that has room for it holds its references, and they hold it."""
    callback = reference.__callback__
    owner = callback.__self__ if type(callback) is types.MethodType else callback
    if callback is None:
        HELD[id(reference)] = reference
    elif hasattr(owner, "__dict__"):
        owner.__dict__.setdefault(SLOT + " references", []).append(reference)


def release():
    """Lets go what nobody else holds; in a cycle, so that it dies in the collection that follows."""
    dying = PASSING[:]
    PASSING.clear()
    for key in list(HELD):
        reference = HELD.pop(key)
        if sys.getrefcount(reference) < USERS:
            dying.append(reference)
        else:
            HELD[key] = reference
    dying.append(dying)


def collect(generation=2):
    release()
    return plain_collect(generation)


def build_class(body, name, *bases, **keywords):
    """A class whose instances refer to themselves."""
    made = plain_build_class(body, name, *bases, **keywords)
    if issubclass(made, BaseException):
        return made
    if made.__dictoffset__ == 0:
        names = {"__slots__": (SLOT,), "__module__": made.__module__, "__qualname__": made.__qualname__}
        made = type(made)(name, (made,), names)
    plain_init = made.__init__

    def init(self, *args, **keywords):
        plain_init(self, *args, **keywords)
        object.__setattr__(self, SLOT, self)

    made.__init__ = init
    return made


def run(path):
    """Runs a program as __main__, with the wrapper in its names."""
    with open(path) as file:
        tree = ast.fix_missing_locations(Wrapper().visit(ast.parse(file.read(), path)))
    main = types.ModuleType("__main__")
    sys.modules["__main__"] = main
    setattr(builtins, SLOT, keep)
    exec(compile(tree, path, "exec"), main.__dict__)


plain_collect, gc.collect = gc.collect, collect
plain_build_class, builtins.__build_class__ = builtins.__build_class__, build_class
if sys.argv[1] == "late":
    gc.disable()
else:
    gc.set_threshold(1, 1, 1)
run(sys.argv[2])
