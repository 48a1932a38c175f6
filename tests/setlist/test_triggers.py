import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from stagelyric.setlist.triggers import On, Trigger, event_value, parse_do, write_do
from stagelyric.types.actions import ACTIONS, Do
from stagelyric.types.events import (
    Beat,
    ControlChange,
    Event,
    KeyPress,
    NoteOff,
    NoteOn,
    OscMessage,
    PadPress,
    ProgramChange,
)
from stagelyric.types.notes import note_number


def control(value: int, previous: int = 0, **given: Any) -> ControlChange:
    return ControlChange(0.0, "midi", given.get("port", "FCB1010"), given.get("channel", 1), 80, value, previous)


def osc(*arguments: Any) -> OscMessage:
    return OscMessage(0.0, "osc", "/go", arguments)


@pytest.mark.parametrize(
    ("on", "event", "fires"),
    [
        ({"control": 80}, control(127), True),
        ({"control": 80}, control(63), False),
        ({"control": 80}, control(64), True),
        ({"control": 80, "threshold": 100}, control(99), False),
        ({"control": 80}, control(100, previous=70), False),  # on its way through: one press, not two
        ({"control": 80}, control(127, previous=127), True),  # a pedal that never sends a release
        ({"control": 80, "press": "release"}, control(0, previous=127), True),
        ({"control": 80, "press": "release"}, control(127), False),
        ({"control": 80, "press": "both"}, control(127), True),
        ({"control": 80, "press": "both"}, control(0, previous=127), True),
        ({"control": 81}, control(127), False),
        ({"control": 80, "channel": 2}, control(127), False),
        ({"control": 80, "port": "fcb"}, control(127), True),
        ({"control": 80, "port": "Launchpad"}, control(127), False),
        ({"note": "C2"}, NoteOn(0.0, "midi", "p", 10, 36, 20), True),  # a soft hit is a hit
        ({"note": 36, "threshold": 64}, NoteOn(0.0, "midi", "p", 10, 36, 20), False),
        ({"note": 36, "press": "release"}, NoteOff(0.0, "midi", "p", 10, 36), True),
        ({"note": 36}, NoteOff(0.0, "midi", "p", 10, 36), False),
        ({"program": 3}, ProgramChange(0.0, "midi", "p", 1, 3, None), True),
        ({"program": 3, "bank": 1}, ProgramChange(0.0, "midi", "p", 1, 3, 2), False),
        ({"osc": "/go"}, osc(), True),
        ({"osc": "/go"}, osc(1.0), True),
        ({"osc": "/go"}, osc(0.0), False),
        ({"osc": "/go"}, osc(False), False),
        ({"osc": "/go"}, osc(0, 3), True),  # two numbers are indices, not a button
        ({"osc": "/go", "press": "release"}, osc(0), True),
        ({"osc": "/stop"}, osc(1), False),
        ({"key": "PageDown"}, KeyPress(0.0, "page", "PageDown"), True),
        ({"key": "space"}, KeyPress(0.0, "page", " "), True),
        ({"key": "PageDown"}, KeyPress(0.0, "page", "PageDown", released=True), False),
        ({"pad": "A"}, PadPress(0.0, "page", "A"), True),
        ({"beat": 4}, Beat(0.0, "clock", 8.0), True),
        ({"beat": 4}, Beat(0.0, "clock", 9.0), False),
        ({"beat": 4}, Beat(0.0, "clock", 0.0), False),
        ({"bar": 2}, Beat(0.0, "clock", 6.0), True),  # in 3/4
    ],
)
def test_fires(on: dict[str, Any], event: Event, fires: bool) -> None:
    assert On.model_validate(on).fires(event, beats_per_bar=3.0) is fires


def test_a_note_has_its_scientific_name() -> None:
    assert [note_number(name) for name in ("C4", "A4", "C-1", "G9", "Bb3", "f#2")] == [60, 69, 0, 127, 58, 42]


@pytest.mark.parametrize("name", ["H2", "C", "C10", "c##2", "", "A9"])
def test_no_such_note(name: str) -> None:
    with pytest.raises(ValueError, match="wanted a note"):
        note_number(name)


@pytest.mark.parametrize("on", [{}, {"note": 1, "control": 2}, {"control": 123}, {"osc": "go"}, {"note": 128}])
def test_on_is_one_thing_in_its_range(on: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        On.model_validate(on)


VALUES = {"say": "Hello", "word": "rain", "heard": "a cold rain", "goto": "chorus", "song": 2, "wildness": 0.5}


@pytest.mark.parametrize("action", list(ACTIONS))
def test_do_is_written_as_it_was_read(action: str) -> None:
    written = {action: VALUES[action]} if action in VALUES else action
    assert write_do(parse_do(written)) == written


@pytest.mark.parametrize(
    ("found", "says"),
    [
        ("nxt_line", 'unknown action "nxt_line"; did you mean "next_line"'),
        ("say", '"say" needs a value'),
        ({"say": ""}, "say: wanted a text"),
        ({"goto": 0}, "goto: wanted a title or a number from 1"),
        ({"wildness": 2}, 'wildness: wanted "value" or a number from 0.0 to 1.0, found 2'),
        ({"wildness": True}, "found True"),
        ({"next_line": "x"}, '"next_line" takes no value'),
        ({}, "wanted one action"),
        (7, "wanted one action, found 7"),
        ({"a": 1, "b": 2}, "wanted one action"),
    ],
)
def test_a_do_that_is_none_is_told_plainly(found: object, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        parse_do(found)


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
keys = st.sampled_from(list(ACTIONS)) | st.text()


@given(st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(keys, inner, max_size=2), max_leaves=5))
def test_whatever_is_sent_is_a_do_or_a_value_error(found: object) -> None:
    with contextlib.suppress(ValueError):
        assert parse_do(found).action in ACTIONS


def test_a_knob_carries_its_value() -> None:
    assert event_value(control(127)) == 1.0
    assert event_value(osc(0.25)) == 0.25
    assert event_value(osc(127.0)) == 1.0
    assert event_value(KeyPress(0.0, "page", "a")) is None


def test_a_trigger_reads_as_in_the_setlist() -> None:
    trigger = Trigger.model_validate({"on": {"note": "C2", "channel": 10}, "do": {"goto": "chorus"}, "quantize": "bar"})
    assert (trigger.on.note, trigger.do, trigger.quantize) == (36, Do("goto", "chorus"), "bar")
