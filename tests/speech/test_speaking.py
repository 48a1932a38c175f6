"""The product as a band runs it: a press is heard, and what is kept from the screen is kept from the mouth."""

import asyncio
import contextlib
import os
import sqlite3
import sys
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from jack import Jack
from product import SETLIST, playing
from sound_server import JackRecorder, Pulse, Samples, match, match_in_pieces

from stagelyric.speech.cache import Cache
from stagelyric.testing.play import Play
from stagelyric.types.extras import how_to_get

sound = pytest.importorskip("stagelyric.speech.sound", reason="the extra speech is not installed")
if sys.platform == "win32":
    pytest.skip("there is no sound server here", allow_module_level=True)

OPEN = "is open"
LIMIT = 180.0
# Half a minute of speech, to be cut off somewhere.
WORDS = ("window", "river", "candle", "engine", "letter", "winter", "kitchen", "ticket", "garden", "ladder") * 2


def cache(play: Play) -> Cache:
    return Cache(play.cache / "speech", None, None)


def rendered(play: Play, text: str) -> Samples:
    pcm: Samples = sound.read(cache(play).path(text))[0]
    return pcm


async def speaking(play: Play) -> str:
    """Until the device is open and the line to come has its sound; that line."""
    await play.until(lambda: OPEN in play.printed, LIMIT)
    async with asyncio.timeout(LIMIT):
        while not cache(play).path(text := (await play.state())["next"]).exists():
            await asyncio.sleep(0.05)
    return str(text)


def records(play: Play, kind: str) -> list[dict[str, Any]]:
    with contextlib.closing(sqlite3.connect(play.journal)) as database:
        database.row_factory = sqlite3.Row
        rows = database.execute("SELECT * FROM records WHERE kind = ? ORDER BY seq", (kind,))
        return [dict(row) for row in rows]


async def spoken(play: Play, count: int) -> list[dict[str, Any]]:
    """What was spoken, as soon as it is so much."""
    await play.until(lambda: len(records(play, "spoken")) >= count, LIMIT)
    return records(play, "spoken")


async def order(play: Play, address: str, value: Any, number: int) -> str:
    """Sends it, and waits until so many lines have gone up; the last of them."""
    play.send(address, value)
    await play.until(lambda: len(records(play, "cue")) >= number, LIMIT)
    cues = records(play, "cue")
    assert len(cues) == number
    return str(cues[-1]["text"])


def on_stage(folder: Path, jack: Jack, *options: str, speech: bool = True) -> AbstractAsyncContextManager[Play]:
    return playing(folder, "--midi", "none", *options, environment=jack.env, ready=0, speech=speech)


async def test_a_press_is_heard_as_it_was_rendered(tmp_path: Path, jack: Jack) -> None:
    async with on_stage(tmp_path, jack) as play:
        heard: list[str] = []
        with JackRecorder(jack.name, tmp_path, early=True) as recorder:
            for number in (1, 2, 3):
                await speaking(play)
                heard.append(await order(play, "/stagelyric/line", 1, number))
                rows = await spoken(play, number)
                await asyncio.sleep(len(rendered(play, heard[-1])) / 48_000 + 0.5)
        pcm = recorder.recording.pcm[:, 0]
        assert [(row["number"], row["text"]) for row in rows] == list(enumerate(heard, 1))
        assert all(row["latency_ms"] > 0 for row in rows)
        found = [match(pcm, rendered(play, text)) for text in heard]
        assert min(likeness for likeness, _ in found) > 0.99
        for text, (_, place) in zip(heard, found, strict=True):  # and no period is missing, or it would be apart
            played = rendered(play, text)
            assert np.abs(pcm[place : place + len(played)] - played).max() < 1e-3


