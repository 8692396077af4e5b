#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Train the digits network once and write it as digits.onnx.

usage: train.py [OUTPUT.onnx]

64 pixels -> 96 -> 48 -> 10, ReLU between, plain numpy, Adam with weight decay
and one-pixel shifts of the training images. The committed digits.onnx came from
this script; another numpy or BLAS may round differently and give slightly
different weights, which is why the result is committed and not made by `make`.
Run it as `tools/in-env examples/digits/train.py`.
"""

import pathlib
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import dataset

WIDTHS = (64, 96, 48, 10)
EPOCHS = 120
BATCH = 64
RATE = 2e-3
DECAY = 1e-4
SEED = 31415


def forward(params, x):
    """Return the activations of every layer, input first, logits last."""
    acts = [x]
    for i, (w, b) in enumerate(params):
        z = acts[-1] @ w.T + b
        acts.append(np.maximum(z, 0) if i + 1 < len(params) else z)
    return acts


def gradients(params, x, y):
    """Gradients of the mean cross-entropy."""
    acts = forward(params, x)
    p = np.exp(acts[-1] - acts[-1].max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    p[np.arange(len(y)), y] -= 1
    delta = p / len(y)
    grads = []
    for i in reversed(range(len(params))):
        grads.insert(0, (delta.T @ acts[i], delta.sum(axis=0)))
        delta = (delta @ params[i][0]) * (acts[i] > 0)
    return grads


def shifted(rng, x):
    """Move each image by -1, 0 or 1 pixel along both axes."""
    images = np.pad(x.reshape(-1, 8, 8), ((0, 0), (1, 1), (1, 1)))
    out = np.empty((len(x), 8, 8), np.float32)
    for i, (dy, dx) in enumerate(rng.randint(0, 3, (len(x), 2))):
        out[i] = images[i, dy:dy + 8, dx:dx + 8]
    return out.reshape(-1, 64)


def train(x, y):
    rng = np.random.RandomState(SEED)
    params = [((rng.randn(o, i) * np.sqrt(2 / i)).astype(np.float32), np.zeros(o, np.float32))
              for i, o in zip(WIDTHS, WIDTHS[1:])]
    first = [[np.zeros_like(t) for t in layer] for layer in params]
    second = [[np.zeros_like(t) for t in layer] for layer in params]
    step = 0
    for epoch in range(EPOCHS):
        order = rng.permutation(len(x))
        augmented = shifted(rng, x) if epoch % 2 else x
        rate = RATE * 0.5 * (1 + np.cos(np.pi * epoch / EPOCHS))
        for start in range(0, len(x), BATCH):
            rows = order[start:start + BATCH]
            step += 1
            for i, layer in enumerate(gradients(params, augmented[rows], y[rows])):
                updated = []
                for j, g in enumerate(layer):
                    first[i][j] = 0.9 * first[i][j] + 0.1 * g
                    second[i][j] = 0.999 * second[i][j] + 0.001 * g * g
                    m, v = first[i][j] / (1 - 0.9 ** step), second[i][j] / (1 - 0.999 ** step)
                    p = params[i][j]
                    updated.append((p - rate * (m / (np.sqrt(v) + 1e-8) + DECAY * p)).astype(np.float32))
                params[i] = tuple(updated)
    return params


def model(params):
    nodes, weights = [], []
    name = "pixels"
    for i, (w, b) in enumerate(params, 1):
        last = i == len(params)
        weights += [numpy_helper.from_array(w, f"fc{i}.weight"), numpy_helper.from_array(b, f"fc{i}.bias")]
        out = "logits" if last else f"fc{i}"
        nodes.append(helper.make_node("Gemm", [name, f"fc{i}.weight", f"fc{i}.bias"], [out], name=f"fc{i}", transB=1))
        if not last:
            nodes.append(helper.make_node("Relu", [out], [f"relu{i}"], name=f"relu{i}"))
        name = f"relu{i}"
    graph = helper.make_graph(
        nodes, "digits",
        [helper.make_tensor_value_info("pixels", TensorProto.FLOAT, ["n", WIDTHS[0]])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", WIDTHS[-1]])], weights)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], producer_name="qmac")
    made.ir_version = 8
    onnx.checker.check_model(made)
    return made


def accuracy(params, x, y):
    return float((forward(params, x)[-1].argmax(axis=1) == y).mean())


def main():
    output = sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).with_name("digits.onnx")
    train_x, train_y, test_x, test_y = dataset.load()
    params = train(train_x, train_y)
    print(f"training accuracy {accuracy(params, train_x, train_y):.4f}")
    print(f"test accuracy     {accuracy(params, test_x, test_y):.4f}")
    onnx.save(model(params), str(output))


if __name__ == "__main__":
    main()
