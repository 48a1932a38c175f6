"""Helpers, which share the work of a command: real processes, and what becomes of their work when they are lost."""

import os
import sys
import time
from collections.abc import Iterator, Sequence

import pytest

from stagelyric.types import helping
from stagelyric.types.helping import Helper, LostError


@pytest.fixture(scope="module")
def helper() -> Iterator[Helper]:
    helper = Helper("string")
    yield helper
    helper.close()


def lengths(words: Sequence[str]) -> list[int]:
    return [len(word) for word in words]


WORDS = ["w" * (number % 7) for number in range(100)]


def test_what_is_spread_comes_back_in_its_order(helper: Helper) -> None:
    helper.ask(os.getpid)()  # it is up
    assert helping.spread([helper], sorted, WORDS, 10) == [
        word for at in range(0, 100, 10) for word in sorted(WORDS[at : at + 10])
    ]
    assert helping.spread([], lengths, WORDS) == lengths(WORDS)
    assert helping.spread([helper], lengths, []) == []


def test_several_orders_are_answered_in_any_order(helper: Helper) -> None:
    one, two = helper.ask(max, [3, 1, 2]), helper.ask(os.getpid)
    assert two() not in (0, os.getpid())
    assert one() == 3
    assert two() == two()


def test_what_a_lost_helper_had_begun_is_done_here() -> None:
    lost = Helper()
    lost.ask(time.sleep, 600)  # so that it answers nothing of what follows
    begun = helping.ahead([lost], max, [1, 2])
    never = helping.ahead([lost], os.getpid)
    lost._process.kill()
    lost._process.wait()
    assert begun() == 2
    assert never() == os.getpid()
    with pytest.raises(LostError):
        lost.ask(os.getpid)()
    assert helping.spread([lost], lengths, WORDS, 10) == lengths(WORDS)
    lost.close()


def test_a_function_that_fails_in_a_helper_fails_here_too() -> None:
    helper = Helper()
    with pytest.raises(ValueError, match="empty"):
        helping.ahead([helper], max, [])()
    helper.close()


def test_where_no_process_can_be_started_all_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    with helping.helpers(True) as among:
        assert among == []
        assert helping.spread(among, lengths, WORDS) == lengths(WORDS)


def test_nobody_is_started_who_is_not_wanted() -> None:
    with helping.helpers(False) as among:
        assert among == []
