"""minipy beside CPython in the same run: python3.11 bench/minipy_speed.py build/release/bin/minipy

Each measure is the best of several runs of a function in one process; the processes take turns. Last column: minipy's time over CPython's.
"""

import json
import subprocess
import sys

ROUNDS = 5
PROGRAM = r'''
import json, sys, time

def loop():
    total = 0
    i = 0
    while i < 500000:
        total += i & 7
        i += 1
    return total

def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)

def call():
    return fib(21)

def dicts():
    table = {}
    for i in range(60000):
        table[i] = i
        table['x'] = table[i] + 1
    total = 0
    for key in table:
        total += 1
    return total

class Point:
    def __init__(self, x):
        self.x = x
    def get(self):
        return self.x

def objects():
    total = 0
    for i in range(60000):
        p = Point(i)
        total += p.get() + p.x
    return total

def texts():
    parts = []
    for i in range(30000):
        parts.append('%d-%s' % (i, 'ab'))
    return len(','.join(parts).split(','))

def generators():
    def count(n):
        for i in range(n):
            yield i
    return sum(x for x in count(60000))

def refs():
    import weakref
    p = Point(1)
    total = 0
    for i in range(60000):
        total += weakref.ref(p)().x
    return total

best = {}
for f in (loop, call, dicts, objects, texts, generators, refs):
    f()
    times = []
    for _ in range(5):
        start = time.perf_counter()
        f()
        times.append(time.perf_counter() - start)
    best[f.__name__] = min(times)
print(json.dumps(best))
'''


def measure(command):
    out = subprocess.run([*command, '-c', PROGRAM], check=True, capture_output=True, text=True, timeout=300).stdout
    return json.loads(out)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    best = {}
    for _ in range(ROUNDS):
        for who, command in (('cpython', [sys.executable]), ('minipy', [sys.argv[1]])):
            for name, seconds in measure(command).items():
                key = who, name
                best[key] = min(seconds, best.get(key, seconds))
    print(f'{"":12}{"CPython ms":>12}{"minipy ms":>12}{"ratio":>8}')
    for who, name in best:
        if who == 'cpython':
            theirs, ours = best[who, name], best['minipy', name]
            print(f'{name:12}{theirs * 1e3:12.2f}{ours * 1e3:12.2f}{ours / theirs:8.2f}')


main()
