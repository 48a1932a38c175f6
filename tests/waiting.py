"""Waiting for what another task, thread or process does, and time that moves when told to."""

import asyncio
from collections.abc import Callable

import pytest

LIMIT = 30.0  # seconds: there only so that a failure ends


async def until(condition: Callable[[], object], what: str = "the condition", seconds: float = LIMIT) -> None:
    """Returns as soon as it holds; fails after so many seconds."""
    try:
        async with asyncio.timeout(seconds):
            while not condition():
                await asyncio.sleep(0.002)
    except TimeoutError:
        pytest.fail(f"waited in vain for {what}")


class ManualClock:
    """A clock to be handed in, in seconds."""

    def __init__(self, now: float = 100.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now
