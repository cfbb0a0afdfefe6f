"""Runs random programs about weak references in minipy and in CPython, and reports where the two differ.

    run.py --minipy PATH [--python python3.11] [--seeds A:B] [--jobs N] [--args "--gc=stress"] [--keep DIR]
    run.py --minipy PATH [options] FILE...  # these programs; of a folder (regressions/) all
    run.py --hoard [options]       # checks the programs: CPython against CPython in which objects die late

Exit status: 0 when all agree, 1 when some do not, 2 when there is nothing to run.
"""
import argparse
import collections
import concurrent.futures
import difflib
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile
import time

import generate

HERE = pathlib.Path(__file__).resolve().parent
ERROR_LINE = re.compile(r"^([A-Za-z_][\w.]*)(: .*|:)?$")
ERROR_NAME = re.compile(r"(Error|Exception|Exit|Interrupt|Warning|Iteration|Fault)$")
IGNORED = "Exception ignored in"
DIFFERENCE_LINES = 14

Outcome = collections.namedtuple("Outcome", "stdout errors status stderr")
Mismatch = collections.namedtuple("Mismatch", "kinds expected found")


def errors_in(stderr):
    """The kinds of errors in tracebacks and reports, in no order."""
    found, place = [], "raised"
    for line in stderr.splitlines():
        if line.startswith(IGNORED):
            place = "ignored"
        match = ERROR_LINE.match(line)
        if match and ERROR_NAME.search(match.group(1)):
            found.append(place + " " + match.group(1).rpartition(".")[2])
            place = "raised"
    return sorted(found)


def outcome_of(command, timeout):
    """What a program prints, its errors, and how it ends: a status, a signal or "timeout"."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout, check=False)
        stdout, stderr, status = done.stdout, done.stderr, done.returncode
    except subprocess.TimeoutExpired as late:
        stdout, stderr, status = late.stdout or b"", late.stderr or b"", "timeout"
    stdout, stderr = stdout.decode(errors="replace"), stderr.decode(errors="replace")
    return Outcome(stdout, errors_in(stderr), status, stderr)


def kinds_of(expected, found):
    """How two outcomes differ; the same texts for what is likely to be the same mistake."""
    if found.status == "timeout":
        return ["timeout"]
    if found.status < 0 and found.status != expected.status:
        return [f"signal {-found.status}"]
    kinds = []
    if found.stdout != expected.stdout:
        kinds.append("stdout")
    more, fewer = collections.Counter(found.errors), collections.Counter(expected.errors)
    kinds += [f"more: {name}" for name in sorted(more - fewer)] + [f"fewer: {name}" for name in sorted(fewer - more)]
    if found.status != expected.status:
        kinds.append(f"status {found.status} for {expected.status}")
    return kinds


class Comparison:
    """The two ways to run a program."""

    def __init__(self, options):
        self.timeout = self.reference_timeout = options.timeout
        self.reference = shlex.split(options.python)
        if options.hoard:
            hoard = str(HERE / "hoard.py")
            self.tested = [self.reference + [hoard, "late"], self.reference + [hoard, "early"]]
        else:
            self.tested = [[options.minipy] + shlex.split(options.args)]

    def of_file(self, path):
        """The first mismatch, or None."""
        expected = outcome_of(self.reference + [str(path)], self.reference_timeout)
        if expected.status == "timeout":
            return Mismatch(["timeout of the reference"], expected, expected)
        for command in self.tested:
            found = outcome_of(command + [str(path)], self.timeout)
            kinds = kinds_of(expected, found)
            if kinds:
                return Mismatch(kinds, expected, found)
        return None

    def of_text(self, text):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "program.py")
            path.write_text(text)
            return self.of_file(path)


def report(name, mismatch):
    """A few lines about a mismatch."""
    print(f"mismatch: {name}: {', '.join(mismatch.kinds)}")
    lines = list(difflib.unified_diff(mismatch.expected.stdout.splitlines(), mismatch.found.stdout.splitlines(),
                                      "python", "found", n=2, lineterm=""))
    for line in lines[:DIFFERENCE_LINES]:
        print("   ", line)
    if len(lines) > DIFFERENCE_LINES:
        print(f"    ... {len(lines) - DIFFERENCE_LINES} more lines")
    if "stdout" not in mismatch.kinds or mismatch.found.status != mismatch.expected.status:
        for line in mismatch.found.stderr.splitlines()[-5:]:
            print("    stderr:", line)
    sys.stdout.flush()


def keep_program(folder, name, text, mismatch):
    """Leaves a program and what it printed in a folder."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.py").write_text(text)
    (folder / f"{name}.expected").write_text(mismatch.expected.stdout + mismatch.expected.stderr)
    (folder / f"{name}.found").write_text(mismatch.found.stdout + mismatch.found.stderr)


