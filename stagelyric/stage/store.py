"""The pool on disk: what was written for a show is there at once when the next one begins.

A file a shelf, a chunk a line, appended as it comes: saving never reads or writes a shelf as a whole.
A show without a seed of its own also keeps the seed it drew and how far each shelf was used, and goes on from there.
"""

import contextlib
import json
import os
import time
from collections.abc import Iterable
from pathlib import Path

from stagelyric.show.pool import Pool
from stagelyric.types.lines import Ask, Line, as_line, as_list

FORGET_DAYS = 90


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

    def resume(self, title: str) -> tuple[int | None, dict[str, int]]:
        """The seed that the show of this title last drew, and the positions of its shelves by digest."""
        try:
            kept = json.loads(self._place(title).read_text(encoding="utf-8"))
            return int(kept["seed"]), {str(name): int(place) for name, place in kept["positions"].items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None, {}

    def save_place(self, title: str, seed: int, pool: Pool) -> None:
        positions = {shelf.ask.digest: shelf.position for shelf in pool.shelves() if shelf.position}
        self._folder.mkdir(parents=True, exist_ok=True)
        part = self._place(title).with_suffix(f".{os.getpid()}")
        part.write_text(json.dumps({"seed": seed, "positions": positions}), encoding="utf-8")
        part.replace(self._place(title))

    def forget(self) -> None:
        """Deletes shelves that no show has added to for a season."""
        old = time.time() - FORGET_DAYS * 86400
        for file in self._folder.parent.glob("*/*.jsonl"):
            with contextlib.suppress(OSError):
                if file.stat().st_mtime < old:
                    file.unlink()

    def _place(self, title: str) -> Path:
        name = "".join(letter if letter.isalnum() else "-" for letter in title.casefold())[:60]
        return self._folder / f"{name}.json"
