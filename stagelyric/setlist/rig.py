"""The rig: the gear that is used, read from TOML into frozen models."""

import ipaddress
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from stagelyric.setlist import faults
from stagelyric.setlist.triggers import Written
from stagelyric.types.mixing import Overlap
from stagelyric.types.server import host_alone

Port = Annotated[int, Field(ge=0, le=65535)]
Channel = Annotated[int, Field(ge=1, le=128)]
VOICE_FILE = ".onnx"  # suffix of a Piper voice's file
Decibels = Annotated[float, Field(ge=-60, le=12)]


def address(written: str | int, host: str = "127.0.0.1") -> tuple[str, int]:
    """ "host:port" or a port alone, as (host, port). Raises ValueError."""
    name, _, port = str(written).rpartition(":")
    if port.isdecimal() and int(port) <= 65535:
        return name.strip("[]") or host, int(port)
    raise ValueError(f'wanted "host:port" or a port from 0 to 65535, found "{written}"')


def _address(written: object) -> object:
    if isinstance(written, str | int) and not isinstance(written, bool):
        address(written)
        return str(written)
    return written


def _network(written: str) -> str:
    try:
        ipaddress.ip_network(written, strict=False)
    except ValueError:
        raise ValueError(f'wanted an address or a network like "192.168.1.0/24", found "{written}"') from None
    return written


Address = Annotated[str, BeforeValidator(_address, json_schema_input_type=str | int)]
Network = Annotated[str, AfterValidator(_network)]


class MidiRig(Written):
    """`inputs`, `outputs`: parts of port names; without `inputs`, all inputs are used."""

    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()


class OscRig(Written):
    """`listen`, `reply_to`: "host:port" or a port; `allow`: addresses or networks that may send (none: all).

    `advertise`: services that other machines can reach are announced on the network (zeroconf).
    """

    listen: Address = "127.0.0.1:7744"
    reply_to: tuple[Address, ...] = ()
    allow: tuple[Network, ...] = ()
    advertise: bool = True


class WebRig(Written):
    """`names`: further names by which this machine is reached; `https`: also serve https, on the next port, with a
    self-signed certificate; `also`: a second server that runs in step, whose pages may connect like this one's."""

    host: str = "127.0.0.1"
    port: Port = 7740
    pin: str | None = None
    names: tuple[str, ...] = ()
    https: bool = False
    also: tuple[str, ...] = ()


class WhisperRig(Written):
    """The next line in a singer's ear: `channel`, counted from 1 (none: no whisper); `beats` before it is expected;
    `gain` in decibels."""

    channel: tuple[Channel, ...] = ()
    beats: Annotated[float, Field(ge=0, le=64)] = 4.0
    gain: Decibels = -12.0


class SpeechRig(Written):
    """The voice, and where it is heard.

    `voice`: part of a voice's name, its language, or a Piper voice's .onnx file; `rate`: words per minute; `device`:
    part of an audio output's name; `channel`: counted from 1; `latency`: seconds, or "low" or "high"; `overlap`: what a
    new line does to one that still sounds; `gain`: decibels; `duck`: decibels by which older lines are turned down if
    they continue; `fallback`: whether the default output may stand in while `device` is missing.
    """

    voice: str | None = None
    rate: Annotated[int, Field(ge=50, le=400)] | None = None
    device: str | None = None
    channel: tuple[Channel, ...] = ()
    latency: Annotated[float, Field(gt=0, le=2)] | Literal["low", "high"] | None = None
    overlap: Overlap = "cut"
    gain: Decibels = 0.0
    duck: Annotated[float, Field(ge=-60, le=0)] = -9.0
    fallback: bool = False
    whisper: WhisperRig = WhisperRig()
    cache_mb: Annotated[int, Field(ge=0)] = 1024


class ClockRig(Written):
    source: Literal["internal", "midi", "link", "osc"] = "internal"


class WriterRig(Written):
    """`hosts`: names or addresses beyond this machine of servers with a language model that a setlist's `model` may
    name; without them only servers on this machine."""

    hosts: tuple[Annotated[str, Field(min_length=1), AfterValidator(host_alone)], ...] = ()


class LiveRig(Written):
    """Ableton Live with AbletonOSC: launching its scenes and clips takes the show to the song and section of their
    names.

    `host`: Live's machine; `port`, `answers`: the ports at which AbletonOSC listens and to which it replies, both fixed
    in its source; `track`: only clips on tracks with this in their name count.
    """

    host: Annotated[str, Field(min_length=1)] = "127.0.0.1"
    port: Port = 11000
    answers: Port = 11001
    track: str | None = None


class Rig(Written):
    """The gear that is used. `live` is used only if it is given."""

    midi: MidiRig = MidiRig()
    osc: OscRig = OscRig()
    web: WebRig = WebRig()
    speech: SpeechRig = SpeechRig()
    clock: ClockRig = ClockRig()
    writer: WriterRig = WriterRig()
    live: LiveRig | None = None


def load_rig(path: Path) -> Rig:
    """The rig in a TOML file. Raises FileError with all errors in it."""
    return _beside(faults.load(path, Rig, _rig_faults), path)


def checked(data: Mapping[str, object], path: Path) -> Rig:
    """The rig from a file's data, as `faults.parsed` gives it. Raises FileError with all errors in it."""
    return _beside(faults.checked(data, path, Rig, _rig_faults), path)


def _beside(rig: Rig, path: Path) -> Rig:
    """The rig with its voice file's path resolved relative to the rig's file."""
    if rig.speech.voice is not None and rig.speech.voice.endswith(VOICE_FILE):
        voice = str(path.parent / Path(rig.speech.voice).expanduser())
        rig = rig.model_copy(update={"speech": rig.speech.model_copy(update={"voice": voice})})
    return rig


def _rig_faults(data: Mapping[str, object], folder: Path) -> Iterator[str]:
    """Reports a voice file that does not exist."""
    speech = data.get("speech")
    voice = speech.get("voice") if isinstance(speech, dict) else None
    if isinstance(voice, str) and voice.endswith(VOICE_FILE):
        for file in (voice, f"{voice}.json"):
            if not (folder / Path(file).expanduser()).is_file():
                yield f'speech, voice: wanted a Piper voice and its .json beside the rig, found none at "{file}"'
