"""ChordPro 6 (chordpro.org): words with chords in brackets and directives in braces."""

from __future__ import annotations

import re
from functools import lru_cache

from stagelyric.words.formats import chords, headings, leftovers
from stagelyric.words.formats.sheet import Sheet, Stanzas

_DIRECTIVE = re.compile(r"\s*\{\s*(?P<name>[^{}:\s]*)\s*:?\s*(?P<value>[^{}]*)\}")
_BRACES = re.compile(r"\{[^{}]*\}")
_UNCLOSED = re.compile(r"\{\s*[A-Za-z+_-]+\s*(?::[^{}]*)?$")
_CHORD = re.compile(r"\[[^\[\]]*\]")
_CONTINUED = re.compile(r"[ \t]*\\\n[ \t]*")
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\u\{([0-9A-Fa-f]{1,6})\}")
_LABEL = re.compile(r"label\s*=\s*(?P<quote>[\"'])(?P<label>.*?)(?P=quote)")
_SELECTED = re.compile(r"(?P<name>\w+)-(?P<selector>[\w-]+?)(?P<negated>!?)")
_SHORT = {
    "t": "title", "st": "subtitle", "soc": "start_of_chorus", "eoc": "end_of_chorus", "sov": "start_of_verse",
    "eov": "end_of_verse", "sob": "start_of_bridge", "eob": "end_of_bridge", "sot": "start_of_tab",
    "eot": "end_of_tab", "sog": "start_of_grid", "eog": "end_of_grid", "c": "comment", "ci": "comment",
    "cb": "comment", "highlight": "comment", "comment_italic": "comment", "comment_box": "comment", "ns": "new_song",
}  # fmt: skip
_NOT_SUNG = frozenset({"tab", "grid", "abc", "ly", "svg", "textblock", "delegate", "image", "musicxml", "strum"})
_SAID_OF_A_SONG = frozenset(
    {"title", "subtitle", "artist", "composer", "lyricist", "album", "key", "tempo", "time", "year", "copyright",
     "capo", "duration", "genre", "mood", "scheme"}
)  # fmt: skip
_KNOWN = _SAID_OF_A_SONG | {
    *_SHORT, *_SHORT.values(), "meta", "define", "chord", "chorus", "comment", "sorttitle", "arranger", "transpose",
    "new_page", "np", "column_break", "colb", "cb", "image", "columns", "col", "textfont", "chordfont", "pagetype",
    "new_physical_page", "npp", "titles", "diagrams", "grid", "no_grid", "g", "ng", "tag",
}  # fmt: skip


def looks_like(text: str) -> bool:
    """Whether a text has a line that consists of a ChordPro directive."""
    for line in text.split("\n"):
        found = _DIRECTIVE.fullmatch(line.rstrip()) if line.lstrip().startswith("{") else None
        if found and (
            _name(found["name"])[0] in _KNOWN or found["name"].startswith(("start_of_", "end_of_", "x_", "+"))
        ):
            return True
    return False


def chordpro(text: str, title: str = "") -> Sheet:
    """Lyrics without chords, sections as stanzas, directives as tags; `title` if the song has none.

    A blank line ends a stanza but not its section. Left out are tabs and grids, and what is meant for one instrument,
    voice or language only (`{title-es: …}`). Of several songs, returns the first: see `songs`.
    """
    return next(iter(songs(text, title)))


def songs(text: str, title: str = "") -> list[Sheet]:
    """Every song of a ChordPro file, separated by `{new_song}`; at least one."""
    if "\\" in text:
        text = _CONTINUED.sub(lambda match: " " if match[0][0] in " \t" else "", text)
        text = _ESCAPE.sub(lambda match: _character(match[1] or match[2]), text)
    reader, done = _Reader(title), list[Sheet]()
    for line in text.split("\n"):
        if reader.take(line):
            done.append(reader.sheet())
            reader = _Reader("")
    done.append(reader.sheet())
    return [sheet for sheet in done if sheet.stanzas] or done[:1]


def _character(code: str) -> str:
    number = int(code, 16)
    return chr(number) if 0 < number < 0xD800 or 0xDFFF < number < 0x110000 else "\ufffd"


