"""Tells a song's title that stands above its words from what is sung."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from stagelyric.words.formats.sheet import Sheet

_TRACK = re.compile(r"^\s*(?:track\s*)?\d{1,3}\s*(?:[-_.)]+\s*|\s+)(?=\D)", re.IGNORECASE)
_DASH = re.compile(r"\s+[-\u2013\u2014]\s+")
_GOES_ON = re.compile(r"[,;:.\u2013\u2014-]$")
_MOST_WORDS = 8


def without_track(stem: str) -> str:
    """A file name's stem without the track number at its beginning."""
    return _TRACK.sub("", stem)


def key(text: str) -> str:
    """The letters and figures of a text; two titles with the same key are the same."""
    return "".join(c for c in text.casefold() if c.isalnum())


def same(line: str, title: str) -> bool:
    """Whether a line is only a title, but for case, punctuation, a track number, and an artist before or after a dash
    ("Polly Magnet - Ferry Road")."""
    return not _keys(title).isdisjoint(_keys(line))


@lru_cache(maxsize=64)
def _keys(text: str) -> set[str]:
    whole = {text, without_track(text)}
    parted = {part for each in whole for part in _DASH.split(each)}
    return {key(part) for part in whole | parted} - {""}


def taken_off(sheet: Sheet, stem: str, written: bool) -> Sheet:
    """A sheet without its title as the first sung line, which becomes its tag if it has none.

    The line is the title if it stands alone above the words and is the sheet's title or `stem`, the file's name; in a
    text that a person typed (`written`) also if it is one of these without a blank line below it, or stands alone and
    reads as a heading.
    """
    if not sheet.stanzas or sheet.stanzas[0][0]:
        return sheet
    (_, (first, *rest)), *below = sheet.stanzas
    if not rest and not below:
        return sheet
    named = [title for title in (sheet.tags.get("title", ""), stem) if title]
    alone = not rest or (len(rest) == 1 and rest[0].lower().startswith("by ") and bool(below))
    known = any(same(first, title) for title in named)
    headed = written and "title" not in sheet.tags and _reads_as_title(first, [lines for _, lines in below])
    if not (known and (alone or written)) and not (alone and headed):
        return sheet
    stanzas = tuple(below) if alone else (("", tuple(rest)), *below)
    return Sheet(stanzas, {"title": first, **sheet.tags}, _moved(sheet.parts) if alone else sheet.parts)


def _moved(parts: tuple[tuple[str, tuple[int, ...]], ...]) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """The sections of a sheet whose first stanza was taken off."""
    left = [(kind, numbers, tuple(number - 1 for number in numbers if number)) for kind, numbers in parts]
    return tuple((kind, after) for kind, before, after in left if after or not before)


def _reads_as_title(line: str, below: Sequence[Sequence[str]]) -> bool:
    """Whether a line that stands alone above a song's words reads as its title: it is short, no sentence goes on from
    it, and the stanzas below aren't single lines too."""
    return reads_as_title(line) and any(len(stanza) > 1 for stanza in below)


def reads_as_title(line: str) -> bool:
    """Whether a line is short, and no sentence goes on from it."""
    return len(line.split()) <= _MOST_WORDS and not _GOES_ON.search(line)
