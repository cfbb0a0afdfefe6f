"""CPython's tests, where they are installed; test.support is minipy's own."""

import os

if os.path.isdir('/usr/lib/python3.11/test'):
    __path__.append('/usr/lib/python3.11/test')
