"""What may be shown: the safety of a line never loosens, matters of taste do from try to try."""

from collections.abc import Sequence
from dataclasses import replace

import fakes
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.gates.novelty import Copies
from stagelyric.types.lines import Ask
from stagelyric.writing import rules
from stagelyric.writing.gate import Gate
from stagelyric.writing.ranking import Draft

NOTHING = Copies(np.zeros(0, np.uint32))
PLAIN = rules.make(fakes.language())
WORDS = ("rain", "light", "night", "kitchen", "door", "the", "a", "river", "damn", "came", "Mary")


def draft(text: str) -> Draft:
    return Draft(text, -1.0, -1.0)


def gate(ask: Ask | None = None, earlier: Sequence[str] = (), copies: Copies = NOTHING) -> Gate:
    return Gate(ask or Ask(), copies, earlier)


def passes(own: Gate, text: str, *, stanza: Sequence[str] = (), first: bool = False, attempt: int = 9) -> bool:
    return own.passes(draft(text), [draft(line) for line in stanza], PLAIN, first=first, attempt=attempt)


def tries(own: Gate, text: str, *, stanza: Sequence[str] = (), first: bool = False) -> list[bool]:
    return [passes(own, text, stanza=stanza, first=first, attempt=attempt) for attempt in range(6)]


LINE = "She left her coat on the kitchen chair"


def test_what_was_shown_is_never_shown_again_however_it_is_written() -> None:
    own = gate(earlier=["SHE LEFT HER COAT, on the kitchen chair!"])
    assert not any(tries(own, LINE))
    fresh = gate()
    assert passes(fresh, LINE)
    fresh.take(draft("She left her coat on the kitchen chair?"))
    assert not passes(fresh, LINE)
    assert passes(fresh, "She left her hat on the kitchen chair")


def test_a_line_far_back_is_remembered_though_its_words_are_not() -> None:
    lines = [LINE, *(f"The number {number} bus" for number in range(60))]
    own = gate(earlier=lines)
    assert not passes(own, LINE)
    assert len(own.before) < len(lines)
    assert own.before[-1] == ("the", "number", "bus")


def test_a_last_word_comes_back_only_after_other_lines_or_other_tries() -> None:
    ends = ("window", "river", "harbour", "station", "market", "garden", "tower", "train", "bus")
    earlier = [f"We went to the {word}" for word in ends]
    own = gate(earlier=earlier)
    assert own.ends == {line.split()[-1] for line in earlier[-8:]}
    assert tries(own, "Nobody came to the bus") == [False, False, True, True, True, True]
    assert all(tries(own, "Nobody came to the window")), "it is nine lines ago"
    again = [own.passes(draft("It is a bus"), [], PLAIN, first=False, attempt=n, ends_again=True) for n in range(3)]
    assert all(again), "where no other word rhymes"
    own.take(draft("He sold the window"))
    assert tries(own, "Nobody came to the window")[:3] == [False, False, True]


def test_a_line_with_the_wanted_word_may_end_on_any_word() -> None:
    own = gate(Ask(word="coat"), earlier=["He fell off the chair"])
    assert all(tries(own, LINE))


@pytest.mark.parametrize(
    ("ask", "first", "loosens"),
    [
        (Ask(rhyme="ABAB"), True, True),
        (Ask(rhyme="ABAB"), False, False),
        (Ask(rhyme="free"), True, False),
        (Ask(rhyme="AABB", rhyme_with="light"), True, False),
    ],
)
def test_a_new_rhyme_is_new_where_the_scheme_wants_one(ask: Ask, first: bool, loosens: bool) -> None:
    found = tries(gate(ask), "My brother drove all night", stanza=["We waited for the light"], first=first)
    assert found == ([False] * 3 + [True] * 3 if loosens else [True] * 6)
    assert all(tries(gate(ask), "My brother drove a car", stanza=["We waited for the light", ""], first=first))


