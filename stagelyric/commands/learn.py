"""`stagelyric learn`: press a pedal, choose what it does, and the trigger is written to the setlist's file."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from stagelyric.commands.common import Failure, Fault, json_option, plain_faults, print_json
from stagelyric.commands.inputs import Hearing, rig_options
from stagelyric.setlist.triggers import parse_do, write_do
from stagelyric.show.pedals import Found, Watch, describe
from stagelyric.types.actions import ACTIONS, TABLE
from stagelyric.types.events import Command, Event, Notice
from stagelyric.types.json import JsonObject
from stagelyric.types.program import typed

if TYPE_CHECKING:
    from stagelyric.gear.midi.input import Midi
    from stagelyric.types.actions import Do

OFFERED = [row.name for row in sorted(TABLE, key=lambda row: row.pedal) if row.pedal]
_ABOVE = 0.1  # seconds; older messages were sent while the previous question was still open


@click.command()
@click.argument("setlist", type=click.Path(path_type=Path))
@click.option("--do", "do", metavar="ACTION", help='What it is to do: next_line, "goto chorus", "word harbour".')
@click.option("--quantize", default="now", show_default=True, help="now, beat, bar, or a number of beats.")
@click.option("--song", metavar="TITLE", help="For this song only (default: the whole set).")
@click.option("--section", metavar="NAME", help="For this section of the song only.")
@click.option("--seconds", type=click.FloatRange(0.2, 30), default=2.0, show_default=True, help="How long to watch.")
@click.option("--wait", type=click.FloatRange(0), help="Give up after so many seconds without a press.")
@click.option("--once", is_flag=True, help="Learn one pedal and end.")
@click.option("--dry-run", is_flag=True, help="Say what would be written; leave the file as it is.")
@rig_options
@json_option
def learn(
    setlist: Path,
    do: str | None,
    quantize: str,
    song: str | None,
    section: str | None,
    seconds: float,
    wait: float | None,
    once: bool,
    dry_run: bool,
    hearing: Hearing,
    as_json: bool,
) -> None:
    """Press a pedal; it is watched for two seconds, and its trigger is written into SETLIST, comments kept.

    \b
    stagelyric learn set.toml
    stagelyric learn set.toml --do "goto chorus" --quantize bar --once
    """
    from stagelyric.setlist import setlist as setlists
    from stagelyric.setlist.file import write_trigger

    with plain_faults():
        setlists.load(setlist)
    chosen = _do(do) if do else None
    beats = _quantize(quantize)
    once = once or as_json

    def settle(found: Found) -> dict[str, object] | None:
        """Asks what the pedal should do, unless an option says so, and writes the trigger."""
        act = chosen or _ask()
        if act is None:
            return None
        result: dict[str, object] = {
            "file": str(setlist), "on": found.on, "kind": found.kind, "text": found.text, "also": found.also,
            "do": write_do(act), "quantize": beats, "written": not dry_run, "replaced": False,
        }  # fmt: skip
        if not dry_run:
            with plain_faults():
                _, result["replaced"] = write_trigger(setlist, found.on, act, beats, song=song, section=section)
        return result

    try:
        asyncio.run(_rounds(hearing, settle, seconds, wait, once, as_json))
    except TimeoutError:
        raise Failure(f"no press came within {wait:g} s; to see what arrives: {typed('monitor')}") from None


async def _rounds(
    hearing: Hearing,
    settle: Callable[[Found], dict[str, object] | None],
    seconds: float,
    wait: float | None,
    once: bool,
    quiet: bool,
) -> None:
    # Ctrl-C must interrupt a question too, which asyncio's own handler would not do.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    events: asyncio.Queue[Event] = asyncio.Queue()
    async with AsyncExitStack() as stack:
        midi = await hearing.open(stack, events.put_nowait, say=not quiet)
        while True:
            if not quiet:
                click.secho("Press a pedal, a pad or a key, and let go (Ctrl-C ends) …", bold=True, err=True)
            async with asyncio.timeout(wait), hearing.keys(events.put_nowait):
                found = await _watched(events, midi, seconds, quiet)
            if not quiet:
                click.echo(f"  {found.text}", err=True)
                for other in found.also:
                    click.secho(f"  it sends as well: {other}", dim=True, err=True)
            result = settle(found)
            if result is not None:
                _say(result, quiet)
            if once:
                return


async def _watched(events: asyncio.Queue[Event], midi: Midi | None, seconds: float, quiet: bool) -> Found:
    """What was pressed. Raises TimeoutError if nothing came in the time allowed by the caller."""
    asked = time.monotonic() - _ABOVE
    watch = Watch(seconds=seconds)
    while True:
        over = watch.over_at
        try:
            async with asyncio.timeout(None if over is None else max(over - time.monotonic(), 0) + 0.05):
                event = await events.get()
        except TimeoutError:
            if over is None:
                raise
            watch.ports = len(midi.ports) if midi is not None else 1
            found = watch.found()
            assert found is not None
            return found
        if isinstance(event, Notice | Command):
            _explain(event, quiet)
        elif event.at >= asked:
            watch.hear(event)


def _explain(event: Notice | Command, quiet: bool) -> None:
    if isinstance(event, Notice):
        text = event.text
    else:
        text = f"{event.source} sends {_shown(write_do(event.do))}: that is done without a trigger"
    if not quiet:
        click.secho(f"  {text}", dim=True, err=True)


def _say(result: JsonObject, quiet: bool) -> None:
    if quiet:
        print_json(result)
        return
    how = "would be" if not result["written"] else "takes the place of an older trigger" if result["replaced"] else "is"
    tail = "" if how.startswith("takes") else f" written into {result['file']}"
    click.secho(f"  {describe(result['on'])} → {_shown(result['do'])} {how}{tail}", fg="green")


def _shown(do: object) -> str:
    return " ".join(map(str, next(iter(do.items())))) if isinstance(do, dict) else str(do)


def _ask() -> Do | None:
    """Asks until a valid action is typed; None for an empty line."""
    for number, action in enumerate(OFFERED, 1):
        click.echo(f"  {number:2}  {action}", err=True)
    click.secho('      or: goto SECTION, song TITLE, word WORD, say TEXT, wildness value; "-": nothing', err=True)
    while True:
        typed = str(click.prompt("What is it to do", default="next_line", err=True)).strip()
        if typed == "-":
            return None
        try:
            return _parse(OFFERED[int(typed) - 1] if typed.isdecimal() and 0 < int(typed) <= len(OFFERED) else typed)
        except ValueError as fault:
            click.secho(f"  {fault}", fg="red", err=True)


def _do(typed: str) -> Do:
    try:
        return _parse(typed)
    except ValueError as fault:
        raise Fault(f"learn: --do: {fault}") from None


def _parse(typed: str) -> Do:
    """Parses an action as spoken: `goto chorus`. Raises ValueError."""
    action, _, value = typed.strip().partition(" ")
    action = action.replace("-", "_")
    if value and action not in ACTIONS:
        action, value = typed.strip().replace(" ", "_"), ""  # "next line"
    if not value:
        return parse_do(action)
    number: str | float = value.strip()
    if action == "wildness" and value.strip() != "value":
        number = _number(value)
    return parse_do({action: int(value) if action in ("goto", "song") and value.strip().isdecimal() else number})


def _number(value: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise ValueError(f'wildness: wanted "value" or a number from 0.0 to 1.0, found "{value}"') from None


def _quantize(written: str) -> str | float:
    if written in ("now", "beat", "bar"):
        return written
    try:
        beats = float(written)
    except ValueError:
        beats = 0
    if not 0 < beats < 1e6:
        raise Fault(f'learn: --quantize: wanted now, beat, bar or a number of beats, found "{written}"')
    return beats
