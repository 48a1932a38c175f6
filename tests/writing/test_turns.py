import os
import sys
import threading
import time
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

    def shelf(between: Callable[[], None]) -> None:
        done.append(("begun", niceness()))
        desk.urgent.append(lambda _: done.append(("word", niceness())))
        between()
        done.append(("over", niceness()))

    desk.turns.do(shelf)
    mine = niceness()
    aside = min(19, mine + ASIDE)  # the most that there is
    assert done == [("begun", aside), ("word", mine), ("over", aside)]


@linux
def test_one_that_waits_for_the_processor_is_alive_and_one_that_spins_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stagelyric.writing.turns.LOOK", 0.02)
    monkeypatch.setattr("stagelyric.writing.turns.HANGING", 0.1)
    starved, spinning = Desk(), Desk()
    starved.turns.do(lambda between: time.sleep(0.4))
    assert starved.signs > 5

    def spin(between: Callable[[], None]) -> None:
        while time.thread_time() - began < 0.1:
            pass
        before = spinning.signs
        while time.thread_time() - began < 0.4:
            pass
        # One look may have been on its way.
        assert spinning.signs <= before + 1

    began = 0.0

    def timed(between: Callable[[], None]) -> None:
        nonlocal began
        began = time.thread_time()
        spin(between)

    spinning.turns.do(timed)
