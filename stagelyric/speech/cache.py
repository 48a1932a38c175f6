"""Rendered lines on disk, keyed by text, voice and rate: what was spoken last night is there tonight."""

import contextlib
import hashlib
import json
import os
import shutil
import time
from functools import lru_cache
from pathlib import Path

from stagelyric.types.lines import normal

SHOWS = 3  # baked ones whose sounds stay unpacked
EDITION = 1  # of what `sound` makes of a voice's file; another one is another sound


class Cache:
    """A folder of FLAC files; which of them are there is known without asking the disk.

    `voice`, `words_a_minute`: part of every key; `limit`: bytes, above which the least recently used go. What
    this show has used stays, however much it is.
    """

    def __init__(self, folder: Path, voice: str | None, words_a_minute: int | None, *, limit: int = 1 << 30) -> None:
        self.voice = voice
        self._folder, self._words_a_minute, self._limit = folder, words_a_minute, limit
        self._there: set[Path] = set()
        self._size = 0
        self._used: set[Path] = set()
        self._path = lru_cache(maxsize=8192)(self._find_path)

    def open(self) -> None:
        """Looks at what there is, and makes room. Raises OSError where the folder can't be had."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._size = self._tidy()
        with os.scandir(self._folder) as entries:
            self._there = {Path(entry.path) for entry in entries if entry.name.endswith(".flac")}

    @property
    def full(self) -> bool:
        """Whether there is room for nothing more than is needed."""
        return self._size >= self._limit

    def path(self, text: str) -> Path:
        """Where the sound of a text is, or would be. Two lines that the ear can't tell apart share it."""
        return self._path(text, self.voice)

    def has(self, text: str) -> bool:
        return self.path(text) in self._there

    def use(self, text: str) -> Path:
        """The path, of a sound that is heard tonight."""
        path = self.path(text)
        self._used.add(path)
        return path

    def add(self, path: Path) -> None:
        self._there.add(path)
        self._used.add(path)
        with contextlib.suppress(OSError):
            self._size += path.stat().st_size

    def lose(self, path: Path) -> None:
        """It turned out to be gone or damaged."""
        self._there.discard(path)
        with contextlib.suppress(OSError):
            path.unlink()

    def close(self) -> None:
        """Marks what was used tonight, and makes room."""
        now = time.time()
        for path in self._used:
            with contextlib.suppress(OSError):
                os.utime(path, (now, now))
        with contextlib.suppress(OSError):
            self._tidy()

    def _tidy(self) -> int:
        """Deletes the least recently used down to nine tenths of the limit; the bytes that are left."""
        found: list[tuple[float, int, Path]] = []
        with os.scandir(self._folder) as entries:
            for entry in entries:
                with contextlib.suppress(OSError):
                    state = entry.stat()
                    found.append((state.st_mtime, state.st_size, Path(entry.path)))
        size = sum(size for _, size, _ in found)
        too_much = size > self._limit
        for changed, taken, path in sorted(found):
            is_half_written = path.suffix == ".part" and changed < time.time() - 3600
            is_old = too_much and size > 0.9 * self._limit and path not in self._used
            if is_half_written or is_old:
                with contextlib.suppress(OSError):
                    path.unlink()
                    size -= taken
        return size

    def _find_path(self, text: str, voice: str | None) -> Path:
        key = json.dumps([EDITION, voice, self._words_a_minute, _spoken(text)], ensure_ascii=False)
        return self._folder / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.flac"


def _spoken(text: str) -> str:
    """What the sound depends on: the words, and the marks that a voice pauses or rises at."""
    return " ".join(text.split()) if any(mark in text for mark in "?!,;:.…") else normal(text)


def forget_others(folder: Path) -> None:
    """Deletes the folders of baked shows beside this one, all but the last few that were played."""
    with contextlib.suppress(OSError):
        others = [(other.stat().st_mtime, other) for other in folder.parent.iterdir() if other != folder]
        for _, other in sorted(others, reverse=True)[SHOWS - 1 :]:
            shutil.rmtree(other, ignore_errors=True)
