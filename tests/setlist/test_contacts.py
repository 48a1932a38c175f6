"""One step on a pedal is one press: half-damper pedals, expression pedals, switches, buttons and lists over OSC."""

import random
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.setlist.contacts import Presses
from stagelyric.setlist.triggers import On, Trigger
from stagelyric.show.pedals import Watch
from stagelyric.types.events import ControlChange, OscMessage, ProgramChange

HALF_PEDAL = [0, 30, 60, 64, 63, 64, 63, 65, 63, 64, 90, 127, 100, 66, 63, 64, 62, 65, 60, 0]
Step = list[tuple[float, int]]


def moves(values: Iterable[int], gap: float = 0.04) -> Step:
    return [(number * gap, value) for number, value in enumerate(values)]


def sent(step: Step, before: int = 0) -> list[ControlChange]:
    made = []
    for at, value in step:
        made.append(ControlChange(at, "midi p", "p", 1, 64, value, before))
        before = value
    return made


def presses(step: Step, **on: object) -> int:
    trigger, heard = Trigger.model_validate({"on": {"control": 64, **on}, "do": "next_line"}), Presses()
    count = 0
    for event in sent(step):
        heard.hear(event)
        found = heard.of(trigger, event)
        count += found is not None and found.fires and found.counts
    return count


def half_damper(rng: random.Random, start: float = 0.0, tremble: int = 7) -> Step:
    """One slow step on a continuous pedal, as recorded ones go: down with a stay near the middle, up the same way."""
    values, at = list[tuple[float, int]](), start
    top = rng.randint(90, 127)
    path = [*range(0, 64, rng.randint(3, 20)), *([63] * rng.randint(0, 12)), *range(64, top, rng.randint(3, 20)), top]
    for level in [*path, *([top] * rng.randint(0, 6)), *reversed(path)]:
        at += rng.uniform(0.004, 0.06)
        near = tremble if 40 <= level < 90 else 2
        value = min(127, max(0, level + rng.randint(-near, near)))
        if not values or values[-1][1] != value or rng.random() < 0.2:
            values.append((at, value))
    return [*values, (at + 0.01, 0)]


def test_the_recorded_half_pedal_is_one_press() -> None:
    assert presses(moves(HALF_PEDAL)) == 1
    assert presses(moves(HALF_PEDAL), press="release") == 1
    assert presses(moves(HALF_PEDAL), press="both") == 2


def test_a_value_that_is_repeated_on_the_way_is_no_press() -> None:
    assert presses(moves([0, 70, 100, 100, 101, 101, 102, 102, 0], 0.05)) == 1


@pytest.mark.parametrize("seed", range(200))
def test_half_damper_sweeps_are_one_press_each(seed: int) -> None:
    assert presses(half_damper(random.Random(seed))) == 1


@settings(max_examples=50)
@given(st.randoms(use_true_random=False), st.integers(1, 10))
def test_so_many_steps_are_so_many_presses(rng: random.Random, steps: int) -> None:
    whole: Step = []
    for _ in range(steps):
        whole += half_damper(rng, (whole[-1][0] if whole else 0.0) + rng.uniform(0.04, 2.0))
    assert presses(whole) == steps
    assert presses(whole, press="release") == steps


@settings(max_examples=50)
@given(st.integers(0, 50), st.integers(20, 77), st.integers(1, 10), st.floats(0.04, 3.0))
def test_a_switch_of_any_two_values_needs_no_hysteresis(low: int, apart: int, steps: int, gap: float) -> None:
    values = [low, low + apart] * steps
    assert presses(moves(values, gap), threshold=low + apart) == steps


@given(st.integers(64, 127), st.integers(1, 10))
def test_a_control_with_one_value_only_is_pressed_each_time(value: int, steps: int) -> None:
    assert presses(moves([value] * steps, 0.2)) == steps


@settings(max_examples=60)
@given(st.integers(30, 55), st.integers(85, 127), st.randoms(use_true_random=False))
def test_learn_sets_threshold_and_hysteresis_for_a_pedal_that_rests_high(
    low: int, top: int, rng: random.Random
) -> None:
    way = list(range(low, top, 4))
    step = moves([*way, top, *reversed(way)], 0.02)
    watch = Watch()
    for event in sent(step, before=low):
        watch.hear(event)
    found = watch.found()
    assert found is not None
    whole = [(at + 2.0 * n, value) for n in range(5) for at, value in step]
    on = {key: value for key, value in found.on.items() if key != "channel"}
    assert presses(whole, **{**on, "press": "press"}) == 5


def test_a_foot_that_rested_below_the_threshold_has_let_go() -> None:
    assert presses([(0, 50), (0.1, 60), (0.2, 90), (0.3, 70), (0.4, 52), (2.0, 66), (2.1, 90)]) == 2
    assert presses([(0, 50), (0.1, 60), (0.2, 90), (0.3, 70), (0.4, 52), (0.6, 66), (0.7, 90)]) == 1


def fired(*messages: tuple[object, ...]) -> list[bool]:
    trigger, heard = Trigger(on=On(osc="/live/scene/launch"), do="next_song"), Presses()
    found = []
    for number, arguments in enumerate(messages):
        event = OscMessage(number * 1.0, "osc", "/live/scene/launch", arguments)  # type: ignore[arg-type]
        heard.hear(event)
        each = heard.of(trigger, event)
        found.append(each is not None and each.fires and each.counts)
    return found


def test_the_first_scene_of_a_list_is_a_press() -> None:
    assert fired((0,)) == [True]
    assert fired((0,), (0,)) == [True, True]
    assert fired((0,), (1,), (2,), (0,), (3,), (0,)) == [True] * 6


def test_a_buttons_release_is_none() -> None:
    assert fired((1,), (0,), (1,), (0,)) == [True, False] * 2
    assert fired((1.0,), (0.0,), (0.5,), (0.0,)) == [True, False] * 2
    assert fired((True,), (False,)) == [True, False]
    assert fired(("go",), ()) == [True, True]


def test_a_release_that_may_have_been_a_number_is_remarked_once() -> None:
    heard = Presses().contacts
    told = []
    for value in (1, 0, 1, 0):
        event = OscMessage(0.0, "osc", "/go", (value,))
        heard.hear(event)
        told.append(heard.remark(event))
    assert told == [None, "/go 0: taken for the release of the press before, and disregarded", None, None]


def test_a_bank_is_known_by_cc_0_alone() -> None:
    on = On(program=3, bank=2)
    assert on.fires(ProgramChange(0.0, "midi p", "p", 1, 3, 256, 2))
    assert on.fires(ProgramChange(0.0, "midi p", "p", 1, 3, 2))
    assert not on.fires(ProgramChange(0.0, "midi p", "p", 1, 3, 256))
    assert On(program=3, bank=256).fires(ProgramChange(0.0, "midi p", "p", 1, 3, 256, 2))
