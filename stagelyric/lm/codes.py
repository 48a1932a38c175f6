"""Codes that stand before a line and tell what is in it, so that a model can be asked for such lines; slots for names.

A coded line of training text is as follows; each part is left out at random, so that any subset can be given later:

    SYLLABLES n  LAST word  NAMED  SEED word  LINE  the line itself

where n is one character, and every name is a single PERSON or PLACE. Conditioning on a prefix of codes follows PoeLM
(Ormazabal et al. 2022), giving the last word first Pasini et al. (arXiv 2405.05176). A line without codes is also
valid.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

from stagelyric.lm.vocabulary import ALPHABET, BOUNDARY
from stagelyric.words.names import Names

PERSON, PLACE = "\x10", "\x11"
SYLLABLES, LAST, NAMED, SEED, LINE = "\x12", "\x13", "\x14", "\x15", "\x16"
CODED_ALPHABET = ALPHABET + PERSON + PLACE + SYLLABLES + LAST + NAMED + SEED + LINE
"""The alphabet of a model that can be asked for lines by codes."""

_KEPT = 0.6  # the share of a line's possible codes that it gets
_MOST = 40  # the highest syllable count that can be encoded as a character


@dataclass(frozen=True, slots=True)
class CodedLine:
    """One line and the facts that its codes can express."""

    text: str
    syllables: int
    last: str
    seeds: tuple[str, ...]

    @property
    def named(self) -> bool:
        """Whether the line has a slot."""
        return PERSON in self.text or PLACE in self.text

    def dressed(self, rng: np.random.Generator) -> str:
        """The line with a random subset of its codes before it."""
        kept = rng.random(4) < _KEPT
        seed = self.seeds[int(rng.integers(len(self.seeds)))] if self.seeds else ""
        return (
            prefix(
                syllables=self.syllables if kept[0] else None,
                last=self.last if kept[1] else None,
                named=bool(kept[2]) and self.named,
                seed=seed if kept[3] else None,
            )
            + self.text
        )


def prefix(
    *, syllables: int | None = None, last: str | None = None, named: bool = False, seed: str | None = None
) -> str:
    """The codes that ask for a line; "" to ask for nothing. `last` and `seed` are words in lower case, or slots."""
    codes = SYLLABLES + chr(ord("0") + min(syllables, _MOST)) if syllables else ""
    codes += LAST + last if last else ""
    codes += NAMED if named else ""
    codes += SEED + seed if seed else ""
    return codes + LINE if codes else ""


def slotted(line: str, names: Names) -> str:
    """The line with every name replaced by a slot."""
    parts, at = [], 0
    for start, end, place in names.runs(line):
        parts += [line[at:start], PLACE if place else PERSON]
        at = end
    return "".join([*parts, line[at:]])


def coded(line: str, names: Names, syllables: Callable[[str], int], worth: Callable[[str], bool]) -> CodedLine:
    """A line with its facts. `syllables` counts them; `worth` says which words (lower case) are useful as a SEED."""
    text = slotted(line, names)
    words = [word.strip("'") for word in _words(text)]
    last = words[-1] if words else ""
    seeds = tuple(word for word in words[:-1] if len(word) > 1 and worth(word))
    return CodedLine(text, syllables(line), last, seeds)


def _words(text: str) -> list[str]:
    plain = "".join(c.lower() if c.isalpha() or c in "'" + PERSON + PLACE else " " for c in text)
    for slot in (PERSON, PLACE):
        plain = plain.replace(slot + "'s", slot)
    return plain.split()


class Coder:
    """Adds codes to whole songs; the facts of each line are computed once."""

    def __init__(self, names: Names, syllables: Callable[[str], int], worth: Callable[[str], bool]):
        self._coded = cache(lambda line: coded(line, names, syllables, worth))

    def __call__(self, text: str, rng: np.random.Generator) -> str:
        """A song's text with codes before some lines, and slots for all names."""
        lines = text.split("\n")
        return "\n".join(self._coded(line).dressed(rng) if line.strip(BOUNDARY) else line for line in lines)
