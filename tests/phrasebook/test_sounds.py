"""How words and line ends sound: what the rules say of inflections, and how two ends rhyme."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.phrasebook import ends, sounds
from stagelyric.words.phonetics import look_up, syllables

# Words of the dictionary, whose stems and halves it has as well: the rules are to say what the dictionary says.
_REGULAR = (
    "walked", "played", "needed", "cats", "washes", "judges", "walking", "making", "running", "taller", "slowest",
    "slowly", "happiness", "hopeless", "rainy", "tied", "stopped", "bakers", "roses", "churches", "tries", "unkind",
    "undone", "baked", "rubbed", "gates", "mother's",
)  # fmt: skip
_WORDS = st.sampled_from(
    [
        "boat", "coat", "gone", "on", "found", "around", "it", "poor", "sure", "time", "line", "window", "harbour",
        "windows", "read", "wind", "here", "clear", "rinsed", "squeezebox", "lorries", "telly", "singing", "Boat,",
    ]
)  # fmt: skip


@pytest.mark.parametrize("word", _REGULAR)
def test_a_derived_word_sounds_as_the_dictionary_has_it(word: str) -> None:
    known = look_up(word)
    assert known is not None
    assert sounds.derived(word) == known


@pytest.mark.parametrize(
    ("word", "stem", "ending"),
    [
        ("rinsed", "rinse", ("T",)), ("lorries", "lorry", ("Z",)), ("kerbs", "kerb", ("Z",)), ("prams", "pram", ("Z",)),
        ("unlatched", "latch", ("T",)), ("kettle's", "kettle", ("Z",)), ("moss's", "moss", ("IH0", "Z")),
        ("kettleless", "kettle", ("L", "AH0", "S")),
    ],
)  # fmt: skip
def test_a_word_that_the_dictionary_lacks_is_its_stem_and_an_ending(
    word: str, stem: str, ending: tuple[str, ...]
) -> None:
    found = sounds.derived(word)
    assert found is not None
    assert found[-len(ending) :] == ending
    (first, *_) = sounds.said(stem)
    assert found[-len(ending) - len(first) : -len(ending)] == first
    assert sounds.is_known(word)


def test_a_compound_has_the_stress_on_its_first_half() -> None:
    found = sounds.derived("squeezebox")
    assert found is not None
    squeeze, box = look_up("squeeze"), look_up("box")
    assert squeeze is not None
    assert box is not None
    assert found[: len(squeeze)] == squeeze
    assert [phone.rstrip("012") for phone in found[len(squeeze) :]] == [phone.rstrip("012") for phone in box]
    assert sum(phone.endswith("1") for phone in found) == 1


@pytest.mark.parametrize("word", ["", "'", "zzzx", "qwrtp", "s", "ed", "123"])
def test_what_is_no_word_is_not_known(word: str) -> None:
    assert sounds.derived(word) is None
    assert not sounds.is_known(word) or look_up(word) is not None


@settings(max_examples=40)
@given(_WORDS, _WORDS, st.sampled_from(["-", " ", ", ", "! ("]))
def test_syllables_add_up_whatever_stands_between_words(a: str, b: str, between: str) -> None:
    assert sounds.count(f"{a}{between}{b}") == sounds.count(a) + sounds.count(b)
    assert sounds.count(a.upper()) == sounds.count(a)
    assert sounds.count("") == sounds.count(between) == 0


@settings(max_examples=40)
@given(_WORDS)
def test_every_way_of_saying_a_word_is_told_once_and_has_a_vowel(word: str) -> None:
    found = sounds.said(ends.bare(word))
    assert found
    assert len(set(found)) == len(found)
    assert all(syllables(way) for way in found)
    assert sounds.said(ends.bare(word).upper()) == found


def test_vowels_that_sound_alike_before_r_are_one() -> None:
    for pair in (("here", "clear"), ("hair", "care"), ("poor", "door"), ("more", "war")):
        assert ends.kind(*([word] for word in pair)) == "perfect", pair


@pytest.mark.parametrize("other", ["on", "anon", "swan"])
def test_an_open_o_may_be_that_of_on(other: str) -> None:
    assert ends.kind(["gone"], [other]) in ("perfect", "same")
    assert ends.kind(["corn"], [other]) != "perfect"


# Ends of lines


@settings(max_examples=40)
@given(st.lists(_WORDS, max_size=3), st.lists(_WORDS, max_size=3))
def test_how_ends_rhyme_has_no_direction_and_hangs_on_two_words(a: list[str], b: list[str]) -> None:
    found = ends.kind(a, b)
    assert found == ends.kind(b, a)
    assert found == ends.kind(["else", *a] if len(a) > 1 else a, b)
    assert found == ends.kind([f"{word.upper()}!" for word in a], b)
    if not a or not b:
        assert found is None


@settings(max_examples=40)
@given(_WORDS, _WORDS)
def test_words_share_a_key_where_they_rhyme_or_are_the_same(a: str, b: str) -> None:
    kind = ends.kind([a], [b])
    assert bool(ends.keys(a) & ends.keys(b)) == (kind in ("perfect", "same"))
    assert ends.keys(a) <= ends.keys_asked(a)


@settings(max_examples=60)
@given(st.lists(_WORDS, min_size=1, max_size=2), _WORDS)
def test_a_word_is_answered_by_what_rhymes_and_never_by_a_form_of_itself(end: list[str], word: str) -> None:
    for how in ("perfect", "slant"):
        if ends.answers(end, word, how):
            assert ends.bare(end[-1]) != ends.bare(word)
            assert not ends.bare(end[-1]).startswith(ends.bare(word))
    if ends.kind(end[-1:], [word]) == "perfect" and not _alike(end[-1], word):
        assert ends.answers(end, word)
    assert not ends.answers([], word)


def _alike(a: str, b: str) -> bool:
    short, long = sorted((ends.bare(a), ends.bare(b)), key=len)
    return long.startswith(short) and len(long) - len(short) <= 3


def test_either_meaning_of_a_word_is_answered() -> None:
    assert ends.answers(["behind"], "wind")
    assert ends.answers(["pinned"], "wind")
    assert ends.answers(["feed"], "read")
    assert ends.answers(["bed"], "read")
    assert not ends.answers(["road"], "read")


@pytest.mark.parametrize(
    ("word", "bare"),
    [
        ("Boat,", "boat"), ("back-door!", "door"), ("(don't)", "don't"), ("'cause", "cause"), ("singin'", "singin'"),
        ("rollin',", "rollin'"), ("(mother-lovin')", "lovin'"),
        ("dogs'", "dogs"), ("-", ""), ("", ""), ("O'Neill's", "o'neill's"),
    ],
)  # fmt: skip
def test_a_word_is_bare_without_what_stands_around_it(word: str, bare: str) -> None:
    assert ends.bare(word) == bare
    assert ends.bare(bare) == bare
    assert ends.two(["the", "old", word]) == f"old {bare}"
