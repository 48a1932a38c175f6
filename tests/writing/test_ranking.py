import fakes
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.words.lists import STOP
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


SCORES = st.lists(st.floats(-20, 20), min_size=1, max_size=8)


@settings(max_examples=40)
@given(SCORES, st.integers(1, 5), st.floats(0.1, 2))
def test_the_draws_are_shared_out_by_softmax_among_the_best(
    scores: list[float], among: int, temperature: float
) -> None:
    draws = (np.arange(400) + 0.5) / 400
    picked = [ranking.pick(scores, draw, temperature, among) for draw in draws.tolist()]
    best = sorted(range(len(scores)), key=lambda place: (-scores[place], place))[:among]
    shares = np.exp((np.array(scores)[best] - max(scores)) / temperature)
    for place, share in zip(best, shares / shares.sum(), strict=True):
        assert picked.count(place) / 400 == pytest.approx(share, abs=0.01)
    assert [best.index(place) for place in picked] == sorted(best.index(place) for place in picked)


@settings(max_examples=40)
@given(SCORES, st.floats(0, 1, exclude_max=True), st.floats(-5, 5))
def test_only_differences_of_scores_count(scores: list[float], draw: float, more: float) -> None:
    rounded = [round(score, 3) for score in scores]
    if abs(draw - round(draw, 3)) > 1e-6:
        assert ranking.pick(rounded, draw) == ranking.pick([score + round(more, 3) for score in rounded], draw)
    assert ranking.pick(rounded, draw, among=1) == rounded.index(max(rounded))


VERSE_WORDS = [*PLAIN.lexicon.words, "you", "radio", "thee", "xylophone", "of"]
TEXTS = st.lists(st.sampled_from(VERSE_WORDS), max_size=9).map(" ".join)
MOST = {
    "something to see": 1, "of today": 1, "a name or theme": 1, "near the theme": 1, "hangs together": 0.55,
    "goes on from the last": 1, "said before": 2, "worn": 4, "same beginning": 4, "stock phrase": 2, "weak opening": 1,
    "alliteration": 1, "rhyme": 1,
}  # fmt: skip
"""What a mark can come to at most; these are never below 0."""


@settings(max_examples=50)
@given(TEXTS, st.lists(TEXTS, max_size=10), st.floats(-9, 0), st.floats(-30, 0), st.integers(0, 5))
def test_no_mark_runs_away(text: str, before: list[str], flow: float, setting: float, worn: int) -> None:
    around = Around(before=tuple(tuple(line.split()) for line in before), due=True)
    draft = Draft(text, flow, flow, setting, says=True, phrasing=3 * flow)
    found = ranking.marks(draft, PLAIN, around, worn)
    assert all(np.isfinite(mark) and mark for mark in found.values()), "marks of 0 are left out"
    for name, most in MOST.items():
        assert 0 <= found.get(name, 0) <= most + 1e-6, name
    assert -1 <= found.get("flow", 0) <= ranking.FLOW[1] - ranking.FLOW[0]
    assert -15 <= found.get("setting", 0) <= 0
    assert found.get("scans", 0) <= ranking.SCANS[1] - ranking.SCANS[0] + 1e-9


@settings(max_examples=40)
@given(st.lists(TEXTS, max_size=14))
def test_what_is_around_a_line_is_counted_by_lines_and_forgotten(before: list[str]) -> None:
    lines = [tuple(line.split()) for line in before]
    around = Around(before=tuple(lines))
    content = [{word for word in line if word not in STOP} for line in lines]
    assert around.recent == set().union(*content[-8:])
    assert around.starts == tuple(line[0] for line in lines[-4:] if line)
    for word in set().union(*content):
        assert around.uses[word] == sum(word in line for line in content)
    assert STOP.isdisjoint(around.uses)


def test_words_worn_on_the_shelf_cost_more_with_every_use() -> None:
    worn = [marks("The window shines", *["the window"] * uses).get("worn", 0) for uses in range(8)]
    assert worn == [0, 0, 1, 2, 3, 4, 4, 4]


def test_a_first_look_gains_nothing_above_the_bands() -> None:
    good = Draft("The rain", ranking.FLOW[1], -1.0, phrasing=ranking.PHRASING[1])
    assert ranking.first_look(good) == ranking.first_look(Draft("The rain", -0.1, -1.0, phrasing=-0.1))
    for worse in (Draft("The rain", -2.0, -1.0), Draft("The rain", -1.0, -2.0), Draft("The rain", -1.0, -1.0, -3.0)):
        assert ranking.first_look(worse) < ranking.first_look(Draft("The rain", -1.0, -1.0))
    heavier = ranking.WEIGHTS | {"landing": 100.0}
    assert ranking.first_look(good, heavier) == pytest.approx(ranking.first_look(good) - 99.1)


def test_words_are_compared_in_plain_letters() -> None:
    assert ranking.normal_words("Caf\u00e9 \u2018rain\u2019 \u2014 don\u2019t stop, 'cause") == [
        "cafe",
        "rain",
        "don't",
        "stop",
        "cause",
    ]
    assert ranking.normal_words("\u6771\u4eac 99") == []


def test_a_word_said_again_takes_nothing_further() -> None:
    words = [word for word in PLAIN.lexicon.words if word not in STOP and len(word) > 2][:40]
    for word in words:
        around = Around(before=((word,),))
        assert "goes on from the last" not in ranking.marks(Draft(word, -1.0, -1.0), PLAIN, around), word
