"""How the lines of a quatrain begin: what the editor's model, which writes good lines but no stanzas, has to be told.

A beginning is a quatrain of the shipped files (`*.beginnings`, frames of the scheme `free`), of which each line breaks
off where a few words about the song's theme can follow: "*person sold the", "*he gave away the". What repeats,
contrasts or goes on from one to the next holds the lines together, whatever the model says: about half of each line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from stagelyric.phrasebook import book, casting, classes, draw, grammar, unfolding
from stagelyric.phrasebook.classes import Classes
from stagelyric.phrasebook.frame import PRONOUNS, SAID, Frame, Open
from stagelyric.phrasebook.grammar import FrameFileError
from stagelyric.types.lines import Ask
from stagelyric.words.phonetics import line_syllables, plain
from stagelyric.writing import planning

FOLDER: Final = "beginnings"
TRIES = 4
"""Beginnings that are tried for a quatrain; after these the model begins its lines itself."""

MORE: Final = 1
"""Syllables by which a line that was begun may be longer than those of its song."""

_ROOM, _LEAST = 3, 2  # syllables of the longest line that are left to the model, and at least
_SPEAKERS = (
    frozenset(("i", "i'm", "i'll", "i'd", "i've", "me", "my", "mine", "myself")),
    frozenset(("you", "you're", "you'll", "you'd", "you've", "your", "yours", "yourself")),
    frozenset(("we", "we're", "we'll", "we'd", "we've", "us", "our", "ours", "ourselves")),
)
"""Who speaks, or is spoken to: where a figure has none of one's words, neither has the rest of its lines."""

_OTHER = {"f": "m", "m": "f"}


@dataclass(frozen=True, slots=True)
class Begun:
    """How a quatrain's four lines begin, which of the song's names that says, and words that don't agree with it."""

    lines: tuple[str, ...]
    names: frozenset[str]
    never: frozenset[str] = frozenset()


class Beginnings:
    """All beginnings, in the order of their files."""

    def __init__(self, frames: Sequence[Frame], members: Classes):
        self.frames, self._members = frames, members

    def of(self, ask: Ask, number: int, due: Sequence[str]) -> list[Begun]:
        """For an ask's quatrain `number`, up to TRIES, the first to be tried first; `due`: the names it should say.

        No beginning comes again on a shelf before all others of its sort have been there.
        """
        people = [name for name in due if not planning.is_place(name)]
        places = [name for name in due if planning.is_place(name)]
        able = self._able(ask, bool(people), bool(places)) or self._able(ask, bool(people), here=False)
        if not able:
            return []
        order = np.random.default_rng(int(ask.digest, 16)).permutation(len(able)).tolist()
        order.sort(key=lambda at: _is_said_to(able[at]))  # readers found more sense where nobody says I or you
        begun = [self._begun(ask, able[at], people, places, at) for at in order]
        most = planning.metre(ask)[1] + MORE
        left = [most - max(map(line_syllables, one.lines)) for one in begun]
        fit = [one for one, room in zip(begun, left, strict=True) if room >= _ROOM]
        fit = fit or [one for one, room in zip(begun, left, strict=True) if room >= _LEAST]
        return [fit[(number * TRIES + nth) % len(fit)] for nth in range(min(TRIES, len(fit)))]

    def _able(self, ask: Ask, named: bool, here: bool) -> list[Frame]:
        """The beginnings for stanzas with a person's name, or none, and with a place's or none."""
        themes = {plain(theme) for theme in ask.themes}
        return [
            frame for frame in self.frames
            if _has(frame, "person", *PRONOUNS) == named and _has(frame, "place") == here
            and (not frame.tags.themes or not themes.isdisjoint(frame.tags.themes))
        ]  # fmt: skip

    def _begun(self, ask: Ask, frame: Frame, people: Sequence[str], places: Sequence[str], at: int) -> Begun:
        rng = draw.seeded(ask.digest, at)
        who, where = ([planning.spelled(name) for name in names] for names in (people, places))
        filling = casting.Filling(casting.cast(self._members, who, where, ask.seed), rng)
        lines = unfolding.filled(frame, filling, lambda slot: draw.below(rng, len(slot.choices)))
        said = {
            name for kind, names in (("person", people), ("place", places)) for name in names[: _count(frame, kind)]
        }
        sex = filling.member("person", 1).sort if _has(frame, "person") else ""
        never = set(SAID[_OTHER[sex]].values()) if sex else set()
        spoken = {word for line in lines for word in line.lower().split()}
        never.update(word for speaker in _SPEAKERS if spoken.isdisjoint(speaker) for word in speaker)
        return Begun(lines, frozenset(said), frozenset(never))


def _has(frame: Frame, *kinds: str) -> bool:
    return any(isinstance(piece, Open) and piece.kind in kinds for piece in frame.pieces())


def _is_said_to(frame: Frame) -> bool:
    """Whether somebody says I in it, or you."""
    words = {word for line in frame.source for word in re.split(r"[^a-z']+", line.lower())}
    return any(not words.isdisjoint(speaker) for speaker in _SPEAKERS[:2])


def _count(frame: Frame, kind: str) -> int:
    """How many people, or places, a frame has."""
    return len({piece.number for piece in frame.pieces() if isinstance(piece, Open) and piece.kind == kind})


def read(folder: Path) -> tuple[list[Frame], list[str]]:
    """The beginnings in a folder's files, and what is wrong with others."""
    frames: list[Frame] = []
    told: list[str] = []
    for file in sorted(folder.glob(f"*{grammar.BEGINNINGS}")):
        try:
            parsed = grammar.parse(grammar.read(file), file.name, begun=True)
        except FrameFileError as error:
            told.append(str(error))
            continue
        frames += parsed.frames
        told += map(str, parsed.findings)
    return frames, told


def load(songbook: Path) -> Beginnings | None:
    """The beginnings beside a songbook; None if there are none. What can't be read is left out."""
    try:
        members = classes.load(songbook / "frames" / book.CLASSES)
    except classes.ClassesError:
        return None
    frames, _ = read(songbook / FOLDER)
    return Beginnings(frames, members) if frames else None
