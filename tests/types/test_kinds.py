"""What presses and what lets go, and what an event carries: the functions of the table of kinds."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.types.events import (
    BY_EVENT,
    ControlChange,
    KeyPress,
    NoteOff,
    NoteOn,
    OscArgument,
    OscMessage,
    ProgramChange,
    is_release,
)  # fmt: skip
from stagelyric.types.texts import SAYING

CONTROL, NOTE, OSC, KEY = (BY_EVENT[cls] for cls in (ControlChange, NoteOn, OscMessage, KeyPress))
sevens = st.integers(0, 127)


def turned(values: list[int]) -> list[ControlChange]:
    """A control that takes these values one after the other, as its input tells them."""
    before = [0, *values]
    return [ControlChange(0.0, "midi", "x", 1, 80, now, was) for was, now in pairwise(before)]


def osc(*arguments: OscArgument) -> OscMessage:
    return OscMessage(0.0, "osc", "/a", arguments)


@given(st.lists(sevens, min_size=1, max_size=40), st.none() | st.integers(1, 127))
@settings(max_examples=60)
def test_a_knob_presses_once_on_its_way_up_and_lets_go_once_on_its_way_down(
    values: list[int], threshold: int | None
) -> None:
    moving = [now for was, now in pairwise([0, *values]) if now != was]
    edges = [edge for event in turned(moving) if (edge := CONTROL.edge(event, threshold)) is not None]
    level, is_down, expected = threshold or 64, False, []
    for value in moving:
        if (value >= level) is not is_down:
            is_down = not is_down
            expected.append(is_down)
    assert edges == expected
    assert all(one is not other for one, other in pairwise(edges))
    assert edges[:1] in ([], [True])


@given(sevens, st.integers(1, 127), st.integers(1, 6))
@settings(max_examples=40)
def test_a_pedal_that_sends_one_value_and_no_release_presses_each_time(value: int, threshold: int, times: int) -> None:
    edges = [CONTROL.edge(event, threshold) for event in turned([value] * times)]
    assert edges == ([True] * times if value >= threshold else [None] * times)


@given(st.integers(1, 127), st.none() | st.integers(1, 127))
@settings(max_examples=40)
def test_a_note_presses_from_its_threshold_and_any_note_off_lets_go(velocity: int, threshold: int | None) -> None:
    struck = NoteOn(0.0, "midi", "x", 1, 60, velocity)
    assert NOTE.edge(struck, threshold) is (True if velocity >= (threshold or 1) else None)
    assert NOTE.edge(NoteOff(0.0, "midi", "x", 1, 60), threshold) is False
    assert NOTE.value(struck) == pytest.approx(NOTE.level(struck) / 127)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((0,), True), ((0.0,), True), ((False,), True), ((-0.0,), True), ((), False), ((1,), False), ((True,), False),
        (("0",), False), ((None,), False), ((b"\0",), False), ((0, 0), False), ((0.001,), False), (("",), False),
    ],
)  # fmt: skip
def test_only_a_nought_alone_lets_go(arguments: tuple[OscArgument, ...], expected: bool) -> None:
    assert is_release(arguments) is expected
    assert OSC.edge(osc(*arguments), None) is not expected
    assert (OSC.level(osc(*arguments)) == 0) is expected


@pytest.mark.parametrize(
    ("argument", "expected"),
    [
        (0, 0.0), (1, 1.0), (True, 1.0), (0.25, 0.25), (127, 1.0), (64, 64 / 127), (-3, 0.0), (1000, 1.0),
        (1.5, 1.5 / 127), (float("inf"), 1.0), (float("-inf"), 0.0), ("0.5", None), (None, None), (b"\1", None),
    ],
)  # fmt: skip
def test_a_share_is_the_number_itself_or_a_part_of_127(argument: OscArgument, expected: float | None) -> None:
    assert OSC.value(osc(argument, 0.9)) == expected
    assert OSC.value(osc()) is None


@given(st.lists(st.integers() | st.text(max_size=2 * SAYING), max_size=5))
@settings(max_examples=40)
def test_a_message_s_text_is_all_its_texts_and_never_long(arguments: list[OscArgument]) -> None:
    assert OSC.text is not None
    found = OSC.text(osc(*arguments))
    said = "".join(each for each in arguments if isinstance(each, str))
    assert found is None or (found == found.strip() != "" and len(found) <= SAYING)
    assert found is not None or not any(letter.isprintable() and not letter.isspace() for letter in said)


def test_texts_are_joined_and_numbers_between_them_are_no_part() -> None:
    assert OSC.text is not None
    assert OSC.text(osc("Row me", 3, "", " home\n", b"no")) == "Row me home"
    assert OSC.text(osc("x" * 10_000, "y")) == "x" * SAYING
    assert OSC.text(osc(*["a"] * 5_000)) == " ".join(["a"] * 100)
    assert OSC.text(osc(1, None)) is None


@pytest.mark.parametrize(
    "names",
    [(" ", "space", "Space", "SPACEBAR"), ("Return", "enter", "Enter"), ("Esc", "Escape"), ("b", "B"), ("ä", "Ä")],
)
def test_the_names_that_one_key_has_mean_it(names: tuple[str, ...]) -> None:
    (form,) = {KEY.same(name) for name in names}
    assert KEY.same(form) == form
    assert all(KEY.same(KEY.which(KeyPress(0.0, "page", name))) == form for name in names)


def test_keys_of_other_names_are_others() -> None:
    names = [" ", "Enter", "Escape", "PageDown", "PageUp", "ArrowRight", "b", "0", "Tab", "ss"]
    assert len({KEY.same(name) for name in names}) == len(names)


def test_what_arrives_is_told_in_a_musician_s_words() -> None:
    events = [
        NoteOn(0.0, "midi", "x", 10, 60, 99), NoteOff(0.0, "midi", "x", 10, 61),
        ControlChange(0.0, "m", "x", 1, 80, 127, 3),
        ProgramChange(0.0, "midi", "x", 2, 5, None), ProgramChange(0.0, "midi", "x", 2, 5, 130, 1),
        KeyPress(0.0, "page", "b", released=True), osc(1, "Là-bas", b"\x01\xff", None, 0.5),
    ]  # fmt: skip
    assert [BY_EVENT[type(event)].decoded(event) for event in events] == [
        "note 60 C4 on, velocity 99, channel 10", "note 61 C#4 off, channel 10",
        "control 80 value 127 (before 3), channel 1", "program 5, channel 2", "program 5, bank 130, channel 2",
        'key "b" released', '/a 1 "Là-bas" 01 ff None 0.5',
    ]  # fmt: skip
    assert BY_EVENT[ProgramChange].banks(events[4]) == (130, 1)
