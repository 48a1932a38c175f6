"""Random draws that are the same on every machine and Python version: of `random`, only `Random.random` is used."""

from __future__ import annotations

import hashlib
import random
import zlib
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def seeded(*parts: object) -> random.Random:
    """A random generator seeded with the parts."""
    told = hashlib.sha256(repr(parts).encode()).digest()
    return random.Random(int.from_bytes(told[:8], "little"))


def below(rng: random.Random, count: int) -> int:
    """A number from 0 to `count` - 1."""
    return int(rng.random() * count)


def one(rng: random.Random, items: Sequence[T]) -> T:
    """A random item."""
    return items[below(rng, len(items))]


def weighted(rng: random.Random, weights: Sequence[float]) -> int:
    """A random index with probability proportional to its weight; the last index if all weights are zero."""
    at = rng.random() * sum(weights)
    for place, weight in enumerate(weights):
        at -= weight
        if at < 0:
            return place
    return len(weights) - 1


def hashed(text: str) -> float:
    """A number from 0 to 1 determined by a text; fast, for thousands of texts."""
    # Applied twice, since checksums of texts that differ in one letter are strongly correlated.
    return zlib.crc32(str(zlib.crc32(text.encode()) * 0x9E3779B1).encode()) / 2**32
