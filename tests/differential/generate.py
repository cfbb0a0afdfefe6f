"""Prints a Python program about weak references, made from a seed.

    python3.11 generate.py SEED [--size N] [--without KIND,KIND]
    python3.11 generate.py --coverage N       # how often each kind of step occurs in N programs
"""
import argparse
import collections
import pathlib
import random

import steps_containers    # noqa: F401 (they register their kinds)
import steps_finalizers    # noqa: F401
import steps_objects
import steps_proxies       # noqa: F401
import steps_references    # noqa: F401
from program import KINDS, Program, needed_definitions, step_text

PRELUDE = (pathlib.Path(__file__).resolve().parent / "prelude.py").read_text()
ENDINGS = {   # how a program may end, and how often; at exit `finish` is called in any case
    "finish()": 40,
    "print('end')": 20,
    "sys.exit()": 3,
    "sys.exit(0)": 2,
    "sys.exit({number})": 8,
    "sys.exit(None)": 1,
    "sys.exit('text')": 2,
    "finish()\nsys.exit({number})": 4,
    "raise SystemExit({number})": 2,
    "raise ValueError('at the end')": 5,
    "raise Fault('at the end')": 4,
    "[][{number}]": 3,
    "ETERNAL.missing": 2,
    "weakref.ref({number})": 3,
    "weakref.WeakSet().pop()": 2,
    "weakref.WeakValueDictionary()['missing']": 2,
    "weakref.WeakKeyDictionary().popitem()": 1,
    "weakref.proxy(ETERNAL).missing": 2,
    "hash(weakref.proxy(ETERNAL))": 2,
    "try:\n    [][1]\nfinally:\n    print('finally')": 2,
    "try:\n    [][1]\nexcept IndexError:\n    raise KeyError('second')": 2,
    "try:\n    [][1]\nexcept IndexError as error:\n    raise Fault('from') from error": 1,
}


def make_program(seed, size=None, without=()):
    """A program that has all its steps, as a model."""
    chance = random.Random(seed)
    program = Program(chance, without)
    steps_objects.begin(program)
    end = len(program.steps) + (size or chance.randint(10, 26))
    while len(program.steps) < end:
        program.grow()
    if program.dirty:
        program.settle()
    ending = chance.choices(list(ENDINGS), ENDINGS.values())[0].format(number=chance.randint(1, 100))
    program.add("end", ["atexit.register(LEAVING.append, True)"] + ending.splitlines())
    return program


def text_of(program, seed):
    """The program with those definitions that it needs."""
    steps = [step_text(number, name, lines) for number, (name, lines) in enumerate(program.steps)]
    body = "atexit.register(finish)\n" + "\n".join(steps) + "\n"
    imports, definitions = needed_definitions(PRELUDE, body)
    head = f'"""Random program {seed} about weak references; made by generate.py."""\n'
    return head + "\n".join(imports) + "\n\n" + "\n\n\n".join(definitions) + "\n\n\n" + body


def generate(seed, size=None, without=()):
    """A program; the same for the same arguments."""
    return text_of(make_program(seed, size, without), seed)


def print_coverage(seeds):
    """How often each kind of step occurs, and in how many programs."""
    times, programs = collections.Counter(), collections.Counter()
    for seed in range(seeds):
        kinds = [kind for kind, _ in make_program(seed).steps]
        times.update(kinds)
        programs.update(set(kinds))
    for name in sorted({entry[0] for entry in KINDS} | set(times), key=lambda name: times[name]):
        print(f"{times[name]:7} times in {programs[name]:6} programs  {name}")
    print(len(times), "kinds,", sum(times.values()), "steps,", seeds, "programs")


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("seed", nargs="?", type=int, default=1)
    options.add_argument("--size", type=int, help="number of steps")
    options.add_argument("--without", default="", help="kinds of steps to leave out, with commas")
    options.add_argument("--coverage", type=int, metavar="N", help="count the kinds of steps in N programs")
    chosen = options.parse_args()
    if chosen.coverage:
        print_coverage(chosen.coverage)
    else:
        print(generate(chosen.seed, chosen.size, chosen.without.split(",")), end="")


if __name__ == "__main__":
    main()
