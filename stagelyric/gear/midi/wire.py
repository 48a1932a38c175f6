"""The format of the pipes between `ports` and the process that holds the drivers, and our names as a MIDI client."""

import json
import os
import threading
from struct import Struct
from time import monotonic

HEARD = Struct("<dHH")  # at (seconds of time.monotonic(), the same clock in all processes), number, length
SENT = Struct("<HH")  # number, length
LONGEST = 0xFFFF  # maximum length of a body in bytes
VIRTUAL = 1  # the number of the port that other programs connect to
NAME = "stagelyric"  # our name as other programs see it; ports that begin with it are our own
SERVER_GONE = 3  # exit status after the JACK server died


class Pipe:
    """The driver process's end of the pipe to `ports`; safe to use from any thread."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._writing = threading.Lock()

    def hear(self, number: int, message: bytes, at: float | None = None) -> None:
        """Sends bytes from the port with that number, in pieces if they are too long for one frame. `at` in seconds of
        `time.monotonic()`, None for now."""
        for start in range(0, len(message), LONGEST):
            self._write(number, message[start : start + LONGEST], monotonic() if at is None else at)

    def report(self, **report: object) -> None:
        self._write(0, json.dumps(report).encode(), monotonic())

    def _write(self, number: int, body: bytes, at: float) -> None:
        frame = HEARD.pack(at, number, len(body)) + body
        with self._writing:  # a report may need several writes
            while frame:
                frame = frame[os.write(self._descriptor, frame) :]
