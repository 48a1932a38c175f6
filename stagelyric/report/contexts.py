"""Places in songs that no model was trained on, to be continued by a model, with people's own continuation."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np

from stagelyric.report.lyrics import Song, Stanza, words
from stagelyric.report.measures import form
from stagelyric.types.lines import Ask, Scheme

CONTEXTS = 60
LINES = 16
_BEFORE = 8  # lines of context
_LEAST = 4  # lines needed before and after
_SCHEMES = ("AABB", "ABAB", "ABCB", "AABB", "ABAB", "ABCB", "AAAA", "free")
_PEOPLE = (
    "Polly Magnet", "Mister Avocet", "Odile", "Captain Rooster", "Nadia Pike", "Old Tom Barrow", "Ines", "Doctor Lamb",
    "Walter Quince", "Ruby Sparrow", "Ayo", "Mrs Kettle", "Little Anders", "Johnny Plum", "Marguerite", "Sal Dorado",
)  # fmt: skip
_TOWNS = (
    "Montreal", "Dakar", "Galway", "Valparaiso", "Winnipeg", "Leith", "Marseille", "Tucson", "Osaka", "Hobart",
    "Odessa", "Memphis", "Bergen", "Penzance", "Tampico", "Gdansk",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Context:
    """A place in a song: the lines before it, people's stanzas after it, and what to ask a writer for."""

    title: str
    before: tuple[str, ...]
    after: tuple[Stanza, ...]
    ask: Ask
    word: str
    """A word of the song's next lines, to test asking for a word."""


def choose(songs: Sequence[Song], count: int = CONTEXTS, *, seed: int = 0) -> list[Context]:
    """Up to `count` contexts between stanzas, each song used once before any is used twice; repeatable with a seed.

    They ask for syllables like the lines before (their middle half), for each rhyme scheme in turn, and for a person
    and a town from a small bank.
    """
    rng = random.Random(seed)
    places = []
    for number, song in enumerate(songs):
        breaks = [i for i in range(1, len(song.stanzas)) if _is_fit(song, i)]
        rng.shuffle(breaks)
        places += [(turn, rng.random(), number, at) for turn, at in enumerate(breaks)]
    chosen = sorted(places)[:count]
    return [_context(songs[number], at, place) for place, (_, _, number, at) in enumerate(chosen)]


def _is_fit(song: Song, at: int) -> bool:
    before = sum(len(stanza.lines) for stanza in song.stanzas[:at])
    return before >= _LEAST and sum(len(stanza.lines) for stanza in song.stanzas[at:]) >= _LEAST


def _context(song: Song, at: int, place: int) -> Context:
    before = tuple(line for stanza in song.stanzas[:at] for line in stanza.lines)[-_BEFORE:]
    after: list[Stanza] = []
    left = LINES
    for stanza in song.stanzas[at:]:
        if left:
            after.append(Stanza(stanza.lines[:left], stanza.kind))
            left -= len(after[-1].lines)
    counts = [form.syllables(line) for line in before]
    low = int(min(10, max(5, np.percentile(counts, 25))))
    high = int(min(12, max(low + 1, np.percentile(counts, 75))))
    ask = Ask(
        prime="\n".join(before),
        syllables=(low, high),
        rhyme=cast(Scheme, _SCHEMES[place % len(_SCHEMES)]),
        names=(_PEOPLE[place % len(_PEOPLE)], _TOWNS[place % len(_TOWNS)]),
        seed=place,
    )
    return Context(song.title, before, tuple(after), ask, _wanted(after))


def _wanted(after: Sequence[Stanza]) -> str:
    """The longest word of the next stanza with plain letters."""
    found = {word for line in after[0].lines for word in words(line) if word.isalpha()}
    return max(sorted(found), key=len)
