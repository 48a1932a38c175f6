"""What stands still is found and replaced as what dies is; what waited meanwhile is dropped, and said."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import psutil
import pytest
from faults.harness import SET, press, show
from jack import server

from stagelyric.testing.play import Display, Play

PEDAL = SET.replace("[[songs]]", '[[triggers]]\non = { note = 60 }\ndo = "next_line"\n[[songs]]', 1)
RIG = '[midi]\noutputs = ["nothing-like-it"]\n'
REPLACED = 3.0  # seconds
STOPPED = {
    "writing.process": "the writer was stopped",
    "gear.midi.process in": "the MIDI input's process was stopped",
    "gear.midi.process out": "the MIDI output's process was stopped",
    "speech.player_process": "is gone",
    "speech.renderer_process": "the voice was stopped",
}
"""What is said of it."""


def child(play: Play, module: str) -> psutil.Process | None:
    for found in psutil.Process(play.process.pid).children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if f"stagelyric.{module}" in " ".join(found.cmdline()):
                return found
    return None


async def stopped(play: Play, module: str) -> psutil.Process:
    """Stops a process of the show as soon as there is one."""
    async with asyncio.timeout(60):
        while (victim := child(play, module)) is None:
            await asyncio.sleep(0.05)
    victim.send_signal(signal.SIGSTOP)
    return victim


async def replaced(play: Play, module: str, victim: psutil.Process, limit: float = 12.0) -> float:
    """The seconds until there is another process in its place."""
    began = time.monotonic()
    async with asyncio.timeout(limit):
        while (found := child(play, module)) is None or found.pid == victim.pid:
            await asyncio.sleep(0.02)
    return time.monotonic() - began


def told(display: Display, text: str, *, stands: bool) -> bool:
    """Whether it stands in the last state that this display was told."""
    return any(text in alert["text"] for alert in display.state["alerts"]) == stands


async def is_found(play: Play, module: str) -> float:
    """Stops a process; a page sees it as a state, one that joins then too, until another process is at work. The
    seconds until there is one."""
    text = STOPPED[module]
    async with play.display() as display:
        await display.until(lambda: told(display, text, stands=False))
        victim = await stopped(play, module)
        seconds = await replaced(play, module, victim)
        await display.until(lambda: told(display, text, stands=True) or told_of(display, text))
        async with play.display() as late:  # until it is over, or it is already
            await late.until(partial(told, late, text, stands=False))
    return seconds


def told_of(display: Display, text: str) -> bool:
    return any(text in alert["text"] for state in display.messages for alert in state.get("alerts", ()))


@pytest.mark.needs("linux")
async def test_what_writes_and_what_edits_the_set_are_replaced_when_stopped(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    async with show(tmp_path, ready=1) as play, aiohttp.ClientSession() as session:
        took = {"the writer": await is_found(play, "writing.process")}
        async with session.get(f"{play.url}/api/setup") as answer:
            assert answer.status == 200
        victim = await stopped(play, "setup.process")
        took["the set's editor"] = await replaced(play, "setup.process", victim)
        async with session.get(f"{play.url}/api/setup") as answer:
            assert answer.status == 200
        assert (await press(play))["number"] == 1
    record_property("answered", ", ".join(f"{what} after {seconds:.1f} s" for what, seconds in took.items()))
    assert max(took.values()) < REPLACED


@pytest.mark.needs("linux", "jack", "package:soundfile", "package:soxr", "package:JACK-Client", "portaudio")
async def test_what_hears_plays_and_speaks_is_replaced_when_stopped(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    rig = tmp_path / "rig.toml"
    rig.write_text(RIG)
    took: dict[str, float] = {}
    with server(outputs=4) as jack:
        note = jack.feed("pedal")
        how: dict[str, Any] = {"environment": jack.env, "setlist": PEDAL, "speech": True}
        async with show(tmp_path, None, "--rig", str(rig), **how) as play, play.display() as display:
            await play.until(lambda: "MIDI input" in play.printed and play.printed.count("is open") >= 2)
            for number, module in enumerate((module for module in STOPPED if module != "writing.process"), 1):
                began = time.monotonic()
                took[module] = await is_found(play, module)
                async with asyncio.timeout(60):
                    while len(display.cues) < number:
                        note("903c40")
                        await asyncio.sleep(0.1)
                        note("803c40")
                        await asyncio.sleep(0.2)
                if module == "gear.midi.process in":
                    record_property("longest wait", f"{time.monotonic() - began:.1f} s from the stop to a note's line")
    record_property("answered", ", ".join(f"{what} after {seconds:.1f} s" for what, seconds in took.items()))
    record_property("said", STOPPED["gear.midi.process in"])
    assert max(took.values()) < REPLACED


@pytest.mark.needs("linux")
async def test_presses_that_waited_while_the_machine_slept_are_dropped_and_said(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    async with show(tmp_path) as play, play.display() as display:
        await press(play)
        os.kill(play.process.pid, signal.SIGSTOP)
        for _ in range(20):
            play.send("/stagelyric/line")
        await asyncio.sleep(3.0)
        os.kill(play.process.pid, signal.SIGCONT)
        await display.until(lambda: any("dropped" in each.get("text", "") for each in display.messages))
        assert [cue["number"] for cue in display.cues] == [1]
        (told,) = (each["text"] for each in display.messages if each["type"] == "alert")
        record_property("sent", "20 presses asleep")
        record_property("answered", 0)
        record_property("said", told)
        assert "20 presses that had waited were dropped" in told
        assert (await press(play))["number"] == 2
