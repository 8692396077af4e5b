# SPDX-License-Identifier: MIT
"""TAP for tests whose results are arrays."""

import os
import sys

import numpy as np

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, "tests", "tap"))

import tap  # noqa: E402


class Tap(tap.Tap):
    def equal(self, got, want, name, *context):
        """Arrays are equal; the first differences are told with @context arrays."""
        got, want = np.asarray(got).ravel(), np.asarray(want).ravel()
        bad = np.flatnonzero(got != want)
        notes = [f"{len(bad)} of {len(got)} differ"]
        for i in bad[:5]:
            extra = ", ".join(str(np.asarray(c).ravel()[i]) for c in context)
            notes.append(f"element {i}: {got[i]}, want {want[i]} ({extra})")
        return self.ok(len(bad) == 0, name, *notes)
