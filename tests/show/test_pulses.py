"""MIDI clock on a driver's grid: the tempo within 0.2 % after two bars, ramps within a beat, cues with their pulse."""

import math
import random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from stagelyric.show.clock import LATE, PULSES, Clock
from stagelyric.show.pulses import PulseLine
from stagelyric.types.events import ClockPulse, Transport

BLOCKS = (48, 64, 256, 1024)  # frames at 48 kHz; 48 are a USB millisecond
TWO_BARS = 8 * PULSES


def arrivals(rng: random.Random, bpm: float, block: int, count: int, start: float = 1.0) -> list[float]:
    """When pulses come that go out with their block, early or late, each woken up to a third of a millisecond late."""
    grid, phase, whole = block / 48_000, rng.random() * block / 48_000, rng.choice([math.floor, math.ceil])
    true = (start + number * 60 / bpm / PULSES for number in range(count))
    return [phase + whole((t - phase) / grid) * grid + rng.uniform(0, 0.0003) for t in true]


def _known(bpm: float, block: int) -> float:
    """How well two bars of pulses can tell a tempo. Where one to six of them all but keep step with the blocks, they
    slip by a block a few times only in two bars, and nothing between tells by how much they differ from it."""
    gap = 60 / bpm / PULSES / (block / 48_000)
    known = 0.002
    for pulses in range(1, 7):
        if 0.01 < abs(gap * pulses - round(gap * pulses)) * TWO_BARS < 4:
            known = max(known, (pulses + 2) / (TWO_BARS * pulses * gap))
    return known


def tempo(line: PulseLine) -> float:
    assert line.interval is not None
    return 60 / PULSES / line.interval


@settings(max_examples=60, deadline=None)
@given(st.floats(40, 240), st.sampled_from(BLOCKS), st.randoms(use_true_random=False))
def test_the_tempo_after_two_bars(bpm: float, block: int, rng: random.Random) -> None:
    line = PulseLine()
    for number, at in enumerate(arrivals(rng, bpm, block, TWO_BARS + 1)):
        line.hear(number, at)
    assert tempo(line) == pytest.approx(bpm, rel=_known(bpm, block))
    assert line.width <= block / 48_000 + 0.0021


@pytest.mark.parametrize("bpm", [60, 78.125, 120, 140.625, 175.78125, 117.1875, 234.375, 240])
@pytest.mark.parametrize("block", BLOCKS)
def test_tempos_that_go_evenly_into_the_grid(bpm: float, block: int) -> None:
    for seed in range(10):
        line = PulseLine()
        for number, at in enumerate(arrivals(random.Random(seed), bpm, block, TWO_BARS + 1)):
            line.hear(number, at)
        assert tempo(line) == pytest.approx(bpm, rel=0.002)


@settings(max_examples=60, deadline=None)
@example(1024, 179, 30, 0.03)  # later than a block is long, by less than two
@example(1024, 175, 48, 0.03)  # three pulses in two blocks, but for a hundredth
@given(st.sampled_from(BLOCKS), st.integers(60, 180), st.integers(30, TWO_BARS - 20), st.floats(0.03, 0.2))
def test_late_pulses_do_not_change_the_tempo(block: int, bpm: int, place: int, late: float) -> None:
    line = PulseLine()
    for number, at in enumerate(arrivals(random.Random(place), bpm, block, TWO_BARS + 24)):
        line.hear(number, at + (late if number == place else 0.0))
        if number > TWO_BARS:
            assert tempo(line) == pytest.approx(bpm, rel=2 * _known(bpm, block))


