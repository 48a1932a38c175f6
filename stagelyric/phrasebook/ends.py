"""Rhyme between line ends: the last word alone, or with an unstressed one after it ("found it" / "around it")."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from stagelyric.phrasebook.sounds import said
from stagelyric.phrasebook.tags import words
from stagelyric.words.phonetics import Phones, readings
from stagelyric.words.rhyme import Kind, kind_of_sounds, tail

_WEAK = frozenset(
    words("it me him her us them you he she we they i on in up out off to of for by at is was are be do not too and")
)
"""Last words that can be sung unstressed, so that the word before them carries the rhyme."""
_LONGEST_ENDING = 3  # letters of an ending that makes another form of a word
_CLOSEST: tuple[Kind, ...] = ("perfect", "slant", "assonance", "same")


def bare(word: str) -> str:
    """A word in lower case without punctuation; of "back-door" the last part."""
    if (sung := word.rstrip(".,;:!?)")).endswith("in'"):
        return sung.lower().lstrip("('").rpartition("-")[2]
    return word.lower().strip(".,;:!?()'-").rpartition("-")[2]


def two(words: Sequence[str]) -> str:
    """The last two words as one string: "found it"."""
    return " ".join(map(bare, words[-2:]))


def kind(a: Sequence[str], b: Sequence[str]) -> Kind | None:
    """How two lines that end on these words rhyme; "same" if a word would only rhyme with itself."""
    return _kind(tuple(map(bare, a[-2:])), tuple(map(bare, b[-2:])))


@lru_cache(maxsize=1 << 15)
def _kind(a: tuple[str, ...], b: tuple[str, ...]) -> Kind | None:
    found = {kind_of_sounds(one, other) for one in _sounds(a) for other in _sounds(b)}
    return next((kind for kind in _CLOSEST if kind in found), None)


@lru_cache(maxsize=1 << 15)
def _sounds(end: tuple[str, ...]) -> tuple[Phones, ...]:
    """The sounds of a line end: the last word stressed, or unstressed after the word before it."""
    if not end or not end[-1]:
        return ()
    alone = said(end[-1])
    if len(end) < 2 or end[-1] not in _WEAK:
        return alone
    weak = [tuple(phone.replace("1", "0").replace("2", "0") for phone in way) for way in alone]
    return alone + tuple(before + after for before in said(end[-2]) for after in weak if before)


def keys(word: str) -> frozenset[str]:
    """The rhyme keys of a last word, one for each pronunciation. Words rhyme (or are the same) if they share a key."""
    return frozenset(" ".join(tail(way)) for way in said(bare(word)))


def meanings(word: str) -> tuple[Phones, ...]:
    """Every pronunciation of a word that a user gave without saying which is meant ("wind")."""
    return tuple(dict.fromkeys((*said(bare(word)), *readings(bare(word)))))


def keys_asked(word: str) -> frozenset[str]:
    """As `keys`, over every pronunciation that the user may mean."""
    return frozenset(" ".join(tail(way)) for way in meanings(word))


def answers(end: Sequence[str], word: str, how: Kind = "perfect") -> bool:
    """Whether a line that ends on these words rhymes (`how`) with a user's word, in any of its pronunciations.

    A form of the word itself ("windows" for "window") doesn't count.
    """
    last = bare(end[-1]) if end else ""
    short, long = sorted((last, bare(word)), key=len)
    if long.startswith(short) and len(long) - len(short) <= _LONGEST_ENDING:
        return False
    sounds = _sounds(tuple(map(bare, end[-2:])))
    return any(kind_of_sounds(one, other) == how for one in sounds for other in meanings(word))
