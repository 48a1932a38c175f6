"""The audio device's process with real PortAudio on a JACK server, recorded back from what it played."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from jack import Jack
from sound_server import LIMIT, JackRecorder, Recording, match, open_player

from stagelyric.setlist.rig import SpeechRig
from stagelyric.speech.player import Player
from stagelyric.testing.waiting import until
from stagelyric.types.events import Level
from stagelyric.types.mixing import Overlap

sound = pytest.importorskip("stagelyric.speech.sound", reason="the extra speech is not installed")
if sys.platform == "win32":
    pytest.skip("there is no JACK server here", allow_module_level=True)


class Heard:
    """What people were told."""

    def __init__(self) -> None:
        self.said: list[tuple[str, Level]] = []

    def __call__(self, text: str, level: Level) -> None:
        self.said.append((text, level))

    def __contains__(self, words: str) -> bool:
        return any(words in text for text, _ in self.said)


@pytest.fixture
def on_jack(jack: Jack, monkeypatch: pytest.MonkeyPatch) -> Jack:
    for name, value in jack.env.items():
        monkeypatch.setenv(name, value)
    return jack


def step(pcm: Any) -> float:
    return float(np.abs(np.diff(pcm)).max())


def found(recording: Recording, path: Path, channel: int = 0) -> float:
    return match(recording.pcm[:, channel], sound.read(path)[0])[0]


async def test_what_is_played_is_what_was_rendered(on_jack: Jack, tmp_path: Path, sounds: list[Path]) -> None:
    begun: list[tuple[int, float]] = []
    heard = Heard()
    player = Player(SpeechRig(), tell=heard, begun=lambda number, at: begun.append((number, at)))
    async with open_player(player):
        assert player.stream is not None
        assert (player.stream.rate, player.stream.channels) == (48_000, (1, 2))
        for _ in range(5):  # a machine that is busy enough loses a period, and says so
            begun.clear()
            with JackRecorder(on_jack.name, tmp_path) as recorder:
                number = player.play(sounds[0])
                await until(lambda: len(begun) == 1)
                lost = player.underruns
                await asyncio.sleep(2.1)
            if player.underruns == lost:
                break
    recording = recorder.recording
    played, _ = sound.read(sounds[0])
    likeness, place = match(recording.pcm[:, 0], played)
    assert likeness > 0.9999
    assert np.abs(recording.pcm[place : place + len(played), 0] - played).max() < 1e-4  # and so without a gap
    np.testing.assert_array_equal(recording.pcm[:, 0], recording.pcm[:, 1])
    assert begun[0][0] == number
    assert heard.said[0] == ('speech: audio output "system (JACK)" is open', "info")


async def test_another_rate_becomes_the_device_s(on_jack: Jack, tmp_path: Path) -> None:
    time = np.arange(22_050) / 22_050
    pcm = (0.4 * np.sin(2 * np.pi * 330 * time) * np.sin(np.pi * time)).astype(np.float32)
    sound.write(tmp_path / "slow.flac", pcm, 22_050)
    async with open_player(Player(SpeechRig(), tell=Heard())) as player:
        with JackRecorder(on_jack.name, tmp_path) as recorder:
            player.play(tmp_path / "slow.flac")
            await asyncio.sleep(1.4)
    assert match(recorder.recording.pcm[:, 0], sound.resample(pcm, 22_050, 48_000))[0] > 0.999


async def test_house_and_ear_have_channels_and_gains_of_their_own(
    on_jack: Jack, tmp_path: Path, sounds: list[Path]
) -> None:
    rig = SpeechRig.model_validate({"channel": [1], "gain": -6, "whisper": {"channel": [3, 4], "gain": -20}})
    async with open_player(Player(rig, tell=Heard())) as player:
        assert player.stream is not None
        assert player.stream.whisper == (3, 4)
        with JackRecorder(on_jack.name, tmp_path, channels=4) as recorder:
            player.play(sounds[0])
            player.play(sounds[5], "whisper")
            await asyncio.sleep(1.0)
    pcm = recorder.recording.pcm
    assert found(recorder.recording, sounds[0], 0) > 0.999
    assert found(recorder.recording, sounds[5], 2) > 0.999
    assert not pcm[:, 1].any()
    np.testing.assert_array_equal(pcm[:, 2], pcm[:, 3])
    loudest = [float(np.abs(sound.read(path)[0]).max()) for path in (sounds[0], sounds[5])]
    assert np.abs(pcm[:, 0]).max() == pytest.approx(loudest[0] * 10 ** (-6 / 20), rel=1e-3)
    assert np.abs(pcm[:, 2]).max() == pytest.approx(loudest[1] * 10 ** (-20 / 20), rel=1e-3)


async def test_panic_is_silent_within_one_buffer(on_jack: Jack, tmp_path: Path, sounds: list[Path]) -> None:
    async with open_player(Player(SpeechRig(overlap="mix"), tell=Heard())) as player:
        with JackRecorder(on_jack.name, tmp_path) as recorder:
            for _ in range(4):
                for path in sounds[:3]:
                    player.play(path)
                await asyncio.sleep(0.3)
                player.silence()
                await asyncio.sleep(0.3)
    recording = recorder.recording
    begins = recording.onsets(quiet=0.1)
    assert len(begins) == 4
    heard = np.flatnonzero(np.abs(recording.pcm[:, 0]) > 1e-4)
    ends = [int(heard[place]) for place in np.flatnonzero(np.diff(heard) > 4800)] + [int(heard[-1])]
    for end in ends:  # the last block that sounds is the one that fades: full at its beginning, nothing at its end
        block = recording.pcm[(end // 256) * 256 :, 0][:256]
        assert np.abs(block[-8:]).max() < 0.02
        assert step(block) < 0.1
    lengths = [end - begin for begin, end in zip(begins, ends, strict=True)]
    assert max(lengths) < 0.6 * 48_000  # cut off, not played out


@pytest.mark.parametrize("overlap", ["cut", "wait", "mix"])
async def test_fifty_presses_in_five_seconds(
    on_jack: Jack, tmp_path: Path, sounds: list[Path], overlap: Overlap
) -> None:
    """No crackle: no step between two samples that the sounds themselves, as many as sound together, do not have, but
    for a fade's own slope. No memory: the process is as large after as before."""
    player = Player(SpeechRig(overlap=overlap), tell=Heard())
    async with open_player(player):
        for path in sounds:
            player.load(path)
        player.play(sounds[0])
        await asyncio.sleep(0.8)
        assert player.pid is not None
        process = psutil.Process(player.pid)
        before = process.memory_info().rss
        with JackRecorder(on_jack.name, tmp_path) as recorder:
            for press in range(50):
                player.play(sounds[press % len(sounds)])
                await asyncio.sleep(0.1)
            await asyncio.sleep(4.0 if overlap == "wait" else 1.0)
        grown = process.memory_info().rss - before
    recording = recorder.recording
    steepest = max(step(sound.read(path)[0]) for path in sounds)
    together = {"cut": 2, "wait": 1, "mix": 7}[overlap]  # lines of 0.6 s, one every 0.1 s
    assert step(recording.pcm[:, 0]) <= together * steepest + 0.5 / 480
    assert np.abs(recording.pcm).max() <= 1.0
    assert recording.pcm[:, 0].any()
    assert not recording.pcm[-256:].any()
    assert grown < 2 << 20
    if overlap == "wait":
        await until(lambda: player.left_out > 0)


