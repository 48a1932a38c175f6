from dataclasses import replace
from pathlib import Path

import fakes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stagelyric.training import build
from stagelyric.words import lexicon, survey
from stagelyric.words.lexicon import LETTERS, Row, load, make, plant
from stagelyric.words.npz import ModelError
from stagelyric.words.phonetics import pronounce


@given(st.sets(st.text(alphabet=LETTERS, min_size=1, max_size=8), max_size=40))
def test_a_trie_holds_its_words_and_no_others(words: set[str]) -> None:
    ordered = sorted(words)
    trie = plant(ordered)
    spelled = dict[int, str]()
    for node in range(1, len(trie.parent)):
        parent = int(trie.parent[node])
        spelled[node] = spelled.get(parent, "") + LETTERS[trie.letter[node]]
        assert parent < node
        assert trie.next[parent, trie.letter[node]] == node
    held = {spelled[n]: int(trie.word[n]) for n in spelled if trie.word[n] >= 0}
    assert held == {word: i for i, word in enumerate(ordered)}


@given(st.sets(st.text(alphabet="abc", min_size=1, max_size=5), min_size=1, max_size=20))
def test_what_is_below_a_node_is_summed_up(words: set[str]) -> None:
    ordered = sorted(words)
    trie = plant(ordered)
    ones = np.where(trie.word >= 0, 1, 0)
    sums = trie.up(ones, np.add)
    assert sums[0] == len(words)
    assert sums[trie.next[0, 0]] == sum(w.startswith("a") for w in words) or not trie.next[0, 0]


def test_a_saved_lexicon_is_the_same_again(tmp_path: Path) -> None:
    words = fakes.language().lexicon
    words.save(tmp_path / lexicon.FILE)
    again = load(tmp_path / lexicon.FILE)
    assert again.words == words.words
    assert again.sounds == words.sounds
    for name in ("forms", "count", "stanzas_with", "last", "syllables"):
        np.testing.assert_array_equal(getattr(again, name), getattr(words, name))
    for name in ("parent", "letter", "depth", "word", "next"):
        np.testing.assert_array_equal(getattr(again.trie, name), getattr(words.trie, name))
    np.testing.assert_allclose(again.thing, words.thing, atol=0.006)


def test_faults_are_sentences(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no such file"):
        load(tmp_path / "nothing.npz")
    (tmp_path / "bad.npz").write_bytes(b"not a zip")
    with pytest.raises(ModelError, match="found a file that is none"):
        load(tmp_path / "bad.npz")


def test_words_are_those_that_can_be_sung() -> None:
    found = survey.survey(["thou lovest the bairn\nthe rain and the rain\nzzxq zzxq\nXylo the rain"])
    words = build.build_lexicon(found, 1)
    assert "rain" in words.index
    assert "the" in words.index
    assert not words.index.keys() & {"thou", "lovest", "bairn", "zzxq"}


def test_names_keep_their_capital() -> None:
    words = fakes.language().lexicon
    assert words.forms[words.index["mary"]] == lexicon.UPPER
    assert words.forms[words.index["i"]] == lexicon.UPPER
    assert words.forms[words.index["rain"]] == lexicon.LOWER


def test_rarity_is_between_none_and_one() -> None:
    words = fakes.language().lexicon
    assert 0 <= words.rarity.min() <= words.rarity.max() <= 1
    assert words.rarity[words.index["the"]] < words.rarity[words.index["radio"]]


def test_more_words_can_be_taught() -> None:
    words = fakes.language().lexicon
    more = words.extended([Row("neon", lexicon.LOWER, 5, 5, 5, 0.3, pronounce("neon"))])
    assert more.syllable_count("Neon") == 2
    assert words.syllable_count("neon") is None
    assert more.extended([Row("neon", lexicon.LOWER, 5, 5, 5, 0.3, ("N",))]) is more


def test_rhymes_are_grouped() -> None:
    words = make([Row(w, 1, 1, 1, 1, 0.0, pronounce(w)) for w in ("light", "night", "time", "line")], 4)
    groups = [[words.words[n] for n in group] for group in words.by_tail.values()]
    assert ["light", "night"] in groups
    assert ["line", "time"] in [[words.words[n] for n in group] for group in words.by_slant.values()]


def test_of_one_stanza_every_word_is_as_rare_as_the_others() -> None:
    words = replace(fakes.language().lexicon, stanzas=1)
    assert set(words.rarity.tolist()) == {1.0}
