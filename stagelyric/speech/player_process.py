"""The audio device, in a process of its own: run by `types.process` with SETTINGS, or `list`.

A driver may hang, print or crash, and JACK's library ends its clients' process when the server dies; in a separate
process that does no harm. `player` is the other end. Both ways go JSON objects, one per line. In: {"play": path,
"number", "bus"}, {"load": [path, ...]}, {"stop": number}, {"silence": true}. Back: {"open": device}, {"problem": why},
{"missing": what}, {"failed": path}, {"begun": number, "at": time}, and every second {"alive": true} with the number of
underruns. The process ends when its standard input is closed.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import subprocess
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep
from types import ModuleType
from typing import TYPE_CHECKING, NoReturn

from stagelyric.speech.audio import Device, Library, Untyped, choose, in_plain_words, library, outputs
from stagelyric.types import heap
from stagelyric.types.devices import DeviceError
from stagelyric.types.json import JsonObject
from stagelyric.types.mixing import Bus

if TYPE_CHECKING:
    from stagelyric.speech.mixer import Mixer, Samples

LOST, BACK = 3, 4  # exit statuses: the device is gone; the wanted device is back

_LOOK_SECONDS = 3.0  # between two searches for a missing device
_ALIVE_SECONDS = 1.0
_REPORT_SECONDS = 0.05
_DEAD_SECONDS = 2.0  # without a callback; longer than any buffer
_STARTING_SECONDS = 8.0  # the same for a new stream: PulseAudio reads a few buffers, and then none for a second or two
_LEAVING_SECONDS = 1.0
_KEPT_BYTES = 64 << 20  # of decoded lines in memory


class Player:
    """One stream, opened once and kept open. `settings` as made by `player.Player`."""

    def __init__(self, settings: JsonObject, say: Callable[..., None]) -> None:
        self._settings, self._say = settings, say
        self._device: Device | None = None
        self._stands_in = False  # whether another device stands in for the wanted one
        self._stream: Untyped = None
        self._sound: ModuleType | None = None
        self._mixer: Mixer | None = None
        self._sounds: OrderedDict[str, Samples] = OrderedDict()
        self._kept = 0
        self._called = self._opened = 0.0
        self._underruns = 0
        self._problem: str | None = None

    def find(self, sounddevice: Library) -> bool:
        """Opens the wanted device and returns True, or reports once why that is not possible."""
        problems: list[str] = []
        wishes = [self._settings["device"], *([None] if self._settings["fallback"] else [])]
        for wanted in dict.fromkeys(wishes):
            self._stands_in = wanted != self._settings["device"]
            try:
                self._open(sounddevice, choose(wanted, outputs(sounddevice)), problems)
                return True
            except (DeviceError, sounddevice.PortAudioError, ValueError) as error:
                problems.append(in_plain_words(str(error)))
        if problems[0] != self._problem:
            self._problem = problems[0]
            self._say(problem=self._problem)
        return False

    def _open(self, sounddevice: Library, device: Device, problems: list[str]) -> None:
        from stagelyric.speech import sound  # imports numpy, so only once there is a device to play on
        from stagelyric.speech.mixer import Mixer

        house = self._channels("channel", device) or tuple(range(min(device.channels, 2)))
        whisper = self._channels("whisper", device)
        buses: dict[Bus, tuple[tuple[int, ...], float]] = {
            "house": (house, self._settings["gain"]),
            "whisper": (whisper, self._settings["whisper_gain"]),
        }
        mixer = Mixer(device.rate, buses, overlap=self._settings["overlap"], duck=self._settings["duck"])

        def callback(out: Samples, frames: int, time: Untyped, status: Untyped) -> None:
            self._called = monotonic()
            self._underruns += bool(status.output_underflow and mixer.busy)  # an underrun during silence is not heard
            mixer.mix(out)

        stream = sounddevice.OutputStream(
            samplerate=device.rate, device=device.index, channels=max(*house, *whisper, 0) + 1, dtype="float32",
            latency=self._settings["latency"], callback=callback,
        )  # fmt: skip
        self._opened = monotonic()
        stream.start()
        self._stream, self._sound, self._device, self._mixer = stream, sound, device, mixer
        self._say(
            open=device.label, rate=device.rate, latency=round(float(stream.latency), 4),
            channels=[channel + 1 for channel in house], whisper=[channel + 1 for channel in whisper],
            instead=problems[0] if problems else None,
        )  # fmt: skip

    def _channels(self, key: str, device: Device) -> tuple[int, ...]:
        """The channels of a bus, counted from 0. None if a stand-in device does not have all of them."""
        channels = tuple(channel - 1 for channel in self._settings[key])
        if all(channel < device.channels for channel in channels):
            return channels
        if self._stands_in:
            return ()
        raise DeviceError(f'wanted channel {max(channels) + 1}, and "{device.label}" has {device.channels}')

    def obey(self, order: JsonObject) -> None:
        """Carries out an order on the reading thread, so that a press does not wait for other work."""
        if self._mixer is None:
            return
        if "play" in order:
            pcm = self._sound_of(order["play"])
            if pcm is not None:
                self._mixer.play(pcm, order["number"], order["bus"])
        elif "load" in order:
            for path in order["load"]:
                self._sound_of(path)
        elif "stop" in order:
            self._mixer.stop(order["stop"])
        elif "silence" in order:
            self._mixer.silence()

    def _sound_of(self, path: str) -> Samples | None:
        if path in self._sounds:
            self._sounds.move_to_end(path)
            return self._sounds[path]
        assert self._device is not None
        assert self._sound is not None
        try:
            pcm, rate = self._sound.read(Path(path))
            pcm = self._sound.resample(pcm, rate, self._device.rate)
        except (OSError, ValueError) as error:
            self._say(failed=path, why=str(error))
            return None
        self._sounds[path] = pcm
        self._kept += pcm.nbytes
        while self._kept > _KEPT_BYTES:
            self._kept -= self._sounds.popitem(last=False)[1].nbytes
        kept: Samples = pcm
        return kept

    def watch(self) -> int:
        """Sends reports until the device is gone or the wanted one is back; returns the exit status."""
        assert self._mixer is not None
        said = looked = monotonic()
        while True:
            sleep(_REPORT_SECONDS)
            now = monotonic()
            with suppress(IndexError):
                while True:
                    begun = self._mixer.begun.popleft()
                    self._say(begun=begun.number, at=begun.at)
            limit = _DEAD_SECONDS if now - self._opened > _STARTING_SECONDS else _STARTING_SECONDS
            if now - max(self._called, self._opened) > limit or not self._stream.active:
                return LOST
            if now - said >= _ALIVE_SECONDS:
                said = now
                self._say(alive=True, underruns=self._underruns, left_out=self._mixer.left_out)
            if self._stands_in and now - looked > _LOOK_SECONDS:
                looked = now
                if not self._mixer.busy and self._wanted_is_back():
                    self.close()
                    return BACK

    def _wanted_is_back(self) -> bool:
        """Asks another process, since PortAudio looks for devices only when it starts."""
        with suppress(DeviceError, subprocess.TimeoutExpired, OSError, ValueError):
            listed = subprocess.run(
                [sys.executable, "-m", "stagelyric.types.process", "stagelyric.speech.player_process", "list"],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=5,
            )  # fmt: skip
            devices = [Device(**found) for found in json.loads(listed.stdout)["outputs"]]
            choose(self._settings["device"], devices)
            return True
        return False

    def close(self) -> None:
        """Closes the stream properly, as JACK requires, and without a click."""
        if self._stream is not None and self._mixer is not None:
            self._mixer.silence()
            sleep(0.03)
            self._stream.close()


def main(pipe: int) -> NoReturn:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the show, which then closes our input
    os.environ["JACK_NO_START_SERVER"] = "1"
    writing = threading.Lock()

    def say(**message: object) -> None:
        with writing, suppress(OSError):
            os.write(pipe, (json.dumps(message) + "\n").encode())

    try:
        sounddevice = library()
    except ImportError as error:
        say(missing=error.name or "sounddevice")
        os._exit(0)
    except OSError as error:  # importing sounddevice finds and starts PortAudio
        say(missing="portaudio", why=str(error))
        os._exit(0)
    except Exception as error:  # PortAudio's own error class, which is only known once PortAudio is loaded
        say(problem=f"PortAudio does not start: {error}")
        os._exit(1)
    if sys.argv[1] == "list":
        say(outputs=_listed(sounddevice))
        os._exit(0)
    os._exit(_play(sounddevice, Player(json.loads(sys.argv[1]), say), say))


def _listed(sounddevice: Library) -> list[JsonObject]:
    from dataclasses import asdict

    return [asdict(device) for device in outputs(sounddevice)]


def _play(sounddevice: Library, player: Player, say: Callable[..., None]) -> int:
    with suppress(OSError, AttributeError):
        os.nice(-10)  # if the system permits it: a late callback is audible
    threading.Thread(target=_read, args=(player,), daemon=True).start()
    while not player.find(sounddevice):
        say(alive=True)
        sleep(_LOOK_SECONDS)
        sounddevice._terminate()  # PortAudio looks for devices only when it starts
        sounddevice._initialize()
    sys.setswitchinterval(0.0005)
    gc.collect()
    gc.freeze()
    heap.give_back()
    gc.disable()
    return player.watch()


def _read(player: Player) -> None:
    for line in sys.stdin.buffer:
        player.obey(json.loads(line))
    closing = threading.Thread(target=player.close, daemon=True)
    closing.start()
    closing.join(_LEAVING_SECONDS)
    os._exit(0)  # skips the interpreter's shutdown, since a driver may still be calling back
