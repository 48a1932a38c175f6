"""Draws that are the same on every machine and in every version of Python: only `Random.random` is relied on."""

from __future__ import annotations

import hashlib
import random
import zlib
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def seeded(*parts: object) -> random.Random:
    """A source of draws named by its parts."""
    told = hashlib.sha256(repr(parts).encode()).digest()
    return random.Random(int.from_bytes(told[:8], "little"))


def below(rng: random.Random, count: int) -> int:
    """A number from 0 to `count` - 1."""
    return int(rng.random() * count)


def one(rng: random.Random, items: Sequence[T]) -> T:
    """One of some items."""
    return items[below(rng, len(items))]


def weighted(rng: random.Random, weights: Sequence[float]) -> int:
    """A place in `weights`, drawn by them; the last one for weights that are all zero."""
    at = rng.random() * sum(weights)
    for place, weight in enumerate(weights):
        at -= weight
        if at < 0:
            return place
    return len(weights) - 1


def hashed(text: str) -> float:
    """A number from 0 to 1 that a text alone decides; cheap, for thousands at once."""
    # Two rounds: the checksums of texts that differ in one letter lie on a lattice.
    return zlib.crc32(str(zlib.crc32(text.encode()) * 0x9E3779B1).encode()) / 2**32
