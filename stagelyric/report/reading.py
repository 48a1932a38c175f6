"""Reads what `train` reads, and keeps what a report wants besides: sections, schemes, tags, file names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from stagelyric.lm import corpus
from stagelyric.lm.corpus import CorpusError
from stagelyric.report.lyrics import Song, Stanza

CHORDPRO = (".cho", ".chordpro", ".chopro", ".crd", ".pro")
TEXT = (".txt", ".txt.gz")
_CHORUS_SHARE = 0.6  # a stanza with this share of its lines sung before in its song is a chorus again
_DIRECTIVE = re.compile(r"\{\s*([A-Za-z_]+)\s*[:\s]?\s*(.*?)\s*\}\s*$")
_CHORD = re.compile(r"\[[^\]]*\]")
_SHORT = {
    "t": "title", "st": "subtitle", "soc": "start_of_chorus", "eoc": "end_of_chorus", "sov": "start_of_verse",
    "eov": "end_of_verse", "sob": "start_of_bridge", "eob": "end_of_bridge", "sot": "start_of_tab",
    "eot": "end_of_tab", "sog": "start_of_grid", "eog": "end_of_grid", "c": "comment",
}  # fmt: skip
_NOT_SUNG = frozenset({"tab", "grid", "abc", "ly", "svg", "textblock"})
_SAID_OF_A_SONG = frozenset({"title", "subtitle", "artist", "key", "tempo", "time", "year", "copyright", "capo"})


def read(paths: Sequence[Path]) -> list[Song]:
    """The songs in files and folders, in the order of their names; each chorus once a song.

    Text files as `train` reads them (a song each, or several, under "=== " lines), ChordPro with its sections.
    Raises CorpusError where a path is missing, is not text, or holds fewer than two lyric lines.
    """
    songs = [song for path in paths for file in _files(path) for song in _read(file)]
    if sum(len(song.lines) for song in songs) < 2:
        names = ", ".join(map(str, paths))
        raise CorpusError(f"{names}: wanted a corpus of at least two lyric lines, found fewer")
    return songs


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        wanted = (*TEXT, *CHORDPRO)
        files = sorted(f for f in path.rglob("*") if f.is_file() and f.name.lower().endswith(wanted))
        if not files:
            raise CorpusError(f"{path}: wanted a folder with text or ChordPro files, found none in it")
        return files
    if not path.is_file():
        raise CorpusError(f"{path}: wanted a text or ChordPro file or a folder of them, found nothing there")
    return [path]


def _read(file: Path) -> list[Song]:
    if file.name.lower().endswith(CHORDPRO):
        try:
            text = file.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            text = file.read_text(encoding="latin-1")
        except OSError as error:
            raise CorpusError(f"{file}: wanted a readable text file, found: {error.strerror}") from error
        return [chordpro(text, str(file))]
    try:
        source = corpus.read_held_out(file)
    except CorpusError as error:
        if "lyric line" in str(error):  # an empty file in a folder is no fault: what is read is counted at the end
            return []
        raise
    several = len(source.songs) > 1
    stem = file.name.removesuffix(".gz").removesuffix(".txt")
    titles = [f"{stem} {number}" if several else stem for number in range(1, len(source.songs) + 1)]
    return [as_sung(song, title, str(file)) for song, title in zip(source.songs, titles, strict=True)]


def as_sung(song: corpus.Song, title: str = "", file: str = "") -> Song:
    """A song of a training text; `title` where it has none of its own."""
    stanzas = [Stanza(tuple(part.split("\n"))) for part in song.text.strip("\n").split("\n\n")]
    return Song(song.title or title, tuple(without_choruses(stanzas)), file=file)


def chordpro(text: str, file: str = "") -> Song:
    """One song in ChordPro: lyrics without chords, sections as stanzas, directives as tags.

    A blank line inside a section does not end a stanza's section, but ends the stanza. Tabs and grids are not sung.
    """
    tags: dict[str, str] = {}
    stanzas: list[Stanza] = []
    lines: list[str] = []
    kind = ""

    def close() -> None:
        if lines:
            stanzas.append(Stanza(tuple(lines), kind))
            lines.clear()

    for raw in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        line = raw.strip()
        if line.startswith("#"):
            continue
        if directive := _DIRECTIVE.match(line):
            name = _SHORT.get(directive[1].lower(), directive[1].lower())
            if name.startswith("start_of_"):
                close()
                kind = name.removeprefix("start_of_")
            elif name.startswith("end_of_"):
                close()
                kind = ""
            elif name == "meta":
                key, _, value = directive[2].partition(" ")
                key = key.lower().rstrip(":")
                tags[key] = f"{tags[key]}, {value.strip()}" if key in tags else value.strip()
            elif name in _SAID_OF_A_SONG:
                tags[name] = directive[2]
        elif kind in _NOT_SUNG:
            continue
        elif sung := " ".join(_CHORD.sub("", line).split()):
            lines.append(sung)
        else:
            close()
    close()
    title = tags.get("title") or Path(file).stem
    return Song(title, tuple(without_choruses(stanzas)), tags, file)


def without_choruses(stanzas: Iterable[Stanza]) -> Iterator[Stanza]:
    """Stanzas but those with 60 % of their lines sung before in the same song."""
    sung: set[str] = set()
    for stanza in stanzas:
        keys = [_key(line) for line in stanza.lines]
        if sum(key in sung for key in keys) < _CHORUS_SHARE * len(keys):
            yield stanza
        sung.update(keys)


def _key(line: str) -> str:
    return re.sub(r"[^a-z0-9]", "", line.lower())
