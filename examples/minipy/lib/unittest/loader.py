"""TestSuite with class and module fixtures, and TestLoader; no discovery of test files."""

import sys

from unittest.case import SkipTest, TestCase, _class_name, format_exception


class _Named:
    """Stands for a test or fixture in a result, by its texts only: keeps nothing of it alive."""

    failureException = AssertionError

    def __init__(self, text, name=None, description=None):
        self._text = text
        self._id = name or text
        self._description = description

    def id(self):
        return self._id

    def shortDescription(self):
        return self._description

    def countTestCases(self):
        return 0

    def __str__(self):
        return self._text

    def __repr__(self):
        return '<test %s>' % self._text


class _Fixtures:
    """The set-ups and tear-downs of modules and classes around a row of tests."""

    def __init__(self, result):
        self.result = result
        self.module = self.kind = None
        self.module_ready = self.kind_ready = False

    def enter(self, test):
        """Do what is due before test; False when it cannot run."""
        kind = type(test)
        if kind is self.kind:
            return self.kind_ready
        self._leave_class()
        if kind.__module__ != self.module:
            self._leave_module()
            self.module = kind.__module__
            self.module_ready = self._call(sys.modules.get(self.module), 'setUpModule', self.module)
        self.kind = kind
        if getattr(kind, '__unittest_skip__', False):
            self.kind_ready = self.module_ready
            self.kind = None
        elif self.module_ready:
            self.kind_ready = self._call(kind, 'setUpClass', _class_name(kind))
            if not self.kind_ready:
                self._clean_up_class(kind)
        else:
            self.kind_ready = False
        return self.kind_ready

    def leave(self):
        self._leave_class()
        self._leave_module()

    def _leave_class(self):
        kind, self.kind = self.kind, None
        if kind is not None and self.kind_ready:
            self._call(kind, 'tearDownClass', _class_name(kind))
            self._clean_up_class(kind)

    def _clean_up_class(self, kind):
        cleanups = kind.__dict__.get('_class_cleanups')
        while cleanups:
            function, args, kwargs = cleanups.pop()
            self._run(lambda: function(*args, **kwargs), 'tearDownClass (%s)' % _class_name(kind))

    def _leave_module(self):
        module, self.module = self.module, None
        if module is not None and self.module_ready:
            self._call(sys.modules.get(module), 'tearDownModule', module)

    def _call(self, owner, name, of):
        function = getattr(owner, name, None)
        return function is None or self._run(function, '%s (%s)' % (name, of))

    def _run(self, function, text):
        try:
            function()
        except SkipTest as exc:
            self.result.addSkip(_Named(text), str(exc))
            return False
        except Exception as exc:
            self.result.addError(_Named(text), (type(exc), exc, exc.__traceback__))
            return False
        return True


class TestSuite:
    """Tests and suites of tests. A suite lets go of each test before the next one runs."""

    def __init__(self, tests=()):
        self._tests = []
        self._removed = 0
        self.addTests(tests)

    def __iter__(self):
        return iter([test for test in self._tests if test is not None])

    def __eq__(self, other):
        if not isinstance(other, TestSuite):
            return NotImplemented
        return list(self) == list(other)

    __hash__ = None

    def __repr__(self):
        return '<%s tests=%r>' % (_class_name(type(self)), list(self))

    def __call__(self, *args, **kwargs):
        return self.run(*args, **kwargs)

    def countTestCases(self):
        return self._removed + sum(test.countTestCases() for test in self)

    def addTest(self, test):
        if not callable(test):
            raise TypeError('%r is not callable' % (test,))
        if isinstance(test, type) and issubclass(test, (TestCase, TestSuite)):
            raise TypeError('TestCases and TestSuites must be instantiated before passing them to addTest()')
        self._tests.append(test)

    def addTests(self, tests):
        if isinstance(tests, str):
            raise TypeError('tests must be an iterable of tests, not a string')
        for test in tests:
            self.addTest(test)

    def _take(self):
        """Iterator over the single tests, which leave the suite."""
        for i, test in enumerate(self._tests):
            if isinstance(test, TestSuite):
                yield from test._take()
            elif test is not None:
                self._tests[i] = None
                self._removed += test.countTestCases() if hasattr(test, 'countTestCases') else 1
                yield test

    def run(self, result):
        fixtures = _Fixtures(result)
        for test in self._take():
            if result.shouldStop:
                break
            if fixtures.enter(test):
                test(result)
            if isinstance(test, TestCase):
                test.__dict__.clear()
        test = None
        fixtures.leave()
        return result


class _FailedTest(TestCase):
    """Stands for tests that could not be loaded; fails with the reason."""

    def __init__(self, name, kind, text):
        self._testMethodName = name
        self._error = kind, text

    def __getattr__(self, name):
        if name == '_error' or name != self.__dict__.get('_testMethodName'):
            raise AttributeError('%r object has no attribute %r' % (type(self).__name__, name))
        return self._raise

    def _raise(self):
        kind, text = self._error
        raise kind(text)


