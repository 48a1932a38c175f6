"""Reads what `train` reads, and keeps what a report wants besides: sections, schemes, tags, file names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from stagelyric.lm import corpus
from stagelyric.lm.corpus import CorpusError
from stagelyric.report.lyrics import Song, Stanza
from stagelyric.words import formats


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
        files = sorted(f for f in path.rglob("*") if f.is_file() and f.name.lower().endswith(formats.ENDINGS))
        if not files:
            raise CorpusError(f"{path}: wanted a folder with {', '.join(formats.ENDINGS)} files, found none in it")
        return files
    if not path.is_file():
        raise CorpusError(f"{path}: wanted a file of lyrics or a folder of them, found nothing there")
    return [path]


def _read(file: Path) -> list[Song]:
    if formats.is_sheet(file.name):
        return [_sheet(file)]
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


def _sheet(file: Path) -> Song:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        text = file.read_text(encoding="latin-1")
    except OSError as error:
        raise CorpusError(f"{file}: wanted a readable text file, found: {error.strerror}") from error
    try:
        return sung(formats.read_sheet(file.name, text), str(file))
    except formats.FormatError as error:
        raise CorpusError(f"{file}: wanted {error}") from None


def sung(sheet: formats.Sheet, file: str = "") -> Song:
    """A sheet as it is measured."""
    stanzas = (Stanza(lines, kind) for kind, lines in sheet.stanzas)
    title = sheet.tags.get("title") or Path(file).stem
    return Song(title, tuple(without_choruses(stanzas)), sheet.tags, file)


def without_choruses(stanzas: Iterable[Stanza]) -> Iterator[Stanza]:
    """Stanzas but those with 60 % of their lines sung before in the same song."""
    sung = corpus.Sung()
    return (stanza for stanza in stanzas if not sung.again(stanza.lines))
