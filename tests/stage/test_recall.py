import pytest

from stagelyric.stage.recall import TONIGHT, recall
from stagelyric.types.standing import Record, Standing, as_record

NOW = 1_790_000_000.0


def left(number: int = 5, ago: float = 10.0, seed: int = 7) -> Record:
    standing = Standing("Song", "verse", number, places={"a": 3})
    return as_record(standing) | {"seed": seed, "show": "abc", "wall": NOW - ago}


@pytest.mark.parametrize("ago", [0.0, 10.0, TONIGHT - 1, -400 * 86400.0])
def test_a_show_of_tonight_goes_on(ago: float) -> None:
    found = recall(left(ago=ago), None, seed=None, now=NOW)
    assert found.standing is not None
    assert (found.standing.number, found.seed, found.show) == (5, 7, "abc")
    assert "goes on where it was" in found.told


def test_an_older_one_is_over_and_keeps_its_seed_and_its_places() -> None:
    found = recall(left(ago=TONIGHT + 1), None, seed=None, now=NOW)
    assert (found.standing, found.seed, found.places) == (None, 7, {"a": 3})
    assert "--resume" in found.told
    assert recall(left(ago=TONIGHT + 1), None, seed=7, now=NOW).places == {}
    assert recall(left(ago=1e9), None, seed=None, now=NOW, resume=True).standing is not None


def test_fresh_and_another_seed_begin_anew() -> None:
    assert recall(left(), None, seed=None, now=NOW, fresh=True).standing is None
    assert recall(left(), None, seed=8, now=NOW).standing is None
    assert recall(left(number=0), None, seed=7, now=NOW).standing is None


def test_resume_finds_the_show_before_the_one_that_was_begun_by_mistake() -> None:
    found = recall(left(number=0), left(number=90, ago=1e6), seed=7, now=NOW, resume=True)
    assert found.standing is not None
    assert found.standing.number == 90
    assert "no last show" in recall(None, None, seed=7, now=NOW, resume=True).told


@pytest.mark.parametrize("broken", [{}, {"song": 3}, {"number": -1}, {"places": [1]}, {"wall": "x"}, {"seed": "x"}])
def test_a_record_that_is_none_begins_anew_or_goes_on_but_never_fails(broken: Record) -> None:
    recall(left() | broken if broken else {}, None, seed=None, now=NOW)
