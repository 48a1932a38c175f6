"""The show's end of the process that edits its setlist. The show itself parses and checks nothing."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from stagelyric.types.child import Child, End
from stagelyric.types.events import Emit
from stagelyric.types.parts import Part, ignore
from stagelyric.types.process import command

LARGEST = 1 << 20  # bytes of an order from a page; an answer may have four times as many
SECONDS = 20.0  # maximum time of an order
_REST = 120.0  # seconds without an order after which the process ends

Told = tuple[int, bytes]
"""An HTTP status, and a JSON object as bytes."""


class _Lines:
    """Lines of bytes, which are passed on without being parsed."""

    def pack(self, order: bytes) -> bytes:
        return order.replace(b"\n", b" ").replace(b"\r", b" ") + b"\n"

    def unpack(self, data: bytes) -> tuple[list[bytes], bytes]:
        *lines, rest = data.split(b"\n")
        if len(rest) > 4 * LARGEST:
            raise ValueError("a line that is far too long")
        return lines, rest


class Setup(Part):
    """`file`: the setlist; `new`: it may be created, since no show plays it. The process starts with the first
    order."""

    name = "setup"

    def __init__(self, file: Path, *, new: bool = False) -> None:
        self.file, self.new = file, new
        self._child = self._made()
        self._keeping: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()
        self._waiting: asyncio.Future[Told] | None = None
        self._lock = asyncio.Lock()
        self._rest: asyncio.TimerHandle | None = None
        self._ending: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def running(self, emit: Emit = ignore) -> AsyncIterator[None]:
        """Orders are accepted while the context is open."""
        try:
            yield
        finally:
            self._stop()
            for task in [*self._ending]:
                with contextlib.suppress(asyncio.CancelledError):
                    await task

    async def ask(self, order: str, body: bytes = b"{}") -> Told:
        """Returns the process's answer. Raises TimeoutError if it does not answer in time or dies."""
        if order == "make" and not self.new:
            return 404, b'{"error": "The set is there already."}'
        async with self._lock:
            if self._rest is not None:
                self._rest.cancel()
            if self._keeping is None:
                self._child = self._made()
                self._keeping = asyncio.get_running_loop().create_task(self._child.keep())
            try:
                async with asyncio.timeout(SECONDS):
                    await self._ready.wait()
                    self._waiting = asyncio.get_running_loop().create_future()
                    if not self._child.send(order.encode() + b" " + body):
                        raise TimeoutError("its process is gone")
                    return await self._waiting
            except TimeoutError:
                self._child.kill()
                raise
            finally:
                self._waiting = None
                self._rest = asyncio.get_running_loop().call_later(_REST, self._stop)

    def _made(self) -> Child[bytes]:
        start = partial(command, "stagelyric.setup.process", str(self.file))
        return Child(start, _Lines(), hear=self._hear, lost=self._lost)

    def _hear(self, line: bytes) -> None:
        if not self._ready.is_set():
            self._ready.set()
            self._child.well()
            return
        status, _, told = line.partition(b" ")
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result((int(status), told))

    def _lost(self, end: End) -> None:
        self._ready.clear()
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(TimeoutError(end.how))

    def _stop(self) -> None:
        task, self._keeping = self._keeping, None
        if self._rest is not None:
            self._rest.cancel()
        self._ready.clear()
        if task is not None:
            task.cancel()
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)
