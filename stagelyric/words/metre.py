"""How a line scans: whether its strong syllables fall in step, as on the beats of a bar."""

from __future__ import annotations

from collections.abc import Sequence

from stagelyric.words.lexicon import Lexicon
from stagelyric.words.lists import STOP

STRONG, WEAK, EITHER = "1", "0", "."


def pattern(words: Sequence[str], lexicon: Lexicon) -> str:
    """One sign a syllable: "1" strong, "0" weak, "." either; "the broken window" is "010 10" without the space.

    Small words of one syllable are weak, other words of one syllable strong; what the lexicon lacks is either.
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
    """The share of syllables that keep step, 0.5 to 1, for the better of two feet and of three.

    A weak syllable on a beat is taken lightly, as singers do; a strong one off the beat is what jars.
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
