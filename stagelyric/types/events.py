"""What comes in: frozen events, stamped with `time.monotonic()` on arrival.

Every input turns its driver's messages into these and hands them to `emit`, on the event loop's thread.
Nothing here knows where an event goes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from stagelyric.types.actions import Do

Level = Literal["info", "warning"]
OscArgument = int | float | str | bool | bytes | None


@dataclass(frozen=True, slots=True)
class Event:
    """`at`: seconds of `time.monotonic()` on arrival; `source`: who sent it, for people ("midi FCB1010")."""

    at: float
    source: str


@dataclass(frozen=True, slots=True)
class NoteOn(Event):
    """`channel` 1-16, `note` 0-127, `velocity` 1-127 (velocity 0 arrives as a NoteOff)."""

    port: str
    channel: int
    note: int
    velocity: int


@dataclass(frozen=True, slots=True)
class NoteOff(Event):
    port: str
    channel: int
    note: int


@dataclass(frozen=True, slots=True)
class ControlChange(Event):
    """`control` 0-119, `value` 0-127; `previous`: the value before, same port, channel and control (0 at first)."""

    port: str
    channel: int
    control: int
    value: int
    previous: int


@dataclass(frozen=True, slots=True)
class ProgramChange(Event):
    """`program` 0-127; `bank` is the last bank select (MSB * 128 + LSB) on the port's channel, if any.

    `bank_alone`: what people call the bank of a board that sends CC 0 (the MSB) and never CC 32: its own number.
    """

    port: str
    channel: int
    program: int
    bank: int | None
    bank_alone: int | None = None


@dataclass(frozen=True, slots=True)
class SongSelect(Event):
    port: str
    song: int


@dataclass(frozen=True, slots=True)
class OscMessage(Event):
    """A message for the setlist's triggers (`on = { osc = "/address" }`)."""

    address: str
    arguments: tuple[OscArgument, ...]


@dataclass(frozen=True, slots=True)
class KeyPress(Event):
    """`key` by its DOM name ("PageDown", "ArrowRight", " ", "b"); key repeats are dropped by the input.

    A terminal cannot see releases; the page can.
    """

    key: str
    released: bool = False


@dataclass(frozen=True, slots=True)
class PadPress(Event):
    """A pad of the operator's page, by name."""

    pad: str
    released: bool = False


@dataclass(frozen=True, slots=True)
class ClockPulse(Event):
    """One MIDI clock: 24 to a quarter note."""

    port: str


@dataclass(frozen=True, slots=True)
class Transport(Event):
    """`position` is in MIDI beats (sixteenth notes) and comes with "position" only."""

    action: Literal["start", "stop", "continue", "position"]
    position: int = 0


@dataclass(frozen=True, slots=True)
class Tempo(Event):
    """Beats a minute, told from outside (OSC, Link)."""

    bpm: float


@dataclass(frozen=True, slots=True)
class Beat(Event):
    """`beat` counts quarter notes from 0.0 at the start; whole numbers fall on the beat."""

    beat: float


@dataclass(frozen=True, slots=True)
class Command(Event):
    """An order given outright, by OSC's own addresses or by a page: no trigger stands between."""

    do: Do


@dataclass(frozen=True, slots=True)
class Notice(Event):
    """Something people should know, said once by whoever noticed it: a port lost, a port back.

    `about`: what it is about, where it stays so: a warning is what is wrong until an "info" about the same comes.
    """

    text: str
    level: Level = "warning"
    about: str = ""


Emit = Callable[[Event], None]
