"""TestCase with its assertions, skipping and subTest; no assertLogs, and differences are shown line by line only."""

try:
    from _minipy import format_exception
except ImportError:
    def format_exception(exc):
        import traceback
        return ''.join(traceback.format_exception(type(exc), exc, exc.__traceback__))


class SkipTest(Exception):
    """Raise this in a test to skip it."""


class _ShouldStop(Exception):
    """The rest of this test shall not run; what was wrong has been recorded."""


def skip(reason=''):
    """Decorator that skips a test method or a whole class."""
    def decorate(item):
        if not isinstance(item, type):
            def skipped(*args, **kwargs):
                raise SkipTest(reason)
            skipped.__name__ = item.__name__
            skipped.__doc__ = item.__doc__
            item = skipped
        item.__unittest_skip__ = True
        item.__unittest_skip_why__ = reason
        return item
    if isinstance(reason, type(skip)):
        item, reason = reason, ''
        return decorate(item)
    return decorate


def skipIf(condition, reason):
    return skip(reason) if condition else lambda item: item


def skipUnless(condition, reason):
    return skip(reason) if not condition else lambda item: item


def expectedFailure(item):
    item.__unittest_expecting_failure__ = True
    return item


def _class_name(cls):
    return '%s.%s' % (cls.__module__, cls.__qualname__)


_MAX_LENGTH = 80


def safe_repr(obj, short=False):
    try:
        text = repr(obj)
    except Exception:
        text = object.__repr__(obj)
    if short and len(text) >= _MAX_LENGTH:
        return text[:_MAX_LENGTH] + ' [truncated]...'
    return text


def _difference(first, second):
    """Text with the lines that differ, '- ' before those of first and '+ ' before those of second."""
    start, end = 0, 0
    shorter = min(len(first), len(second))
    while start < shorter and first[start] == second[start]:
        start += 1
    while end < shorter - start and first[-1 - end] == second[-1 - end]:
        end += 1
    lines = ['  ' + line for line in first[:start]]
    lines += ['- ' + line for line in first[start:len(first) - end]]
    lines += ['+ ' + line for line in second[start:len(second) - end]]
    lines += ['  ' + line for line in first[len(first) - end:]]
    return '\n'.join(lines)


def _count_differences(first, second):
    """List of [count in first, count in second, element] for the elements that do not occur equally often."""
    try:
        table = {}
        for side, items in enumerate((first, second)):
            for item in items:
                table.setdefault(item, [0, 0, item])[side] += 1
        rows = table.values()
    except TypeError:                   # something cannot be hashed
        rows = []
        for side, items in enumerate((first, second)):
            for item in items:
                for row in rows:
                    if row[2] == item:
                        break
                else:
                    row = [0, 0, item]
                    rows.append(row)
                row[side] += 1
    return [row for row in rows if row[0] != row[1]]


class _Context:
    """What is expected of a `with` body or of a function's call."""

    def __init__(self, case, expected, regex=None):
        if isinstance(regex, str):
            import re
            regex = re.compile(regex)
        self.case = case
        self.expected = expected
        self.regex = regex
        self.message = None


class _RaisesContext(_Context):
    """What assertRaises and assertRaisesRegex give to a `with` statement."""

    def __init__(self, case, expected, regex=None):
        kinds = expected if isinstance(expected, tuple) else (expected,)
        for kind in kinds:
            if not (isinstance(kind, type) and issubclass(kind, BaseException)):
                raise TypeError('%s() arg 1 must be an exception type or tuple of exception types'
                                % ('assertRaises' if regex is None else 'assertRaisesRegex'))
        super().__init__(case, expected, regex)
        self.function = None
        self.exception = None

    def use(self, args, kwargs):
        """The context itself, or None after a call of the function in args."""
        if not args:
            self.message = kwargs.pop('msg', None)
            if kwargs:
                raise TypeError('%r is an invalid keyword argument for this function' % next(iter(kwargs)))
            return self
        function = args[0]
        if function is None:
            raise TypeError('None is not callable')
        self.function = getattr(function, '__name__', None) or str(function)
        with self:
            function(*args[1:], **kwargs)
        return None

    def _fail(self, text):
        case, self.case = self.case, None
        raise case.failureException(case._formatMessage(self.message, text))

    def __enter__(self):
        return self

    def __exit__(self, kind, exc, traceback):
        if kind is None:
            name = getattr(self.expected, '__name__', None) or str(self.expected)
            self._fail('%s not raised%s' % (name, ' by ' + self.function if self.function else ''))
        if not issubclass(kind, self.expected):
            return False
        self.exception = exc.with_traceback(None)
        if self.regex is not None and not self.regex.search(str(exc)):
            self._fail('"%s" does not match "%s"' % (self.regex.pattern, exc))
        return True


