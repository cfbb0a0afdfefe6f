"""`python -m unittest [options] names`."""

import sys

from unittest import main

sys.argv[0] = 'python -m unittest'
main(module=None)