class TestLoader:
    """Makes suites from classes, modules and names."""

    testMethodPrefix = 'test'
    sortTestMethodsUsing = True     # false: as they were defined
    testNamePatterns = None         # a test is taken when one of these is part of its full name
    suiteClass = TestSuite

    def __init__(self):
        self.errors = []

    def _failed(self, name, kind, text):
        self.errors.append(text)
        return _FailedTest(name, kind, text)

    def getTestCaseNames(self, testCaseClass):
        def wanted(name):
            if not name.startswith(self.testMethodPrefix) or not callable(getattr(testCaseClass, name)):
                return False
            full = '%s.%s' % (_class_name(testCaseClass), name)
            return self.testNamePatterns is None or any(_matches(full, p) for p in self.testNamePatterns)
        names = [name for name in dir(testCaseClass) if wanted(name)]
        return sorted(names) if self.sortTestMethodsUsing else names

    def loadTestsFromTestCase(self, testCaseClass):
        if issubclass(testCaseClass, TestSuite):
            raise TypeError('Test cases should not be derived from TestSuite. '
                            'Maybe you meant to derive from TestCase?')
        names = self.getTestCaseNames(testCaseClass)
        if not names and hasattr(testCaseClass, 'runTest'):
            names = ['runTest']
        return self.suiteClass([testCaseClass(name) for name in names])

    def loadTestsFromModule(self, module, *, pattern=None):
        classes = [getattr(module, name) for name in sorted(dir(module))]
        tests = self.suiteClass([self.loadTestsFromTestCase(cls) for cls in classes
                                 if isinstance(cls, type) and issubclass(cls, TestCase) and cls is not TestCase])
        load_tests = getattr(module, 'load_tests', None)
        if load_tests is None:
            return tests
        try:
            return load_tests(self, tests, pattern)
        except Exception as exc:
            return self._failed(module.__name__, type(exc), 'Failed to call load_tests:\n' + format_exception(exc))

    def loadTestsFromName(self, name, module=None):
        parts = name.split('.')
        failed = None
        if module is None:
            for count in range(len(parts), 0, -1):
                module_name = '.'.join(parts[:count])
                try:
                    __import__(module_name)
                except ImportError as exc:
                    failed = (parts[count - 1], ImportError,
                              'Failed to import test module: %s\n%s' % (parts[count - 1], format_exception(exc)))
                else:
                    module = sys.modules[module_name]
                    parts = parts[count:]
                    break
            else:
                return self._failed(*failed)
        parent, obj = None, module
        for part in parts:
            try:
                parent, obj = obj, getattr(obj, part)
            except AttributeError as exc:
                if failed is None or getattr(obj, '__path__', None) is None:
                    failed = part, AttributeError, str(exc)
                return self._failed(*failed)
        if isinstance(obj, type(sys)):
            return self.loadTestsFromModule(obj)
        if isinstance(obj, type) and issubclass(obj, TestCase):
            return self.loadTestsFromTestCase(obj)
        if isinstance(parent, type) and issubclass(parent, TestCase) and not isinstance(obj, type):
            return self.suiteClass([parent(parts[-1])])
        if isinstance(obj, TestSuite):
            return obj
        if not callable(obj):
            raise TypeError("don't know how to make test from: %s" % obj)
        made = obj()
        if isinstance(made, TestSuite):
            return made
        if isinstance(made, TestCase):
            return self.suiteClass([made])
        raise TypeError('calling %s returned %s, not a test' % (obj, made))

    def loadTestsFromNames(self, names, module=None):
        return self.suiteClass([self.loadTestsFromName(name, module) for name in names])


def _matches(text, pattern):
    """Whether pattern, whose stars stand for anything, fits the text; without stars, whether it is part of it."""
    if '*' not in pattern:
        return pattern in text
    first, *rest = pattern.split('*')
    if not text.startswith(first):
        return False
    place = len(first)
    for part in rest[:-1]:
        place = text.find(part, place)
        if place < 0:
            return False
        place += len(part)
    return text.endswith(rest[-1]) and len(text) - place >= len(rest[-1])


defaultTestLoader = TestLoader()


def makeSuite(testCaseClass, prefix='test', suiteClass=TestSuite):
    loader = TestLoader()
    loader.testMethodPrefix = prefix
    loader.suiteClass = suiteClass
    return loader.loadTestsFromTestCase(testCaseClass)


def findTestCases(module, prefix='test', suiteClass=TestSuite):
    loader = TestLoader()
    loader.testMethodPrefix = prefix
    loader.suiteClass = suiteClass
    return loader.loadTestsFromModule(module)
