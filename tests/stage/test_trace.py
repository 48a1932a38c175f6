"""What a replay needs is written down: every line that a press could look at, once, and names for what is pending."""

import json
from collections.abc import Callable
from itertools import pairwise
from typing import Any, cast

import pytest
from baked.shows import SET

from stagelyric.gear.journal.journal import Journal
from stagelyric.setlist.setlist import loads
from stagelyric.show.answers import answering
from stagelyric.show.effects import Unjudged, Wanted
from stagelyric.show.pool import Pool
from stagelyric.show.show import Show
from stagelyric.stage import replay, trace
from stagelyric.stage.trace import AHEAD, BEHIND, MOST_INPUTS, Trace
from stagelyric.testing.clock import ManualClock
from stagelyric.types.actions import Do
from stagelyric.types.events import Command, Event, KeyPress
from stagelyric.types.lines import Ask, Cue, Line


class Notes:
    """A journal that keeps what it is told."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, Any]] = []

    def note(self, kind: str, wall: float, told: Callable[[], Any]) -> None:
        self.rows.append((kind, json.loads(json.dumps(told()))))

    def fired(self, event: Event, wall: float) -> None:
        self.rows.append(("event", repr(event)))

    def of(self, kind: str) -> list[Any]:
        return [told for each, told in self.rows if each == kind]


class Night:
    """A show of a small set whose presses are written down."""

    def __init__(self) -> None:
        self.notes, self.show = Notes(), Show(loads(SET, "set.toml"), Pool(), seed=1967, words=None)
        self.trace = Trace(cast(Journal, self.notes), self.show, ManualClock())
        self.trace.begin = lambda: {"format": trace.FORMAT}
        self.sung: list[tuple[str, int]] = []

    def put(self, ask: Ask, count: int) -> None:
        start = len(self.show.pool.shelf(ask).lines)
        made = [
            Line(f"{ask.digest} line {n}", "frame", index=n, frame=f"f{n // 4}") for n in range(start, start + count)
        ]
        self.show.pool.put(ask, start, made)

    def press(self, do: Do) -> None:
        event = Command(100.0, "test", do)
        puts, ask = self.show.pool.puts, self.show.ask
        for effect in self.show.perform(event):
            if isinstance(effect, Cue) and effect.line is not None and effect.line.text.startswith(ask.digest):
                self.sung.append((ask.digest, effect.line.index))
        self.trace.event(event, True, 1000.0, puts)

    def written(self) -> dict[str, list[tuple[int, int]]]:
        """For each shelf the ranges of lines that are written down, in order."""
        found: dict[str, list[tuple[int, int]]] = {}
        for told in self.notes.of("lines"):
            digest = replay._ask(told["ask"]).digest
            found.setdefault(digest, []).append((told["start"], told["start"] + len(told["lines"])))
        return found


@pytest.fixture
async def night() -> Night:
    made = Night()
    for ask in dict.fromkeys(made.show.every_ask()):
        made.put(ask, 16)
    made.trace.open(120.0)
    return made


async def test_every_line_that_went_up_is_written_down_once_and_without_a_gap(night: Night) -> None:
    for number in range(90):
        if number % 4 == 0:
            night.put(night.show.ask, 16)
        night.press(Do("next_section" if number == 40 else "previous_section" if number == 70 else "next_line"))
    assert len(night.sung) > 60
    written = night.written()
    for ranges in written.values():
        assert all(end == start for (_, end), (start, _) in pairwise(ranges))
        assert all(start < end for start, end in ranges)
    for digest, index in night.sung:
        assert written[digest][0][0] <= index < written[digest][-1][1]


async def test_a_replay_s_shelves_hold_what_those_of_the_night_held(night: Night) -> None:
    for number in range(30):
        night.put(night.show.ask, 8)
        night.press(Do("next_line" if number % 10 else "next_section"))
    again = Show(loads(SET, "set.toml"), Pool(), seed=1967, words=None)
    for told in night.notes.of("lines"):
        replay._lay(again, told)
    written = night.written()
    assert set(written) >= {digest for digest, _ in night.sung}
    for shelf in again.pool.shelves():
        lines = night.show.pool.shelf(shelf.ask).lines
        for start, end in written[shelf.digest]:
            assert shelf.lines[start:end] == lines[start:end]
        assert all(line.text == "" for line in shelf.lines[: written[shelf.digest][0][0]])


async def test_no_more_is_written_than_a_press_may_look_at(night: Night) -> None:
    ask = night.show.ask
    night.put(ask, 4 * AHEAD)
    night.press(Do("next_line"))
    shelf = night.show.pool.shelf(ask)
    assert night.written()[ask.digest][-1][1] <= shelf.position + AHEAD
    before = len(night.notes.of("lines"))
    for _ in range(AHEAD // 4):
        night.press(Do("next_line"))
    assert len(night.notes.of("lines")) - before <= 2  # in larger pieces, not line by line


async def test_a_show_that_goes_on_writes_from_where_it_is() -> None:
    made = Night()
    ask = made.show.ask
    made.put(ask, 64)
    made.show.pool.shelf(ask).position = 40
    made.trace.open(120.0)
    assert made.written()[ask.digest][0] == (40 - BEHIND, 64)


async def test_lines_that_came_after_the_press_are_not_written_as_if_it_had_seen_them(night: Night) -> None:
    ask, puts = night.show.ask, night.show.pool.puts
    before = night.written()[ask.digest][-1][1]
    night.put(ask, 16)
    night.trace.event(KeyPress(1.0, "page", "x"), True, 1000.0, puts)
    assert night.written()[ask.digest][-1][1] == before
    night.trace.event(KeyPress(2.0, "page", "x"), True, 1000.0, night.show.pool.puts)
    assert night.written()[ask.digest][-1][1] == before + 16


async def test_what_did_nothing_is_written_down_up_to_a_limit(night: Night) -> None:
    knob = KeyPress(1.0, "page", "x")
    night.trace.event(knob, False, 1000.0, night.show.pool.puts)
    assert night.notes.of("input") == [repr(knob)]
    night.trace._inputs = MOST_INPUTS
    night.trace.event(knob, False, 1000.0, night.show.pool.puts)
    assert len(night.notes.of("input")) == 1
    night.trace.event(knob, True, 1000.0, night.show.pool.puts)
    assert night.notes.of("event") == [repr(knob)]


async def test_the_beginning_has_what_the_show_is_made_of_and_where_it_stands(night: Night) -> None:
    (told,) = night.notes.of("begin")
    assert night.notes.rows[0][0] == "begin"
    assert (told["format"], told["seed"], told["speech"]) == (trace.FORMAT, 1967, night.show.speech)
    assert told["standing"]["song"] == night.show.song.title
    assert told["standing"]["tempo"] == 120.0


async def test_without_a_beginning_only_what_was_pressed_is_written() -> None:
    made = Night()
    made.trace.begin = None
    made.trace.open(120.0)
    made.put(made.show.ask, 8)
    made.press(Do("next_line"))
    made.trace.note("tempo", {"bpm": 90}, 1000.0, 0)
    assert [kind for kind, _ in made.notes.rows] == ["event"]


def test_what_is_pending_has_a_name_of_its_own() -> None:
    ask = Ask(rhyme="AABB")
    one, other = (answering("Who left the coat?", ask, times) for times in (1, 2))
    assert one is not None
    assert other is not None
    pending = (
        Unjudged(Do("say", "a"), "now", 1.0, 0), Unjudged(Do("say", "b"), "now", 1.0, 0),
        Unjudged(Do("say", "a"), "now", 1.0, 0), Unjudged(Do("heard", "a"), "now", 1.0, 0),
        Unjudged(Do("say", "a"), "now", 1.0000001, 0), Unjudged(Do("say", "\ud800"), "now", 1.0, 0),
        one, other, Wanted(ask, 1.0, 0), Wanted(Ask(rhyme="ABAB"), 1.0, 0),
    )  # fmt: skip
    names, again = trace.Names(), trace.Names()
    assert len({names.give(each) for each in pending}) == len(pending)
    assert trace.name_of(one) == trace.name_of(answering("Who left the coat?", ask, 1) or one)
    other_names = trace.Names()
    assert [again.give(each) for each in pending] == [other_names.give(each) for each in pending]


def test_what_a_show_is_made_of_comes_back_from_the_journal() -> None:
    line = Line("There is rain on the road", "word", 1.0, ("There",), 0)
    told = trace.made_of(SET, {"Ferry": "Là-bas\n"}, "abc", "def", {"b", "a"}, {("Ferry", "verse"): {"rain": line}})
    found = json.loads(json.dumps(told))
    assert (found["setlist"], found["lyrics"], found["vetoed"]) == (SET, {"Ferry": "Là-bas\n"}, ["a", "b"])
    (song, section, of) = found["words"][0]
    assert (song, section, replay._lines(of)) == ("Ferry", "verse", {"rain": line})
    assert trace.made_of(SET, {}, "", "", (), None)["words"] is None
