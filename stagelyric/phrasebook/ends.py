"""How the ends of two lines rhyme, the last word alone or with a weak one before it ("found it" / "around it")."""

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
"""Last words that a singer may leave unstressed, so that the word before them rhymes."""
_LONGEST_ENDING = 3  # letters that make another form of a word
_CLOSEST: tuple[Kind, ...] = ("perfect", "slant", "assonance", "same")


def bare(word: str) -> str:
    """A word in small letters without the marks around it; of "back-door" what comes last."""
    if word.endswith("in'"):
        return word.lower().strip(".,;:!?(")
    return word.lower().strip(".,;:!?()'-").rpartition("-")[2]


def two(words: Sequence[str]) -> str:
    """The last two words as one: "found it"."""
    return " ".join(map(bare, words[-2:]))


def kind(a: Sequence[str], b: Sequence[str]) -> Kind | None:
    """How two lines rhyme that end on these words; "same" where one word only rhymes with itself."""
    return _kind(tuple(map(bare, a[-2:])), tuple(map(bare, b[-2:])))


@lru_cache(maxsize=1 << 15)
def _kind(a: tuple[str, ...], b: tuple[str, ...]) -> Kind | None:
    found = {kind_of_sounds(one, other) for one in _sounds(a) for other in _sounds(b)}
    return next((kind for kind in _CLOSEST if kind in found), None)


@lru_cache(maxsize=1 << 15)
def _sounds(end: tuple[str, ...]) -> tuple[Phones, ...]:
    """The ways to say an end: the last word as it is, and weakly after the one before it."""
    if not end or not end[-1]:
        return ()
    alone = said(end[-1])
    if len(end) < 2 or end[-1] not in _WEAK:
        return alone
    weak = [tuple(phone.replace("1", "0").replace("2", "0") for phone in way) for way in alone]
    return alone + tuple(before + after for before in said(end[-2]) for after in weak if before)


def keys(word: str) -> frozenset[str]:
    """What a last word rhymes on, one key for each way to say it: words with a key in common rhyme, or are alike."""
    return frozenset(" ".join(tail(way)) for way in said(bare(word)))


def meanings(word: str) -> tuple[Phones, ...]:
    """Every way to say a word that somebody asks for, who has not told which is meant: "wind" blows, and turns."""
    return tuple(dict.fromkeys((*said(bare(word)), *readings(bare(word)))))


def keys_asked(word: str) -> frozenset[str]:
    """What `keys` gives, by any meaning of the word."""
    return frozenset(" ".join(tail(way)) for way in meanings(word))


def answers(end: Sequence[str], word: str, how: Kind = "perfect") -> bool:
    """Whether a line that ends on these words rhymes (`how`) with a word that is asked for, whichever is meant.

    A form of the word itself ("windows") is none.
    """
    last = bare(end[-1]) if end else ""
    short, long = sorted((last, bare(word)), key=len)
    if long.startswith(short) and len(long) - len(short) <= _LONGEST_ENDING:
        return False
    sounds = _sounds(tuple(map(bare, end[-2:])))
    return any(kind_of_sounds(one, other) == how for one in sounds for other in meanings(word))
