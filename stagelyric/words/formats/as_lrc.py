"""LRC: lyrics with the times at which lines and (in the enhanced format) words or syllables are sung."""

from __future__ import annotations

import re

from stagelyric.words.formats import headings, leftovers
from stagelyric.words.formats.sheet import Sheet, Stanzas

_CLOCK = r"[+-]?\d{1,3}\s*:\s*\d{1,2}(?:\s*[:.,]\s*\d{1,3}){0,2}"
_TIME = re.compile(rf"\[\s*{_CLOCK}\s*\]|<\s*{_CLOCK}\s*>")
_FIRST = re.compile(rf"\s*(?:\[\s*{_CLOCK}\s*\]\s*)+")
_LINE_TIME = re.compile(rf"\s*\[\s*({_CLOCK})\s*\]")
_TAG = re.compile(r"\s*\[\s*([A-Za-z#][\w#-]*)\s*:(.*)\]\s*$")
_VOICE = re.compile(r"\s*(?:[FMD]|v\d)\s*:\s+", re.IGNORECASE)
_NAMES = {"ti": "title", "ar": "artist", "al": "album", "au": "author"}


def looks_like(text: str) -> bool:
    """Whether the lines of a text begin with times: at least one, and a third of those with words."""
    lines = [line for line in text.split("\n") if line.strip()]
    timed = sum(bool(_LINE_TIME.match(line)) for line in lines)
    return timed > 0 and timed * 3 >= len([line for line in lines if not _TAG.match(line)])


def lrc(text: str, title: str = "") -> Sheet:
    """Lines without their times. A line with several times is taken once; a time without words ends a stanza.

    A time inside a word joins its parts. If half of all lines are followed by a second one with the same time, the
    second ones are translations and are left out.
    """
    tags = {"title": title} if title else {}
    stanzas = Stanzas()
    lines = _without_translations(text.split("\n"))
    sure = any((found := headings.bracketed(_TIME.sub("", line))) is not None and found[0] for line in lines)
    first = True
    for line in lines:
        if line.lstrip().startswith("#") and not _LINE_TIME.match(line):
            continue
        words = _TIME.sub("", _FIRST.sub("", line, count=1)).strip()
        heading = headings.bracketed(words) or headings.bare(words, first, sure)
        if heading is not None and (heading[0] or not _TAG.match(words)):
            stanzas.begin(heading[0])
            words = heading[1]
        elif tag := _TAG.match(words):
            if tag[2].strip():
                tags[_NAMES.get(tag[1].lower(), tag[1].lower())] = tag[2].strip()
            continue
        elif leftovers.said(words, head=not first or _is_start(line)) is not None:
            continue
        else:
            for part in leftovers.without_markup(_VOICE.sub("", words)).split("\n"):
                stanzas.add(leftovers.sung(part))
            first = not words
            continue
        if words:
            stanzas.add(leftovers.sung(words))
        first = not words
    return stanzas.sheet(tags)


def _is_start(line: str) -> bool:
    """Whether a line is at time zero, as credits are."""
    return bool(re.match(r"\s*\[\s*0+:0*0(?:\.\d+)?\s*\]", line))


def _without_translations(lines: list[str]) -> list[str]:
    times = [match[1] if (match := _LINE_TIME.match(line)) else "" for line in lines]
    with_words = [at for at, line in enumerate(lines) if times[at] and _TIME.sub("", line).strip()]
    seen: dict[str, int] = {}
    second = [at for at in with_words if seen.setdefault(times[at], at) != at]
    headings_ = [at for at in with_words if headings.bracketed(_TIME.sub("", lines[at]).strip()) is not None]
    if len(second) < 2 or 5 * len(second) < 2 * (len(with_words) - len(headings_)) or set(second) & set(headings_):
        return lines
    left_out = {at for at in second if seen[times[at]] not in headings_}
    return [line for at, line in enumerate(lines) if at not in left_out]
