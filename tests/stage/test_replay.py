"""A night is played again from its journal, and the same lines go up."""

import json
import random
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from recorded import BAKED, LONG, SHORT, UNFIT, a_night, a_night_of_lent_lines, a_night_of_texts

from stagelyric.cli import cli
from stagelyric.gates import family
from stagelyric.gear.journal import journal as memory
from stagelyric.gear.journal.database import connect
from stagelyric.setlist.triggers import Trigger
from stagelyric.stage import replay
from stagelyric.types import events
from stagelyric.types.actions import Do
from stagelyric.types.events import Command, Event, KeyPress, NoteOn, OscMessage


@pytest.mark.parametrize("seed", range(4))
async def test_a_night_of_everything_is_the_same_again(tmp_path: Path, seed: int) -> None:
    await a_night(tmp_path / "journal.sqlite3", seed)
    night = replay.prepare(memory.records(tmp_path / "journal.sqlite3", "last"))
    again = list(night.run())
    assert night.missing == []
    assert [shown.what for shown in again] == [shown.what for shown in night.recorded]
    assert len({shown.origin for shown in again}) >= 4, "a night with too little in it"
    assert len(again) > 25


@pytest.mark.parametrize("away", [Do("goto", "chorus"), Do("wildness", 0.9)])
async def test_a_night_that_lived_on_lines_from_elsewhere_is_the_same_again(tmp_path: Path, away: Do) -> None:
    file = tmp_path / "journal.sqlite3"
    shown = await a_night_of_lent_lines(file, 220, away)  # more than are written down ahead of a shelf's position
    assert len(set(shown)) == 220
    assert (BAKED in shown) == (away.action == "goto")
    night = replay.prepare(memory.records(file, "last"))
    again = list(night.run())
    assert (list(night.differences()), night.missing, len(again)) == ([], [], 220)


@pytest.mark.parametrize("unpacking", [False, True], ids=["later", "at the very start"])
@pytest.mark.parametrize("number", range(3))
async def test_texts_that_came_at_one_moment_are_told_apart(tmp_path: Path, number: int, unpacking: bool) -> None:
    """Some are refused. What is judged beside the show, so that a press overtakes it, is so in the replay."""
    chance = random.Random(number)
    moments = [chance.choices((f"{LONG}{n}", UNFIT, f"{SHORT} {n}"), k=4) for n in range(8)]
    family.look_ahead()
    if unpacking:
        family.postpone()
    try:
        shown = await a_night_of_texts(tmp_path / "journal.sqlite3", moments)
    finally:
        family.look_ahead()
    assert {text for texts in moments for text in texts} - set(shown) == {UNFIT}
    night = replay.prepare(memory.records(tmp_path / "journal.sqlite3", "last"))
    again = list(night.run())
    assert (list(night.differences()), night.missing, len(again)) == ([], [], len(shown))


async def test_a_night_whose_texts_had_no_names_of_their_own_is_the_same_again(tmp_path: Path) -> None:
    await a_night_of_texts(tmp_path / "journal.sqlite3", [[LONG], [UNFIT]])
    rows = memory.records(tmp_path / "journal.sqlite3", "last")
    for row in rows:
        if row["kind"] == "answer":
            told = json.loads(row["detail"])
            row["detail"] = json.dumps({**told, "of": told["of"].rpartition(" ")[0]})
    night = replay.prepare(rows)
    assert len(list(night.run())) == 3
    assert (night.missing, night.same) == ([], True)


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
