import os
import sys
import threading
from collections.abc import Callable

import pytest

from stagelyric.writing.turns import ASIDE, Turns, Work

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux knows a niceness of threads")


class Desk:
    """What is urgent, and what was signed."""

    def __init__(self) -> None:
        self.urgent: list[Work] = []
        self.signs = 0
        self.turns = Turns(lambda: self.urgent.pop(0) if self.urgent else None, lambda: bool(self.urgent), self.sign)

    def sign(self) -> None:
        self.signs += 1


def niceness() -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


@linux
def test_what_is_urgent_is_written_between_two_steps_by_the_thread_that_has_not_stepped_aside() -> None:
    desk, done = Desk(), list[tuple[str, int]]()

    desk.turns.do(lambda between: done.append(("first", niceness())))  # it may have much to read

    def shelf(between: Callable[[], None]) -> None:
        done.append(("begun", niceness()))
        desk.urgent.append(lambda _: done.append(("word", niceness())))
        between()
        done.append(("over", niceness()))

    desk.turns.do(shelf)
    mine = niceness()
    aside = min(19, mine + ASIDE)  # the most that there is
    assert done == [("first", mine), ("begun", aside), ("word", mine), ("over", aside)]


def test_work_that_fails_fails_where_it_was_asked_for_and_the_next_is_done() -> None:
    desk, done = Desk(), list[str]()

    def fails(between: Callable[[], None]) -> None:
        between()
        raise ValueError("no lines")

    for _ in range(2):
        with pytest.raises(ValueError, match="no lines"):
            desk.turns.do(fails)
    desk.turns.do(lambda between: done.append("over"))
    assert done == ["over"]
