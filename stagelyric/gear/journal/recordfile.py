"""A file that records are added to on the way of a press, and that a kill, a full disk or a power cut leaves readable.

Written with `pwrite`, not through a mapping: both leave what was written with the kernel, so that it outlives the
process, but a mapped file that somebody cuts short, or whose disk fails, ends the process that writes to it.
"""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson


class RecordFile:
    """JSON values, one a line, up to the first NUL. `room` bytes are taken from the disk before the first record, so
    that there is room for them whatever fills it later; beyond them the file grows like any other. Raises OSError."""

    def __init__(self, path: Path, room: int) -> None:
        self.path, self.room = path, room
        self.end = 0
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
        try:
            os.ftruncate(self._file, 0)
            _write(self._file, b"\0" * room, 0)
        except OSError:
            os.close(self._file)
            raise

    def append(self, record: object, *, anew: bool = False) -> None:
        """`anew`: at the file's beginning; what stood there is done with."""
        data = encode(record) + b"\0"
        start = 0 if anew else self.end
        _write(self._file, data, start)
        self.end = start + len(data) - 1  # the next record takes the NUL's place

    def lost(self) -> bool:
        """Whether the file is no longer where it was: removed, or another put in its place."""
        try:
            here, there = os.fstat(self._file), os.stat(self.path)
        except OSError:
            return True
        return (here.st_ino, here.st_dev) != (there.st_ino, there.st_dev)

    def sync(self) -> None:
        """Brings it to the disk itself; may take long. Raises OSError."""
        getattr(os, "fdatasync", os.fsync)(self._file)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            os.close(self._file)


def encode(record: object) -> bytes:
    return orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE)


def _write(file: int, data: bytes, at: int) -> None:
    if hasattr(os, "pwrite"):
        written = os.pwrite(file, data, at)
    else:  # Windows
        os.lseek(file, at, os.SEEK_SET)
        written = os.write(file, data)
    if written < len(data):  # a disk that was almost full: the rest has no room
        raise OSError(28, "No space left on device")


def records(content: bytes) -> Iterator[Any]:
    """The whole records at a file's beginning; one that a kill has cut off is left out."""
    for line in content.split(b"\0", 1)[0].splitlines():
        with contextlib.suppress(orjson.JSONDecodeError):
            yield orjson.loads(line)
