from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import fakes
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.training import build
from stagelyric.words import lexicon, survey
from stagelyric.words.lexicon import LETTERS, Lexicon, Row, load, make, plant
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


WORDS = st.sets(st.text(alphabet="abc'", min_size=1, max_size=5), min_size=1, max_size=20)


@given(WORDS, st.data())
@settings(max_examples=40)
def test_what_is_combined_upwards_is_what_all_words_below_give(words: set[str], data: st.DataObject) -> None:
    """For each way of combining, and for several values a node, against a walk from every node to the root."""
    trie = plant(sorted(words))
    values = np.array(
        data.draw(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=len(trie.parent), max_size=99)),
        dtype=np.int64,
    )[: len(trie.parent)]
    for join in (np.add, np.maximum, np.bitwise_or):
        wanted = values.copy()
        for node in range(1, len(trie.parent)):
            above = node
            while above:
                above = int(trie.parent[above])
                wanted[above] = join(wanted[above], values[node])
        np.testing.assert_array_equal(trie.up(values, join), wanted)
        np.testing.assert_array_equal(trie.up(values[:, 0], join), wanted[:, 0])


@given(st.sets(st.text(alphabet=LETTERS, min_size=1, max_size=8), max_size=20))
@settings(max_examples=30)
def test_levels_are_the_nodes_of_each_depth(words: set[str]) -> None:
    trie = plant(sorted(words))
    assert len(trie.levels) == max(map(len, words), default=0)
    nodes = [node for level in trie.levels for node in range(len(trie.parent))[level]]
    assert nodes == list(range(1, len(trie.parent)))
    for depth, level in enumerate(trie.levels, 1):
        assert set(trie.depth[level].tolist()) == {depth}


def row(word: str, number: int = 1) -> Row:
    return Row(word, 1 + number % 3, number + 2, number + 1, number, (number % 5) / 4, pronounce(word) or ("AH1",))


SUNG = ["fire", "heaven", "over", "rain", "light", "night", "lights", "time", "line", "home", "stone", "every", "don't"]
ROWS = st.lists(st.sampled_from(SUNG), unique=True, max_size=len(SUNG)).map(
    lambda words: [row(word, number) for number, word in enumerate(words)]
)


def columns(words: Lexicon) -> dict[str, tuple[object, ...]]:
    """By word, all that a lexicon has about it."""
    every = (words.forms, words.count, words.stanzas_with, words.last, words.thing, words.syllables)
    numbers = zip(*(column.tolist() for column in every), words.sounds, strict=True)
    return dict(zip(words.words, numbers, strict=True))


@given(ROWS)
@settings(max_examples=30)
def test_rows_come_in_any_order(rows: list[Row]) -> None:
    one, other = make(rows, 40), make(rows[::-1], 40)
    assert one.words == other.words == tuple(sorted(row.word for row in rows))
    assert columns(one) == columns(other)
    assert [one.words[number] for number in one.trie.word if number >= 0] == sorted(one.words, key=by_letters)


def by_letters(word: str) -> tuple[int, list[int]]:
    """The order in which a trie has words: shorter ones first, then by LETTERS."""
    return len(word), [LETTERS.index(c) for c in word]


@given(ROWS, ROWS)
@settings(max_examples=30)
def test_a_known_word_is_not_taught_again_and_every_other_is(known: list[Row], more: list[Row]) -> None:
    words = make(known, 40)
    again = words.extended(replaced._replace(seen=999) for replaced in more)
    old, new = columns(words), columns(again)
    assert {word: new[word] for word in old} == old
    assert new.keys() == old.keys() | {row.word for row in more}
    assert all(new[word][1] == 999 for word in new.keys() - old.keys())
    assert again.stanzas == words.stanzas
    assert again.words == tuple(sorted(again.words))
    assert [again.words[number] for number in again.trie.word if number >= 0] == sorted(again.words, key=by_letters)
    assert (again is words) == (len(old) == len(new))


@given(ROWS)
@settings(max_examples=30)
def test_looser_rhymes_join_whole_groups_of_closer_ones(rows: list[Row]) -> None:
    words = make(rows, 40)
    groups = [list(kind.values()) for kind in (words.by_tail, words.by_slant, words.by_vowels)]
    for every in groups:
        assert sorted(number for group in every for number in group) == list(range(len(words.words)))
    for closer, looser in pairwise(groups):
        assert all(any(set(group) <= set(other) for other in looser) for group in closer)
    assert words.rhymes.tolist() == [words.tails.count(tail) for tail in words.tails]


@given(ROWS)
@settings(max_examples=20)
def test_singers_take_at_most_one_syllable_off_a_word(rows: list[Row]) -> None:
    spoken = make(rows, 40)
    sung = spoken.sung()
    off = spoken.syllables.astype(int) - sung.syllables
    assert set(off.tolist()) <= {0, 1}
    assert (sung.syllables >= 1).all()
    assert {word for word, less in zip(spoken.words, off, strict=True) if less} == {row.word for row in rows} & {
        "fire",
        "heaven",
        "over",
        "every",
    }
    assert sung.words is spoken.words
    assert sung.trie is spoken.trie


@given(st.integers(2, 500))
@settings(max_examples=30)
def test_the_more_stanzas_have_a_word_the_less_rare_it_is(stanzas: int) -> None:
    with_it = [1, 2, (stanzas + 1) // 2, stanzas]
    words = make([Row(w, 1, 1, n, 1, 0.0, ("AH1",)) for w, n in zip("abcd", with_it, strict=True)], stanzas)
    rarity = dict(zip(with_it, words.rarity.tolist(), strict=True))
    assert rarity[1] == 1
    assert rarity[stanzas] == pytest.approx(0, abs=1e-6)
    assert [rarity[n] for n in sorted(rarity)] == sorted(rarity.values(), reverse=True)


def test_a_typed_word_is_found_whatever_its_apostrophe_and_case() -> None:
    words = make([row("don't"), row("fire")], 2)
    assert words.syllable_count("Don\u2019t") == words.syllable_count("DON'T") == 1
    assert words.syllable_count("fires") is None


def test_what_is_written_in_lower_case_is_read_alone(tmp_path: Path) -> None:
    rows = [Row(w, forms, 1, 1, 1, 0.0, ("AH1",)) for w, forms in (("rain", 1), ("mary", 2), ("rose", 3))]
    make(rows, 2).save(tmp_path / lexicon.FILE)
    assert lexicon.in_lower_case(tmp_path / lexicon.FILE) == {"rain", "rose"}
    with pytest.raises(
        ModelError, match=r"wanted the model's lexicon, found no such file; stagelyric\.training\.build"
    ):
        lexicon.in_lower_case(tmp_path / "nothing.npz")


def test_a_lexicon_of_a_later_format_is_refused(tmp_path: Path) -> None:
    file = tmp_path / lexicon.FILE
    make([row("rain")], 2).save(file)
    with np.load(file) as saved:
        arrays = dict(saved)
    np.savez_compressed(file, **{**arrays, "format": np.array(9)})
    with pytest.raises(ModelError, match=r"lexicon\.npz: wanted a lexicon of format 1, found 9"):
        load(file)
    np.savez_compressed(file, **{name: array for name, array in arrays.items() if name != "letter"})
    with pytest.raises(ModelError, match="wanted the model's lexicon, found a file that is none"):
        load(file)
