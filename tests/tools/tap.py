# SPDX-License-Identifier: MIT
"""TAP output for the Python tests of this folder."""

import subprocess
import sys


class Tap:
    def __init__(self):
        self.count = 0
        self.failed = 0

    def ok(self, condition, name, *diagnostics):
        self.count += 1
        print(f"{'' if condition else 'not '}ok {self.count} - {name}")
        if not condition:
            self.failed += 1
            for text in diagnostics:
                for line in str(text).splitlines() or [""]:
                    print(f"# {line}")
        sys.stdout.flush()
        return condition

    def finish(self):
        print(f"1..{self.count}")
        sys.exit(1 if self.failed else 0)


def run(*arguments):
    """Run a command; return (status, stdout, stderr)."""
    done = subprocess.run([str(a) for a in arguments], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, check=False)
    return done.returncode, done.stdout, done.stderr
