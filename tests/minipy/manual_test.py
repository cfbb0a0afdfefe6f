"""Runs every example of the weakref manual, as Debian installs its source, in minipy and in python3.11; both must print the same.

    manual_test.py --minipy PATH [--show]

The examples of a section make one program: prompts one after the other, with what they answer printed as a REPL does, and blocks of code with a driver
behind them, as most only define something. Each program runs with the policies observe and stress. What python3.11 prints must also be what the manual
says. Addresses and the answers of gc.collect() are not compared. Every block must be known here: a new one is a failure.
Exit status: 0 when all agree, 1 when not, 2 for wrong options, 77 when the manual is not installed.
"""
import argparse
import ast
import difflib
import doctest
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import textwrap

MANUAL = pathlib.Path("/usr/share/doc/python3.11/html/_sources/library/weakref.rst.txt")
SKIPPED = 77
POLICIES = ("observe", "stress")
PRELUDE = "import gc, os, shutil, sys, tempfile, weakref\n"
ADDRESS = re.compile(r"0x[0-9a-f]+")
MARK = "-- line "

# Sections in which something must be printed at once when an object dies, not at the next look at a weak reference.
ONLY_UNDER_STRESS = {"Finalizer Objects"}

# Where the manual leaves a function's body to the reader.
COMPLETED = {"    # implicit reference to the module globals from the function body": "    print('unloading', __name__)"}

# By the first line of a block: what to do with what it defines.
DRIVERS = {
    "class Dict(dict):": """
        r = weakref.ref(obj)
        print(r() is obj, sorted(r()))
        del obj
        gc.collect()
        print(r())
    """,
    ">>> class T(str): pass": """
        gc.collect()
        print(dict(d), len(d))
        del d, k2
    """,
    ">>> class C:": "",
    ">>> import weakref": "",
    ">>> del o, o2": "",
    "# r is a weak reference object": """
        def frobnicate(r):
        {code}
        class Useful:
            def do_something_useful(self):
                print("useful")
        useful = Useful()
        r = weakref.ref(useful)
        frobnicate(r)
        del useful
        gc.collect()
        frobnicate(r)
    """,
    "import weakref, sys": """
        with open("plugin.py", "w") as file:
            file.write({text})
        sys.path.insert(0, os.getcwd())
        import plugin
        del sys.modules["plugin"], plugin
        gc.collect()
        print("unloaded")
        import plugin
        print("to the end")
    """,
    "class ExtendedRef(weakref.ref):": "",
    "import weakref": None,  # two blocks begin so: see second_line()
    "class ExtendedRef(weakref.ref):": """
        o = Object()
        r = ExtendedRef(o, None, name="o", size=3)
        print(r.name, r.size, r.__dict__["_ExtendedRef__counter"])
        print(r()[0] is o, r()[1])
        del o
        gc.collect()
        print(r(), r.name)
    """,
}
