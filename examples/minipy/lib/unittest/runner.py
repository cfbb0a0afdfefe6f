"""TestResult, the text runner and the command line; no buffering of output and no discovery.

Results keep texts only: no exception, traceback or finished test stays alive because of them.
"""

import sys
from time import monotonic

from unittest.case import format_exception
from unittest.loader import TestSuite, _Named, defaultTestLoader


class TestResult:
    """Counts tests and lists what became of them as pairs of a stand-in for the test and a text."""

    def __init__(self, stream=None, descriptions=None, verbosity=None):
        self.failfast = False
        self.shouldStop = False
        self.testsRun = 0
        self.failures = []
        self.errors = []
        self.skipped = []
        self.expectedFailures = []
        self.unexpectedSuccesses = []

    def startTestRun(self):
        pass

    def stopTestRun(self):
        pass

    def startTest(self, test):
        self.testsRun += 1

    def stopTest(self, test):
        pass

    def addSuccess(self, test):
        pass

    def addError(self, test, err):
        self._add_problem(self.errors, test, err)

    def addFailure(self, test, err):
        self._add_problem(self.failures, test, err)

    def addSubTest(self, test, subtest, err):
        if err is not None:
            failed = issubclass(err[0], subtest.failureException)
            self._add_problem(self.failures if failed else self.errors, subtest, err)

    def addSkip(self, test, reason):
        self.skipped.append((self._named(test), reason))

    def addExpectedFailure(self, test, err):
        self.expectedFailures.append((self._named(test), self._text(err)))

    def addUnexpectedSuccess(self, test):
        self.unexpectedSuccesses.append(self._named(test))
        if self.failfast:
            self.stop()

    def wasSuccessful(self):
        return not (self.failures or self.errors or self.unexpectedSuccesses)

    def stop(self):
        self.shouldStop = True

    def _add_problem(self, table, test, err):
        table.append((self._named(test), self._text(err)))
        if self.failfast:
            self.stop()

    def _named(self, test):
        return _Named(str(test), test.id(), test.shortDescription())

    def _text(self, err):
        return format_exception(err[1])

    def __repr__(self):
        return '<%s.%s run=%i errors=%i failures=%i>' % (type(self).__module__, type(self).__qualname__, self.testsRun,
                                                         len(self.errors), len(self.failures))


class _Lines:
    """A text stream with writeln()."""

    def __init__(self, stream):
        self.stream = stream

    def __getattr__(self, name):
        if name == 'stream':
            raise AttributeError(name)
        return getattr(self.stream, name)

    def writeln(self, text=''):
        self.stream.write(text + '\n')


class TextTestResult(TestResult):
    """Writes a letter or, if verbose, a line for each test."""

    separator1 = '=' * 70
    separator2 = '-' * 70

    def __init__(self, stream, descriptions, verbosity):
        TestResult.__init__(self, stream, descriptions, verbosity)
        self.stream = stream
        self.descriptions = descriptions
        self.showAll = verbosity > 1
        self.dots = verbosity == 1
        self._at_line_start = True

    def getDescription(self, test):
        doc = test.shortDescription()
        return '%s\n%s' % (test, doc) if self.descriptions and doc else str(test)

    def startTest(self, test):
        TestResult.startTest(self, test)
        if self.showAll:
            self.stream.write('%s ... ' % self.getDescription(test))
            self.stream.flush()
            self._at_line_start = False

    def _show(self, test, letter, word):
        if self.dots:
            self.stream.write(letter)
        elif self.showAll:
            if self._at_line_start:
                self.stream.write('%s ... ' % self.getDescription(test))
            self.stream.writeln(word)
            self._at_line_start = True
        self.stream.flush()

    def _show_part(self, part, letter, word):
        if self.showAll:
            if not self._at_line_start:
                self.stream.writeln()
            self.stream.write('  ')
            self._at_line_start = True
        self._show(part, letter, word)

    def addSuccess(self, test):
        TestResult.addSuccess(self, test)
        self._show(test, '.', 'ok')

    def addError(self, test, err):
        TestResult.addError(self, test, err)
        self._show(test, 'E', 'ERROR')

    def addFailure(self, test, err):
        TestResult.addFailure(self, test, err)
        self._show(test, 'F', 'FAIL')

    def addSubTest(self, test, subtest, err):
        TestResult.addSubTest(self, test, subtest, err)
        if err is not None:
            word = 'FAIL' if issubclass(err[0], subtest.failureException) else 'ERROR'
            self._show_part(subtest, word[0], word)

    def addSkip(self, test, reason):
        TestResult.addSkip(self, test, reason)
        show = self._show_part if hasattr(test, 'case') else self._show
        show(test, 's', 'skipped %r' % reason)

    def addExpectedFailure(self, test, err):
        TestResult.addExpectedFailure(self, test, err)
        self._show(test, 'x', 'expected failure')

    def addUnexpectedSuccess(self, test):
        TestResult.addUnexpectedSuccess(self, test)
        self._show(test, 'u', 'unexpected success')

    def printErrors(self):
        if self.dots or self.showAll:
            self.stream.writeln()
        self.printErrorList('ERROR', self.errors)
        self.printErrorList('FAIL', self.failures)
        if self.unexpectedSuccesses:
            self.stream.writeln(self.separator1)
            for test in self.unexpectedSuccesses:
                self.stream.writeln('UNEXPECTED SUCCESS: %s' % self.getDescription(test))
        self.stream.flush()

    def printErrorList(self, flavour, errors):
        for test, text in errors:
            self.stream.writeln(self.separator1)
            self.stream.writeln('%s: %s' % (flavour, self.getDescription(test)))
            self.stream.writeln(self.separator2)
            self.stream.writeln(text)


