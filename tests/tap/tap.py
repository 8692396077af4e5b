# SPDX-License-Identifier: MIT
"""TAP for the Python tests, and a way to run the commands they test."""

import subprocess


class Tap:
    def __init__(self):
        self.count = 0
        self.failed = 0

    def ok(self, passed, name, *notes):
        """One result; the notes are shown when it failed. Returns @passed."""
        self.count += 1
        self.failed += not passed
        print(f"{'' if passed else 'not '}ok {self.count} - {name}", flush=True)
        if not passed:
            for note in notes:
                for line in str(note).splitlines() or [""]:
                    print(f"# {line}", flush=True)
        return passed

    def skip(self, name, reason):
        self.count += 1
        print(f"ok {self.count} - {name} # SKIP {reason}", flush=True)

    def done(self):
        """Prints the plan; returns the exit status of the program."""
        print(f"1..{self.count}")
        return 1 if self.failed else 0


def run(*arguments):
    """Run a command; return (status, stdout, stderr)."""
    done = subprocess.run([str(a) for a in arguments], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, check=False)
    return done.returncode, done.stdout, done.stderr
