"""Runs two threads in turns: one at low priority that fills shelves, one at normal priority for urgent lines.

A process can't take back a niceness, and on a busy machine a process with niceness 15 may write nothing for minutes. So
lines written ahead come from a thread with raised niceness, and lines that a section on stage lacks come from one
without; the latter takes over between two steps of the former. Only Linux has a niceness for each thread: on other
systems the whole process raises its niceness.

A niced thread that holds the interpreter's lock keeps the other from running, and a long call with that lock (reading
the words of all frames) takes the longer the busier the machine is. Such calls are made once, for the first lines: so
those are written before the thread raises its niceness.
"""

import contextlib
import os
import queue
import sys
import threading
from collections.abc import Callable
from typing import Literal

from stagelyric.types.process import step_aside

Work = Callable[[Callable[[], None]], None]  # is given a function to call between two steps

ASIDE = 15  # what is added to the niceness of the thread that fills shelves
_LAST = 19  # the highest niceness that Linux knows


class Turns:
    """`urgent()` returns the next urgent work, or None; `waits()` says whether there is any; `sign()` reports that the
    process is alive. Only `sign` may be called by both threads at once."""

    def __init__(self, urgent: Callable[[], Work | None], waits: Callable[[], bool], sign: Callable[[], None]) -> None:
        self._urgent, self._waits, self._sign = urgent, waits, sign
        self._work: queue.SimpleQueue[Work] = queue.SimpleQueue()
        # True: the work is done; False: the thread waits for its turn; an exception: the work has failed
        self._told: queue.SimpleQueue[bool | Exception] = queue.SimpleQueue()
        self._go_on = threading.Semaphore(0)
        self._thread: threading.Thread | None = None
        if sys.platform == "linux":
            self._thread = threading.Thread(target=self._write_aside, daemon=True)
            self._thread.start()
        else:
            step_aside(ASIDE)

    def do(self, work: Work) -> None:
        """Does work that isn't urgent, and any urgent work that arrives meanwhile; returns when the former is done.

        Raises what the work raises.
        """
        if self._thread is None:
            work(self._between)
            return
        self._work.put(work)
        while (told := self._told.get()) is not True:
            if isinstance(told, Exception):
                raise told
            self._serve()
            self._go_on.release()

    def _write_aside(self) -> None:
        told = self._done(self._work.get())
        with contextlib.suppress(OSError):
            mine = threading.get_native_id()
            os.setpriority(os.PRIO_PROCESS, mine, min(_LAST, os.getpriority(os.PRIO_PROCESS, mine) + ASIDE))
        while True:
            self._told.put(told)
            told = self._done(self._work.get())

    def _done(self, work: Work) -> Literal[True] | Exception:
        """Does the work; returns what it raised, or True."""
        try:
            work(self._between)
        except Exception as error:
            return error
        return True

    def _between(self) -> None:
        """Called between two steps of the work that isn't urgent."""
        self._sign()
        if self._thread is None:
            self._serve()
        elif self._waits():
            self._told.put(False)
            self._go_on.acquire()

    def _serve(self) -> None:
        while (work := self._urgent()) is not None:
            work(self._sign)
