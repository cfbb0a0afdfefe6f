"""contextmanager, closing, suppress, redirect_*, nullcontext, ExitStack, ContextDecorator; nothing asynchronous."""

import abc
import sys
from collections import deque
from functools import wraps

__all__ = ['AbstractContextManager', 'ContextDecorator', 'ExitStack', 'closing', 'contextmanager', 'nullcontext',
           'redirect_stderr', 'redirect_stdout', 'suppress']


class AbstractContextManager(abc.ABC):
    """Base class: __enter__ returns self, __exit__ has to be defined."""
    __slots__ = ()

    def __enter__(self):
        return self

    @abc.abstractmethod
    def __exit__(self, exc_type, exc_value, traceback):
        return None

    @classmethod
    def __subclasshook__(cls, kind):
        if cls is not AbstractContextManager:
            return NotImplemented
        for name in ('__enter__', '__exit__'):
            if getattr(kind, name, None) is None:
                return NotImplemented
        return True

    @classmethod
    def __class_getitem__(cls, item):
        return cls


class ContextDecorator:
    """Mixin: the context manager is also a decorator that runs a function inside of the context."""

    def _recreate_cm(self):
        return self

    def __call__(self, func):
        @wraps(func)
        def inner(*args, **kwargs):
            with self._recreate_cm():
                return func(*args, **kwargs)
        return inner


class _GeneratorContextManager(ContextDecorator):
    """What a function decorated with contextmanager returns."""

    def __init__(self, func, args, kwargs):
        self.gen = func(*args, **kwargs)
        self._call = func, args, kwargs
        self.__doc__ = getattr(func, '__doc__', None)

    def _recreate_cm(self):
        return self.__class__(*self._call)

    def __enter__(self):
        self._call = None       # the arguments need not live as long as the context
        try:
            return next(self.gen)
        except StopIteration:
            raise RuntimeError("generator didn't yield") from None

    def __exit__(self, exc_type, exc_value, traceback):
        if exc_type is None:
            try:
                next(self.gen)
            except StopIteration:
                return False
            self._yielded_again("generator didn't stop")
        if exc_value is None:
            exc_value = exc_type()
        try:
            self.gen.throw(exc_value)
        except StopIteration as exc:
            # Ended: the exception is dealt with, unless it is the one that went in.
            return exc is not exc_value
        except BaseException as exc:
            # The one that went in, perhaps wrapped because it is a StopIteration, is the with statement's to raise.
            same = exc is exc_value
            if isinstance(exc, RuntimeError) and isinstance(exc_value, StopIteration):
                same = same or exc.__cause__ is exc_value
            if not same:
                raise
            exc_value.__traceback__ = traceback
            return False
        self._yielded_again("generator didn't stop after throw()")

    def _yielded_again(self, message):
        try:
            raise RuntimeError(message)
        finally:
            self.gen.close()


def contextmanager(func):
    """Decorator: make a context manager out of a generator function that yields once."""
    @wraps(func)
    def helper(*args, **kwargs):
        return _GeneratorContextManager(func, args, kwargs)
    return helper


class closing(AbstractContextManager):
    """Context manager that calls thing.close() at the end."""

    def __init__(self, thing):
        self.thing = thing

    def __enter__(self):
        return self.thing

    def __exit__(self, *exc_info):
        self.thing.close()


class _RedirectStream(AbstractContextManager):
    _stream = None

    def __init__(self, new_target):
        self._new_target = new_target
        self._old_targets = []      # the same object can be entered again inside of itself

    def __enter__(self):
        self._old_targets.append(getattr(sys, self._stream))
        setattr(sys, self._stream, self._new_target)
        return self._new_target

    def __exit__(self, exc_type, exc_value, traceback):
        setattr(sys, self._stream, self._old_targets.pop())


class redirect_stdout(_RedirectStream):
    """Context manager that sets sys.stdout to another file for a time."""
    _stream = 'stdout'


class redirect_stderr(_RedirectStream):
    """Context manager that sets sys.stderr to another file for a time."""
    _stream = 'stderr'


class suppress(AbstractContextManager):
    """Context manager that ends quietly at one of the given exceptions."""

    def __init__(self, *exceptions):
        self._exceptions = exceptions

    def __enter__(self):
        pass

    def __exit__(self, exc_type, exc_value, traceback):
        return exc_type is not None and issubclass(exc_type, self._exceptions)


class nullcontext(AbstractContextManager):
    """Context manager that does nothing."""

    def __init__(self, enter_result=None):
        self.enter_result = enter_result

    def __enter__(self):
        return self.enter_result

    def __exit__(self, *exc_info):
        pass


class ExitStack(AbstractContextManager):
    """Context manager that undoes, last first, what was entered or pushed during the context."""

    def __init__(self):
        self._exits = deque()       # functions of (type, value, traceback)

    def pop_all(self):
        """Move everything to a new stack, so that this one has nothing to do."""
        new = type(self)()
        new._exits = self._exits
        self._exits = deque()
        return new

    def push(self, exit):
        """Add an object with an __exit__ method, or a function with the signature of one; returns it."""
        method = getattr(type(exit), '__exit__', None)
        if method is None:
            self._exits.append(exit)
        else:
            self._push_exit(exit, method)
        return exit

    def _push_exit(self, cm, method):
        self._exits.append(lambda *exc_info: method(cm, *exc_info))

    def enter_context(self, cm):
        """Enter a context manager, leave it at the end; returns what its __enter__ returns."""
        cls = type(cm)
        try:
            enter = cls.__enter__
            exit = cls.__exit__
        except AttributeError:
            raise TypeError("'%s.%s' object does not support the context manager protocol"
                            % (cls.__module__, cls.__qualname__)) from None
        result = enter(cm)
        self._push_exit(cm, exit)
        return result

    def callback(self, callback, /, *args, **kwargs):
        """Call a function at the end; returns it."""
        def exit(exc_type, exc_value, traceback):
            callback(*args, **kwargs)
        exit.__wrapped__ = callback
        self._exits.append(exit)
        return callback

    def close(self):
        self.__exit__(None, None, None)

    def __exit__(self, exc_type, exc_value, traceback):
        had_exception = exc_type is not None
        outside = sys.exc_info()[1]     # being handled where the with statement is
        pending = exc_value
        raised = suppressed = False     # an exit function raised; one swallowed the exception
        while self._exits:
            exit = self._exits.pop()
            try:
                if pending is None:
                    stop = exit(None, None, None)
                else:
                    stop = exit(type(pending), pending, pending.__traceback__)
                if stop:
                    pending = None
                    raised = False
                    suppressed = True
            except BaseException as exc:
                _set_context(exc, pending, outside)
                pending = exc
                raised = True
        if raised:
            context = pending.__context__
            try:
                raise pending
            except BaseException:
                pending.__context__ = context       # "raise" has put the current exception there
                raise
        return had_exception and suppressed


def _set_context(new, old, outside):
    """End the chain of contexts of new with old, where it ends with what was handled outside."""
    while True:
        context = new.__context__
        if context is None or context is old:
            return
        if context is outside:
            break
        new = context
    new.__context__ = old
