"""Metre: whether a line's stressed syllables come at regular intervals, as on the beats of a bar."""

from __future__ import annotations

from collections.abc import Sequence

from stagelyric.words.lexicon import Lexicon
from stagelyric.words.lists import STOP

STRONG, WEAK, EITHER = "1", "0", "."


def pattern(words: Sequence[str], lexicon: Lexicon) -> str:
    """One sign for each syllable: "1" stressed, "0" unstressed, "." either; "01010" for "the broken window".

    Function words of one syllable are unstressed, others stressed; words that the lexicon lacks are either.
    """
    signs: list[str] = []
    for word in words:
        number = lexicon.index.get(word)
        if number is None:
            signs.append(EITHER)
            continue
        stresses = [phone[-1] for phone in lexicon.phones(number) if phone[-1].isdigit()]
        if len(stresses) == 1:
            signs.append(WEAK if word in STOP else STRONG)
        else:
            signs += [STRONG if s == "1" else EITHER if s == "2" else WEAK for s in stresses]
    return "".join(signs)


def scans(signs: str) -> float:
    """The share of syllables that fit a regular beat, 0.5 to 1, for the better of two- and three-syllable feet.

    An unstressed syllable on a beat counts less, as singers do that; a stressed one off the beat is a real fault.
    """
    return max((_kept(signs, foot, start) for foot in (2, 3) for start in range(foot)), default=1.0)


def _kept(signs: str, foot: int, start: int) -> float:
    if not signs:
        return 1.0
    lost = 0.0
    for i, sign in enumerate(signs):
        on_beat = i % foot == start
        lost += 1.0 if sign == STRONG and not on_beat else 0.5 if sign == WEAK and on_beat else 0.0
    return max(0.0, 1 - lost / len(signs))
