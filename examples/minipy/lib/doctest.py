"""Examples in docstrings: parser, finder, runner, DocTestSuite, testmod, testfile.

Left out: debugging of examples, differences as diffs (those options are accepted), line numbers of functions.
"""

import builtins
import io
import sys
import unittest
from collections import namedtuple
from traceback import format_exception_only
from unittest.case import format_exception

OPTIONFLAGS_BY_NAME = {}


def register_optionflag(name):
    return OPTIONFLAGS_BY_NAME.setdefault(name, 1 << len(OPTIONFLAGS_BY_NAME))


DONT_ACCEPT_TRUE_FOR_1 = register_optionflag('DONT_ACCEPT_TRUE_FOR_1')
DONT_ACCEPT_BLANKLINE = register_optionflag('DONT_ACCEPT_BLANKLINE')
NORMALIZE_WHITESPACE = register_optionflag('NORMALIZE_WHITESPACE')
ELLIPSIS = register_optionflag('ELLIPSIS')
SKIP = register_optionflag('SKIP')
IGNORE_EXCEPTION_DETAIL = register_optionflag('IGNORE_EXCEPTION_DETAIL')
REPORT_UDIFF = register_optionflag('REPORT_UDIFF')
REPORT_CDIFF = register_optionflag('REPORT_CDIFF')
REPORT_NDIFF = register_optionflag('REPORT_NDIFF')
REPORT_ONLY_FIRST_FAILURE = register_optionflag('REPORT_ONLY_FIRST_FAILURE')
FAIL_FAST = register_optionflag('FAIL_FAST')

TestResults = namedtuple('TestResults', 'failed attempted')


def _full_line(text):
    return text + '\n' if text and not text.endswith('\n') else text


def _indent(text):
    return ''.join(['    ' + line + '\n' if line else '\n' for line in text.rstrip('\n').split('\n')])


class Example:
    """Source, the output or the exception message it shall give, its line in the docstring, and options."""

    def __init__(self, source, want, exc_msg=None, lineno=0, indent=0, options=None):
        self.source = _full_line(source)
        self.want = _full_line(want)
        self.exc_msg = exc_msg if exc_msg is None else _full_line(exc_msg)
        self.lineno = lineno
        self.indent = indent
        self.options = options or {}


class DocTest:
    """The examples of one docstring, and the names they see."""

    def __init__(self, examples, globs, name, filename, lineno, docstring):
        self.examples = examples
        self.globs = globs.copy()
        self.name = name
        self.filename = filename
        self.lineno = lineno
        self.docstring = docstring

    def __repr__(self):
        count = len(self.examples)
        return '<DocTest %s from %s:%s (%d example%s)>' % (self.name, self.filename, self.lineno, count,
                                                           '' if count == 1 else 's')

    def __lt__(self, other):
        return self.name < other.name


class DocTestParser:
    """Finds the examples in a text."""

    def parse(self, string, name='<string>'):
        """List of examples and the texts between them."""
        lines = string.expandtabs().split('\n')
        parts, text, i = [], [], 0
        while i < len(lines):
            if not self._is_prompt(lines[i]):
                text.append(lines[i])
                i += 1
                continue
            start, indent = i, len(lines[i]) - len(lines[i].lstrip(' '))
            source = [self._source(lines[i], indent, '>>>', i, name)]
            i += 1
            while i < len(lines) and (lines[i][:indent + 3] == ' ' * indent + '...'):
                source.append(self._source(lines[i], indent, '...', i, name))
                i += 1
            want = []
            while i < len(lines) and lines[i].strip(' ') and not self._is_prompt(lines[i]):
                if lines[i][:indent].strip(' '):
                    raise ValueError('line %r of the docstring for %s has inconsistent leading whitespace: %r'
                                     % (i + 1, name, lines[i]))
                want.append(lines[i][indent:].rstrip())
                i += 1
            options = self._options(source, name, start)
            if all(not line.strip() or line.lstrip().startswith('#') for line in source):
                if options:
                    raise ValueError('line %r of the doctest for %s has an option directive on a line with no '
                                     'example: %r' % (start, name, '\n'.join(source)))
                continue
            parts.append('\n'.join(text))
            text = []
            parts.append(Example('\n'.join(source), '\n'.join(want), self._message(want), start, indent, options))
        parts.append('\n'.join(text))
        return parts

    def get_examples(self, string, name='<string>'):
        return [part for part in self.parse(string, name) if isinstance(part, Example)]

    def get_doctest(self, string, globs, name, filename, lineno):
        return DocTest(self.get_examples(string, name), globs, name, filename, lineno, string)

    def _is_prompt(self, line):
        return line.lstrip(' ').startswith('>>>')

    def _source(self, line, indent, prompt, i, name):
        if line[indent + 3:indent + 4] not in ('', ' '):
            raise ValueError('line %r of the docstring for %s lacks blank after %s: %r' % (i + 1, name, prompt, line))
        return line[indent + 4:]

    def _message(self, want):
        """What the output shows of an exception; None if it shows none."""
        if not want or want[0].rstrip() not in ('Traceback (most recent call last):', 'Traceback (innermost last):'):
            return None
        for i, line in enumerate(want):
            if i > 0 and line and (line[0].isalnum() or line[0] == '_'):
                return '\n'.join(want[i:])
        return None

    def _options(self, source, name, lineno):
        options = {}
        for line in source:
            comment, found, directive = line.partition('doctest:')
            if not found or not comment.rstrip().endswith('#') or '"' in directive or "'" in directive:
                continue
            for option in directive.replace(',', ' ').split():
                if option[0] not in '+-' or option[1:] not in OPTIONFLAGS_BY_NAME:
                    raise ValueError('line %r of the doctest for %s has an invalid option: %r'
                                     % (lineno + 1, name, option))
                options[OPTIONFLAGS_BY_NAME[option[1:]]] = option[0] == '+'
        return options


