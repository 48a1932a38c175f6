"""The writer in a process of its own: asked over a pipe, watched, and started anew when it dies or hangs.

This module is both ends. The show's end (`Generator`) is asyncio and imports neither numpy nor onnxruntime; the
other end (`main`, run by `process` with MODEL [NEVER_QUOTE…]) holds the model. Between them go JSON
objects, one a line: {"id", "ask", "start", "count", "earlier", "urgent"} out, {"id", "lines"} or {"alive": true} back.
"""

import asyncio
import contextlib
import itertools
import json
import logging
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson

from stagelyric.lines import Ask, Line

ALIVE_EVERY = 0.25  # seconds between the writer's signs of life
SILENCE = 2.0  # seconds without one after which it hangs
STARTING = 20.0  # seconds it may take to load the model on a slow disk
BACKOFF = (0.0, 0.1, 0.5, 2.0, 5.0)  # seconds before each start that follows a start without a line
LONGEST = 1 << 22  # bytes of one answer

log = logging.getLogger(__name__)


class GeneratorError(Exception):
    """The writer died, hung or could not do what was asked; the request may be made again."""


class Generator:
    """`write` asks for lines; `running` keeps a process that answers. `on_trouble` is told of each loss."""

    def __init__(self, model: Path, never_quote: Sequence[Path] = ()) -> None:
        self.model, self.never_quote = model, tuple(never_quote)
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
            sys.executable, "-m", "stagelyric.process", "stagelyric.generator",
            str(self.model), *map(str, self.never_quote),
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


def as_line(found: Sequence[Any]) -> Line:
    """A line from what `as_list` made of it: in pipes and pool files."""
    text, origin, score, syllables, index = found
    return Line(text, origin, score, tuple(syllables), index)


def as_list(line: Line) -> list[Any]:
    return [line.text, line.origin, line.score, list(line.syllables), line.index]


# The other end


def main(pipe: int) -> None:
    """The process: reads requests, writes lines, gives signs of life, and ends when nobody reads it any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the show, which closes our pipe
    out, arguments = os.fdopen(pipe, "w", encoding="utf-8"), sys.argv[1:]
    requests: queue.PriorityQueue[Request] = queue.PriorityQueue()
    threading.Thread(target=_read, args=(requests,), daemon=True).start()
    step_aside()
    last_sign = 0.0

    def say(answer: dict[str, Any]) -> None:
        try:
            out.write(json.dumps(answer, ensure_ascii=False) + "\n")
            out.flush()
        except OSError:
            os._exit(0)

    def sign() -> None:
        nonlocal last_sign
        now = time.monotonic()
        if now - last_sign >= ALIVE_EVERY:
            last_sign = now
            say({"alive": True})

    try:
        from stagelyric import places
        from stagelyric.craft import novelty
        from stagelyric.writer import Writer

        writer = Writer.open(Path(arguments[0]), weights=_taste())
        if never := [Path(name) for name in arguments[1:]]:
            writer.copies = writer.copies.and_of(novelty.of_files(never, places.quotes(), sign))
    except Exception as error:
        say({"fatal": f"could not be started ({error})"})
        # Not a plain exit: the reading thread holds standard input, and the interpreter would stumble over it.
        os._exit(1)

    def serve(request: dict[str, Any], between: Callable[[], None]) -> None:
        written = request["ask"]
        lists = {key: tuple(value) for key, value in written.items() if isinstance(value, list)}
        ask = Ask(**(written | lists))
        try:
            lines = writer.write(ask, request["start"], request["count"], request["earlier"], between)
            say({"id": request["id"], "lines": [as_list(line) for line in lines]})
        except Exception as error:  # one request that can't be served must not end the others
            logging.exception("a request failed")
            say({"id": request["id"], "error": f"{type(error).__name__}: {error}"})

    def between_steps() -> None:
        sign()
        # A look without the lock: this thread alone takes requests out, so what it saw is still there.
        while requests.queue and requests.queue[0][0] == URGENT:
            serve(requests.get()[2], sign)

    while True:
        sign()
        with contextlib.suppress(queue.Empty):
            priority, _, request = requests.get(timeout=ALIVE_EVERY / 2)
            serve(request, sign if priority == URGENT else between_steps)


def _taste() -> Mapping[str, float]:
    """What the band likes, where it was learned; a file that is none must not keep a show from being played."""
    from stagelyric import places
    from stagelyric.craft import ranking, taste

    try:
        return taste.load(places.taste())
    except taste.TasteError as error:
        log.warning("%s; lines are chosen as ever", error)
        return ranking.WEIGHTS


URGENT, PATIENT = 0, 1
Request = tuple[int, int, dict[str, Any]]  # priority, order of arrival, what was asked


def _read(requests: "queue.PriorityQueue[Request]") -> None:
    for number, line in enumerate(sys.stdin.buffer):
        request = json.loads(line)
        requests.put((URGENT if request["urgent"] else PATIENT, number, request))
    os._exit(0)  # the show is gone


def step_aside(by: int = 15) -> None:
    """Gives the processor to the show and to whatever else plays tonight."""
    with contextlib.suppress(OSError, AttributeError):
        os.nice(by)
