"""Temporary files and directories: mkdtemp, mkstemp, TemporaryDirectory, NamedTemporaryFile; no spooled files."""

import io
import os
import shutil
import time
import weakref

import _minipy

tempdir = None
template = 'tmp'
_LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789_'
_count = 0


def gettempdir():
    global tempdir
    if tempdir is None:
        for place in (os.getenv('TMPDIR'), os.getenv('TEMP'), os.getenv('TMP'), '/tmp', '/var/tmp', '/usr/tmp'):
            if place and os.path.isdir(place):
                tempdir = os.path.abspath(place)
                break
        else:
            tempdir = os.getcwd()
    return tempdir


def gettempprefix():
    return template


def _make(function, suffix, prefix, dir):
    """Call function with paths until it finds one that is free; the answer is what it returned and the path."""
    global _count
    while True:
        _count += 1
        number = (int(time.time() * 1000000) * 1009 + os.getpid() * 104729 + _count * 7919) % len(_LETTERS) ** 8
        name = ''
        for _ in range(8):
            number, digit = divmod(number, len(_LETTERS))
            name += _LETTERS[digit]
        name = (template if prefix is None else prefix) + name + (suffix or '')
        path = os.path.join(os.path.abspath(dir or gettempdir()), name)
        try:
            return function(path), path
        except FileExistsError:
            pass


def mkdtemp(suffix=None, prefix=None, dir=None):
    return _make(lambda path: os.mkdir(path, 0o700), suffix, prefix, dir)[1]


def mkstemp(suffix=None, prefix=None, dir=None, text=False):
    return _make(lambda path: _minipy.fd_open(path, 'x+'), suffix, prefix, dir)


class TemporaryDirectory:
    """A directory that goes away with this object, or at the end of the `with` statement."""

    def __init__(self, suffix=None, prefix=None, dir=None, ignore_cleanup_errors=False):
        self.name = mkdtemp(suffix, prefix, dir)
        self._finalizer = weakref.finalize(self, shutil.rmtree, self.name, ignore_errors=ignore_cleanup_errors)

    def cleanup(self):
        self._finalizer()

    def __enter__(self):
        return self.name

    def __exit__(self, *args):
        self.cleanup()

    def __repr__(self):
        return '<%s %r>' % (type(self).__name__, self.name)


def _remove(path):
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass


class _TemporaryFile:
    """An open file that is removed when it is closed."""

    def __init__(self, file, name, delete):
        self.file = file
        self.name = name
        self.delete = delete
        self._finalizer = weakref.finalize(self, _remove, name) if delete else None

    def __getattr__(self, name):
        if name == 'file':
            raise AttributeError(name)
        return getattr(self.file, name)

    def close(self):
        self.file.close()
        if self._finalizer is not None:
            self._finalizer()

    def __enter__(self):
        self.file.__enter__()
        return self

    def __exit__(self, *args):
        self.close()

    def __iter__(self):
        return iter(self.file)


def NamedTemporaryFile(mode='w+b', buffering=-1, encoding=None, newline=None, suffix=None, prefix=None, dir=None,
                       delete=True, *, errors=None):
    fd, path = mkstemp(suffix, prefix, dir)
    return _TemporaryFile(io.open(fd, mode, buffering, encoding, errors, newline), path, delete)
