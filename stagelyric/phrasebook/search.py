"""Ranks the frames that suit a query: a place in a song."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from stagelyric.phrasebook import draw, near_themes
from stagelyric.phrasebook.book import Book
from stagelyric.phrasebook.compiled import Entry

SERVES: dict[str, tuple[str, ...]] = {
    "AABB": ("AABB", "AAAA"),
    "ABAB": ("ABAB", "AAAA"),
    "ABCB": ("ABCB", "ABAB", "AAAA"),
    "AAAA": ("AAAA",),
    "free": ("ABCB", "ABAB", "AABB", "AAAA", "free"),
}
"""For each scheme, the schemes of frames that satisfy it, the scheme itself first."""

Closeness = Callable[[Entry], float]
"""How close a frame's words are to the wanted themes, 0 to 1."""

_SPREAD = 1.6
"""Random part of a frame's score, ± this. With half of it, most seeds began a song with the same stanza."""
_REPEATED = 26.0
"""Subtracted, times the share of a frame's word pairs ("on the", "a hand") that other frames have too, compared with
the average: what is heard in many songs should be heard less often."""
_UNEVEN = 0.5
"""Subtracted, times how far a frame's forms are from a steady beat (of `beats.stanza`), compared with the average."""
_OF_ONESELF = 1.2
"""Subtracted from frames about you or me, of which there are more than songs need."""
_OWN = 2.0
"""Added to a band's own frames: a band that names them wants to hear them."""
_ABOUT = 8.0
"""Added to frames that are about the wanted themes: more than what else tells two frames apart."""
_HAND, _HAND_ALONE = 1.2, 2.4
"""Added to frames of the song's hand: less where the song has a theme, so that the theme comes first."""
_APART = 0.8
"""Subtracted from two couplets: a quatrain, which holds one thought, is preferred."""


@dataclass(frozen=True, slots=True)
class Query:
    """What frames are wanted. `mood`: 0 dark to 1 bright, None for either; `temper`: "calm", "fierce" or ""; `at`: the
    place in the song; `perfect`: without slant rhymes; `sexes`: f if the song has a woman, m if a man."""

    scheme: str = "free"
    syllables: tuple[int, int] = (5, 11)
    themes: tuple[str, ...] = ()
    mood: float | None = None
    temper: str = ""
    hand: str = ""
    at: str = ""
    perfect: bool = False
    sexes: str = "fm"
    loose: int = 0
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Stanza:
    """A quatrain frame or two couplets, by their numbers, with the score. `about`: how much it is about the themes."""

    frames: tuple[int, ...]
    score: float
    about: float
    named: str = ""
    """Whom it names: "person", "place", "both" or ""."""
    lines: int = 0
    """Lines that can have a name."""


def stanzas(book: Book, query: Query, closeness: Closeness | None = None) -> list[Stanza]:
    """Every suitable stanza, best first. Each frame is in at most one."""
    scored = Scored(book, query, closeness)
    found = [
        Stanza((entry.number,), scored.of(entry, about), about, _named(entry, query.sexes), entry.named)
        for entry in book.entries
        if len(entry.spans) == 4 and entry.scheme in SERVES[query.scheme] and scored.fits(entry)
        for about in (scored.about(entry),)
    ]
    if query.scheme in ("AABB", "free"):
        found += _pairs(scored, [entry for entry in book.entries if len(entry.spans) == 2 and scored.fits(entry)])
    return sorted(found, key=lambda stanza: (-stanza.score, stanza.frames))


def _pairs(scored: Scored, couplets: Sequence[Entry]) -> Iterator[Stanza]:
    """Pairs of couplets: each with the best remaining one of the same voice that shares a theme."""
    voices: dict[tuple[object, ...], list[tuple[float, Entry]]] = {}
    for entry in couplets:
        voice = (entry.hand, frozenset(entry.mood), frozenset(entry.who), frozenset(entry.tense))
        voices.setdefault(voice, []).append((scored.of(entry), entry))
    for left in voices.values():
        left.sort(key=lambda item: (-item[0], item[1].number))
        while len(left) > 1:
            score, first = left.pop(0)
            themes = set(first.themes)
            place = next((i for i, (_, other) in enumerate(left) if not themes.isdisjoint(other.themes)), None)
            if place is not None:
                other_score, second = left.pop(place)
                yield Stanza(
                    (first.number, second.number),
                    min(score, other_score) - _APART,
                    min(scored.about(first), scored.about(second)),
                    _both(first, second, scored.query.sexes),
                    first.named + second.named,
                )


