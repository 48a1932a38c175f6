"""A draft of a song: lines in order, gaps to be filled, and blank lines between stanzas."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from stagelyric.types.lines import Scheme
from stagelyric.types.texts import SAYING, cleaned
from stagelyric.words import rhyme
from stagelyric.words.syllables import count

GAP = "…"
"""Stands for a line that has yet to be written."""

BREAK = ""
"""Separates two stanzas."""

MOST = 400
"""Lines of one draft, including gaps and breaks, at most."""

_HEAD = "# "
_GAPS = frozenset({"…", "...", "_", "?"})
_CYCLE: dict[Scheme, str] = {"AABB": "AABB", "ABAB": "ABAB", "ABCB": "ABCB", "AAAA": "AAAA", "free": ""}
_WORDS = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Draft:
    """`lines`: texts, GAP or BREAK; `revision` grows with each change, so that two pages can't undo each other's."""

    song: str
    lines: tuple[str, ...] = ()
    revision: int = 0

    def with_lines(self, lines: Sequence[str]) -> Draft:
        """The draft with other lines: cleaned, at most MOST, without breaks at either end or two in a row."""
        made: list[str] = []
        for line in lines[:MOST]:
            text = cleaned(line, SAYING)
            text = GAP if text in _GAPS else text
            if text or (made and made[-1]):
                made.append(text)
        while made and made[-1] == BREAK:
            made.pop()
        return replace(self, lines=tuple(made), revision=self.revision + 1)

    def with_line(self, text: str) -> Draft:
        """The draft with a line appended, unless it has that line already."""
        if text in self.lines or len(self.lines) >= MOST:
            return self
        return self.with_lines([*self.lines, text])

    @property
    def text(self) -> str:
        """The text of the draft's file: the title, then the lines."""
        return "\n".join([f"{_HEAD}{self.song}", *self.lines]) + "\n"


def read(text: str, song: str) -> Draft:
    """A draft from the text of its file; `song` is the title if the file has none."""
    lines = text.split("\n")
    if lines and lines[0].startswith(_HEAD):
        song, lines = lines[0].removeprefix(_HEAD).strip() or song, lines[1:]
    return replace(Draft(song).with_lines(lines), revision=0)


def stanza_of(lines: Sequence[str], at: int) -> tuple[int, int]:
    """The range of the stanza with line `at`: first line, and one past the last."""
    start = at
    while start > 0 and lines[start - 1] != BREAK:
        start -= 1
    end = at
    while end < len(lines) and lines[end] != BREAK:
        end += 1
    return start, end


def mate(lines: Sequence[str], at: int, scheme: Scheme) -> str | None:
    """A written line with which line `at` should rhyme, by the section's scheme; None if there is none. In stanzas of
    more than four lines the scheme is repeated with new rhymes."""
    letters = _CYCLE[scheme]
    if not letters:
        return None
    start, end = stanza_of(lines, at)
    own = letters[(at - start) % 4]
    four = start + (at - start) // 4 * 4
    others = [line for line in range(four, min(four + 4, end)) if line != at and letters[(line - start) % 4] == own]
    others.sort(key=lambda line: abs(line - at))
    return next((lines[line] for line in others if _WORDS.search(lines[line]) and lines[line] != GAP), None)


@dataclass(frozen=True, slots=True)
class Look:
    """Facts about a line that is being typed.

    `fits`: whether its syllables are in the section's range; `rhymes`: how it rhymes with the line that it should rhyme
    with ("perfect", "slant", "same" for the same word, "" for no rhyme); None if there is no such line.
    """

    syllables: int
    fits: bool
    rhymes: str | None


def look(text: str, wanted: tuple[int, int], rhyme_with: str | None) -> Look:
    """Counts a line's syllables and checks its rhyme. `wanted`: the section's fewest and most syllables."""
    text = cleaned(text, SAYING)
    syllables = count(text)
    kind = rhyme.kind(text, rhyme_with) if rhyme_with else None
    found = (kind if kind in ("perfect", "slant", "same") else "") if rhyme_with else None
    return Look(syllables, wanted[0] <= syllables <= wanted[1], found)
