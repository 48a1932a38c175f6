"""Finds a band's songs in files and folders, ordered by file name."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from stagelyric.types.helping import Helper, spread
from stagelyric.words import formats
from stagelyric.words.formats import ENDINGS, Sheet, titles

_FIGURES = re.compile(r"(\d+)")
_TEMPO = re.compile(r"(\d{2,3}(?:[.,]\d+)?)")
_TIME = re.compile(r"(\d{1,2})\s*/\s*(1|2|4|8|16|32)$")
_SLOWEST, _FASTEST = 20.0, 400.0


@dataclass(frozen=True, slots=True)
class Written:
    """A song as it is in its file. `alone`: the file has no other song; `tempo`: beats a minute, 20 to 400; `key` and
    `time` ("3/4") as written. None for what the file doesn't have."""

    title: str
    file: Path
    sheet: Sheet
    alone: bool = True
    titled: bool = True

    @property
    def tempo(self) -> float | None:
        found = _TEMPO.search(self.sheet.tags.get("tempo", ""))
        tempo = float(found[1].replace(",", ".")) if found else 0.0
        return tempo if _SLOWEST <= tempo <= _FASTEST else None

    @property
    def time(self) -> str | None:
        found = _TIME.match(self.sheet.tags.get("time", "").strip())
        return f"{found[1]}/{found[2]}" if found and int(found[1]) else None

    @property
    def key(self) -> str | None:
        return self.sheet.tags.get("key", "").strip()[:20] or None


@dataclass(frozen=True, slots=True)
class Reading:
    """The songs that were found; and for each file without one, the reason as a sentence."""

    songs: tuple[Written, ...]
    refused: Mapping[Path, str] = field(default_factory=dict)


def read(paths: Sequence[Path], among: Sequence[Helper] = ()) -> Reading:
    """Reads files, and every lyrics file in folders and their subfolders. `among`: helpers that read with us."""
    named = list(dict.fromkeys(files(paths)))
    songs: list[Written] = []
    refused: dict[Path, str] = {}
    for file, found in zip(named, spread(among, _read, named), strict=True):
        if isinstance(found, str):
            refused[file] = found
        else:
            songs += found
    return Reading(tuple(songs), refused)


def _read(named: Sequence[Path]) -> list[list[Written] | str]:
    """The songs of each file, or why it has none."""

    def read(file: Path) -> list[Written] | str:
        try:
            sheets = [sheet for sheet in formats.read(file).songs if sheet.stanzas]
        except (formats.LyricsError, OSError) as error:
            return str(error)
        if not sheets:
            return f"{file}: wanted a song's words, a line a line; found no sung line"
        return [_titled(file, sheet, number if len(sheets) > 1 else None) for number, sheet in enumerate(sheets, 1)]

    return [read(file) for file in named]


def size(paths: Sequence[Path]) -> int:
    """The bytes of all files that `read` would read."""
    total = 0
    for file in files(paths):
        with contextlib.suppress(OSError):
            total += file.stat().st_size
    return total


def files(paths: Iterable[Path]) -> Iterator[Path]:
    """The files in the order in which their songs are; one that is named twice comes twice."""
    for path in paths:
        if path.is_dir():
            inside = (f for f in path.rglob("*") if f.is_file() and f.name.lower().endswith(ENDINGS))
            yield from sorted(inside, key=lambda file: _natural(str(file.relative_to(path))))
        else:
            yield path


def _natural(name: str) -> list[tuple[int, int, str]]:
    """A sort key that puts "2 Rain" before "10 Snow"."""
    return [(0, int(part), "") if part.isdigit() else (1, 0, part.casefold()) for part in _FIGURES.split(name) if part]


def _titled(file: Path, sheet: Sheet, number: int | None) -> Written:
    said = " ".join(sheet.tags.get("title", "").split())
    stem = PurePath(file.name.removesuffix(".gz")).stem
    if said and said != stem:
        return Written(said, file, sheet, number is None)
    title = title_of(stem)
    return Written(title if number is None else f"{title} ({number})", file, sheet, number is None, False)


def title_of(stem: str) -> str:
    """The title in a file name without its ending: "Harbour Lights" for "03-harbour_lights"."""
    name = titles.without_track(stem)
    if " " not in name:
        name = re.sub(r"[-_]+", " ", name)
    name = " ".join(name.replace("_", " ").split()) or stem
    if not name.islower():
        return name
    return " ".join(word[:1].upper() + word[1:] for word in name.split())
