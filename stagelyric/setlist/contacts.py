"""Decides what a pedal, a button or a pad did from the values it sends: one step counts as one press, however noisy.

`On` says which contact a trigger means; this keeps the state of each contact. Time comes from the events.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from stagelyric.setlist.triggers import On, Trigger
from stagelyric.types.events import Beat, ControlChange, Event, OscMessage, is_release

THRESHOLD = 64
HYSTERESIS = 16
"""Of 127: a pedal with intermediate values must fall this far below its threshold before it can be pressed again."""

SETTLED = 1.0  # seconds below the threshold after which the foot counts as lifted, however little the value fell
_SWITCH = 16  # a control that sends only two values, at least this far apart, is a switch
_SHOWN = 3  # a control with at least this many different values is continuous, so no more need be remembered


@dataclass(slots=True)
class _Control:
    """One control of one port and channel. `down`: whether it is pressed, by (threshold, hysteresis); `high_at`: when
    it was last above, likewise."""

    last: int
    values: set[int] = field(default_factory=set)
    down: dict[tuple[int, int], bool] = field(default_factory=dict)
    high_at: dict[tuple[int, int], float] = field(default_factory=dict)

    @property
    def is_switch(self) -> bool:
        """Whether it has never sent an intermediate value: it sent one value only, or two that are far apart."""
        return len(self.values) <= 2 and max(self.values) - min(self.values) >= (len(self.values) - 1) * _SWITCH


@dataclass(slots=True)
class _Button:
    """One OSC address. `numbers`: the different positive integers it sent; if there are several, they are indices in a
    list rather than a button's level."""

    down: bool = False
    numbers: set[int] = field(default_factory=set)


class Contacts:
    """The state of every contact. Call `hear` once per event, then ask for its `edge` as each trigger sees it."""

    def __init__(self) -> None:
        self._controls: dict[tuple[str, int, int], _Control] = {}
        self._buttons: dict[str, _Button] = {}
        self._event: Event | None = None
        self._edges: dict[tuple[int, int], bool | None] = {}
        self._told: set[str] = set()

    def hear(self, event: Event) -> None:
        """Takes an event; it counts for every threshold, whichever triggers are checked."""
        self._event, self._edges = event, {}
        if isinstance(event, ControlChange):
            self._hear_control(event)
        elif isinstance(event, OscMessage):
            self._edges[0, 0] = self._hear_button(event)

    def edge(self, on: On, event: Event) -> bool | None:
        """True if the event presses the contact, False if it releases it, None if it does neither."""
        if not on.moves(event) or not isinstance(event, ControlChange | OscMessage):
            return on.edge(event)
        if isinstance(event, OscMessage):
            return self._edges.get((0, 0), not is_release(event.arguments))
        key = (on.threshold or THRESHOLD, HYSTERESIS if on.hysteresis is None else on.hysteresis)
        if key not in self._edges:  # the first query with this threshold and hysteresis
            control = self._controls[_key(event)]
            control.down[key] = event.previous >= key[0]
            self._edges[key] = self._cross(control, key, event)
        return self._edges[key]

    def remark(self, event: Event) -> str | None:
        """A remark, given once per address, that a single 0 from an OSC address was taken for a button's release; else
        None."""
        if not isinstance(event, OscMessage) or event.address in self._told or self._edges.get((0, 0), True):
            return None
        button = self._buttons[event.address]
        if type(event.arguments[0]) is not int or button.numbers <= {127}:
            return None
        self._told.add(event.address)
        return f"{event.address} 0: taken for the release of the press before, and disregarded"

    def _hear_control(self, event: ControlChange) -> None:
        control = self._controls.setdefault(_key(event), _Control(event.previous))
        if len(control.values) < _SHOWN:
            control.values.add(event.value)
        if control.last != event.previous:  # another receiver got the values in between
            control.down = {key: event.previous >= key[0] for key in control.down}
        for key in control.down:
            self._edges[key] = self._cross(control, key, event)
        control.last = event.value

    def _cross(self, control: _Control, key: tuple[int, int], event: ControlChange) -> bool | None:
        threshold, hysteresis = key
        was_down, switch = control.down[key], control.is_switch
        if event.value >= threshold:
            rested = event.at - control.high_at.get(key, event.at) >= SETTLED and event.previous < threshold
            control.down[key], control.high_at[key] = True, event.at
            again = switch and event.value == event.previous  # a pedal that never sends a release
            return True if not was_down or rested or again else None
        released = event.value < threshold if switch else event.value < max(threshold - hysteresis, 1)
        if was_down and released:
            control.down[key] = False
            return False
        return None

    def _hear_button(self, event: OscMessage) -> bool:
        """Whether the message is a press. A single 0 after a press is a release, unless the address sends list indices
        (Live's scenes)."""
        button = self._buttons.setdefault(event.address, _Button())
        if not is_release(event.arguments):
            value = event.arguments[0] if len(event.arguments) == 1 else None
            if isinstance(value, int) and not isinstance(value, bool) and len(button.numbers) < _SHOWN:
                button.numbers.add(value)
            button.down = True
            return True
        listed = len(button.numbers) > 1 and type(event.arguments[0]) is int
        pressed = listed or not button.down
        button.down = False
        return pressed


def _key(event: ControlChange) -> tuple[str, int, int]:
    return event.port, event.channel, event.control


@dataclass(frozen=True, slots=True)
class Heard:
    """What an event means for a trigger whose contact it moves: whether it fires, and whether it counts (is no
    bounce)."""

    fires: bool
    counts: bool


class Presses:
    """Decides which edges of its contact count for a trigger: those without a counted edge, and without an edge in the
    other direction, in the `debounce_ms` before.

    So neither a press nor a release counts twice, and releasing a bouncing pedal is no second press. Notes and OSC also
    come from machines, which may release a note at the moment in which they strike it again: if only presses count for
    the trigger, such releases are ignored.
    """

    def __init__(self) -> None:
        self.contacts = Contacts()
        self._counted: dict[int, float] = {}  # by trigger: when an edge last counted
        self._moved: dict[tuple[int, bool], float] = {}  # by trigger and direction: when it last moved

    def hear(self, event: Event) -> None:
        """Takes an event; call it once, before any trigger is checked."""
        self.contacts.hear(event)

    def of(self, trigger: Trigger, event: Event, beats_per_bar: float = 4.0) -> Heard | None:
        """What the event means for a trigger; None if it does not concern it. Knobs and the clock do not bounce."""
        on = trigger.on
        if trigger.continuous():
            return Heard(True, True) if on.moves(event) else None
        if isinstance(event, Beat):
            return Heard(True, True) if on.fires(event, beats_per_bar) else None
        edge = self.contacts.edge(on, event)
        if edge is None:
            return None
        fires = on.answers(edge)
        return Heard(fires, self._settled(trigger, event, edge, fires))

    def _settled(self, trigger: Trigger, event: Event, down: bool, fires: bool) -> bool:
        on, at = trigger.on, event.at
        if not down and on.press == "press" and not isinstance(event, ControlChange):
            return False
        rest = on.debounce_ms / 1000
        self._moved[id(trigger), down] = at
        never = float("-inf")
        if (
            at - self._moved.get((id(trigger), not down), never) < rest
            or at - self._counted.get(id(trigger), never) < rest
        ):
            return False
        if fires:
            self._counted[id(trigger)] = at
        return True
