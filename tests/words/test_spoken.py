"""Syllables of what is said: numerals, initials, abbreviations, names; cuts as sung; rhymes of either reading."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stagelyric.words.phonetics import line_syllables, syllable_count
from stagelyric.words.rhyme import kind
from stagelyric.words.spoken import cardinal, counted, letter, said
from stagelyric.words.syllables import count, syllabify


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("99 red balloons go by", "Ninety nine red balloons go by"), ("In 1967 we met",
        "In nineteen sixty seven we met"),
        ("1905", "nineteen oh five"), ("1900", "nineteen hundred"), ("2005", "two thousand five"), ("2024",
        "twenty twenty four"),
        ("the 60s", "the sixty"), ("22nd of May", "twenty second of May"), ("the 20th", "the twentieth"),
        ("21st", "twenty first"),
        ("3:30", "three thirty"), ("10:05", "ten oh five"), ("$5", "five dollars"), ("50%", "fifty percent"),
        ("#1", "number one"),
        ("24/7", "twenty four seven"), ("10,000 miles", "ten thousand miles"), ("Dr. Robert", "Doctor Robert"),
        ("Mr Jones and Mrs Robinson", "mister Jones and missus Robinson"), ("St. James", "saint James"),
        ("rock & roll", "rock and roll"),
        ("Route 66", "Route sixty six"), ("007", "oh oh seven"), ("867-5309",
        "eight six seven five three oh nine"), ("dial 911", "dial nine one one"),
        ("3½ miles", "three and a half miles"),
        ("½ a mile", "half a mile"),
    ],
)  # fmt: skip
def test_figures_and_abbreviations_count_as_they_are_said(written: str, spoken: str) -> None:
    assert line_syllables(written) == line_syllables(spoken)
    assert count(written, syllable_count) == count(spoken, syllable_count)


@pytest.mark.parametrize(
    ("word", "number"),
    [
        ("3am", 3), ("DJ", 2), ("MTV", 3), ("U2", 2), ("OK", 2), ("TV", 2), ("CDs", 2), ("R&B", 3), ("NYC", 3),
        ("U.S.A.", 3),
        ("NASA", 2), ("LOVE", 1), ("HEY", 1), ("I", 1), ("A", 1), ("B-52s", 4), ("4x4", 3), ("ok", 2),
        ("Hermione", 4), ("Persephone", 4), ("Penelope", 4), ("Chloe", 2), ("Yosemite", 4), ("Siobhan", 2),
        ("Calliope", 4),
        ("Chloë", 2), ("Zoë", 2), ("Aphrodite", 4), ("Worcester", 2), ("Noah", 2),
        ("o'er", 1), ("o’er", 1), ("ne'er", 1), ("e'en", 1), ("e'er", 1), ("whene'er", 2), ("heav'n", 1), ("'tis", 1),
    ],
)  # fmt: skip
def test_words_that_spelling_tells_little_of(word: str, number: int) -> None:
    assert count(word) == number
    assert line_syllables(word) == number


@pytest.mark.parametrize(
    "pieces",
    [
        "could-n't",
        "would-n't",
        "did-n't",
        "sci-ence",
        "rhy-thm",
        "Wednes-day",
        "busi-ness",
        "M-T-V",
        "D-J",
        "sci-en-tist",
    ],
)
def test_words_are_cut_as_they_are_sung(pieces: str) -> None:
    assert "".join(syllabify(pieces.replace("-", ""))) == pieces


# 911 and 999 are called by their figures.
@given(st.integers(0, 999_999_999).filter(lambda number: number not in (911, 999)))
def test_a_number_counts_as_its_words(number: int) -> None:
    words = cardinal(number)
    assert all(counted(word) == (syllable_count(word) or 0) for word in words)
    assert said(f"{number:,}") == tuple(words)


@given(st.text(max_size=12))
def test_any_token_is_said_somehow(token: str) -> None:
    assert count(token) >= 0
    assert all(word for word in said(token))


@pytest.mark.parametrize(
    ("word", "one", "other"),
    [
        ("wind", "pinned", "kind"), ("tear", "near", "fair"), ("bass", "face", "grass"), ("dove", "love", "stove"),
        ("lead", "bed", "need"), ("read", "bed", "need"), ("live", "give", "drive"), ("close", "rose", "dose"),
        ("bow", "now", "low"), ("lives", "drives", "gives"), ("99", "line", "nine"), ("use", "lose", "loose"),
    ],
)  # fmt: skip
def test_what_is_spelled_alike_rhymes_by_either_reading(word: str, one: str, other: str) -> None:
    assert kind(word, one) == "perfect"
    assert kind(word, other) in ("perfect", "same")
    assert kind(one, word) == "perfect"


BELOW_TWENTY = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
nineteen
"""
TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
UNITS = {word: number for number, word in enumerate(BELOW_TWENTY.split())}
UNITS |= {word: 10 * number for number, word in enumerate(TENS.split(), 2)}
LARGE = {"thousand": 10**3, "million": 10**6, "billion": 10**9}


