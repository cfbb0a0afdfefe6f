"""Threads and what keeps them in step, on `_thread`; no stack_size, no settrace, no native ids.

Nothing here refers to a finished thread. When a Thread ends, what `local` objects have for it goes; for threads of
_thread.start_new_thread() it stays until a Thread gets the same identifier.
"""

import _thread
import atexit
import sys
import weakref
from _thread import RLock, allocate_lock as Lock, get_ident, stack_size
from time import monotonic

ThreadError = RuntimeError
TIMEOUT_MAX = 4294967.0


# Threads

_lock = RLock()                 # of the tables below; finalizers may come in at any time
_active = {}                    # thread identifier -> Thread
_starting = []
_count = 0


class Thread:
    """A thread that calls target(*args, **kwargs), or run() of a subclass."""

    def __init__(self, group=None, target=None, name=None, args=(), kwargs=None, *, daemon=None):
        if group is not None:
            raise AssertionError('group argument must be None for now')
        self._target = target
        self._args = args
        self._kwargs = kwargs or {}
        self._name = str(name) if name is not None else self._new_name(target)
        self._daemon = current_thread().daemon if daemon is None else daemon
        self._ident = None
        self._started = Event()
        self._stopped = False
        self._running = Lock()          # held by the thread as long as it runs

    def _new_name(self, target):
        global _count
        with _lock:
            _count += 1
            name = 'Thread-%d' % _count
        function = getattr(target, '__name__', None)
        return name if function is None else '%s (%s)' % (name, function)

    def start(self):
        self._check_initialized()
        with _lock:
            if self._started.is_set() or self in _starting:
                raise RuntimeError('threads can only be started once')
            _starting.append(self)
        self._running.acquire()
        try:
            _thread.start_new_thread(self._bootstrap, (), {})
        except Exception:
            self._running.release()
            with _lock:
                _starting.remove(self)
            raise
        self._started.wait()

    def run(self):
        """What the thread does; the reference to the target is dropped afterwards."""
        try:
            if self._target is not None:
                self._target(*self._args, **self._kwargs)
        finally:
            self._target = self._args = self._kwargs = None

    def _bootstrap(self):
        ident = self._ident = get_ident()
        _forget_locals(ident)
        with _lock:
            _active[ident] = self
            _starting.remove(self)
        self._started.set()
        try:
            self.run()
        except BaseException as exc:
            _report(exc, self)
        finally:
            _forget_locals(ident)
            self._stopped = True
            with _lock:
                del _active[ident]
            self._running.release()

    def join(self, timeout=None):
        self._check_initialized()
        if not self._started.is_set():
            raise RuntimeError('cannot join thread before it is started')
        if self is current_thread():
            raise RuntimeError('cannot join current thread')
        if timeout is None:
            self._running.acquire()
        elif not self._running.acquire(True, max(0, timeout)):
            return
        self._running.release()

    def is_alive(self):
        self._check_initialized()
        return self._started.is_set() and not self._stopped

    def _check_initialized(self):
        if getattr(self, '_started', None) is None:
            raise RuntimeError('thread.__init__() not called')

    @property
    def ident(self):
        return self._ident

    @property
    def name(self):
        return self._name

    @name.setter
    def name(self, name):
        self._name = str(name)

    @property
    def daemon(self):
        return self._daemon

    @daemon.setter
    def daemon(self, daemon):
        self._check_initialized()
        if self._started.is_set():
            raise RuntimeError('cannot set daemon status of active thread')
        self._daemon = daemon

    def __repr__(self):
        state = 'stopped' if self._stopped else 'started' if self._started.is_set() else 'initial'
        state += ' daemon' if self._daemon else ''
        state += ' %s' % self._ident if self._ident is not None else ''
        return '<%s(%s, %s)>' % (type(self).__name__, self._name, state)


class _ForeignThread(Thread):
    """Stands for a thread that was not started by this module."""

    def __init__(self, name, daemon):
        Thread.__init__(self, name=name, daemon=daemon)
        self._ident = get_ident()
        self._started.set()
        self._running.acquire()


class Timer(Thread):
    """A thread that calls a function after some seconds, unless cancel() comes first."""

    def __init__(self, interval, function, args=None, kwargs=None):
        Thread.__init__(self)
        self.interval = interval
        self.function = function
        self.args = args if args is not None else []
        self.kwargs = kwargs if kwargs is not None else {}
        self.finished = Event()

    def cancel(self):
        self.finished.set()

    def run(self):
        self.finished.wait(self.interval)
        if not self.finished.is_set():
            self.function(*self.args, **self.kwargs)
        self.finished.set()


def current_thread():
    """The running thread; a new stand-in each time for one that this module did not start."""
    thread = _active.get(get_ident())
    return thread if thread is not None else _ForeignThread('Dummy-%d' % get_ident(), True)


