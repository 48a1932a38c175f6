import subprocess
import sys

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from stagelyric.words.phonetics import syllable_count
from stagelyric.words.spoken import said
from stagelyric.words.syllables import count, syllabify

COMMON = """
about above across after again against alone along always among angel another around away beautiful because
become before begin believe below better between beyond body broken brother burning candle carry castle chapel
city coming corner country courage creature dancing darkness daughter desert different distance double
dreaming during early easy either eleven empty engine enough evening ever everything family father feeling
fever fiddle finger fire flower flying follow forest forever forget forgotten forgive freedom garden gentle
giving golden goodbye guitar hammer harbor heavy hello hidden highway holiday holy honey horizon hotel human
hundred hungry hurry idea island journey kitchen ladder lady later laughter leaving letter little lonely
longer lover machine magic maybe memory middle midnight million mirror moment money morning mother mountain
music mystery nation nature never notice nothing number ocean often only open orange other over paper people
picture piano pleasure poison pocket poet power promise question quiet radio railway rainbow reason remember
river rolling roses sailor secret seven shadow silence silver simple singing sister solitude something special
station story stranger sudden summer sunday table telephone terrible thousand thunder tiger together tomorrow
tonight traffic travel trouble tunnel twenty umbrella under valley velvet village violin waiting water whisper
wicked window winter without woman wonder yellow yesterday
"""


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("Hold the water", "Hold the wa- ter"),
        ("little table", "lit- tle ta- ble"),
        ("lonely sometimes", "lone- ly some- times"),
        ("burning running", "burn- ing run- ning"),
        ("wanted, loved.", "want- ed, loved."),
        ("the nation's houses", "the na- tion's hou- ses"),
        ("didn't we'll it'll", "did- n't we'll it- 'll"),
        ("Montréal", "Mon- tré- al"),
        ("moss-covered", "moss- co- vered"),
        ("beyond the player", "be- yond the play- er"),
        ("every quiet lion", "e- very qui- et li- on"),
        ("the 1967 radio", "the 1967      ra- di- o"),
        ("Dr. Dre at 3am", "Dr.  Dre at 3am  "),
        ("MTV and a BMW,", "M- T- V and a B- M- W,  "),
        ("“99” roses", "“99”   ro- ses"),
    ],
)
def test_words_are_cut_for_singing(text: str, pieces: str) -> None:
    assert " ".join(syllabify(text)) == pieces


@given(
    st.lists(st.sampled_from(["1967", "99,", "3am", "MTV", "W's", "$5", "Dr.", "U2", "river", "R&B", "10:05", "7th"]))
)
def test_what_is_said_longer_than_it_is_written_keeps_its_letters_together(words: list[str]) -> None:
    text = " ".join(words)
    pieces = syllabify(text)
    assert len(pieces) == count(text)
    assert "".join(piece.removesuffix("-") for piece in pieces) == "".join(words)
    assert not pieces or pieces[0]


def test_a_line_without_words_has_no_syllables() -> None:
    assert syllabify("") == ()
    assert syllabify(" - , ...") == ()


def test_a_dictionary_settles_the_number_and_spelling_the_cuts() -> None:
    assert syllabify("fire", {"fire": 1}.get) == ("fire",)
    assert syllabify("fire", {"fire": 2}.get) == ("fi-", "re")
    assert syllabify("Every evening", {"Every": 3, "evening": 3}.get) == ("E-", "ve-", "ry", "e-", "ven-", "ing")
    assert len(syllabify("Every evening", dict[str, int]().get)) == 4


def test_counts_agree_with_the_dictionary_nearly_always() -> None:
    words = COMMON.split()
    wrong = [word for word in words if count(word) != syllable_count(word)]
    assert len(wrong) <= len(words) // 50, wrong


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=40))
def test_nothing_is_lost_and_only_figures_and_the_like_have_empty_pieces(text: str) -> None:
    pieces = syllabify(text)
    assert all(pieces) or any(said(token) for token in text.split())
    spoken = "".join(token for token in text.split() if any(c.isalnum() for c in token) or said(token))
    assert "".join(pieces).replace("-", "") == spoken.replace("-", "")


@given(st.from_regex(r"[a-z]{1,14}", fullmatch=True), st.integers(1, 6))
def test_a_word_has_as_many_pieces_as_it_is_said_to_have_or_as_its_spelling_gives(word: str, wanted: int) -> None:
    assume(not said(word))  # "tv" is spelled out, whatever a dictionary has
    assert 1 <= len(syllabify(word, {word: wanted}.get)) <= wanted


def test_it_is_light() -> None:
    """The server's process cuts lines too, and has neither numpy nor a dictionary in it."""
    code = "import sys, stagelyric.words.syllables; print(any(m in sys.modules for m in ('numpy', 'lzma')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


SUNG = st.sampled_from(
    [*COMMON.split(), "Montréal", "didn't", "o'er", "moss-covered", "1967", "MTV", "Dr.", "—", "river,"]
)
LINES = st.lists(SUNG, max_size=6).map(" ".join)


@given(LINES, LINES)
def test_a_line_is_cut_word_by_word(one: str, other: str) -> None:
    assert syllabify(f"{one} {other}") == syllabify(one) + syllabify(other)
    assert count(f"{one}\n{other}") == count(one) + count(other) == len(syllabify(f"{one} {other}"))


@given(LINES)
def test_an_apostrophe_and_a_capital_cut_no_other_way(line: str) -> None:
    curly = syllabify(line.replace("'", "\u2019"))
    assert [piece.replace("\u2019", "'") for piece in curly] == list(syllabify(line))
    words = " ".join(word for word in line.split() if word.isalpha() and word.islower())
    assert [piece.lower() for piece in syllabify(words.title())] == list(syllabify(words))


@given(st.sampled_from(COMMON.split()), st.integers(1, 9))
def test_a_dictionary_asks_for_at_most_as_many_pieces_as_there_are_vowels(word: str, wanted: int) -> None:
    pieces = syllabify(word, {word: wanted}.get)
    assert len(pieces) <= max(1, min(wanted, sum(c in "aeiouy" for c in word)))
    assert all(any(c in "aeiouy" for c in piece) for piece in pieces if len(pieces) > 1)
    assert [piece.endswith("-") for piece in pieces] == [True] * (len(pieces) - 1) + [False]