async def test_clear_veto_and_the_switch_hold_for_the_mouth_too(tmp_path: Path, jack: Jack) -> None:
    rig = tmp_path / "rig.toml"
    rig.write_text('[speech]\noverlap = "mix"\nduck = 0\n')
    vetoed, cleared, unheard = ("; ".join(f"{what} {word}" for word in WORDS) for what in ("No", "Not", "Never"))
    triggers = "".join(
        f'[[triggers]]\non = {{ osc = "/say/{number}" }}\ndo = {{ say = "{text}" }}\n'
        for number, text in enumerate((vetoed, cleared, unheard), 1)
    )
    setlist = SETLIST.replace("[[songs]]", triggers + "[[songs]]", 1)
    options: dict[str, Any] = {"setlist": setlist, "environment": jack.env, "ready": 0, "speech": True}
    async with playing(tmp_path, "--midi", "none", "--rig", str(rig), **options) as play:
        with JackRecorder(jack.name, tmp_path, early=True) as recorder:
            await play.until(lambda: all(cache(play).path(text).exists() for text in (vetoed, cleared, unheard)), LIMIT)
            await order(play, "/say/1", 1, 1)
            await spoken(play, 1)
            await asyncio.sleep(1.2)
            play.send("/stagelyric/veto", 1)
            await play.until(lambda: len(records(play, "cue")) == 2, LIMIT)
            await asyncio.sleep(3.0)
            before = len(records(play, "spoken"))
            await order(play, "/say/2", 1, 3)
            await spoken(play, before + 1)
            await asyncio.sleep(1.2)
            play.send("/stagelyric/clear", 1)
            await play.until(lambda: len(records(play, "clear")) == 1, LIMIT)
            play.send("/stagelyric/speech", 0)
            await order(play, "/say/3", 1, 4)
            await asyncio.sleep(2.0)
            play.send("/stagelyric/speech", 1)
            await speaking(play)
            last = await order(play, "/stagelyric/line", 1, 5)
            await spoken(play, before + 2)
            await asyncio.sleep(4.0)
        numbers = [row["number"] for row in records(play, "spoken")]
        assert [number for number in numbers if number != 2] == [1, 3, 5]
        pcm = recorder.recording.pcm[:, 0]
        assert match(pcm, rendered(play, last))[0] > 0.99
        second = 48_000
        for text in (vetoed, cleared):
            assert match(pcm, rendered(play, text)[:second])[0] > 0.5  # it was heard for a moment
            assert match(pcm, rendered(play, text)[-5 * second :])[0] < 0.5  # and not to its end
        assert match(pcm, rendered(play, unheard)[: 3 * second])[0] < 0.5


async def test_a_line_that_is_said_is_spoken_as_soon_as_it_can_be(tmp_path: Path, jack: Jack) -> None:
    text = "Nobody has ever sung this before"
    async with on_stage(tmp_path, jack) as play:
        with JackRecorder(jack.name, tmp_path, early=True) as recorder:
            await speaking(play)
            assert await order(play, "/stagelyric/say", text, 1) == text
            await play.until(lambda: cache(play).path(text).exists(), LIMIT)
            await spoken(play, 1)
            await asyncio.sleep(4.0)
        assert match(recorder.recording.pcm[:, 0], rendered(play, text))[0] > 0.99


async def test_the_next_line_is_whispered_before_it_comes(tmp_path: Path, jack: Jack) -> None:
    rig = tmp_path / "rig.toml"
    rig.write_text("[speech]\nchannel = [1, 2]\n[speech.whisper]\nchannel = [3, 4]\nbeats = 2\n")
    async with on_stage(tmp_path, jack, "--rig", str(rig)) as play:
        with JackRecorder(jack.name, tmp_path, channels=4, early=True) as recorder:
            coming = {await speaking(play)}
            await asyncio.sleep(5.0)  # the tempo is 120: the whisper comes with a beat
            coming.add((await play.state())["next"])
            await asyncio.sleep(4.0)
        assert records(play, "cue") == []
        pcm = recorder.recording.pcm
        made = [rendered(play, text) for text in coming if cache(play).path(text).exists()]
        assert max(match(pcm[:, 2], played)[0] for played in made) > 0.99
        assert not pcm[:, :2].any()


