"""The writer in a process of its own: asked over a pipe, watched, and restarted when it dies or hangs.

This is the show's end, on asyncio, without numpy and onnxruntime. The other end, `writing.process`, holds the model.
They exchange JSON objects, one per line: {"id", "ask", "start", "count", "earlier", "urgent"} to the writer, {"id",
"lines"} or {"alive": true} back. If the request has "why", the answer also says for each line what it was chosen for.
"""

import asyncio
import itertools
import logging
import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path

from stagelyric.types.child import Child, End, JsonLines
from stagelyric.types.json import JsonMapping, JsonObject
from stagelyric.types.lines import Ask, Line, as_line
from stagelyric.types.process import command
from stagelyric.types.server import Server

SILENCE = 2.0  # seconds without a sign of life after which the writer counts as hung
STARTING = 20.0  # seconds allowed for loading the model from a slow disk
LONGEST = 1 << 22  # maximum size of one answer in bytes

Explained = tuple[Line, JsonMapping]
"""A line, and the reasons why it was chosen."""

log = logging.getLogger(__name__)


class GeneratorError(Exception):
    """The writer died, hung or could not do what was asked; the request may be repeated."""


class Generator:
    """`write` asks for lines; `running` keeps a writer process alive. `on_trouble` is called with a text at each loss,
    and with None when there is a working process again."""

    def __init__(
        self, model: Path, never_quote: Sequence[Path] = (), frames: Sequence[Path] = (), server: Server | None = None
    ) -> None:
        """`server`: a language model server that drafts lines beside our model."""
        self.model, self.never_quote, self.frames = model, tuple(never_quote), tuple(frames)
        self.server = server
        self.on_trouble: Callable[[str | None], None] = _log
        self._child = Child(
            self._command, JsonLines(LONGEST), hear=self._hear, lost=self._lost, starting=STARTING, silence=SILENCE,
            ending=0, quiet=False, environment=os.environ | {"OMP_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8"},
        )  # fmt: skip
        self._waiting: dict[int, asyncio.Future[list[Explained]]] = {}
        self._ids = itertools.count(1)
        self._up = asyncio.Event()
        self._failures = 0
        self._troubled = False  # whether the present trouble has been reported

    @property
    def pid(self) -> int | None:
        return self._child.pid

    @property
    def up(self) -> bool:
        """Whether a process is there that answers."""
        return self._up.is_set()

    @property
    def starts(self) -> int:
        return self._child.starts

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        try:
            async with self._child.running("generator"):
                yield
        finally:
            self._refuse("the writer was closed")

    async def write(
        self, ask: Ask, start: int = 0, count: int = 1, earlier: Sequence[str] = (), *, urgent: bool = False
    ) -> list[Line]:
        """Returns the lines `start` to `start + count` of an ask's shelf. An urgent request is served between two steps
        of another. Raises GeneratorError if the process is lost meanwhile or can't do it."""
        return [line for line, _ in await self._asked(ask, start, count, earlier, {"urgent": urgent})]

    async def explain(self, ask: Ask, start: int, count: int, earlier: Sequence[str] = ()) -> list[Explained]:
        """Like `write`, but with each line also the reasons why it was chosen (`Writer.why`). Raises GeneratorError."""
        return await self._asked(ask, start, count, earlier, {"urgent": False, "why": True})

    async def _asked(
        self, ask: Ask, start: int, count: int, earlier: Sequence[str], how: Mapping[str, bool]
    ) -> list[Explained]:
        await self._up.wait()
        number = next(self._ids)
        answer: asyncio.Future[list[Explained]] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        request = {
            "id": number, "ask": asdict(ask), "start": start, "count": count, "earlier": list(earlier), **how,
        }  # fmt: skip
        try:
            if not self._child.send(request):
                raise GeneratorError("the writer is being started")
            return await answer
        finally:
            self._waiting.pop(number, None)
            if answer.cancelled():  # nobody waits for it any more, so it need not be written
                self._child.send({"forget": number})

    def _command(self) -> list[str]:
        return command("stagelyric.writing.process", *self.arguments())

    def arguments(self) -> list[str]:
        """The process's arguments, as `writing.process` reads them."""
        files = [*map(str, self.never_quote), "--", *map(str, self.frames)]
        if self.server is not None:
            files += ["--", self.server.url, str(self.server.patience), *self.server.hosts]
        return [str(self.model), *files]

    def _hear(self, said: JsonObject) -> None:
        if "fatal" in said:
            self._child.end(str(said["fatal"]))
            return
        self._failures = 0
        self._child.well()
        if not self._up.is_set():
            self._up.set()
            if self._troubled:
                self._troubled = False
                self.on_trouble(None)
        self._take(said)

    def _lost(self, end: End) -> None:
        if not self._up.is_set():  # the process ended before it was ready
            # A writer killed by a signal is restarted soon; one that exits by itself may do so again at once.
            self._failures = 1 if "signal" in end.how else self._failures + 1
            if self._failures == 1:
                self._child.again_soon()
        self._up.clear()
        self._refuse("the writer was lost")
        if self._failures <= 1:  # reported once; later failed starts are retried quietly
            self._troubled = True
            self.on_trouble(f"the writer {end.how}; it is started anew, and the lines that are ready go on")

    def _refuse(self, why: str) -> None:
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(GeneratorError(why))

    def _take(self, answer: JsonObject) -> None:
        waiting = self._waiting.get(answer.get("id", 0))
        if waiting is None or waiting.done():
            return
        if "error" in answer:
            waiting.set_exception(GeneratorError(answer["error"]))
        else:
            lines = [as_line(found) for found in answer["lines"]]
            waiting.set_result(list(zip(lines, answer.get("why") or [{}] * len(lines), strict=True)))


def _log(trouble: str | None) -> None:
    if trouble is not None:
        log.warning("%s", trouble)
