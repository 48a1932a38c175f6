"""Incoming events: frozen, stamped with `time.monotonic()` on arrival; and a table of the kinds that triggers respond
to.

Every input converts its driver's messages to these and passes them to `emit`, on the event loop's thread. Nothing here
knows where an event goes.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeAlias, TypeVar

from stagelyric.types.actions import Do
from stagelyric.types.notes import note_name, note_number
from stagelyric.types.texts import SAYING, cleaned

Level = Literal["info", "warning"]
OscArgument = int | float | str | bool | bytes | None


@dataclass(frozen=True, slots=True)
class Event:
    """`at`: seconds of `time.monotonic()` on arrival; `source`: who sent it, for people ("midi FCB1010")."""

    at: float
    source: str


@dataclass(frozen=True, slots=True)
class Placed(Event):
    """A message on a MIDI channel: the port that it came from, and its `channel` 1-16."""

    port: str
    channel: int


@dataclass(frozen=True, slots=True)
class NoteOn(Placed):
    """`note` 0-127, `velocity` 1-127 (velocity 0 arrives as a NoteOff)."""

    note: int
    velocity: int


@dataclass(frozen=True, slots=True)
class NoteOff(Placed):
    note: int


@dataclass(frozen=True, slots=True)
class ControlChange(Placed):
    """`control` 0-119, `value` 0-127; `previous`: the last value of the same port, channel and control (0 at first)."""

    control: int
    value: int
    previous: int


@dataclass(frozen=True, slots=True)
class ProgramChange(Placed):
    """`program` 0-127; `bank` is the last bank select (MSB * 128 + LSB) on the port's channel, if any.

    `bank_alone`: the MSB itself, if the board sends CC 0 (the MSB) and never CC 32; that is the number that people call
    the bank.
    """

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
    """One MIDI clock pulse, of which there are 24 per quarter note."""

    port: str


@dataclass(frozen=True, slots=True)
class Transport(Event):
    """A MIDI transport message. `position` is in MIDI beats (sixteenth notes) and only set with "position"."""

    action: Literal["start", "stop", "continue", "position"]
    position: int = 0


@dataclass(frozen=True, slots=True)
class Tempo(Event):
    """A tempo from outside (OSC, Link). `bpm`: quarter notes per minute."""

    bpm: float


@dataclass(frozen=True, slots=True)
class Beat(Event):
    """`beat` counts quarter notes from 0.0 at the start; whole numbers fall on the beat."""

    beat: float


@dataclass(frozen=True, slots=True)
class Command(Event):
    """An order given directly, by one of OSC's own addresses or by a page, without a trigger."""

    do: Do


@dataclass(frozen=True, slots=True)
class Notice(Event):
    """Something people should know, reported once by the part that noticed it: a port lost, a port back.

    `about`: the subject, if the condition lasts: a warning stands until an "info" about the same subject comes.
    """

    text: str
    level: Level = "warning"
    about: str = ""


Emit = Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class Whole:
    """A key of a trigger's `on` whose value is a whole number. `read`: converts a text that may be given instead."""

    least: int
    most: int | None = None
    read: Callable[[str], int] | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """A key of a trigger's `on` whose value is a text; `pattern`: what it must match, as in JSON Schema."""

    pattern: str = ""


def _nothing(event: object) -> None:
    return None


E = TypeVar("E", bound=Event)


