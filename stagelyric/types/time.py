"""The time that what waits goes by: handed in, so that a test may move it by hand (`testing.clock`)."""

import asyncio
import sys
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

_AT_ONCE = 0.1  # seconds that two readings may be apart


class Alarm(Protocol):
    """What is to be called later."""

    def cancel(self) -> None:
        """Takes it back; nothing happens where it is taken back already, or was called."""


class Time(Protocol):
    """Seconds are floats; all of it is asked on the event loop's thread, but the three readings are for any thread."""

    def now(self) -> float:
        """Seconds that only grow, as `time.monotonic()` gives them: what an event's `at` is compared with."""

    def wall(self) -> float:
        """Unix seconds, for people and files."""

    def slept(self) -> float:
        """Seconds that the machine has been asleep since it was started, where its clocks tell them; else always 0."""

    def call_later(self, seconds: float, what: Callable[..., object], *about: object) -> Alarm:
        """Calls `what(*about)` on the loop after so many seconds."""

    async def sleep(self, seconds: float) -> None:
        """Returns after so many seconds."""

    def limit(self, seconds: float | None) -> AbstractAsyncContextManager[object]:
        """Raises TimeoutError where its body takes longer; None: it may take for ever."""


class _MachineTime:
    # The very functions: a press reads the time more than once, and is not to pay for a call of ours each time.
    now = staticmethod(time.monotonic)
    wall = staticmethod(time.time)
    sleep = staticmethod(asyncio.sleep)
    limit = staticmethod(asyncio.timeout)

    def slept(self) -> float:
        if hasattr(time, "CLOCK_BOOTTIME"):  # Linux: of its two clocks one goes on meanwhile
            return _apart(time.CLOCK_BOOTTIME, time.CLOCK_MONOTONIC)
        if sys.platform == "darwin":
            return _apart(time.CLOCK_MONOTONIC_RAW, time.CLOCK_UPTIME_RAW)
        return 0.0

    def call_later(self, seconds: float, what: Callable[..., object], *about: object) -> Alarm:
        return asyncio.get_running_loop().call_later(seconds, what, *about)


def _apart(ahead: int, behind: int) -> float:
    """How far a clock is ahead of another. Read again where something came between the readings."""
    while True:
        before = time.clock_gettime(behind)
        found = time.clock_gettime(ahead)
        if time.clock_gettime(behind) - before < _AT_ONCE:
            return found - before


MACHINE: Time = _MachineTime()
"""The real time, as the machine has it."""