class DocTestFinder:
    """Finds the docstrings of an object and of what is defined in it."""

    def __init__(self, verbose=False, parser=None, recurse=True, exclude_empty=True):
        self._parser = parser or DocTestParser()
        self._recurse = recurse
        self._exclude_empty = exclude_empty

    def find(self, obj, name=None, module=None, globs=None, extraglobs=None):
        name = obj.__name__ if name is None else name
        if module is None:
            module = obj if isinstance(obj, type(sys)) else sys.modules.get(getattr(obj, '__module__', None))
        globs = dict(module.__dict__ if module and globs is None else globs or {})
        globs.update(extraglobs or {})
        globs.setdefault('__name__', '__main__')
        tests = []
        self._find(tests, obj, name, module or None, globs, [])
        tests.sort()
        return tests

    def _find(self, tests, obj, name, module, globs, seen):
        if any(obj is other for other in seen):
            return
        seen.append(obj)
        docstring = obj if isinstance(obj, str) else getattr(obj, '__doc__', None) or ''
        if docstring or not self._exclude_empty:
            filename = getattr(module, '__file__', None) or getattr(module, '__name__', None)
            lineno = 0 if isinstance(obj, type(sys)) else None
            tests.append(self._parser.get_doctest(str(docstring), globs, name, filename, lineno))
        if isinstance(obj, str) or not self._recurse:
            return
        for inner_name, inner in self._members(obj, module):
            self._find(tests, inner, '%s.%s' % (name, inner_name), module, globs, seen)

    def _members(self, obj, module):
        """(name, object) of what may have docstrings in a module or class."""
        function = type(_indent)
        if isinstance(obj, type(sys)):
            for name, inner in list(obj.__dict__.items()):
                inner = getattr(inner, '__wrapped__', inner) if isinstance(inner, function) else inner
                if isinstance(inner, (function, type)) and inner.__module__ == obj.__name__:
                    yield name, inner
            for name, inner in getattr(obj, '__test__', {}).items():
                yield '__test__.%s' % name, inner
        elif isinstance(obj, type):
            for name, inner in list(obj.__dict__.items()):
                if isinstance(inner, (staticmethod, classmethod)):
                    inner = inner.__func__
                if isinstance(inner, property) or (isinstance(inner, (function, type)) and
                                                   (module is None or inner.__module__ == module.__name__)):
                    yield name, inner


class OutputChecker:
    """Compares output with what was wanted."""

    def check_output(self, want, got, optionflags):
        if got == want:
            return True
        if not optionflags & DONT_ACCEPT_TRUE_FOR_1 and (got, want) in (('True\n', '1\n'), ('False\n', '0\n')):
            return True
        if not optionflags & DONT_ACCEPT_BLANKLINE:
            want = '\n'.join(['' if line.rstrip() == '<BLANKLINE>' else line for line in want.split('\n')])
            got = '\n'.join([line if line.strip() else '' for line in got.split('\n')])
            if got == want:
                return True
        if optionflags & NORMALIZE_WHITESPACE:
            want, got = ' '.join(want.split()), ' '.join(got.split())
            if got == want:
                return True
        return bool(optionflags & ELLIPSIS) and self._ellipsis_match(want, got)

    def _ellipsis_match(self, want, got):
        first, *rest = want.split('...')
        if not rest:
            return want == got
        last = rest.pop()
        if not got.startswith(first) or not got.endswith(last):
            return False
        place, end = len(first), len(got) - len(last)
        for piece in rest:
            place = got.find(piece, place, end)
            if place < 0:
                return False
            place += len(piece)
        return place <= end

    def output_difference(self, example, got, optionflags):
        if not optionflags & DONT_ACCEPT_BLANKLINE:
            got = '\n'.join([line if line.strip() or i == got.count('\n') else '<BLANKLINE>'
                             for i, line in enumerate(got.split('\n'))])
        want = 'Expected:\n' + _indent(example.want) if example.want else 'Expected nothing\n'
        return want + ('Got:\n' + _indent(got) if got else 'Got nothing\n')


