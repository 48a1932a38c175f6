"""A night moment by moment: times, states and beats of whatever its journal says, and where a replay differs."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.stage import moments, replay
from stagelyric.stage.moments import LEAD, TAIL, Moment, NightAgain
from stagelyric.stage.replay import Replay, Shown

BEGAN = 1_700_000_000.0
SONGS = ("Harbour Lights", "Café Noir", "")
Sung = tuple[float, str, str | None, float | None]
"""Seconds, the song, the text (None: the stage was cleared), and the clock's beat."""

texts = st.none() | st.sampled_from(["Row on", "Là-bas", "The boats go by"])
sung = st.tuples(st.floats(0, 600), st.sampled_from(SONGS), texts, st.none() | st.floats(0, 5000))
nights = st.lists(sung, min_size=1, max_size=12)
tempos = st.none() | st.floats(30, 300)


def rows(sung: Sequence[Sung], tempo: float | None = None) -> list[dict[str, Any]]:
    """The journal's records of a night of which only the lines are known, and a tempo before them."""
    found: list[dict[str, Any]] = []
    if tempo is not None:
        found.append({"seq": 0, "kind": "tempo", "wall": BEGAN, "detail": str(tempo)})
    for number, (at, song, text, beat) in enumerate(sung, 1):
        found.append({
            "seq": number, "kind": "clear" if text is None else "cue", "wall": BEGAN + at, "number": number,
            "song": song, "section": "verse", "text": text, "origin": None if text is None else "frame", "beat": beat,
            "detail": "",
        })  # fmt: skip
    return found


def again(sung: Sequence[Sung], tempo: float | None = None) -> NightAgain:
    recorded = rows(sung, tempo)
    return moments.again(replay.prepare(recorded), recorded)


def cues(night: NightAgain) -> list[Moment]:
    return [moment for moment in night.moments if moment.cue is not None]


def beats(night: NightAgain) -> list[Moment]:
    return [moment for moment in night.moments if moment.beat is not None]


@given(nights, tempos)
@settings(max_examples=50)
def test_whatever_the_clocks_said_time_goes_on_from_nought(sung: list[Sung], tempo: float | None) -> None:
    night = again(sung, tempo)
    assert night.moments[0].at == 0.0
    assert all(one.at <= other.at for one, other in pairwise(night.moments))
    assert night.length == cues(night)[-1].at + TAIL >= night.moments[-1].at
    assert "how it began" in night.lacks
    assert night.setlist is None


@given(nights, tempos)
@settings(max_examples=50)
def test_every_cue_of_the_night_comes_again_as_it_was_written_down(sung: list[Sung], tempo: float | None) -> None:
    found = cues(again(sung, tempo))
    told = [(moment.cue.song, moment.cue.line and moment.cue.line.text) for moment in found if moment.cue]
    assert told == [(song, text) for _, song, text, _ in sung]
    assert [moment.cue.number for moment in found if moment.cue] == list(range(1, len(sung) + 1))
    for moment, (_, song, text, _) in zip(found, sung, strict=True):
        state = moment.state
        assert (state.song, state.line, state.cleared) == (song, text or "", text is None)
        assert state.tempo == (tempo or 0.0)


@given(st.lists(st.tuples(st.floats(0.01, 60), texts), min_size=1, max_size=10))
@settings(max_examples=40)
def test_a_cue_comes_when_it_came_and_its_line_s_song_stays_where_the_stage_is_cleared(
    gaps: list[tuple[float, str | None]],
) -> None:
    at, last, lines = 0.0, "", list[Sung]()
    for number, (gap, text) in enumerate(gaps):
        at += gap
        lines.append((at, SONGS[number % 2], text, None))
    night = again(lines)
    assert night.began == pytest.approx(BEGAN + lines[0][0] - LEAD)
    for moment, (when, song, text, _) in zip(cues(night), lines, strict=True):
        last = song if text is not None else last
        assert moment.at == pytest.approx(when - lines[0][0] + LEAD, abs=1e-5)
        assert moment.cue is not None
        assert moment.cue.wall == pytest.approx(night.began + moment.at)
        assert moment.state.line_song == last


