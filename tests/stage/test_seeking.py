"""Wherever a night is moved to, displays are told what stood there: the last line, the last state, no old beats."""

import asyncio
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.show.clock import Clock
from stagelyric.show.effects import Deferred
from stagelyric.stage import moments
from stagelyric.stage.moments import Moment, NightAgain
from stagelyric.stage.player import FASTEST, SLOWEST, Player
from stagelyric.stage.quantised import Quantised
from stagelyric.testing.clock import ManualClock
from stagelyric.types.actions import Do
from stagelyric.types.lines import Cue, Line, State
from stagelyric.types.parts import Part


class Screen(Part):
    def __init__(self) -> None:
        self.cues: list[Cue] = []
        self.states: list[State] = []
        self.beats: list[float] = []

    def show(self, cue: Cue) -> None:
        self.cues.append(cue)

    def state(self, state: State) -> None:
        self.states.append(state)

    def beat(self, beat: float, tempo: float) -> None:
        self.beats.append(beat)


def night_of(steps: Sequence[tuple[float, str]]) -> NightAgain:
    """Steps of (seconds after the one before, what happened): a cue, a state only, or a beat."""
    at, number, state = 0.0, 0, moments.NOTHING
    found = [Moment(0.0, state)]
    for gap, what in steps:
        at += gap
        if what == "cue":
            number += 1
            state = State("One", "verse", number, f"line {number}", "", 0, 120.0, False, False, False)
            cue = Cue(Line(f"line {number}", "model"), "One", "verse", "now", 0.0, number, at, at * 2)
            found.append(Moment(at, state, cue))
        elif what == "beat":
            found.append(Moment(at, state, beat=at * 2))
        else:
            state = State("One", what, number, state.line, "", 0, 120.0, False, False, False)
            found.append(Moment(at, state))
    return NightAgain(0.0, at + 4.0, tuple(found))


steps = st.tuples(st.floats(0.01, 20.0), st.sampled_from(["cue", "cue", "beat", "chorus"]))
nights = st.lists(steps, min_size=1, max_size=15).map(night_of)


@given(nights, st.lists(st.floats(-5, 400), min_size=1, max_size=4))
@settings(max_examples=50)
def test_where_a_night_is_moved_to_displays_show_what_stood_there(night: NightAgain, places: list[float]) -> None:
    screen = Screen()
    player = Player(night, [screen], time=ManualClock(0.0))
    player.play(False)
    for at in places:
        screen.cues.clear()
        screen.beats.clear()
        player.seek(at)
        here = min(max(at, 0.0), night.length)
        assert player.at == here
        before = [moment for moment in night.moments if moment.at <= here]
        cues = [moment.cue for moment in before if moment.cue is not None]
        assert screen.cues == cues[-1:]
        assert screen.states[-1] == before[-1].state
        assert player.moment == before[-1]
        told = [moment.beat for moment in before if moment.beat is not None]
        assert screen.beats == [beat for beat in told if beat in screen.beats]
        assert all(beat / 2 >= here - 20.0 - 1e-6 for beat in screen.beats)


@given(nights, st.floats(0, 300))
@settings(max_examples=40)
def test_steps_lead_from_line_to_line_and_never_beyond_the_first_or_the_last(night: NightAgain, at: float) -> None:
    lines = [moment.cue.number for moment in night.moments if moment.cue is not None]
    screen = Screen()
    player = Player(night, [screen], time=ManualClock(0.0))
    player.play(False)
    player.seek(at)
    up = screen.cues[-1].number if screen.cues else 0
    for _ in range(len(lines) + 1):
        player.step(1)
    assert [cue.number for cue in screen.cues] == [*([up] if up else []), *range(up + 1, len(lines) + 1)]
    told = len(screen.cues)
    for _ in range(2 * len(lines) + 2):
        player.step(-1)
    back = [cue.number for cue in screen.cues[told:]]
    assert back == sorted(back, reverse=True)
    assert set(back) <= set(lines)
    assert player.at == 0.0


@given(st.lists(st.floats(0.0, 1000.0), min_size=1, max_size=5), st.lists(st.floats(0.0, 3.0), min_size=5, max_size=5))
@settings(max_examples=40)
def test_another_speed_moves_nothing_and_time_goes_at_it(speeds: list[float], gaps: list[float]) -> None:
    night, clock = night_of([(400.0, "cue"), (4000.0, "cue")]), ManualClock(0.0)
    player, expected = Player(night, [], time=clock), 0.0
    for speed, gap in zip(speeds, gaps, strict=False):
        before = player.at
        player.pace(speed)
        assert player.at == pytest.approx(before)
        assert SLOWEST <= player.speed <= FASTEST
        clock.jump(gap)
        expected = min(expected + gap * min(max(speed, SLOWEST), FASTEST), night.length)
        assert player.at == pytest.approx(expected)
    player.play(False)
    clock.jump(1000.0)
    assert player.at == pytest.approx(expected)


# -- what waits for its beat

asked = st.tuples(st.floats(0.0, 3.0), st.sampled_from([0.5, 1.0, 2.0, 3.0, 4.0, "beat", "bar"]))


@given(st.lists(asked, min_size=1, max_size=6), st.sampled_from([60.0, 120.0, 93.0]))
@settings(max_examples=40)
def test_each_action_comes_on_the_first_beat_of_its_grid_and_the_nearest_is_told(
    actions: list[tuple[float, float | str]], tempo: float
) -> None:
    done: list[tuple[int, float]] = []
    told: list[float | None] = []
    added: list[float] = []

    async def play() -> None:
        time = ManualClock(100.0)
        clock = Clock("internal", tempo=tempo)
        waiting = Quantised(
            clock, lambda wanted: done.append((wanted.epoch, clock.beat(time.now()))), told.append, time
        )
        for number, (gap, grid) in enumerate(actions):
            await time.advance(gap)
            added.append(clock.beat(time.now()))
            waiting.add(Deferred(Do("next_line"), grid, time.now(), number))  # type: ignore[arg-type]
        await time.advance(60.0)

    asyncio.run(play())
    assert sorted(number for number, _ in done) == list(range(len(actions)))
    for number, beat in done:
        named = actions[number][1]
        grid = {"beat": 1.0, "bar": 4.0}[named] if isinstance(named, str) else named
        assert beat == pytest.approx(round(beat / grid) * grid, abs=0.01)
        assert -0.01 <= beat - added[number] < grid + 0.01
    assert [beat for _, beat in done] == sorted(beat for _, beat in done)
    assert told[-1:] in ([], [None])
    assert all(one != other for one, other in pairwise(told))
