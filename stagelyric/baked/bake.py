"""A baked show in memory: its setlist, and the lines of each section, with numbers and the reasons for their choice."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from stagelyric.baked import words
from stagelyric.setlist.setlist import Setlist
from stagelyric.types.lines import Line

STANZA = 4
"""Lines in a stanza, which rhyme with one another."""


@dataclass(frozen=True, slots=True)
class Baked:
    """One line. `number`: unique in the whole file, from 1; `why`: the reason for its choice; `struck`: it must not be
    played; `first`: the original line, if the band has changed it."""

    number: int
    line: Line
    why: Mapping[str, object] = field(default_factory=dict)
    struck: bool = False
    first: Line | None = None

    @property
    def was(self) -> str:
        """The text before the band changed it; "" if it didn't."""
        return "" if self.first is None else self.first.text


@dataclass(frozen=True, slots=True)
class Part:
    """A section of a song with its lines in order; `digest` identifies the shelf for which they were written. `words`:
    for each word (in lower case) the line to show when the word is asked for."""

    song: str
    section: str
    digest: str
    lines: tuple[Baked, ...] = ()
    words: Mapping[str, Line] = field(default_factory=dict)

    @property
    def played(self) -> list[Line]:
        """The lines that weren't struck, which are played without gaps."""
        return [baked.line for baked in self.lines if not baked.struck]


@dataclass(frozen=True, slots=True)
class Spoken:
    """The speech settings of the lines' sounds, from the rig: a voice and its words a minute; None for defaults."""

    voice: str | None = None
    words_a_minute: int | None = None


@dataclass(frozen=True, slots=True)
class Bake:
    """A whole show. `written`: the text of the setlist; `asked`: lines wanted for each section; `wanted`: words for
    which every section has a line, besides those of its own song; `model`, `edition`: what wrote the lines
    (`types.paths.edition`); `by`: the version of stagelyric; `never_quote`, `frames`: see `Ask`; `quotes`: stanzas that
    must not be quoted; `lyrics`: the songs' own words by title; `kept`: lines kept in rehearsal, by (song, section);
    `spoken`: None if no line has a sound."""

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
        """All lines in order."""
        for part in self.parts:
            yield from part.lines

    @property
    def whole(self) -> bool:
        """Whether every section has all the lines that were asked for."""
        return all(len(part.lines) >= self.asked for part in self.parts)

    @property
    def words(self) -> list[list[str]]:
        """For each part, the words for which it has a line or will get one."""
        return [words.wanted(self.setlist, song, self.wanted) for song in self.setlist.songs for _ in song.sections]

    @property
    def touched(self) -> tuple[int, int]:
        """How many lines the band has struck, and how many it has changed."""
        return sum(one.struck for one in self.lines), sum(bool(one.was) for one in self.lines)

    def texts(self) -> list[str]:
        """Every text that may be spoken, once: lines to be played, kept lines, safety lines, and what triggers say."""
        triggers = self.setlist.every_trigger()
        said = [" ".join(str(one.do.value).split()) for one in triggers if one.do.action == "say"]
        safety = [text for song in self.setlist.songs for section in song.sections for text in section.safety]
        lines = [line.text for part in self.parts for line in part.played]
        kept = [text for texts in self.kept.values() for text in texts]
        return [text for text in dict.fromkeys([*lines, *kept, *safety, *said]) if text]

    def with_lines(self, changed: Mapping[int, Baked]) -> "Bake":
        """The show with the lines at some numbers replaced."""
        parts = [
            replace(part, lines=tuple(changed.get(baked.number, baked) for baked in part.lines)) for part in self.parts
        ]
        return replace(self, parts=tuple(parts))


def numbered(parts: Sequence[Part]) -> tuple[Part, ...]:
    """The parts with a number for every line that has none (0); existing numbers stay."""
    last = max((one.number for part in parts for one in part.lines), default=0)
    counted = itertools.count(last + 1)
    return tuple(
        replace(part, lines=tuple(one if one.number else replace(one, number=next(counted)) for one in part.lines))
        for part in parts
    )
