"""Holds quantised actions until their beat. The time is computed when they are requested, and again with every pulse,
beat or tempo that comes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from stagelyric.show.clock import Clock
from stagelyric.show.effects import Deferred
from stagelyric.types.time import MACHINE, Alarm, Time

SOON = 0.001  # seconds; a beat closer than this counts as now


@dataclass(eq=False, slots=True)
class _Pending:
    """A waiting action. `beat` None: it is due at once."""

    wanted: Deferred
    beat: float | None
    timer: Alarm | None = None

    def disarm(self) -> None:
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None


class Quantised:
    """Holds deferred actions and passes each to `due` when the clock reaches its beat.

    `told` is called with the nearest beat that an action waits for, whenever that changes; with None if none waits.
    """

    def __init__(
        self,
        clock: Clock,
        due: Callable[[Deferred], None],
        told: Callable[[float | None], None] = lambda beat: None,
        time: Time = MACHINE,
    ) -> None:
        self._clock, self._due_to, self._told_to, self._time = clock, due, told, time
        self._pending: list[_Pending] = []
        self._told: float | None = None

    def add(self, wanted: Deferred) -> None:
        """Adds an action to be done on its beat."""
        now = self._time.now()
        pending = _Pending(wanted, self._clock.target(wanted.quantize, now))
        self._pending.append(pending)
        self._aim(pending, now)
        self._tell()

    def aim_again(self) -> None:
        """Computes the times again: the clock has advanced, or its tempo may have changed."""
        if not self._pending:
            return
        now = self._time.now()
        running = self._clock.running(now)
        for pending in list(self._pending):
            if not running:
                pending.beat = None  # the clock was stopped, so nothing waits for it
            self._aim(pending, now)
        self._tell()

    def _tell(self) -> None:
        beats = [pending.beat for pending in self._pending if pending.beat is not None]
        nearest = min(beats, default=None)
        if nearest != self._told:
            self._told = nearest
            self._told_to(nearest)

    def close(self) -> None:
        """Cancels everything that waits."""
        for pending in self._pending:
            pending.disarm()
        self._pending.clear()

    def _aim(self, pending: _Pending, now: float) -> None:
        pending.disarm()
        beat = pending.beat
        if beat is not None and self._clock.reached(beat):
            self._due(pending)  # this beat's pulse has just come
            return
        due = now if beat is None else self._clock.when(beat, now)
        # The loop's clock need not be the monotonic one that `due` refers to, so pass the difference.
        wait = due - now if due - now > SOON else 0
        pending.timer = self._time.call_later(wait, self._due, pending)

    def _due(self, pending: _Pending) -> None:
        pending.disarm()
        self._pending.remove(pending)
        self._due_to(pending.wanted)
        self._tell()
