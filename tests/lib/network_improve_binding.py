# SPDX-License-Identifier: MIT
"""ctypes binding of the steps that improve networks."""

import ctypes

import numpy as np

import network_binding as nb
from binding import LIB, check, pointer

size_t, double = ctypes.c_size_t, ctypes.c_double
NEAREST, ADAPTIVE, GPTQ = range(3)


class Pruning(ctypes.Structure):
    _fields_ = [("threshold", ctypes.c_float), ("sparsity", double), ("overall", ctypes.c_bool)]


class Pruned(ctypes.Structure):
    _fields_ = [("layer", size_t), ("weights", size_t), ("pruned", size_t)]


class Pair(ctypes.Structure):
    _fields_ = [("first", size_t), ("second", size_t), ("channels", size_t), ("changed", size_t),
                ("least", ctypes.c_float), ("greatest", ctypes.c_float),
                ("skipped", ctypes.c_char_p), ("where", ctypes.c_char_p)]


class Widths(ctypes.Structure):
    _fields_ = [("weight_bits", ctypes.c_uint), ("activation_bits", ctypes.c_uint),
                ("per_channel", ctypes.c_bool)]


class RoundOptions(ctypes.Structure):
    _fields_ = [("method", ctypes.c_uint), ("widths", Widths), ("ranges", pointer),
                ("passes", ctypes.c_uint), ("group", size_t), ("damping", double),
                ("by_activity", ctypes.c_bool), ("keep_float", pointer)]


class Rounded(ctypes.Structure):
    _fields_ = [("layer", size_t), ("weights", size_t), ("changed", size_t), ("before", double),
                ("after", double), ("skipped", ctypes.c_char_p)]


class CorrectOptions(ctypes.Structure):
    _fields_ = [("widths", Widths), ("ranges", pointer), ("reference", pointer),
                ("keep_float", pointer)]


class Corrected(ctypes.Structure):
    _fields_ = [("layer", size_t), ("mean_square", double), ("greatest", double),
                ("added", ctypes.c_bool), ("skipped", ctypes.c_char_p)]


LIB.qmac_network_constant.restype = ctypes.POINTER(ctypes.c_float)
LIB.qmac_network_constant.argtypes = [pointer, size_t]
LIB.qmac_network_set_constant.argtypes = [pointer, size_t, pointer]
LIB.qmac_network_copy.argtypes = [pointer, ctypes.POINTER(pointer)]
LIB.qmac_network_prune.argtypes = [pointer, pointer, pointer]
LIB.qmac_network_equalize.argtypes = [pointer, pointer]
LIB.qmac_network_smooth.argtypes = [pointer, size_t, pointer, ctypes.c_float, pointer]
LIB.qmac_network_round.argtypes = [pointer, size_t, pointer, pointer, pointer]
LIB.qmac_network_correct_bias.argtypes = [pointer, size_t, pointer, pointer, pointer]
LIB.qmac_network_fake_layer.argtypes = [pointer, size_t, pointer, pointer]
LIB.qmac_network_clear_fakes.argtypes = [pointer]
LIB.qmac_network_clear_fakes.restype = None


class Network(nb.Network):
    def copy(self):
        made = pointer()
        check(LIB.qmac_network_copy(self.handle, ctypes.byref(made)))
        return Network(handle=made)

    def values(self, tensor):
        told = self.tensor(tensor)
        flat = np.ctypeslib.as_array(LIB.qmac_network_constant(self.handle, tensor), (told.count,))
        return flat.reshape(told.dims[:told.rank]).copy()

    def set_values(self, tensor, values):
        values = np.ascontiguousarray(values, np.float32)
        check(LIB.qmac_network_set_constant(self.handle, tensor, values.ctypes.data))

    def _report(self, kind):
        return (kind * self.info.layers)()

    def prune(self, threshold=0, sparsity=0, overall=False):
        report = self._report(Pruned)
        check(LIB.qmac_network_prune(self.handle,
                                     ctypes.byref(Pruning(threshold, sparsity, overall)), report))
        return list(report)

    def equalize(self):
        report = self._report(Pair)
        check(LIB.qmac_network_equalize(self.handle, report))
        return list(report)

    def smooth(self, x, alpha=.5):
        x = np.ascontiguousarray(x, np.float32)
        report = self._report(Pair)
        check(LIB.qmac_network_smooth(self.handle, len(x), x.ctypes.data, alpha, report))
        return list(report)

    def round(self, x, method, bits=8, activation_bits=0, per_channel=True, group=0):
        x = np.ascontiguousarray(x, np.float32)
        report = self._report(Rounded)
        options = RoundOptions(method, Widths(bits, activation_bits, per_channel), group=group)
        check(LIB.qmac_network_round(self.handle, len(x), x.ctypes.data, ctypes.byref(options),
                                     report))
        return list(report)

    def correct_bias(self, x, bits=8, activation_bits=8, per_channel=True, reference=None):
        x = np.ascontiguousarray(x, np.float32)
        report = self._report(Corrected)
        options = CorrectOptions(Widths(bits, activation_bits, per_channel), None,
                                 reference and reference.handle)
        check(LIB.qmac_network_correct_bias(self.handle, len(x), x.ctypes.data,
                                            ctypes.byref(options), report))
        nb.LIB.qmac_network_info(self.handle, ctypes.byref(self.info))  # tensors may be added
        return list(report)

    def run_faked(self, x, ranges, bits, activation_bits, per_channel=True):
        widths = Widths(bits, activation_bits, per_channel)
        for layer in range(self.info.layers):
            check(LIB.qmac_network_fake_layer(self.handle, layer, ctypes.byref(widths),
                                              ranges.ctypes.data))
        y = self.run_rows(x)
        LIB.qmac_network_clear_fakes(self.handle)
        return y