def _without_details(message):
    """The name of the exception only, without its module."""
    return message.split('\n')[0].split(':')[0].split('.')[-1]


class DocTestRunner:
    """Runs examples and says what went wrong."""

    DIVIDER = '*' * 70

    def __init__(self, checker=None, verbose=None, optionflags=0):
        self._checker = checker or OutputChecker()
        self._verbose = '-v' in sys.argv if verbose is None else verbose
        self.optionflags = optionflags
        self.tries = 0
        self.failures = 0
        self._by_name = {}

    def report_start(self, out, test, example):
        if self._verbose:
            want = 'Expecting:\n' + _indent(example.want) if example.want else 'Expecting nothing\n'
            out('Trying:\n' + _indent(example.source) + want)

    def report_success(self, out, test, example, got):
        if self._verbose:
            out('ok\n')

    def report_failure(self, out, test, example, got):
        flags = self._flags(example)
        out(self._failure_header(test, example) + self._checker.output_difference(example, got, flags))

    def report_unexpected_exception(self, out, test, example, text):
        """CPython gives exc_info here; this gives the formatted traceback."""
        out(self._failure_header(test, example) + 'Exception raised:\n' + _indent(text))

    def _failure_header(self, test, example):
        line = '?' if test.lineno is None else test.lineno + example.lineno + 1
        where = 'Line %s, in %s' % (line, test.name)
        if test.filename:
            where = 'File "%s", line %s, in %s' % (test.filename, line, test.name)
        return '%s\n%s\nFailed example:\n%s' % (self.DIVIDER, where, _indent(example.source))

    def _flags(self, example):
        flags = self.optionflags
        for flag, on in example.options.items():
            flags = flags | flag if on else flags & ~flag
        return flags

    def run(self, test, compileflags=None, out=None, clear_globs=True):
        stdout, hook = sys.stdout, sys.displayhook
        if out is None:
            out = stdout.write
        sys.stdout = io.StringIO()
        sys.displayhook = getattr(sys, '__displayhook__', hook)
        try:
            return self._run(test, out, sys.stdout)
        finally:
            sys.stdout, sys.displayhook = stdout, hook
            if clear_globs:
                test.globs.clear()
                builtins._ = None

    def _run(self, test, out, captured):
        failures = tries = 0
        for number, example in enumerate(test.examples):
            flags = self._flags(example)
            if flags & SKIP:
                continue
            quiet = flags & REPORT_ONLY_FIRST_FAILURE and failures > 0
            tries += 1
            if not quiet:
                self.report_start(out, test, example)
            filename = '<doctest %s[%d]>' % (test.name, number)
            line, text = self._run_example(example, filename, test.globs)
            got = _full_line(captured.getvalue())
            captured.seek(0)
            captured.truncate()
            if line is None:
                passed = self._checker.check_output(example.want, got, flags)
            elif example.exc_msg is None:
                passed = None
            else:
                got += text
                passed = self._checker.check_output(example.exc_msg, line, flags)
                if not passed and flags & IGNORE_EXCEPTION_DETAIL:
                    passed = _without_details(example.exc_msg) == _without_details(line)
            if passed:
                if not quiet:
                    self.report_success(out, test, example, got)
                continue
            failures += 1
            if not quiet:
                report = self.report_unexpected_exception if passed is None else self.report_failure
                report(out, test, example, text if passed is None else got)
            if flags & FAIL_FAST:
                break
        self.failures += failures
        self.tries += tries
        failed, tried = self._by_name.get(test.name, (0, 0))
        self._by_name[test.name] = failed + failures, tried + tries
        return TestResults(failures, tries)

    def _run_example(self, example, filename, globs):
        """(last line, all) of the traceback of an exception, or (None, None). The exception itself is let go."""
        try:
            exec(compile(example.source, filename, 'single'), globs)
        except KeyboardInterrupt:
            raise
        except BaseException as exc:
            return format_exception_only(exc)[-1], format_exception(exc)
        return None, None

    def summarize(self, verbose=None):
        verbose = self._verbose if verbose is None else verbose
        failed = [(name, counts) for name, counts in sorted(self._by_name.items()) if counts[0]]
        if verbose:
            print('%d tests in %d items.' % (self.tries, len(self._by_name)))
            print('%d passed and %d failed.' % (self.tries - self.failures, self.failures))
        if failed:
            print(self.DIVIDER)
            print('%d items had failures:' % len(failed))
            for name, (failures, tries) in failed:
                print(' %3d of %3d in %s' % (failures, tries, name))
            print('***Test Failed*** %d failures.' % self.failures)
        elif verbose:
            print('Test passed.')
        return TestResults(self.failures, self.tries)


