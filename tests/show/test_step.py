"""Two machines that hear the same presses, each at its own time, and lose some."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.setlist.setlist import Setlist
from stagelyric.show.pool import Pool
from stagelyric.show.show import Show
from stagelyric.show.step import SETTLED, Step
from stagelyric.types.actions import Do
from stagelyric.types.lines import Line
from stagelyric.types.standing import Record, Standing, as_record

SET = Setlist.model_validate(
    {"title": "T", "seed": 1, "songs": [{"title": "Song", "sections": [{"name": "a"}, {"name": "b"}]}]}
)


class Rig:
    """A show with its step, and what it says."""

    def __init__(self, name: str, started: float, lines: int = 200) -> None:
        self.show = Show(SET, Pool(), seed=1)
        for ask in self.show.every_ask():
            self.show.pool.put(ask, 0, [Line(f"{ask.seed} {number}", "model") for number in range(lines)])
        self.step = Step(name, "T", started, ["other"])
        self.step.own(self.whole(), started)
        self.took = 0

    def whole(self) -> Record:
        return as_record(self.show.standing(120.0))

    def press(self, now: float, action: str = "next_line") -> Record:
        self.show.due(Do(action), now)  # type: ignore[arg-type]
        record = self.show.change(120.0)
        self.step.own(record, now)
        return record

    def hear(self, other: "Rig", record: Record, now: float, *, whole: bool = False) -> None:
        (machine,) = self.step.machines
        self.step.hear(machine, other.step.message(record, 1, now, whole=whole), now)

    def check(self, now: float) -> None:
        found = self.step.check(now)
        if isinstance(found, Standing):
            self.took += 1
            self.show.stand(found)
            self.step.own(self.whole(), now)

    def where(self) -> tuple[object, ...]:
        return self.show.number, self.show.section.name, self.show.up, self.show.upcoming().text


def joined() -> tuple[Rig, Rig]:
    a, b = Rig("a", 0.0), Rig("b", 5.0)
    a.hear(b, b.whole(), 6.0, whole=True)
    b.hear(a, a.whole(), 6.0, whole=True)
    return a, b


def test_the_one_that_has_been_up_longer_leads() -> None:
    a, b = joined()
    assert a.step.leader is None
    assert b.step.leader is b.step.machines[0]
    b.step.lost(b.step.machines[0])
    assert b.step.leader is None


def test_of_two_that_began_together_one_leads() -> None:
    a, b = Rig("a", 0.0), Rig("b", 0.3)
    b.hear(a, a.whole(), 1.0, whole=True)
    a.hear(b, b.whole(), 1.0, whole=True)
    assert (a.step.leader is None) != (b.step.leader is None)


def test_a_press_that_is_on_its_way_is_no_difference() -> None:
    a, b = joined()
    for number in range(20):
        now = 10.0 + number * 0.02
        b.press(now)
        b.check(now)
        record = a.press(now + 0.01)
        b.hear(a, record, now + 0.012)
        b.check(now + 0.012)
    assert b.took == 0
    assert a.where() == b.where()


@pytest.mark.parametrize("extra", ["next_line", "next_section", "hold"])
def test_an_extra_press_is_taken_back_before_the_next(extra: str) -> None:
    a, b = joined()
    b.hear(a, a.press(10.0), 10.01)
    b.press(10.0)
    b.press(11.0, extra)
    b.check(11.0 + SETTLED + 0.001)
    assert b.took == 1
    assert a.where() == b.where()


def test_the_same_number_with_another_line_is_a_difference_at_once() -> None:
    a, b = joined()
    b.show.due(Do("next_section"), 10.0)
    b.show.change(120.0)
    b.press(10.001)
    b.hear(a, a.press(10.002), 10.003)
    b.check(10.003)
    assert a.where() == b.where()


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False))
def test_whatever_is_lost_they_are_in_step_again_at_the_next_press(rng: random.Random) -> None:
    a, b = joined()
    now = 10.0
    for _ in range(12):
        action = rng.choice(["next_line", "next_line", "next_line", "next_section", "previous_section"])
        now += rng.uniform(0.3, 2.0)
        lost = rng.choice(["", "", "a", "b", "link"])
        if lost != "b":
            b.press(now + rng.uniform(0, 0.03), action)
        if lost != "a":
            record = a.press(now + 0.01, action)
            if lost == "link":  # the link is lost and found: then all is told
                b.step.lost(b.step.machines[0])
                b.hear(a, a.whole(), now + 0.05, whole=True)
            else:
                b.hear(a, record, now + rng.uniform(0.01, 0.05))
        b.check(now + 0.06)
        b.check(now + 0.06 + SETTLED + 0.05)
        assert a.where() == b.where()


@given(
    st.dictionaries(st.sampled_from(["record", "id", "age", "seed", "whole", "differed"]), st.integers() | st.text())
)
def test_nonsense_is_refused(message: Record) -> None:
    a, b = joined()
    with pytest.raises(ValueError, match="wanted"):
        a.hear(b, {"number": -1}, 7.0)
    with pytest.raises(ValueError, match="wanted"):
        a.step.hear(a.step.machines[0], message, 7.0)
