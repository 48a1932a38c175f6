"""A file to which records are appended while a press waits, and which stays readable after a kill or on a full disk."""

import contextlib
import errno
import mmap
import os
from collections.abc import Iterator
from pathlib import Path

import orjson

from stagelyric.types.json import Json

IN_ONE_GO = 4096  # bytes that an empty pipe accepts on every system without blocking
LEAST = 4096  # bytes; reserving less room than this is of no use


class RecordFile:
    """JSON values, one per line, up to the first NUL. `room` bytes are reserved on the disk before the first record, so
    that records have room whatever fills the disk later (a disk with less gives what it has); beyond them the file
    grows like any other. Raises OSError, and then leaves nothing behind."""

    def __init__(self, path: Path, room: int) -> None:
        self.path = path
        self.end = 0
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
        self._mapped: _Mapped | None = None
        try:
            self.room = _take(self._file, room)
        except OSError:
            os.close(self._file)
            with contextlib.suppress(OSError):
                path.unlink()
            raise
        if self.room and hasattr(os, "readv"):
            with contextlib.suppress(OSError, ValueError):  # the file system does not support mapping
                self._mapped = _Mapped(self._file, self.room)

    def append(self, record: object, *, anew: bool = False) -> None:
        """Appends a record. `anew`: writes it at the file's beginning, which discards all earlier records."""
        data = encode(record) + b"\0"
        start = 0 if anew else self.end
        if self._mapped is None or not self._mapped.write(data, start):
            _write(self._file, data, start)
        self.end = start + len(data) - 1  # the next record overwrites the NUL

    def lost(self) -> bool:
        """Whether the file is no longer the one at its path: removed, replaced or truncated."""
        try:
            here, there = os.fstat(self._file), os.stat(self.path)
        except OSError:
            return True
        return (here.st_ino, here.st_dev) != (there.st_ino, there.st_dev) or here.st_size < max(self.room, self.end)

    def sync(self) -> None:
        """Flushes the file to the disk; may take long. Raises OSError."""
        getattr(os, "fdatasync", os.fsync)(self._file)

    def close(self) -> None:
        if self._mapped is not None:
            self._mapped.close()
            self._mapped = None
        with contextlib.suppress(OSError):
            os.close(self._file)


class _Mapped:
    """The beginning of a file, mapped into memory, but written to by the kernel.

    An ordinary write to a file costs 50 µs if the processor has just slept, mostly for updating the modification time;
    a write through a mapping costs 10 µs. But a process that writes to a mapping itself is killed (SIGBUS) if the file
    is truncated or its disk fails. If instead the kernel copies the data there from a pipe, it returns an error
    (EFAULT).
    """

    def __init__(self, file: int, room: int) -> None:
        self._map = mmap.mmap(file, room)
        self._view = memoryview(self._map)
        self._out, self._in = os.pipe()

    def write(self, data: bytes, at: int) -> bool:
        """Returns False if the data does not fit: too long for the pipe, or beyond the room. Raises OSError."""
        if len(data) > IN_ONE_GO or at + len(data) > len(self._view):
            return False
        os.write(self._in, data)
        try:
            written = os.readv(self._out, [self._view[at : at + len(data)]])
        except OSError:
            written = 0
        if written < len(data):
            raise OSError(errno.EIO, "it was cut short, or its disk failed")
        return True

    def close(self) -> None:
        self._view.release()
        self._map.close()
        os.close(self._out)
        os.close(self._in)


def encode(record: object) -> bytes:
    return orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE)


def _take(file: int, room: int) -> int:
    """Reserves `room` bytes on the disk, or as many as it has; returns how many. Raises OSError if it has next to
    none."""
    while True:
        os.ftruncate(file, 0)
        try:
            _write(file, b"\0" * room, 0)
        except OSError:
            room >>= 3
            if room < LEAST:
                raise
        else:
            return room


def _write(file: int, data: bytes, at: int) -> None:
    if hasattr(os, "pwrite"):
        written = os.pwrite(file, data, at)
    else:  # Windows
        os.lseek(file, at, os.SEEK_SET)
        written = os.write(file, data)
    if written < len(data):  # the disk was almost full and has no room for the rest
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def records(content: bytes) -> Iterator[Json]:
    """The complete records at a file's beginning; a last one that was cut off by a kill is left out."""
    for line in content.split(b"\0", 1)[0].splitlines():
        with contextlib.suppress(orjson.JSONDecodeError):
            yield orjson.loads(line)
