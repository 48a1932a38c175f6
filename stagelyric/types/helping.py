"""Helpers: further processes of this program, which share the work of a command on a large set.

A helper calls functions of ours, which have no side effects, for the process that started it. Orders and answers are
pickled, on pipes that belong to the two. Whatever becomes of a helper, the work is done: what it doesn't finish, the
process that asked does itself.
"""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from queue import SimpleQueue
from typing import NoReturn, TypeVar

from stagelyric.types.process import command, isolated_environment

T = TypeVar("T")
R = TypeVar("R")

_MOST = 3  # helpers at most; more would have too little to do
_HEADER = 8  # bytes of an answer's length, which precedes it
_CHUNK = 24  # items that are given out at a time


class LostError(Exception):
    """A helper is gone."""


class Helper:
    """One process. `modules` are imported as soon as it starts. It does one thing after the other; only one thread at a
    time may wait for it."""

    def __init__(self, *modules: str) -> None:
        """Raises OSError if it can't be started."""
        self._process = subprocess.Popen(
            command("stagelyric.types.helping", *modules, isolated=True), env=isolated_environment(),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self._open = deque[list[object]]()  # for each order that has no answer yet, where that is put

    def ask(self, function: Callable[..., R], *arguments: object) -> Callable[[], R]:
        """Orders a call of a module's function; what is returned waits for its result. Both raise LostError."""
        to, back = self._process.stdin, self._process.stdout
        assert to is not None
        assert back is not None
        with _told():
            pickle.dump((function, arguments), to)
            to.flush()
        answer: list[R] = []
        self._open.append(answer)  # type: ignore[arg-type]

        def result() -> R:
            while not answer:
                with _told():
                    length = int.from_bytes(back.read(_HEADER), "big")
                    self._open[0].append(pickle.loads(back.read(length)))
                self._open.popleft()
            return answer[0]

        return result

    def close(self) -> None:
        """Ends the process, whatever it is doing."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                pipe.close() if pipe is not None else None
        self._process.wait()


@contextmanager
def _told() -> Iterator[None]:
    """Whatever shows that a helper is gone, or was stopped while it wrote, is a LostError."""
    try:
        yield
    except (OSError, EOFError, ValueError, ImportError, AttributeError, pickle.PickleError) as error:
        raise LostError from error


@contextmanager
def helpers(wanted: bool, *modules: str) -> Iterator[list[Helper]]:
    """A helper for each further core, three at most; none if they aren't `wanted` or can't be started."""
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    started: list[Helper] = []
    try:
        with contextlib.suppress(OSError):
            for _ in range(min(cores - 1, _MOST) if wanted else 0):
                started.append(Helper(*modules))
        yield started
    finally:
        for helper in started:
            helper.close()


def ahead(among: Sequence[Helper], function: Callable[..., R], *arguments: object) -> Callable[[], R]:
    """Has the first helper, if there is one, call a function meanwhile; what is returned waits for the result."""
    try:
        result = among[0].ask(function, *arguments) if among else None
    except LostError:
        result = None

    @cache
    def waited() -> R:
        if result is not None:
            with contextlib.suppress(LostError):
                return result()
        return function(*arguments)

    return waited


def spread(
    among: Sequence[Helper], function: Callable[[Sequence[T]], list[R]], items: Sequence[T], size: int = _CHUNK
) -> list[R]:
    """A function's results for all items, in their order. It is called with `size` of them at a time, here and by each
    helper, as each is free."""
    parts = [items[at : at + size] for at in range(0, len(items), size)]
    done: dict[int, list[R]] = {}
    waiting = deque(range(len(parts)))

    def here() -> None:
        with contextlib.suppress(IndexError):
            while True:
                number = waiting.popleft()
                done[number] = function(parts[number])

    def there(helper: Helper) -> None:
        """Two orders at a time, so that the helper never waits for the next one."""
        ordered: dict[int, Callable[[], list[R]]] = {}
        try:
            while waiting or ordered:
                with contextlib.suppress(IndexError):
                    while len(ordered) < 2:
                        number = waiting.popleft()
                        ordered[number] = _lost
                        ordered[number] = helper.ask(function, parts[number])
                for number in [*ordered][:1]:
                    done[number] = ordered[number]()
                    del ordered[number]
        except LostError:
            waiting.extend(ordered)

    threads = [threading.Thread(target=there, args=(helper,), daemon=True) for helper in among]
    for thread in threads:
        thread.start()
    here()
    for thread in threads:
        thread.join()
    here()  # does what helpers had begun that are gone now
    return [result for number in range(len(parts)) for result in done[number]]


def _lost() -> NoReturn:
    raise LostError


def main(pipe: int) -> None:
    """The helper: runs until its input is closed; the arguments are modules to import."""
    with contextlib.suppress(ValueError, OSError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the process that asks, which then ends this one
    gc.disable()  # a helper lives for seconds and frees little memory, as the commands (cli.py)
    for module in sys.argv[1:]:
        import_module(module)
    orders: SimpleQueue[tuple[Callable[..., object], tuple[object, ...]]] = SimpleQueue()
    threading.Thread(target=_read, args=(orders,), daemon=True).start()
    with os.fdopen(pipe, "wb") as answers:
        while True:
            function, arguments = orders.get()
            answer = pickle.dumps(function(*arguments))
            answers.write(len(answer).to_bytes(_HEADER, "big") + answer)
            answers.flush()


def _read(orders: SimpleQueue[tuple[Callable[..., object], tuple[object, ...]]]) -> None:
    """Takes orders while others are worked on, so that whoever gives them never waits; ends the process with them."""
    try:
        while True:
            orders.put(pickle.load(sys.stdin.buffer))
    except BaseException:  # the other end is closed, or what came can't be understood
        os._exit(1)
