"""`stagelyric monitor`: prints every event as it arrives, and what it would do."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, suppress
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from stagelyric.commands.common import plain_faults
from stagelyric.commands.inputs import Hearing, rig_options
from stagelyric.doctor.wrong import near_miss
from stagelyric.setlist.triggers import resolved, write_do
from stagelyric.show.clock import Clock
from stagelyric.types.actions import Do
from stagelyric.types.events import (
    BY_EVENT,
    EVENT_KINDS,
    Beat,
    ClockPulse,
    Command,
    Event,
    KeyPress,
    Notice,
    OscMessage,
    SongSelect,
    Tempo,
    Transport,
)

if TYPE_CHECKING:
    from stagelyric.show.show import Show

KINDS = tuple(dict.fromkeys(kind.heard_as for kind in EVENT_KINDS if kind.heard_as))
_CLOCK_EVERY = 1.0  # seconds between two reports on the clock
_WORDS = {ClockPulse: "clock", KeyPress: "key", OscMessage: "osc"}


@click.command()
@click.argument("setlist", type=click.Path(path_type=Path), required=False)
@click.option("--only", type=click.Choice(KINDS), multiple=True, help="Only these kinds; may be given several times.")
@click.option("--filter", "part", metavar="TEXT", help="Only what has this text in its line.")
@click.option("--count", type=click.IntRange(1), help="End after so many events.")
@click.option("--seconds", type=click.FloatRange(0), help="End after so many seconds.")
@rig_options
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object for each event, one on each line.")
def monitor(
    setlist: Path | None,
    only: tuple[str, ...],
    part: str | None,
    count: int | None,
    seconds: float | None,
    hearing: Hearing,
    as_json: bool,
) -> None:
    """Print every event as it arrives, and what it would do in SETLIST. Nothing is shown on any page.

    \b
    stagelyric monitor
    stagelyric monitor set.toml --only midi
    stagelyric monitor set.toml --filter "control 80" --json
    """
    show = _show(setlist) if setlist else None
    screen = Screen(show, only, part, as_json)
    with suppress(KeyboardInterrupt):
        asyncio.run(_listen(hearing, screen, count, seconds))


async def _listen(hearing: Hearing, screen: Screen, count: int | None, seconds: float | None) -> None:
    events: asyncio.Queue[Event] = asyncio.Queue()
    async with AsyncExitStack() as stack:
        await hearing.open(stack, events.put_nowait, say=not screen.as_json, show=screen.show)
        await stack.enter_async_context(hearing.keys(events.put_nowait))
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while count is None or screen.printed < count:
                    screen.hear(await events.get())


class Screen:
    """Prints events. `show`: the show in which they would do something, if there is one."""

    def __init__(
        self,
        show: Show | None,
        only: tuple[str, ...] = (),
        part: str | None = None,
        as_json: bool = False,
        out: Callable[[str], None] = click.echo,
    ) -> None:
        self.as_json = as_json
        self.printed = 0
        self.show = show
        self._clock = Clock("midi")
        self._only = only
        self._part = (part or "").casefold()
        self._out = out
        self._pulses = 0
        self._clock_told = float("-inf")

    def hear(self, event: Event) -> None:
        self._clock.hear(event)
        if isinstance(event, ClockPulse):
            self._pulses += 1
            if event.at - self._clock_told < _CLOCK_EVERY:
                return
            self._clock_told = event.at
        if self._only and not _is_of(event, self._only):
            return
        does = [] if self.show is None else list(would(self.show, event))
        missed = None if self.show is None or does else near_miss(self.show.triggers(), event)
        text = self._line(event) + (f"; {missed}" if missed else "")
        if self._part and self._part not in f"{text} {' '.join(does)}".casefold():
            return
        self.printed += 1
        self._out(self._json(event, text, does) if self.as_json else _row(event, text, does))

    def _line(self, event: Event) -> str:
        if not isinstance(event, ClockPulse):
            return decoded(event)
        pulses, self._pulses = self._pulses, 0
        return f"clock {self._clock.tempo:.1f} BPM ({pulses} pulse{'' if pulses == 1 else 's'})"

    def _json(self, event: Event, text: str, does: list[str]) -> str:
        fields = {key: _plain(value) for key, value in asdict(event).items() if key != "at"}
        if isinstance(event, Command):
            fields["do"] = write_do(event.do)
        at = time.time() - (time.monotonic() - event.at)
        whole: dict[str, object] = {"at": round(at, 6), "type": _type(event), **fields, "decoded": text, "does": does}
        return json.dumps(whole, ensure_ascii=False)


def would(show: Show, event: Event) -> Iterator[str]:
    """What the event does, in words. It is performed in `show`, so that later events see the section it went to."""
    from stagelyric.show.effects import Remark

    if isinstance(event, Command):
        dos = [(event.do, "now")]
    elif isinstance(event, SongSelect):
        dos = [(Do("song", event.song + 1), "now")]
    else:
        dos = [(trigger.do, str(trigger.quantize)) for trigger in show.triggered(event)]
    for written, quantize in dos:
        do = resolved(written, event)
        if do is None:
            yield f"{_said(written)} (nothing: the message carries no value for it)"
            continue
        remarks = [effect.text for effect in show.due(do, event.at) if isinstance(effect, Remark)]
        later = "" if quantize == "now" else f" on the next {quantize}" if quantize in ("beat", "bar") else (
            f" on a grid of {quantize} beats")  # fmt: skip
        yield f"{_said(do)}{later}" + (f" ({'; '.join(remarks)})" if remarks else "")


def decoded(event: Event) -> str:
    """An event in a musician's words."""
    if (kind := BY_EVENT.get(type(event))) is not None:
        return kind.decoded(event)
    match event:
        case SongSelect():
            return f"song select {event.song}"
        case Transport():
            return f"{event.action}{f' {event.position}' if event.action == 'position' else ''}"
        case Tempo():
            return f"tempo {event.bpm:g} BPM"
        case Command():
            return _said(event.do)
        case Notice():
            return event.text
    return type(event).__name__


def _show(file: Path) -> Show:
    from stagelyric.setlist import setlist as setlists
    from stagelyric.show.pool import Pool
    from stagelyric.show.show import Show

    with plain_faults():
        return Show(setlists.load(file), Pool(1))


def _row(event: Event, text: str, does: list[str]) -> str:
    at = datetime.fromtimestamp(time.time() - (time.monotonic() - event.at)).strftime("%H:%M:%S.%f")[:-3]
    row = f"{click.style(at, dim=True)}  {event.source:28}  {text}"
    if isinstance(event, Notice):
        row = click.style(f"{at}  {event.text}", fg="yellow" if event.level == "warning" else "green")
    return row + (click.style(f"  → {', '.join(does)}", fg="green", bold=True) if does else "")


def _is_of(event: Event, kinds: tuple[str, ...]) -> bool:
    if isinstance(event, ClockPulse | Transport | Tempo | Beat):
        return "clock" in kinds
    kind = BY_EVENT.get(type(event))
    return (event.source.partition(" ")[0] if kind is None else kind.heard_as) in kinds


def _type(event: Event) -> str:
    """The event's type in mido's naming where there is one, such as control_change."""
    words = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in type(event).__name__)
    return _WORDS.get(type(event), words.lstrip("_"))


def _said(do: Do) -> str:
    return do.action if do.value is None else f"{do.action} {do.value}"


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return value.hex(" ")
    return [_plain(inner) for inner in value] if isinstance(value, tuple) else value
