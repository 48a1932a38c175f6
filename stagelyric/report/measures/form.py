"""Measures of stanzas by sound: equal syllables, rhymes, schemes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from stagelyric.report.lyrics import Song, Stanza, mates, words
from stagelyric.words.lists import STOP
from stagelyric.words.phonetics import Phones, line_syllables, pronounce
from stagelyric.words.rhyme import Kind, kind_of_sounds

REACH = 3
"""How many lines back a rhyme is looked for."""
_ORDER: tuple[Kind, ...] = ("perfect", "slant", "same", "assonance")

syllables = lru_cache(maxsize=65536)(line_syllables)
"""A line's syllables: by the dictionary, or by spelling for words that it lacks."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two lines that should rhyme by a scheme, and how they do (None: not at all)."""

    song: Song
    stanza: Stanza
    earlier: str
    later: str
    rhyme: Kind | None

    @property
    def off(self) -> int:
        """Syllables of the later line minus those of the earlier one."""
        return syllables(self.later) - syllables(self.earlier)

    @property
    def ends(self) -> tuple[str, str]:
        """The last words in alphabetical order."""
        first, second = sorted((end_word(self.earlier), end_word(self.later)))
        return first, second


def end_word(line: str) -> str:
    """A line's last word in lower case, "" for none."""
    return words(line)[-1] if words(line) else ""


@lru_cache(maxsize=65536)
def rhyme(a: str, b: str) -> Kind | None:
    """How the ends of two lines rhyme; None: not at all.

    If both end on the same small word, the word before it is included (hold it, told it). Vowels before an r that are
    pronounced alike but differ in the dictionary are equal: fire and choir, hearing and steering.
    """
    first, second = words(a), words(b)
    if not first or not second:
        return None
    if first[-1] == second[-1] and first[-1] in STOP and len(first) > 1 and len(second) > 1:
        before = kind_of_sounds(_sung(first[-2]), _sung(second[-2]))
        return "same" if before is None or before == "assonance" else before
    return kind_of_sounds(_sung(first[-1]), _sung(second[-1]))


def _sung(word: str) -> Phones:
    made: list[str] = []
    for phone in pronounce(word):
        if phone == "ER0" and made and made[-1][:2] in ("AY", "AW"):
            phone = "R"
        if phone == "R" and made and made[-1][:2] == "IY":
            made[-1] = "IH" + made[-1][2:]
        made.append(phone)
    return tuple(made)


def syllable_match_rate(stanzas: Sequence[Stanza]) -> float:
    """Of the lines with one before them in the stanza, the share within a syllable of one of the last two."""
    matched = total = 0
    for stanza in stanzas:
        counts = [syllables(line) for line in stanza.lines]
        for place in range(1, len(counts)):
            total += 1
            matched += any(abs(counts[place] - n) <= 1 for n in counts[max(0, place - 2) : place])
    return matched / total if total else float("nan")


def end_rhymes(stanzas: Sequence[Stanza]) -> Counter[Kind | None]:
    """For all lines, the best rhyme with any of the three lines before it in the stanza, perfect before slant.

    perfect: the phones from the last stressed vowel on are equal, and those before it differ; slant: equal vowels and
    related consonants; same: one word, or two that sound alike; assonance: equal vowels.
    """
    found: Counter[Kind | None] = Counter()
    for stanza in stanzas:
        for place, line in enumerate(stanza.lines):
            kinds = {rhyme(before, line) for before in stanza.lines[max(0, place - REACH) : place]}
            found[next((kind for kind in _ORDER if kind in kinds), None)] += 1
    return found


def end_rhyme_rate(stanzas: Sequence[Stanza]) -> float:
    """The share of all lines with a perfect rhyme on one of the three lines before it in its stanza."""
    found = end_rhymes(stanzas)
    return found["perfect"] / found.total() if found else float("nan")


def pairs(songs: Sequence[Song]) -> Iterator[Pair]:
    """The pairs of lines that should rhyme by the songs' own schemes; none for songs without a scheme."""
    for song in songs:
        for stanza in song.stanzas:
            for earlier, later in mates(song.scheme(stanza), len(stanza.lines)):
                a, b = stanza.lines[earlier], stanza.lines[later]
                yield Pair(song, stanza, a, b, rhyme(a, b))


def rhymed_where_asked(found: Sequence[Pair]) -> float:
    """The share of pairs with a perfect or a slant rhyme."""
    return sum(pair.rhyme in ("perfect", "slant") for pair in found) / len(found) if found else float("nan")


def matched_where_paired(found: Sequence[Pair]) -> float:
    """The share of pairs within one syllable of each other."""
    return sum(abs(pair.off) <= 1 for pair in found) / len(found) if found else float("nan")
