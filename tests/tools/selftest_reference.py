# SPDX-License-Identifier: MIT
"""Expected numbers of those examples of qmac selftest that no source tells, by numpy alone."""

import numpy as np

F = np.float32


def numbers(seed, count):
    """The generator of the examples: multiples of 1/64 from -100/64 to 100/64."""
    out = np.empty(count, F)
    for i in range(count):
        seed = (seed * 1103515245 + 12345) & 0x7fffffff
        out[i] = ((seed >> 16) % 201 - 100) / 64
    return out


def decibels(x, back):
    x = x.astype(float)
    return 10 * np.log10(np.sum(x ** 2) / np.sum((x - back.astype(float)) ** 2))


def symmetric(x, bits):
    top = F(2 ** (bits - 1) - 1)
    scale = np.abs(x).max() / top
    return np.clip(np.rint((x / scale).astype(F)), -top, top).astype(F) * scale


def asymmetric(x, bits):
    lo, hi = min(x.min(), F(0)), max(x.max(), F(0))
    scale = (hi - lo) / F(2 ** bits - 1)
    zero = np.rint(-lo / scale)
    q = np.clip(np.rint((x / scale).astype(F)) + zero, 0, 2 ** bits - 1)
    return (q - zero).astype(F) * scale


def best_levels(x, levels):
    """Least sum of squares of a division of the sorted numbers, by dynamic programming."""
    x = np.sort(x.astype(float))
    n = len(x)
    s, ss = np.concatenate([[0], np.cumsum(x)]), np.concatenate([[0], np.cumsum(x * x)])
    start, end = np.arange(n + 1)[:, None], np.arange(n + 1)[None, :]
    with np.errstate(divide="ignore", invalid="ignore"):
        cost = np.where(end > start, ss[end] - ss[start] - (s[end] - s[start]) ** 2 / (end - start), np.inf)
    best = cost[0]
    for _ in range(levels - 1):
        best = np.min(best[:, None] + cost, axis=0)
    return 10 * np.log10(ss[n] / best[n])


def a3():
    i = np.arange(1024)
    t = (i - 1024 // 3) / 1024
    x = (4 * t * t * t + t / 8).astype(F)
    return {"symmetric dB": decibels(x, symmetric(x, 4)), "asymmetric dB": decibels(x, asymmetric(x, 4)),
            "kmeans dB": best_levels(x, 16)}


CLASSES, FEATURES, SAMPLES = 10, 16, 200


def a7():
    """A linear classifier: a sample is a row of weights plus noise, its class the greatest product."""
    weights = numbers(1, CLASSES * FEATURES).reshape(CLASSES, FEATURES)
    noise = numbers(2, SAMPLES * FEATURES).reshape(SAMPLES, FEATURES)
    label = np.arange(SAMPLES) % CLASSES
    x = weights[label] + noise * F(1.5)
    out = {}
    for bits in (16, 8, 6, 4, 2, 1):
        if bits > 1:
            back = symmetric(weights, bits)
        else:
            alpha = np.abs(weights.astype(float)).mean(1).astype(F)[:, None]
            back = np.where(weights >= 0, alpha, -alpha)
        w, b = weights.astype(float).ravel(), back.astype(float).ravel()
        out[f"{bits} bits: dB"] = decibels(weights, back)
        out[f"{bits} cosine"] = w @ b / np.sqrt((w @ w) * (b @ b))
        out[f"{bits} top-1 %"] = 100 * np.mean(np.argmax(x.astype(float) @ back.astype(float).T, 1) == label)
    out["FP32 top-1 %"] = 100 * np.mean(np.argmax(x.astype(float) @ weights.astype(float).T, 1) == label)
    return out


def c3():
    """A layer of 16 to 8 with SiLU: weights per channel, activations by their calibrated range."""
    weights = numbers(3, 8 * 16).reshape(8, 16)
    x = numbers(4, 64 * 16).reshape(64, 16)

    def silu(w, a):
        y = a.astype(float) @ w.astype(float).T
        return y / (1 + np.exp(-y))

    channels = np.stack([symmetric(row, 8) for row in weights])
    return {"output dB": decibels(silu(weights, x), silu(channels, asymmetric(x, 8)))}


def e1():
    """KL threshold of 1,000 products of three numbers, 4 bits, bins of 1/64 of either sign."""
    x = numbers(5, 3000).reshape(1000, 3).astype(float).prod(1).astype(F)
    width = 2. ** np.ceil(np.log2(np.abs(x).max() / 256))
    counts = np.bincount((np.abs(x[x != 0]).astype(float) / width).astype(int))
    divergence = {size: own_divergence(counts, size, 8) for size in range(8, counts.size + 1) if counts[:size].sum()}
    least = min(divergence.values())
    size = max(size for size, value in divergence.items() if value <= least + 1e-12)
    return {"KL, 4 bits: threshold": min(size * width, float(np.abs(x).max())), "divergence": least, "width": width}


def own_divergence(counts, size, levels):
    """Kullback-Leibler divergence of the magnitudes and their image on so many levels."""
    p = counts[:size].astype(float)
    q = np.zeros(size)
    level = np.arange(size) * levels // size
    for l in range(levels):
        mine = level == l
        filled = mine & (counts[:size] > 0)
        if filled.any():
            q[filled] = p[mine].sum() / filled.sum()
    beyond = counts[size:].sum()
    p[-1] += beyond
    if beyond and not q[-1]:
        q[-1] = 1
    p, q = p / p.sum(), q / p.sum()
    return float((p[p > 0] * np.log(p[p > 0] / q[p > 0])).sum())