def main_thread():
    return _main_thread


def enumerate():
    with _lock:
        return list(_active.values()) + list(_starting)


def active_count():
    with _lock:
        return len(_active) + len(_starting)


class ExceptHookArgs:
    """What excepthook() gets: exc_type, exc_value, exc_traceback, thread."""

    def __init__(self, args):
        self.exc_type, self.exc_value, self.exc_traceback, self.thread = args


def excepthook(args, /):
    """Write what ended a thread to sys.stderr."""
    if args.exc_type is SystemExit or sys.stderr is None:
        return
    from _minipy import format_exception
    name = args.thread.name if args.thread is not None else get_ident()
    sys.stderr.write('Exception in thread %s:\n%s' % (name, format_exception(args.exc_value)))
    sys.stderr.flush()


__excepthook__ = excepthook


def _report(exc, thread):
    try:
        excepthook(ExceptHookArgs((type(exc), exc, exc.__traceback__, thread)))
    except Exception as other:
        sys.excepthook(type(other), other, other.__traceback__)


def _shutdown():
    """Wait for all threads that are no daemons; called when the program ends."""
    here = get_ident()
    while True:
        threads = [thread for thread in enumerate()
                   if not thread.daemon and thread is not _main_thread and thread.ident != here]
        if not threads:
            return
        while threads:
            thread = threads.pop()
            thread._started.wait()
            thread.join()


def _after_fork():
    """In a forked child, where only the thread that forked goes on: it is the main thread now, and the others have ended."""
    global _lock, _main_thread
    _lock = RLock()
    ident = get_ident()
    current = _active.get(ident)
    if current is None:
        current = _ForeignThread('MainThread', False)
    for thread in list(_active.values()) + _starting:
        if thread is not current:
            thread._started._cond = Condition(Lock())       # who held these locks cannot let go of them
            thread._running = Lock()
            thread._stopped = True
    _starting.clear()
    _active.clear()
    _main_thread = _active[ident] = current


# Values of one thread

_locals = []                    # weak references to all local objects


def _forget_locals(ident):
    for reference in list(_locals):
        obj = reference()
        if obj is not None:
            object.__getattribute__(obj, '_local_dicts').pop(ident, None)


class local:
    """An object whose attributes each thread has for itself."""

    def __new__(cls, /, *args, **kwargs):
        if (args or kwargs) and cls.__init__ is object.__init__:
            raise TypeError('Initialization arguments are not supported')
        self = object.__new__(cls)
        object.__setattr__(self, '_local_args', (args, kwargs))
        object.__setattr__(self, '_local_dicts', {get_ident(): {}})
        _locals.append(weakref.ref(self, _locals.remove))
        return self

    def __getattribute__(self, name):
        values = _local_values(self)
        if name == '__dict__':
            return values
        return values[name] if name in values else object.__getattribute__(self, name)

    def __setattr__(self, name, value):
        if name == '__dict__':
            raise AttributeError('%r object attribute %r is read-only' % (type(self).__name__, name))
        values = _local_values(self)
        if hasattr(type(getattr(type(self), name, None)), '__set__'):
            object.__setattr__(self, name, value)
        else:
            values[name] = value

    def __delattr__(self, name):
        values = _local_values(self)
        if name not in values:
            raise AttributeError(name)
        del values[name]


def _local_values(obj):
    """The attributes of a local object in this thread, made at the first access."""
    dicts = object.__getattribute__(obj, '_local_dicts')
    values = dicts.get(get_ident())
    if values is None:
        values = dicts[get_ident()] = {}
        args, kwargs = object.__getattribute__(obj, '_local_args')
        type(obj).__init__(obj, *args, **kwargs)
    return values


# Waiting for each other