def test_a_like_vowel_is_no_rhyme_by_chance() -> None:
    found = tries(gate(Ask(rhyme="ABAB")), "My brother read the line", stanza=["We waited for the light"], first=True)
    assert all(found)


@pytest.mark.parametrize(
    "text", ["", "...", "The the rain came down", "Rain, rain on the kitchen door", "\u6771\u4eac"]
)
def test_a_line_without_words_or_with_one_twice_running_is_none(text: str) -> None:
    assert not any(tries(gate(), text))


def test_a_phrase_to_avoid_is_found_as_words_not_as_letters() -> None:
    own = gate(Ask(avoid=("Kitchen Door", "caf\u00e9", "  ", "!")))
    assert not passes(own, "I swept the snow from the KITCHEN, door")
    assert not passes(own, "He met her in the cafe")
    assert passes(own, "I swept the kitchen and the door")
    assert passes(own, "He met her in the cafes")


def test_a_bands_own_name_is_not_judged_and_the_rest_of_its_line_is() -> None:
    named, other = gate(Ask(names=("Dick Hell", ""))), gate()
    assert named.is_fit("Dick Hell was waiting at the station")
    assert not other.is_fit("Dick Hell was waiting at the station")
    assert not named.is_fit("Dick Hell was waiting, damn the station")
    assert not named.is_fit("To hell with Dick Hell at the station")


def test_strong_words_are_for_nobody_and_mild_ones_not_for_families() -> None:
    for family, mild in ((True, False), (False, True)):
        own = gate(Ask(family_friendly=family))
        assert own.is_fit("Damn the kitchen door") == mild
        assert not own.is_fit("The fucking kitchen door")


def test_the_songs_own_words_and_the_training_text_are_not_quoted() -> None:
    prime = "I left my bicycle beside the green canal last winter"
    own = gate(Ask(prime=prime))
    assert not any(tries(own, "I left my bicycle beside the wall"))
    assert passes(own, "My bicycle was by the green canal")
    trained = gate(copies=fakes.copies())
    assert not any(tries(trained, "And the gulls flew over the fishing town"))
    assert not trained.admits(["And the gulls flew over the fishing town"])


def test_a_persons_lines_are_admitted_though_a_draft_like_them_would_not_pass() -> None:
    average = "You know that I'm the one"
    own = gate()
    assert not own.is_fit(average)
    assert own.admits([average])
    assert own.admits(["Rain, rain, rain on the door"])
    assert own.admits([])


def test_lines_are_admitted_together_or_not_at_all() -> None:
    own = gate(Ask(avoid=("kettle",), prime="Nobody told the baker where the money went today"), earlier=[LINE])
    good = ["He put the lamp out", "And went to bed"]
    assert own.admits(good)
    for spoiling in (
        LINE.upper(), "he put the LAMP out!", "The kettle sang", "Nobody told the baker where he was", "Damn the lamp",
    ):  # fmt: skip
        assert not own.admits([*good, spoiling]), spoiling
        assert not own.admits([spoiling, *good]), spoiling


@settings(max_examples=50)
@given(
    st.lists(st.sampled_from(WORDS), max_size=5).map(" ".join),
    st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join), max_size=4),
    st.booleans(),
)
def test_a_later_try_never_bars_what_an_earlier_one_passed(text: str, lines: list[str], first: bool) -> None:
    own = gate(Ask(rhyme="ABAB", avoid=("river",)), earlier=lines[:2])
    found = tries(own, text, stanza=lines[2:], first=first)
    assert found == sorted(found)
    if not own.is_fit(text):
        assert not any(found)
    if found[-1]:
        own.take(draft(text))
        assert not any(tries(own, text))


def test_asking_changes_nothing() -> None:
    own = gate(Ask(rhyme="ABAB"), earlier=[LINE])
    before = (own.ends, list(own.before), list(own.recent))
    passes(own, "My brother drove a car")
    own.admits(["My brother drove a car"])
    assert (own.ends, list(own.before), list(own.recent)) == before
    assert passes(gate(replace(own.ask, avoid=())), "My brother drove a car")
