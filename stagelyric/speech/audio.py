"""Lists the audio outputs, by PortAudio, and chooses one. The show's own process never loads PortAudio."""

import ctypes
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any, TypeAlias

from stagelyric.types.devices import DeviceError, find

Library: TypeAlias = ModuleType  # sounddevice
Untyped: TypeAlias = Any  # what sounddevice gives or hands over, since it has no types

NAME = b"stagelyric-speech"  # our name for other JACK clients; our MIDI ports are called "stagelyric"

# PortAudio's host APIs, lowest latency first; the same device may be listed by several.
_APIS = ("JACK Audio Connection Kit", "Core Audio", "Windows WASAPI", "ALSA", "Windows DirectSound", "MME")


@dataclass(frozen=True, slots=True)
class Device:
    """`index`: PortAudio's; `api`: the host API that lists it; `rate`: its default sample rate in Hz."""

    index: int
    name: str
    api: str
    channels: int
    rate: int
    usual: bool = False  # whether it is its API's default

    @property
    def label(self) -> str:
        return f"{self.name} ({_SHORT.get(self.api, self.api)})"


_SHORT = {"JACK Audio Connection Kit": "JACK", "Windows WASAPI": "WASAPI", "Windows DirectSound": "DirectSound"}


def library() -> Library:
    """The sounddevice module. Raises ImportError if it is missing, and OSError if PortAudio is."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # no PortAudio, or one built without JACK
            # PortAudio keeps only a pointer to the name. It must be set before PortAudio starts, which happens when
            # sounddevice is imported.
            ctypes.CDLL("libportaudio.so.2").PaJack_SetClientName(NAME)
    return import_module("sounddevice")


def outputs(sounddevice: Library) -> list[Device]:
    """The devices that can play, ordered by host API, lowest latency first."""
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
    """The device with `wanted` in its label, from the API with the lowest latency that has one; None: that API's
    default.

    Raises DeviceError if none or several match, or there is no device at all.
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
    """PortAudio's error for a device that it can't open, with advice where we have any."""
    if "unavailable" in problem.casefold() or "busy" in problem.casefold():
        return f"the audio device is held by another program: close that program ({problem})"
    return problem
