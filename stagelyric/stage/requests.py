"""Requests by a press that take time: a line for a word, answers to what was heard, a long text to be judged."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Sequence

from stagelyric.show.answers import Answering
from stagelyric.show.effects import Effect, Unjudged, Wanted
from stagelyric.show.show import Show
from stagelyric.stage.feeding import Feeder
from stagelyric.stage.generator import Generator, GeneratorError
from stagelyric.stage.trace import Names, Told
from stagelyric.types.lines import Line, as_list
from stagelyric.types.time import Time

WORD_SECONDS = 1.2  # seconds that a line for a word may take; after that the show uses what it has
MOST_WORDS = 24  # words for which lines are written at once; more could not be written within WORD_SECONDS
MOST_UNJUDGED = 8  # long texts that may wait to be judged; further ones are refused with an alert


class Requests:
    """Runs each request as a task of its own. The resulting effects go to `carry_out`, and a record of them to `note`
    for a replay; `alert(text)` is the stage's."""

    def __init__(
        self,
        show: Show,
        generator: Generator | None,
        feeder: Feeder,
        time: Time,
        *,
        carry_out: Callable[[Sequence[Effect]], None],
        note: Callable[[str, Told], None],
        alert: Callable[[str], None],
    ) -> None:
        self._show, self._generator, self._feeder, self._time = show, generator, feeder, time
        self._carry_out, self._note, self._alert = carry_out, note, alert
        self._tasks: set[asyncio.Task[None]] = set()
        self._names = Names()
        self._judging, self._unjudged = asyncio.Lock(), 0
        self._words = 0  # number of words for which lines are being written

    def add(self, request: Wanted | Answering | Unjudged) -> None:
        """Starts a request and returns at once. If too many long texts wait, the new one is refused with an alert."""
        name = self._names.give(request)
        match request:
            case Wanted():
                self._spawn(self._write_now(request, name))
            case Answering():
                self._spawn(self._write_answers(request, name))
            case Unjudged():
                self._judge(request, name)

    def close(self) -> list[asyncio.Task[None]]:
        """Cancels all requests; returns their tasks, to be awaited."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        return tasks

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _write_now(self, wanted: Wanted, name: str) -> None:
        line = None
        self._words += 1
        try:
            line = await self._written(wanted)
        finally:
            self._words -= 1
        self._carry_out(self._show.answer(wanted, line))
        self._note("answer", {"of": name, "lines": [] if line is None else [as_list(line)]})

    async def _written(self, wanted: Wanted) -> Line | None:
        """The line for a word, or None if it does not come in time or too many words are being written for already."""
        line = None
        with contextlib.suppress(TimeoutError, GeneratorError):
            if self._generator is not None and self._words <= MOST_WORDS:
                async with self._time.limit(WORD_SECONDS):
                    lines = await self._generator.write(wanted.ask, urgent=True)
                    line = lines[0] if lines else None
        return line

    async def _write_answers(self, wanted: Answering, name: str) -> None:
        lines: list[Line] = []
        for ask, count in wanted.asks:
            with contextlib.suppress(TimeoutError, GeneratorError):
                async with self._time.limit(WORD_SECONDS):
                    lines += [] if self._generator is None else await self._generator.write(ask, 0, count, urgent=True)
        self._carry_out(self._show.answered(wanted, lines))
        self._note("answer", {"of": name, "lines": [as_list(line) for line in lines]})
        await self._feeder.prepare(lines)

    def _judge(self, text: Unjudged, name: str) -> None:
        """Has a text judged off the loop, where it would take too long; one at a time, in order."""
        if self._unjudged >= MOST_UNJUDGED:
            self._alert(f"{text.do.action}: not shown, too many long texts came at once")
            return
        self._unjudged += 1
        self._spawn(self._judge_beside(text, name))

    async def _judge_beside(self, text: Unjudged, name: str) -> None:
        try:
            async with self._judging:
                why = await asyncio.to_thread(self._show.unfit, text.do)
        finally:
            self._unjudged -= 1
        self._carry_out(self._show.judged(text, why))
        self._note("answer", {"of": name, "why": why})