def heard(words: Sequence[str]) -> int:
    """The number that somebody hears."""
    total = part = 0
    for word in words:
        if word in LARGE:
            total, part = total + part * LARGE[word], 0
        else:
            part = part * 100 if word == "hundred" else part + UNITS[word]
    return total + part


@given(st.integers(0, 10**12 - 1) | st.integers(0, 2200))
def test_a_number_is_heard_as_it_was_said(number: int) -> None:
    assert heard(cardinal(number)) == number


@given(st.integers(1100, 1999))
def test_a_year_is_said_in_two_parts(year: int) -> None:
    century, rest = divmod(year, 100)
    words = said(str(year))
    if rest == 0:
        assert words == (*cardinal(century), "hundred")
    elif rest < 10:
        assert words == (*cardinal(century), "oh", *cardinal(rest))
    else:
        assert words == (*cardinal(century), *cardinal(rest))
    assert said(f"{year}s") == words
    assert heard(said(f"{year:,}")) == year


@given(st.integers(1, 12), st.integers(0, 59))
def test_a_time_is_said_by_its_hour_and_minute(hour: int, minute: int) -> None:
    words = said(f"{hour}:{minute:02d}")
    assert words[: len(cardinal(hour))] == tuple(cardinal(hour))
    rest = words[len(cardinal(hour)) :]
    assert rest == (() if minute == 0 else ("oh", *cardinal(minute)) if minute < 10 else tuple(cardinal(minute)))
    assert said(f"{hour}.{minute:02d}") == words
    assert said(f"{hour}:{minute:02d}pm") == said(f"{hour}:{minute:02d}P.M.") == (*words, "pee", "em")


@given(st.integers(1, 999))
def test_an_ordinal_differs_in_its_last_word_alone(number: int) -> None:
    last = number % 100 if number % 100 in (11, 12, 13) else number % 10
    words = said(str(number) + {1: "st", 2: "nd", 3: "rd"}.get(last, "th"))
    assert words[:-1] == tuple(cardinal(number)[:-1])
    assert words[-1] != cardinal(number)[-1]
    assert words[-1].endswith(("first", "second", "third", "th"))


@given(
    st.integers(13, 910),
    st.sampled_from([("$", "", "dollars"), ("£", "", "pounds"), ("", "%", "percent"), ("", "°", "degrees")]),
)
def test_a_sign_is_said_after_its_number(number: int, sign: tuple[str, str, str]) -> None:
    before, after, name = sign
    assert said(f"{before}{number}{after}") == (*cardinal(number), name)
    assert said(f"#{number}") == ("number", *cardinal(number))


TOKENS = st.sampled_from(
    ["1967", "99", "MTV", "U2", "R&B", "3am", "7th", "10:05", "½", "river", "don't", "Doctor", "NYC"]
)


@given(TOKENS, st.sampled_from(["{},", "({})", "“{}”", "{}!", "“{}?”", "…{}", "*{}*"]))
def test_marks_around_a_token_are_not_said(token: str, marks: str) -> None:
    assert said(marks.format(token)) == said(token)


@pytest.mark.parametrize(
    ("token", "words"),
    [
        ("867-5309", "eight six seven five three oh nine"), ("2½", "two and a half"), ("12.5", "twelve point five"),
        ("B-52s", "b fifty two"), ("AT&T", ""), ("A.M.", "ay m"), ("CDs", "c d"), ("W", ""), ("St", ""),
        ("St.", "saint"), ("st.", ""), ("Mr", "mister"), ("mr.", "mister"), ("gen.", ""), ("Gen.", "general"),
        ("etc.", "et cetera"),
        ("0", "zero"), ("00", "oh oh"), ("'99", "ninety nine"), ("2000", "two thousand"), ("2009", "two thousand nine"),
        ("10k", "ten kay"), ("60mph", "sixty em pee aitch"), ("hello", ""), ("", ""), ("...", ""), ("+", "and"),
    ],
)  # fmt: skip
def test_what_a_token_is_said_as(token: str, words: str) -> None:
    assert " ".join(said(token)) == words


@given(st.characters(codec="ascii", categories=["Lu", "Ll", "Nd"]))
def test_a_single_letter_or_figure_has_a_name(c: str) -> None:
    words = letter(c)
    assert words
    assert letter(c.lower()) == letter(c.upper()) == words
    assert len(words) == (2 if c in "wW" else 1)


@given(TOKENS | st.integers(0, 99999).map(str))
def test_every_word_that_is_said_is_counted_or_in_the_dictionary(token: str) -> None:
    for word in said(token):
        assert counted(word) is not None or syllable_count(word) is not None
        assert counted(word) in (None, syllable_count(word))
