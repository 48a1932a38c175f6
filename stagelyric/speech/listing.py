"""Lists audio outputs and voices for people, with advice; asks the processes that hold them, with a time limit."""

import json
import subprocess
import sys
from dataclasses import dataclass

from stagelyric.types.extras import how_to_get
from stagelyric.types.json import JsonObject

EXTRA = how_to_get("speech")


@dataclass(frozen=True, slots=True)
class Output:
    """An audio output: `label`, in which the rig's `device` is looked up, its channels, its sample rate in Hz."""

    label: str
    channels: int
    rate: int
    usual: bool = False


@dataclass(frozen=True, slots=True)
class SystemVoice:
    """A voice. The rig's `voice` is looked up in `name`, `language` and `key`."""

    name: str
    language: str
    key: str


@dataclass(frozen=True, slots=True)
class Outputs:
    """`problem` says why the list is empty, and what to do."""

    outputs: tuple[Output, ...] = ()
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Voices:
    voices: tuple[SystemVoice, ...] = ()
    problem: str | None = None


def install(what: str) -> str:
    """What to install if `what` is missing: one plain clause."""
    match what:
        case "portaudio":
            return "PortAudio is not installed" + (
                " (Debian: apt install libportaudio2)" if sys.platform == "linux" else f": {EXTRA}"
            )
        case "espeak":
            return f"espeak-ng is not installed: {EXTRA} (or Debian: apt install espeak-ng)"
        case "piper":
            return f"piper is not installed: {how_to_get('piper')}"
    return f"{what} is not installed: {EXTRA}"


def list_outputs(seconds: float = 8.0) -> Outputs:
    """The audio outputs that exist now. Blocks for up to `seconds`; never raises."""
    found = _ask("stagelyric.speech.player_process", "list", seconds)
    if "outputs" not in found:
        return Outputs(problem=_problem(found, "PortAudio"))
    from stagelyric.speech.audio import Device

    devices = [Device(**device) for device in found["outputs"]]
    outputs = tuple(Output(device.label, device.channels, device.rate, device.usual) for device in devices)
    return Outputs(outputs, None if outputs else "there is no audio output")


def list_voices(seconds: float = 15.0) -> Voices:
    """The system's voices. Blocks for up to `seconds`; never raises."""
    found = _ask("stagelyric.speech.renderer_process", "voices", seconds)
    if "voices" not in found:
        return Voices(problem=_problem(found, "the voices"))
    voices = [SystemVoice(voice["name"], ", ".join(voice["languages"]), voice["key"]) for voice in found["voices"]]
    return Voices(tuple(voices), None if voices else "there is no voice")


def _ask(module: str, what: str, seconds: float) -> JsonObject:
    try:
        done = subprocess.run(
            [sys.executable, "-m", "stagelyric.types.process", module, what],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=seconds,
        )  # fmt: skip
        found: JsonObject = json.loads(done.stdout.splitlines()[0])
    except subprocess.TimeoutExpired:
        return {"late": seconds}
    except (OSError, ValueError, IndexError):
        return {}
    return found


def _problem(found: JsonObject, who: str) -> str:
    match found:
        case {"missing": what}:
            return install(what)
        case {"late": seconds}:
            return f"{who} did not answer within {seconds:g} s"
        case {"fatal": why} if "espeak" in why.casefold():
            return install("espeak")
        case {"fatal": why} | {"problem": why}:
            return str(why)
    return f"{who} crashed while asked"
