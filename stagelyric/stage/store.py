"""The pool on disk: what was written for a show is there at once when the next one begins.

A file a shelf, a chunk a line, appended as it comes: saving never reads or writes a shelf as a whole.
"""

import contextlib
import json
from collections.abc import Collection, Iterable
from pathlib import Path

from stagelyric.show.pool import Pool
from stagelyric.types.lines import Ask, Line, as_line, as_list

ROOM = 256 << 20  # bytes of all shelves together: some twenty thousand full ones


class Store:
    """`folder`/`edition`: a folder for each model and version, since lines of another model are other lines."""

    def __init__(self, folder: Path, edition: str) -> None:
        self._folder = folder / edition

    def load(self, pool: Pool, asks: Iterable[Ask]) -> None:
        """Puts what is on disk on the shelves. A damaged file gives what it holds up to the damage."""
        for ask in asks:
            try:
                chunks = (self._folder / f"{ask.digest}.jsonl").read_text(encoding="utf-8").splitlines()
            except (OSError, UnicodeDecodeError):
                continue
            with contextlib.suppress(ValueError, TypeError):
                for chunk in chunks:
                    start, lines = json.loads(chunk)
                    pool.put(ask, start, [as_line(line) for line in lines])

    def append(self, ask: Ask, start: int, lines: list[Line]) -> None:
        """Raises OSError where the disk is full or gone."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / f"{ask.digest}.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps([start, [as_list(line) for line in lines]], ensure_ascii=False) + "\n")

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
