import sys
count = getattr(sys.modules[__name__], "count", 0) + 1
