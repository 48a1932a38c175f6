import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stagelyric.lm.vocabulary import ALPHABET, BOUNDARY, Vocabulary, fold


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Montréal", "Montreal"),
        ("\u201cDon\u2019t,\u201d she said", '"Don\'t," she said'),
        ("rain—rain", "rain - rain"),
        ("rain — rain", "rain - rain"),
        ("and then—\nnothing—", "and then -\nnothing -"),
        ("1990\u201395", "1990-95"),
        ("wait…", "wait..."),
        ("Smørrebrød, Łódź, œuvre, Straße", "Smorrebrod, Lodz, oeuvre, Strasse"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("tab\there", "tab here"),
        ("ﬁre", "fire"),
        ("歌 🎸 song", "  song"),
        ("bell\x07 nul\x00", "bell nul"),
    ],
)
def test_fold_spells_plainly(text: str, plain: str) -> None:
    assert fold(text) == plain


@given(st.text())
def test_fold_of_any_text_is_in_the_alphabet_and_stays(text: str) -> None:
    folded = fold(text)
    assert set(folded) <= set(ALPHABET)
    assert fold(folded) == folded


@given(st.text(alphabet=ALPHABET))
def test_what_is_encoded_is_decoded(text: str) -> None:
    vocabulary = Vocabulary()
    ids = vocabulary.encode(text)
    assert vocabulary.decode(ids) == text
    assert ids.dtype == np.int64
    assert ids.shape == (len(text),)


def test_case_is_kept_and_the_landmarks_are_known() -> None:
    vocabulary = Vocabulary()
    assert vocabulary.decode(vocabulary.encode("Polly Magnet")) == "Polly Magnet"
    assert len(vocabulary) == 97
    assert vocabulary.decode([vocabulary.boundary, vocabulary.newline]) == BOUNDARY + "\n"


def test_a_smaller_vocabulary_drops_what_it_lacks() -> None:
    vocabulary = Vocabulary(BOUNDARY + "\nabc")
    assert vocabulary.decode(vocabulary.encode("a cab, black")) == "acabbac"


@pytest.mark.parametrize("symbols", ["abc", BOUNDARY + "abc", "\nabc", BOUNDARY + "\naa", BOUNDARY + "\né"])
def test_a_vocabulary_that_cannot_be_is_refused(symbols: str) -> None:
    with pytest.raises(ValueError, match="a vocabulary"):
        Vocabulary(symbols)


@pytest.mark.parametrize("ids", [[97], [-1], [0, 500]])
def test_ids_out_of_range_are_refused(ids: list[int]) -> None:
    with pytest.raises(IndexError, match="0 to 96"):
        Vocabulary().decode(ids)
