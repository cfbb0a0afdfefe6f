"""StringIO, BytesIO, files of bytes and text, open. Files write at once; lines end with \\n only."""

import _minipy

DEFAULT_BUFFER_SIZE = 8192
SEEK_SET, SEEK_CUR, SEEK_END = 0, 1, 2


class UnsupportedOperation(OSError, ValueError):
    """This stream cannot do that."""


class IOBase:
    """What all streams have: lines made from readline(), `with`, close()."""

    closed = False

    def _check_open(self):
        if self.closed:
            raise ValueError('I/O operation on closed file.')

    def _unsupported(self, name):
        raise UnsupportedOperation(name)

    def close(self):
        self.closed = True

    def flush(self):
        self._check_open()

    def fileno(self):
        self._unsupported('fileno')

    def seek(self, offset, whence=SEEK_SET):
        self._unsupported('seek')

    def tell(self):
        self._unsupported('tell')

    def truncate(self, size=None):
        self._unsupported('truncate')

    def isatty(self):
        self._check_open()
        return False

    def readable(self):
        return True

    def writable(self):
        return True

    def seekable(self):
        return False

    def __enter__(self):
        self._check_open()
        return self

    def __exit__(self, *args):
        self.close()

    def __iter__(self):
        self._check_open()
        return self

    def __next__(self):
        line = self.readline()
        if not line:
            raise StopIteration
        return line

    def readlines(self, hint=-1):
        lines, size = [], 0
        for line in self:
            lines.append(line)
            size += len(line)
            if hint is not None and 0 < hint <= size:
                break
        return lines

    def writelines(self, lines):
        for line in lines:
            self.write(line)


class RawIOBase(IOBase):
    """Streams of bytes."""


class BufferedIOBase(IOBase):
    """Streams of bytes."""


class TextIOBase(IOBase):
    """Streams of text."""


class _Memory:
    """What StringIO and BytesIO share. Pieces written at the end are put together when something is asked for."""

    def __init__(self, data):
        self._data = data
        self._pieces = []
        self._length = len(data)
        self._pos = 0

    def _joined(self):
        self._check_open()
        if self._pieces:
            self._data += self._empty.join(self._pieces)
            self._pieces = []
        return self._data

    def getvalue(self):
        return self._joined()

    def read(self, size=-1):
        data, start = self._joined(), min(self._pos, self._length)
        end = self._length if size is None or size < 0 else min(self._length, start + size)
        self._pos = max(self._pos, end)
        return data[start:end]

    def readline(self, size=-1):
        data = self._joined()
        end = data.find(self._newline, self._pos)
        length = (end + 1 if end >= 0 else max(self._length, self._pos)) - self._pos
        return self.read(length if size is None or size < 0 else min(size, length))

    def _put(self, text):
        self._check_open()
        if self._pos != self._length and text:
            data = self._joined()
            if self._pos > self._length:
                data += self._zero * (self._pos - self._length)
            self._data = data[:self._pos] + text + data[self._pos + len(text):]
            self._length = len(self._data)
        else:
            self._pieces.append(text)
            self._length += len(text)
        self._pos += len(text)
        return len(text)

    def seek(self, offset, whence=SEEK_SET):
        self._check_open()
        self._pos = max(0, offset + (0, self._pos, self._length)[whence])
        return self._pos

    def tell(self):
        self._check_open()
        return self._pos

    def seekable(self):
        return True

    def truncate(self, size=None):
        self._data = self._joined()[:self._pos if size is None else size]
        self._length = len(self._data)
        return self._pos if size is None else size

    def close(self):
        self.closed = True
        self._data = self._empty
        self._pieces = []


class StringIO(_Memory, TextIOBase):
    """A text stream in memory."""

    _empty, _newline, _zero = '', '\n', '\0'

    def __init__(self, initial_value='', newline='\n'):
        _Memory.__init__(self, initial_value or '')

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError('string argument expected, got %r' % type(text).__name__)
        return self._put(text)


class BytesIO(_Memory, BufferedIOBase):
    """A stream of bytes in memory."""

    _empty, _newline, _zero = b'', b'\n', b'\0'

    def __init__(self, initial_bytes=b''):
        _Memory.__init__(self, bytes(initial_bytes or b''))

    def write(self, data):
        if isinstance(data, (str, int)):
            raise TypeError('a bytes-like object is required, not %r' % type(data).__name__)
        return self._put(bytes(data))


