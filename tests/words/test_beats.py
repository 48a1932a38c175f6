"""Whether forms keep a beat: against lines whose beat is known, and against the same words in disorder."""

import random
from itertools import combinations, pairwise

import fakes
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stagelyric.phrasebook import sounds
from stagelyric.words import beats

LEXICON = fakes.language().lexicon
SIGNS = st.text(alphabet="102+-~", min_size=1, max_size=14)
BALLAD = (
    "The captain sold the boat in spring",
    "and bought a house in town",
    "but every night he heard her sing",
    "and in the end came down",
)


def told(line: str) -> str:
    return "".join(map(sounds.stressed, line.split()))


@pytest.mark.parametrize(
    ("line", "signs"),
    [
        ("the broken window", "-1010"), ("Down came the rain,", "~+-+"), ("love-knots", "++"), ("lighthouse", "12"),
        ("", ""), ("our fire", "-_1_"), ("every memory", "~_01_0"), ("behind", "0~"),
    ],
)  # fmt: skip
def test_signs_of_syllables(line: str, signs: str) -> None:
    assert told(line) == signs


@pytest.mark.parametrize(
    ("line", "count"),
    [("The broken window kept the winter out", 5), ("and he danced with the girl from the shop by the sea", 4)],
)
def test_the_right_number_of_beats_is_the_steadiest(line: str, count: int) -> None:
    assert min(range(2, 7), key=lambda number: beats.unsteady(told(line), number)) == count


def test_a_ballad_is_steadier_than_its_words_in_disorder() -> None:
    rng = random.Random(1)
    whole = beats.stanza([told(line) for line in BALLAD])
    assert whole < 2
    mixed = [[" ".join(rng.sample(words, len(words))) for words in map(str.split, BALLAD)] for _ in range(40)]
    assert sum(beats.stanza(list(map(told, lines))) for lines in mixed) / 40 > whole + 1.0


@given(st.integers(2, 5), st.lists(st.sampled_from(["0", "00", "-", "--", "-0"]), min_size=4, max_size=4))
def test_beats_with_one_or_two_weak_syllables_between_them_are_steady(number: int, between: list[str]) -> None:
    line = "1".join(["0", *between[: number - 1], "0"])
    assert beats.unsteady(line, number) <= 0.15 * (number - 1) + 1e-9
    clashing = line.replace("1", "11", 1)
    assert beats.unsteady(clashing, number) > beats.unsteady(line, number) + 0.5


@given(st.text(alphabet="102+-~", min_size=1, max_size=9), st.integers(1, 4))
def test_the_reading_is_the_best_of_all(line: str, number: int) -> None:
    costs = [
        sum(beats._ON[line[at]] for at in where) + sum(beats._OFF[s] for at, s in enumerate(line) if at not in where)
        + sum(beats._STEPS[b - a] for a, b in pairwise(where))
        + beats._UPBEAT * max(0, where[0] - beats._EARLY)
        + beats._TAIL * max(0, len(line) - 1 - where[-1] - beats._LATE)
        for where in combinations(range(len(line)), number)
        if all(b - a in beats._STEPS for a, b in pairwise(where))
    ]  # fmt: skip
    assert beats.unsteady(line, number) == pytest.approx(min(costs, default=beats._NEVER))


@given(st.lists(SIGNS, min_size=4, max_size=4))
def test_a_stanza_fits_its_best_pattern(lines: list[str]) -> None:
    assert beats.stanza(lines) <= sum(beats.unsteady(line, 4) for line in lines)
    assert beats.stanza(lines[:2]) <= sum(beats.unsteady(line, 4) for line in lines[:2])
    assert beats.stanza(lines[:3]) == 0


@given(st.text(alphabet="102+-~", max_size=24))
def test_no_line_is_steadier_than_an_even_one(line: str) -> None:
    assert beats.steady(line) <= 1
    if line:
        best = min(beats.unsteady(line, count) for count in range(1, len(line) + 1))
        assert beats.steady(line) <= 1 - best / len(line)
    assert beats.steady("01" * len(line)) == 1


def test_a_line_in_order_is_steadier_than_its_words_in_disorder() -> None:
    rng = random.Random(2)
    whole = sum(beats.steady(told(line)) for line in BALLAD) / len(BALLAD)
    mixed = [beats.steady(told(" ".join(rng.sample(line.split(), len(line.split()))))) for line in BALLAD * 40]
    assert whole > sum(mixed) / len(mixed) + 0.02


@given(st.lists(st.sampled_from([*LEXICON.words, "montague", "zzz"]), max_size=8))
def test_a_line_has_a_sign_for_each_syllable(words: list[str]) -> None:
    signs = LEXICON.signs(words)
    assert len(signs) == sum(LEXICON.syllable_count(word) or 1 for word in words)
    assert signs == "".join(LEXICON.signs([word]) for word in words)
