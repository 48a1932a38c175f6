"""Reads files given by a user, provided that they are regular files of a sensible size."""

import errno
import os
import stat
from pathlib import Path

SETLIST = 4 << 20  # bytes of a setlist or a rig, at most: enough for ten thousand songs
LYRICS = 8 << 20  # bytes of a lyrics file, at most: enough for a songbook of thousands of songs


def read_bytes(path: Path, most: int) -> bytes:
    """A file's contents. Pipes, devices and folders are refused: reading them might never end.

    Raises OSError, also for more than `most` bytes; `strerror` is worded for the user.
    """
    try:
        file = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except PermissionError:
        if path.is_dir():  # Windows opens no folder
            raise OSError(errno.EINVAL, "it is a folder and no file") from None
        raise
    found = os.fstat(file)
    if not stat.S_ISREG(found.st_mode):  # before open(), which raises for a folder without closing it
        os.close(file)
        raise OSError(errno.EINVAL, f"it is {_kind(found.st_mode)} and no file")
    with open(file, "rb") as opened:
        data = b"" if found.st_size > most else opened.read(most + 1)
        if max(len(data), found.st_size) > most:
            size = max(len(data), found.st_size)
            raise OSError(errno.EFBIG, f"it has {size / 1e6:,.0f} MB, and {most / 1e6:,.0f} MB are the most")
    return data


def _kind(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "a folder"
    return "a pipe" if stat.S_ISFIFO(mode) else "a device"
