"""Whether forms keep a beat: against lines whose beat is known, and against the same words in disorder."""

import random
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from phrasebook import frames

from stagelyric.phrasebook import beats, casting, evenness, grammar, sounds
from stagelyric.phrasebook.compose import Composer, Due
from stagelyric.phrasebook.search import Query

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


def test_the_steadier_of_two_forms_is_preferred() -> None:
    book = frames.book(
        "@ scheme ABCB; themes rain\nShe {carried|folded} the letter {home|in}\nAnd put it {behind|beside} the door\n"
        "{She never read a word|Black words stood unread} of it\nAnd didn't {look|ask} any more"
    )
    steady = 0
    for seed in range(40):
        made = Composer(book, Query("ABCB", (2, 12), seed=seed), casting.cast(frames.KNOWN, [], [], seed))
        lines = made.stanza(0, lambda _: Due("any"), lambda _: True)
        steady += lines is not None and lines[2].text.startswith("She never")
    assert steady >= 36


def test_a_frame_that_limps_is_known_by_its_forms() -> None:
    steady, limping = grammar.parse(
        "@ scheme AA; mood dark\nThe {river|water} took the {table|ladder} down\nand {carried|floated} it to town\n\n"
        "@ scheme AA; mood dark\n{Cold black|Grim grey} rain fell hard down\nin {each|all} {dark|drab} drowned town\n",
        "two.frames",
    ).frames
    assert evenness.unsteady(steady) < 1 < evenness.unsteady(limping)
    assert evenness.unsteady(steady) == evenness.unsteady(steady)
    low, high = evenness.compared([steady, limping])
    assert low < 0 < high
    assert low + high == pytest.approx(0)
