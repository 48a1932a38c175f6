"""Recognises what kind of pedal was pressed from the messages it sends, and proposes a trigger for it. Pure: time comes
from the events."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from stagelyric.setlist.contacts import HYSTERESIS
from stagelyric.setlist.triggers import On
from stagelyric.types.events import BY_EVENT, EVENT_KINDS, AnyKind, Event, Placed

WATCH = 2.0  # seconds, from the first message
BOUNCE = 0.05  # seconds; no foot releases and presses again faster than this
DEBOUNCE_MS = 30
THRESHOLD = 64
SWEEP = 5  # a control with at least this many different values is a knob, not a switch
_MOST_DEBOUNCE_MS = 500

Kind = Literal["momentary", "latching", "bouncing", "continuous", "single"]
Written = dict[str, str | int | float]


@dataclass(frozen=True, slots=True)
class Found:
    """What was pressed. `on`: the keys of a trigger's `on`; `text`: the finding in one sentence.

    momentary: a press and a release · latching: one value at one press and the other at the next (or never a release) ·
    bouncing: several changes within 50 ms · continuous: a knob or an expression pedal · single: messages without a
    release (a program change, an OSC message with text).
    """

    on: Written
    kind: Kind
    text: str
    also: tuple[str, ...] = ()

    @property
    def what(self) -> str:
        return describe(self.on)


@dataclass(slots=True)
class _Contact:
    """One control, note, key, pad or address, with each value it sent (0-127; OSC: as sent) and when."""

    on: Written
    name: str  # the device or port it comes from
    moves: list[tuple[float, float]] = field(default_factory=list)


@dataclass(slots=True)
class Watch:
    """Collects events for `seconds`, starting with the first that could be a trigger; then `found` gives the result.

    `ports`: the number of MIDI inputs. If there are several, the trigger names its port.
    """

    ports: int = 1
    seconds: float = WATCH
    _contacts: dict[tuple[object, ...], _Contact] = field(default_factory=dict)
    _began: float | None = None

    @property
    def over_at(self) -> float | None:
        """When the watch ends, in the events' time; None before anything has come."""
        return None if self._began is None else self._began + self.seconds

    def hear(self, event: Event) -> bool:
        """Whether the event could belong to a trigger. Clock, transport and notice events cannot."""
        read = _read(event)
        if read is None:
            return False
        on, value = read
        if self._began is None:
            self._began = event.at
        if event.at > self._began + self.seconds:
            return True
        contact = self._contacts.setdefault(tuple(on.items()), _Contact(on, event.source))
        contact.moves.append((event.at, value))
        return True

    def found(self) -> Found | None:
        """The most likely trigger for what was heard; None if nothing was."""
        contacts = sorted(self._contacts.values(), key=self._rank)
        if not contacts:
            return None
        judged = [_judge(contact) for contact in contacts]
        best, others = judged[0], tuple(describe(other.on) for other in judged[1:])
        on = best.on if self.ports > 1 else {key: value for key, value in best.on.items() if key != "port"}
        return Found(_checked(on), best.kind, best.text, others)

    def _rank(self, contact: _Contact) -> tuple[bool, int, float]:
        """Sort key. A board that sends several messages for one press means the one that also has a release."""
        return len({value > 0 for _, value in contact.moves}) < 2, _kind(contact.on).rank, contact.moves[0][0]


def describe(on: Written) -> str:
    """A trigger's `on` as text for people, such as `control 80 on channel 1`."""
    kind = _kind(on).name
    channel = f" on channel {on['channel']}" if "channel" in on else ""
    bank = f" of bank {on['bank']}" if "bank" in on else ""
    port = f' from "{on["port"]}"' if "port" in on else ""
    return f"{kind} {on[kind]}{bank}{channel}{port}"


def _kind(on: Written) -> AnyKind:
    return next(kind for kind in EVENT_KINDS if kind.name in on)


