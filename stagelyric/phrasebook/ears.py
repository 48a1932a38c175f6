"""The ear: what a language model thought of each alternative and of pairs of them, baked into a small table.

`ear.npz` beside the frames holds, for F frames in any order:

- `digests` (F,) of 12 characters: `compiled.digest` of each frame, so that a frame that was changed since has none;
- `starts` (F + 1,) int32: where a frame's alternatives begin in `alone`;
- `alone` int8: a mark for each alternative, numbered as `forms.Form.taken` has them (slots in the order of the text,
  outer before inner), in sixteenths of a nat: what it gains in sense beside the others of its slot (`baking`);
- `pair_starts` (F + 1,) int32, `pairs` (P, 2) uint16 and `together` int8: the same for two alternatives of one frame
  beyond what they are worth alone, where it is much;
- `frames` int8 (F,): how a frame's lines sound as a whole, beside all frames.

Where there is no such file, or a frame is not in it, all alternatives weigh the same.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from stagelyric.words.npz import read_npz

FILE = "ear.npz"
SCALE = 16.0
"""Sixteenths of a nat to nats."""


@dataclass(frozen=True, slots=True)
class Marks:
    """One frame's marks in nats: of its alternatives, of pairs of them, and its own."""

    alone: tuple[float, ...] = ()
    together: Mapping[tuple[int, int], float] = field(default_factory=dict)
    whole: float = 0.0

    def of(self, taken: Sequence[int]) -> float:
        """What a form is worth that has taken these alternatives."""
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
        """The weights of a slot's alternatives, to draw by."""
        if not self.alone:
            return (1.0,) * count
        return [math.exp(mark) for mark in self.alone[first : first + count]]


_NEUTRAL = Marks()


@dataclass(frozen=True)
class Ear:
    """Marks by a frame's digest."""

    marks: Mapping[str, Marks] = field(default_factory=dict)
    stamp: str = "even"

    def of(self, digest: str, alternatives: int) -> Marks:
        """A frame's marks; none where it is not known, or has other alternatives than it had."""
        found = self.marks.get(digest, _NEUTRAL)
        return found if not found.alone or len(found.alone) == alternatives else _NEUTRAL

    def whole(self, digest: str) -> float:
        """How a frame sounds beside all others, 0 where it is not known."""
        return self.marks.get(digest, _NEUTRAL).whole


def load(file: Path) -> Ear:
    """Reads ear.npz; an ear without marks where there is none. Raises ModelError where the file is no ear."""
    if not file.exists():
        return Ear()
    with read_npz(file, "the ear of the frames") as arrays:
        digests = [str(name) for name in arrays["digests"]]
        starts, pair_starts = arrays["starts"].tolist(), arrays["pair_starts"].tolist()
        alone = (arrays["alone"].astype(np.float32) / SCALE).tolist()
        pairs = [(int(a), int(b)) for a, b in arrays["pairs"].tolist()]
        together = (arrays["together"].astype(np.float32) / SCALE).tolist()
        whole = (arrays["frames"].astype(np.float32) / SCALE).tolist()
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
