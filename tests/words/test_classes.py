from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import fakes
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from stagelyric.training import build
from stagelyric.words import classes, near, survey
from stagelyric.words.classes import WordClasses
from stagelyric.words.lexicon import Row, make
from stagelyric.words.npz import ModelError


def grammar(text: str) -> float:
    language = fakes.language()
    return language.word_classes.grammar(
        [language.word_classes.of(language.lexicon.index.get(w)) for w in text.split()]
    )


def test_chances_add_up() -> None:
    kinds = fakes.language().word_classes
    np.testing.assert_allclose(kinds.following.sum(axis=2), 1, atol=1e-3)


def test_a_well_built_line_is_likelier_than_its_words_in_disorder() -> None:
    assert grammar("the rain came down on the town") > grammar("town the on rain down the came")


def test_words_in_one_place_are_of_one_kind() -> None:
    """Two nouns after "the" and two past verbs in a text of a few hundred sentences made by rule."""
    rng = np.random.default_rng(0)
    nouns, verbs, ends = ["dog", "cat", "train", "river"], ["saw", "heard", "found", "left"], ["light", "sound"]
    lines = [f"the {rng.choice(nouns)} {rng.choice(verbs)} a {rng.choice(ends)}" for _ in range(400)]
    words = build.build_lexicon(survey.survey(["\n".join(dict.fromkeys(lines))]), 1)
    kinds = classes.build([line.split() for line in lines], words)
    again = classes.build([line.split() for line in lines], words)
    np.testing.assert_array_equal(kinds.classes, again.classes)
    known = [kinds.of(words.index[w]) for w in ("the", "dog", "saw", "a", "light")]
    assert kinds.grammar(known) > kinds.grammar(known[::-1])


def test_it_is_kept_in_a_file(tmp_path: Path) -> None:
    kinds, words = fakes.language().word_classes, len(fakes.language().lexicon.words)
    classes.save(tmp_path / classes.FILE, kinds)
    again = classes.load(tmp_path / classes.FILE, words)
    np.testing.assert_array_equal(again.classes, kinds.classes)
    assert again.name == kinds.name
    np.testing.assert_allclose(again.following, kinds.following, atol=0.1)
    with pytest.raises(ModelError, match="wanted classes of 3 words"):
        classes.load(tmp_path / classes.FILE, 3)
    with pytest.raises(ModelError, match="no such file"):
        classes.load(tmp_path / "nothing.npz", words)
    (tmp_path / "bad.npz").write_bytes(b"bad")
    with pytest.raises(ModelError, match="found a file that is none"):
        classes.load(tmp_path / "bad.npz", words)


def test_words_of_one_stanza_are_near(tmp_path: Path) -> None:
    stanzas = [["rain", "umbrella", "cloud"], ["fire", "coal", "smoke"]] * 30
    stanzas += [["rain", "cloud"], ["fire", "smoke"]] * 10
    stanzas += [[f"{a}{b}" for b in "abcde"] for a in ("ba", "be", "bi", "bo", "bu", "da", "de", "di", "do", "du")] * 20
    words = make([Row(w, 1, 60, 60, 1, 0.3, ("AH1",)) for w in sorted({w for s in stanzas for w in s})], 100)
    near.save(tmp_path / near.FILE, near.build(stanzas, words))
    loaded = near.load(tmp_path / near.FILE, len(words.words))
    closeness = near.closeness(loaded, [words.index["rain"]])
    assert closeness[words.index["rain"]] == 1
    assert closeness[words.index["cloud"]] > closeness[words.index["coal"]] + 0.1
    assert not near.closeness(loaded, []).any()
    with pytest.raises(ModelError, match="wanted vectors for 2 words"):
        near.load(tmp_path / near.FILE, 2)
    with pytest.raises(ModelError, match="no such file"):
        near.load(tmp_path / "nothing.npz", 2)


