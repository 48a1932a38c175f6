"""The show's end of the voice's process: lines in, sound files out, isolated from that process's failures."""

import asyncio
import heapq
import itertools
import json
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from stagelyric.types.child import Child, End, JsonLines
from stagelyric.types.events import Level
from stagelyric.types.json import JsonObject
from stagelyric.types.process import command

TRIES = 5  # restarts of the process that one line may cause
STEADY = 3.0  # seconds that a new process must run to count as working; earlier ends belong to the same trouble
URGENT, NEXT, SOON, LATER = range(4)


class RenderError(Exception):
    """This line can't be spoken. The message says why."""


class UnkeptError(RenderError):
    """This line's sound can't be stored: the disk is full, read-only or gone. The message says why."""


@dataclass(order=True, slots=True)
class _Job:
    urgency: int
    number: int
    text: str = field(compare=False)
    path: Path = field(compare=False)
    rate: int = field(compare=False)
    done: "asyncio.Future[float]" = field(compare=False)
    tries: int = field(default=0, compare=False)


class Renderer:
    """Handles one request at a time. A process that hangs or dies is restarted, and its line is requested again.

    `voice`, `words_a_minute`: as in the rig, None for the defaults. `tell` gets what people should know, at a level: a
    warning lasts until good news come.
    """

    def __init__(
        self,
        voice: str | None,
        words_a_minute: int | None,
        *,
        tell: Callable[[str, Level], None] = lambda text, level: None,
    ) -> None:
        self.voice, self.doubt, self.problem = "", False, ""
        self._settings: JsonObject = {"voice": voice, "words_a_minute": words_a_minute}
        self._tell = tell
        self._child = Child(
            lambda: command("stagelyric.speech.renderer_process", json.dumps(self._settings)),
            JsonLines(),
            hear=self._hear,
            lost=self._lost,
            starting=60.0,  # a neural voice has 60 MB, which may lie on a slow disk
        )
        self._jobs: list[_Job] = []
        self._by_path: dict[Path, _Job] = {}
        self._numbers = itertools.count()
        self._at: _Job | None = None
        self._limit: asyncio.TimerHandle | None = None
        self.limit: float | None = None  # seconds for one line, instead of the voice's own limit
        self._seconds = 5.0
        self._hung = False
        self._up = False
        self._came_up = asyncio.Event()
        self._said = ""  # the warning that lasts
        self._over: asyncio.TimerHandle | None = None

    @property
    def up(self) -> bool:
        """Whether a voice is there that answers."""
        return self._up

    @property
    def backlog(self) -> int:
        """The number of lines that wait, including the one being rendered."""
        return len(self._by_path)

    async def ready(self) -> None:
        """Waits until a voice is there. Raises RenderError if there will be none."""
        await self._came_up.wait()
        if self._child.given_up:
            raise RenderError(self.problem)

    @property
    def pid(self) -> int | None:
        return self._child.pid

    @property
    def starts(self) -> int:
        return self._child.starts

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        with tempfile.TemporaryDirectory(prefix="stagelyric-voice-", ignore_cleanup_errors=True) as scratch:
            self._settings["scratch"] = scratch
            try:
                async with self._child.running("voice"):
                    yield
            finally:
                if self._over is not None:
                    self._over.cancel()
                self._refuse("the show is over")

    async def render(self, text: str, path: Path, rate: int, urgency: int = LATER) -> float:
        """Renders `text` as speech into the file `path`, at `rate` samples per second; returns its length in seconds.

        Raises RenderError if that fails, and UnkeptError if only the file can't be written.
        """
        if self._child.given_up:
            raise RenderError(self.problem)
        job = self._by_path.get(path)
        if job is None or urgency < job.urgency:  # a line that is now wanted sooner is queued a second time
            done = job.done if job is not None else asyncio.get_running_loop().create_future()
            job = self._by_path[path] = _Job(urgency, next(self._numbers), _plain(text), path, rate, done)
            heapq.heappush(self._jobs, job)
            self._go_on()
        return await asyncio.shield(job.done)

    def _go_on(self) -> None:
        while self._up and self._at is None and self._jobs:
            job = heapq.heappop(self._jobs)
            if job.done.done():
                continue
            order = {"text": job.text, "path": str(job.path), "rate": job.rate}
            if not self._child.send(order):
                heapq.heappush(self._jobs, job)
                return
            self._at = job
            self._limit = asyncio.get_running_loop().call_later(self.limit or self._seconds, self._give_up)

    def _give_up(self) -> None:
        self._hung = True
        self._child.kill()

    def _hear(self, message: JsonObject) -> None:
        if "ready" in message:
            self.voice, self._seconds, self._up = message["ready"], message["seconds"], True
            self._came_up.set()
            self.doubt = bool(message["doubt"])
            if self.doubt:
                self._say(f"speech: {message['doubt']}; the usual voice speaks")
            elif self._said:
                self._over = asyncio.get_running_loop().call_later(STEADY, self._say_over)
        elif "missing" in message:
            from stagelyric.speech.listing import install

            self._child.give_up()
            self._refuse(install(message["missing"]))
        elif "fatal" in message:
            self.problem = message["fatal"]
            if "espeak" in self.problem.casefold():
                from stagelyric.speech.listing import install

                self.problem = install("espeak")
        elif (job := self._answered()) is not None:
            self._child.well()
            if "unkept" in message:
                job.done.set_exception(UnkeptError(message["unkept"]))
            elif "error" in message:
                job.done.set_exception(RenderError(message["error"]))
            else:
                job.done.set_result(message["seconds"])
        self._go_on()

    def _answered(self) -> _Job | None:
        job, self._at = self._at, None
        if self._limit is not None:
            self._limit.cancel()
        if job is None or job.done.done():
            return None
        self._by_path.pop(job.path, None)
        return job

    def _lost(self, end: End) -> None:
        self._up, how = False, end.how
        if self._over is not None:
            self._over.cancel()
        if self._hung:
            self._hung, how = False, f"hung for {self.limit or self._seconds:g} s"
        job, self._at = self._at, None
        if self._limit is not None:
            self._limit.cancel()
        if job is not None and not job.done.done():
            job.tries += 1
            if job.tries < TRIES:
                heapq.heappush(self._jobs, job)
            else:
                self._by_path.pop(job.path, None)
                job.done.set_exception(RenderError(f"the voice {how}, {TRIES} times"))
        if self.problem or not self._said:  # a process that keeps ending is reported once only
            why = self.problem or f"the voice {how}"
            self._say(f"speech: {why}" + ("" if self._child.given_up else "; it is started anew"))

    def _say(self, text: str) -> None:
        if text != self._said:
            self._said = text
            self._tell(text, "warning")

    def _say_over(self) -> None:
        self._said = ""
        self._tell("speech: the voice is back", "info")

    def _refuse(self, why: str) -> None:
        self.problem = why
        self._came_up.set()
        for job in [*self._jobs, *([self._at] if self._at else [])]:
            if not job.done.done():
                job.done.set_exception(RenderError(why))
                job.done.exception()  # the caller may be gone; marks the exception as retrieved
        self._jobs.clear()
        self._by_path.clear()


def _plain(text: str) -> str:
    """The text without NUL characters, which end a C string, and without line ends, which end our messages."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
