"""A file that records are added to on the way of a press, and that a kill or a full disk leaves readable."""

import contextlib
import errno
import mmap
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

IN_ONE_GO = 4096  # bytes that an empty pipe takes on every system without waiting
LEAST = 4096  # bytes of room below which there is no use in taking any


class RecordFile:
    """JSON values, one a line, up to the first NUL. `room` bytes are taken from the disk before the first record, so
    that there is room for them whatever fills it later (a disk that has less gives what it has); beyond them the file
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
            with contextlib.suppress(OSError, ValueError):  # a file system that maps nothing
                self._mapped = _Mapped(self._file, self.room)

    def append(self, record: object, *, anew: bool = False) -> None:
        """`anew`: at the file's beginning; what stood there is done with."""
        data = encode(record) + b"\0"
        start = 0 if anew else self.end
        if self._mapped is None or not self._mapped.write(data, start):
            _write(self._file, data, start)
        self.end = start + len(data) - 1  # the next record takes the NUL's place

    def lost(self) -> bool:
        """Whether the file is no longer where and what it was: removed, another put in its place, or cut short."""
        try:
            here, there = os.fstat(self._file), os.stat(self.path)
        except OSError:
            return True
        return (here.st_ino, here.st_dev) != (there.st_ino, there.st_dev) or here.st_size < max(self.room, self.end)

    def sync(self) -> None:
        """Brings it to the disk itself; may take long. Raises OSError."""
        getattr(os, "fdatasync", os.fsync)(self._file)

    def close(self) -> None:
        if self._mapped is not None:
            self._mapped.close()
            self._mapped = None
        with contextlib.suppress(OSError):
            os.close(self._file)


class _Mapped:
    """A file's beginning, mapped into memory, and written to by the kernel.

    A write to a file costs 50 µs where the processor has just slept, most of it for the file's time of change, and a
    write through a mapping 10. But whoever writes there himself is ended by the system when somebody cuts the file
    short or its disk fails. The kernel, told to put there what comes out of a pipe, says "bad address" instead.
    """

    def __init__(self, file: int, room: int) -> None:
        self._map = mmap.mmap(file, room)
        self._view = memoryview(self._map)
        self._out, self._in = os.pipe()

    def write(self, data: bytes, at: int) -> bool:
        """False for what does not belong here: too long for the pipe, or beyond the room. Raises OSError."""
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
    """Takes so many bytes from the disk, or what it has: how many. Raises OSError where it has next to none."""
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
    if written < len(data):  # a disk that was almost full: the rest has no room
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def records(content: bytes) -> Iterator[Any]:
    """The whole records at a file's beginning; one that a kill has cut off is left out."""
    for line in content.split(b"\0", 1)[0].splitlines():
        with contextlib.suppress(orjson.JSONDecodeError):
            yield orjson.loads(line)
