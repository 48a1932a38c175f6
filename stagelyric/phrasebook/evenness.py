"""How steadily the forms of a frame keep a beat, on average."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import partial

from stagelyric.phrasebook.frame import Frame, Line, Open, Slot, Text
from stagelyric.phrasebook.sounds import stressed
from stagelyric.words import beats

_FORMS = 16  # forms of a frame that are measured
_OPEN = beats.STRONG + beats.WEAK  # an open slot is filled when it is sung; most names and nouns have two syllables


def unsteady(frame: Frame) -> float:
    """The mean of `beats.stanza` over some forms, drawn at random but the same each time."""
    rng = random.Random("\n".join(frame.source))
    return sum(beats.stanza(_form(frame, rng)) for _ in range(_FORMS)) / _FORMS


def compared(frames: Sequence[Frame]) -> list[float]:
    """For each frame, how unsteady it is compared with the average of those with as many lines (0: as they are)."""
    found = [(len(frame.lines), unsteady(frame)) for frame in frames]
    usual = {}
    for lines in {lines for lines, _ in found}:
        own = [cost for other, cost in found if other == lines]
        usual[lines] = sum(own) / len(own)
    return [cost - usual[lines] for lines, cost in found]


def _form(frame: Frame, rng: random.Random) -> list[str]:
    labels: dict[str, int] = {}
    return ["".join(map(partial(_signs, labels=labels, rng=rng), line)) for line in frame.lines]


def _signs(piece: Text | Open | Slot, labels: dict[str, int], rng: random.Random) -> str:
    if isinstance(piece, Text):
        return "".join(map(stressed, piece.words))
    if isinstance(piece, Open):
        return _OPEN
    position = labels[piece.label] if piece.label in labels else rng.randrange(len(piece.choices))
    if piece.label:
        labels[piece.label] = position
    choice: Line = piece.choices[position]
    return "".join(_signs(inner, labels, rng) for inner in choice)
