"""The part of CPython's test.support that tests of the language use; nothing on memory limits, sockets, locales."""

import contextlib
import gc
import io
import os
import sys
import time
import unittest

verbose = 1
use_resources = None            # None: all resources may be used
failfast = False
PGO = False
Py_DEBUG = False
HAVE_DOCSTRINGS = True
MISSING_C_DOCSTRINGS = False
MS_WINDOWS = is_jython = is_android = is_emscripten = is_wasi = False
has_fork_support = has_subprocess_support = True
LOOPBACK_TIMEOUT = 5.0
INTERNET_TIMEOUT = 60.0
SHORT_TIMEOUT = 30.0
LONG_TIMEOUT = 5 * 60.0


class Error(Exception):
    """Base class of the exceptions of this module."""


class TestFailed(Error):
    """A test failed."""


class TestDidNotRun(Error):
    """There was no test to run."""


class ResourceDenied(unittest.SkipTest):
    """A test asks for a resource that may not be used."""


# Which tests run

def is_resource_enabled(resource):
    return use_resources is None or resource in use_resources


def requires(resource, msg=None):
    if not is_resource_enabled(resource):
        raise ResourceDenied(msg or 'Use of the %r resource not enabled' % resource)


def requires_resource(resource):
    return unittest.skipUnless(is_resource_enabled(resource), 'resource %r is not enabled' % resource)


def check_impl_detail(**guards):
    """Whether the implementation is among those named; all guards are true or all are false. Default: cpython=True."""
    guards = guards or {'cpython': True}
    values = set(guards.values())
    assert len(values) == 1, 'guards have to be all true or all false'
    return guards.get(sys.implementation.name, not values.pop())


def impl_detail(msg=None, **guards):
    if check_impl_detail(**guards):
        return _as_it_is
    if msg is None:
        names = ' or '.join(sorted(guards or ['cpython']))
        msg = 'implementation detail %s %s' % ('specific to' if all(guards.values()) else 'not available on', names)
    return unittest.skip(msg)


def cpython_only(test):
    return impl_detail(cpython=True)(test)


def _as_it_is(test):
    return test


def _harmless(*args, **kwargs):
    """A decorator's maker, or a decorator, that changes nothing."""
    return args[0] if len(args) == 1 and callable(args[0]) else _as_it_is


requires_subprocess = requires_fork = requires_docstrings = requires_debug_ranges = _harmless
skip_if_sanitizer = skip_if_buildbot = skip_if_pgo_task = skip_if_buggy_ucrt_strfptime = _harmless
skip_if_broken_multiprocessing_synchronize = no_tracing = _harmless
refcount_test = cpython_only


def anticipate_failure(condition):
    return unittest.expectedFailure if condition else _as_it_is


def get_attribute(obj, name):
    try:
        return getattr(obj, name)
    except AttributeError:
        raise unittest.SkipTest('object %r has no attribute %r' % (obj, name)) from None


def run_unittest(*classes):
    """Run test classes, suites, and modules given by name."""
    suite = unittest.TestSuite()
    for item in classes:
        if isinstance(item, str):
            suite.addTest(unittest.defaultTestLoader.loadTestsFromModule(sys.modules[item]))
        elif isinstance(item, (unittest.TestSuite, unittest.TestCase)):
            suite.addTest(item)
        else:
            suite.addTest(unittest.makeSuite(item))
    result = unittest.TextTestRunner(verbosity=2 if verbose else 1, failfast=failfast).run(suite)
    if not result.testsRun and not result.skipped:
        raise TestDidNotRun
    if not result.wasSuccessful():
        texts = [text for _, text in result.errors + result.failures]
        raise TestFailed(texts[0] if len(texts) == 1 else 'multiple errors occurred')


# Memory

def gc_collect():
    """Collect garbage, also what finalizers and callbacks have let go of."""
    for _ in range(3):
        gc.collect()


@contextlib.contextmanager
def disable_gc():
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def check_free_after_iterating(test, iter, cls, args=()):
    """An iterator that has come to its end keeps nothing alive."""
    done = False

    class A(cls):
        def __del__(self):
            nonlocal done
            done = True
            try:
                next(it)
            except StopIteration:
                pass

    it = iter(A(*args))
    test.assertRaises(StopIteration, next, it)
    gc_collect()
    test.assertTrue(done)


# Things that are put in place of others for a while

@contextlib.contextmanager
def swap_attr(obj, attr, new_val):
    """Set an attribute; the value of `as` is the old one, or None if it was not there."""
    missing = object()
    old = getattr(obj, attr, missing)
    setattr(obj, attr, new_val)
    try:
        yield None if old is missing else old
    finally:
        if old is not missing:
            setattr(obj, attr, old)
        elif hasattr(obj, attr):
            delattr(obj, attr)


