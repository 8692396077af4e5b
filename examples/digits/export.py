#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Write the network's float weights and the data as .npy files for the demo.

usage: export.py OUTPUT_DIRECTORY
       export.py --images OUTPUT_DIRECTORY

Reads digits.onnx and the data set; writes fc1.weight.npy, fc1.bias.npy, ...,
calib_x.npy (training rows, to choose activation ranges), test_x.npy, test_y.npy.
With --images writes x.npy and y.npy instead: all rows, for who trains.
"""

import pathlib
import sys

import numpy as np

import dataset

CALIBRATION_ROWS = 256


def export_images(output):
    train_x, train_y, test_x, test_y = dataset.load()
    np.save(output / "x.npy", np.ascontiguousarray(np.concatenate([train_x, test_x])))
    np.save(output / "y.npy", np.concatenate([train_y, test_y]))


def export_network(output):
    import onnx  # pylint: disable=import-outside-toplevel
    from onnx import numpy_helper  # pylint: disable=import-outside-toplevel

    network = onnx.load(str(pathlib.Path(__file__).with_name("digits.onnx")))
    for tensor in network.graph.initializer:
        np.save(output / f"{tensor.name}.npy", np.ascontiguousarray(numpy_helper.to_array(tensor)))
    train_x, _, test_x, test_y = dataset.load()
    np.save(output / "calib_x.npy", np.ascontiguousarray(train_x[:CALIBRATION_ROWS]))
    np.save(output / "test_x.npy", np.ascontiguousarray(test_x))
    np.save(output / "test_y.npy", test_y)


def main():
    arguments = sys.argv[1:]
    images = arguments[:1] == ["--images"]
    if len(arguments) != 1 + images:
        sys.exit(__doc__.strip())
    output = pathlib.Path(arguments[-1])
    output.mkdir(parents=True, exist_ok=True)
    if images:
        export_images(output)
    else:
        export_network(output)


if __name__ == "__main__":
    main()
