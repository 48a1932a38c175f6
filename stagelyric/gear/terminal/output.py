"""The running show in the terminal: one line of text per cue, and warnings in yellow."""

import asyncio
import os
import sys
import threading
import time
import unicodedata
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import TextIO

from stagelyric.types.events import Emit, Level
from stagelyric.types.lines import Cue
from stagelyric.types.parts import Part, ignore

_QUEUE = 256  # cues that may wait for a slow terminal; beyond this the oldest are dropped
_LAST_WORDS_SECONDS = 1.0
_WAKING_SECONDS = 0.05
_AT_ONCE = 64  # lines that are written in one go
_BOLD, _DIM, _YELLOW = "1", "2", "33"


class Terminal(Part):
    """A part that is told of cues and prints them: number, song · section, the line, and its origin if that is not the
    model.

    Colours only on a terminal (and not if NO_COLOR is set); plain lines in a pipe or a file. A thread of its own
    writes, so that a stopped terminal (Ctrl-S, a slow link) delays nothing; if it is stopped for too long, cues are
    skipped and their number is printed. `stream` is standard output by default.
    """

    name = "terminal"

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._colour = self._stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        self._texts: deque[Callable[[], str]] = deque()
        self._skipped = 0
        self._over = False
        self._awake = threading.Event()
        self._waking: asyncio.TimerHandle | None = None
        self._alerted = ""

    @asynccontextmanager
    async def running(self, emit: Emit = ignore) -> AsyncIterator[None]:
        self._over = False
        writer = threading.Thread(target=self._write, name="terminal", daemon=True)
        writer.start()
        try:
            yield
        finally:
            self._over = True
            self._awake.set()
            await asyncio.to_thread(writer.join, _LAST_WORDS_SECONDS)

    def show(self, cue: Cue) -> None:
        self._alerted = ""
        self._put(lambda: self._cue(cue))

    def alert(self, text: str, level: Level = "warning") -> None:
        if text != self._alerted:
            self._alerted = text
            mark, style = ("!", _YELLOW) if level == "warning" else ("·", _DIM)
            self._put(lambda: f"   {self._paint(f'{mark} {printable(text)}', style)}")

    def _cue(self, cue: Cue) -> str:
        place = " · ".join(filter(None, (printable(cue.song), printable(cue.section))))
        number, line = f"{cue.number:4}", cue.line
        text = self._paint(printable(line.text), _BOLD) if line else self._paint("(clear)", _DIM)
        origin = self._paint(f"  [{line.origin}]", _DIM) if line and line.origin != "model" else ""
        return f"{self._paint(number, _DIM)}  {self._paint(place, _DIM)}  {text}{origin}"

    def _paint(self, text: str, style: str) -> str:
        return f"\x1b[{style}m{text}\x1b[0m" if self._colour and text else text

    def _put(self, text: Callable[[], str]) -> None:
        if len(self._texts) >= _QUEUE:
            self._texts.popleft()
            self._skipped += 1
        self._texts.append(text)
        if self._waking is None:
            # A moment later, and for several at once: a thread that wakes at a press would delay the next one.
            self._waking = asyncio.get_running_loop().call_later(_WAKING_SECONDS, self._wake)

    def _wake(self) -> None:
        self._waking = None
        self._awake.set()

    def _write(self) -> None:
        while not self._over or self._texts:
            self._awake.wait()
            self._awake.clear()
            while self._texts:
                self._print(self._some())

    def _some(self) -> list[str]:
        """The oldest lines that wait. They are written in one go: each write gives the interpreter lock back, and a
        press may have to wait for it when the thread has taken it again."""
        lines: list[str] = []
        with suppress(IndexError):  # there are no more
            while len(lines) < _AT_ONCE:
                text = self._texts.popleft()
                if self._skipped:
                    skipped, self._skipped = self._skipped, 0
                    lines.append(f"      ({skipped} lines were not written: the terminal stood still)")
                lines.append(text())
                time.sleep(0)  # gives the interpreter lock to a press that waits for it
        return lines

    def _print(self, lines: list[str]) -> None:
        # A terminal that is gone must not end the show, nor a character that it can't write.
        with suppress(OSError, ValueError):
            encoding = self._stream.encoding or "utf-8"
            self._stream.write("".join(f"{line}\n" for line in lines).encode(encoding, "replace").decode(encoding))
            self._stream.flush()


def printable(text: str) -> str:
    """The text without control characters, so that what comes over the network can't control the terminal."""
    if text.isprintable():
        return text.strip()
    return "".join(character for character in text if unicodedata.category(character) not in ("Cc", "Cs")).strip()
