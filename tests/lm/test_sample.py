from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from stagelyric.lm.sample import choose, weights

LOGITS = arrays(np.float32, st.tuples(st.integers(1, 5), st.integers(2, 12)), elements=st.floats(-30, 30, width=32))
SETTINGS = st.fixed_dictionaries(
    {
        "temperature": st.floats(0.05, 3),
        "top_p": st.floats(0.01, 1),
        "min_p": st.floats(0, 1),
        "repetition_penalty": st.floats(1, 2),
    }
)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def probabilities(
    logits: np.ndarray,
    temperature: float = 1.0,
    top_p: float = 1.0,
    min_p: float = 0.0,
    repetition_penalty: float = 1.0,
    recent: np.ndarray | None = None,
    mask: np.ndarray | None = None,
) -> np.ndarray:
    """What `choose` draws from, each row summing to 1."""
    found = weights(logits, temperature, top_p, min_p, repetition_penalty, recent, mask)
    return np.asarray(found / found.sum(axis=1, keepdims=True))


@given(LOGITS, SETTINGS, st.data())
def test_only_what_has_a_chance_is_chosen(logits: np.ndarray, settings: dict[str, Any], data: st.DataObject) -> None:
    mask = data.draw(arrays(np.bool_, logits.shape))
    mask[:, -1] = True
    recent = data.draw(arrays(np.int64, (len(logits), 3), elements=st.integers(-1, logits.shape[1] - 1)))
    chances = probabilities(logits, **settings, mask=mask, recent=recent)
    np.testing.assert_allclose(chances.sum(axis=1), 1)
    assert not chances[~mask].any()
    for seed in range(5):
        ids = choose(logits, rng(seed), **settings, mask=mask, recent=recent)
        assert ids.shape == (len(logits),)
        assert (chances[np.arange(len(ids)), ids] > 0).all()


@given(LOGITS, SETTINGS)
def test_the_likeliest_is_always_kept(logits: np.ndarray, settings: dict[str, Any]) -> None:
    settings["repetition_penalty"] = 1.0
    chances = probabilities(logits, **settings)
    assert (chances[np.arange(len(logits)), logits.argmax(axis=1)] == chances.max(axis=1)).all()


@given(LOGITS, st.floats(0.01, 1))
def test_the_nucleus_is_the_smallest_set_that_reaches_its_share(logits: np.ndarray, top_p: float) -> None:
    whole, kept = probabilities(logits), probabilities(logits, top_p=top_p) > 0
    for row, chosen in zip(whole, kept, strict=True):
        assert row[chosen].sum() >= top_p - 1e-9
        least = row[chosen].min()
        assert (row[~chosen] < least).all()
        assert row[row > least].sum() < top_p + 1e-9


@given(LOGITS, st.floats(0.01, 1))
def test_min_p_keeps_what_has_that_share_of_the_best(logits: np.ndarray, min_p: float) -> None:
    whole, kept = probabilities(logits), probabilities(logits, min_p=min_p) > 0
    share = whole / whole.max(axis=1, keepdims=True)
    clear = np.abs(share - min_p) > 1e-9
    np.testing.assert_array_equal(kept[clear], (share >= min_p)[clear])


@given(LOGITS, SETTINGS, st.integers(0, 2**32))
def test_the_same_seed_chooses_the_same_and_takes_one_number_a_row(
    logits: np.ndarray, settings: dict[str, Any], seed: int
) -> None:
    before = logits.copy()
    one, two, plain = rng(seed), rng(seed), rng(seed)
    np.testing.assert_array_equal(choose(logits, one, **settings), choose(logits, two, **settings))
    np.testing.assert_array_equal(logits, before)
    plain.random(len(logits))
    assert one.random() == plain.random()


def test_temperature_0_takes_the_likeliest_allowed() -> None:
    logits = np.array([[3.0, 2.0, 1.0], [0.0, 0.0, 5.0]], dtype=np.float32)
    mask = np.array([[False, True, True], [True, True, True]])
    assert choose(logits, rng(), temperature=0, mask=mask).tolist() == [1, 2]


def test_what_is_drawn_has_the_chances_of_the_softmax() -> None:
    logits = np.log(np.array([[0.5, 0.3, 0.2]], dtype=np.float32)).repeat(20_000, axis=0)
    shares = np.bincount(choose(logits, rng(1)), minlength=3) / 20_000
    np.testing.assert_allclose(shares, [0.5, 0.3, 0.2], atol=0.015)


def test_a_penalty_pushes_recent_ids_down_whatever_their_sign() -> None:
    logits = np.array([[2.0, 2.0, -1.0, -1.0]], dtype=np.float32)
    chances = probabilities(logits, repetition_penalty=2.0, recent=np.array([[1, 3, -1, 3]]))[0]
    exact = np.exp([2.0, 1.0, -1.0, -2.0])
    np.testing.assert_allclose(chances, exact / exact.sum())


def test_a_low_temperature_is_surer() -> None:
    logits = np.array([[1.0, 0.0]], dtype=np.float32)
    assert probabilities(logits, temperature=0.5)[0, 0] > probabilities(logits)[0, 0] > 0.5


class _Highest(np.random.Generator):
    """Draws the largest number below 1."""

    def __init__(self) -> None:
        super().__init__(np.random.PCG64(0))

    def random(self, size: int) -> np.ndarray:  # type: ignore[override]
        return np.full(size, np.nextafter(1.0, 0.0))


@given(LOGITS)
def test_the_highest_draw_is_still_a_character_with_a_chance(logits: np.ndarray) -> None:
    mask = np.ones(logits.shape, dtype=bool)
    mask[:, -1] = False
    ids = choose(logits, _Highest(), mask=mask, min_p=0.1)
    assert (probabilities(logits, mask=mask, min_p=0.1)[np.arange(len(ids)), ids] > 0).all()


@pytest.mark.parametrize(
    "settings",
    [{"temperature": -1}, {"top_p": 0}, {"top_p": 1.1}, {"min_p": -0.1}, {"repetition_penalty": 0.5},
     {"temperature": float("nan")}],
)  # fmt: skip
def test_settings_out_of_range_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="temperature"):
        choose(np.zeros((1, 3), dtype=np.float32), rng(), **settings)


def test_a_mask_that_leaves_nothing_is_refused() -> None:
    mask = np.array([[True, False], [False, False]])
    with pytest.raises(ValueError, match="leaves nothing"):
        choose(np.zeros((2, 2), dtype=np.float32), rng(), mask=mask)
