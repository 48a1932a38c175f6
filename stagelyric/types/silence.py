"""Tells a child process that hangs from one that only gets no turn at a processor.

On a busy machine a process may go without a processor for many seconds, and a niced thread that holds the
interpreter's lock keeps all other threads of its process from running. To start such a process anew helps nobody: the
next one has to begin again, on the same machine.
"""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

LOOK = 0.5  # seconds of silence after which a process is looked at, and between two looks
IDLE = 0.5  # of a limit: a silent process that used this much of it as processor time was not starved
STEADY = 60.0  # seconds after which a run's silence has nothing to do with how it started
MOST_GRACE = 8  # the most that the limits are multiplied by
STOPPED = "was stopped"


@dataclass(frozen=True, slots=True)
class Look:
    """A look at a process. `stopped`: by a signal (SIGSTOP); `used`: processor time in seconds, of all its threads
    together."""

    stopped: bool
    used: float


def look(pid: int) -> Look | None:
    """None where the system does not tell (anywhere but on Linux), or if there is no such process."""
    if sys.platform != "linux":
        return None
    try:
        state, used = _stat(Path(f"/proc/{pid}/stat"))
    except (OSError, IndexError, ValueError):
        return None
    return Look(state in ("T", "t"), used)


def wants_processor(pid: int) -> bool:
    """Whether one of the process's threads is running, waits for a processor or waits for the disk; False where the
    system does not tell."""
    try:
        return any(_stat(task / "stat")[0] in ("R", "D") for task in Path(f"/proc/{pid}/task").iterdir())
    except (OSError, IndexError, ValueError):  # among them: a thread has ended meanwhile
        return False


def _stat(file: Path) -> tuple[str, float]:
    """The state's letter and the processor time in seconds."""
    values = file.read_bytes().rpartition(b")")[2].split()
    return values[0].decode(), (int(values[11]) + int(values[12])) / os.sysconf("SC_CLK_TCK")


class Grace:
    """What the limits of a process's next run are multiplied by: twice as much after each run that fell silent while it
    was young, so that no machine is so slow that it starts the process for ever."""

    def __init__(self) -> None:
        self.factor = 1

    def ended(self, silent: bool, seconds: float) -> None:
        """A run has ended, by its silence or otherwise, after so many seconds."""
        self.factor = min(2 * self.factor, MOST_GRACE) if silent and seconds < STEADY else 1


class Silence:
    """Judges the silence of one run. `starting`, `silence`: see `Child`; `now`: the time in seconds, which is handed in
    everywhere."""

    def __init__(
        self,
        starting: float,
        silence: float | None,
        now: float,
        look: Callable[[], Look | None],
        wants_processor: Callable[[], bool],
    ) -> None:
        self._starting, self._silence = starting, silence
        self._look, self._wants_processor = look, wants_processor
        self._last = now
        self._used: float | None = None  # processor time at the first look since the last sign of life
        self.spoke = False

    @property
    def limit(self) -> float | None:
        """Seconds that it may be silent now; None: any number."""
        return self._silence if self.spoke else self._starting

    def sign(self, now: float) -> None:
        """It gave a sign of life."""
        self._last, self.spoke, self._used = now, True, None

    def due(self, now: float) -> bool:
        """Whether it has been silent for longer than its limit."""
        return self.limit is not None and now >= self._last + self.limit

    def judge(self, now: float) -> str | None:
        """Returns why the run is to be ended, None if it goes on. To be called about every LOOK seconds."""
        if now - self._last < LOOK and not self.due(now):
            return None
        seen = self._look()
        if seen is not None and seen.stopped:
            return STOPPED
        if seen is not None and self._used is None:
            self._used = seen.used
        if not self.due(now) or (seen is not None and self._is_starved(seen)):
            return None
        return f"gave no sign of life for {self.limit:g} s"

    def _is_starved(self, seen: Look) -> bool:
        assert self.limit is not None
        assert self._used is not None
        return seen.used - self._used < IDLE * self.limit and self._wants_processor()

    def next(self, now: float) -> float:
        """Seconds until the next call of `judge`."""
        if self.limit is None or self.due(now):
            return LOOK
        return min(self._last + self.limit - now, LOOK)
