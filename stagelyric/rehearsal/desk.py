"""Rehearsal as part of the show: collects kept lines in drafts, and has further lines written on request."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
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
"""Writes lines for an ask: called with the first line's index, the count, and the earlier texts. Raises on failure;
WriterlessError if this show never writes any."""

AskFor = Callable[[str, str], Ask | None]
"""The ask for a song's section; None if the set doesn't have it."""

SECONDS = 12.0
"""Time limit for a wish."""

_ENOUGH = 1.5  # seconds to wait for another line once there is one

_EXACT = 5.0  # seconds to look for lines of the section's own length

_OF_ONE_KIND = 200  # number of wishes that are counted; older ones are forgotten
_OF_ONE_WISH = 40  # number of suggestions for a wish that are remembered, so as not to repeat them
_STANZAS = 6  # attempts at a stanza that is unlike the earlier ones
_OTHERS = 4.0  # seconds to look for others than those given before, which can be given again at once

log = logging.getLogger(__name__)


class Stale(Exception):  # noqa: N818 - it is a normal answer, not an error
    """Somebody else has changed the draft in the meantime; `draft` is its current state."""

    def __init__(self, draft: Draft) -> None:
        super().__init__("the draft was changed on another page")
        self.draft = draft


class WriterlessError(Exception):
    """The show is baked and has no writer, so that no wish can be granted."""

    def __init__(self) -> None:
        super().__init__("This show is baked: all its lines are written, so no others can be asked for")


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
        self._given: dict[Wish, tuple[str, ...]] = {}
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
        """New lines for a wish, possibly fewer than asked for, or none. Each call gives other lines, as long as there
        are any.

        Raises TimeoutError if the writer is too slow, WriterlessError if there is none, and any error that it raises.
        """
        ask = self._ask_for(song, section)
        if ask is None:
            return []
        texts: list[str] = []
        kept = (await self.draft(song)).lines
        given = self._given.get(wish, ())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_OTHERS if given else SECONDS):
                await self._fulfil(wish, ask, (*kept, *given), texts)
        if not texts:  # there are no others: better the same ones again than none
            texts = wishes.fresh(given, wish, kept)[-wishes.OPTIONS :]
        if not texts and wishes.asked(wish, ask):
            raise TimeoutError("the writer took too long")
        self._remember(wish, texts)
        return texts

    async def _fulfil(self, wish: Wish, ask: Ask, known: Sequence[str], found: list[str]) -> None:
        """Appends to `found` what answers a wish and is not known."""
        if wish.kind == "stanza":
            found += await self._stanza(wish, ask, known)
        else:
            await self._lines(wish, ask, known, found)

    def _remember(self, wish: Wish, texts: Sequence[str]) -> None:
        self._given[wish] = (*self._given.pop(wish, ()), *texts)[-_OF_ONE_WISH:]
        if len(self._given) > _OF_ONE_KIND:
            del self._given[next(iter(self._given))]

    async def _lines(self, wish: Wish, ask: Ask, known: Sequence[str], found: list[str]) -> None:
        """Appends lines to `found` as they are written: first of the section's length, then shorter ones. `known`:
        the lines of the draft and earlier suggestions."""
        for allowed in (ask, wishes.shorter(ask)):
            counted = self._counted(wish)
            one = wishes.asked(counted, allowed)
            if one is None:
                return
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_ENOUGH if found else _EXACT) as limit:
                    # One at a time: frames give the first ones at once, and for words with few rhymes there may
                    # be no more.
                    for start in range(wishes.OPTIONS):
                        written = await self._write(one, start, 1, (*known, *found))
                        found += wishes.fresh([line.text for line in written], counted, (*known, *found))
                        if len(found) >= wishes.OPTIONS:
                            return
                        if found:
                            limit.reschedule(asyncio.get_running_loop().time() + _ENOUGH)

    async def _stanza(self, wish: Wish, ask: Ask, known: Sequence[str]) -> list[str]:
        """Four lines that belong together, none of them known or nearly; of those that there are the best one."""
        best: list[str] = []
        for _ in range(_STANZAS):
            counted = self._counted(wish)
            one = wishes.asked(counted, ask)
            written = [line.text for line in await self._write(one, 0, wishes.STANZA, known)] if one else []
            new = wishes.fresh(written, counted, known)
            if len(new) == wishes.STANZA and not wishes.resembles(new, known):
                return new
            best = max(best, new, key=len)
        return best

    def _counted(self, wish: Wish) -> Wish:
        """The wish, with the number of times it was made before, so that each time gives other lines."""
        self._times[wish] += 1
        if len(self._times) > _OF_ONE_KIND:
            del self._times[next(iter(self._times))]
        return replace(wish, times=self._times[wish] - 1)

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
