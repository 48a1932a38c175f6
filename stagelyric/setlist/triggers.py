"""What fires (`on`) and what is done (`do`): the words a musician writes, and pure tests of events against them."""

import difflib
import re
from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, model_validator

from stagelyric.types.actions import ACTIONS, TABLE, Do, Row, Takes
from stagelyric.types.events import (
    Beat,
    ControlChange,
    Event,
    KeyPress,
    NoteOff,
    NoteOn,
    OscArgument,
    OscMessage,
    PadPress,
    ProgramChange,
)
from stagelyric.types.texts import ECHO, SAYING, cleaned

FROM_EVENT = "value"  # { wildness = "value" }, { word = "value" }: the event's own value or text
MOST_PLACES = 1_000_000  # the largest number of a song or a section that is looked for

KINDS = ("note", "control", "program", "osc", "key", "pad", "beat", "bar")
_WHERE = ("channel", "bank", "port")

_SEMITONES = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
_NOTE = re.compile(r"([A-Ga-g])([#b]?)(-?\d+)")


def note_number(name: str) -> int:
    """A MIDI note number 0-127 from a note's name, C4 = 60 (scientific pitch). Raises ValueError."""
    match = _NOTE.fullmatch(name.strip())
    if match:
        letter, accidental, octave = match.groups()
        number = _SEMITONES[letter.lower()] + {"#": 1, "b": -1, "": 0}[accidental] + 12 * (int(octave) + 1)
        if 0 <= number <= 127:
            return number
    raise ValueError(f'wanted a note from "C-1" to "G9" or a number from 0 to 127, found "{name}"')


def parse_do(found: object) -> Do:
    """A `Do` from what was written or sent: "next_line", or {"goto": "chorus"}.

    Raises ValueError with what was wanted and what was found.
    """
    if isinstance(found, Do):
        return found
    if isinstance(found, str):
        row = _row(found)
        if row.takes != "nothing":
            raise ValueError(f'"{found}" needs a value: {{ {found} = … }}')
        return Do(row.name)
    if isinstance(found, dict) and len(found) == 1:
        ((action, value),) = found.items()
        row = _row(str(action))
        if row.takes != "nothing":
            return Do(row.name, _READERS[row.takes](row.name, value))
        if value in (None, True, 1, {}):
            return Do(row.name)
        raise ValueError(f'"{action}" takes no value, found {_short(value)}')
    raise ValueError(f"wanted one action, found {_short(found)}")


def _row(action: str) -> Row:
    for row in TABLE:
        if row.name == action:
            return row
    near = difflib.get_close_matches(action, ACTIONS, n=1, cutoff=0.5)
    hint = f'did you mean "{near[0]}"?' if near else f"there is: {', '.join(ACTIONS)}"
    raise ValueError(f'unknown action "{action[:60]}"; {hint}')


def _short(value: object) -> str:
    """What was found, as it is named in a message: neither long nor costly, whatever it is."""
    if isinstance(value, int) and abs(value) > MOST_PLACES:
        return "a number that is far too large"
    shown = repr(value[: 2 * ECHO]) if isinstance(value, str) else repr(value)
    return shown if len(shown) <= ECHO else shown[:ECHO] + "…"


def _text(action: str, value: object) -> str:
    if isinstance(value, str) and value.strip():
        return value.strip()
    raise ValueError(f"{action}: wanted a text, found {_short(value)}")


def _place(action: str, value: object) -> str | int:
    if isinstance(value, str) and value.strip():
        return value
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else 0
    if 1 <= number <= MOST_PLACES and number == int(number):
        return int(number)
    raise ValueError(f"{action}: wanted a title or a number from 1, found {_short(value)}")


def _share(action: str, value: object) -> str | float:
    if value == FROM_EVENT:
        return FROM_EVENT
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
        return float(value)
    raise ValueError(f'{action}: wanted "value" or a number from 0.0 to 1.0, found {_short(value)}')


_READERS: dict[Takes, Callable[[str, object], str | int | float]] = {"text": _text, "place": _place, "share": _share}
"""Of what an action takes, as it was written."""


