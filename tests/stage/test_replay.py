"""A night is played again from its journal, and the same lines go up."""

import random
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from stagelyric.cli import cli
from stagelyric.gear.journal import journal as memory
from stagelyric.gear.journal.database import connect
from stagelyric.gear.journal.journal import Journal
from stagelyric.setlist import setlist as setlists
from stagelyric.setlist.triggers import Trigger
from stagelyric.show.clock import Clock
from stagelyric.show.pool import Pool
from stagelyric.show.show import Show
from stagelyric.stage import replay, trace
from stagelyric.stage.generator import Generator
from stagelyric.stage.stage import Stage
from stagelyric.testing.clock import ManualClock
from stagelyric.types import events
from stagelyric.types.actions import Action, Do
from stagelyric.types.events import Command, ControlChange, Event, KeyPress, NoteOn, OscMessage
from stagelyric.types.lines import Ask, Line

SET = """
title = "Friday"
avoid = ["tonight"]
min_gap_ms = 1
[[triggers]]
on = { key = "a" }
do = "next_line"
[[triggers]]
on = { key = "q" }
do = "next_line"
quantize = "beat"
[[triggers]]
on = { control = 80 }
do = "next_line"
[[songs]]
title = "Harbour Lights"
tempo = 400
[[songs.sections]]
name = "verse"
safety = ["Safe one", "Safe two"]
[[songs.sections]]
name = "chorus"
rhyme = "AABB"
[[songs]]
title = "Café Noir"
tempo = 300
[[songs.sections]]
name = "verse"
"""


class Slow:
    """Writes lines by their ask and number, and takes its time: now and then a shelf is empty when it is pressed."""

    on_trouble: Any = None

    def __init__(self, seed: int, time: ManualClock) -> None:
        self._random, self._time = random.Random(seed), time

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        yield

    async def write(
        self, ask: Ask, start: int = 0, count: int = 1, earlier: Sequence[str] = (), *, urgent: bool = False
    ) -> list[Line]:
        await self._time.sleep(self._random.choice((0, 0.001, 0.01)))
        # A frame of one shelf stands on others too, and some lines come twice.
        return [
            Line(f"{ask.digest[:4]} {at - at % 7 % 2} {ask.word or ''}", "frame", frame=f"f{at % 9}", index=at)
            for at in range(start, start + count)
        ]


def actions(chance: random.Random, now: float) -> Event:
    """One of all that may come in, `now`."""

    def command(action: Action, value: Any = None) -> Command:
        return Command(now, "page", Do(action, value))

    return chance.choice(
        (
            *[KeyPress(now, "page", "a")] * 6, *[KeyPress(now, "page", "q")] * 2, KeyPress(now, "page", "z"),
            ControlChange(now, "midi p", "p", 1, 80, chance.choice((0, 127)), 0), command("keep"), command("veto"),
            command("swap"), command("next_section"), command("next_song"), command("previous_song"),
            command("goto", "chorus"), command("clear"), command("panic"), command("hold"), command("hold"),
            command("word", chance.choice(("rain", "tonight", "boat"))), command("say", "Hello there"),
            command("say", "vw xq " * 40), command("wildness", chance.choice((0.2, 0.9))),
            command("heard", "the rain is falling on the harbour"), command("again"), command("song", 99),
        )
    )  # fmt: skip


Learning = tuple[int, Trigger, str | None, str | None]
"""After how many presses, what, and where: song and section."""


async def a_night(file: Path, seed: int, presses: int = 250, learning: Learning | None = None) -> Journal:
    setlist = setlists.loads(SET, "set.toml")
    kept, vetoed = {("Harbour Lights", "verse"): ["Kept once"]}, {"Nothing of it"}
    show = Show(setlist, Pool(24), seed=seed, kept=kept, vetoed=vetoed)
    made = Journal(file, title="Friday", seed=seed, model="m", version="0")
    clock = ManualClock()
    stage = Stage(show, show.pool, Clock(), cast(Generator, Slow(seed, clock)), journal=made, time=clock)
    assert stage.trace is not None
    stage.trace.begin = lambda: trace.made_of(SET, {}, "", "", vetoed, None)
    chance = random.Random(seed)
    async with stage.running():
        for press in range(presses):
            if learning is not None and press == learning[0]:
                show.learn(*learning[1:])
                stage.learned(*learning[1:])
            stage.hear(actions(chance, clock.now()))
            await clock.advance(chance.choice((1e-5, 1e-5, 0.001, 0.004)))  # no two at one moment
        await clock.advance(0.2)
    return made


@pytest.mark.parametrize("seed", range(4))
async def test_a_night_of_everything_is_the_same_again(tmp_path: Path, seed: int) -> None:
    await a_night(tmp_path / "journal.sqlite3", seed)
    night = replay.prepare(memory.records(tmp_path / "journal.sqlite3", "last"))
    again = list(night.run())
    assert night.missing == []
    assert [shown.what for shown in again] == [shown.what for shown in night.recorded]
    assert len({shown.origin for shown in again}) >= 4, "a night with too little in it"
    assert len(again) > 25