@contextlib.contextmanager
def swap_item(obj, item, new_val):
    missing = object()
    old = obj[item] if item in obj else missing
    obj[item] = new_val
    try:
        yield None if old is missing else old
    finally:
        if old is not missing:
            obj[item] = old
        elif item in obj:
            del obj[item]


@contextlib.contextmanager
def captured_output(stream_name):
    old = getattr(sys, stream_name)
    setattr(sys, stream_name, io.StringIO())
    try:
        yield getattr(sys, stream_name)
    finally:
        setattr(sys, stream_name, old)


def captured_stdout():
    return captured_output('stdout')


def captured_stderr():
    return captured_output('stderr')


def captured_stdin():
    return captured_output('stdin')


class catch_unraisable_exception:
    """Keeps what sys.unraisablehook is given as `unraisable` until the end of the `with` statement."""

    def __init__(self):
        self.unraisable = None
        self._old_hook = None

    def _hook(self, unraisable):
        self.unraisable = unraisable

    def __enter__(self):
        self._old_hook = sys.unraisablehook
        sys.unraisablehook = self._hook
        return self

    def __exit__(self, *exc_info):
        sys.unraisablehook = self._old_hook
        del self.unraisable


@contextlib.contextmanager
def set_recursion_limit(limit):
    old = sys.getrecursionlimit()
    sys.setrecursionlimit(limit)
    try:
        yield
    finally:
        sys.setrecursionlimit(old)


def infinite_recursion(max_depth=100):
    """Runaway recursion soon ends, with the limit lowered by as much as the frames around it may need."""
    return set_recursion_limit(min(sys.getrecursionlimit(), max_depth + 100))


class SuppressCrashReport:
    """There are no crash reports."""

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        pass


def setswitchinterval(interval):
    pass


# Objects to compare with

class _ALWAYS_EQ:
    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False


class _NEVER_EQ:
    def __eq__(self, other):
        return False

    def __ne__(self, other):
        return True

    def __hash__(self):
        return 1


class _LARGEST:
    def __eq__(self, other):
        return isinstance(other, _LARGEST)

    def __lt__(self, other):
        return False

    def __le__(self, other):
        return self == other

    def __gt__(self, other):
        return not self == other

    def __ge__(self, other):
        return True


class _SMALLEST:
    def __eq__(self, other):
        return isinstance(other, _SMALLEST)

    def __lt__(self, other):
        return not self == other

    def __le__(self, other):
        return True

    def __gt__(self, other):
        return False

    def __ge__(self, other):
        return self == other


ALWAYS_EQ = _ALWAYS_EQ()
NEVER_EQ = _NEVER_EQ()
LARGEST = _LARGEST()
SMALLEST = _SMALLEST()


# Small helpers

def check_syntax_error(testcase, statement, errtext='', *, lineno=None, offset=None):
    with testcase.assertRaisesRegex(SyntaxError, errtext) as context:
        compile(statement, '<test string>', 'exec')
    testcase.assertIsNotNone(context.exception.lineno)
    if lineno is not None:
        testcase.assertEqual(context.exception.lineno, lineno)


def check_disallow_instantiation(testcase, tp, *args, **kwds):
    testcase.assertRaisesRegex(TypeError, 'cannot create', tp, *args, **kwds)


def sortdict(dict):
    """Like repr(dict), in the order of the keys."""
    return '{%s}' % ', '.join(['%r: %r' % pair for pair in sorted(dict.items())])


def print_warning(msg):
    for line in msg.splitlines():
        print('Warning -- ' + line, file=sys.stderr, flush=True)


def flush_std_streams():
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()


def args_from_interpreter_flags():
    return []


def busy_retry(timeout, err_msg=None, /, *, error=True):
    """Iterator that ends after `timeout` seconds, with an error unless error=False."""
    end = time.monotonic() + timeout
    while True:
        yield
        if time.monotonic() >= end:
            break
    if error:
        raise AssertionError('timeout (%.1f seconds)%s' % (timeout, ': ' + err_msg if err_msg else ''))


def sleeping_retry(timeout, err_msg=None, /, *, init_delay=0.010, max_delay=1.0, error=True):
    delay = init_delay
    for _ in busy_retry(timeout, err_msg, error=error):
        yield
        time.sleep(delay)
        delay = min(delay * 2, max_delay)


def wait_process(pid, *, exitcode, timeout=None):
    """Wait for a child, which shall end with that exit code."""
    for _ in sleeping_retry(LONG_TIMEOUT if timeout is None else timeout, 'process %d is still running' % pid):
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            break
    found = os.waitstatus_to_exitcode(status)
    if found != exitcode:
        raise AssertionError('process %d exited with code %d, but exit code %d was expected' % (pid, found, exitcode))


def reap_children():
    """Take note of all children that have ended."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except OSError:
        pass
