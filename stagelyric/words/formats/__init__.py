"""The formats lyrics come in: plain text (with headings, chords above, a site's leftovers), ChordPro, LRC, OpenLyrics,
OpenSong, SongSelect's text and subtitles. Each gives the same: a song's sung words in stanzas, and the sections' kinds.

`stagelyric.words.formats.read` is the one way from a file to its songs.
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
