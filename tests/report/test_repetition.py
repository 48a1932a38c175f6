import math

import pytest

from stagelyric.report.measures import repetition

KETTLES = [
    "Bessie sold the copper kettle",
    "to a man in a yellow hat",
    "he carried it down to the harbour",
    "with a trout and a bag and a cat",
]


def test_distinct_counts_what_differs() -> None:
    assert repetition.distinct(["a b c", "a b d"], 1) == pytest.approx(4 / 6)
    assert repetition.distinct(["a b c", "a b d"], 2) == pytest.approx(3 / 4)
    assert math.isnan(repetition.distinct([], 1))


def test_distinct_is_of_a_thousand_lines_however_many_there_are() -> None:
    lines = [f"{chr(97 + i % 26)}{chr(97 + i // 26 % 26)} {chr(97 + i // 676)}" for i in range(3000)]
    assert repetition.distinct(lines, 1) > repetition.distinct(lines + lines, 1) * 0.99
    assert repetition.distinct(lines, 1) == repetition.distinct(lines, 1)


def test_the_lowest_stretch_is_found() -> None:
    same = ["the very same line"] * 1000
    other = [f"{a}{b} {b}{c} {c}{a}" for a in "bcdfghjklm" for b in "npqrstvwxz" for c in "aeiouyAEIO"]
    assert repetition.lowest_distinct([*other, *same], 2) < 0.01
    assert repetition.lowest_distinct(other, 2) > 0.1


def test_self_bleu_is_one_for_the_same_line_and_low_for_others() -> None:
    assert repetition.self_bleu(["a man in a yellow hat"] * 5) == pytest.approx(1.0)
    low = repetition.self_bleu(KETTLES)
    assert 0 < low < 0.25
    assert repetition.self_bleu([*KETTLES, KETTLES[0]]) > low


def test_self_bleu_by_hand() -> None:
    # a b c d against a b c e: precisions 3/4, 2/3, 1/2, and nothing of one: 1/(2·1)
    wanted = (3 / 4 * 2 / 3 * 1 / 2 * 1 / 2) ** 0.25
    assert repetition.self_bleu(["a b c d", "a b c e"]) == pytest.approx(wanted)


def test_a_count_is_clipped_at_what_another_line_has() -> None:
    # "a a a a" has four of a word that the other has once: 1/4, and nothing of the longer runs
    first = (1 / 4 * 1 / (2 * 3) * 1 / (4 * 2) * 1 / (8 * 1)) ** 0.25
    second = (1 / 4 * 1 / (2 * 3) * 1 / (4 * 2) * 1 / (8 * 1)) ** 0.25
    assert repetition.self_bleu(["a a a a", "a b c d"]) == pytest.approx((first + second) / 2)


def test_lines_that_come_again_pack_better() -> None:
    lines = [f"{line} number {n}" for n, line in enumerate(KETTLES * 20)]
    assert repetition.compression(lines) > repetition.compression([KETTLES[0]] * 80)


def test_a_repeated_line_is_one_without_its_marks() -> None:
    assert repetition.repeated_rate(["Boil it slow,", "boil it slow!", "Boil it well"]) == pytest.approx(1 / 3)
