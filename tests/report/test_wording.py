from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.report import language
from stagelyric.report.grammar import TAGS
from stagelyric.report.measures import wording
from stagelyric.report.measures.wording import Word, Wording
from stagelyric.words.lists import PRONOUNS

pytest.importorskip("wordfreq", reason="needs the extra report")
pytest.importorskip("denckring_en_pos", reason="needs the extra report")

BORING = "You know that I'm the one"
MUSTARD = "Mean Mister Mustard sleeps in the park"


def of(*lines: str) -> Wording:
    return Wording.of(lines)


def test_the_line_nobody_needs_is_common_and_the_line_with_somebody_in_it_is_not() -> None:
    common = wording.content_zipf(of(BORING, MUSTARD))
    assert common[0] > 5.9
    assert common[1] < 5.0
    rare = wording.nidf(of(BORING, MUSTARD))
    assert rare[0] < 0.3
    assert rare[1] > 0.5


def test_a_line_of_small_words_has_no_content_to_measure() -> None:
    assert np.isnan(wording.content_zipf(of("I'm with you and you're with me"))).all()
    assert wording.pronoun_share(of("I'm with you"))[0] == pytest.approx(2 / 3)
    assert list(wording.you_and_i(of("You'll see", "She'll see"))) == [1.0, 0.0]


def test_names_are_people_and_places_inside_a_line() -> None:
    lines = ("She sold it to Walter", "and sailed from Montréal", "Walter wept", "The Winter came", "winter in winter")
    assert list(wording.named(of(*lines))) == [1.0, 1.0, 1.0, 0.0, 0.0]


def test_a_capital_at_a_line_s_beginning_makes_no_name() -> None:
    assert list(wording.named(of("Carries her shoes down the stair", "Counting the nails on the wall"))) == [0.0, 0.0]


def test_a_hook_is_a_thing_of_its_own() -> None:
    assert list(wording.hooked(of("a trout in a copper kettle", "the time of the day"))) == [1.0, 0.0]


def test_real_words_are_in_a_dictionary_or_are_names() -> None:
    assert wording.real_word_rate(of("the rain came down")) == 1.0
    spoiled = of("the rayne kame dwnnx")
    assert wording.real_word_rate(spoiled) < 1.0
    assert "dwnnx" in wording.unreal_words(spoiled)


def test_words_in_order_are_likelier_than_a_salad_of_them() -> None:
    right, salad = wording.grammar(
        of("The sailor sold his copper kettle to the cook", "the his kettle of copper to and cook")
    )
    assert right > salad + 0.2


def test_small_measures() -> None:
    assert list(wording.alliterates(of("copper kettles cool", "rain on tin"))) == [1.0, 0.0]
    assert list(wording.stammers(of("go go now", "go now go"))) == [1.0, 0.0]
    assert wording.archaic_word_rate(of("thou art mine")) == pytest.approx(2 / 3)


# Measures of words as they were read, without a tagger


def tagged(*texts: str) -> tuple[Word, ...]:
    """A line of words, each written as "word/TAG"."""
    parts = [text.partition("/") for text in texts]
    return tuple(Word(text, text.lower(), text.lower().partition("'")[0], tag) for text, _, tag in parts)


def test_a_name_is_capitalised_inside_a_line_and_hardly_ever_small() -> None:
    lines = [
        tagged("Zebulon/PROPN", "saw/VERB", "Quibley/PROPN"),
        tagged("Quibley/PROPN", "saw/VERB", "a/DET", "Marmot/PROPN"),
        *[tagged("the/DET", "marmot/NOUN")] * 3,
        tagged("and/CCONJ", "The/PROPN", "Glimp/NOUN"),
    ]
    found = wording.find_names(lines)
    assert found == {"quibley"}, "one only at a line's beginning, one often small, a small word, and no PROPN"
    assert [wording.is_name(word, found) for word in lines[0]] == [False, False, True]
    assert not wording.is_name(tagged("quibley/PROPN")[0], found)
    assert not wording.is_name(tagged("Quibley/VERB")[0], found)
    assert list(wording.named(Wording(tuple(lines), found))) == [1, 1, 0, 0, 0, 0]


WORDED = st.lists(
    st.lists(
        st.sampled_from(["I'm/PRON", "you/PRON", "Trout/NOUN", "the/DET", "sings/VERB", "thou/PRON", "two/NUM"]),
        max_size=5,
    ).map(lambda of: tagged(*of)),
    max_size=4,
).map(lambda lines: Wording(tuple(lines), frozenset()))


@settings(max_examples=40)
@given(WORDED)
def test_every_line_has_one_value_and_an_empty_one_none(read: Wording) -> None:
    def share(line: tuple[Word, ...], true: Callable[[Word], bool]) -> float:
        return sum(map(true, line)) / len(line) if line else float("nan")

    nouns, pronouns = wording.noun_share(read), wording.pronoun_share(read)
    np.testing.assert_allclose(nouns, [share(line, lambda w: w.tag == "NOUN") for line in read.lines])
    np.testing.assert_allclose(pronouns, [share(line, lambda w: w.stem in PRONOUNS) for line in read.lines])
    assert list(wording.you_and_i(read)) == [any(w.stem in ("i", "you") for w in line) for line in read.lines]
    rare = wording.nidf(read)
    assert [bool(line) for line in read.lines] == list(~np.isnan(rare))
    assert all(0 <= value <= 1 for value in rare[~np.isnan(rare)])
    old = [w.lower == "thou" for line in read.lines for w in line]
    np.testing.assert_equal(wording.archaic_word_rate(read), np.mean(old) if old else float("nan"))
    likely = wording.grammar(read)
    assert [bool(line) for line in read.lines] == list(~np.isnan(likely))
    assert all(value < 0 for value in likely[~np.isnan(likely)])
    doubled = [any(a.lower == b.lower for a, b in pairwise(line)) for line in read.lines]
    assert list(wording.stammers(read)) == doubled


@settings(max_examples=40)
@given(st.lists(st.sampled_from(["don't", "I'll", "she'd", "boat", "Walter", "n't", "singin'", "can't"]), max_size=6))
def test_a_word_of_two_parts_has_one_tag(line: list[str]) -> None:
    found = language.tags(line)
    assert len(found) == len(line)
    assert set(found) <= set(TAGS)
    for place, word in enumerate(line):
        if word in ("I'll", "she'd"):
            assert found[place] in ("PRON", "PROPN", "NOUN")


def test_a_frequency_is_that_of_the_word_before_an_apostrophe() -> None:
    assert language.zipf("harbour's") == language.zipf("harbour")
    assert language.zipf("the") > language.zipf("water") > language.zipf("harbour") > language.zipf("polythene") > 0
    assert language.zipf("xqzzyv") == 0
