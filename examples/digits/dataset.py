# SPDX-License-Identifier: MIT
"""The UCI handwritten digits and their split into training and test rows.

The data are the 1,797 images of 8 by 8 pixels, values 0 to 16, of the "Optical
Recognition of Handwritten Digits" data set (E. Alpaydin and C. Kaynak, UCI
Machine Learning Repository, CC BY 4.0) as Debian's python3-sklearn ships them.
"""

import gzip
import pathlib

import numpy as np

DATA = pathlib.Path(__file__).resolve().parents[2] / "build" / "data" / "digits.csv.gz"
TRAIN_ROWS = 1200
SPLIT_SEED = 2718


def load(path=DATA):
    """Return (train_x, train_y, test_x, test_y); pixels as float32 in 0..1.

    The split is a fixed shuffle: a test row is never a training row.
    """
    with gzip.open(path, "rt") as lines:
        table = np.loadtxt(lines, delimiter=",", dtype=np.float32)
    if table.shape != (1797, 65):
        raise SystemExit(f"{path}: expected 1797 rows of 65 values, found {table.shape}")
    order = np.random.RandomState(SPLIT_SEED).permutation(len(table))
    pixels, labels = table[order, :64] / np.float32(16), table[order, 64].astype(np.uint8)
    return pixels[:TRAIN_ROWS], labels[:TRAIN_ROWS], pixels[TRAIN_ROWS:], labels[TRAIN_ROWS:]