class _WarnsContext(_Context):
    """What assertWarns and assertWarnsRegex give to a `with` statement."""

    def use(self, args, kwargs):
        if not args:
            self.message = kwargs.pop('msg', None)
            return self
        with self:
            args[0](*args[1:], **kwargs)
        return None

    def __enter__(self):
        import warnings
        self.recorder = warnings.catch_warnings(record=True)
        self.warnings = self.recorder.__enter__()
        warnings.simplefilter('always', self.expected)
        return self

    def __exit__(self, kind, exc, traceback):
        self.recorder.__exit__(kind, exc, traceback)
        if kind is not None:
            return
        name = getattr(self.expected, '__name__', None) or str(self.expected)
        first = None
        for entry in self.warnings:
            if not issubclass(entry.category, self.expected):
                continue
            first = first or entry.message
            if self.regex is None or self.regex.search(str(entry.message)):
                self.warning = entry.message
                self.filename = entry.filename
                self.lineno = entry.lineno
                return
        if first is not None:
            self.case._fail(self.message, '"%s" does not match "%s"' % (self.regex.pattern, first))
        self.case._fail(self.message, '%s not triggered' % name)


class _Outcome:
    """What has become of one run of a test so far."""

    def __init__(self, result):
        self.result = result
        self.success = True
        self.expecting_failure = False
        self.expected_failure = None

    def attempt(self, test, function):
        """Call function; what it raises goes to the result."""
        try:
            function()
        except KeyboardInterrupt:
            raise
        except BaseException as exc:
            self.record(test, exc)

    def record(self, test, exc):
        if isinstance(exc, _ShouldStop):
            self.success = False
            return
        if isinstance(exc, SkipTest):
            self.success = False
            self.result.addSkip(test, str(exc))
            return
        error = (type(exc), exc, exc.__traceback__)
        if self.expecting_failure:
            self.expected_failure = error
            return
        self.success = False
        if isinstance(test, _SubTest):
            self.result.addSubTest(test.case, test, error)
        elif isinstance(exc, test.failureException):
            self.result.addFailure(test, error)
        else:
            self.result.addError(test, error)


class _SubTest:
    """The block of a subTest(), which fails on its own without ending the test."""

    def __init__(self, case, message, params):
        self.case = case
        self.message = message
        self.parent = case._subtest
        self.params = {**self.parent.params, **params} if self.parent is not None else params
        self.failureException = case.failureException

    def __enter__(self):
        self.case._subtest = self

    def __exit__(self, kind, exc, traceback):
        case = self.case
        case._subtest = self.parent
        outcome = case._outcome
        if outcome is None or (kind is not None and issubclass(kind, KeyboardInterrupt)):
            return False
        if kind is None:
            outcome.result.addSubTest(case, self, None)
            return False
        outcome.record(self, exc)
        if outcome.expected_failure is not None or (not outcome.success and outcome.result.failfast):
            raise _ShouldStop from None
        return True

    def _describe(self):
        parts = ['[%s]' % self.message] if self.message is not None else []
        if self.params:
            parts.append('(%s)' % ', '.join('%s=%r' % item for item in self.params.items()))
        return ' '.join(parts) or '(<subtest>)'

    def id(self):
        return '%s %s' % (self.case.id(), self._describe())

    def __str__(self):
        return '%s %s' % (self.case, self._describe())

    def shortDescription(self):
        return self.case.shortDescription()


