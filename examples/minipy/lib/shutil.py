"""rmtree, copyfile, copy, copytree, which; modes and times of files are not copied."""

import os


class Error(OSError):
    pass


class SameFileError(Error):
    """Source and destination are the same file."""


def rmtree(path, ignore_errors=False, onerror=None):
    """Remove a directory and all it has; onerror(function, path, exc_info) may take what goes wrong."""
    def attempt(function, at):
        try:
            return function(at)
        except OSError as exc:
            if ignore_errors:
                return None
            if onerror is None:
                raise
            onerror(function, at, (type(exc), exc, exc.__traceback__))
            return None

    def check(at):
        if os.path.islink(at):
            raise OSError('Cannot call rmtree on a symbolic link')
        return True

    def remove(at):
        for name in attempt(os.listdir, at) or ():
            inner = os.path.join(at, name)
            if os.path.isdir(inner) and not os.path.islink(inner):
                remove(inner)
            else:
                attempt(os.unlink, inner)
        attempt(os.rmdir, at)

    path = os.fspath(path)
    if attempt(check, path):
        remove(path)


def copyfileobj(fsrc, fdst, length=65536):
    while True:
        data = fsrc.read(length)
        if not data:
            break
        fdst.write(data)


def copyfile(src, dst):
    if os.path.abspath(src) == os.path.abspath(dst):
        raise SameFileError('%r and %r are the same file' % (src, dst))
    with open(src, 'rb') as fsrc, open(dst, 'wb') as fdst:
        copyfileobj(fsrc, fdst)
    return dst


def copy(src, dst):
    """Copy a file into a directory or under another name."""
    if os.path.isdir(dst):
        dst = os.path.join(dst, os.path.basename(src))
    return copyfile(src, dst)


copy2 = copy


def copytree(src, dst, ignore=None, copy_function=copy, dirs_exist_ok=False):
    names = os.listdir(src)
    ignored = ignore(os.fspath(src), names) if ignore is not None else ()
    os.makedirs(dst, exist_ok=dirs_exist_ok)
    for name in names:
        if name in ignored:
            continue
        inner, target = os.path.join(src, name), os.path.join(dst, name)
        if os.path.isdir(inner):
            copytree(inner, target, ignore, copy_function, dirs_exist_ok)
        else:
            copy_function(inner, target)
    return dst


def which(cmd, path=None):
    """The file that a shell would run for cmd, or None."""
    def runnable(file):
        return os.path.isfile(file) and os.stat(file).st_mode & 0o111

    if os.path.dirname(cmd):
        return cmd if runnable(cmd) else None
    if path is None:
        path = os.environ.get('PATH', '/bin:/usr/bin')
    for directory in path.split(os.pathsep):
        file = os.path.join(directory, cmd)
        if runnable(file):
            return file
    return None
