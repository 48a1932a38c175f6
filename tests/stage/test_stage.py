"""The running show with a writer that is at hand, so that its faults can be made on purpose; time is moved by hand."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest

from stagelyric.setlist.setlist import Setlist
from stagelyric.show.clock import Clock
from stagelyric.show.pool import Pool
from stagelyric.show.show import Show
from stagelyric.stage.asleep import ASLEEP, WAKING
from stagelyric.stage.generator import Generator
from stagelyric.stage.requests import MOST_UNJUDGED, WORD_SECONDS
from stagelyric.stage.stage import SAME_ALERT, Stage
from stagelyric.testing.clock import ManualClock, settle
from stagelyric.testing.recorder import Recorder
from stagelyric.types.actions import Action, Do
from stagelyric.types.events import ClockPulse, Command, Emit, KeyPress, Notice, Tempo, Transport
from stagelyric.types.lines import Ask, Line
from stagelyric.types.parts import ignore

SET: dict[str, Any] = {
    "title": "Friday",
    "triggers": [
        {"on": {"key": "a"}, "do": "next_line"},
        {"on": {"key": "q"}, "do": "next_line", "quantize": "bar"},
        {"on": {"bar": 1}, "do": {"say": "On the bar"}},
    ],
    "songs": [{"title": "Harbour Lights", "tempo": 400, "sections": [{"name": "verse", "safety": ["Safe"]}]}],
}
BEAT = 60 / 400  # seconds


class Writer:
    """Writes at once, or (`slow`) not before the time is moved so far."""

    on_trouble: Any = None

    def __init__(self, time: ManualClock, slow: float = 0.0) -> None:
        self.asked: list[Ask] = []
        self._time, self._slow = time, slow

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        yield

    async def write(
        self, ask: Ask, start: int = 0, count: int = 1, earlier: object = (), *, urgent: bool = False
    ) -> list[Line]:
        if self._slow:
            await self._time.sleep(self._slow)
        self.asked.append(ask)
        return [Line(f"Answer {len(self.asked)}{number}", "frame") for number in range(start, start + count)]


@pytest.fixture
def time() -> ManualClock:
    return ManualClock()


def stage(time: ManualClock, *parts: Recorder, writer: Writer | None = None, **change: Any) -> Stage:
    setlist = Setlist.model_validate(SET | change)
    pool = Pool()
    show = Show(setlist, pool)
    pool.put(show.ask, 0, [Line(f"Line {number}", "model") for number in range(100)])
    return Stage(show, pool, Clock("osc"), cast(Generator | None, writer), parts=parts, time=time)


def press(made: Stage, time: ManualClock, action: Action = "next_line", value: Any = None) -> None:
    made.hear(Command(time.now(), "test", Do(action, value)))


async def test_a_press_goes_to_every_output_and_the_state_follows(time: ManualClock) -> None:
    first, second = Recorder(), Recorder()
    made = stage(time, first, second)
    async with made.running():
        press(made, time)
        await settle()
    assert first.lines == second.lines == ["Line 0"]
    assert (first.states[-1].number, first.states[-1].next) == (1, "Line 1")
    assert first.cues[0].wall == time.wall()


async def test_a_section_has_begun_with_its_first_line_or_where_none_will_come(time: ManualClock) -> None:
    made = stage(time, writer=Writer(time, slow=1.0))
    assert made.begun
    made.show.pool.shelf(made.show.ask).lines.clear()
    assert not made.begun
    async with made.running():
        press(made, time)
        await settle()
        await time.advance(2.0)
        await settle()
        assert made.begun
    assert Stage(made.show, Pool(), made.clock, None).begun


async def test_an_output_that_fails_is_said_once_and_harms_nobody(time: ManualClock) -> None:
    bad, good = Recorder(RuntimeError("broken lamp")), Recorder()
    made = stage(time, bad, good)
    async with made.running():
        for _ in range(3):
            press(made, time)
        await settle()
    assert len(good.cues) == 3
    assert good.alerts == ["recorder failed (broken lamp); the show goes on"]


async def test_the_same_alert_is_not_said_twice_in_a_second(time: ManualClock) -> None:
    told = Recorder()
    made = stage(time, told)
    async with made.running():
        for text in ("port lost", "port lost", "port back"):
            made.hear(Notice(time.now(), "midi", text))
        assert told.alerts == ["port lost", "port back"]
        await time.advance(SAME_ALERT)
        made.hear(Notice(time.now(), "midi", "port lost"))
    assert told.alerts == ["port lost", "port back", "port lost"]


async def test_what_is_disregarded_is_visible(time: ManualClock) -> None:
    told = Recorder()
    made = stage(time, told)
    async with made.running():
        press(made, time, "hold")
        press(made, time)
    assert len(told.alerts) == 1
    assert "on hold" in told.alerts[0]
    assert told.cues == []


async def test_long_texts_are_judged_in_their_order_and_too_many_at_once_are_not_shown(time: ManualClock) -> None:
    told = Recorder()
    made = stage(time, told)
    texts = [f"{'vw xq ' * 40}{number}" for number in range(2 * MOST_UNJUDGED)]
    async with made.running():
        for text in texts:
            press(made, time, "say", text)
        press(made, time)  # waits for none of them
        await told.until(lambda: sum(text in texts for text in told.lines) == MOST_UNJUDGED)
    assert told.lines[0] == "Line 0"
    assert [text for text in told.lines if text in texts] == texts[:MOST_UNJUDGED]
    assert told.alerts == ["say: not shown, too many long texts came at once"]


async def test_a_quantised_press_waits_for_its_beat(time: ManualClock) -> None:
    told = Recorder()
    made = stage(time, told, triggers=[SET["triggers"][1]])
    async with made.running():
        await time.advance(0.1)
        made.hear(Tempo(time.now(), "osc", 200.0))
        made.hear(KeyPress(time.now(), "page", "q"))
        assert told.cues == []
        await time.advance(4 * 60 / 200)
    (cue,) = told.cues
    assert cue.beat % 4 == pytest.approx(0, abs=0.01)
    assert cue.quantize == "bar"


async def test_a_quantised_press_follows_a_new_tempo_and_waits_for_no_clock_that_stops(time: ManualClock) -> None:
    told = Recorder()
    made = stage(time, told, triggers=[SET["triggers"][1]])
    async with made.running():
        made.hear(Tempo(time.now(), "osc", 40.0))
        made.hear(KeyPress(time.now(), "page", "q"))
        await time.advance(0.1)
        made.hear(Tempo(time.now(), "osc", 400.0))
        await time.advance(4 * BEAT)
    assert [cue.beat % 4 for cue in told.cues] == [pytest.approx(0, abs=0.01)]

    made.clock.source = "midi"
    async with made.running():
        made.hear(ClockPulse(time.now(), "midi", "p"))
        await time.advance(0.01)
        made.hear(KeyPress(time.now(), "page", "q"))
        await time.advance(0.01)
        assert len(told.cues) == 1
        made.hear(Transport(time.now(), "midi", "stop"))
        await time.advance(0.0)
    assert len(told.cues) == 2


async def test_panic_calls_off_what_waits_for_the_bar(time: ManualClock) -> None:
    told = Recorder()
    made = stage(time, told, triggers=[SET["triggers"][1]])
    async with made.running():
        await time.advance(0.1)
        made.hear(Tempo(time.now(), "osc", 20.0))
        made.hear(KeyPress(time.now(), "page", "q"))
        press(made, time, "panic")
        made.hear(Tempo(time.now(), "osc", 400.0))
        await time.advance(8 * BEAT)
    assert len(told.beats) >= 6
    assert told.lines == []


async def test_the_beat_fires_triggers_and_tells_the_outputs(time: ManualClock) -> None:
    told = Recorder()
    made = stage(time, told)
    async with made.running():
        await time.advance(8.5 * BEAT)  # the beats are counted from 0 s, and it is 100 s: 666.7 of them
    assert told.lines == ["On the bar"] * 2
    assert told.beats == [float(beat) for beat in range(667, 676)]


async def test_a_word_without_a_writer_is_still_a_line(time: ManualClock) -> None:
    told = Recorder()
    made = stage(time, told)
    async with made.running():
        press(made, time, "word", "umbrella")
        await settle()
    assert told.lines == ["Umbrella"]


@pytest.mark.parametrize(("slow", "line"), [(WORD_SECONDS - 0.01, "Answer 10"), (WORD_SECONDS + 0.01, "Umbrella")])
async def test_a_word_is_waited_for_so_long_and_no_longer(time: ManualClock, slow: float, line: str) -> None:
    told = Recorder()
    made = stage(time, told, writer=Writer(time, slow), triggers=[])
    press(made, time, "word", "umbrella")
    await time.advance(WORD_SECONDS - 0.02)
    assert told.lines == []
    await time.advance(0.02)
    assert told.lines == [line]


async def test_presses_that_waited_while_the_machine_slept_are_dropped_and_said(time: ManualClock) -> None:
    told = Recorder()
    made = stage(time, told, triggers=[])
    async with made.running():
        await time.advance(0.5)
        time.suspend(ASLEEP + 60)
        press(made, time)
        press(made, time)
        await time.advance(WAKING + 0.001)
        assert told.alerts == ["the machine stood still for 62 s: 2 presses that had waited were dropped"]
        press(made, time)
    assert told.lines == ["Line 0"]


async def test_a_press_while_the_show_starts_is_answered_however_long_that_takes(time: ManualClock) -> None:
    class Slow(Recorder):
        @asynccontextmanager
        async def running(self, emit: Emit = ignore) -> AsyncIterator[None]:
            emit(Command(time.now(), "test", Do("next_line")))
            time.jump(60.0)
            yield

    told = Slow()
    made = stage(time, told, triggers=[])
    async with made.running():
        time.jump(60.0)
        press(made, time)
        await time.advance(WAKING)
    assert told.lines == ["Line 0", "Line 1"]
    assert told.alerts == []


async def test_a_part_that_fails_is_taken_up_again(time: ManualClock) -> None:
    told = Recorder()
    made = stage(time, told)
    broken = iter([RuntimeError("no time")])
    whole = made.clock.running

    def running(at: float) -> bool:
        for error in broken:
            raise error
        return whole(at)

    made.clock.running = running  # type: ignore[method-assign]
    async with made.running():
        await time.advance(0.5 + 2 * BEAT)
    assert len(told.beats) >= 2
    assert told.alerts == ["a part of the show failed (no time) and is taken up again"]


async def test_what_was_heard_is_answered_by_what_the_writer_writes_for_it(time: ManualClock) -> None:
    writer = Writer(time)
    made = stage(
        time, writer=writer, songs=[{"title": "Harbour Lights", "sections": [{"name": "verse", "rhyme": "AABB"}]}]
    )
    press(made, time, "heard", "She sold the piano for rent")
    await settle()
    assert made.show.upcoming().text == "Answer 10"
    assert [ask.rhyme_with for ask in writer.asked] == ["rent", None]
