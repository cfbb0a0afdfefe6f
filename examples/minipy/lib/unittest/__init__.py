"""Unit tests: TestCase, suites, loader, text runner; no discovery, no mock, no async test cases, no assertLogs."""

from unittest.case import SkipTest, TestCase, expectedFailure, skip, skipIf, skipUnless
from unittest.loader import TestLoader, TestSuite, defaultTestLoader, findTestCases, makeSuite
from unittest.runner import TestProgram, TestResult, TextTestResult, TextTestRunner, main

__all__ = ['SkipTest', 'TestCase', 'TestLoader', 'TestProgram', 'TestResult', 'TestSuite', 'TextTestResult',
           'TextTestRunner', 'defaultTestLoader', 'expectedFailure', 'findTestCases', 'main', 'makeSuite', 'skip',
           'skipIf', 'skipUnless']
