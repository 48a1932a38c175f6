"""Songs in XML: OpenLyrics 0.8 and 0.9 (docs.openlyrics.org), and OpenSong (opensong.org)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from xml.etree import ElementTree

from stagelyric.words.formats import headings, leftovers
from stagelyric.words.formats.sheet import FormatError, Sheet, Stanzas

_DOCTYPE = re.compile(r"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_SECTIONS = {"v": "verse", "c": "chorus", "p": "pre-chorus", "b": "bridge", "e": "ending", "i": "intro", "o": "other"}
_OPENSONG = {**_SECTIONS, "t": "tag"}
_PROPERTIES = {"verseorder": "order", "tempo": "tempo", "key": "key", "theme": "themes", "timesignature": "time"}
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_OTHERS = {
    "html": "a web page (HTML); copy its words into a text file",
    "score-partwise": "a MusicXML score; export its lyrics as text",
    "score-timewise": "a MusicXML score; export its lyrics as text",
    "museScore": "a MuseScore score; export its lyrics as text",
    "rss": "a news feed",
    "svg": "a picture (SVG)",
    "plist": "a property list",
}


def looks_like(text: str) -> bool:
    """Whether a text is any kind of XML, or an HTML page."""
    head = text[:400].lstrip().lower()
    return head.startswith(("<?xml", "<song", "<!doctype", "<html", "<opensong", "<score-"))


def read_xml(text: str, title: str = "") -> tuple[Sheet, str]:
    """The song and the name of its format. Raises FormatError for any other XML."""
    root = _root(text)
    children = {_local(child) for child in root}
    if "lyrics" in children and "properties" not in children:
        lyrics = next(child for child in root if _local(child) == "lyrics")
        if not len(lyrics):
            return opensong(root, title), "OpenSong"
    return _openlyrics(root, title), "OpenLyrics"


def openlyrics(text: str, title: str = "") -> Sheet:
    """The verses of an OpenLyrics song without chords and comments; if there are several languages, the first."""
    return _openlyrics(_root(text), title)


def _root(text: str) -> ElementTree.Element:
    head = text[:1000].lstrip().lower()
    if head.startswith(("<!doctype html", "<html")):
        raise FormatError(f"an OpenLyrics song, found {_OTHERS['html']}")
    if _DOCTYPE.search(text):
        raise FormatError("an OpenLyrics song without a DOCTYPE, found one")
    try:
        root = ElementTree.fromstring(_DECLARATION.sub("", text, count=1))
    except ElementTree.ParseError as error:
        raise FormatError(f"an OpenLyrics song, found XML that does not parse ({error})") from error
    if _local(root) != "song":
        other = {name.lower(): what for name, what in _OTHERS.items()}.get(_local(root))
        raise FormatError(f"an OpenLyrics song or an OpenSong one, found {other or f'<{_local(root)}>'}")
    return root


def _openlyrics(root: ElementTree.Element, title: str) -> Sheet:
    tags = {"title": title} if title else {}
    stanzas, titled = Stanzas(), False
    names: list[str] = []
    language = _language(root)
    for element in root.iter():
        if (key := _PROPERTIES.get(_local(element))) and (element.text or "").strip():
            said = " ".join((element.text or "").split())
            tags[key] = f"{tags[key]}, {said}" if key == "themes" and key in tags else said
        if _local(element) == "title" and (element.text or "").strip() and not titled:
            tags["title"] = " ".join((element.text or "").split())
            titled = True
        if _local(element) != "verse" or element.get("translit"):
            continue
        language = language or element.get("lang") or "any"
        if (element.get("lang") or language) != language:
            continue
        names.append((element.get("name") or "v").lower())
        stanzas.begin(_SECTIONS.get(names[-1][:1], ""))
        for lines in element:
            if _local(lines) == "lines":
                for line in _sung(lines).split("\n"):
                    stanzas.add(leftovers.sung(line))
    sheet = stanzas.sheet(tags)
    return replace(sheet, parts=_ordered(sheet.parts, names, tags.get("order", "")))


def _ordered(
    parts: tuple[tuple[str, tuple[int, ...]], ...], names: Sequence[str], order: str
) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """The sections in the order that the song gives ("v1 c v2 c"); in file order if it gives none that makes sense."""
    known = dict(zip(names, parts, strict=True)) if len(names) == len(parts) else {}
    wanted = order.lower().split()
    return tuple(known[name] for name in wanted) if wanted and all(name in known for name in wanted) else parts


def _language(root: ElementTree.Element) -> str:
    """The song's declared language if some verse is in it, else ""."""
    said = root.get(_XML_LANG) or root.get("lang") or ""
    return said if any(_local(e) == "verse" and e.get("lang") == said for e in root.iter()) else ""


def _sung(element: ElementTree.Element) -> str:
    """The words of <lines>. Line ends in the file count as spaces; <br/> (formerly <line>) ends a sung line."""
    words = (element.text or "").replace("\n", " ")
    for child in element:
        if _local(child) != "comment":
            words += _sung(child)
        words += "\n" if _local(child) in ("br", "line") else ""
        words += (child.tail or "").replace("\n", " ")
    return words


def _local(element: ElementTree.Element) -> str:
    return str(element.tag).rpartition("}")[2].lower()


def opensong(root: ElementTree.Element, title: str = "") -> Sheet:
    """An OpenSong song: each line's first character tells what it is: "." chords, ";" a comment, "[" a section.

    Verses that share chords are interleaved, each line with its verse's number: they are separated here.
    """
    tags = {"title": title} if title else {}
    said = {_local(child): (child.text or "").strip() for child in root}
    for key, name in (
        ("title", "title"),
        ("author", "artist"),
        ("key", "key"),
        ("tempo", "tempo"),
        ("theme", "themes"),
    ):
        if said.get(key):
            tags[name] = said[key]
    stanzas = Stanzas()
    for kind, lines in _opensong_sections(said.get("lyrics", "")):
        stanzas.begin(kind)
        for line in lines:
            stanzas.add(line)
    return stanzas.sheet(tags)


def _opensong_sections(text: str) -> list[tuple[str, list[str]]]:
    found: list[tuple[str, list[str]]] = []
    kind, numbered = "", dict[str, list[str]]()

    def close() -> None:
        nonlocal numbered
        found.extend((kind, lines) for _, lines in sorted(numbered.items()))
        numbered = {}

    for line in text.split("\n"):
        mark = line[:1]
        if mark == "[":
            close()
            name = line.strip().strip("[]").strip()
            kind = _OPENSONG.get(name[:1].lower(), "") if len(name) <= 3 else headings.kind_of(name)
        elif mark in (".", ";", "-", "#"):
            continue
        elif mark.isdigit():
            numbered.setdefault(mark, []).append(_opensong_words(line[1:]))
        else:
            numbered.setdefault("", []).append(_opensong_words(line))
    close()
    return found


def _opensong_words(line: str) -> str:
    """A line without the underscores and spaced hyphens that make room for chords, and without bars."""
    return leftovers.sung(leftovers.without_markup(re.sub(r"_+", "", line).replace("|", " ")))