@settings(max_examples=60, deadline=None)
@example(64, 112, 138, 0.15)
@example(256, 117, 117, 0.125)  # just after the pulses slipped by a block
@example(256, 117, 117, 0.171875)  # and for longer
@given(st.sampled_from(BLOCKS), st.integers(60, 180), st.integers(30, TWO_BARS - 20), st.floats(0.03, 0.2))
def test_pulses_that_are_held_up_and_come_all_at_once_do_not_change_the_tempo(
    block: int, bpm: int, place: int, late: float
) -> None:
    """As a driver's thread gives them that was not woken for a while: each as late as the one before it."""
    line, known = PulseLine(), _known(bpm, block)
    came = arrivals(random.Random(place), bpm, block, TWO_BARS + 24)
    late_at = came[place] + late
    for number, at in enumerate(came):
        line.hear(number, max(at, late_at + 1e-5 * (number - place)) if number >= place else at)
        if number > TWO_BARS:
            assert tempo(line) == pytest.approx(bpm, rel=max(2 * known, 0.01))


@pytest.mark.parametrize("block", [64, 256])
@pytest.mark.parametrize("a_beat", [-5.0, 2.0, 5.0])
def test_a_ramp_is_followed_within_a_beat(block: int, a_beat: float) -> None:
    def true(beat: float) -> float:
        return 120.0 + min(max(beat - 16, 0.0), 8.0) * a_beat

    line, at, grid = PulseLine(), 1.0, block / 48_000
    for number in range(32 * PULSES):
        beat = number / PULSES
        line.hear(number, math.ceil(at / grid) * grid)
        at += 60 / true(beat) / PULSES
        if beat > 16:
            low, high = sorted([true(beat - 1), true(beat)])
            assert low * 0.975 < tempo(line) < high * 1.025
    assert tempo(line) == pytest.approx(true(32), rel=0.002)


@pytest.mark.parametrize("block", BLOCKS)
def test_a_leap_is_followed_within_a_beat(block: int) -> None:
    for seed in range(10):
        rng = random.Random(seed)
        line, first = PulseLine(), arrivals(rng, 100, block, TWO_BARS)
        then = arrivals(rng, 140, block, 4 * PULSES, first[-1] + 60 / 140 / PULSES)
        for number, at in enumerate([*first, *then]):
            line.hear(number, at)
            if number == TWO_BARS + 2 * PULSES:
                assert tempo(line) == pytest.approx(140, rel=0.04)
        assert tempo(line) == pytest.approx(140, rel=0.02)


@settings(max_examples=60, deadline=None)
@given(st.floats(40, 240), st.sampled_from(BLOCKS), st.randoms(use_true_random=False), st.integers(200, 420))
def test_a_cue_comes_with_its_bars_own_pulse(bpm: float, block: int, rng: random.Random, press: int) -> None:
    clock = Clock("midi")
    clock.hear(Transport(0.5, "midi", "start"))
    came = arrivals(rng, bpm, block, press + 5 * PULSES)
    target: float | None = None
    for number, at in enumerate(came):
        clock.hear(ClockPulse(at, "midi", "p"))
        if target is None and number == press:
            later = at + rng.uniform(0.0031, 0.02)
            if later >= came[number + 1]:
                later = at
            target = clock.target("bar", later)
            if target is None:
                assert number % (4 * PULSES) == 0
                return
            assert target % 4 == 0
            assert 0 <= target - number / PULSES <= 4
        if target is not None and number > press:
            due = number >= target * PULSES
            assert clock.reached(target) == due
            if due:
                return
            assert clock.when(target, at) > at, "it is not given up before its pulse"


def test_a_pulse_that_is_lost_is_not_waited_for() -> None:
    clock = Clock("midi")
    came = arrivals(random.Random(3), 120, 256, 193)
    for at in came[:-1]:
        clock.hear(ClockPulse(at, "midi", "p"))
    target = clock.target("bar", came[-2] + 0.0035)
    assert target == 8.0
    assert came[-1] - 0.006 < clock.when(target, came[-2]) < came[-1] + 0.006 + LATE


def test_the_beat_stands_between_the_pulses_that_were_heard() -> None:
    clock = Clock("midi")
    for number, at in enumerate(arrivals(random.Random(5), 240, 1024, 300)):
        clock.hear(ClockPulse(at, "midi", "p"))
        assert number / PULSES <= clock.beat(at) < (number + 1) / PULSES or number < 7
        assert clock.next_beat(at)[0] > at
