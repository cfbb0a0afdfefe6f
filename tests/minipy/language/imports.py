"""Imports: modules beside the program, packages, relative and circular ones, and their errors."""
import sys
from each import tried

import pack
import pack.sub.leaf
from pack import first, second as two
from pack.sub import leaf, value
from pack.sub.leaf import up, up as again
import pack.sub.leaf as deep
import pack.first as pf

print(pack.__name__, pack.__package__, pack.__file__.endswith("pack/__init__.py"), pack.__doc__, len(pack.__path__))
print(first.name, two.name, leaf.up(), up is again, deep is leaf is pack.sub.leaf, pf is first, value, pack.sub.value, leaf.__name__, leaf.__package__, first.__package__)
print("pack.sub.leaf" in sys.modules, sys.modules["pack"] is pack, type(pack).__name__, __name__, "each" in sys.modules)
from pack import *
print(starred, "hidden" in globals(), "first" in globals())
import circular_a
print(circular_a.x, circular_a.get(), circular_a.circular_b.y)


def failing(text):
    try:
        exec(text, {"__name__": "__main__", "__package__": None})
        print(text, "ok")
    except BaseException as e:
        print(text, "!!", type(e).__name__, str(e).replace(pack.__path__[0][:-4], ""), getattr(e, "name", None))


for text in ("import nothing_there", "import pack.nothing", "from pack import nothing", "import nothing.at.all", "from nothing import x", "import pack.first.x", "from . import x", "from .x import y", "from pack.broken import x", "import pack.broken", "import pack.wrong_syntax", "from pack.sub import *", "import pack, each, sys", "from pack.sub.leaf import *", "import circular_c", "from sys import nothing", "import sys.path", "from pack.first import name, nothing", "from each import tried as t, each as e", "import pack.exits"):
    failing(text)
print("pack.broken" in sys.modules, sys.modules.get("pack.wrong_syntax"), hasattr(pack, "broken"))


def local_import():
    import pack.second as s
    from pack.first import name
    return s.name, name


class InClass:
    from pack.first import name as attribute
    import pack


print(local_import(), InClass.attribute, InClass.pack is pack)
m = __import__("pack.sub")
print(m.__name__, __import__("pack.sub", fromlist=["leaf"]).__name__, __import__("pack.first", globals(), locals(), ["name"]).name, tried(__import__, "nope"), tried(__import__, ""), tried(__import__, 5))
sys.modules["made_up"] = made = type(sys)("made_up", "A doc.")
made.x = 5
import made_up
from made_up import x
print(made_up.x, x, made_up.__doc__, made_up, tried(lambda: made_up.y), tried(lambda: setattr(made_up, "z", 1)), made_up.z, sorted(k for k in vars(made_up) if k[0] != "_"))
sys.modules["blocked"] = None
failing("import blocked")
del sys.modules["pack.first"]
import pack.first
print(pack.first is first, pack.first.name)
import importlib
print(importlib.import_module("pack.second").name, importlib.import_module(".leaf", "pack.sub").__name__, tried(importlib.import_module, "nope"))
counted = importlib.import_module("pack.counted")
print(counted.count, importlib.reload(counted) is counted, counted.count)
if __name__ == "__main__":
    print("main", __file__.endswith("imports.py"), __doc__[:8], __package__, __spec__ is None, __builtins__ is not None)
print(pack.lazily, tried(lambda: pack.never), sorted(pack.__dir__())[:1])
