"""The clock that timers use: passed in, so that a test can advance it by hand (`testing.clock`)."""

import asyncio
import sys
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

_AT_ONCE = 0.1  # maximum seconds between the two readings that are compared


class Alarm(Protocol):
    """A scheduled call."""

    def cancel(self) -> None:
        """Cancels it; does nothing if it was cancelled or called already."""


class Time(Protocol):
    """Seconds are floats. The readings `now`, `wall` and `slept` may be called on any thread, the rest on the event
    loop's."""

    def now(self) -> float:
        """Seconds on a clock that never goes back, like `time.monotonic()`; an event's `at` uses this clock."""

    def wall(self) -> float:
        """Unix seconds, for people and files."""

    def slept(self) -> float:
        """Total seconds that the machine has slept since it started, if its clocks tell; otherwise always 0."""

    def call_later(self, seconds: float, what: Callable[..., object], *about: object) -> Alarm:
        """Calls `what(*about)` on the loop after `seconds`."""

    async def sleep(self, seconds: float) -> None:
        """Returns after `seconds`."""

    def limit(self, seconds: float | None) -> AbstractAsyncContextManager[object]:
        """Raises TimeoutError if its body takes longer than `seconds`; None: no limit."""


class _MachineTime:
    # The functions themselves, not wrappers: a press reads the time more than once and should not pay for extra calls.
    now = staticmethod(time.monotonic)
    wall = staticmethod(time.time)
    sleep = staticmethod(asyncio.sleep)
    limit = staticmethod(asyncio.timeout)

    def slept(self) -> float:
        if hasattr(time, "CLOCK_BOOTTIME"):  # Linux: CLOCK_BOOTTIME goes on during sleep, CLOCK_MONOTONIC does not
            return _apart(time.CLOCK_BOOTTIME, time.CLOCK_MONOTONIC)
        if sys.platform == "darwin":
            return _apart(time.CLOCK_MONOTONIC_RAW, time.CLOCK_UPTIME_RAW)
        return 0.0

    def call_later(self, seconds: float, what: Callable[..., object], *about: object) -> Alarm:
        return asyncio.get_running_loop().call_later(seconds, what, *about)


def _apart(ahead: int, behind: int) -> float:
    """How far one clock is ahead of another, in seconds. Repeated if the thread was interrupted between the
    readings."""
    while True:
        before = time.clock_gettime(behind)
        found = time.clock_gettime(ahead)
        if time.clock_gettime(behind) - before < _AT_ONCE:
            return found - before


MACHINE: Time = _MachineTime()
"""The machine's real clock."""
