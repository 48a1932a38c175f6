"""The running show in the terminal: plain in a pipe, coloured on a terminal, and never in anyone's way."""

import asyncio
import io
import os
import threading
from typing import TextIO, cast

import pytest

from stagelyric.gear.terminal.output import Terminal, printable
from stagelyric.types.lines import Cue, Line


def cue(number: int, text: str | None = "Hold the light on the water", origin: str = "model") -> Cue:
    line = None if text is None else Line(text, origin)  # type: ignore[arg-type]
    return Cue(line, "Harbour Lights", "verse", "now", 0.0, number)


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


async def test_cues_that_come_together_are_written_together() -> None:
    class Counting(io.StringIO):
        writes = 0

        def write(self, text: str) -> int:
            self.writes += 1
            return super().write(text)

    stream = Counting()
    terminal = Terminal(stream)
    async with terminal.running():
        for number in range(200):
            terminal.show(cue(number))
    assert [int(line.split()[0]) for line in stream.getvalue().splitlines()] == list(range(200))
    assert stream.writes <= 5


async def test_a_line_of_text_for_every_cue() -> None:
    stream = io.StringIO()
    terminal = Terminal(stream)
    async with terminal.running():
        terminal.show(cue(12))
        terminal.show(cue(13, "Keep the lamp lit", "safety"))
        terminal.show(cue(14, None))
        terminal.alert("MIDI input is gone")
    assert stream.getvalue().splitlines() == [
        "  12  Harbour Lights · verse  Hold the light on the water",
        "  13  Harbour Lights · verse  Keep the lamp lit  [safety]",
        "  14  Harbour Lights · verse  (clear)",
        "   ! MIDI input is gone",
    ]


async def test_an_alert_is_yellow_and_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    stream = Screen()
    terminal = Terminal(stream)
    async with terminal.running():
        for _ in range(3):
            terminal.alert("the disk is full")
        terminal.show(cue(1))
        terminal.alert("the disk is full")
    assert stream.getvalue().count("\x1b[33m! the disk is full\x1b[0m") == 2
    assert "\x1b[1mHold the light" in stream.getvalue()


async def test_no_colour_where_none_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    stream = Screen()
    terminal = Terminal(stream)
    async with terminal.running():
        terminal.show(cue(1))
    assert "\x1b" not in stream.getvalue()


async def test_a_terminal_that_stands_still_holds_up_nobody() -> None:
    reading, writing = os.pipe()
    terminal = Terminal(os.fdopen(writing, "w"))
    async with terminal.running():
        for number in range(20_000):  # more than a pipe takes
            terminal.show(cue(number))
        said = b""
        while b"the terminal stood still" not in said:
            said += await asyncio.to_thread(os.read, reading, 65536)
        reader = threading.Thread(target=lambda: [None for _ in iter(lambda: os.read(reading, 65536), b"")])
        reader.start()
    terminal._stream.close()
    reader.join()
    os.close(reading)


async def test_a_terminal_that_is_gone_ends_nothing() -> None:
    reading, writing = os.pipe()
    stream = os.fdopen(writing, "w")
    os.close(reading)
    terminal = Terminal(stream)
    async with terminal.running():
        terminal.show(cue(1))
        terminal.show(cue(2))
    with pytest.raises(BrokenPipeError):
        stream.close()


async def test_what_it_cannot_write_is_replaced() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    terminal = Terminal(cast(TextIO, stream))
    async with terminal.running():
        terminal.show(cue(1, "Montréal"))
    stream.seek(0)
    assert "Montr?al" in stream.read()


def test_nobody_steers_the_terminal_from_outside() -> None:
    assert printable("Hold\x1b[2J the \x07light\n") == "Hold[2J the light"
