"""os.path for POSIX and str paths; realpath resolves no symbolic links, expanduser knows `~` only."""

import _minipy

curdir, pardir, sep, extsep, altsep, pathsep, devnull = '.', '..', '/', '.', None, ':', '/dev/null'


def _fspath(path):
    if isinstance(path, (str, bytes)):
        return path
    try:
        method = type(path).__fspath__
    except AttributeError:
        raise TypeError('expected str, bytes or os.PathLike object, not ' + type(path).__name__) from None
    text = method(path)
    if not isinstance(text, (str, bytes)):
        raise TypeError('expected %s.__fspath__() to return str or bytes, not %s'
                        % (type(path).__name__, type(text).__name__))
    return text


# What lies there

def _mode(path, stat=_minipy.stat):
    """The file's mode, or 0 where none can be had."""
    try:
        return stat(_fspath(path))[0]
    except (OSError, ValueError):
        return 0


def exists(path):
    return _mode(path) != 0


def lexists(path):
    return _mode(path, _minipy.lstat) != 0


def isdir(path):
    return _mode(path) & 0o170000 == 0o040000


def isfile(path):
    return _mode(path) & 0o170000 == 0o100000


def islink(path):
    return _mode(path, _minipy.lstat) & 0o170000 == 0o120000


def getsize(path):
    return _minipy.stat(_fspath(path))[1]


def getmtime(path):
    return _minipy.stat(_fspath(path))[2]


# Work on the text

def isabs(path):
    return _fspath(path).startswith('/')


def join(path, *paths):
    result = _fspath(path)
    for part in paths:
        part = _fspath(part)
        if part.startswith('/'):
            result = part
        elif not result or result.endswith('/'):
            result += part
        else:
            result += '/' + part
    return result


def split(path):
    path = _fspath(path)
    i = path.rfind('/') + 1
    head, tail = path[:i], path[i:]
    return head.rstrip('/') or head, tail


def basename(path):
    return split(path)[1]


def dirname(path):
    return split(path)[0]


def splitext(path):
    path = _fspath(path)
    start = path.rfind('/') + 1
    while path.startswith('.', start):          # leading dots begin no extension
        start += 1
    dot = path.rfind('.', start)
    return (path, '') if dot < 0 else (path[:dot], path[dot:])


def splitdrive(path):
    path = _fspath(path)
    return path[:0], path


def normcase(path):
    return _fspath(path)


def normpath(path):
    path = _fspath(path)
    root = '//' if path.startswith('//') and not path.startswith('///') else path[:1] if path.startswith('/') else ''
    parts = []
    for part in path.split('/'):
        if part in ('', '.'):
            continue
        if part != '..' or (not root and not parts) or (parts and parts[-1] == '..'):
            parts.append(part)
        elif parts:
            parts.pop()
    return root + '/'.join(parts) or '.'


def abspath(path):
    path = _fspath(path)
    return normpath(path if path.startswith('/') else join(_minipy.getcwd(), path))


def realpath(path, *, strict=False):
    path = abspath(path)
    if strict:
        _minipy.stat(path)
    return path


def relpath(path, start='.'):
    if not path:
        raise ValueError('no path specified')
    parts = [part for part in abspath(path).split('/') if part]
    origin = [part for part in abspath(start).split('/') if part]
    common = len(commonprefix([parts, origin]))
    return '/'.join(['..'] * (len(origin) - common) + parts[common:]) or '.'


def commonprefix(paths):
    """What all the sequences begin with; that of paths may end within a name."""
    if not paths:
        return ''
    if not isinstance(paths[0], (list, tuple)):
        paths = [_fspath(path) for path in paths]
    low, high = min(paths), max(paths)
    for i, item in enumerate(low):
        if item != high[i]:
            return low[:i]
    return low


def expanduser(path):
    path = _fspath(path)
    home = _minipy.getenv('HOME')
    if home and (path == '~' or path.startswith('~/')):
        return (home.rstrip('/') + path[1:]) or '/'
    return path
