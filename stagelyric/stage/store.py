"""The pool on disk: what was written for a show is there at once when the next one begins.

A file a shelf, a chunk a line, appended as it comes: saving never reads or writes a shelf as a whole.
"""

import contextlib
import errno
import json
import os
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import get_args

from stagelyric.show.pool import Pool
from stagelyric.types.lines import Ask, Line, Origin, as_line, as_list
from stagelyric.words.reading import read_bytes

LARGEST = 32 << 20  # bytes of a shelf's file that is read
ROOM = 256 << 20  # bytes of all shelves together: some twenty thousand full ones


class Store:
    """`folder`/`edition`: a folder for each model and version, since lines of another model are other lines."""

    def __init__(self, folder: Path, edition: str) -> None:
        self._folder = folder / edition

    def load(self, pool: Pool, asks: Iterable[Ask]) -> None:
        """Puts what is on disk on the shelves. A damaged file gives what is whole, and is put aside."""
        for ask in asks:
            file = self._file(ask)
            try:
                content = read_bytes(file, LARGEST)
            except FileNotFoundError:
                continue
            except OSError:
                content = b"?"
            whole, damaged = _chunks(content)
            for start, lines in whole:
                pool.put(ask, start, lines)
            if damaged:
                with contextlib.suppress(OSError):
                    file.replace(file.with_suffix(".damaged"))
                    for start, lines in whole:
                        self.append(ask, start, lines)

    def append(self, ask: Ask, start: int, lines: Sequence[Line]) -> None:
        """Raises OSError where the disk is full or gone; then nothing is left of what was begun."""
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
        """Deletes the shelves that were added to longest ago, once all together take more than their room.

        `keep`: the digests of those that the show has. The clock is not asked how old they are: one that is wrong by a
        year would have them all deleted.
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


def _chunks(content: bytes) -> tuple[list[tuple[int, list[Line]]], bool]:
    """The whole chunks at a file's beginning, as (start, lines), and whether something else follows them."""
    found: list[tuple[int, list[Line]]] = []
    written, _, rest = content.rpartition(b"\n")
    for chunk in written.split(b"\n") if written else ():
        try:
            start, lines = json.loads(chunk)
            found.append((int(start), [_checked(as_line(line)) for line in lines]))
        except (ValueError, TypeError, RecursionError, OverflowError):
            return found, True
    return found, bool(rest)


def _checked(line: Line) -> Line:
    texts = (line.text, line.frame, *line.syllables)
    if not all(isinstance(text, str) for text in texts) or line.origin not in get_args(Origin):
        raise ValueError("wanted a line")
    return line
