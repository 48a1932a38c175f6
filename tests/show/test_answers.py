"""What was just sung is answered by the next lines."""

from dataclasses import replace
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stagelyric.setlist.setlist import Setlist
from stagelyric.show import answers
from stagelyric.show.answers import Answering
from stagelyric.show.effects import Effect, Remark
from stagelyric.show.pool import Pool
from stagelyric.show.show import Show
from stagelyric.types.actions import Do
from stagelyric.types.events import Command
from stagelyric.types.lines import Ask, Cue, Line, Scheme

SECTION = Ask(rhyme="AABB", themes=("rain",), names=("Polly Magnet",), seed=7)


def show(rhyme: str = "AABB") -> Show:
    songs = [{"title": "Ferry", "sections": [{"name": "verse", "rhyme": rhyme}, {"name": "chorus"}]}]
    made = Show(Setlist.model_validate({"title": "Friday", "songs": songs}), Pool(), seed=1)
    for ask in made.every_ask():
        made.pool.put(ask, 0, [Line(f"Line {number}", "model") for number in range(20)])
    return made


def do(made: Show, action: str, value: Any = None) -> list[Effect]:
    return made.perform(Command(0.0, "test", Do(action, value)))  # type: ignore[arg-type]


def shown(made: Show) -> str:
    (cue,) = do(made, "next_line")
    assert isinstance(cue, Cue)
    assert cue.line is not None
    return cue.line.text


def heard(made: Show, text: str) -> Answering:
    (wanted,) = do(made, "heard", text)
    assert isinstance(wanted, Answering)
    return wanted


def test_an_answer_rhymes_and_a_couplet_follows_about_what_was_heard() -> None:
    wanted = answers.answering("Oh Joanna, she sold the piano for rent", SECTION, 1)
    assert wanted is not None
    (first, one), (couplet, two) = wanted.asks
    assert (one, two) == (1, 2)
    assert (first.rhyme_with, couplet.rhyme_with) == ("rent", None)
    assert first.names == ("Joanna", "Polly Magnet")
    assert first.themes[0] == "piano"
    assert first.themes[-1] == "rain"
    assert first.prime.endswith("for rent")


@pytest.mark.parametrize(("scheme", "lines"), [("AAAA", [3]), ("free", [2]), ("ABCB", [1, 2])])
def test_rhymes_are_as_many_as_the_scheme_asks(scheme: Scheme, lines: list[int]) -> None:
    wanted = answers.answering("the long way home", replace(SECTION, rhyme=scheme), 1)
    assert wanted is not None
    assert [count for _, count in wanted.asks] == lines
    assert wanted.asks[0][0].rhyme_with == (None if scheme == "free" else "home")


@given(st.text(max_size=500), st.sampled_from(get_args(Scheme)), st.integers(1, 9))
def test_whatever_is_heard_is_answered_or_has_no_words(text: str, scheme: Scheme, times: int) -> None:
    wanted = answers.answering(text, replace(SECTION, rhyme=scheme), times)
    if wanted is None:
        assert not any(letter.isalpha() for letter in text)
    else:
        assert 2 <= sum(count for _, count in wanted.asks) <= 3
        assert wanted == answers.answering(text, replace(SECTION, rhyme=scheme), times)


def test_heard_again_it_is_answered_anew() -> None:
    first, second = (answers.answering("the long way home", SECTION, times) for times in (1, 2))
    assert first is not None
    assert second is not None
    assert first.asks[0][0].digest != second.asks[0][0].digest


def test_what_is_not_for_a_family_or_is_avoided_is_not_taken_up() -> None:
    wanted = answers.answering("she kissed the bastard by the river", replace(SECTION, avoid=("river",)), 1)
    assert wanted is not None
    assert not {"bastard", "river"} & set(wanted.asks[0][0].themes)


@pytest.mark.parametrize(
    ("line", "echoes"),
    [
        ("She sold the piano, did she?", True),  # three words in a row
        ("Piano sold", True),
        ("Two men came up the stairs to carry it", False),
        ("The piano was out of tune and heavy", False),
        ("And so it went", False),
    ],
)
def test_an_echo_is_no_answer(line: str, echoes: bool) -> None:
    assert answers.is_echo(Line(line, "frame"), "She sold the piano") == echoes


def test_answers_are_the_next_lines_and_then_the_song_goes_on() -> None:
    made = show()
    wanted = heard(made, "She sold the piano for rent")
    assert shown(made) == "Line 0"  # none has come yet: nothing waits
    made.answered(
        wanted, [Line("Two men and a tent", "frame"), Line("She sold the piano", "frame"), Line("So", "frame")]
    )
    assert made.upcoming().text == "Two men and a tent"
    assert [shown(made) for _ in range(3)] == ["Two men and a tent", "So", "Line 3"]  # a press is counted, not a line


def test_only_what_was_heard_last_is_answered() -> None:
    made = show()
    first = heard(made, "one")
    second = heard(made, "two")
    made.answered(second, [Line("To you", "frame")])
    made.answered(first, [Line("Run", "frame")])
    assert made.upcoming().text == "To you"


@pytest.mark.parametrize("action", ["next_section", "panic", "clear"])
def test_answers_belong_to_their_section_and_end_with_a_clear(action: str) -> None:
    made = show()
    made.answered(heard(made, "two"), [Line("To you", "frame")])
    do(made, action)
    assert made.upcoming().text != "To you"


def test_nothing_heard_is_said_so() -> None:
    (effect,) = do(show(), "heard", "  12 !? ")
    assert isinstance(effect, Remark)
    assert "heard" in effect.text