@pytest.mark.needs("pulse")
async def test_on_pulseaudio_at_its_own_rate(tmp_path: Path) -> None:
    pulse = Pulse(tmp_path)
    await asyncio.to_thread(pulse.start)
    try:
        options = ("--midi", "none")
        async with playing(tmp_path, *options, environment=pulse.env, ready=0, speech=True) as play:
            await speaking(play)
            with pulse.record() as recorded:
                text = await order(play, "/stagelyric/line", 1, 1)
                await spoken(play, 1)
                await asyncio.sleep(len(rendered(play, text)) / 44_100 + 1.0)
            wanted, rate = sound.read(cache(play).path(text))
            assert rate == 44_100
            assert match_in_pieces(recorded[0][:, 0], wanted, rate // 20) > 0.99
    finally:
        pulse.stop()


async def test_a_sound_server_that_dies_costs_the_sound_and_not_the_show(tmp_path: Path, jack: Jack) -> None:
    async with on_stage(tmp_path, jack) as play:
        await speaking(play)
        jack.kill()
        await play.until(lambda: "is gone; it is taken up again" in play.printed, LIMIT)
        await order(play, "/stagelyric/line", 1, 1)
        await asyncio.to_thread(jack.start)
        await play.until(lambda: '(JACK)" is back' in play.printed, LIMIT)
        await speaking(play)
        await order(play, "/stagelyric/line", 1, 2)
        assert [row["number"] for row in await spoken(play, 1)] == [2]
        assert play.printed.count("speech: audio output") == 3  # open, gone, back


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("raise ImportError(name='sounddevice')", how_to_get("speech")),
        ("raise OSError('PortAudio library not found')", "PortAudio is not installed"),
    ],
)
async def test_without_a_library_the_show_says_so_once_and_goes_on(tmp_path: Path, content: str, says: str) -> None:
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    (hidden / "sounddevice.py").write_text(content)
    path = {"PYTHONPATH": f"{hidden}{os.pathsep}{Path(__file__).parents[2]}"}
    async with playing(tmp_path, "--midi", "none", environment=path, ready=0, speech=True) as play:
        await play.until(lambda: says in play.printed, LIMIT)
        for number in (1, 2, 3):
            await order(play, "/stagelyric/line", 1, number)
        assert play.printed.count("speech:") == 1


SILENT = {"JACK_DEFAULT_SERVER": "none-here", "JACK_NO_START_SERVER": "1"}


@pytest.mark.needs("no sound card")
async def test_without_a_device_the_show_says_so_once_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in SILENT.items():
        monkeypatch.setenv(name, value)
    async with playing(tmp_path, "--midi", "none", environment=SILENT, ready=0, speech=True) as play:
        await play.until(lambda: "there is no audio output" in play.printed, LIMIT)
        await order(play, "/stagelyric/line", 1, 1)
        await asyncio.sleep(4.0)  # it looks again
        assert play.printed.count("speech:") == 1


@pytest.mark.needs("portaudio")
async def test_an_audio_driver_that_crashes_as_it_starts_is_said_once(tmp_path: Path) -> None:
    """With an empty configuration ALSA's part of PortAudio aborts the process."""
    nothing = tmp_path / "asound.conf"
    nothing.write_text("")
    crashing = SILENT | {"ALSA_CONFIG_PATH": str(nothing)}
    async with playing(tmp_path, "--midi", "none", environment=crashing, ready=0, speech=True) as play:
        await play.until(lambda: "the audio driver was ended by signal" in play.printed, LIMIT)
        await order(play, "/stagelyric/line", 1, 1)
        await asyncio.sleep(4.0)  # it is started again, and crashes again
        assert play.printed.count("speech:") == 1


async def test_a_show_that_begins_silent_speaks_when_it_is_switched_on(tmp_path: Path, jack: Jack) -> None:
    async with on_stage(tmp_path, jack, speech=False) as play:
        assert (await play.state())["speech"] is False
        assert OPEN not in play.printed
        play.send("/stagelyric/speech", 1)
        await speaking(play)
        await order(play, "/stagelyric/line", 1, 1)
        assert (await spoken(play, 1))[0]["number"] == 1
