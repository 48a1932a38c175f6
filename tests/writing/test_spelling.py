"""How drafts in plain letters become lines as they are shown."""

import fakes
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.lm.codes import PERSON, PLACE
from stagelyric.writing import planning, rules
from stagelyric.writing.spelling import Spelling, slotted, spellings

PLAIN = rules.make(fakes.language())
WORDS = PLAIN.lexicon.words
NAMES = ("Polly Magnet", "Montr\u00e9al", "O\u2019Hara", "Mr. Mustard")
SPELLING = Spelling(NAMES, PLAIN)
LINES = st.lists(st.sampled_from([*WORDS, "Montreal", "o'hara", "Mr Mustard", "a", "an"]), max_size=8).map(" ".join)


@settings(max_examples=60)
@given(LINES)
def test_what_is_polished_is_not_changed_by_polishing_again(text: str) -> None:
    once = SPELLING.polished(text, "")
    assert SPELLING.polished(once, "") == once
    assert once == once.strip()
    assert once[:1] == once[:1].upper()


@settings(max_examples=60)
@given(LINES)
def test_polishing_keeps_every_word(text: str) -> None:
    def bare(line: str) -> list[str]:
        return [word for word in planning.spelled(line).lower().split() if word not in ("a", "an")]

    assert bare(SPELLING.polished(text, ".")) == bare(text)


@pytest.mark.parametrize(
    ("drafted", "closing", "shown"),
    [
        ("the rain came down", ".", "The rain came down"),
        ("the rain came down", "?", "The rain came down?"),
        ("  the   rain, , ", ",", "The rain"),
        (", the rain", "", "The rain"),
        ("the rain\nand the sea", "", "The rain"),
        ("\u00e9tudes", "", "\u00c9tudes"),
        ("", "", ""),
    ],
)
def test_a_draft_is_shown_with_a_capital_and_no_mark_but_a_question(drafted: str, closing: str, shown: str) -> None:
    assert SPELLING.polished(drafted, closing) == shown


def test_names_are_spelled_as_given_wherever_they_are_whole_words() -> None:
    shown = SPELLING.polished("montreal's rain on Montreal, Montrealers and o'hara by Mr Mustard", "")
    assert shown == "Montr\u00e9al's rain on Montr\u00e9al, Montrealers and O\u2019Hara by Mr. Mustard"


def test_only_names_with_a_spelling_of_their_own_need_a_pattern() -> None:
    assert [spelling for _, spelling in spellings(NAMES)] == list(NAMES[1:])
    assert spellings(("Polly", "\u6771\u4eac", "", "  ")) == []


def test_a_slot_is_filled_with_its_name_and_spelled() -> None:
    must = planning.as_name("Montr\u00e9al", may_end=True, slots=(PERSON, PLACE))
    assert must.slot in (PERSON, PLACE)
    assert SPELLING.finished(f"the rain on {must.slot}'s wall", must, "") == "The rain on Montr\u00e9al's wall"
    unslotted = planning.as_name("Polly Magnet", may_end=True)
    assert SPELLING.finished("Polly Magnet came", unslotted, "?") == "Polly Magnet came?"
    assert SPELLING.finished("nobody came", None, "") == "Nobody came"


@settings(max_examples=40)
@given(st.sampled_from([word for word in WORDS if word.isalpha() and word not in ("a", "an")]))
def test_an_article_fits_the_sound_that_follows_whatever_was_drafted(word: str) -> None:
    right = "an" if PLAIN.sound(word)[0][-1].isdigit() else "a"
    for drafted in ("a", "an"):
        assert SPELLING.with_articles(f"{drafted} {word}") == f"{right} {word}"
        assert SPELLING.with_articles(f"on {drafted} {word} {drafted} {word}") == f"on {right} {word} {right} {word}"
    assert SPELLING.with_articles(f"An {word}") == f"{right.capitalize()} {word}"


@pytest.mark.parametrize("text", ["plan apple", "a, apple", "cha orange", "an", "a"])
def test_what_is_no_article_before_a_word_stays(text: str) -> None:
    assert SPELLING.with_articles(text) == text


def test_names_become_slots_by_what_they_name() -> None:
    told = slotted("Polly Magnet went to Dover with \u6771\u4eac", ("Polly Magnet", "Dover", "\u6771\u4eac", ""))
    assert told == f"{PERSON} went to {PLACE} with \u6771\u4eac"
    assert slotted("Nobody went", ("Polly Magnet",)) == "Nobody went"
    assert slotted("Mary's home is Maryland", ("Mary",)) == f"{PERSON}'s home is Maryland"


def test_a_slotted_line_filled_again_is_the_line() -> None:
    for name in ("Polly Magnet", "Dover", "Jack"):
        must = planning.as_name(name, may_end=True, slots=(PERSON, PLACE))
        line = f"The rain came down on {name}'s wall"
        assert SPELLING.finished(slotted(line, (name,)), must, "") == line
