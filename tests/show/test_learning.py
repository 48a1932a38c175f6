"""Learning a pedal during the show: what the page is told, what is written, and whose the presses are meanwhile."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from stagelyric.setlist.setlist import load
from stagelyric.setlist.triggers import Trigger
from stagelyric.show import learn
from stagelyric.show.learn import LearnSession
from stagelyric.show.pool import Pool
from stagelyric.show.show import Show
from stagelyric.testing.clock import ManualClock
from stagelyric.testing.waiting import until
from stagelyric.types.events import ClockPulse, ControlChange, Event, KeyPress, ProgramChange

SET = """# ours
title = "Friday"
[[triggers]]
on = { control = 80 }
do = "next_line"
[[songs]]
title = "Harbour Lights"
[[songs.sections]]
name = "verse"
safety = ["Row me home"]
[[songs.sections]]
name = "chorus"
"""


class Page:
    """A page that learns: what it was told."""

    def __init__(self) -> None:
        self.told: list[dict[str, object]] = []

    def __call__(self, message: dict[str, object]) -> None:
        assert message["type"] == "learn"
        assert message["text"]
        self.told.append(message)

    @property
    def states(self) -> list[object]:
        return [message["state"] for message in self.told]

    @property
    def text(self) -> str:
        return str(self.told[-1]["text"])


class Desk:
    """A session on a setlist's file, with time that is moved by hand."""

    def __init__(self, folder: Path) -> None:
        self.file, self.time, self.page = folder / "set.toml", ManualClock(), Page()
        self.file.write_text(SET, "utf-8")
        self.show = Show(load(self.file), Pool(), seed=1)
        self.learned: list[tuple[Trigger, str | None, str | None]] = []
        self.session = LearnSession(
            self.file, self.show, ports=lambda: 2, learned=lambda *told: self.learned.append(told), time=self.time
        )

    def control(self, value: int, number: int = 64) -> ControlChange:
        return ControlChange(self.time.now(), "FCB1010", "FCB1010", 1, number, value, 0)

    async def press(self, number: int = 64) -> None:
        """A press and a release, and the time in which further messages are waited for."""
        assert self.session.hear(self.control(127, number))
        await self.time.advance(0.2)
        assert self.session.hear(self.control(0, number))
        await self.time.advance(2.0)

    async def choose(self, **wanted: object) -> None:
        count = len(self.page.told)
        self.session.ask(wanted, self.page)
        await until(lambda: len(self.page.told) > count, "the file")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


async def test_a_press_is_found_then_written_and_works_at_once(desk: Desk) -> None:
    desk.session.ask("start", desk.page)
    await desk.press()
    found = desk.page.told[-1]
    assert desk.page.states == ["waiting", "found"]
    assert (found["on"], found["kind"]) == ({"control": 64, "channel": 1, "port": "FCB1010"}, "momentary")
    assert (found["does"], found["also"]) == (None, ())
    await desk.choose(do="clear", quantize="bar")
    assert desk.page.states[-1] == "written"
    assert desk.page.text.endswith("is learned: clear. It is in set.toml, and works now.")
    ((trigger, song, section),) = desk.learned
    assert (trigger.do.action, trigger.quantize, song, section) == ("clear", "bar", None, None)
    assert load(desk.file).triggers[-1] == trigger
    assert desk.file.read_text("utf-8").startswith("# ours\n")
    assert desk.show.triggered(desk.control(127)) == [trigger]


async def test_a_contact_that_does_something_already_is_said_and_does_something_else_then(desk: Desk) -> None:
    desk.session.ask("start", desk.page)
    await desk.press(80)
    assert desk.page.told[-1]["does"] == "next_line"
    await desk.choose(do={"say": "Bonsoir"})
    assert "now does something else" in desk.page.text
    (trigger,) = [each for each in load(desk.file).triggers if each.on.control == 80]
    assert trigger.do.value == "Bonsoir"


@pytest.mark.parametrize("section", [None, "chorus"])
async def test_a_trigger_goes_where_it_was_wanted(desk: Desk, section: str | None) -> None:
    desk.session.ask("start", desk.page)
    await desk.press()
    await desk.choose(do="next_line", song="Harbour Lights", section=section)
    (song,) = load(desk.file).songs
    at = song.triggers if section is None else song.sections[1].triggers
    assert [each.on.control for each in at] == [64]
    assert desk.learned[0][1:] == ("Harbour Lights", section)


async def test_a_place_that_there_is_not_is_said_and_the_file_stays(desk: Desk) -> None:
    desk.session.ask("start", desk.page)
    await desk.press()
    await desk.choose(do="next_line", song="No such song")
    assert desk.page.states[-1] == "over"
    assert "No such song" in desk.page.text
    assert (desk.file.read_text("utf-8"), desk.learned) == (SET, [])


