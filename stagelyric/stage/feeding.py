"""Keeps the pool filled: asks the writer for lines for sections that can come next and have too few."""

import asyncio
from collections.abc import Callable, Sequence

from stagelyric.show.pool import CHUNK, Pool
from stagelyric.show.show import Show
from stagelyric.stage.generator import Generator, GeneratorError
from stagelyric.stage.pool_files import PoolFiles
from stagelyric.types.lines import Ask, Line
from stagelyric.types.parts import Part
from stagelyric.types.time import MACHINE, Time

REMEMBERED = 128  # most recent lines of a shelf that the writer is told, so that it does not repeat them
RECENT = 8  # number of chunks over which the writing time per line is averaged
PATIENCE = 3  # a shelf that got no line in this many attempts is left alone
AGAIN = 0.02  # seconds to wait after a failed request


class Feeder:
    """Asks `generator` for lines (None: nothing writes) and puts them into `pool`, and into `store` for the next show.

    Before a line is put on a shelf, `parts` prepare it. `alert(text)` and `trouble(about, text)` are the stage's;
    `changed()` is called when there are more lines. Everything runs on the event loop's thread.
    """

    def __init__(
        self,
        show: Show,
        pool: Pool,
        generator: Generator | None,
        parts: Sequence[Part],
        store: PoolFiles | None,
        *,
        alert: Callable[[str], None],
        trouble: Callable[[str, str | None], None],
        changed: Callable[[], None],
        time: Time = MACHINE,
    ) -> None:
        self._show, self._pool, self._generator, self._parts, self._store = show, pool, generator, parts, store
        self._alert, self._trouble, self._changed, self._time = alert, trouble, changed, time
        self._hungry = asyncio.Event()
        self._failures: dict[Ask, int] = {}
        self._rushed: dict[Ask, asyncio.Task[None]] = {}  # urgent requests in progress
        self._line_seconds = 0.1  # running average of the seconds it takes to write a line

    @property
    def prepared(self) -> tuple[int, int]:
        """How many of the set's sections have lines, and how many sections there are; not counting those that get
        none."""
        if self._generator is None:
            return 1, 1  # a baked show: no more lines will come
        every = self._worth_asking(self._show.every_ask())
        return sum(self._pool.ready(ask) > 0 for ask in every), len(every)

    @property
    def begun(self) -> bool:
        """Whether the section on stage has a line ready, or none will come."""
        ask = self._show.ask
        return self._generator is None or self._pool.ready(ask) > 0 or not self._worth_asking([ask])

    def wait(self) -> float | None:
        """Estimated seconds until every section has a chunk of lines, at the recent writing speed; None if all have
        one."""
        asks = self._worth_asking(self._show.every_ask())
        missing = sum(max(min(CHUNK, self._pool.target) - self._pool.ready(ask), 0) for ask in asks)
        if not missing or self._generator is None:
            return None
        return round(missing * self._line_seconds, 1)

    def look(self) -> None:
        """To be called when lines were taken or the show moved, since another shelf may need lines now. If the section
        on stage has no line ready, it gets some before anything else is written."""
        self._hungry.set()
        ask = self._show.ask
        idle = ask not in self._rushed and self._failures.get(ask, 0) < PATIENCE
        if self._generator is not None and idle and not self._pool.ready(ask):
            self._rushed[ask] = asyncio.create_task(self._write_first(self._generator, ask))

    async def run(self) -> None:
        """Runs for ever: fills the shelves that can come next, then those of the rest of the set."""
        if self._generator is None:
            return
        while True:
            self._hungry.clear()
            near, every = (self._worth_asking(asks) for asks in (self._show.asks(), self._show.every_ask()))
            wanted = self._pool.hungry(near, every)
            if wanted is None:
                await self._hungry.wait()
            else:
                await self._fill(self._generator, *wanted)

    def close(self) -> list[asyncio.Task[None]]:
        """Cancels urgent requests; returns their tasks, to be awaited."""
        tasks = list(self._rushed.values())
        for task in tasks:
            task.cancel()
        if self._store is not None:
            self._store.forget({shelf.digest for shelf in self._pool.shelves()})
        return tasks

    async def _fill(self, generator: Generator, ask: Ask, start: int, count: int) -> None:
        earlier = [line.text for line in self._pool.shelf(ask).lines[-REMEMBERED:]]
        began = self._time.now()
        try:
            lines = await generator.write(ask, start, count, earlier)
        except GeneratorError as error:
            if not str(error).startswith("the writer "):
                self._failed(ask, str(error))
            await self._time.sleep(AGAIN)
            return
        if not lines:
            self._failed(ask, "nothing that it wrote could be shown")
            return
        self._line_seconds += ((self._time.now() - began) / len(lines) - self._line_seconds) / RECENT
        is_empty = not self._pool.ready(ask)  # then its lines are put there at once and their sounds follow
        if not is_empty:
            await self.prepare(lines)
        self._pool.put(ask, start, lines)
        self._changed()
        if is_empty:
            await self.prepare(lines)
        await self._keep(ask, start, lines)

    async def _write_first(self, generator: Generator, ask: Ask) -> None:
        written = self._pool.shelf(ask).lines
        start, earlier = len(written), [line.text for line in written[-REMEMBERED:]]
        try:
            lines = await generator.write(ask, start, self._pool.portion(ask), earlier, urgent=True)
        except GeneratorError:
            return  # `run` will ask again
        finally:
            del self._rushed[ask]
        if self._pool.put(ask, start, lines):
            self._changed()
            await self.prepare(lines)
            await self._keep(ask, start, lines)

    def _worth_asking(self, asks: list[Ask]) -> list[Ask]:
        return [ask for ask in asks if self._failures.get(ask, 0) < PATIENCE]

    def _failed(self, ask: Ask, why: str) -> None:
        self._failures[ask] = self._failures.get(ask, 0) + 1
        if self._failures[ask] == PATIENCE:
            self._alert(f"the writer finds no lines for this section: {why}")

    async def prepare(self, lines: Sequence[Line]) -> None:
        for part in self._parts:
            try:
                for line in lines:
                    await part.prepare(line)
            except Exception as error:  # a part may raise any exception
                self._alert(f"{part.name} could not prepare a line ({error}); the show goes on")

    async def _keep(self, ask: Ask, start: int, lines: list[Line]) -> None:
        if self._store is None:
            return
        trouble = None
        try:
            await asyncio.to_thread(self._store.append, ask, start, lines)
        except OSError as error:
            trouble = f"the lines ahead can't be kept on the disk ({error}); the show goes on with what it has"
        self._trouble("pool", trouble)