def _run_all(tests, verbose, report, optionflags):
    runner = DocTestRunner(verbose=verbose, optionflags=optionflags)
    for test in tests:
        runner.run(test)
    if report:
        runner.summarize()
    return TestResults(runner.failures, runner.tries)


def testmod(m=None, name=None, globs=None, verbose=None, report=True, optionflags=0, extraglobs=None,
            raise_on_error=False, exclude_empty=False):
    """Run the examples of a module, __main__ by default."""
    m = sys.modules['__main__'] if m is None else m
    if not isinstance(m, type(sys)):
        raise TypeError('testmod: module required; %r' % (m,))
    tests = DocTestFinder(exclude_empty=exclude_empty).find(m, name, globs=globs, extraglobs=extraglobs)
    return _run_all(tests, verbose, report, optionflags)


def testfile(filename, module_relative=True, name=None, package=None, globs=None, verbose=None, report=True,
             optionflags=0, extraglobs=None, raise_on_error=False, parser=None, encoding=None):
    """Run the examples in a text file, whose name is relative to that of the module or package."""
    if module_relative:
        module = _normalize_module(package)
        base = getattr(module, '__file__', None) or ''
        filename = base[:base.rfind('/') + 1] + filename
    with io.open(filename, encoding=encoding or 'utf-8') as file:
        text = file.read()
    globs = dict(globs or {})
    globs.update(extraglobs or {})
    globs.setdefault('__name__', '__main__')
    name = filename.rsplit('/', 1)[-1] if name is None else name
    test = (parser or DocTestParser()).get_doctest(text, globs, name, filename, 0)
    return _run_all([test], verbose, report, optionflags)


def run_docstring_examples(f, globs, verbose=False, name='NoName', compileflags=None, optionflags=0):
    """Run the examples in the docstring of one object."""
    for test in DocTestFinder(recurse=False).find(f, name, globs=globs):
        DocTestRunner(verbose=verbose, optionflags=optionflags).run(test)


class DocTestCase(unittest.TestCase):
    """A DocTest as a unit test."""

    def __init__(self, test, optionflags=0, setUp=None, tearDown=None, checker=None):
        unittest.TestCase.__init__(self)
        self._dt_test = test
        self._dt_optionflags = optionflags
        self._dt_setUp = setUp
        self._dt_tearDown = tearDown
        self._dt_checker = checker

    def setUp(self):
        if self._dt_setUp is not None:
            self._dt_setUp(self._dt_test)

    def tearDown(self):
        if self._dt_tearDown is not None:
            self._dt_tearDown(self._dt_test)
        self._dt_test.globs.clear()
        builtins._ = None

    def runTest(self):
        test, output = self._dt_test, io.StringIO()
        runner = DocTestRunner(self._dt_checker, False, self._dt_optionflags)
        runner.DIVIDER = '-' * 70
        if runner.run(test, out=output.write, clear_globs=False).failed:
            raise self.failureException('Failed doctest test for %s\n  File "%s", line %s, in %s\n\n%s' % (
                test.name, test.filename, '?' if test.lineno is None else test.lineno, test.name.split('.')[-1],
                output.getvalue()))

    def id(self):
        return self._dt_test.name

    def __eq__(self, other):
        return self is other

    def __hash__(self):
        return id(self)

    def __repr__(self):
        module, _, name = self._dt_test.name.rpartition('.')
        return '%s (%s)' % (name, module)

    __str__ = __repr__

    def shortDescription(self):
        return 'Doctest: ' + self._dt_test.name


def _normalize_module(module, depth=2):
    """A module for itself, its name, or None: the one that calls the caller of this function."""
    if isinstance(module, type(sys)):
        return module
    name = sys._getcallermodule(depth) if module is None else module
    __import__(name)
    return sys.modules[name]


def DocTestSuite(module=None, globs=None, extraglobs=None, test_finder=None, **options):
    """A suite with a test for each docstring of the module that has examples."""
    module = _normalize_module(module)
    tests = (test_finder or DocTestFinder()).find(module, globs=globs, extraglobs=extraglobs)
    return unittest.TestSuite([DocTestCase(test, **options) for test in tests if test.examples])
