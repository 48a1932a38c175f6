"""Lyrics file formats: plain text (with headings, chords, leftovers of web sites), ChordPro, LRC, OpenLyrics, OpenSong,
SongSelect text and subtitles. Each is read into the same structure: a song's sung words in stanzas, with the kinds of
its sections.

`stagelyric.words.formats.read` reads any of these files.
"""

from stagelyric.words.formats.as_chordpro import chordpro
from stagelyric.words.formats.as_lrc import lrc
from stagelyric.words.formats.as_plain import plain
from stagelyric.words.formats.as_xml import openlyrics
from stagelyric.words.formats.file import (
    ENDINGS,
    MARKER,
    Lyrics,
    LyricsError,
    guessed,
    is_text,
    parse,
    read,
    read_sheet,
)
from stagelyric.words.formats.sheet import FormatError, Sheet

__all__ = [
    "ENDINGS", "MARKER", "FormatError", "Lyrics", "LyricsError", "Sheet", "chordpro", "guessed", "is_text", "lrc",
    "openlyrics", "parse", "plain", "read", "read_sheet",
]  # fmt: skip
