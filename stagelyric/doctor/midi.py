"""MIDI: the driver, the ports that the rig names, whether messages come from each, and how steady a clock is."""

import asyncio
import statistics
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import pairwise

from stagelyric.doctor.findings import Finding, fine, fix, look
from stagelyric.doctor.wrong import near_miss
from stagelyric.gear.midi.input import Midi
from stagelyric.gear.midi.ports import NOT_INSTALLED, Listing, Roster
from stagelyric.setlist.rig import Rig
from stagelyric.setlist.triggers import Trigger
from stagelyric.types.devices import MORE, DeviceError, find, plain
from stagelyric.types.events import ClockPulse, Event, Notice
from stagelyric.types.extras import how_to_get
from stagelyric.types.program import typed

# 99th percentile of the deviation of a clock's pulses from their mean interval; more is heard as a drifting tempo
STEADY_MS = 3.0
_PULSES = 24
_OPENING_SECONDS = 5.0  # a port that another program holds never opens, and nobody should have to wait for it


def driver(found: Listing, rig: Rig) -> list[Finding]:
    """What the listing of ports says about the driver, its APIs, and the ports that the rig names."""
    wanted = [("input", name, found.inputs) for name in rig.midi.inputs]
    wanted += [("output", name, found.outputs) for name in rig.midi.outputs]
    if found.problem:
        mend = "sudo modprobe snd-seq" if "snd-seq" in found.problem else None
        if found.problem.startswith(NOT_INSTALLED):
            mend = how_to_get("midi")
        elif found.binding is None:  # the listing's process crashed, hung, or did not start
            mend = f"unplug the devices and try again; without MIDI: {typed('play --midi none SETLIST')}"
        level = fix if wanted or rig.clock.source == "midi" else look
        return [level("MIDI", found.problem, mend, apis=found.apis)]
    apis = ", ".join(found.apis)
    findings = [fine("MIDI", f"{found.binding} speaks {found.api} (it knows: {apis})", api=found.api, apis=found.apis)]
    for kind, name, there in wanted:
        try:
            findings.append(fine("MIDI", f'{kind} "{name}" is {plain(find(name, there, f"MIDI {kind}"))}'))
        except DeviceError as error:
            mend = (
                "write more of the name into the rig"
                if "ambiguous" in str(error)
                else "plug it in, or mend its name in the rig"
            )
            findings.append(fix("MIDI", str(error).removesuffix(MORE), mend))
    if not found.inputs and not rig.midi.inputs:
        findings.append(look("MIDI", "there is no MIDI input", "plug one in: it is taken up while a show runs"))
    return findings


async def listen(
    rig: Rig,
    seconds: float,
    triggers: Sequence[Trigger] = (),
    there: Sequence[str] = (),
    ready: Callable[[], None] = lambda: None,
) -> list[Finding]:
    """Listens to every input for `seconds`, while a person presses each pedal. `triggers`: what they should fire.

    The time begins, and `ready` is called, once the inputs that are `there` are open, which takes a driver a second,
    and longer on a busy machine.
    """
    heard: list[Event] = []
    midi = Midi(rig.midi.inputs)
    awaited = _awaited(rig.midi.inputs, there)
    all_open = asyncio.Event()

    def hear(event: Event) -> None:
        heard.append(event)
        if awaited <= set(midi.ports):
            all_open.set()

    async with midi.running(hear):
        with suppress(TimeoutError):
            async with asyncio.timeout(_OPENING_SECONDS if awaited else 0):
                await all_open.wait()
        ready()
        await asyncio.sleep(seconds)
        opened = midi.ports
    return [*judge(heard, opened, rig, seconds), *missed(heard, triggers)]


def _awaited(wanted: Sequence[str], there: Sequence[str]) -> set[str]:
    """The names of the present ports that `Midi` will open, without the numbers that change."""
    awaited = Roster(wanted, "MIDI input", tell=lambda text, level, about: None)
    awaited.update(there)
    return {plain(name) for name in awaited.numbers}


def judge(heard: Sequence[Event], opened: Sequence[str], rig: Rig, seconds: float) -> Iterator[Finding]:
    """What the events of `seconds` say about the ports that were open. Pure."""
    for port in opened:
        events = [event for event in heard if getattr(event, "port", None) == port]
        presses = [event for event in events if not isinstance(event, ClockPulse)]
        if presses:
            yield fine("MIDI", f"{port} is heard: {len(presses)} messages in {seconds:g} s", heard=len(presses))
        elif not events:
            text = f"{port} was not heard in {seconds:g} s"
            yield look(
                "MIDI",
                text,
                f'press it during {typed("doctor --listen 15")}: "{port}"',
                heard=0,
            )
    for event in heard:
        if isinstance(event, Notice) and event.level == "warning" and "does not open" in event.text:
            yield fix("MIDI", event.text, "close the program that holds it")
    yield from clock(heard, rig)


def missed(heard: Sequence[Event], triggers: Sequence[Trigger]) -> Iterator[Finding]:
    """Presses that almost matched a trigger of the setlist, each reported once."""
    for text in dict.fromkeys(filter(None, (near_miss(triggers, event) for event in heard))):
        what, _, mend = text.rpartition(": ")
        yield fix("MIDI", what, mend)


def clock(heard: Sequence[Event], rig: Rig) -> Iterator[Finding]:
    """MIDI clock: its tempo, and the deviation of its pulses."""
    times: dict[str, list[float]] = {}
    for event in heard:
        if isinstance(event, ClockPulse):
            times.setdefault(event.port, []).append(event.at)
    for port, at in times.items():
        if len(at) < _PULSES:
            continue
        gaps = [late - early for early, late in pairwise(at)]
        mean = statistics.mean(gaps)
        jitter = sorted(abs(gap - mean) * 1000 for gap in gaps)[int(len(gaps) * 0.99)]
        tempo = 60 / (_PULSES * mean)
        text = f"clock from {port}: {tempo:.1f} BPM, pulses within {jitter:.2f} ms (99 of 100)"
        measured = {"tempo": round(tempo, 2), "jitter_ms": round(jitter, 3), "pulses": len(at)}
        if jitter <= STEADY_MS:
            yield fine("clock", text, **measured)
        else:
            yield look(
                "clock", text, "a cable or a driver in between is slow: try another USB port or interface", **measured
            )
    if rig.clock.source == "midi" and not any(len(at) >= _PULSES for at in times.values()):
        yield fix(
            "clock", "the rig wants MIDI clock, and none was heard", "start it in the DAW: MIDI preferences, Sync out"
        )
