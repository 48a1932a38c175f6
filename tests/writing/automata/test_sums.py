"""Syllables as bits: what words can add up to, beside the same with sets of numbers."""

from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.writing.automata.templates import _closing, _lowest, _sums

BYTES = st.integers(0, 255)
TOTALS = st.integers(0, (1 << 24) - 1)


def lengths_of(bits: int) -> set[int]:
    return {place + 1 for place in range(bits.bit_length()) if bits >> place & 1}


def totals_of(bits: int) -> set[int]:
    return {place for place in range(bits.bit_length()) if bits >> place & 1}


@settings(max_examples=60)
@given(TOTALS, BYTES)
def test_a_word_more_adds_each_of_its_lengths_to_each_sum(sums: int, lengths: int) -> None:
    assert totals_of(_sums(sums, lengths)) == {a + b for a in totals_of(sums) for b in lengths_of(lengths)}


@settings(max_examples=60)
@given(TOTALS, BYTES, BYTES)
def test_the_order_of_words_makes_no_difference(sums: int, one: int, other: int) -> None:
    assert _sums(_sums(sums, one), other) == _sums(_sums(sums, other), one)


@settings(max_examples=60)
@given(TOTALS, st.integers(0, 24))
def test_a_last_word_brings_the_line_to_its_length(sums: int, whole: int) -> None:
    wanted = {length for length in range(1, 9) if whole - length in totals_of(sums)}
    assert lengths_of(int(_closing(sums, whole))) == wanted


@settings(max_examples=60)
@given(TOTALS)
def test_the_lowest_is_the_least_and_of_nothing_beyond_any_line(bits: int) -> None:
    assert _lowest(bits) == min(totals_of(bits), default=99)
