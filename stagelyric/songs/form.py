"""Measures the form of a song on its lyrics: sections, syllables a line, rhyme scheme."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from stagelyric.types.lines import Scheme
from stagelyric.words import rhyme
from stagelyric.words.formats import Sheet
from stagelyric.words.syllables import count

_SUNG = frozenset(
    {"verse", "pre-chorus", "post-chorus", "chorus", "bridge", "intro", "outro", "hook", "tag", "spoken", "part"}
)
_COMES_AGAIN = 0.6  # a stanza with at least this share of lines sung before is a chorus
_MOST = 40  # syllables that a section may ask for, at most
_WIDEST = 7  # largest range of syllables; for wider ones, the shortest and longest tenth of the lines are left out

_MATES: Mapping[Scheme, frozenset[tuple[int, int]]] = {
    "AABB": frozenset({(0, 1), (2, 3)}),
    "ABAB": frozenset({(0, 2), (1, 3)}),
    "ABCB": frozenset({(1, 3)}),
    "AAAA": frozenset(combinations(range(4), 2)),
    "free": frozenset(),
}
_SHORT: tuple[Scheme, ...] = ("AABB", "AAAA", "free")
"""The schemes for a song without stanzas of four lines."""

_RHYMED = {"perfect": 0.72, "slant": 0.16, "same": 0.05, "assonance": 0.04, None: 0.03}
_UNRHYMED = {"perfect": 0.03, "slant": 0.05, "same": 0.02, "assonance": 0.11, None: 0.79}
_LIKELY: Mapping[Scheme, float] = {"ABCB": 0.36, "AABB": 0.3, "ABAB": 0.16, "AAAA": 0.06, "free": 0.12}


@dataclass(frozen=True, slots=True)
class Part:
    """A section of a setlist. `syllables`: fewest and most a line; `lines`: its own lyrics, which may be missing if the
    sheet only names it; `sure`: its name is from the sheet rather than guessed."""

    name: str
    syllables: tuple[int, int]
    rhyme: Scheme
    lines: tuple[str, ...]
    sure: bool


def parts(sheet: Sheet) -> list[Part]:
    """The sections of a song in order. Sections of one kind share a form, measured on all of them."""
    named = _named(sheet)
    stanzas: dict[str, list[tuple[str, ...]]] = {}
    for kind, numbers, _ in named:
        stanzas.setdefault(kind, []).extend(sheet.stanzas[number][1] for number in numbers)
    forms = {kind: (syllables(own), scheme(own)) for kind, own in stanzas.items() if own}
    return [
        Part(kind, *forms[kind], tuple(line for number in numbers for line in sheet.stanzas[number][1]), sure)
        for kind, numbers, sure in named
        if kind in forms
    ]


def _named(sheet: Sheet) -> list[tuple[str, tuple[int, ...], bool]]:
    """For each section: kind, stanzas, and whether the kind is from the sheet. If the sheet names no sections, repeated
    stanzas are the chorus and all others verses."""
    seen: Counter[str] = Counter()
    keys = [[_key(line) for line in lines] for _, lines in sheet.stanzas]
    for own in keys:
        seen.update(set(own))
    found = []
    for kind, numbers in sheet.sections:
        if kind in _SUNG:
            found.append((kind, numbers, True))
        elif numbers:
            own = [key for number in numbers for key in keys[number]]
            again = sum(seen[key] > 1 for key in own) >= _COMES_AGAIN * len(own)
            found.append(("chorus" if again else "verse", numbers, False))
    return found


def _key(line: str) -> str:
    return "".join(c for c in line.casefold() if c.isalnum())


def syllables(stanzas: Sequence[Sequence[str]]) -> tuple[int, int]:
    """The fewest and the most syllables of a line, 1 to 40, with a difference of at least one.

    If lines differ by more than seven, the shortest and the longest tenth are ignored as shouts or patter.
    """
    counts = sorted(count(line) for stanza in stanzas for line in stanza) or [6]
    low, high = counts[0], counts[-1]
    if high - low > _WIDEST:
        low, high = counts[len(counts) // 10], counts[-1 - len(counts) // 10]
    low = min(max(low, 1), _MOST - 1)
    return low, min(max(high, low + 1), _MOST)


def scheme(stanzas: Sequence[Sequence[str]]) -> Scheme:
    """The most likely rhyme scheme of stanzas, of those that a section can ask for.

    By Bayes' rule over the pairs of lines in each group of four: how often lines meant to rhyme have perfect, slant or
    no rhymes, compared with lines that aren't meant to. Longer stanzas are divided into groups of four.
    """
    fours = [stanza[at : at + 4] for stanza in stanzas for at in range(0, len(stanza), 4)]
    fours = [four for four in fours if len(four) > 1]
    whole = [four for four in fours if len(four) == 4]
    pairs = [(i, j, _kind(four[i], four[j])) for four in whole or fours for i, j in combinations(range(len(four)), 2)]
    if not pairs:
        return "free"

    def likelihood(name: Scheme) -> float:
        mates = _MATES[name]
        return math.log(_LIKELY[name]) + sum(
            math.log((_RHYMED if (i, j) in mates else _UNRHYMED)[kind]) for i, j, kind in pairs
        )

    return max(_MATES if whole else _SHORT, key=likelihood)


@lru_cache(maxsize=65536)
def _kind(a: str, b: str) -> rhyme.Kind | None:
    return rhyme.kind(a, b)
