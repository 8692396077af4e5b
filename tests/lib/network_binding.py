# SPDX-License-Identifier: MIT
"""ctypes binding of networks."""

import ctypes

import numpy as np

from binding import CONTEXT, LIB, U8, check, i32, pointer, u8, u64  # noqa: F401

size_t = ctypes.c_size_t
NONE = size_t(-1).value


class Info(ctypes.Structure):
    _fields_ = [("inputs", size_t), ("outputs", size_t), ("tensors", size_t), ("nodes", size_t),
                ("layers", size_t), ("fixed_batch", size_t), ("parameters", u64), ("macs", u64)]


class Tensor(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("constant", ctypes.c_bool),
                ("is_float", ctypes.c_bool), ("rank", ctypes.c_uint), ("dims", size_t * 8),
                ("count", size_t)]


class Layer(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("operation", ctypes.c_char_p), ("input", size_t),
                ("weight", size_t), ("bias", size_t), ("output", size_t), ("axis", ctypes.c_int),
                ("channels", size_t), ("macs", u64)]


class Fake(ctypes.Structure):
    _fields_ = [("binary", ctypes.c_bool), ("axis", ctypes.c_int), ("channels", size_t),
                ("scale", pointer), ("zero_point", pointer), ("q_min", i32), ("q_max", i32)]


class Options(ctypes.Structure):
    _fields_ = [("activation_type", u8), ("per_channel", ctypes.c_bool), ("widen", ctypes.c_bool),
                ("weight_type", u8), ("bias_bits", u8), ("symmetric", ctypes.c_bool),
                ("block", size_t), ("keep_float", pointer), ("encodings", pointer)]


LIB.qmac_network_find.restype = size_t
LIB.qmac_network_find.argtypes = [pointer, ctypes.c_char_p]
LIB.qmac_network_input.restype = LIB.qmac_network_output.restype = size_t
LIB.qmac_network_input.argtypes = LIB.qmac_network_output.argtypes = [pointer, size_t]
LIB.qmac_network_load.argtypes = [pointer, ctypes.c_char_p, ctypes.POINTER(pointer)]
LIB.qmac_network_save.argtypes = [pointer, ctypes.c_char_p]
LIB.qmac_network_destroy.argtypes = [pointer]
LIB.qmac_network_destroy.restype = None
LIB.qmac_network_info.argtypes = [pointer, ctypes.POINTER(Info)]
LIB.qmac_network_info.restype = None
LIB.qmac_network_tensor.argtypes = [pointer, size_t, ctypes.POINTER(Tensor)]
LIB.qmac_network_layer.argtypes = [pointer, size_t, ctypes.POINTER(Layer)]
LIB.qmac_network_run.argtypes = [pointer, size_t, pointer, pointer]
LIB.qmac_network_run_rows.argtypes = [pointer, size_t, pointer, pointer]
LIB.qmac_network_set_fake.argtypes = [pointer, size_t, pointer]
LIB.qmac_network_minmax.argtypes = [pointer, size_t, pointer, pointer]
LIB.qmac_network_calibration_create.argtypes = [pointer, pointer, ctypes.POINTER(pointer)]
LIB.qmac_network_calibration_destroy.argtypes = [pointer]
LIB.qmac_network_calibration_destroy.restype = None
LIB.qmac_network_calibration_update.argtypes = [pointer, size_t, pointer]
LIB.qmac_network_calibration_step.argtypes = [pointer, ctypes.c_float]
LIB.qmac_network_calibration_passes.argtypes = [pointer]
LIB.qmac_network_calibration_next_pass.argtypes = [pointer]
LIB.qmac_network_calibration_choose.argtypes = [pointer, pointer, pointer]
LIB.qmac_network_quantize.argtypes = [pointer, pointer, pointer, ctypes.POINTER(pointer)]


