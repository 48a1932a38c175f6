"""Triggers: what fires (`on`) and what is done (`do`), as a musician writes them, and pure tests of events against
them."""

import difflib
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PrivateAttr,
    create_model,
    model_validator,
)

from stagelyric.types.actions import ACTIONS, TABLE, Do, Row, Takes
from stagelyric.types.events import BY_EVENT, EVENT_KINDS, AnyKind, Beat, Event, Placed, Text
from stagelyric.types.texts import ECHO

FROM_EVENT = "value"  # { wildness = "value" }, { word = "value" }: use the event's own value or text
MOST_PLACES = 1_000_000  # the largest number of a song or a section that is accepted

KINDS = tuple(kind.name for kind in EVENT_KINDS)
_WHERE = ("channel", "bank", "port")


def parse_do(found: object) -> Do:
    """Parses a `Do` as written or sent: "next_line", or {"goto": "chorus"}.

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
    """A short form of what was found, for a message; cheap to make, whatever it is."""
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
"""By what an action takes: the function that checks the value as written."""


def write_do(do: Do) -> str | dict[str, str | int | float]:
    """The inverse of `parse_do`."""
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


class Written(BaseModel):
    """The base class of everything that a musician writes: frozen, and an unknown key is an error."""

    # The validators are built when a table is first read, since those of tables inside a setlist or a rig are built as
    # parts of the outer one.
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


def _field(kind: AnyKind) -> object:
    """The type of a kind's key in `On`, with the default None."""
    wanted = kind.wanted
    if isinstance(wanted, Text):
        limits = Field(pattern=wanted.pattern) if wanted.pattern else Field(min_length=1)
        return Annotated[Annotated[str, limits] | None, Field(description=kind.does)]
    limits = Field(ge=wanted.least, le=wanted.most)
    read = wanted.read
    if read is None:
        return Annotated[Annotated[int, limits] | None, Field(description=kind.does)]

    def number(value: object) -> object:
        return read(value) if isinstance(value, str) else value

    by_name = BeforeValidator(number, json_schema_input_type=int | str)
    return Annotated[Annotated[int, by_name, limits] | None, Field(description=kind.does)]


if TYPE_CHECKING:

    class _Contact(Written):
        """For type checkers only: at run time the table of event kinds defines these fields. Keys that are never
        accessed by name may be missing here."""

        note: int | None = None
        control: int | None = None
        program: int | None = None
        osc: str | None = None
        key: str | None = None
        pad: str | None = None
        beat: int | None = None
        bar: int | None = None

else:
    _Contact = create_model("_Contact", __base__=Written, **{kind.name: (_field(kind), None) for kind in EVENT_KINDS})


