"""Samples the next character for a batch of rows; a pure function.

The steps, in this order: repetition penalty (CTRL, Keskar et al. 2019), mask, temperature, min-p (Nguyen et al. 2024),
nucleus (Holtzman et al. 2019), one draw for each row.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def choose(
    logits: NDArray[np.float32],
    rng: np.random.Generator,
    *,
    temperature: float = 1.0,
    top_p: float = 1.0,
    min_p: float = 0.0,
    repetition_penalty: float = 1.0,
    recent: NDArray[np.int64] | None = None,
    mask: NDArray[np.bool_] | None = None,
) -> NDArray[np.int64]:
    """One id for each row, (B,), from logits (B, V), all finite.

    temperature ≥ 0: 0 takes the likeliest. 0 < top_p ≤ 1: keeps the likeliest characters that together reach that
    share. 0 ≤ min_p ≤ 1: keeps characters with at least that share of the likeliest one's probability.
    repetition_penalty ≥ 1 divides the positive and multiplies the negative logits of the ids in `recent` (B, R), where
    -1 means none. `mask` (B, V): ids that are False are never chosen; each row needs a True. The likeliest allowed
    character is always kept. Takes exactly B numbers from `rng`, whatever the arguments. Raises ValueError for an
    argument out of range.
    """
    chances = weights(logits, temperature, top_p, min_p, repetition_penalty, recent, mask)
    totals = chances.cumsum(axis=1)  # (B, V)
    whole = totals[:, -1:]
    # a draw that rounds up to the total would be after the last character with a probability above 0
    draw = np.minimum(rng.random((len(logits), 1)) * whole, np.nextafter(whole, 0.0))
    ids: NDArray[np.int64] = (totals <= draw).sum(axis=1)
    return ids


def weights(
    logits: NDArray[np.float32],
    temperature: float,
    top_p: float,
    min_p: float,
    penalty: float,
    recent: NDArray[np.int64] | None,
    mask: NDArray[np.bool_] | None,
) -> NDArray[np.float64]:
    """The probabilities (B, V) from which `choose` draws, up to a factor for each row: the likeliest has 1. Takes the
    same arguments."""
    if not (temperature >= 0 and 0 < top_p <= 1 and 0 <= min_p <= 1 and penalty >= 1):
        raise ValueError("wanted temperature ≥ 0, 0 < top_p ≤ 1, 0 ≤ min_p ≤ 1, repetition_penalty ≥ 1")
    z = logits.astype(np.float64)
    if recent is not None and penalty != 1:
        z = _penalised(z, penalty, recent)
    if mask is not None:
        if not mask.any(axis=1).all():
            raise ValueError("the mask of a row leaves nothing to choose")
        z = np.where(mask, z, -np.inf)
    z -= z.max(axis=1, keepdims=True)
    if temperature == 0:
        likeliest = np.zeros_like(z)
        likeliest[np.arange(len(z)), z.argmax(axis=1)] = 1
        return likeliest
    found: NDArray[np.float64] = np.exp(z / temperature)
    if min_p > 0:
        found[found < min_p] = 0
    if top_p < 1:
        found[found < _nucleus(found, top_p)] = 0
    return found


def _penalised(z: NDArray[np.float64], penalty: float, recent: NDArray[np.int64]) -> NDArray[np.float64]:
    rows, places = np.nonzero(recent >= 0)
    seen = np.zeros(z.shape, dtype=bool)
    seen[rows, recent[rows, places]] = True
    return np.where(seen, np.where(z > 0, z / penalty, z * penalty), z)


def _nucleus(found: NDArray[np.float64], top_p: float) -> NDArray[np.float64]:
    """The smallest weight in each row's nucleus, (B, 1); ties belong to the nucleus too."""
    falling = -np.sort(-found, axis=1)
    totals = falling.cumsum(axis=1)
    last = (totals < top_p * totals[:, -1:]).sum(axis=1)  # the first index at which the share is reached
    least: NDArray[np.float64] = falling[np.arange(len(found)), last][:, None]
    return least
