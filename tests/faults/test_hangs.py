"""What stands still is found and replaced as what dies is; what waited meanwhile is dropped, and said."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from faults.harness import press, show
from jack import server

from stagelyric.testing.play import Play


def child(play: Play, module: str) -> psutil.Process | None:
    for found in psutil.Process(play.process.pid).children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if any(module in word for word in found.cmdline()):
                return found
    return None


async def replaced(play: Play, module: str, limit: float) -> float:
    """Stops a process of the show, and gives the seconds until there is another one in its place."""
    async with asyncio.timeout(60):
        while (victim := child(play, module)) is None:
            await asyncio.sleep(0.05)
    await asyncio.sleep(2.0)  # it is up, and has said so
    began = time.monotonic()
    victim.send_signal(signal.SIGSTOP)
    async with asyncio.timeout(limit):
        while (found := child(play, module)) is None or found.pid == victim.pid:
            await asyncio.sleep(0.05)
    return time.monotonic() - began


@pytest.mark.needs("linux")
async def test_a_stopped_writer_is_replaced(tmp_path: Path) -> None:
    async with show(tmp_path, ready=1) as play:
        seconds = await replaced(play, "stagelyric.writing.process", 10)
        assert seconds < 5  # on a machine that has other things to do
        assert (await press(play))["number"] == 1


@pytest.mark.needs("linux", "jack")
async def test_a_stopped_midi_process_is_replaced(tmp_path: Path) -> None:
    with server() as jack:
        async with show(tmp_path, None, "--midi", "nothing-like-it", environment=jack.env) as play:
            seconds = await replaced(play, "stagelyric.gear.midi.process", 12)
            assert seconds < 5
            assert (await press(play))["number"] == 1


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
