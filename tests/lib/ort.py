# SPDX-License-Identifier: MIT
"""ONNX Runtime as an oracle, in the process of a test."""

import contextlib
import os
import sys
import tempfile


@contextlib.contextmanager
def without_schema_errors():
    """Debian's ONNX Runtime registers the operator schemas twice and says so, line by line."""
    sys.stderr.flush()
    stderr = os.dup(2)
    with tempfile.TemporaryFile("w+") as caught:
        os.dup2(caught.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)
            caught.seek(0)
            for line in caught:
                if line.strip() and not line.startswith("Schema error:"):
                    sys.stderr.write(line)


def has_vnni():
    """Without it, fused u8 x s8 kernels saturate pairs of products at 16 bits."""
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as file:
        return "vnni" in file.read()


class Session:
    def __init__(self, path, optimize=True):
        with without_schema_errors():
            import onnxruntime

            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = 1
            options.log_severity_level = 3
            if not optimize:
                options.graph_optimization_level = \
                    onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
            self.session = onnxruntime.InferenceSession(str(path), options,
                                                        providers=["CPUExecutionProvider"])

    def run(self, *inputs):
        names = [i.name for i in self.session.get_inputs()]
        return self.session.run(None, dict(zip(names, inputs)))
