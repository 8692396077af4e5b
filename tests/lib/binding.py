# SPDX-License-Identifier: MIT
"""ctypes binding of what the oracles need of libqmac."""

import ctypes
import os

import numpy as np

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LIB = ctypes.CDLL(os.path.join(TOP, "build", "lib", "libqmac.so.0"))

S8, U8, S32, S4, U4, S16, U16 = range(1, 8)
S2, U2, B1, F16, BF16, F32_TYPE = range(65, 71)
NONE, F32, Q31, SRDHM = range(4)
EVEN, UP, AWAY = range(3)
TRUNCATE, FLOOR, CEIL, HALF_DOWN, HALF_ZERO = range(64, 69)
PRESETS = ["raw", "f32", "double", "single", "rndnu", "onnx-ref"]

u8, u16, u32, u64 = ctypes.c_uint8, ctypes.c_uint16, ctypes.c_uint32, ctypes.c_uint64
i16, i32 = ctypes.c_int16, ctypes.c_int32
pointer = ctypes.c_void_p


class Requant(ctypes.Structure):
    _fields_ = [("path", u8), ("rounding", u8), ("zp_first", ctypes.c_bool), ("c_type", u8),
                ("c_zero", i16), ("clamp_lo", i32), ("clamp_hi", i32)]


class RefGemm(ctypes.Structure):
    _fields_ = [("m", u32), ("n", u32), ("k", u32), ("batch", u32),
                ("a", pointer), ("b", pointer), ("c", pointer),
                ("a_stride", u64), ("b_stride", u64), ("c_stride", u64),
                ("a_batch_stride", u64), ("b_batch_stride", u64), ("c_batch_stride", u64),
                ("a_transposed", ctypes.c_bool), ("b_transposed", ctypes.c_bool),
                ("a_type", u8), ("b_type", u8), ("a_zero", i16), ("b_zero", i16),
                ("mult", u32), ("shift", i32), ("params", pointer), ("requant", Requant)]


class GemmDesc(ctypes.Structure):
    _fields_ = [("m", u32), ("n", u32), ("k", u32), ("batch", u32),
                ("a_type", u8), ("b_type", u8), ("c_type", u8), ("preset", u8),
                ("a_transposed", ctypes.c_bool), ("b_transposed", ctypes.c_bool),
                ("a_stride", u64), ("b_stride", u64), ("c_stride", u64),
                ("a_batch_stride", u64), ("b_batch_stride", u64), ("c_batch_stride", u64),
                ("a_zero", i32), ("b_zero", i32), ("c_zero", i32),
                ("b_zeros", pointer), ("bias", pointer), ("scale", pointer),
                ("scale_count", ctypes.c_size_t), ("clamp", pointer),
                ("b_constant", ctypes.c_bool)]


class Extent(ctypes.Structure):
    _fields_ = [("outer", ctypes.c_size_t), ("channels", ctypes.c_size_t),
                ("inner", ctypes.c_size_t)]


class QuantParams(ctypes.Structure):
    _fields_ = [("type", u8), ("q_min", i32), ("q_max", i32), ("channels", ctypes.c_size_t),
                ("scale", pointer), ("zero_point", pointer), ("zero_free", ctypes.c_bool)]


class QuantSpec(ctypes.Structure):
    _fields_ = [("type", u8), ("scheme", u8), ("min_range", ctypes.c_float), ("bits", u8),
                ("zero", u8), ("power_of_two", ctypes.c_bool)]


class QuantizeOptions(ctypes.Structure):
    _fields_ = [("rounding", u8), ("nan", u8), ("zp_first", ctypes.c_bool),
                ("reciprocal", ctypes.c_bool), ("multiplier", pointer)]


class Granularity(ctypes.Structure):
    _fields_ = [("extent", Extent), ("group", ctypes.c_size_t), ("blocks", ctypes.c_bool)]


class ToolSpec(ctypes.Structure):
    _fields_ = [("tool", u8), ("type", u8), ("bits", u8), ("symmetric", ctypes.c_bool),
                ("power_of_two", ctypes.c_bool)]


class Codebook(ctypes.Structure):
    _fields_ = [("levels", ctypes.c_uint), ("value", ctypes.c_float * 256),
                ("threshold", ctypes.c_double * 255)]


class KmeansOptions(ctypes.Structure):
    _fields_ = [("method", u8), ("nan", u8), ("keep_zero", ctypes.c_bool)]


PARAM = np.dtype([("bias", "<i4"), ("mult", "<u4"), ("shift", "i1"), ("reserved0", "u1"),
                  ("b_zero", "<i2"), ("reserved1", "<u4")])

LIB.qmac_real_scale.restype = ctypes.c_double
LIB.qmac_real_scale.argtypes = [ctypes.c_uint, ctypes.c_float, ctypes.c_float, ctypes.c_float]
LIB.qmac_multiplier.argtypes = [pointer, ctypes.c_uint, ctypes.c_double,
                                ctypes.POINTER(u32), ctypes.POINTER(i32)]
LIB.qmac_context_message.restype = ctypes.c_char_p
LIB.qmac_context_message.argtypes = [pointer]
LIB.qmac_device_open.argtypes = [pointer, ctypes.c_char_p, ctypes.POINTER(pointer)]
LIB.qmac_gemm_run.argtypes = [pointer, ctypes.POINTER(GemmDesc), pointer, pointer, pointer, pointer]
for name in ("qmac_quantize", "qmac_dequantize", "qmac_quant_minmax"):
    getattr(LIB, name).argtypes = None

