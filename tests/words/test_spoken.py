"""Syllables of what is said: numerals, initials, abbreviations, names; cuts as sung; rhymes of either reading."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stagelyric.words.phonetics import line_syllables, syllable_count
from stagelyric.words.rhyme import kind
from stagelyric.words.spoken import cardinal, counted, said
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
