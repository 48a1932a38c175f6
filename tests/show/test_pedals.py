"""What a pedal is, judged from what pedals send."""

from collections.abc import Sequence

import pytest

from stagelyric.setlist.contacts import Presses
from stagelyric.setlist.triggers import On, Trigger
from stagelyric.show.pedals import Found, Watch, describe
from stagelyric.types.actions import Do
from stagelyric.types.events import (
    Beat,
    ClockPulse,
    Command,
    ControlChange,
    Event,
    KeyPress,
    NoteOff,
    NoteOn,
    Notice,
    OscMessage,
    PadPress,
    ProgramChange,
    Transport,
)


def controls(*moves: tuple[float, int], control: int = 80, channel: int = 1) -> list[Event]:
    """A pedal's messages: (seconds, value)."""
    before, made = 0, list[Event]()
    for at, value in moves:
        made.append(ControlChange(at, "midi FCB1010", "FCB1010", channel, control, value, before))
        before = value
    return made


def learned(events: Sequence[Event], **options: int) -> Found:
    watch = Watch(**options)  # type: ignore[arg-type]
    for event in events:
        watch.hear(event)
    found = watch.found()
    assert found is not None
    return found


def presses(found: Found, events: Sequence[Event]) -> int:
    """How often the proposed trigger fires on these, as the show would see it (debounce and all)."""
    trigger, pressed = Trigger(on=On.model_validate(found.on), do="next_line"), Presses()
    counted = 0
    for event in events:
        pressed.hear(event)
        heard = pressed.of(trigger, event)
        counted += heard is not None and heard.fires and heard.counts
    return counted


def test_a_momentary_pedal() -> None:
    events = controls((0, 127), (0.2, 0))
    found = learned(events)
    assert (found.kind, found.on) == ("momentary", {"control": 80, "channel": 1})
    assert found.text == "control 80 on channel 1, midi FCB1010: momentary (a press and a release)"
    assert presses(found, events) == 1


@pytest.mark.parametrize("values", [(127,), (0,)])
def test_a_latching_pedal_fires_at_every_stomp(values: tuple[int, ...]) -> None:
    found = learned(controls(*((0.0, value) for value in values)))
    assert (found.kind, found.on) == ("latching", {"control": 80, "channel": 1, "press": "both"})
    assert presses(found, controls((0, 127), (5, 0), (9, 127), (20, 0))) == 4
    assert presses(found, controls((0, 127), (5, 127), (9, 127))) == 3, "one that never sends a release"


def test_a_bouncing_pedal_gets_the_debounce_that_covers_it() -> None:
    events = controls((0, 127), (0.006, 0), (0.013, 127), (0.041, 0), (0.049, 127), (0.4, 0))
    found = learned(events)
    assert found.kind == "bouncing"
    assert found.on["debounce_ms"] == 50
    assert presses(found, events) == 1
    slower = controls((0, 127), (0.034, 0), (0.070, 127), (0.4, 0))
    assert presses(learned(controls((0, 127), (0.2, 0))), slower) == 2, "the default is not enough for this one"
    assert presses(learned(slower), slower) == 1


def test_a_pedal_that_bounces_when_let_go() -> None:
    events = controls((0, 127), (0.2, 0), (0.205, 127), (0.212, 0))
    found = learned(events)
    assert (found.kind, found.on.get("debounce_ms")) == ("bouncing", 30)
    assert presses(found, events) == 1


@pytest.mark.parametrize("gap", [0.002, 0.02, 0.2])
def test_a_machines_short_press_is_no_bounce(gap: float) -> None:
    assert learned(controls((0, 127), (gap, 0))).kind == "momentary"
    assert learned(controls((0, 127), (gap, 0), (1.0, 127), (1.0 + gap, 0))).kind == "momentary"


@pytest.mark.parametrize(("low", "high", "threshold"), [(0, 40, 20), (0, 1, 1), (70, 127, 99), (0, 127, None)])
def test_the_threshold_lies_between_what_the_pedal_sends(low: int, high: int, threshold: int | None) -> None:
    events = controls((0, high), (0.2, low), (0.9, high), (1.1, low))
    found = learned(events)
    assert found.on.get("threshold") == threshold
    assert presses(found, events) == 2


def test_a_knob_is_no_switch() -> None:
    found = learned(controls(*((number / 100, number) for number in range(60)), control=11))
    assert (found.kind, found.on) == ("continuous", {"control": 11, "channel": 1})


def test_notes_programs_osc_keys_and_pads() -> None:
    note = [NoteOn(0, "midi x", "x", 10, 36, 3), NoteOff(0.1, "midi x", "x", 10, 36)]
    found = learned(note)
    assert (found.kind, found.on, presses(found, note)) == ("momentary", {"note": 36, "channel": 10}, 1)
    program: list[Event] = [ProgramChange(0, "midi x", "x", 2, 5, 130)]
    found = learned(program)
    assert (found.kind, found.on) == ("single", {"program": 5, "bank": 130, "channel": 2})
    assert presses(found, program) == 1
    written: list[tuple[float | str, ...]] = [(), (1.0,), ("verse",)]
    for arguments in written:
        found = learned([OscMessage(0, "osc y", "/pedal", arguments)])
        assert (found.kind, found.on) == ("single", {"osc": "/pedal"})
    osc: list[Event] = [OscMessage(0, "osc y", "/pedal", (1.0,)), OscMessage(0.3, "osc y", "/pedal", (0.0,))]
    assert (learned(osc).kind, presses(learned(osc), osc)) == ("momentary", 1)
    assert learned([OscMessage(0, "osc y", "/pedal", (0,))]).on == {"osc": "/pedal", "press": "both"}
    assert learned([KeyPress(0, "terminal", " ")]).on == {"key": "Space"}
    assert learned([KeyPress(0, "page", "b"), KeyPress(0.1, "page", "b", True)]).kind == "momentary"
    assert learned([PadPress(0, "page", "A"), PadPress(0.1, "page", "A", True)]).on == {"pad": "A"}


def test_a_board_that_sends_several_messages_at_a_press() -> None:
    events = [ProgramChange(0, "midi x", "x", 1, 3, None), *controls((0.001, 127), (0.3, 0))]
    found = learned(events)
    assert found.on == {"control": 80, "channel": 1}
    assert found.also == ('program 3 on channel 1 from "x"',)


def test_the_port_is_named_where_there_are_several() -> None:
    assert learned(controls((0, 127), (0.2, 0)), ports=2).on == {"control": 80, "channel": 1, "port": "FCB1010"}


def test_clocks_and_commands_are_not_heard_and_the_watch_ends() -> None:
    watch = Watch()
    others: list[Event] = [
        ClockPulse(0, "midi x", "x"),
        Transport(0, "midi x", "start"),
        Beat(0, "clock", 1),
        Notice(0, "midi", "gone"),
        Command(0, "osc y", Do("next_line")),
    ]
    assert not any(watch.hear(event) for event in others)
    assert (watch.over_at, watch.found()) == (None, None)
    for event in controls((1, 127), (2.9, 0), (3.1, 127)):
        assert watch.hear(event)
    assert watch.over_at == 3.0
    found = watch.found()
    assert found is not None
    assert found.kind == "momentary"


def test_in_words() -> None:
    assert describe({"program": 5, "bank": 2, "channel": 3, "port": "keys"}) == (
        'program 5 of bank 2 on channel 3 from "keys"'
    )
