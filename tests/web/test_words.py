"""The audience's words, with a clock of the test's own."""

import pytest

from stagelyric.testing.clock import ManualClock
from stagelyric.web.words import EVERY, FROM_ONE_ADDRESS, ROOM, WINDOW, Words, is_clean, is_word


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def words(clock: ManualClock) -> Words:
    box = Words(clock)
    box.open = True
    return box


@pytest.mark.parametrize(
    "text", ["harbour", " Leith ", "Montréal", "rock'n'roll", "wall-paper", "don\u2019t", "港の", "é" * 24]
)
def test_a_word(text: str) -> None:
    assert is_word(text)


@pytest.mark.parametrize(
    "text", ["", "a", "two words", "x" * 25, "w0rd", "<b>", "-", "it's.", "\n", "me\u202e", "a--b"]
)
def test_no_word(text: str) -> None:
    assert not is_word(text)


def test_a_closed_box_takes_nothing(clock: ManualClock) -> None:
    assert Words(clock).refusal(1, "10.0.0.2", "harbour") == "The word box is closed."


def test_a_page_waits_between_two_words(words: Words, clock: ManualClock) -> None:
    assert words.refusal(1, "10.0.0.2", "harbour") is None
    assert "The next one in 15 s" in (words.refusal(1, "10.0.0.2", "window") or "")
    assert words.refusal(2, "10.0.0.3", "window") is None
    clock.jump(EVERY)
    assert words.refusal(1, "10.0.0.2", "window") is None


def test_an_address_with_many_pages_fills_nobodys_box(words: Words, clock: ManualClock) -> None:
    taken = [words.refusal(page, "10.0.0.2", "harbour") for page in range(50)]
    assert taken.count(None) == FROM_ONE_ADDRESS
    assert words.refusal(99, "10.0.0.3", "harbour") is None
    clock.jump(WINDOW)
    assert words.refusal(100, "10.0.0.2", "harbour") is None


def test_a_nonsense_word_costs_nobody_their_turn(words: Words) -> None:
    assert "One word" in (words.refusal(1, "10.0.0.2", "two words") or "")
    assert words.refusal(1, "10.0.0.2", "harbour") is None


def test_the_same_word_counts_up_and_goes_once(words: Words) -> None:
    first, again, other = words.put("Harbour"), words.put(" harbour"), words.put("Leith")
    assert first is again
    assert (first.word, first.times, other.times) == ("Harbour", 2, 1)
    assert words.take(first.id) == "Harbour"
    assert words.take(first.id) is None
    assert list(words.waiting.values()) == [other]


def test_a_full_box_says_so(words: Words) -> None:
    for number in range(ROOM):
        words.put(f"word{chr(97 + number % 26)}{chr(97 + number // 26)}")
    assert words.refusal("new", "10.0.0.9", "harbour") == "The box is full for the moment."


def test_what_a_family_is_spared_is_not_clean() -> None:
    assert is_clean("harbour")
    assert not is_clean("f*ck")
    assert not is_clean("5h1t")
