"""A night is shown again to the parts of a show: in its own time, faster, paused, moved. Time is handed in."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from recorded import a_night

from stagelyric.gear.journal import journal as memory
from stagelyric.setlist.triggers import Trigger
from stagelyric.stage import moments, replay
from stagelyric.stage.moments import Moment, NightAgain
from stagelyric.stage.player import Player
from stagelyric.testing.clock import ManualClock
from stagelyric.types.json import JsonObject
from stagelyric.types.lines import Cue, Line, State
from stagelyric.types.parts import Part

STATE = moments.NOTHING


class Screen(Part):
    """Writes down what it is told, and when."""

    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock
        self.cues: list[tuple[float, str]] = []
        self.beats: list[float] = []
        self.states: list[State] = []
        self.alerts: list[str] = []

    def show(self, cue: Cue) -> None:
        self.cues.append((round(self._clock.now(), 3), cue.line.text if cue.line else ""))

    def state(self, state: State) -> None:
        self.states.append(state)

    def beat(self, beat: float, tempo: float) -> None:
        self.beats.append(beat)

    def alert(self, text: str, level: str = "warning") -> None:
        self.alerts.append(text)


def cue(at: float, number: int, text: str, song: str = "One") -> Moment:
    state = State(song, "verse", number, text, "", 0, 120.0, False, False, False, line_song=song)
    return Moment(at, state, Cue(Line(text, "model"), song, "verse", "now", 0.0, number, at, at * 2))


NIGHT = NightAgain(
    1_700_000_000.0,
    16.0,
    (
        Moment(0.0, STATE), cue(1.0, 1, "First"), cue(2.0, 2, "Second"), cue(10.0, 3, "Third"),
        cue(12.0, 4, "Fourth", "Two"),
    ),
)  # fmt: skip


@asynccontextmanager
async def shown(
    night: NightAgain = NIGHT, *, speed: float = 1.0, at: float = 0.0
) -> AsyncIterator[tuple[Player, Screen, ManualClock]]:
    clock = ManualClock(0.0)
    screen = Screen(clock)
    player = Player(night, [screen], speed=speed, at=at, time=clock)
    task = asyncio.create_task(player.run())
    await clock.advance(0)
    yield player, screen, clock
    assert not task.done(), task
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


@pytest.mark.parametrize("speed", [0.5, 1.0, 8.0])
async def test_every_line_comes_at_its_time_at_any_speed(speed: float) -> None:
    async with shown(speed=speed) as (player, screen, clock):
        await clock.advance(20 / speed)
        times = [(1.0, "First"), (2.0, "Second"), (10.0, "Third"), (12.0, "Fourth")]
        assert screen.cues == [(at / speed, text) for at, text in times]
        assert player.at == 16.0
        assert not player.playing


async def test_it_pauses_and_goes_on_and_changes_its_speed() -> None:
    async with shown() as (player, screen, clock):
        await clock.advance(1.5)
        player.play(False)
        await clock.advance(100)
        assert (player.at, [text for _, text in screen.cues]) == (1.5, ["First"])
        player.play(True)
        player.pace(4)
        await clock.advance(0.125)
        assert screen.cues[-1] == (101.625, "Second")
        await clock.advance(2)
        assert screen.cues[-1] == (103.625, "Third")
        assert player.at == pytest.approx(10.0)


async def test_it_begins_where_it_is_told_with_the_line_that_was_up() -> None:
    async with shown(at=5.0) as (_player, screen, clock):
        assert screen.states[0].line == "First"
        assert screen.cues == [(0.0, "Second")]
        await clock.advance(5)
        assert screen.cues[1:] == [(5.0, "Third")]


async def test_it_is_moved_back_and_on() -> None:
    async with shown() as (player, screen, clock):
        await clock.advance(11)
        player.seek(1.25)
        assert screen.states[-2:] == [STATE, NIGHT.moments[1].state]
        assert screen.cues[-1] == (11.0, "First")
        await clock.advance(0.75)
        assert screen.cues[-1] == (11.75, "Second")
        player.seek(1e9)
        assert screen.cues[-1] == (11.75, "Fourth")
        player.seek(-5)
        assert (player.at, screen.states[-1]) == (0.0, STATE)


async def test_it_steps_from_line_to_line() -> None:
    async with shown() as (player, _screen, _clock):
        ats = []
        player.play(False)
        for lines in (1, 1, 1, 1, 1, -1, -1, -1, -1, -1):
            player.step(lines)
            ats.append(player.at)
        assert ats == [1.0, 2.0, 10.0, 12.0, 12.0, 10.0, 2.0, 1.0, 0.0, 0.0]
        player.seek(5.0)
        player.step(-1)
        assert player.at == 2.0, "back is first the beginning of the line that is up"


async def test_at_its_end_it_stays_and_plays_again_when_it_is_asked_to() -> None:
    async with shown() as (player, screen, clock):
        await clock.advance(50)
        assert (player.playing, player.at) == (False, 16.0)
        player.play(True)
        await clock.advance(1)
        assert screen.cues[-1] == (51.0, "First")


@pytest.mark.parametrize(
    ("request_", "told"),
    [
        ({"play": False}, {"playing": False}), ({"to": 2}, {"at": 2.0}), ({"to": 9.5}, {"at": 9.5}),
        ({"speed": 4}, {"speed": 4.0}), ({"step": 1}, {"at": 1.0}),
    ],
)  # fmt: skip
async def test_a_page_moves_it(request_: JsonObject, told: JsonObject) -> None:
    changes: list[JsonObject] = []
    async with shown() as (player, _screen, _clock):
        player.changed = lambda: changes.append(player.told())
        player.ask(request_)
        assert told.items() <= player.told().items()
        assert changes[-1] == player.told()
        assert player.told()["songs"] == [
            {"at": 0.0, "title": ""}, {"at": 1.0, "title": "One"}, {"at": 12.0, "title": "Two"},
        ]  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        None, "play", {}, {"play": 1}, {"to": True}, {"to": float("nan")}, {"to": float("-inf")}, {"to": 10**400},
        {"to": "end"}, {"speed": 0}, {"speed": 1e9}, {"speed": 10**400}, {"step": 1.5}, {"step": 10**400},
        {"do": "panic"},
    ],
)  # fmt: skip
async def test_what_is_no_move_is_said_to_be_none(wrong: object) -> None:
    async with shown() as (player, _screen, _clock):
        with pytest.raises(ValueError, match="A replay wants play"):
            player.ask(wrong)
        assert (player.at, player.playing, player.speed) == (0.0, True, 1.0)


async def test_a_fuller_account_of_the_night_is_taken_up_where_it_is() -> None:
    async with shown() as (player, screen, clock):
        await clock.advance(2.5)
        told = [replace(moment, state=replace(moment.state, next="and then")) for moment in NIGHT.moments]
        between = Moment(2.25, replace(told[2].state, held=True))
        changes: list[float] = []
        player.changed = lambda: changes.append(player.at)
        player.take(replace(NIGHT, moments=(*told[:3], between, *told[3:]), length=20.0))
        assert [text for _, text in screen.cues] == ["First", "Second"], "the line that is up is not shown once more"
        assert screen.states[-1] == between.state
        assert changes == [2.5]
        await clock.advance(7.5)
        assert screen.cues[-1] == (10.0, "Third")
        assert screen.states[-1].next == "and then"
        await clock.advance(10)
        assert (player.at, player.playing) == (20.0, False)


class Broken(Screen):
    """Raises whenever it is told anything, alerts too."""

    name = "panel"

    def show(self, cue: Cue) -> None:
        raise OSError("its cable is out")

    def state(self, state: State) -> None:
        raise ValueError("no such state")

    def alert(self, text: str, level: str = "warning") -> None:
        raise RuntimeError(text)


async def test_a_part_that_fails_is_said_once_and_counted_and_the_night_goes_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = ManualClock(0.0)
    screen, broken = Screen(clock), Broken(clock)
    player = Player(NIGHT, [broken, screen], time=clock)
    task = asyncio.create_task(player.run())
    await clock.advance(20)
    assert [text for _, text in screen.cues] == ["First", "Second", "Third", "Fourth"]
    assert (player.at, player.playing, task.done()) == (16.0, False, False)
    assert screen.alerts == ["panel failed (no such state); the replay goes on"]
    states = len(screen.states)
    assert player.failed == {"panel": states + len(screen.cues) + 1}
    assert [record.message for record in caplog.records] == ["panel failed"]
    player.seek(2.0)
    assert screen.cues[-1] == (20.0, "Second")
    task.cancel()


@pytest.mark.parametrize("seed", range(3))
async def test_a_recorded_night_gives_its_cues_in_their_order_and_time(tmp_path: Path, seed: int) -> None:
    learned = Trigger.model_validate({"on": {"key": "z"}, "do": "next_line"})
    await a_night(tmp_path / "journal.sqlite3", seed, learning=(60, learned, None, None))
    before = (tmp_path / "journal.sqlite3").read_bytes()
    rows = memory.records(tmp_path / "journal.sqlite3", "last")
    night = moments.again(replay.prepare(rows), rows)
    assert night.lacks == ""
    given = [row for row in rows if row["kind"] in ("cue", "clear")]
    cues = [moment for moment in night.moments if moment.cue is not None]
    assert [(cue.state.number, cue.cue and cue.cue.song) for cue in cues] == [(r["number"], r["song"]) for r in given]
    for moment, row in zip(cues, given, strict=True):
        assert moment.cue is not None
        assert moment.cue.wall == pytest.approx(row["wall"], abs=0.001)
        assert (moment.cue.line and moment.cue.line.text) == row["text"]
    assert any(moment.state.next for moment in cues)
    assert {moment.state.held for moment in night.moments} == {False, True}
    async with shown(night, speed=10.0) as (_player, screen, clock):
        await clock.advance(night.length / 10 + 1)
        assert [text for _, text in screen.cues] == [row["text"] or "" for row in given]
        assert screen.states[-1] == night.moments[-1].state
    assert (tmp_path / "journal.sqlite3").read_bytes() == before


async def test_a_night_of_which_only_the_lines_are_known_is_shown_as_it_was_written_down(tmp_path: Path) -> None:
    await a_night(tmp_path / "journal.sqlite3", 3, 40)
    rows = [row for row in memory.records(tmp_path / "journal.sqlite3", "last") if row["kind"] in ("cue", "clear")]
    night = moments.again(replay.prepare(rows), rows)
    assert "how it began" in night.lacks
    assert [m.state.line for m in night.moments if m.cue] == [row["text"] or "" for row in rows]
    assert night.setlist is None


async def test_a_night_whose_events_are_others_is_shown_as_it_was_written_down(tmp_path: Path) -> None:
    await a_night(tmp_path / "journal.sqlite3", 1, 40)
    rows = memory.records(tmp_path / "journal.sqlite3", "last")
    press = next(row for row in rows if row["kind"] == "event" and "'a'" in row["detail"])
    rows.remove(press)
    night = moments.again(replay.prepare(rows), rows)
    assert night.lacks == "what leads to these lines"
    texts = [row["text"] or "" for row in rows if row["kind"] in ("cue", "clear")]
    assert [m.state.line for m in night.moments if m.cue] == texts


def test_a_night_without_a_line_is_said_to_be_none() -> None:
    with pytest.raises(ValueError, match="a line was shown"):
        moments.again(replay.prepare([]), [])


def test_beats_stand_between_the_cues_and_stop_with_the_clock() -> None:
    moving = [cue(0.0, 1, "First"), cue(2.1, 2, "Second")]  # at 120 a beat is half a second, and `cue` counts so too
    beats = [(moment.at, moment.beat) for moment in moments._with_beats(moving, 3.0) if moment.beat is not None]
    assert beats == [(0.5, 1.0), (1.0, 2.0), (1.5, 3.0), (2.0, 4.0), (pytest.approx(2.5), 5.0)]
    standing = [cue(0.0, 1, "First"), replace(cue(9.0, 2, "Second"), cue=cue(0.0, 2, "Second").cue)]
    assert [moment.at for moment in moments._with_beats(standing, 9.4) if moment.beat is not None] == []


async def test_as_it_was_written_down_a_night_has_its_cues_and_its_set_before_it_is_performed(tmp_path: Path) -> None:
    await a_night(tmp_path / "journal.sqlite3", 3, 80)
    records = memory.records(tmp_path / "journal.sqlite3", "last")
    written, performed = (of(replay.prepare(records), records) for of in (moments.written, moments.again))
    assert written.setlist == performed.setlist is not None
    assert (written.lacks, performed.lacks) == ("", "")
    shown_then, shown_again = ([one for one in night.moments if one.cue] for night in (written, performed))
    assert [(one.state.number, one.state.line) for one in shown_then] == [
        (one.state.number, one.state.line) for one in shown_again
    ]
    assert [one.at for one in shown_then] == pytest.approx([one.at for one in shown_again], abs=0.01)
    assert {one.state.next for one in shown_then} == {""}
