"""The formats lyrics come in: plain text, ChordPro, LRC and OpenLyrics. Each gives the same: a song's words in stanzas.

ChordPro 6 (chordpro.org), LRC with the enhanced format's word times, OpenLyrics 0.9 (docs.openlyrics.org).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from xml.etree import ElementTree

CHORDPRO = (".cho", ".chordpro", ".chopro", ".crd", ".pro")
LRC = (".lrc",)
OPENLYRICS = (".xml",)
TEXT = (".txt", ".txt.gz")
ENDINGS = (*TEXT, *CHORDPRO, *LRC, *OPENLYRICS)

_DIRECTIVE = re.compile(r"\{\s*([A-Za-z_]+)\s*[:\s]?\s*(.*?)\s*\}\s*$")
_CHORD = re.compile(r"\[[^\]]*\]")
_SHORT = {
    "t": "title", "st": "subtitle", "soc": "start_of_chorus", "eoc": "end_of_chorus", "sov": "start_of_verse",
    "eov": "end_of_verse", "sob": "start_of_bridge", "eob": "end_of_bridge", "sot": "start_of_tab",
    "eot": "end_of_tab", "sog": "start_of_grid", "eog": "end_of_grid", "c": "comment",
}  # fmt: skip
_NOT_SUNG = frozenset({"tab", "grid", "abc", "ly", "svg", "textblock"})
_SAID_OF_A_SONG = frozenset({"title", "subtitle", "artist", "key", "tempo", "time", "year", "copyright", "capo"})
_TIME = re.compile(r"<\d+:\d+(?:[.:]\d+)?>|\[\d+:\d+(?:[.:]\d+)?\]")
_LRC_TAG = re.compile(r"\s*\[([A-Za-z#]+):(.*)\]\s*$")
_DOCTYPE = re.compile(r"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_SECTIONS = {"v": "verse", "c": "chorus", "p": "pre-chorus", "b": "bridge", "e": "ending", "i": "intro", "o": "other"}


class FormatError(ValueError):
    """Lyrics that are not what their file's name says; its text says what was found."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One song as written: its stanzas, each with the kind of its section ("" if none), and what is said of it."""

    stanzas: tuple[tuple[str, tuple[str, ...]], ...]
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The words, a line a line, stanzas parted by a blank line."""
        return "\n\n".join("\n".join(lines) for _, lines in self.stanzas)


def is_sheet(name: str) -> bool:
    """Whether a file of that name holds one song in ChordPro, LRC or OpenLyrics."""
    return name.lower().endswith((*CHORDPRO, *LRC, *OPENLYRICS))


def read_sheet(name: str, text: str) -> Sheet:
    """The song of a file, by the ending of its name; plain text for any other. Raises FormatError."""
    lower, stem = name.lower(), PurePath(name).stem
    if lower.endswith(OPENLYRICS):
        return openlyrics(text, stem)
    if lower.endswith(LRC):
        return lrc(text, stem)
    return chordpro(text, stem) if lower.endswith(CHORDPRO) else plain(text)


def plain(text: str) -> Sheet:
    """Lines and blank lines."""
    stanzas = _Stanzas()
    for line in _lines(text):
        stanzas.add(" ".join(line.split()))
    return stanzas.sheet({})


def guessed(text: str) -> Sheet:
    """The song of a text whose file may say nothing: ChordPro where it has directives, LRC where it has times."""
    lines = [line.strip() for line in _lines(text)]
    if any(_DIRECTIVE.match(line) for line in lines):
        return chordpro(text)
    if any(_TIME.match(line) for line in lines):
        return lrc(text)
    return plain(_CHORD.sub("", text))


def chordpro(text: str, title: str = "") -> Sheet:
    """Lyrics without chords, sections as stanzas, directives as tags; `title` where it says none.

    A blank line ends a stanza, though not its section. Tabs and grids are not sung.
    """
    tags = {"title": title} if title else {}
    stanzas = _Stanzas()
    for raw in _lines(text):
        line = raw.strip()
        if line.startswith("#"):
            continue
        if directive := _DIRECTIVE.match(line):
            name = _SHORT.get(directive[1].lower(), directive[1].lower())
            if name.startswith("start_of_"):
                stanzas.begin(name.removeprefix("start_of_"))
            elif name.startswith("end_of_"):
                stanzas.begin("")
            elif name == "meta":
                key, _, value = directive[2].partition(" ")
                key = key.lower().rstrip(":")
                tags[key] = f"{tags[key]}, {value.strip()}" if key in tags else value.strip()
            elif name in _SAID_OF_A_SONG:
                tags[name] = directive[2]
        elif stanzas.kind not in _NOT_SUNG:
            stanzas.add(" ".join(_CHORD.sub("", line).split()))
    return stanzas.sheet(tags)


def lrc(text: str, title: str = "") -> Sheet:
    """Lines without their times; a line sung at several times stands once, a time without words ends a stanza."""
    tags = {"title": title} if title else {}
    stanzas = _Stanzas()
    for line in _lines(text):
        if tag := _LRC_TAG.match(line):
            name = {"ti": "title", "ar": "artist"}.get(tag[1].lower(), tag[1].lower())
            if tag[2].strip():
                tags[name] = tag[2].strip()
        else:
            stanzas.add(" ".join(_TIME.sub(" ", line).split()))
    return stanzas.sheet(tags)


def openlyrics(text: str, title: str = "") -> Sheet:
    """The verses of an OpenLyrics song without chords and comments; of several languages, the first."""
    if _DOCTYPE.search(text):
        raise FormatError("an OpenLyrics song without a DOCTYPE, found one")
    try:
        root = ElementTree.fromstring(text.lstrip("\ufeff"))
    except ElementTree.ParseError as error:
        raise FormatError(f"an OpenLyrics song, found XML that does not parse ({error})") from error
    if _local(root) != "song":
        raise FormatError(f"an OpenLyrics song, found <{_local(root)}>")
    tags = {"title": title} if title else {}
    stanzas, seen = _Stanzas(), set()
    language = None
    for element in root.iter():
        if _local(element) == "title" and (element.text or "").strip() and "titled" not in seen:
            tags["title"] = (element.text or "").strip()
            seen.add("titled")
        if _local(element) != "verse":
            continue
        language = language or element.get("lang") or "any"
        if (element.get("lang") or language) != language:
            continue
        stanzas.begin(_SECTIONS.get((element.get("name") or "v")[:1].lower(), ""))
        for lines in element:
            if _local(lines) == "lines":
                for line in _sung(lines).split("\n"):
                    stanzas.add(" ".join(line.split()))
    return stanzas.sheet(tags)


def _sung(element: ElementTree.Element) -> str:
    """The words of <lines>. Line ends of the file are blanks; <br/> (and <line>, once) end a line of the song."""
    words = (element.text or "").replace("\n", " ")
    for child in element:
        if _local(child) != "comment":
            words += _sung(child)
        words += "\n" if _local(child) in ("br", "line") else ""
        words += (child.tail or "").replace("\n", " ")
    return words


def _local(element: ElementTree.Element) -> str:
    return str(element.tag).rpartition("}")[2].lower()


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff").split("\n")


class _Stanzas:
    """Lines as they come, parted into stanzas."""

    def __init__(self) -> None:
        self.kind = ""
        self._done: list[tuple[str, tuple[str, ...]]] = []
        self._lines: list[str] = []

    def add(self, line: str) -> None:
        if line:
            self._lines.append(line)
        else:
            self._close()

    def begin(self, kind: str) -> None:
        self._close()
        self.kind = kind

    def _close(self) -> None:
        if self._lines:
            self._done.append((self.kind, tuple(self._lines)))
            self._lines = []

    def sheet(self, tags: Mapping[str, str]) -> Sheet:
        self._close()
        return Sheet(tuple(self._done), tags)
