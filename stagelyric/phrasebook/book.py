"""The open phrasebook: all frames, ours and a band's own, and the ways to look them up."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from stagelyric.phrasebook import classes, compiled, ears, grammar, near_themes, reach
from stagelyric.phrasebook.classes import Classes
from stagelyric.phrasebook.compiled import Body, Compiled, Entry
from stagelyric.phrasebook.ears import Ear
from stagelyric.phrasebook.frame import Frame
from stagelyric.words.npz import ModelError
from stagelyric.words.phonetics import Phones
from stagelyric.words.rhyme import slant

CLASSES = "classes.words"


class BookError(ValueError):
    """Frames that can't be used. The message is for the user, with one sentence a line."""


@dataclass(frozen=True, slots=True)
class Volume:
    """A set of frames, and whether they are a band's own."""

    compiled: Compiled
    own: bool


class Book:
    """All frames of some volumes, numbered consecutively."""

    def __init__(self, volumes: Sequence[Volume], known: Classes, ear: Ear, table: Mapping[str, Sequence[str]]):
        self.volumes, self.classes, self.ear, self.table = tuple(volumes), known, ear, table
        self.entries: list[Entry] = []
        self._homes: list[tuple[Volume, int]] = []
        for volume in self.volumes:
            for entry in volume.compiled.entries:
                self._homes.append((volume, entry.number))
                self.entries.append(entry._replace(number=len(self.entries)) if len(self.volumes) > 1 else entry)

    def __len__(self) -> int:
        return len(self.entries)

    def body(self, number: int) -> Body:
        """The lines of a frame."""
        volume, own = self._homes[number]
        return volume.compiled.body(own)

    def is_own(self, number: int) -> bool:
        """Whether a frame is the band's."""
        return self._homes[number][0].own

    @cached_property
    def stamp(self) -> str:
        """Identifies the frames, the ear and the classes: lines are the same as long as it is the same."""
        return "-".join([*(volume.compiled.stamp for volume in self.volumes), self.ear.stamp])

    def with_word(self, word: str) -> Iterator[tuple[int, int]]:
        """(frame, line) of every line that can have a word, or an open slot such as "*animal"."""
        return self._looked_up("words", word)

    def with_rhyme(self, key: str) -> Iterator[tuple[int, int]]:
        """(frame, line) of every line that can end on a rhyme, given by a key of `ends.keys`."""
        return self._looked_up("rhymes", key)

    def with_slant_rhyme(self, key: str) -> Iterator[tuple[int, int]]:
        """As `with_rhyme`, for lines that have a slant rhyme with this key but no perfect one."""
        for other in self._by_slant.get(slant(tuple(key.split())), ()):
            if other != key:
                yield from self.with_rhyme(other)

    @cached_property
    def _by_slant(self) -> dict[Phones, list[str]]:
        found: dict[Phones, list[str]] = {}
        for key in sorted({key for volume in self.volumes for key in volume.compiled.rhymes}):
            found.setdefault(slant(tuple(key.split())), []).append(key)
        return found

    @cached_property
    def common(self) -> dict[str, float]:
        """For each common pair of adjacent words, how many of our frames' lines are expected to have it; a band's are
        too few to count."""
        return next((volume.compiled.pairs for volume in self.volumes if not volume.own), {})

    def _looked_up(self, what: str, key: str) -> Iterator[tuple[int, int]]:
        before = 0
        for volume in self.volumes:
            table = volume.compiled.words if what == "words" else volume.compiled.rhymes
            for place in table.get(key, ()):
                yield before + place // 4, place % 4
            before += len(volume.compiled.entries)


def open_book(folder: Path, own: Sequence[Path] = (), cache: Path | None = None) -> Book:
    """The frames in `folder`, and the band's `own` files. Raises BookError.

    Uses the compiled frames in the folder, or else those in `cache`; compiles them into `cache` if neither is current.
    """
    try:
        known = classes.load(folder / CLASSES)
        volumes = [Volume(_compiled(sorted(folder.rglob("*.frames")), folder, folder / compiled.FILE, cache), False)]
        if own:
            volumes.append(Volume(_compiled(list(own), own[0].parent, None, cache), True))
        ear = ears.load(folder / ears.FILE)
    except (classes.ClassesError, grammar.FrameFileError, compiled.CompiledError, ModelError) as error:
        raise BookError(str(error)) from None
    return Book(volumes, known, ear, near_themes.load(folder / near_themes.FILE))


def compile_folder(folder: Path) -> int:
    """Writes the folder's compiled file and returns its size in bytes. Raises BookError."""
    try:
        files = sorted(folder.rglob("*.frames"))
        texts = [_bytes(file) for file in files]
        data = compiled.compiled(_frames(files, texts, folder), compiled.stamp(texts))
    except grammar.FrameFileError as error:
        raise BookError(str(error)) from None
    (folder / compiled.FILE).write_bytes(data)
    return len(data)


def _compiled(files: Sequence[Path], root: Path, shipped: Path | None, cache: Path | None) -> Compiled:
    texts = [_bytes(file) for file in files]
    stamped = compiled.stamp(texts)
    places = [shipped] if shipped is not None else []
    kept = cache / f"{stamped}.index" if cache is not None else None
    for place in [*places, *([kept] if kept is not None else [])]:
        with contextlib.suppress(OSError, compiled.CompiledError):
            found = Compiled.open(place)
            if found.stamp == stamped:
                return found
    data = compiled.compiled(_frames(files, texts, root), stamped)
    if kept is not None:
        with contextlib.suppress(OSError):
            kept.parent.mkdir(parents=True, exist_ok=True)
            part = kept.with_suffix(f".{os.getpid()}")
            part.write_bytes(data)
            part.replace(kept)
    return Compiled(data)


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise grammar.FrameFileError(f"{file}: wanted a file of frames, found: {error.strerror}") from None


def _frames(files: Sequence[Path], texts: Sequence[bytes], root: Path) -> list[Frame]:
    """The frames of some files. Raises BookError with all mistakes if there are any."""
    frames: list[Frame] = []
    wrong: list[grammar.Finding] = []
    for file, text in zip(files, texts, strict=True):
        try:
            told = text.decode("utf-8")
        except UnicodeDecodeError:
            raise grammar.FrameFileError(f"{file}: wanted frames in UTF-8, found other bytes") from None
        name = str(file.relative_to(root)) if file.is_relative_to(root) else file.name
        parsed = grammar.parse(told, name, file.parent.name)
        # Leave out a song of the band's of which no alternatives were kept: its only form is what they sing already.
        frames += [frame for frame in parsed.frames if not frame.tags.own or reach.forms(frame) > 1]
        wrong += parsed.findings
    if wrong:
        raise BookError("\n".join(map(str, wrong)))
    return frames
