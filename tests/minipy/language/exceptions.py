"""try, except, else, finally with all jumps; raise, causes, contexts; the exceptions themselves."""
import sys
from each import tried


def flow(kind):
    out = []
    for i in range(3):
        try:
            out.append(f"try{i}")
            if kind == "break": break
            if kind == "continue": continue
            if kind == "return": return out
            if kind == "raise": raise ValueError(i)
            if kind == "inner":
                try:
                    raise KeyError(i)
                finally:
                    out.append("inner finally")
        except ValueError as e:
            out.append(f"except {e}")
        except (KeyError, IndexError) as e:
            out.append(f"key {e}")
        else:
            out.append("else")
        finally:
            out.append(f"finally{i}")
    else:
        out.append("for else")
    return out


for kind in ("none", "break", "continue", "return", "raise", "inner"):
    print(kind, flow(kind))


def finally_overrides(how):
    for _ in range(1):
        try:
            if how == "raise": raise ValueError("lost")
            return "from try"
        finally:
            if how == "return": return "from finally"
            if how == "break": break
            if how == "continue": continue
            if how == "raise": return "swallowed"
    return "after"


print([finally_overrides(h) for h in ("plain", "return", "break", "continue", "raise")])


def return_value_kept():
    x = 1
    try:
        return x
    finally:
        x = 2


def nested_finally():
    log = []
    def f():
        try:
            try:
                log.append(1)
                return "r"
            finally:
                log.append(2)
        finally:
            log.append(3)
    return f(), log


def raise_in_finally():
    try:
        try:
            raise ValueError("first")
        finally:
            raise KeyError("second")
    except KeyError as e:
        return repr(e), repr(e.__context__), e.__cause__


def raise_in_except():
    try:
        try:
            raise ValueError("first")
        except ValueError:
            undefined
    except NameError as e:
        return e, repr(e.__context__), e.__suppress_context__


def raise_from():
    try:
        try:
            raise ValueError("first")
        except ValueError as v:
            raise KeyError("second") from v
    except KeyError as e:
        return repr(e.__cause__), repr(e.__context__), e.__suppress_context__


def raise_from_none():
    try:
        try:
            raise ValueError
        except ValueError:
            raise KeyError from None
    except KeyError as e:
        return e.__cause__, repr(e.__context__), e.__suppress_context__


def reraise():
    try:
        try:
            raise ValueError("again")
        except ValueError:
            raise
    except ValueError as e:
        return e.args, e.__context__


def name_deleted():
    e = "outer"
    try:
        raise ValueError
    except ValueError as e:
        pass
    try:
        return e
    except UnboundLocalError as u:
        return str(u)


print(return_value_kept(), nested_finally(), raise_in_finally(), raise_in_except(), raise_from(), raise_from_none(), reraise(), name_deleted())
print(tried(exec, "raise"), tried(exec, "raise 5"), tried(exec, "raise int"), tried(exec, "raise ValueError from 5"), tried(exec, "try:\n 1/0\nexcept 5: pass"), tried(exec, "try:\n 1/0\nexcept (ValueError, 'a'): pass"), tried(exec, "raise ValueError"), tried(exec, "raise ValueError()"), tried(exec, "raise (ValueError, 1)"), tried(exec, "raise None"))


def handled():
    out = [sys.exc_info()[0]]
    try:
        raise ValueError("a")
    except ValueError:
        out.append(sys.exc_info()[0].__name__)
        try:
            raise KeyError
        except KeyError:
            out.append(sys.exc_info()[0].__name__)
        out.append(sys.exc_info()[0].__name__)
        def inner(): return sys.exc_info()[0].__name__
        out.append(inner())
    out.append(sys.exc_info()[0])
    return out


print(handled())


class MyError(Exception):
    def __init__(self, code, *more):
        super().__init__(code, *more)
        self.code = code

    def __str__(self):
        return f"my {self.code}"


class Child(MyError): pass


try:
    raise Child(5, "x")
except MyError as e:
    print(e, repr(e), e.args, e.code, type(e).__mro__[1].__name__, isinstance(e, Exception))