def _read(event: Event) -> tuple[Written, float] | None:
    """A trigger's `on` for what sent the event, and the event's level, 0 to 127; None if the event is no press."""
    kind = BY_EVENT.get(type(event))
    if kind is None or kind.every is not None:
        return None
    on: Written = {kind.name: kind.which(event)}
    if (bank := next(iter(kind.banks(event)), None)) is not None:
        on["bank"] = bank
    if isinstance(event, Placed):
        on |= {"channel": event.channel, "port": event.port}
    return on, kind.level(event)


def _judge(contact: _Contact) -> Found:
    on, kind = dict(contact.on), _kind(contact.on)
    values = [value for _, value in contact.moves]
    where = f"{describe({k: v for k, v in on.items() if k != 'port'})}, {contact.name}"
    if kind.no_release:
        return Found(on, "single", f"{where}: {kind.no_release}")
    if kind.is_continuous and len(set(values)) >= SWEEP:
        _set_hysteresis(on, values)
        return Found(on, "continuous", f"{where}: a knob or an expression pedal ({min(values)} to {max(values)})")
    if kind.is_continuous:
        _set_threshold(on, values)
    edges = list(_edges(contact.moves, float(on.get("threshold", kind.threshold or 1))))
    bounce = _bounce(edges)
    if bounce:
        on["debounce_ms"] = bounce
        return Found(on, "bouncing", f"{where}: bouncing; {bounce} ms of debounce cover it")
    downs = [down for _, down in edges]
    if True in downs and False in downs[downs.index(True) :]:
        return Found(on, "momentary", f"{where}: momentary (a press and a release)")
    if kind.unreleased and (False not in downs or not kind.latches):
        return Found(on, "single", f"{where}: {kind.unreleased}")
    on["press"] = "both"
    return Found(on, "latching", f"{where}: latching, or it never sends a release; each message is a press")


def _set_threshold(on: Written, values: Sequence[float]) -> None:
    """Sets a threshold half way between the values if the default of 64 would never be reached or never be left."""
    low, high = min(values), max(values)
    if len(set(values)) == 1:
        low = 0
    if high and not low < THRESHOLD <= high:
        on["threshold"] = max(1, int(low + high + 1) // 2)


def _set_hysteresis(on: Written, values: Sequence[float]) -> None:
    """Sets a threshold half way between the values, and a hysteresis, for a pedal with intermediate values that does
    not cross the default ones. Does nothing for a knob that stays where it was turned to, since that is no press."""
    low, high = int(min(values)), int(max(values))
    if (low < THRESHOLD - HYSTERESIS and high >= THRESHOLD) or values[-1] > low + (high - low) // 4:
        return
    middle = max(1, (low + high + 1) // 2)
    on["threshold"], on["hysteresis"] = middle, max(0, min(HYSTERESIS, (middle - low) // 2))


def _edges(moves: Sequence[tuple[float, float]], threshold: float) -> Iterator[tuple[float, bool]]:
    """Yields (time, down) at each change between up and down, and at each repeated value (some pedals send one value
    only)."""
    before: float | None = None
    for at, value in moves:
        down = value >= threshold
        if before is None or down != (before >= threshold) or value == before:
            yield at, down
        before = value


def _bounce(edges: Sequence[tuple[float, bool]]) -> int | None:
    """The debounce time in milliseconds: 1.5 times the longest gap within the bouncing; None if the contact does not
    bounce.

    A short time from down to up may be a machine's press; a short time from up to down is a bounce.
    """
    rests = [(late[0] - early[0], late[1]) for early, late in pairwise(edges) if late[0] - early[0] < BOUNCE]
    if not any(down for _, down in rests):
        return None
    needed = max(rest for rest, _ in rests) * 1000 * 1.5
    return min(max(int(-(-needed // 10)) * 10, DEBOUNCE_MS), _MOST_DEBOUNCE_MS)


def _checked(on: Written) -> Written:
    """Returns `on` after validating it by the setlist's rules; raises pydantic's ValidationError if it is invalid."""
    given: dict[str, object] = dict(on)
    On.model_validate(given)
    return on
