"""The arrays over words and trie nodes, beside the same reckoned word by word."""

from collections.abc import Iterable
from dataclasses import replace

import fakes
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.words.lexicon import LOWER, UPPER
from stagelyric.words.phonetics import pronounce
from stagelyric.writing import rules
from stagelyric.writing.rules import CAPITAL, FIRST, SMALL, Ending

LANGUAGE = replace(fakes.language(), tags=fakes.tags())
PLAIN = rules.make(LANGUAGE)
LEXICON = PLAIN.lexicon
WORDS = LEXICON.words
NUMBERS = st.lists(st.integers(0, len(WORDS) - 1), max_size=12)


def prefixes() -> list[str]:
    """What stands for each node of the trie: the letters that lead to it."""
    trie = LEXICON.trie
    found = [""] * len(trie.parent)
    for node in range(1, len(found)):
        found[node] = found[trie.parent[node]] + "abcdefghijklmnopqrstuvwxyz'-"[trie.letter[node]]
    return found


PREFIXES = prefixes()
BELOW = [[n for n, word in enumerate(WORDS) if word.startswith(prefix)] for prefix in PREFIXES]


def bits_of(numbers: Iterable[int]) -> int:
    found = 0
    for number in numbers:
        found |= 1 << (int(LEXICON.syllables[number]) - 1)
    return found


def written(number: int, kind: int) -> bool:
    form = int(LEXICON.forms[number])
    return kind == FIRST or bool(form & (LOWER if kind == SMALL else UPPER))


def check(ending: Ending, words: set[int]) -> None:
    """An ending with these words is laid out over the trie as it says."""
    assert set(ending.numbers.tolist()) == words
    for node, prefix in enumerate(PREFIXES):
        for kind in (SMALL, CAPITAL, FIRST):
            here = [n for n in words if WORDS[n] == prefix and written(n, kind)]
            below = [n for n in BELOW[node] if n in words and written(n, kind)]
            assert int(ending.ends[kind, node]) == bits_of(here)
            assert int(ending.reach[kind, node]) == (bits_of(below) if node else 0)


@settings(max_examples=8)
@given(NUMBERS)
def test_an_ending_is_laid_out_as_its_words_are_spelled(numbers: list[int]) -> None:
    ending = PLAIN.ending(numbers)
    words = {n for n in numbers if PLAIN.last_words[n]}
    check(ending, words)
    assert ending.size == len(words)
    assert ending.least == min((int(LEXICON.syllables[n]) for n in words), default=99)


@pytest.mark.parametrize("many", [0, 10_000])
def test_anywhere_is_every_word_that_is_allowed(many: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "_MANY", many)  # few words and many are laid out in two ways
    barred = rules.make(LANGUAGE, avoid=("rain", "silver spoon"))
    check(barred.anywhere, {n for n, word in enumerate(WORDS) if word not in ("rain", "rain's", "damn")})


def test_each_word_has_the_node_at_the_end_of_its_letters() -> None:
    assert [PREFIXES[node] for node in LANGUAGE.nodes] == list(WORDS)


def test_classes_and_company_of_a_node_are_those_of_the_words_below_it() -> None:
    count = LEXICON.count.astype(np.float64)
    classes = LANGUAGE.word_classes.classes
    for node in range(0, len(PREFIXES), 7):
        below = BELOW[node]
        shares = np.bincount(classes[below], count[below], minlength=LANGUAGE.kinds.shape[1]) / count[below].sum()
        np.testing.assert_allclose(LANGUAGE.kinds[node], shares, atol=2e-3)
        mean = (LANGUAGE.vectors[below] * count[below, None]).sum(axis=0) / count[below].sum()
        np.testing.assert_allclose(LANGUAGE.company[node], mean, atol=1e-5)


def test_a_preference_counts_for_the_letters_that_lead_to_it() -> None:
    made = rules.make(LANGUAGE, themes=("harbour",), wildness=0.9)
    weight = np.where(made.allowed, LEXICON.count + 1.0, 0.0)
    for node in range(0, len(PREFIXES), 5):
        below = BELOW[node]
        wanted = np.log((weight[below] * np.exp(made.leaning[below])).sum() / weight[below].sum())
        assert made.lean[node] == pytest.approx(wanted, abs=1e-4)
    ends = made.lean_of_word
    assert all(ends[node] == made.leaning[number] for number, node in enumerate(LANGUAGE.nodes))


@pytest.mark.parametrize("least", [1, 2, 4])
def test_a_line_to_be_rhymed_ends_where_enough_words_rhyme(least: int) -> None:
    ends = np.flatnonzero(PLAIN.last_words).tolist()
    found = PLAIN.free(least).numbers.tolist()
    rhymes = {n: sum(LEXICON.tails[other] == LEXICON.tails[n] for other in ends if other != n) for n in ends}
    assert set(found) == {n for n in ends if rhymes[n] >= least}
    assert PLAIN.free(least) is PLAIN.free(least)


def test_where_no_word_has_so_many_rhymes_fewer_will_do() -> None:
    found = PLAIN.free(10_000)
    assert 0 < found.size < PLAIN.free().size


@pytest.mark.parametrize("ending", [None, PLAIN.free(), PLAIN.free(2)])
def test_words_for_a_token_are_among_those_of_the_ending_and_may_stand_for_it(ending: Ending | None) -> None:
    tags = LANGUAGE.tags
    assert tags is not None
    among = set(range(len(WORDS))) if ending is None else set(ending.numbers.tolist())
    allowed = {n for n in among if PLAIN.allowed[n]}
    symbols = ["NOUN", "ADJ", "VERB|Fin", "the", "nothing of the kind"]
    lengths = PLAIN.lengths(symbols, ending)
    for symbol, bits in zip(symbols[:4], lengths, strict=False):
        wanted = {n for n in allowed if tags.may_be(WORDS[n], symbol, LEXICON)}
        assert set(PLAIN.tagged(symbol, ending).numbers.tolist()) == wanted
        assert int(bits) == bits_of(wanted)
    assert lengths[4] == 0


