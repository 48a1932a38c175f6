"""Chooses a song's hand (one writer's frames); reads a setlist's mood, and a section's place in the song."""

from __future__ import annotations

import re
from collections.abc import Sequence

from stagelyric.phrasebook import draw
from stagelyric.phrasebook.tags import HANDS

_HANDS_BY_TEMPER = {
    "calm": ("plain", "tender", "dreamer", "list", "ballad"),
    "fierce": ("ranter", "chant", "ballad", "comic"),
}


def hand_for(title: str, seed: int, mood: float | None, temper: str) -> str:
    """The hand for a song, by its mood: always the same for the same title and seed."""
    hands = _HANDS_BY_TEMPER.get(temper, HANDS)
    if mood is not None and mood < 0.35:
        hands = tuple(hand for hand in hands if hand != "comic") or hands
    if mood is not None and mood > 0.65:
        hands = tuple(hand for hand in hands if hand != "ranter") or hands
    return draw.one(draw.seeded(seed, "hand", title), hands)


def at_for(section: str) -> str:
    """The place in a song of a section with this name; "" if the name doesn't tell."""
    told = _BEFORE_CHORUS.sub("pre", section.lower())
    for at, names in _SECTIONS.items():
        if any(name in told for name in names):
            return at
    return ""


def mood_of(written: float | Sequence[str] | None) -> tuple[float | None, str]:
    """A setlist's mood: brightness from 0 (dark) to 1 (bright), None for either; and "calm", "fierce" or ""."""
    if written is None or isinstance(written, int | float):
        return written, ""
    shades = [_SHADES[word] for word in written if word in _SHADES]
    temper = next((word for word in written if word in _HANDS_BY_TEMPER), "")
    return (sum(shades) / len(shades) if shades else None), temper


_SHADES = {"dark": 0.0, "bright": 1.0}

_BEFORE_CHORUS = re.compile(r"pre[\s-]*(?:chorus|refrain|hook|drop)")

_SECTIONS = {
    "chorus": ("chorus", "refrain", "hook", "drop"),
    "turn": ("bridge", "middle 8", "middle eight", "break", "turn", "solo"),
    "ending": ("outro", "ending", "coda", "end", "last", "finale"),
    "opening": ("intro", "opening", "verse 1", "first", "start"),
    "middle": ("verse", "middle", "pre"),
}