def seed_range(text):
    """A:B without B, or a single seed."""
    first, colon, end = text.partition(":")
    return range(int(first), int(end) if colon else int(first) + 1)


def add_options(parser):
    """What run.py and shrink.py have in common."""
    parser.add_argument("--minipy", help="the interpreter to test")
    parser.add_argument("--python", default="python3.11", help="the interpreter that is right")
    parser.add_argument("--args", default="", help="arguments for minipy")
    parser.add_argument("--hoard", action="store_true", help="test the programs instead of minipy")
    parser.add_argument("--timeout", type=float, default=20, help="seconds for a program")
    parser.add_argument("--size", type=int, help="steps in each program")
    parser.add_argument("--without", default="", help="kinds of steps to leave out, with commas")


def parsed_options(parser):
    """The options; the value of --args may begin with a minus sign."""
    words = sys.argv[1:]
    if "--args" in words[:-1]:
        place = words.index("--args")
        words[place:place + 2] = ["--args=" + words[place + 1]]
    options = parser.parse_args(words)
    if not options.minipy and not options.hoard:
        parser.error("--minipy PATH or --hoard is needed")
    if options.minipy and not options.hoard and not pathlib.Path(options.minipy).is_file():
        parser.error(f"there is no {options.minipy}")
    return options


def check_seed(comparison, options, seed):
    """(name, text, mismatch or None) of a seed."""
    text = generate.generate(seed, options.size, options.without.split(","))
    return f"seed {seed}", text, comparison.of_text(text)


def check_file(comparison, path):
    return path, pathlib.Path(path).read_text(), comparison.of_file(path)


def programs_of(paths):
    """Files, and of each folder all programs in it."""
    found = [sorted(map(str, path.glob("*.py"))) if path.is_dir() else [str(path)] for path in map(pathlib.Path, paths)]
    return sum(found, [])


def work_of(comparison, options):
    """What there is to run, as functions without arguments."""
    if options.files:
        return [lambda path=path: check_file(comparison, path) for path in programs_of(options.files)]
    return [lambda seed=seed: check_seed(comparison, options, seed) for seed in seed_range(options.seeds)]


def run_all(work, options, what):
    """Runs it on several threads; the number of mismatches."""
    mismatches, started, said = 0, time.monotonic(), time.monotonic()
    kinds = collections.Counter()
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for done, (name, text, mismatch) in enumerate(pool.map(lambda function: function(), work), 1):
            if mismatch:
                mismatches += 1
                kinds.update(mismatch.kinds)
                report(name, mismatch)
                if options.keep:
                    keep_program(options.keep, pathlib.Path(name).stem.replace(" ", "_"), text, mismatch)
            if time.monotonic() - said > 10:
                said = time.monotonic()
                print(f"... {done} of {len(work)} {what}, {mismatches} mismatches, {said - started:.0f} s", flush=True)
    for kind, times in kinds.most_common():
        print(f"{times:6} times {kind}")
    return mismatches


def replay_options(options):
    """What must be said again to run the same."""
    texts = ["files" if options.files else f"--seeds {options.seeds}"]
    texts += [f"--size {options.size}"] if options.size else []
    texts += [f"--without {options.without}"] if options.without else []
    texts += [f"--args {shlex.quote(options.args)}"] if options.args else []
    return " ".join(texts)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_options(parser)
    parser.add_argument("--seeds", default="0:100", help="A:B, without B")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--keep", help="a folder for the programs that differ")
    parser.add_argument("files", nargs="*", help="programs, or folders of them, to run instead of seeds")
    options = parsed_options(parser)
    work = work_of(Comparison(options), options)
    if not work:
        print("nothing to run")
        sys.exit(2)
    what = "files" if options.files else "seeds"
    print(replay_options(options))
    mismatches = run_all(work, options, what)
    print(f"{what}: {len(work)} mismatches: {mismatches}")
    sys.exit(1 if mismatches else 0)


if __name__ == "__main__":
    main()
