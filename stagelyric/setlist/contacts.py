"""What a pedal, a button or a pad did, from the values it sends: one step is one press, however much it trembles.

`On` says which contact a trigger means; this remembers how each contact stands. Time is the events' own.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from stagelyric.setlist.triggers import On, Trigger
from stagelyric.types.events import Beat, ControlChange, Event, OscMessage, is_release

THRESHOLD = 64
HYSTERESIS = 16
"""Of 127: so far below its threshold a pedal that shows values in between must come before it is pressed again."""

SETTLED = 1.0  # seconds below the threshold, after which a foot has let go however little the value fell
_SWITCH = 16  # two values that lie so far apart, and no third, are a switch's
_SHOWN = 3  # different values beyond which a control is a continuous one, and no more need be remembered


@dataclass(slots=True)
class _Control:
    """One control of one port and channel. `down`: by threshold and hysteresis; `high_at`: when it was last above."""

    last: int
    values: set[int] = field(default_factory=set)
    down: dict[tuple[int, int], bool] = field(default_factory=dict)
    high_at: dict[tuple[int, int], float] = field(default_factory=dict)

    @property
    def is_switch(self) -> bool:
        """Whether it never showed a value in between: one value, or two that lie apart."""
        return len(self.values) <= 2 and max(self.values) - min(self.values) >= (len(self.values) - 1) * _SWITCH


@dataclass(slots=True)
class _Button:
    """One OSC address. `numbers`: the whole numbers above 0 that it sent; several are places in a list, no button's."""

    down: bool = False
    numbers: set[int] = field(default_factory=set)


class Contacts:
    """How each contact stands. `hear` every event once, then ask for its `edge` as each trigger sees it."""

    def __init__(self) -> None:
        self._controls: dict[tuple[str, int, int], _Control] = {}
        self._buttons: dict[str, _Button] = {}
        self._event: Event | None = None
        self._edges: dict[tuple[int, int], bool | None] = {}
        self._told: set[str] = set()

    def hear(self, event: Event) -> None:
        """An event has come; it counts for every threshold at once, whichever trigger is looked at."""
        self._event, self._edges = event, {}
        if isinstance(event, ControlChange):
            self._hear_control(event)
        elif isinstance(event, OscMessage):
            self._edges[0, 0] = self._hear_button(event)

    def edge(self, on: On, event: Event) -> bool | None:
        """True where the event presses the contact, False where it lets it go, None where it does neither."""
        if not on.moves(event) or not isinstance(event, ControlChange | OscMessage):
            return on.edge(event)
        if isinstance(event, OscMessage):
            return self._edges.get((0, 0), not is_release(event.arguments))
        key = (on.threshold or THRESHOLD, HYSTERESIS if on.hysteresis is None else on.hysteresis)
        if key not in self._edges:  # the first time that a trigger asks with this threshold
            control = self._controls[_key(event)]
            control.down[key] = event.previous >= key[0]
            self._edges[key] = self._cross(control, key, event)
        return self._edges[key]

    def remark(self, event: Event) -> str | None:
        """What is to be said, once, of an OSC address whose lone 0 was taken for a button's release."""
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
        if control.last != event.previous:  # something else was told of what came in between
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
        """A lone 0 is a release where it follows a press, unless the address counts through a list (Live's scenes)."""
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
    """What an event is to a trigger that it moves: whether it fires it, and whether it counts (no bounce)."""

    fires: bool
    counts: bool


class Presses:
    """Which of its contact's edges count for a trigger: those with neither an edge that counted nor one the other way
    in the `debounce_ms` before.

    So neither a press nor a release is counted twice, and letting a bouncing pedal go is no second press. Notes and OSC
    come from machines too, which let a note go in the moment in which they strike it anew: where only a press counts,
    their releases are no motion.
    """

    def __init__(self) -> None:
        self.contacts = Contacts()
        self._counted: dict[int, float] = {}  # by trigger, when
        self._moved: dict[tuple[int, bool], float] = {}  # by trigger and way

    def hear(self, event: Event) -> None:
        """An event has come: once, before any trigger is asked about."""
        self.contacts.hear(event)

    def of(self, trigger: Trigger, event: Event, beats_per_bar: float = 4.0) -> Heard | None:
        """What the event is to a trigger; None where it does not touch it. A knob and the clock do not bounce."""
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
