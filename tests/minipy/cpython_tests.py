"""Runs CPython's own tests of weak references, as Debian installs them, in minipy, and compares what becomes of each with cpython_outcomes.txt.

    cpython_tests.py observe --minipy PATH   # as they are, with --gc=observe
    cpython_tests.py control --minipy PATH   # without collections: what depends on a death must fail
    cpython_tests.py stress --minipy PATH    # with a collection at each line: those with an outcome in that column
    --update          rewrites that column
    --args OPTIONS    other options for minipy than the list is of: shows where the outcomes differ
    --times N         so many rounds
    --only TEXT       tests with the text in their names

A test in which minipy crashes or says nothing for too long has that as its outcome, and the others are run without it.
Exit status: 0 when all is as listed, 1 when not, 2 for wrong options, 77 when the tests are not installed.
"""
import argparse
import concurrent.futures
import os
import pathlib
import re
import select
import shlex
import subprocess
import sys
import time

LIST = pathlib.Path(__file__).with_name("cpython_outcomes.txt")
SUITE = pathlib.Path("/usr/lib/python3.11/test")
FILES = ("test_weakref", "test_weakset")
SKIPPED = 77
OPTIONS = {"observe": "--gc=observe", "control": "--gc=observe --no-collect", "stress": "--gc=stress"}
NOT_RUN = "-"
HEAD = """\
# What becomes of each of CPython's tests in minipy: with --gc=observe, without collections, with --gc=stress ("-": not run).
# death: it needs one, so it must fail without collections. crash: it once crashed CPython, or shows nothing without a death.
# Rewritten by cpython_tests.py --update; marks and reasons are kept.
"""

STARTED = re.compile(r"^(\w+) \(test\.([\w.]+)\)", re.MULTILINE)
OUTCOME = re.compile(r"(?:^|\.\.\. )(ok|FAIL|ERROR|skipped|expected failure|unexpected success)(?: ['\"](.*)['\"])?$", re.MULTILINE)
REPORT = re.compile(r"^={70}$", re.MULTILINE)
REPORTED = re.compile(r"\n(?:FAIL|ERROR): (\w+) \(test\.([\w.]+)\)")
RAN = "\n" + "-" * 70 + "\nRan "


# ---- running -----------------------------------------------------------------------------------------------------------------------------

def output_of(command, limit):
    """What it writes to stderr, and its status; "timeout" when nothing came for so many seconds."""
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        text = b""
        while select.select([process.stderr], [], [], limit)[0]:
            part = os.read(process.stderr.fileno(), 1 << 16)
            if not part:
                return text.decode(errors="replace"), process.wait()
            text += part
        process.kill()
        return text.decode(errors="replace"), "timeout"


def full_name(method, where):
    """test_weakref.ModuleTestCase.test_names; the doctest's class does not name it."""
    return where if where.endswith("." + method) else f"{where}.{method}"


def outcomes_in(text):
    """Outcome and reason by name; the outcome is None when the test did not end."""
    progress, *reports = REPORT.split(text.partition(RAN)[0])
    found = {}
    pieces = STARTED.split(progress)[1:]
    for method, where, piece in zip(pieces[::3], pieces[1::3], pieces[2::3]):
        words = OUTCOME.findall(piece)  # the last one: parts of it may have failed before
        outcome, reason = words[-1] if words else (None, "")
        found[full_name(method, where)] = (outcome and outcome.replace(" ", "-"), reason)
    for report in reports:
        match = REPORTED.match(report)
        if match:
            name = full_name(*match.groups())
            found[name] = (found[name][0], report.strip().splitlines()[-1])
    return found


def names_for_unittest(names):
    """What to write behind `-m unittest`. The doctest has no name there, but a pattern chooses it."""
    doctests = [name for name in names if "__test__" in name]
    if doctests:
        return ["-k", doctests[0].rpartition(".")[2], "test." + doctests[0].partition(".")[0]]
    return ["test." + name for name in names]


def how_it_ended(status):
    return status if status == "timeout" else f"signal{-status}" if status < 0 else f"status{status}"


class Run:
    """minipy with some tests, in as many processes as it takes to get beyond those that end it."""

    def __init__(self, options, arguments):
        self.command = [options.minipy, *arguments, "-m", "unittest", "-v"]
        self.limit = options.limit

    def of(self, names, known):
        """Outcomes by name. `names`: tests or a whole file; `known`: the tests that they are."""
        found = {}
        while names:
            text, status = output_of(self.command + names_for_unittest(names), self.limit)
            fresh = outcomes_in(text)
            found.update(fresh)
            if status not in (0, 1) or RAN not in text:
                broken = [name for name in fresh if fresh[name][0] is None] or [names[-1] + ", at its end" if fresh else names[0] + ", at its start"]
                found[broken[-1]] = (how_it_ended(status), (text.strip().splitlines() or [""])[-1])
            names = [name for name in known if name not in found] if fresh else []
        return found


def class_of(name):
    return name.rpartition(".")[0]


def parts_of(listed, options):
    """Pairs of names for unittest and the tests that they are; one minipy for each."""
    if options.mode == "observe" and not options.only:
        return [([file], [name for name in listed if class_of(name).startswith(file + ".")]) for file in FILES]
    classes = {}
    for name in wanted_of(listed, options):
        classes.setdefault(class_of(name), []).append(name)
    return [(names, names) for names in classes.values()]


