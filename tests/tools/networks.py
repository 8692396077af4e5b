# SPDX-License-Identifier: MIT
"""The networks of the examples, their samples, and what is in a written network."""

import os
import sys

import numpy as np
import onnx
from onnx import numpy_helper

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
QMAC = os.path.join(TOP, "build", "bin", "qmac")
DIGITS = os.path.join(TOP, "examples", "digits", "digits.onnx")
CNN = os.path.join(TOP, "examples", "cnn", "cnn.onnx")


def save_digits(directory, tests, **training):
    """x.npy and y.npy: the first @tests test images, all when None; NAME.npy: training images."""
    sys.path.insert(0, os.path.join(TOP, "examples", "digits"))
    import dataset

    train_x, _, test_x, test_y = dataset.load()
    arrays = {name: train_x[:count] for name, count in training.items()}
    for name, value in {**arrays, "x": test_x[:tests], "y": test_y[:tests]}.items():
        np.save(os.path.join(directory, name + ".npy"), value)


def initializers(path):
    return {t.name: numpy_helper.to_array(t) for t in onnx.load(path).graph.initializer}
