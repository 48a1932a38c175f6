"""A text's words are counted once a line, as they are written and where they stand."""

from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.words.lists import DETERMINERS
from stagelyric.words.survey import read_stanzas, survey, words_of

WORD = st.sampled_from(["the", "The", "rain", "Rain", "my", "don't", "Polly", "home", "a"])
LINE = st.lists(WORD | st.sampled_from([".", "!", ",", "—"]), min_size=1, max_size=6).map(" ".join)
TEXT = st.lists(LINE | st.just(""), max_size=9).map("\n".join)


@given(st.lists(TEXT, max_size=3))
@settings(max_examples=50)
def test_counts_add_up(texts: list[str]) -> None:
    found = survey(texts)
    lines = list(dict.fromkeys(line for text in texts for line in text.split("\n") if line))
    assert found.lines == lines
    words = [word for line in lines for word in words_of(line)]
    assert found.total.total() == len(words)
    assert dict(found.total) == {word: words.count(word) for word in set(words)}
    assert dict(found.stanzas_with) == {
        word: sum(word in stanza for stanza in found.stanza_words) for word in set(words)
    }
    assert found.last.total() == sum(bool(words_of(line)) for line in lines)
    assert found.stanzas == len(found.stanza_words)
    for word in set(words):
        assert found.lower[word] + found.upper[word] <= found.total[word]
        assert found.determined[word] <= found.lower[word] + found.upper[word]


@given(st.lists(TEXT, max_size=3))
@settings(max_examples=30)
def test_what_comes_again_is_not_counted_again(texts: list[str]) -> None:
    assert survey([*texts, *texts]) == survey(texts)


@given(TEXT)
@settings(max_examples=30)
def test_stanzas_are_what_stands_between_blank_lines(text: str) -> None:
    stanzas = list(read_stanzas([text]))
    assert [line for stanza in stanzas for line in stanza] == [line for line in text.split("\n") if line]
    assert all(stanzas)
    assert list(read_stanzas(["\n\n".join(map("\n".join, stanzas))])) == stanzas


def test_stanzas_of_two_texts_are_never_one_and_a_marker_parts_them_too() -> None:
    assert list(read_stanzas(["one\n  two  ", "three"])) == [["one", "two"], ["three"]]
    assert list(read_stanzas(["one\n=== Ferry Road\ntwo"])) == [["one"], ["two"]]
    assert list(read_stanzas([])) == []


def test_a_capital_counts_only_where_none_is_required() -> None:
    found = survey(["Polly went home. Nobody saw Polly: Rain"])
    assert found.upper == {"polly": 1}
    assert found.total["polly"] == 2
    assert found.total["nobody"] == found.total["rain"] == 1
    assert not found.lower["nobody"]


def test_a_thing_stands_right_after_a_determiner() -> None:
    found = survey(["I saw the rain and the cold rain", "my rain", "the. rain"])
    assert found.determined == {"rain": 2, "cold": 1}
    assert {"the", "my"} <= DETERMINERS


def test_words_are_letters_with_their_apostrophes() -> None:
    assert words_of("Don't stop: 99 cold—hearted O'Hara's 'til dawn!") == [
        "don't", "stop", "cold", "hearted", "o", "hara's", "til", "dawn",
    ]  # fmt: skip
    assert words_of("... 99 !") == []
