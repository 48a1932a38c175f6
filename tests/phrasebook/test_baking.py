"""The ear is baked: what a model hears becomes marks, known frames are left, and a drafter follows them."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from phrasebook import frames

from stagelyric.phrasebook import baking, ears
from stagelyric.phrasebook.ears import Ear, Marks

TEXT = """
@ scheme ABCB; themes rain; mood dark calm; who we; tense past; at opening; hand plain
We {shut|closed|locked} the {big|old} {a: window|door|gate} on the rain
And {sat|stood} {down|up} by the stove
{And {small|slow}|With} the {a: window|door|gate} {shut|closed}
We {ate|drank} and {never|hardly} {spoke of love|said who drove}
"""


class Listener:
    """Hears what it likes in a line: one nat for each word of `liked`."""

    def __init__(self, *liked: str):
        self.liked, self.asked = liked, 0

    def hear(self, lines: Sequence[str], before: Sequence[Sequence[str]]) -> list[float]:
        assert len(lines) == len(before)
        self.asked += len(lines)
        return [1.0 * sum(word in line.lower().split() for word in self.liked) for line in lines]


def baked(listener: Listener, known: dict[str, Marks] | None = None) -> dict[str, Marks]:
    known = {} if known is None else known
    for _ in baking.bake(frames.book(TEXT), listener.hear, known):
        pass
    return known


def test_what_sounds_better_than_its_neighbours_has_the_higher_mark() -> None:
    (marks,) = baked(Listener("closed", "hardly")).values()
    shut, closed, locked = marks.alone[:3]
    assert closed > 0 > shut == locked
    assert sum(marks.alone[:3]) == pytest.approx(0)
    body = frames.book(TEXT).body(0)
    assert len(marks.alone) == body.alternatives


def test_linked_slots_are_heard_as_one() -> None:
    """A door in the first line is a door in the third: its mark stands once, for both."""
    (marks,) = baked(Listener("door")).values()
    window, door, gate = marks.alone[5:8]
    assert door > 0 > window == gate
    (alone,) = (mark.alone for mark in baked(Listener("stove")).values())
    assert not any(alone), "a word that is in every form makes no difference"


def test_a_whole_frame_is_marked_beside_others() -> None:
    (poor,) = baked(Listener()).values()
    (rich,) = baked(Listener("we", "the", "and", "on", "by")).values()
    assert poor.whole < 0 < rich.whole


def test_a_known_frame_is_not_heard_again() -> None:
    known = baked(Listener("door"))
    again = Listener("window")
    before = dict(known)
    assert baked(again, known) == before
    assert again.asked == 0


def test_a_file_keeps_them_and_forms_follow_them(tmp_path: Path) -> None:
    file = tmp_path / ears.FILE
    ears.save(file, baked(Listener("closed")))
    kept = ears.load(file)
    book = frames.book(TEXT, ear=kept)
    digest, body = book.entries[0].digest, book.body(0)
    weights = kept.of(digest, body.alternatives).weigh(0, 3)
    assert weights[1] > 5 * weights[0]
    assert kept.whole(digest) == pytest.approx(Ear(baked(Listener("closed"))).whole(digest), abs=1 / ears.SCALE)
