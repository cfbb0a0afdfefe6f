"""Runs every example of the weakref manual, as Debian installs its source, in python3.11 and in minipy; both must print the same.

    manual_test.py --minipy PATH [--python python3.11] [--args OPTIONS] [--show]

The examples of a section make one program. Prompts run one after the other and print what they answer as a REPL does; a block of code has a driver
behind it, as most only define something. A block that is not known here is a failure, so nothing is left out. python3.11 must print what the manual says.
Not compared are addresses and the answers of gc.collect(). Each program runs with --gc=observe and with --gc=stress.
Exit status: 0 when all agree, 1 when not, 2 for wrong options, 77 when the manual is not installed.
"""
import argparse
import ast
import collections
import difflib
import doctest
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile
import textwrap

MANUAL = pathlib.Path("/usr/share/doc/python3.11/html/_sources/library/weakref.rst.txt")
SKIPPED = 77
TIMEOUT = 60
POLICIES = ("observe", "stress")
PRELUDE = "import gc, os, shutil, sys, tempfile, weakref"
MARK = "-- line "

# Here the death of an object prints something at once. With --gc=observe it does so at the next look at a weak reference: the order is not compared.
PROMPT_DEATHS = {"Finalizer Objects"}

# The function's body is left to the reader.
COMPLETED = {"    # implicit reference to the module globals from the function body": "    print('unloading', __name__)"}

# By what a block of code has in it: what to do with it. CODE stands for the block, else it comes first; TEXT for a string of it.
DRIVERS = {
    "class Dict(dict):": """
        r = weakref.ref(obj)
        print(r() is obj, r() == {"red": 1, "green": 2, "blue": 3})
        del obj
        gc.collect()
        print(r())
    """,
    "o.do_something_useful()": """
        class Useful:
            def do_something_useful(self):
                print("useful")
        useful = Useful()
        r = weakref.ref(useful)
        CODE
        del o, useful
        gc.collect()
        CODE
    """,
    "class ExtendedRef(weakref.ref):": """
        o = Object()
        r = ExtendedRef(o, lambda dead: print("callback", dead is r), size=3, name="o")
        print(r.size, r.name, isinstance(r, weakref.ref))
        for i in range(2):
            print([r()[0] is o, r()[1]])
        del o
        gc.collect()
        print(r(), r.name)
    """,
    "def remember(obj):": """
        class Image:
            pass
        image = Image()
        oid = remember(image)
        print(id2obj(oid) is image, oid in _id2obj_dict, len(_id2obj_dict))
        del image
        gc.collect()
        print(oid in _id2obj_dict, len(_id2obj_dict))
        try:
            id2obj(oid)
        except KeyError as error:
            print("KeyError", error.args == (oid,))
    """,
    "def __del__(self):": """
        one = TempDir()
        name = one.name
        print(os.listdir() == [os.path.basename(name)], one.removed)
        one.remove()
        one.remove()
        print(os.listdir(), one.removed)
        two = TempDir()
        two.itself = two
        open(os.path.join(two.name, "file"), "w").close()
        del two
        gc.collect()
        print(os.listdir())
    """,
    "self._finalizer = weakref.finalize(self, shutil.rmtree, self.name)": """
        one = TempDir()
        name = one.name
        print(os.listdir() == [os.path.basename(name)], one.removed)
        one.remove()
        one.remove()
        print(os.listdir(), one.removed)
        two = TempDir()
        two.itself = two
        open(os.path.join(two.name, "file"), "w").close()
        del two
        gc.collect()
        print(os.listdir())
        three = TempDir()
        open(os.path.join(three.name, "file"), "w").close()
        print(len(os.listdir()), three.removed)  # to the exit
    """,
    "def unloading_module():": """
        with open("plugin.py", "w") as file:
            file.write(TEXT)
        sys.path.insert(0, os.getcwd())
        import plugin
        del sys.modules["plugin"], plugin
        gc.collect()
        print("unloaded")
        import plugin
        os.remove("plugin.py")
        print("loaded to the exit")
    """,
    # Behind prompts whose comments say what a dictionary has then.
    ">>> d[k2] = 2   # d = {k1: 2}": "print(dict(d))",
    ">>> del d[k1]": "print(dict(d) == {k2: 2})",
}

Block = collections.namedtuple("Block", "line section text")


# ---- the manual ----------------------------------------------------------------------------------------------------------------------------

def indent_of(line):
    return len(line) - len(line.lstrip(" "))


def end_of(lines, start, ends):
    """The line behind a block, without its empty lines."""
    end = start
    while end < len(lines) and not ends(lines[end]):
        end += 1
    while not lines[end - 1].strip():
        end -= 1
    return end


def blocks_in(text):
    """Literal blocks, and prompts wherever they are."""
    lines, section, blocks, i = text.splitlines(), None, [], 0
    while i < len(lines):
        line = lines[i]
        if line and set(line) in ({"="}, {"-"}, {"~"}) and i > 0 and len(lines[i - 1]) >= 3:
            section = lines[i - 1]
        literal = line.rstrip().endswith("::") and not line.lstrip().startswith("..")
        if literal or line.lstrip().startswith(">>>"):
            outer = indent_of(line)
            start = i + 1 if literal else i
            while not lines[start].strip():
                start += 1
            i = end_of(lines, start, (lambda l: l.strip() and indent_of(l) <= outer) if literal else (lambda l: not l.strip()))
            blocks.append(Block(start + 1, section, textwrap.dedent("\n".join(lines[start:i])) + "\n"))
        else:
            i += 1
    return blocks