@pytest.mark.parametrize("place", [(None, None), ("Café Noir", None), ("Harbour Lights", "chorus")])
async def test_what_was_learned_in_mid_show_is_learned_again(
    tmp_path: Path, place: tuple[str | None, str | None]
) -> None:
    file = tmp_path / "journal.sqlite3"
    learned = Trigger.model_validate({"on": {"key": "z"}, "do": "next_line"})
    await a_night(file, 5, 120, learning=(60, learned, *place))
    night = replay.prepare(memory.records(file, "last"))
    assert len(list(night.run())) > 10
    assert (night.missing, night.same) == ([], True)
    kinds = [row["kind"] for row in memory.records(file, "last")]
    assert "learned" in kinds[20:-20]


@pytest.mark.parametrize("goes_on", [False, True])
@pytest.mark.parametrize("at_once", [0, 1, 3])
async def test_a_night_with_a_kill_is_the_same_to_its_last_line(tmp_path: Path, at_once: int, goes_on: bool) -> None:
    """A kill costs what is not written at once: here, after each record in turn, all but so many of what is."""
    await a_night(tmp_path / "journal.sqlite3", 2, 60)
    rows = memory.records(tmp_path / "journal.sqlite3", "last")
    begin = next(row for row in rows if row["kind"] == "begin")
    for end in range(rows.index(begin) + 1, len(rows)):
        late = [row for row in rows[end:] if row["kind"] in replay._AT_ONCE]
        left = [*rows[:end], *late[:at_once]]
        if goes_on:
            left.append({**begin, "seq": left[-1]["seq"] + 1})
        night = replay.prepare(left)
        list(night.run())
        assert (list(night.differences()), night.missing) == ([], []), end
        assert len(night.again) == sum(row["kind"] in ("cue", "clear") for row in left)


async def test_a_night_whose_events_are_others_is_known(tmp_path: Path) -> None:
    await a_night(tmp_path / "journal.sqlite3", 1, 40)
    rows = memory.records(tmp_path / "journal.sqlite3", "last")
    press = next(row for row in rows if row["kind"] == "event" and "'a'" in row["detail"])
    night = replay.prepare([row for row in rows if row is not press])
    list(night.run())
    assert not night.same
    assert next(night.differences())[0] is not None


async def test_the_command_plays_it_again(tmp_path: Path) -> None:
    file = tmp_path / "journal.sqlite3"
    await a_night(file, 2, 40)
    done = CliRunner().invoke(cli, ["journal", "replay", "--journal", str(file)])
    assert done.exit_code == 0, done.output
    assert "the same as on that night" in done.stderr
    begun = time.monotonic()
    fast = CliRunner().invoke(cli, ["journal", "replay", "--speed", "4", "--journal", str(file)])
    night = replay.prepare(memory.records(file, "last"))
    assert time.monotonic() - begun > (night.recorded[-1].wall - night.recorded[0].wall) / 5
    assert fast.stdout == done.stdout


async def test_an_old_journal_says_what_it_lacks(tmp_path: Path) -> None:
    file = tmp_path / "journal.sqlite3"
    await a_night(file, 3, 20)
    database = connect(file)
    with database:
        database.execute("DELETE FROM records WHERE kind IN ('begin', 'lines', 'input', 'due', 'answer')")
    database.close()
    done = CliRunner().invoke(cli, ["journal", "replay", "--journal", str(file)])
    assert done.exit_code == 1
    assert "shown as it was written down, since the journal lacks how it began (setlist, seed" in done.stderr
    assert len(done.stdout.splitlines()) == len(replay.prepare(memory.records(file, "last")).recorded)


arguments = st.one_of(
    st.integers(), st.floats(allow_nan=False), st.text(max_size=9), st.booleans(), st.binary(), st.none()
)


@given(
    st.one_of(
        st.builds(KeyPress, st.floats(0, 1e9), st.text(max_size=9), st.text(max_size=9), st.booleans()),
        st.builds(NoteOn, st.floats(0, 1e9), st.just("midi"), st.text(max_size=9), *[st.integers(0, 127)] * 3),
        st.builds(OscMessage, st.floats(0, 1e9), st.just("osc"), st.text(max_size=9), st.tuples(arguments, arguments)),
        st.builds(
            Command, st.floats(0, 1e9), st.just("osc"), st.builds(Do, st.just("say"), st.one_of(st.none(), st.text()))
        ),
    )
)
def test_every_event_is_read_as_it_was_written(event: Event) -> None:
    assert replay.read(repr(event)) == event


@pytest.mark.parametrize(
    "text",
    ["", "KeyPress(", "print('x')", "__import__('os').system('true')", "KeyPress(1)", "Do(action='say')", "[]" * 9],
)
def test_nothing_else_is_read_as_an_event(text: str) -> None:
    with pytest.raises(ValueError, match="can't be read"):
        replay.read(text)


def test_infinite_numbers_come_back() -> None:
    event = events.Tempo(1.0, "osc", float("inf"))
    assert replay.read(repr(event)) == event
