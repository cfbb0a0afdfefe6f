"""Helpers for tests with threads."""

import _thread
import contextlib
import functools
import threading
import time

from test import support


def _count():
    return _thread._count() if hasattr(_thread, '_count') else threading.active_count() - 1


def threading_setup():
    """What threading_cleanup() shall be given later."""
    return _count(), threading.active_count()


def threading_cleanup(*original_values):
    """Wait a second for the threads that a test has started."""
    for _ in range(100):
        if _count() <= original_values[0] and threading.active_count() <= original_values[1]:
            return
        support.gc_collect()
        time.sleep(0.01)
    support.print_warning('threading_cleanup() failed to clean up %d threads (count: %d)'
                          % (_count() - original_values[0], _count()))


def reap_threads(func):
    """Decorator for tests that start threads."""
    @functools.wraps(func)
    def decorator(*args):
        key = threading_setup()
        try:
            return func(*args)
        finally:
            threading_cleanup(*key)
    return decorator


@contextlib.contextmanager
def wait_threads_exit(timeout=None):
    """Wait at the end for all threads that were started within, also with _thread.start_new_thread()."""
    timeout = support.SHORT_TIMEOUT if timeout is None else timeout
    old_count = _count()
    try:
        yield
    finally:
        for _ in support.sleeping_retry(timeout, 'threads did not end', error=False):
            if _count() <= old_count:
                break
        else:
            raise AssertionError('wait_threads() failed to cleanup %d threads after %.1f seconds (count: %d, '
                                 'old count: %d)' % (_count() - old_count, timeout, _count(), old_count))


def join_thread(thread, timeout=None):
    """Join a thread, which shall end before the time is over."""
    timeout = support.SHORT_TIMEOUT if timeout is None else timeout
    thread.join(timeout)
    if thread.is_alive():
        raise AssertionError('failed to join the thread in %.1f seconds' % timeout)


@contextlib.contextmanager
def start_threads(threads, unlock=None):
    """Start the threads; at the end call unlock() and join them."""
    started = []
    try:
        for thread in threads:
            thread.start()
            started.append(thread)
        yield
    finally:
        if unlock:
            unlock()
        end = time.monotonic() + 60
        for thread in started:
            thread.join(max(0.01, end - time.monotonic()))
        alive = [thread for thread in started if thread.is_alive()]
        started = threads = None
        if alive:
            raise AssertionError('Unable to join %d threads' % len(alive))


class catch_threading_exception:
    """Keeps what threading.excepthook is given: exc_type, exc_value, exc_traceback, thread."""

    def __init__(self):
        self.exc_type = self.exc_value = self.exc_traceback = self.thread = None
        self._old_hook = None

    def _hook(self, args):
        self.exc_type, self.exc_value = args.exc_type, args.exc_value
        self.exc_traceback, self.thread = args.exc_traceback, args.thread

    def __enter__(self):
        self._old_hook = threading.excepthook
        threading.excepthook = self._hook
        return self

    def __exit__(self, *exc_info):
        threading.excepthook = self._old_hook
        del self.exc_type, self.exc_value, self.exc_traceback, self.thread


def requires_working_threading(*, module=False):
    """Decorator for tests that need threads, or with module=True a check at once: there are always threads."""
    return None if module else lambda test: test
