"""Rendered lines on disk, keyed by text, voice and rate, so that what was spoken last night need not be rendered
again."""

import contextlib
import hashlib
import json
import os
import shutil
import stat
import time
from functools import lru_cache
from pathlib import Path

from stagelyric.types.aside import put_aside
from stagelyric.types.lines import normal

SHOWS = 3  # baked shows whose sounds stay unpacked
LARGEST = 64 << 20  # bytes of a sound, at most: a real one has a few hundred thousand
PROBE = 256 << 10  # bytes that must find room before sounds are rendered again: as many as a long line's sound has
EDITION = 1  # version of `sound`'s processing; increase it when the sounds change


class Cache:
    """A folder of FLAC files; which files exist is known without asking the disk.

    `voice`, `words_a_minute`: part of every key; `limit`: bytes, above which the least recently used files are deleted.
    What this show has used stays in any case.
    """

    def __init__(self, folder: Path, voice: str | None, words_a_minute: int | None, *, limit: int = 1 << 30) -> None:
        self.voice = voice
        self._folder, self._words_a_minute, self._limit = folder, words_a_minute, limit
        self._there: set[Path] = set()
        self._size = 0
        self._used: set[Path] = set()
        self._path = lru_cache(maxsize=8192)(self._find_path)

    def open(self) -> None:
        """Lists the files, and makes room; puts aside what can't be a sound (a pipe would hold the player for ever).

        Raises OSError if the folder can't be used.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        there = set()
        with os.scandir(self._folder) as entries:
            for entry in [entry for entry in entries if entry.name.endswith(".flac")]:
                if _is_sound(entry):
                    there.add(Path(entry.path))
                else:
                    with contextlib.suppress(OSError):
                        put_aside(Path(entry.path))
        self._size = self._tidy()
        self._there = {path for path in there if path.exists()}

    def probe(self) -> None:
        """Tries whether a sound could be stored now. Raises OSError if not."""
        part = self._folder / f"probe.{os.getpid()}.part"
        try:
            part.write_bytes(bytes(PROBE))
        finally:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)

    @property
    def full(self) -> bool:
        """Whether there is room only for the sounds that are needed at once."""
        return self._size >= self._limit

    def path(self, text: str) -> Path:
        """The path of a text's sound, whether it exists or not. Texts that sound the same share it."""
        return self._path(text, self.voice)

    def has(self, text: str) -> bool:
        return self.path(text) in self._there

    def use(self, text: str) -> Path:
        """The path of a text's sound, which is marked as used tonight."""
        path = self.path(text)
        self._used.add(path)
        return path

    def add(self, path: Path) -> None:
        self._there.add(path)
        self._used.add(path)
        with contextlib.suppress(OSError):
            self._size += path.stat().st_size

    def lose(self, path: Path) -> None:
        """Forgets a file that turned out to be missing or damaged."""
        self._there.discard(path)
        with contextlib.suppress(OSError):
            path.unlink()

    def close(self) -> None:
        """Marks on disk what was used tonight, and makes room."""
        now = time.time()
        for path in self._used:
            with contextlib.suppress(OSError):
                os.utime(path, (now, now))
        with contextlib.suppress(OSError):
            self._tidy()

    def _tidy(self) -> int:
        """Deletes the least recently used files until nine tenths of the limit are used; returns the bytes that are
        left."""
        found: list[tuple[float, int, Path]] = []
        with os.scandir(self._folder) as entries:
            for entry in entries:
                with contextlib.suppress(OSError):
                    if not entry.name.endswith((".flac", ".part")):
                        continue
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


def _is_sound(entry: os.DirEntry[str]) -> bool:
    """Whether a sound may be in it; a link that leads nowhere or to itself counts as none."""
    with contextlib.suppress(OSError):
        state = entry.stat()
        return stat.S_ISREG(state.st_mode) and state.st_size <= LARGEST
    return False


def _spoken(text: str) -> str:
    """The parts of a text that affect its sound: the words, and the punctuation that changes pauses or pitch."""
    return " ".join(text.split()) if any(mark in text for mark in "?!,;:.…") else normal(text)


def forget_others(folder: Path) -> None:
    """Deletes the folders of other baked shows beside this one, except the last few that were played."""
    with contextlib.suppress(OSError):
        others = [(other.stat().st_mtime, other) for other in folder.parent.iterdir() if other != folder]
        for _, other in sorted(others, reverse=True)[SHOWS - 1 :]:
            shutil.rmtree(other, ignore_errors=True)