for make in (lambda: ValueError(), lambda: ValueError("a"), lambda: ValueError("a", 2), lambda: KeyError("k"), lambda: KeyError(), lambda: KeyError(1, 2), lambda: OSError(2, "msg"), lambda: OSError(2, "msg", "file"), lambda: OSError("only"), lambda: StopIteration(5), lambda: SystemExit(3), lambda: UnicodeError("u"), lambda: SyntaxError("bad"), lambda: AttributeError("attr"), lambda: ImportError("imp", name="n", path="p"), lambda: NameError("nm"), lambda: IndexError(()), lambda: BaseException(None), lambda: FileNotFoundError(2, "no", "f"), lambda: AssertionError([1]), lambda: RecursionError("r"), lambda: Exception({"a": 1}), lambda: KeyboardInterrupt(), lambda: GeneratorExit()):
    e = make()
    print(repr(e), "|", str(e), "|", e.args, type(e).__base__.__name__)
e = OSError(2, "msg", "file")
print(e.errno, e.strerror, e.filename, type(e).__name__, type(OSError(13, "x")).__name__, type(OSError(17, "x")).__name__, StopIteration(7).value, SystemExit(4).code, SystemExit().code, ImportError("x", name="y").name)
e = ValueError("v")
print(e.with_traceback(None) is e, e.__traceback__, e.__cause__, e.__context__, e.__suppress_context__, tried(lambda: setattr(e, "args", 5)), tried(lambda: setattr(e, "__cause__", 5)), tried(lambda: setattr(e, "__traceback__", 5)), tried(lambda: ValueError(x=1)), hasattr(e, "x"))
e.args = (1, 2)
e.note = "own"
e.add_note("a note")
print(e, e.note, e.__dict__.get("note"), e.__notes__, tried(e.add_note, 5), ValueError("a") == ValueError("a"), issubclass(KeyError, LookupError), issubclass(RecursionError, RuntimeError), issubclass(ModuleNotFoundError, ImportError), IOError is OSError, EnvironmentError is OSError, issubclass(BlockingIOError, OSError), issubclass(ConnectionError, OSError))


def deep(n):
    if n: deep(n - 1)
    raise ValueError("deep")


try:
    deep(3)
except ValueError as e:
    tb, lines = e.__traceback__, []
    while tb:
        lines.append(tb.tb_lineno)
        tb = tb.tb_next
    print(lines)
try:
    assert 1 == 2, "message"
except AssertionError as e:
    print(repr(e))
try:
    assert []
except AssertionError as e:
    print(repr(e))
try:
    try:
        1 / 0
    except ZeroDivisionError as first:
        try:
            {}["x"]
        except KeyError as second:
            [][0]
except IndexError as third:
    chain = []
    while third:
        chain.append(type(third).__name__)
        third = third.__context__
    print(chain)
context = None
try:
    raise ValueError("cycle")
except ValueError as e:
    try:
        raise e
    except ValueError as f:
        print(f is e, f.__context__)


class Matches(type):
    def __instancecheck__(cls, x): return True
    def __subclasscheck__(cls, x): return True


class Any(Exception, metaclass=Matches): pass


try:
    try:
        raise ValueError("unmatched")
    except Any:
        print("wrong")
except ValueError as e:
    print("real classes only:", e)


def unraisable_in_gen():
    try:
        yield 1
    except GeneratorExit:
        print("closed")
        raise


g = unraisable_in_gen()
next(g)
g.close()
while True:
    try:
        try:
            continue_once
        except NameError:
            pass
        break
    finally:
        print("loop finally")
for i in range(2):
    try:
        pass
    finally:
        if i == 0:
            continue
    print("second only", i)
def multi():
    try: return 1
    except: return 2
    else: return 3
    finally: print("f")
print(multi(), sys.exc_info())
def yield_in_finally():
    try:
        yield 1
        raise ValueError("x")
    finally:
        yield 2
try:
    for v in yield_in_finally(): print(v)
except ValueError as e: print("after yields", e)
