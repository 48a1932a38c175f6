"""A baked show in memory: its setlist, and its lines by section, each with its number and what it was chosen for."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from stagelyric.baked import words
from stagelyric.setlist.setlist import Setlist
from stagelyric.types.lines import Line

STANZA = 4
"""Lines of a shelf that rhyme with one another."""


@dataclass(frozen=True, slots=True)
class Baked:
    """One line. `number`: through the whole file, from 1, and never another line's; `why`: what it was chosen for;
    `struck`: it is not to be played; `first`: the line that was written, where the band has changed it."""

    number: int
    line: Line
    why: Mapping[str, Any] = field(default_factory=dict)
    struck: bool = False
    first: Line | None = None

    @property
    def was(self) -> str:
        """The text before the band changed it, "" where it did not."""
        return "" if self.first is None else self.first.text


@dataclass(frozen=True, slots=True)
class Part:
    """A section of a song with its lines in their order; `digest` names the shelf that they were written for. `words`:
    the line that comes where a word is asked for, by the word in small letters."""

    song: str
    section: str
    digest: str
    lines: tuple[Baked, ...] = ()
    words: Mapping[str, Line] = field(default_factory=dict)

    @property
    def played(self) -> list[Line]:
        """The lines without those that were struck: none leaves a gap."""
        return [baked.line for baked in self.lines if not baked.struck]


@dataclass(frozen=True, slots=True)
class Spoken:
    """What the lines are spoken with, as the rig names it: a voice and its words a minute, None for the usual ones."""

    voice: str | None = None
    words_a_minute: int | None = None


@dataclass(frozen=True, slots=True)
class Bake:
    """A whole show. `written`: the setlist's file; `asked`: lines wanted for each section; `wanted`: words for which
    each section has a line, its song's own aside; `model`, `edition`: what wrote it (`types.paths.edition`); `by`: the
    version of stagelyric; `never_quote`, `frames`: see `Ask`; `quotes`: the stanzas that are not to be quoted;
    `lyrics`: the songs' own words by title; `kept`: lines kept in rehearsal by (song, section); `spoken`: None where no
    line has its sound."""

    written: str
    setlist: Setlist
    seed: int
    asked: int
    model: str
    edition: str
    by: str
    parts: tuple[Part, ...]
    wanted: tuple[str, ...] = ()
    lyrics: Mapping[str, str] = field(default_factory=dict)
    quotes: Sequence[str] = ()
    never_quote: str = ""
    frames: str = ""
    spoken: Spoken | None = None
    kept: Mapping[tuple[str, str], Sequence[str]] = field(default_factory=dict)

    @property
    def lines(self) -> Iterator[Baked]:
        """Every line in its order."""
        for part in self.parts:
            yield from part.lines

    @property
    def whole(self) -> bool:
        """Whether every section has all the lines that were asked for."""
        return all(len(part.lines) >= self.asked for part in self.parts)

    @property
    def words(self) -> list[list[str]]:
        """The words for which each part has a line, or is to have one."""
        return [words.wanted(self.setlist, song, self.wanted) for song in self.setlist.songs for _ in song.sections]

    @property
    def touched(self) -> tuple[int, int]:
        """How many lines the band has struck, and how many it has changed."""
        return sum(one.struck for one in self.lines), sum(bool(one.was) for one in self.lines)

    def texts(self) -> list[str]:
        """Every text that may be spoken: lines that are played, kept and safety lines, what triggers say; each once."""
        triggers = self.setlist.every_trigger()
        said = [" ".join(str(one.do.value).split()) for one in triggers if one.do.action == "say"]
        safety = [text for song in self.setlist.songs for section in song.sections for text in section.safety]
        lines = [line.text for part in self.parts for line in part.played]
        kept = [text for texts in self.kept.values() for text in texts]
        return [text for text in dict.fromkeys([*lines, *kept, *safety, *said]) if text]

    def with_lines(self, changed: Mapping[int, Baked]) -> "Bake":
        """With other lines at some numbers."""
        parts = [
            replace(part, lines=tuple(changed.get(baked.number, baked) for baked in part.lines)) for part in self.parts
        ]
        return replace(self, parts=tuple(parts))


def numbered(parts: Sequence[Part]) -> tuple[Part, ...]:
    """The parts with a number for each line that has none (0) yet: those that have one keep it."""
    last = max((one.number for part in parts for one in part.lines), default=0)
    counted = itertools.count(last + 1)
    return tuple(
        replace(part, lines=tuple(one if one.number else replace(one, number=next(counted)) for one in part.lines))
        for part in parts
    )