COUNTS = st.lists(st.integers(0, 6), min_size=27, max_size=27).map(
    lambda flat: np.array(flat, dtype=np.float32).reshape(3, 3, 3)
)
ALL = np.arange(3, dtype=np.uint8)


def after(counts: NDArray[np.float32], lower: Sequence[float]) -> list[float]:
    """Witten and Bell's probabilities after one context, written out: `lower` are those of the shorter context."""
    total, kinds = float(counts.sum()), sum(float(n) > 0 for n in counts)
    return [(float(n) + kinds * p) / (total + kinds) if total else p for n, p in zip(counts, lower, strict=True)]


@given(COUNTS)
@settings(max_examples=30)
def test_probabilities_back_off_as_witten_and_bell_have_it(counts: NDArray[np.float32]) -> None:
    known = WordClasses(ALL, counts)
    alone = (counts.sum(axis=(0, 1)) + 0.5) / (counts.sum() + 1.5)
    np.testing.assert_allclose(known.alone, alone, rtol=1e-5)
    for second in range(3):
        pairs = after(counts.sum(axis=0)[second], alone.tolist())
        for first in range(3):
            np.testing.assert_allclose(known.following[first, second], after(counts[first, second], pairs), rtol=1e-4)
    np.testing.assert_allclose(known.following.sum(axis=2), 1, rtol=1e-5)
    np.testing.assert_allclose(known.pull * known.alone, known.following, rtol=1e-5)


@given(COUNTS, st.lists(st.integers(0, 2), max_size=6))
@settings(max_examples=30)
def test_a_line_is_scored_with_its_beginning_and_its_end(counts: NDArray[np.float32], line: list[int]) -> None:
    known = WordClasses(ALL, counts)
    logs = np.log(known.following)
    chain = [0, 0, *line, 0]
    steps = [logs[a, b, c] for a, b, c in zip(chain, chain[1:], chain[2:], strict=False)]
    assert known.grammar(line) == pytest.approx(float(np.mean(steps)), rel=1e-4, abs=1e-6)
    if line:
        assert known.close(line) == pytest.approx(float(np.mean(steps[-2:])), rel=1e-4, abs=1e-6)
    assert known.grammar(line) <= 0


def test_an_unknown_word_is_of_the_class_of_names() -> None:
    known = WordClasses(ALL[::-1].copy(), np.ones((3, 3, 3), np.float32), name=2)
    assert [known.of(number) for number in (0, 1, 2, None)] == [2, 1, 0, 2]


@given(st.lists(st.integers(0, 5) | st.integers(0, 2_000_000), min_size=27, max_size=27))
@settings(max_examples=30)
def test_small_counts_are_kept_exactly_and_large_ones_roughly(counts: list[int]) -> None:
    """Rounded to powers of 1.5 is at most the root of that off."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / classes.FILE
        classes.save(file, WordClasses(ALL, np.array(counts, dtype=np.float32).reshape(3, 3, 3), 2))
        again = classes.load(file, 3)
    for before, kept in zip(counts, again._counts.ravel().tolist(), strict=True):
        assert kept == before if before <= 4 else before / 1.5**0.501 <= kept <= before * 1.5**0.501
    assert again.name == 2


def test_taught_words_are_of_the_class_of_things_and_known_ones_keep_theirs() -> None:
    language = fakes.language()
    old = language.lexicon
    new = old.extended([Row(w, 1, 5, 5, 5, 0.5, ("AA1", "R", "D")) for w in ("aardwolf", "mmm", "zzz")])
    more = classes.extended(language.word_classes, old, new)
    assert len(more.classes) == len(new.words)
    assert all(more.of(new.index[word]) == language.word_classes.of(old.index[word]) for word in old.words)
    assert len({more.of(new.index[word]) for word in ("aardwolf", "mmm", "zzz")}) == 1
    assert more.name == language.word_classes.name
    assert more.following is language.word_classes.following