class TestCase:
    """One test: the method with the name given to the constructor, and what it needs."""

    failureException = AssertionError
    longMessage = True
    maxDiff = 640

    # State of a run. The instance's __dict__ is emptied after the run, thus the defaults lie here.
    _cleanups = None
    _outcome = None
    _subtest = None
    _type_equality = None
    _class_cleanups = None

    def __init__(self, methodName='runTest'):
        self._testMethodName = methodName
        if methodName != 'runTest' and not hasattr(self, methodName):
            raise ValueError('no such test method in %s: %s' % (self.__class__, methodName))

    def setUp(self):
        pass

    def tearDown(self):
        pass

    @classmethod
    def setUpClass(cls):
        pass

    @classmethod
    def tearDownClass(cls):
        pass

    def countTestCases(self):
        return 1

    def defaultTestResult(self):
        from unittest.runner import TestResult
        return TestResult()

    def id(self):
        return '%s.%s' % (_class_name(self.__class__), self._testMethodName)

    def shortDescription(self):
        doc = getattr(self, self._testMethodName).__doc__
        return doc.strip().split('\n')[0].strip() if doc else None

    def __str__(self):
        return '%s (%s)' % (self._testMethodName, TestCase.id(self))

    def __repr__(self):
        return '<%s testMethod=%s>' % (_class_name(self.__class__), self._testMethodName)

    def __eq__(self, other):
        if type(self) is not type(other):
            return NotImplemented
        return self._testMethodName == other._testMethodName

    def __hash__(self):
        return hash((type(self), self._testMethodName))

    # Running

    def __call__(self, *args, **kwargs):
        return self.run(*args, **kwargs)

    def run(self, result=None):
        if result is None:
            result = self.defaultTestResult()
        method = getattr(self, self._testMethodName)
        result.startTest(self)
        try:
            for item in (method, self.__class__):
                if getattr(item, '__unittest_skip__', False):
                    result.addSkip(self, getattr(item, '__unittest_skip_why__', ''))
                    return result
            expecting = (getattr(method, '__unittest_expecting_failure__', False)
                         or getattr(self, '__unittest_expecting_failure__', False))
            outcome = self._outcome = _Outcome(result)
            outcome.attempt(self, self.setUp)
            if outcome.success:
                outcome.expecting_failure = expecting
                outcome.attempt(self, method)
                outcome.expecting_failure = False
                outcome.attempt(self, self.tearDown)
            self.doCleanups()
            if outcome.success:
                if not expecting:
                    result.addSuccess(self)
                elif outcome.expected_failure is not None:
                    result.addExpectedFailure(self, outcome.expected_failure)
                    outcome.expected_failure = None
                else:
                    result.addUnexpectedSuccess(self)
            return result
        finally:
            self._outcome = None
            result.stopTest(self)

    def debug(self):
        """Run the test without a result: what it raises comes out."""
        self.setUp()
        getattr(self, self._testMethodName)()
        self.tearDown()
        while self._cleanups:
            function, args, kwargs = self._cleanups.pop()
            function(*args, **kwargs)

    def addCleanup(self, function, /, *args, **kwargs):
        if self._cleanups is None:
            self._cleanups = []
        self._cleanups.append((function, args, kwargs))

    def enterContext(self, cm):
        value = type(cm).__enter__(cm)
        self.addCleanup(type(cm).__exit__, cm, None, None, None)
        return value

    def doCleanups(self):
        outcome = self._outcome or _Outcome(self.defaultTestResult())
        while self._cleanups:
            function, args, kwargs = self._cleanups.pop()
            outcome.attempt(self, lambda: function(*args, **kwargs))
        return outcome.success

    @classmethod
    def addClassCleanup(cls, function, /, *args, **kwargs):
        if '_class_cleanups' not in cls.__dict__:
            cls._class_cleanups = []
        cls._class_cleanups.append((function, args, kwargs))

    def skipTest(self, reason):
        raise SkipTest(reason)

    def subTest(self, msg=None, **params):
        return _SubTest(self, msg, params)

    # Assertions

    def fail(self, msg=None):
        raise self.failureException(msg)

    def _formatMessage(self, msg, standardMsg):
        if not self.longMessage:
            return msg or standardMsg
        if msg is None:
            return standardMsg
        return '%s : %s' % (standardMsg, safe_repr(msg) if not isinstance(msg, str) else msg)

    def _fail(self, msg, standardMsg):
        raise self.failureException(self._formatMessage(msg, standardMsg))

    def assertTrue(self, expr, msg=None):
        if not expr:
            self._fail(msg, '%s is not true' % safe_repr(expr))

    def assertFalse(self, expr, msg=None):
        if expr:
            self._fail(msg, '%s is not false' % safe_repr(expr))

    def addTypeEqualityFunc(self, typeobj, function):
        if self._type_equality is None:
            self._type_equality = {}
        self._type_equality[typeobj] = function

    def assertEqual(self, first, second, msg=None):
        if type(first) is type(second):
            own = self._type_equality and self._type_equality.get(type(first))
            if own:
                return (getattr(self, own) if isinstance(own, str) else own)(first, second, msg=msg)
            name = _EQUALITY_BY_TYPE.get(type(first))
            if name is not None:
                return getattr(self, name)(first, second, msg=msg)
        if not first == second:
            self._fail(msg, '%s != %s' % (safe_repr(first, True), safe_repr(second, True)))

    def assertNotEqual(self, first, second, msg=None):
        if not first != second:
            self._fail(msg, '%s == %s' % (safe_repr(first), safe_repr(second)))

    def assertIs(self, expr1, expr2, msg=None):
        if expr1 is not expr2:
            self._fail(msg, '%s is not %s' % (safe_repr(expr1), safe_repr(expr2)))

    def assertIsNot(self, expr1, expr2, msg=None):
        if expr1 is expr2:
            self._fail(msg, 'unexpectedly identical: %s' % safe_repr(expr1))

    def assertIsNone(self, obj, msg=None):
        if obj is not None:
            self._fail(msg, '%s is not None' % safe_repr(obj))

    def assertIsNotNone(self, obj, msg=None):
        if obj is None:
            self._fail(msg, 'unexpectedly None')

    def assertIn(self, member, container, msg=None):
        if member not in container:
            self._fail(msg, '%s not found in %s' % (safe_repr(member), safe_repr(container)))

    def assertNotIn(self, member, container, msg=None):
        if member in container:
            self._fail(msg, '%s unexpectedly found in %s' % (safe_repr(member), safe_repr(container)))

    def assertIsInstance(self, obj, cls, msg=None):
        if not isinstance(obj, cls):
            self._fail(msg, '%s is not an instance of %r' % (safe_repr(obj), cls))

    def assertNotIsInstance(self, obj, cls, msg=None):
        if isinstance(obj, cls):
            self._fail(msg, '%s is an instance of %r' % (safe_repr(obj), cls))

    def assertLess(self, a, b, msg=None):
        if not a < b:
            self._fail(msg, '%s not less than %s' % (safe_repr(a), safe_repr(b)))

    def assertLessEqual(self, a, b, msg=None):
        if not a <= b:
            self._fail(msg, '%s not less than or equal to %s' % (safe_repr(a), safe_repr(b)))

    def assertGreater(self, a, b, msg=None):
        if not a > b:
            self._fail(msg, '%s not greater than %s' % (safe_repr(a), safe_repr(b)))

    def assertGreaterEqual(self, a, b, msg=None):
        if not a >= b:
            self._fail(msg, '%s not greater than or equal to %s' % (safe_repr(a), safe_repr(b)))

    def _almost(self, first, second, places, delta):
        """Whether the two are almost equal, and the text that says how near was asked for."""
        if places is not None and delta is not None:
            raise TypeError('specify delta or places not both')
        distance = abs(first - second)
        if delta is not None:
            return distance <= delta, 'within %s delta (%s difference)' % (safe_repr(delta), safe_repr(distance))
        places = 7 if places is None else places
        return round(distance, places) == 0, 'within %r places (%s difference)' % (places, safe_repr(distance))

    def assertAlmostEqual(self, first, second, places=None, msg=None, delta=None):
        if first == second:
            return
        almost, text = self._almost(first, second, places, delta)
        if not almost:
            self._fail(msg, '%s != %s %s' % (safe_repr(first), safe_repr(second), text))

    def assertNotAlmostEqual(self, first, second, places=None, msg=None, delta=None):
        almost, text = self._almost(first, second, places, delta)
        if first == second or almost:
            if delta is None:
                text = text[:text.rindex(' (')]
            self._fail(msg, '%s == %s %s' % (safe_repr(first), safe_repr(second), text))

    def assertRegex(self, text, expected_regex, msg=None):
        import re
        regex = re.compile(expected_regex) if isinstance(expected_regex, (str, bytes)) else expected_regex
        if not regex.search(text):
            self._fail(msg, "Regex didn't match: %r not found in %r" % (regex.pattern, text))

    def assertNotRegex(self, text, unexpected_regex, msg=None):
        import re
        regex = re.compile(unexpected_regex) if isinstance(unexpected_regex, (str, bytes)) else unexpected_regex
        match = regex.search(text)
        if match:
            self._fail(msg, 'Regex matched: %r matches %r in %r' % (match.group(), regex.pattern, text))

    def assertRaises(self, expected_exception, *args, **kwargs):
        return _RaisesContext(self, expected_exception).use(args, kwargs)

    def assertRaisesRegex(self, expected_exception, expected_regex, *args, **kwargs):
        return _RaisesContext(self, expected_exception, expected_regex).use(args, kwargs)

    def assertWarns(self, expected_warning, *args, **kwargs):
        return _WarnsContext(self, expected_warning).use(args, kwargs)

    def assertWarnsRegex(self, expected_warning, expected_regex, *args, **kwargs):
        return _WarnsContext(self, expected_warning, expected_regex).use(args, kwargs)

    def assertSequenceEqual(self, first, second, msg=None, seq_type=None):
        kind = seq_type.__name__ if seq_type is not None else 'sequence'
        for which, sequence in (('First', first), ('Second', second)):
            if seq_type is not None and not isinstance(sequence, seq_type):
                raise self.failureException('%s sequence is not a %s: %s' % (which, kind, safe_repr(sequence)))
        if first == second:
            return
        lines = ['%ss differ: %s != %s' % (kind.capitalize(), safe_repr(first, True), safe_repr(second, True)), '']
        shorter = min(len(first), len(second))
        for i in range(shorter):
            if first[i] != second[i]:
                lines += ['First differing element %d:' % i, safe_repr(first[i]), safe_repr(second[i])]
                break
        for which, sequence in (('First', first), ('Second', second)):
            if len(sequence) > shorter:
                lines += ['', '%s %s contains %d additional elements.' % (which, kind, len(sequence) - shorter),
                          'First extra element %d:' % shorter, safe_repr(sequence[shorter])]
        self._fail(msg, '\n'.join(lines))

    def assertListEqual(self, list1, list2, msg=None):
        self.assertSequenceEqual(list1, list2, msg, seq_type=list)

    def assertTupleEqual(self, tuple1, tuple2, msg=None):
        self.assertSequenceEqual(tuple1, tuple2, msg, seq_type=tuple)

    def assertSetEqual(self, set1, set2, msg=None):
        lines = []
        for one, other, text in ((set1, set2, 'first set but not the second'),
                                 (set2, set1, 'second set but not the first')):
            try:
                rest = one.difference(other)
            except (AttributeError, TypeError) as exc:
                self.fail('invalid type when attempting set difference: %s' % exc)
            if rest:
                lines.append('Items in the %s:' % text)
                lines += [repr(item) for item in rest]
        if lines:
            self._fail(msg, '\n'.join(lines))

    def assertDictEqual(self, d1, d2, msg=None):
        self.assertIsInstance(d1, dict, 'First argument is not a dictionary')
        self.assertIsInstance(d2, dict, 'Second argument is not a dictionary')
        if d1 != d2:
            lines = [['%s: %s' % (safe_repr(key), safe_repr(value)) for key, value in d.items()] for d in (d1, d2)]
            self._fail(msg, '%s != %s\n%s' % (safe_repr(d1, True), safe_repr(d2, True), _difference(*lines)))

    def assertMultiLineEqual(self, first, second, msg=None):
        self.assertIsInstance(first, str, 'First argument is not a string')
        self.assertIsInstance(second, str, 'Second argument is not a string')
        if first != second:
            difference = _difference(first.splitlines(), second.splitlines())
            self._fail(msg, '%s != %s\n%s' % (safe_repr(first, True), safe_repr(second, True), difference))

    def assertCountEqual(self, first, second, msg=None):
        rows = _count_differences(list(first), list(second))
        if rows:
            lines = ['First has %d, Second has %d:  %r' % tuple(row) for row in rows]
            self._fail(msg, 'Element counts were not equal:\n' + '\n'.join(lines))


_EQUALITY_BY_TYPE = {
    dict: 'assertDictEqual',
    list: 'assertListEqual',
    tuple: 'assertTupleEqual',
    set: 'assertSetEqual',
    frozenset: 'assertSetEqual',
    str: 'assertMultiLineEqual',
}
