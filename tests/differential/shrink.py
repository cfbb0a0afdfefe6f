"""Makes a program that shows a difference short, and writes it to regressions/NAME.py.

    shrink.py SEED|FILE --minipy PATH [--out NAME] [the options of run.py]

A shorter program counts if minipy differs in the same way, CPython reports no error that it did not report before, and
CPython with late deaths (hoard.py) agrees with CPython: so a settle() that matters is not taken away.
"""
import argparse
import ast
import copy
import pathlib

import generate
import run

KEPT_WHOLE = ("settle",)     # functions in which nothing is removed
BLOCKS = ("body", "orelse", "finalbody", "handlers")
REFERENCE_SECONDS = 4        # for a shorter program in CPython, which may not end any more


def blocks_of(tree):
    """Every list of statements in a program, outer ones first: (owner, field)."""
    found, waiting = [], [tree]
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, ast.FunctionDef) and node.name in KEPT_WHOLE:
            continue
        for field in BLOCKS:
            statements = getattr(node, field, None)
            if isinstance(statements, list) and statements:
                found.append((node, field))
                waiting += statements
    return found


def with_block(tree, index, statements):
    """A copy in which one list of statements is another; positions are those of the old statements."""
    made = copy.deepcopy(tree)
    owner, field = blocks_of(made)[index]
    old = getattr(owner, field)
    new = [old[item] if isinstance(item, int) else item for item in statements]
    if not new and field == "body" and not isinstance(owner, ast.Module):
        new = [ast.Pass()]
    setattr(owner, field, new)
    return made


def text_of(tree):
    """The text of a program, or None if it is none."""
    try:
        text = ast.unparse(ast.fix_missing_locations(tree)) + "\n"
        compile(text, "shrunk", "exec")
        return text
    except (SyntaxError, ValueError, AttributeError):
        return None


def without_semicolons(text):
    return ast.parse(ast.unparse(ast.parse(text)))


def main_kind(mismatch):
    """The kind that says most."""
    return [kind for kind in mismatch.kinds if kind != "stdout" or len(mismatch.kinds) == 1][0]


class Shrinker:
    """A program, and the mismatch that each shorter one must show."""

    def __init__(self, options, text):
        self.comparison = run.Comparison(options)
        self.python = None if options.hoard else run.Comparison(argparse.Namespace(**{**vars(options), "hoard": True}))
        self.tree = without_semicolons(text)
        self.mismatch = self.comparison.of_text(text_of(self.tree))
        self.tried = {}
        self.runs = 0
        for comparison in [self.comparison, self.python]:
            if comparison:
                comparison.reference_timeout = min(options.timeout, REFERENCE_SECONDS)

    def shows(self, tree):
        """Whether a shorter program shows the same."""
        text = text_of(tree)
        if text is None:
            return False
        if text not in self.tried:
            self.tried[text] = self.shows_text(text)
        return self.tried[text]

    def shows_text(self, text):
        self.runs += 1
        mismatch = self.comparison.of_text(text)
        if mismatch is None or main_kind(mismatch) != main_kind(self.mismatch):
            return False
        if not set(mismatch.expected.errors) <= set(self.mismatch.expected.errors):
            return False
        return self.python is None or self.python.of_text(text) is None

    def accept(self, tree):
        if self.shows(tree):
            self.tree = tree
            return True
        return False

    def shrink(self):
        """Removes and unwraps until nothing more can be."""
        size = None
        while size != len(ast.unparse(self.tree)):
            size = len(ast.unparse(self.tree))
            self.every_block(self.remove_statements)
            self.every_block(self.unwrap_statements)
            self.shorten_expressions()
            print(f"... {len(ast.unparse(self.tree).splitlines())} lines after {self.runs} runs", flush=True)

    def every_block(self, step):
        index = 0
        while index < len(blocks_of(self.tree)):
            step(index)
            index += 1

    def remove_statements(self, index):
        """Takes ever smaller runs of statements out of one list, from its end."""
        owner, field = blocks_of(self.tree)[index]
        length = size = len(getattr(owner, field))
        while size > 0:
            start = length - size
            while start > -size:
                first = max(start, 0)
                kept = [*range(first), *range(start + size, length)]
                if len(kept) < length and self.accept(with_block(self.tree, index, kept)):
                    owner, field = blocks_of(self.tree)[index] if index < len(blocks_of(self.tree)) else (None, None)
                    length = len(kept)
                    if not length or owner is None:
                        return
                start -= size
            size //= 2

    def unwrap_statements(self, index):
        """Puts the body of a statement, or of a function that is called once behind it, in its place."""
        owner, field = blocks_of(self.tree)[index]
        for position in reversed(range(len(getattr(owner, field)))):
            statement = getattr(blocks_of(self.tree)[index][0], field)[position]
            body = getattr(statement, "body", None)
            if isinstance(statement, ast.ClassDef) or not isinstance(body, list):
                continue
            length = len(getattr(blocks_of(self.tree)[index][0], field))
            behind = position + 2 if isinstance(statement, ast.FunctionDef) else position + 1
            inside = [copy.deepcopy(line) for line in body]
            self.accept(with_block(self.tree, index, [*range(position), *inside, *range(behind, length)]))

    def shorten_expressions(self):
        """Takes single elements out of displays and out of what is printed, and calls without attempt()."""
        index = 0
        while index < len(lists_of(self.tree)):
            position = len(lists_of(self.tree)[index])
            while position > 0 and index < len(lists_of(self.tree)):
                position -= 1
                made = copy.deepcopy(self.tree)
                del lists_of(made)[index][position:position + 1]
                self.accept(made)
            index += 1
        for index in reversed(range(len(attempts_in(self.tree)))):
            made = copy.deepcopy(self.tree)
            statement = attempts_in(made)[index]
            statement.value = statement.value.args[0].body
            self.accept(made)

    def result(self, origin):
        """The text, with a line about where it comes from."""
        kinds = ", ".join(self.mismatch.kinds)
        body = [node for node in self.tree.body if not is_text(node)]
        return f'"""Shrunk from {origin}: {kinds}."""\n{spaced(body)}'


