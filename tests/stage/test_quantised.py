"""What waits for its beat: when it comes, and which beat the pages count down to."""

import pytest

from stagelyric.show.clock import Clock
from stagelyric.show.effects import Deferred
from stagelyric.stage.quantised import Quantised
from stagelyric.testing.clock import ManualClock
from stagelyric.types.actions import Do
from stagelyric.types.events import Tempo, Transport


async def test_the_beat_that_is_waited_for_is_told_once_and_taken_back() -> None:
    clock = Clock("midi")
    done: list[Deferred] = []
    told: list[float | None] = []
    waiting = Quantised(clock, done.append, told.append, ManualClock(100.1))
    waiting.add(Deferred(Do("next_line"), 8.0, 0.0, 0))
    (first,) = told
    assert first is not None
    assert first % 8 == 0
    waiting.add(Deferred(Do("next_line"), 8.0, 0.0, 0))  # for the same beat: nothing new
    waiting.aim_again()
    assert told == [first]
    clock.hear(Transport(0.0, "osc", "stop"))
    waiting.aim_again()  # nothing waits for a clock that stands
    assert told == [first, None]
    waiting.close()
    assert done == []


async def test_each_is_done_on_its_beat_and_what_waits_for_a_clock_that_stops_is_done_at_once() -> None:
    time, clock = ManualClock(0.1), Clock("midi", tempo=60.0)
    done: list[object] = []
    waiting = Quantised(clock, lambda wanted: done.append((wanted.quantize, time.now())), time=time)
    for grid in (4.0, 1.0, 2.0, 8.0):
        waiting.add(Deferred(Do("next_line"), grid, 0.1, 0))
    await time.advance(5.0)
    assert done == [(1.0, pytest.approx(1.0)), (2.0, pytest.approx(2.0)), (4.0, pytest.approx(4.0))]
    clock.hear(Transport(time.now(), "osc", "stop"))
    waiting.aim_again()
    await time.advance(0.0)
    assert done[3:] == [(8.0, time.now())]


async def test_a_new_tempo_aims_anew_and_what_is_called_off_never_comes() -> None:
    time, clock = ManualClock(0.1), Clock("osc", tempo=60.0)
    done: list[float] = []
    waiting = Quantised(clock, lambda wanted: done.append(time.now()), time=time)
    waiting.add(Deferred(Do("next_line"), 4.0, 0.1, 0))
    await time.advance(0.9)
    clock.hear(Tempo(time.now(), "osc", 120.0))
    waiting.aim_again()
    await time.advance(2.0)
    assert done == [pytest.approx(2.5)]
    waiting.add(Deferred(Do("next_line"), 4.0, time.now(), 0))
    waiting.close()
    await time.advance(60.0)
    assert len(done) == 1