def examples_of(block):
    """The prompts of a block; none if it is code."""
    return doctest.DocTestParser().get_examples(block.text) if block.text.startswith(">>>") else []


# ---- programs ------------------------------------------------------------------------------------------------------------------------------

def as_in_repl(source):
    """An expression shows its value."""
    if source.strip() == "gc.collect()":
        source = "0 * gc.collect()"
    try:
        ast.parse(source, mode="eval")
    except SyntaxError:
        return source
    return f"sys.displayhook(\n{source})\n"


def driven(block, driver):
    """A block of code and its driver."""
    code = block.text
    for line, body in COMPLETED.items():
        code = code.replace(line, body)
    driver = textwrap.dedent(driver).replace("TEXT", repr(code))
    if repr(code) in driver:
        return driver
    return re.sub("^CODE\n", lambda _: code, driver, flags=re.MULTILINE) if "CODE" in driver else code + driver


class Manual:
    """The examples as programs, and what may be said about them without running any."""

    def __init__(self, text):
        self.blocks = blocks_in(text)
        self.prompts = sum(len(examples_of(block)) for block in self.blocks)
        self.wanted = {}  # by line: what a prompt prints
        self.problems = []
        used = collections.Counter()
        self.programs = {}
        for block in self.blocks:
            drivers = [key for key in DRIVERS if key in block.text]
            used.update(drivers)
            if len(drivers) > 1 or not (drivers or examples_of(block)):
                self.problems.append(f"line {block.line}: {len(drivers)} drivers for this block:\n{block.text}")
            program = self.programs.setdefault(block.section, [PRELUDE + "\n"])
            program += self.parts_of(block, DRIVERS[drivers[0]] if drivers else "")
        self.problems += [f"{used[key]} blocks for the driver of {key!r}" for key in DRIVERS if used[key] != 1]
        if text.count(">>> ") != self.prompts:
            self.problems.append(f"{text.count('>>> ')} prompts, but {self.prompts} are in blocks")

    def parts_of(self, block, driver):
        examples = examples_of(block)
        for example in examples:
            line = block.line + example.lineno
            self.wanted[line] = example.want
            yield f"print('{MARK}{line}')\n{as_in_repl(example.source)}"
        if driver or not examples:
            line = f"{block.line}, driver"
            yield f"print('{MARK}{line}')\n" + (textwrap.dedent(driver) + "\n" if examples else driven(block, driver))


# ---- running and comparing -----------------------------------------------------------------------------------------------------------------

def outcome_of(command, text):
    """What a program writes, its status, and the files that it leaves in its folder, as lines."""
    with tempfile.TemporaryDirectory() as folder:
        program, work = pathlib.Path(folder, "manual.py"), pathlib.Path(folder, "work")
        program.write_text(text)
        work.mkdir()
        environment = dict(os.environ, TMPDIR=str(work), PYTHONDONTWRITEBYTECODE="1")
        try:
            done = subprocess.run([*command, str(program)], cwd=work, env=environment, stdin=subprocess.DEVNULL, capture_output=True,
                                  text=True, errors="replace", timeout=TIMEOUT, check=False)
            output, end = done.stdout + done.stderr, f"status {done.returncode}"
        except subprocess.TimeoutExpired:
            output, end = "", "timeout"
        output = re.sub(r"0x[0-9a-f]+", "0x...", output.replace(folder, ""))
        return [*output.splitlines(), f"{end}, files left: {sorted(file.name for file in work.iterdir())}"]


def against_manual(lines, wanted):
    """Prompts that python3.11 does not answer as the manual says."""
    pieces = re.split(f"^{MARK}(.*)\n", "".join(line + "\n" for line in lines[:-1]), flags=re.MULTILINE)[1:]
    checker = doctest.OutputChecker()
    for line, got in zip(pieces[::2], pieces[1::2]):
        want = re.sub(r"0x[0-9a-f]+", "0x...", wanted.get(int(line), "")) if line.isdigit() else got
        if not checker.check_output(want, got, doctest.ELLIPSIS):
            yield f"line {line}: the manual has {want!r}, python3.11 prints {got!r}"


def disagreements(options, manual):
    """Texts about everything that is not as it should be."""
    for section, parts in manual.programs.items():
        text = "".join(parts)
        expected = outcome_of([options.python], text)
        if options.show:
            print(f"==== {section}\n{text}---- prints\n" + "\n".join(expected))
        yield from against_manual(expected, manual.wanted)
        for policy in POLICIES:
            found = outcome_of([options.minipy, f"--gc={policy}", *shlex.split(options.args)], text)
            order = sorted if policy == "observe" and section in PROMPT_DEATHS else list
            difference = difflib.unified_diff(order(expected), order(found), "python3.11", f"minipy --gc={policy}", n=4, lineterm="")
            difference = "\n".join(difference)
            if difference:
                yield f"{section}:\n{difference}"


def main():
    parser = argparse.ArgumentParser(usage=__doc__, add_help=False)
    parser.add_argument("--minipy", required=True)
    parser.add_argument("--python", default="python3.11")
    parser.add_argument("--args", default="", help="more options for minipy")
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    if not MANUAL.exists():
        print(f"skipped: {MANUAL} is not there; install the package python3.11-doc")
        return SKIPPED
    manual = Manual(MANUAL.read_text())
    problems = manual.problems + list(disagreements(options, manual))
    print("\n".join(problems + [f"{len(manual.blocks)} blocks with {manual.prompts} prompts, {len(manual.programs)} programs; "
                                f"{', '.join(POLICIES)}; problems: {len(problems)}"]))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
