"""Checks a setlist, in its file or as text: everything that `stagelyric check` reports about one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from stagelyric.editor import fetch
from stagelyric.phrasebook import grammar
from stagelyric.setlist import setlist
from stagelyric.setlist.faults import FileError, read_toml
from stagelyric.setup import models
from stagelyric.show.ladder import bare, titles_alone, told
from stagelyric.types import paths, server
from stagelyric.types.helping import Helper, ahead, spread
from stagelyric.types.json import JsonObject
from stagelyric.types.program import typed
from stagelyric.types.texts import count
from stagelyric.words import look
from stagelyric.words.formats import LyricsError

_WITHOUT = "lines are chosen without one; a second machine with one would show others"


@dataclass(slots=True)
class Found:
    """The result of a check: errors (`faults`), what looks wrong (`warnings`), the contents of lyrics files (`lyrics`),
    and for a setlist the `editor` that chooses lines on this machine."""

    faults: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    lyrics: list[JsonObject] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    editor: str | None = None


def look_at(file: Path, found: Found, data: Mapping[str, object] | None = None, among: Sequence[Helper] = ()) -> None:
    """Checks a setlist. `data`: the data of the file, or the data that is to be written to it, if it is known; `among`:
    helpers, of which one opens the model meanwhile."""
    try:
        written = setlist.load(file) if data is None else setlist.checked(data, file)
    except FileError as error:
        found.faults += error.faults
        return
    frames = tuple(file.parent / name for name in written.frames)
    wrong = grammar.faults_in(frames)
    before, damage = len(found.faults), _nothing
    try:
        model, used = paths.find_model(written.model), () if wrong else frames
        damage = ahead(among, models.damage, model, used, models.stamp(model, used))
    except paths.ModelNotFoundError as error:
        found.faults.append(f"{file}: {error}")
    else:
        asked = written.model if server.is_url(written.model) else ""
        found.told += [f"{file}: lines are also drafted by {asked}: no two nights are alike"] if asked else []
    found.faults += wrong
    named = list(_lyrics_of(written))
    looked = spread(among, _looked, [file.parent / name for _, name, _ in named])
    for (place, name, needed), seen in zip(named, looked, strict=True):
        _report(seen, f"{file}: {place} {name}", found, needed=needed)
    found.faults[before:before] = [f"{file}: model: {fault}" for fault in damage()]
    if nothing := told(bare(written)):
        found.warnings.append(f"{file}: {nothing}")
    found.warnings += [f"{file}: {warning}" for warning in titles_alone(written)]
    if not found.faults:
        found.told.insert(0, f"{file}: {_summary(written)}")
    found.editor = fetch.stamp() or None
    without = f"no editor here: {_WITHOUT} ({typed('models fetch smollm2')})"
    with_one = f"an editor chooses the lines here: a second machine wants the same one ({found.editor})"
    found.told.append(with_one if found.editor else without)
    if "editor" in written.drafters and not found.editor:
        others = [name for name in written.drafters if name != "editor"]
        instead = " and ".join(others) or "the others"
        found.warnings.append(f"{file}: drafters: there is no editor here that could draft, so {instead} will")


def one(file: Path, place: str, found: Found, *, needed: bool) -> None:
    """Checks one lyrics file; `needed`: it is an error if it has no line."""
    for seen in _looked([file]):
        _report(seen, place, found, needed=needed)


def _looked(files: Sequence[Path]) -> list[look.Look | str]:
    """What each file contains, or why it can't be read."""

    def looked(file: Path) -> look.Look | str:
        try:
            return look.look(file)
        except LyricsError as error:
            return str(error).removeprefix(f"{file}: ")

    return [looked(file) for file in files]


def _report(seen: look.Look | str, place: str, found: Found, *, needed: bool) -> None:
    if isinstance(seen, str):
        found.faults.append(f"{place}: {seen}")
        return
    found.lyrics.append(asdict(seen))
    found.told.append(f"{place}: {seen.found}")
    worst = found.faults if needed and not seen.words else found.warnings
    for number, warning in enumerate(seen.warnings):
        (worst if number == 0 else found.warnings).append(f"{place}: {warning}")


def text_of(file: Path) -> str:
    """A setlist's text. Raises FileError."""
    try:
        return read_toml(file)
    except OSError as error:
        raise FileError([f"{file}: could not be read: {error.strerror}"]) from None


def _nothing() -> tuple[str, ...]:
    return ()


def _lyrics_of(written: setlist.Setlist) -> Iterator[tuple[str, str, bool]]:
    """(where, the file's name, whether it must contain words) for each lyrics file that a setlist names."""
    for name in written.never_quote:
        yield "never_quote", name, True
    for number, song in enumerate(written.songs, 1):
        if song.lyrics:
            yield f'songs[{number}] "{song.title}", lyrics', song.lyrics, False


def _summary(found: setlist.Setlist) -> str:
    sections = sum(len(song.sections) for song in found.songs)
    safety = sum(len(section.safety) for song in found.songs for section in song.sections)
    return (
        f'"{found.title}" is good: {count(len(found.songs), "song")}, {count(sections, "section")}, '
        f"{count(safety, 'safety line')}, {count(len(found.triggers), 'trigger')} for the whole set"
    )
