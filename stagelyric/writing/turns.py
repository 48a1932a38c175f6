"""Two threads that write in turns: one has stepped aside, and one has not, for what the stage waits for.

A niceness can't be taken back, and on a machine that is full a process that has stepped aside by 15 may write nothing
for minutes. So lines that nobody waits for are written by a thread that has, and those of a section on stage that has
none by one that has not; it takes over between two steps of the other. Only Linux knows a niceness of threads:
elsewhere the whole process steps aside.
"""

import contextlib
import os
import queue
import sys
import threading
import time
from collections.abc import Callable

from stagelyric.types.child import step_aside

Work = Callable[[Callable[[], None]], None]  # is given what it calls between two steps

LOOK = 0.25  # seconds between two looks at a thread that makes no step
ASIDE = 15  # how much nicer the thread that fills shelves is than the process
_LAST = 19  # the highest niceness that Linux knows
STARVED = 20.0  # seconds for which it may get hardly any of the processor before it counts as hanging
HANGING = 1.0  # seconds of the processor's time without a step


class Turns:
    """`urgent()` gives the next thing that the stage waits for, or None; `waits()` whether there is one; `sign` says
    that all is well. None of them is called by two threads at once, but
    for `sign`."""

    def __init__(self, urgent: Callable[[], Work | None], waits: Callable[[], bool], sign: Callable[[], None]) -> None:
        self._urgent, self._waits, self._sign = urgent, waits, sign
        self._work: queue.SimpleQueue[Work] = queue.SimpleQueue()
        self._told: queue.SimpleQueue[bool] = queue.SimpleQueue()  # whether it is done; else it waits for its turn
        self._go_on = threading.Semaphore(0)
        self._step = (0.0, 0.0)  # when the last one was, and what the thread had had of the processor by then
        self._thread: threading.Thread | None = None
        if sys.platform == "linux":
            self._thread = threading.Thread(target=self._write_aside, daemon=True)
            self._thread.start()
        else:
            step_aside(ASIDE)

    def do(self, work: Work) -> None:
        """Work that nobody waits for, and whatever becomes urgent in between; comes back when it is done."""
        if self._thread is None:
            work(self._between)
            return
        self._step = (time.monotonic(), self._spent())
        self._work.put(work)
        while True:
            try:
                done = self._told.get(timeout=LOOK)
            except queue.Empty:
                # No step: it hangs if the processor was its own all the while, and else it only waits for it.
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
        """Between two steps of what is written aside."""
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
        """Seconds that the processor has worked for the thread."""
        assert self._thread is not None
        assert self._thread.ident is not None
        return time.clock_gettime(time.pthread_getcpuclockid(self._thread.ident))
