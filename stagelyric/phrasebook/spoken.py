"""Which adjacent words a frame's lines have, and how likely: pairs such as "on the" are heard too often in a show."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise

from stagelyric.phrasebook import ends
from stagelyric.phrasebook.frame import Frame, Line, Open, Slot, Text

SHARE = 1 / 11
"""The share of our frames' lines that a show of 1,000 lines has."""
LEAST = 1.0
"""A pair of adjacent words is stored as common if at least this many of all frames' lines are expected to have it."""

Pair = tuple[str, str]


def pairs(frame: Frame) -> dict[Pair, float]:
    """For each pair of adjacent words in lower case, how many of a form's lines are expected to have it, if every
    alternative is as likely as any other of its slot; open slots don't count as words."""
    found: dict[Pair, float] = {}
    for line in frame.lines:
        _add(line, {"": 1.0}, found)
    return found


def _add(line: Line, lasts: Mapping[str, float], found: dict[Pair, float]) -> dict[str, float]:
    """Adds a line's pairs to `found`. `lasts`: the probabilities of the words before it ("" for none or an open slot);
    returns those of the words that it ends on."""
    lasts = dict(lasts)
    for piece in line:
        weight = sum(lasts.values())
        if isinstance(piece, Text):
            words = [ends.bare(word) for word in piece.words]
            for last, part in lasts.items():
                if last:
                    found[last, words[0]] = found.get((last, words[0]), 0.0) + part
            for pair in pairwise(words):
                found[pair] = found.get(pair, 0.0) + weight
            lasts = {words[-1]: weight}
        elif isinstance(piece, Open):
            lasts = {"": weight}
        elif isinstance(piece, Slot):
            after: dict[str, float] = {}
            for choice in piece.choices:
                ways = {last: part / len(piece.choices) for last, part in lasts.items()}
                for last, part in _add(choice, ways, found).items():
                    after[last] = after.get(last, 0.0) + part
            lasts = after
    return lasts


def together(spoken: Sequence[Mapping[Pair, float]]) -> dict[Pair, float]:
    """The pairs of all frames."""
    total: dict[Pair, float] = {}
    for found in spoken:
        for pair, part in found.items():
            total[pair] = total.get(pair, 0.0) + part
    return total


def chance(times: float) -> float:
    """The chance that a pair is heard in a show, if `times` of all frames' lines are expected to have it."""
    return 1.0 - math.exp(-SHARE * times)


def repeated(spoken: Sequence[Mapping[Pair, float]]) -> list[float]:
    """For each frame, the share of its pairs that are probably heard elsewhere in a show, less the frames' average.

    `spoken`: each frame's pairs.
    """
    total = together(spoken)
    shares = []
    for found in spoken:
        said = sum(found.values())
        shares.append(sum(part * chance(total[pair] - part) for pair, part in found.items()) / max(1.0, said))
    usual = sum(shares) / max(1, len(shares))
    return [share - usual for share in shares]
