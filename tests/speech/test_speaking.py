"""The product as a band runs it: a press is heard, and what is kept from the screen is kept from the mouth."""

import asyncio
import sqlite3
import sys
from pathlib import Path
from typing import Any

import pytest
from house import Play, playing
from jack import Jack
from programs import require
from sound_server import JackRecorder, Pulse, Samples, match

from stagelyric.speech import sound
from stagelyric.speech.cache import Cache

if sys.platform == "win32":
    pytest.skip("there is no sound server here", allow_module_level=True)

OPEN = "is open"
LIMIT = 180.0


def cache(play: Play) -> Cache:
    return Cache(play.folder / "cache" / "stagelyric" / "speech", None, None)


def rendered(play: Play, text: str) -> Samples:
    return sound.read(cache(play).path(text))[0]


def likeness(recorded: Samples, played: Samples) -> float:
    return match(recorded, played)[0]


async def speaking(play: Play, *texts: str) -> None:
    """Until the device is open and these lines have their sounds."""
    async with asyncio.timeout(LIMIT):
        while OPEN not in play.printed or not all(cache(play).path(text).exists() for text in texts):
            await asyncio.sleep(0.05)


def spoken(play: Play) -> list[dict[str, Any]]:
    with sqlite3.connect(play.journal) as database:
        database.row_factory = sqlite3.Row
        return [dict(row) for row in database.execute("SELECT * FROM records WHERE kind = 'spoken' ORDER BY seq")]


async def spoken_at_last(play: Play, count: int) -> list[dict[str, Any]]:
    async with asyncio.timeout(LIMIT):
        while len(found := await asyncio.to_thread(spoken, play)) < count:
            await asyncio.sleep(0.05)
    return found


async def test_a_press_is_heard_as_it_was_rendered(tmp_path: Path, jack: Jack) -> None:
    async with playing(tmp_path, "--midi", "none", environment=jack.env, ready=0, speech=True) as play:
        async with play.display() as display:
            heard: list[str] = []
            await speaking(play, display.state["next"])
            with JackRecorder(jack.name, tmp_path) as recorder:
                for press in range(3):
                    await speaking(play, (await play.state())["next"])
                    play.send("/stagelyric/line", 1)
                    await display.until(lambda: len(display.cues) == press + 1)  # noqa: B023
                    heard.append(display.lines[-1])
                    rows = await spoken_at_last(play, press + 1)
                    await asyncio.sleep(len(rendered(play, heard[-1])) / 48_000 + 0.3)
        pcm = recorder.recording.pcm[:, 0]
        for text in heard:
            assert likeness(pcm, rendered(play, text)) > 0.99
        assert [(row["number"], row["text"]) for row in rows] == list(enumerate(heard, 1))
        assert all(0 < row["latency_ms"] < 5000 for row in rows)


async def test_clear_veto_and_the_switch_hold_for_the_mouth_too(tmp_path: Path, jack: Jack) -> None:
    rig = tmp_path / "rig.toml"
    rig.write_text('[speech]\noverlap = "mix"\nduck = 0\n')
    options = ("--midi", "none", "--rig", str(rig))
    async with playing(tmp_path, *options, environment=jack.env, ready=0, speech=True) as play:
        async with play.display() as display:
            await speaking(play, display.state["next"])

            async def press(*order: Any, cues: int) -> None:
                play.send(*order)
                await display.until(lambda: len(display.cues) == cues)

            with JackRecorder(jack.name, tmp_path) as recorder:
                await press("/stagelyric/line", 1, cues=1)  # 1: heard for a moment, then vetoed; 2 takes its place
                await spoken_at_last(play, 1)
                await asyncio.sleep(0.1)
                await press("/stagelyric/veto", 1, cues=2)
                await spoken_at_last(play, 2)
                await asyncio.sleep(3.5)
                await press("/stagelyric/line", 1, cues=3)  # 3: heard for a moment, then cleared
                await spoken_at_last(play, 3)
                await asyncio.sleep(0.1)
                play.send("/stagelyric/clear", 1)
                await asyncio.sleep(1.0)
                play.send("/stagelyric/speech", 0)
                await display.until(lambda: display.state["speech"] is False)
                await press("/stagelyric/line", 1, cues=4)  # 4: not heard at all
                await asyncio.sleep(2.0)
                play.send("/stagelyric/speech", 1)
                await display.until(lambda: display.state["speech"] is True)
                await speaking(play, (await play.state())["next"])
                await press("/stagelyric/line", 1, cues=5)  # 5: heard
                await spoken_at_last(play, 4)
                await asyncio.sleep(3.0)
            lines = display.lines
            rows = await spoken_at_last(play, 4)
        assert [row["number"] for row in rows] == [1, 2, 3, 5]
        pcm = recorder.recording.pcm[:, 0]
        whole = [likeness(pcm, rendered(play, text)) > 0.99 for text in lines if cache(play).path(text).exists()]
        assert whole[-1]
        assert whole == [False, True, False, False, True]


async def test_a_line_that_is_said_is_spoken_as_soon_as_it_can_be(tmp_path: Path, jack: Jack) -> None:
    text = "Nobody has ever sung this before"
    async with playing(tmp_path, "--midi", "none", environment=jack.env, ready=0, speech=True) as play:
        async with play.display() as display:
            await speaking(play, display.state["next"])
            with JackRecorder(jack.name, tmp_path) as recorder:
                play.send("/stagelyric/say", text)
                await display.until(lambda: len(display.cues) == 1)
                await spoken_at_last(play, 1)
                await asyncio.sleep(3.0)
        assert likeness(recorder.recording.pcm[:, 0], rendered(play, text)) > 0.99


