#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What PyTorch's observers and histograms give, as lines of text: observers.py KIND COUNT SEED

average  constant, then least and greatest of every batch: MovingAverageMinMaxObserver
mean     numbers: the mean over the outer dimension, as PPQ's percentile observer takes it
bins     greatest magnitude, numbers: bins of torch.histc(abs, 4096, 0, greatest), as PPQ's histogram
"""

import sys
import warnings

import numpy as np
import torch

warnings.filterwarnings("ignore")
torch.set_num_threads(1)


def put(kind, given, got):
    def words(numbers):
        return " ".join(f"{x:.0f}" if x % 1 == 0 and abs(x) < 2 ** 31 else x.hex() for x in map(float, numbers))
    print(f"torch-{kind} {words(given)} = {words(got)}")


def average(rng):
    constant = float(np.float32(rng.choice([0.01, 0.1, 0.5])))
    observer = torch.ao.quantization.MovingAverageMinMaxObserver(averaging_constant=constant)
    ranges = np.sort(rng.standard_normal((int(rng.integers(1, 12)), 2)) * 2.0 ** rng.integers(-20, 20), 1)
    ranges = ranges.astype(np.float32)
    for pair in ranges:
        observer(torch.from_numpy(pair))
    put("average", [constant, *ranges.ravel()], [observer.min_val, observer.max_val])


def mean(rng):
    x = rng.standard_normal(int(rng.integers(1, 10) if rng.integers(2) else rng.integers(60, 150))).astype(np.float32)
    put("mean", x, torch.stack([torch.from_numpy(x), torch.from_numpy(-x)], 1).mean(0)[:1])


def bins(rng):
    most = np.float32(2.0 ** rng.uniform(-30, 30))
    edges = np.arange(1, 4096, dtype=np.float32) / np.float32(4096) * most      # and their neighbours
    x = rng.choice(edges, 12)
    x = np.nextafter(x, rng.choice(np.array([0, np.inf], np.float32), 12)) * np.float32(rng.choice([-1, 1]))
    found = [torch.histc(torch.abs(torch.tensor([v])), 4096, min=0, max=float(most)).argmax() for v in x]
    put("bins", [most, *x], found)


def main():
    kind, count, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    rng = np.random.default_rng(seed)
    for _ in range(count):
        {"average": average, "mean": mean, "bins": bins}[kind](rng)


if __name__ == "__main__":
    main()
