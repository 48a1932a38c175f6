"""What libraries print, from Python, from C, from programs they start, never gets among what a child process says."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import stagelyric
from stagelyric.doctor import audio
from stagelyric.gear.midi.ports import Ports, list_ports
from stagelyric.setlist.rig import SpeechRig
from stagelyric.speech.listing import list_outputs, list_voices
from stagelyric.speech.player import Player
from stagelyric.speech.renderer import Renderer
from stagelyric.stage.generator import Generator
from stagelyric.types.lines import Ask

MODEL = Path(__file__).parents[2] / "models" / "char-rnn"
SOURCES = Path(stagelyric.__file__).parent
LIMIT = 60.0
ASK = Ask(syllables=(6, 9), rhyme="AABB", seed=1967)

NOISE = """
import ctypes, os, subprocess, sys, threading, time
def noise():
    print('{"noise": "from Python"}', flush=True)
    os.write(1, b'{"noise": "from the system"}\\n')
    if sys.platform != "win32":
        libc = ctypes.CDLL(None)
        libc.puts(b'{"noise": "from C"}')
        libc.fflush(None)
noise()
subprocess.run([sys.executable, "-S", "-c", "print('noise from a program')"])
"""
# It stands before the real library, prints as that one is imported and on and on, and hands over to it.
SHIM = f"""{NOISE}
def on_and_on():
    while True:
        noise()
        time.sleep(0.002)
threading.Thread(target=on_and_on, daemon=True).start()
sys.path.remove(os.path.dirname(__file__))
del sys.modules[__name__]
__import__(__name__)
"""


@pytest.fixture
def noisy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """`noisy(library)`: from now on it prints, in every child process."""

    def make(library: str) -> None:
        (tmp_path / "noisy").mkdir()
        (tmp_path / "noisy" / f"{library}.py").write_text(SHIM)
        monkeypatch.setenv("PYTHONPATH", str(tmp_path / "noisy"), prepend=os.pathsep)

    return make


@pytest.mark.parametrize("standard_error", ["there", "closed"])
def test_the_pipe_belongs_to_the_module_alone(tmp_path: Path, standard_error: str) -> None:
    (tmp_path / "child.py").write_text(
        f"{NOISE}\ndef main(pipe):\n    noise()\n    os.write(pipe, repr(sys.argv).encode())\n    noise()\n"
    )
    command = [sys.executable, "-m", "stagelyric.types.process", "child", "one", "two"]
    closing: dict[str, Any] = {} if standard_error == "there" else {"preexec_fn": lambda: os.close(2)}
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=LIMIT,
        stderr=subprocess.PIPE if standard_error == "there" else None,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), str(SOURCES.parent)])}, **closing,
    )  # fmt: skip
    assert done.returncode == 0
    assert done.stdout == b"['child', 'one', 'two']"
    if standard_error == "there":
        assert done.stderr.count(b"from the system") == 3


def test_every_child_begins_there() -> None:
    started = re.compile(r'"-m",\s*"stagelyric\.(?!types\.process")')
    others = [path.name for path in SOURCES.rglob("*.py") if started.search(path.read_text(encoding="utf-8"))]
    assert others == []
    mains = [
        path for path in SOURCES.rglob("*.py") if re.search(r"def main\(\w+: int\)", path.read_text(encoding="utf-8"))
    ]
    # Writing, rendering, playing, MIDI, the setup page's work, the doctor's look at sound, helpers.
    assert len(mains) == 7
    assert [path.name for path in mains if "sys.stdout" in path.read_text(encoding="utf-8")] == []


def test_a_midi_driver_that_prints_lists_its_ports(noisy: Callable[[str], None]) -> None:
    quiet = list_ports()
    assert quiet.binding == "rtmidi"
    noisy("rtmidi")
    assert list_ports() == quiet


async def test_a_midi_driver_that_prints_is_kept(noisy: Callable[[str], None]) -> None:
    noisy("rtmidi")
    told: list[str] = []
    ports = Ports("in", [], tell=lambda text, level, about: told.append(text), poll_seconds=0.05)
    reports: list[object] = []
    heard = ports._report

    def listen(report: dict[str, Any]) -> None:
        reports.append(report)
        heard(report)

    ports._report = listen  # type: ignore[method-assign]
    async with asyncio.timeout(LIMIT), ports.running():
        while len(reports) < 5:
            await asyncio.sleep(0.01)
    assert not any("does not start" in text for text in told)


@pytest.mark.parametrize("library", ["orjson", "numpy", "onnxruntime"])
async def test_a_writer_whose_library_prints_writes_the_same_lines(library: str, noisy: Callable[[str], None]) -> None:
    async def lines() -> list[str]:
        generator, trouble = Generator(MODEL), list[str | None]()
        generator.on_trouble = trouble.append
        async with asyncio.timeout(LIMIT), generator.running():
            found = [line.text for line in await generator.write(ASK, 0, 3)]
        assert trouble == []
        return found

    quiet = await lines()
    noisy(library)
    assert len(quiet) == 3
    assert await lines() == quiet


@pytest.mark.needs("package:pyttsx3", "package:soundfile", "package:soxr")
@pytest.mark.parametrize("library", ["pyttsx3", "soundfile"])
async def test_a_voice_that_prints_speaks(library: str, noisy: Callable[[str], None], tmp_path: Path) -> None:
    quiet = list_voices()
    noisy(library)
    assert list_voices() == quiet
    renderer = Renderer(None, None)
    async with asyncio.timeout(LIMIT), renderer.running():
        assert await renderer.render("Hold the light", tmp_path / "line.flac", 48_000) > 0.4


async def test_an_audio_driver_that_prints_is_heard(noisy: Callable[[str], None]) -> None:
    quiet, probed = list_outputs(), audio.check_in(SpeechRig(), 0.2, os.environ)
    noisy("sounddevice")
    assert list_outputs() == quiet
    assert [finding.level for finding in audio.check_in(SpeechRig(), 0.2, os.environ)] == [
        finding.level for finding in probed
    ]
    told: list[str] = []
    player = Player(SpeechRig(), tell=lambda text, level: told.append(text))
    async with asyncio.timeout(LIMIT), player.running():
        while not told:
            await asyncio.sleep(0.01)
    assert not any("no message" in text for text in told), told
