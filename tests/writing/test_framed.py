"""When frames write a block's lines, and what they are told of the lines before."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.gates.novelty import Copies
from stagelyric.phrasebook.compose import Phrase
from stagelyric.types.lines import Ask
from stagelyric.words.rhyme import Kind, kind
from stagelyric.writing.drafters import frames
from stagelyric.writing.editing import Judge
from stagelyric.writing.framed import Framed
from stagelyric.writing.gate import Gate

Admits = Callable[[Sequence[str]], bool]
Choose = Callable[[Sequence[Sequence[str]]], int]


def phrase(text: str) -> Phrase:
    return Phrase(text, f"frame of {text}", 7, 1.0, False, False, "frames.txt, line 1")


@dataclass
class Fixed:
    """A framer that has these lines; `asked`: what it was asked for."""

    lines: Sequence[str]
    asked: list[tuple[int, Choose | None, tuple[str, ...]]] = field(default_factory=list)

    def stanza(
        self, ask: Ask, number: int, admits: Admits, choose: Choose | None = None, said: Sequence[str] = ()
    ) -> list[Phrase] | None:
        self.asked.append((number, choose, tuple(said)))
        return [phrase(text) for text in self.lines] if admits(self.lines) else None

    def word(self, ask: Ask, number: int, admits: Admits) -> Phrase | None:
        return next((phrase(text) for text in self.lines if str(ask.word) in text and admits([text])), None)

    def kinds(self, ask: Ask) -> tuple[Kind, ...]:
        return ("perfect", "slant")

    def rhyming(
        self, ask: Ask, number: int, admits: Admits, how: Kind = "perfect", used: Collection[str] = ()
    ) -> Phrase | None:
        self.asked.append((number, None, tuple(used)))
        able = (phrase(text) for text in self.lines if kind(text, str(ask.rhyme_with)) == how)
        return next((one for one in able if one.frame not in used and admits([one.text])), None)


class Ear:
    digest = "ear"

    def score(
        self, lines: Sequence[str], before: Sequence[Sequence[str]], between: Callable[[], None] = lambda: None
    ) -> list[float]:
        self.before = [tuple(told) for told in before]
        return [2.2 if "sea" in line else 0.0 for line in lines]


def framed(
    lines: Sequence[str] | None, ask: Ask, *, earlier: Sequence[str] = (), judge: Judge | None = None
) -> tuple[Framed, Fixed]:
    framer = Fixed(lines or ())
    gate = Gate(ask, Copies(np.zeros(0, np.uint32)), earlier)
    own = Framed(None if lines is None else framer, ask, gate, judge, ["Told"], earlier, lambda: None)  # type: ignore[arg-type]
    return own, framer


def texts(phrases: Sequence[Phrase]) -> list[str]:
    return [one.text for one in phrases]


SOBER = Ask(wildness=0.0)
LINES = ["We sold the boat", "And bought a door", "The baker wrote", "He wants no more"]


def test_a_stanza_comes_as_the_framer_has_it_after_all_that_was_said() -> None:
    own, framer = framed(LINES, SOBER, earlier=["First"])
    assert texts(own.stanza(3, ["Second"])) == LINES
    assert framer.asked == [(3, None, ("First", "Second"))]


def test_where_no_frame_may_be_shown_there_is_no_stanza() -> None:
    assert framed(LINES, replace(SOBER, avoid=("baker",)))[0].stanza(0, []) == []
    assert framed(LINES, SOBER, earlier=["we sold the boat!"])[0].stanza(0, []) == []
    assert framed(None, SOBER)[0].stanza(0, []) == []


def test_where_it_is_not_their_turn_frames_are_not_asked() -> None:
    own, framer = framed(LINES, Ask(drafters=("letters",)))
    assert own.stanza(0, []) == []
    assert framer.asked == []


@pytest.mark.parametrize(("number", "heard"), [(0, False), (1, True), (23, True), (24, False)])
def test_an_editor_chooses_where_it_is_heard(number: int, heard: bool) -> None:
    ear = Ear()
    own, framer = framed(LINES, SOBER, judge=Judge(ear))
    own.stanza(number, ["Before"])
    ((_, choose, _),) = framer.asked
    assert (choose is not None) == heard
    if choose is not None:
        assert choose([["The hill"], ["The sea"], ["The sea again"]]) == 1
        assert ear.before == [("Told", "Before")] * 3


def test_lines_on_one_rhyme_end_on_different_words() -> None:
    ask = replace(SOBER, rhyme_with="more")
    lines = ["The open door", "Shut that door", "The kitchen floor", "We asked for four", "They went ashore", "Row!"]
    own, framer = framed([*lines, "He tore", "Any"], ask, earlier=["Sweep the floor"])
    assert texts(own.stanza(2, [])) == ["The open door", "We asked for four", "They went ashore", "He tore"]
    assert [number for number, _, _ in framer.asked] == [8, 9, 10, 11]


def test_slant_rhymes_come_after_perfect_ones_that_were_heard() -> None:
    ask = replace(SOBER, rhyme_with="bridge")
    own, _ = framed(["It is", "It was his", "On the ridge", "In the fridge", "Up to the ridge"], ask)
    assert texts(own.stanza(0, [])) == ["On the ridge", "In the fridge", "Up to the ridge", "It is"]


def test_where_no_other_end_rhymes_a_line_on_the_same_end_is_taken_from_another_frame() -> None:
    ask = replace(SOBER, rhyme_with="more")
    lines = ["The open door", "Shut that door", "We asked for four"]
    own, framer = framed(lines, ask)
    assert texts(own.stanza(0, [])) == ["The open door", "We asked for four", "Shut that door"]
    assert sorted(framer.asked[-1][2]) == sorted(f"frame of {line}" for line in lines), "the last was in vain"
    never, _ = framed(lines, replace(ask, avoid=("shut",)))
    assert texts(never.stanza(0, [])) == ["The open door", "We asked for four"], "fewer, where there are no more"


def test_a_line_with_a_word_is_asked_of_frames_where_they_write_enough() -> None:
    for wildness, wanted in ((0.0, LINES[2]), (0.5, LINES[2]), (1.0, None)):
        own, _ = framed(LINES, Ask(word="baker", wildness=wildness))
        found = own.word(0)
        assert (found.text if found else None) == wanted
    assert framed(LINES, SOBER)[0].word(0) is None
    assert framed(None, Ask(word="baker"))[0].word(0) is None
    assert framed(LINES, Ask(word="baker", wildness=0.0, avoid=("baker",)))[0].word(0) is None


@settings(max_examples=60)
@given(st.floats(0, 1), st.integers(1, 200))
def test_the_turns_of_frames_are_their_share_spread_evenly(wildness: float, stanzas: int) -> None:
    ask = Ask(wildness=wildness)
    part = frames.share(ask)
    assert 0 <= part <= 1
    turns = [frames.is_turn(ask, number) for number in range(stanzas)]
    assert abs(sum(turns) - part * stanzas) <= 1
    assert turns[0] == (part > 0)
    gaps = np.diff(np.flatnonzero(turns))
    assert len(gaps) == 0 or gaps.max() - gaps.min() <= 1


def test_a_setlist_says_whether_frames_write_and_nothing_wild_is_framed() -> None:
    assert frames.share(Ask(drafters=("frames",), wildness=1.0)) == 1
    assert frames.share(Ask(drafters=("letters", "backward"), wildness=0.0)) == 0
    assert frames.share(Ask(drafters=("letters", "frames"), wildness=0.3)) == frames.share(Ask(wildness=0.3))
    shares = [frames.share(Ask(wildness=wildness / 20)) for wildness in range(21)]
    assert shares == sorted(shares, reverse=True)
    assert (shares[0], shares[-1]) == (1, 0)
