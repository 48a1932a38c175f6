"""Plain text: lyrics with headings, chords, tabs, credits and what web sites leave behind."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stagelyric.words.formats import chords, headings, leftovers
from stagelyric.words.formats.sheet import Sheet, Stanzas

_MARKDOWN = re.compile(r"\s*#{1,6}\s+(?P<title>\S.*)")
_NUMBERED = re.compile(r"\s*\d{1,2}[.)]\s+(?=\S)")
_CUES = re.compile(r"\s*(?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3}\s*-->.*")
_CUE_TIME = re.compile(r"<(?:\d+:)?\d{1,2}:\d{2}\.\d{1,3}>")
_USR = re.compile(r"^(?:Fields|Words)=", re.MULTILINE)


def plain(text: str, title: str = "") -> Sheet:
    """The sung lines of a text, in stanzas by its blank lines and headings; `title` if the text has none."""
    if text.lstrip().startswith("[File]") and len(_USR.findall(text)) >= 2:
        return _song_select_file(text, title)
    return _Reader(text, title).sheet()


def is_one_song(text: str) -> bool:
    """Whether a text is one song, however many blank lines it has: it has headings or times, or is an import file."""
    if text.lstrip().startswith("[File]"):
        return True
    return any(_certain_heading(line) or _CUES.match(line) or leftovers.is_licence(line) for line in text.split("\n"))


def is_timed(text: str) -> bool:
    """Whether a text is subtitles."""
    return "-->" in text and any(_CUES.match(line) for line in text.split("\n"))


def _certain_heading(line: str) -> bool:
    line = leftovers.without_markup(line).strip()
    boxed = headings.bracketed(line)
    if boxed is not None:
        return bool(boxed[0])
    found = headings.bare(line, alone=False, sure=False)
    return found is not None and bool(found[0])


class _Reader:
    """One song's text, read in one pass, using what was found out about the whole text before."""

    def __init__(self, text: str, title: str) -> None:
        lines = [part for line in text.split("\n") for part in _plainly(line)]
        self._lines, site_title = leftovers.without_site(_without_notes(lines))
        self._sure = any(_certain_heading(line) for line in self._lines)
        self._chords = any(chords.strength(line) == 2 for line in self._lines)
        self._inline = chords.has_inline(self._lines)
        self._cues = any(_CUES.match(line) for line in self._lines)
        self._licensed = any(leftovers.is_licence(line) for line in self._lines)
        self._numbered = sum(bool(_NUMBERED.match(line)) for line in self._lines) >= 2
        self._tags = {"title": site_title or title} if site_title or title else {}
        self._titled = bool(site_title)
        self._stanzas = Stanzas()
        self._sung = 0

    def sheet(self) -> Sheet:
        for part in self._parts():
            if not self._is_title(part):
                for at, line in enumerate(_without_licence(part) if self._licensed else part):
                    self._take(line, first=at == 0)
            self._stanzas.add("")
        return self._stanzas.sheet(self._tags)

    def _parts(self) -> Iterator[list[str]]:
        part: list[str] = []
        for at, line in enumerate(self._lines):
            if self._cues and (_CUES.match(line) or _is_cue_number(self._lines, at) or line.strip() == "WEBVTT"):
                continue
            if line.strip() and not (set(line.strip()) <= set("-_=*~#+. ") and len(line.strip()) > 1):
                part.append(line)
            elif part:
                yield part
                part = []
        if part:
            yield part

    def _is_title(self, part: list[str]) -> bool:
        """Whether a part is the title: a single line above a text with headings. Remarks below it are taken as well."""
        words = [line for line in part if leftovers.said(line, head=True) is None and leftovers.sung(line)]
        if self._sung or self._titled or self._stanzas.kind or not (self._sure or self._licensed):
            return False
        if not 1 <= len(words) <= 2 or words[0] is not part[0] or _heading(part[0], True, self._sure) is not None:
            return False
        if len(words) == 2 and not words[1].strip().lower().startswith("by "):
            return False
        if chords.strength(part[0]) or chords.is_tab(part[0]):
            return False
        self._titled = True
        found = _MARKDOWN.match(part[0])
        self._tags["title"] = re.sub(r"\s+Lyrics$", "", found["title"] if found else part[0].strip())
        for line in part[1:]:
            self._note(line)
        return True

    def _note(self, line: str) -> bool:
        """Whether a line is a remark about the song rather than sung; if it names a tag, that is stored."""
        found = leftovers.said(line, head=self._sung == 0)
        if found is None:
            return False
        key, value = found
        if value and key in ("title", "artist", "key", "tempo", "capo", "genre", "year", "mood", "album"):
            self._tags[key] = value
        return True

    def _take(self, line: str, first: bool) -> None:
        if self._note(line):
            return
        found = _heading(line, first, self._sure)
        if found is not None:
            self._stanzas.begin(found[0])
            line = found[1]
            if not line:
                return
        if (markdown := _MARKDOWN.match(line)) and first:
            self._tags.setdefault("title", markdown["title"].strip())
            return
        if self._cues:
            line = _CUE_TIME.sub("", line)
        if self._inline:
            line = chords.without_inline(line)
        strength = chords.strength(line) or (2 if chords.strength(line.partition(":")[2]) == 2 else 0)
        if strength == 2 or (strength == 1 and self._chords) or chords.is_tab(line):
            return
        if first and self._numbered:
            line = _NUMBERED.sub("", line)
        words = leftovers.sung(line)
        if words:
            self._sung += 1
            self._stanzas.add(words)


