"""Constants of the transformer, used by torch and by the exported graph."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SCALE = 0.2
"""Factor on the product of a normalised query and key: larger than the usual 1/√64, as neither can grow."""

HASH = (7919, 31337, 65537, 104729, 1299709)
"""Factor for an earlier character, by its distance n: h = id[t] + Σ id[t-n] · HASH[n-1]."""


def rates(size: int) -> NDArray[np.float32]:
    """The rotation of each of the size/2 points of a head, in radians a character: 10000^(-2i/size)."""
    return np.asarray(10_000.0 ** (-np.arange(size // 2) / (size // 2)), dtype=np.float32)
