"""Rhyme: what the ends of two words share, from perfect rhyme to mere assonance.

A word's tail is the part that rhymes: the phones from the last stressed vowel on, without stress marks ("away" → EY;
"water" → AO T ER). A last syllable with secondary stress counts as stressed, as it is when sung ("sometime" rhymes with
"time"), but not the ending of "pony" or "shadow", which the dictionary marks now so and now as unstressed. After the
stressed vowel IH and AH sound alike ("splendid", "ended"), except before NG.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from stagelyric.words import spoken
from stagelyric.words.phonetics import Phones, readings

Kind = Literal["same", "perfect", "slant", "assonance"]
"""same: one word, or two that sound alike; perfect: equal tails; slant: equal vowels and related consonants (time /
line); assonance: equal vowels only (home / road)."""

_CLOSEST_FIRST: tuple[Kind, ...] = ("same", "perfect", "slant", "assonance")

_FAMILIES = {
    phone: family
    for family, phones in {
        "p": "P T K", "b": "B D G", "m": "M N NG", "f": "F TH S SH CH", "v": "V DH Z ZH JH", "l": "L", "r": "R",
        "w": "W Y HH",
    }.items()
    for phone in phones.split()
}  # fmt: skip
_WEAK_ENDINGS = frozenset({"IY2", "OW2", "AA2"})


@lru_cache(maxsize=8192)
def tail(phones: Phones) -> Phones:
    """The phones from the last stressed vowel on, without stress marks; all phones if no vowel is stressed."""
    stressed = [i for i, phone in enumerate(phones) if phone[-1] in "12"]
    if len(stressed) > 1 and phones[-1] in _WEAK_ENDINGS and len(phones) - stressed[-2] <= 3:
        stressed.pop()
    start = stressed[-1] if stressed else next((i for i, phone in enumerate(phones) if phone[-1] == "0"), 0)
    found = tuple(
        "AH" if phone == "IH0" and i and phones[start + i + 1 : start + i + 2] != ("NG",) else phone.rstrip("012")
        for i, phone in enumerate(phones[start:])
    )
    # Both F AY ER and F AY R occur for "fire", AW ER and AW R for "hour"; the dictionary is inconsistent.
    return tuple(
        "ER" if phone == "R" and i and found[i - 1] in ("AY", "AW") else phone for i, phone in enumerate(found)
    )


def slant(tail: Phones) -> Phones:
    """A tail's slant key: its vowels, the family of each consonant, without a plural's s."""
    if len(tail) > 2 and tail[-1] in ("S", "Z") and tail[-2] in _FAMILIES:
        tail = tail[:-1]
    return tuple(_FAMILIES.get(phone, phone) for phone in tail)


def assonance(tail: Phones) -> Phones:
    """A tail's vowels."""
    return tuple(phone for phone in tail if phone not in _FAMILIES)


def kind(a: str, b: str) -> Kind | None:
    """How two words (or line ends) rhyme; None if they don't. Compared by sound, so case doesn't matter.

    For words with two pronunciations ("again") the closer rhyme counts.
    """
    found = {kind_of_sounds(one, other) for one in _endings(a) for other in _endings(b)}
    return next((kind for kind in _CLOSEST_FIRST if kind in found), None)


@lru_cache(maxsize=8192)
def _endings(text: str) -> tuple[Phones, ...]:
    """Every pronunciation of the last word of a text."""
    return readings(_last(text))


def kind_of_sounds(a: Phones, b: Phones) -> Kind | None:
    """`kind` for two pronunciations."""
    if not a or not b:
        return None
    tail_a, tail_b = tail(a), tail(b)
    if tail_a == tail_b:
        return "same" if _onset(a, tail_a) == _onset(b, tail_b) else "perfect"
    if slant(tail_a) == slant(tail_b):
        return "slant"
    return "assonance" if assonance(tail_a) == assonance(tail_b) else None


def _onset(phones: Phones, tail: Phones) -> Phones:
    """The consonants before the tail, which differ in rhymes (light / flight) but not in homophones."""
    before = phones[: len(phones) - len(tail)]
    start = max((i + 1 for i, phone in enumerate(before) if phone[-1].isdigit()), default=0)
    return before[start:]


def _last(text: str) -> str:
    words = reversed(text.replace("-", " ").split())
    last = next((word for word in words if any(c.isalnum() for c in word)), "")
    said = spoken.said(last) if last else ()
    return said[-1] if said else last
