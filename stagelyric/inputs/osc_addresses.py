"""The addresses under /stagelyric in one table: dispatch, the documentation and OSCQuery read it."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from stagelyric.events import Action, Beat, Command, Do, Event, OscArgument, Tempo
from stagelyric.inputs.osc_packets import MalformedError

Arguments = tuple[OscArgument, ...]
Kind = Literal["press", "text", "place", "number", "switch", "port", "any"]
# Gives the event of (at, source, arguments), or None for a button's release; raises MalformedError.
MakeEvent = Callable[[float, str, Arguments], Event | None]


@dataclass(frozen=True, slots=True)
class Address:
    """`argument` is one of the kinds below; a number lies from `low` to `high`. `does` is for people.

    press: none, or a number of which 0 is a release · text: one or more words · place: a title or a number from 1 ·
    number: in the range · switch: 0 is off, any other on · port: none, or a UDP port · any: whatever comes.
    `event` is None where the endpoint itself answers.
    """

    address: str
    argument: Kind
    does: str
    event: MakeEvent | None
    low: float | None = None
    high: float | None = None


def number(argument: OscArgument) -> float | int | None:
    """The argument as a number (True 1, False 0), or None where it is none. Raises MalformedError for inf and nan."""
    if not isinstance(argument, int | float):
        return None
    if not math.isfinite(argument):
        raise MalformedError(f"the number {argument}")
    return argument + 0  # a bool becomes an int


def released(arguments: Arguments) -> bool:
    """A lone 0, 0.0 or False is a button let go."""
    return len(arguments) == 1 and number(arguments[0]) == 0


def port_number(arguments: Arguments) -> int | None:
    """The port asked for from 1024 up, or None for the sender's own. Raises MalformedError.

    A touch surface's button sends 1, which asks for no port. Lower ports are refused: they belong to services
    that would be sent what they did not ask for.
    """
    if _pressed(arguments) and (not arguments or number(arguments[0]) in (None, 1)):
        return None
    value = _only(arguments)
    if value != int(value) or not 1024 <= value <= 65535:
        raise MalformedError(f"wanted a port from 1024 to 65535, found {value}")
    return int(value)


def text(arguments: Arguments) -> str:
    """The words joined by a space, control characters gone. Raises MalformedError where nothing is left."""
    words = " ".join(_word(argument) for argument in arguments).translate(_CONTROLS)
    words = " ".join(words.split())
    if not words:
        raise MalformedError("no text")
    return words


# What a terminal or a page would obey rather than show: C0, DEL, C1 and the line separators.
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
    """Whether a press-like address takes these: none, one number, or one N or I (a "bang")."""
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


def _press(name: str, action: Action, does: str) -> Address:
    do = Do(action)

    def event(at: float, source: str, arguments: Arguments) -> Event | None:
        if not arguments:
            return Command(at, source, do)
        if not _pressed(arguments):
            raise MalformedError("wanted one number or nothing")
        return None if released(arguments) else Command(at, source, do)

    return Address(f"/stagelyric/{name}", "press", does, event)


def _text(name: str, action: Action, does: str) -> Address:
    def event(at: float, source: str, arguments: Arguments) -> Event | None:
        return None if released(arguments) else Command(at, source, Do(action, text(arguments)))

    return Address(f"/stagelyric/{name}", "text", does, event)


def _place(name: str, action: Action, does: str) -> Address:
    def event(at: float, source: str, arguments: Arguments) -> Event | None:
        if released(arguments):
            return None
        value = number(arguments[0]) if len(arguments) == 1 else None
        if value is None:
            return Command(at, source, Do(action, text(arguments)))
        if value < 1 or value != int(value):
            raise MalformedError(f"wanted a title or a number from 1, found {value}")
        return Command(at, source, Do(action, int(value)))

    return Address(f"/stagelyric/{name}", "place", does, event, low=1)


def _wildness(at: float, source: str, arguments: Arguments) -> Event:
    return Command(at, source, Do("wildness", _within(arguments, 0.0, 1.0)))


def _speech(at: float, source: str, arguments: Arguments) -> Event:
    return Command(at, source, Do("speech_on" if _only(arguments) else "speech_off"))


def _tempo(at: float, source: str, arguments: Arguments) -> Event:
    return Tempo(at, source, _within(arguments, *TEMPO))


def _beat(at: float, source: str, arguments: Arguments) -> Event:
    return Beat(at, source, _within(arguments, *BEAT))


TEMPO = (20.0, 999.0)  # beats a minute: as far as any DAW goes
BEAT = (0.0, 1e9)
PING, SUBSCRIBE, UNSUBSCRIBE = "/stagelyric/ping", "/stagelyric/subscribe", "/stagelyric/unsubscribe"

ADDRESSES = (
    _press("line", "next_line", "shows the next line"),
    _text("word", "word", "shows a line with this word, written now"),
    _text("say", "say", "shows this text"),
    _press("again", "again", "shows the last line again"),
    _press("hold", "hold", "holds the line that is up"),
    _press("clear", "clear", "clears the stage"),
    _press("panic", "panic", "clears the stage and silences speech"),
    _press("keep", "keep", "keeps the line that is up for later shows"),
    _press("veto", "veto", "takes the line down and never shows it again"),
    _place("song", "song", "goes to the song with this title or number"),
    _press("song/next", "next_song", "goes to the next song"),
    _press("song/previous", "previous_song", "goes to the song before"),
    _place("section", "goto", "goes to the section with this name or number"),
    _press("section/next", "next_section", "goes to the next section"),
    _press("section/previous", "previous_section", "goes to the section before"),
    Address("/stagelyric/wildness", "number", "0 sober to 1 wild", _wildness, 0.0, 1.0),
    Address("/stagelyric/speech", "switch", "speech off (0) or on (1)", _speech, 0, 1),
    Address("/stagelyric/tempo", "number", "BPM, where the clock's source is osc", _tempo, *TEMPO),
    Address("/stagelyric/beat", "number", "the beat number from 0, where the clock's source is osc", _beat, *BEAT),
    Address(PING, "any", "answers /stagelyric/pong with the same arguments", None),
    Address(SUBSCRIBE, "port", "sends what happens to the sender for 60 s; again renews", None, 1024, 65535),
    Address(UNSUBSCRIBE, "port", "ends it", None, 1024, 65535),
)

TABLE: Mapping[str, Address] = MappingProxyType({entry.address: entry for entry in ADDRESSES})
