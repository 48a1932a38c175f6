"""The pool is kept filled: the writer is asked for lines wherever a section that can come next wants some."""

import asyncio
from collections.abc import Callable, Sequence

from stagelyric.show.pool import CHUNK, Pool
from stagelyric.show.show import Show
from stagelyric.stage.generator import Generator, GeneratorError
from stagelyric.stage.store import Store
from stagelyric.types.lines import Ask, Line
from stagelyric.types.parts import Part
from stagelyric.types.time import MACHINE, Time

REMEMBERED = 128  # lines of a shelf that the writer is told of, so as not to write them again
RECENT = 8  # chunks over which it is measured how long a line takes
PATIENCE = 3  # times that a shelf may get nothing before it is left alone
AGAIN = 0.02  # seconds after which a writer that could not answer is asked again


class Feeder:
    """Asks `generator` (None: nothing writes) and puts what it wrote into `pool`, and into `store` for the next show.

    `parts` prepare each line before it is put on a shelf. `alert(text)` and `trouble(about, text)` are the stage's;
    `changed()` is called when there are more lines. All of it on the event loop's thread.
    """

    def __init__(
        self,
        show: Show,
        pool: Pool,
        generator: Generator | None,
        parts: Sequence[Part],
        store: Store | None,
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
        self._rushed: dict[Ask, asyncio.Task[None]] = {}  # what is being written at once
        self._line_seconds = 0.1  # that a line takes to be written, lately

    @property
    def prepared(self) -> tuple[int, int]:
        """How many of the set's sections have lines, and how many there are; those that get none are left out."""
        if self._generator is None:
            return 1, 1  # there will be no more than there are
        every = self._worth_asking(self._show.every_ask())
        return sum(self._pool.ready(ask) > 0 for ask in every), len(every)

    def wait(self) -> float | None:
        """Seconds until every section has a chunk of lines, as fast as they were written so far; None: they have."""
        asks = self._worth_asking(self._show.every_ask())
        missing = sum(max(min(CHUNK, self._pool.target) - self._pool.ready(ask), 0) for ask in asks)
        if not missing or self._generator is None:
            return None
        return round(missing * self._line_seconds, 1)

    def look(self) -> None:
        """Lines were taken, or the show is elsewhere: another shelf may want some. A section on stage that has no line
        ready gets some before whatever else is being written."""
        self._hungry.set()
        ask = self._show.ask
        idle = ask not in self._rushed and self._failures.get(ask, 0) < PATIENCE
        if self._generator is not None and idle and not self._pool.ready(ask):
            self._rushed[ask] = asyncio.create_task(self._write_first(self._generator, ask))

    async def run(self) -> None:
        """Asks for lines wherever a shelf that can come next wants some, then for the rest of the set; for ever."""
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
        """Calls off what is being written at once; gives the tasks, to be awaited."""
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
        is_empty = not self._pool.ready(ask)  # then it has its lines at once, and their sounds a little later
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
            return  # `run` asks again
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
            except Exception as error:  # a part may raise what it likes
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
