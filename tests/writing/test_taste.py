from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

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


def test_a_band_of_the_opposite_taste_learns_the_opposite() -> None:
    judged = band(80, {"scans": 2.0, "of": -1.0})
    other = [Judged(one.marks, 1.0 - one.kept) for one in judged]
    one, opposite = taste.fit(judged), taste.fit(other)
    assert one.moved
    assert opposite.moved == pytest.approx({name: -step for name, step in one.moved.items()}, abs=0.002)
    assert (opposite.kept, opposite.vetoed) == (one.vetoed, one.kept)
    assert one.before + opposite.before == pytest.approx(1, abs=1e-3)


def test_a_mark_that_all_lines_have_alike_teaches_nothing() -> None:
    judged = [Judged({**one.marks, "alliteration": 1.0}, one.kept) for one in band(60, {"flow": 2.0})]
    assert abs(taste.fit(judged).moved.get("alliteration", 0.0)) < 0.05


def test_what_moved_is_what_the_weights_differ_in_largest_first() -> None:
    learned = taste.fit(band(60, {"flow": 2.0, "worn": -1.0}))
    assert {
        name: round(weight - WEIGHTS[name], 3) for name, weight in learned.weights.items() if weight != WEIGHTS[name]
    } == dict(learned.moved)
    sizes = [abs(step) for step in learned.moved.values()]
    assert sizes == sorted(sizes, reverse=True)
    assert learned.weights.keys() == WEIGHTS.keys()


@pytest.mark.parametrize("pull", [4.0, 256.0])
def test_what_is_solved_is_the_least_loss(pull: float) -> None:
    """No small step in any direction makes the penalised loss smaller; marks and scores count from their mean."""
    x, y, weight = taste._table([*band(60, {"flow": 2.0}), *[Judged({"flow": 1.0}, 1.0, taste.PASSED)] * 9])
    usual = np.array([WEIGHTS[name] for name in taste.FITTED])
    away, spread = x - x.mean(axis=0), np.maximum(x.std(axis=0), 1e-3)

    def loss(likes: NDArray[np.float64], scale: float, offset: float) -> float:
        logits = away @ likes + scale * (away @ usual) + offset
        told = np.where(y == 1, np.log1p(np.exp(-logits)), np.log1p(np.exp(logits)))
        return float((weight * told).sum() + (pull * spread**2 * likes**2).sum() / 2 + scale**2 / 2 + offset**2 / 2000)

    found = taste._solve(x, y, weight, usual, pull)
    middle = found.offset + x.mean(axis=0) @ (found.likes + found.scale * usual)
    np.testing.assert_allclose(found.logits(x, usual), away @ found.likes + found.scale * (away @ usual) + middle)
    least = loss(found.likes, found.scale, middle)
    rng = np.random.default_rng(0)
    for size in (1e-1, 1e-2, 1e-3):
        for _ in range(20):
            step = rng.normal(size=len(usual)) * size
            scale, offset = (rng.normal(size=2) * size).tolist()
            assert loss(found.likes + step, found.scale + scale, middle + offset) > least


def test_the_harder_the_pull_the_less_moves() -> None:
    x, y, weight = taste._table(band(60, {"flow": 2.0, "grammar": 1.0}))
    usual = np.array([WEIGHTS[name] for name in taste.FITTED])
    sizes = [float(np.abs(taste._solve(x, y, weight, usual, pull).likes).sum()) for pull in taste._PULLS]
    assert sizes == sorted(sizes, reverse=True)


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(-3, 3), st.booleans(), st.booleans()), max_size=14))
def test_how_well_lines_are_told_apart_is_a_share_of_pairs(lines: list[tuple[int, bool, bool]]) -> None:
    scores = np.array([score for score, _, _ in lines], dtype=np.float64)
    kept = np.array([own for _, own, _ in lines], dtype=np.float64)
    sure = np.array([own for _, _, own in lines], dtype=np.bool_)
    pairs = [(a, b) for a, own, known in lines if own and known for b, other, too in lines if not other and too]
    wanted = sum(1.0 if a > b else 0.5 if a == b else 0.0 for a, b in pairs) / len(pairs) if pairs else 0.5
    assert taste._pairs(scores, kept, sure) == pytest.approx(wanted, abs=1e-4)


@settings(max_examples=40)
@given(st.integers(1, 30), st.integers(0, 500))
def test_lines_let_pass_never_outweigh_those_that_were_judged(judged: int, passed: int) -> None:
    lines = [Judged({}, 1.0)] * judged + [Judged({}, 1.0, taste.PASSED)] * passed
    _, _, weight = taste._table(lines)
    assert (weight[:judged] == 1).all()
    assert weight[judged:].sum() == pytest.approx(min(passed * taste.PASSED, judged / 2))


def test_a_mark_that_a_file_lacks_has_its_usual_weight(tmp_path: Path) -> None:
    file = tmp_path / "taste.toml"
    file.write_text("[weights]\nflow = 2\n")
    assert taste.load(file) == WEIGHTS | {"flow": 2.0}
    file.write_text("")
    assert taste.load(file) == WEIGHTS


def test_saving_leaves_one_file_and_replaces_the_last(tmp_path: Path) -> None:
    file = tmp_path / "taste.toml"
    for flow in (1.0, -2.5):
        taste.save(file, taste.Taste(WEIGHTS | {"flow": flow}, 3, 4))
        assert taste.load(file)["flow"] == flow
    assert list(tmp_path.iterdir()) == [file]
    assert "kept = 3\nvetoed = 4\n" in file.read_text()


@pytest.mark.parametrize(
    "data", [b"\xff\xfe", b"[weights]\nflow = true", b"[weights]\nflow = 100", b"a = " + b"[" * 9999]
)
def test_bytes_that_are_no_taste_are_one_sentence(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "taste.toml"
    file.write_bytes(data)
    with pytest.raises(TasteError, match=r"^.*taste\.toml: .*wanted a .*, found .*") as told:
        taste.load(file)
    assert "\n" not in str(told.value)


def test_a_folder_is_no_taste(tmp_path: Path) -> None:
    with pytest.raises(TasteError, match="another file"):
        taste.load(tmp_path)