@given(nights, tempos)
@settings(max_examples=50)
def test_beats_are_whole_go_up_by_one_and_come_at_the_tempo(sung: list[Sung], tempo: float | None) -> None:
    night = again([(at, song, text, beat or 0.0) for at, song, text, beat in sung], tempo)
    if tempo is None:
        assert beats(night) == []
        return
    last: Moment | None = None
    for moment in night.moments:
        if moment.cue is not None:
            last = moment
        elif moment.beat is not None and last is not None:
            before = last.beat if last.beat is not None else last.cue.beat if last.cue else 0.0
            assert moment.beat == math.floor(before) + 1
            assert moment.at - last.at == pytest.approx((moment.beat - before) * 60 / tempo, abs=1e-4)
            assert moment.state == last.state
            last = moment


def test_beats_stop_at_the_next_cue_s_beat_and_at_the_end_of_the_night() -> None:
    night = again([(0.0, "Ferry", "Row on", 8.0), (10.0, "Ferry", "Home", 10.0)], tempo=60.0)
    # The clock stood still from the tenth beat until the next cue.
    assert [moment.beat for moment in beats(night)] == [9.0, 10.0, 11.0, 12.0, 13.0]
    assert [moment.at - LEAD for moment in beats(night)] == pytest.approx([1.0, 2.0, 11.0, 12.0, 13.0])


def test_a_clock_that_was_set_back_ticks_until_the_next_cue() -> None:
    night = again([(0.0, "Ferry", "Row on", 100.0), (2.5, "Ferry", "Home", 0.5)], tempo=60.0)
    assert [moment.beat for moment in beats(night)] == [101.0, 102.0, 1.0, 2.0, 3.0, 4.0]


def test_songs_begin_with_their_first_moment_and_come_again() -> None:
    night = again(
        [(0.0, "A", "one", None), (5.0, "A", None, None), (9.0, "B", "two", None), (20.0, "A", "three", None)]
    )
    assert night.songs() == [(0.0, "A"), (9.0 + LEAD, "B"), (20.0 + LEAD, "A")]


def test_a_line_s_place_is_its_own_or_that_of_the_first_after_it() -> None:
    recorded = rows([(0.0, "A", "one", None), (5.0, "A", "two", None), (9.0, "B", "three", None)])
    for row, number in zip(recorded, (3, 4, 9), strict=True):
        row["number"] = number
    night = moments.again(replay.prepare(recorded), recorded)
    assert [night.place(number) for number in (0, 3, 4, 5, 9, 10)] == [
        LEAD, LEAD, 5.0 + LEAD, 9.0 + LEAD, 9.0 + LEAD, None,
    ]  # fmt: skip


def test_a_night_without_a_line_is_none() -> None:
    with pytest.raises(ValueError, match="wanted a night on which a line was shown, found none"):
        again([], tempo=120.0)


# -- What a replay is compared with


shown = st.builds(
    Shown, st.floats(0, 9), st.integers(1, 3), st.sampled_from(["A", "B"]), st.just("verse"),
    st.none() | st.sampled_from(["one", "two"]), st.just("frame"), st.floats(0, 9),
)  # fmt: skip


@given(st.lists(shown, max_size=5), st.lists(shown, max_size=5))
@settings(max_examples=60)
def test_nights_are_the_same_where_nothing_differs(recorded: list[Shown], performed: list[Shown]) -> None:
    night = Replay(recorded, again=performed)
    differences = list(night.differences())
    assert night.same is (not differences)
    assert len(differences) >= abs(len(recorded) - len(performed))
    for was, now in differences:
        assert was is None or was in recorded
        assert now is None or now in performed
        assert was is None or now is None or was.what != now.what


@given(st.lists(shown, min_size=1, max_size=5), st.floats(10, 20))
def test_the_hour_and_the_beat_are_no_difference(recorded: list[Shown], later: float) -> None:
    moved = [Shown(later, one.number, one.song, one.section, one.text, one.origin, later) for one in recorded]
    assert Replay(recorded, again=moved).same
    assert not Replay(recorded, again=moved[:-1]).same
    assert list(Replay(recorded, again=moved[:-1]).differences()) == [(recorded[-1], None)]


def test_a_journal_that_says_nothing_of_the_beginning_performs_nothing() -> None:
    night = replay.prepare(rows([(0.0, "A", "one", None), (1.0, "A", None, 2.0)]))
    assert list(night.run()) == []
    assert night.show is None
    assert [(one.number, one.text, one.beat) for one in night.recorded] == [(1, "one", 0.0), (2, None, 2.0)]
    assert len(night.missing) == 1
