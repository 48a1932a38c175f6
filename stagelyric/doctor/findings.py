"""A finding, and its three levels."""

from dataclasses import dataclass, field
from typing import Literal

from stagelyric.types.json import JsonObject

Level = Literal["fine", "look", "fix"]


@dataclass(frozen=True, slots=True)
class Finding:
    """`about`: the part of the rig ("OSC"); `text`: one plain sentence; `mend`: the command, or the line in the rig,
    that fixes it; `measured`: the figures behind it."""

    level: Level
    about: str
    text: str
    mend: str | None = None
    measured: JsonObject = field(default_factory=dict)


def fine(about: str, text: str, **measured: object) -> Finding:
    return Finding("fine", about, text, None, measured)


def look(about: str, text: str, mend: str | None = None, **measured: object) -> Finding:
    return Finding("look", about, text, mend, measured)


def fix(about: str, text: str, mend: str | None = None, **measured: object) -> Finding:
    return Finding("fix", about, text, mend, measured)