def test_how_a_token_suits_is_a_share_of_uses() -> None:
    found = PLAIN.suited("NOUN")
    tags = LANGUAGE.tags
    assert tags is not None
    share = tags.shares[:, tags.index["NOUN"]] / 100
    weight = np.where(PLAIN.allowed, LEXICON.count + 1.0, 0.0)
    for node in range(1, len(PREFIXES), 5):
        below = BELOW[node]
        wanted = (weight[below] * share[below]).sum() / max(1.0, weight[below].sum())
        assert found[1, node] == pytest.approx(np.log(wanted + 1e-4), abs=1e-3)
    for number, node in enumerate(LANGUAGE.nodes):
        assert found[0, node] == pytest.approx(np.log(share[number] + 1e-4), abs=1e-3)


def test_an_ending_suits_the_classes_of_its_words() -> None:
    classes, count = LANGUAGE.word_classes.classes, LEXICON.count
    for ending in (PLAIN.free(), PLAIN.free(4), PLAIN.ending([LEXICON.index["light"]]), PLAIN.ending([])):
        found = PLAIN.suits(ending)
        assert (found > 0).all(), "no class is ruled out for good"
        for kind in range(len(found)):
            whole = count[classes == kind].sum()
            share = count[[n for n in ending.numbers if classes[n] == kind]].sum() / max(1, whole)
            assert found[kind] <= share + 0.002
            assert whole < 20 or found[kind] == pytest.approx(share, abs=0.05)


def test_what_is_avoided_goes_with_its_possessive_and_a_phrase_bars_no_word() -> None:
    language = fakes.language().taught(["baker", "baker's", "bakers"])
    made = rules.make(language, avoid=("BAKER!", "kitchen door", "unheard-of", ""))
    index = made.lexicon.index
    assert not made.allowed[[index["baker"], index["baker's"]]].any()
    assert made.allowed[[index["bakers"], index["kitchen"], index["door"]]].all()
    assert not made.last_words[index["baker"]]


def test_mild_words_are_barred_for_families_alone() -> None:
    language = fakes.language().taught(["damn"])
    number = language.lexicon.index["damn"]
    assert not rules.make(language).allowed[number]
    assert rules.make(language, family_friendly=False).allowed[number]


def test_a_taught_language_knows_all_it_knew() -> None:
    taught = LANGUAGE.taught(["neon", "zephyr", "rain"])
    new = taught.lexicon
    assert set(new.words) == {*WORDS, "neon", "zephyr"}
    moved = [new.index[word] for word in WORDS]
    np.testing.assert_array_equal(new.count[moved], LEXICON.count)
    np.testing.assert_array_equal(taught.vectors[moved], LANGUAGE.vectors)
    np.testing.assert_array_equal(taught.word_classes.classes[moved], LANGUAGE.word_classes.classes)
    assert new.phones(new.index["zephyr"]) == pronounce("zephyr")
    assert not taught.vectors[new.index["neon"]].any()
    assert set(WORDS) == set(LANGUAGE.lexicon.words), "the other songs don't know the word"


def test_sung_words_are_never_longer_and_else_the_same() -> None:
    language = fakes.language().taught(["heaven", "memory", "every"])
    sung = language.sung()
    assert (sung.lexicon.syllables <= language.lexicon.syllables).all()
    assert (sung.lexicon.syllables < language.lexicon.syllables).any()
    assert sung.lexicon.words == language.lexicon.words
    assert sung.kinds is language.kinds


def test_the_words_of_themes_are_their_content_words_once() -> None:
    assert rules.words_of(("The Rain on the Caf\u00e9", "rain", "", "and the")) == ["rain", "cafe"]
    themes = ("Neon rain", "neon lights", "fucking weather", "\u6771\u4eac", "99", "silver")
    assert rules.unknown(themes, LEXICON) == tuple(word for word in ("neon", "lights", "weather") if word not in WORDS)


def test_a_theme_and_what_is_near_it_is_favoured() -> None:
    made = rules.make(LANGUAGE, themes=("river", "unheard-of"))
    plain = rules.make(LANGUAGE)
    river = LEXICON.index["river"]
    assert made.themes == (river,)
    assert made.closeness[river] == pytest.approx(1, abs=1e-3)
    assert made.leaning[river] > plain.leaning[river]
    assert (made.leaning >= plain.leaning - 1e-6).all()
    assert (np.argsort(made.closeness)[-1]) == river
    assert not plain.closeness.any()


def test_the_wilder_the_more_rare_words_are_favoured() -> None:
    sober, wild = (rules.make(LANGUAGE, wildness=wildness).leaning for wildness in (0.0, 1.0))
    gained = wild - sober
    content = np.flatnonzero(gained)
    rarest, commonest = content[LEXICON.rarity[content].argmax()], content[LEXICON.rarity[content].argmin()]
    assert gained[rarest] > gained[commonest]
    assert gained[LEXICON.index["the"]] == 0


def test_a_word_sounds_as_the_lexicon_has_it_and_others_as_they_are_spelled() -> None:
    assert PLAIN.sound("RAIN") == LEXICON.phones(LEXICON.index["rain"])
    assert PLAIN.sound("zeppelin") == pronounce("zeppelin")