def write_do(do: Do) -> str | dict[str, str | int | float]:
    """The way back from `parse_do`."""
    return do.action if do.value is None else {do.action: do.value}


_SCHEMAS: dict[Takes, dict[str, object]] = {
    "text": {"type": "string", "minLength": 1},
    "place": {"type": ["string", "integer"]},
    "share": {"anyOf": [{"const": FROM_EVENT}, {"type": "number", "minimum": 0, "maximum": 1}]},
}
_DO_SCHEMA: dict[str, object] = {
    "anyOf": [
        {"enum": [row.name for row in TABLE if row.takes == "nothing"]},
        {
            "type": "object",
            "properties": {row.name: _SCHEMAS[row.takes] for row in TABLE if row.takes != "nothing"},
            "additionalProperties": False,
            "minProperties": 1,
            "maxProperties": 1,
        },
    ]
}


def _note(value: object) -> object:
    return note_number(value) if isinstance(value, str) else value


class Written(BaseModel):
    """The base of all that a musician writes: frozen, and an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class On(Written):
    """What fires. Exactly one of note, control, program, osc, key, pad, beat, bar.

    `beat = 4` fires on every fourth beat, `bar = 2` on every second bar. `threshold`: a control is down from
    this value on (default 64); a note fires at any velocity unless a threshold is written. `hysteresis`: how far below
    it a pedal with values in between must come before it is pressed again (default 16).
    """

    note: Annotated[int, BeforeValidator(_note, json_schema_input_type=int | str), Field(ge=0, le=127)] | None = None
    control: Annotated[int, Field(ge=0, le=119)] | None = None
    program: Annotated[int, Field(ge=0, le=127)] | None = None
    osc: Annotated[str, Field(pattern="^/")] | None = None
    key: Annotated[str, Field(min_length=1)] | None = None
    pad: Annotated[str, Field(min_length=1)] | None = None
    beat: Annotated[int, Field(ge=1)] | None = None
    bar: Annotated[int, Field(ge=1)] | None = None
    channel: Annotated[int, Field(ge=1, le=16)] | None = None
    bank: Annotated[int, Field(ge=0, le=16383)] | None = None
    port: str | None = None
    press: Literal["press", "release", "both"] = "press"
    threshold: Annotated[int, Field(ge=1, le=127)] | None = None
    hysteresis: Annotated[int, Field(ge=0, le=126)] | None = None
    debounce_ms: Annotated[float, Field(ge=0)] = 30.0

    @model_validator(mode="after")
    def _one(self) -> "On":
        written = [kind for kind in KINDS if getattr(self, kind) is not None]
        if len(written) != 1:
            raise ValueError(f"wanted one of {', '.join(KINDS)}, found {' and '.join(written) or 'none'}")
        return self

    def fires(self, event: Event, beats_per_bar: float = 4.0) -> bool:
        """Whether the event fires this. Pure: what a contact did before is for `contacts`."""
        if isinstance(event, Beat):
            every = self.beat or (self.bar or 0) * beats_per_bar
            return bool(every) and event.beat > 0 and event.beat % every == 0
        edge = self.edge(event)
        if edge is None or isinstance(event, ProgramChange):
            return edge is not None
        return self.answers(edge)

    def answers(self, edge: bool) -> bool:
        """Whether this fires on a press (True) or on a release (False)."""
        return self.press == "both" or (self.press == "press") == edge

    def edge(self, event: Event) -> bool | None:
        """True where the event presses this contact, False where it lets it go, None where it does neither."""
        match event:
            case OscMessage() if self.osc == event.address:
                return not is_release(event.arguments)
            case KeyPress() if self.key is not None and _key(self.key) == _key(event.key):
                return not event.released
            case PadPress() if self.pad == event.pad:
                return not event.released
            case NoteOn() if self.note == event.note and self._here(event):
                return True if event.velocity >= (self.threshold or 1) else None
            case NoteOff() if self.note == event.note and self._here(event):
                return False
            case ControlChange() if self.control == event.control and self._here(event):
                return self._crossed(event)
            case ProgramChange() if self.program == event.program and self.bank in (None, event.bank, event.bank_alone):
                return True if self._here(event) else None
        return None

    def moves(self, event: Event) -> bool:
        """Whether the event carries a value of this control, note or address, whatever the value is."""
        match event:
            case OscMessage():
                return self.osc == event.address
            case ControlChange():
                return self.control == event.control and self._here(event)
            case NoteOn():
                return self.note == event.note and self._here(event)
        return False

    def same_contact(self, other: "On") -> bool:
        """Whether one message can fire both: same kind and number; channel, bank and port equal or left open."""
        if {self.press, other.press} == {"press", "release"}:
            return False  # the two ways of one pedal
        mine, theirs = self.model_dump(exclude_none=True), other.model_dump(exclude_none=True)
        if not any(kind in mine and mine[kind] == theirs.get(kind) for kind in KINDS):
            return False
        return all(mine.get(key) == theirs.get(key) for key in _WHERE if key in mine and key in theirs)

    def _here(self, event: NoteOn | NoteOff | ControlChange | ProgramChange) -> bool:
        return self.channel in (None, event.channel) and (
            self.port is None or self.port.casefold() in event.port.casefold()
        )

    def _crossed(self, event: ControlChange) -> bool | None:
        threshold = self.threshold or 64
        down, was_down = event.value >= threshold, event.previous >= threshold
        # Some pedals send their one value at every press and never a release: the same value again is a press.
        if down and (not was_down or event.value == event.previous):
            return True
        return False if was_down and not down else None


def _key(name: str) -> str:
    """Page-turner pedals and people write keys in several ways: "space", " " and "Space" are one key."""
    folded = name.casefold()
    return {" ": "space", "spacebar": "space", "return": "enter", "esc": "escape"}.get(folded, folded)


def is_release(arguments: tuple[OscArgument, ...]) -> bool:
    """A lone 0, 0.0 or False is a button's release; a bare address is a press."""
    return len(arguments) == 1 and isinstance(arguments[0], int | float) and arguments[0] == 0