async def test_a_device_that_vanishes_is_taken_up_again(on_jack: Jack, tmp_path: Path, sounds: list[Path]) -> None:
    heard = Heard()
    player = Player(SpeechRig(), tell=heard)
    async with open_player(player):
        on_jack.kill()
        await until(lambda: player.stream is None)
        assert 'speech: audio output "system (JACK)" is gone; it is taken up again when it is back' in heard
        player.play(sounds[0])  # nothing to play it on: nothing happens, now or later
        on_jack.start()
        await until(lambda: player.stream is not None)
        assert 'speech: audio output "system (JACK)" is back' in heard
        with JackRecorder(on_jack.name, tmp_path) as recorder:
            player.play(sounds[1])
            await asyncio.sleep(0.9)
    assert found(recorder.recording, sounds[1]) > 0.999
    assert found(recorder.recording, sounds[0]) < 0.9
    assert sum("audio output" in text for text, _ in heard.said) == 3  # open, gone, back


async def test_a_device_process_that_is_killed_is_started_anew(
    on_jack: Jack, tmp_path: Path, sounds: list[Path]
) -> None:
    player = Player(SpeechRig(), tell=Heard())
    async with open_player(player):
        assert player.pid is not None
        psutil.Process(player.pid).kill()
        await until(lambda: player.stream is None)
        await until(lambda: player.stream is not None)
        with JackRecorder(on_jack.name, tmp_path) as recorder:
            player.play(sounds[1])
            await asyncio.sleep(0.9)
    assert found(recorder.recording, sounds[1]) > 0.999