def _both(first: Entry, second: Entry, sexes: str) -> str:
    named = {_named(first, sexes), _named(second, sexes)} - {""}
    return "" if not named else named.pop() if len(named) == 1 else "both"


def _named(entry: Entry, sexes: str) -> str:
    if entry.people or any(sex in sexes for sex in entry.sexes):
        return "both" if entry.places else "person"
    return "place" if entry.places else ""


class Scored:
    """Scores frames for a query."""

    def __init__(self, book: Book, query: Query, closeness: Closeness | None = None):
        self.query, self.closeness = query, closeness
        self.wanted: Mapping[str, float] = near_themes.wanted(query.themes, book.table)
        self._book, self._salt = book, f"{query.seed} "

    def fits(self, entry: Entry) -> bool:
        """Whether every line can have a wanted length, and the rhymes are perfect if they must be."""
        low, high = self.query.syllables[0] - self.query.loose, self.query.syllables[1] + self.query.loose
        if self.query.perfect and entry.slant:
            return False
        return all(least <= high and most >= low for least, most in entry.spans)

    def about(self, entry: Entry) -> float:
        """How much a frame is about the themes, 0 to 1.3; its first theme counts most."""
        if not self.wanted and self.closeness is None:
            return 0.0
        wanted = self.wanted
        marks = [wanted[theme] * (0.8 if i else 1.0) for i, theme in enumerate(entry.themes) if theme in wanted]
        marks.sort(reverse=True)
        tagged = marks[0] + 0.3 * sum(marks[1:]) if marks else 0.0
        near = self.closeness(entry) if self.closeness is not None else 0.0
        # tags are more reliable: written by hand, while closeness comes from vectors trained on old verse
        trusted = 0.35 if self.wanted else 0.8
        return min(1.3, max(tagged, trusted * near) + 0.2 * min(tagged, near))

    def of(self, entry: Entry, about: float | None = None) -> float:
        """A frame's score; its random part varies the order of frames that suit about equally. `about`: that of
        `about`, if known."""
        query = self.query
        score = _ABOUT * (self.about(entry) if about is None else about)
        if query.hand:
            score += (_HAND if self.wanted else _HAND_ALONE) * (entry.hand == query.hand)
        if query.mood is not None:
            score -= 2.0 * abs(_brightness(entry.mood) - query.mood)
        if query.temper:
            score += 1.6 * (query.temper in entry.mood)
        if query.at:
            score += 0.8 * (query.at in entry.at)
        if query.scheme != "free" and entry.scheme not in ("AA", query.scheme):
            score -= 0.5
        score += _OWN * self._book.is_own(entry.number)
        score -= _REPEATED * entry.repeated + _UNEVEN * entry.uneven
        score -= _OF_ONESELF * ("I" in entry.who or "you" in entry.who)
        return score + self._book.ear.whole(entry.digest) + self._room(entry) + self._drawn(entry)

    def _room(self, entry: Entry) -> float:
        """A penalty (≤ 0) if most forms of the frame are too long or too short."""
        low, high = self.query.syllables
        inside = [
            (min(high, most) - max(low, least) + 1) / (most - least + 1) for least, most in entry.spans
        ]  # fmt: skip
        return 0.8 * min(0.0, min(inside) - 0.5)

    def _drawn(self, entry: Entry) -> float:
        return _SPREAD * 2 * (draw.hashed(self._salt + entry.digest) - 0.5)


def _brightness(mood: Collection[str]) -> float:
    return 1.0 if "bright" in mood else 0.0 if "dark" in mood else 0.5