class Network:
    def __init__(self, path=None, handle=None):
        self.handle = handle or pointer()
        if path:
            check(LIB.qmac_network_load(CONTEXT, str(path).encode(), ctypes.byref(self.handle)))
        self.info = Info()
        LIB.qmac_network_info(self.handle, ctypes.byref(self.info))

    def __del__(self):
        LIB.qmac_network_destroy(self.handle)

    def tensor(self, number):
        told = Tensor()
        check(LIB.qmac_network_tensor(self.handle, number, ctypes.byref(told)))
        return told

    def layer(self, number):
        told = Layer()
        check(LIB.qmac_network_layer(self.handle, number, ctypes.byref(told)))
        return told

    def find(self, name):
        return LIB.qmac_network_find(self.handle, name.encode())

    def output_shape(self, i=0):
        told = self.tensor(LIB.qmac_network_output(self.handle, i))
        return list(told.dims[:told.rank])

    def run(self, *inputs):
        """One batch; the shape of a result is only known after a run of that size."""
        inputs = [np.ascontiguousarray(x, np.float32) for x in inputs]
        batch = inputs[0].shape[0]
        shapes = [self.output_shape(i) for i in range(self.info.outputs)]
        outputs = []
        for shape in shapes:
            if not self.info.fixed_batch and shape:
                shape[0] = batch
            outputs.append(np.zeros(shape, np.float32))
        ins = (pointer * len(inputs))(*[x.ctypes.data for x in inputs])
        outs = (pointer * len(outputs))(*[y.ctypes.data for y in outputs])
        check(LIB.qmac_network_run(self.handle, batch, ins, outs))
        return outputs

    def run_rows(self, x):
        x = np.ascontiguousarray(x, np.float32)
        current = self.tensor(LIB.qmac_network_input(self.handle, 0)).dims[0]
        shape = self.output_shape()
        shape[0] = shape[0] // current * len(x)
        y = np.zeros(shape, np.float32)
        check(LIB.qmac_network_run_rows(self.handle, len(x), x.ctypes.data, y.ctypes.data))
        return y

    def minmax(self, x):
        x = np.ascontiguousarray(x, np.float32)
        ranges = np.zeros((self.info.tensors, 2), np.float32)
        check(LIB.qmac_network_minmax(self.handle, len(x), x.ctypes.data, ranges.ctypes.data))
        return ranges

    def calibrate(self, x, spec=None, method=None, batch=256, constant=None):
        """Ranges by calibration; spec and method are those of calibration.py."""
        x = np.ascontiguousarray(x, np.float32)
        handle = pointer()
        ranges = np.zeros((self.info.tensors, 2), np.float32)
        check(LIB.qmac_network_calibration_create(
            self.handle, ctypes.byref(spec) if spec else None, ctypes.byref(handle)))
        try:
            for i in range(LIB.qmac_network_calibration_passes(handle)):
                if i:
                    check(LIB.qmac_network_calibration_next_pass(handle))
                for at in range(0, len(x), batch):
                    part = x[at:at + batch]
                    check(LIB.qmac_network_calibration_update(handle, len(part),
                                                              part.ctypes.data))
            if constant is not None:
                check(LIB.qmac_network_calibration_step(handle, constant))
            check(LIB.qmac_network_calibration_choose(
                handle, ctypes.byref(method) if method else None, ranges.ctypes.data))
        finally:
            LIB.qmac_network_calibration_destroy(handle)
        return ranges

    def quantize(self, ranges, activation_type=U8, keep_float=(), **options):
        """keep_float: numbers of layers."""
        made = pointer()
        keep = (ctypes.c_bool * self.info.layers)(*[i in keep_float for i in
                                                    range(self.info.layers)])
        options = Options(activation_type=activation_type,
                          keep_float=ctypes.cast(keep, pointer), **options)
        check(LIB.qmac_network_quantize(self.handle, ranges.ctypes.data, ctypes.byref(options),
                                        ctypes.byref(made)))
        return Network(handle=made)

    def save(self, path):
        check(LIB.qmac_network_save(self.handle, str(path).encode()))

    def set_fake(self, tensor, scale, zero_point, q_min, q_max, axis=-1, binary=False):
        scale = np.atleast_1d(np.asarray(scale, np.float32))
        zero = np.zeros(len(scale), np.int32) + np.asarray(zero_point, np.int32)
        fake = Fake(binary, axis, len(scale), scale.ctypes.data, zero.ctypes.data, q_min, q_max)
        check(LIB.qmac_network_set_fake(self.handle, tensor, ctypes.byref(fake)))
