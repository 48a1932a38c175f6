"""`stagelyric devices`: lists the machine's devices, voices and models."""

import os
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from stagelyric.commands.common import Failure, json_option, plain_faults, print_json
from stagelyric.gear.midi.ports import list_ports
from stagelyric.setlist.rig import Rig, SpeechRig, load_rig
from stagelyric.speech.listing import Voices, list_outputs, list_voices
from stagelyric.types import paths
from stagelyric.types.devices import plain
from stagelyric.types.program import typed

_APIS = {"alsa": "ALSA", "jack": "JACK", "core": "CoreMIDI", "winmm": "Windows"}


@dataclass(frozen=True, slots=True)
class Group:
    """One kind of device: its names, and advice if there are none."""

    title: str
    names: tuple[str, ...]
    hint: str


@click.command()
@click.option("--say", metavar="TEXT", help="Speak this, as the rig would.")
@click.option("--rig", "rig_file", type=click.Path(path_type=Path), help="The gear that is there tonight (TOML).")
@click.option("--voice", help="With --say: part of a voice's name, its language, or a Piper voice's .onnx file.")
@click.option("--device", help="With --say: part of an audio output's name.")
@click.option("--channel", type=click.IntRange(1), multiple=True, help="With --say: a channel, from 1 (repeatable).")
@click.option("--all-voices", is_flag=True, help="List every voice, not only those of your language.")
@json_option
def devices(
    say: str | None,
    rig_file: Path | None,
    voice: str | None,
    device: str | None,
    channel: tuple[int, ...],
    all_voices: bool,
    as_json: bool,
) -> None:
    """List MIDI ports, audio outputs, voices and models; where something is missing, say what to do."""
    if say is not None:
        with plain_faults():
            rig = (load_rig(rig_file) if rig_file else Rig()).speech
        chosen = {"voice": voice, "device": device, "channel": channel or None}
        rig = rig.model_copy(update={key: value for key, value in chosen.items() if value is not None})
        _say(say, rig, as_json)
        return
    midi = list_ports()
    audio = list_outputs()
    voices = list_voices()
    models = paths.models()
    if as_json:
        print_json(
            {
                "midi": asdict(midi),
                "audio": {
                    "outputs": [output.label for output in audio.outputs],
                    "problem": audio.problem,
                    "devices": [asdict(output) for output in audio.outputs],
                },
                "voices": asdict(voices),
                "models": [{"name": name, "path": str(path)} for name, path in models.items()],
            }
        )
        return
    none = "none; plug one in, it is taken up while a show runs"
    names = [_with(name, str(path)) for name, path in models.items()]
    outputs = [_with(output.label, f"{output.channels} channels, {output.rate} Hz") for output in audio.outputs]
    show(
        Group(f"MIDI in{_by(midi.api)}", tuple(map(plain, midi.inputs)), midi.problem or none),
        Group(f"MIDI out{_by(midi.api)}", tuple(map(plain, midi.outputs)), "none, as above" if midi.problem else none),
        Group("Audio out", tuple(outputs), audio.problem or "none"),
        Group("Voices", tuple(_voices(voices, every=all_voices)), voices.problem or "none"),
        Group("Models", tuple(names), f"none; train one: {typed('train CORPUS --out models/NAME')}"),
    )


def _voices(voices: Voices, *, every: bool) -> list[str]:
    """The voices of the user's language, and how many more there are."""
    language = (os.environ.get("LANG") or "en").partition("_")[0].partition(".")[0]
    language = language if len(language) == 2 else "en"
    ours = [voice for voice in voices.voices if every or voice.language.casefold().startswith(language)]
    names = [_with(voice.name, voice.language) for voice in ours]
    more = len(voices.voices) - len(ours)
    return [*names, *([click.style(f"… and {more} more: --all-voices", dim=True)] if more else [])]


def _say(text: str, rig: SpeechRig, as_json: bool) -> None:
    from stagelyric.speech.say import say

    said = say(text, rig)
    if said.problem is not None:
        raise Failure(said.problem)
    if as_json:
        print_json(asdict(said))
    else:
        channels = ", ".join(map(str, said.channels))
        click.echo(f"{said.voice} said it on {said.device}, channel {channels}, in {said.seconds:.1f} s")


def _with(name: str, more: str) -> str:
    return f"{name}   {click.style(more, dim=True)}"


def show(*groups: Group) -> None:
    for group in groups:
        click.secho(group.title, bold=True)
        for name in group.names or (click.style(group.hint, dim=True),):
            click.echo(f"  {name}")


def _by(api: str | None) -> str:
    return f" ({_APIS.get(api, api)})" if api else ""
