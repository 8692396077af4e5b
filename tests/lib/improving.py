# SPDX-License-Identifier: MIT
"""ctypes binding of <qmac/improve.h>."""

import ctypes

import numpy as np

from binding import (CONTEXT, LIB, S4, S8, U8, U4, S16, U16, S2, U2, Extent, Granularity,
                     QuantParams, QuantSpec, check, pointer, u64, u8)

CONTAINERS = {S8: np.int8, U8: np.uint8, S16: np.int16, U16: np.uint16, S4: np.int8, U4: np.uint8,
              S2: np.int8, U2: np.uint8}


class Moments(ctypes.Structure):
    _fields_ = [("k", ctypes.c_size_t), ("rows", u64), ("sum", ctypes.POINTER(ctypes.c_double)),
                ("square", ctypes.POINTER(ctypes.c_double))]

    def __del__(self):
        LIB.qmac_moments_release(ctypes.byref(self))


class AdaptiveReport(ctypes.Structure):
    _fields_ = [("before", ctypes.c_double), ("after", ctypes.c_double),
                ("changed", ctypes.c_size_t), ("passes", ctypes.c_uint)]


class GptqOptions(ctypes.Structure):
    _fields_ = [("spec", QuantSpec), ("group", ctypes.c_size_t), ("damping", ctypes.c_double),
                ("by_activity", ctypes.c_bool), ("keep_zeros", ctypes.c_bool)]


class PruneOptions(ctypes.Structure):
    _fields_ = [("threshold", ctypes.c_float), ("sparsity", ctypes.c_double)]


LIB.qmac_rounding_error.restype = ctypes.c_double


def address(array):
    return pointer(array.ctypes.data)


def size(number):
    return ctypes.c_size_t(number)


def moments_of(k, *batches):
    moments = Moments()
    check(LIB.qmac_moments_init(CONTEXT, ctypes.byref(moments), size(k)))
    for x in batches:
        x = np.ascontiguousarray(x, np.float32)
        check(LIB.qmac_moments_update(CONTEXT, ctypes.byref(moments), address(x), size(len(x))))
    return moments


def arrays(moments):
    k = moments.k
    return (np.ctypeslib.as_array(moments.sum, (k,)).copy(),
            np.ctypeslib.as_array(moments.square, (k, k)).copy())


def rounding_error(moments, w, v):
    return LIB.qmac_rounding_error(ctypes.byref(moments), address(w), address(v), size(len(w)))


def blocks_of(w, group):
    """Granularity of groups along the rows."""
    return Granularity(Extent(*w.shape, 1), group or w.shape[1], True)


def copies(params):
    """Scales and zero points of initialized parameters, which are released."""
    scale = np.ctypeslib.as_array(ctypes.cast(params.scale, ctypes.POINTER(ctypes.c_float)),
                                  (params.channels,)).copy()
    zero = np.ctypeslib.as_array(ctypes.cast(params.zero_point, ctypes.POINTER(ctypes.c_int32)),
                                 (params.channels,)).copy()
    LIB.qmac_quant_params_release(ctypes.byref(params))
    return scale, zero


def nearest(w, spec, group=0):
    """Codes, their numbers and the parameters of rounding to nearest."""
    blocks, params = blocks_of(w, group), QuantParams()
    check(LIB.qmac_group_minmax(CONTEXT, ctypes.byref(spec), address(w), ctypes.byref(blocks), 0,
                                ctypes.byref(params)))
    q, v = np.zeros(w.shape, CONTAINERS[spec.type]), np.zeros_like(w)
    check(LIB.qmac_group_quantize(CONTEXT, ctypes.byref(params), ctypes.byref(blocks), address(w),
                                  address(q), None))
    check(LIB.qmac_group_dequantize(CONTEXT, ctypes.byref(params), ctypes.byref(blocks),
                                    address(q), address(v)))
    return q, v, params


def adaptive(w, spec, moments, group=0, passes=0):
    """Codes, their numbers, the report."""
    _, v, params = nearest(w, spec, group)
    blocks, report = blocks_of(w, group), AdaptiveReport()
    q = np.zeros(w.shape, CONTAINERS[spec.type])
    check(LIB.qmac_round_adaptive(CONTEXT, ctypes.byref(params), ctypes.byref(blocks),
                                  ctypes.byref(moments), address(w), size(len(w)), passes,
                                  address(q), ctypes.byref(report)))
    check(LIB.qmac_group_dequantize(CONTEXT, ctypes.byref(params), ctypes.byref(blocks),
                                    address(q), address(v)))
    LIB.qmac_quant_params_release(ctypes.byref(params))
    return q, v, report


def gptq(w, options, moments):
    """Codes, their numbers, scales and zero points."""
    params, v = QuantParams(), np.zeros_like(w)
    q = np.zeros(w.shape, CONTAINERS[options.spec.type or S4])
    check(LIB.qmac_gptq(CONTEXT, ctypes.byref(options), ctypes.byref(moments), address(w),
                        size(len(w)), ctypes.byref(params), address(q)))
    check(LIB.qmac_group_dequantize(CONTEXT, ctypes.byref(params),
                                    ctypes.byref(blocks_of(w, options.group)), address(q),
                                    address(v)))
    return (q, v) + copies(params)
