# SPDX-License-Identifier: MIT
"""ctypes binding of the library's calibration, for the oracles."""

import ctypes
import os

import numpy as np

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LIB = ctypes.CDLL(os.environ.get("QMAC_LIB", os.path.join(TOP, "build", "lib", "libqmac.so.0")))

pointer = ctypes.c_void_p
u8, u32, u64, size = ctypes.c_uint8, ctypes.c_uint32, ctypes.c_uint64, ctypes.c_size_t
f32, f64 = ctypes.c_float, ctypes.c_double
SYMMETRIC, SYMMETRIC_FULL, ASYMMETRIC = range(3)


class Spec(ctypes.Structure):
    _fields_ = [("calibrator", u8), ("nan", u8), ("each", ctypes.c_bool), ("bins", u32)]


class Method(ctypes.Structure):
    _fields_ = [("method", u8), ("scheme", u8), ("one_sided", ctypes.c_bool), ("bits", u8),
                ("percentile", f64), ("coverage", f64)]


class Range(ctypes.Structure):
    _fields_ = [("lo", f32), ("hi", f32), ("scale", f64), ("score", f64), ("coverage", f64)]


class Stats(ctypes.Structure):
    _fields_ = [("calibrator", ctypes.c_uint), ("pass_", ctypes.c_uint), ("count", u64),
                ("zeros", u64), ("nans", u64), ("steps", u64), ("min", f32), ("max", f32),
                ("bins", size)]


LIB.qmac_context_message.restype = ctypes.c_char_p
LIB.qmac_context_message.argtypes = [pointer]
LIB.qmac_context_create.argtypes = [pointer]
LIB.qmac_calibrator_name.restype = ctypes.c_char_p
LIB.qmac_method_name.restype = ctypes.c_char_p
LIB.qmac_calibration_create.argtypes = [pointer, ctypes.POINTER(Spec), pointer]
LIB.qmac_calibration_update.argtypes = [pointer, pointer, size]
LIB.qmac_calibration_step.argtypes = [pointer, f32]
LIB.qmac_calibration_passes.argtypes = [pointer]
LIB.qmac_calibration_next_pass.argtypes = [pointer]
LIB.qmac_calibration_choose.argtypes = [pointer, ctypes.POINTER(Method), ctypes.POINTER(Range)]
LIB.qmac_calibration_stats.argtypes = [pointer, ctypes.POINTER(Stats)]
LIB.qmac_calibration_bins.argtypes = [pointer, pointer, pointer]
LIB.qmac_calibration_destroy.argtypes = [pointer]


def names(function):
    found = []
    while (name := function(len(found))) is not None:
        found.append(name.decode())
    return found


CALIBRATORS = names(LIB.qmac_calibrator_name)
METHODS = names(LIB.qmac_method_name)
CONTEXT = pointer()
assert LIB.qmac_context_create(ctypes.byref(CONTEXT)) == 0


class Failed(Exception):
    pass


def check(error):
    if error:
        raise Failed(LIB.qmac_context_message(CONTEXT).decode())


class Calibration:
    def __init__(self, calibrator="own", **spec):
        self.handle = pointer()
        check(LIB.qmac_calibration_create(
            CONTEXT, ctypes.byref(Spec(calibrator=CALIBRATORS.index(calibrator), **spec)),
            ctypes.byref(self.handle)))

    def __del__(self):
        LIB.qmac_calibration_destroy(self.handle)

    def update(self, x):
        x = np.ascontiguousarray(x, np.float32)
        check(LIB.qmac_calibration_update(self.handle, x.ctypes.data, x.size))

    def watch(self, batches):
        """All passes over the batches; returns self."""
        for number in range(LIB.qmac_calibration_passes(self.handle)):
            if number:
                check(LIB.qmac_calibration_next_pass(self.handle))
            for batch in batches:
                self.update(batch)
        return self

    def step(self, constant):
        check(LIB.qmac_calibration_step(self.handle, constant))

    def choose(self, method="minmax", **options):
        out = Range()
        check(LIB.qmac_calibration_choose(
            self.handle, ctypes.byref(Method(method=METHODS.index(method), **options)),
            ctypes.byref(out)))
        return out

    def stats(self):
        out = Stats()
        LIB.qmac_calibration_stats(self.handle, ctypes.byref(out))
        return out

    def bins(self):
        """(edges, counts)"""
        n = self.stats().bins
        edges, counts = np.zeros(n + 1), np.zeros(n, np.uint64)
        LIB.qmac_calibration_bins(self.handle, edges.ctypes.data, counts.ctypes.data)
        return edges, counts.astype(np.int64)
