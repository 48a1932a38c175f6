"""Triggers from the keys of the terminal in which the show runs: page-turner pedals are keyboards too."""

import asyncio
import codecs
import os
import re
import signal
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, nullcontext, suppress
from importlib import import_module
from time import monotonic

from stagelyric.types.events import Emit, KeyPress
from stagelyric.types.parts import Part, ignore

Press = Callable[[list[str]], None]

REPEAT_SECONDS = 0.07  # seconds; the same key again within this time is the terminal's key repeat: no foot is so quick
_ESCAPE_SECONDS = 0.05  # seconds; an escape sequence arrives in one piece, and nothing follows a lone Esc

# By the last character of a CSI or SS3 sequence, and by the number before a "~".
_FINAL = {
    "A": "ArrowUp", "B": "ArrowDown", "C": "ArrowRight", "D": "ArrowLeft", "F": "End", "H": "Home",
    "P": "F1", "Q": "F2", "R": "F3", "S": "F4", "Z": "Tab", "M": "Enter",
}  # fmt: skip
_TILDE = {
    1: "Home", 2: "Insert", 3: "Delete", 4: "End", 5: "PageUp", 6: "PageDown", 7: "Home", 8: "End",
    11: "F1", 12: "F2", 13: "F3", 14: "F4", 15: "F5", 17: "F6", 18: "F7", 19: "F8", 20: "F9", 21: "F10",
    23: "F11", 24: "F12",
}  # fmt: skip
_PLAIN = {"\r": "Enter", "\n": "Enter", "\t": "Tab", "\x7f": "Backspace", "\b": "Backspace", "\x1b": "Escape"}
# The second character of special keys on Windows, after 0x00 or 0xE0.
_WINDOWS = {
    "G": "Home", "H": "ArrowUp", "I": "PageUp", "K": "ArrowLeft", "M": "ArrowRight", "O": "End", "P": "ArrowDown",
    "Q": "PageDown", "R": "Insert", "S": "Delete", ";": "F1", "<": "F2", "=": "F3", ">": "F4", "?": "F5", "@": "F6",
    "A": "F7", "B": "F8", "C": "F9", "D": "F10", "\x85": "F11", "\x86": "F12",
}  # fmt: skip
_SEQUENCE = re.compile(r"\x1b(?:\[(?P<numbers>[0-?]*)[ -/]*(?P<csi>[@-~])|O(?P<ss3>[@-~]))")
_UNFINISHED = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|O)?\Z")


def decode(text: str, at_rest: bool = False) -> tuple[list[str], str]:
    """DOM names of the keys in a terminal's output, and the rest: the beginning of a sequence that is not complete yet.

    `at_rest`: nothing came for a while, so a lone Esc is the key. Keys that a page would not name (unknown sequences,
    control characters) are left out.
    """
    keys: list[str | None] = []
    while text:
        if match := _SEQUENCE.match(text):
            keys.append(_named(match))
            text = text[match.end() :]
        elif not at_rest and _UNFINISHED.match(text):
            break
        else:
            keys.append(_PLAIN.get(text[0], text[0] if text[0].isprintable() else None))
            text = text[1:]
    return [key for key in keys if key is not None], text


def _named(match: re.Match[str]) -> str | None:
    if match["csi"] != "~":
        return _FINAL.get(match["csi"] or match["ss3"])
    number = match["numbers"].partition(";")[0]
    return _TILDE.get(int(number)) if number.isdigit() else None


class Repeats:
    """Drops the repeats of a key held down. A terminal reports no release, so the first repeat, half a second after the
    press, can't be distinguished from a second press and passes."""

    def __init__(self, seconds: float = REPEAT_SECONDS) -> None:
        self._seconds = seconds
        self._key = ""
        self._at = float("-inf")

    def is_repeat(self, key: str, at: float) -> bool:
        repeat = key == self._key and at - self._at < self._seconds
        self._key, self._at = key, at
        return repeat