def _plainly(line: str) -> list[str]:
    """A line without markup, as several lines if it contains line breaks."""
    return leftovers.without_markup(headings.unframed(line.expandtabs(8))).split("\n")


def _without_licence(part: list[str]) -> list[str]:
    """The lines of a part above a licence footer, without a line or two of authors' names."""
    at = next((at for at, line in enumerate(part) if leftovers.is_licence(line)), len(part))
    sung = part[:at]
    return [] if at < len(part) and len(sung) < 3 and all(map(leftovers.is_names, sung)) else sung


def _heading(line: str, first: bool, sure: bool) -> tuple[str, str] | None:
    line = line.strip()
    boxed = headings.bracketed(line)
    if boxed is not None:
        return None if chords.strength(line) else boxed
    if markdown := _MARKDOWN.match(line):
        line = markdown["title"]
        sure = True
    if first and headings.is_verse_number(line):
        return ("verse", "")
    return headings.bare(line, alone=first, sure=sure)


def _without_notes(lines: list[str]) -> list[str]:
    """WebVTT without its header, notes and styles, each of which ends at the next blank line."""
    if not lines or not lines[0].startswith("WEBVTT"):
        return lines
    kept: list[str] = []
    skipping = True
    for line in lines:
        starts = not kept or not kept[-1].strip()
        if starts and re.match(r"(?:NOTE|STYLE|REGION)(?:\s|$)", line):
            skipping = True
        if not line.strip():
            skipping = False
        if not skipping:
            kept.append(line)
    return kept


def _is_cue_number(lines: list[str], at: int) -> bool:
    """Whether a line is a subtitle's number or name: it stands between a blank line and the times."""
    return at + 1 < len(lines) and bool(_CUES.match(lines[at + 1])) and (at == 0 or not lines[at - 1].strip())


def _song_select_file(text: str, title: str) -> Sheet:
    """SongSelect's import file: the sections' names and words, separated by "/t"; "/n" ends a line."""
    values = dict(line.partition("=")[::2] for line in text.split("\n") if "=" in line)
    tags = {"title": values.get("Title", "").strip() or title}
    stanzas = Stanzas()
    names, words = (values.get(key, "").split("/t") for key in ("Fields", "Words"))
    for at, part in enumerate(words):
        stanzas.begin(headings.kind_of(names[at]) if at < len(names) else "")
        for line in part.split("/n"):
            stanzas.add(leftovers.sung(line))
    return stanzas.sheet({key: value for key, value in tags.items() if value})