def run_all(listed, options):
    """Outcome and reason of each test, by name."""
    run = Run(options, shlex.split(OPTIONS[options.mode] if options.args is None else options.args))
    found = {}
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for part in pool.map(lambda names: run.of(*names), parts_of(listed, options)):
            found.update(part)
    return found


# ---- the list ------------------------------------------------------------------------------------------------------------------------------

class Row:
    """What the list has of a test: a mark, an outcome in each column, and why one of them is not "ok"."""

    def __init__(self, mark="", outcomes=(), reason=""):
        self.mark = mark
        self.outcomes = dict(zip(OPTIONS, outcomes or [NOT_RUN] * len(OPTIONS)))
        self.reason = reason

    def line(self, name):
        outcomes = "".join(f"{outcome:9}" for outcome in self.outcomes.values())
        return f"{name:78} {self.mark or NOT_RUN:7}{outcomes}{self.reason}".rstrip() + "\n"


def read_list():
    listed = {}
    for line in LIST.read_text().splitlines() if LIST.exists() else []:
        if line and not line.startswith("#"):
            name, mark, *outcomes = line.split(None, 2 + len(OPTIONS))
            reason = outcomes.pop() if len(outcomes) > len(OPTIONS) else ""
            listed[name] = Row(mark.strip(NOT_RUN), outcomes, reason)
    return listed


def write_list(listed, found, mode):
    for name, (outcome, reason) in found.items():
        row = listed.setdefault(name, Row())
        row.outcomes[mode] = outcome
        good = all(row.outcomes[column] == "ok" for column in OPTIONS if column != "control")
        row.reason = "" if good else row.reason or reason
    if mode == "observe":
        for name in set(listed) - set(found):
            del listed[name]
    title = f"# {'test':76} {'mark':7}" + "".join(f"{column:9}" for column in OPTIONS) + "reason\n"
    LIST.write_text(HEAD + title + "".join(listed[name].line(name) for name in sorted(listed)))


def wanted_of(listed, options):
    """The tests that are to run."""
    return [name for name in listed
            if options.only in name and (options.mode != "stress" or listed[name].outcomes["stress"] != NOT_RUN or options.only)]


# ---- judging -------------------------------------------------------------------------------------------------------------------------------

def differences(listed, found, options):
    """A line for each test that is not as listed, in either direction."""
    lines = []
    for name in sorted({*found, *wanted_of(listed, options)}):
        before = listed[name].outcomes[options.mode] if name in listed else "not there"
        now, reason = found.get(name, ("not run", ""))
        if before != now:
            lines.append(f"{name}: listed as {before}, now {now}" + (f": {reason}" if reason else ""))
    return lines


def broken_demands(listed, found, mode):
    """What no list may excuse."""
    deaths = [name for name in found if name in listed and listed[name].mark == "death"]
    lines = [f"{name}: {outcome}, which must not be" for name, (outcome, _) in found.items() if outcome.startswith(("signal", "status", "timeout"))]
    if mode == "observe":
        lines += [f"{name}: depends on a death and is not ok" for name in deaths if found[name][0] != "ok"]
    if mode == "control":
        lines += [f"{name}: passes although nothing died" for name in deaths if found[name][0] not in ("FAIL", "ERROR")]
    return lines


def summary(listed, found, options, seconds):
    counts = {}
    for outcome, _ in found.values():
        counts[outcome] = counts.get(outcome, 0) + 1
    marks = {}
    for name, (outcome, _) in found.items():
        if name in listed and listed[name].mark:
            passed, of = marks.get(listed[name].mark, (0, 0))
            marks[listed[name].mark] = (passed + (outcome == "ok"), of + 1)
    text = ", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items(), key=lambda item: -item[1]))
    text += "".join(f"; {mark}: {passed} of {of} ok" for mark, (passed, of) in sorted(marks.items(), reverse=True))
    return f"{options.mode}: {len(found)} tests: {text}; {seconds:.1f} s"


def round_of(listed, options):
    """Whether all is as it should be."""
    start = time.monotonic()
    found = run_all(listed, options)
    seconds = time.monotonic() - start
    if options.update:
        write_list(listed, found, options.mode)
    lines = differences(listed, found, options) + broken_demands(listed, found, options.mode)
    print("\n".join(lines + [summary(listed, found, options, seconds)]), flush=True)
    return not lines


def parsed_options():
    parser = argparse.ArgumentParser(usage=__doc__, add_help=False)
    parser.add_argument("mode", choices=list(OPTIONS))
    parser.add_argument("--minipy", required=True)
    parser.add_argument("--args")
    parser.add_argument("--only", default="")
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--limit", type=float, default=120, help="seconds without a word")
    parser.add_argument("--update", action="store_true")
    return parser.parse_args()


def main():
    options = parsed_options()
    absent = [file for file in FILES if not (SUITE / (file + ".py")).exists()]
    if absent:
        print(f"skipped: {SUITE}/{absent[0]}.py is not there; install the package libpython3.11-testsuite")
        return SKIPPED
    listed = read_list()
    good = [round_of(listed, options) for _ in range(options.times)]
    if options.times > 1:
        print(f"{good.count(True)} of {options.times} rounds as listed")
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
