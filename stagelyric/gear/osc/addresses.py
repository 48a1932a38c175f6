"""The addresses under /stagelyric, in and out, declared once.

Dispatch, docs/osc.md, the OSCQuery tree and the patches are all generated from these two tables.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from stagelyric.gear.osc.packets import MalformedError
from stagelyric.types.actions import ACTIONS, Action, Do
from stagelyric.types.events import Beat, Command, Event, OscArgument, Tempo

Arguments = tuple[OscArgument, ...]
Kind = Literal["press", "text", "place", "number", "switch", "port", "any"]
# Makes the event from (at, source, arguments), or None for a button's release; raises MalformedError.
MakeEvent = Callable[[float, str, Arguments], Event | None]


@dataclass(frozen=True, slots=True)
class Address:
    """An address that we receive. `argument` is one of the kinds below; a number lies from `low` to `high`.

    press: none, or a number of which 0 is a release · text: one or more words · place: a title or a number from 1 ·
    number: in the range · switch: 0 is off, any other on · port: none, or a UDP port · any: anything. `event` is None
    if the endpoint itself answers. For people: `does`, the short `label` of a button, and an `example` of the
    arguments. `called` is the argument's name in the documentation.
    """

    address: str
    argument: Kind
    does: str
    event: MakeEvent | None
    label: str
    called: str = "value"
    example: Arguments = ()
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """An address that is sent to subscribers and to `reply_to`. `arguments`: (name, OSC type tag s or i) of each."""

    address: str
    arguments: tuple[tuple[str, Literal["s", "i"]], ...]
    does: str

    @property
    def tags(self) -> str:
        return "".join(tag for _, tag in self.arguments)


def number(argument: OscArgument) -> float | int | None:
    """The argument as a number (True 1, False 0), or None if it is not a number. Raises MalformedError for inf and
    nan."""
    if not isinstance(argument, int | float):
        return None
    if not math.isfinite(argument):
        raise MalformedError(f"the number {argument}")
    return argument + 0  # converts a bool to an int


def released(arguments: Arguments) -> bool:
    """Whether the arguments mean a button's release: a single 0, 0.0 or False."""
    return len(arguments) == 1 and number(arguments[0]) == 0


def port_number(arguments: Arguments) -> int | None:
    """The port asked for, at least 1024, or None for the sender's own. Raises MalformedError.

    A touch surface's button sends 1, which does not mean a port. Lower ports are refused: they belong to services that
    would be sent what they did not ask for.
    """
    if _pressed(arguments) and (not arguments or number(arguments[0]) in (None, 1)):
        return None
    value = _only(arguments)
    if value != int(value) or not 1024 <= value <= 65535:
        raise MalformedError(f"wanted a port from 1024 to 65535, found {value}")
    return int(value)


def text(arguments: Arguments) -> str:
    """The words joined by a space, without control characters. Raises MalformedError if nothing is left."""
    words = " ".join(_word(argument) for argument in arguments).translate(_CONTROLS)
    words = " ".join(words.split())
    if not words:
        raise MalformedError("no text")
    return words


# Characters that a terminal or a page would obey rather than show: C0, DEL, C1 and the line separators.
_CONTROLS = dict.fromkeys([*range(32), *range(127, 160), 0x2028, 0x2029], " ")


def _word(argument: OscArgument) -> str:
    if isinstance(argument, str):
        return argument
    value = None if isinstance(argument, bool) else number(argument)
    if value is None:
        raise MalformedError("wanted text")
    # Pure Data sends the 99 of "99 red balloons" as 99.0.
    return str(int(value)) if value == int(value) else f"{value:g}"


def _pressed(arguments: Arguments) -> bool:
    """Whether an address for presses accepts these arguments: none, one number, or one N or I (a "bang")."""
    return not arguments or (len(arguments) == 1 and (arguments[0] is None or number(arguments[0]) is not None))


def _only(arguments: Arguments) -> float | int:
    value = number(arguments[0]) if len(arguments) == 1 else None
    if value is None:
        raise MalformedError("wanted one number")
    return value


def _within(arguments: Arguments, low: float, high: float) -> float:
    value = _only(arguments)
    if not low <= value <= high:
        raise MalformedError(f"wanted a number from {low} to {high}, found {value}")
    return float(value)


def _of(
    action: Action, name: str, argument: Kind, event: MakeEvent, called: str = "value", example: Arguments = (),
    low: float | None = None, high: float | None = None,
) -> Address:  # fmt: skip
    """An address for an action, with the label and the description from the action's row."""
    row = ACTIONS[action]
    return Address(f"/stagelyric/{name}", argument, row.does, event, row.label, called, example, low, high)


def _press(name: str, action: Action) -> Address:
    do = Do(action)

    def event(at: float, source: str, arguments: Arguments) -> Event | None:
        if not arguments:
            return Command(at, source, do)
        if not _pressed(arguments):
            raise MalformedError("wanted one number or nothing")
        return None if released(arguments) else Command(at, source, do)

    return _of(action, name, "press", event, example=(1,))


