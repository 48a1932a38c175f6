"""Weak line endings: lines that need a continuation, have a far-fetched rhyme, or lack a verb.

The bands are the middle half of songs by people: 275 old ones that no model was trained on, and the songbook, with one
value for each song.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from stagelyric.report import reference
from stagelyric.report.lyrics import Stanza
from stagelyric.report.measures.form import REACH, end_word, rhyme
from stagelyric.report.measures.registry import Band, Given, Value, measure
from stagelyric.report.measures.wording import Wording
from stagelyric.words.lists import NEVER_LAST

FAR = 0.8
"""The rarity (`Reference.rarity`) from which a rhyme is far-fetched: a word in one of 2,000 stanzas or fewer."""

_LEAST = 3  # words of a line from which on it is expected to have a verb


def weak_ending_rate(lines: Sequence[str]) -> float:
    """The share of lines that end on an article, a preposition or an auxiliary, which need a continuation.

    0 to 1, NaN for no lines. It doesn't see that a line may run on into the next, as people's sometimes do, nor that a
    line with a strong last word may say nothing.
    """
    ends = [end_word(line) for line in lines]
    return float(np.mean([end in NEVER_LAST for end in ends if end])) if any(ends) else float("nan")


def forced_ending_rate(stanzas: Sequence[Stanza]) -> float:
    """Of the lines that rhyme with one of the three before, the share whose last word occurs in hardly any song.

    0 to 1, NaN if nothing rhymes. It takes every rare word for a forced one, even if it fits ("marmalade" in a
    kitchen), and doesn't see a common word that is only there for its rhyme.
    """
    rarity, found = reference.load().rarity, list[bool]()
    for stanza in stanzas:
        for place, line in enumerate(stanza.lines):
            kinds = {rhyme(before, line) for before in stanza.lines[max(0, place - REACH) : place]}
            if kinds & {"perfect", "slant"}:
                found.append(rarity(end_word(line)) >= FAR)
    return float(np.mean(found)) if found else float("nan")


def fragment_rate(read: Wording) -> float:
    """The share of lines of three words or more in which the tagger finds no verb.

    0 to 1, NaN for no such lines. Lists, calls and titles are no faults, and people's lines have many; it doesn't see a
    verb without a subject.
    """
    long = [line for line in read.lines if len(line) >= _LEAST]
    return float(np.mean([all(w.tag not in ("VERB", "AUX") for w in line) for line in long])) if long else float("nan")


@measure("weak_ending_rate", Band(0.03, 0.042, 0.083, "songs", "weak endings", "lines that end where more is due"))
def _weak(given: Given) -> Value:
    return weak_ending_rate(given.lines)


@measure(
    "forced_ending_rate",
    Band(0.111, 0.222, 0.333, "songs", "far-fetched rhymes", "rhymes on a word that hardly a song has"),
)
def _forced(given: Given) -> Value:
    return forced_ending_rate(given.stanzas)


@measure("fragment_rate", Band(0.174, 0.25, 0.321, "songs", "fragments", "lines without a verb"), extra=True)
def _fragments(given: Given) -> Value:
    return fragment_rate(given.words)