@dataclass(frozen=True, kw_only=True)
class EventKind(Generic[E]):
    """One way to fire a trigger: a key of its `on`, and what is known of the events that it responds to.

    `name`: the key; `wanted`: the type of its value; `does`: when it fires, for people; `events`: the classes of its
    events, beginning with the one that presses.

    Functions of an event: `which`: the number or name that is compared with the trigger's value, after `same`
    normalised both; `edge`: given the threshold, True for a press, False for a release, None for neither; `decoded`:
    the event in a musician's words; `value`: its own value, 0.0-1.0; `text`: the text that it carries (None: this kind
    has no texts); `level`: 0 to 127, 0 for a release; `banks`: the bank numbers that it may be given. `carries`: the
    classes whose events have a value at all, even if a certain event's is None.

    `threshold`: the level from which it is a press, if the trigger
    gives none; None if the kind has no levels. `every`: for the clock's kinds, the beats between two events, from the
    trigger's value and the beats per bar; such a kind has no edges.

    For `learn`: `rank`: of several messages sent by one press, the kind with the lowest rank is taken; `is_continuous`:
    whether it may be a knob; `no_release`: the text for a kind that never sends a release; `unreleased`: the text if a
    release could have come and did not; `latches`: whether several presses without a release mean a latching switch.
    For `monitor`: `heard_as`: under which word it is asked for, "" if it is never heard outside a show.
    """

    name: str
    wanted: Whole | Text
    does: str
    events: tuple[type[E], ...]
    decoded: Callable[[E], str]
    which: Callable[[E], int | str] = lambda event: 0
    same: Callable[[int | str], int | str] = lambda written: written
    edge: Callable[[E, int | None], bool | None] = lambda event, threshold: None
    value: Callable[[E], float | None] = _nothing
    text: Callable[[E], str | None] | None = None
    level: Callable[[E], float] = lambda event: 127
    banks: Callable[[E], tuple[int | None, ...]] = lambda event: ()
    carries: tuple[type[Event], ...] = ()
    threshold: int | None = None
    every: Callable[[int, float], float] | None = None
    rank: int = 9
    is_continuous: bool = False
    no_release: str = ""
    unreleased: str = ""
    latches: bool = True
    heard_as: str = ""

    @property
    def placed(self) -> bool:
        """Whether its events have a port and a channel."""
        return issubclass(self.events[0], Placed)


def is_release(arguments: tuple[OscArgument, ...]) -> bool:
    """Whether the arguments are a button's release: a single 0, 0.0 or False. A message without arguments is a
    press."""
    return len(arguments) == 1 and isinstance(arguments[0], int | float) and arguments[0] == 0


def _crossed(event: ControlChange, threshold: int | None) -> bool | None:
    threshold = threshold or 64
    down, was_down = event.value >= threshold, event.previous >= threshold
    # Some pedals send the same value at every press and never a release, so a repeated value counts as a press.
    if down and (not was_down or event.value == event.previous):
        return True
    return False if was_down and not down else None


def _struck(event: NoteOn | NoteOff, threshold: int | None) -> bool | None:
    if isinstance(event, NoteOff):
        return False
    return True if event.velocity >= (threshold or 1) else None


def _note_decoded(event: NoteOn | NoteOff) -> str:
    how = f"on, velocity {event.velocity}" if isinstance(event, NoteOn) else "off"
    return f"note {event.note} {note_name(event.note)} {how}, channel {event.channel}"


def _program_decoded(event: ProgramChange) -> str:
    bank = "" if event.bank is None else f", bank {event.bank}"
    return f"program {event.program}{bank}, channel {event.channel}"


def _argument(argument: OscArgument) -> str:
    if isinstance(argument, str):
        return json.dumps(argument, ensure_ascii=False)
    return argument.hex(" ") if isinstance(argument, bytes) else f"{argument}"


def _first_number(event: OscMessage) -> float | None:
    """The first argument as a number from 0 to 1: taken as it is up to 1, and divided by 127 above. None if it is no
    number."""
    if not event.arguments or not isinstance(event.arguments[0], int | float):
        return None
    number = float(event.arguments[0])
    return min(max(number if number <= 1 else number / 127, 0.0), 1.0)


def _texts(event: OscMessage) -> str | None:
    """All text arguments, joined by spaces and cleaned; None if there are none."""
    return cleaned(" ".join(each[: 2 * SAYING] for each in event.arguments[:100] if isinstance(each, str))) or None


def _key(name: int | str) -> str:
    """A key's name in one spelling: page-turner pedals and people write "space", " " and "Space" for the same key."""
    folded = str(name).casefold()
    return {" ": "space", "spacebar": "space", "return": "enter", "esc": "escape"}.get(folded, folded)


