"""Scripts in another process: assert_python_ok, assert_python_failure, run_python_until_end, make_script, make_pkg."""

import os
import sys
from collections import namedtuple

import _minipy


def interpreter_requires_environment():
    return False


class _PythonRunResult(namedtuple('_PythonRunResult', 'rc out err')):
    """How a script ended, and what it wrote as bytes."""

    def fail(self, cmd_line):
        texts = [data.decode('utf-8', 'replace').rstrip() for data in (self.out, self.err)]
        raise AssertionError('Process return code is %d\ncommand line: %r\n\nstdout:\n---\n%s\n---\n\n'
                             'stderr:\n---\n%s\n---' % (self.rc, cmd_line, *texts))


def run_python_until_end(*args, **env_vars):
    """Run the interpreter; keywords are environment variables, except __cleanenv, __cwd and __isolated."""
    cwd = env_vars.pop('__cwd', None)
    env_vars.pop('__isolated', None)
    env = {} if env_vars.pop('__cleanenv', None) else dict(os.environ)
    env.update(env_vars)
    cmd_line = [sys.executable, *args]
    return _PythonRunResult(*_minipy.run_process(cmd_line, None, env, cwd)), cmd_line


def _assert_python(expected_success, /, *args, **env_vars):
    result, cmd_line = run_python_until_end(*args, **env_vars)
    if (result.rc == 0) is not expected_success:
        result.fail(cmd_line)
    return result


def assert_python_ok(*args, **env_vars):
    """Run the interpreter, which shall end with status 0; the answer is (status, stdout, stderr)."""
    return _assert_python(True, *args, **env_vars)


def assert_python_failure(*args, **env_vars):
    """Run the interpreter, which shall fail; the answer is (status, stdout, stderr)."""
    return _assert_python(False, *args, **env_vars)


def make_script(script_dir, script_basename, source, omit_suffix=False):
    name = os.path.join(script_dir, script_basename + ('' if omit_suffix else '.py'))
    with open(name, 'w', encoding='utf-8') as script:
        script.write(source)
    return name


def make_pkg(pkg_dir, init_source=''):
    os.mkdir(pkg_dir)
    make_script(pkg_dir, '__init__', init_source)
