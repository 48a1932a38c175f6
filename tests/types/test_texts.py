import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stagelyric.types.texts import cleaned, count


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        ("  Row\tme \n home ", "Row me home"),
        ("bell\x07 and \x1b[31mred\x00", "bell and [31mred"),
        ("left\u202eright\u2066", "left right"),
        ("half \ud800 a letter", "half a letter"),
        ("👩\u200d🎤 \u0645\u06cc\u200c\u062e", "👩\u200d🎤 \u0645\u06cc\u200c\u062e"),
        ("naïve Ångström 日本", "naïve Ångström 日本"),
    ],
)
def test_what_can_be_seen_stays(found: str, wanted: str) -> None:
    assert cleaned(found) == wanted


@given(st.text(), st.integers(1, 50))
def test_it_is_short_and_stays_as_it_is(text: str, most: int) -> None:
    once = cleaned(text, most)
    assert len(once) <= most
    assert cleaned(once, most) == once
    once.encode()


def test_the_longest_text_costs_no_more_than_the_longest_that_is_kept() -> None:
    text = "x\x07" * 50_000_000
    began = time.perf_counter()
    cleaned(text)
    assert time.perf_counter() - began < 0.5


def test_one_is_one_and_all_else_is_several() -> None:
    assert [count(number, "song") for number in (0, 1, 2)] == ["0 songs", "1 song", "2 songs"]
