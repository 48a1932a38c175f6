"""A draft of a song: lines in order, gaps still to be filled, and blank lines between stanzas."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from stagelyric.types.lines import Scheme
from stagelyric.types.texts import SAYING, cleaned
from stagelyric.words import rhyme
from stagelyric.words.syllables import count

GAP = "…"
"""A line that is still to be written."""

BREAK = ""
"""Between two stanzas."""

MOST = 400
"""Lines of one draft, gaps and breaks among them."""

_HEAD = "# "
_GAPS = frozenset({"…", "...", "_", "?"})
_CYCLE: dict[Scheme, str] = {"AABB": "AABB", "ABAB": "ABAB", "ABCB": "ABCB", "AAAA": "AAAA", "free": ""}
_WORDS = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Draft:
    """`lines`: texts, GAP or BREAK; `revision` grows with each change, so that two pages do not undo each other."""

    song: str
    lines: tuple[str, ...] = ()
    revision: int = 0

    def with_lines(self, lines: Sequence[str]) -> Draft:
        """The draft with other lines: cleaned, at most MOST, no two breaks in a row and none at either end."""
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
        """With one more line at the end of what is there; a line that is there already comes no second time."""
        if text in self.lines or len(self.lines) >= MOST:
            return self
        return self.with_lines([*self.lines, text])

    @property
    def text(self) -> str:
        """As it stands in its file: the title, then a line a line."""
        return "\n".join([f"{_HEAD}{self.song}", *self.lines]) + "\n"


def read(text: str, song: str) -> Draft:
    """A draft from its file's text; `song` where the file names none."""
    lines = text.split("\n")
    if lines and lines[0].startswith(_HEAD):
        song, lines = lines[0].removeprefix(_HEAD).strip() or song, lines[1:]
    return replace(Draft(song).with_lines(lines), revision=0)


def stanza_of(lines: Sequence[str], at: int) -> tuple[int, int]:
    """Where the stanza that holds line `at` begins and ends (one past it)."""
    start = at
    while start > 0 and lines[start - 1] != BREAK:
        start -= 1
    end = at
    while end < len(lines) and lines[end] != BREAK:
        end += 1
    return start, end


def mate(lines: Sequence[str], at: int, scheme: Scheme) -> str | None:
    """A written line that line `at` is to rhyme with, by the section's scheme over its stanza; None where it rhymes
    with none that is there. Stanzas of more than four lines begin anew with new rhymes."""
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
    """What may be said of a line as it is typed.

    `fits`: whether its syllables are as its section asks; `rhymes`: how it rhymes with the line that it should rhyme
    with ("perfect", "slant", or "same" for the same word; "" where it does not), None where there is no such line.
    """

    syllables: int
    fits: bool
    rhymes: str | None


def look(text: str, wanted: tuple[int, int], rhyme_with: str | None) -> Look:
    """Counts a line's syllables and compares its end. `wanted`: the fewest and the most that its section asks for."""
    text = cleaned(text, SAYING)
    syllables = count(text)
    kind = rhyme.kind(text, rhyme_with) if rhyme_with else None
    found = (kind if kind in ("perfect", "slant", "same") else "") if rhyme_with else None
    return Look(syllables, wanted[0] <= syllables <= wanted[1], found)
