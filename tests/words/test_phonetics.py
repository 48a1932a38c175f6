import pytest
from hypothesis import given
from hypothesis import strategies as st

from stagelyric.words import phonetics
from stagelyric.words.phonetics import elided, guess, line_syllables, look_up, pronounce, stresses, syllables


def test_the_dictionary_knows_words() -> None:
    assert look_up("water") == ("W", "AO1", "T", "ER0")
    assert look_up("Water") == look_up("water")
    assert look_up("blorptang") is None
    assert look_up("") is None
    assert look_up("12") is None


def test_the_first_and_the_last_entry_are_found() -> None:
    assert look_up("'bout") == ("B", "AW1", "T")
    assert look_up("zywicki") is not None


@pytest.mark.parametrize(
    ("word", "ending"), [("mother's", "Z"), ("cat's", "S"), ("rose's", "Z"), ("singin'", "N"), ("dogs'", "Z")]
)
def test_forms_are_told_from_their_stem(word: str, ending: str) -> None:
    found = look_up(word)
    assert found is not None
    assert found[-1] == ending


def test_a_curly_apostrophe_and_an_accent_change_nothing() -> None:
    assert look_up("don\u2019t") == look_up("don't")
    assert look_up("Montréal") == look_up("montreal")


@pytest.mark.parametrize(("word", "count"), [("water", 2), ("away", 2), ("memory", 3), ("I", 1), ("Polly Magnet", 4)])
def test_syllables_are_vowels(word: str, count: int) -> None:
    assert syllables(pronounce(word)) == count


def test_stresses_are_one_digit_a_syllable() -> None:
    assert stresses(pronounce("water")) == "10"
    assert stresses(pronounce("forever")) == "010"


@pytest.mark.parametrize(
    ("word", "fewest"), [("fire", 1), ("power", 1), ("heaven", 1), ("every", 2), ("memory", 2), ("water", 2), ("a", 1)]
)
def test_singers_swallow_some(word: str, fewest: int) -> None:
    assert elided(pronounce(word)) == fewest


@pytest.mark.parametrize(
    ("word", "phones"),
    [
        ("blate", "B L EY1 T"),
        ("glight", "G L AY1 T"),
        ("stome", "S T OW1 M"),
        ("crooning", "K R UW1 N IH0 NG"),
        ("zation", "Z EY1 SH AH0 N"),
    ],
)
def test_an_unknown_word_sounds_as_it_is_spelled(word: str, phones: str) -> None:
    assert " ".join(guess(word)) == phones


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz'éï", min_size=1, max_size=14))
def test_every_word_with_a_letter_can_be_said(word: str) -> None:
    phones = guess(word)
    assert not phones or syllables(phones) >= 1
    assert stresses(phones).count("1") <= 1


def test_a_line_is_counted() -> None:
    assert line_syllables("Hold the light on the water") == 7
    assert line_syllables("") == 0


def test_every_word_of_the_dictionary_is_found() -> None:
    rows = phonetics._dictionary().decode().strip("\n").split("\n")
    words, _ = phonetics._index()
    firsts = {word.decode() for word in words}
    near = [row.split() for at, row in enumerate(rows) if at % 50 == 0 or row.split(" ")[0] in firsts]
    for word, *phones in (*near, rows[0].split(), rows[-1].split()):
        assert phonetics._entry(word) == tuple(phones)
    assert phonetics._entry("'") is None
    assert phonetics._entry("zzzzz") is None
    assert phonetics._entry("harbou") is None
