"""Gains in decibels, as factors."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stagelyric.types.mixing import factor

gains = st.floats(-120, 40)


@given(gains, gains)
def test_gains_that_are_added_multiply(one: float, other: float) -> None:
    assert factor(one + other) == pytest.approx(factor(one) * factor(other))
    assert factor(one) * factor(-one) == pytest.approx(1.0)
    assert (factor(one) < factor(other)) is (one < other) or one == pytest.approx(other)


def test_twenty_decibels_are_a_tenth_and_six_about_a_half() -> None:
    assert [factor(gain) for gain in (0, -20, 20)] == pytest.approx([1.0, 0.1, 10.0])
    assert factor(-6) == pytest.approx(0.5, abs=0.002)
