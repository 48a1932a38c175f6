"""Songs for measuring: stanzas of lines, each line as text and as words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from stagelyric.words.phonetics import plain

_WORD = re.compile(r"[A-Za-z]+(?:'[A-Za-z]+)*(?:(?<=in)')?")
_UNRHYMED = frozenset("X-.*_")


@dataclass(frozen=True, slots=True)
class Stanza:
    """Consecutive lines; `kind` is verse, chorus, bridge or whatever its sheet says ("" if nothing)."""

    lines: tuple[str, ...]
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Song:
    """A song's stanzas, without repeated choruses; `tags` by lower-case name: genre, mood, tempo, key, scheme …"""

    title: str
    stanzas: tuple[Stanza, ...]
    tags: Mapping[str, str] = field(default_factory=dict)
    file: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        return tuple(line for stanza in self.stanzas for line in stanza.lines)

    @property
    def schemes(self) -> dict[str, str]:
        """The rhyme scheme of each kind of stanza: "verse=ABCB chorus=AABB" → {"verse": "ABCB", "chorus": "AABB"}.

        A scheme without a kind ("ABAB") applies to all kinds and is stored under "".
        """
        found: dict[str, str] = {}
        for part in re.split(r"[\s,;]+", self.tags.get("scheme", "").strip()):
            kind, equals, letters = part.partition("=")
            if not equals:
                kind, letters = "", kind
            if letters:
                found[kind.strip().lower()] = letters.strip()
        return found

    def scheme(self, stanza: Stanza) -> str:
        """The letters of a stanza's scheme, "" for none. "verse 2" uses that of "verse" if it has none of its own."""
        schemes, kind = self.schemes, stanza.kind.lower()
        for key in (kind, re.sub(r"[\s_-]*\d+$", "", kind), ""):
            if key in schemes:
                return "" if schemes[key].lower() in ("free", "none") else schemes[key]
        return ""


@lru_cache(maxsize=65536)
def words(line: str) -> tuple[str, ...]:
    """A line's words in lower case, without accents: "Montréal's rain-wet quay" → montreal's, rain, wet, quay."""
    return tuple(word.lower() for word in spelled(line))


def spelled(line: str) -> list[str]:
    """A line's words with their case, without accents and dashes."""
    return _WORD.findall(plain(line))


def mates(scheme: str, lines: int) -> list[tuple[int, int]]:
    """Pairs (earlier, later) of lines that should rhyme by a scheme, in a stanza of `lines` lines.

    A later line is paired with the last line before it with the same letter. A scheme shorter than the stanza is
    repeated with new rhymes (ABCB over eight lines is ABCBDEFE); X, -, . and * rhyme with nothing.
    """
    letters = [c for c in scheme.upper() if c.isalpha() or c in _UNRHYMED]
    if not letters:
        return []
    found: list[tuple[int, int]] = []
    last: dict[tuple[int, str], int] = {}
    for place in range(lines):
        block, letter = place // len(letters), letters[place % len(letters)]
        if letter in _UNRHYMED:
            continue
        if (block, letter) in last:
            found.append((last[block, letter], place))
        last[block, letter] = place
    return found


def all_lines(songs: Sequence[Song]) -> list[str]:
    """The lines of all songs, in order."""
    return [line for song in songs for line in song.lines]


def in_order(songs: Sequence[Song]) -> Iterator[tuple[Song, Stanza, int, str]]:
    """Every line with its song, its stanza and its index in the stanza."""
    for song in songs:
        for stanza in song.stanzas:
            for place, line in enumerate(stanza.lines):
                yield song, stanza, place, line
