"""Measures of stanzas by their sound: syllables that match, ends that rhyme, schemes that hold."""

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
"""How many lines back a rhyme is heard."""
_ORDER: tuple[Kind, ...] = ("perfect", "slant", "same", "assonance")

syllables = lru_cache(maxsize=65536)(line_syllables)
"""A line's syllables: the dictionary's for the words it knows, by spelling for the rest."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two lines that a scheme pairs, and how they rhyme (None: not at all)."""

    song: Song
    stanza: Stanza
    earlier: str
    later: str
    rhyme: Kind | None

    @property
    def off(self) -> int:
        """Syllables of the later line less those of the earlier."""
        return syllables(self.later) - syllables(self.earlier)

    @property
    def ends(self) -> tuple[str, str]:
        """The last words, in the order of the alphabet."""
        first, second = sorted((end_word(self.earlier), end_word(self.later)))
        return first, second


def end_word(line: str) -> str:
    """A line's last word in lower case, "" for none."""
    return words(line)[-1] if words(line) else ""


@lru_cache(maxsize=65536)
def rhyme(a: str, b: str) -> Kind | None:
    """How the ends of two lines rhyme; None: not at all.

    A small word that both end on is taken with the one before it (hold it, told it). Before an r, vowels that the
    dictionary tells apart and the mouth does not are one: fire and choir, hearing and steering.
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
    """The share of lines, of those with one before them in their stanza, within a syllable of one of the last two."""
    matched = total = 0
    for stanza in stanzas:
        counts = [syllables(line) for line in stanza.lines]
        for place in range(1, len(counts)):
            total += 1
            matched += any(abs(counts[place] - n) <= 1 for n in counts[max(0, place - 2) : place])
    return matched / total if total else float("nan")


def end_rhymes(stanzas: Sequence[Stanza]) -> Counter[Kind | None]:
    """Over all lines, the best rhyme with any of the three lines before it in its stanza, perfect before slant.

    perfect: phones from the last stressed vowel on are equal and what leads into them differs; slant: equal vowels and
    kindred consonants; same: one word, or two that sound alike; assonance: equal vowels.
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
    """The pairs of lines that the songs' own schemes want to rhyme; none for songs without a scheme."""
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