async def test_presses_are_the_shows_before_and_after(desk: Desk) -> None:
    press = desk.control(127, 80)
    assert not desk.session.hear(press)
    desk.session.ask("start", desk.page)
    assert not desk.session.hear(ClockPulse(desk.time.now(), "FCB1010", "FCB1010"))
    assert desk.session.hear(press)
    desk.session.ask("stop", desk.page)
    assert desk.page.states == ["waiting", "over"]
    assert not desk.session.hear(press)
    assert desk.show.triggered(press)
    await desk.time.advance(learn.WAIT * 2)
    assert desk.page.states == ["waiting", "over"]


async def test_after_half_a_minute_without_a_press_presses_are_the_shows_again(desk: Desk) -> None:
    desk.session.ask("start", desk.page)
    await desk.time.advance(learn.WAIT - 0.1)
    assert desk.page.states == ["waiting"]
    await desk.time.advance(0.2)
    assert desk.page.states == ["waiting", "over"]
    assert desk.page.text.startswith("No press came")
    assert not desk.session.hear(desk.control(127))


async def test_a_press_shortly_before_the_end_is_watched_to_its_own_end(desk: Desk) -> None:
    desk.session.ask("start", desk.page)
    await desk.time.advance(learn.WAIT - 0.5)
    await desk.press()
    assert desk.page.states == ["waiting", "found"]


async def test_another_page_takes_over_and_the_first_is_told(desk: Desk) -> None:
    other = Page()
    desk.session.ask("start", desk.page)
    desk.session.ask("start", other)
    assert (desk.page.states, other.states) == (["waiting", "over"], ["waiting"])
    await desk.press()
    assert (desk.page.states, other.states) == (["waiting", "over"], ["waiting", "found"])


async def test_learning_anew_forgets_the_press_before(desk: Desk) -> None:
    desk.session.ask("start", desk.page)
    await desk.press(20)
    desk.session.ask("start", desk.page)
    with pytest.raises(ValueError, match="a press first"):
        desk.session.ask({"do": "clear"}, desk.page)
    await desk.press(21)
    await desk.choose(do="clear")
    assert [each.on.control for each in load(desk.file).triggers] == [80, 21]


PRESSED: tuple[tuple[Event, dict[str, object], str], ...] = (
    (KeyPress(100.0, "page", "b"), {"key": "b"}, "single"),
    (ProgramChange(100.0, "FCB1010", "FCB1010", 2, 5, None), {"program": 5, "channel": 2, "port": "FCB1010"}, "single"),
)


@pytest.mark.parametrize(("event", "on", "kind"), PRESSED, ids=["key", "program"])
async def test_a_press_without_a_release_is_found_too(desk: Desk, event: Event, on: object, kind: str) -> None:
    desk.session.ask("start", desk.page)
    assert desk.session.hear(event)
    await desk.time.advance(3.0)
    assert (desk.page.told[-1]["on"], desk.page.told[-1]["kind"]) == (on, kind)


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        ("begin", 'wanted "start", "stop"'),
        (None, 'wanted "start", "stop"'),
        ({"quantize": "bar"}, 'wanted "start", "stop"'),
        ({"do": "clear", "port": 1}, 'wanted "start", "stop"'),
        ({"do": "clear"}, "a press first"),
    ],
)
async def test_what_is_no_request_is_a_sentence(desk: Desk, request_: object, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        desk.session.ask(request_, desk.page)
    assert desk.page.told == []


@asynccontextmanager
async def found(desk: Desk) -> AsyncIterator[None]:
    desk.session.ask("start", desk.page)
    await desk.press()
    yield
    assert desk.page.states == ["waiting", "found"]
    await desk.choose(do="clear")  # what was wrong cost nothing: the press is still known
    assert desk.page.states[-1] == "written"


@pytest.mark.parametrize(
    "wanted",
    [
        {"do": "jump"}, {"do": {"goto": 3.5}}, {"do": "clear", "quantize": "never"}, {"do": "clear", "song": 1},
        {"do": "clear", "song": "Harbour Lights", "section": ["verse"]},
    ],
)  # fmt: skip
async def test_a_wrong_wish_is_a_sentence_and_can_be_made_again(desk: Desk, wanted: dict[str, object]) -> None:
    async with found(desk):
        with pytest.raises(ValueError, match=r"^learn: ") as fault:
            desk.session.ask(wanted, desk.page)
        assert "\n" not in str(fault.value)
