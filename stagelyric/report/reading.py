"""Reads the files that `train` reads, but keeps what a report also needs: sections, schemes, tags, file names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from stagelyric.lm import corpus
from stagelyric.lm.corpus import CorpusError
from stagelyric.lm.vocabulary import fold
from stagelyric.report.lyrics import Song, Stanza
from stagelyric.words import formats


def read(paths: Sequence[Path]) -> list[Song]:
    """The songs in files and folders, ordered by name; without repeated choruses.

    Reads every format that `train` reads, with the kinds of sections. Raises CorpusError if a path is missing, isn't
    text, or has fewer than two lyric lines.
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
    try:
        sheets = [sheet for sheet in formats.read(file).songs if sheet.stanzas]
    except formats.LyricsError as error:
        raise CorpusError(str(error)) from None
    stem = file.name.split(".")[0] if file.name.endswith(".gz") else file.stem
    titles = [f"{stem} {number}" if len(sheets) > 1 else stem for number in range(1, len(sheets) + 1)]
    songs = [sung(sheet, str(file), title) for sheet, title in zip(sheets, titles, strict=True)]
    return [song for song in songs if song.stanzas]


def as_sung(song: corpus.Song, title: str = "", file: str = "") -> Song:
    """A song of a training text for measuring; `title` is used if it has none."""
    stanzas = [Stanza(tuple(part.split("\n"))) for part in song.text.strip("\n").split("\n\n")]
    return Song(song.title or title, tuple(without_choruses(stanzas)), file=file)


def sung(sheet: formats.Sheet, file: str = "", title: str = "") -> Song:
    """A sheet for measuring, in the characters that `train` uses."""
    stanzas = (Stanza(lines, kind) for kind, given in sheet.stanzas if (lines := _folded(given)))
    named = sheet.tags.get("title") or title or Path(file).stem
    return Song(named, tuple(without_choruses(stanzas)), sheet.tags, file)


def _folded(lines: Sequence[str]) -> tuple[str, ...]:
    return tuple(line for given in lines if (line := " ".join(fold(given).split())))


def without_choruses(stanzas: Iterable[Stanza]) -> Iterator[Stanza]:
    """Leaves out stanzas of which 60 % of the lines were sung before in the same song."""
    sung = corpus.Sung()
    return (stanza for stanza in stanzas if not sung.again(stanza.lines))
