import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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


# Against plain re-implementations

verses = st.lists(st.lists(st.sampled_from("abcd"), max_size=6).map(" ".join), max_size=8)


def _bleu_by_hand(of: list[str], others: list[list[str]]) -> float:
    """BLEU-4 of one line against the others, with exponential smoothing."""
    logs, missed = [], 0
    for n in range(1, 5):
        own = [tuple(of[i : i + n]) for i in range(len(of) - n + 1)]
        if not own:
            break
        matches = 0
        for gram in set(own):
            most = max(sum(tuple(o[i : i + n]) == gram for i in range(len(o))) for o in others)
            matches += min(own.count(gram), most)
        if n == 1 and not matches:
            return 0.0
        missed += not matches
        logs.append(math.log(matches / len(own) if matches else 1 / (2**missed * len(own))))
    reference = min((abs(len(o) - len(of)), len(o)) for o in others)[1]
    return math.exp(sum(logs) / len(logs) + min(0.0, 1 - reference / len(of)))


@settings(max_examples=50)
@given(verses)
def test_self_bleu_is_what_each_line_has_in_common_with_the_others(lines: list[str]) -> None:
    texts = [line.split() for line in lines if line]
    found = repetition.self_bleu(lines)
    if len(texts) < 2:
        assert math.isnan(found)
        return
    scores = [_bleu_by_hand(of, [*texts[:i], *texts[i + 1 :]]) for i, of in enumerate(texts)]
    assert found == pytest.approx(sum(scores) / len(scores))
    assert 0 <= found <= 1 + 1e-9
    assert repetition.self_bleu(lines[::-1]) == pytest.approx(found)


@settings(max_examples=50)
@given(verses, st.integers(1, 3))
def test_distinct_is_the_share_of_different_runs(lines: list[str], n: int) -> None:
    runs = [line.split()[i : i + n] for line in lines for i in range(len(line.split()) - n + 1)]
    found = repetition.distinct(lines, n)
    if runs:
        assert found == pytest.approx(len({tuple(run) for run in runs}) / len(runs))
        assert repetition.lowest_distinct(lines, n) == pytest.approx(found), "fewer than a window of them are one"
        assert repetition.distinct([*lines, *lines], n) == pytest.approx(found / 2)
    else:
        assert math.isnan(found)


@pytest.mark.parametrize("at", [0, 300, 1450])
def test_the_lowest_stretch_is_found_to_the_last_line(at: int) -> None:
    """Also where the lines are no multiple of a window's step."""
    odd = [f"{a}{b}{c} {c}{a}" for a in "bcdfghjklm" for b in "npqrstvwxz" for c in "aeiouyAEIObcdgh"]
    lines = [*odd[:at], *["the very same line"] * 450, *odd[at:1450]]
    assert len(lines) == 1900
    assert repetition.lowest_distinct(lines, 2) < 0.75 * repetition.lowest_distinct(odd[:1900], 2)


@settings(max_examples=40)
@given(verses)
def test_what_repeats_is_a_share_of_all_lines(lines: list[str]) -> None:
    found = repetition.repeated_rate(lines)
    again = sum(line in lines[:place] for place, line in enumerate(lines))
    assert math.isnan(found) if not lines else found == pytest.approx(again / len(lines))


def test_draws_are_repeatable_and_a_seed_varies_them() -> None:
    lines = [f"{'abcdefgh'[i % 8]} {'xyz'[i % 3]} {chr(97 + i % 26)}{chr(97 + i // 26 % 26)}" for i in range(1500)]
    for seed in (1, 2):
        assert repetition.distinct(lines, 1, seed=seed) == repetition.distinct(lines, 1, seed=seed)
        assert repetition.compression(lines, seed=seed) == repetition.compression(lines, seed=seed)
    for measure in (repetition.distinct(lines, 1, seed=1), repetition.distinct(lines, 1, seed=2)):
        assert measure == pytest.approx(repetition.distinct(lines, 1), rel=0.1)
    assert repetition.compression(lines, seed=1) != repetition.compression(lines, seed=2)
