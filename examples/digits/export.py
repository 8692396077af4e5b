#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Write the network's float weights and the data as .npy files for the demo.

usage: export.py OUTPUT_DIRECTORY

Reads digits.onnx and the data set; writes fc1.weight.npy, fc1.bias.npy, ...,
calib_x.npy (training rows, to choose activation ranges), test_x.npy, test_y.npy.
"""

import pathlib
import sys

import numpy as np
import onnx
from onnx import numpy_helper

import dataset

CALIBRATION_ROWS = 256


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__.strip())
    output = pathlib.Path(sys.argv[1])
    output.mkdir(parents=True, exist_ok=True)
    network = onnx.load(str(pathlib.Path(__file__).with_name("digits.onnx")))
    for tensor in network.graph.initializer:
        np.save(output / f"{tensor.name}.npy", np.ascontiguousarray(numpy_helper.to_array(tensor)))
    train_x, _, test_x, test_y = dataset.load()
    np.save(output / "calib_x.npy", np.ascontiguousarray(train_x[:CALIBRATION_ROWS]))
    np.save(output / "test_x.npy", np.ascontiguousarray(test_x))
    np.save(output / "test_y.npy", test_y)


if __name__ == "__main__":
    main()
