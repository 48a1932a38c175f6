from pathlib import Path

import numpy as np
import pytest

from stagelyric.writing import taste
from stagelyric.writing.ranking import WEIGHTS
from stagelyric.writing.taste import Judged, TasteError


def band(number: int, likes: dict[str, float], seed: int = 0, noise: float = 0.5) -> list[Judged]:
    """Judgements of a band that keeps a line when what it likes is there, give or take."""
    rng = np.random.default_rng(seed)
    judged = []
    for _ in range(number):
        marks = {name: float(rng.normal()) for name in taste.FITTED}
        score = sum(like * marks[name] for name, like in likes.items()) + noise * rng.normal()
        judged.append(Judged(marks, float(score > 0)))
    return judged


def test_twenty_judgements_move_a_weight_the_right_way() -> None:
    learned = taste.fit(band(20, {"something to see": 2.0, "of": -2.0}))
    assert learned.kept + learned.vetoed == 20
    assert learned.weights["something to see"] > WEIGHTS["something to see"]
    assert learned.weights["of"] < WEIGHTS["of"]


def test_more_judgements_tell_kept_from_vetoed_better() -> None:
    few, many = (taste.fit(band(n, {"scans": 2.0, "alliteration": 2.0})) for n in (20, 200))
    assert many.after > 0.75 > many.before
    assert many.after >= few.after - 0.1
    assert next(iter(many.moved)) in ("scans", "alliteration")


def test_a_coin_teaches_little() -> None:
    def moved(seed: int, *, coin: bool) -> float:
        rng = np.random.default_rng(seed)
        judged = band(60, {"flow": 1.0}, seed)
        if coin:
            judged = [Judged(one.marks, float(rng.random() < 0.5)) for one in judged]
        return sum(abs(step) for step in taste.fit(judged).moved.values())

    assert sum(moved(seed, coin=True) for seed in range(8)) < sum(moved(seed, coin=False) for seed in range(8))


def test_no_weight_goes_far() -> None:
    learned = taste.fit(band(400, {"grammar": 50.0, "alliteration": -50.0}, noise=0.0))
    assert learned.weights["grammar"] == pytest.approx(WEIGHTS["grammar"] * 2.5)
    assert learned.weights["alliteration"] == pytest.approx(WEIGHTS["alliteration"] - 0.6)


def test_what_is_asked_of_a_line_is_not_a_matter_of_taste() -> None:
    learned = taste.fit(band(60, {"flow": 1.0}))
    for name in ("rhyme", "metre", "a name or theme"):
        assert learned.weights[name] == WEIGHTS[name]


def test_lines_let_pass_stand_against_vetoes_alone() -> None:
    judged = band(40, {"of today": 3.0}, noise=0.0)
    vetoes = [one for one in judged if not one.kept] + [one for one in band(40, {"of today": 3.0}, 1) if not one.kept]
    passed = [Judged(one.marks, 1.0, taste.PASSED) for one in band(80, {"of today": 3.0}, 2) if one.kept]
    learned = taste.fit(vetoes + passed)
    assert learned.kept == 0
    assert learned.weights["of today"] > WEIGHTS["of today"]


@pytest.mark.parametrize(
    ("judged", "sentence"),
    [
        ([], "found 0"),
        (band(19, {"flow": 1.0}), "found 19"),
        ([Judged({"flow": 1.0}, 1.0)] * 25, "25 kept and 0 vetoed"),
    ],
)
def test_too_little_to_learn_from_is_said(judged: list[Judged], sentence: str) -> None:
    with pytest.raises(TasteError, match=sentence):
        taste.fit(judged)


def test_a_taste_comes_back_from_its_file(tmp_path: Path) -> None:
    learned = taste.fit(band(40, {"scans": 2.0}))
    taste.save(tmp_path / "deep" / "taste.toml", learned)
    assert taste.load(tmp_path / "deep" / "taste.toml") == learned.weights
    assert taste.load(tmp_path / "none.toml") == WEIGHTS


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[weights", "another file"),
        ("weights = 3", "wanted a table"),
        ("[weights]\nglitter = 1.0", "glitter"),
        ('[weights]\nflow = "much"', "flow"),
        ("[weights]\nflow = 1e9", "flow"),
        ("[weights]\nflow = nan", "flow"),
    ],
)
def test_a_file_that_is_no_taste_is_named(tmp_path: Path, text: str, sentence: str) -> None:
    file = tmp_path / "taste.toml"
    file.write_text(text)
    with pytest.raises(TasteError, match=sentence):
        taste.load(file)