@lru_cache(maxsize=256)
def _name(written: str) -> tuple[str, bool]:
    """A directive's full name, and whether it applies to everyone (it has no selector)."""
    name = written.lower()
    if (
        name.startswith(("start_of_", "end_of_"))
        and headings.kind_of(name.split("_of_", 1)[1]) == name.split("_of_", 1)[1]
    ):
        return name, True  # the hyphen of "pre-chorus" isn't a selector
    if selected := _SELECTED.fullmatch(name):
        return _SHORT.get(selected["name"], selected["name"]), bool(selected["negated"])
    return _SHORT.get(name, name), True


class _Reader:
    """Reads one song line by line."""

    def __init__(self, title: str) -> None:
        self._title = title  # unless the song says another
        self._tags = dict[str, str]()
        self._stanzas = Stanzas()
        self._skipping = ""  # the section that is being skipped, until its end

    def sheet(self) -> Sheet:
        return self._stanzas.sheet({"title": self._title, **self._tags} if self._title else self._tags)

    def take(self, raw: str) -> bool:
        """Reads a line; returns True if it begins another song."""
        line = raw.strip()
        if raw.startswith("#") or line.startswith("#"):
            return False
        while line.startswith("{") and (found := _DIRECTIVE.match(line)):
            if self._directive(found["name"], found["value"].strip()):
                return True
            line = line[found.end() :].strip()
            if not line or line.startswith("#"):
                return False
        if self._skipping or self._stanzas.kind in _NOT_SUNG or (line.startswith("{") and _UNCLOSED.match(line)):
            return False
        self._sung(_BRACES.sub("", line) if "{" in line else line, raw)
        return False

    def _directive(self, written: str, value: str) -> bool:
        name, for_all = _name(written)
        if self._skipping:
            if name == f"end_of_{self._skipping}":
                self._skipping = ""
                self._stanzas.begin("")
            return False
        if name == "new_song":
            return for_all
        if name.startswith("start_of_"):
            self._start(name.removeprefix("start_of_"), value, for_all)
        elif not for_all:
            return False
        elif name.startswith("end_of_"):
            self._stanzas.begin("")
        elif name == "chorus":
            self._stanzas.again("chorus")
        elif name == "comment" and (kind := _heading(value)) is not None:
            self._stanzas.begin(kind)
        else:
            self._said(name, value)
        return False

    def _start(self, section: str, value: str, for_all: bool) -> None:
        if not for_all or section in _NOT_SUNG:
            self._skipping = section
            return
        label = _LABEL.search(value)
        told = headings.kind_of(label["label"] if label else value)
        self._stanzas.begin(told if told and section in ("part", "section", "block") else section)

    def _said(self, name: str, value: str) -> None:
        if name == "meta":
            key, _, value = value.partition(" ")
            key, value = key.lower().rstrip(":"), value.strip()
            self._tags[key] = f"{self._tags[key]}, {value}" if key in self._tags else value
        elif name in _SAID_OF_A_SONG and value:
            self._tags[name] = value

    def _sung(self, line: str, raw: str) -> None:
        if not line:
            self._stanzas.add("")
            return
        if words := leftovers.words_alone(line):
            if chords.strength(raw) < 2:
                self._stanzas.add(words)
            return
        boxed = headings.bracketed(line)
        if boxed is not None and boxed[0] and not chords.strength(line):
            self._stanzas.begin(boxed[0])
            line = boxed[1]
            if not line:
                return
        if chords.strength(raw) == 2 or chords.is_tab(line):
            return
        words = _CHORD.sub("", line) if "[" in line else line
        if not words.strip():
            return  # a line of chords only is instrumental and doesn't end the stanza
        for part in leftovers.without_markup(words).split("\n"):
            self._stanzas.add(leftovers.sung(part))


def _heading(comment: str) -> str | None:
    """The kind of section that a comment names, as in older files: `{c: Chorus}`."""
    found = headings.bare(comment, alone=True, sure=True)
    return found[0] if found is not None and found[0] and not found[1] else None