def is_text(node):
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def lists_of(tree):
    """The elements of each list and tuple that is read, and the arguments of each print()."""
    nodes = list(ast.walk(tree))
    displays = [node.elts for node in nodes
                if isinstance(node, (ast.List, ast.Tuple)) and isinstance(node.ctx, ast.Load)]
    printed = [node.args for node in nodes if is_call(node, "print")]
    return [found for found in displays + printed if found]


def attempts_in(tree):
    """The statements `attempt(lambda: ...)`."""
    return [node for node in ast.walk(tree) if isinstance(node, ast.Expr) and is_call(node.value, "attempt")
            and len(node.value.args) == 1 and isinstance(node.value.args[0], ast.Lambda)]


def is_call(node, name):
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name


def spaced(statements):
    """The text of a program, with two blank lines around functions and classes."""
    text, behind = "", False
    for node in statements:
        definition = isinstance(node, (ast.FunctionDef, ast.ClassDef))
        text += ("\n\n" if definition or behind else "") + ast.unparse(node) + "\n"
        behind = definition
    return text


def program_of(options):
    """(origin, name, text) of a seed or file."""
    if options.program.isdigit():
        text = generate.generate(int(options.program), options.size, options.without.split(","))
        return "seed " + options.program, "seed_" + options.program, text
    path = pathlib.Path(options.program)
    return path.name, path.stem + "_short", path.read_text()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    run.add_options(parser)
    parser.add_argument("program", help="a seed or a file")
    parser.add_argument("--out", help="the name of the file in regressions/")
    options = run.parsed_options(parser)
    origin, name, text = program_of(options)
    shrinker = Shrinker(options, text)
    if shrinker.mismatch is None:
        raise SystemExit(f"{origin}: no mismatch")
    print(f"{origin}: {', '.join(shrinker.mismatch.kinds)}; {len(text.splitlines())} lines")
    shrinker.shrink()
    out = run.HERE / "regressions" / f"{options.out or name}.py"
    out.parent.mkdir(exist_ok=True)
    out.write_text(shrinker.result(origin))
    print(out.read_text())
    print(f"wrote {out}: {len(out.read_text().splitlines())} lines, {shrinker.runs} runs")


if __name__ == "__main__":
    main()
