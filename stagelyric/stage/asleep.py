"""When the machine wakes from sleep, presses may wait in its sockets that nobody expects any more: they are dropped,
and people are told.

A loop that was delayed because other programs had the processor (a busy machine, the show's start) has not slept:
presses that arrive late then were made just now, and are answered.
"""

import contextlib
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from stagelyric.types.time import Time

# seconds that the machine must have slept, or the show been stopped, for its waiting presses to count as stale
ASLEEP = 2.0
WAKING = 0.3  # seconds after waking in which waiting messages arrive


class Asleep:
    """Detects that the machine slept or the process was stopped. `say(text)`: tells people."""

    def __init__(self, say: Callable[[str], None], time: Time) -> None:
        self._say, self._time = say, time
        self._slept = time.slept()  # total seconds asleep at the last look
        self._looked = time.now()
        self._woke = float("-inf")
        self._dropped = 0

    def look(self) -> None:
        """Called by the loop: checks whether the machine has slept since the last call."""
        slept, before = self._time.slept(), self._slept
        self._slept, self._looked = slept, self._time.now()
        if slept - before > ASLEEP:
            self._wake(slept - before)

    def drops(self) -> bool:
        """Whether to drop a press that arrives now; it is counted then."""
        self.look()
        if self._looked - self._woke > WAKING:
            return False
        self._dropped += 1
        return True

    @contextmanager
    def watching(self) -> Iterator[None]:
        """While open, SIGCONT tells a show that was stopped (Ctrl-Z, SIGSTOP) that it continues, before it reads any
        event."""
        before = None
        # ValueError: not on the main thread; AttributeError: no SIGCONT, as on Windows
        with contextlib.suppress(ValueError, AttributeError):
            before = signal.signal(signal.SIGCONT, self.goes_on)
        try:
            yield
        finally:
            if before is not None:
                signal.signal(signal.SIGCONT, before)

    def goes_on(self, *about: object) -> None:
        """Signal handler: the show was stopped and continues now."""
        if (stopped := self._time.now() - self._looked) > ASLEEP:
            self._wake(stopped)

    def _wake(self, slept: float) -> None:
        self._woke = self._time.now()
        self._time.call_later(WAKING, self._tell, slept)

    def _tell(self, slept: float) -> None:
        presses, self._dropped = self._dropped, 0
        if presses:
            were = "press that had waited was" if presses == 1 else "presses that had waited were"
            self._say(f"the machine stood still for {slept:.0f} s: {presses} {were} dropped")
