"""The writer in a process of its own: asked over a pipe, watched, and started anew when it dies or hangs.

The show's end: asyncio, without numpy and onnxruntime. The other end, `writing.process`, holds the model.
Between them go JSON objects, one a line: {"id", "ask", "start", "count", "earlier", "urgent"} out, {"id", "lines"} or
{"alive": true} back.
"""

import asyncio
import contextlib
import itertools
import logging
import os
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson

from stagelyric.types.lines import Ask, Line, as_line

SILENCE = 2.0  # seconds without one after which it hangs
STARTING = 20.0  # seconds it may take to load the model on a slow disk
BACKOFF = (0.0, 0.1, 0.5, 2.0, 5.0)  # seconds before each start that follows a start without a line
LONGEST = 1 << 22  # bytes of one answer

log = logging.getLogger(__name__)


class GeneratorError(Exception):
    """The writer died, hung or could not do what was asked; the request may be made again."""


class Generator:
    """`write` asks for lines; `running` keeps a process that answers. `on_trouble` is told of each loss."""

    def __init__(self, model: Path, never_quote: Sequence[Path] = (), frames: Sequence[Path] = ()) -> None:
        self.model, self.never_quote, self.frames = model, tuple(never_quote), tuple(frames)
        self.starts = 0
        self.on_trouble: Callable[[str], None] = log.warning
        self._process: asyncio.subprocess.Process | None = None
        self._waiting: dict[int, asyncio.Future[list[Line]]] = {}
        self._ids = itertools.count(1)
        self._up = asyncio.Event()
        self._heard = 0.0

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        keeper = asyncio.create_task(self._keep(), name="generator")
        try:
            yield
        finally:
            keeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await keeper

    async def write(
        self, ask: Ask, start: int = 0, count: int = 1, earlier: Sequence[str] = (), *, urgent: bool = False
    ) -> list[Line]:
        """Lines `start` to `start + count` of an ask's shelf; an urgent request is served between two steps of
        another. Raises GeneratorError where the process is lost meanwhile."""
        await self._up.wait()
        number = next(self._ids)
        answer: asyncio.Future[list[Line]] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        request = {
            "id": number, "ask": asdict(ask), "start": start, "count": count, "earlier": list(earlier),
            "urgent": urgent,
        }  # fmt: skip
        try:
            process = self._process
            if process is None or process.stdin is None:
                raise GeneratorError("the writer is being started")
            process.stdin.write(orjson.dumps(request, option=orjson.OPT_APPEND_NEWLINE))
            return await answer
        finally:
            self._waiting.pop(number, None)

    async def _keep(self) -> None:
        """Starts the process, waits for its end, starts it anew."""
        failures = 0
        while True:
            await asyncio.sleep(BACKOFF[min(failures, len(BACKOFF) - 1)])
            started = time.monotonic()
            try:
                reason = await self._run()
            except OSError as error:
                reason = str(error)
            lived = self._heard > started
            # A writer that someone kills is wanted back soon, one that ends by itself may do so again at once.
            failures = 0 if lived else 1 if "signal" in reason else failures + 1
            if failures <= 1:  # said once; a writer that can't start is tried again quietly
                self.on_trouble(f"the writer {reason}; it is started anew, and the lines that are ready go on")

    async def _run(self) -> str:
        """One life of the process; the way it ended, in words."""
        environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8"}
        # Not in a session of its own: under the kernel's autogroups a niceness counts only inside a session.
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "stagelyric.types.process", "stagelyric.writing.process",
            str(self.model), *map(str, self.never_quote), "--", *map(str, self.frames),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, env=environment, limit=LONGEST,
        )  # fmt: skip
        self._process, self.starts = process, self.starts + 1
        born = time.monotonic()
        assert process.stdout is not None
        try:
            while True:
                limit = SILENCE if self._heard > born else STARTING
                try:
                    # Not wait_for: before Python 3.12 it can lose a cancellation that comes with an answer.
                    async with asyncio.timeout(limit):
                        answer = await process.stdout.readline()
                except TimeoutError:
                    return f"gave no sign of life for {limit:g} s"
                if not answer:
                    code = await process.wait()
                    return f"was ended by signal {-code}" if code < 0 else f"ended with status {code}"
                said = orjson.loads(answer)
                if "fatal" in said:
                    return str(said["fatal"])
                self._heard = time.monotonic()
                self._up.set()
                self._take(said)
        except ValueError as error:
            return f"said something that is no answer ({error})"
        finally:
            self._up.clear()
            self._process = None
            for waiting in self._waiting.values():
                if not waiting.done():
                    waiting.set_exception(GeneratorError("the writer was lost"))
            if process.returncode is None:
                process.kill()
                # Shielded: whoever cancels this must not leave a process behind.
                await asyncio.shield(process.wait())

    def _take(self, answer: dict[str, Any]) -> None:
        waiting = self._waiting.get(answer.get("id", 0))
        if waiting is None or waiting.done():
            return
        if "error" in answer:
            waiting.set_exception(GeneratorError(answer["error"]))
        else:
            waiting.set_result([as_line(found) for found in answer["lines"]])
