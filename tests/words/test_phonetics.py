import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stagelyric.words import phonetics
from stagelyric.words.phonetics import (
    Phones,
    elided,
    guess,
    line_syllables,
    look_up,
    plain,
    pronounce,
    readings,
    stresses,
    sung,
    syllables,
    ways,
)


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


VOWELS = "AA AE AH AO AW AY EH ER EY IH IY OW OY UH UW"
CONSONANTS = "B CH D DH F G HH JH K L M N NG P R S SH T TH V W Y Z ZH"
SOME = """
water fire heaven every memory over power again wind close read lead tear live don't singin' mother's flowers evening
hour higher rhythm people one where Tuesday orange
"""
KNOWN = st.sampled_from(SOME.split())
SPELLED = st.text(alphabet="abcdefghijklmnopqrstuvwxyz'", min_size=1, max_size=12)


def is_said(phones: Phones) -> bool:
    """Whether every phone is one of ARPAbet's, and the vowels, and no others, have a stress."""
    vowels = {vowel + stress for vowel in VOWELS.split() for stress in "012"}
    return set(phones) <= vowels | set(CONSONANTS.split())


@given(SPELLED)
def test_what_is_guessed_are_phones_with_one_main_stress(word: str) -> None:
    phones = guess(word)
    assert is_said(phones)
    if any(c.isalpha() for c in word):
        assert stresses(phones).count("1") == (1 if syllables(phones) else 0)
    assert guess(word.upper()) == phones


@pytest.mark.parametrize("table", [phonetics._ALSO_SAID, phonetics._HETERONYMS], ids=["also said", "heteronyms"])
def test_second_pronunciations_are_phones(table: dict[str, str]) -> None:
    for word, phones in table.items():
        assert is_said(tuple(phones.split())), word
        assert tuple(phones.split()) in readings(word), word


@given(KNOWN | SPELLED)
def test_the_usual_pronunciation_comes_first_and_none_twice(word: str) -> None:
    said, every = ways(word), readings(word)
    assert said[0] == pronounce(word)
    assert every[: len(said)] == said
    assert len(set(every)) == len(every)


@given(KNOWN, st.sampled_from(["{}", "{}!", '"{}"', "{},", "{}..."]))
def test_marks_around_a_word_are_not_said(word: str, marks: str) -> None:
    assert readings(marks.format(word.upper())) == readings(word)


@given(st.lists(KNOWN | SPELLED.filter(lambda word: word.strip("'")), max_size=4))
def test_a_name_of_several_words_is_said_word_by_word(words: list[str]) -> None:
    clean = [word.strip("'") or "a" for word in words]
    assert pronounce(" ".join(clean)) == tuple(phone for word in clean for phone in pronounce(word))
    assert len(stresses(pronounce(" ".join(clean)))) == sum(syllables(pronounce(word)) for word in clean)


@given(KNOWN | SPELLED)
def test_a_singer_leaves_at_least_one_syllable_and_adds_none(word: str) -> None:
    phones = pronounce(word)
    spoken = syllables(phones)
    assert min(1, spoken) <= elided(phones) <= spoken
    assert spoken - sung(word, phones) in (0, 1)
    if sung(word, phones) < spoken:
        assert spoken > 1


@given(st.text(max_size=12))
def test_a_word_without_accents_stays_so(text: str) -> None:
    once = plain(text)
    assert plain(once) == once
    assert not any(unicodedata.combining(c) for c in once) or text.isascii()
    assert "\u2019" not in once


@pytest.mark.parametrize(
    ("word", "stem", "ending"),
    [("kettle's", "kettle", ("Z",)), ("coast's", "coast", ("S",)), ("judge's", "judge", ("IH0", "Z")),
     ("laugh's", "laugh", ("S",)), ("kettles'", "kettles", ())],
)  # fmt: skip
def test_a_genitive_is_said_as_its_word_with_the_ending_that_fits(word: str, stem: str, ending: Phones) -> None:
    said = look_up(stem)
    assert said is not None
    assert look_up(word) == (*said, *ending)
    assert look_up(word.replace("'", "\u2019").upper()) == look_up(word)


def test_a_dropped_g_is_all_that_is_dropped() -> None:
    for word in ("walking", "dreaming", "evening"):
        whole, dropped = look_up(word), look_up(word[:-1] + "'")
        assert whole is not None
        assert dropped == (*whole[:-1], "N")
