"""What waits for its beat: when it comes, and which beat the pages count down to."""

from stagelyric.show.clock import Clock
from stagelyric.show.effects import Deferred
from stagelyric.stage.quantised import Quantised
from stagelyric.types.actions import Do
from stagelyric.types.events import Transport


async def test_the_beat_that_is_waited_for_is_told_once_and_taken_back() -> None:
    clock = Clock("midi")
    done: list[Deferred] = []
    told: list[float | None] = []
    waiting = Quantised(clock, done.append, told.append)
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
