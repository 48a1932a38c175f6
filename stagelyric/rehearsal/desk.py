"""Rehearsal as part of the show: collects kept lines in drafts, and has further lines written on request."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from types import MappingProxyType
from typing import Literal

from stagelyric.rehearsal import wishes
from stagelyric.rehearsal.draft import Draft, Look, look, mate
from stagelyric.rehearsal.files import Drafts
from stagelyric.rehearsal.wishes import Wish
from stagelyric.types.events import Emit
from stagelyric.types.lines import Ask, Line
from stagelyric.types.parts import Part, ignore

Writes = Callable[[Ask, int, int, Sequence[str]], Awaitable[Sequence[Line]]]
"""Writes lines for an ask: called with the first line's index, the count, and the earlier texts. Raises on failure."""

AskFor = Callable[[str, str], Ask | None]
"""The ask for a song's section; None if the set doesn't have it."""

SECONDS = 12.0
"""Time limit for a wish."""

_ENOUGH = 2.5  # seconds after which an incomplete result is returned

_OF_ONE_KIND = 200  # number of wishes that are counted; older ones are forgotten

log = logging.getLogger(__name__)


class Stale(Exception):  # noqa: N818 - it is a normal answer, not an error
    """Somebody else has changed the draft in the meantime; `draft` is its current state."""

    def __init__(self, draft: Draft) -> None:
        super().__init__("the draft was changed on another page")
        self.draft = draft


class Rehearsal(Part):
    """`write`: writes lines; `ask_for`: the ask of a section; `titles`: for a song that occurs repeatedly in the set,
    its title as written. Files are read and written in threads."""

    name = "rehearsal"

    def __init__(
        self, drafts: Drafts, write: Writes, ask_for: AskFor, titles: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        self._files, self._write, self._ask_for, self._titles = drafts, write, ask_for, titles
        self._drafts: dict[str, Draft] = {}
        self._times: Counter[Wish] = Counter()
        self._lock = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self.told: Callable[[Draft], None] = lambda draft: None
        """Called with every changed draft."""

    @asynccontextmanager
    async def running(self, emit: Emit = ignore) -> AsyncIterator[None]:
        yield
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=2.0)

    def judgement(self, verdict: Literal["keep", "veto"], text: str, song: str, section: str) -> None:
        """Appends a kept line to its song's draft."""
        if verdict == "keep":
            task = asyncio.get_running_loop().create_task(self._gather(song, text))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _gather(self, song: str, text: str) -> None:
        try:
            async with self._lock:
                before = await self._load(song)
                made = before.with_line(text)
                if made is not before:
                    await self._keep(made)
        except OSError as error:
            log.warning("the draft of %s could not be written: %s; the line is kept all the same", song, error.strerror)

    async def draft(self, song: str) -> Draft:
        """The current draft of a song. Raises OSError."""
        async with self._lock:
            return await self._load(song)

    async def save(self, song: str, lines: Sequence[str], revision: int) -> Draft:
        """Replaces the lines of a song's draft. `revision`: that of the draft on which they are based.

        Raises Stale if that is not the current revision, and OSError.
        """
        async with self._lock:
            before = await self._load(song)
            if revision != before.revision:
                raise Stale(before)
            made = before.with_lines(lines)
            await self._keep(made)
            return made

    async def options(self, wish: Wish, song: str, section: str) -> list[str]:
        """New lines for a wish, possibly fewer than asked for, or none. Each call gives other lines.

        Raises TimeoutError if the writer is too slow, and any error that it raises.
        """
        ask = self._ask_for(song, section)
        if ask is None:
            return []
        counted = Wish(wish.kind, wish.text, wish.lines, wish.at, self._times[wish])
        self._times[wish] += 1
        if len(self._times) > _OF_ONE_KIND:
            del self._times[next(iter(self._times))]
        texts: list[str] = []
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SECONDS) as limit:
                for one, count in wishes.asks(counted, ask):
                    if wish.kind == "stanza":
                        texts += [line.text for line in await self._write(one, 0, count, ())]
                        continue
                    # One at a time: frames give the first ones at once, and for words with few rhymes there may be no
                    # more.
                    for start in range(count):
                        texts += [line.text for line in await self._write(one, start, 1, tuple(texts))]
                        limit.reschedule(min(limit.when() or math.inf, asyncio.get_running_loop().time() + _ENOUGH))
        if not texts and wishes.asks(counted, ask):
            raise TimeoutError("the writer took too long")
        kept = (await self.draft(song)).lines
        return wishes.fresh(texts, counted, kept)

    def look(self, text: str, song: str, section: str, lines: Sequence[str] = (), at: int = -1) -> Look | None:
        """Facts about a line that is being typed at index `at` of `lines`; None for an unknown section."""
        ask = self._ask_for(song, section)
        if ask is None:
            return None
        return look(text, ask.syllables, mate(lines, at, ask.rhyme) if 0 <= at < len(lines) else None)

    async def _load(self, song: str) -> Draft:
        song = self._titles.get(song, song)
        if song not in self._drafts:
            self._drafts[song] = await asyncio.to_thread(self._files.load, song)
        return self._drafts[song]

    async def _keep(self, made: Draft) -> None:
        await asyncio.to_thread(self._files.save, made)
        self._drafts[made.song] = made
        self.told(made)
