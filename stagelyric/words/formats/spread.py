"""Tells one song whose stanzas stand two blank lines apart from several songs that do."""

from __future__ import annotations

import re
from collections.abc import Sequence
from statistics import median

from stagelyric.words.formats import titles

_INNER = re.compile(r"\n[ \t]*\n")
_NUMBER = re.compile(r"\s*(?:#{1,6}\s|\d{1,3}[.)]\s|track\s*\d)", re.IGNORECASE)
_LONGEST = 12  # lines of a stanza; a song without blank lines has more
_MOST = 40  # stanzas of a song
_SMALL = frozenset(
    ("a", "an", "and", "at", "by", "de", "for", "from", "in", "la", "le", "my", "of", "on", "our", "the", "to")
)


def is_one_song(parts: Sequence[str]) -> bool:
    """Whether the parts of a text, which stand two or more blank lines apart, are the stanzas of one song rather than
    songs.

    They are songs if any has stanzas of its own, if several have titles, if they are as long as songs, if they are more
    than a song has, or if there are two that are unlike, or mostly single lines. What stands alone at the very top is
    the one song's title.
    """
    there = [part.strip() for part in parts if part.strip()]
    if len(there) < 2:
        return False
    head, *below = _INNER.split(there[0], maxsplit=1)
    if below and "\n" not in head:  # the title stands nearer to the first stanza than the stanzas to each other
        there[0:1] = [head, *below]
    if any(_INNER.search(part) for part in there) or _have_titles(there):
        return False
    tall = [part.count("\n") + 1 for part in there if "\n" in part]
    if (len(there) == 2 and (len(tall) < 2 or tall[0] != tall[1])) or len(there) - len(tall) > len(tall):
        return False
    return bool(tall) and len(there) <= _MOST and median(tall) <= _LONGEST


def _have_titles(parts: Sequence[str]) -> bool:
    """Whether there are several titles: lines alone above other parts, or first lines that differ from those below."""
    alone = [part for part, below in zip(parts, [*parts[1:], ""], strict=True) if "\n" not in part and "\n" in below]
    if "\n" not in parts[0] and len({titles.key(line) for line in alone}) == len(alone) > 1:
        return all(titles.reads_as_title(line) and _is_marked(line) == _is_marked(alone[0]) for line in alone)
    sung = [part.split("\n") for part in parts if "\n" in part]
    if len(sung) != len(parts) or not all(_is_marked(first) for first, *_ in sung):
        return False
    below = [line for _, *lines in sung for line in lines]
    return sum(map(_is_marked, below)) < len(below) / 4


def _is_marked(line: str) -> bool:
    """Whether a line is written as titles are: numbered, in capitals, or each word of weight with a capital."""
    words = [word for word in re.findall(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*", line) if word.lower() not in _SMALL]
    return bool(_NUMBER.match(line)) or (bool(words) and all(word[0].isupper() for word in words))
