"""Summarises how a lyrics file was read, so that a wrong reading is noticed: songs, lines, real words, a sample."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from stagelyric.words.formats import Lyrics, read
from stagelyric.words.phonetics import look_up, plain
from stagelyric.words.reading import LYRICS

FEW = 0.75
"""With a smaller share of English words than this, a warning is given: real lyrics have .93 to 1."""

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*['’]?")
_ENOUGH, _MOST = 8, 4000  # words: with fewer the share means nothing; more would take long to look up
_LONG = 120  # characters; a longer line is a paragraph of prose


@dataclass(frozen=True, slots=True)
class Look:
    """What a lyrics file contains. `real`: the share of its words that the dictionary has, None if it has no words."""

    file: str
    format: str
    encoding: str
    songs: int
    lines: int
    words: int
    real: float | None
    warnings: tuple[str, ...] = ()

    @property
    def found(self) -> str:
        """A short summary: "UTF-16 LRC: 1 song, 4 lines, 100 % real words"."""
        counted = f"{self.encoding} {self.format}: {_count(self.songs, 'song')}, {_count(self.lines, 'line')}"
        return counted if self.real is None else f"{counted}, {self.real:.0%} real words".replace("%", " %")


def look(file: Path) -> Look:
    """Reads a file and summarises it. Raises LyricsError."""
    lyrics = read(file, most=LYRICS)
    lines = lyrics.lines
    words = [word for line in lines for word in _WORD.findall(line)]
    count = len(words)
    real = sum(map(_is_real, words[:_MOST])) / min(count, _MOST) if words else None
    songs = sum(bool(song.stanzas) for song in lyrics.songs)
    warnings = (*_warnings(lyrics, real, count), *lyrics.remarks)
    return Look(str(file), lyrics.format, lyrics.encoding, songs, len(lines), count, real, warnings)


@lru_cache(maxsize=32768)
def _is_real(word: str) -> bool:
    return look_up(word.strip("'’")) is not None or look_up(word) is not None


def _warnings(lyrics: Lyrics, real: float | None, count: int) -> list[str]:
    if not lyrics.lines:
        return ["no sung line was found in it; it should hold a song's words, a line a line"]
    found: list[str] = []
    if not count:
        found.append(f'no words were found in it, only lines like "{_short(lyrics.lines[0])}"')
    elif not any(plain(line).isascii() and _WORD.search(line) for line in lyrics.lines):
        found.append("no line is in Latin letters, and others are neither learned nor compared")
    if real is not None and real < FEW and count >= _ENOUGH:
        odd = list(dict.fromkeys(w for line in lyrics.lines for w in _WORD.findall(line) if not _is_real(w)))[:4]
        found.append(
            f"only {real:.0%} of its words are English ones (not {', '.join(odd)}): it was read wrongly, or is in"
            " another language or a spelling of its own; look at it, and save it as UTF-8".replace("%", " %", 1)
        )
    long = [line for line in lyrics.lines if len(line) > _LONG]
    if len(long) * 2 > len(lyrics.lines):
        found.append(f'its lines are as long as paragraphs ("{_short(long[0])}"); it should have a line a line')
    return found


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
