from pathlib import Path

import fakes
import numpy as np
import pytest

from stagelyric.training import build
from stagelyric.words import classes, near, survey
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
