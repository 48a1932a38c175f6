"""Requests over HTTP: a stranger's address is answered no faster than its share, this machine itself at once."""

import asyncio
import time

import aiohttp
import pytest

from stagelyric.web import door
from stagelyric.web.budget import Rate

from .conftest import running

ASKED = 60


async def seconds() -> float:
    """For so many requests, six at once."""
    async with running() as show, aiohttp.ClientSession() as http:
        began = time.monotonic()

        async def ask() -> None:
            for _ in range(ASKED // 6):
                async with http.get(show.page.url + "/api/state") as answer:
                    assert answer.status == 200

        await asyncio.gather(*(ask() for _ in range(6)))
        return time.monotonic() - began


@pytest.mark.parametrize("stranger", [True, False])
async def test_a_stranger_is_answered_no_faster_than_its_share(monkeypatch: pytest.MonkeyPatch, stranger: bool) -> None:
    monkeypatch.setattr(door, "ASKING", Rate(20, 1 << 20, 1.0))
    monkeypatch.setattr(door, "is_loopback", lambda address: not stranger)
    found = await seconds()
    share = (ASKED - 20) / 20 - 0.1
    assert found > share if stranger else found < share


def test_few_addresses_are_remembered() -> None:
    here = door.Door()
    first = here.budget("10.0.0.1")
    assert here.budget("10.0.0.1") is first
    for number in range(door.ADDRESSES):
        here.budget(f"10.1.{number // 250}.{number % 250}")
    assert len(here._budgets) == door.ADDRESSES
    assert here.budget("10.0.0.1") is not first
