"""Which hand a song is cast with, what its mood says, and where in a song a section stands."""

from __future__ import annotations

from collections.abc import Sequence

from stagelyric.phrasebook import draw
from stagelyric.phrasebook.tags import HANDS

_HANDS_BY_TEMPER = {
    "calm": ("plain", "tender", "dreamer", "list", "ballad"),
    "fierce": ("ranter", "chant", "ballad", "comic"),
}


def hand_for(title: str, seed: int, mood: float | None, temper: str) -> str:
    """The hand that a song is cast with: the same whenever it is played with the same seed, by its mood."""
    hands = _HANDS_BY_TEMPER.get(temper, HANDS)
    if mood is not None and mood < 0.35:
        hands = tuple(hand for hand in hands if hand != "comic") or hands
    if mood is not None and mood > 0.65:
        hands = tuple(hand for hand in hands if hand != "ranter") or hands
    return draw.one(draw.seeded(seed, "hand", title), hands)


def at_for(section: str) -> str:
    """Where in a song a section of this name stands, "" where its name does not tell."""
    told = section.lower()
    for at, names in _SECTIONS.items():
        if any(name in told for name in names):
            return at
    return ""


def mood_of(written: float | Sequence[str] | None) -> tuple[float | None, str]:
    """What a setlist says of a mood: dark to bright as a number from 0 to 1 (None: either), and calm, fierce or ""."""
    if written is None or isinstance(written, int | float):
        return written, ""
    shades = [_SHADES[word] for word in written if word in _SHADES]
    temper = next((word for word in written if word in _HANDS_BY_TEMPER), "")
    return (sum(shades) / len(shades) if shades else None), temper


_SHADES = {"dark": 0.0, "bright": 1.0}

_SECTIONS = {
    "chorus": ("chorus", "refrain", "hook", "drop"),
    "turn": ("bridge", "middle 8", "middle eight", "break", "turn", "solo"),
    "ending": ("outro", "ending", "coda", "end", "last", "finale"),
    "opening": ("intro", "opening", "verse 1", "first", "start"),
    "middle": ("verse", "middle", "pre"),
}
