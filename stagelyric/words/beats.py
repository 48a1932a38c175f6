"""How steadily the lines of a stanza keep a beat, as when they are sung.

A line of song has a number of beats, with one or two unstressed syllables between them (strict stress-metre, or
dolnik; Tarlinskaja, Strict Stress-Meter in English Poetry, 1993; Attridge, The Rhythms of English Poetry, 1982), and a
stanza has a pattern of beats, most often four and three by turns. `unsteady` tells how far a line is from its best
reading with so many beats. The sum over a stanza, for the pattern that fits best, is 2.9 for songs by people, 3.2 for
this project's songbook and 5 if the words of each line are shuffled (means).

Each syllable has a sign: STRONG, HALF and WEAK in words of several syllables; words of one syllable are FULL
("boat"), LIGHT ("the"), or EITHER, if they take a beat as easily as not ("down", and "be-hind"). A syllable that
singers swallow is SILENT ("fi-re", "ev-e-ry").
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from stagelyric.words.lists import CAN_BE_STRESSED, STOP

STRONG, HALF, WEAK, FULL, LIGHT, EITHER, SILENT = "1", "2", "0", "+", "-", "~", "_"

_ON: Final = {STRONG: 0.0, FULL: 0.0, HALF: 0.15, EITHER: 0.25, LIGHT: 0.7, WEAK: 1.2}
"""The cost of a beat on a syllable."""
_OFF: Final = {STRONG: 1.6, FULL: 0.7, HALF: 0.4, EITHER: 0.1, LIGHT: 0.0, WEAK: 0.0}
"""The cost of a syllable without a beat."""
_STEPS: Final = {1: 1.5, 2: 0.0, 3: 0.15, 4: 1.0}
"""The cost of a beat so many syllables after the one before it."""
_EARLY, _LATE = 2, 1  # syllables that may stand before the first and after the last beat at no cost
_UPBEAT, _TAIL = 0.6, 0.5  # the cost of each one more
_NEVER = 99.0

_PATTERNS: Final = {
    4: (
        ((4, 3, 4, 3), 0.0), ((4, 4, 4, 4), 0.0), ((3, 3, 3, 3), 0.0), ((3, 3, 4, 3), 0.3), ((5, 5, 5, 5), 0.2),
        ((2, 2, 2, 2), 0.2), ((4, 4, 4, 3), 0.4), ((5, 4, 5, 4), 0.4), ((4, 4, 3, 3), 0.4), ((3, 2, 3, 2), 0.3),
    ),
    2: (((4, 4), 0.0), ((3, 3), 0.0), ((4, 3), 0.0), ((5, 5), 0.2), ((2, 2), 0.2), ((5, 4), 0.4)),
}  # fmt: skip
"""For so many lines: beats of each line, and the cost of a rare pattern."""

_LIGHT, _EITHER = STOP - CAN_BE_STRESSED, STOP & CAN_BE_STRESSED


def signs(word: str, digits: str, least: int) -> str:
    """The signs of a word in lower case, from the stresses of its syllables (`digits`: 0, 1 or 2 each, as ARPAbet has
    them).

    `least`: the fewest syllables that singers make of it.
    """
    if len(digits) == 1:
        return LIGHT if word in _LIGHT else EITHER if word in _EITHER else FULL
    told = digits.replace(STRONG, EITHER) if word in STOP else digits
    if least < len(told) and (at := told.find(WEAK, 1)) > 0:
        told = told[:at] + SILENT + told[at + 1 :]
    return LIGHT + told[1:] if word in _LIGHT and len(told.replace(SILENT, "")) == 1 else told


@lru_cache(maxsize=1 << 14)
def unsteady(line: str, beats: int) -> float:
    """How far a line is from its best reading with so many beats, given by its syllables' signs but SILENT; 0: even."""
    passed = [0.0]  # the cost of the first i syllables if none has a beat
    for sign in line:
        passed.append(passed[-1] + _OFF[sign])
    last = {i: passed[i] + _ON[sign] + _UPBEAT * max(0, i - _EARLY) for i, sign in enumerate(line)}
    for _ in range(beats - 1):
        further: dict[int, float] = {}
        for i, cost in last.items():
            for step, price in _STEPS.items():
                j = i + step
                if j < len(line):
                    total = cost + price + _ON[line[j]] + passed[j] - passed[i + 1]
                    if total < further.get(j, _NEVER):
                        further[j] = total
        last = further
    ends = (
        cost + passed[-1] - passed[i + 1] + _TAIL * max(0, len(line) - 1 - i - _LATE) for i, cost in last.items()
    )  # fmt: skip
    return min(ends, default=_NEVER)


def steady(line: str) -> float:
    """How steadily a line keeps a beat, given by its syllables' signs, in the number of beats that suits it best: 1 for
    one that keeps it, less by `unsteady` for each syllable."""
    line = line.replace(SILENT, "")
    counts = range(max(1, len(line) // 4), len(line) // 2 + 2)
    return 1 - min(unsteady(line, count) for count in counts) / len(line) if line else 1.0


def stanza(lines: Sequence[str]) -> float:
    """How far two or four lines, given by their syllables' signs, are from the pattern of beats that fits them best.

    Other numbers of lines have no patterns: 0.
    """
    lines = [line.replace(SILENT, "") for line in lines]
    return min(
        (cost + sum(map(unsteady, lines, pattern)) for pattern, cost in _PATTERNS.get(len(lines), ())), default=0.0
    )
