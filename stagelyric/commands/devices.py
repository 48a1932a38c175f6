"""`stagelyric devices`: what this machine has to play with."""

import importlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import click

from stagelyric import places
from stagelyric.commands.common import json_option, print_json
from stagelyric.devices import plain
from stagelyric.midi_ports import list_ports

_APIS = {"alsa": "ALSA", "jack": "JACK", "core": "CoreMIDI", "winmm": "Windows"}


@dataclass(frozen=True, slots=True)
class Group:
    """One kind of device: its names, and what to do where there are none."""

    title: str
    names: tuple[str, ...]
    hint: str


@click.command()
@json_option
def devices(as_json: bool) -> None:
    """List MIDI ports, audio devices and models; where something is missing, say what to do."""
    midi = list_ports()
    audio, audio_problem = audio_outputs()
    models = places.models()
    if as_json:
        print_json(
            {
                "midi": asdict(midi),
                "audio": {"outputs": audio, "problem": audio_problem},
                "models": [{"name": name, "path": str(path)} for name, path in models.items()],
            }
        )
        return
    none = "none; plug one in, it is taken up while a show runs"
    names = [f"{name}   {click.style(str(path), dim=True)}" for name, path in models.items()]
    show(
        Group(f"MIDI in{_by(midi.api)}", tuple(map(plain, midi.inputs)), midi.problem or none),
        Group(f"MIDI out{_by(midi.api)}", tuple(map(plain, midi.outputs)), midi.problem or none),
        Group("Audio out", tuple(audio), audio_problem or "none"),
        Group("Models", tuple(names), "none; train one: stagelyric train CORPUS --out models/NAME"),
    )


def show(*groups: Group) -> None:
    for group in groups:
        click.secho(group.title, bold=True)
        for name in group.names or (click.style(group.hint, dim=True),):
            click.echo(f"  {name}")


def audio_outputs() -> tuple[list[str], str | None]:
    """The audio devices that can play, and why there are none."""
    try:
        with _quiet():
            sounddevice: Any = importlib.import_module("sounddevice")
            found: Sequence[dict[str, Any]] = sounddevice.query_devices()
    except ImportError:
        return [], "sounddevice is not installed: python -m pip install sounddevice"
    except OSError:  # it looks for its library as it is imported
        return [], "PortAudio is not installed (Debian: apt install libportaudio2)"
    except Exception as error:  # PortAudioError, whose class is out of reach where the import failed
        return [], f"PortAudio does not answer: {error}"
    names = [str(device["name"]) for device in found if device["max_output_channels"]]
    return names, None if names else "none"


@contextmanager
def _quiet() -> Iterator[None]:
    """PortAudio's parts print to standard error, past Python, what they do not find."""
    before = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(before, 2)
        os.close(before)
        os.close(nowhere)


def _by(api: str | None) -> str:
    return f" ({_APIS.get(api, api)})" if api else ""
