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


@given(st.text(alphabet="01.", max_size=20))
def test_it_is_a_share(signs: str) -> None:
    assert 0 <= scans(signs) <= 1
