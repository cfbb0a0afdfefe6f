"""run, call, check_call, check_output on `_minipy.run_process`; no Popen, no pipes, time-outs are ignored.

A child's output is read to its end; what was not captured is passed on after that.
"""

import os
import sys

import _minipy

PIPE, STDOUT, DEVNULL = -1, -2, -3


class SubprocessError(Exception):
    pass


class CalledProcessError(SubprocessError):
    """A process failed that was not to fail."""

    def __init__(self, returncode, cmd, output=None, stderr=None):
        self.returncode = returncode
        self.cmd = cmd
        self.output = self.stdout = output
        self.stderr = stderr
        super().__init__(returncode, cmd, output, stderr)

    def __str__(self):
        if self.returncode < 0:
            return 'Command %r died with signal %d.' % (self.cmd, -self.returncode)
        return 'Command %r returned non-zero exit status %d.' % (self.cmd, self.returncode)


class TimeoutExpired(SubprocessError):
    """Never raised here."""


class CompletedProcess:
    """A process that has ended."""

    def __init__(self, args, returncode, stdout=None, stderr=None):
        self.args = args
        self.returncode = returncode
        self.stdout = stdout
        self.stderr = stderr

    def check_returncode(self):
        if self.returncode:
            raise CalledProcessError(self.returncode, self.args, self.stdout, self.stderr)

    def __repr__(self):
        parts = ['args=%r' % (self.args,), 'returncode=%r' % self.returncode]
        parts += ['%s=%r' % (name, getattr(self, name)) for name in ('stdout', 'stderr')
                  if getattr(self, name) is not None]
        return 'CompletedProcess(%s)' % ', '.join(parts)


def run(args, *, input=None, stdin=None, stdout=None, stderr=None, capture_output=False, shell=False, cwd=None,
        env=None, timeout=None, check=False, text=None, universal_newlines=None, encoding=None, errors=None):
    """Run a program to its end."""
    if capture_output:
        if stdout is not None or stderr is not None:
            raise ValueError('stdout and stderr arguments may not be used with capture_output.')
        stdout = stderr = PIPE
    as_text = text or universal_newlines or encoding or errors
    codec = encoding or 'utf-8', errors or 'strict'
    command = ['/bin/sh', '-c', args] if shell else [args] if isinstance(args, str) else args
    command = [os.fspath(part) for part in command]
    data = input.encode(*codec) if isinstance(input, str) else b'' if input is None and stdin == DEVNULL else input
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    cwd = None if cwd is None else os.fspath(cwd)
    status, out, err = _minipy.run_process(command, data, os.environ if env is None else env, cwd)
    if stderr == STDOUT:
        out, err = out + err, None
    out, err = _deliver(out, stdout, 1), _deliver(err, stderr, 2)
    if as_text:
        out, err = [data if data is None else data.decode(*codec).replace('\r\n', '\n') for data in (out, err)]
    process = CompletedProcess(args, status, out, err)
    if check:
        process.check_returncode()
    return process


def _deliver(data, to, fd):
    """The data if they are captured; otherwise they are written to where they belong."""
    if to == PIPE or not data:
        return data if to == PIPE else None
    if to != DEVNULL:
        _minipy.fd_write(fd if to is None else to if isinstance(to, int) else to.fileno(), data)
    return None


def call(*args, **kwargs):
    return run(*args, **kwargs).returncode


def check_call(*args, **kwargs):
    return run(*args, check=True, **kwargs).returncode


def check_output(*args, **kwargs):
    return run(*args, stdout=PIPE, check=True, **kwargs).stdout