async def test_the_next_line_is_whispered_before_it_comes(tmp_path: Path, jack: Jack) -> None:
    rig = tmp_path / "rig.toml"
    rig.write_text("[speech]\nchannel = [1, 2]\n[speech.whisper]\nchannel = [3, 4]\nbeats = 2\n")
    options = ("--midi", "none", "--rig", str(rig))
    async with playing(tmp_path, *options, environment=jack.env, ready=0, speech=True) as play:
        async with play.display() as display:
            with JackRecorder(jack.name, tmp_path, channels=4, early=True) as recorder:
                await speaking(play, display.state["next"])
                await asyncio.sleep(5.0)  # the tempo is 120: the whisper comes with a beat
                play.send("/stagelyric/speech", 0)
                await display.until(lambda: display.state["speech"] is False)
            assert display.cues == []
            coming = {message["next"] for message in display.messages if message["type"] == "state"}
        pcm = recorder.recording.pcm
        made = [rendered(play, text) for text in coming if cache(play).path(text).exists()]
        assert max(likeness(pcm[:, 2], played) for played in made) > 0.99
        assert not pcm[:, :2].any()


async def test_on_pulseaudio_at_its_own_rate(tmp_path: Path) -> None:
    for program in ("pulseaudio", "parec", "pactl"):
        require(program)
    pulse = Pulse(tmp_path)
    await asyncio.to_thread(pulse.start)
    try:
        async with playing(tmp_path, "--midi", "none", environment=pulse.env, ready=0, speech=True) as play:
            async with play.display() as display:
                await speaking(play, display.state["next"])
                with pulse.record() as recorded:
                    play.send("/stagelyric/line", 1)
                    await display.until(lambda: len(display.cues) == 1)
                    await spoken_at_last(play, 1)
                    await asyncio.sleep(len(rendered(play, display.lines[0])) / 44_100 + 1.0)
            wanted, rate = sound.read(cache(play).path(display.lines[0]))
            assert rate == 44_100
            assert likeness(recorded[0][:, 0], wanted) > 0.99
    finally:
        pulse.stop()


async def test_a_sound_server_that_dies_costs_the_sound_and_not_the_show(tmp_path: Path, jack: Jack) -> None:
    speaks = playing(tmp_path, "--midi", "none", environment=jack.env, ready=0, speech=True)
    async with speaks as play, play.display() as display:
        await speaking(play, display.state["next"])
        jack.kill()
        play.send("/stagelyric/line", 1)
        await display.until(lambda: len(display.cues) == 1)
        await display.until(lambda: any("is gone" in str(message.get("text")) for message in display.messages))
        await asyncio.to_thread(jack.start)
        await display.until(lambda: any("is back" in str(message.get("text")) for message in display.messages))
        await speaking(play, (await play.state())["next"])
        play.send("/stagelyric/line", 1)
        await display.until(lambda: len(display.cues) == 2)
        assert (await spoken_at_last(play, 1))[-1]["number"] == 2


@pytest.mark.parametrize(
    ("missing", "says"),
    [
        ("sounddevice.py:raise ImportError(name='sounddevice')", "pip install 'stagelyric[speech]'"),
        ("sounddevice.py:raise OSError('PortAudio library not found')", "PortAudio is not installed"),
    ],
)
async def test_without_a_library_the_show_says_so_once_and_goes_on(tmp_path: Path, missing: str, says: str) -> None:
    name, _, content = missing.partition(":")
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    (hidden / name).write_text(content)
    path = {"PYTHONPATH": f"{hidden}:{Path(__file__).parents[2]}"}
    async with playing(tmp_path, "--midi", "none", environment=path, ready=0, speech=True) as play:
        async with play.display() as display:
            async with asyncio.timeout(LIMIT):
                while says not in play.printed:
                    await asyncio.sleep(0.05)
            for press in range(3):
                play.send("/stagelyric/line", 1)
                await display.until(lambda: len(display.cues) == press + 1)  # noqa: B023
        assert play.printed.count("speech:") == 1


async def test_without_a_device_the_show_says_so_once_and_goes_on(tmp_path: Path) -> None:
    nowhere = tmp_path / "asound.conf"
    nowhere.write_text("")
    silent = {"ALSA_CONFIG_PATH": str(nowhere), "JACK_DEFAULT_SERVER": "none-here", "JACK_NO_START_SERVER": "1"}
    async with playing(tmp_path, "--midi", "none", environment=silent, ready=0, speech=True) as play:
        async with play.display() as display:
            async with asyncio.timeout(LIMIT):
                while "there is no audio output" not in play.printed:
                    await asyncio.sleep(0.05)
            play.send("/stagelyric/line", 1)
            await display.until(lambda: len(display.cues) == 1)
            await asyncio.sleep(4.0)  # it looks again
        assert play.printed.count("speech:") == 1


async def test_a_show_that_begins_silent_speaks_when_it_is_switched_on(tmp_path: Path, jack: Jack) -> None:
    async with playing(tmp_path, "--midi", "none", environment=jack.env, ready=0) as play, play.display() as display:
        assert display.state["speech"] is False
        assert OPEN not in play.printed
        play.send("/stagelyric/speech", 1)
        await speaking(play, display.state["next"])
        play.send("/stagelyric/line", 1)
        assert (await spoken_at_last(play, 1))[0]["number"] == 1
