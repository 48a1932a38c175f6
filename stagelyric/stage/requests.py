"""What a press asked for and that takes time: a line for a word, answers to what was heard, a long text judged."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Sequence

from stagelyric.show.answers import Answering
from stagelyric.show.effects import Effect, Unjudged, Wanted
from stagelyric.show.show import Show
from stagelyric.stage.feeding import Feeder
from stagelyric.stage.generator import Generator, GeneratorError
from stagelyric.stage.trace import Told, key
from stagelyric.types.lines import Line, as_list
from stagelyric.types.time import Time

WORD_SECONDS = 1.2  # how long a line for a word may take before the stage makes do
MOST_WORDS = 24  # that lines are written for at once: more than are written in the time that a word has
MOST_UNJUDGED = 8  # long texts that wait to be judged; more are not shown, and that is said


class Requests:
    """Each is a task of its own beside the loop's work. What comes of it goes to `carry_out`, and to `note` for a
    replay; `alert(text)` is the stage's."""

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
        self._judging, self._unjudged = asyncio.Lock(), 0
        self._words = 0  # that lines are being written for

    def add(self, request: Wanted | Answering | Unjudged) -> None:
        """Returns at once; of too many long texts one is not taken, and that is said."""
        match request:
            case Wanted():
                self._spawn(self._write_now(request))
            case Answering():
                self._spawn(self._write_answers(request))
            case Unjudged():
                self._judge(request)

    def close(self) -> list[asyncio.Task[None]]:
        """Calls them off; gives the tasks, to be awaited."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        return tasks

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _write_now(self, wanted: Wanted) -> None:
        line = None
        self._words += 1
        try:
            line = await self._written(wanted)
        finally:
            self._words -= 1
        self._carry_out(self._show.answer(wanted, line))
        self._note("answer", {"of": key(wanted), "lines": [] if line is None else [as_list(line)]})

    async def _written(self, wanted: Wanted) -> Line | None:
        """A line for a word, if there is one in time; of too many words at once none is waited for."""
        line = None
        with contextlib.suppress(TimeoutError, GeneratorError):
            if self._generator is not None and self._words <= MOST_WORDS:
                async with self._time.limit(WORD_SECONDS):
                    lines = await self._generator.write(wanted.ask, urgent=True)
                    line = lines[0] if lines else None
        return line

    async def _write_answers(self, wanted: Answering) -> None:
        lines: list[Line] = []
        for ask, count in wanted.asks:
            with contextlib.suppress(TimeoutError, GeneratorError):
                async with self._time.limit(WORD_SECONDS):
                    lines += [] if self._generator is None else await self._generator.write(ask, 0, count, urgent=True)
        self._carry_out(self._show.answered(wanted, lines))
        self._note("answer", {"of": key(wanted), "lines": [as_list(line) for line in lines]})
        await self._feeder.prepare(lines)

    def _judge(self, text: Unjudged) -> None:
        """Has a text looked at that would take too long here; one after the other, in their order."""
        if self._unjudged >= MOST_UNJUDGED:
            self._alert(f"{text.do.action}: not shown, too many long texts came at once")
            return
        self._unjudged += 1
        self._spawn(self._judge_beside(text))

    async def _judge_beside(self, text: Unjudged) -> None:
        try:
            async with self._judging:
                why = await asyncio.to_thread(self._show.unfit, text.do)
        finally:
            self._unjudged -= 1
        self._carry_out(self._show.judged(text, why))
        self._note("answer", {"of": key(text), "why": why})
