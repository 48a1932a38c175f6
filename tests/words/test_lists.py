"""The small word lists: what each says of its words is true of every word, and none contradicts another."""

import pytest

from stagelyric.words import lists
from stagelyric.words.phonetics import look_up, syllable_count

EVERY = {name: words for name, words in vars(lists).items() if isinstance(words, frozenset)}


@pytest.mark.parametrize("name", EVERY)
def test_a_list_has_words_as_they_are_looked_up(name: str) -> None:
    """In lower case and with straight apostrophes, or they would never be found."""
    words = EVERY[name]
    assert words
    assert {word for word in words if not word.replace("'", "").replace("-", "").isalpha()} == set()
    assert {word for word in words if not word.isascii() or word != word.lower()} == set()


@pytest.mark.parametrize("name", sorted(EVERY.keys() - {"ARCHAIC", "DIALECT", "OLD_FASHIONED"}))
def test_lists_of_todays_words_have_no_misspelled_ones(name: str) -> None:
    """Only a few words of living use ("us'll") are in no dictionary."""
    unknown = [word for word in EVERY[name] if look_up(word) is None]
    assert len(unknown) <= max(0, len(EVERY[name]) // 25), unknown


def test_short_words_are_short_and_the_smallest_smaller() -> None:
    assert {word for word in lists.SHORT if not 1 <= len(word) <= 4} == set()
    assert {word for word in lists.SMALL if not 1 <= len(word) <= 2} == set()
    assert {word for word in lists.SHORT if len(word) < 3} <= lists.SMALL


def test_parts_are_in_their_wholes() -> None:
    assert lists.PRONOUNS <= lists.STOP
    assert lists.YOU_AND_I <= lists.PRONOUNS
    assert not lists.OPENERS - lists.STOP - {"o", "yet"}


@pytest.mark.parametrize("old", ["ARCHAIC", "DIALECT"])
@pytest.mark.parametrize("living", ["MODERN", "PRONOUNS", "DETERMINERS", "CAPITALS", "SHORT", "AT_HEART", "PLACES"])
def test_what_drafts_want_is_not_what_they_may_not_have(old: str, living: str) -> None:
    assert EVERY[old] & EVERY[living] <= {"eve"}


def test_a_line_may_end_on_a_thing_and_on_what_two_people_are_called() -> None:
    assert not lists.NEVER_LAST & (lists.MODERN | lists.SCENERY | lists.GRIM | lists.PLACES)
    assert {"me", "you", "us", "him", "them", "it"}.isdisjoint(lists.NEVER_LAST)


def test_fillers_are_so_short_that_a_line_is_the_same_without_them() -> None:
    assert all((syllable_count(word) or 1) <= 2 for word in lists.FILLERS)