async def test_a_device_that_is_not_there_is_said_once_and_the_usual_one_only_where_allowed(
    on_jack: Jack, tmp_path: Path
) -> None:
    heard = Heard()
    player = Player(SpeechRig(device="Scarlett"), tell=heard)
    async with player.running():
        await until(lambda: heard.said)
        await asyncio.sleep(4.0)  # it looks again, and says nothing
    assert player.stream is None
    ((said, level),) = heard.said
    assert level == "warning"
    assert said.startswith('speech: no audio output matches "Scarlett"; there is: ')
    assert "'system (JACK)'" in said
    assert said.endswith("; the show goes on without")
    heard = Heard()
    async with open_player(Player(SpeechRig(device="Scarlett", fallback=True), tell=heard)) as player:
        assert player.stream is not None
        assert player.stream.device == "system (JACK)"
    assert "Scarlett" in heard.said[0][0]
    assert heard.said[0][0].endswith('; "system (JACK)" plays meanwhile')


def test_a_device_that_is_not_there_is_said_once_whatever_else_comes_and_goes() -> None:
    heard = Heard()
    player = Player(SpeechRig(device="Scarlett"), tell=heard)
    for there in ("'system (JACK)', 'Hydrogen (JACK)'", "'system (JACK)'"):
        player._hear({"problem": f'No audio output matches "Scarlett"; there is: {there}'})
    assert len(heard.said) == 1
    player._hear({"problem": 'No audio output matches "Focusrite"; there is: none'})
    assert len(heard.said) == 2


async def test_a_channel_that_the_device_does_not_have_is_said(on_jack: Jack) -> None:
    heard = Heard()
    async with Player(SpeechRig(channel=(7, 8)), tell=heard).running():
        await until(lambda: heard.said)
    assert 'wanted channel 8, and "system (JACK)" has 4' in heard


async def test_a_sound_that_is_gone_is_told(on_jack: Jack, tmp_path: Path) -> None:
    failed: list[Path] = []
    async with open_player(Player(SpeechRig(), tell=Heard(), failed=failed.append)) as player:
        player.play(tmp_path / "gone.flac")
        await until(lambda: failed)
    assert failed == [tmp_path / "gone.flac"]


async def test_it_ends_with_the_show_and_leaves_the_server_in_order(on_jack: Jack) -> None:
    async with open_player(Player(SpeechRig(), tell=Heard())) as player:
        assert player.pid is not None
        process = psutil.Process(player.pid)
        assert any("stagelyric-speech" in port for port in await asyncio.to_thread(on_jack.ports))
    await asyncio.to_thread(process.wait, LIMIT)
    assert not any("stagelyric-speech" in port for port in await asyncio.to_thread(on_jack.ports))