AnyKind: TypeAlias = EventKind[Any]  # `Any`, since each row of a table is for another class of event
EVENT_KINDS: tuple[AnyKind, ...] = (
    EventKind[NoteOn | NoteOff](
        name="note",
        heard_as="midi",
        wanted=Whole(0, 127, note_number),
        does="a MIDI note, by its number or its name (C4 is 60)",
        events=(NoteOn, NoteOff),
        which=lambda event: event.note,
        edge=_struck,
        decoded=_note_decoded,
        value=lambda event: event.velocity / 127 if isinstance(event, NoteOn) else None,
        level=lambda event: event.velocity if isinstance(event, NoteOn) else 0,
        carries=(NoteOn,),
        threshold=1,
        rank=1,
    ),
    EventKind[ControlChange](
        name="control",
        heard_as="midi",
        wanted=Whole(0, 119),
        does="a MIDI control, where its value comes to the threshold",
        events=(ControlChange,),
        which=lambda event: event.control,
        edge=_crossed,
        decoded=lambda event: (
            f"control {event.control} value {event.value} (before {event.previous}), channel {event.channel}"
        ),
        value=lambda event: event.value / 127,
        level=lambda event: event.value,
        carries=(ControlChange,),
        threshold=64,
        rank=0,
        is_continuous=True,
    ),
    EventKind[ProgramChange](
        name="program",
        heard_as="midi",
        wanted=Whole(0, 127),
        does="a MIDI program change, by its number from 0",
        events=(ProgramChange,),
        which=lambda event: event.program,
        edge=lambda event, threshold: True,
        decoded=_program_decoded,
        banks=lambda event: (event.bank, event.bank_alone),
        rank=5,
        no_release="a program change, which has no release",
    ),
    EventKind[OscMessage](
        name="osc",
        heard_as="osc",
        wanted=Text("^/"),
        does="an OSC message to this address; a lone 0 is a release",
        events=(OscMessage,),
        which=lambda event: event.address,
        edge=lambda event, threshold: not is_release(event.arguments),
        decoded=lambda event: " ".join([event.address, *map(_argument, event.arguments)]),
        value=_first_number,
        text=_texts,
        level=lambda event: 0 if is_release(event.arguments) else 127,
        carries=(OscMessage,),
        rank=4,
        unreleased="no release came; each message is a press",
    ),
    EventKind[KeyPress](
        name="key",
        heard_as="key",
        wanted=Text(),
        does="a key, by its name in a browser (PageDown, Space, b)",
        events=(KeyPress,),
        which=lambda event: "Space" if event.key == " " else event.key,
        same=_key,
        edge=lambda event, threshold: not event.released,
        decoded=lambda event: f'key "{event.key}"{" released" if event.released else ""}',
        level=lambda event: 0 if event.released else 127,
        rank=3,
        unreleased="a key",
        latches=False,
    ),
    EventKind[PadPress](
        name="pad",
        wanted=Text(),
        does="a pad of the operator's page, by its name",
        events=(PadPress,),
        which=lambda event: event.pad,
        edge=lambda event, threshold: not event.released,
        decoded=lambda event: f'pad "{event.pad}"{" released" if event.released else ""}',
        level=lambda event: 0 if event.released else 127,
        rank=2,
    ),
    EventKind[Beat](
        name="beat",
        heard_as="clock",
        wanted=Whole(1),
        does="every so many beats, while the clock runs",
        events=(Beat,),
        decoded=lambda event: f"beat {event.beat:g}",
        every=lambda count, beats_per_bar: float(count),
    ),
    EventKind[Beat](
        name="bar",
        heard_as="clock",
        wanted=Whole(1),
        does="every so many bars, while the clock runs",
        events=(Beat,),
        decoded=lambda event: f"beat {event.beat:g}",
        every=lambda count, beats_per_bar: count * beats_per_bar,
    ),
)
"""Read by triggers, the JSON Schema, `learn`, `monitor`, `doctor` and the page `/setup`; in the order in which they are
offered."""

BY_EVENT: dict[type[Event], AnyKind] = {cls: kind for kind in reversed(EVENT_KINDS) for cls in kind.events}
"""The kind for an event's class; classes that no trigger responds to are missing."""
