#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Train a small convolutional network on the digits once and write it as cnn.onnx.

usage: train.py [OUTPUT.onnx]

    8 x 8 pixels -> 3x3 convolution, 16 -> depthwise 3x3 -> 1x1 convolution, 24
    -> 2x2 max pooling -> 3x3 convolution, 32 -> global average -> 10

Every convolution has batch normalization and ReLU behind it; normalization is
left in the file, so that a reader has to fold it. Plain numpy, Adam and one-pixel
shifts of the training images. The committed cnn.onnx came from this script;
another numpy or BLAS may round differently and give slightly different weights,
which is why the result is committed and not made by `make`. Run it as
`tools/in-env examples/cnn/train.py`.
"""

import pathlib
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "digits"))
import dataset  # noqa: E402  (shared with examples/digits)

EPOCHS = 60
BATCH = 60
RATE = 4e-3
DECAY = 1e-4
SEED = 16180
EPSILON = 1e-5
MOMENTUM = 0.9


class Convolution:
    """3x3 with a padding of 1, or 1x1; stride 1; one or as many groups as channels."""

    def __init__(self, rng, inputs, outputs, size, depthwise=False):
        fan_in = size * size * (1 if depthwise else inputs)
        self.size, self.depthwise = size, depthwise
        shape = (outputs, 1 if depthwise else inputs, size, size)
        self.params = {"weight": (rng.randn(*shape) * np.sqrt(2 / fan_in)).astype(np.float32)}

    def windows(self, x):
        pad = self.size // 2
        x = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
        return np.lib.stride_tricks.sliding_window_view(x, (self.size, self.size), (2, 3))

    def forward(self, x, training):
        del training
        self.x = x
        if self.depthwise:
            return np.einsum("nchwij,cij->nchw", self.windows(x), self.params["weight"][:, 0], optimize=True)
        return np.einsum("nchwij,ocij->nohw", self.windows(x), self.params["weight"], optimize=True)

    def backward(self, delta):
        weight = self.params["weight"]
        flipped = weight[:, :, ::-1, ::-1]
        if self.depthwise:
            self.grads = {"weight": np.einsum("nchwij,nchw->cij", self.windows(self.x), delta,
                                              optimize=True)[:, None]}
            return np.einsum("nchwij,cij->nchw", self.windows(delta), flipped[:, 0], optimize=True)
        self.grads = {"weight": np.einsum("nchwij,nohw->ocij", self.windows(self.x), delta, optimize=True)}
        return np.einsum("nohwij,ocij->nchw", self.windows(delta), flipped, optimize=True)


class Normalization:
    def __init__(self, channels):
        self.params = {"scale": np.ones(channels, np.float32), "bias": np.zeros(channels, np.float32)}
        self.mean, self.var = np.zeros(channels, np.float32), np.ones(channels, np.float32)

    def forward(self, x, training):
        axes = (0, 2, 3)
        mean, var = (x.mean(axes), x.var(axes)) if training else (self.mean, self.var)
        if training:
            self.mean = (MOMENTUM * self.mean + (1 - MOMENTUM) * mean).astype(np.float32)
            self.var = (MOMENTUM * self.var + (1 - MOMENTUM) * var).astype(np.float32)
        self.inverse = 1 / np.sqrt(var + EPSILON)
        self.normal = (x - mean[:, None, None]) * self.inverse[:, None, None]
        return self.normal * self.params["scale"][:, None, None] + self.params["bias"][:, None, None]

    def backward(self, delta):
        axes = (0, 2, 3)
        self.grads = {"scale": (delta * self.normal).sum(axes), "bias": delta.sum(axes)}
        count = delta.size / delta.shape[1]
        centred = delta - (self.grads["bias"] / count)[:, None, None] \
            - self.normal * (self.grads["scale"] / count)[:, None, None]
        return centred * (self.params["scale"] * self.inverse)[:, None, None]


class Relu:
    params, grads = {}, {}

    def forward(self, x, training):
        del training
        self.positive = x > 0
        return x * self.positive

    def backward(self, delta):
        return delta * self.positive


class MaxPool:
    params, grads = {}, {}

    def forward(self, x, training):
        del training
        n, c, h, w = x.shape
        blocks = x.reshape(n, c, h // 2, 2, w // 2, 2)
        y = blocks.max((3, 5))
        self.chosen = blocks == y[:, :, :, None, :, None]
        self.chosen = self.chosen / self.chosen.sum((3, 5), keepdims=True)
        return y

    def backward(self, delta):
        n, c, h, w = delta.shape
        return (self.chosen * delta[:, :, :, None, :, None]).reshape(n, c, 2 * h, 2 * w)


class AverageAndLinear:
    """Global average pooling, then a fully connected layer."""

    def __init__(self, rng, inputs, outputs):
        self.params = {"weight": (rng.randn(outputs, inputs) * np.sqrt(1 / inputs)).astype(np.float32),
                       "bias": np.zeros(outputs, np.float32)}

    def forward(self, x, training):
        del training
        self.shape, self.mean = x.shape, x.mean((2, 3))
        return self.mean @ self.params["weight"].T + self.params["bias"]

    def backward(self, delta):
        self.grads = {"weight": delta.T @ self.mean, "bias": delta.sum(0)}
        n, c, h, w = self.shape
        return np.broadcast_to((delta @ self.params["weight"] / (h * w))[:, :, None, None], self.shape)


def network():
    rng = np.random.RandomState(SEED)
    return [Convolution(rng, 1, 16, 3), Normalization(16), Relu(),
            Convolution(rng, 16, 16, 3, depthwise=True), Normalization(16), Relu(),
            Convolution(rng, 16, 24, 1), Normalization(24), Relu(), MaxPool(),
            Convolution(rng, 24, 32, 3), Normalization(32), Relu(), AverageAndLinear(rng, 32, 10)]


def forward(layers, x, training=False):
    for layer in layers:
        x = layer.forward(x, training).astype(np.float32)
    return x


def gradients(layers, x, y):
    """Leave the gradients of the mean cross-entropy in the layers."""
    logits = forward(layers, x, training=True)
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    p[np.arange(len(y)), y] -= 1
    delta = p / len(y)
    for layer in reversed(layers):
        delta = layer.backward(delta).astype(np.float32)


def shifted(rng, x):
    """Move each image by -1, 0 or 1 pixel along both axes."""
    images = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    out = np.empty_like(x)
    for i, (dy, dx) in enumerate(rng.randint(0, 3, (len(x), 2))):
        out[i] = images[i, :, dy:dy + 8, dx:dx + 8]
    return out


def train(layers, x, y):
    rng = np.random.RandomState(SEED)
    moments = {}
    step = 0
    for epoch in range(EPOCHS):
        order = rng.permutation(len(x))
        augmented = shifted(rng, x) if epoch % 2 else x
        rate = RATE * 0.5 * (1 + np.cos(np.pi * epoch / EPOCHS))
        for start in range(0, len(x), BATCH):
            rows = order[start:start + BATCH]
            step += 1
            gradients(layers, augmented[rows], y[rows])
            for i, layer in enumerate(layers):
                for name, p in layer.params.items():
                    g = layer.grads[name]
                    m, v = moments.get((i, name), (0, 0))
                    m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
                    moments[i, name] = m, v
                    change = m / (1 - 0.9 ** step) / (np.sqrt(v / (1 - 0.999 ** step)) + 1e-8)
                    layer.params[name] = (p - rate * (change + DECAY * p)).astype(np.float32)


class Graph:
    def __init__(self):
        self.nodes, self.weights, self.last = [], [], "pixels"

    def weight(self, name, value):
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(value, np.float32), name))
        return name

    def node(self, kind, name, *weights, output=None, **attributes):
        output = output or name
        self.nodes.append(helper.make_node(kind, [self.last, *weights], [output], name=name, **attributes))
        self.last = output


def model(layers):
    graph = Graph()
    count = 0
    for layer in layers:
        if isinstance(layer, Convolution):
            count += 1
            pad = layer.size // 2
            graph.node("Conv", f"conv{count}", graph.weight(f"conv{count}.weight", layer.params["weight"]),
                       kernel_shape=[layer.size] * 2, pads=[pad] * 4, strides=[1, 1],
                       group=len(layer.params["weight"]) if layer.depthwise else 1)
        elif isinstance(layer, Normalization):
            graph.node("BatchNormalization", f"norm{count}",
                       graph.weight(f"norm{count}.scale", layer.params["scale"]),
                       graph.weight(f"norm{count}.bias", layer.params["bias"]),
                       graph.weight(f"norm{count}.mean", layer.mean),
                       graph.weight(f"norm{count}.var", layer.var), epsilon=EPSILON)
        elif isinstance(layer, Relu):
            graph.node("Relu", f"relu{count}")
        elif isinstance(layer, MaxPool):
            graph.node("MaxPool", f"pool{count}", kernel_shape=[2, 2], strides=[2, 2])
        else:
            graph.node("GlobalAveragePool", "mean")
            graph.node("Flatten", "flat")
            graph.node("Gemm", "fc", graph.weight("fc.weight", layer.params["weight"]),
                       graph.weight("fc.bias", layer.params["bias"]), output="logits", transB=1)
    made = helper.make_model(helper.make_graph(
        graph.nodes, "cnn",
        [helper.make_tensor_value_info("pixels", TensorProto.FLOAT, ["n", 1, 8, 8])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", 10])], graph.weights),
        opset_imports=[helper.make_opsetid("", 13)], producer_name="qmac")
    made.ir_version = 8
    onnx.checker.check_model(made)
    return made


def accuracy(layers, x, y):
    return float((forward(layers, x).argmax(axis=1) == y).mean())


def main():
    output = sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).with_name("cnn.onnx")
    train_x, train_y, test_x, test_y = dataset.load()
    train_x, test_x = train_x.reshape(-1, 1, 8, 8), test_x.reshape(-1, 1, 8, 8)
    layers = network()
    train(layers, train_x, train_y)
    print(f"training accuracy {accuracy(layers, train_x, train_y):.4f}")
    print(f"test accuracy     {accuracy(layers, test_x, test_y):.4f}")
    onnx.save(model(layers), str(output))


if __name__ == "__main__":
    main()