class On(_Contact):
    """What fires a trigger: exactly one of the keys in `types.events.EVENT_KINDS`, such as note, control, osc or key.

    `beat = 4` fires on every fourth beat, `bar = 2` on every second bar. `threshold`: a control is down from this value
    on (default 64); a note fires at any velocity unless a threshold is given. `hysteresis`: how far below the threshold
    a pedal with intermediate values must fall before it can be pressed again (default 16).
    """

    channel: Annotated[int, Field(ge=1, le=16)] | None = None
    bank: Annotated[int, Field(ge=0, le=16383)] | None = None
    port: str | None = None
    press: Literal["press", "release", "both"] = "press"
    threshold: Annotated[int, Field(ge=1, le=127)] | None = None
    hysteresis: Annotated[int, Field(ge=0, le=126)] | None = None
    debounce_ms: Annotated[float, Field(ge=0)] = 30.0

    _kind: AnyKind = PrivateAttr()
    _which: int | str = PrivateAttr()

    @model_validator(mode="after")
    def _one(self) -> "On":
        written = [kind for kind in EVENT_KINDS if getattr(self, kind.name) is not None]
        if len(written) != 1:
            found = " and ".join(kind.name for kind in written) or "none"
            raise ValueError(f"wanted one of {', '.join(KINDS)}, found {found}")
        self._kind, self._which = written[0], written[0].same(getattr(self, written[0].name))
        return self

    @property
    def kind(self) -> AnyKind:
        """The row of the table of event kinds."""
        return self._kind

    def fires(self, event: Event, beats_per_bar: float = 4.0) -> bool:
        """Whether the event fires this. Pure: what a contact did before is handled by `contacts`."""
        if isinstance(event, Beat):
            every = 0.0 if self._kind.every is None else self._kind.every(int(self._which), beats_per_bar)
            return bool(every) and event.beat > 0 and event.beat % every == 0
        edge = self.edge(event)
        if edge is None or self._kind.no_release:
            return edge is not None
        return self.answers(edge)

    def answers(self, edge: bool) -> bool:
        """Whether this fires on a press (True) or on a release (False)."""
        return self.press == "both" or (self.press == "press") == edge

    def edge(self, event: Event) -> bool | None:
        """True if the event presses this contact, False if it releases it, None if it does neither."""
        return self._kind.edge(event, self.threshold) if self.means(event) and self.reaches(event) else None

    def means(self, event: Event) -> bool:
        """Whether the event has the control, note, address, … that was written, wherever it comes from."""
        kind = self._kind
        return isinstance(event, kind.events) and kind.same(kind.which(event)) == self._which

    def reaches(self, event: Event) -> bool:
        """Whether an event's channel, port and bank are those that were written, if any were."""
        if not isinstance(event, Placed):
            return True
        banks = self._kind.banks(event)
        return (
            self.channel in (None, event.channel)
            and (self.port is None or self.port.casefold() in event.port.casefold())
            and (not banks or self.bank in (None, *banks))
        )

    def moves(self, event: Event) -> bool:
        """Whether the event carries a value of this control, note or address, whatever the value is."""
        return isinstance(event, self._kind.carries) and self.means(event) and self.reaches(event)

    def same_contact(self, other: "On") -> bool:
        """Whether one message can fire both: same kind and number; channel and bank equal or not given, and of the
        ports, which are parts of a name, one contained in the other or not given."""
        if {self.press, other.press} == {"press", "release"}:
            return False  # one is for the press and the other for the release
        if self._kind is not other._kind or self._which != other._which:
            return False
        where = ((getattr(self, key), getattr(other, key)) for key in _WHERE if key != "port")
        if any(mine != theirs for mine, theirs in where if mine is not None and theirs is not None):
            return False
        mine, theirs = (self.port or "").casefold(), (other.port or "").casefold()
        return mine in theirs or theirs in mine


def event_value(event: Event) -> float | None:
    """The event's own value as 0.0-1.0: a control's or note's divided by 127, an OSC number unchanged (if above 1:
    divided by 127)."""
    kind = BY_EVENT.get(type(event))
    return None if kind is None else kind.value(event)


def event_text(event: Event) -> str | None:
    """The texts of an OSC message, joined; None if there are none."""
    kind = BY_EVENT.get(type(event))
    return None if kind is None or kind.text is None else kind.text(event)


def resolved(do: Do, event: Event) -> Do | None:
    """The action for an event: as written, or with the event's own value or text; None if the event has none."""
    if do.value != FROM_EVENT:
        return do
    takes = next(row.takes for row in TABLE if row.name == do.action)
    value: float | str | None = event_text(event) if takes == "text" else event_value(event)
    return None if value is None else Do(do.action, value)


# `Any`: pydantic would else read a Do field by field; `parse_do` reads it as it is written.
DoField = Annotated[
    Any,
    BeforeValidator(parse_do, json_schema_input_type=Any),
    PlainSerializer(write_do),
    Field(json_schema_extra=_DO_SCHEMA),
]


class Trigger(Written):
    """When `on` fires, `do` is done, on the beat that `quantize` names ("now", "beat", "bar", or a number of beats)."""

    on: On
    do: DoField
    quantize: Literal["now", "beat", "bar"] | Annotated[float, Field(gt=0)] = "now"

    @model_validator(mode="after")
    def _has_a_text(self) -> "Trigger":
        if self.do.value == FROM_EVENT and ACTIONS[self.do.action].takes == "text" and self.on.kind.text is None:
            raise ValueError(
                f'{self.do.action} = "value" takes the text of an OSC message: wanted on = {{ osc = "/…" }}'
            )
        return self

    def continuous(self) -> bool:
        """Whether every value counts, not only presses: a knob that sets the wildness."""
        return bool(self.do.value == FROM_EVENT)
