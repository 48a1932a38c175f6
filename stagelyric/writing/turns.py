"""Runs two threads in turns: one at low priority that fills shelves, one at normal priority for urgent lines.

A process can't take back a niceness, and on a busy machine a process with niceness 15 may write nothing for minutes. So
lines written ahead come from a thread with raised niceness, and lines that a section on stage lacks come from one
without; the latter takes over between two steps of the former. Only Linux has a niceness for each thread: on other
systems the whole process raises its niceness.
"""

import contextlib
import os
import queue
import sys
import threading
import time
from collections.abc import Callable

from stagelyric.types.child import step_aside

Work = Callable[[Callable[[], None]], None]  # is given a function to call between two steps

LOOK = 0.25  # seconds between two checks on a thread that makes no step
ASIDE = 15  # what is added to the niceness of the thread that fills shelves
_LAST = 19  # the highest niceness that Linux knows
STARVED = 20.0  # seconds that it may get hardly any processor time before it counts as hanging
HANGING = 1.0  # seconds of processor time without a step


class Steps:
    """Records the steps of the thread that creates this, so that another thread can tell hanging from starved."""

    def __init__(self) -> None:
        self._thread = threading.get_ident()
        self.made()

    def made(self) -> None:
        """Records a step."""
        self._at, self._by_then = time.monotonic(), _worked(self._thread)

    def only_waits(self) -> bool:
        """Whether it has used hardly any processor time since its last step, and that was not too long ago. False on
        systems that don't tell the processor time of a thread."""
        if sys.platform != "linux":
            return False
        return _worked(self._thread) - self._by_then < HANGING and time.monotonic() - self._at < STARVED


def _worked(thread: int) -> float:
    """Processor time in seconds that a thread has used; 0 where the system does not tell."""
    return time.clock_gettime(time.pthread_getcpuclockid(thread)) if sys.platform == "linux" else 0.0


class Turns:
    """`urgent()` returns the next urgent work, or None; `waits()` says whether there is any; `sign()` reports that the
    process is alive. Only `sign` may be called by both threads at once."""

    def __init__(self, urgent: Callable[[], Work | None], waits: Callable[[], bool], sign: Callable[[], None]) -> None:
        self._urgent, self._waits, self._sign = urgent, waits, sign
        self._work: queue.SimpleQueue[Work] = queue.SimpleQueue()
        # True: the work is done; False: the thread waits for its turn
        self._told: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self._go_on = threading.Semaphore(0)
        self._step = (0.0, 0.0)  # when the last step was, and the thread's processor time then
        self._thread: threading.Thread | None = None
        if sys.platform == "linux":
            self._thread = threading.Thread(target=self._write_aside, daemon=True)
            self._thread.start()
        else:
            step_aside(ASIDE)

    def do(self, work: Work) -> None:
        """Does work that isn't urgent, and any urgent work that arrives meanwhile; returns when the former is done."""
        if self._thread is None:
            work(self._between)
            return
        self._step = (time.monotonic(), self._spent())
        self._work.put(work)
        while True:
            try:
                done = self._told.get(timeout=LOOK)
            except queue.Empty:
                # No step for a while: the thread hangs if it has used processor time since; otherwise it is only
                # starved.
                at, spent = self._step
                if self._spent() - spent < HANGING and time.monotonic() - at < STARVED:
                    self._sign()
                continue
            if done:
                return
            self._serve()
            self._go_on.release()

    def _write_aside(self) -> None:
        with contextlib.suppress(OSError):
            mine = threading.get_native_id()
            os.setpriority(os.PRIO_PROCESS, mine, min(_LAST, os.getpriority(os.PRIO_PROCESS, mine) + ASIDE))
        while True:
            self._work.get()(self._between)
            self._told.put(True)

    def _between(self) -> None:
        """Called between two steps of the work that isn't urgent."""
        self._step = (time.monotonic(), time.thread_time())
        self._sign()
        if self._thread is None:
            self._serve()
        elif self._waits():
            self._told.put(False)
            self._go_on.acquire()

    def _serve(self) -> None:
        while (work := self._urgent()) is not None:
            work(self._sign)

    def _spent(self) -> float:
        """Processor time in seconds that the thread has used."""
        assert self._thread is not None
        assert self._thread.ident is not None
        return _worked(self._thread.ident)
