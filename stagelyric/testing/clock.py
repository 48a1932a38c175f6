"""A clock that advances only when told to."""

import asyncio
import heapq
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

ROUNDS = 12  # rounds of the loop within which tasks that wake one another finish; the stage needs five


class _Alarm:
    def __init__(self, due: float, number: int, what: Callable[..., object], about: tuple[object, ...]) -> None:
        self.due, self._number, self._what, self._about = due, number, what, about
        self._off = False

    def __lt__(self, other: "_Alarm") -> bool:
        return (self.due, self._number) < (other.due, other._number)

    def cancel(self) -> None:
        self._off = True

    def ring(self) -> None:
        if not self._off:
            self._what(*self._about)


class ManualClock:
    """A `Time` (types/time.py) that stands still until it is moved. Calling it returns `now()`."""

    def __init__(self, now: float = 100.0, wall: float = 1_700_000_000.0) -> None:
        self._now, self._wall, self._slept = now, wall - now, 0.0
        self._numbers = itertools.count()
        self._alarms: list[_Alarm] = []

    def now(self) -> float:
        return self._now

    __call__ = now

    def slept(self) -> float:
        return self._slept

    def wall(self) -> float:
        return self._wall + self._now

    def jump(self, seconds: float) -> None:
        """Sets the clock ahead without calling what is due: as if other programs had the processor meanwhile."""
        self._now += seconds

    def suspend(self, seconds: float) -> None:
        """Simulates that the machine slept: `now` stands still, `wall` and `slept` go ahead."""
        self._slept += seconds
        self._wall += seconds

    async def advance(self, seconds: float) -> None:
        """Lets time pass: everything due is called at its moment, and its consequences happen before the next call."""
        until = self._now + seconds
        await settle()
        while self._alarms and self._alarms[0].due <= until:
            alarm = heapq.heappop(self._alarms)
            self._now = max(self._now, alarm.due)
            alarm.ring()
            await settle()
        self._now = max(self._now, until)

    def call_later(self, seconds: float, what: Callable[..., object], *about: object) -> _Alarm:
        alarm = _Alarm(self._now + seconds, next(self._numbers), what, about)
        heapq.heappush(self._alarms, alarm)
        return alarm

    async def sleep(self, seconds: float) -> None:
        over = asyncio.Event()
        alarm = self.call_later(seconds, over.set)
        try:
            await over.wait()
        finally:
            alarm.cancel()

    @asynccontextmanager
    async def limit(self, seconds: float | None) -> AsyncIterator[None]:
        async with asyncio.timeout(None) as body:
            alarm = self.call_later(float("inf") if seconds is None else seconds, body.reschedule, 0.0)
            try:
                yield
            finally:
                alarm.cancel()


async def settle() -> None:
    """Returns when the loop's tasks have nothing more to do, except those that wait for a thread or another process."""
    for _ in range(ROUNDS):
        await asyncio.sleep(0)
