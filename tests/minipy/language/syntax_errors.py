"""What is no program: the kind of error, its text and its line."""
for text in ("def f():\n nonlocal q", "nonlocal x", "def f(a):\n global a", "def f():\n a = 1\n global a", "def f():\n print(a)\n nonlocal a", "def f(a, a): pass", "def f(a=1, b): pass", "lambda *, **k: 0", "def f(*): pass", "return 1", "yield 1", "break", "continue",
             "class A:\n return 1", "[x for x in range(3) if (yield x)]", "f(a=1, a=2)", "f(**k, *a)", "f(a=1, 2)", "f(x for x in y, 1)", "def f(): x: int; global x", "a.b: int = 1; c[0]: int", "(a): int = 1", "1 = x", "f() = 1", "None = 1", "x + 1 = 2", "del f()", "del 1", "for 1 in x: pass",
             "with a as 1: pass", "import a.b as c.d", "from . import *\n", "def f():\n from a import *", "[a, b] += 1", "(a, b): int", "x = *a", "*a = 1", "*a, *b = 1", "*a", "print(*a, **k)", "f(**a, b)", "{**a, 1}", "{1: 2, 3}", "{1, 2: 3}", "try: pass", "try: pass\nexcept: pass\nexcept A: pass", "else: pass",
             "if 1: pass\n  x", "if 1:\npass", " x", "def f():\n\tx\n        y", "x = (1", "x = 1)", "x = [1)", "'abc", "x = 'a\nb'", "a b", "1a", "0777", "0x", "1__0", "a = 5 5", "assert", "raise a from", "from x import", "import", "x ==", "not", "lambda", "a if b", "class", "def", "@a", "@a\nx = 1",
             "f'{'", "f'{}'", "f'{a b}'", "f'{a!z}'", "f'}'", "f'{a:{b:{c}}}'", "b'é'", "'\\x1'", "'\\u12'", "\\", "x = $", "x = ?", "a ? b", "x!", "`a`", "x <> y", "print 'a'", "exec 'a'", "a := 1", "(a := 1)", "f(a := 1)", "(a.b := 1)", "x = yield", "global x; x = 1", "match = 1; case = match", "if x = 1: pass", "while x = 1: pass", "f(a.b=1)", "f(1=2)", "f(None=1)", "True = 1", "def None(): pass", "class True: pass", "import None", "for x in: pass", "for in y: pass", "with: pass", "x = {1:}", "x = {:1}", "x[]", "x[1:2, ::3, ...]", "x[*a]", "...", "pass; pass;", ";", "x = 1;;"):
    try:
        compile(text, "<t>", "exec")
        print(repr(text), "compiles")
    except SyntaxError as e:
        print(repr(text), type(e).__name__, e.msg, e.lineno)
