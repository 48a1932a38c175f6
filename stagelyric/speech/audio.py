"""The audio outputs there are, by PortAudio, and which of them is meant. The show's own process never loads it."""

import ctypes
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from stagelyric.types.devices import DeviceError, find

Library = Any  # sounddevice, which has no types

NAME = b"stagelyric-speech"  # what other JACK clients see; the MIDI ports are "stagelyric"

# The systems through which one and the same device can be had, the quickest first.
_APIS = ("JACK Audio Connection Kit", "Core Audio", "Windows WASAPI", "ALSA", "Windows DirectSound", "MME")


@dataclass(frozen=True, slots=True)
class Device:
    """`index`: PortAudio's; `api`: the system it is had through; `rate`: its own, in samples a second."""

    index: int
    name: str
    api: str
    channels: int
    rate: int
    usual: bool = False  # its system's default

    @property
    def label(self) -> str:
        return f"{self.name} ({_SHORT.get(self.api, self.api)})"


_SHORT = {"JACK Audio Connection Kit": "JACK", "Windows WASAPI": "WASAPI", "Windows DirectSound": "DirectSound"}


def library() -> Library:
    """The sounddevice module. Raises ImportError without it, and OSError where there is no PortAudio."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # no PortAudio, or one that was built without JACK
            # Kept by pointer: it must be said before PortAudio starts, which is when sounddevice is imported.
            ctypes.CDLL("libportaudio.so.2").PaJack_SetClientName(NAME)
    import sounddevice

    return sounddevice


def outputs(sounddevice: Library) -> list[Device]:
    """The devices that can play, those of the quickest system first."""
    apis = sounddevice.query_hostapis()
    devices = [
        Device(
            int(found["index"]),
            str(found["name"]),
            str(apis[found["hostapi"]]["name"]),
            int(found["max_output_channels"]),
            int(found["default_samplerate"]),
            apis[found["hostapi"]]["default_output_device"] == found["index"],
        )
        for found in sounddevice.query_devices()
        if found["max_output_channels"] > 0
    ]
    return sorted(devices, key=lambda device: _APIS.index(device.api) if device.api in _APIS else len(_APIS))


def choose(wanted: str | None, devices: Sequence[Device]) -> Device:
    """The device with `wanted` in its label, of the quickest system that has one; None: the quickest one's default.

    Raises DeviceError where none or several match, or there is none at all.
    """
    if not devices:
        raise DeviceError("there is no audio output")
    if wanted is None:
        return next((device for device in devices if device.usual), devices[0])
    for api in dict.fromkeys(device.api for device in devices):
        labels = [device.label for device in devices if device.api == api]
        if any(wanted.casefold() in label.casefold() for label in labels):
            label = find(wanted, labels, "audio output")
            return next(device for device in devices if device.label == label and device.api == api)
    find(wanted, [device.label for device in devices], "audio output")
    raise AssertionError("it was found after all")


def in_plain_words(problem: str) -> str:
    """What PortAudio says of a device that it can't open, with what to do where that is known."""
    if "unavailable" in problem.casefold() or "busy" in problem.casefold():
        return f"the audio device is held by another program: close that program ({problem})"
    return problem
