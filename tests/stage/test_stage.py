"""The running show with a writer that is at hand, so that its faults can be made on purpose."""

import time
from typing import Any, cast

from waiting import until

from stagelyric.setlist.setlist import Setlist
from stagelyric.show.clock import Clock
from stagelyric.show.pool import Pool
from stagelyric.show.show import Show
from stagelyric.stage.generator import Generator
from stagelyric.stage.stage import MOST_UNJUDGED, Stage
from stagelyric.types.actions import Action, Do
from stagelyric.types.events import Command, KeyPress, Notice, Tempo
from stagelyric.types.lines import Ask, Cue, Line, State
from stagelyric.types.parts import Part

LIMIT = 20.0
SET: dict[str, Any] = {
    "title": "Friday",
    "triggers": [
        {"on": {"key": "a"}, "do": "next_line"},
        {"on": {"key": "q"}, "do": "next_line", "quantize": "bar"},
        {"on": {"bar": 1}, "do": {"say": "On the bar"}},
    ],
    "songs": [{"title": "Harbour Lights", "tempo": 400, "sections": [{"name": "verse", "safety": ["Safe"]}]}],
}


class Memo(Part):
    """A part that remembers what it was told; `fault` makes it fail."""

    name = "memo"

    def __init__(self) -> None:
        self.cues: list[Cue] = []
        self.states: list[State] = []
        self.alerts: list[str] = []
        self.beats: list[float] = []
        self.fault: Exception | None = None

    async def prepare(self, line: Line) -> None:
        if self.fault:
            raise self.fault

    def show(self, cue: Cue) -> None:
        if self.fault:
            raise self.fault
        self.cues.append(cue)

    def state(self, state: State) -> None:
        self.states.append(state)

    def alert(self, text: str, level: str = "warning") -> None:
        self.alerts.append(text)

    def beat(self, beat: float, tempo: float) -> None:
        self.beats.append(beat)

    @property
    def texts(self) -> list[str]:
        return [cue.line.text for cue in self.cues if cue.line]


def stage(memo: Memo, *others: Memo, **change: Any) -> Stage:
    setlist = Setlist.model_validate(SET | change)
    pool = Pool()
    show = Show(setlist, pool)
    pool.put(show.ask, 0, [Line(f"Line {number}", "model") for number in range(100)])
    return Stage(show, pool, Clock("osc"), None, parts=[memo, *others])


def press(made: Stage, action: Action = "next_line", value: Any = None) -> None:
    made.hear(Command(time.monotonic(), "test", Do(action, value)))


async def test_a_press_goes_to_every_output_and_the_state_follows() -> None:
    first, second = Memo(), Memo()
    made = stage(first, second)
    async with made.running():
        press(made)
        await until(lambda: bool(second.cues) and first.states[-1].number == 1)
    assert first.texts == second.texts == ["Line 0"]
    assert first.states[-1].next == "Line 1"
    assert first.cues[0].wall > 1e9


async def test_an_output_that_fails_is_said_once_and_harms_nobody() -> None:
    bad, good = Memo(), Memo()
    bad.fault = RuntimeError("broken lamp")
    made = stage(bad, good)
    async with made.running():
        for _ in range(3):
            press(made)
        await until(lambda: len(good.cues) == 3 and bool(good.alerts))
    assert good.alerts == ["memo failed (broken lamp); the show goes on"]


async def test_the_same_alert_is_not_said_twice_in_a_second() -> None:
    memo = Memo()
    made = stage(memo)
    async with made.running():
        for text in ("port lost", "port lost", "port back"):
            made.hear(Notice(time.monotonic(), "midi", text))
    assert memo.alerts == ["port lost", "port back"]


async def test_what_is_disregarded_is_visible() -> None:
    memo = Memo()
    made = stage(memo)
    async with made.running():
        press(made, "hold")
        press(made)
    assert len(memo.alerts) == 1
    assert "on hold" in memo.alerts[0]
    assert memo.cues == []


async def test_long_texts_are_judged_in_their_order_and_too_many_at_once_are_not_shown() -> None:
    memo = Memo()
    made = stage(memo)
    texts = [f"{'vw xq ' * 40}{number}" for number in range(2 * MOST_UNJUDGED)]
    async with made.running():
        for text in texts:
            press(made, "say", text)
        press(made)  # waits for none of them
        await until(lambda: sum(text in texts for text in memo.texts) == MOST_UNJUDGED)
    assert memo.texts[0] == "Line 0"
    assert [text for text in memo.texts if text in texts] == texts[:MOST_UNJUDGED]
    assert memo.alerts == ["say: not shown, too many long texts came at once"]


async def test_a_quantised_press_waits_for_its_beat() -> None:
    memo = Memo()
    made = stage(memo, triggers=[SET["triggers"][1]])
    async with made.running():
        made.hear(Tempo(time.monotonic(), "osc", 200.0))
        made.hear(KeyPress(time.monotonic(), "page", "q"))
        assert memo.cues == []
        await until(lambda: bool(memo.cues))
    beat = memo.cues[0].beat
    assert abs(beat / 4 - round(beat / 4)) < 0.05
    assert memo.cues[0].quantize == "bar"


async def test_panic_calls_off_what_waits_for_the_bar() -> None:
    memo = Memo()
    made = stage(memo, triggers=[SET["triggers"][1]])
    async with made.running():
        made.hear(Tempo(time.monotonic(), "osc", 20.0))
        made.hear(KeyPress(time.monotonic(), "page", "q"))
        press(made, "panic")
        made.hear(Tempo(time.monotonic(), "osc", 400.0))
        await until(lambda: len(memo.beats) >= 6)
    assert memo.texts == []


async def test_the_beat_fires_triggers_and_tells_the_outputs() -> None:
    memo = Memo()
    made = stage(memo)
    async with made.running():
        await until(lambda: memo.texts == ["On the bar"] * 2)
    assert memo.beats == sorted(memo.beats)
    assert all(later - earlier == 1 for earlier, later in zip(memo.beats, memo.beats[1:], strict=False))


async def test_a_word_without_a_writer_is_still_a_line() -> None:
    memo = Memo()
    made = stage(memo)
    async with made.running():
        press(made, "word", "umbrella")
        await until(lambda: bool(memo.cues))
    assert memo.texts == ["Umbrella"]


async def test_a_part_that_fails_is_taken_up_again() -> None:
    memo = Memo()
    made = stage(memo)
    broken = iter([RuntimeError("no time")])
    whole = made.clock.running

    def running(at: float) -> bool:
        for error in broken:
            raise error
        return whole(at)

    made.clock.running = running  # type: ignore[method-assign]
    async with made.running():
        await until(lambda: len(memo.beats) >= 2)
    assert any("taken up again" in text for text in memo.alerts)


async def test_what_was_heard_is_answered_by_what_the_writer_writes_for_it() -> None:
    class Writer:
        def __init__(self) -> None:
            self.asked: list[tuple[str | None, int]] = []

        async def write(self, ask: Ask, start: int, count: int, earlier: object = (), *, urgent: bool) -> list[Line]:
            self.asked.append((ask.rhyme_with, count))
            return [Line(f"Answer {len(self.asked)}{number}", "frame") for number in range(count)]

    memo = Memo()
    made = stage(memo, songs=[{"title": "Harbour Lights", "sections": [{"name": "verse", "rhyme": "AABB"}]}])
    writer = Writer()
    made.generator = cast(Generator, writer)
    press(made, "heard", "She sold the piano for rent")
    await until(lambda: made.show.upcoming().text == "Answer 10")
    assert writer.asked == [("rent", 1), (None, 2)]