class FileIO(RawIOBase):
    """A file of bytes; reading is buffered."""

    closed = True

    def __init__(self, file, mode='r', closefd=True):
        self.name = file
        self.mode = mode
        self._pending = b''
        self._closefd = closefd
        if isinstance(file, int):
            self._fd = file
        else:
            path = file if isinstance(file, (str, bytes)) else type(file).__fspath__(file)
            self._fd = _minipy.fd_open(path if isinstance(path, str) else path.decode(), mode.replace('b', ''))
        self.closed = False

    def fileno(self):
        self._check_open()
        return self._fd

    def isatty(self):
        self._check_open()
        return _minipy.isatty(self._fd)

    def readable(self):
        return 'r' in self.mode or '+' in self.mode

    def writable(self):
        return 'r' not in self.mode or '+' in self.mode

    def _fill(self, enough):
        """Have enough(pending) or the whole rest of the file in self._pending."""
        self._check_open()
        if not self.readable():
            self._unsupported('read')
        pieces = [self._pending]
        while pieces[-1] == b'' or not enough(pieces[-1]):
            piece = _minipy.fd_read(self._fd, DEFAULT_BUFFER_SIZE)
            if not piece:
                break
            pieces.append(piece)
            if enough is _never:
                continue
            pieces = [b''.join(pieces)]
        self._pending = b''.join(pieces)

    def _take(self, size):
        data, self._pending = self._pending[:size], self._pending[size:]
        return data

    def read(self, size=-1):
        if size is None or size < 0:
            self._fill(_never)
            return self._take(len(self._pending))
        if size > 0:
            self._fill(lambda data: len(data) >= size)
        return self._take(size)

    def readline(self, size=-1):
        limit = -1 if size is None else size
        self._fill(lambda data: b'\n' in data or 0 <= limit <= len(data))
        length = self._pending.find(b'\n') + 1 or len(self._pending)
        return self._take(min(length, limit) if limit >= 0 else length)

    def seek(self, offset, whence=SEEK_SET):
        self._check_open()
        if whence == SEEK_CUR:
            offset -= len(self._pending)
        self._pending = b''
        return _minipy.fd_seek(self._fd, offset, whence)

    def tell(self):
        self._check_open()
        return _minipy.fd_tell(self._fd) - len(self._pending)

    def seekable(self):
        try:
            self.tell()
        except OSError:
            return False
        return True

    def write(self, data):
        self._check_open()
        if not self.writable():
            self._unsupported('write')
        if self._pending:
            self.seek(0, SEEK_CUR)
        if isinstance(data, (str, int)):
            raise TypeError('a bytes-like object is required, not %r' % type(data).__name__)
        data = rest = bytes(data)
        while rest:
            rest = rest[_minipy.fd_write(self._fd, rest):]
        return len(data)

    def close(self):
        if not self.closed:
            self.closed = True
            if self._closefd:
                _minipy.fd_close(self._fd)

    def __del__(self):
        self.close()

    def __repr__(self):
        return '<_io.FileIO name=%r mode=%r>' % (self.name, self.mode)


def _never(data):
    return False


class TextIOWrapper(TextIOBase):
    """Text on a stream of bytes, which is decoded line by line."""

    def __init__(self, buffer, encoding=None, errors=None, newline=None, line_buffering=False, write_through=False):
        self.buffer = buffer
        self.encoding = encoding or 'utf-8'
        self.errors = errors or 'strict'
        self._newline = newline
        self._pending = ''

    @property
    def name(self):
        return self.buffer.name

    @property
    def mode(self):
        return self.buffer.mode.replace('b', '')

    @property
    def closed(self):
        return self.buffer.closed

    def close(self):
        self.buffer.close()

    def flush(self):
        self.buffer.flush()

    def fileno(self):
        return self.buffer.fileno()

    def isatty(self):
        return self.buffer.isatty()

    def readable(self):
        return self.buffer.readable()

    def writable(self):
        return self.buffer.writable()

    def seekable(self):
        return self.buffer.seekable()

    def seek(self, offset, whence=SEEK_SET):
        self._check_open()
        if whence != SEEK_SET and offset != 0:
            raise UnsupportedOperation("can't do nonzero %s-relative seeks" % ('cur' if whence == SEEK_CUR else 'end'))
        if whence == SEEK_CUR:
            return self.tell()
        self._pending = ''
        return self.buffer.seek(offset, whence)

    def tell(self):
        self._check_open()
        return self.buffer.tell() - len(self._pending.encode(self.encoding, self.errors))

    def _more(self, data):
        """Put bytes behind the pending text; whether there were any."""
        text = data.decode(self.encoding, self.errors)
        if self._newline is None and '\r' in text:
            text = text.replace('\r\n', '\n').replace('\r', '\n')
        self._pending += text
        return bool(data)

    def _take(self, size):
        text, self._pending = self._pending[:size], self._pending[size:]
        return text

    def read(self, size=-1):
        self._check_open()
        if size is None or size < 0:
            self._more(self.buffer.read())
            return self._take(len(self._pending))
        while len(self._pending) < size and self._more(self.buffer.readline()):
            pass
        return self._take(size)

    def readline(self, size=-1):
        self._check_open()
        while '\n' not in self._pending and self._more(self.buffer.readline()):
            pass
        length = self._pending.find('\n') + 1 or len(self._pending)
        return self._take(length if size is None or size < 0 else min(size, length))

    def write(self, text):
        self._check_open()
        if not isinstance(text, str):
            raise TypeError('write() argument must be str, not ' + type(text).__name__)
        shown = text if self._newline in (None, '', '\n') else text.replace('\n', self._newline)
        self.buffer.write(shown.encode(self.encoding, self.errors))
        return len(text)

    def __repr__(self):
        return '<_io.TextIOWrapper name=%r mode=%r encoding=%r>' % (self.name, self.mode, self.encoding)


def open(file, mode='r', buffering=-1, encoding=None, errors=None, newline=None, closefd=True, opener=None):
    kinds = [c for c in mode if c in 'rwax']
    if any(c not in 'rwaxbt+' for c in mode) or len(set(mode)) != len(mode):
        raise ValueError('invalid mode: %r' % mode)
    if 'b' in mode and 't' in mode:
        raise ValueError("can't have text and binary mode at once")
    if len(kinds) != 1:
        raise ValueError('must have exactly one of create/read/write/append mode')
    binary = 'b' in mode
    for value, name in ((encoding, 'an encoding'), (errors, 'an errors'), (newline, 'a newline')):
        if binary and value is not None:
            raise ValueError("binary mode doesn't take %s argument" % name)
    stream = FileIO(file, kinds[0] + ('+' if '+' in mode else ''), closefd)
    return stream if binary else TextIOWrapper(stream, encoding, errors, newline)
