"""Vectors of words: which words have one, and how close two of them are."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from stagelyric.words import near
from stagelyric.words.lexicon import Lexicon, Row, make
from stagelyric.words.npz import ModelError

WORDS = [f"w{a}{b}" for a in "abcdefghij" for b in "abcdef"]


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    rows = [Row(word, 1, 40, 40, 1, 0.3, ("AH1",)) for word in (*WORDS, "the", "and")]
    return make([*rows, Row("wzz", 1, 3, 3, 1, 0.3, ("AH1",))], 200)


@pytest.fixture(scope="module")
def vectors(lexicon: Lexicon) -> NDArray[np.int8]:
    return near.build(stanzas(), lexicon)


def stanzas() -> list[list[str]]:
    """Words of one first letter come together, and function words and a rare one come everywhere."""
    rng = np.random.default_rng(7)
    groups = [WORDS[at : at + 6] for at in range(0, len(WORDS), 6)]
    return [[*rng.permutation(groups[n % 10])[:4], "the", "and", "wzz"] for n in range(300)]


def test_a_word_has_a_vector_of_length_one_or_none(lexicon: Lexicon, vectors: NDArray[np.int8]) -> None:
    lengths = np.linalg.norm(vectors.astype(np.float64) / 127, axis=1)
    assert {word for word, length in zip(lexicon.words, lengths, strict=True) if not length} == {"the", "and", "wzz"}
    np.testing.assert_allclose(lengths[lengths > 0], 1, atol=0.03)


def test_words_that_come_together_are_nearest(lexicon: Lexicon, vectors: NDArray[np.int8]) -> None:
    loaded = np.asarray(vectors / 127, dtype=np.float32)
    for word in ("waa", "wed", "wjf"):
        closeness = near.closeness(loaded, [lexicon.index[word]])
        nearest = {lexicon.words[n] for n in np.argsort(-closeness, kind="stable")[:6]}
        assert {found[:2] for found in nearest} == {word[:2]}


def test_it_is_the_same_each_time(lexicon: Lexicon, vectors: NDArray[np.int8], tmp_path: Path) -> None:
    np.testing.assert_array_equal(near.build(iter(stanzas()), lexicon), vectors)
    near.save(tmp_path / near.FILE, vectors)
    np.testing.assert_allclose(near.load(tmp_path / near.FILE, len(vectors)) * 127, vectors, atol=1e-4)


def test_of_too_few_words_none_has_a_vector() -> None:
    few = make([Row(word, 1, 40, 40, 1, 0.3, ("AH1",)) for word in WORDS[:40]], 200)
    assert not near.build([WORDS[:40]] * 20, few).any()


def test_a_file_without_its_arrays_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / near.FILE, words=np.array(3))
    with pytest.raises(
        ModelError, match=r"near\.npz: wanted the vectors of the model's words, found a file that is none"
    ):
        near.load(tmp_path / near.FILE, 3)


@given(st.integers(1, 9), st.data())
@settings(max_examples=30)
def test_closeness_is_the_best_cosine_with_any_word(words: int, data: st.DataObject) -> None:
    raw = np.random.default_rng(data.draw(st.integers(0, 99))).standard_normal((words, 4)).astype(np.float32)
    unit = raw / np.linalg.norm(raw, axis=1, keepdims=True)
    wanted = data.draw(st.lists(st.integers(0, words - 1), max_size=4))
    found = near.closeness(unit, wanted)
    for number in range(words):
        best = max((float(unit[number] @ unit[other]) for other in wanted), default=0.0)
        assert found[number] == pytest.approx(1.0 if number in wanted else max(0.0, best), abs=1e-5)
