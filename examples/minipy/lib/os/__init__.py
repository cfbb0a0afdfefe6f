"""Files, directories and processes on `_minipy`, for POSIX and str paths; `environ` is a dict of its own."""

import abc
import sys

import _minipy
from os import path
from os.path import _fspath as fspath, altsep, curdir, devnull, extsep, pardir, pathsep, sep
from _minipy import _exit, fork, getcwd, getpid, isatty, kill, waitpid

sys.modules['os.path'] = path

name = 'posix'
linesep = '\n'
error = OSError
WNOHANG = 1
environ = _minipy.environ()


class PathLike(abc.ABC):
    """What has __fspath__()."""

    @abc.abstractmethod
    def __fspath__(self):
        raise NotImplementedError

    @classmethod
    def __subclasshook__(cls, subclass):
        if cls is not PathLike:
            return NotImplemented
        return any('__fspath__' in base.__dict__ for base in subclass.__mro__) or NotImplemented


class stat_result:
    """Mode, size and time of change of a file."""

    def __init__(self, mode, size, mtime):
        self.st_mode = mode
        self.st_size = size
        self.st_mtime = mtime

    def __repr__(self):
        return 'os.stat_result(st_mode=%d, st_size=%d, st_mtime=%r)' % (self.st_mode, self.st_size, self.st_mtime)


def getenv(key, default=None):
    return environ.get(key, default)


def fsencode(filename):
    filename = fspath(filename)
    return filename.encode() if isinstance(filename, str) else filename


def fsdecode(filename):
    filename = fspath(filename)
    return filename.decode() if isinstance(filename, bytes) else filename


# Files and directories

def stat(path, *, follow_symlinks=True):
    return stat_result(*(_minipy.stat if follow_symlinks else _minipy.lstat)(fspath(path)))


def lstat(path):
    return stat(path, follow_symlinks=False)


def listdir(path='.'):
    return _minipy.listdir(fspath(path))


def mkdir(path, mode=0o777):
    _minipy.mkdir(fspath(path), mode)


def makedirs(name, mode=0o777, exist_ok=False):
    name = fspath(name)
    head = path.dirname(name.rstrip('/'))
    if head and not path.exists(head):
        makedirs(head, exist_ok=True)
    try:
        mkdir(name, mode)
    except OSError:
        if not exist_ok or not path.isdir(name):
            raise


def rmdir(path):
    _minipy.rmdir(fspath(path))


def unlink(path):
    _minipy.unlink(fspath(path))


remove = unlink


def rename(src, dst):
    _minipy.rename(fspath(src), fspath(dst))


replace = rename


def walk(top, topdown=True, onerror=None, followlinks=False):
    """Triples (directory, names of directories in it, names of other files)."""
    top = fspath(top)
    try:
        names = listdir(top)
    except OSError as exc:
        if onerror is not None:
            onerror(exc)
        return
    dirs = [entry for entry in names if path.isdir(path.join(top, entry))]
    files = [entry for entry in names if entry not in dirs]
    if topdown:
        yield top, dirs, files
    for entry in dirs:
        inner = path.join(top, entry)
        if followlinks or not path.islink(inner):
            yield from walk(inner, topdown, onerror, followlinks)
    if not topdown:
        yield top, dirs, files


def read(fd, n):
    return _minipy.fd_read(fd, n)


def write(fd, data):
    return _minipy.fd_write(fd, data)


def close(fd):
    _minipy.fd_close(fd)


# What became of a process

def WIFEXITED(status):
    return status & 0x7f == 0


def WEXITSTATUS(status):
    return status >> 8 & 0xff


def WIFSIGNALED(status):
    return status & 0x7f not in (0, 0x7f)


def WTERMSIG(status):
    return status & 0x7f


def waitstatus_to_exitcode(status):
    return WEXITSTATUS(status) if WIFEXITED(status) else -WTERMSIG(status)