def event_value(event: Event) -> float | None:
    """The event's own value as 0.0-1.0: a control's or note's 0-127, an OSC number as it is (above 1: of 127)."""
    match event:
        case ControlChange():
            return event.value / 127
        case NoteOn():
            return event.velocity / 127
        case OscMessage() if event.arguments and isinstance(event.arguments[0], int | float):
            number = float(event.arguments[0])
            return min(max(number if number <= 1 else number / 127, 0.0), 1.0)
    return None


def event_text(event: Event) -> str | None:
    """The texts that an OSC message carries, joined; None where there is none."""
    if not isinstance(event, OscMessage):
        return None
    return cleaned(" ".join(each[: 2 * SAYING] for each in event.arguments[:100] if isinstance(each, str))) or None


def resolved(do: Do, event: Event) -> Do | None:
    """What is done for an event: as it was written, or with the event's own value or text; None where it has none."""
    if do.value != FROM_EVENT:
        return do
    takes = next(row.takes for row in TABLE if row.name == do.action)
    value: float | str | None = event_text(event) if takes == "text" else event_value(event)
    return None if value is None else Do(do.action, value)


DoField = Annotated[
    Any,
    BeforeValidator(parse_do, json_schema_input_type=Any),
    PlainSerializer(write_do),
    Field(json_schema_extra=_DO_SCHEMA),
]


class Trigger(Written):
    """`on` fires, `do` is done, on the beat that `quantize` names ("now", "beat", "bar", or a number of beats)."""

    on: On
    do: DoField
    quantize: Literal["now", "beat", "bar"] | Annotated[float, Field(gt=0)] = "now"

    @model_validator(mode="after")
    def _has_a_text(self) -> "Trigger":
        if self.do.value == FROM_EVENT and self.do.action in ("say", "word", "heard") and self.on.osc is None:
            raise ValueError(
                f'{self.do.action} = "value" takes the text of an OSC message: wanted on = {{ osc = "/…" }}'
            )
        return self

    def continuous(self) -> bool:
        """Whether every value counts, not presses only: a knob that sets the wildness."""
        return bool(self.do.value == FROM_EVENT)
