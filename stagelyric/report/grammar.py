"""How likely each part of speech is after those before it, counted in lines by people.

Words themselves are ignored, so that rare words don't lower a line's value, but word salad does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import chain

import numpy as np
from numpy.typing import NDArray

TAGS = (
    "<", ">", "ADJ", "ADP", "ADV", "AUX", "CCONJ", "DET", "INTJ", "NOUN", "NUM", "PART", "PRON", "PROPN", "PUNCT",
    "SCONJ", "SYM", "VERB", "X",
)  # fmt: skip
"""The universal parts of speech (Petrov et al. 2012, UD v2), after the line's beginning and end."""

ORDER = 4
_BASE = 32
_NUMBER = {tag: number for number, tag in enumerate(TAGS)}


def count(lines: Iterable[Sequence[str]]) -> dict[str, NDArray[np.int32]]:
    """Sequences of four tags and their counts in lines of tags, as "tags" (K,) and "tag_counts" (K,)."""
    runs = np.array(list(chain.from_iterable(map(_runs, lines))), dtype=np.int64).reshape(-1, ORDER)
    packed, counts = np.unique(_packed(runs), return_counts=True)
    return {"tags": packed.astype(np.int32), "tag_counts": counts.astype(np.int32)}


def _runs(tags: Sequence[str]) -> list[list[int]]:
    padded = [0] * (ORDER - 1) + [_NUMBER.get(tag, _NUMBER["X"]) for tag in tags] + [1]
    return [padded[i : i + ORDER] for i in range(len(padded) - ORDER + 1)]


def _packed(runs: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.asarray(runs @ (_BASE ** np.arange(ORDER - 1, -1, -1)), dtype=np.int64)


class Grammar:
    """p(tag | the three before it), Witten-Bell smoothed (1991) down to the tag's own frequency."""

    def __init__(self, tags: NDArray[np.integer], counts: NDArray[np.integer]) -> None:
        """`tags` and `counts` as returned by `count`."""
        self._counts: list[dict[int, int]] = []  # by order: the counts of sequences of that many tags
        self._kinds: list[dict[int, int]] = []  # by order: how many different tags follow a context
        self._totals: list[dict[int, int]] = []
        for size in range(1, ORDER + 1):
            runs, places = np.unique(tags % _BASE**size, return_inverse=True)
            seen = np.bincount(places, weights=counts).astype(np.int64)
            contexts, of = np.unique(runs // _BASE, return_inverse=True)
            self._counts.append(dict(zip(runs.tolist(), seen.tolist(), strict=True)))
            self._kinds.append(dict(zip(contexts.tolist(), np.bincount(of).tolist(), strict=True)))
            totals = np.bincount(of, weights=seen).astype(np.int64)
            self._totals.append(dict(zip(contexts.tolist(), totals.tolist(), strict=True)))
        self._chance = cache(self._chance_of)

    def likelihood(self, tags: Sequence[str]) -> float:
        """Mean ln p of a line's tags and its end: about -1.9 for people's lines, -2.5 and less for word salad."""
        packed = [int(run) for run in _packed(np.array(_runs(tags), dtype=np.int64))]
        return float(np.mean([np.log(self._chance(run)) for run in packed]))

    def _chance_of(self, run: int) -> float:
        p = 1 / (len(TAGS) - 1)
        for size in range(1, ORDER + 1):
            short = run % _BASE**size
            total = self._totals[size - 1].get(short // _BASE, 0)
            if total:
                kinds = self._kinds[size - 1][short // _BASE]
                p = (self._counts[size - 1].get(short, 0) + kinds * p) / (total + kinds)
        return p