class TextTestRunner:
    """Runs a test or suite and writes what became of it to a stream."""

    resultclass = TextTestResult

    def __init__(self, stream=None, descriptions=True, verbosity=1, failfast=False, buffer=False, resultclass=None,
                 warnings=None, *, tb_locals=False):
        self.stream = _Lines(sys.stderr if stream is None else stream)
        self.descriptions = descriptions
        self.verbosity = verbosity
        self.failfast = failfast
        if resultclass is not None:
            self.resultclass = resultclass

    def _makeResult(self):
        return self.resultclass(self.stream, self.descriptions, self.verbosity)

    def run(self, test):
        result = self._makeResult()
        result.failfast = self.failfast
        start = monotonic()
        result.startTestRun()
        try:
            test(result)
        finally:
            result.stopTestRun()
        taken = monotonic() - start
        write = self.stream.writeln
        if hasattr(result, 'printErrors'):
            result.printErrors()
        write('-' * 70)
        write('Ran %d test%s in %.3fs' % (result.testsRun, 's' if result.testsRun != 1 else '', taken))
        write()
        counts = [('failures', result.failures), ('errors', result.errors), ('skipped', result.skipped),
                  ('expected failures', result.expectedFailures),
                  ('unexpected successes', result.unexpectedSuccesses)]
        if result.wasSuccessful():
            counts = counts[2:]
        details = ', '.join('%s=%d' % (name, len(table)) for name, table in counts if table)
        write(('OK' if result.wasSuccessful() else 'FAILED') + (' (%s)' % details if details else ''))
        self.stream.flush()
        return result


_USAGE = """usage: %s [-h] [-v] [-q] [-f] [-k PATTERN] [tests ...]

  tests           test modules, test classes and test methods, with dots
  -v, --verbose   a line for each test
  -q, --quiet     nothing for tests that pass
  -f, --failfast  stop on the first failure or error
  -k PATTERN      only run tests whose full name has this part; * stands for anything"""


class TestProgram:
    """The command line: `unittest.main()` and `python -m unittest`."""

    def __init__(self, module='__main__', defaultTest=None, argv=None, testRunner=None, testLoader=defaultTestLoader,
                 exit=True, verbosity=1, failfast=None, catchbreak=None, buffer=None, warnings=None, *,
                 tb_locals=False):
        if isinstance(module, str):
            __import__(module)
            module = sys.modules[module]
        self.module = module
        self.verbosity = verbosity
        self.failfast = bool(failfast)
        self.testLoader = testLoader
        argv = sys.argv if argv is None else argv
        self.progName = argv[0].rsplit('/', 1)[-1]
        names = self.parseArgs(argv[1:])
        if not names and defaultTest is not None:
            names = [defaultTest] if isinstance(defaultTest, str) else list(defaultTest)
        if names:
            self.test = testLoader.loadTestsFromNames(names, module)
        elif module is not None:
            self.test = testLoader.loadTestsFromModule(module)
        else:
            self._usage_exit(2)
        runner = TextTestRunner if testRunner is None else testRunner
        if isinstance(runner, type):
            runner = runner(verbosity=self.verbosity, failfast=self.failfast)
        test = self.test if isinstance(self.test, TestSuite) else TestSuite([self.test])
        self.test = None
        self.result = runner.run(test)
        if exit:
            sys.exit(0 if self.result.wasSuccessful() else 1)

    def parseArgs(self, args):
        """Set the options; the other arguments are the answer."""
        names, patterns = [], []
        args = list(args)
        while args:
            arg = args.pop(0)
            if arg in ('-v', '--verbose'):
                self.verbosity = 2
            elif arg in ('-q', '--quiet'):
                self.verbosity = 0
            elif arg in ('-f', '--failfast'):
                self.failfast = True
            elif arg == '-k' and args:
                patterns.append(args.pop(0))
            elif arg.startswith('-k') and len(arg) > 2:
                patterns.append(arg[2:])
            elif arg.startswith('-'):
                self._usage_exit(0 if arg in ('-h', '--help') else 2)
            else:
                names.append(arg)
        if patterns:
            self.testLoader.testNamePatterns = patterns
        return names

    def _usage_exit(self, status):
        print(_USAGE % self.progName, file=sys.stderr if status else sys.stdout)
        sys.exit(status)


main = TestProgram
