"""The voices: pyttsx3 with the system's voices (on Linux the espeak-ng library from a wheel), or Piper.

Only the rendering process imports this. A voice writes one sound file per call. It may hang, print or end the process;
`renderer` handles that.
"""

import contextlib
import ctypes
import importlib.util
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import sleep
from typing import Any, Protocol, TypeAlias

from stagelyric.setlist.rig import VOICE_FILE
from stagelyric.types.program import typed

Engine: TypeAlias = Any  # pyttsx3's engine, which has no types

USUAL_RATE = 175  # words per minute
_TRIES = 3
_HEADER = 200  # bytes; a file no longer than this contains no sound


class VoiceError(Exception):
    """A voice does not exist or can't be used. The message says what was wanted and what there is."""


class Voice(Protocol):
    """Something that speaks. `name` for people; `seconds`: the time that one line may take before the voice counts as
    hung."""

    name: str
    seconds: float

    def render(self, text: str, path: Path) -> None:
        """Writes the text's sound to `path`, which does not exist yet, as WAV or AIFF. Raises on failure."""


@dataclass(frozen=True, slots=True)
class Known:
    """A system voice: `key` as its driver has it, `name` for people, `languages` like "en-gb"."""

    key: str
    name: str
    languages: tuple[str, ...] = ()


def open_voice(wanted: str | None, words_a_minute: int | None) -> Voice:
    """The voice for `wanted`: part of a name, language or key, or a path to a Piper voice; None: the default voice.

    Raises VoiceError, ImportError if a library is missing, and whatever the drivers raise.
    """
    if wanted is not None and wanted.endswith(VOICE_FILE):
        return Piper(Path(wanted).expanduser(), words_a_minute or USUAL_RATE)
    return Pyttsx3(wanted, words_a_minute or USUAL_RATE)


def known_voices() -> list[Known]:
    """The system's voices. Raises as `open_voice` does."""
    return _known(_engine())


def pick(wanted: str, voices: Sequence[Known]) -> Known:
    """The voice that matches; a complete name, language or key wins over a part of one. Raises VoiceError if none or
    several match."""
    fold = wanted.casefold()
    for voice in voices:
        whole = (voice.key, voice.key.rpartition("/")[2], voice.key.rpartition(".")[2], voice.name, *voice.languages)
        if fold in (word.casefold() for word in whole):
            return voice
    matches = [voice for voice in voices if fold in f"{voice.name} {voice.key}".casefold()]
    if len(matches) == 1:
        return matches[0]
    if matches:
        names = " and ".join(f'"{voice.name}"' for voice in matches[:6])
        raise VoiceError(f'voice "{wanted}" is ambiguous: {names}{" and more" * (len(matches) > 6)} match')
    raise VoiceError(f'no voice matches "{wanted}"; {typed("devices")} lists the {len(voices)} there are')


class Pyttsx3:
    """Uses one `save_to_file` per call, since of two queued ones pyttsx3 writes only the last."""

    seconds = 5.0

    def __init__(self, wanted: str | None, words_a_minute: int) -> None:
        self._engine = _engine()
        self._is_espeak = self._engine.driver_name == "espeak"
        self._settle()
        self._engine.proxy.setBusy(True)
        self._engine.runAndWait()  # until it has run once, the engine only records properties
        self._faults: list[Exception] = []
        self._engine.connect("error", lambda name, exception: self._faults.append(exception))
        if wanted is not None:
            chosen = pick(wanted, _known(self._engine))
            self._set("voice", chosen.key)
        self._set("rate", words_a_minute)
        self.name = str(self._engine.getProperty("voice"))

    def render(self, text: str, path: Path) -> None:
        for _ in range(_TRIES):
            path.unlink(missing_ok=True)
            self._save(text, path)
            self._raise()
            if path.exists() and path.stat().st_size > _HEADER:
                return
        if not path.exists():
            raise OSError(f"the voice wrote no file for {text!r}")

    def _save(self, text: str, path: Path) -> None:
        self._settle()
        # The order to end pyttsx3's loop is given together with the order to run it. espeak's driver speaks in a thread
        # and ends the loop itself when the file is written: it must get the order first, or it returns too soon. The
        # other drivers must get it after, or they run for ever. An engine marked as busy queues its orders.
        self._engine.proxy.setBusy(not self._is_espeak)
        self._engine.save_to_file(text, str(path))
        self._engine.runAndWait()

    def _settle(self) -> None:
        """Waits until espeak is idle, even after only setting a property. Otherwise its driver, told to end its loop,
        would take the pending work for an earlier text and cancel the next one."""
        if self._is_espeak:
            from pyttsx3.drivers import _espeak

            while _espeak.IsPlaying():
                sleep(0.001)

    def _set(self, name: str, value: object) -> None:
        self._engine.setProperty(name, value)
        self._settle()
        self._raise()

    def _raise(self) -> None:
        """Raises a driver's exception, which pyttsx3 reports only to subscribers."""
        if self._faults:
            raise VoiceError(f"the voice failed: {self._faults.pop()}")


class Piper:
    """A neural voice, from the user's own file. A line takes a good part of a second, so it must be rendered in
    advance."""

    seconds = 20.0

    def __init__(self, path: Path, words_a_minute: int) -> None:
        for file in (path, path.with_name(f"{path.name}.json")):
            if not file.is_file():
                raise VoiceError(f'voice: wanted a Piper voice, "{path.name}" and its .json beside it; no {file}')
        from onnxruntime import InferenceSession, SessionOptions
        from piper import PiperConfig, PiperVoice, SynthesisConfig

        options = SessionOptions()
        options.intra_op_num_threads = 1  # the other cores are for the show
        session = InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        config = json.loads(path.with_name(f"{path.name}.json").read_text(encoding="utf-8"))
        self._voice = PiperVoice(session=session, config=PiperConfig.from_dict(config))
        self._style = SynthesisConfig(length_scale=USUAL_RATE / words_a_minute)
        self.name = path.stem

    def render(self, text: str, path: Path) -> None:
        import wave

        with wave.open(str(path), "wb") as file:
            self._voice.synthesize_wav(text, file, syn_config=self._style)


def _engine() -> Engine:
    """pyttsx3's engine. On Linux it needs a library called libespeak-ng.so.1, which this loads first."""
    if sys.platform == "linux" and importlib.util.find_spec("espeakng_loader") is not None:
        import espeakng_loader

        # built for another C library; then the system's own is used, if there is one
        with contextlib.suppress(OSError):
            ctypes.CDLL(espeakng_loader.get_library_path(), ctypes.RTLD_GLOBAL)
            # A wrong path would end the whole process: espeak prints and exits.
            os.environ["ESPEAK_DATA_PATH"] = espeakng_loader.get_data_path()
    import pyttsx3

    return pyttsx3.init()


def _known(engine: Engine) -> list[Known]:
    return [
        Known(str(voice.id), str(voice.name), tuple(str(language) for language in voice.languages or ()))
        for voice in engine.getProperty("voices")
    ]
