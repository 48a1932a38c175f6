"""Keys of the terminal: their names, their repeats, and the terminal given back as it was."""

import asyncio
import os
import pty
import select
import signal
import subprocess
import sys
import termios
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stagelyric.gear.terminal.keyboard import Keyboard, Repeats, decode, windows_key
from stagelyric.testing.waiting import until
from stagelyric.types.events import Event, KeyPress

LIMIT = 30.0  # seconds


@pytest.mark.parametrize(
    ("sent", "key"),
    [
        ("\x1b[6~", "PageDown"), ("\x1b[5~", "PageUp"), ("\x1b[A", "ArrowUp"), ("\x1b[B", "ArrowDown"),
        ("\x1b[C", "ArrowRight"), ("\x1b[D", "ArrowLeft"), ("\x1bOC", "ArrowRight"), ("\x1b[1;5C", "ArrowRight"),
        ("\x1b[H", "Home"), ("\x1b[4~", "End"), ("\x1b[2~", "Insert"), ("\x1b[3~", "Delete"), ("\x1bOP", "F1"),
        ("\x1b[15~", "F5"), ("\x1b[24;2~", "F12"), ("\x1bOM", "Enter"), ("\r", "Enter"), ("\n", "Enter"), (" ", " "),
        ("\t", "Tab"), ("\x7f", "Backspace"), ("b", "b"), ("B", "B"), (".", "."), ("é", "é"),
    ],
)  # fmt: skip
def test_keys_have_the_names_that_a_page_gives_them(sent: str, key: str) -> None:
    assert decode(sent) == ([key], "")


def test_a_lone_escape_is_a_key_only_when_nothing_follows() -> None:
    assert decode("\x1b") == ([], "\x1b")
    assert decode("\x1b", at_rest=True) == (["Escape"], "")
    assert decode("a\x1b[") == (["a"], "\x1b[")
    assert decode("\x1b[6~b\x1b[6~ ") == (["PageDown", "b", "PageDown", " "], "")


def test_what_has_no_name_is_left_out() -> None:
    assert decode("\x1b[99~\x1b[200~\x01\x1b[I\x1bO~") == ([], "")


@given(st.text(alphabet="\x1b[O~;AB6 b\x00é0123", max_size=20), st.integers(0, 20))
def test_it_does_not_matter_how_a_terminal_cuts_its_bytes(text: str, cut: int) -> None:
    first, rest = decode(text[:cut])
    second, rest = decode(rest + text[cut:])
    assert (first + second, rest) == decode(text)
    assert decode(rest, at_rest=True)[1] == ""


def test_a_key_held_down_is_not_pressed_again() -> None:
    repeats = Repeats()
    held = [0.0, 0.5, 0.53, 0.56, 0.59, 0.62]  # a terminal's delay, then its rate
    assert [repeats.is_repeat("b", at) for at in held] == [False, False, True, True, True, True]
    assert not repeats.is_repeat("b", 0.82)  # a foot that taps on
    assert not repeats.is_repeat("c", 0.83)


@pytest.mark.parametrize(
    ("typed", "key"), [("\xe0Q", "PageDown"), ("\x00;", "F1"), ("b", "b"), ("\r", "Enter"), ("\xe0?", "F5")]
)
def test_windows_keys(typed: str, key: str) -> None:
    characters = iter(typed)
    assert windows_key(lambda: next(characters)) == key


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    """The person's end of a terminal, and the program's."""
    person, program = pty.openpty()
    yield person, program
    for end in (person, program):
        os.close(end)


def pressed(heard: list[Event]) -> list[str]:
    return [event.key for event in heard if isinstance(event, KeyPress)]


async def test_keys_typed_into_a_terminal_are_heard_one_by_one(terminal: tuple[int, int]) -> None:
    person, program = terminal
    heard: list[Event] = []
    before = termios.tcgetattr(program)
    async with Keyboard(program).running(heard.append):
        assert not termios.tcgetattr(program)[3] & (termios.ICANON | termios.ECHO)
        assert termios.tcgetattr(program)[3] & termios.ISIG
        os.write(person, b"\x1b[6~")
        await until(lambda: pressed(heard) == ["PageDown"])
        os.write(person, "é".encode()[:1])
        os.write(person, "é".encode()[1:] + b"\x1b")
        await until(lambda: pressed(heard) == ["PageDown", "é", "Escape"])
        os.write(person, b" ")
        await until(lambda: len(heard) == 4)
    assert termios.tcgetattr(program) == before
    assert {event.source for event in heard} == {"keyboard"}


async def test_the_terminal_is_given_back_after_an_exception(terminal: tuple[int, int]) -> None:
    before = termios.tcgetattr(terminal[1])
    with pytest.raises(ZeroDivisionError):
        async with Keyboard(terminal[1]).running(lambda event: None):
            raise ZeroDivisionError
    assert termios.tcgetattr(terminal[1]) == before


async def test_a_terminal_that_hangs_up_ends_nothing() -> None:
    person, program = pty.openpty()
    async with Keyboard(program).running(lambda event: None):
        os.close(person)
        await asyncio.sleep(0.05)
    os.close(program)


async def test_without_a_terminal_it_does_nothing() -> None:
    reading, writing = os.pipe()
    heard: list[Event] = []
    async with Keyboard(reading).running(heard.append):
        os.write(writing, b"b")
        await asyncio.sleep(0.02)
    assert heard == []
    assert os.read(reading, 10) == b"b"
    os.close(reading)
    os.close(writing)


async def test_standard_input_may_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    async with Keyboard().running(lambda event: None):
        pass


SHOW = """
import asyncio
from stagelyric.gear.terminal.keyboard import Keyboard

async def main():
    async with Keyboard().running(lambda event: print(event.key, flush=True)):
        print("ready", flush=True)
        await asyncio.Event().wait()

try:
    asyncio.run(main())
except KeyboardInterrupt:
    print("stopped", flush=True)
"""


def test_ctrl_c_stops_a_show_and_leaves_the_terminal_as_it_was() -> None:
    pid, person = pty.fork()
    if pid == 0:  # pragma: no cover
        os.execv(sys.executable, [sys.executable, "-c", SHOW])
    try:
        before = termios.tcgetattr(person)
        said = read_until(person, b"ready")
        os.write(person, b"\x1b[5~")
        said = read_until(person, b"PageUp")
        os.write(person, b"\x03")
        said += read_until(person, b"stopped")
        assert b"^[[5~" not in said  # no echo
        _, status = os.waitpid(pid, 0)
        assert os.waitstatus_to_exitcode(status) == 0
        assert termios.tcgetattr(person) == before
    except BaseException:  # whatever went wrong, the child would wait for ever
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        raise
    finally:
        os.close(person)


def test_a_show_in_the_background_leaves_the_terminal_alone() -> None:
    """Whoever is not in front is stopped by the terminal when it touches it."""
    pid, person = pty.fork()
    if pid == 0:  # pragma: no cover
        show = subprocess.Popen([sys.executable, "-c", SHOW], process_group=0)
        os.read(0, 1)
        show.kill()
        os._exit(0 if show.wait() == -signal.SIGKILL else 1)
    try:
        read_until(person, b"ready")
        assert termios.tcgetattr(person)[3] & termios.ICANON
        os.write(person, b"\n")
        _, status = os.waitpid(pid, 0)
        assert os.waitstatus_to_exitcode(status) == 0
    finally:
        os.close(person)


def read_until(fd: int, wanted: bytes) -> bytes:
    said = b""
    while wanted not in said:
        assert select.select([fd], [], [], LIMIT)[0], said
        said += os.read(fd, 1024)
    return said
