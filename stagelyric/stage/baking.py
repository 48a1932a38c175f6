"""Bakes a show: writes lines for every section in advance, with as many writer processes as there are cores, and
renders their speech."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, TypeVar

from stagelyric import __version__
from stagelyric.baked.bake import Bake, Baked, Part, Spoken
from stagelyric.gates import quoting
from stagelyric.setlist.setlist import Setlist
from stagelyric.show.asks import word_ask
from stagelyric.show.position import Position
from stagelyric.speech.cache import Cache
from stagelyric.speech.renderer import Renderer, RenderError
from stagelyric.stage.feeding import REMEMBERED
from stagelyric.stage.generator import Explained, Generator, GeneratorError
from stagelyric.stage.material import beside, edition, judged
from stagelyric.types.lines import Ask, normal
from stagelyric.types.server import Server

BLOCK = 16  # lines that are written in one request
STARTS = 3  # a writer that ends this often before it has written anything is given up
TRIES = 4  # attempts per block, since a writer may be lost during a request
RATE = 48_000  # sample rate of the sounds, in Hz


class BakingError(Exception):
    """Lines can't be written or spoken; the message is one plain sentence."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is to be baked. `file`: the setlist file, `written`: its text; `model`: a folder; `asked`: lines per
    section; `words`: words for each of which every section gets a line, beside the names and themes of its own song;
    `server`: a language model server that drafts lines beside the model."""

    file: Path
    written: str
    setlist: Setlist
    model: Path
    journal: Path
    seed: int
    asked: int
    words: Sequence[str] = ()
    spoken: Spoken | None = None
    server: Server | None = None

    def begin(self) -> tuple[Bake, list[Ask]]:
        """The show without any lines yet, and the asks of its sections. Raises FileError, QuotingError."""
        folder, setlist = self.file.parent, self.setlist
        made_of = beside(setlist, folder)
        position = Position(setlist, self.seed, made_of.lyrics, made_of.never_quote, made_of.frames, fixed=True)
        asks = position.every_ask()
        places = [(song.title, section.name) for song in setlist.songs for section in song.sections]
        kept, _ = judged(self.journal, setlist.title, made_of)
        wrote = edition(self.model, self.server)
        bake = Bake(
            self.written, setlist, self.seed, self.asked, self.model.name, wrote, __version__,
            tuple(Part(*place, ask.digest) for place, ask in zip(places, asks, strict=True)), tuple(self.words),
            made_of.lyrics, [stanza for name in setlist.never_quote for stanza in quoting.stanzas(folder / name)],
            made_of.never_quote, made_of.frames, self.spoken, {place: list(texts) for place, texts in kept.items()},
        )  # fmt: skip
        return bake, asks

    def generator(self) -> Generator:
        """A new writer process; one is made per worker."""
        never, frames = (
            [self.file.parent / name for name in names] for names in (self.setlist.never_quote, self.setlist.frames)
        )
        return Generator(self.model, never, frames, self.server)

    def vetoed(self) -> set[str]:
        """The normal forms of lines that the band vetoed in earlier shows."""
        made_of = beside(self.setlist, self.file.parent)
        return {normal(text) for text in judged(self.journal, self.setlist.title, made_of)[1]}


def going_on(begun: Bake, fresh: Bake) -> Bake:
    """`fresh` with the lines that `begun` has already. Raises BakingError if those belong to a different show."""
    for what, one, other in (
        ("another setlist", begun.written, fresh.written),
        ("another seed", begun.seed, fresh.seed),
        ("another model, other frames or another taste", begun.edition, fresh.edition),
        ("other lyrics", begun.lyrics, fresh.lyrics),
        ("other files beside its setlist", [p.digest for p in begun.parts], [p.digest for p in fresh.parts]),
    ):
        if one != other:
            raise BakingError(f"was begun with {what}: bake it anew (--anew)")
    parts = [
        replace(part, lines=old.lines, words=old.words) for part, old in zip(fresh.parts, begun.parts, strict=True)
    ]
    return replace(fresh, parts=tuple(parts), asked=max(fresh.asked, begun.asked))


def judged_by_the_band(bake: Bake, vetoed: Collection[str]) -> Bake:
    """The baked show without the lines vetoed in rehearsal: they are struck, as if by hand."""
    thrown = {one.number: replace(one, struck=True) for one in bake.lines if normal(one.line.text) in vetoed}
    return bake.with_lines(thrown)


@dataclass
class Oven:
    """Writes the lines of all sections. `parts`: the sections' lines so far, `asks`: their asks, both in the set's
    order; `asked`: lines per section; `wanted`: words per section, by its index. `parts` is consistent at any moment;
    `tell` and `each` are called whenever it has grown."""

    parts: list[Part]
    asks: Sequence[Ask]
    asked: int
    wanted: Sequence[Sequence[str]]
    tell: Callable[[], None] = lambda: None
    each: Callable[[], None] = lambda: None

    @property
    def done(self) -> int:
        """The number of lines written so far, including those for words."""
        lines = sum(min(len(part.lines), self.asked) for part in self.parts)
        return lines + sum(len(part.words) for part in self.parts)

    @property
    def total(self) -> int:
        return len(self.parts) * self.asked + sum(map(len, self.wanted))

    async def bake(self, make: Callable[[], Generator], workers: int) -> None:
        """Writes until every section has its lines. Raises BakingError."""
        missing = [at for at in range(len(self.parts)) if not self._is_done(at)]
        open_places = iter(missing)
        generators = [make() for _ in range(min(workers, len(missing)))]
        await _side_by_side(generators, lambda generator: self._work(generator, open_places))

    def _is_done(self, at: int) -> bool:
        part = self.parts[at]
        return len(part.lines) >= self.asked and all(word.casefold() in part.words for word in self.wanted[at])

    async def _work(self, generator: Generator, places: Iterable[int]) -> None:
        await _up(generator)
        for at in places:  # one iterator shared by all workers: each takes the next section that nobody else has
            while len(self.parts[at].lines) < self.asked:
                await self._block(generator, at)
            for word in self.wanted[at]:
                if word.casefold() not in self.parts[at].words:
                    await self._word(generator, at, word)

    async def _block(self, generator: Generator, at: int) -> None:
        part = self.parts[at]
        start = len(part.lines)
        count = min(BLOCK - start % BLOCK, self.asked - start)
        earlier = [one.was or one.line.text for one in part.lines[-REMEMBERED:]]
        made = await _patiently(lambda: generator.explain(self.asks[at], start, count, earlier))
        if not made:
            raise BakingError(f"{part.song}, {part.section}: the writer found no lines")
        fresh = tuple(Baked(0, replace(line, index=start + n), why) for n, (line, why) in enumerate(made))
        self._put(at, replace(self.parts[at], lines=part.lines + fresh))

    def _put(self, at: int, part: Part) -> None:
        self.parts[at] = part
        self.tell()
        self.each()

    async def _word(self, generator: Generator, at: int, word: str) -> None:
        made = await _patiently(lambda: generator.explain(word_ask(self.asks[at], word, 1), 0, 1))
        self._put(at, replace(self.parts[at], words={**self.parts[at].words, word.casefold(): made[0][0]}))


class _Running(Protocol):
    """A writer or a renderer."""

    def running(self) -> AbstractAsyncContextManager[None]: ...


R = TypeVar("R", bound=_Running)


async def _side_by_side(workers: Sequence[R], work: Callable[[R], Coroutine[None, None, None]]) -> None:
    """Has all workers run and work until each is done. Raises the first BakingError; then the others are stopped."""
    async with AsyncExitStack() as stack:
        for worker in workers:
            await stack.enter_async_context(worker.running())
        try:
            async with asyncio.TaskGroup() as group:
                for worker in workers:
                    group.create_task(work(worker))
        # not `except*`: the first releases of Python 3.11 put what is raised there into another group
        except BaseExceptionGroup as errors:
            failed, others = errors.split(BakingError)
            if failed is None or others is not None:
                raise
            raise BakingError(str(failed.exceptions[0])) from None


async def _up(generator: Generator) -> None:
    """Waits until a writer answers. Raises BakingError if none can be started."""
    troubles: list[str] = []
    generator.on_trouble = lambda text: troubles.append(text) if text else None
    while not generator.up:
        if generator.starts > STARTS:
            raise BakingError(f"no writer can be had: {troubles[0] if troubles else 'it ends as it starts'}")
        await asyncio.sleep(0.02)


async def _patiently(asking: Callable[[], Awaitable[list[Explained]]]) -> list[Explained]:
    """Returns the answer of `asking`, which is repeated if the writer was lost meanwhile. Raises BakingError."""
    why = ""
    for _ in range(TRIES):
        try:
            return await asking()
        except GeneratorError as error:
            why = str(error)
            await asyncio.sleep(0.05)
    raise BakingError(f"lines can't be written: {why}")


class Choir:
    """Renders texts as speech. `sounds`: the sound file of each text that is done; `unspeakable`: the error for each
    text that can't be spoken.

    The sounds go to the cache that shows use too, so what was rendered in rehearsal is not rendered again.
    """

    def __init__(self, spoken: Spoken, folder: Path, tell: Callable[[], None] = lambda: None) -> None:
        self.spoken, self.tell = spoken, tell
        self.sounds: dict[str, Path] = {}
        self.unspeakable: dict[str, str] = {}
        self._cache = Cache(folder, spoken.voice, spoken.words_a_minute)

    async def speak(self, texts: Sequence[str], workers: int) -> None:
        """Renders until every text has its sound. Raises BakingError if the voice is missing or sounds can't be
        stored."""
        try:
            await asyncio.to_thread(self._cache.open)
        except OSError as error:
            raise BakingError(f"speech: sounds can't be kept ({error})") from None
        missing = []
        for text in texts:
            if self._cache.has(text):
                self.sounds[text] = self._cache.use(text)
                self.tell()
            else:
                missing.append(text)
        if not missing:
            return
        queue = iter(missing)
        spoken = self.spoken
        renderers = [Renderer(spoken.voice, spoken.words_a_minute) for _ in range(min(workers, len(missing)))]
        await _side_by_side(renderers, lambda renderer: self._render(renderer, queue))

    async def _render(self, renderer: Renderer, texts: Iterable[str]) -> None:
        try:
            await renderer.ready()
        except RenderError as error:
            raise BakingError(f"speech: {error}") from None
        # the wanted voice is not installed; another must not replace it without anybody hearing it first
        if renderer.doubt:
            raise BakingError(f'speech: wanted the voice "{self.spoken.voice}", and this machine has none like it')
        for text in texts:
            path = self._cache.path(text)
            try:
                await renderer.render(text, path, RATE)
            except RenderError as error:
                self.unspeakable[text] = str(error)
            else:
                self._cache.add(path)
                self.sounds[text] = path
            self.tell()

    @property
    def done(self) -> int:
        return len(self.sounds) + len(self.unspeakable)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._cache.close()
