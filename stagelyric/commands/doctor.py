"""`stagelyric doctor`: checks the rig before a show."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import click
from pydantic import BaseModel

from stagelyric.commands.common import json_option, plain_faults, print_json
from stagelyric.doctor.findings import Finding, fix, look
from stagelyric.setlist.rig import Rig, address, load_rig
from stagelyric.setlist.setlist import Setlist, load
from stagelyric.setlist.triggers import Trigger
from stagelyric.show.ladder import bare, told
from stagelyric.types import paths
from stagelyric.types.program import typed

PARTS = ("network", "midi", "audio", "model", "machine")
_SIGNS = {"fine": ("✓", "green"), "look": ("!", "yellow"), "fix": ("✗", "red")}
_WORDS = {"fine": "fine", "look": "worth a look", "fix": "must be fixed"}


@click.command()
@click.argument("setlist", type=click.Path(path_type=Path), required=False)
@click.option("--rig", "rig_file", type=click.Path(path_type=Path), help="The gear that is there tonight (TOML).")
@click.option("--host", help="The page's address, as for play.")
@click.option("--port", type=click.IntRange(0, 65535), help="The page's port (default 7740).")
@click.option("--osc-port", type=click.IntRange(0, 65535), help="OSC's UDP port (default 7744).")
@click.option("--midi", multiple=True, metavar="NAME", help="A MIDI input that must be there; none: no MIDI.")
@click.option("--model", help="A model by name or folder (default: the setlist's).")
@click.option(
    "--listen", type=click.FloatRange(0), default=5.0, show_default=True, help="Seconds for you to press pedals."
)
@click.option("--only", type=click.Choice(PARTS), multiple=True, help="Look at these only; may be given several times.")
@json_option
def doctor(
    setlist: Path | None,
    rig_file: Path | None,
    host: str | None,
    port: int | None,
    osc_port: int | None,
    midi: tuple[str, ...],
    model: str | None,
    listen: float,
    only: tuple[str, ...],
    as_json: bool,
) -> None:
    """Look over the rig before the show: what is fine, what is worth a look, what must be fixed, and how.

    Ends with status 1 if something must be fixed.
    """
    with plain_faults():
        rig = load_rig(rig_file) if rig_file else Rig()
        written = load(setlist) if setlist else None
    name = model or (written.model if written else "transformer")
    rig = _with(rig, host, port, osc_port, midi)
    songs = written.sections() if written else {}
    nothing = told(bare(written)) if written else ""
    wish = Wish(rig, name, _triggers(written), songs, nothing, "none" not in midi, listen, set(only or PARTS))
    findings = asyncio.run(_look(wish, as_json))
    levels = Counter(finding.level for finding in findings)
    if as_json:
        counts = {level: levels[level] for level in ("fine", "look", "fix")}
        print_json({"ok": not levels["fix"], "counts": counts, "findings": [asdict(finding) for finding in findings]})
    else:
        click.echo(", ".join(f"{levels[level]} {_WORDS[level]}" for level in ("fine", "look", "fix") if levels[level]))
    raise SystemExit(1 if levels["fix"] else 0)


def _with(rig: Rig, host: str | None, port: int | None, osc_port: int | None, midi: tuple[str, ...]) -> Rig:
    web: dict[str, object] = {key: value for key, value in (("host", host), ("port", port)) if value is not None}
    osc: dict[str, object] = {} if osc_port is None else {"listen": f"{address(rig.osc.listen)[0]}:{osc_port}"}
    wanted: dict[str, object] = {"inputs": tuple(name for name in midi if name != "none")} if midi else {}
    parts: dict[str, BaseModel] = {"web": rig.web, "osc": rig.osc, "midi": rig.midi}
    updates = {"web": web, "osc": osc, "midi": wanted}
    return rig.model_copy(update={name: part.model_copy(update=updates[name]) for name, part in parts.items()})


@dataclass(frozen=True, slots=True)
class Wish:
    """What is checked: `parts` of PARTS; `songs`: sections by title; `nothing`: a text on the sections that have
    nothing to fall back on; `seconds` for pressing pedals."""

    rig: Rig
    model: str
    triggers: tuple[Trigger, ...]
    songs: Mapping[str, Sequence[str]]
    nothing: str
    midi: bool
    seconds: float
    parts: set[str]


def _triggers(setlist: Setlist | None) -> tuple[Trigger, ...]:
    if setlist is None:
        return ()
    songs = [trigger for song in setlist.songs for trigger in song.triggers]
    sections = [trigger for song in setlist.songs for section in song.sections for trigger in section.triggers]
    return (*setlist.triggers, *songs, *sections)


async def _look(wish: Wish, quiet: bool) -> list[Finding]:
    findings = list[Finding]()
    async for finding in _findings(wish, quiet):
        findings.append(finding)
        if not quiet:
            _print(finding)
    return findings


async def _findings(wish: Wish, quiet: bool) -> AsyncIterator[Finding]:
    from stagelyric.doctor import machine, network

    if "machine" in wish.parts:
        yield machine.python()
        for finding in [*machine.power(), *machine.disk([paths.journal().parent, paths.pools()])]:
            yield finding
        for finding in await asyncio.to_thread(lambda: list(machine.load())):
            yield finding
        yield await machine.timers()
    if "network" in wish.parts:
        for finding in await network.check(wish.rig):
            yield finding
        if wish.rig.live is not None:
            from stagelyric.doctor import live

            yield await live.check(wish.rig.live, wish.songs)
    async for finding in _played(wish, quiet):
        yield finding
    if "model" in wish.parts:
        yield await _model(wish.model, sum(len(sections) for sections in wish.songs.values()))
        if wish.nothing:
            yield look("setlist", wish.nothing)


async def _played(wish: Wish, quiet: bool) -> AsyncIterator[Finding]:
    """Checks MIDI and audio at the same time, as in a show."""
    from stagelyric.doctor import audio as sound
    from stagelyric.doctor import midi as pedals
    from stagelyric.gear.midi.ports import list_ports

    sounding = asyncio.create_task(asyncio.to_thread(sound.check, wish.rig.speech)) if "audio" in wish.parts else None
    if wish.midi and "midi" in wish.parts:
        listing = await asyncio.to_thread(list_ports)
        for finding in pedals.driver(listing, wish.rig):
            yield finding
        if listing.inputs and wish.seconds:

            def ready() -> None:
                if not quiet:
                    click.secho(f"  press every pedal and pad now: listening for {wish.seconds:g} s …", bold=True)

            for finding in await pedals.listen(wish.rig, wish.seconds, wish.triggers, listing.inputs, ready):
                yield finding
    if sounding is not None:
        for finding in await sounding:
            yield finding


async def _model(name: str, sections: int) -> Finding:
    from stagelyric.doctor import model

    try:
        folder = paths.find_model(name)
    except paths.ModelNotFoundError as error:
        return fix("model", str(error), f"{typed('models')}   (lists what there is)")
    return await model.check(folder, sections)


def _print(finding: Finding) -> None:
    sign, colour = _SIGNS[finding.level]
    click.echo(
        f"{click.style(sign, fg=colour, bold=True)} {click.style(f'{finding.about:9}', dim=True)} {finding.text}"
    )
    if finding.mend and finding.level != "fine":
        click.secho(f"            → {finding.mend}", fg=colour)
