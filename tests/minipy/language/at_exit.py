"""What happens when a program ends, of many programs: exit functions, finalizers, then the deaths of what the modules kept."""
import re
import subprocess
import sys

PROGRAMS = {
    "one object": "a = A('a')",
    "globals are there": "x, _y = 3, 4\nclass B(A):\n    def __del__(self): print(x, _y, A is not None, 'b' in globals())\nb = B('b')",
    "in the order of their making": "a, _b, c = A('a'), A('b'), A('c')\nb = a\nd = A('d')",
    "kept in containers, in any order": "all = [A(i) for i in range(9)]\nlast = A('last')",
    "cycles": "a, b = A('a'), A('b')\na.other, b.other = b, a",
    "parts made by their owner, in any order": "class Owner(A):\n    def __init__(self, name): self.name = name; self.part = A(name + '.part')\na, b = Owner('a'), Owner('b')",
    "a new name at the end": "import gc\na = A('first')\nb = A('second')\ndel a\ngc.collect()\nprint('-')\na = A('third')",
    "a suspended generator": "def g():\n    try: yield\n    finally: print('closed')\na = g(); next(a)\nb = A('b')",
    "a closure": "def f():\n    x = A('kept by a closure')\n    return lambda: x\ng = f()",
    "sys.exit": "a = A('a')\nsys.exit(3)",
    "a text as status": "a = A('a')\nsys.exit('good-bye')",
    "an exception": "a = A('a')\n1 / 0",
    "an exception in a function": "def f(x):\n    1 / 0\nf(A('argument'))",
    "a syntax error": "a = A('a')\nexec('x =')",
    "os._exit": "a = A('a')\nsys.stdout.flush()\nimport os\nos._exit(4)",
    "raises": "def fail(): raise ValueError(1)\na, b = A('a', fail), A('b')",
    "exits": "a, b = A('a', lambda: sys.exit(3)), A('b')",
    "interrupts": "def interrupt(): raise KeyboardInterrupt\na, b = A('a', interrupt), A('b')",
    "imports": "def load():\n    import colorsys\na, b = A('a', load), A('b')",
    "imports what was imported": "def load():\n    import sys\na, b = A('a', load), A('b')",
    "starts a thread": "import threading\nthreads = []\ndef start():\n    try: threading.Thread(target=print, daemon=True)._started.set()\n    finally: print('started none')\na, b = A('a', start), A('b')",
    "resurrects itself": "class B(A):\n    def __del__(self): print('once'); sys.kept = self\nb = B('b')",
    "resurrects into a dead module": "class B(A):\n    def __del__(self): print('once'); again.append(self)\nagain = []\nb = B('b')",
    "makes a new one": "a = A('a', lambda: A('new'))",
    "a chain of new ones": "def chain(n): return lambda: n and A(n, chain(n - 1))\na = A('a', chain(12))",
    "collects": "import gc\na, b = A('a', gc.collect), A('b')\na.me = a",
    "prints to stderr": "a = A('a', lambda: print('on stderr', file=sys.stderr))",
    "a hook for errors": "def fail(): raise ValueError(1)\ndef hook(u): print('hook', u.exc_value)\nsys.unraisablehook = hook\na = A('a', fail)\ndel a\nimport gc; gc.collect()",
    "the hook fails": "def fail(): raise ValueError(1)\ndef hook(u): 1 / 0\ndef late(): sys.unraisablehook = hook\na, b = A('a', late), A('b', fail)",
    "sys has lost": "a = A('a', lambda: print(sys.path, sys.argv, sys.meta_path, sys.modules, sys.is_finalizing(), sys.stdout is sys.__stdout__))\nsys.stdout = None",
    "another stdout": "class Out:\n    def write(self, text): sys.__stdout__.write('out ' + text)\n    def flush(self): pass\nsys.stdout = Out()\na = A('a')\nprint('1')",
    "exit functions first": "import atexit\na = A('a')\natexit.register(print, 'registered first', a.name)\natexit.register(lambda: print('registered last', sys.is_finalizing()))",
    "kept by an exit function": "import atexit\natexit.register(lambda a: print('exit function', a.name), A('argument'))",
    "finalizers first": "import weakref\na = A('a')\nfor i in range(3): weakref.finalize(a, print, 'finalizer', i)\nweakref.finalize(a, print, 'never').atexit = False",
    "a finalizer made too late": "import weakref\nb = A('b')\nweakref.finalize(b, print, 'in time')\na = A('a', lambda: weakref.finalize(b, print, 'too late') and print('made'))",
    "an exit function that fails": "import atexit\na = A('a')\natexit.register(lambda: 1 / 0)",
    "weak references": "import weakref\na = A('a')\nr = weakref.ref(a, print)\nb = A('b', lambda: print(r()))\nd = weakref.WeakValueDictionary(x=a)\nc = A('c', lambda: print(d.get('x')))",
    "a callback that outlives": "import weakref\na = A('a')\nsys.kept = weakref.ref(a, lambda r: print('callback', r is sys.kept, r()))",
    "dropped, with a callback": "import weakref\nclass B: pass\nb = B()\nr = weakref.ref(b, lambda r: print('callback', r is globals()['r']))\ndel b\na = A('a')",
    "of a module, in any order": "import kept\na = kept.Told('a')\nb = A('b')",
    "of a module, without functions": "from kept import Told\nb, a = Told('b'), Told('a')",
    "a module that is held": "import kept\nsys.kept = kept\nkept._first = A('_first', lambda: print(kept.second))\nkept.second = 2\nkept.third = A('third')",
    "held by a hook": "a = A('a')\nsys.excepthook = lambda *args: None",
    "a thread that goes on": "import threading, time\ndef work(): time.sleep(0.05); print('worked')\nthreading.Thread(target=work).start()\na = A('a')",
    "a daemon that spins": "import threading\nbegun = threading.Event()\ndef spin():\n    begun.set()\n    while True: pass\nthreading.Thread(target=spin, daemon=True).start()\nbegun.wait()\na = A('a')",
    "a daemon, and deaths": "import _thread, time\n_thread.start_new_thread(time.sleep, (60,))\na = A('a', lambda: time.sleep(0.02))\nb = A('b')",
    "a lock is held": "import threading\nlock = threading.Lock()\na = A('a', lambda: print(lock.acquire(False), lock.acquire(False)))",
    "a child": "import os\na = A('a')\nchild = os.fork()\nif child: os.waitpid(child, 0)\nelse: a.name = 'of the child'",
}
PRELUDE = """import sys
class A:
    def __init__(self, name, then=None): self.name, self.then = name, then
    def __del__(self):
        print('dies:', self.name)
        if self.then is not None: self.then()
"""


def shown(text):
    """Without addresses, and without the lines of the library."""
    return re.sub("0x[0-9a-f]+", "0x", text).rstrip("\n").split("\n")


for name, program in PROGRAMS.items():
    done = subprocess.run([sys.executable, "-c", ("" if "Told(" in program and "A(" not in program else PRELUDE) + program], capture_output=True, text=True)
    print(name, done.returncode)
    order = sorted if name.endswith("any order") else list
    for line in order(shown(done.stdout)) + [line for line in shown(done.stderr) if "^" not in line]:
        print("   ", line)