class Keyboard(Part):
    """A part that sends events: the keys typed into the terminal; Ctrl-C, Ctrl-Z and the like keep their meaning.

    If standard input is no terminal (a pipe, a service) or another program has it (a job in the background), it does
    nothing. The terminal's settings are restored at the end in any case.
    """

    name = "keyboard"

    def __init__(self, fd: int | None = None) -> None:
        self._fd = fd

    @asynccontextmanager
    async def running(self, emit: Emit = ignore) -> AsyncIterator[None]:
        repeats = Repeats()

        def press(keys: list[str]) -> None:
            at = monotonic()
            for key in keys:
                if not repeats.is_repeat(key, at):
                    emit(KeyPress(at, self.name, key))

        with self._reading(press):
            yield

    def _reading(self, press: "Press") -> AbstractContextManager[None]:
        try:
            fd = sys.stdin.fileno() if self._fd is None else self._fd
        except (AttributeError, OSError, ValueError):  # standard input is None (pythonw), replaced or closed
            return nullcontext()
        if not os.isatty(fd):
            return nullcontext()
        return _console(press) if sys.platform == "win32" else _terminal(fd, press)


class _Keys:
    """Reads the keys from a terminal's file descriptor on the event loop."""

    def __init__(self, fd: int, press: Press) -> None:
        self._fd = fd
        self._press = press
        self._loop = asyncio.get_running_loop()
        self._characters = codecs.getincrementaldecoder("utf-8")("ignore")
        self._text = ""
        self._rest: asyncio.TimerHandle | None = None

    def start(self) -> None:
        self._loop.add_reader(self._fd, self._ready)

    def stop(self) -> None:
        self._loop.remove_reader(self._fd)
        if self._rest is not None:
            self._rest.cancel()

    def _ready(self) -> None:
        try:
            data = os.read(self._fd, 1024)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:  # the terminal hung up
            data = b""
        if not data:
            self.stop()
            return
        self._text += self._characters.decode(data)
        self._decode(at_rest=False)

    def _decode(self, at_rest: bool) -> None:
        if self._rest is not None:
            self._rest.cancel()
            self._rest = None
        keys, self._text = decode(self._text, at_rest)
        if self._text:
            self._rest = self._loop.call_later(_ESCAPE_SECONDS, self._decode, True)
        self._press(keys)


@contextmanager
def _terminal(fd: int, press: Press) -> Iterator[None]:
    """While open, keys come one by one and without echo; signals stay on."""
    import termios

    if not _in_foreground(fd):
        yield
        return
    before = termios.tcgetattr(fd)
    keys = _Keys(fd, press)
    loop = asyncio.get_running_loop()

    def again() -> None:
        """Sets the terminal again: after Ctrl-Z and `fg` the shell has restored its own settings."""
        if _in_foreground(fd):
            _one_by_one(fd)

    try:
        _one_by_one(fd)
        keys.start()
        with suppress(RuntimeError, ValueError):  # a loop outside the main thread gets no signals
            loop.add_signal_handler(signal.SIGCONT, again)
        yield
    finally:
        with suppress(RuntimeError, ValueError):
            loop.remove_signal_handler(signal.SIGCONT)
        keys.stop()
        with suppress(termios.error):  # the terminal hung up
            termios.tcsetattr(fd, termios.TCSANOW, before)  # no waiting for a screen that stands still


def _one_by_one(fd: int) -> None:
    """Keys come one by one, those typed before are dropped; without waiting for a screen that stands still."""
    import termios
    import tty

    tty.setcbreak(fd, termios.TCSANOW)
    termios.tcflush(fd, termios.TCIFLUSH)


def _in_foreground(fd: int) -> bool:
    """Whether we are in the foreground: a background job that changes the terminal is stopped by the system."""
    try:
        return os.tcgetpgrp(fd) == os.getpgrp()
    except OSError:  # no controlling terminal
        return True


@contextmanager
def _console(press: Press) -> Iterator[None]:
    """Polls every 10 ms in a thread, since Windows' console does not report that a key is there."""
    msvcrt = import_module("msvcrt")
    loop = asyncio.get_running_loop()
    over = threading.Event()

    def read() -> None:
        while not over.wait(0.01):
            while msvcrt.kbhit():
                if key := windows_key(msvcrt.getwch):
                    with suppress(RuntimeError):  # the loop is closed
                        loop.call_soon_threadsafe(press, [key])

    threading.Thread(target=read, daemon=True, name="keyboard").start()
    try:
        yield
    finally:
        over.set()


def windows_key(getwch: Callable[[], str]) -> str | None:
    """The DOM name of the next key; special keys come as two characters."""
    character = getwch()
    if character in "\x00\xe0":
        return _WINDOWS.get(getwch())
    keys, _ = decode(character, at_rest=True)
    return keys[0] if keys else None
