"""The ear: a small table of precomputed language model scores for each alternative and for pairs of alternatives.

`ear.npz` beside the frames holds, for F frames in any order:

- `digests` (F,) of 12 characters: each frame's `compiled.digest`, so that a frame that was edited has no marks;
- `starts` (F + 1,) int32: where a frame's alternatives begin in `alone`;
- `alone` int8: a mark for each alternative, numbered as in `forms.Form.taken` (slots in the order of the text, outer
before inner), in sixteenths of a nat: its gain in sense over the others of its slot (`baking`);
- `pair_starts` (F + 1,) int32, `pairs` (P, 2) uint16 and `together` int8: for pairs of alternatives of one frame, the
gain beyond the sum of their own marks, where it is large;
- `frames` int8 (F,): how much sense a frame's lines make as a whole, compared with all frames.

Without the file, or for a frame that is not in it, all alternatives have the same weight.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stagelyric.words.npz import read_npz

FILE = "ear.npz"
SCALE = 16.0
"""Marks are stored in units of 1/SCALE nat."""


@dataclass(frozen=True, slots=True)
class Marks:
    """One frame's marks in nats: of its alternatives, of pairs of them, and of the frame itself."""

    alone: tuple[float, ...] = ()
    together: Mapping[tuple[int, int], float] = field(default_factory=dict)
    whole: float = 0.0

    def of(self, taken: Sequence[int]) -> float:
        """The mark of a form that has taken these alternatives."""
        if not self.alone:
            return 0.0
        total = sum(self.alone[number] for number in taken)
        if self.together:
            chosen = sorted(taken)
            total += sum(
                self.together.get((a, b), 0.0) for i, a in enumerate(chosen) for b in chosen[i + 1 :]
            )  # fmt: skip
        return total

    def weigh(self, first: int, count: int) -> Sequence[float]:
        """Probabilities, up to a factor, for drawing one of a slot's alternatives."""
        if not self.alone:
            return (1.0,) * count
        return [math.exp(mark) for mark in self.alone[first : first + count]]


_NEUTRAL = Marks()


@dataclass(frozen=True)
class Ear:
    """Marks, by the digest of a frame."""

    marks: Mapping[str, Marks] = field(default_factory=dict)
    stamp: str = "even"

    def of(self, digest: str, alternatives: int) -> Marks:
        """A frame's marks; none if it isn't in the table or has another number of alternatives."""
        found = self.marks.get(digest, _NEUTRAL)
        return found if not found.alone or len(found.alone) == alternatives else _NEUTRAL

    def whole(self, digest: str) -> float:
        """The mark of a frame as a whole, compared with all others; 0 if it isn't in the table."""
        return self.marks.get(digest, _NEUTRAL).whole


def load(file: Path) -> Ear:
    """Reads ear.npz; without the file, an ear with no marks. Raises ModelError if the file is damaged."""
    if not file.exists():
        return Ear()
    with read_npz(file, "the ear of the frames") as arrays:
        digests = [str(name) for name in arrays["digests"]]
        starts, pair_starts = arrays["starts"].tolist(), arrays["pair_starts"].tolist()
        alone = _shared(arrays["alone"])
        pairs = [(int(a), int(b)) for a, b in arrays["pairs"].tolist()]
        together, whole = _shared(arrays["together"]), _shared(arrays["frames"])
    marks = {
        name: Marks(
            tuple(alone[starts[i] : starts[i + 1]]),
            dict(zip(pairs[a:b], together[a:b], strict=True))
            if (b := pair_starts[i + 1]) > (a := pair_starts[i])
            else {},
            whole[i],
        )
        for i, name in enumerate(digests)
    }
    return Ear(marks, hashlib.sha256(file.read_bytes()).hexdigest()[:12])


def _shared(levels: NDArray[np.int8]) -> list[float]:
    """The marks of some levels; equal ones are the same object, of which there are few, so as to save memory."""
    numbers = levels.ravel().astype(np.float32).tolist()
    marks = {level: level / SCALE for level in set(numbers)}
    return [marks[level] for level in numbers]


def save(file: Path, marks: Mapping[str, Marks]) -> None:
    """Writes ear.npz."""
    names = sorted(marks)
    alone = [mark for name in names for mark in marks[name].alone]
    pairs = [pair for name in names for pair in marks[name].together]
    together = [marks[name].together[pair] for name in names for pair in marks[name].together]
    np.savez_compressed(
        file,
        digests=np.array(names, dtype="U12"),
        starts=np.cumsum([0, *(len(marks[name].alone) for name in names)]).astype(np.int32),
        alone=_packed(alone),
        pair_starts=np.cumsum([0, *(len(marks[name].together) for name in names)]).astype(np.int32),
        pairs=np.array(pairs, dtype=np.uint16).reshape(len(pairs), 2),
        together=_packed(together),
        frames=_packed([marks[name].whole for name in names]),
    )


def _packed(values: Sequence[float]) -> np.ndarray[tuple[int], np.dtype[np.int8]]:
    return np.clip(np.round(np.array(values, dtype=np.float32) * SCALE), -127, 127).astype(np.int8)
