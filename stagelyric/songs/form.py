"""Measures the form of a song on its lyrics: sections, syllables a line, rhyme scheme."""

from __future__ import annotations

import math
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
_COMMON = 0.65  # share of words with which two lines begin and end that are one with some other words
_FEWEST = 4  # words that such a line has, at least
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
_LOG_RHYMED, _LOG_UNRHYMED = (
    {kind: math.log(share) for kind, share in shares.items()} for shares in (_RHYMED, _UNRHYMED)
)
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
    """For each section: kind, stanzas, and whether the kind is from the sheet. Of those without a name, repeated ones
    are the chorus and all others verses."""
    bare = [numbers for kind, numbers in sheet.sections if numbers and kind not in _SUNG]
    choruses = {numbers for numbers in bare if _comes_again(sheet, numbers)}
    if not choruses and not any(kind == "chorus" and numbers for kind, numbers in sheet.sections):
        choruses = set(_meant(sheet))
    return [
        (kind, numbers, True) if kind in _SUNG else ("chorus" if numbers in choruses else "verse", numbers, False)
        for kind, numbers in sheet.sections
        if kind in _SUNG or numbers
    ]


def _comes_again(sheet: Sheet, numbers: Sequence[int]) -> bool:
    """Whether most lines of a section stand in another section too, be it with some other words."""
    own = [line for number in numbers for line in sheet.stanzas[number][1]]
    others = [line for at, (_, lines) in enumerate(sheet.stanzas) if at not in numbers for line in lines]
    keys, words = {_key(line) for line in others}, [_words(line) for line in others]
    again = sum(_key(line) in keys or any(_alike(_words(line), other) for other in words) for line in own)
    return again >= _COMES_AGAIN * len(own)


def _words(line: str) -> list[str]:
    return [_key(word) for word in line.split()]


def _alike(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two lines begin and end with the same words, but for a few."""
    longest = max(len(one), len(other))
    return longest >= _FEWEST and _begun(one, other) + _begun(one[::-1], other[::-1]) >= _COMMON * longest


def _begun(one: Sequence[str], other: Sequence[str]) -> int:
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _meant(sheet: Sheet) -> list[tuple[int, ...]]:
    """The section that a sheet means which says "repeat chorus", but names none: the one with the title in it, or the
    second one above the words, as a verse stands between the chorus and its repetition."""
    bare = [(at, own) for at, (kind, own) in enumerate(sheet.sections) if kind not in _SUNG and own]
    marks = [at for at, (kind, _) in enumerate(sheet.sections) if kind == "chorus"]
    above = [own for at, own in bare if marks and at < marks[-1]]
    if not above:
        return []
    title = _spoken(sheet.tags.get("title", ""))
    titled = [
        own for own in above
        if title.strip() and any(title in _spoken(line) for at in own for line in sheet.stanzas[at][1])
    ]  # fmt: skip
    return titled[-1:] or above[-2:][:1]


def _spoken(line: str) -> str:
    return f" {' '.join(map(_key, line.split()))} "


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
            (_LOG_RHYMED if (i, j) in mates else _LOG_UNRHYMED)[kind] for i, j, kind in pairs
        )

    return max(_MATES if whole else _SHORT, key=likelihood)


@lru_cache(maxsize=65536)
def _kind(a: str, b: str) -> rhyme.Kind | None:
    return rhyme.kind(a, b)