def _text(name: str, action: Action, called: str, example: str) -> Address:
    def event(at: float, source: str, arguments: Arguments) -> Event | None:
        return None if released(arguments) else Command(at, source, Do(action, text(arguments)))

    return _of(action, name, "text", event, called, (example,))


def _place(name: str, action: Action, example: str) -> Address:
    def event(at: float, source: str, arguments: Arguments) -> Event | None:
        if released(arguments):
            return None
        value = number(arguments[0]) if len(arguments) == 1 else None
        if value is None:
            return Command(at, source, Do(action, text(arguments)))
        if value < 1 or value != int(value):
            raise MalformedError(f"wanted a title or a number from 1, found {value}")
        return Command(at, source, Do(action, int(value)))

    return _of(action, name, "place", event, "title or number", (example,), 1)


def _wildness(at: float, source: str, arguments: Arguments) -> Event:
    return Command(at, source, Do("wildness", _within(arguments, 0.0, 1.0)))


def _speech(at: float, source: str, arguments: Arguments) -> Event:
    return Command(at, source, Do("speech_on" if _only(arguments) else "speech_off"))


def _tempo(at: float, source: str, arguments: Arguments) -> Event:
    return Tempo(at, source, _within(arguments, *TEMPO))


def _beat(at: float, source: str, arguments: Arguments) -> Event:
    return Beat(at, source, _within(arguments, *BEAT))


TEMPO = (20.0, 999.0)  # quarter notes per minute, the range of DAWs
BEAT = (0.0, 1e9)
PING, SUBSCRIBE, UNSUBSCRIBE = "/stagelyric/ping", "/stagelyric/subscribe", "/stagelyric/unsubscribe"

ADDRESSES = (
    _press("line", "next_line"),
    _text("word", "word", "word", "harbour"),
    _text("say", "say", "text", "Thank you, Leith"),
    _text("heard", "heard", "text", "She left her coat in Leith"),
    _press("again", "again"),
    _press("hold", "hold"),
    _press("clear", "clear"),
    _press("panic", "panic"),
    _press("keep", "keep"),
    _press("veto", "veto"),
    _press("swap", "swap"),
    _press("veto/next", "veto_next"),
    _place("song", "song", "Harbour Lights"),
    _press("song/next", "next_song"),
    _press("song/previous", "previous_song"),
    _place("section", "goto", "chorus"),
    _press("section/next", "next_section"),
    _press("section/previous", "previous_section"),
    _of("wildness", "wildness", "number", _wildness, "wildness", (0.7,), 0.0, 1.0),
    Address("/stagelyric/speech", "switch", "speech off (0) or on (1)", _speech, "Speech", "on", (1,), 0, 1),
    Address(
        "/stagelyric/tempo", "number", "sets the tempo, where the clock's source is osc", _tempo, "Tempo", "BPM",
        (96.0,), *TEMPO,
    ),
    Address(
        "/stagelyric/beat", "number", "sets the beat, from 0, where the clock's source is osc", _beat, "Beat", "beat",
        (33.0,), *BEAT,
    ),
    Address(PING, "any", "answers /stagelyric/pong with the same arguments", None, "Ping", "any", (1,)),
    Address(
        SUBSCRIBE, "port", "sends what happens to the sender, or to this port of its machine, for 60 s; again renews",
        None, "Subscribe", "port", (9000,), 1024, 65535,
    ),
    Address(UNSUBSCRIBE, "port", "ends that", None, "Unsubscribe", "port", (9000,), 1024, 65535),
)  # fmt: skip

TABLE: Mapping[str, Address] = MappingProxyType({entry.address: entry for entry in ADDRESSES})

CUE = "/stagelyric/cue"
CLEAR = "/stagelyric/clear"
NEXT = "/stagelyric/next"
POOL = "/stagelyric/pool"
SONG = "/stagelyric/song"
SECTION = "/stagelyric/section"
SYLLABLE = "/stagelyric/syllable"
ERROR = "/stagelyric/error"
PONG = "/stagelyric/pong"

TELLS = (
    Told(CUE, (("text", "s"), ("song", "s"), ("section", "s"), ("number", "i")), "a line goes up"),
    Told(CLEAR, (), "the stage is cleared"),
    Told(NEXT, (("text", "s"),), "the line to come"),
    Told(POOL, (("ready", "i"),), "how many lines are ready; four times a second at most"),
    Told(SONG, (("title", "s"),), "the song, where it changes"),
    Told(SECTION, (("name", "s"),), "the section, where it changes"),
    Told(SYLLABLE, (("index", "i"),), "on every beat after a cue, the place from 0 of the syllable to sing"),
    Told(ERROR, (("text", "s"),), "something people should know: a port is gone"),
)
