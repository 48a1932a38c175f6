"""The pool on disk: lines written for one show are there at once when the next begins.

One file per shelf and one line per chunk, appended as chunks come: saving never reads or writes a whole shelf.
"""

import contextlib
import errno
import json
import os
import re
import time
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import get_args

from stagelyric.show.pool import Pool
from stagelyric.types.lines import Ask, Line, Origin, as_line, as_list
from stagelyric.words.reading import read_bytes

LARGEST = 32 << 20  # maximum size in bytes of a shelf's file that is read
_UNFINISHED = re.compile(rb"(?:\[\d*(?:,(?: (?:\[.*)?)?)?)?\0*", re.DOTALL)
ROOM = 256 << 20  # bytes of all shelves together, about twenty thousand full ones


class PoolFiles:
    """Stores shelves in `folder`/`edition`: one folder per model and version, since another model writes other
    lines."""

    def __init__(self, folder: Path, edition: str) -> None:
        self._folder = folder / edition
        self._aside: list[str] = []  # the new names of damaged files
        self._stuck = ""  # why a damaged file could not be renamed

    @property
    def damaged(self) -> str | None:
        """A message about the files that `load` could not read, or None."""
        if self._stuck:
            return f"a shelf of lines on the disk is damaged and can't be put aside ({self._stuck}); it is not used"
        if not self._aside:
            return None
        if len(self._aside) == 1:
            return f"a shelf of lines was damaged: it is {self._aside[0]} now, and a new one is begun"
        called = f"{self._aside[0]} and the like"
        return f"{len(self._aside)} shelves of lines were damaged: they are {called} now, and new ones are begun"

    def load(self, pool: Pool, asks: Iterable[Ask]) -> None:
        """Puts what is on disk on the shelves. From a damaged file the intact part is used and the file is renamed; a
        file whose last chunk is incomplete, as after a power cut, is only truncated there."""
        for ask in asks:
            file = self._file(ask)
            try:
                whole, end, is_sound = _chunks(read_bytes(file, LARGEST))
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError:
                whole, end, is_sound = [], None, False
            for start, lines in whole:
                pool.put(ask, start, lines)
            if not is_sound:
                self._begin_anew(ask, file, whole)
            elif end is not None:
                with contextlib.suppress(OSError):
                    os.truncate(file, end)

    def _begin_anew(self, ask: Ask, file: Path, whole: Iterable[tuple[int, list[Line]]]) -> None:
        aside = file.with_name(f"{file.stem}.damaged-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}")
        try:
            file.replace(aside)
        except OSError as error:
            self._stuck = error.strerror or str(error)
            return
        self._aside.append(aside.name)
        with contextlib.suppress(OSError):
            for start, lines in whole:
                self.append(ask, start, lines)

    def append(self, ask: Ask, start: int, lines: Sequence[Line]) -> None:
        """Appends a chunk. Raises OSError if the disk is full or gone; then nothing of the chunk stays in the file."""
        self._folder.mkdir(parents=True, exist_ok=True)
        chunk = json.dumps([start, [as_list(line) for line in lines]], ensure_ascii=False) + "\n"
        with self._file(ask).open("ab", buffering=0) as file:
            data, end = chunk.encode(errors="replace"), file.tell()
            try:
                if file.write(data) != len(data):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            except OSError:
                with contextlib.suppress(OSError):
                    file.truncate(end)
                raise

    def _file(self, ask: Ask) -> Path:
        return self._folder / f"{ask.digest}.jsonl"

    def forget(self, keep: Collection[str] = ()) -> None:
        """Deletes the least recently extended shelves once all together exceed their room (`ROOM`).

        `keep`: the digests of the show's own shelves. Ages are not compared with the clock: a clock that is off by a
        year would have all of them deleted.
        """
        with contextlib.suppress(OSError):
            files = [(file.stat(), file) for file in self._folder.parent.glob("*/*.jsonl")]
            room = sum(found.st_size for found, _ in files)
            for found, file in sorted(files, key=lambda pair: pair[0].st_mtime):
                if room <= ROOM:
                    break
                if file.stem not in keep:
                    file.unlink()
                    room -= found.st_size


def _chunks(content: bytes) -> tuple[list[tuple[int, list[Line]]], int | None, bool]:
    """The complete chunks at the start of a file, as (start, lines); the offset where they end, if an incomplete chunk
    follows, else None; and whether there is nothing else in it."""
    found: list[tuple[int, list[Line]]] = []
    written, _, rest = content.rpartition(b"\n")
    for chunk in written.split(b"\n") if written else ():
        try:
            start, lines = json.loads(chunk)
            found.append((int(start), [_checked(as_line(line)) for line in lines]))
        except (ValueError, TypeError, RecursionError, OverflowError):
            return found, None, False
    if not rest:
        return found, None, True
    return found, len(content) - len(rest), _UNFINISHED.fullmatch(rest) is not None


def _checked(line: Line) -> Line:
    texts = (line.text, line.frame, *line.syllables)
    if not all(isinstance(text, str) for text in texts) or line.origin not in get_args(Origin):
        raise ValueError("wanted a line")
    return line
