"""Bits per character on held-out text: a measure of a model that needs no reader.

The number depends on how it is measured. *cold-256*: blocks of 256 characters, each from the empty state, as at the
start of a press; *stateful*: the whole text in one go. For comparison there are a static n-gram model and an adaptive
PPM, which learns from the held-out text itself and so beats many networks.
"""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray

from stagelyric.lm.engine import Engine
from stagelyric.lm.sample import choose

_ROWS = 16
_AT_ONCE = 1024  # characters of a row that are read in one call


def bits(engine: Engine, ids: NDArray[np.integer]) -> dict[str, float]:
    """Bits per character of ids (T,), T ≥ 2, as "cold-256", "cold-64", "stateful"; boundaries and `\\n` count."""
    return {
        "cold-256": cold_bits(engine, ids, 256),
        "cold-64": cold_bits(engine, ids, 64),
        "stateful": cold_bits(engine, ids, len(ids) - 1),
    }


def cold_bits(engine: Engine, ids: NDArray[np.integer], block: int) -> float:
    """Bits per character of ids (T,) in blocks of `block`, each from the empty state; whole blocks only."""
    if len(ids) < 2:
        raise ValueError("at least two characters are needed to measure")
    block = max(1, min(block, len(ids) - 1))
    blocks = (len(ids) - 1) // block
    x = np.asarray(ids[: blocks * block], dtype=np.int64).reshape(blocks, block)
    y = np.asarray(ids[1 : blocks * block + 1], dtype=np.int64).reshape(blocks, block)
    nats = 0.0
    if block > _AT_ONCE:
        return _stateful_bits(engine, x[0], y[0])
    for first in range(0, blocks, _ROWS):
        rows = slice(first, first + _ROWS)
        nats += _surprise(engine.logits(x[rows]), y[rows])
    return nats / (blocks * block) / float(np.log(2))


def _stateful_bits(engine: Engine, x: NDArray[np.int64], y: NDArray[np.int64]) -> float:
    nats, at = 0.0, 0
    for logits in engine.logits_of_one(x):  # (n, V)
        nats += _surprise(logits, y[at : at + len(logits)])
        at += len(logits)
    return nats / len(x) / float(np.log(2))


def _surprise(logits: NDArray[np.float32], targets: NDArray[np.int64]) -> float:
    """-Σ ln p(target), logits (…, V) and targets (…)."""
    z = logits.astype(np.float64)
    z -= z.max(axis=-1, keepdims=True)
    chosen = np.take_along_axis(z, targets[..., None], axis=-1)[..., 0]
    return float((np.log(np.exp(z).sum(axis=-1)) - chosen).sum())


def ppm_bits(training: str, held_out: str, *, order: int = 8) -> float:
    """Bits per character of PPMd (Shkarin 2002, variant H) on `held_out` after `training`, *adaptive*.

    The compressed size of both texts minus that of `training`. Raises ImportError without the package pyppmd.
    """
    import pyppmd

    def size(text: str) -> int:
        encoder = pyppmd.Ppmd7Encoder(order, 256 << 20)
        return len(encoder.encode(text.encode("ascii"))) + len(encoder.flush())

    return 8 * (size(training + held_out) - size(training)) / len(held_out)


def ngram_bits(training: NDArray[np.integer], held_out: NDArray[np.integer], *, order: int = 6) -> float:
    """Bits per character of a static character n-gram of `order` on held_out (T,), with Witten-Bell smoothing (1991).

    p(w|h) = (c(hw) + n(h)·p(w|h')) / (c(h) + n(h)): n(h) is how many different characters were seen after the context
    h, h' the context without its first character. Characters must be below 128; 1 ≤ order ≤ 8.
    """
    if not 1 <= order <= 8:
        raise ValueError("wanted an order from 1 to 8")
    chance = np.full(len(held_out) - order + 1, 1 / 128)  # of each held-out character with a full context
    for size in range(1, order + 1):
        grams, counts = np.unique(_packed(training, size), return_counts=True)
        before = grams >> 7  # stays sorted, as the grams are
        first = np.flatnonzero(np.append(True, before[1:] != before[:-1]))
        contexts = before[first]
        kinds = np.diff(np.append(first, len(grams)))  # n(h)
        totals = np.add.reduceat(counts, first)  # c(h)
        asked = _packed(held_out, size)[order - size :]
        seen = _looked_up(grams, counts, asked)
        n, c = _looked_up(contexts, kinds, asked >> 7), _looked_up(contexts, totals, asked >> 7)
        known = c > 0
        chance[known] = (seen[known] + n[known] * chance[known]) / (c[known] + n[known])
    return float(-np.log2(chance).mean())


def _packed(ids: NDArray[np.integer], size: int) -> NDArray[np.int64]:
    """Every run of `size` characters as one number of 7 bits each, (T - size + 1,)."""
    wide = np.asarray(ids, dtype=np.int64)
    packed = np.zeros(len(wide) - size + 1, dtype=np.int64)
    for place in range(size):
        packed = packed << 7 | wide[place : place + len(packed)]
    return packed


def _looked_up(keys: NDArray[np.int64], values: NDArray[np.integer], asked: NDArray[np.int64]) -> NDArray[np.integer]:
    """The value of each asked key; 0 if it isn't among the sorted keys."""
    places = np.minimum(np.searchsorted(keys, asked), len(keys) - 1)
    return np.where(keys[places] == asked, values[places], 0)


def speed(engine: Engine, drafts: int = 1, *, length: int = 40, times: int = 30) -> dict[str, float]:
    """Milliseconds to write `drafts` lines of `length` characters: "p50" and "p99" of `times` runs."""
    logits, state = engine.prime("")
    taken = []
    for seed in range(times):
        rng = np.random.default_rng(seed)
        began = time.perf_counter()
        rows, row_logits = state.expand(drafts), np.repeat(logits, drafts, axis=0)
        for _ in range(length):
            ids = choose(row_logits, rng, temperature=0.8, min_p=0.05)
            row_logits, rows = engine.step(ids, rows)
        taken.append(1000 * (time.perf_counter() - began))
    return {"p50": float(np.percentile(taken, 50)), "p99": float(np.percentile(taken, 99))}
