"""Small programs on one part of the language each: minipy must print what CPython prints, fail as it fails and end as it ends.

    language_test.py [--python PATH] --minipy PATH [NAME...]

Programs are those of language/ that are no modules of others; of stderr the last line counts, without the warnings that CPython alone prints.
"""

import argparse
import difflib
import pathlib
import subprocess
import sys

FOLDER = pathlib.Path(__file__).parent / 'language'
MODULES = {'each', 'kept', 'circular_a', 'circular_b', 'circular_c', 'circular_d'}     # imported by the others
SECONDS = 60


def outcome(command, program):
    """stdout, the last line of stderr, and the status."""
    done = subprocess.run([command, program.name], cwd=FOLDER, capture_output=True, text=True, timeout=SECONDS, env={'PYTHONDONTWRITEBYTECODE': '1', 'PATH': '/usr/bin:/bin'})
    errors = [line for line in done.stderr.splitlines() if 'Warning: ' not in line]
    last = errors[-1] if errors and done.returncode != 0 else ''
    return done.stdout.splitlines(), last, done.returncode


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--python', default='python3.11')
    parser.add_argument('--minipy', required=True)
    parser.add_argument('names', nargs='*')
    options = parser.parse_args()
    programs = sorted(p for p in FOLDER.glob('*.py') if p.stem not in MODULES and (not options.names or p.stem in options.names))
    differ = 0
    for program in programs:
        theirs, ours = outcome(options.python, program), outcome(options.minipy, program)
        if theirs == ours:
            continue
        differ += 1
        print(f'{program.name}: status {theirs[2]} and {ours[2]}; {theirs[1]!r} and {ours[1]!r}')
        print('\n'.join(difflib.unified_diff(theirs[0], ours[0], 'CPython', 'minipy', lineterm='', n=1)))
    print(f'programs: {len(programs)} differ: {differ}')
    return 1 if differ or not programs else 0


sys.exit(main())
