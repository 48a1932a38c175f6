import fakes
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stagelyric.writing import ranking, rules
from stagelyric.writing.ranking import Around, Draft

PLAIN = rules.make(fakes.language(), themes=("rain",))


def marks(text: str, *before: str, **changes: object) -> dict[str, float]:
    around = Around(before=tuple(tuple(line.lower().split()) for line in before), due=bool(changes.get("says")))
    return ranking.marks(Draft(text, -1.2, -1.2, **changes), PLAIN, around)  # type: ignore[arg-type]


def test_every_mark_has_a_weight() -> None:
    given_marks = marks("You and you and me, the rain", "The rain and you", says=True, off=1)
    assert given_marks.keys() <= ranking.WEIGHTS.keys()
    assert ranking.score(given_marks) == sum(ranking.WEIGHTS[k] * v for k, v in given_marks.items())


def test_the_marks_are_about_what_they_say() -> None:
    assert "you and me" in marks("I love you and you love me")
    assert "you and me" not in marks("The train went by the kitchen door")
    assert marks("The rain went down")["near the theme"] > 0.9
    assert "stock phrase" in marks("All night long in my heart")
    assert marks("The window and the window")["stammer"] == 1
    assert "said before" in marks("The window in the hall", "a window by the sea")
    assert "same beginning" in marks("Window by window", "window in the hall")
    assert "a name or theme" in marks("Polly went down", says=True)
    assert "a name or theme" not in marks("Polly went down")
    assert "something to see" in marks("A radio in the street")


@given(st.floats(-1, 1), st.floats(-1, 1), st.floats(0.01, 1))
def test_a_band_is_level_inside_and_falls_off_outside(value: float, low: float, width: float) -> None:
    away = ranking.outside(value, low, low + width)
    assert away >= 0
    assert (away == 0) == (low <= value <= low + width)


def test_safer_than_people_gains_nothing() -> None:
    safe, safest = Draft("The rain", -0.9, -1.0), Draft("The rain", -0.1, -1.0)
    assert ranking.marks(safe, PLAIN, Around()) == ranking.marks(safest, PLAIN, Around())


@given(st.lists(st.floats(-20, 20), min_size=1, max_size=10), st.floats(0, 1, exclude_max=True))
def test_the_pick_is_among_the_best(scores: list[float], draw: float) -> None:
    chosen = scores[ranking.pick(scores, draw)]
    assert chosen >= sorted(scores, reverse=True)[: min(3, len(scores))][-1]


def test_the_pick_follows_the_draw() -> None:
    assert ranking.pick([1.0, 1.0], 0.1) == 0
    assert ranking.pick([1.0, 1.0], 0.9) == 1
    assert ranking.pick([9.0, 1.0], 0.9) == 0


@pytest.mark.parametrize("word", ["", "zzz"])
def test_a_line_of_nothing_known_can_be_marked(word: str) -> None:
    marks(word)