CONTEXT = pointer()
assert LIB.qmac_context_create(ctypes.byref(CONTEXT)) == 0


def check(error):
    if error:
        raise RuntimeError(LIB.qmac_context_message(CONTEXT).decode())


def type_of(array):
    return {"int8": S8, "uint8": U8, "int32": S32}[array.dtype.name]


def bounds(c_type):
    return (-128, 127) if c_type == S8 else (0, 255)


def requantize(acc, mult, shift, path, rounding, zp_first, c_type, c_zero):
    """The library on arrays: a product with K = 0, whose accumulators are the biases."""
    n = len(acc)
    params = np.zeros(n, PARAM)
    params["bias"], params["mult"], params["shift"] = acc, mult, shift
    out = np.zeros(n, np.int8 if c_type == S8 else np.uint8)
    lo, hi = bounds(c_type)
    gemm = RefGemm(m=1, n=n, k=0, batch=1, c=out.ctypes.data, c_stride=n, a_type=S8, b_type=S8,
                   params=params.ctypes.data,
                   requant=Requant(path, rounding, zp_first, c_type, c_zero, lo, hi))
    check(LIB.qmac_ref_gemm(ctypes.byref(gemm)))
    return out.astype(np.int64)


def multiplier(preset, scale):
    mult, shift = u32(), i32()
    check(LIB.qmac_multiplier(CONTEXT, PRESETS.index(preset), scale, ctypes.byref(mult),
                              ctypes.byref(shift)))
    return mult.value, shift.value


def real_scale(preset, a, b, c):
    return LIB.qmac_real_scale(PRESETS.index(preset), a, b, c)


def open_device(name):
    device = pointer()
    check(LIB.qmac_device_open(CONTEXT, name.encode(), ctypes.byref(device)))
    return device


def gemm(device, a, b, preset, scale, c_type, c_zero=0, a_zero=0, b_zero=0):
    """a [M,K], b [K,N]; scale one number or one per column; b_zero one number or one per column."""
    scale = np.atleast_1d(np.asarray(scale, np.float64))
    zeros = np.atleast_1d(np.asarray(b_zero, np.int32))
    a, b = np.ascontiguousarray(a), np.ascontiguousarray(b)
    out = np.zeros((a.shape[0], b.shape[1]), {S8: np.int8, U8: np.uint8, S32: np.int32}[c_type])
    desc = GemmDesc(m=a.shape[0], n=b.shape[1], k=a.shape[1], a_type=type_of(a), b_type=type_of(b),
                    c_type=c_type, preset=PRESETS.index(preset), a_zero=a_zero, c_zero=c_zero)
    if preset != "raw":
        desc.scale, desc.scale_count = scale.ctypes.data, len(scale)
    if len(zeros) > 1:
        desc.b_zeros = zeros.ctypes.data
    else:
        desc.b_zero = int(zeros[0])
    check(LIB.qmac_gemm_run(device, ctypes.byref(desc), a.ctypes.data, b.ctypes.data,
                            out.ctypes.data, None))
    return out


def quant_params(c_type, scale, zero_point):
    """Parameters over arrays, which the result keeps alive."""
    scale = np.atleast_1d(np.asarray(scale, np.float32))
    zero_point = np.atleast_1d(np.asarray(zero_point, np.int32))
    lo, hi = bounds(c_type)
    params = QuantParams(c_type, lo, hi, len(scale), scale.ctypes.data, zero_point.ctypes.data)
    params.keep = (scale, zero_point)
    return params


def extent(shape, axis=None):
    if axis is None:
        return Extent(1, 1, int(np.prod(shape)))
    return Extent(int(np.prod(shape[:axis])), shape[axis], int(np.prod(shape[axis + 1:])))


def quantize(x, c_type, scale, zero_point, axis=None, rounding=EVEN):
    x = np.ascontiguousarray(x, np.float32)
    q = np.zeros(x.shape, np.int8 if c_type == S8 else np.uint8)
    params = quant_params(c_type, scale, zero_point)
    check(LIB.qmac_quantize(CONTEXT, ctypes.byref(params), ctypes.byref(extent(x.shape, axis)),
                            pointer(x.ctypes.data), pointer(q.ctypes.data),
                            ctypes.byref(QuantizeOptions(rounding, 0))))
    return q


def dequantize(q, scale, zero_point, axis=None):
    q = np.ascontiguousarray(q)
    x = np.zeros(q.shape, np.float32)
    params = quant_params(type_of(q), scale, zero_point)
    check(LIB.qmac_dequantize(CONTEXT, ctypes.byref(params), ctypes.byref(extent(q.shape, axis)),
                              pointer(q.ctypes.data), pointer(x.ctypes.data)))
    return x


def choose(x, c_type, scheme):
    """Scale and zero point of a whole tensor."""
    x = np.ascontiguousarray(x, np.float32)
    params = QuantParams()
    check(LIB.qmac_quant_minmax(CONTEXT, ctypes.byref(QuantSpec(c_type, scheme, 0)),
                                pointer(x.ctypes.data), ctypes.byref(extent(x.shape)), 0,
                                ctypes.byref(params)))
    scale = ctypes.cast(params.scale, ctypes.POINTER(ctypes.c_float))[0]
    zero_point = ctypes.cast(params.zero_point, ctypes.POINTER(i32))[0]
    LIB.qmac_quant_params_release(ctypes.byref(params))
    return np.float32(scale), zero_point
