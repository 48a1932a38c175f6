"""The transformer's fixed numbers, for torch and for the exported graph."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SCALE = 0.2
"""Of a normed query times a normed key: sharper than 1/√64, since neither can grow."""

HASH = (7919, 31337, 65537, 104729, 1299709)
"""Of an earlier character, by how far back it is: h = id[t] + Σ id[t-n] · HASH[n-1]."""


def rates(size: int) -> NDArray[np.float32]:
    """How fast each of the size/2 points of a head turns, in radians a character: 10000^(-2i/size)."""
    return np.asarray(10_000.0 ** (-np.arange(size // 2) / (size // 2)), dtype=np.float32)
