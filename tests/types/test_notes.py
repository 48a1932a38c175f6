"""Notes by name and by number: each of the two is read from the other."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stagelyric.types.notes import note_name, note_number

NUMBERS = range(128)


def test_every_note_has_a_name_of_its_own_that_is_read() -> None:
    names = [note_name(number) for number in NUMBERS]
    assert len(set(names)) == 128
    assert [note_number(name) for name in names] == list(NUMBERS)
    assert (names[0], names[60], names[69], names[127]) == ("C-1", "C4", "A4", "G9")


def test_names_go_up_a_semitone_at_a_time_and_an_octave_after_twelve() -> None:
    for number in NUMBERS[:-12]:
        letters, octave = re.fullmatch(r"([A-G]#?)(-?\d)", note_name(number)).groups()  # type: ignore[union-attr]
        assert note_name(number + 12) == f"{letters}{int(octave) + 1}"


@given(st.sampled_from("CDEFGAB"), st.integers(0, 8))
def test_a_sharp_is_one_up_and_a_flat_one_down_whatever_the_octave_says(letter: str, octave: int) -> None:
    plain = note_number(f"{letter}{octave}")
    assert note_number(f"{letter}#{octave}") == plain + 1
    assert note_number(f"{letter}b{octave}") == plain - 1
    assert note_number(f" {letter.lower()}{octave} ") == plain


@pytest.mark.parametrize(
    "name",
    ["", "H4", "C", "4", "C##4", "Cb-1", "G#9", "C10", "C-2", "C 4", "C4x", "Db", "\u266f", "c4 d4", "60"],
)
def test_what_is_no_note_is_said_with_what_was_found(name: str) -> None:
    with pytest.raises(ValueError, match=re.escape(f'found "{name}"')) as refused:
        note_number(name)
    assert str(refused.value).startswith('wanted a note from "C-1" to "G9" or a number from 0 to 127')
