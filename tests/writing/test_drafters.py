"""Ways of drafting beside each other: who drafts when, and lines that belong together."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import get_args

import fakes
import pytest

from stagelyric.types.lines import Ask, Drafter
from stagelyric.writing.drafters import table
from stagelyric.writing.drafters.contract import Drafted, Drafting, Job, Parts, Wanted
from stagelyric.writing.drafters.table import DRAFTERS, Ready, Row, at_try
from stagelyric.writing.writer import Writer

QUATRAIN = (
    "She put the kettle on the stove",
    "And waited for the bell",
    "The baker's boy came up the road",
    "With news he would not tell",
)
ASK = Ask(rhyme="ABCB", syllables=(6, 8), seed=4)


@dataclass
class Fixed:
    """Drafts these stanzas, and nothing else. `told`: the lines that it was told were chosen."""

    stanzas: Sequence[Sequence[str]]
    told: list[tuple[int, int, str]] = field(default_factory=list)
    digest: str = "fixed"

    def begin(self, job: Job) -> Drafting:
        return At(self)


class At(Drafting):
    def __init__(self, fixed: Fixed):
        self.fixed = fixed

    def draft(self, wanted: Sequence[Wanted], attempt: int) -> list[list[Drafted]]:
        return [
            [together(stanza) for number, stanza in enumerate(self.fixed.stanzas) if number % 4 == one.stanza]
            if one.position == 0
            else []
            for one in wanted
        ]

    def follow(self, stanza: int, position: int, text: str) -> None:
        self.fixed.told.append((stanza, position, text))


def together(lines: Sequence[str]) -> Drafted:
    rest = tuple(Drafted(line, 6, origin="frame") for line in lines[1:])
    return Drafted(lines[0], 8, then=rest, origin="frame")


def writer(fixed: Fixed, *, beside: bool = False) -> Writer:
    engine, language = fakes.NGramEngine(), fakes.language()
    alone = table.ready(Parts(engine, language))
    return Writer(engine, language, fakes.copies(), drafters=(Ready(Row(lambda _: fixed, 2, beside), fixed), *alone))


def test_lines_that_belong_together_come_together() -> None:
    lines = writer(Fixed([QUATRAIN])).write(ASK, 0, 16)
    assert tuple(line.text for line in lines[:4]) == QUATRAIN
    assert [line.origin for line in lines] == ["frame"] * 4 + ["model"] * 12
    assert [line.index for line in lines] == list(range(16))


def test_a_couplet_is_gone_on_from_by_others() -> None:
    fixed = Fixed([QUATRAIN[:2]])
    lines = writer(fixed).write(ASK, 0, 16)
    assert tuple(line.text for line in lines[:2]) == QUATRAIN[:2]
    assert [line.origin for line in lines[:4]] == ["frame", "frame", "model", "model"]
    for stanza in range(4):
        own = [(place, text) for told, place, text in fixed.told if told == stanza]
        assert own == list(enumerate(line.text for line in lines[4 * stanza : 4 * stanza + 4]))


@pytest.mark.parametrize("spoiled", range(4))
def test_one_line_that_may_not_be_shown_spoils_those_that_belong_to_it(spoiled: int) -> None:
    lines = [*QUATRAIN[:spoiled], "The kettle is a fucking bell", *QUATRAIN[spoiled + 1 :]]
    assert {line.origin for line in writer(Fixed([lines])).write(ASK, 0, 4)} == {"model"}


def test_what_was_shown_before_does_not_come_again() -> None:
    both = writer(Fixed([QUATRAIN]))
    first = [line.text for line in both.write(ASK, 0, 16)]
    again = both.write(ASK, 16, 4, first)
    assert {line.origin for line in again} == {"model"}


def test_of_two_that_draft_beside_each_other_the_marks_decide() -> None:
    """Both draft as well as each other: the one what the other would write for another seed."""
    alone = Writer(fakes.NGramEngine(), fakes.language(), fakes.copies())
    others = [[line.text] for line in alone.write(replace(ASK, seed=6), 0, 32)]
    firsts = [line.origin for line in writer(Fixed(others), beside=True).write(ASK, 0, 32)][::4]
    assert {"frame", "model"} == set(firsts)


def test_who_drafts_when() -> None:
    rows = [Row(lambda _: None, 2, beside=True), Row(lambda _: None, 3), Row(lambda _: None)]
    assert [at_try(rows, attempt) for attempt in range(5)] == [[0, 1], [0, 1], [1], [2], [2]]
    assert all(at_try(DRAFTERS[-1:], attempt) == [0] for attempt in range(100)), "the last can always write something"


def test_another_drafter_is_another_digest() -> None:
    alone = Writer(fakes.NGramEngine(), fakes.language(), fakes.copies())
    assert alone.digest != writer(Fixed([])).digest


def test_a_setlist_chooses_among_the_ways_to_draft() -> None:
    drafters = tuple(Ready(Row(lambda _: None, name=name), None) for name in ("backward", "letters"))  # type: ignore[arg-type]
    assert [ready.row.name for ready in table.chosen(drafters, ("letters", "frames"))] == ["letters"]
    assert table.chosen(drafters, ()) == table.chosen(drafters, ("frames",)) == drafters
    assert {row.name for row in table.DRAFTERS} | {"frames", "editor"} == set(get_args(Drafter))