class Condition:
    """A lock, with waiting until another thread says that something has changed."""

    def __init__(self, lock=None):
        self._lock = lock = RLock() if lock is None else lock
        self.acquire = lock.acquire
        self.release = lock.release
        for name in ('_release_save', '_acquire_restore', '_is_owned'):
            if hasattr(lock, name):
                setattr(self, name, getattr(lock, name))
        self._waiters = []

    def __enter__(self):
        return self._lock.__enter__()

    def __exit__(self, *args):
        return self._lock.__exit__(*args)

    def __repr__(self):
        return '<Condition(%s, %d)>' % (self._lock, len(self._waiters))

    # For locks that do not have these three themselves.

    def _release_save(self):
        """Let go of the lock; the answer is how often it was held."""
        self._lock.release()
        count = 1
        if isinstance(self._lock, type(RLock())):
            try:
                while True:
                    self._lock.release()
                    count += 1
            except RuntimeError:
                pass
        return count

    def _acquire_restore(self, count):
        for _ in range(count):
            self._lock.acquire()

    def _is_owned(self):
        if isinstance(self._lock, type(RLock())):
            return True                 # there is no way to know
        if self._lock.acquire(False):
            self._lock.release()
            return False
        return True

    def wait(self, timeout=None):
        if not self._is_owned():
            raise RuntimeError('cannot wait on un-acquired lock')
        waiter = Lock()
        waiter.acquire()
        self._waiters.append(waiter)
        saved = self._release_save()
        woken = False
        try:
            if timeout is None:
                woken = waiter.acquire()
            else:
                woken = waiter.acquire(True, timeout) if timeout > 0 else waiter.acquire(False)
            return woken
        finally:
            self._acquire_restore(saved)
            if not woken and waiter in self._waiters:
                self._waiters.remove(waiter)

    def wait_for(self, predicate, timeout=None):
        end = None if timeout is None else monotonic() + timeout
        result = predicate()
        while not result:
            left = None if end is None else end - monotonic()
            if left is not None and left <= 0:
                break
            self.wait(left)
            result = predicate()
        return result

    def notify(self, n=1):
        if not self._is_owned():
            raise RuntimeError('cannot notify on un-acquired lock')
        while n > 0 and self._waiters:
            self._waiters.pop(0).release()
            n -= 1

    def notify_all(self):
        self.notify(len(self._waiters))


class Event:
    """A flag that threads can wait for."""

    def __init__(self):
        self._cond = Condition(Lock())
        self._flag = False

    def __repr__(self):
        return '<threading.Event at 0x%x: %s>' % (id(self), 'set' if self._flag else 'unset')

    def is_set(self):
        return self._flag

    def set(self):
        with self._cond:
            self._flag = True
            self._cond.notify_all()

    def clear(self):
        with self._cond:
            self._flag = False

    def wait(self, timeout=None):
        with self._cond:
            return self._flag or self._cond.wait(timeout) or self._flag


class Semaphore:
    """A counter of free places."""

    def __init__(self, value=1):
        if value < 0:
            raise ValueError('semaphore initial value must be >= 0')
        self._cond = Condition(Lock())
        self._value = value

    def acquire(self, blocking=True, timeout=None):
        if not blocking and timeout is not None:
            raise ValueError("can't specify timeout for non-blocking acquire")
        with self._cond:
            if not self._cond.wait_for(lambda: self._value > 0, timeout if blocking else 0):
                return False
            self._value -= 1
            return True

    __enter__ = acquire

    def release(self, n=1):
        if n < 1:
            raise ValueError('n must be one or more')
        with self._cond:
            self._check_release(n)
            self._value += n
            self._cond.notify(n)

    def _check_release(self, n):
        pass

    def __exit__(self, *args):
        self.release()


class BoundedSemaphore(Semaphore):
    """A Semaphore that cannot be released more often than it was acquired."""

    def __init__(self, value=1):
        Semaphore.__init__(self, value)
        self._initial_value = value

    def _check_release(self, n):
        if self._value + n > self._initial_value:
            raise ValueError('Semaphore released too many times')


class BrokenBarrierError(RuntimeError):
    pass


class Barrier:
    """A place where a number of threads wait until all of them are there."""

    def __init__(self, parties, action=None, timeout=None):
        self._cond = Condition(Lock())
        self._action = action
        self._timeout = timeout
        self._parties = parties
        self._count = 0
        self._state = 'filling'         # then 'draining' or, for those who wait, 'resetting'; or 'broken'

    def wait(self, timeout=None):
        timeout = self._timeout if timeout is None else timeout
        with self._cond:
            while self._state in ('draining', 'resetting'):
                self._cond.wait()
            self._check_whole()
            index = self._count
            self._count += 1
            try:
                if self._count == self._parties:
                    self._release()
                else:
                    if not self._cond.wait_for(lambda: self._state != 'filling', timeout):
                        self._break()
                    self._check_whole()
                return index
            finally:
                self._count -= 1
                if self._count == 0 and self._state in ('draining', 'resetting'):
                    self._state = 'filling'
                    self._cond.notify_all()

    def _check_whole(self):
        if self._state in ('broken', 'resetting'):
            raise BrokenBarrierError

    def _release(self):
        try:
            if self._action:
                self._action()
        except BaseException:
            self._break()
            raise
        self._state = 'draining'
        self._cond.notify_all()

    def _break(self):
        self._state = 'broken'
        self._cond.notify_all()

    def reset(self):
        with self._cond:
            if self._count == 0:
                self._state = 'filling'
            elif self._state in ('filling', 'broken'):
                self._state = 'resetting'
            self._cond.notify_all()

    def abort(self):
        with self._cond:
            self._break()

    @property
    def parties(self):
        return self._parties

    @property
    def n_waiting(self):
        return self._count if self._state == 'filling' else 0

    @property
    def broken(self):
        return self._state == 'broken'


_main_thread = _active[get_ident()] = _ForeignThread('MainThread', False)
atexit.register(_shutdown)
