import fakes
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stagelyric.words.metre import pattern, scans

LEXICON = fakes.language().lexicon


@pytest.mark.parametrize(
    ("line", "signs"),
    [("the broken window", "01010"), ("the rain came down", "0110"), ("montague", "."), ("", "")],
)
def test_patterns(line: str, signs: str) -> None:
    assert pattern(line.split(), LEXICON) == signs


def test_lines_in_step_scan() -> None:
    assert scans("01010101") == 1
    assert scans("1010101") == 1
    assert scans("001001001") == 1
    assert scans("") == 1
    assert scans("0110110") < scans("0101011") < 1


@given(st.text(alphabet="01.", max_size=24))
def test_half_of_the_syllables_fit_one_of_two_beats(signs: str) -> None:
    assert 0.5 <= scans(signs) <= 1


@given(st.integers(2, 3), st.integers(0, 2), st.integers(0, 24))
def test_a_line_that_keeps_its_feet_scans_wholly(foot: int, start: int, length: int) -> None:
    assert scans("".join("1" if at % foot == start % foot else "0" for at in range(length))) == 1


@given(st.text(alphabet="01.", min_size=1, max_size=16), st.data())
def test_a_syllable_that_may_be_either_never_makes_a_line_worse(signs: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(signs) - 1))
    assert scans(signs[:at] + "." + signs[at + 1 :]) >= scans(signs)
    assert scans("." * len(signs)) == 1


@given(st.lists(st.sampled_from([*LEXICON.words, "montague", "zzz"]), max_size=8))
def test_a_pattern_has_a_sign_for_each_syllable(words: list[str]) -> None:
    signs = pattern(words, LEXICON)
    assert len(signs) == sum(LEXICON.syllable_count(word) or 1 for word in words)
    assert signs == "".join(pattern([word], LEXICON) for word in words)


@pytest.mark.parametrize(
    ("signs", "share"), [("0" * 12, 10 / 12), ("1" * 12, 6 / 12), ("010001", 5.5 / 6), ("011101", 5 / 6)]
)
def test_a_weak_syllable_on_a_beat_costs_half_of_a_strong_one_beside_it(signs: str, share: float) -> None:
    """Of twelve weak ones a third is on the beats of a three-syllable foot, of twelve strong ones half beside them."""
    assert scans(signs) == pytest.approx(share)
