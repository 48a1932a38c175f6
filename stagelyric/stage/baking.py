"""A show written ahead: lines for every section, by as many writers as there are cores, and their sounds."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path

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

BLOCK = 16  # lines that are written together
STARTS = 3  # of a writer that ends each time before it has written
TRIES = 4  # requests that may fail for one block, as where a writer is lost
RATE = 48_000  # samples a second of the sounds


class BakingError(Exception):
    """What keeps lines from being written or spoken: one plain sentence."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is to be baked. `file`: the setlist's, and `written` what stands in it; `model`: a folder; `asked`: lines
    for each section; `words`: for which each section gets a line, beside its song's own names and themes;
    `server`: what drafts beside the model."""

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
        """The show without a line, and the shelves of its sections. Raises FileError, QuotingError."""
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
        """One of those that write."""
        never, frames = (
            [self.file.parent / name for name in names] for names in (self.setlist.never_quote, self.setlist.frames)
        )
        return Generator(self.model, never, frames, self.server)

    def vetoed(self) -> set[str]:
        """The normal forms of lines that the band threw out in the shows before."""
        made_of = beside(self.setlist, self.file.parent)
        return {normal(text) for text in judged(self.journal, self.setlist.title, made_of)[1]}


def going_on(begun: Bake, fresh: Bake) -> Bake:
    """What is to be baked, with the lines that there are already. Raises BakingError where they are another show's."""
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
    """Without the lines that were thrown out in rehearsal: they are struck, as by hand."""
    thrown = {one.number: replace(one, struck=True) for one in bake.lines if normal(one.line.text) in vetoed}
    return bake.with_lines(thrown)


@dataclass
class Oven:
    """Sections being written. `parts`: what there is, `asks`: their shelves, both in the set's order; `asked`: lines
    for each, `wanted`: words for each, by its place. What was written stands in `parts` at any moment; `tell` and
    `each` are called whenever it is more."""

    parts: list[Part]
    asks: Sequence[Ask]
    asked: int
    wanted: Sequence[Sequence[str]]
    tell: Callable[[], None] = lambda: None
    each: Callable[[], None] = lambda: None

    @property
    def done(self) -> int:
        """Lines that there are, those for words among them."""
        lines = sum(min(len(part.lines), self.asked) for part in self.parts)
        return lines + sum(len(part.words) for part in self.parts)

    @property
    def total(self) -> int:
        return len(self.parts) * self.asked + sum(map(len, self.wanted))

    async def bake(self, make: Callable[[], Generator], workers: int) -> None:
        """Until every section has its lines. Raises BakingError."""
        missing = [at for at in range(len(self.parts)) if not self._is_done(at)]
        open_places = iter(missing)
        async with AsyncExitStack() as stack:
            generators = [make() for _ in range(min(workers, len(missing)))]
            for generator in generators:
                await stack.enter_async_context(generator.running())
            try:
                async with asyncio.TaskGroup() as group:
                    for generator in generators:
                        group.create_task(self._work(generator, open_places))
            except* BakingError as errors:
                raise BakingError(str(errors.exceptions[0])) from None

    def _is_done(self, at: int) -> bool:
        part = self.parts[at]
        return len(part.lines) >= self.asked and all(word.casefold() in part.words for word in self.wanted[at])

    async def _work(self, generator: Generator, places: Iterable[int]) -> None:
        await _up(generator)
        for at in places:  # one iterator for all workers: each takes the next section that nobody has
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


async def _up(generator: Generator) -> None:
    """Until a writer is there. Raises BakingError where none comes to be."""
    troubles: list[str] = []
    generator.on_trouble = lambda text: troubles.append(text) if text else None
    while not generator.up:
        if generator.starts > STARTS:
            raise BakingError(f"no writer can be had: {troubles[0] if troubles else 'it ends as it starts'}")
        await asyncio.sleep(0.02)


async def _patiently(asking: Callable[[], Awaitable[list[Explained]]]) -> list[Explained]:
    """What is answered, asked again where the writer was lost meanwhile. Raises BakingError."""
    why = ""
    for _ in range(TRIES):
        try:
            return await asking()
        except GeneratorError as error:
            why = str(error)
            await asyncio.sleep(0.05)
    raise BakingError(f"lines can't be written: {why}")


class Choir:
    """Texts being spoken. `sounds`: the file of each that has its sound; `unspeakable`: those that can't be spoken.

    Sounds are kept where a show keeps its own: what was heard in rehearsal is not made again.
    """

    def __init__(self, spoken: Spoken, folder: Path, tell: Callable[[], None] = lambda: None) -> None:
        self.spoken, self.tell = spoken, tell
        self.sounds: dict[str, Path] = {}
        self.unspeakable: dict[str, str] = {}
        self._cache = Cache(folder, spoken.voice, spoken.words_a_minute)

    async def speak(self, texts: Sequence[str], workers: int) -> None:
        """Until every text has its sound. Raises BakingError where there is no such voice."""
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
        async with AsyncExitStack() as stack:
            spoken = self.spoken
            renderers = [Renderer(spoken.voice, spoken.words_a_minute) for _ in range(min(workers, len(missing)))]
            for renderer in renderers:
                await stack.enter_async_context(renderer.running())
            try:
                async with asyncio.TaskGroup() as group:
                    for renderer in renderers:
                        group.create_task(self._render(renderer, queue))
            except* BakingError as errors:
                raise BakingError(str(errors.exceptions[0])) from None

    async def _render(self, renderer: Renderer, texts: Iterable[str]) -> None:
        try:
            await renderer.ready()
        except RenderError as error:
            raise BakingError(f"speech: {error}") from None
        if renderer.doubt:  # the voice that is wanted is not here: another one must not stand in unheard
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
