"""Printing that never waits: a terminal or a pipe that nobody reads stops neither the show nor its end."""

import contextlib
import io
import os
import stat
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from typing import TextIO

ROOM = 256 * 1024  # bytes that a terminal may be behind; what comes after them is left out, and said
LAST_WORDS = 1.0  # seconds that the end waits for a terminal
_AGAIN = 0.02  # seconds before the next try, where the descriptor does not block


class Unread(io.RawIOBase):
    """Takes all that is written at once; a thread of its own writes it to the descriptor `fd`."""

    def __init__(self, fd: int) -> None:
        super().__init__()
        self._fd = fd
        self._waiting: deque[bytes] = deque()
        self._size = self._left_out = 0
        self._changed = threading.Condition()
        threading.Thread(target=self._write_all, name="printing", daemon=True).start()

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._fd

    def isatty(self) -> bool:
        return os.isatty(self._fd)

    def write(self, data: object) -> int:
        """Returns the size of `data`, a bytes-like object."""
        taken = bytes(data)  # type: ignore[call-overload]
        with self._changed:
            if self._size + len(taken) > ROOM:
                self._left_out += 1
            else:
                self._put(taken)
        return len(taken)

    def drain(self, seconds: float) -> bool:
        """Whether everything was written after at most so many seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._size, seconds)

    def _put(self, data: bytes) -> None:
        self._waiting.append(data)
        self._size += len(data)
        self._changed.notify_all()

    def _write_all(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting)
                data = self._waiting.popleft()
            self._write_one(data)
            with self._changed:
                self._size -= len(data)
                if self._left_out and not self._size:
                    self._put(b"(%d texts were not printed: nobody read them)\n" % self._left_out)
                    self._left_out = 0
                self._changed.notify_all()

    def _write_one(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[os.write(self._fd, rest) :]
            except BlockingIOError:  # the event loop reads keys from the same terminal without blocking
                time.sleep(_AGAIN)
            except OSError:  # it is gone
                return


@contextlib.contextmanager
def unblocked() -> Iterator[None]:
    """While it lasts, what is printed to a terminal or a pipe waits in memory until it is read.

    Ends the process on the way out where nobody reads: Python would wait for that terminal again.
    """
    before = sys.stdout, sys.stderr
    streams = [_of(stream) for stream in before]
    sys.stdout, sys.stderr = (new or old for new, old in zip(streams, before, strict=True))
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before
        waiting = [stream.buffer.raw for stream in streams if stream is not None]  # type: ignore[attr-defined]
        if not all(raw.drain(LAST_WORDS) for raw in waiting):
            os._exit(1 if sys.exc_info()[0] else 0)


def _of(stream: TextIO | None) -> TextIO | None:
    """One in front of `stream`; None where it writes to a file, to nothing, or to a test."""
    if stream is None:
        return None
    with contextlib.suppress(OSError, ValueError):  # ValueError: no descriptor, or closed
        fd = stream.fileno()
        stream.flush()
        mode = os.fstat(fd).st_mode
        if os.isatty(fd) or stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode):
            buffer = io.BufferedWriter(Unread(fd))
            return io.TextIOWrapper(buffer, stream.encoding, stream.errors, line_buffering=True)
    return None
