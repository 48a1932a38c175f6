"""The songs of a songbook as the editor's model reads them, with how lines begin."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from stagelyric.phrasebook import book, grammar, near_themes
from stagelyric.words import formats
from stagelyric.words.phonetics import plain
from stagelyric.writing import beginnings, planning
from stagelyric.writing.automata.pieces import words_of
from stagelyric.writing.beginnings import Beginnings
from stagelyric.writing.drafters.contract import Between


class Song(NamedTuple):
    """A song to continue: its title, its verses of four lines, and their words."""

    title: str
    verses: tuple[tuple[str, ...], ...]
    words: frozenset[str]


class Texts(NamedTuple):
    """What the model reads: songs, how quatrains may begin their lines, the themes that words are close to
    (`near_themes`)."""

    songs: Sequence[Song]
    begun: Beginnings | None
    table: Mapping[str, Sequence[str]]


def sung(line: str) -> str:
    """A line as the model reads it: plain letters, no marks but commas within, a capital first."""
    text = re.sub(r"[\".;:!?()\[\]]|--+| - ", " ", plain(line))
    text = " ".join(text.split()).strip(" ,-")
    return text[:1].upper() + text[1:]


def sheets(folder: Path) -> list[Path]:
    """The files of a songbook's songs, in an order that is the same on all systems."""
    return sorted(folder.glob("*/*.cho"), key=lambda file: file.relative_to(folder).as_posix())


def songs(folder: Path, between: Between) -> list[Song]:
    """The songs of a songbook, in order of their files; a file that can't be read is left out."""
    found = []
    for file in sheets(folder):
        between()
        try:
            sheet = formats.chordpro(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        verses = tuple(tuple(map(sung, lines)) for _, lines in sheet.stanzas if len(lines) == planning.STANZA)
        if verses:
            words = frozenset(word for verse in verses for line in verse for word in words_of(line))
            found.append(Song(sheet.tags.get("title", file.stem), verses, words))
    return found


def read(folder: Path, between: Between) -> Texts:
    """The texts of a songbook: about 10 MB of memory and a third of a second. `between` is called between any two
    files of songs, and may do other work."""
    found = songs(folder, between)
    begun = beginnings.load(folder)
    between()
    return Texts(found, begun, near_themes.load(folder / "frames" / near_themes.FILE))


def digest(folder: Path) -> str:
    """Identifies the texts of a songbook by the files that `read` reads, as they are now."""
    begun = sorted((folder / beginnings.FOLDER).glob(f"*{grammar.BEGINNINGS}"), key=lambda file: file.name)
    frames = [folder / "frames" / name for name in (book.CLASSES, near_themes.FILE)]
    whole = hashlib.sha256()
    for file in [*sheets(folder), *begun, *frames]:
        try:
            text = file.read_bytes().replace(b"\r\n", b"\n").replace(b"\r", b"\n")  # line ends differ by system
        except OSError:
            continue
        whole.update(f"{file.relative_to(folder).as_posix()} {hashlib.sha256(text).hexdigest()}\n".encode())
    return whole.hexdigest()[:16]
