"""The messages between server and pages, both ways: one JSON object each."""

import json
import math
import struct
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

import orjson

from stagelyric.setlist.triggers import FROM_EVENT, parse_do
from stagelyric.types.events import Command, Event, KeyPress, PadPress
from stagelyric.types.lines import Cue, State
from stagelyric.web.words import Waiting

SOURCE = "page"


@dataclass(frozen=True, slots=True)
class Painted:
    """From a display: it painted cue `number`, `ms` milliseconds after it received it."""

    number: int
    ms: float


@dataclass(frozen=True, slots=True)
class PinTry:
    """From a page: the PIN as typed."""

    pin: str


@dataclass(frozen=True, slots=True)
class Ping:
    """From a page: asks whether the link is alive, since a browser's scripts don't see the protocol's own pings."""


@dataclass(frozen=True, slots=True)
class Offer:
    """From the audience: a word is offered."""

    word: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """From the operator: the word with this number is accepted or rejected."""

    id: int
    through: bool


@dataclass(frozen=True, slots=True)
class Opening:
    """From the operator: opens or closes the audience's word box."""

    open: bool


@dataclass(frozen=True, slots=True)
class Learn:
    """From the operator: learning a pedal; for the content see `show.learn.LearnSession`."""

    request: object


@dataclass(frozen=True, slots=True)
class Move:
    """From a page: a replay is to be paused, moved or set to another speed; for the content see
    `stage.player.Player`."""

    request: object


Message = Event | Painted | PinTry | Ping | Offer | Verdict | Opening | Learn | Move


def frame(message: dict[str, object]) -> bytes:
    """A message as one complete WebSocket text frame, with its header.

    A server's frames are not masked, so the same bytes go to every client and a cue is serialised once.
    """
    try:
        body = orjson.dumps(message)
    except TypeError:  # a lone surrogate can't be encoded as UTF-8 and becomes "?"
        body = json.dumps(message, ensure_ascii=False).encode("utf-8", "replace")
    size = len(body)
    if size < 126:
        return bytes((0x81, size)) + body
    if size < 65536:
        return struct.pack("!BBH", 0x81, 126, size) + body
    return struct.pack("!BBQ", 0x81, 127, size) + body


def cue(cue: Cue) -> dict[str, object]:
    if cue.line is None:
        return {"type": "clear", "number": cue.number}
    return {
        "type": "cue",
        "number": cue.number,
        "text": cue.line.text,
        "song": cue.song,
        "section": cue.section,
        "origin": cue.line.origin,
        "syllables": cue.line.syllables,
        "at": cue.wall,
        "beat": cue.beat,
    }


def state(state: State) -> dict[str, object]:
    return {"type": "state", **asdict(state)}


def following(text: str) -> dict[str, object]:
    return {"type": "next", "text": text}


def beat(beat: float, tempo: float) -> dict[str, object]:
    return {"type": "beat", "beat": beat, "tempo": tempo}


def due(beat: float | None) -> dict[str, object]:
    """The beat that an action waits for, None if none waits any more."""
    return {"type": "due", "beat": beat}


def alert(text: str) -> dict[str, object]:
    return {"type": "alert", "text": text}


def error(text: str) -> dict[str, object]:
    return {"type": "error", "text": text}


def access(allowed: bool, pin: bool, token: str | None = None, why: str | None = None) -> dict[str, object]:
    """Whether this client may change the show, and whether there is a PIN that would let it; `token`: what it shows
    from now on instead of the PIN; `why`: why nobody may change it."""
    told: dict[str, object] = {"type": "access", "allowed": allowed, "pin": pin}
    return told | {name: value for name, value in (("token", token), ("why", why)) if value}


def journal(entries: Sequence[Mapping[str, object]]) -> dict[str, object]:
    """For the operator: journal entries since the last such message, oldest first."""
    return {"type": "journal", "entries": entries}


def words(open: bool, waiting: Iterable[Waiting]) -> dict[str, object]:
    """For the operator: the audience's words that wait for a verdict."""
    return {"type": "words", "open": open, "waiting": [asdict(word) for word in waiting]}


def box(open: bool) -> dict[str, object]:
    """For the audience: whether the word box is open."""
    return {"type": "box", "open": open}


def offered(taken: bool, text: str) -> dict[str, object]:
    """The answer to a word that was offered."""
    return {"type": "offered", "taken": taken, "text": text}


def decode(text: str) -> object:
    """Decodes JSON from an untrusted sender. Raises ValueError, with a plain sentence, if it is not valid JSON."""
    try:
        value: object = json.loads(text, parse_constant=_no_constant)
        if "\\u" in text:  # an escape can contain a lone surrogate, which no file and no socket would accept
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as fault:
        raise ValueError(f"That is not JSON: {_short(text)}.") from fault
    return value


def read(value: object, at: float) -> Message:
    """Parses a client's message. Raises ValueError, with a plain sentence, if it is invalid."""
    match value:
        case {"do": do}:
            return _command(do, at)
        case {"key": str(key), **rest}:
            return KeyPress(at=at, source=SOURCE, key=_name("key", key), released=_released(rest))
        case {"pad": str(pad), **rest}:
            return PadPress(at=at, source=SOURCE, pad=_name("pad", pad), released=_released(rest))
        case {"painted": int(number), "ms": int(ms) | float(ms)} if _counts(number, ms):
            return Painted(number=number, ms=float(ms))
        case {"pin": str(pin)}:
            return PinTry(pin)
        case {"ping": _}:
            return Ping()
        case {"learn": request}:
            return Learn(request)
        case {"offer": str(word)}:
            return Offer(word)
        case {"replay": request}:
            return Move(request)
        case {"let": int(id)} if not isinstance(id, bool):
            return Verdict(id, True)
        case {"dismiss": int(id)} if not isinstance(id, bool):
            return Verdict(id, False)
        case {"words": bool(open)}:
            return Opening(open)
    raise ValueError(
        "A message wants do, key, pad, painted with ms, pin, ping, learn, offer, let, dismiss, words or replay; "
        f"found {_short(repr(value))}."
    )


def command(value: object) -> Command:
    """Parses a command: an action, or an object that has one under "do"."""
    match value:
        case {"do": do}:
            value = do
    return _command(value, time.monotonic())


def _command(value: object, at: float) -> Command:
    do = parse_do(value)
    if do.value == FROM_EVENT and do.action == "wildness":
        raise ValueError("wildness: a page sends a number from 0.0 to 1.0.")
    return Command(at=at, source=SOURCE, do=do)


def _name(what: str, text: str) -> str:
    if not 0 < len(text) <= 64:
        raise ValueError(f"A {what} has a name of 1 to 64 characters; found {len(text)}.")
    return text


def _released(rest: dict[object, object]) -> bool:
    released = rest.get("released", False)
    if not isinstance(released, bool):
        raise ValueError(f"released is true or false; found {_short(repr(released))}.")
    return released


def _counts(number: int, ms: float) -> bool:
    if isinstance(number, bool) or isinstance(ms, bool):
        return False
    return 0 <= number < 2**53 and 0 <= ms < 1e9 and math.isfinite(ms)


def _no_constant(name: str) -> object:
    raise ValueError(name)


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:60] + "…"
