"""Reads a lyrics file into songs: decodes it and detects its format, first by content, then by file name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath

from stagelyric.words import text as texts
from stagelyric.words.formats import as_chordpro, as_lrc, as_plain, as_xml, spread, titles
from stagelyric.words.formats.sheet import FormatError, Sheet

CHORDPRO = (".cho", ".chordpro", ".chopro", ".crd", ".pro")
LRC = (".lrc",)
XML = (".xml", ".openlyrics", ".opensong")
TEXT = (".txt", ".usr", ".srt", ".vtt")
_KINDS = (*TEXT, *CHORDPRO, *LRC, *XML)
ENDINGS = (*_KINDS, *(f"{ending}.gz" for ending in _KINDS))
"""The file name endings of lyrics files."""

MARKER = "=== "
"""A line that begins with this names the song below it. It separates songs and is never sung."""

_MARKED = re.compile(rf"^{MARKER}", re.MULTILINE)
_BLANKS = re.compile(r"\n(?:[ \t]*\n){2,}")


class LyricsError(ValueError):
    """A file with no readable lyrics. The message is one sentence for the user that names the file."""


@dataclass(frozen=True, slots=True)
class Lyrics:
    """The contents of one file: its songs, their format and encoding, and remarks about the reading for the user."""

    songs: tuple[Sheet, ...]
    format: str
    encoding: str
    remarks: tuple[str, ...] = ()

    @property
    def stanzas(self) -> list[tuple[str, tuple[str, ...]]]:
        """The stanzas of all songs, in order."""
        return [stanza for song in self.songs for stanza in song.stanzas]

    @property
    def lines(self) -> list[str]:
        """Every sung line of all songs."""
        return [line for song in self.songs for line in song.lines]


def read(path: Path, data: bytes | None = None, most: int = 0) -> Lyrics:
    """The songs of a file. `data`: its bytes, if they were read already; `most`: its largest allowed size in bytes (0:
    the limit for any text). Raises LyricsError, which names the file."""
    try:
        text = texts.read(path, most) if data is None else texts.decode(data)
        songs, name = parse(path.name, text.text)
    except texts.TextError as error:
        raise LyricsError(f"{path}: {error}") from error
    except FormatError as error:
        raise LyricsError(f"{path}: wanted {error}") from error
    return Lyrics(tuple(songs), name, text.encoding, text.remarks)


def parse(name: str, text: str) -> tuple[list[Sheet], str]:
    """The songs of a text and the name of its format; `name` is the file's name. A song without a title has no title
    tag.

    Raises FormatError if the text claims to be of a format but isn't.
    """
    lower = name.lower().removesuffix(".gz")
    stem = PurePath(lower and name[: len(lower)]).stem
    songs, format_ = _parsed(lower, stem, text)
    written = format_ == "plain text" and not as_plain.is_timed(text)
    return [titles.taken_off(sheet, stem if len(songs) == 1 else "", written) for sheet in songs], format_


def _parsed(lower: str, stem: str, text: str) -> tuple[list[Sheet], str]:
    if as_xml.looks_like(text) or (lower.endswith(XML) and text.lstrip().startswith("<")):
        sheet, format_ = as_xml.read_xml(text, stem)
        return [sheet], format_
    marked = bool(_MARKED.search(text))
    if not marked and as_chordpro.looks_like(text):
        return as_chordpro.songs(text, stem), "ChordPro"
    if not marked and as_lrc.looks_like(text):
        return [as_lrc.lrc(text, stem)], "LRC"
    if lower.endswith(XML):
        found = "nothing" if not text.strip() else "text that is no XML"
        raise FormatError(f"an OpenLyrics song, found {found}")
    if lower.endswith(CHORDPRO):
        return as_chordpro.songs(text, stem), "ChordPro"
    if lower.endswith(LRC):
        return [as_lrc.lrc(text, stem)], "LRC"
    return _texts(text, stem), "plain text"


def _texts(text: str, stem: str) -> list[Sheet]:
    """The songs of a plain text, separated by marker lines or, if there are none, by two or more blank lines; a text
    that begins with its file's name is one song, and so is one whose stanzas all stand that far apart."""
    if _MARKED.search(text):
        head, *parts = _MARKED.split(text)
        titled = [("", head), *((part.partition("\n")[0].strip(), part.partition("\n")[2]) for part in parts)]
        return [as_plain.plain(body, title) for title, body in titled if title or body.strip()]
    if as_plain.is_one_song(text) or titles.same(text.strip().partition("\n")[0], stem):
        return [as_plain.plain(text)]
    parts = _BLANKS.split(text)
    if spread.is_one_song(parts):
        return [as_plain.plain(text)]
    return [as_plain.plain(part) for part in _with_titles(parts)]


def _with_titles(parts: list[str]) -> Iterator[str]:
    """The parts of a text, each single line joined to the words below it."""
    above = ""
    for at, part in enumerate(parts):
        if not above and "\n" not in part.strip() and any("\n" in below.strip() for below in parts[at + 1 : at + 2]):
            above = f"{part.strip()}\n\n" if part.strip() else ""
        else:
            yield above + part
            above = ""


def is_text(name: str) -> bool:
    """Whether the file name is that of a plain text, with any number of songs."""
    return not name.lower().removesuffix(".gz").endswith((*CHORDPRO, *LRC, *XML))


def read_sheet(name: str, text: str) -> Sheet:
    """The song of a text; the first if there are several. Raises FormatError."""
    songs, _ = parse(name, text)
    return songs[0]


def guessed(text: str) -> Sheet:
    """The song of a text without a useful file name."""
    return read_sheet("", text)
