"""Learning a pedal, in the terminal and from the operator's page, with real programs as the pedal."""

import asyncio
import json
import os
import pty
import select
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from jack import Jack
from product import SETLIST, playing

from stagelyric.commands import learn
from stagelyric.setlist.setlist import load
from stagelyric.testing.play import LIMIT, Display, Play, packet
from stagelyric.testing.ports import free_port
from stagelyric.types.actions import Do


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "set.toml"
    path.write_text("# ours\n" + SETLIST, encoding="utf-8")
    return path


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "stagelyric", "learn", *arguments]


def presses(port: int, address: str, until: "subprocess.Popen[Any]") -> None:
    """A foot that presses and lets go until the program has ended."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as foot:
        for value in [1.0, 0.0] * 600:
            if until.poll() is not None:
                return
            foot.sendto(packet(address, value), ("127.0.0.1", port))
            time.sleep(0.1)
    pytest.fail("it did not end")


def test_a_press_over_osc_is_learned(file: Path) -> None:
    port = free_port()
    options = ("--midi", "none", "--osc-port", str(port), "--do", "goto chorus", "--quantize", "bar", "--json")
    with subprocess.Popen(
        command(str(file), *options, "--seconds", "0.5"), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
    ) as program:
        presses(port, "/pedal", program)
        assert program.stdout is not None
        told = json.load(program.stdout)
    assert program.returncode == 0
    assert (told["on"], told["kind"], told["do"]) == ({"osc": "/pedal"}, "momentary", {"goto": "chorus"})
    trigger = load(file).triggers[-1]
    assert (trigger.on.osc, trigger.do, trigger.quantize) == ("/pedal", Do("goto", "chorus"), "bar")
    assert file.read_text(encoding="utf-8").startswith("# ours\n")


@pytest.mark.needs("jack_midiseq")
def test_a_press_over_midi_is_learned(jack_server: Jack, file: Path) -> None:
    """The sequencer holds its notes for 50 ms, six times in two seconds."""
    jack_server.sequence("pedal", (0, 36, 2400), loop=16_000)
    done = subprocess.run(
        command(str(file), "--no-osc", "--do", "again", "--json", "--wait", "60"),
        stdin=subprocess.DEVNULL, capture_output=True, text=True, env=os.environ | jack_server.env, timeout=LIMIT,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["on"], told["kind"]) == ({"note": 36, "channel": 1}, "momentary")
    assert load(file).triggers[-1].on.note == 36


class Terminal:
    """A person at a terminal: what they see, and what they type."""

    def __init__(self, *arguments: str) -> None:
        self._end, other = pty.openpty()
        self.program = subprocess.Popen(command(*arguments), stdin=other, stdout=other, stderr=other, close_fds=True)
        os.close(other)
        self.seen = ""

    def until(self, text: str, times: int = 1) -> None:
        end = time.monotonic() + LIMIT
        while self.seen.count(text) < times:
            assert time.monotonic() < end, self.seen
            if select.select([self._end], [], [], 0.2)[0]:
                self.seen += os.read(self._end, 4096).decode(errors="replace")

    def type(self, text: str) -> None:
        os.write(self._end, text.encode())

    def close(self) -> None:
        if self.program.poll() is None:
            self.program.kill()
        self.program.wait()
        os.close(self._end)


def test_in_a_terminal_it_asks_what_the_pedal_is_to_do(file: Path) -> None:
    terminal = Terminal(str(file), "--midi", "none", "--no-osc", "--seconds", "0.3")
    try:
        terminal.until("Press a pedal")
        time.sleep(0.3)  # the keys are listened to when the words are up
        terminal.type("\x1b[6~")
        terminal.until("What is it to do")
        assert "key PageDown" in terminal.seen
        terminal.type("nxt line\n")
        terminal.until('unknown action "nxt_line"; did you mean "next_line"?')
        terminal.type("4\n")
        terminal.until("takes the place of an older trigger")
        terminal.until("Press a pedal", 2)
        terminal.program.send_signal(signal.SIGINT)
        assert terminal.program.wait(LIMIT) == 130
    finally:
        terminal.close()
    (trigger,) = (each for each in load(file).triggers if each.on.key == "PageDown")
    assert trigger.do == Do("previous_section")


def test_what_is_wrong_is_said(file: Path, tmp_path: Path) -> None:
    for arguments, text, status in [
        ((str(tmp_path / "no.toml"),), "wanted a setlist file, found none", 2),
        ((str(file), "--do", "nextline"), 'did you mean "next_line"?', 2),
        ((str(file), "--quantize", "soon"), "wanted now, beat, bar or a number of beats", 2),
        ((str(file), "--midi", "none", "--osc-port", "0", "--wait", "0.1"), "no press came within 0.1 s", 1),
        ((str(file), "--midi", "none", "--no-osc"), "nothing to listen to", 1),
    ]:
        done = subprocess.run(command(*arguments), stdin=subprocess.DEVNULL, capture_output=True, text=True)
        assert (done.returncode, done.stdout) == (status, "")
        assert text in done.stderr


@pytest.mark.parametrize(
    ("typed", "do"),
    [
        ("next line", Do("next_line")),
        ("previous-song", Do("previous_song")),
        ("goto 2", Do("goto", 2)),
        ("song Harbour Lights", Do("song", "Harbour Lights")),
        ("wildness value", Do("wildness", "value")),
        ("wildness 0.5", Do("wildness", 0.5)),
        ("say Good night", Do("say", "Good night")),
    ],
)
def test_an_action_as_it_is_spoken(typed: str, do: Do) -> None:
    assert learn._parse(typed) == do


async def operator(play: Play, session: aiohttp.ClientSession) -> Display:
    return Display(await session.ws_connect(f"{play.url}/live?page=operator"))


def learning(page: Display) -> list[dict[str, Any]]:
    return [message for message in page.messages if message["type"] == "learn"]


async def test_the_operator_learns_a_pedal_while_the_show_is_up(tmp_path: Path) -> None:
    async with playing(tmp_path) as play, aiohttp.ClientSession() as session:
        page = await operator(play, session)
        await page.link.send_json({"learn": "start"})
        await page.until(lambda: bool(learning(page)))
        play.send("/pedal", 1.0)
        play.send("/pedal", 0.0)
        await page.until(lambda: len(learning(page)) == 2)
        found = learning(page)[-1]
        assert (found["state"], found["on"], found["kind"]) == ("found", {"osc": "/pedal"}, "momentary")
        assert found["does"] is None
        await page.link.send_json({"learn": {"do": "nextline"}})
        await page.until(lambda: page.messages[-1]["type"] == "error")
        assert 'did you mean "next_line"?' in page.messages[-1]["text"]
        await page.link.send_json({"learn": {"do": "next_line"}})
        await page.until(lambda: learning(page)[-1]["state"] == "written")
        assert load(tmp_path / "set.toml").triggers[-1].on.osc == "/pedal"
        assert page.cues == []
        play.send("/pedal", 1.0)
        await page.until(lambda: len(page.cues) == 1)
        # The same again: it says what the pedal does, and a press meanwhile is no line.
        await page.link.send_json({"learn": "start"})
        await page.until(lambda: learning(page)[-1]["state"] == "waiting")
        play.send("/pedal", 1.0)
        await page.until(lambda: learning(page)[-1]["state"] == "found")
        assert learning(page)[-1]["does"] == "next_line"
        await page.link.send_json({"learn": "stop"})
        await page.until(lambda: learning(page)[-1]["state"] == "over")
        assert len(page.cues) == 1
        play.send("/pedal", 1.0)
        await page.until(lambda: len(page.cues) == 2)
        await page.link.send_json({"learn": {"do": "keep"}})
        await page.until(lambda: page.messages[-1]["type"] == "error")
        await page.link.close()


async def test_one_page_learns_at_a_time_and_none_for_ever(tmp_path: Path) -> None:
    async with playing(tmp_path) as play, aiohttp.ClientSession() as session:
        one, other = await operator(play, session), await operator(play, session)
        await one.link.send_json({"learn": "start"})
        await one.until(lambda: bool(learning(one)))
        await other.link.send_json({"learn": "start"})
        await one.until(lambda: learning(one)[-1]["state"] == "over")
        await other.until(lambda: bool(learning(other)))
        await other.link.send_json({"learn": ["x"]})
        await other.until(lambda: other.messages[-1]["type"] == "error")
        for page in (one, other):
            await page.link.close()
        await asyncio.sleep(0)
