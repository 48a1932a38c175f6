"""Waiting for what another task, thread or process does."""

import asyncio
import sys
from collections.abc import Callable

LIMIT = 30.0  # seconds; only so that a failing test ends
AUDITED = "stagelyric.waits"  # the audit event of every wait: how the tests know which of them go by the clock


async def until(condition: Callable[[], object], what: str = "the condition", seconds: float = LIMIT) -> None:
    """Waits until the condition holds; AssertionError after `seconds`."""
    sys.audit(AUDITED)
    try:
        async with asyncio.timeout(seconds):
            while not condition():  # noqa: ASYNC110 - what it waits for may be another program's doing
                await asyncio.sleep(0.002)
    except TimeoutError:
        raise AssertionError(f"waited in vain for {what}") from None


class News:
    """Waiting without polling, for changes made on the same loop."""

    def __init__(self) -> None:
        self._told = asyncio.Event()

    def tell(self) -> None:
        """Something has changed: those who wait check their conditions."""
        self._told.set()

    async def until(self, condition: Callable[[], object], what: str = "the condition", seconds: float = LIMIT) -> None:
        """Waits until the condition holds; AssertionError after `seconds`."""
        sys.audit(AUDITED)
        try:
            async with asyncio.timeout(seconds):
                while not condition():
                    self._told.clear()
                    await self._told.wait()
        except TimeoutError:
            raise AssertionError(f"waited in vain for {what}") from None
