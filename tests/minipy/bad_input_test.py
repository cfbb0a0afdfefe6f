#!/usr/bin/env python3
"""What minipy does with bad input: a message and a documented status, never a signal and never an endless run.

bad_input_test.py MINIPY [part of a name ...]

Statuses: 0; 1 after an exception; 2 for what is Python but not of minipy's language, bad options and files that cannot be read; 130 after Ctrl-C;
what sys.exit() says.
"""
import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time

MINIPY = os.path.abspath(sys.argv[1])
SELECTED = sys.argv[2:]
MEMORY = 1 << 30
SECONDS = 120
cases = []


class Case:
    def __init__(self, name, code=None, status=1, last="", args=None, has=(), memory=None, files=None, act=None, **popen):
        self.name, self.code, self.status, self.last, self.args, self.has = name, code, status, last, args, has
        self.memory, self.files, self.act, self.popen = memory, files or {}, act, popen
        cases.append(self)

    def command(self, folder):
        if self.args is not None:
            return [MINIPY, *self.args]
        if self.code is None:
            return [MINIPY]
        path = os.path.join(folder, "script.py")
        with open(path, "wb") as f:
            f.write(self.code if isinstance(self.code, bytes) else self.code.encode("utf-8", "surrogatepass"))
        return [MINIPY, "script.py"]

    def run(self):
        """None, or what is wrong."""
        with tempfile.TemporaryDirectory() as folder:
            for name, text in self.files.items():
                os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
                with open(os.path.join(folder, name), "wb") as f:
                    f.write(text if isinstance(text, bytes) else text.encode())

            def limit():
                if self.memory:
                    resource.setrlimit(resource.RLIMIT_AS, (self.memory, self.memory))

            options = dict(stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=folder, preexec_fn=limit)
            options.update(self.popen)
            process = subprocess.Popen(self.command(folder), **options)
            try:
                if self.act:
                    self.act(process)
                out, err = process.communicate(timeout=SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
                return f"still running after {SECONDS} s"
        text = (err or b"").decode("utf-8", "replace")
        lines = text.strip().splitlines()
        problems = []
        if process.returncode != self.status:
            problems.append(f"status {process.returncode}, not {self.status}")
        if not re.fullmatch(self.last, lines[-1] if lines else "", re.S):
            problems.append(f"last line {lines[-1] if lines else ''!r}, not {self.last!r}")
        whole = (out or b"").decode("utf-8", "replace") + text
        problems += [f"no {part!r}" for part in self.has if part not in whole]
        return None if not problems else "; ".join(problems) + "\n    " + whole[-600:].replace("\n", "\n    ")


def interrupt(process, after=b"ready\n"):
    if process.stdout.readline() != after:
        raise AssertionError("the program did not begin")
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    time.sleep(0.1)  # before its input ends


# ---- sources that are no programs
for name, code, line, last in [
    ("bad token", "x = 1\ny = $\n", 2, "SyntaxError: invalid .*"),
    ("missing operand", "x = 1\n\ny = 2 +\n", 3, "SyntaxError: invalid syntax"),
    ("unclosed bracket", "x = (1,\n2\n", 1, "SyntaxError: '\\(' was never closed"),
    ("wrong bracket", "x = (1]\n", 1, "SyntaxError: closing parenthesis '\\]' does not match opening parenthesis '\\('"),
    ("unterminated text", "print('abc)\n", 1, "SyntaxError: unterminated string literal.*"),
    ("unterminated long text", "\n'''abc\n", 2, "SyntaxError: unterminated triple-quoted string literal.*"),
    ("indent", "x = 1\n  y = 2\n", 2, "IndentationError: unexpected indent"),
    ("dedent", "if 1:\n    x\n  y\n", 3, "IndentationError: unindent does not match any outer indentation level"),
    ("no block", "if 1:\nx\n", 2, "IndentationError: expected an indented block after 'if' statement on line 1"),
    ("return outside", "x = 1\nreturn x\n", 2, "SyntaxError: 'return' outside function"),
    ("break outside", "break\n", 1, "SyntaxError: 'break' outside loop"),
    ("assign to literal", "1 = x\n", 1, "SyntaxError: cannot assign to literal.*"),
    ("twice the same parameter", "def f(a,\n a): pass\n", None, "SyntaxError: duplicate argument 'a' in function definition"),
    ("nonlocal of nothing", "def f():\n    nonlocal x\n", 2, "SyntaxError: no binding for nonlocal 'x' found"),
    ("number", "x = 1abc\n", 1, "SyntaxError: invalid decimal literal"),
    ("escape", "x = '\\x1'\n", 1, "SyntaxError: .*"),
    ("f-string", "f'{1 +}'\n", 1, "SyntaxError: .*"),
]:
    has = ['script.py", line %d' % line] if line else []
    Case("syntax: " + name, code, 1, last, has=has)
    if line and "indent" not in name and name not in ("dedent", "no block", "return outside"):
        Case("syntax in a module: " + name, "import wrong\n", 1, last, has=['wrong.py", line %d' % line], files={"wrong.py": code})
Case("syntax: in eval, caught", "try: eval('1 +')\nexcept SyntaxError as e: print(e.msg, e.lineno, e.filename)\n", 0, has=["invalid syntax 1 <string>"])
for name, code, line, what in [
    ("async def", "x = 1\nasync def f(): pass\n", 2, "async"),
    ("await", "def f():\n    await x\n", 2, "await"),
    ("match", "match x:\n    case 1: pass\n", 1, "match"),
    ("except*", "try: pass\nexcept* ValueError: pass\n", 2, "except\\*"),
    ("complex number", "x = 1\ny = 2j\n", 2, "complex"),
    ("large integer", "x = 99999999999999999999\n", 1, "63 bits"),
    ("named character", "x = '\\N{BULLET}'\n", 1, "N\\{"),
]:
    Case("unsupported: " + name, code, 2, f"SyntaxError: .*{what}.*", has=['script.py", line %d' % line])
    Case("unsupported in a module: " + name, "import wrong", 2, f"SyntaxError: .*{what}.*", has=['wrong.py", line %d' % line], files={"wrong.py": code})

# ---- files that are no sources
Case("binary file", bytes(range(256)) * 8, 1, "SyntaxError: .*")
Case("elf file", b"\x7fELF\x02\x01\x01\0\0\0\0", 1, "(SyntaxError|ValueError): .*")
Case("nul in the text", b"x = 1\0\n", 1, "(SyntaxError|ValueError): source code (string )?cannot contain null bytes")
Case("no utf-8", b"x = '\xff'\n", 1, "SyntaxError: .*")
Case("no utf-8 in a module", "import wrong", 1, "SyntaxError: .*", files={"wrong.py": b"x = '\xff'\n"})
Case("empty file", "", 0)
Case("only a comment", "# nothing", 0)
Case("only a byte order mark", b"\xef\xbb\xbf", 0)
Case("form feeds and carriage returns", "\x0cx = 1\r\nif x:\r\n\tprint('ok')\r\n", 0, has=["ok"])
Case("no newline at the end", "if 1: print('ok')", 0, has=["ok"])
Case("only a backslash", "\\", 1, "SyntaxError: .*")
Case("surrogate in the text", b"x = '\xed\xa0\x80'\n", 1, "SyntaxError: .*")
Case("missing file", args=["nothing.py"], status=2, last="minipy: can't open file 'nothing.py': No such file or directory")
Case("a folder as a script", args=["."], status=2, last="minipy: can't open file '\\.': Is a directory")
Case("missing module", args=["-m", "nothing"], status=1, last=".*No module named '?nothing'?")
Case("missing module of a package", args=["-m", "unittest.nothing"], status=1, last=".*No module named '?unittest.nothing'?.*")
Case("bad option", args=["--nonsense"], status=2, has=["usage:"], last=".*")
Case("bad short option", args=["-Z"], status=2, has=["usage:"], last=".*")
Case("bad policy", args=["--gc=never", "-c", "1"], status=2, has=["usage:"], last=".*")
Case("bad zeal", args=["--zeal=nonsense:1", "-c", "1"], status=2, last=".*zeal.*")
Case("-c without a text", args=["-c"], status=2, has=["usage:"], last=".*")
Case("-m without a name", args=["-m"], status=2, has=["usage:"], last=".*")
Case("help", args=["--help"], status=0, has=["usage:"])
Case("a huge argument", args=["-c", "import sys; print(len(sys.argv[1]))", "x" * 100000], status=0, has=["100000"])
Case("no utf-8 in an argument", args=["-c", "import sys; repr(sys.argv)", b"\xff"], status=0)

# ---- deep recursion in the program
TOO_DEEP = "RecursionError: maximum recursion depth exceeded.*"
for name, code in {
    "a function": "def f(): return f()\nf()",
    "a function with many arguments": "def f(*a, **k): return f(1, *a, **k)\nf(x=1)",
    "two functions": "def f(): return g()\ndef g(): return f()\nf()",
    "a lambda": "f = lambda x: f(x + 1)\nf(0)",
    "__repr__": "class A:\n    def __repr__(self): return repr(self)\nprint(A())",
    "__repr__ through a list": "class A:\n    def __repr__(self): return str([self, A()])\nprint(A())",
    "__str__": "class A:\n    def __str__(self): return f'{self}'\nprint(A())",
    "__eq__": "class A:\n    def __eq__(self, o): return self == o\nA() == A()",
    "__eq__ through a list": "class A:\n    def __eq__(self, o): return [self] == [o]\nA() == A()",
    "__lt__ in sort": "class A:\n    def __lt__(self, o): return sorted([self, o])[0] is self\nsorted([A(), A()])",
    "__hash__": "class A:\n    def __hash__(self): return hash((self,))\n{A()}",
    "__getattr__": "class A:\n    def __getattr__(self, n): return getattr(self, n + 'x')\nA().y",
    "__getattribute__": "class A:\n    def __getattribute__(self, n): return self.x\nA().y",
    "__setattr__": "class A:\n    def __setattr__(self, n, v): self.x = v\nA().y = 1",
    "__call__": "class A: pass\nA.__call__ = A()\nA()()",
    "__call__ of the program": "class A:\n    def __call__(self): return self()\nA()()",
    "__getitem__": "class A:\n    def __getitem__(self, i): return self[i]\nA()[1]",
    "__len__": "class A:\n    def __len__(self): return len(self)\nlen(A())",
    "__bool__": "class A:\n    def __bool__(self): return not self\nbool(A())",
    "__iter__": "class A:\n    def __iter__(self): return iter(self)\nlist(A())",
    "__contains__": "class A:\n    def __contains__(self, x): return x in self\n1 in A()",
    "__add__": "class A:\n    def __add__(self, o): return self + o\nA() + A()",
    "__index__": "class A:\n    def __index__(self): return [1][self]\n[1][A()]",
    "__new__": "class A:\n    def __new__(cls): return A()\nA()",
    "__init__": "class A:\n    def __init__(self): A()\nA()",
    "__format__": "class A:\n    def __format__(self, s): return format(self, s)\nf'{A()}'",
    "__missing__": "class A(dict):\n    def __missing__(self, k): return self[k]\nA()[1]",
    "__enter__": "class A:\n    def __enter__(self):\n        with self: pass\n    def __exit__(self, *a): pass\nwith A(): pass",
    "__instancecheck__": "class M(type):\n    def __instancecheck__(c, x): return isinstance(x, c)\nclass A(metaclass=M): pass\nisinstance(1, A)",
    "__get__": "class D:\n    def __get__(self, o, c): return o.x\nclass A: x = D()\nA().x",
    "__init_subclass__": "class A:\n    def __init_subclass__(cls): type('B', (A,), {})\nclass B(A): pass",
    "a property": "class A:\n    x = property(lambda s: s.x)\nA().x",
    "a sort key": "def k(x): return sorted([x], key=k)\nk(1)",
    "map": "def f(x): return list(map(f, [x]))\nf(1)",
    "a generator": "def g():\n    yield from g()\nlist(g())",
    "a generator expression": "def g(n): return sum(g(i) for i in [n])\ng(1)",
    "a comprehension": "def f(x): return [f(y) for y in [x]]\nf(1)",
    "a decorator": "def d(f): return d(d)\n@d\ndef f(): pass",
    "exec": "s = 'exec(s)'\nexec(s)",
    "eval": "s = 'eval(s)'\neval(s)",
    "import in __getattr__": "def __getattr__(n): import script; return script.zz\nimport script\nscript.y",
    "an exception handler": "def f():\n    try: 1 / 0\n    except ZeroDivisionError: f()\nf()",
    "a default dict": "import collections\nd = collections.defaultdict(lambda: d[len(d)])\nd[0]",
    "copy.deepcopy": "import copy\na = []\nfor i in range(100000): a = [a]\ncopy.deepcopy(a)",
    "json.dumps": "import json\na = []\nfor i in range(100000): a = [a]\njson.dumps(a)",
    "json.loads": "import json\njson.loads('[' * 100000)",
    "chained itertools": "import itertools\nm = iter([1])\nfor i in range(100000): m = itertools.chain(m)\nlist(m)",
    "chained generators": "def h(m): yield from m\nm = iter([1])\nfor i in range(100000): m = h(m)\nlist(m)",
    "a thread's function": "import threading\nr = []\ndef f(): f()\ndef g():\n    try: f()\n    except RecursionError as e: r.append(e)\nt = threading.Thread(target=g)\nt.start()\nt.join()\nraise r[0]",
    "a small thread's list": "import threading\nthreading.stack_size(256 * 1024)\nr = []\na = []\nfor i in range(100000): a = [a]\ndef g():\n    try: repr(a)\n    except RecursionError as e: r.append(e)\nt = threading.Thread(target=g)\nt.start()\nt.join()\nraise r[0]",
}.items():
    Case("recursion: " + name, code + "\n", 1, TOO_DEEP)
for name, make in {"lists": "[a]", "tuples": "(a,)", "dicts": "{1: a}", "lists in dicts": "[{1: (a,)}]"}.items():
    nested = f"def make():\n    a = ()\n    for i in range(100000): a = {make}\n    return a\na, b = make(), make()\n"
    Case(f"nested {name}: repr", nested + "repr(a)\n", 1, TOO_DEEP)
    Case(f"nested {name}: ==", nested + "a == b\n", 1, TOO_DEEP)
    Case(f"nested {name}: print, then on", nested + "try: print(a)\nexcept RecursionError: print('caught')\nprint('on')\n", 0, has=["caught\non"])
    Case(f"nested {name}: in a traceback", nested + "raise ValueError(a)\n", 1, "ValueError: <exception str\\(\\) failed>")
    Case(f"nested {name}: collected", nested + "del a, b\nimport gc\ngc.collect()\nprint('on')\n", 0, has=["on"])
nested = "def make():\n    a = ()\n    for i in range(1000000): a = (a,)\n    return a\na, b = make(), make()\n"
Case("nested tuples: <", nested + "a < b\n", 1, TOO_DEEP)
Case("nested tuples: in", nested + "a in [b]\n", 1, TOO_DEEP)
Case("nested tuples: isinstance", nested + "isinstance(1, a)\n", 1, TOO_DEEP)
Case("nested tuples: hash", "a = ()\nfor i in range(1000000): a = (a, i)\nhash(a)\n", 1, TOO_DEEP)
Case("nested tuples: as a key", "a = ()\nfor i in range(1000000): a = (a, i)\n{a: 1}\n", 1, TOO_DEEP)
Case("nested tuples: except", "T = ValueError\nfor i in range(1000000): T = (T, KeyError)\ntry: 1 / 0\nexcept T: pass\n", 1, TOO_DEEP)
Case("nested zips", "m = iter([1])\nfor i in range(1000000): m = zip(m)\nlist(m)\n", 1, TOO_DEEP)
Case("nested maps", "m = iter([1])\nfor i in range(1000000): m = map(str, m)\nlist(m)\n", 1, TOO_DEEP)
Case("nested enumerates", "m = [1]\nfor i in range(1000000): m = enumerate(m)\nlist(m)\n", 1, TOO_DEEP)
Case("nested partials", "import functools\nf = len\nfor i in range(1000000): f = functools.partial(f)\nprint(f('a'))\n", 0, has=["1"])
Case("nested frozensets", "a = frozenset()\nfor i in range(100000): a = frozenset([a])\nhash(a)\nrepr(a)\n", 1, TOO_DEEP)
Case("chained exceptions", "e = None\nfor i in range(100000):\n    f = ValueError(i)\n    f.__context__ = e\n    e = f\nraise e\n", 1, "ValueError: 99999")
Case("a ring of exceptions", "a, b = ValueError(1), ValueError(2)\na.__context__, b.__context__ = b, a\nraise a\n", 1, "ValueError: 1")
Case("recursion: __set_name__", "class D:\n    def __set_name__(self, o, n): type('B', (), {'x': D()})\nclass A: x = D()\n", 1, "RuntimeError: Error calling __set_name__ on .*", has=["RecursionError"])
Case("recursion is caught, and again", "def f(): f()\nfor i in range(50):\n    try: f()\n    except RecursionError: pass\nprint('on')\n", 0, has=["on"])
Case("a low limit", "import sys\nsys.setrecursionlimit(50)\ndef f(): f()\nf()\n", 1, TOO_DEEP)
Case("a high limit", "import sys\nsys.setrecursionlimit(10 ** 6)\ndef f(): f()\nf()\n", 1, TOO_DEEP)
Case("a high limit, through natives", "import sys\nsys.setrecursionlimit(10 ** 6)\ndef f(x): return max([x], key=f)\nf(1)\n", 1, TOO_DEEP)

# ---- deep and long sources
for name, text in {
    "parentheses": "'(' * 100000 + ')' * 100000", "brackets": "'[' * 100000", "minus signs": "'-' * 100000 + '1'", "nots": "'not ' * 100000 + '1'",
    "sums": "'1' + '+1' * 100000", "powers": "'1' + '**1' * 100000", "attributes": "'a' + '.a' * 100000", "calls": "'a' + '()' * 100000",
    "subscripts": "'a' + '[0]' * 100000", "conditionals": "'1 if 1 else ' * 100000 + '1'", "lambdas": "'lambda: ' * 100000 + '1'",
    "f-strings": "'f\"{' * 1000", "dicts": "'{1:' * 100000", "comprehensions": "'[' * 1000 + 'x for x in y]' + ' for x in y]' * 999",
    "walruses": "'(x := ' * 100000", "comparisons in parentheses": "'(1 < ' * 100000",
}.items():
    Case("deep source: " + name, f"eval({text})\n", 1, "SyntaxError: .*")
    Case("deep source in a thread: " + name, f"import threading\nr = []\ndef f():\n    try: eval({text})\n    except SyntaxError as e: r.append(e)\nt = threading.Thread(target=f)\nt.start()\nt.join()\nraise r[0]\n", 1, "SyntaxError: .*")
for name, text in {
    "comparisons": "eval('1' + '<1' * 100000)", "ands": "eval('1' + ' and 1' * 100000)", "a list": "len(eval('[' + '1,' * 100000 + ']')) - 100000",
    "a text": "len(eval(repr('a' * 1000000))) - 1000000", "texts side by side": "len(eval('\"a\" ' * 100000)) - 100000",
    "targets": "exec('x = ' * 100000 + '1')", "statements": "exec('x = 1\\n' * 100000)", "a line": "exec('x = 1;' * 100000)",
    "a dict": "len(eval('{' + ','.join(f'{i}: {i}' for i in range(50000)) + '}')) - 50000", "names": "exec('\\n'.join(f'x{i} = {i}' for i in range(50000)))",
    "functions": "exec('\\n'.join(f'def f{i}(): return {i}' for i in range(5000)))", "parameters": "exec('def f(' + ', '.join(f'a{i}=1' for i in range(3000)) + '): pass\\nf()')",
    "comments": "exec('#' * 1000000)", "empty lines": "exec('\\n' * 1000000)", "an f-string": "eval('f\"' + '{1}' * 20000 + '\"')",
    "locals": "exec('def f():\\n' + ''.join(f' x{i} = {i}\\n' for i in range(20000)) + 'f()')", "ifs": "exec('if 0: pass\\n' * 50000)",
    "with items": "exec('with ' + ', '.join(['open(\"/dev/null\")'] * 50) + ': pass')", "handlers": "exec('try: pass\\n' + 'except ValueError: pass\\n' * 5000)",
}.items():
    Case("long source: " + name, f"print('value', {text})\n", 0, has=["value "])
Case("many elif branches", "exec('if 0: pass\\n' + 'elif 0: pass\\n' * 100000)\n", 1, "SyntaxError: too many elif branches.*")
Case("many arguments", "print(len(eval('f(' + '1,' * 10000 + ')', {'f': lambda *a: a})))\n", 0, has=["10000"])
Case("too many arguments", "def f(*a): pass\neval('f(' + '1,' * 100000 + ')')\n", 1, TOO_DEEP)
Case("too many spread arguments", "def f(*a): pass\nf(*range(10 ** 6))\n", 1, TOO_DEEP)
Case("nested blocks", "exec(''.join(' ' * i + 'if 1:\\n' for i in range(5000)) + ' ' * 5000 + 'pass')\n", 1, "(SyntaxError|IndentationError): too many .*")
Case("nested functions", "exec(''.join(' ' * i + 'def f():\\n' for i in range(500)) + ' ' * 500 + 'pass')\n", 1, "(SyntaxError|IndentationError): too many .*")

# ---- memory
NO_MEMORY = "MemoryError.*"
# What used the memory up may be found once more in stale places of a stack.
ON = """
for i in range(5):
    try:
        print('on', [1] * 3, 'a' * 3)
        break
    except MemoryError:
        pass
"""
for name, code in {
    "list * n": "[0] * (1 << 60)", "list * m": "[0] * (1 << 33)", "tuple * n": "(1,) * (1 << 60)", "str * n": "'a' * (1 << 60)", "str * m": "'ab' * (1 << 33)",
    "bytes * n": "b'a' * (1 << 60)", "bytes * m": "b'a' * (1 << 31)", "n * list": "(1 << 60) * [0]", "list *= n": "exec('a = [1]; a *= 1 << 60')",
    "list of a range": "list(range(1 << 60))", "tuple of a range": "tuple(range(1 << 60))", "set of a range": "set(range(1 << 60))",
    "sorted range": "sorted(range(1 << 60))", "dict of a range": "dict.fromkeys(range(1 << 60))", "a comprehension": "[i for i in range(1 << 60)]",
    "a set comprehension": "{i for i in range(1 << 60)}", "a dict comprehension": "{i: i for i in range(1 << 60)}", "endless zip": "list(zip(*[range(1 << 60)] * 3))",
    "bytes(n)": "bytes(1 << 60)", "bytes(m)": "bytes(1 << 31)", "bytes of a range": "bytes(0 for i in range(1 << 60))", "ljust": "'a'.ljust(1 << 60)", "ljust m": "'a'.ljust(1 << 31)", "rjust": "'a'.rjust(1 << 36)",
    "center": "'a'.center(1 << 36)", "zfill": "'1'.zfill(1 << 40)", "expandtabs": "'\\t'.expandtabs(1 << 40)", "%d": "'%10000000000d' % 1", "%*d": "'%*d' % (1 << 40, 1)", "%.f": "'%.*f' % (1 << 31, 1.0)", "%s": "'%2147483648s' % 'a'",
    "replace": "('a' * 1000000).replace('a', 'b' * 100000)", "replace nothing": "('a' * 1000000).replace('', 'b' * 100000)", "bytes.replace": "(b'a' * 1000000).replace(b'a', b'b' * 100000)", "join": "('a' * 1000).join(['b'] * 10000000)", "join long": "''.join(['a' * 100000] * 100000)", "bytes.join": "b''.join([b'a' * 100000] * 100000)",
    "repr": "repr(['a' * 1000] * 10000000)", "repr of a text": "repr('\\0' * 400000000)", "str of bytes": "str(b'\\0' * 400000000)", "hex": "(b'a' * 700000000).hex()", "translate": "('a' * 10000000).translate({97: 'b' * 1000})", "a sum of lists": "sum([[0] * 1000000] * 100000, [])",
    "upper": "('a' * 800000000).upper()", "split": "('a ' * 100000000).split()", "list of a text": "list('a' * 300000000)", "encode": "('é' * 400000000).encode()", "format": "'{:9000000000}'.format(1)", "str.format": "('{0}' * 1000).format('a' * 10000000)", "an f-string": "(lambda s: f'{s}{s}{s}{s}')('a' * 300000000)", "slices": "[('a' * 100000000)[i:] for i in range(1000)]", "copies": "(lambda a: [a[:] for i in range(1000)])([0] * 10000000)",
    "itertools.repeat": "list(__import__('itertools').repeat(0))", "deque": "__import__('collections').deque(range(1 << 60))", "StringIO": "(lambda s: [s.write('a' * 10000000) for i in range(10000)])(__import__('io').StringIO())", "unpacking": "exec('a, *b = range(1 << 60)')", "a call's arguments": "print(*range(1 << 60))", "a product": "list(__import__('itertools').product(range(100000), repeat=3))",
}.items():
    Case("memory: " + name, f"x = {code}\n", 1, f"({NO_MEMORY}|OverflowError: .*|ValueError: precision too big)", memory=MEMORY)
    Case("memory, caught: " + name, f"try: x = {code}\nexcept (MemoryError, OverflowError, ValueError): pass\n" + ON, 0, has=["on [1, 1, 1] aaa"], memory=MEMORY)
for name, code in {
    "append": "a = []\nwhile True: a.append(0)", "a growing list": "a = [1]\nwhile True: a += a", "a growing text": "a = 'ab'\nwhile True: a += a", "growing bytes": "a = b'ab'\nwhile True: a += a",
    "a growing tuple": "a = (1,)\nwhile True: a += a", "a big dict": "a = {}\nwhile True: a[len(a)] = None", "a big set": "a = set()\nwhile True: a.add(len(a))", "insert": "a = [0] * 1000000\nwhile True: a[:0] = a",
    "setdefault": "a = {}\nwhile True: a.setdefault(len(a), [])", "objects": "class A: pass\na = []\nwhile True: a.append([A() for i in range(100000)])", "big objects": "class A: pass\na = []\nwhile True:\n    x = A()\n    x.y = 'a' * 1000000\n    a.append(x)",
    "closures": "a = None\ndef f(a): return lambda: a\nwhile True: a = [f(a) for i in range(100000)], a", "generators": "a = []\ndef g(): yield 1\nwhile True: a.append([g() for i in range(10000)])", "weak references": "import weakref\nclass A: pass\na = []\nwhile True:\n    x = A()\n    a.append((x, weakref.ref(x)))",
    "exceptions": "a = []\nwhile True: a.append(ValueError('x' * 100000))", "classes": "a = []\nwhile True: a.append([type('A', (), {}) for i in range(1000)])",
}.items():
    Case("memory runs out: " + name, code + "\n", 1, NO_MEMORY, memory=MEMORY // 4)
Case("memory in a thread", "import threading\nr = []\ndef f():\n    try: 'a' * (1 << 60)\n    except MemoryError as e: r.append(e)\nt = threading.Thread(target=f)\nt.start()\nt.join()\nraise r[0]\n", 1, NO_MEMORY)

# ---- numbers
OVERFLOW = "OverflowError: .*63 bits"
for code in ("2 ** 62", "1 << 62", "4611686018427387903 + 1", "-4611686018427387904 - 1", "4611686018427387903 * 2", "-(-4611686018427387903 - 1)", "abs(-4611686018427387903 - 1)", "(-4611686018427387903 - 1) // -1", "10 ** 19",
             "int('9' * 30)", "int(1e300)", "sum([4611686018427387903, 1])", "__import__('math').factorial(30)", "int('f' * 30, 16)", "round(1e300)", "divmod(-4611686018427387903 - 1, -1)", "pow(10, 30)", "len(range(-4611686018427387903, 4611686018427387903))"):
    Case("overflow: " + code, f"x = {code}\n", 1, "OverflowError: .*")

# ---- imports
Case("import: missing", "import nothing\n", 1, "ModuleNotFoundError: No module named 'nothing'")
Case("import: not a package", "import sys.nothing\n", 1, "ModuleNotFoundError: No module named 'sys.nothing'; 'sys' is not a package")
Case("import: name", "from sys import nothing\n", 1, "ImportError: cannot import name 'nothing' from 'sys' .*")
Case("import: in a circle", "import a\nprint(a.b.a is a)\n", 0, has=["True"], files={"a.py": "import b\n", "b.py": "import a\n"})
Case("import: names in a circle", "import a\n", 1, "ImportError: cannot import name 'x' from partially initialized module 'a' \\(most likely due to a circular import\\) .*",
     files={"a.py": "from b import y\nx = 1\n", "b.py": "from a import x\ny = 1\n"})
Case("import: oneself", "import script\nprint('twice')\n", 0, has=["twice\ntwice"])
Case("import: an error inside", "import a\n", 1, "ZeroDivisionError: .*", has=['a.py", line 2', 'script.py", line 1'], files={"a.py": "x = 1\nx / 0\n"})
Case("import: again after an error", "for i in range(2):\n    try: import a\n    except ZeroDivisionError: print('failed')\n", 0, has=["failed\nfailed"], files={"a.py": "1 / 0\n"})
Case("import: recursion", "import a0\n", 1, "RecursionError: .*", files={f"a{i}.py": f"import a{i + 1}\n" for i in range(400)})
Case("import: relative without a package", "from . import x\n", 1, "ImportError: attempted relative import with no known parent package")
Case("import: beyond the package", "import p.q\n", 1, "ImportError: attempted relative import beyond top-level package", files={"p/__init__.py": "", "p/q.py": "from ... import x\n"})
Case("import: an odd name", "__import__('a/../../b')\n", 1, "ModuleNotFoundError: .*")
Case("import: dots", "__import__('..')\n", 1, "(ModuleNotFoundError|ImportError|ValueError): .*")
Case("import: a folder that is no module", "import a\n", 1, "ModuleNotFoundError: .*", files={"a.py/x": ""})
Case("import: an odd sys.path", "import sys\nsys.path[:] = [5, None, b'x', '\\0', '/nonexistent']\nimport nothing\n", 1, "(ModuleNotFoundError|ValueError): .*")
Case("import: no sys.path", "import sys\ndel sys.path\nimport nothing\n", 1, "(ModuleNotFoundError|AttributeError|RuntimeError): .*")
Case("import: odd sys.modules", "import sys\nsys.modules['x'] = 5\nimport x\nprint(x)\n", 0, has=["5"])
Case("import: a package that is a number", "import sys\nsys.modules['x'] = 5\nimport x.y\n", 1, "ModuleNotFoundError: .*")
Case("import: from a number", "import sys\nsys.modules['x'] = 5\nfrom x import real, y\n", 1, "ImportError: .*")
Case("import: sys.modules replaced", "import sys\nsys.modules = {}\nimport os\nprint('on')\n", 0, has=["on"])
Case("import: sys.modules cleared", "import sys\nsys.modules.clear()\nprint('on')\n", 0, has=["on"])
Case("import: sys.modules cleared, then an import", "import sys\nm = sys.modules\nm.clear()\nimport json\nprint('on')\n", 0, has=["on"])

# ---- errors where nobody can catch them
IGNORED = "Exception ignored in: "
Case("__del__ raises", "class A:\n    def __del__(self): raise ValueError('del')\na = A()\na = None\nimport gc\ngc.collect()\nprint('on')\n", 0, "ValueError: del", has=["on", IGNORED])
Case("__del__ raises at exit", "class A:\n    def __del__(self): raise ValueError('del')\na = A()\n", 0, ".*")
Case("__del__ exits", "import sys\nclass A:\n    def __del__(self): sys.exit(5)\na = A()\na = None\nimport gc\ngc.collect()\nprint('on')\n", 0, "SystemExit: 5", has=["on", IGNORED])
Case("__del__ recurses", "class A:\n    def __del__(self): self.__del__()\na = A()\na = None\nimport gc\ngc.collect()\nprint('on')\n", 0, TOO_DEEP, has=["on", IGNORED])
Case("__del__ is no function", "class A: __del__ = 5\na = A()\na = None\nimport gc\ngc.collect()\nprint('on')\n", 0, "TypeError: 'int' object is not callable", has=["on", IGNORED])
Case("a callback raises", "import weakref, gc\nclass A: pass\na = A()\nr = weakref.ref(a, lambda r: 1 / 0)\na = None\ngc.collect()\nprint('on')\n", 0, "ZeroDivisionError: .*", has=["on", IGNORED])
Case("a callback with wrong parameters", "import weakref, gc\nclass A: pass\na = A()\nr = weakref.ref(a, lambda: 1)\na = None\ngc.collect()\nprint('on')\n", 0, "TypeError: .*", has=["on", IGNORED])
Case("a callback is no function", "import weakref, gc\nclass A: pass\na = A()\nr = weakref.ref(a, 5)\na = None\ngc.collect()\nprint('on')\n", 0, "TypeError: .*", has=["on", IGNORED])
Case("a finalizer raises", "import weakref, gc\nclass A: pass\na = A()\nweakref.finalize(a, lambda: 1 / 0)\na = None\ngc.collect()\nprint('on')\n", 0, "ZeroDivisionError: .*", has=["on"])
Case("a finalizer raises at exit", "import weakref\nclass A: pass\na = A()\nweakref.finalize(a, lambda: 1 / 0)\nprint('on')\n", 0, "ZeroDivisionError: .*", has=["on"])
Case("a finalizer exits at exit", "import weakref, sys\nclass A: pass\na = A()\nweakref.finalize(a, print, 'other')\nweakref.finalize(a, sys.exit, 3)\nprint('on')\n", 0, ".*", has=["on"])
Case("atexit raises", "import atexit\natexit.register(print, 'last')\natexit.register(lambda: 1 / 0)\nprint('on')\n", 0, "ZeroDivisionError: .*", has=["on", "last"])
Case("atexit exits", "import atexit, sys\natexit.register(print, 'last')\natexit.register(sys.exit, 3)\nprint('on')\n", 0, ".*", has=["on", "last"])
Case("atexit recurses", "import atexit\ndef f(): f()\natexit.register(f)\n", 0, TOO_DEEP)
Case("atexit registers at exit", "import atexit\natexit.register(lambda: atexit.register(print, 'late'))\n", 0)
Case("__eq__ raises in a dict", "class A:\n    def __hash__(self): return 1\n    def __eq__(self, o): raise ValueError('eq')\n{A(): 1, A(): 2}\n", 1, "ValueError: eq")
Case("__hash__ raises", "class A:\n    def __hash__(self): raise ValueError('hash')\n{A()}\n", 1, "ValueError: hash")
Case("__eq__ empties the dict", "d = {}\nclass A:\n    def __hash__(self): return 1\n    def __eq__(self, o): d.clear(); return False\nfor i in range(20): d[A()] = i\nprint('on')\n", 0, has=["on"])
Case("__eq__ grows the dict", "d = {}\nclass A:\n    n = 0\n    def __hash__(self): return 1\n    def __eq__(self, o):\n        A.n += 1\n        if A.n < 100: d[A.n] = 1\n        return False\nfor i in range(10): d[A()] = i\nprint('on')\n", 0, has=["on"])
Case("__eq__ empties the list", "a = []\nclass A:\n    def __eq__(self, o): a.clear(); return True\na += [A(), A(), A()]\na.remove(5)\nprint(len(a), a)\n", 0, has=["0 []"])
Case("__eq__ empties the list in count, index, in, ==", "a = []\nclass A:\n    def __eq__(self, o): a.clear(); return False\nfor f in (lambda: a.count(5), lambda: a.index(5), lambda: 5 in a, lambda: a == [1, 2, 3], lambda: [1, 2, 3] == a, lambda: a.remove(5), lambda: a != [1, 2, 3]):\n    a[:] = [A(), A(), A()]\n    try: f()\n    except ValueError: pass\nprint('on')\n", 0, has=["on"])
Case("__index__ empties the list", "a = []\nclass I:\n    def __init__(self, i): self.i = i\n    def __index__(self): a.clear(); return self.i\nfor f in (lambda i: a[i], lambda i: a.__setitem__(i, 1), lambda i: a.__delitem__(i), lambda i: a[i:], lambda i: a[:i], lambda i: a[::i], lambda i: a.__delitem__(slice(i, None)), lambda i: a.__setitem__(slice(0, i), [1]), lambda i: a.__setitem__(slice(0, i, 2), [1] * 4), lambda i: a.pop(i), lambda i: a.insert(i, 1), lambda i: a.index(1, i), lambda i: a * i, lambda i: a.__imul__(i)):\n    for n in (7, -3, 2):\n        a[:] = range(8)\n        try: f(I(n))\n        except (IndexError, ValueError): pass\nprint('on')\n", 0, has=["on"])
Case("__lt__ empties the list in sort", "a = []\nclass A:\n    def __lt__(self, o): a.clear(); return True\na += [A() for i in range(20)]\ntry: a.sort()\nexcept ValueError as e: print(e)\nprint('on')\n", 0, has=["on"])
Case("__repr__ empties the container", "a, d, s = [], {}, set()\nclass A:\n    def __repr__(self): a.clear(); d.clear(); s.clear(); return 'A'\na += [A(), A()]\nd.update({A(): A(), A(): A()})\ns |= {A(), A()}\nrepr(a), repr(d), repr(s)\nprint('on')\n", 0, has=["on"])
Case("a generator grows the list that it fills", "a = [1]\ndef g():\n    for i in range(100):\n        a.append(i)\n        yield i\na.extend(g())\na[0:5] = g()\na[::2] = [0] * len(a[::2])\nprint('on')\n", 0, has=["on"])
Case("a key function empties the list", "a = [3, 2, 1]\ndef k(x):\n    a.clear()\n    return x\ntry: a.sort(key=k)\nexcept ValueError as e: print(e)\nprint('on')\n", 0, has=["on"])
Case("an iterator changes the dict", "d = {1: 1}\nclass A:\n    def keys(self): return d\n    def __getitem__(self, k): d[len(d)] = 1; return 1\ntry: d.update(A())\nexcept RuntimeError: pass\nprint('on')\n", 0, has=["on"])
Case("__hash__ changes the set", "s = set()\nclass A:\n    def __hash__(self): s.clear(); return 1\nfor i in range(20):\n    s.add(A())\n    s |= {1, 2, 3}\n    A() in s\n    s.discard(A())\nprint('on')\n", 0, has=["on"])
Case("__mro__ by mro()", "class M(type):\n    def mro(cls): return []\ntry:\n    class A(metaclass=M): pass\nexcept TypeError: pass\nprint('on')\n", 0, has=["on"])
Case("a broken excepthook", "import sys\nsys.excepthook = lambda *a: 1 / 0\nraise ValueError('first')\n", 1, "ValueError: first", has=["Error in sys.excepthook", "ZeroDivisionError"])
Case("excepthook is no function", "import sys\nsys.excepthook = 5\nraise ValueError('first')\n", 1, "ValueError: first", has=["Error in sys.excepthook"])
Case("a broken unraisablehook", "import sys, gc\nsys.unraisablehook = lambda *a: 1 / 0\nclass A:\n    def __del__(self): raise ValueError('del')\na = A()\na = None\ngc.collect()\nprint('on')\n", 0, ".*", has=["on"])
Case("an exception whose text fails", "class E(Exception):\n    def __str__(self): raise ValueError\nraise E\n", 1, "E: <exception str\\(\\) failed>")
Case("an exception whose text is none", "class E(Exception):\n    def __str__(self): return 5\nraise E\n", 1, "E: <exception str\\(\\) failed>")
Case("an exception whose text has surrogates", "raise ValueError('\\ud800')\n", 1, "ValueError: .*")

# ---- exits
Case("exit: status", "import sys\nsys.exit(7)\n", 7)
Case("exit: none", "import sys\nsys.exit()\n", 0)
Case("exit: text", "import sys\nsys.exit('message')\n", 1, "message")
Case("exit: large", "import sys\nsys.exit(256 + 3)\n", 3)
Case("exit: negative", "import sys\nsys.exit(-1)\n", 255)
Case("exit: bool", "import sys\nsys.exit(True)\n", 1)
Case("exit: list", "import sys\nsys.exit([1, 2])\n", 1, "\\[1, 2\\]")
Case("exit: text that fails", "import sys\nclass A:\n    def __str__(self): 1 / 0\nsys.exit(A())\n", 1, ".*")
Case("exit: raise", "raise SystemExit(4)\n", 4)
Case("exit: raise, two values", "raise SystemExit(4, 5)\n", 1, "\\(4, 5\\)")
Case("exit: in a function with finally", "import sys\ntry:\n    sys.exit(3)\nfinally:\n    print('finally')\n", 3, has=["finally"])
Case("exit: caught by except", "import sys\ntry: sys.exit(3)\nexcept SystemExit as e: print('code', e.code)\n", 0, has=["code 3"])
Case("exit: in a module", "import a\n", 6, files={"a.py": "import sys\nsys.exit(6)\n"})
Case("exit: in a thread", "import sys, threading\nt = threading.Thread(target=sys.exit, args=(3,))\nt.start()\nt.join()\nprint('on')\n", 0, has=["on"])
Case("exit: in __repr__", "import sys\nclass A:\n    def __repr__(self): sys.exit(8)\nprint([A()])\n", 8)
Case("exit: in a sort key", "import sys\nsorted([1], key=lambda x: sys.exit(9))\n", 9)
Case("exit: in a generator", "import sys\ndef g():\n    yield 1\n    sys.exit(2)\nlist(g())\n", 2)
Case("exit: in __getattr__", "import sys\nclass A:\n    def __getattr__(self, n): sys.exit(3)\nhasattr(A(), 'x')\n", 3)
Case("exit: in a class body", "import sys\nclass A: sys.exit(4)\n", 4)
Case("exit: in a with statement", "import sys\nclass A:\n    def __enter__(self): pass\n    def __exit__(self, *a): print('exit')\nwith A(): sys.exit(5)\n", 5, has=["exit"])
Case("exit: with atexit and a thread", "import sys, threading, time, atexit\natexit.register(print, 'atexit')\nthreading.Thread(target=lambda: (time.sleep(0.1), print('thread'))).start()\nsys.exit(2)\n", 2, has=["thread\natexit"])
Case("exit: os._exit", "import os\nprint('lost', end='')\nos._exit(9)\n", 9)
Case("an exception in a thread", "import threading\nt = threading.Thread(target=lambda: 1 / 0)\nt.start()\nt.join()\nprint('on')\n", 0, "ZeroDivisionError: .*", has=["on", "Exception in thread"])
Case("KeyboardInterrupt raised", "raise KeyboardInterrupt\n", 130, "KeyboardInterrupt")
Case("KeyboardInterrupt caught", "try: raise KeyboardInterrupt\nexcept KeyboardInterrupt: print('on')\n", 0, has=["on"])

# ---- Ctrl-C
READY = "import sys, time, threading\nprint('ready', flush=True)\n"
for name, code in {
    "a loop": "while True: pass", "a loop that counts": "i = 0\nwhile True: i += 1", "a recursion": "def f(n): return 0 if n == 0 else f(n - 1)\nwhile True: f(100)", "sleep": "time.sleep(100)", "a loop of sleeps": "while True: time.sleep(0.01)",
    "a lock": "l = threading.Lock()\nl.acquire()\nl.acquire()", "a join": "t = threading.Thread(target=time.sleep, args=(100,), daemon=True)\nt.start()\nt.join()", "an event": "threading.Event().wait()",
    "a comprehension": "[i for i in iter(int, 1) if i]", "a generator": "def g():\n    while True: yield\nfor x in g(): pass", "sum of a generator": "sum(0 for i in iter(int, 1))",
    "natives that call the program": "max(iter(lambda: 0, 1))", "allocations": "while True: [[] for i in range(100)]", "an excepting loop": "while True:\n    try: 1 / 0\n    except ZeroDivisionError: pass",
    "beside a busy thread": "def f():\n    while True: pass\nthreading.Thread(target=f, daemon=True).start()\nwhile True: pass", "input": "input()", "a loop in exec": "exec('while True: pass')", "an import": "import busy",
    "a list of an endless iterator": "import itertools\nfor i in itertools.count(): pass", "gc.collect": "import gc\nwhile True: gc.collect()",
    "sorted": "import functools\na = list(range(1000))\nwhile True: sorted(a, key=lambda x: -x)",
}.items():
    pipe = {"stdin": subprocess.PIPE} if name == "input" else {}
    Case("interrupt: " + name, READY + code + "\n", 130, "KeyboardInterrupt", act=interrupt, files={"busy.py": "while True: pass\n"}, **pipe)
Case("interrupt: caught", READY + "try:\n    while True: pass\nexcept KeyboardInterrupt: print('on')\n", 0, has=["on"], act=interrupt)
Case("interrupt: finally", READY + "try:\n    while True: pass\nfinally: print('finally')\n", 130, "KeyboardInterrupt", has=["finally"], act=interrupt)
Case("interrupt: in a callback", "import weakref, gc\nprint('ready', flush=True)\nclass A: pass\ndef f(r):\n    while True: pass\na = A()\nr = weakref.ref(a, f)\na = None\ngc.collect()\nprint('on')\n", 0, "KeyboardInterrupt: ?", has=["on"], act=interrupt)
Case("interrupt: atexit", "import atexit, time\ndef f():\n    print('ready', flush=True)\n    time.sleep(100)\natexit.register(f)\n", 0, "KeyboardInterrupt: ?", act=interrupt)
Case("interrupt: waiting for threads at exit", "import threading, time\nprint('ready', flush=True)\nthreading.Thread(target=time.sleep, args=(2,)).start()\n", 0, "KeyboardInterrupt: ?", act=interrupt)

# ---- streams
FULL = {"stdout": open("/dev/full", "w")} if os.path.exists("/dev/full") else None


def closed(*fds):
    def close():
        for fd in fds:
            os.close(fd)
    return close


Case("stdout closed", "print('x')\nprint('y')\n", 0, ".*", stdout=None, preexec_fn=closed(1))
Case("stderr closed", "import sys\nprint('x', file=sys.stderr)\nraise ValueError\n", 1, stderr=None, preexec_fn=closed(2))
Case("all closed", "import sys\nprint('x')\ninput() if sys.stdin else 0\nraise ValueError\n", 1, stdin=None, stdout=None, stderr=None, preexec_fn=closed(0, 1, 2))
Case("stdin closed", "input()\n", 1, "(RuntimeError|EOFError|OSError): .*", stdin=None, preexec_fn=closed(0))
Case("end of stdin", "input()\n", 1, "EOFError: EOF when reading a line")
Case("sys.stdout deleted", "import sys\ndel sys.stdout\nprint('x')\n", 1, "RuntimeError: lost sys.stdout")
Case("sys.stdout is None", "import sys\nsys.stdout = None\nprint('x')\n", 0)
Case("sys.stdout is a number", "import sys\nsys.stdout = 5\nprint('x')\n", 120, "AttributeError: 'int' object has no attribute 'flush'", has=["'int' object has no attribute 'write'"])
Case("sys.stderr is a number", "import sys\nsys.stderr = 5\nraise ValueError('x')\n", 1, ".*")
Case("sys.stdout closed", "import sys\nsys.stdout.close()\nprint('x')\n", 1, "ValueError: I/O operation on closed file.*")
Case("surrogates printed", "print('\\ud800')\n", 1, "UnicodeEncodeError: .*")
if FULL:
    Case("stdout full", "print('x' * 100000)\n", 1, "OSError: \\[Errno 28\\] No space left on device", **FULL)
    Case("stdout full at exit", "print('x')\n", 120, ".*", has=["No space left on device"], **FULL)
Case("stdout is a pipe that is closed", "import sys\nfor i in range(100000): print('x' * 100)\n", 1, ".*BrokenPipeError.*", act=lambda p: p.stdout.close())
Case("REPL: errors, then on", None, 0, has=["ZeroDivisionError", "SyntaxError", "42"], args=[], stdin=subprocess.PIPE, act=lambda p: (p.stdin.write(b"1 / 0\n1 +\nprint(6 * 7)\n"), p.stdin.flush()), last=".*")
Case("REPL: exit", None, 3, args=[], stdin=subprocess.PIPE, act=lambda p: (p.stdin.write(b"import sys\nsys.exit(3)\n"), p.stdin.flush()), last=".*")
Case("REPL: binary", None, 0, args=[], stdin=subprocess.PIPE, act=lambda p: (p.stdin.write(bytes(range(256)) + b"\nprint(6 * 7)\n"), p.stdin.flush()), last=".*", has=["42"])

# ---- deaths at exit
DEL = "import sys\nclass A:\n    def __init__(self, n): self.n = n\n    def __del__(self):\n        "
Case("exit: each __del__ makes another", DEL + "A(self.n + 1)\na = A(0)\n", 0, "")
Case("exit: all resurrect", DEL + "sys.__dict__.setdefault('kept', []).append(self)\nall = [A(n) for n in range(1000)]\n", 0, "")
Case("exit: recursion", DEL + "self.__del__()\na = A(0)\n", 0, "RecursionError: maximum recursion depth exceeded.*", has=["Exception ignored in"])
Case("exit: empties sys", DEL + "sys.__dict__.clear(); print(1)\na, b = A(0), A(1)\nsys.stdout.flush()\n", 0, "RuntimeError: lost sys.stdout", has=["Exception ignored in"])
Case("exit: a thread in __del__", "import threading\n" + DEL + "threading.Thread(target=print).start()\na = A(0)\n", 0, "RuntimeError: can't create new thread at interpreter shutdown")
Case("exit: exit functions in __del__", "import atexit\n" + DEL + "atexit.register(print, 'never'); atexit._run_exitfuncs(); print('on')\na = A(0)\n", 0, has=["on"])
Case("exit: collects its own class", "import gc\n" + DEL + "del A.__del__; globals().clear(); gc.collect(); raise ValueError(1)\n" .replace("gc.collect", "__import__('gc').collect") + "a = A(0)\n", 0, ".*(ValueError: 1|NameError.*|ImportError.*|KeyError.*)")
Case("exit: the hook collects", "import gc\n" + DEL + "raise ValueError(1)\ndef hook(u):\n    del u\n    gc.collect()\n    1 / 0\ndef hang(n):\n    sys.unraisablehook = hook\na, b = A(0), A(1)\nA.__init__ = hang\nclass B:\n    def __del__(self): sys.unraisablehook = hook\nb0 = B()\nc = [A.__new__(A) for i in range(9)]\n", 0, ".*", has=["Exception ignored in"])
Case("exit: no collections", "a = 1\n" + DEL + "print('dies')\na = A(0)\n", 0, "", args=["--no-collect", "-c", DEL + "print('dies')\na = A(0)\n"])
Case("exit: interrupt in __del__", DEL + "print('ready', flush=True)\n        while True: pass\na, b = A(0), 1\n", 0, "KeyboardInterrupt: ?", act=interrupt)
Case("exit: memory runs out in __del__", DEL + "l = [0]\n        while True: l = l + l\na, b = A(0), A(1)\n", 0, "MemoryError: ?", memory=MEMORY)


def main():
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    failures, chosen = 0, [c for c in cases if not SELECTED or any(s in c.name for s in SELECTED)]
    for case in chosen:
        started = time.monotonic()
        problem = case.run()
        seconds = time.monotonic() - started
        if problem:
            failures += 1
            print(f"{case.name}: {problem}", flush=True)
        elif seconds > 8:
            print(f"{case.name}: took {seconds:.0f} s", flush=True)
    print(f"{len(chosen)} cases, failures: {failures}")
    return failures != 0


if __name__ == "__main__":
    sys.exit(main())
