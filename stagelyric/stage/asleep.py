"""A machine that slept wakes with presses in its sockets that nobody expects any more: they are dropped, and said.

A loop that stood still because others had the processor, as on a full machine or while the show starts, has not slept:
what arrives late then was pressed just now, and is answered.
"""

import contextlib
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from stagelyric.types.time import Time

ASLEEP = 2.0  # seconds that the machine slept, or the show was stopped, for its presses to be old
WAKING = 0.3  # seconds after that in which what had waited arrives


class Asleep:
    """`say(text)`: tells people."""

    def __init__(self, say: Callable[[str], None], time: Time) -> None:
        self._say, self._time = say, time
        self._slept = time.slept()  # until the last look
        self._looked = time.now()
        self._woke = float("-inf")
        self._dropped = 0

    def look(self) -> None:
        """The loop turns: whether the machine slept since it did so last."""
        slept, before = self._time.slept(), self._slept
        self._slept, self._looked = slept, self._time.now()
        if slept - before > ASLEEP:
            self._wake(slept - before)

    def drops(self) -> bool:
        """Whether a press that is heard now is dropped."""
        self.look()
        if self._looked - self._woke > WAKING:
            return False
        self._dropped += 1
        return True

    @contextmanager
    def watching(self) -> Iterator[None]:
        """A show that was stopped (Ctrl-Z, SIGSTOP) is told by a signal when it goes on, before it hears anything."""
        before = None
        with contextlib.suppress(ValueError, AttributeError):  # on another thread than the main one; on Windows
            before = signal.signal(signal.SIGCONT, self.goes_on)
        try:
            yield
        finally:
            if before is not None:
                signal.signal(signal.SIGCONT, before)

    def goes_on(self, *about: object) -> None:
        """The show was stopped, and is not any more."""
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
